"""Imports: previewed without a trace, reported cell by cell, accepted whole or not at all."""

import io
import zipfile
from datetime import UTC, date, datetime

import pytest
from python_calamine import load_workbook

from catalog.actions.editing import draft_body, submit
from catalog.actions.importing import Preview, accept, preview, write_report
from catalog.actions.publishing import publish
from catalog.core.errors import BadFile, BadRequest, BrokenRules, NotAllowed, WrongStage
from catalog.core.model import CodeList
from catalog.core.names import Key
from catalog.core.planning import Publication
from catalog.formats.profiles import PROFILES
from catalog.store.memory import MemoryStore
from tests.actions.library import MemoryLibrary
from tests.formats.profiles.making import MINISTRY, Formula, xlsx

KEY = Key.parse("code-list/hanoi/khoa")
NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
HEADER = ("code", "name", "parent", "status")
FIRST = (HEADER, ("01", "Nội", "", ""), ("02", "Ngoại", "", ""), ("03", "Nhi", "01", ""))
SECOND = (HEADER, ("01", "Nội", "", ""), ("02", "Ngoại khoa", "", ""), ("04", "Sản", "01", ""))


def clock():
    return NOW


def seen(rows, library=None, **options) -> Preview:
    data = xlsx({"S": rows})
    asked = {"into": KEY, "name": "khoa.xlsx", **options}
    return preview(library or MemoryLibrary(), data, PROFILES["table"], **asked)


def body_of(rows) -> CodeList:
    body = seen(rows).candidates[0].candidate.body
    assert isinstance(body, CodeList)
    return body


@pytest.fixture
def store():
    return MemoryStore()


@pytest.fixture
def released(store):
    """A library and a store in which the first rows are released."""
    library = MemoryLibrary()
    body = body_of(FIRST)
    publication = Publication(
        key=KEY,
        body=body,
        version="1",
        start=date(2026, 1, 1),
        reason="thử",
        author="an",
        approver="bình",
    )
    publish(store, lambda: datetime(2026, 1, 1, tzinfo=UTC), publication)
    library.add(str(KEY), body, date(2026, 1, 1), version="1")
    return library


def test_a_new_list_is_all_added_and_becomes_a_draft(store):
    found = seen(FIRST)
    (proposal,) = found.candidates
    (draft,) = accept(store, clock, found, "an")

    assert (proposal.added, proposal.changed, proposal.retired) == (3, 0, 0)
    assert proposal.impact == "additive"
    assert proposal.is_new
    assert not proposal.unchanged
    assert (draft.key, draft.base, draft.author) == (str(KEY), "", "an")
    assert "khoa.xlsx" in draft.note
    assert draft_body(store, KEY) == proposal.candidate.body


def test_a_full_list_adds_changes_and_retires_against_what_is_in_force(store, released):
    found = seen(SECOND, released)
    (proposal,) = found.candidates
    (draft,) = accept(store, clock, found, "an")

    assert (proposal.added, proposal.changed, proposal.retired) == (1, 1, 1)
    assert proposal.impact == "breaking"
    assert proposal.told()["base"] == "1"
    assert draft.base == "1"
    assert draft_body(store, KEY) == proposal.candidate.body


def test_a_code_that_is_marked_retired_counts_as_retired(released):
    rows = (*FIRST[:3], ("03", "Nhi", "01", "retired"))
    (proposal,) = seen(rows, released).candidates

    assert (proposal.added, proposal.changed, proposal.retired) == (0, 0, 1)


def test_an_unchanged_import_says_so_and_makes_no_draft(store, released):
    found = seen(FIRST, released)

    assert found.unchanged
    assert found.candidates[0].told()["unchanged"] is True
    assert found.candidates[0].impact == "none"
    assert accept(store, clock, found, "an") == ()
    with store.read() as unit:
        assert unit.drafts() == ()


def test_findings_of_house_rules_name_the_cell_of_their_member():
    rows = (HEADER, ("01", "Nội", "02", ""), ("02", "Ngoại", "01", ""), ("03", "Nhi", "99", ""))
    found = {f.rule: (f.sheet, f.cell) for f in seen(rows).findings if f.severity == "error"}

    assert found["broader-cycle"] in {("S", "A2"), ("S", "A3")}
    assert found["parent-missing"] == ("S", "A4")


