"""Claims envelopes against the shipped layouts: links, sums, days, and what is broken."""

import contextlib
import random
from datetime import date

import pytest

from catalog.actions.checking import Checker, Masking
from catalog.actions.claims import ClaimsRun
from catalog.core.errors import BadFile
from tests.claims_samples import dossier, dossier_xml, envelope, envelope_parts, file_xml
from tests.content.shipped import library

LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><GIAMDINHHS>&b;</GIAMDINHHS>'
)


def check(data, on=None, masking=Masking.SHOW):
    run = ClaimsRun(Checker(library(), masking=masking), on=on)
    return list(run.stream([data], "envelope")), run


def rules(data):
    return {(f.record, f.table, f.row or 0, f.path, f.rule) for f in check(data)[0]}


def changed(table, row, release=-1, **fields):
    """A good dossier with one row changed."""
    tables = dossier(7, release=release)
    tables[table][row - 1] |= fields
    return tables


@pytest.mark.parametrize("form", ["plain", "cdata", "base64"])
@pytest.mark.parametrize("release", [0, 1, 2])
def test_dossiers_that_keep_every_rule_have_no_finding(form, release):
    data = envelope(*(dossier(n, release=release) for n in range(3)), form=form)

    found, run = check(data)

    assert (found, run.records, run.invalid) == ([], 3, 0)


@pytest.mark.parametrize(
    ("table", "row", "fields", "expected"),
    [
        ("XML1", 1, {"T_TONGCHI_BV": 1}, ("XML1", 1, "/T_TONGCHI_BV", "sum-mismatch")),
        ("XML1", 1, {"T_THUOC": 1}, ("XML1", 1, "/T_THUOC", "sum-mismatch")),
        ("XML1", 1, {"T_VTYT": 99}, ("XML1", 1, "/T_VTYT", "sum-mismatch")),
        ("XML1", 1, {"T_BHTT": 5}, ("XML1", 1, "/T_BHTT", "sum-mismatch")),
        ("XML1", 1, {"T_BNTT": 5}, ("XML1", 1, "/T_BNTT", "sum-mismatch")),
        ("XML1", 1, {"T_BHTT_GDV": 5}, ("XML1", 1, "/T_BHTT_GDV", "sum-mismatch")),
        ("XML1", 1, {"MA_BENH_CHINH": "ZZ9"}, ("XML1", 1, "/MA_BENH_CHINH", "code-not-in-list")),
        ("XML2", 3, {"MA_LK": "X"}, ("XML2", 3, "/MA_LK", "reference-missing")),
        ("XML3", 2, {"MA_LK": "X"}, ("XML3", 2, "/MA_LK", "reference-missing")),
        ("XML4", 2, {"MA_LK": "X"}, ("XML4", 2, "/MA_LK", "reference-missing")),
        ("XML5", 1, {"MA_LK": "X"}, ("XML5", 1, "/MA_LK", "reference-missing")),
        ("XML4", 1, {"MA_DICH_VU": "9"}, ("XML4", 1, "/MA_DICH_VU", "reference-missing")),
        ("XML2", 4, {"STT": 1}, ("XML2", 4, "/STT", "duplicate-key")),
        ("XML3", 2, {"STT": 1}, ("XML3", 2, "/STT", "duplicate-key")),
        ("XML2", 1, {"NGAY_YL": "202508140800"}, ("XML2", 1, "/NGAY_YL", "order")),
        ("XML3", 1, {"NGAY_YL": "202508160800"}, ("XML3", 1, "/NGAY_YL", "order")),
        ("XML5", 1, {"THOI_DIEM_DBLS": "202508140800"}, ("XML5", 1, "/THOI_DIEM_DBLS", "order")),
        ("XML2", 1, {"SO_LUONG": "nhiều"}, ("XML2", 1, "/SO_LUONG", "type")),
        ("XML2", 1, {"SO_LUONG": "1,5"}, ("XML2", 1, "/SO_LUONG", "type")),
        ("XML2", 2, {"LA_LUNG": ""}, ("XML2", 2, "/LA_LUNG", "unknown-field")),
        ("XML2", 2, {"TEN_THUOC": ""}, ("XML2", 2, "/TEN_THUOC", "required")),
    ],
)
def test_one_fault_is_found_where_it_is(table, row, fields, expected):
    found = rules(envelope(dossier(1), changed(table, row, **fields)))

    assert (2, *expected) in found
    assert {record for record, *_ in found} == {2}


