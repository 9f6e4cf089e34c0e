"""
The members of a body as a table of text: what CSV and spreadsheets have in common.

The columns are the fields of the member, so that a table we write can be taken in as a source:
`code, parent, display:vi, display:en, definition:vi, status, valid_from, valid_to, property:x`.
Words have a column a language. Several values in one cell are parted by a bar; a bar or a
backslash inside one of them has a backslash before it. `status` is active or retired; truth is
true or false. An empty cell says nothing, so an empty text and a text that is not there, or an
empty list and none, come back as the same. A column that would be empty throughout is left out.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, TypeAlias, get_args, get_origin

import msgspec
from msgspec import Struct

from catalog.core.model import (
    Binding,
    CodeList,
    Concept,
    Dataset,
    Distribution,
    Field,
    Mapping,
    Match,
    Member,
    Rule,
    Schema,
    Selection,
    Value,
    ValueSet,
)
from catalog.core.names import Kind
from catalog.core.terminology import text_of

KINDS = frozenset({Kind.CODE_LIST, Kind.VALUE_SET, Kind.MAPPING, Kind.SCHEMA, Kind.DATASET})
"""The kinds whose members make a table."""

Tabled: TypeAlias = CodeList | ValueSet | Mapping | Schema | Dataset

MEMBERS: dict[type[Tabled], tuple[type[Member], ...]] = {
    CodeList: (Concept,),
    ValueSet: (Selection,),
    Mapping: (Match,),
    Schema: (Field, Rule),
    Dataset: (Distribution,),
}

NAMES = {"parents": "parent", "retired": "status", "properties": "property"}
"""Fields whose column is called otherwise."""

BINDING = {
    "list": "binding",
    "strength": "strength",
    "version": "binding_version",
    "checks": "checks",
}
"""The columns of what a binding holds."""

ALWAYS: dict[type[Struct], tuple[str, ...]] = {
    Concept: ("code", "parent", "display:vi", "display:en", "status", "valid_from", "valid_to"),
    Selection: ("id", "action", "list", "op", "property", "values"),
    Match: ("source", "target", "relation"),
    Field: ("name", "label:vi", "label:en", "type", "max_length", "format", "required", "binding"),
    Rule: ("id", "fields", "when", "must", "severity"),
    Distribution: ("id", "title:vi", "title:en", "media_type", "address"),
}
"""The columns that are there even when empty."""

IS = "is"
"""The column that says which type of member a row is, where there are two."""

LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


class Shape(Enum):
    """How a value is written in a cell."""

    TEXT = auto()
    WHOLE = auto()
    TRUTH = auto()
    SEVERAL = auto()
    STATUS = auto()
    VALUE = auto()


@dataclass(frozen=True, slots=True)
class Column:
    """
    A column of a table.

    Attributes:
        name: what its header says.
        field: the member's field it is about.
        shape: how values are written in it.
        key: the language or property it is about; of a binding, the part of it.
    """

    name: str
    field: str
    shape: Shape
    key: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """
    A header and rows of text; rows may be taken once.

    Attributes:
        columns: names of the columns.
        rows: as many cells each.
        size: how many rows there are.
    """

    columns: tuple[str, ...]
    rows: Iterable[Sequence[str]]
    size: int


def table_of(body: Tabled) -> Table:
    """The members of a body as a table."""
    kinds = MEMBERS[type(body)]
    used: dict[str, None] = {}
    present = [kind for kind in kinds if any(type(m) is kind for m in body.members)] or kinds[:1]
    if len(present) > 1 or present[0] is not kinds[0]:
        used[IS] = None
    by_kind: dict[type[Struct], dict[str, Column]] = {}
    for kind in present:
        by_kind[kind] = columns_of(kind, [m for m in body.members if type(m) is kind])
        used.update(dict.fromkeys(by_kind[kind]))
    readers = {
        kind: tuple(
            getter(by_kind[kind].get(name), tag_of(kind) if name == IS else "") for name in used
        )
        for kind in present
    }
    rows = ([read(member) for read in readers[type(member)]] for member in body.members)
    return Table(tuple(used), rows, len(body.members))


def columns_of(kind: type[Struct], members: Sequence[Struct]) -> dict[str, Column]:
    """The columns that members of one type fill, and those that are always there, in order."""
    found: dict[str, Column] = {}
    for item in msgspec.structs.fields(kind):
        names = sorted(
            {name for member in members for name in filled(item.name, getattr(member, item.name))}
            | {name for name in ALWAYS[kind] if field_of(name, kind) == item.name},
            key=lambda name: order_of(name, kind),
        )
        found.update((name, column) for name in names if (column := column_of(name, kind)))
    return found


def order_of(name: str, kind: type[Struct]) -> tuple[int, str]:
    """Columns that are always there come first, the others by name."""
    always = ALWAYS[kind]
    return (always.index(name) if name in always else len(always), name)


def field_of(name: str, kind: type[Struct]) -> str:
    """The field that a column of a type of member would be about."""
    stem = name.partition(":")[0]
    hints = HINTS[kind]
    if "binding" in hints and stem in BINDING.values():
        return "binding"
    if stem in hints:
        return "" if stem in NAMES else stem
    return FIELDS.get(stem, stem)


FIELDS = {column: field for field, column in NAMES.items()}


def filled(field: str, value: Any) -> Iterable[str]:  # noqa: ANN401 - any value of a field
    """The columns that a value of a field fills."""
    name = NAMES.get(field, field)
    if isinstance(value, dict):
        return [f"{name}:{key}" for key, inner in value.items() if inner not in ("", (), [])]
    if isinstance(value, Binding):
        held = msgspec.structs.asdict(value)
        return [column for part, column in BINDING.items() if held[part]]
    if field == "selectable":
        return () if value else (name,)
    return (name,) if value else ()


def column_of(name: str, kind: type[Struct]) -> Column | None:
    """The column of a name; None when the type of member has no such."""
    stem, colon, key = name.partition(":")
    field = field_of(name, kind)
    hint = HINTS[kind].get(field)
    if hint is None:
        return None
    if field == "binding":
        part = next(part for part, column in BINDING.items() if column == stem)
        return None if colon else Column(name, field, shape_of(BINDING_HINTS[part]), part)
    if get_origin(hint) is dict:
        inner = get_args(hint)[1]
        if inner == Value:
            return Column(name, field, Shape.VALUE, key) if key else None
        return Column(name, field, shape_of(inner), key) if LANGUAGE.fullmatch(key) else None
    if colon:
        return None
    return Column(name, field, Shape.STATUS if field == "retired" else shape_of(hint))


def hints_of(kind: type[Struct]) -> dict[str, Any]:
    """The fields of a type and what they hold."""
    return {item.name: item.type for item in msgspec.structs.fields(kind)}


HINTS: dict[type[Struct], dict[str, Any]] = {
    kind: hints_of(kind) for kinds in MEMBERS.values() for kind in kinds
}
BINDING_HINTS = hints_of(Binding)


def tag_of(kind: type[Struct]) -> str:
    """What a row of this type is called."""
    return str(kind.__struct_config__.tag or "")


def shape_of(hint: Any) -> Shape:  # noqa: ANN401 - a type
    """How values of a type are written."""
    if hint is bool:
        return Shape.TRUTH
    if hint is int:
        return Shape.WHOLE
    return Shape.SEVERAL if get_origin(hint) is tuple else Shape.TEXT


def getter(column: Column | None, otherwise: str) -> Callable[[Any], str]:
    """What reads the cell of a column off a member; without a column it is always the same."""
    if column is None:
        return lambda _: otherwise
    field, key, shape = column.field, column.key, column.shape
    if field == "binding":
        return lambda member: (
            "" if member.binding is None else cell_of(getattr(member.binding, key), shape)
        )
    if key:
        return lambda member: cell_of(getattr(member, field).get(key), shape)
    return lambda member: cell_of(getattr(member, field), shape)


def cell_of(value: Any, shape: Shape) -> str:  # noqa: ANN401 - any value of a field
    """The text of a cell."""
    if value is None:
        return ""
    match shape:
        case Shape.TEXT:
            return str(value)
        case Shape.SEVERAL:
            return joined(value)
        case Shape.STATUS:
            return "retired" if value else "active"
        case Shape.TRUTH:
            return "true" if value else "false"
        case Shape.WHOLE:
            return str(value)
        case Shape.VALUE:
            return joined(value) if isinstance(value, list) else text_of(value)[0]


def joined(values: Iterable[str]) -> str:
    r"""
    Several texts as one, parted by a bar.

    >>> joined(["a", "b|c"])
    'a|b\\|c'
    """
    return "|".join(v.replace("\\", "\\\\").replace("|", "\\|") for v in values)
