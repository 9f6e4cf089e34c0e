"""
The profile `claim-checks`: the insurer portal's check workbooks, added to the claim tables.

The workbooks repeat the tables' layout and mark in `Bắt buộc` what is required, and in `VALID`
what is checked. The fields stay those of the release in the library (the annex is the law, the
portal's lengths and types are only compared with it); what is required and checked is added as
`required` and as rules, each naming its cell. A cell that cannot be said in an expression is a
finding with its text.
"""

import re
from dataclasses import dataclass, field

from msgspec.structs import replace

from catalog.core.model import Field, Rule, Schema, key_of
from catalog.core.text import fold
from catalog.formats.profiles.claim_conditions import (
    TOGETHER,
    Check,
    Condition,
    all_together,
    check_of,
    condition_of,
)
from catalog.formats.profiles.claim_layout import (
    NAME,
    QD130,
    QD4750,
    TABLES,
    Issue,
    key_of_table,
    length_of,
    table_of_sheet,
)
from catalog.formats.profiles.columns import Column, Line, Table, find_table, text_of
from catalog.formats.profiles.profile import (
    Candidate,
    Legal,
    Notes,
    Options,
    Profile,
    unread,
    words,
)
from catalog.formats.workbook import Workbook

COLUMNS = (
    Column("number", ("STT",), required=False),
    Column("name", ("Chỉ tiêu",)),
    Column("type", ("Kiểu dữ liệu",), required=False),
    Column("length", ("Kích thước tối đa",), required=False),
    Column("definition", ("Diễn giải",), required=False),
    Column("required", ("Bắt buộc",)),
    Column("valid", ("VALID",), required=False),
)
IF_ANY = re.compile(r"[^.\n]*\(nếu có\)\s*[.;]?\s*(?:Trường hợp không có|$|\n)")
"""How a definition begins that says of the whole field that it is written if there is any."""

FORMER = frozenset({"nhu qd 4210", "nhu 4210", "giu nguyen nhu 4210"})
"""What refers to the checks of the decision before, which are not in the file."""


@dataclass
class Checks:
    """
    The checks of one table while they are read.

    Attributes:
        fields: the fields of the release they are added to, changed as the sheet says.
        rules: rules by key.
        seen: the fields that the sheet has.
    """

    table: str
    issue: Issue
    notes: Notes
    fields: dict[str, Field]
    rules: dict[str, Rule] = field(default_factory=dict)
    cells: dict[str, tuple[str, str]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)


def read(book: Workbook, options: Options) -> tuple[Candidate, ...]:
    """Read the checks of every table onto the release of it that they are about."""
    sheets = {
        table: name
        for name in reversed((options.sheet,) if options.sheet else book.sheet_names)
        if (table := table_of_sheet(name))
    }
    if not sheets:
        notes = Notes(book.name)
        notes.add(
            "missing-sheet",
            words(
                "Không có trang nào tên “Bang Check-in”, “Bang 1…” … “Bang 15…”.",
                "No sheet is called “Bang Check-in”, “Bang 1…” … “Bang 15…”.",
            ),
            sheet=book.sheet_names[0],
            cell="A1",
        )
        return unread(key_of_table(TABLES[1]), notes)
    issue = QD4750 if "XML13" in sheets else QD130
    found = (
        read_checks(book, table, sheets[table], issue, options)
        for table in TABLES
        if table in sheets
    )
    return tuple(found)


