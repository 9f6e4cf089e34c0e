"""Findings: things amiss, as values."""

from typing import Literal

from msgspec import Struct


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    One thing amiss in a body, a source file or a workbook.

    Attributes:
        rule: the stable name of what is broken.
        severity: error (stops publishing) or warning.
        message: what is wrong and what to do, by language (vi and en).
        path: where in the body: a member key, or member key/field.
        file, sheet, cell: where in a file (cell as A1 or as line 12), when it came from one.
        value: the text found there, shortened.
    """

    rule: str
    severity: Literal["error", "warning"] = "error"
    message: dict[str, str]
    path: str = ""
    file: str = ""
    sheet: str = ""
    cell: str = ""
    value: str = ""


def errors_of(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings that stop publishing."""
    return tuple(finding for finding in findings if finding.severity == "error")
