"""Source files as rows and tables that remember the line they stand on."""

import csv
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.core.text import nfc
from catalog.formats.source.report import Report

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes; a source file beyond this is not something a person reviews."""

LONGEST_CELL = 1_000_000
"""Characters in one cell."""


@dataclass(frozen=True, slots=True)
class Row:
    """
    A row of a CSV file.

    Attributes:
        line: where it begins, counted from 1.
        cells: text by column; every column of the file is there, empty when not filled.
    """

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A CSV file: its name as findings say it, its columns and its rows."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """A TOML file: its name as findings say it, its text and what it says."""

    file: str
    text: str
    says: dict[str, Any]

    def line(self, path: str) -> int:
        """
        The line on which a path such as `release[1].start` stands; 0 when it cannot be told.

        TOML readers give no places, so the table headings and names are looked up in the text.
        """
        lines = self.text.split("\n")
        at = 0
        for name, index in re.findall(r"([A-Za-z_][\w-]*)(?:\[(\d+)\])?", path):
            heading = re.compile(rf"\s*\[\[\s*{re.escape(name)}\s*\]\]")
            places = [n for n, line in enumerate(lines) if heading.match(line)]
            if places:
                at = places[min(int(index or 0), len(places) - 1)]
                continue
            here = re.compile(rf"\s*(?:\[\s*)?\"?{re.escape(name)}\"?\s*(?:[=.\]])")
            found = next((n for n in range(at, len(lines)) if here.match(lines[n])), None)
            if found is None:
                break
            at = found
        else:
            return at + 1
        return at + 1 if at else 0


def read_text(path: Path, file: str, report: Report) -> str | None:
    """The text of a file as NFC with plain line ends; None, with a finding, when it is none."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            report.error(
                "file-too-large", file, 0, "Tệp lớn quá 64 MB.", "The file is larger than 64 MB."
            )
            return None
        data = path.read_bytes()
    except OSError as error:
        report.error(
            "missing-file",
            file,
            0,
            "Không đọc được tệp này.",
            f"The file cannot be read: {error.strerror}.",
        )
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        report.error(
            "not-utf-8",
            file,
            line,
            "Tệp phải ở mã UTF-8; hãy lưu lại.",
            "The file is not UTF-8; save it as UTF-8.",
        )
        return None
    composed = nfc(text)
    if composed != text:
        pairs = zip(text.split("\n"), composed.split("\n"), strict=True)
        line = next(n for n, (old, new) in enumerate(pairs, start=1) if old != new)
        report.warning(
            "not-nfc",
            file,
            line,
            "Chữ có dấu chưa ở dạng dựng sẵn (NFC); đã đọc như NFC.",
            "Letters are not composed (NFC); they were read as if they were.",
        )
    return composed.replace("\r\n", "\n")


def read_sheet(path: Path, file: str, report: Report) -> Sheet | None:
    """
    The rows of a CSV file (commas, double quotes, first row the columns).

    Every row that does not fit is a finding; None when nothing can be read.
    """
    text = read_text(path, file, report)
    if text is None:
        return None
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    places = places_of(reader, file, report)
    heading = next(places, None)
    if heading is None:
        report.error("empty-file", file, 1, "Tệp không có dòng nào.", "The file has no rows.")
        return None
    columns = tuple(name.strip() for name in heading[1])
    if not columns_fit(columns, file, report):
        return None
    rows: list[Row] = []
    for line, cells in places:
        if len(cells) != len(columns):
            report.error(
                "row-length",
                file,
                line,
                f"Dòng có {len(cells)} ô, tiêu đề có {len(columns)} cột.",
                f"The row has {len(cells)} cells where the heading has {len(columns)} columns.",
                ",".join(cells),
            )
            continue
        rows.append(Row(line, dict(zip(columns, map(str.strip, cells), strict=True))))
    return Sheet(file, columns, tuple(rows))


def columns_fit(columns: tuple[str, ...], file: str, report: Report) -> bool:
    """Whether every column has a name of its own."""
    twice = sorted({name for name in columns if columns.count(name) > 1 or not name})
    for name in twice:
        report.error(
            "column-twice",
            file,
            1,
            f"Cột {name!r} trống tên hoặc lặp lại.",
            f"Column {name!r} has no name or stands twice.",
            name,
        )
    return not twice


def places_of(reader: Any, file: str, report: Report) -> Iterator[tuple[int, list[str]]]:  # noqa: ANN401 - csv readers have no public type
    """The rows that hold anything, each with the line on which it begins."""
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            report.error(
                "broken-csv",
                file,
                line,
                "Dòng CSV sai (thiếu hoặc thừa dấu nháy).",
                f"The row is not CSV: {error}.",
            )
            return
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


def read_tree(path: Path, file: str, report: Report) -> Tree | None:
    """What a TOML file says; None, with a finding, when it is none."""
    text = read_text(path, file, report)
    if text is None:
        return None
    try:
        return Tree(file, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        report.error(
            "broken-toml",
            file,
            int(place.group(1)) if place else 0,
            "Tệp TOML sai cú pháp.",
            f"The file is not TOML: {error}.",
        )
    except RecursionError:
        report.error(
            "broken-toml", file, 0, "Tệp TOML lồng quá sâu.", "The file is nested too deeply."
        )
    return None
