"""Files of every form through one engine: cells, days, bounds, counts, reports."""

import io
import json
from datetime import date

import msgspec
import pytest
import xlsxwriter

from catalog.actions.check_report import notation_of, told_report, written_report
from catalog.actions.checking import Checker, Masking
from catalog.actions.checking_files import LONGEST_LINE, Asked, check_file
from catalog.core.errors import BadFile, BadRequest
from catalog.core.names import Key
from tests.claims_samples import dossier, envelope, example
from tests.content.shipped import library

DRUGS = Key.parse("schema/byt/claim-xml2")


def check(data, form, key=DRUGS, **asked):
    return check_file(Checker(library()), Asked(key=key, form=form, **asked), io.BytesIO(data))


def csv(*records, separator=","):
    names = list(dict.fromkeys(name for record in records for name in record))

    def cell(value):
        return '"' + str("" if value is None else value).replace('"', '""') + '"'

    lines = [names, *([record.get(name) for name in names] for record in records)]
    return "\n".join(separator.join(map(cell, line)) for line in lines).encode()


def xlsx(*records):
    names = list(records[0])
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, names)
        for number, record in enumerate(records, 1):
            sheet.write_row(number, 0, [record[name] for name in names])
    return buffer.getvalue()


def summary(checked):
    return [(f.record, f.path, f.rule, f.cell) for f in checked.report.findings]


@pytest.mark.parametrize(
    ("form", "write"),
    [
        ("csv", csv),
        ("xlsx", xlsx),
        ("json", lambda *records: json.dumps(records).encode()),
        ("ndjson", lambda *records: b"\n".join(json.dumps(r).encode() for r in records)),
    ],
)
def test_every_form_finds_the_same(form, write):
    good = example("XML2")
    bad = good | {"MA_NHOM": 99, "NGAY_YL": "20250815", "THANH_TIEN_BV": 1}

    checked = check(write(good, bad), form)

    assert {(f.record, f.path, f.rule) for f in checked.report.findings} == {
        (2, "/MA_NHOM", "code-not-in-list"),
        (2, "/NGAY_YL", "format"),
        (2, "/THANH_TIEN_BV", "sum-mismatch"),
        (2, "/T_BNTT", "sum-mismatch"),
    }
    assert (checked.report.records, checked.report.invalid) == (2, 1)


@pytest.mark.parametrize(("form", "write"), [("csv", csv), ("xlsx", xlsx)])
def test_findings_in_sheets_have_the_address_of_their_cell(form, write):
    good = example("XML2")
    column = list(good).index("MA_NHOM") + 1

    checked = check(write(good, good, good | {"MA_NHOM": 99}), form)

    assert summary(checked) == [(3, "/MA_NHOM", "code-not-in-list", f"R4C{column}")]


def test_rows_of_a_sheet_are_checked_by_the_layout_of_their_own_day():
    old, new = example("XML2", 0), example("XML2", 2)

    assert summary(check(csv(old, new), "csv")) == []
    assert check(csv(old), "csv", on=date(2025, 8, 1)).report.on == date(2025, 8, 1)
    assert check(csv(old | {"NGAY_TH_YL": "202402150900"}), "csv").report.invalid == 1


def test_days_of_a_workbook_are_read_as_the_field_writes_them():
    buffer = io.BytesIO()
    record = example("XML14")
    with xlsxwriter.Workbook(buffer, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for column, (name, value) in enumerate(record.items()):
            day = name == "NGAY_CT" and date(int(value[:4]), int(value[4:6]), int(value[6:8]))
            sheet.write(0, column, name)
            sheet.write(1, column, day or value)

    checked = check(buffer.getvalue(), "xlsx", key=Key.parse("schema/byt/claim-xml14"))

    assert summary(checked) == []


def test_a_value_under_no_header_makes_the_record_invalid():
    checked = check(csv(example("XML2")) + b',"more"\n', "csv")

    assert checked.report.findings[0].rule == "unknown-field"
    assert checked.report.invalid == 1
    assert checked.report.counts == {"unknown-field": 1}


def test_a_line_without_end_is_refused():
    with pytest.raises(BadFile, match="line 1"):
        check(b'{"A":"' + b"x" * LONGEST_LINE, "ndjson")


def test_records_need_a_layout():
    with pytest.raises(BadRequest, match="layout"):
        check(b"{}", "json", key=None)


def test_all_findings_are_counted_by_place_and_some_listed():
    bad = example("XML2") | {"MA_NHOM": 99}
    checked = check(csv(*[bad] * 30), "csv", most=10)

    assert len(checked.report.findings) == 10
    assert checked.report.truncated
    assert [(one.path, one.rule, one.count) for one in checked.tallies] == [
        ("/MA_NHOM", "code-not-in-list", 30)
    ]


def test_findings_are_told_when_they_are_found():
    told = []
    bad = [dossier(n) for n in range(5)]
    for tables in bad:
        tables["XML1"][0]["T_BNTT"] = 5
    asked = Asked(key=None, form="claims-xml", most=1)

    checked = check_file(Checker(library()), asked, io.BytesIO(envelope(*bad)), each=told.append)

    assert len(told) == 5
    assert len(checked.report.findings) == 1


def test_a_report_masks_and_says_so():
    tables = dossier(1)
    tables["XML1"][0]["MA_BENH_CHINH"] = "SECRET"
    asked = Asked(key=None, form="claims-xml", name="x.xml")
    checked = check_file(
        Checker(library(), masking=Masking.MASK), asked, io.BytesIO(envelope(tables))
    )

    told = told_report(checked, Masking.MASK)
    page = written_report(checked, "html", Masking.MASK).decode()

    assert told.masked
    assert told.rows["XML1"] == 1
    assert "SECRET" not in page
    assert "Giá trị cá nhân được che" in page
    assert written_report(checked, "json", Masking.MASK) == msgspec.json.encode(checked.report)


@pytest.mark.parametrize("name", ["x.pdf", "json.", ""])
def test_a_report_in_an_unknown_notation_is_refused(name):
    with pytest.raises(BadRequest):
        notation_of(name)
