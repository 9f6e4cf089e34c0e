"""Records against layouts: every finding, the day that counts, the report."""

from datetime import UTC, date, datetime

import msgspec
import pytest

from catalog.actions.checking import Checker, Masking, numbered, report_of
from catalog.core.errors import NotFound, NotInForce, Withdrawn
from catalog.core.model import Binding, CodeList, Concept, Field, Rule, Schema
from catalog.core.names import Key
from tests.actions import claims
from tests.actions.library import MemoryLibrary

KEY = Key.parse("schema/x/s")
TODAY = date(2024, 6, 1)


def field(name, **others):
    return Field(name=name, label={"vi": f"Trường {name}", "en": f"Field {name}"}, **others)


def schema(*members, **others):
    others = {"title": {"vi": "Bảng", "en": "Table"}, "record": "T1"} | others
    return Schema(members=members, **others)


def checker(*members, masking=Masking.SHOW, **others):
    library = MemoryLibrary()
    library.add(str(KEY), schema(*members, **others))
    return Checker(library, today=lambda: TODAY, masking=masking)


def found(described, value):
    """The rules broken by a record of one field."""
    report = checker(described).check(KEY, numbered([{described.name: value}]))
    return [finding.rule for finding in report.findings]


@pytest.mark.parametrize(
    ("rule", "described", "good", "bad"),
    [
        ("required", field("A", required="yes"), "x", ""),
        ("required", field("A", required="yes"), "x", None),
        ("required", field("A", required="yes", format="yyyymmdd", max_length=8), "20240101", ""),
        ("required", field("A", required="yes", type="integer"), 0, ""),
        ("required", field("A", required="yes", type="integer"), 0, None),
        ("required", field("A", required="yes", type="boolean"), False, None),
        ("type", field("A"), "1", 1),
        ("type", field("A", type="integer"), 1, "1"),
        ("type", field("A", type="integer"), 1.0, 1.5),
        ("type", field("A", type="decimal"), 1.5, "1.5"),
        ("type", field("A", type="boolean"), False, 0),
        ("type", field("A"), "x", ["x"]),
        ("type", field("A", type="integer", separator=";"), "1;2", 1),
        ("max-length", field("A", max_length=3), "đái", "đáii"),
        ("max-length", field("A", type="integer", max_length=2), 99, 100),
        ("max-length", field("A", type="decimal", max_length=2), -99.9, -100.0),
        ("format", field("A", format="yyyymmdd"), "20240229", "20230229"),
        ("format", field("A", format="yyyymmdd"), "20240430", "20240431"),
        ("format", field("A", format="yyyymmdd"), "20241231", "2024-12-31"),
        ("format", field("A", format="yyyymmddHHMM"), "202401312359", "202401312400"),
        ("format", field("A", format="birth"), "19500000", "195002300000"),
        ("format", field("A", format="birth"), "19500200", "19501300"),
        ("format", field("A", format="yyyymmdd|yyyymmddHHMM"), "20240131", "202401"),
        ("format", field("A", format="date"), "2024-02-29", "2023-02-29"),
        ("format", field("A", format="date-time"), "2024-01-31T00:00:00Z", "2024-02-31T00:00:00Z"),
        ("format", field("A", format="yyyymmdd", separator=";"), "20240101", "20240101;20240231"),
        ("pattern", field("A", pattern="[0-9]{5}"), "01234", "1234"),
        ("pattern", field("A", pattern="[0-9]{5}"), "01234", "01234\n"),
        ("pattern", field("A", pattern="a", separator=";"), "a;a", "a;b"),
        ("pattern", field("A", type="integer", separator=";"), "1;2", "1;x"),
    ],
)
def test_a_field_is_held_to_its_type_length_format_and_pattern(rule, described, good, bad):
    assert found(described, good) == []
    assert found(described, bad) == [rule]


@pytest.mark.parametrize("value", ["", None])
@pytest.mark.parametrize("kind", ["string", "integer", "decimal", "boolean"])
@pytest.mark.parametrize("required", ["no", "conditional"])
def test_null_and_the_empty_text_are_no_value(value, kind, required):
    others = {"format": "yyyymmdd", "pattern": "2.*"} if kind == "string" else {}
    assert found(field("A", type=kind, required=required, **others), value) == []


def test_a_field_that_is_absent_is_missed_only_when_required():
    report = checker(field("A", required="yes"), field("B")).check(KEY, numbered([{}]))

    assert [(f.rule, f.path, f.value) for f in report.findings] == [("required", "/A", None)]


