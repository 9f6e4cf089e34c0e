"""From one source header to the bodies of its releases."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from catalog.core.model import (
    Body,
    CodeList,
    Dataset,
    Header,
    Mapping,
    PropertyType,
    Rule,
    Schema,
    ValueSet,
)
from catalog.core.names import Kind
from catalog.formats.source.cells import hints_of
from catalog.formats.source.forms import (
    OVERRIDES,
    DatasetForm,
    Form,
    ListForm,
    MappingForm,
    ReleaseForm,
    RuleForm,
    SchemaForm,
    ValueSetForm,
    form_of,
)
from catalog.formats.source.generators import GENERATORS
from catalog.formats.source.members import (
    Members,
    Place,
    check_tree,
    concept_reader,
    field_reader,
    holds,
    match_reader,
)
from catalog.formats.source.report import Report
from catalog.formats.source.text import Tree

B = TypeVar("B", bound=Header)

FORMS: dict[Kind, type[Form]] = {
    Kind.CODE_LIST: ListForm,
    Kind.MAPPING: MappingForm,
    Kind.VALUE_SET: ValueSetForm,
    Kind.SCHEMA: SchemaForm,
    Kind.DATASET: DatasetForm,
}
"""Kinds that have a header file each; the others stand in one CSV file a folder."""

PARENT = PropertyType(
    name="parent",
    type="code",
    label={"vi": "Đơn vị cấp trên", "en": "Wider unit"},
)
"""What `only_levels` makes of a parent that is not in the list."""


def bodies_of(
    tree: Tree, kind: Kind, folder: Path, report: Report
) -> Iterable[tuple[ReleaseForm, Body | None]]:
    """The releases of a header file, each with its body (None for a withdrawal)."""
    form = form_of(tree, FORMS[kind], report)
    if form is None or not releases_fit(form, tree, report):
        return
    read = reader_of(form, tree, folder, report)
    for index, release in enumerate(form.release):
        if release.what == "withdrawal":
            yield release, None
        else:
            yield release, read(release, tree.line(f"release[{index}].members"))


def releases_fit(form: Form, tree: Tree, report: Report) -> bool:
    """Whether the releases are named apart and their days follow each other."""
    fit = bool(form.release)
    if not fit:
        report.error(
            "no-release",
            tree.file,
            0,
            "Tệp không có bản phát hành nào.",
            "The header has no [[release]].",
        )
    names: set[str] = set()
    for index, release in enumerate(form.release):
        if release.version in names:
            fit = False
            report.error(
                "duplicate-release",
                tree.file,
                tree.line(f"release[{index}].version"),
                f"Bản {release.version!r} lặp lại.",
                f"Release {release.version!r} stands twice.",
                release.version,
            )
        names.add(release.version)
    return fit


def reader_of(form: Form, tree: Tree, folder: Path, report: Report) -> Any:  # noqa: ANN401 - one of the four readers below
    """How the body of a release is made, by the kind of its header."""
    name = Path(tree.file).stem + ".csv"
    match form:
        case ListForm():
            return list_reader(form, tree, folder, report, name)
        case MappingForm():
            rows = Members(folder, tree.file, report, match_reader(form.property, report))
            return lambda release, line: body_as(
                Mapping, form, release, rows.of(form.members or name, release, form.release, line)
            )
        case SchemaForm():
            return schema_reader(form, tree, folder, report, name)
        case ValueSetForm():
            return lambda release, _line: body_as(ValueSet, form, release, form.rule)
        case DatasetForm():
            return lambda release, _line: body_as(Dataset, form, release, form.distribution)
        case _:
            raise AssertionError(type(form))


def list_reader(form: ListForm, tree: Tree, folder: Path, report: Report, name: str) -> Any:  # noqa: ANN401 - as above
    """How a release of a code list is made."""
    properties = (*form.property, *((PARENT,) if form.only_levels else ()))
    rows = Members(
        folder, tree.file, report, concept_reader(form.property, form.only_levels, report)
    )

    def read(release: ReleaseForm, line: int) -> Body | None:
        if form.generator and not release.members:
            make = GENERATORS.get(form.generator)
            if make is None:
                report.error(
                    "unknown-generator",
                    tree.file,
                    tree.line("generator"),
                    f"Không có bộ tạo {form.generator!r}.",
                    f"There is no generator called {form.generator!r}.",
                    form.generator,
                )
                return None
            members = make()
        else:
            members = rows.of(form.members or name, release, form.release, line)
        check_tree(members, tree.file, release.version, report)
        body = body_as(CodeList, form, release, members)
        return msgspec.structs.replace(body, property_types=properties, levels=form.levels)

    return read


def schema_reader(form: SchemaForm, tree: Tree, folder: Path, report: Report, name: str) -> Any:  # noqa: ANN401 - as above
    """How a release of a record layout is made."""
    fields = Members(folder, tree.file, report, field_reader(report))
    versions = [release.version for release in form.release]
    places = [
        Place(plain_rule(rule), tree.line(f"rule[{index}].id"), rule.since, rule.until)
        for index, rule in enumerate(form.rule)
    ]
    rules = fields.placed(tuple(places), tree.file, versions)

    def read(release: ReleaseForm, line: int) -> Body | None:
        members = fields.of(form.members or name, release, form.release, line)
        at = versions.index(release.version)
        chosen = [place for place in rules if holds(place, at, versions)]
        fields.check_doubles(chosen, tree.file)
        known = {member.name for member in members}
        for place in chosen:
            for field in place.member.fields:
                if field not in known:
                    report.error(
                        "unknown-field",
                        tree.file,
                        place.line,
                        f"Quy tắc nêu trường {field!r} không có trong bản {release.version}.",
                        f"A rule names {field!r}, which release {release.version} does not have.",
                        field,
                    )
        rest = tuple(place.member for place in chosen)
        return body_as(Schema, form, release, (*members, *rest))

    return read


def plain_rule(form: RuleForm) -> Rule:
    """The rule without the releases it belongs to."""
    return Rule(**shared(form, Rule))


def shared(form: Struct, model: type[Struct]) -> dict[str, Any]:
    """The fields that a form and a model both have, as the form has them."""
    wanted, have = hints_of(model), hints_of(type(form))
    return {name: getattr(form, name) for name in have.keys() & wanted.keys()}


def body_as(model: type[B], form: Form, release: ReleaseForm, members: tuple[Any, ...]) -> B:
    """
    The body of a release: the header, what the release says differently, the members.

    A header that names no documents names those that the release rests on.
    """
    said: dict[str, Any] = shared(form, model) | {"members": members}
    said["documents"] = form.documents or release.documents
    differs = {name: getattr(release, name, None) for name in OVERRIDES}
    said |= {name: value for name, value in differs.items() if value is not None}
    return model(**said)
