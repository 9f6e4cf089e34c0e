"""
Checking claims envelopes: dossier by dossier, each table by the layout of the dossier's own day.

Memory does not grow with the envelope. Nothing of a dossier is kept but its link, as a number.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import msgspec

from catalog.actions.checking import Checker, Checks, Report, Run
from catalog.actions.dossier import Spanning, Tables, functions_of
from catalog.actions.engine import Masking, Plan, order_of
from catalog.actions.layout import Record, day_of
from catalog.actions.written_values import Written
from catalog.core.errors import BadKey, NotFound, Withdrawn
from catalog.core.names import Key
from catalog.core.record_finding import RecordFinding
from catalog.core.release import END_OF_TIME, Lock
from catalog.formats import claims_messages as messages
from catalog.formats.claims_rows import elements_of, misplaced, row_of
from catalog.formats.claims_xml import Dossier, Element, Table, Trouble, dossiers
from catalog.formats.messages import MASK

SUMMARY = "XML1"
"""The table that every dossier has, and whose day is the dossier's."""

CHECK_IN = "XML0"
"""The table that is sent alone, before there is a summary."""

MOST_LINKS = 1_000_000
"""Of how many dossiers an envelope's run remembers the link, to find the same one twice."""

MOST_IN_A_DOSSIER = 10_000
"""How many findings one dossier may give."""


class ClaimsReport(Report, frozen=True, kw_only=True):
    """
    What came of checking an envelope; records are its dossiers.

    Attributes:
        tables: how many rows there were of each table.
    """

    tables: dict[str, int]


def key_of_table(name: str) -> Key:
    """
    The key of the layout of a table.

    Raises: BadKey, for what is no name of a table.
    """
    if not name.isascii() or not name.isalnum():
        raise BadKey(name[:40])
    return Key.parse(f"schema/byt/claim-{name.lower()}")


@dataclass(slots=True)
class Prepared:
    """How the rows of one table are checked on one day."""

    checks: Checks
    plan: Plan | None
    written: Written
    spanning: Spanning | None


@dataclass(slots=True)
class Rows:
    """The rows of one table of a dossier, typed, with what is wrong with their elements."""

    name: str
    prepared: Prepared
    records: list[Record] = field(default_factory=list)
    troubles: list[tuple[int, Trouble]] = field(default_factory=list)


