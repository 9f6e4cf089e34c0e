"""What a report of a check tells, before it is written as a workbook or a page."""

from dataclasses import dataclass
from datetime import date

from catalog.core.record_finding import RecordFinding
from catalog.core.release import Lock


@dataclass(frozen=True, slots=True)
class Count:
    """How many findings of one kind there were at one place."""

    table: str
    path: str
    rule: str
    severity: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """
    A check as a report tells it.

    Attributes:
        name: of the file.
        on: the day asked for; None when each record chose its own.
        rows: rows by table, when the records are dossiers.
        counts: of all findings, the largest first; findings: those that are listed.
        unchecked: what could not be checked, by language.
        masked: whether values of persons are hidden.
    """

    name: str
    records: int
    invalid: int
    on: date | None
    rows: dict[str, int]
    releases: tuple[Lock, ...]
    counts: tuple[Count, ...]
    findings: tuple[RecordFinding, ...]
    unchecked: tuple[dict[str, str], ...] = ()
    masked: bool = True

    @property
    def found(self) -> int:
        """How many findings there were."""
        return sum(count.count for count in self.counts)

    @property
    def errors(self) -> int:
        """How many of them are errors."""
        return sum(count.count for count in self.counts if count.severity == "error")

    def by_rule(self) -> dict[str, int]:
        """How many findings by rule, the most frequent first."""
        totals: dict[str, int] = {}
        for count in self.counts:
            totals[count.rule] = totals.get(count.rule, 0) + count.count
        return dict(sorted(totals.items(), key=lambda item: (-item[1], item[0])))

    def tables(self) -> tuple[str, ...]:
        """The tables with findings listed, XML2 before XML10; the record as a whole is ''."""
        names = {finding.table for finding in self.findings}
        return tuple(sorted(names, key=lambda name: (len(name), name)))


RULES = {
    "required": ("Thiếu giá trị bắt buộc", "a required value is missing"),
    "type": ("Sai kiểu dữ liệu", "wrong type"),
    "max-length": ("Vượt độ dài", "too long"),
    "format": ("Sai định dạng ngày giờ", "wrong format"),
    "pattern": ("Sai mẫu ghi", "wrong pattern"),
    "not-allowed": ("Không được phép ở đây", "not allowed here"),
    "code-not-in-list": ("Mã không có trong danh mục", "code not in the list"),
    "code-not-in-force": ("Mã chưa có hiệu lực", "code not yet in force"),
    "code-retired": ("Mã đã ngừng sử dụng", "code retired"),
    "accepted-transitional": ("Chấp nhận trong thời gian chuyển tiếp", "accepted for now"),
    "sex-mismatch": ("Không hợp giới tính", "does not fit the sex"),
    "age-mismatch": ("Không hợp tuổi", "does not fit the age"),
    "reference-missing": ("Không liên kết được giữa các bảng", "reference missing"),
    "sum-mismatch": ("Tổng không khớp", "sums differ"),
    "order": ("Sai thứ tự thời gian", "order of time"),
    "unknown-field": ("Trường không có trong cấu trúc", "unknown field"),
    "duplicate-key": ("Trùng khóa", "duplicate key"),
    "malformed": ("Bản ghi hỏng", "malformed record"),
    "schema-not-in-force": ("Chưa có cấu trúc có hiệu lực", "no layout in force"),
    "broken-xml": ("XML hỏng", "broken XML"),
    "broken-base64": ("Base64 hỏng", "broken base64"),
    "wrong-encoding": ("Sai mã hóa ký tự", "wrong encoding"),
    "wrong-element": ("Sai phần tử XML", "wrong XML element"),
    "doctype": ("Có khai báo DOCTYPE", "DOCTYPE refused"),
    "unknown-table": ("Bảng không có trong chuẩn", "unknown table"),
    "missing-table": ("Thiếu bảng", "missing table"),
    "too-large": ("Quá lớn", "too large"),
}
"""What the names of findings mean, in Vietnamese and English."""


def rule_in_words(rule: str) -> tuple[str, str]:
    """What a rule's name means, in Vietnamese and English; a rule of a layout says its id."""
    if rule in RULES:
        return RULES[rule]
    name = rule.removeprefix("rule:")
    return f"Quy tắc {name}", f"rule {name}"


def place_of(finding: RecordFinding) -> str:
    """
    Where a finding is: table, row and field.

    >>> place_of(RecordFinding(record=1, table="XML2", row=3, path="/STT", rule="x", message={}))
    'XML2[3]/STT'
    """
    row = f"[{finding.row}]" if isinstance(finding.row, int) else ""
    return f"{finding.table}{row}{finding.path}"
