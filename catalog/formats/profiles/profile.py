"""What a profile is: a way of reading one kind of workbook into candidates for releases."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Literal, TypeAlias

from catalog.core.findings import Finding
from catalog.core.model import Body
from catalog.core.names import Key
from catalog.formats.workbook import Workbook, address, letters, runs

Cells: TypeAlias = Mapping[str, tuple[str, str]]
"""Sheet and cell that each member of a body was read from, by member key."""

Severity = Literal["error", "warning"]

MOST = 20_000
"""How many findings of one rule are told; behind them stands how many more there are."""

SHOWN = 120
"""How many characters of a cell a finding shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Legal:
    """
    From when on a candidate would hold, as its profile knows it; the steward may say otherwise.

    Attributes:
        start, end: first day in force and first day no longer; None when the profile cannot know.
        documents: keys of the legal documents it rests on.
        version: the label of the release.
        reason: why there is no document, or why these days.
    """

    start: date | None = None
    end: date | None = None
    documents: tuple[str, ...] = ()
    version: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """
    What a workbook would have the registry say about one key.

    Attributes:
        body: what it would say; None when the file could not be read as what it is said to be.
        findings: what is amiss in the file, each with its sheet and cell.
        cells: where each member comes from, so that findings about members can name a cell.
        file: the name of the workbook.
    """

    key: Key
    body: Body | None
    legal: Legal = field(default_factory=Legal)
    findings: tuple[Finding, ...] = ()
    cells: Cells = field(default_factory=dict)
    file: str = ""


def nothing_released(key: Key, day: date) -> Body | None:  # noqa: ARG001 - it is what it says
    """The releases of an empty library."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """
    What the steward says beside the file.

    Attributes:
        into: the key to fill, for profiles of one candidate.
        sheet: the sheet to read, for profiles of one sheet.
        released: the body in force for a key on a day; None when there is none.
    """

    into: Key | None = None
    sheet: str = ""
    released: Callable[[Key, date], Body | None] = nothing_released


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """
    A way of reading one kind of workbook.

    Attributes:
        name: how the command line calls it.
        title: what it reads, by language.
        expects: sheets and columns that the file must have, by language.
        read: reads a workbook into candidates; raises BadFile when the file is another one.
    """

    name: str
    title: dict[str, str]
    expects: dict[str, str]
    read: Callable[[Workbook, Options], tuple[Candidate, ...]]


class Notes:
    """
    Collects findings about one file while it is read.

    Cells of one column that stand below each other and have the same thing amiss give one finding
    about their range, so that a column of numbers is one finding and not thousands.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Finding] = []
        self.seen: dict[tuple[str, str, int], dict[int, str]] = {}
        self.messages: dict[str, tuple[Severity, dict[str, str]]] = {}
        self.counts: Counter[tuple[str, Severity]] = Counter()

    def add(
        self,
        rule: str,
        message: dict[str, str],
        *,
        sheet: str = "",
        cell: str = "",
        value: str = "",
        path: str = "",
        severity: Severity = "error",
    ) -> None:
        """Note one finding."""
        self.counts[rule, severity] += 1
        if self.counts[rule, severity] > MOST:
            return
        self.found.append(
            Finding(
                rule=rule,
                severity=severity,
                message=message,
                path=path,
                file=self.file,
                sheet=sheet,
                cell=cell,
                value=shortened(value),
            )
        )

    def mark(
        self,
        rule: str,
        message: dict[str, str],
        *,
        sheet: str,
        row: int,
        column: int,
        value: str = "",
        severity: Severity = "warning",
    ) -> None:
        """Note that one cell of many has something amiss; told once for a run of cells."""
        self.messages[rule] = (severity, message)
        self.seen.setdefault((rule, sheet, column), {})[row] = value

    def findings(self) -> tuple[Finding, ...]:
        """Everything noted: single findings in their order, then the runs of cells."""
        gathered: list[Finding] = []
        for (rule, sheet, column), rows in self.seen.items():
            severity, message = self.messages[rule]
            for first, last in islice(runs(rows), MOST):
                name = letters(column)
                cell = f"{name}{first}" if first == last else f"{name}{first}:{name}{last}"
                gathered.append(
                    Finding(
                        rule=rule,
                        severity=severity,
                        message=message,
                        file=self.file,
                        sheet=sheet,
                        cell=cell,
                        value=shortened(rows[first]),
                    )
                )
        rest = (
            Finding(
                rule=rule,
                severity=severity,
                message=words(f"Còn {count - MOST:,} ô nữa.", f"{count - MOST:,} more cells."),
                file=self.file,
            )
            for (rule, severity), count in self.counts.items()
            if count > MOST
        )
        return (*self.found, *gathered, *rest)


def shortened(value: str) -> str:
    """The value as a finding shows it."""
    return value if len(value) <= SHOWN else f"{value[: SHOWN - 1]}…"


def words(vi: str, en: str) -> dict[str, str]:
    """A message in both languages."""
    return {"vi": vi, "en": en}


def place(row: int, column: int) -> str:
    """The address of a cell, its row counted from 1 and its column from 0."""
    return address(row, column)


def redirected(candidate: Candidate, into: Key | None) -> Candidate:
    """The candidate under another key, when one is asked for."""
    if into is None:
        return candidate
    return replace(candidate, key=into)


def unread(key: Key, notes: Notes, into: Key | None = None) -> tuple[Candidate, ...]:
    """What a file gives that is not what it is said to be: no body, and the findings why."""
    return (Candidate(key=into or key, body=None, findings=notes.findings(), file=notes.file),)
