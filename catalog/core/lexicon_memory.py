"""The lexicon and the crosswalk in memory: for small lists, and for lists inside a request."""

from collections.abc import Iterator
from datetime import date
from functools import cached_property

from msgspec.structs import replace

from catalog.core.document import canonical
from catalog.core.hierarchy import ROOT, Hierarchy
from catalog.core.model import CodeList, Concept, Mapping, Match, Value
from catalog.core.terminology import (
    Crosswalk,
    Filter,
    Lexicon,
    Page,
    asked_words,
    text_of,
    usable_on,
    words_of,
)


class MemoryLexicon(Lexicon):
    """
    A lexicon over a code list that is in memory anyway.

    A filter costs one pass over the candidates: fine up to some ten thousand concepts.
    """

    def __init__(self, code_list: CodeList) -> None:
        """
        Take a list in.

        Raises: BadDocument, BroaderCycle, as `Hierarchy` does.
        """
        self.members = code_list.members
        self.hierarchy = Hierarchy(code_list.members)
        self.own_header = replace(code_list, members=())

    @cached_property
    def aliases(self) -> dict[str, str]:
        """From alias to code; the first concept with an alias has it."""
        found: dict[str, str] = {}
        for concept in self.members:
            for alias in concept.aliases:
                found.setdefault(alias, concept.code)
        return found

    @cached_property
    def words(self) -> tuple[str, ...]:
        """For each concept its folded words, a space before each."""
        return tuple("".join(f" {word}" for word in words_of(c)) for c in self.members)

    @property
    def header(self) -> CodeList:
        """What the list says of itself; without members."""
        return self.own_header

    @property
    def size(self) -> int:
        """How many concepts there are."""
        return len(self.members)

    def has(self, code: str) -> bool:
        """Whether the code is one of the list, retired or not."""
        return code in self.hierarchy.place

    def lookup(self, code: str) -> Concept | None:
        """The concept of a code."""
        place = self.hierarchy.place.get(code)
        return None if place is None else self.members[place - 1]

    def fragment(self, code: str) -> bytes | None:
        """The concept's canonical JSON, ready to be sent."""
        concept = self.lookup(code)
        return None if concept is None else canonical(concept)

    def resolve(self, text: str) -> str | None:
        """The code that a text names: the code itself, else the first with such an alias."""
        return text if self.has(text) else self.aliases.get(text)

    def parents(self, code: str) -> tuple[str, ...]:
        """Codes directly broader, in the order of the concept."""
        place = self.hierarchy.place.get(code)
        return () if place is None else self.codes(self.hierarchy.above[place])

    def children(self, code: str) -> tuple[str, ...]:
        """Codes directly narrower, in the order of the list; of the empty text: the roots."""
        place = self.hierarchy.place.get(code) if code else ROOT
        return () if place is None else self.codes(self.hierarchy.below.get(place, ()))

    def ancestors(self, code: str) -> frozenset[str]:
        """Every broader code, the code itself left out."""
        place = self.hierarchy.place.get(code)
        if place is None:
            return frozenset()
        return frozenset(self.codes(self.hierarchy.ancestors(place)))

    def subsumes(self, broader: str, narrower: str) -> bool:
        """Whether the one is the other or one of its ancestors; both must be in the list."""
        above, below = self.hierarchy.place.get(broader), self.hierarchy.place.get(narrower)
        if above is None or below is None:
            return False
        return above == below or above in self.hierarchy.ancestors(below)

    def usable(self, code: str, day: date) -> bool:
        """Whether a record of that day may carry it: known, selectable, not retired, valid."""
        concept = self.lookup(code)
        return concept is not None and usable_on(concept, day)

    def find(self, wanted: Filter, *, after: int = 0, limit: int = 50) -> Page:
        """A page of the concepts that a filter finds, in the order of the list."""
        found = [place for place in self.candidates(wanted) if self.fits(place, wanted)]
        rest = [place for place in found if place > after]
        limit = max(limit, 0)
        page = rest[:limit]
        more = len(rest) > limit
        return Page(
            tuple(self.members[place - 1] for place in page),
            len(found),
            (page[-1] if page else after) if more else None,
        )

    def concepts(self) -> Iterator[Concept]:
        """All concepts in the order of the list."""
        return iter(self.members)

    def codes(self, places: tuple[int, ...] | list[int] | set[int]) -> tuple[str, ...]:
        """The codes at places."""
        return tuple(self.members[place - 1].code for place in places)

    def candidates(self, wanted: Filter) -> list[int]:
        """The places left by the part of a filter that speaks of the hierarchy, in order."""
        sets: list[set[int]] = []
        if wanted.roots:
            sets.append(set(self.hierarchy.below.get(ROOT, ())))
        if wanted.parent:
            place = self.hierarchy.place.get(wanted.parent, -1)
            sets.append(set(self.hierarchy.below.get(place, ())))
        if wanted.below:
            place = self.hierarchy.place.get(wanted.below, -1)
            sets.append(self.hierarchy.descendants(place))
        if not sets:
            return list(range(1, len(self.members) + 1))
        return sorted(set.intersection(*sets))

    def fits(self, place: int, wanted: Filter) -> bool:
        """Whether a concept has the words, the properties and the standing that are asked for."""
        concept = self.members[place - 1]
        if concept.retired and (wanted.valid_on is not None or not wanted.retired):
            return False
        if wanted.valid_on is not None and not holds_on(concept, wanted.valid_on):
            return False
        if not all(carries(concept, name, value) for name, value in wanted.properties.items()):
            return False
        if not wanted.text:
            return True
        words = self.words[place - 1]
        return all(f" {word}" in words for word in asked_words(wanted.text))


def holds_on(concept: Concept, day: date) -> bool:
    """Whether a day is inside the concept's own days."""
    text = day.isoformat()
    return concept.valid_from <= text and (not concept.valid_to or text < concept.valid_to)


def carries(concept: Concept, name: str, value: Value) -> bool:
    """Whether a concept has a property with a value, or with all the values of a list."""
    return set(text_of(value)) <= set(text_of(concept.properties.get(name, [])))


class MemoryCrosswalk(Crosswalk):
    """A crosswalk over a mapping that is in memory anyway."""

    def __init__(self, mapping: Mapping) -> None:
        """Take a mapping in."""
        self.by_source: dict[str, list[Match]] = {}
        self.by_target: dict[str, list[Match]] = {}
        for match in mapping.members:
            self.by_source.setdefault(match.source, []).append(match)
            if match.target:
                self.by_target.setdefault(match.target, []).append(match)

    def translate(self, source: str) -> tuple[Match, ...]:
        """The matches of a source code, in the order of the mapping."""
        return tuple(self.by_source.get(source, ()))

    def reverse(self, target: str) -> tuple[Match, ...]:
        """The matches that lead to a target code, in the order of the mapping."""
        return tuple(self.by_target.get(target, ()))
