"""
The report of a check as XLSX: counts first, then a sheet for each table, one row for each finding.

Every cell is text or a count of ours: nothing that came out of a checked file is a formula.
"""

import io
from typing import Final

import msgspec
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from catalog.core.record_finding import RecordFinding
from catalog.formats.check_report import CheckReport, rule_in_words
from catalog.formats.import_report import OPTIONS, fill, put, safe

MOST_TABLES: Final = 60
"""How many sheets of tables there are at the most."""

COUNTS: Final = (
    ("Bảng - Table", 12),
    ("Trường - Field", 24),
    ("Quy tắc - Rule", 26),
    ("Nội dung", 38),
    ("Meaning", 30),
    ("Mức độ - Severity", 14),
    ("Số lượng - Count", 14),
)
FINDINGS: Final = (
    ("Hồ sơ - Record", 14),
    ("Dòng - Row", 12),
    ("Ô - Cell", 12),
    ("Trường - Field", 24),
    ("Quy tắc - Rule", 24),
    ("Mức độ - Severity", 14),
    ("Giá trị - Value", 30),
    ("Nội dung", 80),
    ("Message", 80),
)


def check_report_xlsx(report: CheckReport) -> bytes:
    """The report as the bytes of an XLSX file."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, OPTIONS)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    summary = book.add_worksheet("Tổng hợp - Summary")
    lines = summary_rows(report)
    for number, line in enumerate(lines):
        put(summary, number, line)
    counted(summary, report, bold, len(lines) + 1)
    for table in report.tables()[:MOST_TABLES]:
        sheet = book.add_worksheet(sheet_name(table, book))
        fill(sheet, FINDINGS, (row_of(f) for f in report.findings if f.table == table), bold)
        sheet.autofilter(0, 0, 0, len(FINDINGS) - 1)
    book.close()
    return buffer.getvalue()


def summary_rows(report: CheckReport) -> list[tuple[str, ...]]:
    """What the report says above its counts."""
    on = report.on.isoformat() if report.on else "ngày của từng bản ghi - each record's own"
    lines: list[tuple[str, ...]] = [
        ("Kết quả kiểm tra - Results of the check", report.name),
        ("Số bản ghi (hồ sơ) - Records (dossiers)", str(report.records)),
        ("Không hợp lệ - Invalid", str(report.invalid)),
        ("Số phát hiện - Findings", str(report.found)),
        ("Trong đó lỗi - Of these errors", str(report.errors)),
        ("Liệt kê - Listed", str(len(report.findings))),
        ("Ngày áp dụng - Day", on),
        ("Che giá trị cá nhân - Personal values masked", "có - yes" if report.masked else "không"),
    ]
    lines += [(f"{table}: số dòng - rows", str(rows)) for table, rows in report.rows.items()]
    lines += [
        (f"Bản áp dụng - Release: {lock.key}", lock.version, lock.digest)
        for lock in report.releases
    ]
    lines += [("Chưa kiểm tra - Unchecked", one["vi"], one["en"]) for one in report.unchecked]
    return lines


def counted(sheet: Worksheet, report: CheckReport, bold: object, first: int) -> None:
    """Write the counts by table, field and rule, as numbers."""
    for index, (title, width) in enumerate(COUNTS):
        sheet.set_column(index, index, max(width, 44 if not index else 0))
        sheet.write_string(first, index, title, bold)
    for number, count in enumerate(report.counts, first + 1):
        vi, en = rule_in_words(count.rule)
        put(sheet, number, (count.table, count.path, count.rule, vi, en, count.severity))
        sheet.write_number(number, len(COUNTS) - 1, count.count)


def sheet_name(table: str, book: xlsxwriter.Workbook) -> str:
    """A name that a sheet may have, and that no other has."""
    name = "".join(letter for letter in safe(table) if letter.isalnum() or letter in "-_. ")[:24]
    name = name or "Bản ghi - Records"
    taken = {sheet.get_name().lower() for sheet in book.worksheets()}
    return name if name.lower() not in taken else f"{name} ({len(taken)})"


def row_of(finding: RecordFinding) -> tuple[str, ...]:
    """One finding as texts."""
    return (
        str(finding.record),
        str(finding.row) if isinstance(finding.row, int) else "",
        finding.cell if isinstance(finding.cell, str) else "",
        finding.path,
        finding.rule,
        finding.severity,
        shown(finding.value),
        finding.message.get("vi", ""),
        finding.message.get("en", ""),
    )


def shown(value: object) -> str:
    """A value as text; nothing when there is none."""
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
