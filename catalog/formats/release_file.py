"""
The compiled release file: a code list, an expanded value set or a mapping as one SQLite file.

The file never changes once it has its name, is the same bytes wherever it is compiled by one
version of SQLite, and can be thrown away and compiled again. Concepts stand at places (1, 2, 3 in
the order of the list); everything else points at places. It is also meant to be opened by people:
the views `concepts` and `matches` say in plain columns what the lexicon reads.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeAlias, TypeVar

from msgspec.structs import replace

from catalog.core.document import ENCODER, canonical
from catalog.core.errors import BadDocument
from catalog.core.hierarchy import ROOT, Hierarchy, is_code
from catalog.core.model import CodeList, Mapping, kind_of
from catalog.core.names import Key, Kind
from catalog.core.release import Entry, Release
from catalog.core.terminology import text_of, words_of
from catalog.formats.format import Format, Setting
from catalog.formats.release_file_reading import (
    APPLICATION,
    REVISION,
    FileCrosswalk,
    FileLexicon,
    open_crosswalk,
    open_lexicon,
)

__all__ = [
    "FORMAT",
    "REVISION",
    "FileCrosswalk",
    "FileLexicon",
    "compile_release",
    "open_crosswalk",
    "open_lexicon",
    "stamp",
]

Told: TypeAlias = Callable[[str, int, int], None]
"""Told the phase, how many are done, and of how many."""

T = TypeVar("T")

DEEPEST = 64
"""How many ancestors a concept of a large list may have on average before it is refused."""

LIST_TABLES = """
CREATE TABLE concept (place INTEGER PRIMARY KEY, code TEXT NOT NULL, document TEXT NOT NULL);
CREATE TABLE standing (
  place INTEGER PRIMARY KEY, retired INTEGER NOT NULL, selectable INTEGER NOT NULL,
  valid_from TEXT NOT NULL, valid_to TEXT NOT NULL);
