"""
The profile `icd9cm`: annex 3 of QĐ 4440/QĐ-BYT, one sheet, three candidates.

Each row names a technical service and, for most, the ICD-9-CM procedure it is counted as. The
services, the procedures under their chapters, and the mapping between them are told apart. Many
services are counted as one procedure, so that the pairs are called close, not exact. A service
without a procedure is a row of the mapping that says so (`none`).
"""

import re
from dataclasses import dataclass, field
from datetime import date

from catalog.core.model import CodeList, Concept, Mapping, Match, PropertyType, Value
from catalog.core.names import Key
from catalog.formats.profiles.columns import Column, Line, table_of
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

SERVICES = Key.parse("code-list/byt/dich-vu-ky-thuat")
PROCEDURES = Key.parse("code-list/byt/icd-9-cm")
MATCHES = Key.parse("mapping/byt/dich-vu-ky-thuat--icd-9-cm")
DOCUMENT = "document/byt/4440-qd-byt-2020"
CUSTODIAN = "organisation/byt/bo-y-te"
SOURCE = "QĐ 4440/QĐ-BYT, 27/10/2020, phụ lục 3"
LEGAL = Legal(
    start=date(2020, 10, 27),
    documents=(DOCUMENT,),
    version="qd-4440-2020",
    reason="Quyết định có hiệu lực từ ngày ký",
)

COLUMNS = (
    Column("specialty", ("Mã chuyên khoa 21",), required=False, code=True),
    Column("specialty-name", ("Chuyên khoa 21",), required=False),
    Column("service", ("Mã tương đương",), code=True),
    Column("service-name", ("Tên 21",)),
    Column("level", ("Phân tuyến",), required=False),
    Column("class", ("Phân loại",), required=False),
    Column("procedure", ("Mã ICD-9",), code=True),
    Column("procedure-name", ("Tên ICD-9",)),
    Column("chapter", ("Chương ICD-9",), required=False),
    Column("chapter-number", ("ID Chương ICD-9",), required=False, code=True),
    Column("synchronised", ("Ngày đồng bộ",), required=False),
)
CHAPTER = re.compile(r"\(\s*(\d{2})\s*-\s*(\d{2})\s*\)\s*(.+)")


@dataclass
class Read:
    """What was read by now."""

    notes: Notes
    services: dict[str, Concept] = field(default_factory=dict)
    chapters: dict[str, Concept] = field(default_factory=dict)
    procedures: dict[str, Concept] = field(default_factory=dict)
    matches: dict[str, Match] = field(default_factory=dict)
    cells: dict[str, dict[str, tuple[str, str]]] = field(
        default_factory=lambda: {"services": {}, "procedures": {}, "matches": {}}
    )


def read(book: Workbook, options: Options) -> tuple[Candidate, ...]:
    """Read the sheet into the list of services, the list of procedures and the mapping."""
    notes = Notes(book.name)
    table = table_of(book, options, COLUMNS, notes)
    if table is None:
        return unread(SERVICES, notes)
    table.note_formulas()
    taken = Read(notes)
    for line in table.lines():
        service = take_service(taken, line)
        procedure = take_procedure(taken, line)
        if service:
            take_match(taken, line, service, procedure)
    findings = notes.findings()
    return (
        Candidate(
            key=SERVICES,
            body=services_of(book, taken),
            legal=LEGAL,
            findings=tuple(f for f in findings if f.rule not in PROCEDURE_RULES),
            cells=taken.cells["services"],
            file=book.name,
        ),
        Candidate(
            key=PROCEDURES,
            body=procedures_of(book, taken),
            legal=LEGAL,
            findings=tuple(f for f in findings if f.rule in PROCEDURE_RULES),
            cells=taken.cells["procedures"],
            file=book.name,
        ),
        Candidate(
            key=MATCHES,
            body=matches_of(book, taken),
            legal=LEGAL,
            cells=taken.cells["matches"],
            file=book.name,
        ),
    )


PROCEDURE_RULES = frozenset({"conflicting-procedure", "conflicting-chapter", "chapter-unread"})
"""Rules whose findings are about procedures; the others are told of the services."""


def take_service(taken: Read, line: Line) -> str:
    """Make the concept of the row's service; its code, or nothing when it has none."""
    code = line.code("service")
    if not code:
        taken.notes.add(
            "empty-code",
            words("Hàng không có mã tương đương.", "The row has no service code."),
            sheet=line.table.sheet.name,
            cell=line.cell("service"),
        )
        return ""
    properties: dict[str, Value] = {
        name: text
        for name, text in (
            ("specialty", line.code("specialty")),
            ("specialty-name", line["specialty-name"]),
            ("level", line["level"]),
            ("class", line["class"]),
        )
        if text
    }
    name = line["service-name"]
    concept = Concept(code=code, display={"vi": name} if name else {}, properties=properties)
    known = taken.services.get(code)
    if known is None:
        taken.services[code] = concept
        taken.cells["services"][code] = line.where("service")
    elif known != concept:
        note_conflict(taken, line, "conflicting-service", "service", "service-name", code)
    return code


