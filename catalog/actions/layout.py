"""A record layout, compiled once: its validator, its days, its rules; it knows no lists."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import jsonschema_rs

from catalog.actions.codes import PAIR_MARKS, Person
from catalog.actions.expressions import Expressions, pattern_trouble
from catalog.core.model import Field, Schema
from catalog.formats import messages
from catalog.formats.json_schema import fields_of, format_pattern, is_text, structure

SURE = "28"
"""Every month has this day; only later ones need a calendar."""

LONGEST_NUMBER = 1024
"""Of how many bits a number may be to be written out."""

Record: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Dated:
    """A field whose text is a day: where in the text the day of the month stands."""

    name: str
    place: int
    separator: str
    iso: bool
    days: slice

    def wrong(self, text: str) -> bool:
        """Whether the text, written rightly, names a day that the calendar does not have."""
        items = text.split(self.separator) if self.separator else (text,)
        return not all(is_day(item, iso=self.iso) for item in items)


def dated(field: Field, place: int) -> Dated:
    """A field with a format as a field whose text is a day."""
    iso = field.format.startswith("date")
    days = slice(8, 10) if iso else slice(6, 8)
    return Dated(field.name, place, field.separator, iso, days)


def is_day(text: str, *, iso: bool) -> bool:
    """Whether a text begins with a day of the calendar; an unknown month or day (00) is fine."""
    year, month, day = parts_of(text, iso=iso)
    if day <= SURE or month == "00":
        return True
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def parts_of(text: str, *, iso: bool) -> tuple[str, str, str]:
    """Year, month and day of a text."""
    if iso:
        return text[:4], text[5:7], text[8:10]
    return text[:4], text[4:6], text[6:8]


def day_of(text: object) -> date | None:
    """
    The day that a text begins with, as yyyymmdd or yyyy-mm-dd; None when it names none.

    >>> day_of("202407010830"), day_of("2024-07-01"), day_of("20240230")
    (datetime.date(2024, 7, 1), datetime.date(2024, 7, 1), None)
    """
    if not isinstance(text, str) or not text.isascii():
        return None
    year, month, day = parts_of(text, iso=text[4:5] == "-")
    if not (year + month + day).isdecimal():
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def compiled(document: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """A validator that never fetches anything."""
    return jsonschema_rs.Draft202012Validator(document, offline=True, validate_formats=False)


class Layout:
    """
    A record layout, compiled; knows no lists.

    Attributes:
        unchecked: fields whose pattern is no regular expression, with what to say of it.
        validator: says whether a record is fine; details says what is wrong in its fields.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.fields = tuple(fields_of(schema))
        self.unchecked = {
            field.name: messages.pattern_broken(field, reason)
            for field in self.fields
            if (reason := pattern_trouble(field))
        }
        self.place = {field.name: place for place, field in enumerate(self.fields)}
        self.formats = tuple(format_pattern(field) for field in self.fields)
        self.required = tuple(field.name for field in self.fields if field.required == "yes")
        document = self.document()
        self.validator = compiled(document)
        # Errors about the whole record carry a copy of it: names are compared without them.
        self.details = compiled({"properties": document["properties"]})
        self.dated = tuple(
            dated(field, place)
            for place, field in enumerate(self.fields)
            if field.format and is_text(field)
        )
        self.expressions = Expressions(schema)
        self.date_fields = tuple(filter(None, (schema.date_field, *schema.date_fallbacks)))

    def document(self) -> dict[str, Any]:
        """The structure; patterns that cannot be compiled are left out."""
        document = structure(self.schema)
        for name in self.unchecked:
            document["properties"][name].pop("pattern", None)
            document["properties"][name].pop("allOf", None)
        return document

    def person(self, record: Record, day: date) -> Person:
        """Who the record is about, as far as checks of codes ask."""
        sex = code_of(record.get(self.schema.sex_field)) or ""
        codes = frozenset(self.paired(record))
        birth = record.get(self.schema.birth_field)
        span = span_of(birth) if isinstance(birth, str) else None
        if span is None:
            return Person(sex=sex, codes=codes)
        stay = [found for name in self.date_fields if (found := day_of(record.get(name)))] or [day]
        first, last = span
        return Person(sex, (min(stay) - last).days, (max(stay) - first).days, codes)

    def paired(self, record: Record) -> Iterator[str]:
        """The codes in fields where codes come in pairs, without their marks."""
        for field in self.fields:
            if field.binding is not None and "pairs" in field.binding.checks:
                text = code_of(record.get(field.name)) or ""
                items = text.split(field.separator) if field.separator else (text,)
                yield from (item.rstrip(PAIR_MARKS) for item in items if item)


def span_of(birth: str) -> tuple[date, date] | None:
    """
    The first and the last day on which somebody may be born, zeros standing for unknown parts.

    >>> span_of("20240200")
    (datetime.date(2024, 2, 1), datetime.date(2024, 2, 29))
    """
    exact = day_of(birth)
    if exact is not None:
        return exact, exact
    year, month = birth[:4], birth[4:6]
    if not (year.isascii() and year.isdecimal() and month.isascii() and month.isdecimal()):
        return None
    if birth[6:8] != "00" or not 1 <= int(year) < date.max.year:
        return None
    if month == "00":
        return date(int(year), 1, 1), date(int(year), 12, 31)
    if int(month) > 12:  # noqa: PLR2004 - months
        return None
    first = date(int(year), int(month), 1)
    following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return first, date.fromordinal(following.toordinal() - 1)


def code_of(value: object) -> str | None:
    """A value as the text of a code: whole numbers without a point; None for what is no code."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        bits = value.bit_length()
        # A number of thousands of digits is no code; Python would refuse to write it.
        return str(value) if bits <= LONGEST_NUMBER else f"({bits} bits)"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None
