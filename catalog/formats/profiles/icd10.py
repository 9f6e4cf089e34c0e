"""
The profile `icd10`: the ICD-10 workbook of QĐ 4469/QĐ-BYT as one code list.

Chapters, groups, types and diseases become one hierarchy; what the annexes say of codes become
properties (see icd10_annexes). The dagger or asterisk that the sheet writes behind a code says how
the code is used and is no part of it (records carry A02.2, the annexes and WHO's list too): it is
the property `mark`, and the writing as issued (A02.2†) is an alias beside the one without dot.
A code that has a row with its mark and one without (G01 and G01*) is one concept.

How codes of headings stay unique: chapters and groups are ranges (A00-B99, A00-A09). When a group
has the very range of the heading above it, the two are the same extent: the outer keeps the code,
what hangs on the inner hangs on the outer, and a finding says so.
"""

from dataclasses import dataclass, field
from datetime import date

from msgspec.structs import replace

from catalog.core.model import CodeList, Concept
from catalog.core.names import Key
from catalog.formats.profiles.columns import Column, Line, table_of
from catalog.formats.profiles.icd10_annexes import PROPERTY_TYPES, annexed
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

KEY = Key.parse("code-list/byt/icd-10")
LEVELS = ("chapter", "group", "subgroup-1", "subgroup-2", "type", "disease")
MARKS = "†*"
MARK_NAMES = {"†": "dagger", "*": "asterisk"}

COLUMNS = (
    Column("chapter-number", ("STT CHƯƠNG",), required=False),
    Column("chapter", ("MÃ CHƯƠNG",), code=True),
    Column("chapter-en", ("CHAPTER NAME",), required=False),
    Column("chapter-vi", ("TÊN CHƯƠNG",)),
    Column("group", ("MÃ NHÓM CHÍNH",), code=True),
    Column("group-en", ("MAIN GROUP NAME I", "MAIN GROUP NAME"), required=False),
    Column("group-vi", ("TÊN NHÓM CHÍNH",)),
    Column("subgroup-1", ("MÃ NHÓM PHỤ 1",), required=False, code=True),
    Column("subgroup-1-en", ("SUB GROUP NAME I",), required=False),
    Column("subgroup-1-vi", ("TÊN NHÓM PHỤ 1",), required=False),
    Column("subgroup-2", ("MÃ NHÓM PHỤ 2",), required=False, code=True),
    Column("subgroup-2-en", ("SUB GROUP NAME II",), required=False),
    Column("subgroup-2-vi", ("TÊN NHÓM PHỤ 2",), required=False),
    Column("type", ("MÃ LOẠI",), code=True),
    Column("type-en", ("TYPE NAME",), required=False),
    Column("type-vi", ("TÊN LOẠI",)),
    Column("disease", ("MÃ BỆNH",), code=True),
    Column("plain", ("MÃ BỆNH KHÔNG DẤU",), required=False, code=True),
    Column("disease-en", ("DISEASE NAME",)),
    Column("disease-vi", ("TÊN BỆNH",)),
    Column("note", ("GHI CHÚ",), required=False),
    Column("updated", ("NGÀY CẬP NHẬT",), required=False),
)
HEADINGS = ("chapter", "group", "subgroup-1", "subgroup-2")


@dataclass
class Tree:
    """
    The hierarchy while it is built.

    Attributes:
        concepts: by code, in the order of the sheet.
        cells: where each was read.
        plain: the codes that a writing without mark and dot may mean.
        told: what was told of headings already, so that it is not told again for every row.
    """

    notes: Notes
    concepts: dict[str, Concept] = field(default_factory=dict)
    cells: dict[str, tuple[str, str]] = field(default_factory=dict)
    plain: dict[str, list[str]] = field(default_factory=dict)
    told: set[tuple[str, str]] = field(default_factory=set)


