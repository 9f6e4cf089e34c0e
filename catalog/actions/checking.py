"""
Checking records against the layout and the lists that were in force on each record's own day.

Nothing of a record is kept: findings carry short values, or none, and go to the caller.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Protocol

from msgspec import Struct

from catalog.actions.engine import Masking, Plan, pointer
from catalog.actions.expressions import check_expressions
from catalog.actions.layout import day_of
from catalog.actions.plans import COMPILED, Compiled
from catalog.actions.records import Numbered, records_of
from catalog.core.errors import NotFound
from catalog.core.library import Library
from catalog.core.model import Text
from catalog.core.names import Key
from catalog.core.record_finding import RecordFinding
from catalog.core.release import END_OF_TIME, Lock
from catalog.formats import messages

__all__ = [
    "Checker",
    "Compiled",
    "Masking",
    "Report",
    "Run",
    "Unchecked",
    "check_expressions",
    "numbered",
    "records_of",
    "report_of",
]

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""The zone of legal days."""

MOST_FINDINGS = 1_000
"""How many findings a report holds; what comes after is counted only."""

DAYS_KEPT = 10_000
"""For how many writings of days a run remembers the plan."""


class Unchecked(Struct, frozen=True, kw_only=True):
    """What could not be checked: which field of which release, and why."""

    key: str
    version: str
    field: str
    message: dict[str, str]


class Report(Struct, frozen=True, kw_only=True):
    """
    What came of checking; the shape that POST /validate answers with.

    Attributes:
        valid: whether no record has an error (warnings do not make a record invalid).
        on: the day asked for; null when each record chose its own.
        releases: the releases of layouts and lists that were used, in order of use.
        truncated: whether there were more findings than these.
        counts: how many findings there were by rule, also of those not listed.
        unchecked: what could not be checked, and why.
    """

    valid: bool
    records: int
    invalid: int
    on: date | None
    releases: tuple[Lock, ...]
    findings: tuple[RecordFinding, ...]
    truncated: bool
    counts: dict[str, int]
    unchecked: tuple[Unchecked, ...] = ()


def today_in_vietnam() -> date:
    """The legal day now."""
    return datetime.now(UTC).astimezone(VIETNAM).date()


class Checks(Protocol):
    """Checks records of one day."""

    def findings(self, number: int, record: object, day: date) -> list[RecordFinding]:
        """All that is amiss in a record of that day."""
        ...


@dataclass(frozen=True, slots=True)
class OutOfForce(Checks):
    """Stands where no release of the layout is in force."""

    title: Text
    path: str

    def findings(self, number: int, record: object, day: date) -> list[RecordFinding]:  # noqa: ARG002
        """Say that the record has no layout to be held against."""
        return [
            RecordFinding(
                record=number,
                path=self.path,
                rule="schema-not-in-force",
                value=day.isoformat(),
                message=messages.no_schema(self.title, day),
            )
        ]


class Checker:
    """Checks records against one library: the releases of one moment."""

    def __init__(
        self,
        library: Library,
        *,
        today: Callable[[], date] = today_in_vietnam,
        masking: Masking = Masking.SHOW,
        compiled: Compiled = COMPILED,
    ) -> None:
        self.library = library
        self.today = today
        self.masking = masking
        self.compiled = compiled
        self.plans = compiled.plans(library)

    def begin(self, key: Key, *, on: date | None = None, known: datetime | None = None) -> "Run":
        """
        A run over records of one layout.

        Raises: NotFound, Withdrawn, NotInForce (only for `on`: a record's own day may be out of
        force, which is a finding).
        """
        return Run(self, key, on, known or END_OF_TIME)

    def check(
        self,
        key: Key,
        records: Iterable[Numbered],
        *,
        on: date | None = None,
        known: datetime | None = None,
        most: int = MOST_FINDINGS,
    ) -> Report:
        """
        Check all records; each is looked at once, and only findings are kept.

        Raises: as `begin`; and what reading the records raises.
        """
        run = self.begin(key, on=on, known=known)
        listed: list[RecordFinding] = []
        for finding in run.stream(records):
            if len(listed) < most:
                listed.append(finding)
        return run.report(listed)


