"""The XSD of claim tables, held against libxml2 and against the JSON Schema of the same layout."""

import base64
import json
from datetime import date
from decimal import Decimal

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from catalog.core.errors import BadFile, CannotSay
from catalog.core.model import Binding, CodeList, Concept, Field, Schema
from catalog.core.names import Key, Space
from catalog.core.release import Release
from catalog.formats import json_schema, xsd
from catalog.formats.format import Setting
from tests.actions import claims
from tests.actions.library import MemoryLibrary

SEX = CodeList(
    title={"vi": "Giới tính", "en": "Sex"},
    members=(
        Concept(code="1", display={"vi": "Nam", "en": "Male"}),
        Concept(code="2", display={"vi": "Nữ", "en": "Female"}),
        Concept(code="9", display={"vi": "Bỏ"}, retired=True),
    ),
)
SEX_KEY = "code-list/x/sex"


def field(name="X", **others):
    return Field(name=name, label={"vi": f"Trường {name}", "en": f"Field {name}"}, **others)


LAYOUT = Schema(
    title={"vi": "Bảng thử", "en": "Sample table"},
    record="XML9",
    root_element="CHITIEU",
    list_element="DSACH",
    row_element="CHI_TIET",
    members=(
        field("MA_LK", max_length=5, required="yes"),
        field("NGAY", format="yyyymmdd|yyyymmddHHMM"),
        field("NGAY_SINH", format="birth", required="yes", max_length=12),
        field("SEX", type="integer", max_length=1, binding=Binding(list=SEX_KEY), required="yes"),
        field("SEX_TEXT", binding=Binding(list=SEX_KEY)),
        field("MANY", separator=";", pattern="[A-Z][0-9]{2}", max_length=11),
        field("WEIGHT", pattern="^[0-9]+(?:\\.[0-9]{1,2})?$", max_length=6),
        field("SUM", type="decimal", max_length=4, required="yes"),
        field("SHARE", type="decimal"),
        field("COUNT", type="integer", max_length=3),
        field("DONE", type="boolean"),
        field("LIST", separator=";", type="integer"),
    ),
)


def released(schema=LAYOUT, key="schema/x/s"):
    library = MemoryLibrary()
    library.add(SEX_KEY, SEX)
    entry = library.add(key, schema, date(2024, 7, 1), lock=(SEX_KEY,))
    release = Release(entry, schema, library.timeline(Key.parse(key)))
    return release, Setting(Space("https://data.example.vn"), library)


def validator(schema=LAYOUT):
    return xsd.validator_of(b"".join(xsd.write(*released(schema))))


TABLE = validator()
RECORD = jsonschema.Draft202012Validator(
    json.loads(b"".join(json_schema.write(*released()))),
)

GOOD = {
    "MA_LK": "L1",
    "NGAY_SINH": "19800000",
    "SEX": 1,
    "SUM": 12.5,
}


def text_of(value):
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return format(Decimal(repr(value)), "f")
        case _:
            return value


def table_of(record, schema=LAYOUT):
    top = etree.Element(schema.root_element)
    row = etree.SubElement(etree.SubElement(top, schema.list_element), schema.row_element)
    known = [one.name for one in json_schema.fields_of(schema)]
    for name in [*known, *(name for name in record if name not in known)]:
        if name in record:
            etree.SubElement(row, name).text = text_of(record[name])
    return top


def is_valid(record):
    return TABLE.validate(table_of(record))


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"NGAY": ""},
        {"NGAY": None},
        {"NGAY": "20240701"},
        {"NGAY": "202407010830"},
        {"SEX_TEXT": "2"},
        {"SEX_TEXT": ""},
        {"MANY": "A01;B02"},
        {"WEIGHT": "55.5"},
        {"SUM": -9999.99},
        {"SHARE": 0.1},
        {"SHARE": None},
        {"COUNT": 999},
        {"COUNT": ""},
        {"DONE": True},
        {"LIST": "1;-2;3"},
        {"MA_LK": "đơn ỹ"},
    ],
)
def test_a_valid_record_is_valid_in_both_notations(change):
    record = GOOD | change

    assert RECORD.is_valid(record)
    assert is_valid(record), TABLE.error_log


