"""Commands that report: coverage, freshness."""

from datetime import date, datetime
from pathlib import Path

import click

from catalog.actions.reporting import (
    COMPLETENESS,
    CONFIDENCE,
    Coverage,
    CoverageLine,
    Freshness,
    coverage,
    freshness,
)
from catalog.actions.reporting_tables import written
from catalog.cli.terminal import Terminal, known_option, on_option
from catalog.core.errors import BadRequest
from catalog.core.text import in_language
from catalog.formats.report_tables import NOTATIONS

WIDEST = 60
"""How many characters of a name are told on the terminal."""

output_option = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Write the report here: .json, .csv, .xlsx or .html.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")


@click.group()
def report() -> None:
    """Tell what the law's rhythms ask for: coverage, freshness."""


def kept(terminal: Terminal, found: Coverage | Freshness, output: Path) -> None:
    """
    Write a report to a file, by its suffix.

    Raises: BadRequest, for a suffix that no report is written in.
    """
    for notation in NOTATIONS:
        if output.suffix.lower() == notation.suffix:
            output.write_bytes(written(found, notation, terminal.parts.space.base))
            terminal.say({"written": str(output)}, [f"{output} written"])
            return
    known = ", ".join(notation.suffix for notation in NOTATIONS)
    raise BadRequest("--output", f"{output.name!r} ends in none of {known}")


@report.command("coverage")
@on_option
@known_option
@output_option
@json_option
@click.pass_obj
def coverage_command(
    terminal: Terminal,
    on: date | None,
    known: datetime,
    output: Path | None,
    as_json: bool,  # noqa: FBT001 - click gives a flag
) -> None:
    """Tell what is complete, partial, missing, and how sure, per data group and document."""
    terminal.as_json = terminal.as_json or as_json
    found = coverage(terminal.library, on or terminal.parts.today(), known)
    if output is not None:
        kept(terminal, found, output)
        return
    lines = [*found.groups, *(line for line in found.documents if line.artefacts), found.total]
    terminal.table(
        found,
        ["", "name", "all", *COMPLETENESS, *CONFIDENCE, "members"],
        list(map(row_of, lines)),
    )


def row_of(line: CoverageLine) -> list[str]:
    """A line of the report on the terminal."""
    name = in_language(line.title, "vi")
    counts = (
        line.artefacts,
        *line.by_completeness.values(),
        *line.by_confidence.values(),
        line.members,
    )
    return [line.number, name[:WIDEST], *(str(count or "-") for count in counts)]


@report.command("freshness")
@on_option
@known_option
@output_option
@json_option
@click.pass_obj
def freshness_command(
    terminal: Terminal,
    on: date | None,
    known: datetime,
    output: Path | None,
    as_json: bool,  # noqa: FBT001 - click gives a flag
) -> None:
    """Tell what is due for its review (6 months) or update (3 months), soonest first."""
    terminal.as_json = terminal.as_json or as_json
    found = freshness(terminal.library, on or terminal.parts.today(), known)
    if output is not None:
        kept(terminal, found, output)
        return
    terminal.table(
        found,
        ["due", "state", "rhythm", "last", "key"],
        [
            [item.due.isoformat(), item.state, item.rhythm, item.last.isoformat(), item.key]
            for item in found.items
        ],
    )


COMMANDS = (report,)
