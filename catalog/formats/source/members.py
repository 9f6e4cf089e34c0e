"""Members by release: which rows of a file, or of a file of its own, a release is made of."""

import posixpath
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from catalog.core.errors import BroaderCycle
from catalog.core.model import Binding, Concept, Field, Match, PropertyType, key_of
from catalog.core.terminology import closure
from catalog.formats.source.cells import (
    Grammar,
    known_columns,
    made,
    retired,
    several,
    values_of,
)
from catalog.formats.source.forms import ReleaseForm
from catalog.formats.source.report import Report
from catalog.formats.source.text import Row, Sheet, read_sheet

M = TypeVar("M", Concept, Match, Field)
BESIDE = frozenset({"since", "until"})


@dataclass(frozen=True, slots=True)
class Place:
    """
    A member, where it stands, and which releases have it.

    Attributes:
        since: the first release that has it; empty: from the first of all.
        until: the first release that no longer has it; empty: it stays.
    """

    member: Any
    line: int
    since: str = ""
    until: str = ""


class Members:
    """The member files of one artefact, each read once."""

    def __init__(
        self,
        folder: Path,
        file: str,
        report: Report,
        read: Callable[[Sheet], Iterable[Place]],
    ) -> None:
        self.folder = folder
        self.file = file
        self.report = report
        self.read = read
        self.places: dict[str, tuple[Place, ...]] = {}

    def of(
        self, name: str, release: ReleaseForm, releases: Sequence[ReleaseForm], line: int
    ) -> tuple[Any, ...]:
        """
        The members of a release, in the order of the file, checked for doubles.

        Shape: `name` is the file that all releases share; a release may have one of its own.
        """
        own = release.members or name
        versions = [each.version for each in releases]
        shown = self.shown(own)
        if own not in self.places:
            if not self.inside(own):
                self.report.error(
                    "outside-folder",
                    self.file,
                    line,
                    "Tệp thành phần phải nằm trong thư mục nguồn.",
                    "A member file must stand inside the source folder.",
                    own,
                )
                self.places[own] = ()
            else:
                sheet = read_sheet(self.folder / own, shown, self.report)
                read = () if sheet is None else tuple(self.read(sheet))
                self.places[own] = self.placed(read, shown, versions)
        at = versions.index(release.version)
        chosen = [place for place in self.places[own] if holds(place, at, versions)]
        self.check_doubles(chosen, shown)
        return tuple(place.member for place in chosen)

    def inside(self, name: str) -> bool:
        """Whether a member file stands inside the source folder that the header was found in."""
        depth = len(Path(self.file).parts) - 2
        root = self.folder.joinpath(*[".."] * depth).resolve()
        return self.folder.joinpath(name).resolve().is_relative_to(root)

    def shown(self, name: str) -> str:
        """The name of a member file as findings say it."""
        return posixpath.normpath(posixpath.join(posixpath.dirname(self.file), name))

    def placed(
        self, places: tuple[Place, ...], file: str, versions: list[str]
    ) -> tuple[Place, ...]:
        """Only the places whose releases exist and follow each other."""
        kept: list[Place] = []
        for place in places:
            wrong = [name for name in (place.since, place.until) if name and name not in versions]
            for name in wrong:
                self.report.error(
                    "unknown-release",
                    file,
                    place.line,
                    f"Không có bản phát hành tên {name!r}.",
                    f"The header has no release called {name!r}.",
                    name,
                )
            if wrong:
                continue
            if place.until and versions.index(place.until) <= (
                versions.index(place.since) if place.since else 0
            ):
                self.report.error(
                    "never-in-force",
                    file,
                    place.line,
                    "Dòng không thuộc bản phát hành nào.",
                    "The row belongs to no release: `until` is not after `since`.",
                )
                continue
            kept.append(place)
        return tuple(kept)

    def check_doubles(self, places: list[Place], file: str) -> None:
        """Note members under one key in one release."""
        first: dict[str, int] = {}
        for place in places:
            key = key_of(place.member)
            if key in first:
                self.report.error(
                    "duplicate-code",
                    file,
                    place.line,
                    f"Mã {key!r} lặp lại; lần đầu ở dòng {first[key]}.",
                    f"{key!r} stands twice in one release; first on line {first[key]}.",
                    key,
                )
            first.setdefault(key, place.line)


