"""The reports as tables, with words in both languages; and written in a notation asked for."""

from collections.abc import Iterable

import msgspec

from catalog.actions.reporting import (
    COMPLETENESS,
    CONFIDENCE,
    CONTENT,
    Coverage,
    CoverageItem,
    CoverageLine,
    Freshness,
)
from catalog.core.model import Text
from catalog.core.names import Kind
from catalog.formats.report_tables import (
    CSV,
    HTML,
    JSON,
    XLSX,
    Cell,
    Column,
    Notation,
    Report,
    ReportTable,
    csv_of,
    html_of,
    xlsx_of,
)

KINDS: dict[Kind, Text] = {
    Kind.CODE_LIST: {"vi": "Danh mục", "en": "Code lists"},
    Kind.VALUE_SET: {"vi": "Tập giá trị", "en": "Value sets"},
    Kind.MAPPING: {"vi": "Bảng ánh xạ", "en": "Mappings"},
    Kind.SCHEMA: {"vi": "Cấu trúc", "en": "Schemas"},
    Kind.DATA_ELEMENT: {"vi": "Phần tử dữ liệu", "en": "Data elements"},
    Kind.DATASET: {"vi": "Bộ dữ liệu", "en": "Datasets"},
}
COMPLETE: dict[str, Text] = {
    "complete": {"vi": "đầy đủ", "en": "complete"},
    "partial": {"vi": "một phần", "en": "partial"},
    "missing": {"vi": "chưa có", "en": "missing"},
    "unknown": {"vi": "chưa rõ", "en": "unknown"},
}
SURE: dict[str, Text] = {
    "verified": {"vi": "đã đối chiếu", "en": "verified"},
    "one-source": {"vi": "một nguồn", "en": "one source"},
    "inferred": {"vi": "suy ra", "en": "inferred"},
    "unverified": {"vi": "chưa kiểm chứng", "en": "unverified"},
}
STANDING: dict[str, Text] = {
    "in-force": {"vi": "đang hiệu lực", "en": "in force"},
    "transitional": {"vi": "chuyển tiếp", "en": "transitional"},
    "upcoming": {"vi": "sắp có hiệu lực", "en": "upcoming"},
    "ended": {"vi": "hết hiệu lực", "en": "ended"},
    "withdrawn": {"vi": "đã thu hồi", "en": "withdrawn"},
    "corrected": {"vi": "đã đính chính", "en": "corrected"},
}
STATE: dict[str, Text] = {
    "current": {"vi": "còn hạn", "en": "current"},
    "due-soon": {"vi": "sắp đến hạn", "en": "due soon"},
    "late": {"vi": "quá hạn", "en": "late"},
}
RHYTHM: dict[str, Text] = {
    "review": {"vi": "rà soát 6 tháng", "en": "reviewed every 6 months"},
    "update": {"vi": "cập nhật 3 tháng", "en": "updated every 3 months"},
}
ON: Text = {"vi": "Tính tới ngày", "en": "As of"}
FROM: Text = {"vi": "Cách tính", "en": "Computed from"}
NAME = Column("title", {"vi": "Tên", "en": "Name"})
KEY = Column("key", {"vi": "Khóa", "en": "Key"}, is_key=True)
NOTE = Column("note", {"vi": "Ghi chú", "en": "Note"})
MEMBERS = Column("members", {"vi": "Mục", "en": "Members"})
VERSION = Column("version", {"vi": "Bản", "en": "Version"})
START = Column("start", {"vi": "Hiệu lực từ", "en": "In force from"})

LINES = (
    NAME,
    Column("number", {"vi": "Số", "en": "Number"}),
    Column("issued", {"vi": "Ban hành", "en": "Issued"}),
    Column("state", {"vi": "Thông tin về mục", "en": "Its own entry"}),
    Column("artefacts", {"vi": "Tổng số", "en": "All"}),
    *(Column(kind.value, KINDS[kind]) for kind in CONTENT),
    *(Column(name, COMPLETE[name], is_share=True) for name in COMPLETENESS),
    *(Column(name, SURE[name]) for name in CONFIDENCE),
    Column("releases", {"vi": "Bản công bố", "en": "Releases"}),
    MEMBERS,
    *(
        Column(
            f"members_{name}",
            {"vi": f"Mục {SURE[name]['vi']}", "en": f"Members {SURE[name]['en']}"},
        )
        for name in CONFIDENCE
    ),
    KEY,
)
ITEMS = (
    NAME,
    Column("kind", {"vi": "Loại", "en": "Kind"}),
    Column("completeness", {"vi": "Mức đầy đủ", "en": "Completeness"}),
    Column("confidence", {"vi": "Độ tin cậy", "en": "Confidence"}),
    NOTE,
    VERSION,
    Column("standing", {"vi": "Hiệu lực", "en": "Standing"}),
    START,
    MEMBERS,
    KEY,
)
DUE = (
    NAME,
    Column("state", {"vi": "Tình trạng", "en": "State"}),
    Column("due", {"vi": "Đến hạn", "en": "Due"}),
    Column("rhythm", {"vi": "Nhịp", "en": "Rhythm"}),
    Column("ground", {"vi": "Căn cứ", "en": "Legal ground"}),
    Column("last", {"vi": "Công bố gần nhất", "en": "Last published"}),
    START,
    VERSION,
    KEY,
)

