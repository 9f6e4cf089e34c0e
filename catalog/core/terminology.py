"""
The lexicon: a code list of one release, ready to be asked.

Here is what every lexicon and crosswalk promises, and the few rules of meaning that all of them
share: which words find a concept, how values are compared, when a record may carry a code.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from typing import Protocol

from catalog.core.errors import BroaderCycle
from catalog.core.model import CodeList, Concept, Match, Value
from catalog.core.text import fold

MOST_WORDS = 32
"""How many different words of a question are looked at; the rest says nothing more."""

LONG_WORD = 40
"""Letters of a word that is still remembered once folded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """
    Which concepts to list.

    Attributes:
        text: words, folded or not; each must begin a word of a name, a synonym or a code. Text
            without letters and digits leaves nothing out.
        parent: only the direct children of this code.
        roots: only concepts without a parent.
        below: only this code's descendants (is-a, the code itself left out).
        properties: name to value; a concept must have them all. Values are compared as text, so
            "1" finds 1 and "true" finds true. A property that is a list must contain the value,
            or all the values when a list is asked for.
        valid_on: only concepts that hold on this day: not retired, and inside their own days.
            Headings count; whether a record may carry a code is asked of `usable`.
        retired: also list retired concepts when no day is asked for.
    """

    text: str = ""
    parent: str = ""
    roots: bool = False
    below: str = ""
    properties: Mapping[str, Value] = field(default_factory=dict)
    valid_on: date | None = None
    retired: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """
    A page of concepts in the order of the list.

    Attributes:
        total: how many the filter finds in all, wherever the page begins.
        next: position to go on after; None on the last page.
    """

    concepts: tuple[Concept, ...]
    total: int
    next: int | None


class Lexicon(Protocol):
    """
    A code list of one release, ready to be asked. Codes are case-kept text.

    Unknown codes give None, False or nothing; only `resolve` looks at aliases.
    """

    @property
    def header(self) -> CodeList:
        """What the list says of itself, its property types among it; without members."""
        ...

    @property
    def size(self) -> int:
        """How many concepts there are."""
        ...

    def has(self, code: str) -> bool:
        """Whether the code is one of the list, retired or not."""
        ...

    def lookup(self, code: str) -> Concept | None:
        """The concept of a code."""
        ...

    def fragment(self, code: str) -> bytes | None:
        """The concept's canonical JSON, ready to be sent."""
        ...

    def resolve(self, text: str) -> str | None:
        """The code that a text names: the code itself, else the first with such an alias."""
        ...

    def parents(self, code: str) -> tuple[str, ...]:
        """Codes directly broader, in the order of the concept."""
        ...

    def children(self, code: str) -> tuple[str, ...]:
        """Codes directly narrower, in the order of the list; of the empty text: the roots."""
        ...

    def ancestors(self, code: str) -> frozenset[str]:
        """Every broader code, the code itself left out."""
        ...

    def subsumes(self, broader: str, narrower: str) -> bool:
        """Whether the one is the other or one of its ancestors; both must be in the list."""
        ...

    def usable(self, code: str, day: date) -> bool:
        """Whether a record of that day may carry it: known, selectable, not retired, valid."""
        ...

    def find(self, wanted: Filter, *, after: int = 0, limit: int = 50) -> Page:
        """
        A page of the concepts that a filter finds, in the order of the list.

        Positions count from 1; `after` is the `next` of the page before.
        """
        ...

    def concepts(self) -> Iterator[Concept]:
        """All concepts in the order of the list, streamed."""
        ...


class Crosswalk(Protocol):
    """A mapping of one release, ready to be asked."""

    def translate(self, source: str) -> tuple[Match, ...]:
        """The matches of a source code, in the order of the mapping."""
        ...

    def reverse(self, target: str) -> tuple[Match, ...]:
        """The matches that lead to a target code."""
        ...


def closure(broader: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """
    Every ancestor of every code.

    Shape:  n codes and e links in; n entries out, a code never among its own ancestors.
    Cost:   O(n + e * depth) set unions.
    Raises: BroaderCycle, with the codes of the circle in order.
    Source: SKOS Reference, S24, https://www.w3.org/TR/skos-reference/#semantic-relations
    """
    above: dict[str, frozenset[str]] = {}
    try:
        for code in TopologicalSorter(broader).static_order():
            parents = broader.get(code, frozenset())
            above[code] = parents.union(*(above[parent] for parent in parents))
    except CycleError as error:
        raise BroaderCycle(tuple(error.args[1])) from None
    return above


def usable_on(concept: Concept, day: date) -> bool:
    """Whether a record of that day may carry the concept."""
    if concept.retired or not concept.selectable:
        return False
    text = day.isoformat()
    return (not concept.valid_from or concept.valid_from <= text) and (
        not concept.valid_to or text < concept.valid_to
    )


def text_of(value: Value) -> tuple[str, ...]:
    """
    The texts under which a value of a property is compared.

    >>> text_of(True), text_of(7), text_of(["a", "b"])
    (('true',), ('7',), ('a', 'b'))
    """
    match value:
        case bool():
            return ("true" if value else "false",)
        case list():
            return tuple(value)
        case _:
            return (str(value),)


def words_of(concept: Concept) -> tuple[str, ...]:
    """The folded words by which a concept is found, each once: code, aliases, names, synonyms."""
    said = [concept.code, *concept.aliases, *concept.display.values()]
    for names in concept.synonyms.values():
        said.extend(names)
    found: dict[str, None] = {}
    for text in said:
        for piece in text.split():
            words = folded(piece) if len(piece) <= LONG_WORD else fold(piece).split()
            found.update(dict.fromkeys(words))
    return tuple(found)


@lru_cache(maxsize=16_384)
def folded(piece: str) -> tuple[str, ...]:
    """The folded words of a text without spaces; a list says the same few thousand many times."""
    return tuple(fold(piece).split())


def asked_words(text: str) -> tuple[str, ...]:
    """The folded words of a question, each once."""
    return tuple(dict.fromkeys(fold(text).split()))[:MOST_WORDS]
