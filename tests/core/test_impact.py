import msgspec
import pytest

from catalog.core.changes import diff, impact, impact_of
from catalog.core.impact import RANK, is_reused, worst
from catalog.core.model import (
    Binding,
    CodeList,
    Concept,
    DataElement,
    DataGroup,
    Dataset,
    Distribution,
    Document,
    DocumentRelation,
    Field,
    Mapping,
    Match,
    PropertyType,
    Rule,
    Schema,
    Selection,
    ValueSet,
)


def with_member(cls, member, **more):
    return cls(title={"vi": "x"}, **more, members=() if member is None else (member,))


CONCEPT = Concept(
    code="A00",
    display={"vi": "Bệnh tả", "en": "Cholera"},
    aliases=("A000",),
    parents=("A",),
    valid_to="2024-07-01",
    properties={"sex": "1"},
)


@pytest.mark.parametrize(
    ("fields", "what", "expected"),
    [
        ({"display": {"vi": "bệnh TẢ", "en": "Cholera"}}, "respelled", "editorial"),
        ({"display": {"vi": "Dịch tả", "en": "Cholera"}}, "relabelled", "editorial"),
        ({"display": {"vi": "Sởi", "en": "Measles"}}, "re-used", "breaking"),
        ({"definition": {"vi": "x"}}, "described", "editorial"),
        ({"synonyms": {"vi": ("x",)}}, "described", "editorial"),
        ({"retired": True}, "retired", "breaking"),
        ({"selectable": False}, "made-unselectable", "breaking"),
        ({"aliases": ()}, "aliases-removed", "breaking"),
        ({"aliases": ("A000", "a00")}, "aliases-added", "additive"),
        ({"parents": ("B",)}, "hierarchy-changed", "breaking"),
        ({"parents": ("A", "B")}, "hierarchy-added", "additive"),
        ({"valid_to": "2024-06-01"}, "narrowed", "breaking"),
        ({"valid_to": "2025-01-01"}, "widened", "additive"),
        ({"valid_to": ""}, "widened", "additive"),
        ({"valid_from": "2024-01-01"}, "narrowed", "breaking"),
        ({"properties": {"sex": "2"}}, "property-changed", "breaking"),
        ({"properties": {}}, "property-changed", "breaking"),
        ({"properties": {"sex": "1", "drg": "2"}}, "property-added", "additive"),
        ({"replaced_by": ("B",)}, "replaced", "additive"),
    ],
)
def test_a_changed_concept_says_what_changed_and_what_it_does(fields, what, expected):
    old = with_member(CodeList, CONCEPT)
    new = with_member(CodeList, msgspec.structs.replace(CONCEPT, **fields))
    change = diff(old, new)

    assert [(v.what, v.impact) for v in change.changed[0].verdicts] == [(what, expected)]
    assert impact_of(change) == expected


@pytest.mark.parametrize(
    ("field", "old", "new", "expected"),
    [
        ("retired", True, False, "additive"),
        ("selectable", False, True, "additive"),
        ("valid_from", "2024-01-01", "", "additive"),
        ("valid_to", "", "2024-01-01", "breaking"),
        ("properties", {"a": 1}, {"a": True}, "breaking"),
        ("parents", ("A", "B"), ("B", "A"), "editorial"),
    ],
)
def test_a_concept_can_also_change_back(field, old, new, expected):
    before = msgspec.structs.replace(CONCEPT, **{field: old})
    after = msgspec.structs.replace(CONCEPT, **{field: new})

    assert impact(with_member(CodeList, before), with_member(CodeList, after)) == expected


@pytest.mark.parametrize(
    ("old", "new", "reused"),
    [
        ({"vi": "Nam"}, {"vi": "Nữ"}, True),
        ({"vi": "Sốt xuất huyết"}, {"vi": "Gãy xương đùi"}, True),
        ({"vi": "Bệnh khác"}, {"vi": "Bệnh lao"}, True),
        ({"vi": "Bệnh tả"}, {"vi": "Tả do Vibrio cholerae"}, False),
        ({"vi": "Bệnh viện"}, {"vi": "BV"}, False),
        ({"vi": "Tả"}, {"vi": "Tảa"}, False),
        ({"vi": "Nam"}, {"en": "Female"}, False),
        ({"vi": "Sởi", "en": "Measles"}, {"vi": "Ban đỏ", "en": "Measles"}, False),
        ({}, {"vi": "Nam"}, False),
        ({"vi": "???"}, {"vi": "Nam"}, False),
    ],
)
def test_a_code_is_reused_when_no_name_of_it_is_akin_to_the_old_ones(old, new, reused):
    before, after = Concept(code="1", display=old), Concept(code="1", display=new)

    assert is_reused(before, after) is reused


