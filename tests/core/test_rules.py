from datetime import UTC, date, datetime

import msgspec
import pytest

from catalog.core.errors import NotFound
from catalog.core.findings import Finding, Notebook, errors_of, shortened
from catalog.core.model import (
    Binding,
    CodeList,
    Concept,
    DataElement,
    DataGroup,
    Dataset,
    Distribution,
    Document,
    Field,
    Mapping,
    Match,
    Organisation,
    PropertyType,
    Rule,
    Selection,
    ValueSet,
)
from catalog.core.names import Key
from catalog.core.release import Entry, Timeline
from catalog.core.rules import check
from tests.core.bodies import SEX, VISIT

FILED = {"custodian": "organisation/byt/byt", "documents": ("document/byt/4750",)}


def rules_of(body, **more):
    return [(finding.rule, finding.severity, finding.path) for finding in check(body, **more)]


def with_concept(**fields):
    concept = msgspec.structs.replace(Concept(code="3", display={"vi": "Khác"}), **fields)
    return msgspec.structs.replace(SEX, members=(*SEX.members, concept))


@pytest.mark.parametrize("body", [SEX, VISIT])
def test_a_good_body_has_no_findings(body):
    assert check(body) == ()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"code": "1"}, ("key-twice", "error", "1")),
        ({"code": ""}, ("key-missing", "error", "#3")),
        ({"code": "x" * 201}, ("key-too-long", "error", "x" * 200)),
        ({"code": " 3"}, ("outer-space", "warning", " 3")),
        ({"display": {}}, ("name-missing", "error", "3/display")),
        ({"display": {"vi": " "}}, ("name-missing", "error", "3/display")),
        ({"display": {"vi": "a", "en": ""}}, ("name-missing", "error", "3/display/en")),
        ({"display": {"en": "Other"}}, ("vietnamese-missing", "warning", "3/display")),
        ({"display": {"vi": "Khác "}}, ("outer-space", "warning", "3/display/vi")),
        ({"display": {"vi": "a" * 1001}}, ("name-too-long", "warning", "3/display/vi")),
        ({"display": {"vi": "a\nb"}}, ("line-break", "warning", "3/display/vi")),
        ({"display": {"vi": "a\x00b"}}, ("control-character", "error", "3/display/vi")),
        ({"display": {"vi": "a\u202eb"}}, ("control-character", "error", "3/display/vi")),
        ({"display": {"vi": "a\ufffdb"}}, ("control-character", "error", "3/display/vi")),
        ({"display": {"vi": "a\u200bb"}}, ("invisible-character", "warning", "3/display/vi")),
        ({"display": {"vi": "bê\u0323nh"}}, ("not-composed", "error", "3/display/vi")),
        ({"display": {"vi": "a", "Tiếng": "b"}}, ("bad-language", "error", "3/display")),
        ({"note": {"english": "b"}}, ("bad-language", "error", "3/note")),
        ({"synonyms": {"english": ("b",)}}, ("bad-language", "error", "3/synonyms")),
        ({"synonyms": {"vi": ("a\x07",)}}, ("control-character", "error", "3/synonyms/vi")),
        ({"parents": ("9",)}, ("parent-missing", "error", "3/parents")),
        ({"parents": ("3",)}, ("broader-cycle", "error", "3/parents")),
        ({"replaced_by": ("9",)}, ("replacement-missing", "error", "3/replaced_by")),
        ({"replaced_by": ("3",)}, ("replacement-missing", "error", "3/replaced_by")),
        ({"aliases": ("1",)}, ("alias-collides", "error", "3/aliases")),
        ({"aliases": ("",)}, ("alias-collides", "error", "3/aliases")),
        ({"valid_from": "20240701"}, ("bad-day", "error", "3/valid_from")),
        ({"valid_to": "2024-02-30"}, ("bad-day", "error", "3/valid_to")),
        (
            {"valid_from": "2024-07-01", "valid_to": "2024-07-01"},
            ("days-reversed", "error", "3/valid_to"),
        ),
        ({"properties": {"a": "1"}}, ("property-undeclared", "error", "3/a")),
    ],
)
def test_a_concept_that_is_amiss_is_found_where_it_is(fields, expected):
    assert rules_of(with_concept(**fields)) == [expected]


@pytest.mark.parametrize(
    "fields",
    [
        {"note": {"vi": "dòng một\ndòng hai"}},
        {"definition": {"vi": "a\tb"}},
        {"aliases": ("3a", "3A")},
        {"valid_from": "2024-07-01"},
        {"valid_from": "2024-06-30", "valid_to": "2024-07-01"},
        {"parents": ("1", "2")},
        {"code": "a b"},
        {"code": ">"},
        {"display": {"vi": "Khác", "zh-Hant": "其他"}},
    ],
)
def test_what_is_unusual_but_right_is_no_finding(fields):
    assert rules_of(with_concept(**fields)) == []