class ClaimsRun:
    """
    One run over envelopes; counts as it goes.

    Attributes:
        records, invalid: how many dossiers were looked at, how many have an error.
        counts: findings by rule.
        rows: rows by table.
    """

    def __init__(
        self, checker: Checker, *, on: date | None = None, known: datetime | None = None
    ) -> None:
        self.checker = checker
        self.on = on
        self.known = known or END_OF_TIME
        self.records = self.invalid = 0
        self.counts: dict[str, int] = {}
        self.rows: Counter[str] = Counter()
        self.runs: dict[str, Run | None] = {}
        self.ready: dict[tuple[str, date], Prepared] = {}
        self.plans: dict[int, Prepared] = {}
        self.links: dict[int, int] = {}

    def stream(self, chunks: Iterable[bytes], name: str) -> Iterator[RecordFinding]:
        """
        The findings of an envelope, as they come.

        Raises: BadFile, when it is no envelope.
        """
        for read in dossiers(chunks, name):
            found = [self.told(read)] if isinstance(read, Trouble) else self.dossier(read)
            for finding in found:
                self.counts[finding.rule] = self.counts.get(finding.rule, 0) + 1
            if any(finding.severity == "error" for finding in found):
                self.invalid += 1
            yield from found

    def dossier(self, read: Dossier) -> list[RecordFinding]:
        """All that is amiss in one dossier, table by table, row by row."""
        self.records += 1
        found = [self.told(trouble) for trouble in read.troubles]
        day = self.on or self.day(read)
        tables: list[Rows] = []
        for table in read.tables:
            rows = self.table(read.number, table, day, found)
            if rows is not None:
                tables.append(rows)
        by_name: dict[str, list[Record]] = {}
        starts: list[int] = []
        for rows in tables:
            records = by_name.setdefault(rows.name, [])
            starts.append(len(records))
            records.extend(rows.records)
        broken = {trouble.table.upper() for trouble in read.troubles}
        found += self.absent(read.number, by_name, broken)
        across = Tables(dict(by_name))
        functions = functions_of(across)
        for rows, start in zip(tables, starts, strict=True):
            self.rows[rows.name] += len(rows.records)
            self.check(read.number, rows, start, day, across, functions, found)
            if len(found) > MOST_IN_A_DOSSIER:
                del found[MOST_IN_A_DOSSIER:]
                break
        found += self.repeated(read.number, across)
        return found

    def table(
        self, number: int, table: Table, day: date, found: list[RecordFinding]
    ) -> Rows | None:
        """The rows of a table; None when it is no table, which is added to what was found."""
        name = table.name.upper()
        prepared = self.prepared(name, day)
        if prepared is None:
            said = messages.unknown_table(table.name)
            found.append(
                self.told(Trouble("unknown-table", said, number, table.name[:20], "/LOAIHOSO"))
            )
            return None
        schema = prepared.written.layout.schema
        wrong = misplaced(table.root, schema)
        if wrong is not None:
            found.append(self.told(belonging(wrong, number, name)))
            return None
        rows = Rows(name, prepared)
        known = prepared.written.layout.place
        for place, element in enumerate(elements_of(table.root, schema)):
            row = row_of(element, known)
            rows.records.append(prepared.written.typed(row.values))
            rows.troubles += ((place, trouble) for trouble in row.troubles)
        return rows

    def check(
        self,
        number: int,
        rows: Rows,
        start: int,
        day: date,
        across: Tables,
        functions: dict[str, Callable[..., Any]],
        found: list[RecordFinding],
    ) -> None:
        """Add what is amiss in the rows of one table; `start` rows of it came before."""
        prepared = rows.prepared
        if prepared.plan is None:
            found += map(self.placed(1, rows.name), prepared.checks.findings(number, {}, day))
            return
        troubles: dict[int, list[Trouble]] = {}
        for place, trouble in rows.troubles:
            troubles.setdefault(place, []).append(trouble)
        for place, record in enumerate(rows.records, start):
            put = self.placed(place + 1, rows.name)
            found += (
                put(self.told(belonging(one, number, rows.name)))
                for one in troubles.get(place - start, ())
            )
            amiss = prepared.checks.findings(number, record, day)
            found += map(put, amiss)
            if prepared.spanning is not None:
                across.here = (rows.name, place)
                wrong = {one.path[1:] for one in amiss if one.rule == "type"}
                remarks = prepared.spanning.remarks(record, functions, wrong)
                remarks.sort(key=order_of)
                found += (
                    RecordFinding(
                        record=number,
                        table=rows.name,
                        row=place + 1,
                        path=remark.path,
                        rule=remark.rule,
                        severity=remark.severity,
                        value=remark.value,
                        message=remark.said,
                    )
                    for remark in remarks
                )

    def placed(self, row: int, table: str) -> Callable[[RecordFinding], RecordFinding]:
        """Gives a finding its row and table."""

        def put(finding: RecordFinding) -> RecordFinding:
            return msgspec.structs.replace(finding, row=row, table=table)

        return put

    def absent(
        self, number: int, by_name: dict[str, list[Record]], broken: set[str]
    ) -> Iterator[RecordFinding]:
        """Say that the summary is missing, unless it is there and could not be read."""
        alone = set(by_name) == {CHECK_IN}
        if not by_name.get(SUMMARY) and SUMMARY not in broken and not alone:
            said = messages.missing_table(SUMMARY)
            yield self.told(Trouble("missing-table", said, number, SUMMARY))

    def repeated(self, number: int, across: Tables) -> Iterator[RecordFinding]:
        """Say that an earlier dossier has the same link."""
        link = across.value(SUMMARY, "MA_LK")
        if not isinstance(link, str):
            return
        first = self.links.get(hash(link))
        if first is not None:
            masked = self.checker.masking is Masking.MASK
            shown = MASK if masked else link[:60]
            said = messages.repeated_dossier(shown, first)
            yield self.told(
                Trouble("duplicate-key", said, number, SUMMARY, "/MA_LK", shown), row=1
            )
        elif len(self.links) < MOST_LINKS:
            self.links[hash(link)] = number

    def told(self, trouble: Trouble, row: int = 0) -> RecordFinding:
        """A trouble as a finding."""
        return RecordFinding(
            record=trouble.record,
            table=trouble.table,
            row=row or msgspec.UNSET,
            path=trouble.path,
            rule=trouble.rule,
            value=trouble.value,
            message=trouble.said,
        )

    # -- how tables are checked ---------------------------------------------------------------

    def run(self, name: str) -> Run | None:
        """The run over a table's layout; None when there is no such layout."""
        if name not in self.runs:
            try:
                run = self.checker.begin(key_of_table(name), known=self.known)
            except (BadKey, NotFound, Withdrawn):
                self.runs[name[:20]] = None
                return None
            self.runs[name] = run
        return self.runs[name]

    def prepared(self, name: str, day: date) -> Prepared | None:
        """How a table's rows of a day are checked; None when no such table is sent as XML."""
        found = self.ready.get((name, day))
        if found is not None:
            return found
        run = self.run(name)
        if run is None:
            return None
        checks = run.checks_on(day)
        plan = checks if isinstance(checks, Plan) else None
        layout = plan.layout if plan else run.layout
        if not layout.schema.root_element:
            return None
        made = self.plans.get(id(checks)) if plan else None
        if made is None:
            spanning = Spanning(plan) if plan and layout.expressions.spanning else None
            made = Prepared(checks, plan, Written(layout), spanning)
            self.plans[id(checks)] = made
        if len(self.ready) > MOST_LINKS // 100:
            self.ready.clear()
        self.ready[name, day] = made
        return made

    def day(self, read: Dossier) -> date:
        """The day of a dossier: the summary's, else that of its first dated table, else today."""
        for table in sorted(read.tables, key=lambda table: table.name.upper() != SUMMARY):
            run = self.run(table.name.upper())
            if run is None:
                continue
            wanted = dict.fromkeys(run.date_fields)
            for element in elements_of(table.root, run.layout.schema):
                found = first_day(element, wanted)
                if found is not None:
                    return found
        return self.checker.today()

    # -- the report ---------------------------------------------------------------------------

    def report(self, findings: Iterable[RecordFinding]) -> ClaimsReport:
        """The report, with the findings that are to be listed."""
        listed = tuple(findings)
        runs = [run for _, run in sorted(self.runs.items()) if run is not None]
        releases: dict[Lock, None] = dict.fromkeys(one for run in runs for one in run.releases())
        return ClaimsReport(
            valid=self.invalid == 0,
            records=self.records,
            invalid=self.invalid,
            on=self.on,
            releases=tuple(releases),
            findings=listed,
            truncated=len(listed) < sum(self.counts.values()),
            counts=dict(sorted(self.counts.items())),
            unchecked=tuple(one for run in runs for one in run.unchecked()),
            tables=dict(sorted(self.rows.items(), key=lambda item: (len(item[0]), item[0]))),
        )


def belonging(trouble: Trouble, number: int, table: str) -> Trouble:
    """A trouble of a row, as one of a dossier's table."""
    return Trouble(trouble.rule, trouble.said, number, table, trouble.path, trouble.value)


def first_day(element: Element, wanted: dict[str, None]) -> date | None:
    """The first day that the fields of a row name, in the order wanted."""
    texts = row_of(element, wanted).values
    return next((day for name in wanted if (day := day_of(texts.get(name))) is not None), None)