def test_a_name_that_was_a_synonym_is_no_other_meaning():
    before = Concept(code="1", display={"vi": "Phong"}, synonyms={"vi": ("Hủi", "Cùi")})
    after = Concept(code="1", display={"vi": "Cùi"})

    assert not is_reused(before, after)


FIELD = Field(name="A", label={"vi": "Ngày vào"}, max_length=10, binding=None)
REQUIRED = Binding(list="code-list/byt/a")
PREFERRED = Binding(list="code-list/byt/a", strength="preferred")
OTHER = Binding(list="code-list/byt/b")


@pytest.mark.parametrize(
    ("field", "old", "new", "expected"),
    [
        ("label", {"vi": "a"}, {"vi": "b"}, "editorial"),
        ("type", "string", "integer", "breaking"),
        ("type", "integer", "decimal", "additive"),
        ("type", "decimal", "integer", "breaking"),
        ("max_length", 10, 9, "breaking"),
        ("max_length", 0, 9, "breaking"),
        ("max_length", 9, 10, "additive"),
        ("max_length", 9, 0, "additive"),
        ("format", "", "yyyymmdd", "breaking"),
        ("format", "yyyymmdd", "", "additive"),
        ("format", "yyyymmdd", "birth", "additive"),
        ("format", "birth", "yyyymmdd", "breaking"),
        ("pattern", "", "a", "breaking"),
        ("pattern", "a", "b", "breaking"),
        ("pattern", "a", "", "additive"),
        ("required", "no", "yes", "breaking"),
        ("required", "no", "conditional", "breaking"),
        ("required", "conditional", "yes", "breaking"),
        ("required", "yes", "conditional", "additive"),
        ("required", "yes", "no", "additive"),
        ("required", "conditional", "no", "additive"),
        ("separator", "", ";", "additive"),
        ("separator", ";", ",", "breaking"),
        ("binding", None, REQUIRED, "breaking"),
        ("binding", None, PREFERRED, "additive"),
        ("binding", PREFERRED, REQUIRED, "breaking"),
        ("binding", REQUIRED, PREFERRED, "additive"),
        ("binding", REQUIRED, None, "additive"),
        ("binding", REQUIRED, OTHER, "breaking"),
        ("binding", REQUIRED, msgspec.structs.replace(REQUIRED, version="1"), "breaking"),
        ("binding", REQUIRED, msgspec.structs.replace(REQUIRED, checks=("sex",)), "breaking"),
        ("binding", msgspec.structs.replace(REQUIRED, checks=("sex",)), REQUIRED, "additive"),
        ("unit", "mg", "g", "breaking"),
        ("unit", "", "g", "additive"),
        ("source", "", "x", "editorial"),
        ("element", "", "data-element/byt/x", "additive"),
    ],
)
def test_a_field_that_takes_less_breaks(field, old, new, expected):
    before = msgspec.structs.replace(FIELD, **{field: old})
    after = msgspec.structs.replace(FIELD, **{field: new})

    assert impact(with_member(Schema, before), with_member(Schema, after)) == expected


def rule(**fields):
    return msgspec.structs.replace(
        Rule(id="r", fields=("A",), must="true", message={"vi": "x"}), **fields
    )


WARNING = rule(severity="warning")