COUNTED_SO: Text = {
    "vi": (
        "Mỗi mục tự ghi mức đầy đủ và độ tin cậy. Một mục xếp vào nhiều lĩnh vực được đếm ở từng"
        " lĩnh vực, nhưng chỉ một lần ở dòng tổng."
    ),
    "en": (
        "Each artefact states its own completeness and confidence. What is filed under several"
        " groups counts in each of them, and once in the total."
    ),
}


def coverage_report(found: Coverage) -> Report:
    """Coverage as three tables: groups with the total, documents, and the artefacts."""
    groups = (*found.groups, found.total)
    return Report(
        title={"vi": "Mức bao phủ của sổ đăng ký", "en": "Coverage of the registry"},
        facts=((ON, found.on.isoformat()), (FROM, COUNTED_SO)),
        tables=(
            ReportTable(
                "groups",
                {"vi": "Theo lĩnh vực dữ liệu", "en": "By data group"},
                LINES,
                tuple(map(line_row, groups)),
            ),
            ReportTable(
                "documents",
                {"vi": "Theo văn bản", "en": "By legal document"},
                LINES,
                tuple(map(line_row, found.documents)),
            ),
            ReportTable(
                "artefacts",
                {"vi": "Từng mục", "en": "Each artefact"},
                ITEMS,
                tuple(map(item_row, found.items)),
            ),
        ),
    )


def line_row(line: CoverageLine) -> tuple[Cell, ...]:
    """The cells of a line."""
    state: Cell = joined(COMPLETE[line.completeness], SURE[line.confidence]) if line.key else ""
    return (
        line.title,
        line.number,
        line.issued,
        state,
        line.artefacts,
        *line.kinds.values(),
        *line.by_completeness.values(),
        *line.by_confidence.values(),
        line.releases,
        line.members,
        *line.sure.values(),
        line.key,
    )


def item_row(item: CoverageItem) -> tuple[Cell, ...]:
    """The cells of an artefact."""
    return (
        item.title,
        KINDS[Kind(item.kind)],
        COMPLETE[item.completeness],
        SURE[item.confidence],
        item.note,
        item.version,
        STANDING[item.standing],
        item.start.isoformat(),
        item.members,
        item.key,
    )


def joined(*texts: Text) -> Text:
    """Texts put together, each language by itself."""
    return {language: ", ".join(text[language] for text in texts) for language in ("vi", "en")}


def freshness_report(found: Freshness) -> Report:
    """Freshness as one table, what is due first at the top."""
    rows: Iterable[tuple[Cell, ...]] = (
        (
            item.title,
            STATE[item.state],
            item.due.isoformat(),
            RHYTHM[item.rhythm],
            item.ground,
            item.last.isoformat(),
            item.start.isoformat(),
            item.version,
            item.key,
        )
        for item in found.items
    )
    counts = joined(
        *(
            {language: f"{STATE[name][language]}: {count}" for language in ("vi", "en")}
            for name, count in found.states.items()
        )
    )
    return Report(
        title={"vi": "Nhịp rà soát và cập nhật", "en": "Reviews and updates due"},
        facts=(
            (ON, found.on.isoformat()),
            (FROM, found.computed_from),
            ({"vi": "Số mục", "en": "Counts"}, counts),
        ),
        tables=(ReportTable("due", {"vi": "Đến hạn", "en": "Due"}, DUE, tuple(rows)),),
    )


def report_of(found: Coverage | Freshness) -> Report:
    """A report as tables."""
    return coverage_report(found) if isinstance(found, Coverage) else freshness_report(found)


def written(found: Coverage | Freshness, notation: Notation, base: str = "") -> bytes:
    """A report in a notation; `base` is what addresses in a page begin with."""
    if notation is JSON:
        return msgspec.json.encode(found)
    report = report_of(found)
    if notation is CSV:
        return csv_of(report)
    if notation is XLSX:
        return xlsx_of(report)
    assert notation is HTML  # noqa: S101 - there are no more
    return html_of(report, base)
