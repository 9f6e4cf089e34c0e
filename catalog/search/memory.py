"""A finder in memory: the same promises over a plain list, for tests and small registries."""

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from catalog.actions.ports import Found, Hit, SearchDocument, SearchQuery
from catalog.core.text import in_language
from catalog.search.marking import near_length, shown_match
from catalog.search.words import (
    Asked,
    asked,
    bare_code,
    code_words,
    edits_allowed,
    folded_name,
    spoken_name,
    written_code,
)

ENOUGH = 10
"""With fewer hits than this as typed, typos are allowed for."""

(
    NEARLY,
    WORDS,
    START,
    MARKED_WORDS,
    CODE_START,
    MARKED_BARE_CODE,
    NAME,
    SPOKEN_NAME,
    BARE_CODE,
    CODE,
) = range(1, 11)
"""The tiers, the best highest; a bare code counts less when the query has marks."""


@dataclass(frozen=True, slots=True)
class Row:
    """A document with its keys."""

    document: SearchDocument
    names: tuple[str, ...]
    spoken: tuple[str, ...]
    marked: frozenset[str]
    words: frozenset[str]
    note: frozenset[str]
    code: str
    bare: tuple[str, ...]

    @property
    def edge(self) -> str:
        """The code that is found by its beginnings."""
        return self.bare[0] if self.document.code and self.bare else ""


class MemoryFinder:
    """
    Finds by going through everything.

    Always there, so never unavailable; one writer at a time, who waits. Cost of a query: every
    document is looked at.
    """

    def __init__(self) -> None:
        self._rows: tuple[Row, ...] = ()
        self._writing = threading.Lock()

    def index(self, documents: Iterable[SearchDocument], *, replace: tuple[str, ...]) -> None:
        """Take documents in; all earlier documents of the keys in `replace` go."""
        with self._writing:
            kept = (row for row in self._rows if row.document.key not in replace)
            self._rows = (*kept, *map(row_of, documents))

    def rebuild(self, documents: Iterable[SearchDocument]) -> None:
        """Hold these documents only."""
        with self._writing:
            self._rows = tuple(map(row_of, documents))

    def find(self, query: SearchQuery) -> Found:
        """The hits of a query; without words no hits, but the counts of all there is."""
        ask = asked(query.text)
        rows = [row for row in self._rows if is_wanted(row.document, query)]
        if not ask.text.strip():
            return Found(hits=(), facets=facets_of(row.document for row in rows), total=0)
        ranked = [(tier_of(row, ask), row) for row in rows]
        found = [(tier, row) for tier, row in ranked if tier]
        if len(found) < ENOUGH and ask.words:
            found += [(NEARLY, row) for row in self.nearly(ranked, ask, anything=not found)]
        found.sort(key=lambda one: place_of(one[0], one[1].document, ask, query.language))
        page = found[max(query.offset, 0) :][: max(query.limit, 0)]
        return Found(
            hits=tuple(hit(tier, row.document, ask, query.language) for tier, row in page),
            facets=facets_of(row.document for _, row in found),
            total=len(found),
        )

    def nearly(
        self, ranked: Iterable[tuple[int, Row]], ask: Asked, *, anything: bool
    ) -> Iterable[Row]:
        """Rows missed as typed that have typos in unknown words; in any word, if `anything`."""
        strange = frozenset(
            word for word in ask.words if not any(is_met(row, word, ask) for row in self._rows)
        )
        missed = [row for tier, row in ranked if not tier]
        found = [row for row in missed if strange and is_near_row(row, ask, strange)]
        if found or not anything:
            return found
        return [row for row in missed if is_near_row(row, ask, frozenset(ask.words))]


