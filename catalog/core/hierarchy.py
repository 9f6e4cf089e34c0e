"""
The shape of a code list: where each concept stands, what is above it and what is below.

Places count from 1 in the order of the list; place 0 is the root above all roots. Both lexicons
are made from this, and what cannot be a lexicon is refused here.
"""

from collections.abc import Sequence

from catalog.core.errors import BadDocument, BroaderCycle
from catalog.core.model import Concept

ROOT = 0
"""The place above all roots."""


class Hierarchy:
    """
    Places, and the links between them.

    Attributes:
        place: from code to place.
        above: parents of each place, in the order of the concept; [0] is of no concept.
        below: children of each place that has any, in the order of the list; of ROOT: the roots.
    """

    def __init__(self, concepts: Sequence[Concept]) -> None:
        """
        Take a list in.

        Cost:   O(concepts + links), time and memory.
        Raises: BadDocument, for codes that are empty, twice there, or hold what is no text, and
            for parents that are no codes of the list; BroaderCycle.
        """
        self.place = places_of(concepts)
        self.above: list[tuple[int, ...]] = [()]
        self.below: dict[int, list[int]] = {}
        for place, concept in enumerate(concepts, 1):
            parents = self.parents_of(concept)
            self.above.append(parents)
            for parent in parents or (ROOT,):
                self.below.setdefault(parent, []).append(place)
        self.refuse_circles(concepts)

    def parents_of(self, concept: Concept) -> tuple[int, ...]:
        """
        The places of a concept's parents.

        Raises: BadDocument.
        """
        if not concept.parents:
            return ()
        try:
            return tuple(dict.fromkeys(self.place[code] for code in concept.parents))
        except KeyError as error:
            missing = error.args[0]
            raise BadDocument(f"the parent {missing!r} of {concept.code!r} is no code") from None

    def refuse_circles(self, concepts: Sequence[Concept]) -> None:
        """
        Take roots off until nothing is left.

        Raises: BroaderCycle.
        """
        waiting = [len(parents) for parents in self.above]
        free = list(self.below.get(ROOT, ()))
        done = 0
        while free:
            done += 1
            for child in self.below.get(free.pop(), ()):
                waiting[child] -= 1
                if not waiting[child]:
                    free.append(child)
        if done < len(concepts):
            circle = self.circle([place for place, count in enumerate(waiting) if count])
            raise BroaderCycle(tuple(concepts[place - 1].code for place in circle))

    def circle(self, stuck: list[int]) -> list[int]:
        """A circle among the places that never became free, first and last the same."""
        among = set(stuck)
        path: list[int] = []
        here = stuck[0]
        while here not in path:
            path.append(here)
            here = next(parent for parent in self.above[here] if parent in among)
        return [*path[path.index(here) :], here]

    def ancestors(self, place: int) -> set[int]:
        """Every place above, the place itself and ROOT left out."""
        found: set[int] = set()
        waiting = list(self.above[place])
        while waiting:
            here = waiting.pop()
            if here not in found:
                found.add(here)
                waiting.extend(self.above[here])
        return found

    def descendants(self, place: int) -> set[int]:
        """Every place below, the place itself left out."""
        found: set[int] = set()
        waiting = list(self.below.get(place, ()))
        while waiting:
            here = waiting.pop()
            if here not in found:
                found.add(here)
                waiting.extend(self.below.get(here, ()))
        return found


def places_of(concepts: Sequence[Concept]) -> dict[str, int]:
    """
    From code to place.

    Raises: BadDocument, for codes that are empty, twice there, or hold what is no text.
    """
    place = {concept.code: at for at, concept in enumerate(concepts, 1)}
    if len(place) < len(concepts):
        twice = next(c.code for at, c in enumerate(concepts, 1) if place[c.code] != at)
        raise BadDocument(f"the code {twice!r} is there twice")
    for code in place:
        if not is_code(code):
            raise BadDocument(f"{code!r} cannot be a code: it is empty or holds what is no text")
    return place


def is_code(text: str) -> bool:
    """Whether a text can be a code: not empty, no NUL, no half of a surrogate pair."""
    return text != "" and (
        (text.isascii() and "\0" not in text)
        or not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text)
    )
