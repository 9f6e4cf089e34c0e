"""The command that checks files."""

import sys
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

import click

from catalog.actions.check_report import MOST_LISTED, notation_of, written_report
from catalog.actions.checking import MOST_FINDINGS, Checker, Masking
from catalog.actions.checking_files import FORMS, SUFFIXES, Asked, Checked, Form, check_file
from catalog.cli.bundling import bundle_option, source_of
from catalog.cli.terminal import DAY, FINDINGS, Terminal, known_option, progress
from catalog.core.errors import BadRequest
from catalog.core.names import Key
from catalog.core.record_finding import RecordFinding
from catalog.formats.check_report import place_of

CLAIMS = "claims"
"""What may stand for SCHEMA when files are claims envelopes, which name their tables."""

KIBIBYTE = 1024


@click.command()
@click.argument("schema", metavar="SCHEMA")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--on", type=DAY, default=None, help="One day for all; else each record's own.")
@known_option
@click.option(
    "--as", "form", type=click.Choice(FORMS), default=None, help="Form of FILES; else by suffix."
)
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    default=None,
    help="Write a report of one FILE here: .json, .xlsx or .html; personal values are masked.",
)
@click.option("--show-values", is_flag=True, help="Show personal values in the report, too.")
@bundle_option
@click.pass_obj
def validate(  # noqa: PLR0913, PLR0917 - one option each
    terminal: Terminal,
    schema: str,
    files: tuple[Path, ...],
    on: date | None,
    known: datetime,
    form: Form | None,
    report: Path | None,
    show_values: bool,  # noqa: FBT001 - click gives a flag
    bundle: Path | None,
) -> None:
    """
    Check each FILE against SCHEMA (ns/slug) as in force on each record's own day.

    Claims envelopes (--as claims-xml, or .xml) name their tables: SCHEMA is then `claims`, or
    left out. FILE may be - for what is piped in.
    """
    if not files:
        schema, files = CLAIMS, (Path(schema),)
    if report is not None and len(files) > 1:
        raise BadRequest("--report", "tells of one FILE; check the others by themselves")
    notation = None if report is None else notation_of(report.name)
    masking = Masking.SHOW if notation is None or show_values else Masking.MASK
    source = source_of(terminal, bundle)
    checker = Checker(source.library, today=lambda: source.today, masking=masking)
    invalid = 0
    told: list[object] = []
    for file in files:
        key, kind = layout_of(schema, file, form)
        asked = Asked(
            key=key,
            form=kind,
            name=file.name,
            on=on,
            known=known,
            most=MOST_LISTED[notation or "json"],
        )
        checked = check(terminal, checker, asked, file)
        invalid += not checked.report.valid
        if report is not None and notation is not None:
            report.write_bytes(written_report(checked, notation, masking))
        counts = f"{checked.report.records} records, {checked.report.invalid} invalid"
        told.append(checked.report)
        if not terminal.as_json:
            click.echo(f"{file}: {counts}")
    if terminal.as_json:
        terminal.say(told[0] if len(told) == 1 else told)
    if invalid:
        sys.exit(FINDINGS)


def layout_of(schema: str, file: Path, form: Form | None) -> tuple[Key | None, Form]:
    """
    Which layout the records of a file have, and in which form they are.

    Raises: BadRequest, BadKey.
    """
    found = form or SUFFIXES.get(file.suffix.lower())
    if schema == CLAIMS and found not in {None, "claims-xml"}:
        raise BadRequest("SCHEMA", f"say which layout the records of {file.name} have, as ns/slug")
    if schema == CLAIMS or found == "claims-xml":
        return None, "claims-xml"
    key = Key.parse(schema if schema.count("/") == 2 else f"schema/{schema}")  # noqa: PLR2004
    return key, found or "json"


def check(terminal: Terminal, checker: Checker, asked: Asked, file: Path) -> Checked:
    """Check one file; findings are told as they come, up to what a report lists."""
    told = 0

    def tell(finding: RecordFinding) -> None:
        nonlocal told
        told += 1
        if told <= MOST_FINDINGS:
            click.echo(line(file, finding))

    with ExitStack() as stack:
        stream: BinaryIO = sys.stdin.buffer
        size = 0
        if str(file) != "-":
            stream = stack.enter_context(file.open("rb"))
            size = file.stat().st_size // KIBIBYTE
        bars = stack.enter_context(progress())
        return check_file(
            checker,
            asked,
            stream,
            each=(lambda _: None) if terminal.as_json else tell,
            progress=lambda done: bars("KiB", done // KIBIBYTE, size),
        )


def line(file: Path, finding: RecordFinding) -> str:
    """A finding on one line."""
    cell = f" {finding.cell}" if isinstance(finding.cell, str) else ""
    said = finding.message["vi"]
    place = f"{file}:{finding.record}{cell} {place_of(finding)}"
    return f"{place} {finding.rule} {finding.severity}: {said}"


COMMANDS = (validate,)
