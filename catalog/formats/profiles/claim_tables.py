"""
The profile `claim-tables`: the annex of QĐ 4750/QĐ-BYT as the claim tables in two releases.

The annex prints each table as QĐ 130 had it and beside it, in its last column, what QĐ 4750
corrects or adds. So one row gives a field twice: as it was from 1 September 2023, and as it is
from 1 July 2024. Tables 13 to 15 are new and have no such column.
"""

from msgspec.structs import replace

from catalog.core.model import Field, Schema
from catalog.formats.profiles.claim_layout import (
    INHERITED,
    QD130,
    QD4750,
    TABLES,
    Issue,
    key_of_table,
    table_facts,
    table_of_sheet,
)
from catalog.formats.profiles.claim_rows import Layout, read_layout
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


def read(book: Workbook, options: Options) -> tuple[Candidate, ...]:
    """Read the annex into two releases of each table; of tables 13 to 15 into one."""
    layouts: dict[str, Layout] = {}
    for name in (options.sheet,) if options.sheet else book.sheet_names:
        table = table_of_sheet(name)
        if table and table not in layouts:
            layouts[table] = read_layout(book, name, table)
    if not layouts:
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
    inherit(layouts)
    return (
        *(former(book, layout) for layout in layouts.values() if layout.former),
        *(current(book, layout) for layout in layouts.values()),
    )


def inherit(layouts: dict[str, Layout]) -> None:
    """Give fields that use another table's field (`Sử dụng thông tin tại trường …`) its format."""
    known = {
        (layout.table, found.name): found
        for layout in layouts.values()
        for found in layout.current
    }
    for layout in layouts.values():
        layout.former = [inherited(found, known) for found in layout.former]
        layout.current = [inherited(found, known) for found in layout.current]


def inherited(found: Field, known: dict[tuple[str, str], Field]) -> Field:
    """The field with the format and separator of the one that its definition points to."""
    pointer = INHERITED.match(found.definition.get("vi", ""))
    origin = known.get((f"XML{pointer[2]}", pointer[1])) if pointer else None
    if origin is None:
        return found
    return replace(found, format=origin.format, separator=origin.separator)


# -- the candidates -------------------------------------------------------------------------


def former(book: Workbook, layout: Layout) -> Candidate:
    """The table as QĐ 130 had it."""
    return Candidate(
        key=key_of_table(layout.table),
        body=schema_of(book, layout, layout.former, (QD130,)),
        legal=Legal(start=QD130.start, documents=(QD130.document,), version=QD130.version),
        cells=layout.cells,
        file=book.name,
    )


def current(book: Workbook, layout: Layout) -> Candidate:
    """The table as QĐ 4750 amended or added it, with the findings of its sheet."""
    issues = (QD130, QD4750) if layout.former else (QD4750,)
    return Candidate(
        key=key_of_table(layout.table),
        body=schema_of(book, layout, layout.current, issues) if layout.current else None,
        legal=Legal(
            start=QD4750.start,
            documents=tuple(issue.document for issue in reversed(issues)),
            version=QD4750.version,
        ),
        findings=layout.notes.findings(),
        cells=layout.cells,
        file=book.name,
    )


def schema_of(
    book: Workbook, layout: Layout, fields: list[Field], issues: tuple[Issue, ...]
) -> Schema:
    """The schema of a table's fields."""
    facts = table_facts()[layout.table]
    names = {found.name for found in fields}
    dates = [name for name in facts.dates if name in names]
    return Schema(
        title=facts.title,
        description={"vi": "\n".join(layout.remarks)} if layout.remarks else {},
        custodian="organisation/byt/bo-y-te",
        documents=tuple(issue.document for issue in issues),
        source=f"{book.name}: {issues[-1].number}",
        completeness="complete",
        confidence="verified",
        record=layout.table,
        root_element=facts.root,
        list_element=facts.list,
        row_element=facts.row,
        date_field=dates[0] if dates else "",
        date_fallbacks=tuple(dates[1:]),
        sex_field="GIOI_TINH" if "GIOI_TINH" in names else "",
        birth_field="NGAY_SINH" if "NGAY_SINH" in names else "",
        members=tuple(fields),
    )


PROFILE = Profile(
    name="claim-tables",
    title=words(
        "Bảng chỉ tiêu XML0–XML15 theo QĐ 130 và QĐ 4750", "Claim tables XML0–XML15 of QĐ 4750"
    ),
    expects=words(
        "Các trang “Bang Check-in”, “Bang 1…” … “Bang 15…” với cột Chỉ tiêu, Kiểu dữ liệu, Kích "
        "thước tối đa, Diễn giải, Đính chính hoặc sửa đổi, bổ sung.",
        "Sheets “Bang Check-in”, “Bang 1…” … “Bang 15…” with the columns Chỉ tiêu, Kiểu dữ liệu, "
        "Kích thước tối đa, Diễn giải, Đính chính hoặc sửa đổi, bổ sung.",
    ),
    read=read,
)