def test_an_empty_label_is_told_once_with_its_cell():
    found = [f for f in seen((HEADER, ("01", "", "", ""))).findings if f.severity == "error"]

    assert [(f.rule, f.cell) for f in found] == [("empty-label", "B2")]


def test_errors_stop_acceptance_and_nothing_is_kept(store):
    found = seen((HEADER, ("01", "Nội", "", ""), ("01", "Ngoại", "", "")))

    with pytest.raises(BrokenRules) as refused:
        accept(store, clock, found, "an")

    assert refused.value == BrokenRules(str(KEY), ("S!A3: The code 01 stands at A2 already.",))
    with store.read() as unit:
        assert unit.drafts() == ()


def test_warnings_do_not_stop_acceptance(store):
    found = seen((HEADER, (1, "Nội", "", "")))

    assert {f.severity for f in found.findings} == {"warning"}
    assert len(accept(store, clock, found, "an")) == 1


def test_an_import_replaces_its_authors_open_draft_and_nobody_elses(store):
    accept(store, clock, seen(FIRST), "an")
    (again,) = accept(store, clock, seen(SECOND), "an")

    assert again.revision == 2
    assert draft_body(store, KEY) == body_of(SECOND)
    with pytest.raises(NotAllowed):
        accept(store, clock, seen(FIRST), "bình")
    submit(store, "an", KEY)
    with pytest.raises(WrongStage) as refused:
        accept(store, clock, seen(FIRST), "an")
    assert refused.value == WrongStage(str(KEY), "in-review", "editing")


def test_when_one_of_many_cannot_be_kept_none_is(store):
    book = MINISTRY / "qd-4440-2020-icd9cm-half.xlsx"
    found = preview(MemoryLibrary(), book, PROFILES["icd9cm"])
    mapping = Key.parse("mapping/byt/dich-vu-ky-thuat--icd-9-cm")
    accept(store, clock, Preview(file="f", profile="p", candidates=found.candidates[2:]), "bình")

    with pytest.raises(NotAllowed):
        accept(store, clock, found, "an")

    with store.read() as unit:
        assert [draft.key for draft in unit.drafts()] == [str(mapping)]


def test_the_second_release_of_a_table_waits_for_the_first(store):
    book = MINISTRY / "qd-4750-2023-claim-tables.xlsx"
    library = MemoryLibrary()
    found = preview(library, book, PROFILES["claim-tables"])
    drafts = accept(store, clock, found, "an")

    assert len(found.candidates) == 29
    assert [item.follows for item in found.candidates] == [False] * 13 + [True] * 13 + [False] * 3
    assert len(drafts) == 16

    for item in found.candidates[:13]:
        library.add(str(item.key), item.candidate.body, item.candidate.legal.start)
    later = preview(library, book, PROFILES["claim-tables"])

    assert [item.unchanged for item in later.candidates] == [True] * 13 + [False] * 16
    assert not any(item.follows for item in later.candidates)
    xml1 = later.candidates[14]
    assert (str(xml1.key), xml1.base.version, xml1.impact) == (
        "schema/byt/claim-xml1",
        "1",
        "breaking",
    )
    assert (xml1.added, xml1.changed, xml1.retired) == (1, 12, 0)


def test_checks_are_laid_on_the_release_in_force_and_correct_it():
    library = MemoryLibrary()
    tables = preview(
        library, MINISTRY / "qd-4750-2023-claim-tables.xlsx", PROFILES["claim-tables"]
    )
    for number, item in enumerate(tables.candidates):
        legal = item.candidate.legal
        issued = datetime(2024, 1, 1, 0, number, tzinfo=UTC)
        library.add(
            str(item.key),
            item.candidate.body,
            legal.start,
            version=legal.version,
            issued_at=issued,
        )

    found = preview(library, MINISTRY / "claim-checks-qd-4750.xlsx", PROFILES["claim-checks"])
    xml1 = found.candidates[1]

    assert len(found.candidates) == 16
    assert xml1.corrects == "qd-4750-2023"
    assert xml1.told()["start"] == "2024-07-01"
    assert (xml1.added, xml1.retired) == (4, 0)
    assert [f for f in found.findings if f.severity == "error"] == []


