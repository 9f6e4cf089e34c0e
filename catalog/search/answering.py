"""From a query to hits: passes, order among equals, pages, counts and marks."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import tantivy
from tantivy import Query

from catalog.actions.ports import Found, Hit, SearchQuery
from catalog.core.text import in_language
from catalog.search.asking import AS_TYPED, Asking, filtered
from catalog.search.indexing import DECODER, LEAST_WEIGHT, Stored, group_of
from catalog.search.marking import shown_match
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
        count: finds the same, without ranking it.
        nearly: the words that may be met with typos.
    """

    count: Query
    places: list[Place]
    total: int
    nearly: frozenset[str] = NOBODY


class Answering:
    """One query, put to one state of the index."""

    def __init__(self, index: tantivy.Index, searcher: tantivy.Searcher, asked: Asked) -> None:
        self.schema = index.schema
        self.searcher = searcher
        self.asked = asked
        self.asking = Asking(self.schema, searcher, asked)

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

        Then with typos in words that the index does not know; while nothing is found, also in
        words without which something would be; at last in any.
        """
        exact = self.asking.as_typed()
        typed = self.run(exact, wanted, count=self.asking.found())
        if typed.total >= ENOUGH or not self.asked.words:
            return typed
        strange = frozenset(word for word in self.asked.words if self.is_strange(word))
        if strange:
            query = self.asking.with_typos(strange, with_exact=exact if typed.total else None)
            found = self.run(query, wanted, nearly=strange)
            if found.total:
                return found
        return typed if typed.total else self.matches_doubting(strange, wanted, typed)

    def matches_doubting(
        self, strange: frozenset[str], wanted: SearchQuery, none: Matches
    ) -> Matches:
        """What is found when words are doubted that the index does know."""
        known = [word for word in self.asked.words if word not in strange]
        everyone = frozenset(word for word in self.asked.words if edits_allowed(word))
        suspect = frozenset(
            word
            for word in known
            if word in everyone and self.asking.is_met([w for w in known if w != word])
        )
        for nearly in dict.fromkeys((strange | suspect, everyone)):
            if nearly != strange:
                found = self.run(
                    self.asking.with_typos(nearly, with_exact=None), wanted, nearly=nearly
                )
                if found.total:
                    return found
        return none

    def run(
        self,
        query: Query,
        wanted: SearchQuery,
        *,
        nearly: frozenset[str] = NOBODY,
        count: Query | None = None,
    ) -> Matches:
        """Put a query to the index; `count` finds the same and is quicker."""
        last = -(-(max(wanted.offset, 0) + max(wanted.limit, 0)) // BLOCK) * BLOCK
        found = self.searcher.search(
            filtered(self.schema, query, wanted),
            limit=max(last, WINDOW),
            weight_by_field=weight_for(wanted.language) if self.asked.is_by_length else None,
        )
        total: int = found.count  # type: ignore[attr-defined]  # left out of the library's stubs
        return Matches(filtered(self.schema, count or query, wanted), found.hits, total, nearly)

    def is_strange(self, word: str) -> bool:
        """Whether a word may be misspelt: it is long enough, and not in the index."""
        if not edits_allowed(word) or self.asking.holds("words", word):
            return False
        return word != self.asked.open_word or not self.asking.holds_begun("words", word)

    # -- counts -----------------------------------------------------------------------------

    def facets(self, matches: Matches) -> Counts:
        """How many of all hits are of each kind, and members of each list."""
        if matches.total > len(matches.places):
            return facets_of(self.counted(matches.count))
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

    def document(self, address: tantivy.DocAddress) -> Stored:
        """What is kept of the document at an address."""
        return DECODER.decode(self.searcher.doc(address)["document"][0])

    def hit(self, place: Place, wanted: SearchQuery, nearly: frozenset[str]) -> Hit:
        """A hit as it is shown."""
        weighted, address = place
        score = weighted / LEAST_WEIGHT if self.asked.is_by_length else weighted
        document = self.document(address)
        typos = nearly if score < AS_TYPED / 2 else NOBODY
        shown = in_language(document.title, wanted.language)
        highlight, matched = shown_match(
            self.asked, document.code, shown, document.others(), nearly=typos
        )
        return Hit(
            key=document.key,
            code=document.code,
            version=document.version,
            title=document.title,
            highlight=highlight,
            matched=matched,
            score=rounded(score),
            start=document.start,
            end=document.end,
            retired=document.retired,
        )


def weight_for(language: str) -> str:
    """The field that says how short a title is in a language."""
    return "short_en" if language == "en" else "short_vi"


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
