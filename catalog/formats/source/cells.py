"""Cells into members: the columns of a source file are read off the fields of a model class."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, TypeAlias, TypeVar, get_args, get_origin

import msgspec
from msgspec import Struct

from catalog.core.model import PropertyType, Value
from catalog.formats.source.report import Report
from catalog.formats.source.text import Row, Sheet

Convert: TypeAlias = Callable[[str], Any]
S = TypeVar("S", bound=Struct)

LANGUAGE = re.compile(r"[a-z]{2,3}")
DAYS = frozenset({"valid_from", "valid_to", "issued", "effective", "expires"})
YES, NO = frozenset({"yes", "true"}), frozenset({"no", "false"})


def several(text: str) -> tuple[str, ...]:
    """Several texts in one cell, parted by a bar."""
    if "|" not in text:
        return (text,) if text else ()
    return tuple(part.strip() for part in text.split("|") if part.strip())


def truth(text: str) -> bool:
    """Yes or no."""
    if text not in YES | NO:
        raise ValueError("write yes or no")
    return text in YES


def whole(text: str) -> int:
    """A whole number."""
    if not re.fullmatch(r"-?[0-9]{1,15}", text):
        raise ValueError("write a whole number")
    return int(text)


def day(text: str) -> str:
    """A day as text, checked."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("write a day as 2024-07-01")
    return date.fromisoformat(text).isoformat()


def retired(text: str) -> bool:
    """Whether a status says that the code may no longer be used."""
    if text not in {"active", "retired"}:
        raise ValueError("write active or retired")
    return text == "retired"


def relations(text: str) -> list[dict[str, str]]:
    """`amends document/byt/x | replaces document/byt/y (note)` as relations."""
    found = []
    for part in several(text):
        said = re.fullmatch(r"(\S+)\s+(\S+)(?:\s+\((.*)\))?", part)
        if said is None:
            raise ValueError("write: relation key (note), parted by |")
        relation = {"relation": said[1], "target": said[2]}
        found.append(relation | ({"note": said[3]} if said[3] else {}))
    return found


PROPERTY: dict[str, Convert] = {
    "text": str,
    "code": str,
    "integer": whole,
    "boolean": truth,
    "codes": lambda text: list(several(text)),
}
"""How a property of each declared type is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """
    Which columns a file may have.

    Attributes:
        model: the class that a row becomes.
        renamed: column to field, where they are not called the same.
        special: column to its own reader.
        beside: columns that are for others to read (since, until, version, ...).
        properties: declared properties by name, for columns like property:x.
    """

    model: type[Struct]
    renamed: Mapping[str, str] = field(default_factory=dict)
    special: Mapping[str, Convert] = field(default_factory=dict)
    beside: frozenset[str] = frozenset()
    properties: Mapping[str, PropertyType] = field(default_factory=dict)

    def column(self, name: str) -> tuple[str, str, Convert] | None:
        """The field, the key inside it (a language, a property) and the reader of a column."""
        stem, _, key = name.partition(":")
        target = self.renamed.get(stem, stem)
        hint = hints_of(self.model).get(target)
        if hint is None:
            return None
        if stem in self.special:
            return None if key else (target, "", self.special[stem])
        if get_origin(hint) is dict:
            return self.keyed(target, key, get_args(hint)[1])
        if key:
            return None
        return (target, "", DAY if target in DAYS else converter(hint))

    def keyed(self, target: str, key: str, hint: Any) -> tuple[str, str, Convert] | None:  # noqa: ANN401 - a type hint
        """As `column`, for fields that hold values by language or by name."""
        if hint == Value:
            kind = self.properties.get(key)
            return None if kind is None else (target, key, PROPERTY[kind.type])
        if target != "mappings" and not LANGUAGE.fullmatch(key):
            return None
        return (target, key, converter(hint)) if key else None


DAY: Convert = day


@cache
def hints_of(model: type[Struct]) -> dict[str, Any]:
    """The types of a model's fields by name."""
    return {item.name: item.type for item in msgspec.structs.fields(model)}


def converter(hint: Any) -> Convert:  # noqa: ANN401 - a type hint
    """How the text of a cell becomes a value of a type."""
    if hint is bool:
        return truth
    if hint is int:
        return whole
    return several if get_origin(hint) is tuple else str


def known_columns(sheet: Sheet, grammar: Grammar, report: Report) -> dict[str, Any] | None:
    """The columns with their places in the model; None, with findings, when one is unknown."""
    places: dict[str, Any] = {}
    unknown = False
    for name in sheet.columns:
        if name in grammar.beside:
            continue
        place = grammar.column(name)
        if place is None:
            unknown = True
            report.error(
                "unknown-column",
                sheet.file,
                1,
                f"Không có cột tên {name!r}.",
                f"There is no column called {name!r} here.",
                name,
            )
        else:
            places[name] = place
    return None if unknown else places


def values_of(
    row: Row, places: Mapping[str, Any], file: str, report: Report
) -> dict[str, Any] | None:
    """What the filled cells of a row say, by field; None, with a finding, when one is wrong."""
    values: dict[str, Any] = {}
    for name, (target, key, convert) in places.items():
        text = row.cells[name]
        if not text:
            continue
        try:
            value = convert(text)
        except ValueError as error:
            report.error(
                "bad-cell",
                file,
                row.line,
                f"Ô ở cột {name!r} không đúng khuôn.",
                f"The cell in column {name!r} does not fit: {error}.",
                text,
            )
            return None
        if key:
            values.setdefault(target, {})[key] = value
        else:
            values[target] = value
    return values


def made(values: Any, model: type[S], file: str, line: int, report: Report) -> S | None:  # noqa: ANN401 - plain values
    """An instance of a model class; None, with a finding, when the values do not fit."""
    try:
        return msgspec.convert(values, model)
    except msgspec.ValidationError as error:
        report.error(
            "does-not-fit",
            file,
            line,
            f"Dòng không đúng khuôn: {error}.",
            f"The row does not fit: {error}.",
        )
        return None


def rows_as(
    sheet: Sheet, grammar: Grammar, model: type[S], report: Report
) -> Iterable[tuple[Row, S]]:
    """Every row that fits, as an instance of the model class."""
    places = known_columns(sheet, grammar, report)
    if places is None:
        return
    for row in sheet.rows:
        values = values_of(row, places, sheet.file, report)
        if values is None:
            continue
        instance = made(values, model, sheet.file, row.line, report)
        if instance is not None:
            yield row, instance
