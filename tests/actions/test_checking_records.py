"""Bytes into records: ordinary, broken and hostile."""

import json
import time
import tracemalloc

import msgspec
import pytest

from catalog.actions.checking import Checker, numbered
from catalog.actions.records import records_of, records_of_lines
from catalog.core.errors import BadRequest
from catalog.core.model import Field, Schema
from catalog.core.names import Key
from catalog.core.record_finding import RecordFinding
from tests.actions.library import MemoryLibrary

KEY = Key.parse("schema/x/s")
NDJSON = "application/x-ndjson"


def checked(data, media_type="application/json"):
    library = MemoryLibrary()
    fields = (
        Field(name="A", label={"vi": "A"}, max_length=5, pattern="[0-9]+", separator=";"),
        Field(name="N", label={"vi": "N"}, type="decimal", max_length=5),
        Field(name="DAY", label={"vi": "Ngày"}, format="yyyymmdd"),
    )
    library.add(str(KEY), Schema(title={"vi": "B"}, members=fields, date_field="DAY"))
    return Checker(library).check(KEY, records_of(data, media_type))


@pytest.mark.parametrize(
    ("data", "media_type", "records"),
    [
        (b'{"A":"1"}', "application/json", [{"A": "1"}]),
        (b' \n[{"A":"1"},{"A":"2"}]', "application/json; charset=utf-8", [{"A": "1"}, {"A": "2"}]),
        (b"[]", "application/json", []),
        (b'[1,"x",null]', "application/json", [1, "x", None]),
        (b'\xef\xbb\xbf{"A":"1"}', "application/fhir+json", [{"A": "1"}]),
        (b'{"A":"1"}\n{"A":"2"}\n', NDJSON, [{"A": "1"}, {"A": "2"}]),
        (b'{"A":"1"}\r\n\n  \n{"A":"2"}', "application/jsonl", [{"A": "1"}, {"A": "2"}]),
        (b'\xef\xbb\xbf{"A":"1"}', NDJSON, [{"A": "1"}]),
        (b"", NDJSON, []),
        (b'{"A":"a:b","B":"{[:"}', "", [{"A": "a:b", "B": "{[:"}]),
        (b'{"A":{"A":1},"B":[{"A":1},{"A":2}]}', "", [{"A": {"A": 1}, "B": [{"A": 1}, {"A": 2}]}]),
    ],
)
def test_records_come_from_objects_arrays_and_lines(data, media_type, records):
    assert list(records_of(data, media_type)) == list(enumerate(records, 1))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not JSON"),
        (b"null", "not JSON"),
        (b'"x"', "not JSON"),
        (b"{", "not JSON"),
        (b'{"A":1}}', "byte 8"),
        (b'{"A":NaN}', "byte 5"),
        (b'{"A":Infinity}', "byte 5"),
        (b'{"A":01}', "byte 6"),
        (b"{'A':1}", "byte 1"),
        (b'{"A":"\x00"}', "byte 6"),
        (b'[{"A":1},', "truncated"),
        (b'{"A":1e999}', "out of range"),
        (b'{"A":"\\ud800"}', "truncated"),
        (b'{"A":"\xff"}', "not UTF-8"),
        (b"\xff\xfe{\x00}\x00", "not JSON"),
        (b"[" * 1_000_000, "nested"),
        (b'{"A":' * 101 + b"1" + b"}" * 101, "nested deeper than 100"),
    ],
)
def test_a_body_that_is_no_json_is_refused_with_the_place(data, said):
    with pytest.raises(BadRequest) as refused:
        list(records_of(data))

    assert refused.value.part == "body"
    assert said in refused.value.reason


def test_another_media_type_is_refused():
    with pytest.raises(BadRequest) as refused:
        list(records_of(b"<a/>", "application/xml"))

    assert refused.value.part == "content-type"


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"nonsense",
        b'{"A":NaN}',
        b'{"A":1,"A":2}',
        b'{"A":"1","N":[{"x":1,"x":2}]}',
        b'{"A":"\\udc00"}',
        b'{"A":"\xed\xa0\x80"}',
        b'{"N":1e400}',
        b'{"N":' + b"9" * 5_000 + b"}",
        b"[" * 5_000 + b"]" * 5_000,
        b'{"A":' * 500 + b"1" + b"}" * 500,
    ],
)
def test_a_broken_line_is_a_finding_and_the_others_are_checked(line):
    report = checked(b'{"A":"1"}\n' + line + b'\n{"A":"x"}', NDJSON)

    assert [(f.record, f.rule) for f in report.findings] == [(2, "malformed"), (3, "pattern")]
    assert (report.records, report.invalid) == (3, 2)
    assert set(report.findings[0].message) == {"vi", "en"}