def read_checks(
    book: Workbook, table: str, sheet: str, issue: Issue, options: Options
) -> Candidate:
    """Read one sheet."""
    notes = Notes(book.name)
    key = key_of_table(table)
    base = options.released(key, issue.start)
    if not isinstance(base, Schema):
        notes.add(
            "claim-tables-first",
            words(
                f"{key} chưa có bản phát hành ngày {issue.start:%d/%m/%Y}; hãy nhập và công bố "
                "claim-tables trước.",
                f"{key} has no release on {issue.start}; import and publish claim-tables first.",
            ),
            sheet=sheet,
            cell="A1",
        )
        return unread(key, notes)[0]
    found = find_table(book.sheet(sheet), COLUMNS, notes)
    if found is None:
        return unread(key, notes)[0]
    found.note_formulas()
    fields = {member.name: member for member in base.members if isinstance(member, Field)}
    checks = Checks(table, issue, notes, fields)
    lines = {line["name"]: line for line in found.lines() if NAME.fullmatch(line["name"])}
    for name, line in lines.items():
        take_line(checks, line, name)
    take_groups(checks, found, lines)
    note_absent(checks, found)
    rules = [member for member in base.members if isinstance(member, Rule)]
    kept = [rule for rule in rules if key_of(rule) not in checks.rules]
    body = replace(
        base,
        source=f"{base.source}; {book.name}",
        members=(*checks.fields.values(), *kept, *checks.rules.values()),
    )
    return Candidate(
        key=key,
        body=body,
        legal=Legal(
            start=issue.start,
            documents=(issue.document,),
            version=f"{issue.version}-checks",
            reason="Thêm kiểm tra của Cổng tiếp nhận dữ liệu giám định BHYT",
        ),
        findings=notes.findings(),
        cells=checks.cells,
        file=book.name,
    )


def take_line(checks: Checks, line: Line, name: str) -> None:
    """Take in what a row says of its field."""
    checks.seen.add(name)
    if name not in checks.fields:
        checks.notes.add(
            "unknown-field",
            words(
                f"{checks.table} không có chỉ tiêu {name}; bỏ qua hàng này.",
                f"{checks.table} has no field {name}; the row is left out.",
            ),
            sheet=line.table.sheet.name,
            cell=line.cell("name"),
            value=name,
        )
        return
    checks.cells[name] = line.where("name")
    compare(checks, line, checks.fields[name])
    take_required(checks, line, name)
    take_valid(checks, line, name)


def take_required(checks: Checks, line: Line, name: str) -> None:
    """Take in whether the field of a row is required."""
    text = line["required"]
    if not text:
        return
    if fold(text) == "x":
        checks.fields[name] = replace(checks.fields[name], required="yes")
        if IF_ANY.match(checks.fields[name].definition.get("vi", "")):
            note_optional(checks, line, name)
        return
    condition = condition_of(text, checks.fields)
    if condition is None:
        note_unread(checks, line, "required", name, text)
        return
    checks.fields[name] = replace(checks.fields[name], required="conditional")
    add_required(checks, line, name, condition)


def add_required(
    checks: Checks, line: Line, name: str, condition: Condition, column: str = "required"
) -> None:
    """Add the rule that a field is required on a condition."""
    rule = Rule(
        id=f"{name}-required",
        fields=(name, *(other for other in condition.fields if other != name)),
        when=condition.cel,
        must=f"has_value({name})",
        finding="required",
        message=words(f"{name} bắt buộc {condition.vi}.", f"{name} is required {condition.en}."),
        document=checks.issue.document,
        source=source_of(line, column),
    )
    checks.rules[key_of(rule)] = rule
    checks.cells[key_of(rule)] = line.where(column)


def take_valid(checks: Checks, line: Line, name: str) -> None:
    """Take in what the VALID column demands of a field."""
    text = line["valid"]
    if not text or TOGETHER.fullmatch(text):
        return
    if fold(text) == "sua thanh khong bat buoc truong nay":
        checks.fields[name] = replace(checks.fields[name], required="no")
        return
    if fold(text) == "check danh muc" and checks.fields[name].binding is not None:
        return  # the binding of the field is that check
    check = check_of(name, text, checks.fields)
    if check is None or check.left:
        note_unread(checks, line, "valid", name, check.left if check else text)
    if check is not None:
        add_check(checks, line, name, check)


def add_check(checks: Checks, line: Line, name: str, check: Check) -> None:
    """Add the rule that a check is."""
    rule = Rule(
        id=f"{name}-{check.name}",
        fields=check.fields,
        when=check.when,
        must=check.must,
        finding=check.finding,
        message=words(f"{name} {check.vi}.", f"{name} {check.en}."),
        document=checks.issue.document,
        source=source_of(line, "valid"),
    )
    checks.rules[key_of(rule)] = rule
    checks.cells[key_of(rule)] = line.where("valid")


