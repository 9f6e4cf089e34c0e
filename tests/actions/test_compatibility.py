"""Compatibility of layouts, lists and candidates, with examples that the validators confirm."""

import json
from datetime import date

import jsonschema
import pytest
from msgspec.structs import replace

from catalog.actions.compatibility import between, for_candidate
from catalog.actions.compatibility_sides import side_of
from catalog.core.errors import BadDocument, BadRequest, NotFound
from catalog.core.model import Binding, CodeList, Concept, DataGroup, Field, Rule, Schema
from catalog.core.names import Key, Space
from catalog.core.release import Release
from catalog.formats.format import Setting
from catalog.formats.json_schema import write
from tests.actions import claims
from tests.actions.library import MemoryLibrary

KEY = Key.parse("schema/x/s")
LIST = "code-list/x/l"


def field(name="A", **others):
    return Field(name=name, label={"vi": name}, **others)


def schema(*members, **others):
    return Schema(title={"vi": "Bảng"}, members=members, **others)


def concept(code, name="Tên gọi", **others):
    return Concept(code=code, display={"vi": name}, **others)


def codes(*members):
    return CodeList(title={"vi": "Danh mục"}, members=members)


def compared(old, new, mode="backward", lists=()):
    library = MemoryLibrary()
    for day, body in ((date(2020, 1, 1), old), (date(2021, 1, 1), new)):
        place = 0 if body is old else -1
        if lists:
            library.add(LIST, lists[place], day)
        library.add(str(KEY), body, day, lock=(LIST,) if lists else ())
    first, second = library.timeline(KEY).entries
    found = between(library, KEY, first, second, mode)
    sides = {"1": side_of(library, first), "2": side_of(library, second)}
    for one in found.findings:
        # Each example is held against a validator of other people's.
        if one.has_example and one.rule != "code-re-used":
            names = ("1", "2") if one.direction == "backward" else ("2", "1")
            narrow, wide = (
                jsonschema.Draft202012Validator(sides[name].schema.document) for name in names
            )
            assert narrow.is_valid(one.example)
            assert not wide.is_valid(one.example) or sides[names[1]].several
    return found


def verdicts(old, new, **others):
    return tuple(compared(old, new, mode, **others).verdict for mode in ("backward", "forward"))


BOUND = Binding(list=LIST)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (field(max_length=5), field(max_length=9), ("compatible", "incompatible")),
        (field(), field(required="yes"), ("incompatible", "compatible")),
        (field(pattern="[0-9]+"), field(), ("compatible", "incompatible")),
        (field(type="integer"), field(type="decimal"), ("compatible", "incompatible")),
        (field(type="integer"), field(), ("incompatible", "incompatible")),
        (
            field(format="yyyymmdd"),
            field(format="yyyymmdd|yyyymmddHHMM"),
            ("compatible", "incompatible"),
        ),
        (field(format="yyyymmdd"), field(format="yyyymmdd", max_length=12), ("compatible",) * 2),
        (
            field(separator=";", pattern="[A-Z]"),
            field(pattern="[A-Z]"),
            ("incompatible", "unknown"),
        ),
        (field(), field(), ("compatible", "compatible")),
    ],
)
def test_what_becomes_of_a_field_decides(old, new, expected):
    found = verdicts(schema(old), schema(new, description={"vi": "Bản sau"}))

    if "unknown" in expected:
        assert found[0] == expected[0]
        assert found[1] in {"unknown", "compatible"}
    else:
        assert found == expected


def test_a_new_field_breaks_only_closed_layouts_the_other_way():
    one, two = (field("A"),), (field("A"), field("B", max_length=3))

    assert verdicts(schema(*one), schema(*two)) == ("compatible", "incompatible")
    opened = verdicts(schema(*one, closed=False), schema(*two, closed=False))
    assert opened == ("incompatible", "compatible")  # what was anything is now a short text
    assert verdicts(schema(*one), schema(*one, closed=False)) == ("compatible", "incompatible")


def test_a_finding_says_where_why_and_shows_the_smallest_record():
    old = schema(field("MA", required="yes"), field("TEN", max_length=10), field("KHAC"))
    new = schema(field("MA", required="yes"), field("TEN", max_length=4), field("KHAC"))

    [finding] = compared(old, new).findings

    assert (finding.path, finding.version, finding.direction) == ("/TEN", "1", "backward")
    assert finding.example.keys() == {"MA", "TEN"}
    assert len(finding.example["TEN"]) == 5
    assert finding.message["vi"].startswith("Có giá trị hợp lệ theo bản 1")


def test_a_rule_that_is_new_cannot_be_decided():
    rule = Rule(id="r", fields=("A",), must="has_value(A)", message={"vi": "Thiếu A."})
    found = compared(schema(field()), schema(field(), rule))

    assert (found.verdict, found.findings[0].rule) == ("unknown", "rule:r")
    assert compared(schema(field(), rule), schema(field())).verdict == "compatible"


