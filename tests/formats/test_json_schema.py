"""The JSON Schemas that are published, read by a validator of other people's."""

import json
from datetime import date

import jsonschema
import pytest
from msgspec.structs import replace

from catalog.core.errors import CannotSay
from catalog.core.model import (
    Binding,
    CodeList,
    Concept,
    DataElement,
    DataGroup,
    Field,
    Rule,
    Schema,
)
from catalog.core.names import Key, Kind, Space
from catalog.core.release import Release
from catalog.formats.format import Setting
from catalog.formats.json_schema import FORMAT, FORMATS, structure, write, write_bundled
from tests.actions import claims
from tests.actions.library import MemoryLibrary

SEX = CodeList(
    title={"vi": "Giới tính", "en": "Sex"},
    members=(
        Concept(code="1", display={"vi": "Nam", "en": "Male"}),
        Concept(code="2", display={"vi": "Nữ", "en": "Female"}),
        Concept(code="9", display={"vi": "Bỏ", "en": "Gone"}, retired=True),
    ),
)


def field(name="X", **others):
    return Field(name=name, label={"vi": "Trường", "en": "Field"}, **others)


def schema(*members, **others):
    return Schema(title={"vi": "Bảng", "en": "Table"}, members=members, **others)


def published(body, library=None, writer=write, key="schema/x/s", lock=()):
    library = library or MemoryLibrary()
    entry = library.add(key, body, date(2024, 7, 1), version="2.0", lock=lock)
    timeline = library.timeline(Key.parse(key))
    release = Release(entry, body, timeline)
    setting = Setting(Space("https://data.example.vn"), library)
    return json.loads(b"".join(writer(release, setting)))


def accepts(described, value):
    document = structure(schema(described))
    jsonschema.Draft202012Validator.check_schema(document)
    return jsonschema.Draft202012Validator(document).is_valid({described.name: value})


@pytest.fixture(scope="module")
def xml1():
    library = MemoryLibrary()
    entry = claims.install(library)
    timeline = library.timeline(Key.parse(entry.key))
    release = Release(entry, library.body(entry), timeline)
    return release, Setting(Space("https://data.example.vn"), library)


def test_the_schema_of_a_claim_table_is_of_2020_12_and_named_by_its_release(xml1):
    document = json.loads(b"".join(write(*xml1)))

    jsonschema.Draft202012Validator.check_schema(document)
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert document["$id"] == "https://data.example.vn/id/schema/byt/claim-xml1/1.schema.json"
    assert document["additionalProperties"] is False
    assert document["x-date-field"] == "NGAY_RA"


def test_the_fields_of_a_claim_table_stand_in_their_order_under_their_technical_names(xml1):
    document = json.loads(b"".join(write(*xml1)))

    names = [row["field"] for row in claims.rows("xml_fields.csv") if row["table"] == "XML1"]
    needed = [
        row["field"]
        for row in claims.rows("xml_fields.csv")
        if row["table"] == "XML1" and row["required"] == "yes"
    ]
    assert list(document["properties"]) == names
    assert document["required"] == needed


def test_small_lists_are_enumerated_and_large_ones_named(xml1):
    properties = json.loads(b"".join(write(*xml1)))["properties"]

    sex, icd, department = (properties[n] for n in ("GIOI_TINH", "MA_BENH_CHINH", "MA_KHOA"))
    assert sex["enum"] == [1, 2, 3]
    assert sex["x-enum-labels"]["1"]["vi"] == "Nam"
    assert "enum" not in icd
    assert icd["codeList"] == {
        "key": "code-list/byt/icd-10",
        "strength": "required",
        "checks": ["sex", "age", "main"],
        "version": "1",
        "href": "https://data.example.vn/id/code-list/byt/icd-10/1",
    }
    assert "enum" not in department
    assert department["codeList"]["separator"] == ";"


@pytest.mark.parametrize("writer", [write, write_bundled])
def test_a_stock_validator_needs_nothing_from_elsewhere(xml1, writer):
    document = json.loads(b"".join(writer(*xml1)))
    validator = jsonschema.Draft202012Validator(document)
    record = claims.good_record(3)

    assert list(validator.iter_errors(record)) == []
    assert [error.json_path for error in validator.iter_errors(record | {"GIOI_TINH": 7})] == [
        "$.GIOI_TINH"
    ]
    assert validator.is_valid(record | {"MA_TAI_NAN": ""})
    assert not validator.is_valid(record | {"MA_TAI_NAN": 99})


