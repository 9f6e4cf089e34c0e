"""ICD-9-CM of QĐ 4440 and the administrative units of 2024."""

from collections import Counter

import pytest

from catalog.core.model import Match
from catalog.core.rules import check
from catalog.formats.profiles import PROFILES
from catalog.formats.profiles.profile import Options
from tests.formats.profiles.making import made, places, real

ICD9 = (
    "Mã chuyên khoa 21", "Chuyên khoa 21", "Mã tương đương", "Tên 21", "Phân tuyến", "Phân loại",
    "Mã ICD-9", "Tên ICD-9", "Chương ICD-9", "ID Chương ICD-9",
)  # fmt: skip
UNITS = ("tentinh", "matinh", "tenhuyen", "mahuyen", "tenxa", "maxa", "cap", "viettat")


@pytest.fixture(scope="module")
def icd9():
    book = real("qd-4440-2020-icd9cm-half.xlsx")
    return {str(item.key): item for item in PROFILES["icd9cm"].read(book, Options())}


@pytest.fixture(scope="module")
def units():
    (candidate,) = PROFILES["admin-units"].read(real("admin-units-2024-06-11.xlsx"), Options())
    return candidate


def service(code, name, procedure="", title="", chapter=""):
    return ("1", "Hệ thần kinh", code, name, "B", "T1", procedure, title, chapter, "6")


def test_one_sheet_gives_two_lists_and_the_mapping_between_them(icd9):
    services = icd9["code-list/byt/dich-vu-ky-thuat"].body
    procedures = icd9["code-list/byt/icd-9-cm"].body
    mapping = icd9["mapping/byt/dich-vu-ky-thuat--icd-9-cm"].body

    assert len(services.members) == 4564
    assert Counter(c.level for c in procedures.members) == {"chapter": 18, "procedure": 995}
    assert Counter(m.relation for m in mapping.members) == {"close": 4564 - 582, "none": 582}
    assert mapping.source_list == "code-list/byt/dich-vu-ky-thuat"
    assert mapping.target_list == "code-list/byt/icd-9-cm"


def test_a_row_is_found_in_all_three(icd9):
    services = {c.code: c for c in icd9["code-list/byt/dich-vu-ky-thuat"].body.members}
    procedures = {c.code: c for c in icd9["code-list/byt/icd-9-cm"].body.members}

    assert services["01.0118.0118"].properties == {
        "specialty": "1",
        "specialty-name": "Hệ thần kinh",
        "level": "B",
        "class": "T1",
    }
    assert procedures["31.44"].parents == ("30-34",)
    assert procedures["31.44"].aliases == ("3144",)
    assert procedures["30-34"].display == {"vi": "PHẪU THUẬT HỆ HÔ HẤP"}
    assert icd9["mapping/byt/dich-vu-ky-thuat--icd-9-cm"].body.members[0] == Match(
        source="01.0118.0118", target="31.44", relation="close"
    )


def test_the_one_name_that_conflicts_is_told_with_its_cell(icd9):
    found = icd9["code-list/byt/icd-9-cm"].findings

    assert places(found, "conflicting-procedure") == [("Sheet0", "H2491")]


def test_the_bodies_have_no_errors(icd9, units):
    bodies = [item.body for item in icd9.values()] + [units.body]

    assert [f for body in bodies for f in check(body) if f.severity == "error"] == []


def test_a_service_with_several_procedures_is_several_matches():
    found = PROFILES["icd9cm"].read(
        made(
            {
                "S": [
                    ICD9,
                    service("01.1", "Một", "31.44", "Soi", "(30-34) HÔ HẤP"),
                    service("01.1", "Một", "93.90", "Thở", "(87-99) KHÁC"),
                    service("01.1", "Một khác", "93.90", "Thở máy", "chương lạ"),
                    service("", "Không mã"),
                ]
            }
        ),
        Options(),
    )
    services, procedures, mapping = found

    assert [(m.source, m.target) for m in mapping.body.members] == [
        ("01.1", "31.44"),
        ("01.1", "93.90"),
    ]
    assert places(services.findings, "conflicting-service") == [("S", "D4")]
    assert places(services.findings, "duplicate-match") == [("S", "C4")]
    assert places(services.findings, "empty-code") == [("S", "C5")]
    assert places(procedures.findings, "conflicting-procedure") == [("S", "H4")]
    assert places(procedures.findings, "chapter-unread") == [("S", "I4")]


def test_a_wrong_file_is_a_finding_and_gives_no_body():
    for name in ("icd9cm", "admin-units"):
        (found,) = PROFILES[name].read(made({"S": [["a", "b"], ["1", "2"]]}), Options())

        assert found.body is None
        assert places(found.findings, "missing-header") == [("S", "A1")]


def test_units_form_one_hierarchy_of_three_levels(units):
    concepts = {c.code: c for c in units.body.members}

    assert Counter(c.level for c in units.body.members) == {
        "province": 63,
        "district": 705,
        "commune": 10_595,
    }
    assert {len(c.code): c.level for c in units.body.members} == {
        2: "province",
        3: "district",
        5: "commune",
    }
    assert concepts["00001"].parents == ("001",)
    assert concepts["001"].parents == ("01",)
    assert concepts["00001"].properties == {"kind": "Phường", "short": "HNBDPX"}
    assert concepts["00006"].display == {"vi": "Phường Vĩnh Phúc", "en": "Vinh Phuc Commune"}
    assert concepts["536"].properties == {"kind": "Huyện", "short": "QNLS"}
    assert units.findings == ()
    assert units.legal.end.isoformat() == "2025-07-01"


def test_units_that_contradict_each_other_are_told_with_their_cells():
    (found,) = PROFILES["admin-units"].read(
        made(
            {
                "S": [
                    UNITS,
                    ("Hà Nội", "01", "Ba Đình", "001", "Phúc Xá", "00001", "Phường", "A"),
                    ("Hà Nội", "01", "Ba Đình cũ", "001", "Trúc Bạch", "00004", "Phường", "B"),
                    ("Hà Nội", "01", "Ba Đình", "001", "Khác", "00001", "Phường", "C"),
                    ("Hà Giang", "02", "Ba Đình", "001", "Xã", "00009", "Xã", "D"),
                    ("Hà Giang", 2, "Huyện", "", "Xã", "00010", "Xã", "D"),
                ]
            }
        ),
        Options(),
    )

    assert places(found.findings, "conflicting-name") == [("S", "D3")]
    assert places(found.findings, "duplicate-code") == [("S", "F4"), ("S", "D5")]
    assert places(found.findings, "empty-code") == [("S", "D6")]
    assert places(found.findings, "number-as-code") == [("S", "B6")]
