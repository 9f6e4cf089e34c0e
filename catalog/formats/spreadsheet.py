"""
XLSX: a cover that says what this is, and the members as text, for people who work in spreadsheets.

Every cell is text, whatever it looks like: no code loses its zeros, nothing is a formula, a link
or a date. Grammar of the columns: `member_table`. A file of the same release is the same bytes.
"""

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from msgspec.structs import replace

from catalog.core.errors import CannotSay
from catalog.core.model import Header, ValueSet
from catalog.core.names import Key, Kind
from catalog.core.release import Release
from catalog.formats.format import Format, Setting
from catalog.formats.member_table import KINDS, Table, Tabled, table_of

CHUNK: Final = 1024 * 1024
"""Bytes sent at once."""

MOST_ROWS: Final = 1_048_576
"""Rows that a sheet can have, its header among them; longer tables go on in another sheet."""

LONGEST: Final = 32_767
"""UTF-16 units that a cell can have; longer texts are cut, with an ellipsis."""

TEXT: Final = 49
"""The number of the built-in format for text."""

WIDEST: Final = 60
NARROWEST: Final = 8
LOOKED_AT: Final = 200
"""Rows whose lengths decide how wide the columns are."""

NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that XML cannot hold; U+FFFD stands for them."""

OPTIONS: Final[dict[str, Any]] = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}

SHEETS: Final = {
    Kind.CODE_LIST: "codes",
    Kind.VALUE_SET: "rules",
    Kind.MAPPING: "matches",
    Kind.SCHEMA: "fields",
    Kind.DATASET: "distributions",
}
COVER: Final = "Thông tin - About"

LEGEND: Final = (
    ("parent, aliases, …|…", "Nhiều giá trị trong một ô cách nhau bằng dấu |",
     "Several values in a cell are parted by |"),
    ("display:vi, display:en", "Tên theo ngôn ngữ", "Names by language"),
    ("status", "active: còn dùng; retired: không dùng nữa", "active: in use; retired: no longer"),
    ("valid_from, valid_to", "Ngày bắt đầu; ngày đầu tiên không còn hiệu lực",
     "First day in force; first day no longer in force"),
    ("property:x", "Thuộc tính x", "Property x"),
)  # fmt: skip
"""What the columns of a code list mean."""


class Book:
    """A workbook being written to a file."""

    def __init__(self, path: Path, release: Release) -> None:
        self.book = xlsxwriter.Workbook(str(path), OPTIONS | {"tmpdir": str(path.parent)})
        issued = release.entry.issued_at.replace(tzinfo=None)
        self.book.set_properties(
            {
                "title": clean(" / ".join(release.body.title.values())),
                "subject": f"{release.entry.key} {release.entry.version}",
                "created": issued,
            }
        )
        self.text = self.book.add_format({"num_format": TEXT, "valign": "top"})
        self.wrapped = self.book.add_format(
            {"num_format": TEXT, "valign": "top", "text_wrap": True}
        )
        self.strong = self.book.add_format(
            {"num_format": TEXT, "bold": True, "bg_color": "#E8EEF4", "bottom": 1, "valign": "top"}
        )
        self.large = self.book.add_format({"num_format": TEXT, "bold": True, "font_size": 14})

    def add_cover(self, rows: Iterable[Sequence[str]], title: str) -> None:
        """A sheet of facts: in Vietnamese, in English, the value."""
        sheet = self.book.add_worksheet(COVER)
        sheet.set_column(0, 1, 26, self.text)
        sheet.set_column(2, 2, 90, self.wrapped)
        sheet.hide_gridlines(2)
        sheet.write_string(0, 0, clean(title), self.large)
        for at, (vietnamese, english, value) in enumerate(rows, 2):
            sheet.write_string(at, 0, vietnamese, self.strong)
            sheet.write_string(at, 1, english, self.strong)
            sheet.write_string(at, 2, clean(value), self.wrapped)

    def add_table(self, table: Table, name: str) -> None:
        """One sheet, or more where one does not hold all rows; the header stands still."""
        rows = iter(table.rows)
        number = 1
        while True:
            first = list(islice(rows, LOOKED_AT))
            if number > 1 and not first:
                return
            sheet = self.book.add_worksheet(name if number == 1 else f"{name} {number}")
            for at, width in enumerate(widths(table.columns, first)):
                sheet.set_column(at, at, width, self.text)
            sheet.freeze_panes(1, 1)
            self.write_row(sheet, 0, table.columns, self.strong)
            last = 0
            for last, row in enumerate(chain(first, islice(rows, MOST_ROWS - 1 - len(first))), 1):
                self.write_row(sheet, last, row, self.text)
            sheet.autofilter(0, 0, last, len(table.columns) - 1)
            number += 1

    def write_row(self, sheet: Any, at: int, row: Sequence[str], form: Any) -> None:  # noqa: ANN401 - untyped library
        """Write the cells that say something."""
        for column, cell in enumerate(row):
            if cell:
                sheet.write_string(at, column, clean(cell), form)

    def close(self) -> None:
        """Finish the file."""
        self.book.close()


def clean(text: str) -> str:
    """The text as a cell can hold it."""
    if not text.isprintable():
        text = NOT_IN_XML.sub("\ufffd", text)
    if len(text) > LONGEST // 2 and len(text.encode("utf-16-le")) // 2 > LONGEST:
        units = text.encode("utf-16-le")[: 2 * (LONGEST - 1)]
        return units.decode("utf-16-le", errors="ignore") + "…"
    return text


def widths(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """How wide each column should be, in characters."""
    return [
        min(WIDEST, max(NARROWEST, len(name) + 3, *(len(row[at]) + 1 for row in rows), 0))
        for at, name in enumerate(columns)
    ]


def cover_of(release: Release, setting: Setting) -> Iterator[tuple[str, str, str]]:
    """The facts on the cover: in Vietnamese, in English, the value; empty ones are left out."""
    entry, body = release.entry, release.body
    end = entry.end.isoformat() if entry.end else ""
    address = setting.space.release(Key.parse(entry.key), entry.version)
    facts = (
        ("Tên (tiếng Việt)", "Name (Vietnamese)", body.title.get("vi", "")),
        ("Tên (tiếng Anh)", "Name (English)", body.title.get("en", "")),
        ("Mô tả", "Description", body.description.get("vi", "")),
        ("Mô tả (tiếng Anh)", "Description (English)", body.description.get("en", "")),
        ("Khóa", "Key", entry.key),
        ("Phiên bản", "Version", entry.version),
        ("Có hiệu lực từ ngày", "In force from", entry.start.isoformat()),
        ("Hết hiệu lực từ ngày", "No longer in force from", end),
        ("Công bố lúc (UTC)", "Published at (UTC)", entry.issued_at.isoformat()),
        ("Văn bản", "Documents", "\n".join(entry.documents)),
        ("Lý do", "Reason", entry.reason),
        ("Đơn vị quản lý", "Custodian", body.custodian),
        *provenance(body),
        ("Số dòng", "Rows", str(entry.members)),
        ("Địa chỉ", "Address", address),
        ("SHA-256", "SHA-256", entry.digest),
    )  # fmt: skip
    yield from (fact for fact in facts if fact[2])
    if Key.parse(entry.key).kind in {Kind.CODE_LIST, Kind.VALUE_SET}:
        for columns, vietnamese, english in LEGEND:
            yield ("Cột", "Columns", f"{columns}: {vietnamese} / {english}")


def provenance(body: Header) -> tuple[tuple[str, str, str], ...]:
    """Where the content is from, how much of it there is and how sure it is."""
    return (
        ("Nguồn", "Source", body.source),
        ("Giấy phép", "Licence", body.licence),
        ("Mức độ đầy đủ", "Completeness", COMPLETENESS[body.completeness]),
        ("Độ tin cậy", "Confidence", CONFIDENCE[body.confidence]),
        ("Ghi chú", "Note", body.confidence_note),
    )


COMPLETENESS: Final = {
    "complete": "đầy đủ / complete",
    "partial": "một phần / partial",
    "missing": "chưa có / missing",
    "unknown": "chưa rõ / unknown",
}
CONFIDENCE: Final = {
    "verified": "đã đối chiếu văn bản / verified in the text",
    "one-source": "một nguồn / one source",
    "inferred": "suy ra / inferred",
    "unverified": "chưa kiểm chứng / unverified",
}


def write(release: Release, setting: Setting) -> Iterator[bytes]:
    """
    The workbook of a release, in chunks; of a value set the rules and the codes they choose.

    Raises: CannotSay, for kinds that have no members.
    """
    body = release.body
    if not isinstance(body, Tabled):
        raise CannotSay(release.entry.key, "xlsx", ("json",))
    kind = Key.parse(release.entry.key).kind
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "release.xlsx"
        book = Book(path, release)
        title = body.title.get("vi") or release.entry.key
        book.add_cover(cover_of(release, setting), title)
        book.add_table(table_of(body), SHEETS[kind])
        if isinstance(body, ValueSet):
            lexicon = setting.library.lexicon(release.entry)
            codes = replace(lexicon.header, members=tuple(lexicon.concepts()))
            book.add_table(table_of(codes), SHEETS[Kind.CODE_LIST])
        book.close()
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk


FORMAT = Format(
    name="xlsx",
    suffix=".xlsx",
    media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    kinds=KINDS,
    write=write,
)
