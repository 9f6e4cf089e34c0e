"""The real workbooks, read once."""

import pytest

from catalog.formats.profiles import PROFILES
from catalog.formats.profiles.profile import Options
from tests.formats.profiles.making import real


@pytest.fixture(scope="session")
def icd10():
    (candidate,) = PROFILES["icd10"].read(real("qd-4469-2020-icd10.xlsx"), Options())
    return candidate


@pytest.fixture(scope="session")
def claim_tables():
    """Candidates by table and version."""
    book = real("qd-4750-2023-claim-tables.xlsx")
    found = PROFILES["claim-tables"].read(book, Options())
    return {(item.body.record, item.legal.version): item for item in found}