def row_of(document: SearchDocument) -> Row:
    """A document with its keys."""
    synonyms = (name for names in document.synonyms.values() for name in names)
    names = (*document.title.values(), *synonyms)
    folded = tuple(map(folded_name, names))
    codes = (document.code, *document.aliases)
    bare = (code for code in map(bare_code, codes) if code)
    words = (word for name in folded for word in name.split())
    parts = (word for code in codes for word in code_words(code))
    return Row(
        document,
        folded,
        tuple(map(spoken_name, names)),
        frozenset(word for name in names for word in spoken_name(name).split()),
        frozenset((*words, *parts)),
        frozenset(folded_name(document.note).split()),
        written_code(document.code),
        tuple(dict.fromkeys(bare)),
    )


def is_wanted(document: SearchDocument, query: SearchQuery) -> bool:
    """Whether a document is of the kind, list and standing that are wanted."""
    kind, _, name = document.key.partition("/")
    return (
        (not query.kind or kind == query.kind)
        and (not query.list or (bool(document.code) and name == query.list))
        and (query.retired or not document.retired)
    )


def tier_of(row: Row, ask: Asked) -> int:
    """How well a document is met as typed; 0 when it is not."""
    met = bool(ask.words) and all(is_met(row, word, ask) for word in ask.words)
    conditions = (
        (CODE, ask.code and row.code == ask.code),
        (BARE_CODE, ask.bare in row.bare and not ask.spoken),
        (SPOKEN_NAME, met and ask.spoken in row.spoken),
        (NAME, met and ask.name in row.names),
        (MARKED_BARE_CODE, ask.bare in row.bare),
        (CODE_START, ask.code_like and ask.bare and row.edge.startswith(ask.bare)),
        (MARKED_WORDS, met and ask.spoken and row.marked.issuperset(ask.spoken.split())),
        (START, met and any(name.startswith(ask.name) for name in row.names)),
        (WORDS, met),
    )
    return next((tier for tier, is_so in conditions if is_so), 0)


def is_met(row: Row, word: str, ask: Asked) -> bool:
    """Whether a word of the query is in a document, or begins one of its words."""
    if word in row.words or word in row.bare or word in row.note:
        return True
    if word != ask.open_word:
        return False
    return row.edge.startswith(word) or any(
        other.startswith(word) for other in (*row.words, *row.note)
    )


def is_near_row(row: Row, ask: Asked, nearly: frozenset[str]) -> bool:
    """Whether every word of the query is met, or (those given) nearly."""
    return all(
        is_met(row, word, ask)
        or (
            word in nearly
            and edits_allowed(word) > 0
            and any(near_length(word, other, word == ask.open_word) for other in row.words)
        )
        for word in ask.words
    )


def place_of(
    tier: int, document: SearchDocument, ask: Asked, language: str
) -> tuple[int, int, str, str, str]:
    """Where a hit stands: by tier, short names first, then by kind, list and code."""
    kind, _, name = document.key.partition("/")
    length = len(in_language(document.title, language)) if ask.is_by_length else 0
    return (-tier, length, kind, name, document.code)


def facets_of(documents: Iterable[SearchDocument]) -> dict[str, dict[str, int]]:
    """Counts by kind, and of members by list."""
    kinds: Counter[str] = Counter()
    lists: Counter[str] = Counter()
    for document in documents:
        kind, _, name = document.key.partition("/")
        kinds[kind] += 1
        if document.code:
            lists[name] += 1
    return {"kind": dict(sorted(kinds.items())), "list": dict(sorted(lists.items()))}


def hit(tier: int, document: SearchDocument, ask: Asked, language: str) -> Hit:
    """A document as it is shown."""
    shown = in_language(document.title, language)
    names = (name for some in document.synonyms.values() for name in some)
    others = (*document.title.values(), *names, *document.aliases)
    nearly = frozenset(ask.words) if tier == NEARLY else frozenset()
    places, matched = shown_match(ask, document.code, shown, others, nearly=nearly)
    return Hit(
        key=document.key,
        code=document.code,
        version=document.version,
        title=document.title,
        highlight=places,
        matched=matched,
        score=float(tier),
        start=document.start,
        end=document.end,
        retired=document.retired,
    )