@pytest.mark.parametrize(
    "change",
    [
        {"MA_LK": ""},
        {"MA_LK": "123456"},
        {"NGAY": "2024070108"},
        {"NGAY": "20241301"},
        {"NGAY_SINH": "1980"},
        {"SEX": 9},
        {"SEX": 3},
        {"SEX": ""},
        {"SEX_TEXT": "9"},
        {"MANY": "A01,B02"},
        {"MANY": "A01;"},
        {"MANY": "A01;B02;C03;D04"},
        {"WEIGHT": "55,5"},
        {"SUM": 10000},
        {"SUM": None},
        {"SUM": "1e3"},
        {"SUM": "nhiều"},
        {"COUNT": 1000},
        {"COUNT": 1.5},
        {"DONE": "yes"},
        {"LIST": "1;x"},
        {"UNKNOWN": "1"},
    ],
)
def test_an_invalid_record_is_invalid_in_both_notations(change):
    record = GOOD | change

    assert not RECORD.is_valid(record)
    assert not is_valid(record)


def test_a_required_field_must_be_there_and_fields_keep_the_order_of_the_layout():
    assert not is_valid({name: value for name, value in GOOD.items() if name != "SUM"})
    turned = table_of(GOOD)
    row = turned[0][0]
    row.append(row[0])

    assert not TABLE.validate(turned)


VALUES = {
    "MA_LK": st.text("abđ1;. ", max_size=7),
    "NGAY": st.one_of(
        st.sampled_from(["", None, "20240701", "202407010830", "20240732", "2024"]),
        st.from_regex("[12][0-9]{7}([0-9]{4})?", fullmatch=True),
    ),
    "NGAY_SINH": st.one_of(
        st.sampled_from(["", "19800000", "198001000000", "19801300", "1980000"]),
        st.from_regex("[12][0-9]{3}[01][0-9]{3}", fullmatch=True),
    ),
    "SEX": st.one_of(
        st.integers(-1, 10), st.sampled_from([None, "", "1"]).filter(lambda v: v != "1")
    ),
    "SEX_TEXT": st.sampled_from(["", None, "1", "2", "3", "9", "01"]),
    "MANY": st.one_of(st.none(), st.from_regex("([A-Z][0-9]{2};?){0,4}", fullmatch=True)),
    "WEIGHT": st.one_of(st.text("0123.,", max_size=8)),
    "SUM": st.one_of(
        st.integers(-20_000, 20_000),
        st.decimals(-20_000, 20_000, places=2).map(float),
    ),
    "SHARE": st.one_of(st.none(), st.just(""), st.integers(-(10**9), 10**9)),
    "COUNT": st.one_of(st.none(), st.just(""), st.integers(-2000, 2000)),
    "DONE": st.one_of(st.booleans(), st.none(), st.sampled_from(["", "yes", "TRUE"])),
    "LIST": st.text("0123-;", max_size=8),
}
RECORDS = st.fixed_dictionaries({}, optional=VALUES)


@settings(max_examples=400)
@given(st.one_of(RECORDS, RECORDS.map(lambda changed: GOOD | changed)))
def test_json_schema_and_xsd_agree_on_generated_records(record):
    assert RECORD.is_valid(record) == is_valid(record), (record, TABLE.error_log)


def dossier(table, name="XML9"):
    return (
        "<GIAMDINHHS><THONGTINDONVI><MACSKCB>01013</MACSKCB></THONGTINDONVI><THONGTINHOSO>"
        "<NGAYLAP>20240701</NGAYLAP><SOLUONGHOSO>1</SOLUONGHOSO><DANHSACHHOSO><HOSO><FILEHOSO>"
        f"<LOAIHOSO>{name}</LOAIHOSO><NOIDUNGFILE>{table}</NOIDUNGFILE></FILEHOSO></HOSO>"
        "</DANHSACHHOSO></THONGTINHOSO><CHUKYDONVI/></GIAMDINHHS>"
    )


