"""
Asking a compiled release file: the lexicon and the crosswalk that are served.

A file is opened `immutable`: no locks, no journal, nothing checked for change, because it never
changes. Each thread has a connection of its own; statements are prepared once a connection.
"""

import sqlite3
import threading
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias, TypeVar
from urllib.parse import quote

import msgspec

from catalog.core.errors import BadFile
from catalog.core.hierarchy import ROOT
from catalog.core.model import CodeList, Concept, Match
from catalog.core.names import Kind
from catalog.core.terminology import (
    Crosswalk,
    Filter,
    Lexicon,
    Page,
    asked_words,
    text_of,
)
from catalog.formats.release_file_question import Question

REVISION = 1
"""Raised whenever the compiled file's layout changes; older files are then compiled again."""

APPLICATION = int.from_bytes(b"VHMR")
"""Written into the file's header, so that it is known as one of ours."""

MAGIC = b"SQLite format 3\0"
REMEMBERED = 16_384
"""How many codes' standings a lexicon remembers; some 4 MB when full."""

STRIDE = 500
"""How many concepts are read at once when all are."""

T = TypeVar("T")

Standing: TypeAlias = tuple[int, bool, str, str]
"""Place, whether records may carry it at all, valid_from, valid_to."""

CONCEPT = msgspec.json.Decoder(Concept)
MATCH = msgspec.json.Decoder(Match)
HEADER = msgspec.json.Decoder(CodeList)


class OpenFile:
    """
    One compiled file, open for reading from any thread.

    Attributes:
        path: where it is.
        facts: what its meta table says.
    """

    def __init__(self, path: Path) -> None:
        """
        Open the file.

        Raises: BadFile, when it is missing, not ours, of another revision, or cut short.
        """
        check_head(path)
        self.path = path
        self.local = threading.local()
        self.opened: list[sqlite3.Connection] = []
        self.facts: dict[str, str] = dict(self.rows("SELECT name, value FROM meta"))

    def connect(self) -> sqlite3.Connection:
        """
        A connection for this thread.

        Raises: BadFile.
        """
        try:
            connection = sqlite3.connect(
                f"file:{quote(str(self.path.absolute()))}?mode=ro&immutable=1",
                uri=True,
                isolation_level=None,
                check_same_thread=False,  # so that close() may be called from another thread
                cached_statements=64,
            )
            connection.execute("PRAGMA cache_size=-4000")
            connection.execute("PRAGMA trusted_schema=OFF")  # a bundle may come from anywhere
        except sqlite3.DatabaseError as error:
            raise BadFile(self.path.name, str(error)) from None
        self.local.connection = connection
        self.opened.append(connection)
        return connection

    def rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
        """
        The rows of a question; none when it is asked with what is no text.

        Raises: BadFile, when the file turns out to be damaged.
        """
        try:
            connection = self.local.connection
        except AttributeError:
            connection = self.connect()
        try:
            return connection.execute(sql, values).fetchall()  # type: ignore[no-any-return]
        except (UnicodeEncodeError, OverflowError):
            return []
        except sqlite3.DatabaseError as error:
            raise BadFile(self.path.name, str(error)) from None

    def read(self, decoder: msgspec.json.Decoder[T], document: bytes | str) -> T:
        """
        What a document in the file says.

        Raises: BadFile.
        """
        try:
            return decoder.decode(document)
        except msgspec.MsgspecError as error:
            raise BadFile(self.path.name, str(error)) from None

    def number(self, name: str) -> int:
        """
        A number in the meta table.

        Raises: BadFile, when there is none.
        """
        text = self.facts.get(name, "")
        if not text.isdecimal():
            raise BadFile(self.path.name, f"does not say its {name}")
        return int(text)

    def close(self) -> None:
        """Close every connection; questions asked later open new ones."""
        self.local = threading.local()
        while self.opened:
            self.opened.pop().close()


def check_head(path: Path) -> None:
    """
    Look at the first bytes and the length.

    Raises: BadFile.
    """
    try:
        with path.open("rb") as file:
            head = file.read(100)
        length = path.stat().st_size
    except OSError as error:
        raise BadFile(path.name, error.strerror or str(error)) from None
    check_header(path.name, head, length)


