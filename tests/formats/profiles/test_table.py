"""The profile for any table of codes: its grammar, and every way in which a table goes wrong."""

import unicodedata
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.core.errors import BadFile
from catalog.core.model import CodeList, PropertyType
from catalog.core.names import Key
from catalog.core.rules import check
from catalog.formats.profiles import PROFILES, profile
from catalog.formats.profiles.profile import Options
from catalog.formats.workbook import CsvSource, Sheet, Workbook, read_workbook
from tests.formats.profiles.making import Formula, made, places

KEY = Key.parse("code-list/hanoi/khoa")


def read(*rows, into=KEY, released=None, **merged):
    options = Options(into=into) if released is None else Options(into=into, released=released)
    (candidate,) = PROFILES["table"].read(made({"S": rows}, **merged), options)
    return candidate


def codes(candidate):
    return [concept.code for concept in candidate.body.members]


def test_the_whole_grammar_of_the_header_is_read():
    found = read(
        (
            "code", "parent", "display:vi", "display:en", "definition:vi", "synonyms:vi", "status",
            "valid_from", "valid_to", "level", "selectable", "aliases", "replaced_by",
            "property:Nhóm", "note",
        ),
        (
            "01", "", "Khoa Nội", "Internal", "Dòng một\nDòng hai", "Nội khoa|Khoa nội",
            "retired", "2024-07-01", "01/09/2025", "khoa", "no", "1|k01", "02", "A", "Ghi chú",
        ),
        ("02", "01|03", "Khoa Ngoại"),
        ("03", "", "Khoa Nhi"),
    )  # fmt: skip
    first, second, _ = found.body.members

    assert found.findings == ()
    assert first.display == {"vi": "Khoa Nội", "en": "Internal"}
    assert first.definition == {"vi": "Dòng một\nDòng hai"}
    assert first.synonyms == {"vi": ("Nội khoa", "Khoa nội")}
    assert (first.retired, first.selectable, first.level) == (True, False, "khoa")
    assert (first.valid_from, first.valid_to) == ("2024-07-01", "2025-09-01")
    assert (first.aliases, first.replaced_by) == (("1", "k01"), ("02",))
    assert first.properties == {"Nhóm": "A"}
    assert first.note == {"vi": "Ghi chú"}
    assert second.parents == ("01", "03")
    assert found.body.property_types == (PropertyType(name="Nhóm"),)


@pytest.mark.parametrize(
    "header",
    [
        ("Mã", "Tên", "Mã cha"),
        ("  mã\nsố ", "TÊN GỌI", "Mã cấp trên"),
        (unicodedata.normalize("NFD", "Mã"), unicodedata.normalize("NFD", "Tên"), "Cha"),
        ("CODE", "Name", "Parent"),
    ],
)
def test_vietnamese_and_english_headers_are_understood(header):
    found = read(("Danh mục khoa",), header, ("02", "Ngoại", "01"), ("01", "Nội", ""))

    assert codes(found) == ["02", "01"]
    assert found.body.members[0].parents == ("01",)
    assert found.body.members[0].display == {"vi": "Ngoại"}


def test_csv_is_read_the_same_way():
    data = "﻿mã;tên;property:x\n001;Nội;a\n".encode()
    (found,) = PROFILES["table"].read(read_workbook(data, "k.csv"), Options(into=KEY))

    assert found.body.members[0].code == "001"
    assert found.body.members[0].properties == {"x": "a"}
    assert found.cells == {"001": ("", "A2")}


def test_codes_stay_text_in_case_zeros_and_inner_spaces():
    found = read(("code", "name"), ("00a B", "x"), ("00A B", "y"), (" 1.10 ", "z"))

    assert codes(found) == ["00a B", "00A B", "1.10"]
    assert places(found.findings, "spaces-around-code") == [("S", "A4")]


def test_codes_typed_as_numbers_are_written_whole_and_told_in_one_finding():
    found = read(("code", "name"), (1, "x"), (2, "y"), ("03", "z"), (1.5, "t"))

    assert codes(found) == ["1", "2", "03", "1.5"]
    assert places(found.findings, "number-as-code") == [("S", "A2:A3"), ("S", "A5")]
    assert {found.severity for found in found.findings} == {"warning"}


def test_names_are_composed():
    found = read(("code", "name"), ("1", unicodedata.normalize("NFD", "Điều trị")))

    assert found.body.members[0].display == {"vi": unicodedata.normalize("NFC", "Điều trị")}


