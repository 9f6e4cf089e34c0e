"""A table of text back into members; the grammar is that of `member_table`."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, get_origin

import msgspec
from msgspec import Struct

from catalog.core.errors import BadFile
from catalog.core.model import CodeList, Member, Value
from catalog.formats.member_table import (
    IS,
    MEMBERS,
    Column,
    Shape,
    Table,
    Tabled,
    column_of,
    tag_of,
)

WHOLE = re.compile(r"-?[0-9]{1,16}")


def body_of(table: Table, header: Tabled, *, name: str) -> Tabled:
    """
    The header over the members that a table says.

    Property columns that the header does not declare hold text.
    Raises: BadFile, with the row (the header is row 1) and the column.
    """
    kinds = MEMBERS[type(header)]
    if len(set(table.columns)) < len(table.columns):
        raise BadFile(name, "a column is there twice")
    by_kind = {kind: known_columns(table.columns, kinds, kind, name) for kind in kinds}
    types: dict[str, str] = {}
    if isinstance(header, CodeList):
        types = {declared.name: declared.type for declared in header.property_types}
    members = tuple(read_rows(table, by_kind, types, name))
    return msgspec.structs.replace(header, members=members)


def known_columns(
    columns: Sequence[str], kinds: Sequence[type[Struct]], kind: type[Struct], name: str
) -> list[tuple[int, Column]]:
    """
    The columns that one type of member has, with their positions.

    Raises: BadFile, for a column that no type has.
    """
    found = []
    for at, column in enumerate(columns):
        known = column_of(column, kind)
        if known is not None:
            found.append((at, known))
        elif column != IS and not any(column_of(column, other) for other in kinds):
            raise BadFile(name, f"row 1: there is no column called {column!r} here")
    return found


def read_rows(
    table: Table,
    by_kind: dict[type[Member], list[tuple[int, Column]]],
    types: dict[str, str],
    name: str,
) -> Iterator[Member]:
    """
    The members, row by row.

    Raises: BadFile.
    """
    first = next(iter(by_kind))
    tags = {tag_of(kind): kind for kind in by_kind}
    said = table.columns.index(IS) if IS in table.columns else -1
    for number, row in enumerate(table.rows, 2):
        if len(row) != len(table.columns):
            reason = f"row {number} has {len(row)} cells, the header {len(table.columns)}"
            raise BadFile(name, reason)
        try:
            kind = tags[row[said]] if said >= 0 and row[said] else first
            yield member_of(row, by_kind[kind], kind, types)
        except KeyError:
            raise BadFile(name, f"row {number}: {row[said]!r} is no kind of row") from None
        except (ValueError, msgspec.ValidationError) as error:
            raise BadFile(name, f"row {number}: {error}") from None


def member_of(
    row: Sequence[str],
    columns: list[tuple[int, Column]],
    kind: type[Member],
    types: dict[str, str],
) -> Member:
    """
    The member that a row says.

    Raises: ValueError, msgspec.ValidationError.
    """
    values: dict[str, Any] = {}
    if tag_of(kind):
        values[IS] = tag_of(kind)
    for at, column in columns:
        text = row[at]
        if not text:
            continue
        try:
            value = value_of(text, column, types)
        except ValueError as error:
            raise ValueError(f"column {column.name!r}: {error}") from None
        if column.key:
            values.setdefault(column.field, {})[column.key] = value
        else:
            values[column.field] = value
    for item in msgspec.structs.fields(kind):
        if item.required and get_origin(item.type) in (dict, tuple):
            values.setdefault(item.name, get_origin(item.type)())
    return msgspec.convert(values, kind)


def value_of(text: str, column: Column, types: dict[str, str]) -> Any:  # noqa: ANN401 - as hinted
    """
    The value that a cell says.

    Raises: ValueError.
    """
    match column.shape:
        case Shape.TEXT:
            return text
        case Shape.SEVERAL:
            return parted(text)
        case Shape.STATUS:
            return one_of(text, {"active": False, "retired": True})
        case Shape.TRUTH:
            return one_of(text, {"true": True, "false": False, "yes": True, "no": False})
        case Shape.WHOLE:
            return whole(text)
        case Shape.VALUE:
            return property_value(text, types.get(column.key, "text"))


def property_value(text: str, declared: str) -> Value:
    """
    The value of a property of a declared type.

    Raises: ValueError.
    """
    match declared:
        case "integer":
            return whole(text)
        case "boolean":
            return one_of(text, {"true": True, "false": False, "yes": True, "no": False})
        case "codes":
            return list(parted(text))
        case _:
            return text


def one_of(text: str, answers: dict[str, bool]) -> bool:
    """
    What a word means.

    Raises: ValueError.
    """
    if text not in answers:
        raise ValueError(f"{text[:40]!r} is none of {', '.join(answers)}")
    return answers[text]


def whole(text: str) -> int:
    """
    A whole number.

    Raises: ValueError.
    """
    if not WHOLE.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is no whole number")
    return int(text)


def parted(text: str) -> tuple[str, ...]:
    r"""
    The texts that were joined.

    >>> parted("a|b\\|c")
    ('a', 'b|c')
    """
    if not text:
        return ()
    if "\\" not in text:
        return tuple(text.split("|"))
    parts = [""]
    escaped = False
    for character in text:
        if escaped or character not in "\\|":
            parts[-1] += character
            escaped = False
        elif character == "|":
            parts.append("")
        else:
            escaped = True
    return tuple(parts)
