"""Codes in records against the lists of the record's own day."""

from datetime import date

import msgspec
import pytest

from catalog.actions.checking import Checker, Compiled, Masking, numbered
from catalog.core.model import Binding, CodeList, Concept, Field, Schema
from catalog.core.names import Key
from tests.actions.library import MemoryLibrary

KEY, LIST = Key.parse("schema/x/s"), "code-list/x/l"
DAY = date(2024, 6, 1)


def concept(code, **others):
    return Concept(code=code, display={"vi": f"Mã {code}", "en": f"Code {code}"}, **others)


def code_list(*concepts):
    return CodeList(title={"vi": "Danh mục", "en": "List"}, members=concepts)


def library_of(*lists, binding=None, **others):
    """A layout with the field A bound to a list; lists as (start, body, more)."""
    library = MemoryLibrary()
    for start, body, more in lists:
        library.add(LIST, body, start, **more)
    described = Field(
        name="A",
        label={"vi": "Trường A", "en": "Field A"},
        binding=binding or Binding(list=LIST),
        **others,
    )
    layout = Schema(
        title={"vi": "Bảng", "en": "Table"},
        date_field="DAY",
        sex_field="SEX",
        birth_field="BORN",
        date_fallbacks=("CAME",),
        closed=False,
        members=(described,),
    )
    library.add(str(KEY), layout, date(2000, 1, 1))
    return library


def findings(library, *records, **others):
    checker = Checker(library, today=lambda: DAY, compiled=Compiled(), **others)
    return checker.check(KEY, numbered(records)).findings


def rules(library, *values):
    """The rules that values of A break, one record each."""
    return [f.rule for f in findings(library, *({"A": value} for value in values))]


ONE_LIST = code_list(
    concept("01"),
    concept("E11.9", aliases=("E119",)),
    concept("E11", selectable=False),
    concept("OLD", retired=True, replaced_by=("01", "E11.9")),
    concept("GONE", retired=True),
    concept("NEXT", valid_from="2025-01-01"),
    concept("PAST", valid_to="2024-06-01", replaced_by=("01",)),
    concept("NOW", valid_from="2024-06-01", valid_to="2024-06-02"),
    concept("1"),
)
SINCE_2020 = ((date(2020, 1, 1), ONE_LIST, {}),)


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("01", None),
        ("E11.9", None),
        ("NOW", None),
        ("", None),
        (None, None),
        ("E119", "code-not-in-list"),
        ("e11.9", "code-not-in-list"),
        (" 01", "code-not-in-list"),
        ("E11", "code-not-in-list"),
        ("001", "code-not-in-list"),
        ("x\x00y", "code-not-in-list"),
        ("OLD", "code-retired"),
        ("GONE", "code-retired"),
        ("PAST", "code-retired"),
        ("NEXT", "code-not-in-force"),
    ],
)
def test_a_code_must_be_usable_in_the_list_of_the_day(value, rule):
    library = library_of(*SINCE_2020)

    # Twice: what is remembered must say what was found at first.
    assert rules(library, value, value) == ([rule, rule] if rule else [])


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (
            "A99",
            "mã 'A99' không có trong Danh mục (phiên bản 1, có hiệu lực ngày 01/06/2024)",
            "Field A (A): code 'A99' is not in List (version 1, in force on 2024-06-01)",
        ),
        ("E119", "; có phải 'E11.9'?", "; is it 'E11.9'?"),
        (" e11.9", "; có phải 'E11.9'?", "; is it 'E11.9'?"),
        ("E11", "'E11' là mã nhóm", "'E11' is a heading"),
        ("OLD", "; thay bằng '01', 'E11.9'", "; use '01', 'E11.9' instead"),
        ("PAST", "; thay bằng '01'", "; use '01' instead"),
        ("NEXT", "chỉ có hiệu lực từ 01/01/2025", "in force from 2025-01-01 only"),
    ],
)
def test_the_message_says_what_was_expected_and_what_to_use(value, vi, en):
    (finding,) = findings(library_of(*SINCE_2020), {"A": value})

    assert vi in finding.message["vi"]
    assert en in finding.message["en"]