def check_header(name: str, head: bytes, length: int) -> None:
    """
    Look at the first 100 bytes of a file of some length.

    Raises: BadFile.
    """
    if len(head) < 100 or not head.startswith(MAGIC):  # noqa: PLR2004 - SQLite's header
        raise BadFile(name, "is not an SQLite file")
    if int.from_bytes(head[68:72]) != APPLICATION:
        raise BadFile(name, "is not a compiled release file of this registry")
    revision = int.from_bytes(head[60:64])
    if revision != REVISION:
        raise BadFile(name, f"is of revision {revision}; this program reads {REVISION}")
    if length != int.from_bytes(head[16:18]) * int.from_bytes(head[28:32]):
        raise BadFile(name, "is cut short or was added to")


class FileLexicon(Lexicon):
    """A lexicon that reads a compiled release file."""

    def __init__(self, file: OpenFile) -> None:
        self.file = file
        self.longest = file.number("longest")
        self.listed = file.number("size")
        self.standing = lru_cache(maxsize=REMEMBERED)(self.read_standing)

    def read_standing(self, code: str) -> Standing | None:
        """What the file says of a code's standing."""
        found = self.file.rows(
            "SELECT place, retired = 0 AND selectable = 1, valid_from, valid_to"
            " FROM code CROSS JOIN standing USING (place) WHERE code = ?",
            (code,),
        )
        return found[0] if found else None

    def place(self, code: str) -> int | None:
        """Where a code stands."""
        if len(code) > self.longest:  # so that nobody fills the memory with long texts
            return None
        found = self.standing(code)
        return None if found is None else found[0]

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self.file.path

    @property
    def header(self) -> CodeList:
        """What the list says of itself; without members."""
        return self.file.read(HEADER, self.file.facts.get("header", ""))

    @property
    def size(self) -> int:
        """How many concepts there are."""
        return self.listed

    def has(self, code: str) -> bool:
        """Whether the code is one of the list, retired or not."""
        return len(code) <= self.longest and self.standing(code) is not None

    def usable(self, code: str, day: date) -> bool:
        """Whether a record of that day may carry it: known, selectable, not retired, valid."""
        found = self.standing(code) if len(code) <= self.longest else None
        if found is None:
            return False
        _, selectable, start, end = found
        if not selectable or not (start or end):
            return bool(selectable)
        text = day.isoformat()
        return start <= text and (not end or text < end)

    def lookup(self, code: str) -> Concept | None:
        """The concept of a code."""
        found = self.fragment(code)
        return None if found is None else self.file.read(CONCEPT, found)

    def fragment(self, code: str) -> bytes | None:
        """The concept's canonical JSON, ready to be sent."""
        found = self.file.rows(
            "SELECT CAST(document AS BLOB) FROM code CROSS JOIN concept USING (place)"
            " WHERE code.code = ?",
            (code,),
        )
        return found[0][0] if found else None

    def resolve(self, text: str) -> str | None:
        """The code that a text names: the code itself, else the first with such an alias."""
        if self.has(text):
            return text
        found = self.file.rows(
            "SELECT code FROM alias CROSS JOIN concept USING (place) WHERE alias = ?", (text,)
        )
        return found[0][0] if found else None

    def parents(self, code: str) -> tuple[str, ...]:
        """Codes directly broader, in the order of the concept."""
        concept = self.lookup(code)
        return () if concept is None else tuple(dict.fromkeys(concept.parents))

    def children(self, code: str) -> tuple[str, ...]:
        """Codes directly narrower, in the order of the list; of the empty text: the roots."""
        place = self.place(code) if code else ROOT
        found = self.file.rows(
            "SELECT code FROM child CROSS JOIN concept ON place = child WHERE parent = ?"
            " ORDER BY child",
            (place,),
        )
        return tuple(code for (code,) in found)

    def ancestors(self, code: str) -> frozenset[str]:
        """Every broader code, the code itself left out."""
        found = self.file.rows(
            "SELECT code FROM ancestry CROSS JOIN concept ON place = ancestor"
            " WHERE descendant = ?",
            (self.place(code),),
        )
        return frozenset(code for (code,) in found)

    def subsumes(self, broader: str, narrower: str) -> bool:
        """Whether the one is the other or one of its ancestors; both must be in the list."""
        above, below = self.place(broader), self.place(narrower)
        if above is None or below is None:
            return False
        return above == below or bool(
            self.file.rows(
                "SELECT 1 FROM ancestry WHERE ancestor = ? AND descendant = ?", (above, below)
            )
        )

    def find(self, wanted: Filter, *, after: int = 0, limit: int = 50) -> Page:
        """A page of the concepts that a filter finds, in the order of the list."""
        question = self.question(wanted)
        if question is None:
            return Page((), 0, None)
        limit = min(max(limit, 0), self.listed)
        rows = self.file.rows(
            f"SELECT place, CAST(document AS BLOB) FROM ({question.places})"  # noqa: S608
            " CROSS JOIN concept ON place = at",
            (*question.values, after, limit + 1),
        )
        total = self.listed
        if wanted != Filter():
            [(total,)] = self.file.rows(question.count, question.values) or [(0,)]
        page = rows[:limit]
        following = (page[-1][0] if page else after) if len(rows) > limit else None
        concepts = tuple(self.file.read(CONCEPT, document) for _, document in page)
        return Page(concepts, total, following)

    def question(self, wanted: Filter) -> Question | None:
        """The filter in SQL; None when it names a code that the list does not have."""
        question = Question()
        words = asked_words(wanted.text)
        if words:
            question.add_words(" AND ".join(f'"{word}" *' for word in words))
        if wanted.roots:
            question.add("child", "child", parent=ROOT)
        for code, table, column, fixed in (
            (wanted.parent, "child", "child", "parent"),
            (wanted.below, "ancestry", "descendant", "ancestor"),
        ):
            if code:
                place = self.place(code)
                if place is None:
                    return None
                question.add(table, column, **{fixed: place})
        for name, value in wanted.properties.items():
            for text in text_of(value):
                question.add("property_value", "place", property=self.property(name), value=text)
        question.add_standing(wanted)
        return question

    def property(self, name: str) -> int:
        """The number of a property; 0 when no concept has such."""
        found = self.file.rows("SELECT id FROM property WHERE name = ?", (name,))
        return int(found[0][0]) if found else 0

    def concepts(self) -> Iterator[Concept]:
        """All concepts in the order of the list, read a few hundred at a time."""
        for start in range(0, self.listed, STRIDE):
            for (document,) in self.file.rows(
                "SELECT CAST(document AS BLOB) FROM concept WHERE place BETWEEN ? AND ?",
                (start + 1, start + STRIDE),
            ):
                yield self.file.read(CONCEPT, document)

    def close(self) -> None:
        """Close the file."""
        self.file.close()