def test_a_sum_that_is_wrong_says_both_figures():
    found, _ = check(envelope(changed("XML1", 1, T_TONGCHI_BV=1)))
    said = next(f for f in found if f.path == "/T_TONGCHI_BV" and f.rule == "sum-mismatch")
    tables = dossier(7)
    total = tables["XML1"][0]["T_TONGCHI_BV"]

    assert said.value == 1
    assert f"{total:.0f}" in said.message["vi"]
    assert "= 1 " in said.message["en"]


def test_each_dossier_is_checked_by_the_layout_of_its_own_day():
    data = envelope(dossier(1, release=0), dossier(2, release=1), dossier(3, release=2))

    found, run = check(data)
    versions = {lock.version for lock in run.report(found).releases if "claim-xml1" in lock.key}

    assert found == []
    assert versions == {"qd-130-2023", "qd-4750-2023", "qd-3176-2024"}


def test_one_day_for_all_overrides_the_dossiers_days():
    found, run = check(envelope(dossier(1, release=0)), on=date(2025, 8, 1))

    assert {f.rule for f in found} >= {"code-retired"}
    assert run.report(found).on == date(2025, 8, 1)


def test_a_field_that_came_with_a_later_release_is_unknown_before():
    tables = dossier(1, release=0)
    tables["XML2"][0]["NGAY_TH_YL"] = "202402150900"

    assert (1, "XML2", 1, "/NGAY_TH_YL", "unknown-field") in rules(envelope(tables))


def test_the_number_of_dossiers_must_be_the_one_announced():
    assert rules(envelope(dossier(1), announced=2)) == {
        (0, "", 0, "/THONGTINHOSO/SOLUONGHOSO", "sum-mismatch")
    }


def test_a_link_that_an_earlier_dossier_has_is_found():
    assert rules(envelope(dossier(1), dossier(1))) == {(2, "XML1", 1, "/MA_LK", "duplicate-key")}


def test_a_dossier_needs_its_summary_but_not_every_table():
    tables = dossier(1)
    only = {"XML1": tables["XML1"]}
    without = {name: rows for name, rows in tables.items() if name != "XML1"}

    found, run = check(envelope(only))

    assert {(f.rule, f.severity) for f in found} == {("reference-missing", "warning")}
    assert run.report(found).valid
    assert rules(envelope(without)) == {(1, "XML1", 0, "", "missing-table")}


def test_empty_content_is_an_absent_table():
    files = file_xml("XML7", "") + file_xml("XML13", "<CHI_TIEU_GIAYCHUYENTUYEN/>")
    one = dossier_xml(dossier(1)).replace("</HOSO>", files + "</HOSO>")

    assert rules(b"".join(envelope_parts([one], 1))) == set()


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (file_xml("XML99", "<a/>"), ("XML99", "/LOAIHOSO", "unknown-table")),
        (file_xml("XML12", "<a/>"), ("XML12", "/LOAIHOSO", "unknown-table")),
        (file_xml("../../etc", "<a/>"), ("../../etc", "/LOAIHOSO", "unknown-table")),
        (file_xml("XML7", "<TONG_HOP/>"), ("XML7", "/TONG_HOP", "wrong-element")),
        (file_xml("XML7", "PFRPTkdfSE9"), ("XML7", "", "broken-base64")),
        (file_xml("XML7", "PFRPTkdfSE9Q"), ("XML7", "", "broken-xml")),
        (file_xml("XML7", "không phải gì cả"), ("XML7", "", "broken-base64")),
        (file_xml("XML7", "<a><b></a>", "base64"), ("XML7", "", "broken-xml")),
        (file_xml("XML7", LAUGHS, "base64"), ("XML7", "", "doctype")),
        (file_xml("XML7", LAUGHS, "cdata"), ("XML7", "", "doctype")),
        (file_xml("XML7", "<?xml version='1.0' encoding='utf-16'?><a/>", "cdata"),
         ("XML7", "", "wrong-encoding")),
        ("<FILEHOSO><LOAIHOSO>XML7</LOAIHOSO></FILEHOSO>", ("XML7", "/NOIDUNGFILE", "required")),
        ("<KHAC/>", ("", "", "wrong-element")),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_and_the_rest_is_checked(file, expected):
    one = dossier_xml(changed("XML1", 1, T_BNTT=5)).replace("</HOSO>", file + "</HOSO>")

    found = {
        (table, path, rule)
        for _, table, _, path, rule in rules(b"".join(envelope_parts([one], 1)))
    }

    assert expected in found
    assert ("XML1", "/T_BNTT", "sum-mismatch") in found


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "no element"),
        (b"{}", "no XML"),
        (b"<GIAMDINHHS>", "line 1"),
        (b"<HOSO/>", "GIAMDINHHS"),
        (LAUGHS.encode(), "DOCTYPE"),
        (b"<!-- x --><?y z?>\n<!DOCTYPE GIAMDINHHS SYSTEM 'http://example.org/x.dtd'><GIAMDINHHS/>",
         "DOCTYPE"),
        ("<GIAMDINHHS/>".encode("utf-16"), "UTF-8"),
        (b"<?xml version='1.0' encoding='windows-1258'?><GIAMDINHHS/>", "windows-1258"),
        (b"<GIAMDINHHS>\xff\xfe</GIAMDINHHS>", "UTF-8"),
        (b"<GIAMDINHHS>&x;</GIAMDINHHS>", "line 1"),
        (b"<!--" + b"x" * 100_000 + b"--><GIAMDINHHS/>", "line 1"),
    ],
)  # fmt: skip
def test_what_is_no_envelope_is_refused_by_name(data, word):
    with pytest.raises(BadFile, match=word):
        check(data)


