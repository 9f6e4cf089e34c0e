import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.core.errors import BadKey
from catalog.core.model import BODIES
from catalog.core.names import Key, Kind, Space

slugs = st.from_regex(r"[a-z0-9]{1,5}(-{1,2}[a-z0-9]{1,5}){0,2}", fullmatch=True)


@given(st.sampled_from(list(Kind)), slugs, slugs)
def test_a_key_is_read_as_it_is_written(kind, ns, slug):
    key = Key(kind, ns, slug)

    assert Key.parse(str(key)) == key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "code-list",
        "code-list/byt",
        "code-list/byt/x/y",
        "list/byt/x",
        "Code-List/byt/x",
        "code-list//x",
        "code-list/byt/",
        "code-list/byt/X",
        "code-list/byt/x_y",
        "code-list/byt/-x",
        "code-list/byt/x-",
        "code-list/byt/x---y",
        "code-list/byt/x\n",
        " code-list/byt/x",
        "code-list/byt/đ",
        "code-list/../x",
        "code-list/byt/" + "a" * 200,
        "code-list/byt/" + "a-" * 100_000,
    ],
)
def test_what_is_no_key_is_refused(text):
    with pytest.raises(BadKey) as refused:
        Key.parse(text)
    assert len(str(refused.value)) < 250


def test_every_kind_has_a_body():
    assert set(BODIES) == set(Kind)


def test_addresses_are_minted_under_the_base():
    space = Space("https://data.example.vn")
    key = Key.parse("code-list/byt/icd-10")

    assert space.artefact(key) == "https://data.example.vn/id/code-list/byt/icd-10"
    assert space.release(key, "2020").endswith("/id/code-list/byt/icd-10/2020")
    assert space.concept(key, "A00/0 ờ?#").endswith("/code/A00%2F0%20%E1%BB%9D%3F%23")
    assert space.concept_release(key, "1", "A").endswith("/icd-10/1/code/A")
    assert space.field(key, "A B").endswith("/field/A%20B")
    assert space.blob("ab") == "https://data.example.vn/blob/sha256/ab"