def read(book: Workbook, options: Options) -> tuple[Candidate, ...]:
    """Read the workbook into one candidate."""
    notes = Notes(book.name)
    table = table_of(book, options, COLUMNS, notes, "ICD10", "ICD-10")
    if table is None:
        return unread(KEY, notes, options.into)
    tree = Tree(notes)
    table.note_formulas()
    for line in table.lines():
        parent = ""
        for level in HEADINGS:
            parent = headed(tree, line, level, parent)
        take_disease(tree, line, parent)
    without_twins(tree)
    members = annexed(book, tree.concepts, tree.plain, notes)
    body = CodeList(
        title={"vi": "Phân loại bệnh tật ICD-10 (tiếng Việt)", "en": "ICD-10, Vietnamese edition"},
        description=words(
            "Danh mục mã bệnh theo ICD-10 ban hành kèm theo Quyết định 4469/QĐ-BYT, gồm chương, "
            "nhóm, loại và bệnh, với các phụ lục về mã bệnh chính, cặp mã kép, tuổi và giới.",
            "The ICD-10 codes issued with Decision 4469/QĐ-BYT: chapters, groups, types and "
            "diseases, with its annexes on main diagnosis, dual codes, age and sex.",
        ),
        custodian="organisation/byt/bo-y-te",
        documents=("document/byt/4469-qd-byt-2020",),
        source=f"{book.name}: QĐ 4469/QĐ-BYT, 28/10/2020",
        completeness="complete",
        confidence="verified",
        property_types=PROPERTY_TYPES,
        levels=LEVELS,
        members=tuple(members),
    )
    candidate = Candidate(
        key=KEY,
        body=body,
        legal=Legal(
            start=date(2020, 10, 28),
            documents=("document/byt/4469-qd-byt-2020",),
            version="qd-4469-2020",
            reason="Quyết định có hiệu lực từ ngày ký",
        ),
        findings=notes.findings(),
        cells=tree.cells,
        file=book.name,
    )
    return (redirected(candidate, options.into),)


def headed(tree: Tree, line: Line, level: str, parent: str) -> str:
    """The code that what comes below a heading hangs on; the heading is made when it is new."""
    code = line.code(level)
    if not code or code == parent:
        if code and (code, level) not in tree.told:
            tree.told.add((code, level))
            tree.notes.add(
                "same-extent",
                words(
                    f"{code} vừa là {level} vừa là cấp trên của nó; chỉ giữ cấp trên.",
                    f"{code} is both a {level} and what is above it; only the outer is kept.",
                ),
                sheet=line.table.sheet.name,
                cell=line.cell(level),
                value=code,
                path=code,
                severity="warning",
            )
        return parent
    known = tree.concepts.get(code)
    if known is None:
        tree.concepts[code] = Concept(
            code=code,
            display=named(line, level),
            parents=(parent,) if parent else (),
            level=level,
            selectable=False,
            properties=numbered(line) if level == "chapter" else {},
        )
        tree.cells[code] = line.where(level)
    elif known.level != level or known.parents != ((parent,) if parent else ()):
        note_conflict(tree, line, level, known, parent)
    return code


def note_conflict(tree: Tree, line: Line, level: str, known: Concept, parent: str) -> None:
    """Note a heading that stands elsewhere than it did; where it stood first counts."""
    if (known.code, f"{level}>{parent}") in tree.told:
        return
    tree.told.add((known.code, f"{level}>{parent}"))
    first = known.parents[0] if known.parents else ""
    tree.notes.add(
        "conflicting-parent",
        words(
            f"{known.code} ở đây thuộc “{parent}”, ở trên thuộc “{first}”; giữ “{first}”.",
            f"{known.code} is below “{parent}” here and below “{first}” above; “{first}” is kept.",
        ),
        sheet=line.table.sheet.name,
        cell=line.cell(level),
        value=known.code,
        path=known.code,
        severity="warning",
    )


