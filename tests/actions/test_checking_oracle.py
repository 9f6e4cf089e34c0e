"""
The engine against plain `jsonschema` on the published bundle: the same fields are wrong.

Left out is what no JSON Schema says: days that the calendar lacks, and codes in long lists. Texts
have no line ends, because Python's `$` lets one pass where ECMA's does not.
"""

import json
from datetime import date

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.actions.checking import Checker, Compiled, numbered
from catalog.core.model import Binding, CodeList, Concept, Field, Schema
from catalog.core.names import Key, Space
from catalog.core.release import Release
from catalog.formats.format import Setting
from catalog.formats.json_schema import write, write_bundled
from tests.actions import claims
from tests.actions.library import MemoryLibrary

KEY, LIST = "schema/x/s", "code-list/x/l"
CODES = CodeList(
    title={"vi": "L"},
    members=(
        *(Concept(code=code, display={"vi": code}) for code in ("0", "1", "2", "01", "A.1")),
        Concept(code="7", display={"vi": "7"}, selectable=False),
        Concept(code="8", display={"vi": "8"}, retired=True),
    ),
)
NAMES = ("A", "B", "C", "Đ")

required = st.sampled_from(["yes", "no", "conditional"])
bound_fields = st.builds(
    dict,
    type=st.sampled_from(["string", "integer"]),
    required=required,
    binding=st.just(Binding(list=LIST)),
)
other_fields = st.builds(
    dict,
    type=st.sampled_from(["string", "string", "integer", "decimal", "boolean"]),
    max_length=st.sampled_from([0, 1, 2, 8]),
    format=st.sampled_from(["", "", "yyyymmdd", "yyyymmddHHMM", "birth", "yyyymmdd|yyyymmddHHMM"]),
    pattern=st.sampled_from(["", "", "[0-9]{1,2}", "a|bc", "^[A-Z].*$", "[^;]*"]),
    required=required,
    separator=st.sampled_from(["", "", ";", "+"]),
)
layouts = st.lists(bound_fields | other_fields, min_size=1, max_size=4).map(
    lambda found: tuple(
        Field(name=name, label={"vi": "Trường"}, **others)
        for name, others in zip(NAMES, found, strict=False)
    )
)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=4)
values = st.one_of(
    st.sampled_from(
        ["", None, 0, 1, 2, 7, 8, 1.0, 0.5, -1, 99, 100, True, False, "0", "1", "01", "A.1", "7"]
    ),
    st.sampled_from(["20240101", "202401010000", "19500000", "20241301", "20240101;20240102"]),
    st.sampled_from(["a", "bc", "12", "123", "1;2", "1+2", "1;", "Ab", "[]", [], {}, ["1"]]),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    texts,
)
records = st.dictionaries(st.sampled_from((*NAMES, *NAMES, "X")), values, max_size=5)


def parts(members):
    library = MemoryLibrary()
    library.add(LIST, CODES)
    body = Schema(title={"vi": "S"}, members=members)
    entry = library.add(KEY, body, lock=(LIST,))
    release = Release(entry, body, library.timeline(Key.parse(KEY)))
    return library, release, Setting(Space("http://localhost"), library)


def wrong_by_jsonschema(document, record):
    """The names that plain jsonschema finds fault with."""
    found = set()
    for error in jsonschema.Draft202012Validator(document).iter_errors(record):
        match error.validator:
            case "required":
                found |= set(document["required"]) - set(record)
            case "additionalProperties":
                found |= set(record) - set(document["properties"])
            case _:
                found.add(error.path[0])
    return found


def wrong_by_us(library, record):
    """The names that the engine finds fault with."""
    checker = Checker(library, compiled=Compiled(), today=lambda: date(2024, 1, 1))
    report = checker.check(Key.parse(KEY), numbered([record]))
    return {finding.path.removeprefix("/") for finding in report.findings}


@settings(max_examples=200, deadline=None)
@given(members=layouts, some=st.lists(records, min_size=5, max_size=10))
def test_plain_jsonschema_finds_fault_with_the_same_fields(members, some):
    library, release, setting = parts(members)
    bundle = json.loads(b"".join(write_bundled(release, setting)))
    jsonschema.Draft202012Validator.check_schema(bundle)

    for record in some:
        assert wrong_by_us(library, record) == wrong_by_jsonschema(bundle, record), record


@settings(deadline=None)
@given(members=layouts, record=records)
def test_the_bundle_says_what_the_schema_itself_says(members, record):
    _, release, setting = parts(members)
    whole, bundle = (
        json.loads(b"".join(writer(release, setting))) for writer in (write, write_bundled)
    )

    assert wrong_by_jsonschema(whole, record) == wrong_by_jsonschema(bundle, record)


def test_claims_are_judged_alike_by_both():
    library = MemoryLibrary()
    entry = claims.install(library)
    key = Key.parse(entry.key)
    release = Release(entry, library.body(entry), library.timeline(key))
    bundle = json.loads(b"".join(write_bundled(release, Setting(Space("http://x"), library))))
    beyond = {
        "/MA_BENH_CHINH", "/MA_BENH_KT", "/MATINH_CU_TRU", "/MAXA_CU_TRU", "/MA_DANTOC",
    }  # fmt: skip
    checker = Checker(library)
    for seed in range(200):
        record = claims.bad_record(seed)
        findings = checker.check(key, numbered([record])).findings
        ours = {
            finding.path[1:]
            for finding in findings
            if finding.path not in beyond and finding.rule not in {"order", "sum-mismatch"}
        }
        theirs = wrong_by_jsonschema(bundle, record) - {path[1:] for path in beyond}

        assert ours == theirs, seed