def holds(place: Place, at: int, versions: list[str]) -> bool:
    """Whether the release at a position has the member."""
    if place.since and versions.index(place.since) > at:
        return False
    return not place.until or at < versions.index(place.until)


CONCEPTS = Grammar(
    model=Concept,
    renamed={"parent": "parents", "property": "properties", "status": "retired"},
    special={"status": retired},
    beside=BESIDE,
)


def concept_reader(
    properties: tuple[PropertyType, ...], only_levels: tuple[str, ...], report: Report
) -> Callable[[Sheet], Iterable[Place]]:
    """A reader of code files; of `only_levels`, and then with the outside parent as a property."""
    grammar = with_properties(CONCEPTS, {each.name: each for each in properties})

    def read(sheet: Sheet) -> Iterable[Place]:
        if not only_levels:
            yield from read_places(sheet, grammar, Concept, report)
            return
        wanted = tuple(row for row in sheet.rows if row.cells.get("level") in only_levels)
        part = Sheet(sheet.file, sheet.columns, wanted)
        for place in read_places(part, grammar, Concept, report):
            yield Place(uprooted(place.member), place.line, place.since, place.until)

    return read


def with_properties(grammar: Grammar, properties: dict[str, PropertyType]) -> Grammar:
    """The grammar with the declared properties."""
    return Grammar(
        model=grammar.model,
        renamed=grammar.renamed,
        special=grammar.special,
        beside=grammar.beside,
        properties=properties,
    )


def uprooted(concept: Concept) -> Concept:
    """The concept without its parents, which stay as the property `parent`."""
    if not concept.parents:
        return concept
    properties = {**concept.properties, "parent": concept.parents[0]}
    return msgspec.structs.replace(concept, parents=(), properties=properties)


def match_reader(
    properties: tuple[PropertyType, ...], report: Report
) -> Callable[[Sheet], Iterable[Place]]:
    """A reader of mapping files."""
    grammar = Grammar(
        model=Match,
        renamed={"property": "properties"},
        beside=BESIDE,
        properties={each.name: each for each in properties},
    )
    return lambda sheet: read_places(sheet, grammar, Match, report)


FIELDS = Grammar(model=Field, beside=BESIDE | {"binding", "strength", "checks"})


def field_reader(report: Report) -> Callable[[Sheet], Iterable[Place]]:
    """A reader of field files."""

    def read(sheet: Sheet) -> Iterable[Place]:
        rows = {row.line: row for row in sheet.rows}
        for place in read_places(sheet, FIELDS, Field, report):
            binding = binding_of(rows[place.line], sheet.file, report)
            member = msgspec.structs.replace(place.member, binding=binding)
            yield Place(member, place.line, place.since, place.until)

    return read


def binding_of(row: Row, file: str, report: Report) -> Binding | None:
    """What the columns binding, strength and checks say."""
    if not row.cells.get("binding"):
        return None
    said = {
        "list": row.cells["binding"],
        "strength": row.cells.get("strength") or "required",
        "checks": several(row.cells.get("checks", "")),
    }
    return made(said, Binding, file, row.line, report)


def read_places(sheet: Sheet, grammar: Grammar, model: type[M], report: Report) -> Iterable[Place]:
    """Every row that fits, with its line and its releases."""
    places = known_columns(sheet, grammar, report)
    if places is None:
        return
    for row in sheet.rows:
        values = values_of(row, places, sheet.file, report)
        member = None if values is None else made(values, model, sheet.file, row.line, report)
        if member is not None:
            since, until = row.cells.get("since", ""), row.cells.get("until", "")
            yield Place(member, row.line, since, until)


def check_tree(members: tuple[Concept, ...], file: str, version: str, report: Report) -> None:
    """Note parents that the release does not have, and circles."""
    codes = {member.code for member in members}
    broader = {member.code: frozenset(member.parents) for member in members if member.parents}
    for code, parents in broader.items():
        for parent in sorted(parents - codes):
            report.error(
                "unknown-parent",
                file,
                0,
                f"Mã {code!r} có mã cha {parent!r} không có trong bản {version}.",
                f"{code!r} has parent {parent!r}, which release {version} does not have.",
                code,
            )
    try:
        closure(broader)
    except BroaderCycle as circle:
        report.error(
            "broader-cycle",
            file,
            0,
            "Quan hệ cha con chạy vòng.",
            f"Broader links run in a circle: {' > '.join(circle.codes)}.",
        )
