"""
Records out of sheets: CSV as it comes, XLSX with the bounds of workbooks; cells keep their places.

The first row names the fields. An empty cell is no value, an empty row no record.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol

from catalog.core.errors import BadFile
from catalog.formats.workbook import LONGEST, Sheet, Value, read_workbook, separator_of

ARCHIVE: Final = b"PK"
MOST_COLUMNS: Final = 2_000
ENCODINGS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Readable(Protocol):
    """What bytes can be read from."""

    def read(self, size: int = -1, /) -> bytes | None:
        """Read at most so many bytes; none at the end."""
        ...


@dataclass(frozen=True, slots=True)
class SheetRecord:
    """
    One record of a sheet.

    Attributes:
        row: its row in the sheet, from 1.
        cells: values by field; none where the cell is empty.
        beyond: column (from 1) of the first value under no header; 0 when there is none.
    """

    row: int
    cells: dict[str, Value]
    beyond: int = 0


@dataclass(frozen=True, slots=True)
class RecordTable:
    """
    A sheet of records.

    Attributes:
        columns: column (from 1) by field.
    """

    columns: dict[str, int]
    records: Iterator[SheetRecord]


def read_csv_records(stream: Readable, name: str) -> RecordTable:
    """
    The records of a CSV file, read as they are asked for.

    UTF-8 or UTF-16 with a mark; parted by comma, semicolon or tab.
    Raises: BadFile, also later, while records are read.
    """
    lines = numbered_lines(stream, name)
    row, header = next(lines, (1, []))
    columns = columns_of(list(header), name)
    return RecordTable(columns, records_of(lines, columns, row))


def read_xlsx_records(data: bytes, name: str) -> RecordTable:
    """
    The records of the first visible sheet of an XLSX file.

    Raises: BadFile.
    """
    if not data.startswith(ARCHIVE):
        raise BadFile(name, "it is not an XLSX file")
    book = read_workbook(data, name)
    sheets = (book.sheet(each) for each in book.sheet_names)
    sheet = next((each for each in sheets if each.visible and any(map(any, each.rows))), None)
    if sheet is None:
        raise BadFile(name, "no visible sheet has a value")
    lines = enumerated(sheet)
    row, header = next(lines)
    columns = columns_of(header, name)
    return RecordTable(columns, records_of(lines, columns, row))


def enumerated(sheet: Sheet) -> Iterator[tuple[int, list[Value]]]:
    """The rows of a sheet that are not empty, with their numbers."""
    for number, row in enumerate(sheet.rows, 1):
        if any(value != "" for value in row):
            yield number, row


def columns_of(header: list[Value], name: str) -> dict[str, int]:
    """
    The columns that a header names.

    Raises: BadFile, for a header without names, or with one name twice.
    """
    columns: dict[str, int] = {}
    for place, cell in enumerate(header, 1):
        title = str(cell).strip()
        if not title:
            continue
        if title in columns:
            first = columns[title]
            raise BadFile(name, f"columns {first} and {place} are both called {title[:60]!r}")
        columns[title] = place
    if not columns:
        raise BadFile(name, "the first row must name the fields")
    if len(columns) > MOST_COLUMNS:
        raise BadFile(name, f"it has more than {MOST_COLUMNS:,} columns")
    return columns


def records_of(
    lines: Iterator[tuple[int, list[Value]]], columns: dict[str, int], header: int
) -> Iterator[SheetRecord]:
    """The records below a header."""
    places = [(title, place - 1) for title, place in columns.items()]
    named = frozenset(columns.values())
    for row, values in lines:
        if row <= header:
            continue
        width = len(values)
        cells = {
            title: values[place]
            for title, place in places
            if place < width and not is_empty(values[place])
        }
        beyond = 0
        if width > len(named):
            beyond = next(
                (n for n, cell in enumerate(values, 1) if n not in named and not is_empty(cell)), 0
            )
        if cells or beyond:
            yield SheetRecord(row, cells, beyond)


def is_empty(cell: Value) -> bool:
    """Whether a cell holds nothing but spaces."""
    return isinstance(cell, str) and (not cell or cell.isspace())


def numbered_lines(stream: Readable, name: str) -> Iterator[tuple[int, list[Value]]]:
    """
    The rows of a CSV file that are not empty, with their numbers.

    Raises: BadFile, for bytes that are no text, and for what is no CSV.
    """
    head = stream.read(4) or b""
    encoding = next((found for mark, found in ENCODINGS if head.startswith(mark)), "utf-8-sig")
    if head.startswith(ARCHIVE + b"\x03\x04") or (b"\x00" in head and encoding != "utf-16"):
        raise BadFile(name, "it is not CSV text; save it as CSV UTF-8, or say that it is XLSX")
    text = io.TextIOWrapper(io.BufferedReader(Rejoined(head, stream)), encoding, newline="")
    count = 0
    try:
        first = text.readline(LONGEST)
        separator = separator_of(first)

        def lines() -> Iterator[str]:
            line = first
            while line:
                yield line
                line = text.readline(LONGEST)

        for values in csv.reader(lines(), delimiter=separator):
            count += 1
            if any(value and not value.isspace() for value in values):
                yield count, list(values)
    except UnicodeDecodeError as error:
        reason = f"after row {count} it is not {encoding.removesuffix('-sig').upper()} text"
        raise BadFile(name, f"{reason}; save it as CSV UTF-8") from error
    except csv.Error as error:
        raise BadFile(name, f"row {count + 1} cannot be read as CSV: {error}") from None


class Rejoined(io.RawIOBase):
    """A stream with the bytes that were looked at put back before the rest."""

    def __init__(self, head: bytes, rest: Readable) -> None:
        self.head = head
        self.rest = rest

    def readable(self) -> bool:
        """Bytes can be read."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - whatever holds bytes
        """Read the head first."""
        if self.head:
            data, self.head = self.head[: len(buffer)], self.head[len(buffer) :]
        else:
            data = self.rest.read(len(buffer)) or b""
        buffer[: len(data)] = data
        return len(data)
