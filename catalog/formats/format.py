"""What a format is: an outside notation as a value, and the choice among formats by a request."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from catalog.core.library import Library
from catalog.core.names import Kind, Space
from catalog.core.release import Release


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
