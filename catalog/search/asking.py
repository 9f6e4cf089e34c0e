"""
How a query is put to the embedded index: what must be met, and what ranks before what.

Scores are sums of constants so far apart that a higher tier always wins; what the engine counts
(how rare a word is, how long a text) decides only inside a tier.
"""

from collections.abc import Iterable

import tantivy
from tantivy import Occur, Query

from catalog.actions.ports import SearchQuery
from catalog.search.words import MOST_START, Asked, edits_allowed, number_of_name, start_of

CODE = 32768.0
BARE_CODE = 16384.0
SPOKEN_NAME = 8192.0
NAME = 4096.0
MARKED_BARE_CODE = 2048.0
"""A bare code when the query has marks: `tả` is rather the name than the code TA."""

CODE_START = 2048.0
AS_TYPED = 256.0
"""Every hit of the exact pass, so that it stands before those of the pass with typos."""

START = 48.0
SIZE = 6.0
MARKED_WORDS = 64.0
MARKED_WORD = 2.0
BEGUN_WORD = 1.0
LATER_WORD = 3.0
NEAR_WORD = (3.0, 1.5, 0.75)
"""By the number of edits, in the pass with typos."""

NOTE = 0.2

SHORTEST_WRONG_START = 3

Clause = tuple[Occur, Query]


