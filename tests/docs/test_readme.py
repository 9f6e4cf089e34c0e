"""The README says what the code does."""

import re

import pytest

from catalog.core import errors
from catalog.web.problems import STATUS
from tests.docs.tables import README, TABLES, with_tables


@pytest.mark.parametrize("name", sorted(TABLES))
def test_the_readme_has_a_place_for_each_table(name):
    text = README.read_text(encoding="utf-8")

    assert f"<!-- {name} -->" in text


def test_the_tables_of_the_readme_are_what_the_code_says():
    text = README.read_text(encoding="utf-8")

    assert with_tables(text) == text


def test_every_refusal_has_a_status():
    refusals = {
        thing.slug
        for thing in vars(errors).values()
        if isinstance(thing, type) and issubclass(thing, errors.CatalogError)
    }

    assert refusals <= set(STATUS)


def test_every_make_target_of_the_readme_exists():
    readme = README.read_text(encoding="utf-8")
    makefile = (README.parent / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"`make ([a-z-]+)`", readme))

    assert named
    assert named <= set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