def test_a_bundle_holds_each_small_list_once(xml1):
    document = json.loads(b"".join(write_bundled(*xml1)))

    jsonschema.Draft202012Validator.check_schema(document)
    assert document["$id"].endswith("1.schema.json?bundle=1")
    assert document["$defs"]["byt.gioi-tinh.1.integer"]["enum"] == [1, 2, 3]
    assert document["properties"]["GIOI_TINH"]["$ref"] == "#/$defs/byt.gioi-tinh.1.integer"
    assert not any("icd" in name for name in document["$defs"])


def test_rules_are_published_with_their_expressions_and_words(xml1):
    rules = json.loads(b"".join(write(*xml1)))["x-rules"]

    assert [rule["id"] for rule in rules] == [rule.id for rule in claims.RULES]
    assert rules[0]["must"] == "NGAY_RA >= NGAY_VAO"
    assert rules[0]["severity"] == "error"
    assert set(rules[0]["message"]) == {"vi", "en"}


@pytest.mark.parametrize(
    ("described", "good", "bad"),
    [
        (field(), ["", None, "a", " "], [1, True, [], {}]),
        (field(required="yes"), ["a", " "], ["", None, 1]),
        (field(max_length=2), ["ab", "đá", "😀😀"], ["abc"]),
        (field(type="integer", max_length=2), [1, -99, 99, 1.0, "", None], [100, 1.5, "1", True]),
        (field(type="integer", required="yes"), [0, 10**30], ["", None, "0"]),
        (field(type="decimal", max_length=3), [999.999, -1, 0], [1000, "1.5", False]),
        (field(type="boolean"), [True, False, "", None], [0, 1, "true"]),
        (field(pattern="[0-9]+"), ["12", ""], ["12a", "a12"]),
        (field(pattern="^a|b$"), ["a", "b"], ["ax", "xb"]),
        (field(pattern="[0-9]{5}", separator=";"), ["12345", "12345;54321"], ["12345;", ";"]),
        (field(pattern="[a-z]", separator="+"), ["a+b"], ["a;b", "ab"]),
        (field(type="integer", separator=";"), ["1;-2", ""], [1, "1;x", "1.5"]),
        (field(type="decimal", separator=";"), ["1.5;2"], ["1,5"]),
        (field(format="yyyymmdd"), ["20240229", ""], ["2024-02-29", "20241301", "00000101"]),
        (field(format="yyyymmddHHMM"), ["202402292359"], ["20240229", "202402292400"]),
        (field(format="birth"), ["19500000", "195002000000"], ["19500001", "1950"]),
        (field(format="date"), ["2024-02-29"], ["20240229", "2024-2-9"]),
        (
            field(format="date-time"),
            ["2024-02-29T08:30:00+07:00", "2024-02-29T08:30:00.5Z"],
            ["2024-02-29T08:30:00", "2024-02-29 08:30"],
        ),
        (field(format="yyyymmdd", separator=";"), ["20240101;20240201"], ["20240101,20240201"]),
        (field(format="yyyymmdd", pattern="2024.*"), ["20240101"], ["20230101", "2024"]),
    ],
)
def test_a_field_takes_what_its_type_length_format_and_pattern_allow(described, good, bad):
    assert [value for value in good if not accepts(described, value)] == []
    assert [value for value in bad if accepts(described, value)] == []


def test_every_format_of_the_model_has_a_pattern():
    named = {name for name in Field.__annotations__["format"].__args__ if name}

    assert set(FORMATS) == named


def test_a_list_of_200_codes_is_enumerated_and_one_of_201_is_not():
    library = MemoryLibrary()
    for size in (200, 201):
        concepts = tuple(Concept(code=f"C{n}", display={"vi": "x"}) for n in range(size))
        heading = Concept(code="H", display={"vi": "x"}, selectable=False)
        body = CodeList(title={"vi": "L"}, members=(heading, *concepts))
        library.add(f"code-list/x/of-{size}", body)
    document = published(
        schema(
            field("A", binding=Binding(list="code-list/x/of-200"), required="yes"),
            field("B", binding=Binding(list="code-list/x/of-201")),
        ),
        library,
        lock=("code-list/x/of-200", "code-list/x/of-201"),
    )

    assert len(document["properties"]["A"]["enum"]) == 200
    assert "H" not in document["properties"]["A"]["enum"]
    assert "enum" not in document["properties"]["B"]


