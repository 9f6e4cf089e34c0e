"""
The profile `admin-units`: provinces, districts and communes before the reform of 1 July 2025.

One sheet, one row a commune (or a district without communes), with the codes and names of what is
above it. The three levels have codes of two, three and five digits, so that no code is both; if
two levels ever shared one, the wider keeps it and the other is a finding.
"""

from dataclasses import dataclass, field
from datetime import date

from catalog.core.model import CodeList, Concept, PropertyType
from catalog.core.names import Key
from catalog.formats.profiles.columns import Column, Line, table_of
from catalog.formats.profiles.profile import (
    Candidate,
    Legal,
    Notes,
    Options,
    Profile,
    redirected,
    unread,
    words,
)
from catalog.formats.workbook import Workbook

KEY = Key.parse("code-list/tct/don-vi-hanh-chinh")
DOCUMENTS = ("document/chinh-phu/124-2004-qd-ttg", "document/quoc-hoi/202-2025-qh15")
REFORM = date(2025, 7, 1)
COLUMNS = (
    Column("province", ("matinh", "Mã tỉnh", "Mã TP", "Mã Tỉnh Thành phố"), code=True),
    Column("province-name", ("tentinh", "Tên tỉnh", "Tỉnh Thành phố")),
    Column("district", ("mahuyen", "Mã huyện", "Mã QH", "Mã Quận Huyện"), code=True),
    Column("district-name", ("tenhuyen", "Tên huyện", "Quận Huyện")),
    Column("commune", ("maxa", "Mã xã", "Mã PX", "Mã Phường Xã"), code=True),
    Column("commune-name", ("tenxa", "Tên xã", "Phường Xã")),
    Column("kind", ("cap", "Cấp"), required=False),
    Column("english", ("tentienganh", "Tên tiếng Anh"), required=False),
    Column("short", ("viettat", "Viết tắt"), required=False),
)
LEVELS = ("province", "district", "commune")
KINDS = (
    "Thành phố",
    "Tỉnh",
    "Quận",
    "Huyện",
    "Thị xã",
    "Phường",
    "Xã",
    "Thị trấn",
)


@dataclass
class Units:
    """The units read by now, and where each was."""

    notes: Notes
    concepts: dict[str, Concept] = field(default_factory=dict)
    cells: dict[str, tuple[str, str]] = field(default_factory=dict)


def read(book: Workbook, options: Options) -> tuple[Candidate, ...]:
    """Read the sheet into one list."""
    notes = Notes(book.name)
    table = table_of(book, options, COLUMNS, notes)
    if table is None:
        return unread(KEY, notes, options.into)
    table.note_formulas()
    units = Units(notes)
    for line in table.lines():
        take_line(units, line)
    order = {level: number for number, level in enumerate(LEVELS)}
    members = sorted(units.concepts.values(), key=lambda concept: order[concept.level])
    body = CodeList(
        title=words("Đơn vị hành chính Việt Nam", "Administrative units of Viet Nam"),
        description=words(
            "Tỉnh, huyện, xã theo danh mục trước ngày 01/07/2025.",
            "Provinces, districts and communes as listed before 1 July 2025.",
        ),
        custodian="organisation/tct/cuc-thong-ke",
        documents=DOCUMENTS,
        source=f"{book.name}",
        completeness="complete",
        confidence="one-source",
        property_types=(
            PropertyType(name="kind", label=words("Loại đơn vị", "Kind of unit")),
            PropertyType(name="short", label=words("Viết tắt", "Short name")),
        ),
        levels=LEVELS,
        members=tuple(members),
    )
    candidate = Candidate(
        key=KEY,
        body=body,
        legal=Legal(
            start=date(2024, 6, 11),
            end=REFORM,
            documents=DOCUMENTS,
            version="2024-06-11",
            reason="Danh mục tại ngày 11/06/2024; cấp huyện kết thúc ngày 01/07/2025",
        ),
        findings=notes.findings(),
        cells=units.cells,
        file=book.name,
    )
    return (redirected(candidate, options.into),)


def take_line(units: Units, line: Line) -> None:
    """Take the units of one row in, widest first."""
    above = ""
    for level in LEVELS:
        code, name = line.code(level), line[f"{level}-name"]
        if not code:
            if level != "commune" or name:
                units.notes.add(
                    "empty-code",
                    words(f"Thiếu mã của “{name}”.", f"The code of “{name}” is missing."),
                    sheet=line.table.sheet.name,
                    cell=line.cell(level),
                )
            return
        last = level == "commune" or (level == "district" and not line.code("commune"))
        take_unit(
            units,
            line,
            Concept(
                code=code,
                display=names(line, name) if last else {"vi": name} if name else {},
                parents=(above,) if above else (),
                level=level,
                properties=facts(line, name, told=last),
            ),
        )
        above = code


def names(line: Line, name: str) -> dict[str, str]:
    """The names of the unit that a row is about."""
    return {tag: text for tag, text in (("vi", name), ("en", line["english"])) if text}


def facts(line: Line, name: str, *, told: bool) -> dict[str, str | int | bool | list[str]]:
    """The kind and short name of a unit; told by the row for the unit it is about."""
    kind = line["kind"] if told else next((k for k in KINDS if name.startswith(f"{k} ")), "")
    short = line["short"] if told else ""
    return {key: text for key, text in (("kind", kind), ("short", short)) if text}


def take_unit(units: Units, line: Line, unit: Concept) -> None:
    """Take a unit in; note when its code says something else than where it stood first."""
    known = units.concepts.get(unit.code)
    level = unit.level
    if known is None:
        units.concepts[unit.code] = unit
        units.cells[unit.code] = line.where(level)
        return
    same_place = known.level == level and known.parents == unit.parents
    if same_place and level != "commune" and known.display.get("vi") == unit.display.get("vi"):
        return
    first = units.cells[unit.code][1]
    units.notes.add(
        "duplicate-code" if level == "commune" or not same_place else "conflicting-name",
        words(
            f"Mã {unit.code} đã có ở ô {first} (“{known.display.get('vi', '')}”).",
            f"The code {unit.code} stands at {first} already (“{known.display.get('vi', '')}”).",
        ),
        sheet=line.table.sheet.name,
        cell=line.cell(level),
        value=unit.code,
        path=unit.code,
        severity="warning" if same_place and level != "commune" else "error",
    )


PROFILE = Profile(
    name="admin-units",
    title=words("Đơn vị hành chính 2024", "Administrative units of 2024"),
    expects=words(
        "Một trang với cột matinh, tentinh, mahuyen, tenhuyen, maxa, tenxa.",
        "One sheet with the columns matinh, tentinh, mahuyen, tenhuyen, maxa, tenxa.",
    ),
    read=read,
)