def test_the_envelope_takes_base64_and_looks_into_plain_tables():
    good = etree.tostring(table_of(GOOD), encoding="unicode")
    bad = etree.tostring(table_of(GOOD | {"SEX": 7}), encoding="unicode")

    assert TABLE.validate(etree.fromstring(dossier(good))), TABLE.error_log
    assert TABLE.validate(etree.fromstring(dossier(base64.b64encode(bad.encode()).decode())))
    assert TABLE.validate(etree.fromstring(dossier("<OTHER><A/></OTHER>", "XML8")))
    assert not TABLE.validate(etree.fromstring(dossier(bad)))
    assert not TABLE.validate(
        etree.fromstring(dossier("").replace("<SOLUONGHOSO>1", "<SOLUONGHOSO>"))
    )
    assert not TABLE.validate(
        etree.fromstring(dossier("").replace("HOSO><HOSO>", "HOSO><X/><HOSO>"))
    )


def test_one_schema_of_the_envelope_holds_several_tables():
    first, setting = released()
    second = released(
        Schema(
            title={"vi": "Hai"}, root_element="TONG_HOP", members=(field("A", required="yes"),)
        ),
        "schema/x/t",
    )[0]
    envelope = xsd.validator_of(xsd.write_envelope([first, second], setting))

    assert envelope.validate(etree.fromstring(dossier("<TONG_HOP><A>1</A></TONG_HOP>")))
    assert not envelope.validate(etree.fromstring(dossier("<TONG_HOP><A></A></TONG_HOP>")))
    with pytest.raises(CannotSay):
        xsd.write_envelope([first, first], setting)


@pytest.mark.parametrize("table", ["XML1", "XML2", "XML3", "XML4", "XML5"])
def test_a_whole_claim_table_is_a_schema_for_libxml2(table):
    library = MemoryLibrary()
    entry = claims.install(library, table, icd=300)
    release = Release(entry, library.body(entry), library.timeline(Key.parse(entry.key)))
    data = b"".join(xsd.write(release, Setting(Space("https://data.example.vn"), library)))

    made = xsd.validator_of(data)

    assert "Mã đợt điều trị" in data.decode()
    assert b"XSD cannot say" not in data
    if table == "XML1":
        good = etree.Element("XML1")
        for name, value in claims.good_record(3, icd=300).items():
            etree.SubElement(good, name).text = text_of(value)
        known = [one.name for one in json_schema.fields_of(release.body)]
        good[:] = sorted(good, key=lambda element: known.index(element.tag))
        assert made.validate(good), made.error_log
        good[0].text = ""
        assert not made.validate(good)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("^(?:a|b)$", "(a|b)"),
        (r"^\d{2}\.[0-9A-Z_-]$", r"[0-9]{2}\.[0-9A-Z_-]"),
        ("^a+?$", None),
        (r"^\bword$", None),
        (r"^(a)\1$", None),
        ("^a^b$", None),
        ("^(?!a)b$", None),
        ("^[a-z$", None),
        ("open", None),
        (r"^[\]a]$", r"[\]a]"),
    ],
)
def test_patterns_are_said_in_the_words_of_xsd_or_not_at_all(pattern, said):
    assert xsd.xsd_pattern(pattern) == said


def test_a_pattern_that_xsd_cannot_say_is_told_in_the_annotation():
    data = b"".join(xsd.write(*released(Schema(title={}, members=(field(pattern="(?!9)[0-9]"),)))))

    xsd.validator_of(data)
    assert "Mẫu không diễn đạt được bằng XSD" in data.decode()


def test_what_is_no_schema_or_no_name_is_refused_by_name():
    with pytest.raises(CannotSay):
        xsd.write(*released(Schema(title={}, members=(field("has space"),))))
    with pytest.raises(BadFile):
        xsd.validator_of(b"<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>")


def test_an_open_layout_takes_elements_of_another_namespace_only():
    opened = validator(Schema(title={}, record="R", closed=False, members=(field("A"),)))

    assert opened.validate(etree.fromstring('<R><A>1</A><b xmlns="urn:b">2</b></R>'))
    assert not opened.validate(etree.fromstring("<R><A>1</A><B>2</B></R>"))
