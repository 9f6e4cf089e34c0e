"""Coverage counts each thing once a line; freshness follows the calendar."""

import csv
import io
from datetime import date, datetime, timedelta
from functools import cache

import pytest
from msgspec.structs import replace
from python_calamine import CalamineWorkbook

from catalog.actions.reporting import COMPLETENESS, CONFIDENCE, coverage, freshness, months_on
from catalog.actions.reporting_tables import coverage_report, freshness_report, written
from catalog.core.names import Kind
from catalog.formats.report_tables import CSV, HTML, JSON, NOTATIONS, XLSX
from tests.content.shipped import library, rows

DAY = date(2026, 11, 24)


@cache
def shipped():
    return coverage(library(), DAY)


def line(lines, key):
    return next(each for each in lines if each.key == key)


# -- coverage -----------------------------------------------------------------------------------


def test_the_sums_of_every_line_are_its_artefacts():
    report = shipped()
    for each in (*report.groups, *report.documents, report.total):
        assert sum(each.kinds.values()) == each.artefacts
        assert tuple(each.by_completeness) == COMPLETENESS
        assert tuple(each.by_confidence) == CONFIDENCE
        assert sum(each.by_completeness.values()) == each.artefacts
        assert sum(each.by_confidence.values()) == each.artefacts
        assert sum(each.sure.values()) == each.members
        assert len(each.gaps) == each.artefacts - each.by_completeness["complete"]


def test_what_is_filed_twice_counts_in_both_groups_and_once_in_the_total():
    report = shipped()
    twice = [item for item in report.items if len(item.groups) > 1]
    leaves = [each for each in report.groups if each.number]
    in_the_root = [item for item in report.items if item.groups == (report.groups[0].key,)]

    assert twice
    assert report.total.artefacts == len(report.items)
    assert sum(each.artefacts for each in leaves) == report.total.artefacts - len(
        in_the_root
    ) + sum(len(item.groups) - 1 for item in twice)


def test_the_wider_group_counts_what_is_below_it():
    report = shipped()

    assert report.groups[0].key == "data-group/chinh-phu/du-lieu-y-te"
    assert report.groups[0].artefacts == report.total.artefacts
    assert [each.number for each in report.groups] == ["", *map(str, range(1, 25))]


def test_fields_of_the_decree_that_are_not_known_are_missing_and_empty():
    for each in shipped().groups[-9:]:
        assert each.completeness == "missing"
        assert each.artefacts == 0


def test_every_document_has_a_line():
    report = shipped()
    numbers = {each.number for each in report.documents if each.key}

    assert numbers == {row["number"] for row in rows("documents.csv")}


def test_a_document_speaks_of_the_releases_that_rest_on_it():
    report = shipped()
    former = line(report.documents, "document/byt/130-qd-byt-2023")
    inferred = line(report.documents, "document/byt/3176-qd-byt-2024")

    assert former.kinds[Kind.SCHEMA] == 13
    assert inferred.kinds[Kind.SCHEMA] == 16
    assert inferred.by_confidence["inferred"] >= 16
    # the claim tables had 370 fields then; rules come on top
    assert former.members >= 370


def test_a_list_of_two_documents_is_told_under_both_as_it_was_then():
    report = shipped()
    key = "code-list/byt/ma-doituong-kcb"
    then = line(report.documents, "document/byt/824-qd-byt-2023")
    now = line(report.documents, "document/byt/3276-qd-byt-2025")

    assert key in then.gaps
    assert key not in now.gaps


def test_content_stands_before_documents_that_brought_nothing():
    counts = [each.artefacts for each in shipped().documents if each.key]
    with_content = [count > 0 for count in counts]

    assert with_content == sorted(with_content, reverse=True)
    assert 0 in counts


def test_a_day_before_the_first_decision_tells_what_comes():
    report = coverage(library(), date(1900, 1, 1))

    assert {item.standing for item in report.items} == {"upcoming"}
    assert report.total.artefacts == shipped().total.artefacts


def test_nothing_was_known_before_the_first_load():
    report = coverage(library(), DAY, datetime.fromisoformat("2001-01-01T00:00:00+00:00"))

    assert report.items == report.groups == report.documents == ()
    assert report.total.artefacts == 0


# -- freshness ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "months", "due"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 11, 24), 3, date(2027, 2, 24)),
    ],
)
def test_months_end_on_the_same_day_or_the_last(day, months, due):
    assert months_on(day, months) == due


def test_lists_are_due_after_six_months_and_open_data_after_three():
    shelf = library()
    today = freshness(shelf, DAY).items[0].last
    due = {(item.key, item.rhythm): item for item in freshness(shelf, today).items}

    assert due["code-list/byt/gioi-tinh", "review"].due == months_on(today, 6)
    assert due["dataset/hanoi/don-vi-hanh-chinh", "update"].due == months_on(today, 3)
    assert ("dataset/hanoi/trich-xuat-kcb-bhyt", "review") not in due  # shared, not open


def test_what_is_due_is_late_from_its_day_on():
    shelf = library()
    due = months_on(freshness(shelf, DAY).items[0].last, 6)

    def state(day):
        found = freshness(shelf, day)
        return next(i.state for i in found.items if i.key == "code-list/byt/gioi-tinh")

    assert state(due - timedelta(days=31)) == "current"
    assert state(due - timedelta(days=1)) == "due-soon"
    assert state(due) == "late"


# -- notations ----------------------------------------------------------------------------------


@pytest.mark.parametrize("notation", NOTATIONS, ids=lambda notation: notation.suffix)
def test_both_reports_can_be_written(notation):
    assert written(shipped(), notation)
    assert written(freshness(library(), DAY), notation)


def test_the_csv_has_a_row_for_every_line():
    table = list(csv.DictReader(io.StringIO(written(shipped(), CSV).decode())))

    assert len(table) == len(shipped().groups) + 1 + len(shipped().documents)
    total = [row for row in table if row["title:en"] == "Everything"]
    assert int(total[0]["artefacts"]) == shipped().total.artefacts


def test_the_workbook_has_numbers_as_numbers():
    book = CalamineWorkbook.from_filelike(io.BytesIO(written(shipped(), XLSX)))
    header, *lines = book.get_sheet_by_name("groups").to_python()

    assert len(lines) == len(shipped().groups) + 1
    assert lines[-1][header.index("Tổng số\nAll")] == shipped().total.artefacts


def test_the_page_escapes_what_sources_say():
    report = shipped()
    title = {"vi": "<script>alert(1)</script>"}
    hostile = replace(report, total=replace(report.total, title=title))

    page = written(hostile, HTML).decode()

    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert 'href="/id/document/byt/4750-qd-byt-2023"' in page


def test_every_row_has_a_cell_for_every_column():
    for report in (coverage_report(shipped()), freshness_report(freshness(library(), DAY))):
        for table in report.tables:
            assert {len(row) for row in table.rows} == {len(table.columns)}


def test_json_tells_the_same_counts():
    assert b'"artefacts":' in written(shipped(), JSON)
