"""What a format is: an outside notation as a value, and the choice among formats by a request."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from catalog.core.errors import CannotSay
from catalog.core.library import Library
from catalog.core.names import Kind, Space
from catalog.core.release import Release

MEDIA_RANGE = re.compile(r"(?P<type>\*|[a-z0-9!#$&^_.+-]+)/(?P<subtype>\*|[a-z0-9!#$&^_.+-]+)")
QUALITY = re.compile(r"0(\.[0-9]*)?|1(\.0*)?")
LONGEST_HEADER = 8192
MOST_RANGES = 64


@dataclass(frozen=True, slots=True)
class Setting:
    """
    What a writer may know beside the release.

    Attributes:
        space: mints the addresses.
        library: the releases that this one refers to; a writer reads those named in the lock.
    """

    space: Space
    library: Library


Writer: TypeAlias = Callable[[Release, Setting], Iterable[bytes]]
"""Writes a release as a stream of chunks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """
    An outside notation.

    Attributes:
        name: how the command line calls it.
        suffix: with its dot, e.g. .schema.json; unique.
        media_type: with parameters, as sent.
        kinds: what can be said in it.
        write: the writer.
        revision: raised whenever the writer's output changes, so that caches miss.
        built: whether it is built at publishing (else it is written when asked for).
    """

    name: str
    suffix: str
    media_type: str
    kinds: frozenset[Kind]
    write: Writer
    revision: int = 1
    built: bool = True


@dataclass(frozen=True, slots=True)
class Range:
    """
    One media range of an Accept header.

    Attributes:
        type, subtype: in small letters; * for any.
        parameters: those that say which representation, without the quality.
        quality: 0 to 1.
    """

    type: str
    subtype: str
    parameters: frozenset[tuple[str, str]]
    quality: float

    @property
    def specificity(self) -> tuple[int, int]:
        """The more exact range rules; more parameters are more exact."""
        return ((self.type != "*") + (self.subtype != "*"), len(self.parameters))


def choose(
    formats: tuple[Format, ...], kind: Kind, accept: str = "*/*", suffix: str | None = None
) -> Format:
    """
    The format in which to say a kind: by suffix when there is one, else by the Accept header.

    An empty header accepts all; parts of it that cannot be read are passed over. Of formats that
    are equally welcome the first in `formats` is taken.
    Raises: CannotSay, listing the suffixes that the kind can be said in.
    Source: RFC 9110, section 12.5.1, https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1
    """
    able = tuple(fmt for fmt in formats if kind in fmt.kinds)
    if suffix:
        wanted = suffix if suffix.startswith(".") else f".{suffix}"
        for fmt in able:
            if fmt.suffix == wanted:
                return fmt
        raise CannotSay(str(kind), wanted[:64], suffixes(able))
    ranges = ranges_of(accept)
    best: Format | None = None
    best_quality = 0.0
    for fmt in able:
        quality = quality_of(fmt.media_type, ranges)
        if quality > best_quality:
            best, best_quality = fmt, quality
    if best is None:
        raise CannotSay(str(kind), accept[:200], suffixes(able))
    return best


def suffixes(formats: tuple[Format, ...]) -> tuple[str, ...]:
    """The suffixes of formats, in their order."""
    return tuple(fmt.suffix for fmt in formats)


def ranges_of(accept: str) -> tuple[Range, ...]:
    """
    The media ranges of an Accept header; what cannot be read is passed over.

    A header with nothing in it accepts all; one with nothing readable in it does too.

    >>> [(r.subtype, r.quality) for r in ranges_of("text/turtle;q=0.5, nonsense, text/csv")]
    [('turtle', 0.5), ('csv', 1.0)]
    """
    found = [read for part in parts_of(accept, ",")[:MOST_RANGES] if (read := range_of(part))]
    return tuple(found) or (Range("*", "*", frozenset(), 1.0),)


def range_of(text: str) -> Range | None:
    """One media range; None when it is none."""
    name, *rest = (part.strip() for part in parts_of(text, ";"))
    found = MEDIA_RANGE.fullmatch(name.lower())
    if found is None or (found["type"] == "*" and found["subtype"] != "*"):
        return None
    quality = 1.0
    parameters: set[tuple[str, str]] = set()
    for part in rest:
        label, _, value = (piece.strip() for piece in part.partition("="))
        if label.lower() == "q":
            if not QUALITY.fullmatch(value):
                return None
            quality = float(value)
            break
        if label and label.lower() != "charset":
            parameters.add((label.lower(), value.strip('"')))
    return Range(found["type"], found["subtype"], frozenset(parameters), quality)


def parts_of(text: str, mark: str) -> list[str]:
    """The parts of a header between marks, those inside quotes left alone."""
    parts = [""]
    quoted = False
    for character in text[:LONGEST_HEADER]:
        if character == '"':
            quoted = not quoted
        if character == mark and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return [part for part in (part.strip() for part in parts) if part] or [""]


def quality_of(media_type: str, ranges: tuple[Range, ...]) -> float:
    """How welcome a media type is: the quality of the most exact range that covers it."""
    said = range_of(media_type)
    if said is None:
        return 0.0
    covering = [
        wanted
        for wanted in ranges
        if wanted.type in ("*", said.type)
        and wanted.subtype in ("*", said.subtype)
        and wanted.parameters <= said.parameters
    ]
    exactest = max((wanted.specificity for wanted in covering), default=None)
    return max((w.quality for w in covering if w.specificity == exactest), default=0.0)
