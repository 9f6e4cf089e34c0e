"""
Checking files: JSON, NDJSON, CSV, XLSX and claims envelopes, as they are read, by one engine.

The server, the command line and the bundle all call `check_file`; so what they find is the same.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, BinaryIO, Final, Literal, TypeAlias

import msgspec

from catalog.actions.checking import MOST_FINDINGS, Checker, Report, Run
from catalog.actions.claims import ClaimsRun
from catalog.actions.engine import Plan, pointer
from catalog.actions.records import BOM, Numbered, records_of_json, records_of_lines
from catalog.actions.written_values import Written, text_of
from catalog.core.errors import BadFile, BadRequest
from catalog.core.names import Key
from catalog.core.record_finding import RecordFinding
from catalog.core.release import END_OF_TIME
from catalog.formats import claims_messages as messages
from catalog.formats.check_report import Count
from catalog.formats.claims_xml import CHUNK
from catalog.formats.record_tables import (
    RecordTable,
    SheetRecord,
    read_csv_records,
    read_xlsx_records,
)

Form: TypeAlias = Literal["json", "ndjson", "csv", "xlsx", "claims-xml"]

FORMS: Final[tuple[Form, ...]] = ("json", "ndjson", "csv", "xlsx", "claims-xml")

MEDIA: Final[dict[str, Form]] = {
    "application/json": "json",
    "text/json": "json",
    "application/x-ndjson": "ndjson",
    "application/ndjson": "ndjson",
    "application/jsonl": "ndjson",
    "application/x-jsonlines": "ndjson",
    "text/csv": "csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/xml": "claims-xml",
    "text/xml": "claims-xml",
}
"""The form of a body by its media type."""

SUFFIXES: Final[dict[str, Form]] = {
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".csv": "csv",
    ".tsv": "csv",
    ".xlsx": "xlsx",
    ".xml": "claims-xml",
}
"""The form of a file by the end of its name."""

LONGEST_LINE: Final = 16 << 20
"""How many bytes a line of NDJSON may have."""

MOST_PLACES: Final = 10_000
"""Of how many places findings are counted apart; names of fields may come from a stranger."""

Progress: TypeAlias = Callable[[int], None]
"""Told how many bytes were read by now."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of checking a file: the report, and counts of all findings by place."""

    name: str
    report: Report
    tallies: tuple[Count, ...]