class Run:
    """
    One run over records; counts as it goes.

    Attributes:
        records, invalid: how many were looked at, how many have an error.
        counts: how many findings by rule.
        layout: the newest layout, whose fields date a record.
    """

    def __init__(self, checker: Checker, key: Key, on: date | None, known: datetime) -> None:
        self.checker = checker
        self.key = key
        self.on = on
        self.known = known
        self.records = self.invalid = 0
        self.counts: dict[str, int] = {}
        self.by_text: dict[str, tuple[Checks, date]] = {}
        self.used: dict[int, Plan] = {}
        timeline = checker.library.timeline(key)
        if on is not None:
            timeline.in_force(on, known)
        newest = max(
            (entry for entry in timeline.known(known) if entry.what != "withdrawal"),
            key=lambda entry: entry.order,
            default=None,
        )
        if newest is None:
            raise NotFound(str(key))
        self.layout = checker.compiled.layout(newest, checker.library)
        self.date_fields = self.layout.date_fields
        path = pointer(self.date_fields[0]) if self.date_fields else ""
        self.out_of_force = OutOfForce(newest.title, path)
        self.fixed = None if on is None else (self.checks_on(on), on)

    def checks_on(self, day: date) -> Checks:
        """How records of a day are checked."""
        plan = self.checker.plans.plan(self.key, day, self.known, self.checker.masking)
        if plan is None:
            return self.out_of_force
        self.used[id(plan)] = plan
        return plan

    def checks_for(self, record: object) -> tuple[Checks, date]:
        """How this record is checked, and as of which day: its own, else today."""
        if isinstance(record, dict):
            for name in self.date_fields:
                text = record.get(name)
                if text.__class__ is str and text:
                    found = self.by_text.get(text[:10]) or self.checks_by(text[:10])
                    if found is not None:
                        return found
        today = self.checker.today()
        return self.checks_on(today), today

    def checks_by(self, text: str) -> tuple[Checks, date] | None:
        """How records are checked whose day is written like this; None when it is no day."""
        day = day_of(text)
        if day is None:
            return None
        if len(self.by_text) >= DAYS_KEPT:
            self.by_text.clear()
        found = self.by_text[text] = (self.checks_on(day), day)
        return found

    def findings(self, number: int, record: object) -> list[RecordFinding]:
        """All that is amiss in one record; counted."""
        self.records += 1
        if isinstance(record, RecordFinding):
            found = [record]
        else:
            checks, day = self.fixed or self.checks_for(record)
            found = checks.findings(number, record, day)
        if found:
            counts = self.counts
            for finding in found:
                counts[finding.rule] = counts.get(finding.rule, 0) + 1
            self.invalid += any(finding.severity == "error" for finding in found)
        return found

    def stream(self, records: Iterable[Numbered]) -> Iterator[RecordFinding]:
        """The findings of all records, as they come."""
        for number, record in records:
            yield from self.findings(number, record)

    def plans(self) -> Iterator[Plan]:
        """The plans used, in order of use, former layouts after those that followed them."""
        for plan in self.used.values():
            following: Plan | None = plan
            while following is not None:
                yield following
                following = following.former

    def releases(self) -> tuple[Lock, ...]:
        """The releases used, in order of use."""
        used: dict[Lock, None] = {}
        for plan in self.plans():
            for entry in (plan.entry, *(e for one in plan.bound for e in one.codes.entries)):
                used[Lock(entry.key, entry.version, entry.digest)] = None
        return tuple(used)

    def unchecked(self) -> tuple[Unchecked, ...]:
        """What could not be checked."""
        found = {
            (plan.entry.key, plan.entry.version, name): said
            for plan in self.plans()
            for name, said in plan.unchecked.items()
        }
        return tuple(
            Unchecked(key=key, version=version, field=name, message=said)
            for (key, version, name), said in found.items()
        )

    def report(self, findings: Iterable[RecordFinding]) -> Report:
        """The report, with the findings that are to be listed."""
        listed = tuple(findings)
        return Report(
            valid=self.invalid == 0,
            records=self.records,
            invalid=self.invalid,
            on=self.on,
            releases=self.releases(),
            findings=listed,
            truncated=len(listed) < sum(self.counts.values()),
            counts=dict(sorted(self.counts.items())),
            unchecked=self.unchecked(),
        )


def numbered(records: Iterable[Any]) -> Iterator[Numbered]:
    """Records with their numbers, from 1."""
    return enumerate(records, 1)


def report_of(
    checker: Checker,
    key: Key,
    records: Iterable[Numbered],
    *,
    on: date | None = None,
    known: datetime | None = None,
) -> Report:
    """
    What came of checking records; see `Checker.check`.

    Raises: NotFound, Withdrawn, NotInForce, BadRequest.
    """
    return checker.check(key, records, on=on, known=known)
