"""
The report of an import as XLSX: counts first, then every change, then everything amiss.

Every cell is text, whatever it looks like: nothing that came out of a foreign file is a formula,
a number or a link in ours.
"""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from catalog.core.changes import Diff
from catalog.core.findings import Finding
from catalog.core.model import key_of

MOST_ROWS: Final = 1_000_000
"""How many rows a sheet of the report has at the most."""

LONGEST: Final = 32_000
NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
OPTIONS: Final[dict[str, Any]] = {
    "in_memory": True,
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}

SUMMARY = ("Tổng hợp - Summary", "Thay đổi - Changes", "Phát hiện - Findings")
COUNTS = (
    ("Khoá - Key", 44),
    ("Bản cơ sở - Base", 20),
    ("Thêm - Added", 14),
    ("Sửa - Changed", 14),
    ("Bỏ - Retired", 14),
    ("Tác động - Impact", 14),
    ("Có hiệu lực - Start", 14),
    ("Hết hiệu lực - End", 14),
    ("Lỗi - Errors", 12),
    ("Cảnh báo - Warnings", 12),
    ("Tình trạng - State", 60),
)
CHANGES = (
    ("Khoá - Key", 36),
    ("Thay đổi - Change", 14),
    ("Mã - Member", 20),
    ("Trường - Field", 16),
    ("Cũ - Old", 50),
    ("Mới - New", 50),
    ("Tác động - Impact", 14),
)
FINDINGS = (
    ("Quy tắc - Rule", 26),
    ("Mức độ - Severity", 12),
    ("Trang - Sheet", 26),
    ("Ô - Cell", 14),
    ("Giá trị - Value", 40),
    ("Nội dung", 70),
    ("Message", 70),
    ("Khoá - Key", 36),
    ("Mục - Path", 26),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    One key of an import, as the report tells it.

    Attributes:
        counts: added, changed, retired.
        state: what will become of it, in words.
        change: None when the file gave no body for the key.
    """

    key: str
    base: str
    counts: tuple[int, int, int]
    impact: str
    start: str
    end: str
    state: str
    change: Diff | None
    findings: tuple[Finding, ...]


def written(file: str, profile: str, lines: Iterable[Line]) -> bytes:
    """The report as the bytes of an XLSX file."""
    told = tuple(lines)
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, OPTIONS)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    summary, changes, findings = (book.add_worksheet(name) for name in SUMMARY)
    put(summary, 0, (f"Xem trước nhập tệp {file} (hồ sơ {profile})",))
    put(summary, 1, (f"Preview of the import of {file} (profile {profile})",))
    fill(summary, COUNTS, map(count_row, told), bold, first=3)
    fill(changes, CHANGES, (row for line in told for row in change_rows(line)), bold)
    fill(findings, FINDINGS, (row for line in told for row in finding_rows(line)), bold)
    book.close()
    return buffer.getvalue()


def fill(
    sheet: Worksheet,
    columns: tuple[tuple[str, int], ...],
    rows: Iterable[tuple[str, ...]],
    bold: object,
    first: int = 0,
) -> None:
    """Fill a sheet with a header and rows of text."""
    for index, (_, width) in enumerate(columns):
        sheet.set_column(index, index, width)
    sheet.freeze_panes(first + 1, 0)
    for index, (title, _) in enumerate(columns):
        sheet.write_string(first, index, title, bold)
    for number, row in enumerate(rows, first + 1):
        if number >= MOST_ROWS:
            put(sheet, number, ("… còn nữa - and more",))
            return
        put(sheet, number, row)


def put(sheet: Worksheet, number: int, row: tuple[str, ...]) -> None:
    """Write one row of text; empty cells stay empty."""
    for index, text in enumerate(row):
        if text:
            sheet.write_string(number, index, safe(text))


def safe(text: str) -> str:
    """The text without what XML cannot hold, and not longer than a cell."""
    return NOT_IN_XML.sub("\ufffd", text[:LONGEST])


def count_row(line: Line) -> tuple[str, ...]:
    """The counts of one key."""
    errors = sum(1 for finding in line.findings if finding.severity == "error")
    return (
        line.key,
        line.base,
        *map(str, line.counts),
        line.impact,
        line.start,
        line.end,
        str(errors),
        str(len(line.findings) - errors),
        line.state,
    )


def change_rows(line: Line) -> Iterator[tuple[str, ...]]:
    """Every change of one key: header, added, changed field by field, retired."""
    change = line.change
    if change is None:
        return
    for name, (was, now) in change.header.items():
        yield line.key, "header", "", name, said(was), said(now), ""
    for placed in change.added:
        yield line.key, "added", placed.key, "", "", named(placed.member), ""
    for item in change.changed:
        for name, (was, now) in item.fields.items():
            yield line.key, "changed", item.key, name, said(was), said(now), item.impact
    for member in change.removed:
        yield line.key, "retired", key_of(member), "", named(member), "", ""


def finding_rows(line: Line) -> Iterator[tuple[str, ...]]:
    """Everything amiss of one key; errors first."""
    for finding in sorted(line.findings, key=lambda found: found.severity != "error"):
        yield (
            finding.rule,
            finding.severity,
            finding.sheet,
            finding.cell,
            finding.value,
            finding.message.get("vi", ""),
            finding.message.get("en", ""),
            line.key,
            finding.path,
        )


def named(member: msgspec.Struct) -> str:
    """What a member is called."""
    for name in ("display", "label", "title", "message"):
        words = getattr(member, name, None)
        if words:
            return str(words.get("vi") or next(iter(words.values())))
    return ""


def said(value: object) -> str:
    """A value as text."""
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