def test_a_broken_record_inside_a_sound_array_is_a_finding():
    report = checked(b'[{"A":"1"},{"A":"1","A":"2"},{"A":"\xff"}]')

    assert [(f.record, f.rule) for f in report.findings] == [(2, "malformed"), (3, "malformed")]


def test_the_finding_names_what_stands_twice():
    ((_, finding),) = records_of(b'{"A":"1","NAME":1,"NAME":2}')

    assert isinstance(finding, RecordFinding)
    assert "'NAME'" in finding.message["vi"]


@pytest.mark.parametrize(
    ("record", "rule"),
    [
        ({"A": "\ud800"}, "malformed"),
        ({"\ud800": 1}, "malformed"),
        ({1: 2}, "malformed"),
        ({"N": "x", 1: 2}, "malformed"),
        ({"N": "x", "A": "\ud800"}, "malformed"),
        ({"A": b"x"}, "malformed"),
        ({"A": object()}, "malformed"),
        ({"N": float("nan")}, "type"),
        ({"N": float("inf")}, "type"),
        ({"N": 10**400}, "max-length"),
        ({"A": "\x00"}, "pattern"),
        ({"DAY": "٢٠٢٤٠١٠١"}, "format"),
        ({"DAY": "20240101\x00"}, "format"),
        ({"DAY": "00000000"}, "format"),
        ({"DAY": 20240101}, "type"),
        ({"DAY": ["20240101"]}, "type"),
    ],
)
def test_values_that_no_json_has_are_findings_not_failures(record, rule):
    library = MemoryLibrary()
    fields = (
        Field(name="A", label={"vi": "A"}, pattern="[0-9]+"),
        Field(name="N", label={"vi": "N"}, type="decimal", max_length=5),
        Field(name="DAY", label={"vi": "Ngày"}, format="yyyymmdd"),
    )
    library.add(str(KEY), Schema(title={"vi": "B"}, members=fields, date_field="DAY"))
    report = Checker(library).check(KEY, numbered([record]))

    assert [f.rule for f in report.findings] == [rule]
    assert json.loads(msgspec.json.encode(report))["records"] == 1


def test_deep_records_from_other_readers_are_findings():
    deep = {}
    for _ in range(5_000):
        deep = {"A": deep}
    library = MemoryLibrary()
    library.add(str(KEY), Schema(title={"vi": "B"}, members=(Field(name="A", label={"vi": "A"}),)))
    report = Checker(library).check(KEY, numbered([deep, {"B": deep}]))

    assert [f.rule for f in report.findings] == ["malformed", "unknown-field"]
    assert msgspec.json.encode(report)


def test_a_text_of_ten_megabytes_is_checked_quickly_and_answered_shortly():
    data = b'{"A":"' + b"1;" * 5_000_000 + b'"}'
    start = time.monotonic()
    report = checked(data)

    assert [f.rule for f in report.findings] == ["max-length", "pattern"]
    assert len(msgspec.json.encode(report)) < 3_000
    assert time.monotonic() - start < 5


def test_a_hundred_thousand_unknown_fields_are_not_all_named():
    data = json.dumps({f"X{n}": n for n in range(100_000)}).encode()
    report = checked(data)

    assert report.counts == {"unknown-field": 100}


@pytest.mark.parametrize("text", ['"' * 200_001, '"' + '\\"' * 200_000, "[{" + '"' * 200_000])
def test_quotes_without_end_cost_no_more_than_their_length(text):
    start = time.monotonic()
    found = list(records_of(text.encode(), NDJSON))

    assert len(found) == 1
    assert isinstance(found[0][1], RecordFinding)
    assert time.monotonic() - start < 2


def test_lines_are_read_one_by_one():
    lines = (b'{"A":"1"}' for _ in range(50_000))
    library = MemoryLibrary()
    library.add(str(KEY), Schema(title={"vi": "B"}, members=(Field(name="A", label={"vi": "A"}),)))
    run = Checker(library).begin(KEY)
    tracemalloc.start()
    found = sum(1 for _ in run.stream(records_of_lines(lines)))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (found, run.records) == (0, 50_000)
    assert most < 2_000_000