@pytest.mark.parametrize(
    ("cls", "old", "new", "expected"),
    [
        (CodeList, CONCEPT, None, "breaking"),
        (CodeList, None, CONCEPT, "additive"),
        (Schema, FIELD, None, "breaking"),
        (Schema, None, FIELD, "additive"),
        (Schema, None, msgspec.structs.replace(FIELD, required="yes"), "breaking"),
        (Schema, None, rule(), "breaking"),
        (Schema, None, WARNING, "additive"),
        (Schema, rule(), None, "additive"),
        (Schema, rule(), rule(must="false"), "breaking"),
        (Schema, WARNING, rule(severity="warning", must="false"), "additive"),
        (Schema, rule(), WARNING, "additive"),
        (Schema, WARNING, rule(), "breaking"),
        (Schema, rule(), rule(message={"vi": "y"}), "editorial"),
        (ValueSet, None, Selection(id="a", list="l"), "additive"),
        (ValueSet, None, Selection(id="a", list="l", action="exclude"), "breaking"),
        (ValueSet, Selection(id="a", list="l"), None, "breaking"),
        (ValueSet, Selection(id="a", list="l", action="exclude"), None, "additive"),
        (
            ValueSet,
            Selection(id="a", list="l", op="code", values=("1",)),
            Selection(id="a", list="l", op="code", values=("1", "2")),
            "additive",
        ),
        (
            ValueSet,
            Selection(id="a", list="l", op="code", values=("1",), action="exclude"),
            Selection(id="a", list="l", op="code", values=("1", "2"), action="exclude"),
            "breaking",
        ),
        (ValueSet, Selection(id="a", list="l"), Selection(id="a", list="m"), "breaking"),
        (
            Dataset,
            Distribution(id="a", title={}, address="https://a.example"),
            Distribution(id="a", title={}, address="https://b.example"),
            "breaking",
        ),
        (
            Dataset,
            Distribution(id="a", title={"vi": "a"}),
            Distribution(id="a", title={"vi": "b"}),
            "editorial",
        ),
    ],
)
def test_members_that_come_go_or_change(cls, old, new, expected):
    assert impact(with_member(cls, old), with_member(cls, new)) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (Match(source="a", target="b"), None, "breaking"),
        (None, Match(source="a", target="b"), "additive"),
        (
            Match(source="a", target="b"),
            Match(source="a", target="b", relation="broader"),
            "breaking",
        ),
        (
            Match(source="a", target="b"),
            Match(source="a", target="b", note={"vi": "x"}),
            "editorial",
        ),
    ],
)
def test_rows_of_a_mapping(old, new, expected):
    lists = {"source_list": "code-list/a/a", "target_list": "code-list/a/b"}

    assert impact(with_member(Mapping, old, **lists), with_member(Mapping, new, **lists)) == (
        expected
    )


AMENDS = DocumentRelation(relation="amends", target="document/byt/a")
NOTED = msgspec.structs.replace(AMENDS, note="x")


@pytest.mark.parametrize(
    ("cls", "field", "old", "new", "expected"),
    [
        (Schema, "closed", False, True, "breaking"),
        (Schema, "closed", True, False, "additive"),
        (Schema, "date_field", "A", "B", "breaking"),
        (Schema, "record", "", "XML1", "additive"),
        (Schema, "record", "XML1", "XML2", "breaking"),
        (CodeList, "title", {"vi": "a"}, {"vi": "b"}, "editorial"),
        (CodeList, "licence_class", "open", "restricted", "breaking"),
        (CodeList, "deprecated", False, True, "additive"),
        (CodeList, "custodian", "", "organisation/a/b", "additive"),
        (CodeList, "property_types", (), (PropertyType(name="a"),), "additive"),
        (CodeList, "property_types", (PropertyType(name="a"),), (), "breaking"),
        (
            CodeList,
            "property_types",
            (PropertyType(name="a"),),
            (PropertyType(name="a", label={"vi": "x"}),),
            "editorial",
        ),
        (
            CodeList,
            "property_types",
            (PropertyType(name="a"),),
            (PropertyType(name="a", type="integer"),),
            "breaking",
        ),
        (DataElement, "max_length", 5, 4, "breaking"),
        (DataElement, "access", "a", "b", "additive"),
        (DataElement, "definition", {"vi": "a"}, {"vi": "b"}, "editorial"),
        (Dataset, "access", "open", "shared", "breaking"),
        (Dataset, "access", "shared", "open", "additive"),
        (DataGroup, "parent", "", "data-group/a/b", "additive"),
    ],
)
def test_a_changed_header(cls, field, old, new, expected):
    before = cls(title={"vi": "x"})

    assert (
        impact(
            msgspec.structs.replace(before, **{field: old}),
            msgspec.structs.replace(before, **{field: new}),
        )
        == expected
    )


def test_a_note_on_a_relation_between_documents_is_editorial():
    old = Document(title={}, number="1", relations=(AMENDS,))

    assert impact(old, msgspec.structs.replace(old, relations=(NOTED,))) == "editorial"
    assert impact(old, msgspec.structs.replace(old, relations=())) == "additive"


def test_the_gravest_impact_counts():
    assert worst([]) == "none"
    assert worst(["editorial", "breaking", "none"]) == "breaking"
    assert list(RANK) == ["none", "editorial", "additive", "breaking"]


def test_a_first_release_is_additive_and_another_order_editorial():
    body = with_member(CodeList, CONCEPT)
    other = msgspec.structs.replace(body, members=(CONCEPT, Concept(code="B", display={})))

    assert impact(None, body) == "additive"
    assert (
        impact(other, msgspec.structs.replace(other, members=other.members[::-1])) == "editorial"
    )