@dataclass(slots=True)
class Listing:
    """Keeps the first findings and counts them all."""

    most: int
    listed: list[RecordFinding] = field(default_factory=list)
    counts: dict[tuple[str, str, str, str], int] = field(default_factory=dict)

    def take(self, finding: RecordFinding) -> None:
        """Keep a finding, or count it only."""
        if len(self.listed) < self.most:
            self.listed.append(finding)
        place = (finding.table, finding.path, finding.rule, finding.severity)
        if place not in self.counts and len(self.counts) >= MOST_PLACES:
            place = (finding.table, "…", finding.rule, finding.severity)
        self.counts[place] = self.counts.get(place, 0) + 1

    def tallies(self) -> tuple[Count, ...]:
        """The counts, the largest first."""
        ordered = sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))
        return tuple(Count(*place, count) for place, count in ordered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """
    What is to be checked, and how.

    Attributes:
        key: the layout of the records; None for claims envelopes, which name their tables.
        name: what the file is called.
        on: one day for all; None when each record, or dossier, has its own.
        most: how many findings the report lists.
    """

    key: Key | None
    form: Form
    name: str = "body"
    on: date | None = None
    known: datetime = END_OF_TIME
    most: int = MOST_FINDINGS


def check_file(
    checker: Checker,
    asked: Asked,
    stream: BinaryIO,
    *,
    each: Callable[[RecordFinding], None] = lambda _: None,
    progress: Progress = lambda _: None,
) -> Checked:
    """
    Check what a stream holds; `each` is told every finding when it is found.

    Raises: NotFound, Withdrawn, NotInForce, BadRequest, BadFile.
    """
    listing = Listing(asked.most)
    run: Run | ClaimsRun
    if asked.form == "claims-xml":
        run = ClaimsRun(checker, on=asked.on, known=asked.known)
        found = run.stream(chunks(stream, progress), asked.name)
    elif asked.key is None:
        raise BadRequest("schema", f"say which layout the records of {asked.form} have")
    else:
        run = checker.begin(asked.key, on=asked.on, known=asked.known)
        found = findings_of(run, stream, asked.form, asked.name, progress)
    for finding in found:
        listing.take(finding)
        each(finding)
    return Checked(asked.name, run.report(listing.listed), listing.tallies())


def findings_of(
    run: Run, stream: BinaryIO, form: Form, name: str, progress: Progress
) -> Iterator[RecordFinding]:
    """The findings of records of one layout, as they come."""
    match form:
        case "csv":
            return of_sheet(run, read_csv_records(Counted(stream, progress), name))
        case "xlsx":
            return of_sheet(run, read_xlsx_records(stream.read(), name))
        case "ndjson":
            return run.stream(records_of_lines(lines_of(stream, name, progress)))
        case _:
            return run.stream(of_json(stream))


def of_json(stream: BinaryIO) -> Iterator[Numbered]:
    """The records of one JSON document, read as a whole."""
    return records_of_json(stream.read().removeprefix(BOM))


def chunks(stream: BinaryIO, progress: Progress) -> Iterator[bytes]:
    """A stream in pieces."""
    done = 0
    while chunk := stream.read(CHUNK):
        done += len(chunk)
        progress(done)
        yield chunk


def lines_of(stream: BinaryIO, name: str, progress: Progress) -> Iterator[bytes]:
    """
    The lines of a stream.

    Raises: BadFile, for a line longer than a record may be.
    """
    done = number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if len(line) >= LONGEST_LINE:
            raise BadFile(name, f"line {number} has more than {LONGEST_LINE:,} bytes")
        if not done:
            line = line.removeprefix(BOM)
        done += len(line)
        if number % 512 == 0:
            progress(done)
        yield line


class Counted(io.RawIOBase):
    """A stream that tells how much was read of it."""

    def __init__(self, stream: BinaryIO, progress: Progress) -> None:
        self.stream = stream
        self.progress = progress
        self.done = 0

    def readable(self) -> bool:
        """Bytes can be read."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - whatever holds bytes
        """Read on, and tell."""
        data = self.stream.read(len(buffer))
        buffer[: len(data)] = data
        self.done += len(data)
        self.progress(self.done)
        return len(data)


# -- sheets -----------------------------------------------------------------------------------


def of_sheet(run: Run, table: RecordTable) -> Iterator[RecordFinding]:
    """The findings of the records of a sheet, each with the address of its cell."""
    written: dict[int, Written] = {}
    newest = Written(run.layout)
    columns = {pointer(name): column for name, column in table.columns.items()}
    for number, record in enumerate(table.records, 1):
        texts = {
            name: text_of(cell, newest.fields.get(name)) for name, cell in record.cells.items()
        }
        checks, _ = run.fixed or run.checks_for(texts)
        layout = checks.layout if isinstance(checks, Plan) else run.layout
        if id(layout) not in written:
            written[id(layout)] = Written(layout)
        found = run.findings(number, written[id(layout)].typed(texts))
        for finding in (*found, *stray(run, number, record, len(table.columns), found)):
            column = columns.get(finding.path)
            if column is not None:
                yield msgspec.structs.replace(finding, cell=f"R{record.row}C{column}")
            else:
                yield finding


def stray(
    run: Run, number: int, record: SheetRecord, columns: int, found: list[RecordFinding]
) -> Iterable[RecordFinding]:
    """Say, and count, that a row has values under no header."""
    if not record.beyond:
        return ()
    run.counts["unknown-field"] = run.counts.get("unknown-field", 0) + 1
    run.invalid += not any(finding.severity == "error" for finding in found)
    return (
        RecordFinding(
            record=number,
            table=run.layout.schema.record,
            cell=f"R{record.row}C{record.beyond}",
            rule="unknown-field",
            message=messages.too_many_cells(record.row, columns),
        ),
    )