class FileCrosswalk(Crosswalk):
    """A crosswalk that reads a compiled release file."""

    def __init__(self, file: OpenFile) -> None:
        self.file = file

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self.file.path

    def translate(self, source: str) -> tuple[Match, ...]:
        """The matches of a source code, in the order of the mapping."""
        return self.matches("SELECT document FROM match WHERE source = ? ORDER BY place", source)

    def reverse(self, target: str) -> tuple[Match, ...]:
        """The matches that lead to a target code, in the order of the mapping."""
        if not target:
            return ()
        return self.matches("SELECT document FROM match WHERE target = ? ORDER BY place", target)

    def matches(self, sql: str, code: str) -> tuple[Match, ...]:
        """The matches that a question finds."""
        rows = self.file.rows(sql, (code,))
        return tuple(self.file.read(MATCH, document) for (document,) in rows)

    def close(self) -> None:
        """Close the file."""
        self.file.close()


def open_lexicon(path: Path) -> FileLexicon:
    """
    The lexicon in a compiled release file of a code list or value set.

    Raises: BadFile, when the file is missing, not ours, of another revision, cut short, or holds
        a mapping.
    """
    return FileLexicon(opened(path, Kind.CODE_LIST))


def open_crosswalk(path: Path) -> FileCrosswalk:
    """
    The crosswalk in a compiled release file of a mapping.

    Raises: BadFile, as `open_lexicon` does.
    """
    return FileCrosswalk(opened(path, Kind.MAPPING))


def opened(path: Path, kind: Kind) -> OpenFile:
    """
    The open file, holding what is wanted.

    Raises: BadFile.
    """
    file = OpenFile(path)
    if file.facts.get("kind") != kind:
        held = file.facts.get("kind", "nothing")
        file.close()
        raise BadFile(path.name, f"holds a {held}, not a {kind}")
    return file