def take_groups(checks: Checks, table: Table, lines: dict[str, Line]) -> None:
    """Fields whose cells in VALID are one: when one of them is filled, all must be."""
    column = table.places.get("valid", -1)
    for name, line in lines.items():
        if not TOGETHER.fullmatch(line["valid"]) or name not in checks.fields:
            continue
        areas = [
            area
            for area in table.sheet.merged
            if area.left == column == area.right and area.top == line.number
        ]
        bottom = areas[0].bottom if areas else line.number
        together = [
            other
            for other, beside in lines.items()
            if line.number <= beside.number <= bottom and other in checks.fields
        ]
        if len(together) == 1:
            note_unread(checks, line, "valid", name, line["valid"])
            continue
        for other in together:
            checks.fields[other] = replace(checks.fields[other], required="conditional")
            add_required(checks, lines[other], other, all_together(together), "valid")


def source_of(line: Line, column: str) -> str:
    """Where a rule is said."""
    return f"{line.table.notes.file}, {line.table.sheet.name.strip()}!{line.cell(column)}"


# -- what is amiss --------------------------------------------------------------------------


def note_unread(checks: Checks, line: Line, column: str, name: str, text: str) -> None:
    """Note a cell that is not said by any rule, with its text."""
    if fold(text) in FORMER:
        why_vi, why_en = "theo QĐ 4210, không có trong tệp", "as in QĐ 4210, not in the file"
    elif "bảng 1" in text.casefold() or "XML1" in text:
        why_vi, why_en = "so với một bảng khác", "compares with another table"
    else:
        why_vi, why_en = "không viết được thành biểu thức", "cannot be said in an expression"
    checks.notes.add(
        "not-machine-readable",
        words(
            f"Kiểm tra của {name} chưa được máy thực hiện: {why_vi}.",
            f"The check of {name} is not made by machine: {why_en}.",
        ),
        sheet=line.table.sheet.name,
        cell=line.cell(column),
        value=text,
        path=name,
        severity="warning",
    )


def note_optional(checks: Checks, line: Line, name: str) -> None:
    """Note a field that the portal requires and the annex calls optional."""
    checks.notes.add(
        "required-though-optional",
        words(
            f"Cổng bắt buộc {name}, phụ lục ghi “nếu có”; hãy xem lại trước khi công bố.",
            f"The portal requires {name}, the annex says “if any”; look again before publishing.",
        ),
        sheet=line.table.sheet.name,
        cell=line.cell("required"),
        value=line["required"],
        path=name,
        severity="warning",
    )


def compare(checks: Checks, line: Line, known: Field) -> None:
    """Note where the portal's length is not the annex's; the annex's is kept."""
    length = length_of(line["length"])
    if length is not None and length != known.max_length:
        mine = known.max_length or "n"
        checks.notes.add(
            "length-differs",
            words(
                f"Cổng nhận {known.name} dài {line['length']}, văn bản quy định {mine}; "
                "giữ theo văn bản.",
                f"The portal takes {known.name} of length {line['length']}, the decision says "
                f"{mine}; the decision is kept.",
            ),
            sheet=line.table.sheet.name,
            cell=line.cell("length"),
            value=line["length"],
            path=known.name,
            severity="warning",
        )


def note_absent(checks: Checks, table: Table) -> None:
    """Note fields of the release that the sheet does not have, and columns that are not used."""
    for name in checks.fields:
        if name not in checks.seen:
            checks.notes.add(
                "field-absent",
                words(
                    f"Trang không có chỉ tiêu {name} của {checks.table}.",
                    f"The sheet lacks the field {name} of {checks.table}.",
                ),
                sheet=table.sheet.name,
                cell="A1",
                value=name,
                path=name,
                severity="warning",
            )
    used = set(table.places.values())
    for line in table.lines():
        for index, value in enumerate(line.values):
            if index not in used and text_of(value):
                checks.notes.mark(
                    "outside-the-table",
                    words("Cột này không được đọc.", "This column is not read."),
                    sheet=table.sheet.name,
                    row=line.number,
                    column=index,
                    value=text_of(value),
                )


PROFILE = Profile(
    name="claim-checks",
    title=words("Bảng kiểm tra của Cổng giám định BHYT", "Check workbooks of the claims portal"),
    expects=words(
        "Các trang “Bang Check-in”, “Bang 1…” với cột Chỉ tiêu, Bắt buộc và tuỳ ý VALID.",
        "Sheets “Bang Check-in”, “Bang 1…” with the columns Chỉ tiêu, Bắt buộc and maybe VALID.",
    ),
    read=read,
)