@pytest.mark.parametrize(
    ("new", "rule", "verdict"),
    [
        (codes(concept("1")), "code-removed", "incompatible"),
        (
            codes(concept("1"), concept("2", retired=True, replaced_by=("1",))),
            "code-retired",
            "incompatible",
        ),
        (
            codes(concept("1"), concept("2", selectable=False)),
            "code-not-selectable",
            "incompatible",
        ),
        (codes(concept("1"), concept("2", "Xe cứu thương")), "code-re-used", "incompatible"),
        (codes(concept("1"), concept("2", "Tên gọi mới")), "code-relabelled", "compatible"),
        (codes(concept("1"), concept("2", valid_to="2022-01-01")), "code-fewer-days", "unknown"),
    ],
)
@pytest.mark.parametrize(
    "described",
    [
        field(binding=BOUND),
        field(binding=BOUND, type="integer"),
        field(binding=BOUND, separator=";"),
        field(binding=BOUND, required="yes"),
    ],
)
def test_what_becomes_of_a_code_counts(described, new, rule, verdict):
    found = compared(
        schema(described),
        schema(described, description={"vi": "Bản sau"}),
        lists=(codes(concept("1"), concept("2")), new),
    )

    told = {one.rule: one for one in found.findings}
    assert found.verdict == verdict
    assert told[rule].path == "/A/2"
    if verdict == "incompatible":
        assert told[rule].example == {"A": 2 if described.type == "integer" else "2"}


def test_a_code_list_is_compared_by_itself():
    library = MemoryLibrary()
    key = Key.parse(LIST)
    first = library.add(LIST, codes(concept("1"), concept("2", aliases=("II",))))
    second = library.add(LIST, codes(concept("1"), concept("3"), concept("2")), date(2021, 1, 1))

    found = between(library, key, first, second, "full")

    assert found.verdict == "incompatible"
    assert {(one.direction, one.example) for one in found.findings if one.has_example} == {
        ("backward", "II"),
        ("forward", "3"),
    }


def test_transitive_looks_at_every_release_and_plain_at_the_last():
    library = MemoryLibrary()
    for year, length in ((2020, 9), (2021, 5), (2022, 7)):
        library.add(str(KEY), schema(field(max_length=length)), date(year, 1, 1))
    candidate = {
        "type": "object",
        "additionalProperties": False,
        "properties": {"A": {"type": ["string", "null"], "maxLength": 7}},
    }

    assert for_candidate(library, KEY, candidate, "full").verdict == "compatible"
    found = for_candidate(library, KEY, candidate, "backward_transitive")
    assert (found.verdict, found.against) == ("incompatible", ("1", "2", "3"))
    assert [one.version for one in found.findings] == ["1"]


def test_the_published_schema_of_a_claim_table_is_compatible_with_its_release():
    library = MemoryLibrary()
    entry = claims.install(library, icd=400)
    key = Key.parse(entry.key)
    body = library.body(entry)
    release = Release(entry, body, library.timeline(key))
    setting = Setting(Space("https://data.example.vn"), library)
    document = json.loads(b"".join(write(release, setting)))

    assert for_candidate(library, key, document, "full").verdict == "compatible"
    document["properties"]["HO_TEN"]["maxLength"] = 100
    found = for_candidate(library, key, document, "backward")

    assert found.verdict == "incompatible"
    [broken] = [one for one in found.findings if one.verdict != "compatible"]
    assert broken.path == "/HO_TEN"
    assert len(broken.example["HO_TEN"]) == 101
    assert set(broken.example) == {*document["required"]}


def test_a_draft_of_ours_is_a_candidate_too():
    library = MemoryLibrary()
    library.add(str(KEY), schema(field(max_length=5)))
    draft = {
        "kind": "schema",
        "title": {"vi": "Bảng"},
        "members": [{"is": "field", "name": "A", "label": {"vi": "A"}, "max_length": 4}],
    }

    assert for_candidate(library, KEY, draft, "backward").verdict == "incompatible"
    assert for_candidate(library, KEY, draft, "forward").verdict == "compatible"
    with pytest.raises(BadDocument):
        for_candidate(library, KEY, {"kind": "schema", "members": 1}, "backward")


@pytest.mark.parametrize(
    "document",
    [
        {"$ref": "https://example.com/schema.json"},
        {"properties": {"A": {"$ref": "other.json"}}},
        {"properties": {"A": {"$ref": "#/$defs/none"}}},
        {"$schema": "http://json-schema.org/draft-07/schema#"},
        {"$dynamicRef": "#a"},
        {"items": {"$id": "https://example.com/"}},
        {"type": "nothing"},
        {"pattern": "("},
        [],
        7,
    ],
)
def test_what_cannot_be_read_or_leads_out_is_refused_by_name(document):
    library = MemoryLibrary()
    library.add(str(KEY), schema(field()))

    with pytest.raises(BadRequest):
        for_candidate(library, KEY, document, "backward")


def test_kinds_without_data_and_unknown_keys_are_refused():
    library = MemoryLibrary()
    key = Key.parse("data-group/x/g")
    entry = library.add(str(key), DataGroup(title={"vi": "Nhóm"}))

    with pytest.raises(BadRequest):
        between(library, key, entry, entry, "backward")
    with pytest.raises(NotFound):
        for_candidate(library, Key.parse("schema/x/none"), {}, "backward")


def test_a_field_that_is_bound_only_now_breaks():
    bound = field(separator=";", binding=BOUND)
    lists = (codes(concept("1")), codes(concept("1")))

    found = compared(schema(replace(bound, binding=None)), schema(bound), lists=lists)

    assert found.verdict == "incompatible"
    assert found.findings[0].rule == "code-not-in-list"
