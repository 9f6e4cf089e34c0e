"""Reports of a check: as JSON, as a workbook, as a page."""

from typing import Final, Literal, TypeAlias

import msgspec

from catalog.actions.checking_files import Checked
from catalog.actions.claims import ClaimsReport
from catalog.actions.engine import Masking
from catalog.core.errors import BadRequest
from catalog.formats.check_report import CheckReport
from catalog.formats.check_report_html import check_report_html
from catalog.formats.check_report_xlsx import check_report_xlsx

Notation: TypeAlias = Literal["json", "xlsx", "html"]

MEDIA_TYPES: Final[dict[Notation, str]] = {
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html",
}

MOST_LISTED: Final[dict[Notation, int]] = {"json": 1_000, "xlsx": 50_000, "html": 5_000}
"""How many findings a report lists; all are counted."""


def notation_of(name: str) -> Notation:
    """
    The notation that a word, or the end of a file's name, asks for.

    Raises: BadRequest.
    """
    word = name.rsplit(".", 1)[-1].lower()
    match word:
        case "json" | "xlsx" | "html":
            return word
        case _:
            raise BadRequest("report", f"{name[-40:]!r} is none of json, xlsx, html")


def written_report(checked: Checked, notation: Notation, masking: Masking) -> bytes:
    """The report in a notation; `masking` is how the check was made, and is only told."""
    if notation == "json":
        return msgspec.json.encode(checked.report)
    told = told_report(checked, masking)
    return check_report_xlsx(told) if notation == "xlsx" else check_report_html(told)


def told_report(checked: Checked, masking: Masking) -> CheckReport:
    """A check as reports tell it."""
    report = checked.report
    return CheckReport(
        name=checked.name,
        records=report.records,
        invalid=report.invalid,
        on=report.on,
        rows=report.tables if isinstance(report, ClaimsReport) else {},
        releases=report.releases,
        counts=checked.tallies,
        findings=report.findings,
        unchecked=tuple(one.message for one in report.unchecked),
        masked=masking is Masking.MASK,
    )