def test_a_field_nobody_knows_is_a_finding_of_a_closed_layout_only():
    closed = checker(field("A")).check(KEY, numbered([{"B": 1, "a/~b": 2}]))
    opened = checker(field("A"), closed=False).check(KEY, numbered([{"B": 1}]))

    assert [(f.rule, f.path, f.value) for f in closed.findings] == [
        ("unknown-field", "/B", 1),
        ("unknown-field", "/a~1~0b", 2),
    ]
    assert opened.findings == ()


@pytest.mark.parametrize("record", [1, "x", None, True, [], [{}], 1.5])
def test_what_is_no_object_is_no_record(record):
    report = checker(field("A")).check(KEY, numbered([record]))

    assert [(f.rule, f.path) for f in report.findings] == [("type", "")]


def test_a_finding_has_the_promised_shape():
    report = checker(field("A", max_length=3)).check(KEY, numbered([{"A": "x"}, {"A": "dài quá"}]))

    assert msgspec.json.decode(msgspec.json.encode(report.findings[0])) == {
        "record": 2,
        "table": "T1",
        "path": "/A",
        "rule": "max-length",
        "severity": "error",
        "value": "dài quá",
        "message": {
            "vi": "Trường A (A): dài 7 ký tự, tối đa 3",
            "en": "Field A (A): 7 characters, at most 3",
        },
    }


def test_all_findings_of_a_record_come_in_the_order_of_its_fields_then_of_the_rules():
    fields = (
        field("C", required="yes"),
        field("A", max_length=2, format="yyyymmdd", pattern="2.*"),
        field("B", type="integer"),
    )
    rule = Rule(id="r", fields=("A",), must="false", message={"vi": "x", "en": "x"})
    record = {"Z": 1, "B": "x", "A": "abc"}
    report = checker(*fields, rule).check(KEY, numbered([record, dict(reversed(record.items()))]))

    names = [(f.path, f.rule) for f in report.findings]
    assert names[:6] == [
        ("/C", "required"),
        ("/A", "max-length"),
        ("/A", "format"),
        ("/A", "pattern"),
        ("/A", "rule:r"),
        ("/B", "type"),
    ]
    assert names[6:] == [("/Z", "unknown-field"), *names[:6], ("/Z", "unknown-field")]


def test_long_values_are_cut_and_containers_shown_as_text():
    report = checker(field("A", type="integer")).check(
        KEY, numbered([{"A": "x" * 10_000_000}, {"A": {"b": [1] * 500}}])
    )

    first, second = report.findings
    assert first.value == "x" * 60 + "…"
    assert len(first.message["en"]) < 200
    assert second.value.startswith('{"b":[1,1,')
    assert len(second.value) == 61


def test_personal_values_can_be_masked_everywhere():
    fields = (
        field("NAME", max_length=3, data_class="personal-basic"),
        field("TOTAL", max_length=3),
    )
    record = {"NAME": "Nguyễn Văn A", "TOTAL": "12345", "OTHER": "Nguyễn Văn A"}
    report = checker(*fields, masking=Masking.MASK).check(KEY, numbered([record]))

    assert [f.value for f in report.findings] == ["•••", "12345", "•••"]
    assert b"Nguy" not in msgspec.json.encode(report)


def test_findings_beyond_the_most_are_counted_only():
    report = checker(field("A", type="integer")).check(
        KEY, numbered([{"A": "x"}] * 30 + [{"A": 1}]), most=10
    )

    assert report.truncated
    assert len(report.findings) == 10
    assert report.counts == {"type": 30}
    assert (report.records, report.invalid, report.valid) == (31, 30, False)


def test_nothing_to_check_is_valid():
    report = checker(field("A")).check(KEY, numbered([]))

    assert (report.valid, report.records, report.findings) == (True, 0, ())


# -- time -------------------------------------------------------------------------------------

OLD, NEW = field("A", max_length=3), field("A", max_length=5)


def dated_library(**others):
    """A layout in two releases: since 2023 with three characters, since 2024-07-01 with five."""
    library = MemoryLibrary()
    for start, described, more in (
        (date(2023, 9, 1), OLD, {}),
        (date(2024, 7, 1), NEW, others),
    ):
        body = schema(
            described,
            field("OUT", format="yyyymmddHHMM"),
            field("IN", format="yyyymmdd"),
            date_field="OUT",
            date_fallbacks=("IN",),
        )
        library.add(str(KEY), body, start, **more)
    return library


