"""Kinds without members: many artefacts in one CSV file, a row each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import msgspec

from catalog.core.model import Body, DataElement, DataGroup, Document, Organisation
from catalog.formats.source.cells import (
    Grammar,
    day,
    known_columns,
    made,
    relations,
    several,
    values_of,
)
from catalog.formats.source.members import binding_of
from catalog.formats.source.report import Report
from catalog.formats.source.text import Row, Sheet

BESIDE = frozenset({"key", "version", "start", "end", "basis", "reason", "binding", "strength"})
"""Columns about the entry, not the body; `basis` names the documents that the entry rests on."""

COLLECTIONS: dict[str, Grammar] = {
    "organisations.csv": Grammar(model=Organisation, beside=BESIDE),
    "documents.csv": Grammar(model=Document, special={"relations": relations}, beside=BESIDE),
    "data-groups.csv": Grammar(model=DataGroup, beside=BESIDE),
    "data-elements.csv": Grammar(
        model=DataElement, renamed={"mapping": "mappings"}, beside=BESIDE
    ),
}
"""The files of many artefacts by name."""


@dataclass(frozen=True, slots=True)
class Listed:
    """
    A row of such a file: an entry and its body.

    Attributes:
        key: as written, not yet checked.
        line: where the row begins.
    """

    key: str
    body: Body
    version: str
    start: date
    end: date | None
    documents: tuple[str, ...]
    reason: str
    line: int


def listed(sheet: Sheet, grammar: Grammar, report: Report) -> Iterable[Listed]:
    """Every row that fits."""
    places = known_columns(sheet, grammar, report)
    missing = [name for name in ("key", "start") if name not in sheet.columns]
    for name in missing:
        report.error(
            "missing-column",
            sheet.file,
            1,
            f"Thiếu cột {name!r}.",
            f"Column {name!r} is missing.",
            name,
        )
    if places is None or missing:
        return
    for row in sheet.rows:
        values = values_of(row, places, sheet.file, report)
        days = days_of(row, sheet.file, report)
        if values is None or days is None:
            continue
        basis = several(row.cells.get("basis", ""))
        values = {"documents": basis} | values
        body: Body | None = made(values, grammar.model, sheet.file, row.line, report)  # type: ignore[assignment]
        if isinstance(body, DataElement):
            binding = binding_of(row, sheet.file, report)
            body = msgspec.structs.replace(body, binding=binding)
        if body is not None:
            yield Listed(
                key=row.cells["key"],
                body=body,
                version=row.cells.get("version") or "1",
                start=days[0],
                end=days[1],
                documents=basis,
                reason=row.cells.get("reason", ""),
                line=row.line,
            )


def days_of(row: Row, file: str, report: Report) -> tuple[date, date | None] | None:
    """First day in force and declared end; None, with a finding, when they are no days."""
    try:
        start = date.fromisoformat(day(row.cells["start"]))
        end = row.cells.get("end")
        return start, date.fromisoformat(day(end)) if end else None
    except ValueError as error:
        report.error(
            "bad-day",
            file,
            row.line,
            "Ngày phải ghi như 2024-07-01.",
            f"The days of the row do not fit: {error}.",
            row.cells["start"],
        )
        return None
