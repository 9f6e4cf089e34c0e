"""Containment of JSON Schemas: decided pairs, and drawn pairs against an oracle."""

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.compatibility import pair_of, verdict_on
from catalog.formats.schema_compatibility import candidate_of, gaps
from catalog.formats.schema_compatibility_samples import shrunk, written_by

PAIRS = st.randoms(use_true_random=False).map(pair_of)


@settings(max_examples=300)
@given(PAIRS)
def test_no_verdict_on_drawn_pairs_is_wrong(pair):
    verdict, trouble = verdict_on(*pair)

    assert not trouble, (verdict, trouble)


@settings(max_examples=100)
@given(PAIRS)
def test_every_schema_is_contained_in_itself_and_in_the_schema_of_everything(pair):
    one, _ = pair

    assert not gaps(candidate_of(one), candidate_of(one))
    assert not gaps(candidate_of(one), candidate_of(True))  # noqa: FBT003 - a schema


@pytest.mark.parametrize(
    ("narrow", "wide", "rule"),
    [
        ({"type": "integer"}, {"type": "number"}, None),
        ({"const": 1.0}, {"type": "integer"}, None),
        ({"enum": [True]}, {"enum": [1]}, "narrower"),
        ({"anyOf": [{"type": "null"}, {"const": "a"}]}, {"enum": ["a", None]}, None),
        ({"type": "array", "items": {"minimum": 2}}, {"items": {"minimum": 3}}, "narrower"),
        ({"not": {"type": "string"}}, {"type": ["object", "null"]}, "narrower"),
        (
            {"if": {"type": "string"}, "then": {"maxLength": 2}, "else": False},
            {"type": "string", "maxLength": 1},
            "narrower",
        ),
        (
            {"$ref": "#/$defs/a", "$defs": {"a": {"type": "string", "maxLength": 3}}},
            {"$ref": "#/$defs/a", "$defs": {"a": {"type": "string", "maxLength": 2}}},
            "narrower",
        ),
        (
            {"type": "object"},
            {"type": "object", "additionalProperties": False},
            "closed",
        ),
        (
            {"type": "object", "properties": {"a": {}}, "additionalProperties": False},
            {"type": "object", "additionalProperties": False},
            "unknown-field",
        ),
    ],
)
def test_a_pair_is_contained_or_has_a_shown_gap(narrow, wide, rule):
    found = gaps(candidate_of(narrow), candidate_of(wide))

    assert [gap.rule for gap in found] == ([rule] if rule else [])
    for gap in found:
        assert gap.shown
        assert jsonschema.Draft202012Validator(narrow).is_valid(gap.example)
        assert not jsonschema.Draft202012Validator(wide).is_valid(gap.example)


def test_what_is_beyond_proof_is_never_called_contained():
    narrow = {"type": "string", "pattern": "^(?=.*[0-9]).{8}$"}
    wide = {"type": "string", "pattern": "^(?=.*[0-9]).{7,8}$"}

    [gap, *_] = gaps(candidate_of(narrow), candidate_of(wide))
    assert not gap.shown


def test_a_schema_that_refers_to_itself_is_read_and_compared():
    tree = {
        "type": "object",
        "properties": {"inner": {"$ref": "#"}, "name": {"type": "string", "maxLength": 3}},
    }
    other = {**tree, "properties": {**tree["properties"], "name": {"maxLength": 2}}}

    assert not gaps(candidate_of(tree), candidate_of(tree))
    assert any(gap.shown for gap in gaps(candidate_of(tree), candidate_of(other)))


def test_shrinking_takes_away_all_that_is_not_needed():
    value = {"a": [1, 2, {"b": "long text"}], "c": 12345, "d": None}

    assert shrunk(value, lambda v: isinstance(v, dict) and v.get("c", 0) > 9) == {"c": 12}
    assert shrunk("abcdefgh", lambda v: len(v) > 2) == "abc"


def test_texts_are_drawn_from_plain_patterns_and_not_from_others():
    assert all(len(text) == 8 and text.isdigit() for text in written_by("^[0-9]{8}$"))
    assert list(written_by("(?<=a)b")) == []
    assert list(written_by("(")) == []
