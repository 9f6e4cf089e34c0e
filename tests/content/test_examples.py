"""The example records: the valid ones are valid, each invalid one has the finding it should."""

import json

import pytest

from catalog.actions.checking import Checker
from catalog.core.names import Key
from tests.content.shipped import ROOT, bodies, library, tree

FILES = sorted((ROOT / "schemas").glob("*/examples/valid/*.json"))
NAMES = [f"{path.parents[2].name}/{path.stem}" for path in FILES]


def records(kind, name):
    ns, _, slug = name.partition("/")
    path = ROOT / "schemas" / ns / "examples" / kind / f"{slug}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def findings(name, kind):
    run = Checker(library()).begin(Key.parse(f"schema/{name}"))
    return list(run.stream(enumerate(records(kind, name), start=1)))


def test_every_layout_has_examples():
    layouts = {
        f"{each.key.ns}/{each.key.slug}" for each in tree().releases if each.key.kind == "schema"
    }

    assert layouts == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_valid_record_of_every_release_has_no_finding(name):
    assert findings(name, "valid") == []
    assert len(records("valid", name)) == len(bodies(f"schema/{name}"))


@pytest.mark.parametrize("name", NAMES)
def test_an_invalid_record_has_the_finding_it_should(name):
    found = {(f.record, f.rule, f.path) for f in findings(name, "invalid")}
    expected = {
        (e["record"], e["rule"], e["path"]) for e in records("invalid", f"{name}.expected")
    }

    assert len(expected) == len(records("invalid", name))
    assert expected <= found
