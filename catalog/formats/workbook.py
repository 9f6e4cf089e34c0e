"""
Workbooks: XLSX, XLS and CSV, read with bounds, as rows of cells that know their addresses.

Nothing in a file is trusted. The archive is unpacked once and counted before the reader sees it,
and the cells are counted before room is made for them, so that neither a bomb nor two cells a
million rows apart can fill the memory. What cannot be read is refused as BadFile.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import TypeAlias

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from catalog.core.errors import BadFile
from catalog.formats.workbook_archive import LIMITS, Limits, Traits, unpacked

Value: TypeAlias = str | float | bool | date | datetime | time | timedelta
"""What a cell holds; empty cells hold the empty text."""


LONGEST = 4 << 20
"""The longest cell of a CSV file that is read at all, in characters."""

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
SEPARATORS = ",;\t"
LOCKED = "it is protected by a password; save it without one"


def letters(column: int) -> str:
    """
    The letters of a column counted from 0.

    >>> letters(0), letters(25), letters(26)
    ('A', 'Z', 'AA')
    """
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def address(row: int, column: int) -> str:
    """
    The address of a cell, its row counted from 1 and its column from 0.

    >>> address(12, 2)
    'C12'
    """
    return f"{letters(column)}{row}"


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells: rows counted from 1, columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        return f"{address(self.top, self.left)}:{address(self.bottom, self.right)}"


@dataclass(frozen=True)
class Sheet:
    """
    One sheet.

    Attributes:
        name: as in the file; a CSV file is one sheet of the name "".
        rows: from the first row of the sheet on; row n of the sheet is rows[n - 1].
        merged: areas whose cells were made one.
        visible: false when the sheet is hidden.
    """

    name: str
    rows: list[list[Value]]
    merged: tuple[Area, ...] = ()
    traits: Traits = field(default_factory=Traits)
    visible: bool = True

    def value(self, row: int, column: int) -> Value:
        """The value of a cell; the empty text where there is none."""
        if not 0 < row <= len(self.rows) or column >= len(self.rows[row - 1]):
            return ""
        return self.rows[row - 1][column]


@dataclass(frozen=True)
class Workbook:
    """
    A workbook; its sheets are read when they are asked for.

    Attributes:
        name: the name of the file.
        sheet_names: of the sheets with cells, in their order.
    """

    name: str
    sheet_names: tuple[str, ...]
    source: "Source"

    @cached_property
    def read(self) -> dict[str, Sheet]:
        """The sheets read by now."""
        return {}

    def sheet(self, name: str) -> Sheet:
        """
        A sheet by its exact name.

        Raises: BadFile, when there is none of that name, or it is too large or damaged.
        """
        if name not in self.sheet_names:
            raise BadFile(self.name, f"there is no sheet {name!r}")
        if name not in self.read:
            self.read[name] = self.source.sheet(name)
        return self.read[name]


class Source:
    """Where the sheets of a workbook come from."""

    def sheet(self, name: str) -> Sheet:
        """Read a sheet."""
        raise NotImplementedError


def read_workbook(data: bytes, name: str, limits: Limits = LIMITS) -> Workbook:
    """
    Read a workbook; what it is is told by its content, not by its name.

    Raises: BadFile, for what is not XLSX, XLS or CSV, is encrypted, damaged or too large.
    """
    if not data:
        raise BadFile(name, "the file is empty")
    if len(data) > limits.file:
        raise BadFile(name, f"the file has {len(data):,} bytes; {limits.file:,} are read")
    if data.startswith(b"PK"):
        traits = unpacked(data, name, limits)
        return opened(data, name, limits, traits)
    if data.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise BadFile(name, LOCKED)
        if len(data) > limits.binary:
            raise BadFile(name, f"XLS files of {limits.binary:,} bytes are read; save it as XLSX")
        return opened(data, name, limits, {})
    return from_csv(data, name, limits)


# -- XLSX and XLS ---------------------------------------------------------------------------


@dataclass(frozen=True)
class CalamineSource(Source):
    """Sheets out of an open XLSX or XLS file."""

    name: str
    book: CalamineWorkbook
    limits: Limits
    traits: dict[str, Traits]
    visible: frozenset[str]

    def sheet(self, name: str) -> Sheet:
        """
        Read a sheet.

        Raises: BadFile.
        """
        traits = self.traits.get(name, Traits())
        if self.traits and name not in self.traits:
            raise BadFile(self.name, f"sheet {name!r} has no part in the archive")
        check_extent(self.name, name, traits.rows, traits.columns, self.limits)
        with guarded(self.name):
            found = self.book.get_sheet_by_name(name)
            check_extent(self.name, name, found.total_height, found.total_width, self.limits)
            rows = found.to_python(skip_empty_area=False)
            merged = merged_of(found)
        return Sheet(name, rows, merged, traits, name in self.visible)


def merged_of(sheet: CalamineSheet) -> tuple[Area, ...]:
    """The merged areas of a sheet, from top to bottom."""
    areas = [
        Area(top + 1, left, bottom + 1, right)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
    ]
    return tuple(sorted(areas, key=lambda area: (area.top, area.left)))


class guarded:  # noqa: N801 - reads as a word in `with guarded(...)`
    """Turns what the reader raises over a damaged file, panics included, into BadFile."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        if kind is None:
            return
        if issubclass(kind, PasswordError):
            raise BadFile(
                self.name, "it is protected by a password; save it without one"
            ) from None
        known = (CalamineError, OSError, ValueError, OverflowError, MemoryError)
        # A panic of the Rust core is a BaseException of a class that cannot be imported.
        if issubclass(kind, known) or kind.__name__ == "PanicException":
            reason = str(error).splitlines()[0] if str(error) else kind.__name__
            raise BadFile(self.name, f"it cannot be read as a workbook: {reason}") from None


