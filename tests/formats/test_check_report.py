"""Reports of checks: what a workbook and a page say, and what they never do."""

import io
import re

import pytest
from python_calamine import load_workbook

from catalog.core.record_finding import RecordFinding
from catalog.core.release import Lock
from catalog.formats.check_report import CheckReport, Count
from catalog.formats.check_report_html import POLICY, check_report_html
from catalog.formats.check_report_xlsx import check_report_xlsx


def finding(record, table, path, rule, value="x", row=1):
    said = {"vi": f"Sai {value}", "en": f"wrong {value}"}
    return RecordFinding(
        record=record, table=table, row=row, path=path, rule=rule, value=value, message=said
    )


def report(*findings, name="hồ sơ.xml"):
    counts = {}
    for one in findings:
        place = (one.table, one.path, one.rule, one.severity)
        counts[place] = counts.get(place, 0) + 1
    return CheckReport(
        name=name,
        records=9,
        invalid=2,
        on=None,
        rows={"XML1": 9},
        releases=(Lock("schema/byt/claim-xml1", "v1", "d"),),
        counts=tuple(Count(*place, count) for place, count in counts.items()),
        findings=findings,
    )


FAULTS = (
    finding(1, "XML1", "/HO_TEN", "required"),
    finding(2, "XML2", "/STT", "duplicate-key", "=1+1", 3),
    finding(2, "XML2", "/STT", "duplicate-key", "<script>alert(1)</script>", 4),
)


def test_a_workbook_has_counts_first_and_a_sheet_for_each_table():
    book = load_workbook(io.BytesIO(check_report_xlsx(report(*FAULTS))))

    assert book.sheet_names == ["Tổng hợp - Summary", "XML1", "XML2"]
    assert [book.get_sheet_by_index(0).to_python()[-1][n] for n in (0, 1, 2, 6)] == [
        "XML2",
        "/STT",
        "duplicate-key",
        2.0,
    ]
    assert len(book.get_sheet_by_index(2).to_python()) == 3


def test_what_looks_like_a_formula_stays_text():
    rows = load_workbook(io.BytesIO(check_report_xlsx(report(*FAULTS)))).get_sheet_by_index(2)

    assert rows.to_python()[1][6] == "=1+1"


def test_names_of_tables_that_no_sheet_may_have_do_no_harm():
    odd = [finding(1, name, "", "unknown-table") for name in ("[a]:*?/\\", "a", "A", "", "x" * 40)]

    book = load_workbook(io.BytesIO(check_report_xlsx(report(*odd))))

    assert len(book.sheet_names) == 6


def test_a_page_groups_by_rule_and_field_with_counts_and_a_chart():
    page = check_report_html(report(*FAULTS)).decode()

    assert page.startswith("<!DOCTYPE html>")
    assert page.count("<rect ") == 2
    assert "<h3>XML2/STT: 2</h3>" in page
    assert page.index("duplicate-key</code></h2>") < page.index("required</code></h2>")
    assert "XML2[3]/STT" in page


def test_a_page_needs_nothing_and_runs_nothing():
    page = check_report_html(report(*FAULTS, name='"><script>')).decode()

    assert "<script" not in page
    assert not re.search(r"(?:src|href)\s*=", page)
    assert "sha256-" in POLICY


@pytest.mark.parametrize("write", [check_report_xlsx, check_report_html])
def test_a_report_without_findings_can_be_written(write):
    assert len(write(report())) > 500
