"""Values as CSV, XLSX and XML write them, into the values that a layout's fields have."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from catalog.actions.layout import Layout
from catalog.core.model import Field
from catalog.formats.json_schema import is_text

INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
DECIMAL = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?")
TRUTH = {"true": True, "1": True, "false": False, "0": False}

DAYS = {"date": "%Y-%m-%d", "date-time": "%Y-%m-%dT%H:%M:%S+07:00", "yyyymmdd": "%Y%m%d"}
"""How a day or an instant out of a spreadsheet is written for a format."""


class Written:
    """
    How the values of one layout are read from text.

    Attributes:
        plain: the fields whose value is a number or a truth value, with their type.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.plain = {field.name: field.type for field in layout.fields if not is_text(field)}
        self.fields = {field.name: field for field in layout.fields}

    def typed(self, texts: Mapping[str, str]) -> dict[str, Any]:
        """A record of texts with numbers where the layout has numbers."""
        record: dict[str, Any] = dict(texts)
        plain = self.plain
        for name in texts:
            kind = plain.get(name)
            if kind is not None:
                record[name] = value_of(texts[name], kind)
        return record

    def typed_cells(self, cells: Mapping[str, object]) -> dict[str, Any]:
        """A record out of the cells of a sheet."""
        texts = {name: text_of(cell, self.fields.get(name)) for name, cell in cells.items()}
        return self.typed(texts)


def value_of(text: str, kind: str) -> str | int | float | bool:
    """
    The value that a text is for a type; the text itself when it is none.

    >>> value_of(" 12.50 ", "decimal"), value_of("12,5", "decimal"), value_of("007", "integer")
    (12.5, '12,5', 7)
    """
    bare = text.strip()
    if kind == "boolean":
        return TRUTH.get(bare.lower(), text)
    if INTEGER.fullmatch(bare):
        return int(bare)
    if DECIMAL.fullmatch(bare):
        return float(bare)
    return text


def text_of(cell: object, field: Field | None) -> str:
    """
    A cell as text: whole numbers without a point, days as the field's format has them.

    >>> text_of(12.0, None), text_of(True, None)
    ('12', 'true')
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)  # noqa: PLR2004
    if isinstance(cell, datetime | date):
        return day_text(cell, field.format if field else "")
    if isinstance(cell, time | timedelta):
        return str(cell)
    return str(cell)


def day_text(day: date, wanted: str) -> str:
    """A day as a format writes it; with the time when the format, or the cell, has one."""
    moment = day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)  # noqa: DTZ001
    if wanted in DAYS:
        return moment.strftime(DAYS[wanted])
    timed = wanted == "yyyymmddHHMM" or moment.hour or moment.minute
    return moment.strftime("%Y%m%d%H%M" if timed else "%Y%m%d")