CREATE TABLE code (code TEXT PRIMARY KEY, place INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE alias (alias TEXT PRIMARY KEY, place INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE child (parent INTEGER, child INTEGER, PRIMARY KEY (parent, child)) WITHOUT ROWID;
CREATE TABLE ancestry (
  ancestor INTEGER, descendant INTEGER, PRIMARY KEY (ancestor, descendant)) WITHOUT ROWID;
CREATE TABLE property (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL, label_vi TEXT, label_en TEXT);
CREATE TABLE property_value (
  property INTEGER, value TEXT, place INTEGER, PRIMARY KEY (property, value, place)) WITHOUT ROWID;
CREATE TEMP TABLE loose (property INTEGER, value TEXT, place INTEGER);
CREATE VIRTUAL TABLE words USING
  fts5(said, content='', columnsize=0, detail=none, prefix='1 2', tokenize='ascii');
CREATE VIEW concepts AS SELECT
  c.place, c.code,
  json_extract(c.document, '$.display.vi') AS name_vi,
  json_extract(c.document, '$.display.en') AS name_en,
  (SELECT group_concat(value, ' | ') FROM json_each(c.document, '$.parents')) AS parents,
  json_extract(c.document, '$.level') AS level,
  CASE s.retired WHEN 1 THEN 'retired' ELSE 'active' END AS status,
  s.selectable, nullif(s.valid_from, '') AS valid_from, nullif(s.valid_to, '') AS valid_to,
  json_extract(c.document, '$.definition.vi') AS definition_vi,
  json_extract(c.document, '$.properties') AS properties
FROM concept c JOIN standing s USING (place);
"""

MAPPING_TABLES = """
CREATE TABLE match (
  place INTEGER PRIMARY KEY, source TEXT NOT NULL, target TEXT NOT NULL, document TEXT NOT NULL);
CREATE VIEW matches AS SELECT
  place, source, nullif(target, '') AS target,
  coalesce(json_extract(document, '$.relation'), 'exact') AS relation,
  json_extract(document, '$.note.vi') AS note_vi, json_extract(document, '$.note.en') AS note_en,
  json_extract(document, '$.properties') AS properties
FROM match;
"""


def silent(phase: str, done: int, of: int) -> None:
    """Tell nobody."""


def compile_release(
    entry: Entry | str,
    body: object,
    path: Path,
    *,
    progress: Told = silent,
) -> None:
    """
    Compile a body into the file at a path; a file that is there is replaced whole.

    Args:
        entry: the entry of the release, or only the digest of its body.
        body: a code list (a value set is expanded into one before), or a mapping.
        path: its folder exists; the file is made beside it, flushed and renamed.
        progress: told as the work goes on.

    Cost:   about 0.1 ms and 1 kB of file a concept; memory: some 500 bytes a concept.
    Raises: BadDocument, BroaderCycle, as `Hierarchy` does; BadDocument for other kinds of body
        and for halves of letters.
    """
    if not isinstance(body, CodeList | Mapping):
        raise BadDocument(f"a {type(body).__name__} cannot be compiled; expand a value set first")
    handle, name = tempfile.mkstemp(prefix=path.name, suffix=".part", dir=path.parent)
    os.close(handle)
    made = Path(name)
    try:
        with closing(sqlite3.connect(made, isolation_level=None)) as file:
            write_file(file, entry, body, progress)
        keep(made, path)
    except UnicodeEncodeError as error:
        raise BadDocument(f"{error.object!r:.80} is no text") from None
    finally:
        with suppress(FileNotFoundError):
            made.unlink()


def keep(made: Path, path: Path) -> None:
    """Give a finished file its name, once its bytes are on the disk."""
    made.chmod(0o644)
    flush(made)
    made.replace(path)
    flush(path.parent)


def flush(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_file(
    file: sqlite3.Connection, entry: Entry | str, body: CodeList | Mapping, progress: Told
) -> None:
    """Fill an empty database; nobody else has it, so nothing is journalled."""
    for pragma in (
        "page_size=4096",
        "journal_mode=OFF",
        "synchronous=OFF",
        "locking_mode=EXCLUSIVE",
        "cache_size=-32000",
        f"application_id={APPLICATION}",
        f"user_version={REVISION}",
    ):
        file.execute(f"PRAGMA {pragma}")
    file.execute("BEGIN")
    file.execute("CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
    facts = {**facts_of_body(body), **facts_of_entry(entry)}
    match body:
        case CodeList():
            write_list(file, body, progress)
            facts["longest"] = str(max((len(c.code) for c in body.members), default=0))
        case Mapping():
            write_mapping(file, body, progress)
    file.executemany("INSERT INTO meta VALUES (?, ?)", sorted(facts.items()))
    file.execute("COMMIT")
    progress("pack", 0, 1)
    file.execute("VACUUM")
    progress("pack", 1, 1)


def facts_of_body(body: CodeList | Mapping) -> dict[str, str]:
    """What the meta table says of a body."""
    facts = {
        "kind": str(kind_of(body)),
        "size": str(len(body.members)),
        "header": canonical(replace(body, members=())).decode(),
        "licence": body.licence,
        "licence_class": body.licence_class,
        "source": body.source,
        "custodian": body.custodian,
        "completeness": body.completeness,
        "confidence": body.confidence,
    }
    facts |= {f"title:{language}": words for language, words in body.title.items()}
    if isinstance(body, Mapping):
        facts |= {"source_list": body.source_list, "target_list": body.target_list}
    return {name: value for name, value in facts.items() if value}


def facts_of_entry(entry: Entry | str) -> dict[str, str]:
    """What the meta table says of a release; of a mere digest only that."""
    if isinstance(entry, str):
        return {"digest": entry}
    facts = {
        "digest": entry.digest,
        "key": entry.key,
        "version": entry.version,
        "start": entry.start.isoformat(),
        "end": entry.end.isoformat() if entry.end else "",
        "issued_at": entry.issued_at.isoformat(),
        "documents": " ".join(entry.documents),
        "lock": " ".join(f"{lock.key}/{lock.version}" for lock in entry.lock),
    }
    return {name: value for name, value in facts.items() if value}


def stamp(path: Path, entry: Entry) -> None:
    """Write into a copy of a compiled file which release it is; its other content stays."""
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("PRAGMA journal_mode=OFF")
        file.execute("BEGIN")
        file.executemany("DELETE FROM meta WHERE name = ?", [(name,) for name in RELEASE_FACTS])
        file.executemany("INSERT INTO meta VALUES (?, ?)", facts_of_entry(entry).items())
        file.execute("COMMIT")


RELEASE_FACTS = (
    "digest", "key", "version", "start", "end", "issued_at", "documents", "lock",
)  # fmt: skip
"""The names in the meta table that speak of a release, not of a body."""


def write_list(file: sqlite3.Connection, body: CodeList, progress: Told) -> None:
    """Write a code list, each table in the order of its own key, so that pages are filled once."""
    hierarchy = Hierarchy(body.members)
    members = body.members
    create(file, LIST_TABLES)
    file.executemany(
        "INSERT INTO concept VALUES (?, ?, ?)",
        (
            (at, c.code, ENCODER.encode(c).decode())
            for at, c in told(members, "concepts", progress)
        ),
    )
    file.executemany(
        "INSERT INTO standing VALUES (?, ?, ?, ?, ?)",
        (
            (at, c.retired, c.selectable, c.valid_from, c.valid_to)
            for at, c in enumerate(members, 1)
        ),
    )
    file.executemany("INSERT INTO code VALUES (?, ?)", sorted(hierarchy.place.items()))
    aliases = sorted((alias, at) for at, c in enumerate(members, 1) for alias in c.aliases)
    file.executemany("INSERT OR IGNORE INTO alias VALUES (?, ?)", aliases)
    write_hierarchy(file, hierarchy, progress)
    write_properties(file, body, progress)
    file.executemany(
        "INSERT INTO words (rowid, said) VALUES (?, ?)",
        ((at, " ".join(words_of(c))) for at, c in told(members, "words", progress)),
    )
    file.execute("INSERT INTO words (words) VALUES ('optimize')")


def create(file: sqlite3.Connection, statements: str) -> None:
    """Run statements one by one; `executescript` would end the transaction."""
    for statement in statements.split(";\n"):
        file.execute(statement)


def write_hierarchy(file: sqlite3.Connection, hierarchy: Hierarchy, progress: Told) -> None:
    """
    Write children and descendants.

    Raises: BadDocument, when the list is so deep that its closure would not be reasonable.
    """
    refuse_depth(hierarchy)
    tops = sorted(hierarchy.below)
    file.executemany(
        "INSERT INTO child VALUES (?, ?)",
        ((top, child) for top in tops for child in hierarchy.below[top]),
    )
    file.executemany(
        "INSERT INTO ancestry VALUES (?, ?)",
        (
            (top, at)
            for _, top in told(tops, "hierarchy", progress)
            if top != ROOT
            for at in sorted(hierarchy.descendants(top))
        ),
    )
    file.execute("CREATE INDEX ancestry_by_descendant ON ancestry (descendant, ancestor)")


def refuse_depth(hierarchy: Hierarchy) -> None:
    """
    Add up how many links the closure would have.

    Raises: BadDocument.
    """
    allowed = DEEPEST * max(len(hierarchy.place), DEEPEST * DEEPEST)
    links = 0
    for top in hierarchy.below:
        if top != ROOT:
            links += len(hierarchy.descendants(top))
        if links > allowed:
            raise BadDocument(f"the list is too deep: over {DEEPEST} ancestors a concept")


def write_properties(file: sqlite3.Connection, body: CodeList, progress: Told) -> None:
    """Write the properties, declared or not, and who has which value."""
    declared = {declared.name: declared for declared in body.property_types}
    used = {name for concept in body.members for name in concept.properties}
    number = {name: at for at, name in enumerate((*declared, *sorted(used - set(declared))), 1)}
    for name, at in number.items():
        label = declared[name].label if name in declared else {}
        kind = declared[name].type if name in declared else "text"
        row = (at, name, kind, label.get("vi"), label.get("en"))
        file.execute("INSERT INTO property VALUES (?, ?, ?, ?, ?)", row)
    file.executemany(
        "INSERT INTO loose VALUES (?, ?, ?)",
        (
            (number[name], text, at)
            for at, concept in told(body.members, "properties", progress)
            for name, value in concept.properties.items()
            for text in dict.fromkeys(text_of(value))
        ),
    )
    file.execute("INSERT INTO property_value SELECT * FROM loose ORDER BY property, value, place")
    file.execute("DROP TABLE loose")


def write_mapping(file: sqlite3.Connection, body: Mapping, progress: Told) -> None:
    """
    Write a mapping.

    Raises: BadDocument, for codes that are none.
    """
    create(file, MAPPING_TABLES)
    for match in body.members:
        if not is_code(match.source) or (match.target and not is_code(match.target)):
            raise BadDocument(f"{match.source!r} > {match.target!r}: not two codes")
    file.executemany(
        "INSERT INTO match VALUES (?, ?, ?, ?)",
        (
            (at, match.source, match.target, ENCODER.encode(match).decode())
            for at, match in told(body.members, "matches", progress)
        ),
    )
    file.execute("CREATE INDEX match_by_source ON match (source)")
    file.execute("CREATE INDEX match_by_target ON match (target)")


def told(things: Iterable[T], phase: str, progress: Told) -> Iterator[tuple[int, T]]:
    """The things with their places; progress is told after every few thousand."""
    of = len(things) if isinstance(things, tuple | list) else 0
    at = 0
    for at, thing in enumerate(things, 1):
        yield at, thing
        if at % 5000 == 0:
            progress(phase, at, of)
    progress(phase, at, of)


def write(release: Release, setting: Setting) -> Iterator[bytes]:
    """
    The compiled file of a release, stamped with its entry, in chunks.

    The library's own file is copied where it has one, else the release is compiled again.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "release.sqlite"
        lay(path, release, setting)
        stamp(path, release.entry)
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk


def lay(path: Path, release: Release, setting: Setting) -> None:
    """Put the compiled file of a release at a path."""
    entry, body = release.entry, release.body
    if Key.parse(entry.key).kind is Kind.MAPPING:
        crosswalk = setting.library.crosswalk(entry)
        known = crosswalk.path if isinstance(crosswalk, FileCrosswalk) else None
    else:
        lexicon = setting.library.lexicon(entry)
        known = lexicon.path if isinstance(lexicon, FileLexicon) else None
        if known is None:
            body = replace(lexicon.header, members=tuple(lexicon.concepts()))
    if known is None:
        compile_release(entry.digest, body, path)
    else:
        shutil.copyfile(known, path)


CHUNK = 1024 * 1024
"""Bytes sent at once."""

FORMAT = Format(
    name="sqlite",
    suffix=".sqlite",
    media_type="application/vnd.sqlite3",
    kinds=frozenset({Kind.CODE_LIST, Kind.VALUE_SET, Kind.MAPPING}),
    write=write,
    revision=REVISION,
    built=False,  # the shelf has the compiled file already; it is copied when asked for
)
