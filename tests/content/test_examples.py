"""The example records: the valid ones are valid, each invalid one has the finding it should."""

import json

import pytest

from catalog.actions.checking import Checker
from catalog.core.names import Key
from tests.content.shipped import EXAMPLES, bodies, library

NAMES = sorted(path.stem for path in (EXAMPLES / "valid").glob("*.json"))


def records(kind, name):
    return json.loads((EXAMPLES / kind / f"{name}.json").read_text(encoding="utf-8"))


def findings(name, kind):
    run = Checker(library()).begin(Key.parse(f"schema/byt/{name}"))
    return list(run.stream(enumerate(records(kind, name), start=1)))


def test_every_layout_has_examples():
    assert sorted([*(f"claim-xml{n}" for n in range(16)), "ho-so-suc-khoe-ca-nhan"]) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_valid_record_of_every_release_has_no_finding(name):
    assert findings(name, "valid") == []
    assert len(records("valid", name)) == len(bodies(f"schema/byt/{name}"))


@pytest.mark.parametrize("name", NAMES)
def test_an_invalid_record_has_the_finding_it_should(name):
    found = {(f.record, f.rule, f.path) for f in findings(name, "invalid")}
    expected = {
        (e["record"], e["rule"], e["path"]) for e in records("invalid", f"{name}.expected")
    }

    assert len(expected) == len(records("invalid", name))
    assert expected <= found
