"""ICD-10 of QĐ 4469: every row and every annex of the real workbook is accounted for."""

from collections import Counter

import pytest

from catalog.core.rules import check
from catalog.formats.profiles import PROFILES
from catalog.formats.profiles.icd10_annexes import age_band
from catalog.formats.profiles.profile import Options
from tests.formats.profiles.making import Formula, made, places, real

HEADER = (
    "STT CHƯƠNG", "MÃ CHƯƠNG", "CHAPTER NAME", "TÊN CHƯƠNG", "MÃ NHÓM CHÍNH",
    "MAIN GROUP NAME I", "TÊN NHÓM CHÍNH", "MÃ LOẠI", "TYPE NAME", "TÊN LOẠI", "MÃ BỆNH",
    "MÃ BỆNH KHÔNG DẤU", "DISEASE NAME", "TÊN BỆNH",
)  # fmt: skip
CHOLERA = (
    "I", "A00-B99", "Infections", "Nhiễm trùng", "A00-A09", "Intestinal", "Đường ruột",
    "A00", "Cholera", "Bệnh tả",
)  # fmt: skip


def read(sheets):
    (candidate,) = PROFILES["icd10"].read(made(sheets), Options())
    return candidate


def row(code, plain, name="Bệnh tả"):
    return (*CHOLERA, code, plain, "Cholera", name)


@pytest.fixture(scope="module")
def concepts(icd10):
    return {concept.code: concept for concept in icd10.body.members}


@pytest.fixture(scope="module")
def annexes():
    """Codes without dot, as each annex writes them, by sheet."""
    book = real("qd-4469-2020-icd10.xlsx")
    return {
        name: [
            (number, [str(value).strip() for value in line])
            for number, line in enumerate(book.sheet(name).rows, 1)
            if line and str(line[0])[:1].isupper() and str(line[0])[1:3].isdigit()
        ]
        for name in book.sheet_names
    }


def plain(concept):
    return concept.code.rstrip("†*").replace(".", "")


WITH_AND_WITHOUT_MARK = 81
"""Codes with a row of their own for their marked writing, as G01 and G01*."""


def test_all_rows_become_concepts_but_those_that_stand_twice(icd10):
    levels = Counter(concept.level for concept in icd10.body.members)

    assert levels == {
        "chapter": 22,
        "group": 212,
        "subgroup-1": 26,
        "subgroup-2": 36,
        "type": 2050,
        "disease": 12_219 - 2050 - 1 - WITH_AND_WITHOUT_MARK,
    }
    assert places(icd10.findings, "duplicate-code") == [("ICD10", "Q4239")]


def test_only_headings_cannot_be_chosen(icd10):
    assert {c.level for c in icd10.body.members if not c.selectable} == {
        "chapter",
        "group",
        "subgroup-1",
        "subgroup-2",
    }


def test_a_mark_is_a_property_and_the_marked_writing_an_alias(concepts):
    assert concepts["A02.2"].aliases == ("A022", "A02.2†")
    assert concepts["A02.2"].properties["mark"] == "dagger"
    assert concepts["A02.2"].parents == ("A02",)
    assert concepts["G01"].aliases == ("G01*",)
    assert concepts["G01"].properties["mark"] == "asterisk"
    assert concepts["E11.9"].aliases == ("E119",)
    assert "mark" not in concepts["E11.9"].properties
    assert sum("mark" in concept.properties for concept in concepts.values()) == 82 + 776


def test_a_code_has_its_names_and_its_place_in_the_hierarchy(concepts):
    path = []
    code = "C50.0"
    while code:
        path.append(code)
        code = next(iter(concepts[code].parents), "")

    assert path == ["C50.0", "C50", "C50-C50", "C00-C75", "C00-C97", "C00-D48"]
    assert concepts["A00.0"].display == {
        "vi": "Bệnh tả do Vibrio cholerae 01, typ sinh học cholerae",
        "en": "Cholera due to Vibrio cholerae 01, biovar cholerae",
    }
    assert concepts["A00-B99"].properties == {"chapter-number": "I"}


