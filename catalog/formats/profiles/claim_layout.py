"""
What is known of the claim tables beside their annex: labels, lists, elements, formats in prose.

The annex names fields and explains them in prose. Labels in two languages, the code list behind a
field and the class of its data stand in claim_fields.csv; names of tables, XML elements and dating
fields in claim_tables.toml. Dates, separators and decimals are read from the prose itself.
"""

import csv
import re
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal, cast

from catalog.core.model import Binding, FieldFormat, FieldType
from catalog.core.names import Key
from catalog.core.text import fold

TABLES = tuple(f"XML{number}" for number in range(16))
NAME = re.compile(r"[A-Z][A-Z0-9_]{1,62}")
SHEET = re.compile(r"bang (\d+)(?: .*)?$")
INHERITED = re.compile(r"Sử dụng thông tin tại trường (\w+) trong Bảng (\d+)")
BOTH = re.compile(r"yyyymmdd(?!\w).*yyyymmddHHM?m?|yyyymmddHHMM.*yyyymmdd(?!\w)", re.DOTALL)
PARTS = ("04 ký tự năm", "02 ký tự tháng", "02 ký tự ngày")
COMPOUND = "Các thông tin này cách nhau"
MONEY = re.compile(r"(?:T|THANH_TIEN|DON_GIA)_\w+")
"""Names of sums of money; they are decimals even where the prose is silent."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One of the decisions that issued the tables."""

    version: str
    number: str
    document: str
    start: date


QD130 = Issue("qd-130-2023", "QĐ 130/QĐ-BYT", "document/byt/130-qd-byt-2023", date(2023, 9, 1))
QD4750 = Issue("qd-4750-2023", "QĐ 4750/QĐ-BYT", "document/byt/4750-qd-byt-2023", date(2024, 7, 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFacts:
    """What is known of a table."""

    title: dict[str, str]
    root: str
    list: str
    row: str
    dates: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFacts:
    """What is known of a field beside its prose."""

    label: dict[str, str]
    binding: Binding | None
    data_class: str


def key_of_table(table: str) -> Key:
    """
    The key of a table's schema.

    >>> str(key_of_table("XML1"))
    'schema/byt/claim-xml1'
    """
    return Key.parse(f"schema/byt/claim-{table.lower()}")


def table_of_sheet(name: str) -> str:
    """
    The table that a sheet describes; empty when it describes none.

    >>> table_of_sheet("Bang 8 _Tom tat HSBA"), table_of_sheet("Bang Check-in")
    ('XML8', 'XML0')
    """
    folded = fold(name)
    if folded.startswith("bang check in"):
        return "XML0"
    found = SHEET.match(folded)
    table = f"XML{found[1]}" if found else ""
    return table if table in TABLES else ""


@cache
def table_facts() -> dict[str, TableFacts]:
    """What is known of each table."""
    text = files(__package__).joinpath("claim_tables.toml").read_text(encoding="utf-8")
    return {
        table: TableFacts(
            title={"vi": facts["vi"], "en": facts["en"]},
            root=facts["root"],
            list=facts["list"],
            row=facts["row"],
            dates=tuple(facts["dates"]),
        )
        for table, facts in tomllib.loads(text).items()
    }


@cache
def field_facts() -> dict[tuple[str, str], FieldFacts]:
    """What is known of each field, by table and name."""
    text = files(__package__).joinpath("claim_fields.csv").read_text(encoding="utf-8")
    return {
        (row["table"], row["field"]): FieldFacts(
            label={"vi": row["label:vi"], "en": row["label:en"]},
            binding=binding_of(row),
            data_class=row["data_class"],
        )
        for row in csv.DictReader(text.splitlines())
    }


def binding_of(row: dict[str, str]) -> Binding | None:
    """The binding that a row of claim_fields.csv states."""
    if not row["list"]:
        return None
    strength = cast("Literal['required', 'preferred', 'example']", row["strength"])
    checks = cast("tuple[Literal['sex', 'age', 'main'], ...]", tuple(row["checks"].split()))
    return Binding(list=row["list"], strength=strength, checks=checks)


def format_of(name: str, definition: str, length: int) -> FieldFormat:
    """
    The format of a date that the prose states; empty when it states none.

    >>> format_of("NGAY_VAO", "gồm 12 ký tự, theo định dạng yyyymmddHHMM.", 12)
    'yyyymmddHHMM'
    """
    if BOTH.search(definition) and length == 12:  # noqa: PLR2004 - both forms fit
        return "yyyymmdd|yyyymmddHHMM"
    told = "yyyymmdd" in definition or all(part in definition for part in PARTS)
    if not told:
        return ""
    if name == "NGAY_SINH" and "mặc định là 0000" in definition:
        return "birth"
    hours = re.search(r"yyyymmddHHM?m?", definition) or "02 ký tự giờ" in definition
    return "yyyymmddHHMM" if hours else "yyyymmdd"


def separator_of(definition: str) -> str:
    """
    The character between several values that the prose states; empty when it states none.

    Parts of one value (a tender's number, package, group and year) are no several values.
    """
    return ";" if "dấu chấm phẩy" in definition and COMPOUND not in definition else ""


def type_of(written: str, definition: str, name: str) -> FieldType | None:
    """The type that `Chuỗi` or `Số` and the prose state; None for any other word."""
    match fold(written):
        case "chuoi":
            return "string"
        case "so":
            decimal = "thập phân" in definition or MONEY.fullmatch(name)
            return "decimal" if decimal else "integer"
        case _:
            return None


def length_of(written: str) -> int | None:
    """The length that is written, 0 for `n` (no limit); None when it is neither."""
    if fold(written) == "n":
        return 0
    return int(written) if re.fullmatch(r"[0-9]{1,6}", written) else None
