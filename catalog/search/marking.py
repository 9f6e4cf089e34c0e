"""Where in a name the words of a query stand, and in which other name they were found."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from catalog.core.text import fold_with_places
from catalog.search.words import (
    UNUSUAL,
    WORD,
    Asked,
    bare_code,
    edits_allowed,
    is_near,
    word_keys,
)

Place = tuple[int, int]
Placed = tuple[str, list[Place]]
"""A folded word and, for each of its letters, where that letter stands in the original."""


def placed_words(text: str) -> Iterator[Placed]:
    """The folded words of a text with their places; agrees with `fold_with_places`."""
    if UNUSUAL.search(text):
        yield from placed_slowly(text)
        return
    for found in WORD.finditer(text):
        start = found.start()
        folded = word_keys(found.group())[0]
        if len(folded) == found.end() - start and " " not in folded:
            yield folded, [(i, i + 1) for i in range(start, found.end())]
        else:
            for word, places in placed_slowly(found.group()):
                yield word, [(start + a, start + b) for a, b in places]


def placed_slowly(text: str) -> Iterator[Placed]:
    """The same for any text, letter by letter."""
    folded, places = fold_with_places(text)
    start = 0
    for word in folded.split():
        start = folded.index(word, start)
        yield word, places[start : start + len(word)]
        start += len(word)


def marks_in(text: str, asked: Asked, *, nearly: frozenset[str]) -> tuple[Place, ...]:
    """
    The places in a text where words of a query are met: whole, begun, or (those given) nearly.

    Shape: half-open, ascending, apart from each other; parts of one word only.
    """
    places, _ = met(text, asked, nearly=nearly)
    return joined(places)


def met(text: str, asked: Asked, *, nearly: frozenset[str]) -> tuple[list[Place], set[str]]:
    """Places as in `marks_in`, not yet joined, and the words of the query that were met."""
    whole = set(asked.words)
    begun = asked.open_word
    rest: list[Placed] = []
    places: list[Place] = []
    seen: set[str] = set()
    for word, letters in placed_words(text):
        if word in whole:
            seen.add(word)
            places.append((letters[0][0], letters[-1][1]))
        elif begun and word.startswith(begun):
            seen.add(begun)
            places.append((letters[0][0], letters[len(begun) - 1][1]))
        else:
            rest.append((word, letters))
    if nearly:
        for wanted in (word for word in asked.words if word in nearly and word not in seen):
            for word, letters in rest:
                length = near_length(wanted, word, wanted == begun)
                if length:
                    seen.add(wanted)
                    places.append((letters[0][0], letters[length - 1][1]))
    return places, seen


@lru_cache(maxsize=8192)
def near_length(wanted: str, word: str, may_go_on: bool) -> int:  # noqa: FBT001 - cached
    """How many letters of a word are nearly the wanted word; 0 when none are."""
    edits = edits_allowed(wanted)
    if is_near(wanted, word, edits):
        return len(word)
    if may_go_on and edits:
        for length in range(len(wanted) - edits, len(wanted) + edits + 1):
            if length < len(word) and is_near(wanted, word[:length], edits):
                return length
    return 0


def joined(places: Iterable[Place]) -> tuple[Place, ...]:
    """Places in order, those that touch made one."""
    whole: list[Place] = []
    for start, end in sorted(places):
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return tuple(whole)


def shown_match(
    asked: Asked, code: str, shown: str, others: Iterable[str], *, nearly: frozenset[str]
) -> tuple[tuple[Place, ...], str]:
    """
    The places in the shown name, and the other name in which a document was found.

    That is the first of `others` that holds more words of the query than the shown name does;
    empty when the shown name or the code says it all.
    """
    places, seen = met(shown, asked, nearly=nearly)
    if len(seen) == len(asked.words) or begins_code(code, asked):
        return joined(places), ""
    best, most = "", len(seen)
    for name in others:
        count = len(met(name, asked, nearly=nearly)[1])
        if count > most or (not best and begins_code(name, asked)):
            best, most = name, count
    return joined(places), best


def begins_code(code: str, asked: Asked) -> bool:
    """Whether the query is a code, or begins one."""
    return bool(asked.bare and code) and bare_code(code).startswith(asked.bare)
