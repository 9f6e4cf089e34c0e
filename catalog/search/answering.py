"""From a query to hits: passes, order among equals, pages, counts and marks."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import tantivy
from tantivy import Query

from catalog.actions.ports import Found, Hit, SearchDocument, SearchQuery
from catalog.search.asking import AS_TYPED, Asking, filtered
from catalog.search.indexing import DECODER, group_of
from catalog.search.marking import marks_in, other_name, shown_title
from catalog.search.words import Asked, edits_allowed

BLOCK = 100
"""Equals are put in order inside blocks of so many hits; a page is cut out of whole blocks."""

ENOUGH = 10
"""
With fewer hits than this as typed, typos are allowed for.

Never the size of a page: the hits must be the same whatever part of them is asked for.
"""

WINDOW = 1000
"""Up to so many hits are counted one by one; a second run over the index counts more."""

MOST_GROUPS = 65_000
"""More lists than a registry has; counts of the rest would be lost."""

GROUPS = {"groups": {"terms": {"field": "group", "size": MOST_GROUPS}}}

NOBODY: frozenset[str] = frozenset()

Place = tuple[float, tantivy.DocAddress]
Counts = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Matches:
    """
    What a pass found.

    Attributes:
        places: the first hits, best first, as far as the page and the counting need them.
        nearly: the words that may be met with typos.
    """

    query: Query
    places: list[Place]
    total: int
    nearly: frozenset[str] = NOBODY


class Answering:
    """One query, put to one state of the index."""

    def __init__(self, index: tantivy.Index, searcher: tantivy.Searcher, asked: Asked) -> None:
        self.schema = index.schema
        self.searcher = searcher
        self.asked = asked
        self.asking = Asking(self.schema, asked)

    def answer(self, wanted: SearchQuery) -> Found:
        """The hits; without a word or a code no hits, but the counts of all there is."""
        if not self.asked.text.strip():
            everything = filtered(self.schema, Query.all_query(), wanted)
            return Found(hits=(), facets=facets_of(self.counted(everything)), total=0)
        matches = self.matches(wanted)
        hits = [self.hit(place, wanted, matches.nearly) for place in self.page(matches, wanted)]
        return Found(hits=tuple(hits), facets=self.facets(matches), total=matches.total)

    # -- passes -----------------------------------------------------------------------------

    def matches(self, wanted: SearchQuery) -> Matches:
        """
        The best pass: as typed, unless that finds too little.

        Then with typos in the words that the index does not know; and when that finds nothing
        more, with typos in any word.
        """
        typed = self.run(self.asking.as_typed(), wanted)
        if typed.total >= ENOUGH or not self.asked.words:
            return typed
        doubtful = frozenset(word for word in self.asked.words if edits_allowed(word))
        strange = frozenset(word for word in doubtful if not self.is_known(word))
        for nearly in dict.fromkeys((strange, doubtful)):
            if nearly:
                found = self.run(self.asking.with_typos(nearly), wanted, nearly)
                if found.total > typed.total:
                    return found
        return typed

    def run(self, query: Query, wanted: SearchQuery, nearly: frozenset[str] = NOBODY) -> Matches:
        """Put a query to the index."""
        query = filtered(self.schema, query, wanted)
        last = -(-(max(wanted.offset, 0) + max(wanted.limit, 0)) // BLOCK) * BLOCK
        language = "en" if wanted.language == "en" else "vi"
        found = self.searcher.search(
            query,
            limit=max(last, WINDOW),
            weight_by_field=None if self.asked.code_like else f"short_{language}",
        )
        total: int = found.count  # type: ignore[attr-defined]  # left out of the library's stubs
        return Matches(query, found.hits, total, nearly)

    def is_known(self, word: str) -> bool:
        """Whether a word is in the index, or begins one of its words while it may go on."""
        if self.searcher.doc_freq("words", word):
            return True
        return word == self.asked.open_word and bool(
            self.searcher.terms_with_prefix("words", word, limit=1)
        )

    # -- counts -----------------------------------------------------------------------------

    def facets(self, matches: Matches) -> Counts:
        """How many of all hits are of each kind, and members of each list."""
        if matches.total > len(matches.places):
            return facets_of(self.counted(matches.query))
        if not matches.places:
            return facets_of({})
        addresses = [address for _, address in matches.places]
        numbers = self.searcher.fast_field_values("group_number", addresses)
        example = dict(zip(numbers, addresses, strict=True))
        return facets_of(
            {
                group_of(self.document(example[number])): count
                for number, count in Counter(numbers).items()
            }
        )

    def counted(self, query: Query) -> dict[str, int]:
        """Counts by group, over all hits of a query."""
        found: dict[str, Any] = self.searcher.aggregate(query, GROUPS)
        return {bucket["key"]: bucket["doc_count"] for bucket in found["groups"]["buckets"]}

    # -- hits -------------------------------------------------------------------------------

    def page(self, matches: Matches, wanted: SearchQuery) -> list[Place]:
        """The part that is wanted; the same hit is at the same place whatever the part."""
        offset, limit = max(wanted.offset, 0), max(wanted.limit, 0)
        first = offset - offset % BLOCK
        places: list[Place] = []
        for start in range(first, min(offset + limit, len(matches.places)), BLOCK):
            places.extend(self.in_order(matches.places[start : start + BLOCK]))
        return places[offset - first :][:limit]

    def in_order(self, places: list[Place]) -> list[Place]:
        """The same hits, equals ordered by kind, list and code."""
        orders = self.searcher.fast_field_values("order", [address for _, address in places])
        ranked = sorted(range(len(places)), key=lambda i: (-rounded(places[i][0]), orders[i]))
        return [places[i] for i in ranked]

    def document(self, address: tantivy.DocAddress) -> SearchDocument:
        """The document at an address, but for its note."""
        return DECODER.decode(self.searcher.doc(address)["document"][0])

    def hit(self, place: Place, wanted: SearchQuery, nearly: frozenset[str]) -> Hit:
        """A hit as it is shown."""
        score, address = place
        document = self.document(address)
        shown = shown_title(document, wanted.language)
        typos = nearly if score < AS_TYPED else NOBODY
        return Hit(
            key=document.key,
            code=document.code,
            version=document.version,
            title=document.title,
            highlight=marks_in(shown, self.asked, nearly=typos),
            matched=other_name(document, self.asked, shown, nearly=typos),
            score=rounded(score),
            start=document.start,
            end=document.end,
            retired=document.retired,
        )


def facets_of(groups: dict[str, int]) -> Counts:
    """Counts by kind and by list out of counts by group."""
    kinds: Counter[str] = Counter()
    lists: Counter[str] = Counter()
    for group, count in groups.items():
        kind, _, name = group.partition("/")
        kinds[kind] += count
        if name:
            lists[name] += count
    return {"kind": dict(sorted(kinds.items())), "list": dict(sorted(lists.items()))}


def rounded(score: float) -> float:
    """A score without the noise of adding up in another order."""
    return float(f"{score:.5g}")