def test_the_enumeration_is_of_the_locked_release_not_of_the_latest():
    library = MemoryLibrary()
    library.add("code-list/x/sex", SEX)
    newer = replace(SEX, members=(*SEX.members, Concept(code="3", display={"vi": "Khác"})))
    bound = schema(field("SEX", binding=Binding(list="code-list/x/sex")))
    first = published(bound, library, lock=("code-list/x/sex",))
    library.add("code-list/x/sex", newer, date(2025, 1, 1))
    entry = library.timeline(Key.parse("schema/x/s")).entries[0]
    setting = Setting(Space("https://data.example.vn"), library)
    release = Release(entry, bound, library.timeline(Key.parse("schema/x/s")))

    again = json.loads(b"".join(write(release, setting)))

    assert first["properties"]["SEX"]["enum"] == ["1", "2", "", None]
    assert again == first


@pytest.mark.parametrize(
    "binding",
    [
        Binding(list="code-list/x/sex", strength="preferred"),
        Binding(list="code-list/x/sex", strength="example"),
        Binding(list="code-list/x/never-released"),
    ],
)
def test_what_is_not_required_or_not_here_is_named_but_not_enumerated(binding):
    library = MemoryLibrary()
    library.add("code-list/x/sex", SEX)
    document = published(schema(field("SEX", binding=binding)), library, lock=("code-list/x/sex",))

    assert "enum" not in document["properties"]["SEX"]
    assert document["properties"]["SEX"]["codeList"]["key"] == binding.list
    assert document["properties"]["SEX"]["codeList"]["strength"] == binding.strength


def test_a_number_is_enumerated_by_the_codes_that_numbers_can_say():
    library = MemoryLibrary()
    members = tuple(Concept(code=code, display={"vi": code}) for code in ("0", "1", "02", "1.1"))
    library.add("code-list/x/mixed", CodeList(title={"vi": "L"}, members=members))
    document = published(
        schema(field("N", type="integer", binding=Binding(list="code-list/x/mixed"))),
        library,
        lock=("code-list/x/mixed",),
    )

    assert document["properties"]["N"]["enum"] == [0, 1, "", None]


def test_both_languages_the_class_and_the_element_are_annotations():
    described = field(
        "MA",
        definition={"vi": "Mã gì đó", "en": "Some code"},
        data_class="personal-basic",
        element="data-element/x/ma",
        required="conditional",
        unit="mg",
    )
    document = published(schema(described))["properties"]["MA"]

    assert document["title"] == "Trường"
    assert document["x-title"] == {"vi": "Trường", "en": "Field"}
    assert document["description"] == "Mã gì đó"
    assert document["x-description"]["en"] == "Some code"
    assert document["x-data-class"] == "personal-basic"
    assert document["x-element"] == "data-element/x/ma"
    assert document["x-required"] == "conditional"
    assert document["x-unit"] == "mg"


def test_an_open_layout_lets_other_fields_pass():
    document = published(schema(field("A"), closed=False))

    assert jsonschema.Draft202012Validator(document).is_valid({"B": 1})


def test_a_code_list_is_the_schema_of_one_code():
    document = published(SEX, key="code-list/x/sex")

    jsonschema.Draft202012Validator.check_schema(document)
    assert document["enum"] == ["1", "2"]
    assert document["$id"] == "https://data.example.vn/id/code-list/x/sex/2.0.schema.json"


def test_a_data_element_is_the_schema_of_one_value():
    library = MemoryLibrary()
    library.add("code-list/x/sex", SEX)
    element = DataElement(
        title={"vi": "Giới tính", "en": "Sex"},
        technical_name="sex",
        type="string",
        max_length=1,
        binding=Binding(list="code-list/x/sex"),
    )
    document = published(element, library, key="data-element/x/sex", lock=("code-list/x/sex",))
    validator = jsonschema.Draft202012Validator(document)

    assert document["title"] == "Giới tính"
    assert validator.is_valid("1")
    assert not validator.is_valid("")
    assert not validator.is_valid("7")


def test_other_kinds_cannot_be_said():
    with pytest.raises(CannotSay):
        published(DataGroup(title={"vi": "Nhóm"}), key="data-group/x/g")

    assert Kind.DATA_GROUP not in FORMAT.kinds


def test_the_same_release_is_always_written_the_same(xml1):
    assert b"".join(write(*xml1)) == b"".join(write(*xml1))


def test_a_rule_of_a_schema_is_no_property():
    rule = Rule(id="r", fields=("A",), must="A != null", message={"vi": "x", "en": "x"})
    document = published(schema(field("A"), rule))

    assert list(document["properties"]) == ["A"]
    assert document["x-rules"][0]["id"] == "r"
