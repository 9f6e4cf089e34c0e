import json

import msgspec
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.core.document import canonical, decode, digest_of, encode, meaning_digest, settled
from catalog.core.errors import BadDocument
from catalog.core.model import (
    Binding,
    CodeList,
    Concept,
    DataElement,
    Dataset,
    Field,
    Match,
    PropertyType,
    Schema,
    key_of,
    members_of,
)
from tests.core.bodies import SEX, VISIT, any_body


def another(text):
    """An equal text that is not the same object."""
    return "".join(list(text))


@given(any_body)
@settings(max_examples=60, deadline=None)
def test_canonical_bytes_are_those_of_the_standard_and_read_back_equal(body):
    data = encode(body)

    assert data == rfc8785.dumps(json.loads(data))
    assert decode(data) == body
    assert encode(decode(data)) == data


@given(any_body)
@settings(max_examples=60, deadline=None)
def test_the_same_content_has_the_same_bytes_whatever_made_its_texts(body):
    copied = msgspec.convert(json.loads(json.dumps(msgspec.to_builtins(body))), type=type(body))
    spelled_out = type(body)(
        **{
            name: another(value) if isinstance(value, str) else value
            for name, value in msgspec.structs.asdict(body).items()
        }
    )

    assert encode(copied) == encode(body)
    assert encode(spelled_out) == encode(body)


def test_a_default_is_left_out_however_it_came_to_be():
    told = DataElement(title={"vi": "x"}, language=another("vi"), type=another("string"))
    deep = Schema(
        title={"vi": "x"},
        members=(
            Field(
                name="A",
                label={},
                required=another("no"),
                binding=Binding(list="code-list/a/b", strength=another("required")),
            ),
        ),
    )
    typed = CodeList(title={}, property_types=(PropertyType(name="a", type=another("text")),))

    assert encode(told) == b'{"kind":"data-element","title":{"vi":"x"}}'
    assert b"required" not in encode(deep)
    assert b"type" not in encode(typed).replace(b"property_types", b"")


def test_what_is_settled_already_is_not_copied():
    assert settled(SEX) is SEX
    assert settled(VISIT) is VISIT


@pytest.mark.parametrize(
    "value",
    [1.5, 2**53, -(2**53), float("nan"), 1e300, 1.0, {"\U0001f642": 1}, {1: 2}, [[0.1]]],
)
def test_what_other_readers_would_read_otherwise_is_refused(value):
    with pytest.raises(BadDocument):
        canonical(value)
    with pytest.raises(BadDocument):
        canonical(Concept(code="A", display={}, properties={"a": value}))


def test_half_a_letter_is_refused():
    with pytest.raises(BadDocument):
        encode(CodeList(title={"vi": "\ud83d"}))


@pytest.mark.parametrize("value", [2**53 - 1, -(2**53 - 1), True, "1,5 ,2.0 :null", "🙂", ""])
def test_what_every_reader_reads_alike_is_kept(value):
    concept = Concept(code="A", display={}, properties={"a": value})

    assert msgspec.json.decode(canonical(concept), type=Concept) == concept


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"null",
        b"[]",
        b'{"kind":"none"}',
        b'{"kind":"code-list"}',
        b'{"kind":"code-list","title":{},"more":1}',
        b'{"kind":"code-list","title":{"vi":1}}',
        b'{"kind":"code-list","title":{},"members":[{"code":1,"display":{}}]}',
        b'{"kind":"code-list","title":{"vi":"\xff"}}',
        b'{"kind":"code-list","title":{"vi":"\\ud800"}}',
        b"[" * 100_000,
        b'{"kind":"code-list","title":' + b'{"a":' * 100_000,
    ],
)
def test_bytes_that_are_no_body_are_refused(data):
    with pytest.raises(BadDocument):
        decode(data)


def test_a_refusal_does_not_repeat_a_whole_list():
    with pytest.raises(BadDocument) as refused:
        canonical([SEX] * 1000)

    assert len(str(refused.value)) < 500


def test_a_digest_is_the_sha_256_of_the_bytes():
    assert digest_of(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(any_body, st.randoms())
@settings(max_examples=60, deadline=None)
def test_meaning_does_not_hang_on_order_or_explanations(body, random):
    shuffled = list(members_of(body))
    random.shuffle(shuffled)
    explained = [
        msgspec.structs.replace(member, note={"vi": "ghi chú"})
        if isinstance(member, Concept | Match | Field)
        else member
        for member in shuffled
    ]
    content = {"members": tuple(explained)} if hasattr(body, "members") else {}
    other = msgspec.structs.replace(body, description={"vi": "khác"}, keywords=("k",), **content)

    assert meaning_digest(other) == meaning_digest(body)


@pytest.mark.parametrize(
    ("old", "new", "alike"),
    [
        ("Bệnh tả", "BỆNH  TẢ", True),
        ("Bệnh tả", "Be\u0323\u0302nh ta\u0309", True),
        ("Viêm gan – B", "Viêm gan - B", True),
        ("“Nam”", '"Nam"', True),
        ("Tỉnh, thành", "Tỉnh thành", True),
        ("Bệnh tả", "Bệnh ta", False),
        ("< 5 tuổi", "> 5 tuổi", False),
        ("Nhóm A+", "Nhóm A-", False),
        ("Rh (-)", "Rh (+)", False),
        ("1.5 mg", "15 mg", False),
        ("Nhóm A-", "Nhóm A−", True),
        ("—", "*", False),
    ],
)
def test_typography_does_not_count_but_signs_that_decide_do(old, new, alike):
    one, other = (
        CodeList(title={"vi": "x"}, members=(Concept(code="A", display={"vi": name}),))
        for name in (old, new)
    )

    assert (meaning_digest(one) == meaning_digest(other)) is alike


@pytest.mark.parametrize(
    "changed",
    [
        {"retired": True},
        {"selectable": False},
        {"parents": ("1",)},
        {"aliases": ("x",)},
        {"valid_to": "2024-01-01"},
        {"properties": {"a": True}},
        {"display": {"vi": "Khác"}},
    ],
)
def test_meaning_changes_with_what_decides(changed):
    first, second = SEX.members
    other = msgspec.structs.replace(
        SEX, members=(first, msgspec.structs.replace(second, **changed))
    )

    assert meaning_digest(other) != meaning_digest(SEX)
    assert key_of(second) == "2"


def test_a_definition_decides_for_a_data_element_and_explains_a_concept():
    element = DataElement(title={"vi": "x"}, definition={"vi": "một"})
    dataset = Dataset(title={"vi": "x"})

    other = msgspec.structs.replace(element, definition={"vi": "hai"})

    assert meaning_digest(other) != meaning_digest(element)
    assert meaning_digest(dataset) != meaning_digest(element)