def test_a_file_that_spans_the_change_is_checked_by_two_layouts():
    records = [
        {"A": "12345", "OUT": "202406302359"},
        {"A": "12345", "OUT": "202407010000"},
        {"A": "123456", "OUT": "202407010000"},
    ]
    report = Checker(dated_library()).check(KEY, numbered(records))

    assert [(f.record, f.rule) for f in report.findings] == [(1, "max-length"), (3, "max-length")]
    assert "tối đa 3" in report.findings[0].message["vi"]
    assert "tối đa 5" in report.findings[1].message["vi"]
    assert [lock.version for lock in report.releases] == ["1", "2"]
    assert report.on is None


def test_the_day_asked_for_wins_over_the_records_own():
    library = dated_library()
    report = Checker(library).check(
        KEY, numbered([{"A": "12345", "OUT": "202407010000"}]), on=date(2024, 6, 30)
    )

    assert [f.rule for f in report.findings] == ["max-length"]
    assert report.on == date(2024, 6, 30)


@pytest.mark.parametrize(
    ("record", "rules"),
    [
        ({"IN": "20240701"}, []),
        ({"IN": "20240630"}, ["max-length"]),
        ({"OUT": "", "IN": "20240701"}, []),
        ({"OUT": None, "IN": "20240630"}, ["max-length"]),
        ({"OUT": "202402300000", "IN": "20240701"}, ["format"]),
        ({"OUT": 20240701, "IN": "20240630"}, ["max-length", "type"]),
        ({}, ["max-length"]),
    ],
)
def test_without_its_date_a_record_is_dated_by_the_next_field_then_by_today(record, rules):
    run = Checker(dated_library(), today=lambda: TODAY)
    report = run.check(KEY, numbered([{"A": "12345"} | record]))

    assert [f.rule for f in report.findings] == rules


def test_in_the_transition_window_the_former_layout_is_accepted_with_a_warning():
    library = MemoryLibrary()
    library.add(str(KEY), schema(field("A"), date_field="OUT", closed=False), date(2023, 1, 1))
    library.add(
        str(KEY),
        schema(field("A"), field("B", required="yes"), date_field="OUT", closed=False),
        date(2024, 7, 1),
        transition_until=date(2024, 10, 1),
    )
    records = [
        {"A": "x", "OUT": "20240930"},
        {"A": "x", "B": "y", "OUT": "20240930"},
        {"A": "x", "OUT": "20241001"},
        {"A": 1, "OUT": "20240930"},
    ]
    report = Checker(library).check(KEY, numbered(records))

    assert [(f.record, f.rule, f.severity) for f in report.findings] == [
        (1, "accepted-transitional", "warning"),
        (3, "required", "error"),
        (4, "type", "error"),
        (4, "required", "error"),
    ]
    assert "phiên bản thay thế là 2" in report.findings[0].message["vi"]
    assert "successor is version 2" in report.findings[0].message["en"]
    assert report.invalid == 2


def test_a_record_of_a_day_without_a_layout_is_a_finding():
    report = Checker(dated_library()).check(KEY, numbered([{"A": "1", "OUT": "202001010000"}]))

    finding = report.findings[0]
    assert (finding.rule, finding.path) == ("schema-not-in-force", "/OUT")
    assert "01/01/2020" in finding.message["vi"]


def test_asking_for_a_day_without_a_layout_is_refused():
    with pytest.raises(NotInForce) as refused:
        Checker(dated_library()).check(KEY, [], on=date(2020, 1, 1))

    assert refused.value == NotInForce("schema/x/s", "2020-01-01")


def test_asking_for_a_day_after_a_withdrawal_is_refused():
    library = dated_library()
    library.add(
        str(KEY), schema(NEW), date(2025, 1, 1), version="2w", what="withdrawal", corrects="2"
    )

    with pytest.raises(Withdrawn):
        Checker(library).check(KEY, [], on=date(2025, 6, 1))


def test_an_unknown_layout_is_refused():
    with pytest.raises(NotFound) as refused:
        Checker(MemoryLibrary()).begin(KEY)

    assert refused.value == NotFound("schema/x/s")


def test_what_was_known_then_is_what_counts():
    library = MemoryLibrary()
    early, late = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 5, 1, tzinfo=UTC)
    library.add(str(KEY), schema(OLD), date(2024, 1, 1), issued_at=early)
    library.add(
        str(KEY), schema(NEW), date(2024, 1, 1), issued_at=late, what="correction", corrects="1"
    )
    run, record = Checker(library), [{"A": "12345"}]
    day = date(2024, 6, 1)

    assert run.check(KEY, numbered(record), on=day).valid
    assert not run.check(
        KEY, numbered(record), on=day, known=datetime(2024, 2, 1, tzinfo=UTC)
    ).valid