@pytest.mark.parametrize(
    ("declared", "value", "good"),
    [
        ("text", "a", True),
        ("text", 1, False),
        ("code", "a", True),
        ("integer", 1, True),
        ("integer", True, False),
        ("integer", "1", False),
        ("boolean", True, True),
        ("boolean", 1, False),
        ("codes", ["a"], True),
        ("codes", "a", False),
        ("codes", [1], False),
    ],
)
def test_a_value_is_of_the_declared_type(declared, value, good):
    body = msgspec.structs.replace(
        with_concept(properties={"p": value}),
        property_types=(PropertyType(name="p", type=declared),),
    )

    assert rules_of(body) == ([] if good else [("property-type", "error", "3/p")])


def test_two_concepts_do_not_share_an_alias():
    body = CodeList(
        title={"vi": "x"},
        **FILED,
        members=tuple(Concept(code=c, display={"vi": c}, aliases=("x",)) for c in "ab"),
    )

    assert rules_of(body) == [("alias-collides", "error", "b/aliases")]


def circle(*links):
    parents = {}
    for code, parent in links:
        parents.setdefault(code, []).append(parent)
        parents.setdefault(parent, [])
    members = tuple(
        Concept(code=code, display={"vi": code}, parents=tuple(above))
        for code, above in parents.items()
    )
    return CodeList(title={"vi": "x"}, **FILED, members=members)


@pytest.mark.parametrize(
    ("links", "named"),
    [
        (["ab", "bc", "ca"], ["a > b > c > a"]),
        (["ab", "ba", "cd", "dc"], ["a > b > a", "c > d > c"]),
        (["xa", "ab", "bc", "cb"], ["b > c > b"]),
        (["ab", "ac", "bd", "cd"], []),
        (["aa"], ["a > a"]),
    ],
)
def test_circles_are_named_by_their_codes(links, named):
    assert [finding.value for finding in check(circle(*links))] == named


def test_a_long_circle_and_very_many_circles_stay_readable_and_quick():
    count = 5_000
    long = circle(*((str(i), str((i + 1) % count)) for i in range(count)))
    many = circle(
        *((str(i), str(i + 1)) for i in range(count)), *((str(i), "0") for i in range(count))
    )

    (finding,) = check(long)

    assert len(finding.message["en"]) < 200
    assert len(check(many)) == 50


def test_levels_are_those_of_the_list():
    body = msgspec.structs.replace(with_concept(level="loại"), levels=("chương",))

    assert rules_of(body) == [("level-unknown", "warning", "3/level")]


def test_a_property_is_declared_once():
    twice = (PropertyType(name="a"), PropertyType(name="a"))

    assert rules_of(msgspec.structs.replace(SEX, property_types=twice)) == [
        ("property-twice", "error", "property_types")
    ]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"title": {"en": "Sex"}}, ("title-missing", "error", "title")),
        ({"custodian": ""}, ("custodian-missing", "warning", "custodian")),
        ({"documents": ()}, ("legal-basis-missing", "warning", "documents")),
        ({"deprecated": True}, ("replacement-missing", "warning", "replaced_by")),
        ({"custodian": "bộ y tế"}, ("bad-key", "error", "custodian")),
        ({"custodian": "document/byt/x"}, ("wrong-kind", "error", "custodian")),
        ({"groups": ("Nhóm",)}, ("bad-key", "error", "groups")),
        ({"replaced_by": ("code-list/byt/X",)}, ("bad-key", "error", "replaced_by")),
        ({"licence": "javascript:alert(1)"}, ("bad-address", "error", "licence")),
        ({"description": {"vi": "a\x01"}}, ("control-character", "error", "description/vi")),
    ],
)
def test_a_header_that_is_amiss_is_found(fields, expected):
    assert rules_of(msgspec.structs.replace(SEX, **fields)) == [expected]


def test_a_title_without_any_name_is_found_once_for_each_rule():
    body = msgspec.structs.replace(SEX, title={})

    assert [rule for rule, _, _ in rules_of(body)] == ["title-missing", "name-missing"]


FIELD = Field(name="A", label={"vi": "a"})


def schema_with(*members, **header):
    return msgspec.structs.replace(VISIT, members=(*VISIT.members, *members), **header)


