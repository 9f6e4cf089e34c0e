"""
CSV: the members of a body as comma-separated values, and back.

RFC 4180: UTF-8, comma, CRLF, quotes doubled; no byte-order mark unless one is asked for. The
grammar of the columns is that of `member_table`.

A spreadsheet takes a cell for a formula when it begins with one of = + - @ (or their full-width
forms), TAB, CR or LF. Such a cell, also with apostrophes before that sign, gets one more
apostrophe in front; only plain negative numbers are left alone. A reader takes one apostrophe away
where apostrophes are followed by such a sign. So every code comes back as it was.
Source: RFC 4180, https://www.rfc-editor.org/rfc/rfc4180
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from msgspec.structs import replace

from catalog.core.errors import BadFile, CannotSay
from catalog.core.model import Body
from catalog.core.names import Kind
from catalog.core.release import Release
from catalog.formats.format import Format, Setting
from catalog.formats.member_table import KINDS, Table, Tabled, table_of
from catalog.formats.member_table_reading import body_of

CHUNK: Final = 64 * 1024
"""Characters written at once."""

SIGNS: Final = "=+\\-@\t\r\n＝＋－＠"
LONGEST: Final = 131_072
"""The longest cell that is read, in characters."""

DANGEROUS: Final = re.compile(f"'*[{SIGNS}]")
GUARDED: Final = re.compile(f"'+[{SIGNS}]")
NEGATIVE: Final = re.compile(r"-[0-9]+(\.[0-9]+)?")


def guarded(cell: str) -> str:
    """
    The cell as no spreadsheet takes it for a formula.

    >>> guarded("=1+1"), guarded("-5"), guarded("'tis")
    ("'=1+1", '-5', "'tis")
    """
    if DANGEROUS.match(cell) and not NEGATIVE.fullmatch(cell):
        return f"'{cell}"
    return cell


def unguarded(cell: str) -> str:
    """
    The cell as it was before `guarded`.

    >>> unguarded("'=1+1"), unguarded("'tis")
    ('=1+1', "'tis")
    """
    return cell[1:] if GUARDED.match(cell) else cell


def lines_of(table: Table, *, mark: bytes = b"") -> Iterator[bytes]:
    """
    A table as CSV, in chunks.

    Args:
        table: what to write.
        mark: bytes put first; codecs.BOM_UTF8 makes older spreadsheets read Vietnamese rightly.
    """
    if mark:
        yield mark
    text = io.StringIO()
    write = csv.writer(text, lineterminator="\r\n").writerow
    for row in chain([table.columns], table.rows):
        write([guarded(cell) for cell in row])
        if text.tell() > CHUNK:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def tabled(body: Body, key: str) -> Tabled:
    """
    The body, known to have members that make a table.

    Raises: CannotSay.
    """
    if not isinstance(body, Tabled):
        raise CannotSay(key, "csv", ("json",))
    return body


def write(release: Release, setting: Setting) -> Iterable[bytes]:  # noqa: ARG001 - a Writer
    """The members of a release; of a value set its rules."""
    return lines_of(table_of(tabled(release.body, release.entry.key)))


def write_codes(release: Release, setting: Setting) -> Iterable[bytes]:
    """The concepts that a value set chooses."""
    lexicon = setting.library.lexicon(release.entry)
    return lines_of(table_of(replace(lexicon.header, members=tuple(lexicon.concepts()))))


def read(data: bytes, header: Tabled, *, name: str = "table.csv") -> Tabled:
    """
    The header over the members that a CSV file says.

    A byte-order mark is passed over; a semicolon parts the cells where the first line has no
    comma.

    Args:
        data: the file.
        header: a body of the kind; its own members do not matter, its property types do.
        name: the file's name, for refusals.

    Raises: BadFile, with row and column.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile(name, f"is not UTF-8 at byte {error.start}") from None
    rows = cells_of(text, name)
    columns = next(rows, None)
    if columns is None:
        raise BadFile(name, "is empty")
    return body_of(Table(tuple(columns), rows, 0), header, name=name)


def cells_of(text: str, name: str) -> Iterator[Sequence[str]]:
    """
    The rows of a CSV text, blank lines left out.

    Raises: BadFile.
    """
    first = text[: text.find("\n")] if "\n" in text else text
    delimiter = ";" if ";" in first and "," not in first else ","
    csv.field_size_limit(LONGEST)  # of the whole process, so each reader says its own
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in rows:
            if row:
                yield [unguarded(cell) for cell in row]
    except csv.Error as error:
        raise BadFile(name, f"line {rows.line_num}: {error}") from None


CSV = Format(
    name="csv",
    suffix=".csv",
    media_type="text/csv; charset=utf-8; header=present",
    kinds=KINDS,
    write=write,
)
CODES = Format(
    name="codes",
    suffix=".codes.csv",
    media_type="text/csv; charset=utf-8; header=present; profile=codes",
    kinds=frozenset({Kind.VALUE_SET}),
    write=write_codes,
)
FORMAT = CSV
FORMATS = (CSV, CODES)