def test_a_break_after_some_dossiers_is_a_finding_with_its_place():
    data = envelope(dossier(1), changed("XML1", 1, T_BNTT=5))[:-20]

    found, run = check(data)

    assert found[-1].rule == "broken-xml"
    assert found[-1].record == 3
    assert "line" in found[-1].message["en"]
    assert "column" in found[-1].message["en"]
    assert any(f.path == "/T_BNTT" for f in found)
    assert not run.report(found).valid


def test_an_undeclared_entity_ends_the_reading_at_its_place():
    data = envelope(dossier(1), dossier(2), dossier(3)).replace(
        b"Nguy\xe1\xbb\x85n V\xc4\x83n 2", b"&x;"
    )

    found, run = check(data)

    assert [(f.record, f.rule) for f in found] == [(2, "broken-xml")]
    assert "'x' not defined" in found[0].message["en"]
    assert run.records == 1


def test_a_dossier_without_end_is_not_held_in_memory():
    def endless():
        yield from envelope_parts([dossier_xml(dossier(1))], 1)

    def parts():
        yield next(endless())
        yield dossier_xml(dossier(1)).encode()
        yield b"<HOSO>"
        while True:
            yield b"<A/>" * 100_000

    run = ClaimsRun(Checker(library()))
    found = list(run.stream(parts(), "x"))

    assert [f.rule for f in found] == ["too-large"]


def test_masked_findings_show_no_value_of_a_person():
    tables = changed("XML1", 1, MA_BENH_CHINH="ZZ9", HO_TEN="", T_BNTT=5)
    found, _ = check(envelope(dossier(7), tables), masking=Masking.MASK)
    said = " ".join(str(f.value) + f.message["vi"] + f.message["en"] for f in found)

    assert "ZZ9" not in said
    assert str(tables["XML1"][0]["MA_LK"]) not in said


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_findings_do_not_depend_on_how_the_bytes_come(size):
    data = envelope(dossier(1, rows=6), changed("XML1", 1, T_BNTT=5), form="base64")
    pieces = (data[at : at + size] for at in range(0, len(data), size))

    assert list(ClaimsRun(Checker(library())).stream(pieces, "x")) == check(data)[0]


def test_rows_of_one_table_in_two_files_are_one_table():
    tables = dossier(1)
    first, rest = tables["XML2"][:3], tables["XML2"][3:]
    one = dossier_xml(tables | {"XML2": first}).replace(
        "</HOSO>", dossier_xml({"XML2": rest}).removeprefix("<HOSO>")
    )

    assert rules(b"".join(envelope_parts([one], 1))) == set()


def test_bytes_changed_at_random_are_findings_or_refusals():
    chance = random.Random(5)  # noqa: S311 - the same every time
    whole = [envelope(dossier(1, rows=5), form=form) for form in ("plain", "cdata", "base64")]
    pieces = (b"<", b"&", b"]]>", b"<!DOCTYPE x>", b"\x00", b"\xff", b"<HOSO>", b"9" * 400)
    for _ in range(400):
        data = bytearray(chance.choice(whole))
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(len(data))
            data[at : at + chance.randrange(200)] = chance.choice(pieces)
        with contextlib.suppress(BadFile):
            check(bytes(data))