def rule_on(*fields, **more):
    given = {"id": "r", "must": "true", "message": {"vi": "x"}, **more}
    return Rule(fields=fields, **given)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (schema_with(FIELD, FIELD), ("key-twice", "error", "A")),
        (
            schema_with(rule_on("A"), FIELD, rule_on("A")),
            ("key-twice", "error", "rule:r"),
        ),
        (schema_with(rule_on("B")), ("field-missing", "error", "rule:r/fields")),
        (schema_with(rule_on()), ("field-missing", "error", "rule:r/fields")),
        (
            schema_with(FIELD, rule_on("A", must=" ")),
            ("demand-missing", "error", "rule:r/must"),
        ),
        (
            schema_with(msgspec.structs.replace(FIELD, required="conditional")),
            ("condition-missing", "warning", "A/required"),
        ),
        (
            schema_with(msgspec.structs.replace(FIELD, name="Ngày vào")),
            ("bad-field-name", "error", "Ngày vào"),
        ),
        (
            schema_with(msgspec.structs.replace(FIELD, max_length=-1)),
            ("bad-length", "error", "A/max_length"),
        ),
        (
            schema_with(msgspec.structs.replace(FIELD, type="integer", format="yyyymmdd")),
            ("format-unfit", "error", "A/format"),
        ),
        (
            schema_with(msgspec.structs.replace(FIELD, type="integer", pattern="a")),
            ("format-unfit", "error", "A/pattern"),
        ),
        (
            schema_with(msgspec.structs.replace(FIELD, binding=Binding(list="x"))),
            ("bad-key", "error", "A/binding"),
        ),
        (
            schema_with(msgspec.structs.replace(FIELD, binding=Binding(list="schema/byt/x"))),
            ("wrong-kind", "error", "A/binding"),
        ),
        (
            schema_with(msgspec.structs.replace(FIELD, element="x")),
            ("bad-key", "error", "A/element"),
        ),
        (
            schema_with(FIELD, rule_on("A", document="4750")),
            ("bad-key", "error", "rule:r/document"),
        ),
        (schema_with(date_field="B"), ("field-missing", "error", "date_field")),
        (schema_with(date_fallbacks=("B",)), ("field-missing", "error", "date_fallbacks")),
        (schema_with(sex_field="B"), ("field-missing", "error", "sex_field")),
        (
            msgspec.structs.replace(VISIT, members=(), date_field=""),
            ("no-fields", "warning", "members"),
        ),
    ],
)
def test_a_record_layout_that_is_amiss_is_found(body, expected):
    assert rules_of(body) == [expected]


def test_a_conditional_field_with_a_rule_is_right():
    field = msgspec.structs.replace(FIELD, required="conditional")

    assert rules_of(schema_with(field, rule_on("A"))) == []


LIST = "code-list/byt/icd-10"


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([Selection(id="a", list=LIST)], []),
        ([], [("selects-nothing", "error", "members")]),
        (
            [Selection(id="a", list=LIST, action="exclude")],
            [("selects-nothing", "error", "members")],
        ),
        ([Selection(id="a", list=LIST, op="is-a")], [("values-missing", "error", "a/values")]),
        (
            [Selection(id="a", list=LIST, op="property", values=("x",))],
            [("values-missing", "error", "a/property")],
        ),
        (
            [Selection(id="a", list=LIST, values=("x",))],
            [("values-ignored", "warning", "a/values")],
        ),
        ([Selection(id="a", list="icd")], [("bad-key", "error", "a/list")]),
    ],
)
def test_a_value_set_selects_something(rules, expected):
    assert rules_of(ValueSet(title={"vi": "x"}, **FILED, members=tuple(rules))) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([Match(source="a", target="b"), Match(source="c", relation="none")], []),
        ([Match(source="a")], [("target-unclear", "error", "a>")]),
        ([Match(source="a", target="b", relation="none")], [("target-unclear", "error", "a>b")]),
        (
            [Match(source="a", target="b", note={"english": "x"})],
            [("bad-language", "error", "a>b/note")],
        ),
        ([Match(source="", target="b")], [("source-missing", "error", ">b")]),
        (
            [Match(source="a", target="b"), Match(source="a", relation="none")],
            [("target-unclear", "error", "a>")],
        ),
    ],
)
def test_a_row_of_a_mapping_is_clear(rows, expected):
    lists = {"source_list": LIST, "target_list": LIST}

    assert rules_of(Mapping(title={"vi": "x"}, **FILED, **lists, members=tuple(rows))) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (DataElement(title={"vi": "x"}, **FILED, technical_name="x y"), "bad-field-name"),
        (DataElement(title={"vi": "x"}, **FILED, max_length=-1), "bad-length"),
        (Document(title={"vi": "x"}, number=" "), "number-missing"),
        (Document(title={"vi": "x"}, number="1", issued="1/7/2024"), "bad-day"),
        (
            Document(title={"vi": "x"}, number="1", effective="2024-07-01", expires="2024-06-01"),
            "days-reversed",
        ),
        (Document(title={"vi": "x"}, number="1", address="file:///etc/passwd"), "bad-address"),
        (Organisation(title={"vi": "x"}, homepage="javascript:alert(1)"), "bad-address"),
        (Organisation(title={"vi": "x"}, homepage='https://a.vn/"onload=1'), "bad-address"),
        (Organisation(title={"vi": "x"}, parent="x"), "bad-key"),
        (DataGroup(title={"vi": "x"}, **FILED, parent="document/a/b"), "wrong-kind"),
        (Dataset(title={"vi": "x"}, **FILED, temporal_start="2024-13"), "bad-day"),
        (
            Dataset(title={"vi": "x"}, **FILED, temporal_start="2024", temporal_end="2023"),
            "days-reversed",
        ),
        (
            Dataset(
                title={"vi": "x"},
                **FILED,
                members=(Distribution(id="a", title={"vi": "x"}, address="ftp://x"),),
            ),
            "bad-address",
        ),
    ],
)
def test_the_other_kinds_have_rules_too(body, expected):
    assert [rule for rule, _, _ in rules_of(body)] == [expected]


