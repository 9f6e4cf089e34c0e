"""The shipped layouts beside those that the import makes of the ministry's own workbook."""

import pytest

from catalog.core.model import Field
from catalog.formats.profiles import PROFILES
from catalog.formats.profiles.profile import Options
from tests.content.shipped import bodies
from tests.formats.profiles.making import real

MEANT = {
    "definition": "the workbook's own wording comes in with the import; ours is short",
    "note": "notes are ours",
    "source": "the import names the cell",
    "confidence": "the import has read the text; ours says so in the header",
    "required": "the annex does not mark it; the portal's check workbook does",
    "pattern": "from the portal's checks and the examples of the annex",
    "element": "the import knows no data elements",
    "unit": "from the wording",
    "binding": "lists that are shipped as missing, or that only an import brings",
}
"""What may differ between a shipped field and an imported one, and why."""

KNOWN = {
    ("XML6", "qd-130-2023", "MA_XU_TRI", "separator"): "a number cannot hold several codes",
    ("XML12", "qd-130-2023", "DANG_HUONG_CHE_DO", "separator"): "as above",
}
"""Single differences, and why."""

BINDINGS = {
    "code-list/byt/dich-vu-ky-thuat": "comes with the import of Decision 4440",
    "code-list/byt/icd-9-cm": "comes with the import of Decision 4440",
    "code-list/bhxh/co-so-kcb": "shipped as missing",
    "code-list/bca/quoc-tich": "shipped as missing but for Viet Nam",
    "code-list/byt/phac-do-arv": "shipped as missing",
    "code-list/byt/nhom-thau": "shipped as missing",
    "code-list/byt/ma-xang-dau": "shipped as missing but for two examples",
    "code-list/byt/nhom-may": "one part of the device code; named as an example here",
    "code-list/tct/don-vi-hanh-chinh": "districts have a list of their own here",
    "code-list/byt/don-vi-hanh-chinh-cap-huyen": "districts have a list of their own here",
}
"""Lists that only one of the two binds to, and why."""


@pytest.fixture(scope="module")
def pairs():
    """Shipped and imported fields by table and version."""
    book = real("qd-4750-2023-claim-tables.xlsx")
    found = PROFILES["claim-tables"].read(book, Options())
    return {
        (item.body.record, item.legal.version): (
            fields(bodies(str(item.key))[item.legal.version]),
            fields(item.body),
        )
        for item in found
    }


def fields(body):
    return {member.name: member for member in body.members if isinstance(member, Field)}


def test_both_have_the_same_fields_in_the_same_order(pairs):
    assert len(pairs) == 29
    for shipped, imported in pairs.values():
        assert list(shipped) == list(imported)


def test_what_differs_is_explained(pairs):
    unexplained = {
        (table, version, name, item)
        for (table, version), (shipped, imported) in pairs.items()
        for name in shipped
        for item in Field.__struct_fields__
        if item not in MEANT and getattr(shipped[name], item) != getattr(imported[name], item)
    }

    assert unexplained == KNOWN.keys()


def test_bindings_differ_only_in_lists_that_are_not_here_yet(pairs):
    lists = {
        binding.list
        for shipped, imported in pairs.values()
        for name in shipped
        for one, other in [(shipped[name].binding, imported[name].binding)]
        if (one and one.list) != (other and other.list)
        for binding in (one, other)
        if binding is not None
    }

    assert lists <= BINDINGS.keys()
