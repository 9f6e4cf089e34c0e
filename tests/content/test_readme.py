"""The README says of the shipped content what the content says."""

import pytest

from tests.content.readme import README, TABLES, with_tables


@pytest.mark.parametrize("name", sorted(TABLES))
def test_the_readme_has_a_place_for_each_table(name):
    assert f"<!-- {name} -->" in README.read_text(encoding="utf-8")


def test_the_readme_counts_what_is_shipped():
    text = README.read_text(encoding="utf-8")

    assert with_tables(text) == text