class Asking:
    """
    One query, put in the words of one state of the index.

    What the index does not hold is left out of a query: an optional clause costs time for every
    hit, even when it never matches.
    """

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher, asked: Asked) -> None:
        self.schema = schema
        self.searcher = searcher
        self.asked = asked

    # -- single values ----------------------------------------------------------------------

    def holds(self, field: str, value: str | int) -> bool:
        """Whether a document has the value."""
        return value != "" and self.searcher.doc_freq(field, value) > 0

    def holds_begun(self, field: str, value: str) -> bool:
        """Whether a document has a value that begins so."""
        return bool(self.searcher.terms_with_prefix(field, value, limit=1))

    def term(self, field: str, value: str | int) -> Query:
        """Documents with a value; how rare it is counts."""
        return Query.term_query(self.schema, field, value)

    def fixed(self, field: str, value: str | int, score: float) -> list[Query]:
        """Documents with a value, all with one score; nothing when there is none."""
        if not self.holds(field, value):
            return []
        return [Query.const_score_query(self.term(field, value), score)]

    def near(self, field: str, word: str, edits: int, score: float) -> Query:
        """Documents with a word so many edits away or fewer."""
        query = Query.fuzzy_term_query(self.schema, field, word, edits)
        return Query.const_score_query(query, score)

    def begun(self, field: str, word: str, score: float, edits: int = 0) -> Query:
        """Documents with a value that begins so."""
        query = Query.fuzzy_term_query(self.schema, field, word, edits, prefix=True)
        return Query.const_score_query(query, score)

    # -- the exact pass ---------------------------------------------------------------------

    def as_typed(self) -> Query:
        """The code, or every word whole and the last perhaps begun; ranked."""
        found = self.found()
        return Query.boolean_query([(Occur.Must, found), *should(self.first())])

    def found(self) -> Query:
        """What the exact pass finds, hardly ranked; quick to count."""
        return either([*self.codes(), *self.words_typed()])

    def codes(self) -> Iterable[Query]:
        """What the query finds as a code."""
        yield from self.fixed("code", self.asked.code, CODE)
        bare = MARKED_BARE_CODE if self.asked.spoken else BARE_CODE
        yield from self.fixed("bare", self.asked.bare, bare)
        if self.asked.code_like:
            yield from self.fixed("edge", self.asked.bare, CODE_START)

    def words_typed(self) -> list[Query]:
        """Every word, in a name, a synonym, a code or a note; nothing when one is nowhere."""
        clauses = [self.whole_word(word) for word in self.asked.finished_words]
        if self.asked.unfinished:
            clauses.append(self.begun_word(self.asked.open_word))
        if not clauses or not all(clauses):
            return []
        every = Query.boolean_query([(Occur.Must, either(places)) for places in clauses])
        return [Query.const_score_query(every, BEGUN_WORD) if self.asked.code_like else every]

    def whole_word(self, word: str) -> list[Query]:
        """Where a word is met whole; in names, how rare it is counts."""
        return [
            *self.named(word),
            *self.fixed("bare", word, BEGUN_WORD),
            *self.fixed("note", word, NOTE),
        ]

    def begun_word(self, word: str) -> list[Query]:
        """Where a word is met that begins so."""
        places = [
            self.begun(field, word, score)
            for field, score in (("words", BEGUN_WORD), ("note", NOTE))
            if self.holds_begun(field, word)
        ]
        return [*places, *self.fixed("edge", word, BEGUN_WORD)]

    def named(self, word: str) -> list[Query]:
        """Names, synonyms and parts of codes with a word; how rare it is counts."""
        return [self.term("words", word)] if self.holds("words", word) else []

    def is_met(self, words: list[str]) -> bool:
        """Whether a document has all these words of the query, short beginnings left out."""
        clauses = [
            self.begun_word(word) if word == self.asked.open_word else self.whole_word(word)
            for word in words
            if word != self.asked.open_word or len(word) > SHORTEST_WRONG_START
        ]
        query = Query.boolean_query([(Occur.Must, either(places)) for places in clauses])
        return bool(self.searcher.search(query, limit=1, count=False).hits) or not clauses

    # -- what ranks -------------------------------------------------------------------------

    def first(self) -> Iterable[Query]:
        """What brings a hit of the exact pass forward."""
        if not self.asked.words:
            return
        if self.asked.spoken:
            yield from self.fixed("spoken", number_of_name(self.asked.spoken), SPOKEN_NAME)
            yield from self.marked()
        yield from self.fixed("name", number_of_name(self.asked.name), NAME)
        yield from self.start()
        if self.asked.code_like or self.asked.is_short:
            return
        if self.asked.unfinished:
            yield from self.named(self.asked.open_word)
        yield from self.later()
        yield from self.size()

    def marked(self) -> Iterable[Query]:
        """Names that have the words with their marks, each and all together."""
        words = list(dict.fromkeys(self.asked.spoken.split()))
        if all(self.holds("marked", word) for word in words):
            every = [(Occur.Must, self.term("marked", word)) for word in words]
            yield Query.const_score_query(Query.boolean_query(every), MARKED_WORDS)
        for word in words:
            yield from self.fixed("marked", word, MARKED_WORD)

    def later(self) -> Iterable[Query]:
        """Words behind those that must be met; they only bring hits forward."""
        for word in self.asked.later:
            yield from self.fixed("words", word, LATER_WORD)

    def start(self) -> Iterable[Query]:
        """Names that begin as the query does."""
        words = self.asked.name.split()
        start = start_of(words[:MOST_START])
        if self.asked.unfinished and len(words) <= MOST_START:
            return [self.begun("start", start, START)] if self.holds_begun("start", start) else []
        return self.fixed("start", start, START)

    def size(self) -> list[Query]:
        """Names of as many words as the query."""
        return self.fixed("size", self.asked.count, SIZE)

    # -- the pass with typos ----------------------------------------------------------------

    def with_typos(self, nearly: frozenset[str], *, with_exact: Query | None) -> Query:
        """Some words nearly met; what the exact pass found stays first."""
        found = self.nearly(nearly)
        if with_exact is None:
            return found
        everything = Query.const_score_query(Query.all_query(), AS_TYPED)
        exact = Query.boolean_query([(Occur.Must, with_exact), (Occur.Should, everything)])
        return either([exact, found])

    def nearly(self, nearly: frozenset[str]) -> Query:
        """Every word whole or begun, and some nearly."""
        clauses = [self.near_word(word, word in nearly) for word in self.asked.words]
        if not all(clauses):
            return Query.empty_query()
        return Query.boolean_query(
            [
                *((Occur.Must, either(places)) for places in clauses),
                *should([*self.later(), *self.size()]),
            ]
        )

    def near_word(self, word: str, nearly: bool) -> list[Query]:  # noqa: FBT001
        """A word in a name or a code, some edits away at most."""
        edits = edits_allowed(word) if nearly else 0
        places = [
            *self.fixed("words", word, NEAR_WORD[0]),
            *self.fixed("bare", word, NEAR_WORD[0]),
            *(self.near("words", word, edit, NEAR_WORD[edit]) for edit in range(1, edits + 1)),
        ]
        if word == self.asked.open_word:
            # A few letters with one of them wrong would begin half of all words.
            may_be_wrong = len(word) > SHORTEST_WRONG_START
            places.append(
                self.begun("words", word, NEAR_WORD[edits], edits if may_be_wrong else 0)
            )
            places.extend(self.fixed("edge", word, NEAR_WORD[0]))
        return places


def either(queries: Iterable[Query]) -> Query:
    """Documents that any of the queries finds; scores add up."""
    queries = list(queries)
    return queries[0] if len(queries) == 1 else Query.boolean_query(should(queries))


def should(queries: Iterable[Query]) -> list[Clause]:
    """Optional clauses."""
    return [(Occur.Should, query) for query in queries]


def filtered(schema: tantivy.Schema, query: Query, wanted: SearchQuery) -> Query:
    """The query inside the kind, the list and the standing that are wanted."""
    terms = [
        ("kind", wanted.kind),
        ("list", wanted.list),
        ("retired", "" if wanted.retired else "no"),
    ]
    filters = [
        (Occur.Must, Query.const_score_query(Query.term_query(schema, field, value), 0.0))
        for field, value in terms
        if value
    ]
    return Query.boolean_query([(Occur.Must, query), *filters]) if filters else query
