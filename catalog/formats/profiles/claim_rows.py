"""
Reading one sheet of the claim tables' annex: each row gives a field as it was and as it is.

A field is new with QĐ 4750 when its row says so, when it has no definition of QĐ 130, or when it
has no number (rows put in between carry none).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from msgspec.structs import replace

from catalog.core.model import Field
from catalog.formats.profiles.claim_amendments import NEW, Amendment, amended, amendments_of
from catalog.formats.profiles.claim_layout import (
    NAME,
    QD130,
    QD4750,
    FieldFacts,
    Issue,
    field_facts,
    format_of,
    length_of,
    separator_of,
    table_of_sheet,
    type_of,
)
from catalog.formats.profiles.columns import Column, Line, Table, find_table, text_of
from catalog.formats.profiles.profile import Notes, words
from catalog.formats.workbook import Workbook

COLUMNS = (
    Column("number", ("STT",), required=False),
    Column("name", ("Chỉ tiêu",)),
    Column("type", ("Kiểu dữ liệu theo QĐ130", "Kiểu dữ liệu")),
    Column("length", ("Kích thước tối đa theo QĐ130", "Kích thước tối đa")),
    Column("definition", ("Diễn giải theo Quyết định số 130/QĐ-BYT", "Diễn giải")),
    Column("amendment", ("Đính chính hoặc sửa đổi, bổ sung",), required=False),
)
NUMBER = re.compile(r"[0-9]{1,6}")
STRAY = ("Đính chính", "Bổ sung hướng dẫn", "Bổ sung lưu ý", "Sửa lại diễn giải")
"""How a cell begins that belongs into the last column and not among the definitions."""


@dataclass
class Layout:
    """
    A table while it is read.

    Attributes:
        former, current: its fields as QĐ 130 had them and as QĐ 4750 amended them.
        remarks: what stands below the table.
        cells: where each field was read.
    """

    table: str
    notes: Notes
    former: list[Field] = field(default_factory=list)
    current: list[Field] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    cells: dict[str, tuple[str, str]] = field(default_factory=dict)
    former_exists: bool = True


# -- the rows ------------------------------------------------------------------------------


def read_layout(book: Workbook, sheet: str, table: str) -> Layout:
    """Read one sheet."""
    layout = Layout(table, Notes(book.name))
    found = find_table(book.sheet(sheet), COLUMNS, layout.notes)
    if found is None:
        return layout
    layout.former_exists = "amendment" in found.places
    found.note_formulas()
    numbered = 0
    for line in found.lines():
        name = line["name"]
        if NAME.fullmatch(name):
            numbered = check_number(line, numbered)
            take_field(layout, line, name)
        else:
            take_remark(layout, line, name)
        note_strays(layout, found, line)
    return layout


def check_number(line: Line, before: int) -> int:
    """Note a number that does not follow the one before; the number that is there."""
    text = line["number"]
    if not NUMBER.fullmatch(text):
        return before
    number = int(text)
    if number != before + 1:
        line.table.notes.add(
            "numbering",
            words(
                f"Số thứ tự {number} không nối tiếp {before}; thứ tự hàng được dùng.",
                f"Number {number} does not follow {before}; the order of the rows is used.",
            ),
            sheet=line.table.sheet.name,
            cell=line.cell("number"),
            value=text,
            severity="warning",
        )
    return number


def take_remark(layout: Layout, line: Line, name: str) -> None:
    """Keep what stands below the table; a row with a type but without a proper name is amiss."""
    if line["type"] or line["length"]:
        layout.notes.add(
            "bad-field-name",
            words(
                "Tên chỉ tiêu phải gồm chữ hoa, số và dấu gạch dưới.",
                "A field's name is made of capitals, digits and underscores.",
            ),
            sheet=line.table.sheet.name,
            cell=line.cell("name"),
            value=name,
        )
    elif name:
        layout.remarks.append(line.raw("name"))


def note_strays(layout: Layout, table: Table, line: Line) -> None:
    """Note text that stands beside the columns of the table."""
    width = max(table.places.values()) + 1
    for index, value in enumerate(line.values[width:], width):
        if text_of(value):
            layout.notes.mark(
                "outside-the-table",
                words("Chữ ở ngoài các cột của bảng; bỏ qua.", "Text beside the table; left out."),
                sheet=table.sheet.name,
                row=line.number,
                column=index,
                value=text_of(value),
            )


def take_field(layout: Layout, line: Line, name: str) -> None:
    """Take the field of a row in, as it was and as it is."""
    if name in layout.cells:
        layout.notes.add(
            "duplicate-field",
            words(
                f"Chỉ tiêu {name} đã có ở ô {layout.cells[name][1]}.",
                f"The field {name} stands at {layout.cells[name][1]} already.",
            ),
            sheet=line.table.sheet.name,
            cell=line.cell("name"),
            value=name,
            path=name,
        )
        return
    length = length_of(line["length"])
    definition, amendment = line.raw("definition"), line.raw("amendment")
    if length is None or type_of(line["type"], definition, name) is None:
        note_type(layout, line, name)
        return
    layout.cells[name] = line.where("name")
    is_new = not layout.former_exists or is_added(line)
    if definition.startswith(STRAY):
        note_stray(layout, line, name)
        definition, is_new = "", False
    if is_new:
        take_new(layout, line, name, length, definition)
        return
    before = made(layout, line, name, definition, length, QD130)
    layout.former.append(before)
    if not amendment:
        layout.current.append(before)
        return
    changes = amendments_of(amendment, is_new=False)
    after = described(amended(before, changes), line["type"])
    note_effect(layout, line, before, after, changes)
    if after != before:
        after = replace(after, source=source_of(QD4750, line, "amendment"))
    layout.current.append(after)
    if before.type != after.type and before.binding is not None:
        # As a number a code loses its leading zeros; that is why the amendment makes it text.
        weaker = replace(before.binding, strength="example")
        layout.former[-1] = replace(before, binding=weaker)


def is_added(line: Line) -> bool:
    """Whether a row is of a field that QĐ 4750 adds: it says so, or QĐ 130 does not have it."""
    says_so = NEW.match(line.raw("amendment")) is not None
    return says_so or not line["definition"] or not line["number"]


def take_new(layout: Layout, line: Line, name: str, length: int, definition: str) -> None:
    """Take a field in that QĐ 4750 adds."""
    added = amendments_of(line.raw("amendment"), is_new=True)[0].text
    text = "\n".join(part for part in (definition, added) if part)
    layout.current.append(made(layout, line, name, text, length, QD4750))


def made(
    layout: Layout, line: Line, name: str, definition: str, length: int, issue: Issue
) -> Field:
    """A field as one decision has it."""
    facts = field_facts().get((layout.table, name))
    if facts is None:
        note_unknown(layout, line, name)
        facts = FieldFacts(label={"vi": name}, binding=None, data_class="")
    return described(
        Field(
            name=name,
            label=facts.label,
            definition={"vi": definition} if definition else {},
            max_length=length,
            binding=facts.binding,
            data_class=facts.data_class,
            source=source_of(issue, line, "name"),
            confidence="verified",
        ),
        line["type"],
        new=True,
    )


def described(found: Field, written: str, *, new: bool = False) -> Field:
    """The field with what its definition says of type, format and separator."""
    definition = found.definition.get("vi", "")
    kind = found.type
    if new or kind != "string":
        kind = type_of(written, definition, found.name) or kind
    return replace(
        found,
        type=kind,
        format=format_of(found.name, definition, found.max_length),
        separator=separator_of(definition),
    )


def source_of(issue: Issue, line: Line, column: str) -> str:
    """Where a field is printed."""
    return f"{issue.number}, {line.table.sheet.name.strip()}!{line.cell(column)}"


# -- what is amiss --------------------------------------------------------------------------


def note_type(layout: Layout, line: Line, name: str) -> None:
    """Note a type or a length that is not understood."""
    column = "length" if length_of(line["length"]) is None else "type"
    layout.notes.add(
        "bad-type",
        words(
            "Kiểu phải là “Chuỗi” hoặc “Số”, kích thước là số hoặc “n”.",
            "The type must be “Chuỗi” or “Số”, the length a number or “n”.",
        ),
        sheet=line.table.sheet.name,
        cell=line.cell(column),
        value=line[column],
        path=name,
    )


def note_stray(layout: Layout, line: Line, name: str) -> None:
    """Note an amendment that stands where QĐ 130's definition should."""
    layout.notes.add(
        "misplaced-text",
        words(
            f"Ô này chứa một đính chính, không phải diễn giải của QĐ 130; diễn giải cũ của {name} "
            "để trống.",
            f"The cell holds a correction, not QĐ 130's definition; the former definition of "
            f"{name} is left empty.",
        ),
        sheet=line.table.sheet.name,
        cell=line.cell("definition"),
        value=line["definition"],
        path=name,
        severity="warning",
    )