def test_days_between_changes_share_their_plan_and_changes_part_them():
    library = dated_library(transition_until=date(2024, 10, 1), end=date(2026, 1, 1))
    run = Checker(library).begin(KEY)
    days = [date(2024, 6, 30), date(2024, 7, 1), date(2024, 9, 30), date(2024, 10, 1)]
    plans = [run.checks_on(day) for day in days]

    assert plans[1] is plans[2]
    assert plans[2] is not plans[3]
    assert plans[0] is not plans[1]
    assert run.checks_on(date(2026, 1, 1)) is run.out_of_force


# -- the claim table --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def xml1():
    library = MemoryLibrary()
    claims.install(library)
    return Checker(library)


CLAIM = Key.parse("schema/byt/claim-xml1")


def test_good_claims_have_no_findings(xml1):
    report = report_of(xml1, CLAIM, numbered(claims.good_record(n) for n in range(50)))

    assert report.findings == ()
    assert report.unchecked == ()
    assert report.releases[0].key == "schema/byt/claim-xml1"
    assert len({lock.key for lock in report.releases}) == 16


def test_bad_claims_have_each_of_their_wrongs_found(xml1):
    record = claims.good_record(1) | {
        "MA_BENH_CHINH": "ZZ9",
        "MA_DANTOC": "XX",
        "HO_TEN": "",
        "NGAY_RA": "209902300000",
        "T_THUOC": "nhiều",
        "LA": 1,
        "MA_BENH_KT": "A00;QQ1;A01",
    }
    report = xml1.check(CLAIM, numbered([record]))

    assert [(f.path, f.rule) for f in report.findings] == [
        ("/HO_TEN", "required"),
        ("/MA_DANTOC", "code-not-in-list"),
        ("/MA_BENH_CHINH", "code-not-in-list"),
        ("/MA_BENH_KT", "code-not-in-list"),
        ("/NGAY_RA", "format"),
        ("/T_THUOC", "type"),
        ("/LA", "unknown-field"),
    ]
    assert report.findings[3].value == "QQ1"


def test_a_run_gives_findings_as_they_come(xml1):
    run = xml1.begin(CLAIM)
    stream = run.stream(numbered(claims.bad_record(n) for n in range(1_000_000)))

    assert next(stream).record == 1
    assert run.records == 1


def test_lists_that_are_not_here_are_named_as_unchecked():
    library = MemoryLibrary()
    library.add("code-list/x/late", CodeList(title={"vi": "L"}), date(2025, 1, 1))
    library.add(
        str(KEY),
        schema(
            field("A", binding=Binding(list="code-list/x/never")),
            field("B", binding=Binding(list="code-list/x/late")),
            field("C", binding=Binding(list="code-list/x/late", strength="example")),
        ),
    )
    record = {"A": "1", "B": "2", "C": "3"}
    report = Checker(library).check(KEY, numbered([record]), on=TODAY)

    assert report.valid
    assert [one.field for one in report.unchecked] == ["A", "B"]
    assert "code-list/x/never was never released" in report.unchecked[0].message["en"]
    assert "no release in force" in report.unchecked[1].message["en"]


def test_a_pattern_that_is_no_expression_is_named_as_unchecked():
    library = MemoryLibrary()
    library.add(str(KEY), schema(field("A", pattern="(", max_length=2)))
    report = Checker(library).check(KEY, numbered([{"A": "abc"}]), on=TODAY)

    assert [f.rule for f in report.findings] == ["max-length"]
    assert [one.field for one in report.unchecked] == ["A"]


def test_a_checker_made_anew_over_the_same_library_keeps_its_plans():
    library = MemoryLibrary()
    library.add("code-list/x/l", CodeList(title={"vi": "L"}, members=(concept("1"),)))
    library.add(str(KEY), schema(field("A", binding=Binding(list="code-list/x/l"))))

    first, second = Checker(library), Checker(library)

    assert first.begin(KEY).checks_on(TODAY) is second.begin(KEY).checks_on(TODAY)
    assert Checker(MemoryLibrary()).plans is not first.plans


def concept(code, **others):
    return Concept(code=code, display={"vi": f"Mã {code}", "en": f"Code {code}"}, **others)
