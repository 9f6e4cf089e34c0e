"""What is amiss in a record that was checked, as a value."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType


class RecordFinding(Struct, frozen=True, kw_only=True):
    """
    One thing amiss in a record that was checked; the shape that POST /validate answers with.

    Attributes:
        record: which record, from 1.
        table: what the record is called on the wire (XML1); empty when it has no name.
        row: which row of the table, from 1, when a record is a dossier of tables.
        path: JSON Pointer into the record; empty for the record as a whole.
        cell: where in a sheet (R2C7), when the record came from one.
        rule: stable name of what is broken.
        value: what was found, texts cut to 60 characters, or masked.
        message: what is wrong and what was expected, by language (vi and en).
    """

    record: int
    table: str = ""
    row: int | UnsetType = UNSET
    path: str = ""
    cell: str | UnsetType = UNSET
    rule: str
    severity: Literal["error", "warning"] = "error"
    value: object = None
    message: dict[str, str]