@pytest.mark.parametrize(
    ("rows", "rule", "cell", "severity"),
    [
        ((("code", "name"), ("1", "x"), ("1", "y")), "duplicate-code", "A3", "error"),
        ((("code", "name"), ("", "x")), "empty-code", "A2", "error"),
        ((("code", "name"), ("1", "")), "empty-label", "B2", "error"),
        ((("code", "name"), (Formula("=1"), "x")), "formula", "A2", "warning"),
        ((("name", "note"), ("1", "x")), "missing-column", "A1", "error"),
        ((("code", "name", "code"), ("1", "x", "2")), "duplicate-column", "C1", "error"),
        ((("code", "name", "màu"), ("1", "x", "đỏ")), "unknown-column", "C1", "warning"),
        ((("code", "name", "status"), ("1", "x", "xong")), "bad-status", "C2", "error"),
        ((("code", "name", "valid_from"), ("1", "x", "31/02/2024")), "bad-day", "C2", "error"),
        ((("code", "name", "selectable"), ("1", "x", "maybe")), "bad-truth-value", "C2", "error"),
        ((("code", "name"), ("x" * 300, "x")), "code-too-long", "A2", "error"),
    ],
)
def test_what_is_amiss_is_told_with_its_cell(rows, rule, cell, severity):
    found = read(*rows)
    (only,) = [item for item in found.findings if item.rule == rule]

    assert (only.sheet, only.cell, only.severity) == ("S", cell, severity)
    assert only.file == "tệp.xlsx"
    assert only.message.keys() == {"vi", "en"}


def test_a_date_where_a_code_is_meant_is_an_error():
    data = made({"S": [["code", "name"]]})
    data.sheet("S").rows.append([datetime(2024, 1, 2), "x"])  # noqa: DTZ001 - as calamine gives it

    (found,) = PROFILES["table"].read(data, Options(into=KEY))

    assert places(found.findings, "date-as-code") == [("S", "A2")]


def test_days_may_be_dates_of_the_spreadsheet():
    data = made({"S": [["code", "name", "valid_from"]]})
    data.sheet("S").rows.append(["1", "x", date(2024, 7, 1)])

    (found,) = PROFILES["table"].read(data, Options(into=KEY))

    assert found.body.members[0].valid_from == "2024-07-01"


def test_a_merged_header_is_told():
    found = read(("code", "name", ""), ("1", "x", ""), S="B1:C1")

    assert places(found.findings, "merged-header") == [("S", "B1")]


def test_a_cell_of_a_megabyte_is_cut_and_told():
    data = f"code,name\n1,{'á' * (1 << 20)}\n".encode()
    (found,) = PROFILES["table"].read(read_workbook(data, "k.csv"), Options(into=KEY))

    assert places(found.findings, "cell-too-long") == [("", "B2")]
    assert len(found.body.members[0].display["vi"]) < 33_000
    assert len(found.findings[0].value) <= 120


def test_the_header_of_the_last_release_is_kept():
    former = CodeList(
        title={"vi": "Khoa", "en": "Departments"},
        custodian="organisation/hanoi/so-y-te",
        property_types=(PropertyType(name="x", type="text", label={"vi": "Ích"}),),
    )
    found = read(("code", "name", "property:x"), ("1", "x", "a"), released=lambda *_: former)

    assert found.body.title == {"vi": "Khoa", "en": "Departments"}
    assert found.body.property_types == former.property_types


def test_without_a_code_list_to_fill_it_is_refused():
    for into in (None, Key.parse("schema/hanoi/x")):
        with pytest.raises(BadFile):
            read(("code", "name"), ("1", "x"), into=into)


def test_of_one_mistake_only_the_first_cells_are_told(monkeypatch):
    monkeypatch.setattr(profile, "MOST", 3)
    found = read(("code", "name"), *(("", "x") for _ in range(5)), (1, "x"), ("a", "x"), (2, "x"))

    assert len(places(found.findings, "empty-code")) == 4
    assert found.findings[-1].message["en"] == "2 more cells."
    assert len(places(found.findings, "number-as-code")) == 2


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.lists(
            st.one_of(
                st.text(max_size=8),
                st.sampled_from(["Mã", "Tên", "STT", "Chỉ tiêu", "MÃ BỆNH", "x", "A00"]),
                st.floats(allow_nan=True),
                st.booleans(),
                st.dates(),
            ),
            max_size=6,
        ),
        max_size=8,
    ),
    st.sampled_from(["ICD10", "A1", "A3.1", "Bang 1", "Bang 13", "Sheet1"]),
)
def test_no_profile_answers_a_strange_sheet_with_a_traceback(rows, name):
    book = Workbook("lạ.xlsx", (name,), CsvSource(Sheet(name, rows)))
    for found in PROFILES.values():
        into = KEY if found.name == "table" else None
        for candidate in found.read(book, Options(into=into)):
            assert candidate.body is None or check(candidate.body) is not None
