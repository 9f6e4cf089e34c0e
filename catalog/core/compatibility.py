"""
Compatibility: whether data that keep one release also keep another, and what stands against it.

*Backward*: data valid under the old release are valid under the new. *Forward*: data valid under
the new are valid under the old. *Full*: both. With `_transitive` every release counts, else the
last one only. A verdict is `compatible` only when that is proven and `incompatible` only when an
example shows it, or a code now means something else; all between is `unknown`.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Literal, TypeAlias, get_args

from msgspec import Struct

from catalog.core.errors import BadRequest
from catalog.core.impact import is_reused
from catalog.core.model import Concept, Text
from catalog.core.terminology import Lexicon
from catalog.core.text import in_language

Direction: TypeAlias = Literal["backward", "forward"]
Verdict: TypeAlias = Literal["compatible", "incompatible", "unknown"]
Mode: TypeAlias = Literal[
    "backward",
    "forward",
    "full",
    "backward_transitive",
    "forward_transitive",
    "full_transitive",
]

MODES: tuple[Mode, ...] = get_args(Mode)

RANK: dict[Verdict, int] = {"compatible": 0, "unknown": 1, "incompatible": 2}

STRIDE = 1000
"""How many concepts are read at once."""


class Break(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    One thing that stands against compatibility, or that should be known.

    Attributes:
        rule: its stable name.
        verdict: what it does to the whole; `compatible` for what is only told.
        direction: which way it was looked.
        version: the release that was compared with.
        path: JSON Pointer to the field, or to the code of a list.
        message: why, by language (vi and en).
        example: a record that one takes and the other does not; has_example says whether it is
            one, as null may be an example.
    """

    rule: str
    verdict: Verdict
    direction: Direction
    version: str = ""
    path: str = ""
    message: Text
    example: Any = None
    has_example: bool = False


class Compatibility(Struct, frozen=True, kw_only=True):
    """The answer: one verdict, the releases compared with, and every finding."""

    key: str
    mode: Mode
    verdict: Verdict
    against: tuple[str, ...]
    findings: tuple[Break, ...]


def mode_of(text: str) -> Mode:
    """
    A mode by its name.

    Raises: BadRequest.
    """
    if text not in MODES:
        raise BadRequest("mode", f"{text[:40]!r} is none of {', '.join(MODES)}")
    return text


def directions_of(mode: Mode) -> tuple[Direction, ...]:
    """Which ways a mode looks.

    >>> directions_of("full_transitive")
    ('backward', 'forward')
    """
    match mode.removesuffix("_transitive"):
        case "backward":
            return ("backward",)
        case "forward":
            return ("forward",)
        case _:
            return ("backward", "forward")


def is_transitive(mode: Mode) -> bool:
    """Whether every release counts."""
    return mode.endswith("_transitive")


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The gravest verdict; compatible when there is none."""
    return max(verdicts, key=RANK.__getitem__, default="compatible")


# -- code lists -------------------------------------------------------------------------------


def concepts_of(lexicon: Lexicon) -> Iterator[Concept]:
    """Every concept of a list."""
    return iter(lexicon.concepts())


def accepted(lexicon: Lexicon) -> dict[str, None]:
    """The codes that a record may carry, with their other writings, in the list's order."""
    codes: dict[str, None] = {}
    for concept in concepts_of(lexicon):
        if concept.selectable and not concept.retired:
            codes[concept.code] = None
            codes.update(dict.fromkeys(concept.aliases))
    return codes


def code_breaks(
    narrow: Lexicon, wide: Lexicon, direction: Direction, version: str, path: str = ""
) -> Iterator[Break]:
    """
    What becomes of codes that records of one release carry under another release.

    Removed, retired and closed codes break, with the code as the example; a code that means
    something else breaks the meaning, though not the form; another wording is only told.
    """
    taken = accepted(wide)
    for concept in concepts_of(narrow):
        if concept.retired or not concept.selectable:
            continue
        after = wide.lookup(concept.code)
        where = f"{path}/{concept.code.replace('~', '~0').replace('/', '~1')}"
        if concept.code not in taken:
            rule = "code-removed" if after is None else "code-retired"
            if after is not None and not after.retired:
                rule = "code-not-selectable"
            said = gone(concept, after, rule)
            yield broken(rule, "incompatible", direction, version, where, said, concept.code)
        elif after is not None and after.display != concept.display:
            reused = is_reused(concept, after)
            rule = "code-re-used" if reused else "code-relabelled"
            verdict: Verdict = "incompatible" if reused else "compatible"
            said = renamed(concept, after)
            example = concept.code if reused else None
            yield broken(rule, verdict, direction, version, where, said, example)
        if concept.code in taken and after is not None:
            yield from lesser_breaks(concept, after, taken, (direction, version, where))


def lesser_breaks(
    concept: Concept, after: Concept, taken: dict[str, None], place: tuple[Direction, str, str]
) -> Iterator[Break]:
    """Other writings of a code that are gone, and days on which it no longer holds."""
    direction, version, where = place
    for alias in concept.aliases:
        if alias not in taken:
            said = {
                "vi": f"Cách viết {alias} của mã {concept.code} không còn.",
                "en": f"The writing {alias} of code {concept.code} is gone.",
            }
            yield broken("alias-removed", "incompatible", direction, version, where, said, alias)
    later = after.valid_from > concept.valid_from
    sooner = bool(after.valid_to) and (not concept.valid_to or after.valid_to < concept.valid_to)
    if later or sooner:
        said = {
            "vi": f"Mã {concept.code} có hiệu lực trong ít ngày hơn; tùy ngày của bản ghi.",
            "en": f"Code {concept.code} holds on fewer days; it depends on the record's day.",
        }
        yield broken("code-fewer-days", "unknown", direction, version, where, said, None)


def broken(
    rule: str,
    verdict: Verdict,
    direction: Direction,
    version: str,
    path: str,
    message: Text,
    example: object,
) -> Break:
    """A finding; without an example when that is None."""
    return Break(
        rule=rule,
        verdict=verdict,
        direction=direction,
        version=version,
        path=path,
        message=message,
        example=example,
        has_example=example is not None,
    )


def gone(concept: Concept, after: Concept | None, rule: str) -> Text:
    """Why a code is not taken any more."""
    code, name = concept.code, in_language(concept.display, "vi")
    others = ", ".join(after.replaced_by) if after else ""
    vi, en = {
        "code-removed": ("không có trong danh mục", "is not in the list"),
        "code-retired": ("đã ngừng sử dụng", "is retired"),
        "code-not-selectable": ("chỉ là tiêu đề nhóm", "is a heading only"),
    }[rule]
    instead = (f"; dùng {others}", f"; use {others}") if others else ("", "")
    return {
        "vi": f"Mã {code} ({name}) {vi}{instead[0]}.",
        "en": f"Code {code} ({in_language(concept.display, 'en')}) {en}{instead[1]}.",
    }


def renamed(concept: Concept, after: Concept) -> Text:
    """How a code was called, and how it is called."""
    return {
        language: f"{word} {concept.code}: “{in_language(concept.display, language)}” → "
        f"“{in_language(after.display, language)}”."
        for language, word in (("vi", "Mã"), ("en", "Code"))
    }
