"""
How a query is put to the embedded index: what must be met, and what ranks before what.

Scores are sums of constants so far apart that a higher tier always wins; what the engine counts
(how rare a word is, how long a text) decides only inside a tier.
"""

from collections.abc import Iterable

import tantivy
from tantivy import Occur, Query

from catalog.actions.ports import SearchQuery
from catalog.search.words import MOST_START, Asked, edits_allowed, start_of

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

Clause = tuple[Occur, Query]


class Asking:
    """One query and the schema that it is put to."""

    def __init__(self, schema: tantivy.Schema, asked: Asked) -> None:
        self.schema = schema
        self.asked = asked

    def term(self, field: str, value: str) -> Query:
        """Documents with a value; how rare it is counts."""
        return Query.term_query(self.schema, field, value)

    def fixed(self, field: str, value: str, score: float) -> Query:
        """Documents with a value, all with one score."""
        return Query.const_score_query(self.term(field, value), score)

    def near(self, field: str, word: str, edits: int, score: float) -> Query:
        """Documents with a word so many edits away or fewer."""
        query = Query.fuzzy_term_query(self.schema, field, word, edits)
        return Query.const_score_query(query, score)

    def begun(self, field: str, word: str, score: float, edits: int = 0) -> Query:
        """Documents with a value that begins so."""
        query = Query.fuzzy_term_query(self.schema, field, word, edits, prefix=True)
        return Query.const_score_query(query, score)

    def as_typed(self) -> Query:
        """The exact pass: the code, or every word whole and the last perhaps begun."""
        found = [*self.codes()]
        if self.asked.words:
            found.append(self.words_typed())
        return Query.boolean_query([(Occur.Must, either(found)), *should(self.first())])

    def codes(self) -> Iterable[Query]:
        """What the query finds as a code."""
        bare = MARKED_BARE_CODE if self.asked.spoken else BARE_CODE
        if self.asked.code:
            yield self.fixed("code", self.asked.code, CODE)
        if self.asked.bare:
            yield self.fixed("bare", self.asked.bare, bare)
        if self.asked.bare and self.asked.code_like:
            yield self.fixed("edge", self.asked.bare, CODE_START)

    def words_typed(self) -> Query:
        """Every word, in a name, a synonym, a code or a note."""
        clauses = [
            either([self.term("words", word), self.fixed("note", word, NOTE)])
            for word in self.asked.finished_words
        ]
        if self.asked.unfinished:
            word = self.asked.open_word
            clauses.append(
                either(
                    [
                        self.term("words", word),
                        self.begun("words", word, BEGUN_WORD),
                        self.begun("note", word, NOTE),
                    ]
                )
            )
        every = Query.boolean_query([(Occur.Must, clause) for clause in clauses])
        if self.asked.code_like:
            return Query.const_score_query(every, BEGUN_WORD)
        return every

    def first(self) -> Iterable[Query]:
        """What brings a hit forward."""
        if not self.asked.words:
            return
        if self.asked.spoken:
            yield self.fixed("spoken", self.asked.spoken, SPOKEN_NAME)
            yield from self.marked()
        yield self.fixed("name", self.asked.name, NAME)
        yield from self.later()
        yield self.start()
        if self.asked.count:
            yield self.size()

    def marked(self) -> Iterable[Query]:
        """Names that have the words with their marks, each and all together."""
        words = [self.term("marked", word) for word in dict.fromkeys(self.asked.spoken.split())]
        together = Query.boolean_query([(Occur.Must, word) for word in words])
        yield Query.const_score_query(together, MARKED_WORDS)
        for word in words:
            yield Query.const_score_query(word, MARKED_WORD)

    def later(self) -> Iterable[Query]:
        """Words behind those that must be met; they only bring hits forward."""
        return (self.fixed("words", word, LATER_WORD) for word in self.asked.later)

    def start(self) -> Query:
        """Names that begin as the query does."""
        words = self.asked.name.split()
        start = start_of(words[:MOST_START])
        if self.asked.unfinished and len(words) <= MOST_START:
            return self.begun("start", start, START)
        return self.fixed("start", start, START)

    def size(self) -> Query:
        """Names of as many words as the query."""
        return self.fixed("size", str(self.asked.count), SIZE)

    def with_typos(self, nearly: frozenset[str]) -> Query:
        """The pass with typos: what the exact pass finds first, then some words nearly met."""
        everything = Query.const_score_query(Query.all_query(), AS_TYPED)
        exact = Query.boolean_query([(Occur.Must, self.as_typed()), (Occur.Should, everything)])
        return either([exact, self.nearly(nearly)])

    def nearly(self, nearly: frozenset[str]) -> Query:
        """Every word whole or begun, and some nearly."""
        clauses = [
            either(self.nearly_word(word, edits_allowed(word) if word in nearly else 0))
            for word in self.asked.words
        ]
        bonus = [*self.later()]
        if self.asked.count:
            bonus.append(self.size())
        return Query.boolean_query([*((Occur.Must, clause) for clause in clauses), *should(bonus)])

    def nearly_word(self, word: str, edits: int) -> Iterable[Query]:
        """A word in a name, so many edits away at most."""
        yield self.fixed("words", word, NEAR_WORD[0])
        for distance in range(1, edits + 1):
            yield self.near("words", word, distance, NEAR_WORD[distance])
        if word == self.asked.open_word:
            yield self.begun("words", word, NEAR_WORD[edits], edits)


def either(queries: Iterable[Query]) -> Query:
    """Documents that any of the queries finds; scores add up."""
    return Query.boolean_query(should(queries))


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