def test_the_report_gives_counts_then_changes_then_findings_as_text_only(released):
    rows = (*SECOND, ("05", Formula('=HYPERLINK("http://x")'), "", ""), ("=1+1", "+A", "", ""))
    report = write_report(seen(rows, released))
    book = load_workbook(report_file(report))
    summary, changes, findings = (
        book.get_sheet_by_name(name).to_python() for name in book.sheet_names
    )

    assert summary[3][:6] == [
        "Khoá - Key",
        "Bản cơ sở - Base",
        "Thêm - Added",
        "Sửa - Changed",
        "Bỏ - Retired",
        "Tác động - Impact",
    ]
    assert summary[4][:6] == [str(KEY), "1", "3", "1", "1", "breaking"]
    assert [row[1:3] for row in changes[1:]] == [
        ["added", "04"],
        ["added", "05"],
        ["added", "=1+1"],
        ["changed", "02"],
        ["retired", "03"],
    ]
    assert findings[0][:5] == [
        "Quy tắc - Rule",
        "Mức độ - Severity",
        "Trang - Sheet",
        "Ô - Cell",
        "Giá trị - Value",
    ]
    assert ["formula", "warning", "S", "B5"] in [row[:4] for row in findings]
    assert b"<f>" not in b"".join(sheets_of(report))


def report_file(report):
    return io.BytesIO(report)


def sheets_of(report):
    with zipfile.ZipFile(report_file(report)) as archive:
        return [archive.read(name) for name in archive.namelist() if "worksheets" in name]


@pytest.mark.parametrize("profile", sorted(PROFILES))
@pytest.mark.parametrize(
    "data",
    [
        xlsx({"S": [["a", "b"], ["1", "2"]]}),
        xlsx({"S": []}),
        xlsx({"ICD10": [[""] * 30] * 3, "Bang 1_x": [["STT"]], "Bang 13": [[1, 2]]}),
        b"a,b\n1,2\n",
        b"\n\n",
    ],
)
def test_a_wrong_file_gives_findings_with_a_place_and_never_a_traceback(profile, data, store):
    found = preview(
        MemoryLibrary(),
        data,
        PROFILES[profile],
        into=KEY if profile == "table" else None,
        name="lạ.xlsx",
    )
    errors = [f for f in found.findings if f.severity == "error"]

    assert errors
    assert all(f.cell and f.file == "lạ.xlsx" for f in errors)
    assert write_report(found).startswith(b"PK")
    with pytest.raises(BrokenRules):
        accept(store, clock, found, "an")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BadFile) as refused:
        preview(MemoryLibrary(), tmp_path / "không.xlsx", PROFILES["icd10"])

    assert refused.value.name == "không.xlsx"


def test_a_key_that_does_not_fit_is_refused():
    book = MINISTRY / "claim-checks-qd-130.xlsx"
    with pytest.raises(BadRequest):
        preview(MemoryLibrary(), book, PROFILES["claim-checks"], into=KEY)
    with pytest.raises(BadRequest):
        preview(
            MemoryLibrary(),
            MINISTRY / "admin-units-2024-06-11.xlsx",
            PROFILES["admin-units"],
            into=Key.parse("schema/tct/x"),
        )


def test_another_key_may_be_filled_by_profiles_of_one_candidate():
    other = Key.parse("code-list/hanoi/don-vi")
    found = preview(
        MemoryLibrary(),
        MINISTRY / "admin-units-2024-06-11.xlsx",
        PROFILES["admin-units"],
        into=other,
    )

    assert found.candidates[0].key == other


def test_progress_is_told():
    told = []
    seen(FIRST, progress=lambda *words: told.append(words))

    assert told == [("read", 0, 0), ("compare", 0, 1), ("compare", 1, 1)]
