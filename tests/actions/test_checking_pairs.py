"""Asterisk codes stand with one of their dagger codes, in the same field or another."""

import pytest

from catalog.actions.checking import Checker
from catalog.core.model import Binding, CodeList, Concept, Field, Schema
from catalog.core.names import Key
from tests.actions.library import MemoryLibrary

VISIT = "schema/byt/visit"
ICD = "code-list/byt/icd-10"


def concept(code, **properties):
    return Concept(code=code, display={"vi": code, "en": code}, properties=properties)


@pytest.fixture(scope="module")
def run():
    library = MemoryLibrary()
    library.add(
        ICD,
        CodeList(
            title={"vi": "ICD", "en": "ICD"},
            members=(
                concept("A17.0"),
                concept("A17.01"),
                concept("B20"),
                concept("G01", dagger=["A17.0†", "A39.0†"]),
                concept("G02*", dagger=["B20†"]),
            ),
        ),
    )
    binding = Binding(list=ICD, checks=("pairs",))
    members = (
        Field(name="MAIN", label={"vi": "Chính"}, binding=binding),
        Field(name="OTHER", label={"vi": "Kèm"}, binding=binding, separator=";"),
    )
    library.add(VISIT, Schema(title={"vi": "Lượt"}, members=members))
    return lambda **record: [
        (f.path, f.rule, f.severity, f.value)
        for f in Checker(library).begin(Key.parse(VISIT)).findings(1, record)
    ]


@pytest.mark.parametrize(
    "record",
    [
        {"MAIN": "A17.0", "OTHER": "G01"},
        {"MAIN": "A17.01", "OTHER": "B20;G01"},
        {"MAIN": "G01", "OTHER": "A17.0"},
        {"MAIN": "B20", "OTHER": "G02*"},
        {"MAIN": "A17.0"},
    ],
)
def test_a_pair_is_fine(run, record):
    assert run(**record) == []


@pytest.mark.parametrize("main", ["B20", "G01"])
def test_an_asterisk_code_alone_is_a_warning_that_names_its_daggers(run, main):
    found = run(MAIN=main, OTHER="G01")

    assert ("/OTHER", "reference-missing", "warning", "G01") in found
