"""Findings: things amiss, as values."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType


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


class RecordFinding(Struct, frozen=True, kw_only=True):
    """
    One thing amiss in a record that was checked; the shape that POST /validate answers with.

    Attributes:
        record: which record, from 1.
        table: what the record is called on the wire (XML1); empty when it has no name.
        path: JSON Pointer into the record; empty for the record as a whole.
        cell: where in a sheet (R2C7), when the record came from one.
        rule: stable name of what is broken.
        value: what was found, texts cut to 60 characters, or masked.
        message: what is wrong and what was expected, by language (vi and en).
    """

    record: int
    table: str = ""
    path: str = ""
    cell: str | UnsetType = UNSET
    rule: str
    severity: Literal["error", "warning"] = "error"
    value: object = None
    message: dict[str, str]