def note_unknown(layout: Layout, line: Line, name: str) -> None:
    """Note a field of which no label and no list are known here."""
    layout.notes.add(
        "unknown-field",
        words(
            f"Chưa có nhãn và danh mục cho {layout.table}.{name}; nhãn là tên chỉ tiêu.",
            f"No label and no list are known for {layout.table}.{name}; its name is its label.",
        ),
        sheet=line.table.sheet.name,
        cell=line.cell("name"),
        value=name,
        path=name,
        severity="warning",
    )


def note_effect(
    layout: Layout, line: Line, before: Field, after: Field, changes: tuple[Amendment, ...]
) -> None:
    """Note amendments that were not understood or that change nothing."""
    for change in changes:
        if change.what == "unread":
            layout.notes.add(
                "amendment-unread",
                words(
                    "Không hiểu nội dung sửa đổi; hãy sửa tay trong bản nháp.",
                    "The amendment was not understood; make it by hand in the draft.",
                ),
                sheet=line.table.sheet.name,
                cell=line.cell("amendment"),
                value=change.text,
                path=before.name,
                severity="warning",
            )
    if after == before:
        layout.notes.add(
            "amendment-without-effect",
            words(
                "Sửa đổi này không làm thay đổi gì so với QĐ 130.",
                "The amendment says what QĐ 130 says already.",
            ),
            sheet=line.table.sheet.name,
            cell=line.cell("amendment"),
            value=line["amendment"],
            path=before.name,
            severity="warning",
        )


def amendments_read(book: Workbook) -> Iterator[tuple[str, str, tuple[Amendment, ...]]]:
    """Sheet, cell and amendments of every filled cell of the last column."""
    for name in book.sheet_names:
        notes = Notes(book.name)
        table = find_table(book.sheet(name), COLUMNS, notes) if table_of_sheet(name) else None
        if table is None or "amendment" not in table.places:
            continue
        for line in table.lines():
            text = line.raw("amendment")
            if text:
                yield name, line.cell("amendment"), amendments_of(text, is_new=is_added(line))