def opened(data: bytes, name: str, limits: Limits, traits: dict[str, Traits]) -> Workbook:
    """
    Open XLSX or XLS bytes.

    Raises: BadFile.
    """
    with guarded(name):
        book = load_workbook(io.BytesIO(data))
    sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    if not sheets:
        raise BadFile(name, "it has no sheet with cells")
    shown = frozenset(s.name for s in sheets if s.visible == SheetVisibleEnum.Visible)
    source = CalamineSource(name, book, limits, traits, shown)
    return Workbook(name, tuple(sheet.name for sheet in sheets), source)


def check_extent(name: str, sheet: str, rows: int, columns: int, limits: Limits) -> None:
    """
    Refuse a sheet whose cells reach too far.

    Raises: BadFile.
    """
    if rows * columns > limits.cells:
        raise BadFile(
            name,
            f"sheet {sheet!r} reaches {rows:,} rows and {columns:,} columns; "
            f"{limits.cells:,} cells are read: delete what is empty",
        )


# -- CSV ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CsvSource(Source):
    """The one sheet of a CSV file."""

    only: Sheet

    def sheet(self, name: str) -> Sheet:  # noqa: ARG002 - there is one
        """The sheet."""
        return self.only


def from_csv(data: bytes, name: str, limits: Limits) -> Workbook:
    """
    Read CSV in UTF-8 or UTF-16, with or without a mark, parted by comma, semicolon or tab.

    Raises: BadFile.
    """
    text = decoded(data, name)
    csv.field_size_limit(LONGEST)  # of the whole process, so each reader says its own
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator_of(text))
    rows: list[list[Value]] = []
    cells = 0
    try:
        for line in lines:
            rows.append(list(line))
            cells += len(line)
            if cells > limits.cells:
                raise BadFile(name, f"it has more than {limits.cells:,} cells")
    except csv.Error as error:
        raise BadFile(name, f"row {len(rows) + 1} cannot be read as CSV: {error}") from None
    return Workbook(name, ("",), CsvSource(Sheet("", rows)))


def decoded(data: bytes, name: str) -> str:
    """
    The text of a CSV file.

    Raises: BadFile, for other encodings and for bytes that are no text at all.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif data[:200:2].count(0) > len(data[:200]) // 4:
        encoding = "utf-16-be"
    elif data[1:200:2].count(0) > len(data[:200]) // 4:
        encoding = "utf-16-le"
    else:
        encoding = "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        reason = f"it is neither a workbook nor {encoding} text (byte {error.start})"
        raise BadFile(name, f"{reason}; save it as XLSX or as CSV UTF-8") from None
    if "\x00" in text:
        raise BadFile(name, "it is neither a workbook nor text; save it as XLSX or as CSV UTF-8")
    return text


def separator_of(text: str) -> str:
    """The separator that parts the first lines most, quoted text left out."""
    head = re.sub(r'"[^"]*"', "", text[:20_000])
    first = next((line for line in head.splitlines() if line.strip()), "")
    return max(SEPARATORS, key=first.count)


def runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """
    The unbroken runs of numbers, as first and last.

    >>> list(runs([1, 2, 3, 7]))
    [(1, 3), (7, 7)]
    """
    first = last = None
    for number in sorted(numbers):
        if first is None or last is None:
            first = last = number
        elif number == last + 1:
            last = number
        elif number != last:
            yield first, last
            first = last = number
    if first is not None and last is not None:
        yield first, last
