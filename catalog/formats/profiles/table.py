"""
The profile `table`: any CSV or XLSX sheet as a code list, by the grammar of its header.

    code, parent, display:vi, display:en, definition:vi, note:vi, synonyms:vi, status, valid_from,
    valid_to, level, selectable, aliases, replaced_by, property:x

Only code is required; names in Vietnamese and English stand for these (mã, tên, cha ...). Several
values in one cell are parted by a vertical bar. A parent may stand below its children.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from msgspec.structs import replace

from catalog.core.errors import BadFile
from catalog.core.model import Body, CodeList, Concept, PropertyType
from catalog.core.names import Key, Kind
from catalog.core.text import fold, tidy
from catalog.formats.profiles.columns import (
    HEADER_WITHIN,
    Line,
    Table,
    note_hidden,
    note_merged,
    text_of,
)
from catalog.formats.profiles.profile import (
    Candidate,
    Notes,
    Options,
    Profile,
    place,
    unread,
    words,
)
from catalog.formats.workbook import Sheet, Value, Workbook

SYNONYMS = {
    "code": ("code", "ma", "ma so", "ma code", "ky hieu"),
    "parent": ("parent", "ma cha", "cha", "ma cap tren", "parent code"),
    "display": ("display", "name", "ten", "label", "ten goi", "dien giai"),
    "display:en": ("ten tieng anh", "ten en", "name en", "english name", "english"),
    "display:vi": ("ten tieng viet", "ten vi", "name vi", "tieng viet"),
    "definition": ("definition", "dinh nghia", "mo ta", "description"),
    "note": ("note", "ghi chu"),
    "synonyms": ("synonyms", "synonym", "ten khac", "dong nghia"),
    "status": ("status", "trang thai"),
    "valid_from": ("valid from", "tu ngay", "hieu luc tu", "ngay hieu luc"),
    "valid_to": ("valid to", "den ngay", "hieu luc den", "ngay het hieu luc"),
    "level": ("level", "cap"),
    "selectable": ("selectable", "duoc chon"),
    "aliases": ("aliases", "alias", "ma khac"),
    "replaced_by": ("replaced by", "thay bang", "thay the boi"),
}
NAMES = {writing: name for name, writings in SYNONYMS.items() for writing in writings}
IN_LANGUAGES = frozenset({"display", "definition", "note", "synonyms"})
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
ACTIVE = frozenset({"", "active", "con hieu luc", "hieu luc", "dang dung", "su dung", "1"})
RETIRED = frozenset(
    {"retired", "inactive", "deprecated", "het hieu luc", "ngung", "ngung su dung", "huy", "0"}
)
YES = frozenset({"", "true", "yes", "1", "x", "co"})
NO = frozenset({"false", "no", "0", "khong"})
DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
PARTED = "|"


@dataclass
class Rows:
    """The concepts read by now, and where each was."""

    notes: Notes
    concepts: dict[str, Concept] = field(default_factory=dict)
    cells: dict[str, tuple[str, str]] = field(default_factory=dict)


def read(book: Workbook, options: Options) -> tuple[Candidate, ...]:
    """
    Read a sheet into the code list that the steward names.

    Raises: BadFile, when no code list is named.
    """
    if options.into is None or options.into.kind is not Kind.CODE_LIST:
        raise BadFile(book.name, "say into which code list it goes (code-list/namespace/slug)")
    notes = Notes(book.name)
    sheet = book.sheet(options.sheet or book.sheet_names[0])
    table = headed(sheet, notes)
    if table is None:
        return unread(options.into, notes)
    table.note_formulas()
    rows = Rows(notes)
    for line in table.lines():
        take(rows, line)
    body = renewed(options.released(options.into, date.max), rows, table, options.into)
    found = notes.findings()
    return (
        Candidate(key=options.into, body=body, findings=found, cells=rows.cells, file=book.name),
    )


def renewed(former: Body | None, rows: Rows, table: Table, key: Key) -> CodeList:
    """The list with the members of the file; what its last release says of itself is kept."""
    if not isinstance(former, CodeList):
        former = CodeList(title=words(key.slug, key.slug), source=table.notes.file)
    known = {kind.name: kind for kind in former.property_types}
    for name in table.places:
        if name.startswith("property:"):
            plain = name.removeprefix("property:")
            known.setdefault(plain, PropertyType(name=plain))
    concepts = tuple(rows.concepts.values())
    levels = dict.fromkeys((*former.levels, *(c.level for c in concepts if c.level)))
    return replace(
        former, property_types=tuple(known.values()), levels=tuple(levels), members=concepts
    )


# -- the header -----------------------------------------------------------------------------


def headed(sheet: Sheet, notes: Notes) -> Table | None:
    """The table whose header has a code column; None, and a finding, when there is none."""
    best: dict[str, int] = {}
    header = 0
    for number, cells in enumerate(sheet.rows[:HEADER_WITHIN], 1):
        names = named(cells)
        if "code" in names and len(names) > len(best):
            best, header = names, number
    if not header:
        first = next((n for n, r in enumerate(sheet.rows, 1) if any(v != "" for v in r)), 1)
        notes.add(
            "missing-column",
            words(
                "Không có cột “code” (hoặc “mã”) ở các hàng đầu.",
                "None of the first rows has a column “code” (or “mã”).",
            ),
            sheet=sheet.name,
            cell=place(first, 0),
            value=text_of(sheet.value(first, 0)),
        )
        return None
    for index, value in enumerate(sheet.rows[header - 1]):
        note_column(sheet, notes, place(header, index), value, known=best, index=index)
    note_merged(sheet, header, notes)
    note_hidden(sheet, header, notes)
    return Table(sheet, notes, header, best)


def named(row: list[Value]) -> dict[str, int]:
    """The columns that a header row names, each at its first place."""
    names: dict[str, int] = {}
    for index, value in enumerate(row):
        name = column_named(value)
        if name:
            names.setdefault(name, index)
    return names


def column_named(value: Value) -> str:
    """
    The column that a header names; empty when it names none.

    >>> column_named("Mã"), column_named("Display:EN"), column_named("property:Nhóm máu")
    ('code', 'display:en', 'property:Nhóm máu')
    """
    if not isinstance(value, str) or len(value) > 200:  # noqa: PLR2004 - no header is as long
        return ""
    first, colon, rest = tidy(value).partition(":")
    if colon and fold(first) in {"property", "thuoc tinh"} and rest.strip():
        return f"property:{rest.strip()}"
    name = NAMES.get(fold(first), "")
    if colon and name in IN_LANGUAGES:
        language = rest.strip().lower()
        return f"{name}:{language}" if LANGUAGE.fullmatch(language) else ""
    if colon:
        return ""
    return f"{name}:vi" if name in IN_LANGUAGES else name


def note_column(
    sheet: Sheet, notes: Notes, cell: str, value: Value, *, known: dict[str, int], index: int
) -> None:
    """Note a column that is not understood or that is there already."""
    name = column_named(value)
    if name and known[name] != index:
        notes.add(
            "duplicate-column",
            words(
                "Cột này đã có; dùng cột đầu.", "The column is there already; the first counts."
            ),
            sheet=sheet.name,
            cell=cell,
            value=text_of(value),
        )
    elif not name and text_of(value):
        notes.add(
            "unknown-column",
            words("Không hiểu cột này; bỏ qua.", "The column is not understood and left out."),
            sheet=sheet.name,
            cell=cell,
            value=text_of(value),
            severity="warning",
        )


# -- the rows -------------------------------------------------------------------------------


def take(rows: Rows, line: Line) -> None:
    """Take the concept of one row in."""
    code = line.code("code")
    if not code:
        rows.notes.add(
            "empty-code",
            words("Hàng không có mã.", "The row has no code."),
            sheet=line.table.sheet.name,
            cell=line.cell("code"),
        )
        return
    if code in rows.concepts:
        rows.notes.add(
            "duplicate-code",
            words(
                f"Mã {code} đã có ở ô {rows.cells[code][1]}.",
                f"The code {code} stands at {rows.cells[code][1]} already.",
            ),
            sheet=line.table.sheet.name,
            cell=line.cell("code"),
            value=code,
            path=code,
        )
        return
    parent = line.code("parent")
    rows.cells[code] = line.where("code")
    rows.concepts[code] = Concept(
        code=code,
        display=dict(texts(line, "display")),
        definition=dict(texts(line, "definition")),
        note=dict(texts(line, "note")),
        synonyms={tag: tuple(parts(text)) for tag, text in texts(line, "synonyms")},
        aliases=tuple(parts(line.code("aliases"))),
        parents=tuple(parts(parent)),
        level=line["level"],
        selectable=truth(line),
        retired=is_retired(line),
        replaced_by=tuple(parts(line.code("replaced_by"))),
        valid_from=day(line, "valid_from"),
        valid_to=day(line, "valid_to"),
        properties={
            name.removeprefix("property:"): line.raw(name)
            for name in line.table.places
            if name.startswith("property:") and line.raw(name)
        },
    )
    if not rows.concepts[code].display:
        rows.notes.add(
            "empty-label",
            words(f"Mã {code} không có tên.", f"The code {code} has no name."),
            sheet=line.table.sheet.name,
            cell=line.cell("display:vi" if "display:vi" in line.table.places else "code"),
            path=code,
        )


def texts(line: Line, name: str) -> Iterator[tuple[str, str]]:
    """Language and text of each filled column of a name."""
    for column in line.table.places:
        if column.startswith(f"{name}:"):
            text = line.raw(column) if name in {"definition", "note"} else line[column]
            if text:
                yield column.partition(":")[2], text


def parts(text: str) -> Iterator[str]:
    """The values of a cell."""
    return (part.strip() for part in text.split(PARTED) if part.strip())


def is_retired(line: Line) -> bool:
    """Whether the status of a row says that its code is retired."""
    status = fold(line["status"])
    if status not in ACTIVE | RETIRED:
        bad(line, "status", "bad-status", "Trạng thái", "status: active or retired")
    return status in RETIRED


def truth(line: Line) -> bool:
    """Whether a row says that its code may be carried by a record; yes when it says nothing."""
    said = fold(line["selectable"])
    if said not in YES | NO:
        bad(line, "selectable", "bad-truth-value", "Giá trị đúng/sai", "true or false")
    return said not in NO


def day(line: Line, name: str) -> str:
    """A day as ISO text; empty, and a finding, when it is none."""
    text = line[name].removesuffix(" 00:00:00")
    found = DAY.fullmatch(text)
    if found:
        text = f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}"
    if not text:
        return ""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date().isoformat()  # noqa: DTZ007 - a day
    except ValueError:
        bad(line, name, "bad-day", "Ngày", "a day, 2024-07-01 or 01/07/2024")
        return ""


def bad(line: Line, column: str, rule: str, vi: str, en: str) -> None:
    """Note a cell whose value is not of its kind."""
    line.table.notes.add(
        rule,
        words(f"{vi} không hợp lệ: “{line[column]}”.", f"Not understood; write {en}."),
        sheet=line.table.sheet.name,
        cell=line.cell(column),
        value=line[column],
        path=line.code("code"),
    )


PROFILE = Profile(
    name="table",
    title=words("Bảng mã bất kỳ (CSV, XLSX)", "Any table of codes (CSV, XLSX)"),
    expects=words(
        "Một trang có cột code (mã), display:vi (tên) và tuỳ ý parent, display:en, status, "
        "valid_from, valid_to, property:x.",
        "A sheet with the columns code, display:vi and, as wanted, parent, display:en, status, "
        "valid_from, valid_to, property:x.",
    ),
    read=read,
)