@pytest.mark.parametrize(
    ("sheet", "name", "value"),
    [
        ("A2 Mã ICD10 ko mã bệnh chính", "not-main", True),
        ("E1 - Không ghép DRG", "no-drg", True),
        ("A4.1", "sex", "2"),
        ("A4.2", "sex", "1"),
    ],
)
def test_every_code_of_an_annex_has_its_property_or_a_finding(icd10, annexes, sheet, name, value):
    written = {cells[0] for _, cells in annexes[sheet]}
    held = {plain(c) for c in icd10.body.members if c.properties.get(name) == value}
    missing = {
        found.value
        for found in icd10.findings
        if found.sheet == sheet and found.rule == "code-not-in-list"
    }

    assert held == written - missing
    assert not held & missing


def test_age_bands_cover_exactly_the_codes_of_their_annexes(icd10, annexes):
    sheets = [name for name in annexes if name.startswith("A3")]
    written = {cells[0] for name in sheets for _, cells in annexes[name]}
    missing = {
        found.value
        for found in icd10.findings
        if found.sheet in sheets and found.rule == "code-not-in-list"
    }
    held = {
        plain(c) for c in icd10.body.members if {"age-min-days", "age-max-days"} & {*c.properties}
    }

    assert held == written - missing
    assert len(written) == 1822


def test_main_categories_are_held_as_codes_and_a_few_codes_have_two(icd10, annexes, concepts):
    written = {
        (cells[0], cells[3].removesuffix(".0")) for _, cells in annexes["E - ICD10 Mã bệnh chính"]
    }
    held = {(plain(c), mdc) for c in icd10.body.members for mdc in c.properties.get("mdc", ())}
    known = {plain(c) for c in icd10.body.members}

    assert held == {(code, mdc) for code, mdc in written if code in known}
    assert concepts["N39.3"].properties["mdc"] == ["11", "13"]
    assert places(icd10.findings, "number-as-code") == [("E - ICD10 Mã bệnh chính", "D4:D13069")]


def test_every_dagger_and_asterisk_pair_stands_on_both_codes_or_is_a_finding(
    icd10, annexes, concepts
):
    kept = {
        (plain(c), plain(concepts[asterisk]))
        for c in icd10.body.members
        for asterisk in c.properties.get("asterisk", ())
    }
    back = {
        (plain(concepts[dagger]), plain(c))
        for c in icd10.body.members
        for dagger in c.properties.get("dagger", ())
    }
    written = {(cells[0], cells[2]) for _, cells in annexes["A1"]}
    missing = {
        int(found.cell[1:])
        for found in icd10.findings
        if found.sheet == "A1" and found.rule == "code-not-in-list"
    }
    unread = {(c[0], c[2]) for number, c in annexes["A1"] if number in missing}

    assert kept == back
    assert kept == written - unread
    assert ("A022", "G01") in kept


def test_the_slips_of_the_workbook_are_told_with_their_cells(icd10):
    assert places(icd10.findings, "empty-label") == [("ICD10", "S456")]
    assert places(icd10.findings, "conflicting-parent") == [("ICD10", "K1477")]
    assert places(icd10.findings, "outside-its-type") == [("ICD10", "N4127")]
    assert ("A1", "C182") in places(icd10.findings, "spaces-around-code")
    assert not [found for found in icd10.findings if found.severity == "error"]


def test_the_body_keeps_the_house_rules(icd10):
    assert check(icd10.body) == ()


def test_every_member_knows_its_cell(icd10, concepts):
    assert icd10.cells.keys() == concepts.keys()
    assert icd10.cells["A00.0"] == ("ICD10", "Q5")
    assert icd10.cells["A00-B99"] == ("ICD10", "B4")