def test_a_document_issued_before_it_takes_effect_may_expire():
    body = Document(
        title={"vi": "x"},
        number="1",
        issued="2024-01-01",
        effective="2024-07-01",
        expires="2025-01-01",
        address="https://a.vn/x?y=1",
    )

    assert check(body) == ()


OWN = Key.parse("code-list/byt/gioi-tinh")


class Shelf:
    """A library of one list with one release."""

    def timeline(self, key):
        if str(key) != LIST:
            raise NotFound(str(key))
        entry = Entry(
            key=LIST,
            version="1",
            number=1,
            start=date(2024, 1, 1),
            issued_at=datetime(2024, 1, 1, tzinfo=UTC),
            digest="",
            meaning="",
            title={},
            author="a",
            approver="b",
        )
        return Timeline(key, (entry,))


@pytest.mark.parametrize(
    ("binding", "expected"),
    [
        (Binding(list=LIST), []),
        (Binding(list=LIST, version="1"), []),
        (Binding(list=LIST, version="2"), [("reference-missing", "error", "A/binding")]),
        (Binding(list="code-list/byt/x"), [("reference-missing", "error", "A/binding")]),
        (
            Binding(list="code-list/byt/x", strength="example"),
            [("reference-missing", "warning", "A/binding")],
        ),
    ],
)
def test_what_a_body_depends_on_was_released(binding, expected):
    body = msgspec.structs.replace(
        schema_with(msgspec.structs.replace(FIELD, binding=binding)), custodian="", documents=()
    )
    missing = [("reference-missing", "error", "GIOI_TINH/binding")]

    found = [item for item in rules_of(body, library=Shelf()) if item[0] == "reference-missing"]

    assert found == missing + expected


def test_what_only_files_a_body_may_come_later():
    assert [(rule, severity) for rule, severity, _ in rules_of(SEX, library=Shelf())] == [
        ("reference-missing", "warning")
    ] * 2


def test_nothing_refers_to_itself_or_stands_under_a_key_of_another_kind():
    body = msgspec.structs.replace(SEX, deprecated=True, replaced_by=(str(OWN),))

    assert rules_of(body, timeline=Timeline(OWN)) == [("self-reference", "error", "replaced_by")]
    assert rules_of(SEX, timeline=Timeline(Key.parse("schema/byt/x"))) == [
        ("wrong-kind", "error", "kind")
    ]


def test_every_finding_speaks_both_languages():
    worst = with_concept(
        code="1", display={"en": "a\x00 "}, parents=("9",), aliases=("2",), properties={"a": 1}
    )

    for finding in check(msgspec.structs.replace(worst, title={}, custodian="x")):
        assert set(finding.message) == {"vi", "en"}
        assert all(finding.message.values())


def test_one_mistake_made_very_often_is_told_a_thousand_times_and_counted():
    members = tuple(
        Concept(code=str(i), display={"vi": "x"}, properties={"a": "b"}) for i in range(1500)
    )
    found = check(CodeList(title={"vi": "x"}, **FILED, members=members))

    assert len(found) == 1001
    assert "500" in found[-1].message["en"]
    assert errors_of(found) == found


def test_a_notebook_keeps_order_and_shortens_values():
    notes = Notebook(limit=1)
    notes.warning("a", "p", "x", "x", "y" * 100)
    notes.error("a", "p", "x", "x")

    assert [(f.severity, len(f.value)) for f in notes.findings()] == [
        ("warning", 80),
        ("error", 0),
    ]
    assert shortened("a\x00\n") == "a\\u0000\\u000a"
    assert errors_of([Finding(rule="a", severity="warning", message={})]) == ()