@pytest.mark.parametrize("value", [1, 1.0])
def test_a_number_is_the_text_of_a_code(value):
    assert rules(library_of(*SINCE_2020, type="integer"), value) == []
    assert rules(library_of(*SINCE_2020, type="integer"), 7) == ["code-not-in-list"]


@pytest.mark.parametrize("zeros", [20, 300, 5_000])
def test_a_huge_number_is_no_code(zeros):
    value = -(10**zeros)

    assert msgspec.json.encode(findings(library_of(*SINCE_2020, type="integer"), {"A": value}))
    assert rules(library_of(*SINCE_2020, type="integer"), value) == ["code-not-in-list"]


def test_lists_are_chosen_by_the_records_own_day():
    before = code_list(concept("A"), concept("B"))
    after = code_list(concept("A"), concept("C"))
    library = library_of((date(2020, 1, 1), before, {}), (date(2024, 7, 1), after, {}))
    records = [
        {"A": code, "DAY": day} for day in ("20240630", "20240701") for code in ("A", "B", "C")
    ]

    assert [(f.record, f.rule) for f in findings(library, *records)] == [
        (3, "code-not-in-force"),
        (5, "code-retired"),
    ]


def test_a_retired_code_names_its_replacement_from_the_release_that_had_it():
    before = code_list(concept("A"), concept("B", replaced_by=("C",)))
    after = code_list(concept("A"), concept("C"))
    library = library_of((date(2020, 1, 1), before, {}), (date(2024, 1, 1), after, {}))
    (finding,) = findings(library, {"A": "B"})

    assert finding.rule == "code-retired"
    assert "thay bằng 'C'" in finding.message["vi"]
    assert "phiên bản 2" in finding.message["vi"]


def test_in_the_transition_window_a_code_of_the_former_list_is_a_warning():
    before = code_list(concept("A"), concept("B"), concept("R"))
    after = code_list(concept("A"), concept("R", retired=True))
    library = library_of(
        (date(2020, 1, 1), before, {}),
        (date(2024, 5, 1), after, {"transition_until": date(2024, 7, 1)}),
    )
    records = [{"A": "B"}, {"A": "R"}, {"A": "A"}, {"A": "X"}, {"A": "B", "DAY": "20240701"}]

    assert [(f.record, f.rule, f.severity) for f in findings(library, *records)] == [
        (1, "accepted-transitional", "warning"),
        (2, "accepted-transitional", "warning"),
        (4, "code-not-in-list", "error"),
        (5, "code-retired", "error"),
    ]
    said = findings(library, {"A": "B"})[0].message
    assert "phiên bản cũ 1" in said["vi"]
    assert "phiên bản thay thế là 2" in said["vi"]
    assert "accepted until before 2024-07-01" in said["en"]


def test_a_binding_can_hold_on_to_a_version():
    lists = (
        (date(2020, 1, 1), code_list(concept("A")), {}),
        (date(2021, 1, 1), code_list(concept("B")), {}),
    )
    pinned = library_of(*lists, binding=Binding(list=LIST, version="1"))

    assert rules(pinned, "A") == []
    assert rules(pinned, "B") == ["code-not-in-force"]


@pytest.mark.parametrize(
    ("strength", "severities"),
    [("required", ["error"]), ("preferred", ["warning"]), ("example", [])],
)
def test_the_strength_of_a_binding_is_the_severity_of_its_findings(strength, severities):
    library = library_of(*SINCE_2020, binding=Binding(list=LIST, strength=strength))

    assert [f.severity for f in findings(library, {"A": "X"})] == severities


@pytest.mark.parametrize("separator", [";", "+"])
@pytest.mark.parametrize(
    ("items", "bad"),
    [
        (["01"], []),
        (["01", "E11.9", "01"], []),
        (["01", "X", "E11.9", "Y", "X"], ["X", "Y"]),
        (["01", "", "E11.9"], [""]),
        (["01", ""], [""]),
        (["01", " E11.9"], [" E11.9"]),
    ],
)
def test_each_of_several_values_is_looked_up_once(separator, items, bad):
    library = library_of(*SINCE_2020, separator=separator)
    found = findings(library, {"A": separator.join(items)})

    assert [f.value for f in found] == bad
    assert {f.rule for f in found} <= {"code-not-in-list"}
    assert {f.path for f in found} <= {"/A"}


