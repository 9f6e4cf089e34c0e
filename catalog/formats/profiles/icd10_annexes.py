"""
The annexes of the ICD-10 workbook, as properties of its concepts.

A1 dagger-asterisk pairs, A2 not as main diagnosis, A3.x age bands, A4.x sex, E main category of
the diagnosis-related groups, E1 outside those groups. The annexes write codes without dot and
mark.

Ages are held in days of life, both ends included, in the widest reading of the heading: years are
365.25 days, "up to 2 years" ends the day before the third birthday, "over 15 years" begins the
day after the fifteenth.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from catalog.core.model import Concept, PropertyType, Value
from catalog.core.text import fold
from catalog.formats.profiles.columns import Column, Line, Table, find_table, text_of
from catalog.formats.profiles.profile import Notes, place, words
from catalog.formats.workbook import Sheet, Workbook

PROPERTY_TYPES = (
    PropertyType(
        name="chapter-number",
        label=words("Số chương", "Chapter number"),
    ),
    PropertyType(name="updated", label=words("Ngày cập nhật", "Updated")),
    PropertyType(
        name="mark",
        label=words("Dấu của mã kép", "Mark of a dual code"),
        description=words(
            "dagger: mã chữ thập (†); asterisk: mã sao (*)",
            "dagger: a dagger code (†); asterisk: an asterisk code (*)",
        ),
    ),
    PropertyType(
        name="not-main",
        type="boolean",
        label=words("Không dùng làm bệnh chính", "Not as main diagnosis"),
        description=words("Phụ lục A2", "Annex A2"),
    ),
    PropertyType(
        name="asterisk",
        type="codes",
        label=words("Mã sao (*) đi kèm", "Asterisk codes it goes with"),
        description=words("Phụ lục A1", "Annex A1"),
    ),
    PropertyType(
        name="dagger",
        type="codes",
        label=words("Mã chữ thập (†) đi kèm", "Dagger codes it goes with"),
        description=words("Phụ lục A1", "Annex A1"),
    ),
    PropertyType(
        name="age-min-days",
        type="integer",
        label=words("Tuổi nhỏ nhất (ngày)", "Least age (days)"),
        description=words("Phụ lục A3.1–A3.10, kể cả ngày này", "Annexes A3.1–A3.10, included"),
    ),
    PropertyType(
        name="age-max-days",
        type="integer",
        label=words("Tuổi lớn nhất (ngày)", "Greatest age (days)"),
        description=words("Phụ lục A3.1–A3.10, kể cả ngày này", "Annexes A3.1–A3.10, included"),
    ),
    PropertyType(
        name="sex",
        type="code",
        label=words("Chỉ có ở giới", "Only in sex"),
        description=words(
            "Phụ lục A4.1 (2: nữ), A4.2 (1: nam)", "Annex A4.1 (2: female), A4.2 (1: male)"
        ),
    ),
    PropertyType(
        name="mdc",
        type="codes",
        label=words("Nhóm DRG chính (MDC)", "Major diagnostic category"),
        description=words("Phụ lục E", "Annex E"),
    ),
    PropertyType(
        name="no-drg",
        type="boolean",
        label=words("Không ghép nhóm DRG", "Outside the diagnosis-related groups"),
        description=words("Phụ lục E1, nhóm U1", "Annex E1, group U1"),
    ),
)

CODE = Column("code", ("Mã",), code=True)
MDC = Column("mdc", ("MDC",), code=True)
PAIR = (
    Column("dagger", ("Dagger (†)", "Dagger"), code=True),
    Column("asterisk", ("Asterix (*)", "Asterisk (*)", "Asterix"), code=True),
)
SHEET = re.compile(r"(?:phu luc )?(e1|e|a1|a2|a3(?: \d+)?|a4(?: [12])?)(?: .*)?$")
AGE = re.compile(r"\b([0-9]{1,4})(?![0-9])\s*(ngày|tháng|tuổi)?")
YEAR = 365.25
SEXES = {"1": "nam", "2": "nữ"}


@dataclass
class Gathered:
    """
    What the annexes say, by the code as they write it.

    Attributes:
        plain: the issued codes that a writing means.
        facts: properties by issued code.
        cells: where an age or a sex was said first, to tell of contradictions.
    """

    notes: Notes
    plain: Mapping[str, list[str]]
    facts: dict[str, dict[str, Value]] = field(default_factory=lambda: defaultdict(dict))

    def meant(self, line: Line, column: str) -> list[str]:
        """The issued codes that a cell means; none, and a finding, when it is not in the list."""
        written = line.code(column)
        found = self.plain.get(written.replace(".", "").rstrip("†*"), [])
        if not found:
            self.notes.add(
                "code-not-in-list",
                words(
                    f"Mã “{written}” của phụ lục không có trong danh mục chính; bỏ qua.",
                    f"The main list does not have the annex's code “{written}”; left out.",
                ),
                sheet=line.table.sheet.name,
                cell=line.cell(column),
                value=written,
                severity="warning",
            )
        return found


def annexed(
    book: Workbook,
    concepts: Mapping[str, Concept],
    plain: Mapping[str, list[str]],
    notes: Notes,
) -> Iterator[Concept]:
    """The concepts with what the annexes say of them, in their order."""
    gathered = Gathered(notes, plain)
    seen: set[str] = set()
    for name in book.sheet_names:
        found = SHEET.match(fold(name))
        if found is None:
            continue
        kind = found[1].split()[0]
        seen.add(kind)
        take_annex(gathered, kind, book.sheet(name))
    for kind in ("e", "e1", "a1", "a2", "a3", "a4"):
        if kind not in seen:
            notes.add(
                "missing-sheet",
                words(
                    f"Không có trang {kind.upper()}; thuộc tính của nó để trống.",
                    f"There is no sheet {kind.upper()}; what it says is left out.",
                ),
                severity="warning",
            )
    return joined(concepts.values(), gathered)


def joined(concepts: Iterable[Concept], gathered: Gathered) -> Iterator[Concept]:
    """Concepts and what was gathered of them, as concepts."""
    for concept in concepts:
        said = gathered.facts.get(concept.code)
        if said:
            yield replace(concept, properties={**concept.properties, **said})
        else:
            yield concept


def take_annex(gathered: Gathered, kind: str, sheet: Sheet) -> None:
    """Take one annex in."""
    match kind:
        case "a1":
            table = find_table(sheet, PAIR, gathered.notes)
            if table is not None:
                take_pairs(gathered, table)
        case "a2" | "e1":
            table = find_table(sheet, (CODE,), gathered.notes)
            if table is not None:
                take_flag(gathered, table, "not-main" if kind == "a2" else "no-drg")
        case "e":
            table = find_table(sheet, (CODE, MDC), gathered.notes)
            if table is not None:
                take_categories(gathered, table)
        case _:
            for heading, row, table in bands(sheet, gathered.notes):
                if kind == "a3":
                    take_ages(gathered, heading, row, table)
                else:
                    take_sex(gathered, heading, row, table)


def bands(sheet: Sheet, notes: Notes) -> Iterator[tuple[str, int, Table]]:
    """The tables of a sheet that stand below each other, each under its heading `Phụ lục …`."""
    starts = [
        (number, text_of(row[0]))
        for number, row in enumerate(sheet.rows, 1)
        if row and fold(text_of(row[0])).startswith("phu luc")
    ]
    if not starts:
        notes.add(
            "missing-heading",
            words(
                "Không có dòng “Phụ lục …” nêu tuổi hoặc giới; bỏ qua trang này.",
                "No line “Phụ lục …” that says an age or a sex; the sheet is left out.",
            ),
            sheet=sheet.name,
            cell="A1",
            severity="warning",
        )
        return
    ends = [number - 1 for number, _ in starts[1:]] + [0]
    for (number, heading), last in zip(starts, ends, strict=True):
        table = find_table(sheet, (CODE,), notes, after=number)
        if table is not None:
            yield heading, number, Table(sheet, notes, table.header, table.places, last)


def take_flag(gathered: Gathered, table: Table, name: str) -> None:
    """Every code of a table has a property."""
    table.note_formulas("code")
    for line in table.lines():
        for code in gathered.meant(line, "code"):
            gathered.facts[code][name] = True


def take_categories(gathered: Gathered, table: Table) -> None:
    """The main category of each code; a few codes have two."""
    table.note_formulas("code", "mdc")
    for line in table.lines():
        category = line.code("mdc")
        for code in gathered.meant(line, "code"):
            add_code(gathered.facts[code], "mdc", category)


def take_pairs(gathered: Gathered, table: Table) -> None:
    """Dagger and asterisk codes that go together, on both of them."""
    table.note_formulas("dagger", "asterisk")
    for line in table.lines():
        daggers = marked(gathered.meant(line, "dagger"), "†")
        asterisks = marked(gathered.meant(line, "asterisk"), "*")
        if not daggers or not asterisks:
            continue
        for dagger in daggers:
            add_code(gathered.facts[dagger], "asterisk", asterisks[0])
        for asterisk in asterisks:
            add_code(gathered.facts[asterisk], "dagger", daggers[0])


def marked(codes: list[str], mark: str) -> list[str]:
    """The codes, those with a mark first."""
    return sorted(codes, key=lambda code: not code.endswith(mark))


def add_code(facts: dict[str, Value], name: str, code: str) -> None:
    """Add a code to a property that holds codes, once."""
    held = facts.setdefault(name, [])
    if isinstance(held, list) and code and code not in held:
        held.append(code)


def take_ages(gathered: Gathered, heading: str, row: int, table: Table) -> None:
    """The age band that a heading states, on each code below it."""
    table.note_formulas("code")
    band = age_band(heading)
    if band is None:
        gathered.notes.add(
            "age-not-understood",
            words(
                "Không đọc được khoảng tuổi trong tiêu đề; các mã bên dưới không có khoảng tuổi.",
                "The heading's age band was not understood; the codes below it have none.",
            ),
            sheet=table.sheet.name,
            cell=place(row, 0),
            value=heading,
            severity="warning",
        )
        return
    least, most = band
    for line in table.lines():
        for code in gathered.meant(line, "code"):
            facts = gathered.facts[code]
            said = (facts.get("age-min-days"), facts.get("age-max-days"))
            if said not in {(None, None), (least or None, most)}:
                note_contradiction(gathered, line, heading)
                continue
            if least:
                facts["age-min-days"] = least
            if most is not None:
                facts["age-max-days"] = most


def take_sex(gathered: Gathered, heading: str, row: int, table: Table) -> None:
    """The sex that a heading states, on each code below it."""
    table.note_formulas("code")
    spoken = heading.casefold().split()
    sexes = [code for code, word in SEXES.items() if word in spoken]
    if len(sexes) != 1:
        gathered.notes.add(
            "sex-not-understood",
            words("Không đọc được giới trong tiêu đề.", "The heading's sex was not understood."),
            sheet=table.sheet.name,
            cell=place(row, 0),
            value=heading,
            severity="warning",
        )
        return
    for line in table.lines():
        for code in gathered.meant(line, "code"):
            if gathered.facts[code].get("sex", sexes[0]) != sexes[0]:
                note_contradiction(gathered, line, heading)
            else:
                gathered.facts[code]["sex"] = sexes[0]


def note_contradiction(gathered: Gathered, line: Line, heading: str) -> None:
    """Note a code of which two annexes say different things; what was said first counts."""
    gathered.notes.add(
        "contradiction",
        words(
            f"Mã đã có khoảng tuổi hoặc giới khác; không lấy theo “{heading}”.",
            f"The code has another age band or sex already; not taken from “{heading}”.",
        ),
        sheet=line.table.sheet.name,
        cell=line.cell("code"),
        value=line.code("code"),
        severity="warning",
    )


def age_band(heading: str) -> tuple[int, int | None] | None:
    """
    The band that a heading states, as least and greatest age in days; None when it states none.

    >>> age_band("Phụ lục A3.1 Bệnh trẻ sơ sinh ( phù hợp tuổi : 0 - 365 ngày )")
    (0, 365)
    >>> age_band("Phụ lục A3.5 Bệnh ở trẻ mới đẻ ( tuổi hợp lệ: trên 27 ngày tuổi )")
    (28, None)
    >>> age_band("Phụ lục A3.8 Bệnh sản phụ khoa (tuổi hợp lệ : 9 – 60 tuổi)")
    (3287, 22280)
    """
    inside = re.search(r"\(([^()]*tuổi[^()]*):([^()]*)\)", heading.casefold())
    if inside is None:
        return None
    text = inside[2].strip()
    ages = AGE.findall(text)
    if len(ages) == 1 and text.startswith("trên"):
        return more_than(*ages[0]), None
    if len(ages) == 1 and text.endswith("trở lên"):
        return first_day(*ages[0]), None
    if len(ages) == 2:  # noqa: PLR2004 - from and to
        (low, unit), (high, last_unit) = ages
        return first_day(low, unit or last_unit), last_day(high, last_unit)
    return None


def first_day(number: str, unit: str) -> int:
    """The first day of life of an age."""
    return math.floor(int(number) * days(unit))


def last_day(number: str, unit: str) -> int:
    """The last day of life of an age."""
    if unit == "ngày":
        return int(number)
    return math.ceil((int(number) + 1) * days(unit)) - 1


def more_than(number: str, unit: str) -> int:
    """The first day of life past an age."""
    return math.floor(int(number) * days(unit)) + 1


def days(unit: str) -> float:
    """The days of a unit of age."""
    return {"ngày": 1.0, "tháng": YEAR / 12}.get(unit, YEAR)
