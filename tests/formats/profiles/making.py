"""Workbooks made for tests, and the real ones."""

import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import xlsxwriter

from catalog.formats.workbook import Workbook, read_workbook

MINISTRY = Path(__file__).parents[4] / "shared" / "data" / "ministry"
FACTS = Path(__file__).parents[4] / "shared" / "facts"


class Formula(str):
    """A cell that is written as a formula."""

    __slots__ = ()


def xlsx(
    sheets: Mapping[str, Iterable[Iterable[object]]], merged: Mapping[str, str] = {}
) -> bytes:
    """An XLSX file of sheets of rows; merged: an area such as A1:B1, by sheet."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, Formula):
                    sheet.write_formula(number, column, value, value="A00")
                elif isinstance(value, str):
                    sheet.write_string(number, column, value)
                elif value is not None:
                    sheet.write(number, column, value)
        if name in merged:
            sheet.merge_range(merged[name], "gộp")
    book.close()
    return buffer.getvalue()


def made(sheets: Mapping[str, Iterable[Iterable[object]]], **merged: str) -> Workbook:
    """A workbook read from an XLSX file of these sheets."""
    return read_workbook(xlsx(sheets, merged), "tệp.xlsx")


def real(name: str) -> Workbook:
    """One of the ministry's workbooks."""
    return read_workbook((MINISTRY / name).read_bytes(), name)


def places(findings: Iterable[object], rule: str) -> list[tuple[str, str]]:
    """Sheet and cell of the findings of a rule."""
    return [(found.sheet, found.cell) for found in findings if found.rule == rule]
