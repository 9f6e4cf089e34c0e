"""The forms of source headers: what each TOML file may say, checked as one."""

from datetime import date
from typing import Literal, TypeVar

import msgspec
from msgspec import Struct

from catalog.core.model import (
    Completeness,
    Confidence,
    Distribution,
    Header,
    PropertyType,
    Rule,
    Selection,
    Text,
)
from catalog.formats.source.report import Report
from catalog.formats.source.text import Tree

F = TypeVar("F", bound=Struct)


class ReleaseForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    A release: when it holds, what it rests on, and where it differs from the file's own header.

    Attributes:
        version, start, end, transition_until, documents, reason, what, corrects: as in an entry.
        members: the file of its members, when it is not the one that all releases share.
    """

    version: str
    start: date
    end: date | None = None
    transition_until: date | None = None
    documents: tuple[str, ...] = ()
    reason: str = ""
    what: Literal["release", "correction", "withdrawal"] = "release"
    corrects: str = ""
    members: str = ""
    title: Text | None = None
    description: Text | None = None
    source: str | None = None
    completeness: Completeness | None = None
    confidence: Confidence | None = None
    confidence_note: str | None = None


class LayoutReleaseForm(ReleaseForm, frozen=True, kw_only=True):
    """A release of a record layout, which may be dated by other fields than the next one."""

    date_field: str | None = None
    date_fallbacks: tuple[str, ...] | None = None
    sex_field: str | None = None
    birth_field: str | None = None


OVERRIDES = (
    "title",
    "description",
    "source",
    "completeness",
    "confidence",
    "confidence_note",
    "date_field",
    "date_fallbacks",
    "sex_field",
    "birth_field",
)
"""What a release may say differently from its file."""


class Form(Header, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every source header says beside the header of the body itself."""

    key: str
    release: tuple[ReleaseForm, ...]


class ListForm(Form, frozen=True, kw_only=True):
    """
    A code list.

    Attributes:
        members: the CSV file of its codes; by default it is called as the header is.
        only_levels: take only rows of these levels out of the file.
        generator: the name of a reader that makes the codes from an installed package.
    """

    levels: tuple[str, ...] = ()
    property: tuple[PropertyType, ...] = ()
    members: str = ""
    only_levels: tuple[str, ...] = ()
    generator: str = ""


class MappingForm(Form, frozen=True, kw_only=True):
    """A mapping; its rows stand in a CSV file."""

    source_list: str
    target_list: str
    property: tuple[PropertyType, ...] = ()
    members: str = ""


class ValueSetForm(Form, frozen=True, kw_only=True):
    """A value set; its rules stand in the file itself."""

    rule: tuple[Selection, ...] = ()


class RuleForm(Rule, frozen=True, kw_only=True):
    """A rule of a schema with the releases it belongs to: from `since`, before `until`."""

    since: str = ""
    until: str = ""


class SchemaForm(Form, frozen=True, kw_only=True):
    """A record layout; its fields stand in a CSV file, its rules in the file itself."""

    release: tuple[LayoutReleaseForm, ...]
    record: str = ""
    root_element: str = ""
    list_element: str = ""
    row_element: str = ""
    date_field: str = ""
    date_fallbacks: tuple[str, ...] = ()
    sex_field: str = ""
    birth_field: str = ""
    closed: bool = True
    members: str = ""
    rule: tuple[RuleForm, ...] = ()


class DatasetForm(Form, frozen=True, kw_only=True):
    """A dataset with its distributions; what a dataset says stands in the file itself."""

    publisher: str = ""
    contact: str = ""
    purpose: Text = msgspec.field(default_factory=dict)
    collection: Text = msgspec.field(default_factory=dict)
    access: Literal["open", "shared", "shared-on-request", "restricted"] = "shared-on-request"
    periodicity: str = ""
    spatial: str = ""
    temporal_start: str = ""
    temporal_end: str = ""
    items: tuple[str, ...] = ()
    legal_ground: str = ""
    distribution: tuple[Distribution, ...] = ()


def form_of(tree: Tree, form: type[F], report: Report) -> F | None:
    """A source header as its form; None, with a finding at its line, when it does not fit."""
    try:
        return msgspec.convert(tree.says, form)
    except msgspec.ValidationError as error:
        said, _, path = str(error).partition(" - at `$")
        named = said.split("`")[1] if "field `" in said else ""
        place = f"{path.rstrip('`')}.{named}" if named else path.rstrip("`")
        report.error(
            "does-not-fit",
            tree.file,
            tree.line(place.lstrip(".")),
            f"Phần đầu không đúng khuôn ({place.lstrip('.') or 'cả tệp'}): {said}.",
            f"The header does not fit ({place.lstrip('.') or 'the whole file'}): {said}.",
        )
        return None