def take_disease(tree: Tree, line: Line, heading: str) -> None:
    """Make the concept of a row: a type when its code is that of its type, else a disease."""
    issued = line.code("disease")
    code = issued.rstrip(MARKS)
    mark = MARK_NAMES.get(issued[len(code) :], "")
    if not code:
        tree.notes.add(
            "empty-code",
            words("Hàng không có mã bệnh.", "The row has no code."),
            sheet=line.table.sheet.name,
            cell=line.cell("disease"),
        )
        return
    if code in tree.concepts:
        if mark and issued not in tree.concepts[code].aliases:
            tree.concepts[code] = marked(tree.concepts[code], issued, mark)
        else:
            note_duplicate(tree, line, code)
        return
    group = line.code("type").rstrip(MARKS)
    is_type = code == group
    undotted = line.code("plain") or bare(code)
    tree.plain.setdefault(undotted, []).append(code)
    tree.concepts[code] = Concept(
        code=code,
        display=named(line, "disease"),
        note={"vi": line.raw("note")} if line.raw("note") else {},
        aliases=tuple(dict.fromkeys(a for a in (undotted, issued) if a != code)),
        parents=tuple(above for above in (heading if is_type else group,) if above),
        level="type" if is_type else "disease",
        properties={
            **({"updated": line["updated"]} if line["updated"] else {}),
            **({"mark": mark} if mark else {}),
        },
    )
    tree.cells[code] = line.where("disease")
    if group and not undotted.startswith(bare(group)):
        tree.notes.add(
            "outside-its-type",
            words(f"Mã {code} nằm dưới loại {group}.", f"The code {code} is below type {group}."),
            sheet=line.table.sheet.name,
            cell=line.cell("type"),
            value=group,
            path=code,
            severity="warning",
        )


def marked(concept: Concept, issued: str, mark: str) -> Concept:
    """A concept that has a second row, with its mark."""
    return replace(
        concept,
        aliases=(*concept.aliases, issued),
        properties={**concept.properties, "mark": mark},
    )


def bare(code: str) -> str:
    """The code without its mark and dot."""
    return code.rstrip(MARKS).replace(".", "")


def named(line: Line, level: str) -> dict[str, str]:
    """The names of a level on a row; an empty one is left out."""
    pair = (("vi", line[f"{level}-vi"]), ("en", line[f"{level}-en"]))
    if not pair[1][1] and pair[0][1] and level == "disease":
        line.table.notes.add(
            "empty-label",
            words("Thiếu tên tiếng Anh.", "The English name is missing."),
            sheet=line.table.sheet.name,
            cell=line.cell("disease-en"),
            path=line.code("disease"),
            severity="warning",
        )
    return {language: name for language, name in pair if name}


def numbered(line: Line) -> dict[str, str | int | bool | list[str]]:
    """The number of a chapter, as a property."""
    return {"chapter-number": line["chapter-number"]} if line["chapter-number"] else {}


def note_duplicate(tree: Tree, line: Line, code: str) -> None:
    """Note a code that was there before; the first counts."""
    first = tree.cells[code][1]
    same = tree.concepts[code].display == named(line, "disease")
    tree.notes.add(
        "duplicate-code",
        words(
            f"Mã {code} đã có ở ô {first}; dùng hàng đầu.",
            f"The code {code} stands at {first} already; the first row is used.",
        ),
        sheet=line.table.sheet.name,
        cell=line.cell("disease"),
        value=code,
        path=code,
        severity="warning" if same else "error",
    )


def without_twins(tree: Tree) -> None:
    """Take aliases away that are codes of their own, and types that hang on nothing known."""
    for code, concept in tree.concepts.items():
        aliases = tuple(alias for alias in concept.aliases if alias not in tree.concepts)
        if aliases != concept.aliases:
            tree.concepts[code] = replace(concept, aliases=aliases)


PROFILE = Profile(
    name="icd10",
    title=words("ICD-10 theo QĐ 4469/QĐ-BYT", "ICD-10 of QĐ 4469/QĐ-BYT"),
    expects=words(
        "Trang “ICD10” với cột MÃ CHƯƠNG … MÃ BỆNH, TÊN BỆNH; các trang E, E1, A1, A2, A3.x, "
        "A4.x.",
        "A sheet “ICD10” with the columns MÃ CHƯƠNG … MÃ BỆNH, TÊN BỆNH; sheets E, E1, A1, A2, "
        "A3.x, A4.x.",
    ),
    read=read,
)