@pytest.mark.parametrize(
    ("heading", "band"),
    [
        ("( phù hợp tuổi : 0 - 365 ngày )", (0, 365)),
        ("(tuổi hợp lệ: 0 ngày - 2 tuổi)", (0, 1095)),
        ("(tuổi hợp lệ: 0 ngày – 10 tuổi)", (0, 4017)),
        ("( tuổi hợp lệ: trên 27 ngày tuổi )", (28, None)),
        ("( tuổi hợp lệ: 1 tuổi trở lên )", (365, None)),
        ("(tuổi hợp lệ : 8 – 19 tuổi)", (2922, 7304)),
        ("(tuổi hợp lệ: trên 15 tuổi)", (5479, None)),
        ("(tuổi hợp lệ: 2 - 6 tháng)", (60, 213)),
        ("Phụ lục A3.1 Bệnh trẻ sơ sinh", None),
        ("(tuổi hợp lệ: mọi lứa)", None),
        (f"(tuổi hợp lệ: trên {'9' * 5000} tuổi)", None),
        ("(tuổi hợp lệ: 1, 2, 3 tuổi)", None),
    ],
)
def test_age_bands_are_read_in_the_widest_sense(heading, band):
    assert age_band(heading) == band


def test_a_missing_sheet_and_a_missing_column_are_findings_and_give_no_body():
    without = read({"Sheet1": [["a"]]})
    renamed = read({"ICD10": [[*HEADER[:-1], "TÊN GỌI BỆNH"], row("A00", "A00")]})

    assert without.body is None
    assert places(without.findings, "missing-sheet") == [("Sheet1", "A1")]
    assert renamed.body is None
    assert places(renamed.findings, "missing-column") == [("ICD10", "N1")]


def test_headers_are_found_whatever_their_case_breaks_and_composition():
    header = [name.replace(" ", "\n").lower() for name in HEADER]
    found = read({"icd10": [["Phụ lục 1"], [None], header, row("A00", "A00")]})

    assert [c.code for c in found.body.members] == ["A00-B99", "A00-A09", "A00"]


def test_a_code_that_stands_twice_with_other_names_is_an_error():
    found = read({"ICD10": [HEADER, row("A00.1", "A001"), row("A00.1", "A001", "Khác")]})
    (duplicate,) = [item for item in found.findings if item.rule == "duplicate-code"]

    assert (duplicate.severity, duplicate.cell, duplicate.value) == ("error", "K3", "A00.1")


def test_a_group_of_the_extent_of_its_chapter_is_not_made_twice():
    line = list(row("A00.1", "A001"))
    line[4] = "A00-B99"
    first = (*line[:10], "A00", "A00", "Cholera", "Bệnh tả")
    found = read({"ICD10": [HEADER, first, line]})

    assert [(c.code, c.parents) for c in found.body.members] == [
        ("A00-B99", ()),
        ("A00", ("A00-B99",)),
        ("A00.1", ("A00",)),
    ]
    assert places(found.findings, "same-extent") == [("ICD10", "E2")]


def test_formulas_and_empty_codes_in_used_columns_are_told_with_their_cells():
    found = read({"ICD10": [HEADER, row(Formula('=""'), "A001"), row("", "A002")]})

    assert ("ICD10", "K2") in places(found.findings, "formula")
    assert places(found.findings, "empty-code") == [("ICD10", "K3")]


def test_a_heading_without_an_age_band_is_told_and_its_codes_have_none():
    found = read(
        {
            "ICD10": [HEADER, row("A00", "A00")],
            "A3.1": [["Phụ lục A3.1 Bệnh trẻ (tuổi: tuỳ)"], ["Mã"], ["A00"]],
            "A4.1": [["Phụ lục A4.1 Bệnh chung"], ["Mã"], ["A00"]],
            "A4.2": [["Mã"], ["A00"]],
        }
    )

    assert places(found.findings, "age-not-understood") == [("A3.1", "A1")]
    assert places(found.findings, "sex-not-understood") == [("A4.1", "A1")]
    assert places(found.findings, "missing-heading") == [("A4.2", "A1")]
    assert all(not {"sex", "age-min-days"} & {*c.properties} for c in found.body.members)


def test_annexes_that_contradict_each_other_are_told():
    found = read(
        {
            "ICD10": [HEADER, row("A00", "A00")],
            "A4.1": [["Phụ lục A4.1 Bệnh chỉ có ở giới Nữ"], ["Mã"], ["A00"]],
            "A4.2": [["Phụ lục A4.2 Bệnh chỉ có ở giới Nam"], ["Mã"], ["A00"]],
        }
    )

    assert places(found.findings, "contradiction") == [("A4.2", "A3")]
    assert found.body.members[-1].properties["sex"] == "2"