def take_procedure(taken: Read, line: Line) -> str:
    """Make the concept of the row's procedure; its code, or nothing when it has none."""
    code = line.code("procedure")
    if not code:
        return ""
    chapter = take_chapter(taken, line)
    name = line["procedure-name"]
    known = taken.procedures.get(code)
    if known is None:
        taken.procedures[code] = Concept(
            code=code,
            display={"vi": name} if name else {},
            aliases=(code.replace(".", ""),) if "." in code else (),
            parents=(chapter,) if chapter else (),
            level="procedure",
        )
        taken.cells["procedures"][code] = line.where("procedure")
        return code
    if known.display.get("vi", "") != name:
        note_conflict(taken, line, "conflicting-procedure", "procedure", "procedure-name", code)
    if known.parents != ((chapter,) if chapter else ()):
        note_conflict(taken, line, "conflicting-chapter", "procedure", "chapter", code)
    return code


def take_chapter(taken: Read, line: Line) -> str:
    """Make the concept of the row's chapter; its code is the range of its procedures."""
    text = line["chapter"]
    if not text:
        return ""
    found = CHAPTER.fullmatch(text)
    if found is None:
        taken.notes.mark(
            "chapter-unread",
            words(
                "Tên chương không có dạng “(30-34) TÊN”; mã không có chương.",
                "The chapter is not written “(30-34) NAME”; the code has none.",
            ),
            sheet=line.table.sheet.name,
            row=line.number,
            column=line.table.places["chapter"],
            value=text,
        )
        return ""
    code = f"{found[1]}-{found[2]}"
    if code not in taken.chapters:
        number = line.code("chapter-number")
        taken.chapters[code] = Concept(
            code=code,
            display={"vi": found[3]},
            level="chapter",
            selectable=False,
            properties={"chapter-number": number} if number else {},
        )
        taken.cells["procedures"][code] = line.where("chapter")
    return code


def take_match(taken: Read, line: Line, service: str, procedure: str) -> None:
    """Make the row of the mapping; one service may have several procedures."""
    match = Match(source=service, target=procedure, relation="close" if procedure else "none")
    key = f"{service}>{procedure}"
    if key in taken.matches:
        first = taken.cells["matches"][key][1]
        taken.notes.add(
            "duplicate-match",
            words(
                f"Cặp {service} – {procedure} đã có ở ô {first}.",
                f"The pair {service} – {procedure} stands at {first} already.",
            ),
            sheet=line.table.sheet.name,
            cell=line.cell("service"),
            value=service,
            severity="warning",
        )
        return
    taken.matches[key] = match
    taken.cells["matches"][key] = line.where("service")


def note_conflict(
    taken: Read, line: Line, rule: str, code_column: str, column: str, code: str
) -> None:
    """Note that a code has another name, chapter or property here than where it stood first."""
    group = "services" if code_column == "service" else "procedures"
    first = taken.cells[group][code][1]
    taken.notes.add(
        rule,
        words(
            f"Mã {code} ở ô {first} có nội dung khác; giữ nội dung đầu tiên.",
            f"The code {code} says something else at {first}; the first is kept.",
        ),
        sheet=line.table.sheet.name,
        cell=line.cell(column),
        value=line[column],
        path=code,
        severity="warning",
    )


def services_of(book: Workbook, taken: Read) -> CodeList:
    """The list of services."""
    return CodeList(
        title=words("Dịch vụ kỹ thuật tương đương", "Technical services"),
        property_types=(
            PropertyType(name="specialty", label=words("Mã chuyên khoa", "Specialty code")),
            PropertyType(name="specialty-name", label=words("Chuyên khoa", "Specialty")),
            PropertyType(name="level", label=words("Phân tuyến kỹ thuật", "Level of care")),
            PropertyType(name="class", label=words("Phân loại phẫu thuật, thủ thuật", "Class")),
        ),
        members=tuple(taken.services.values()),
        custodian=CUSTODIAN,
        documents=(DOCUMENT,),
        source=f"{book.name}: {SOURCE}",
        completeness="unknown",
        confidence="verified",
    )


def procedures_of(book: Workbook, taken: Read) -> CodeList:
    """The list of procedures, chapters first."""
    return CodeList(
        title=words("Phân loại phẫu thuật, thủ thuật ICD-9-CM", "ICD-9-CM procedures"),
        property_types=(
            PropertyType(name="chapter-number", label=words("Số chương", "Chapter number")),
        ),
        levels=("chapter", "procedure"),
        members=(*taken.chapters.values(), *taken.procedures.values()),
        custodian=CUSTODIAN,
        documents=(DOCUMENT,),
        source=f"{book.name}: {SOURCE}",
        completeness="unknown",
        confidence="verified",
    )


def matches_of(book: Workbook, taken: Read) -> Mapping:
    """The mapping from services to procedures."""
    return Mapping(
        title=words("Chuyển đổi dịch vụ kỹ thuật sang ICD-9-CM", "Technical services to ICD-9-CM"),
        source_list=str(SERVICES),
        target_list=str(PROCEDURES),
        members=tuple(taken.matches.values()),
        custodian=CUSTODIAN,
        documents=(DOCUMENT,),
        source=f"{book.name}: {SOURCE}",
        completeness="unknown",
        confidence="verified",
    )


PROFILE = Profile(
    name="icd9cm",
    title=words(
        "Dịch vụ kỹ thuật và ICD-9-CM theo QĐ 4440/QĐ-BYT",
        "Technical services and ICD-9-CM of QĐ 4440/QĐ-BYT",
    ),
    expects=words(
        "Một trang với cột Mã tương đương, Tên 21, Mã ICD-9, Tên ICD-9, Chương ICD-9.",
        "One sheet with the columns Mã tương đương, Tên 21, Mã ICD-9, Tên ICD-9, Chương ICD-9.",
    ),
    read=read,
)
