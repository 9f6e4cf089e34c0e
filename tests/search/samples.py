"""Things to find, made up: two lists, a schema, a document; and the ministry's ICD-10."""

from functools import cache
from pathlib import Path

from python_calamine import CalamineWorkbook

from catalog.actions.ports import SearchDocument
from catalog.core.text import tidy

WORKBOOK = Path(__file__).parents[3] / "shared/data/ministry/qd-4469-2020-icd10.xlsx"
DISEASES = "code-list/byt/diseases"
SEX = "code-list/byt/sex"
CLAIM = "schema/byt/claim"
DECISION = "document/byt/qd-1-2020"


def member(key: str, code: str, vi: str, en: str = "", **others: object) -> SearchDocument:
    title = {"vi": vi, "en": en} if en else {"vi": vi}
    return SearchDocument(
        id=f"{key}#{code}", key=key, version="1", code=code, title=title, **others
    )


def artefact(key: str, vi: str, en: str, **others: object) -> SearchDocument:
    return SearchDocument(id=key, key=key, version="1", title={"vi": vi, "en": en}, **others)


DOCUMENTS = (
    artefact(DISEASES, "Danh mục bệnh", "List of diseases", aliases=("diseases",)),
    artefact(SEX, "Giới tính", "Sex"),
    artefact(CLAIM, "Bảng tổng hợp chi phí", "Claim summary", aliases=("XML1",)),
    artefact(DECISION, "Quyết định về mã bệnh", "Decision on codes", aliases=("1/QĐ-BYT",)),
    member(DISEASES, "A00", "Bệnh tả", "Cholera"),
    member(DISEASES, "A00.1", "Bệnh tả El Tor", "Cholera, biovar eltor", aliases=("A001",)),
    member(DISEASES, "E11", "Đái tháo đường týp 2", "Type 2 diabetes mellitus"),
    member(
        DISEASES,
        "E11.9",
        "Đái tháo đường týp 2, không biến chứng",
        "Type 2 diabetes mellitus without complications",
        synonyms={"vi": ("tiểu đường",)},
    ),
    member(DISEASES, "H52", "Tật khúc xạ", "Disorders of refraction", note="cận thị, viễn thị"),
    member(DISEASES, "M00", "Viêm khớp có mủ, hoà hoãn", "Pyogenic arthritis"),
    member(DISEASES, "J45", "Hen", "Asthma", retired=True, start="2010-01-01", end="2020-01-01"),
    member(DISEASES, "J46", "Hen ác tính", "Status asthmaticus"),
    member(DISEASES, "L20", "Tạ", "Weight"),
    member(DISEASES, "Q01", "Thuỷ đậu", "Varicella"),
    member(SEX, "1", "Nam", "Male", start="2024-07-01"),
    member(SEX, "2", "Nữ", "Female"),
    member(SEX, "TA", "Khác", "Other"),
    member(CLAIM, "MA_THE_BHYT", "Mã thẻ bảo hiểm y tế", "Insurance card number"),
    member(CLAIM, "MA_BENH_CHINH", "Mã bệnh chính", "Main diagnosis"),
)


@cache
def icd10() -> tuple[SearchDocument, ...]:
    """Every disease of the ministry's workbook, the first row of each code."""
    rows = CalamineWorkbook.from_path(str(WORKBOOK)).get_sheet_by_name("ICD10").to_python()
    found = {}
    for row in rows[3:]:
        code = str(row[16]).strip()
        if code and code not in found:
            names = tidy(str(row[19])), tidy(str(row[18]))
            found[code] = member("code-list/byt/icd-10", code, *names)
    return tuple(found.values())