def test_a_text_with_a_separator_is_never_one_code():
    odd = code_list(concept("A+B"), concept("A"))
    library = library_of((date(2020, 1, 1), odd, {}), separator="+")

    assert [f.value for f in findings(library, {"A": "A+B"}, {"A": "A+A"})] == ["B"]


def test_too_many_bad_codes_in_one_value_are_not_all_named():
    library = library_of(*SINCE_2020, separator=";")
    value = ";".join(f"X{n}" for n in range(1_000))

    assert len(findings(library, {"A": value})) == 100


def test_a_value_that_is_too_long_is_not_searched_for_codes():
    library = library_of(*SINCE_2020, separator=";", max_length=5)

    assert rules(library, "X;Y;Z;Q") == ["max-length"]


# -- properties of codes ----------------------------------------------------------------------

DISEASES = code_list(
    concept("O80", properties={"sex": "2"}),
    concept("N40", properties={"sex": "1", "age-min-days": 5475}),
    concept("P22", properties={"age-max-days": 28}),
    concept("B95", properties={"not-main": True}),
    concept("I10"),
    concept("ALL", properties={"sex": "2", "not-main": True, "age-max-days": 28}),
)
MAIN = Binding(list=LIST, checks=("sex", "age", "main"))


def person(code, **others):
    record = {"A": code, "SEX": 1, "BORN": "19800101", "CAME": "20240501", "DAY": "20240510"}
    return record | others


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (person("I10"), []),
        (person("O80"), ["sex-mismatch"]),
        (person("O80", SEX="1"), ["sex-mismatch"]),
        (person("O80", SEX=2), []),
        (person("O80", SEX=3), []),
        (person("O80", SEX=None), []),
        (person("N40"), []),
        (person("N40", SEX=2), ["sex-mismatch"]),
        (person("N40", BORN="20200101"), ["age-mismatch"]),
        (person("P22"), ["age-mismatch"]),
        (person("P22", BORN="20240501"), []),
        (person("P22", BORN="20240403"), []),
        (person("P22", BORN="20240402"), ["age-mismatch"]),
        (person("P22", BORN="20240400"), []),
        (person("P22", BORN="20230000"), ["age-mismatch"]),
        (person("P22", BORN="20240000"), []),
        (person("P22", BORN="unknown"), []),
        (person("P22", BORN=None), []),
        (person("B95"), ["not-allowed"]),
        (person("ALL"), ["not-allowed", "sex-mismatch", "age-mismatch"]),
    ],
)
def test_a_code_is_held_against_sex_age_and_place(record, expected):
    library = library_of((date(2020, 1, 1), DISEASES, {}), binding=MAIN)

    assert [f.rule for f in findings(library, record, record)] == expected * 2


def test_only_the_checks_that_a_binding_names_are_made():
    library = library_of((date(2020, 1, 1), DISEASES, {}), binding=Binding(list=LIST))

    assert findings(library, person("ALL")) == ()


def test_the_words_of_sex_and_age_findings_are_concrete():
    library = library_of((date(2020, 1, 1), DISEASES, {}), binding=MAIN)
    born, sexed = findings(library, person("P22"), person("O80"))

    assert "mã 'P22' chỉ dùng cho người bệnh đến 28 ngày tuổi" in born.message["vi"]
    assert "only for an age of at most 28 days" in born.message["en"]
    assert "không dùng cho giới tính '1'" in sexed.message["vi"]


def test_masked_codes_stand_in_no_message():
    library = library_of(*SINCE_2020, data_class="personal-sensitive")
    (finding,) = findings(library, {"A": "HIV99"}, masking=Masking.MASK)

    assert finding.value == "•••"
    assert "HIV99" not in str(finding.message)


def test_what_is_remembered_of_codes_stays_small(monkeypatch):
    monkeypatch.setattr("catalog.actions.codes.KEPT_CODES", 10)
    monkeypatch.setattr("catalog.actions.codes.KEPT_PROBLEMS", 10)
    library = library_of((date(2020, 1, 1), code_list(*(concept(f"C{n}") for n in range(50))), {}))
    values = [f"C{n % 50}" for n in range(200)] + [f"X{n}" for n in range(50)]

    assert rules(library, *values) == ["code-not-in-list"] * 50
