from datetime import UTC, date, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw

from catalog.core.changes import diff
from catalog.core.document import digest_of, encode
from catalog.core.draft import (
    SUCCESSORS,
    Draft,
    DropMember,
    PutMember,
    Replace,
    SetHeader,
    approved,
    body_of,
    decode_draft,
    edits_of,
    encode_draft,
    returned,
    start,
    submitted,
    with_,
)
from catalog.core.errors import BadDocument, BadEdit, NotAllowed, WrongStage
from catalog.core.model import CodeList, Concept, DataGroup, Field, kind_of, members_of
from catalog.core.names import Key, Kind
from catalog.core.ordering import FIRST
from catalog.core.release import Entry
from tests.core.bodies import SEX, VISIT, any_body, pairs

SEX_KEY = Key.parse("code-list/byt/gioi-tinh")
OTHER = Concept(code="3", display={"vi": "Khác"})


def entry_of(body, key=SEX_KEY):
    return Entry(
        key=str(key),
        version="1",
        number=1,
        start=date(2024, 1, 1),
        issued_at=datetime(2024, 1, 1, tzinfo=UTC),
        digest=digest_of(encode(body)),
        meaning="",
        title=body.title,
        author="an",
        approver="binh",
    )


def on_sex(*edits):
    return with_(start(SEX_KEY, entry_of(SEX), "an"), *edits)


def codes_after(*edits):
    return [concept.code for concept in body_of(on_sex(*edits), SEX, Kind.CODE_LIST).members]


@given(pairs)
@settings(max_examples=60, deadline=None)
def test_the_edits_of_a_diff_make_the_new_body(pair):
    old, new = pair
    key = Key(kind_of(old), "byt", "x")
    draft = with_(start(key, entry_of(old, key), "an"), *edits_of(diff(old, new)))

    assert encode(body_of(draft, old, kind_of(old))) == encode(new)
    assert decode_draft(encode_draft(draft)) == draft


@given(any_body)
@settings(max_examples=60, deadline=None)
def test_a_draft_on_nothing_becomes_a_body(body):
    key = Key(kind_of(body), "byt", "x")
    one = with_(start(key, None, "an"), *edits_of(diff(None, body)))
    other = with_(start(key, None, "an"), Replace(body))

    assert encode(body_of(one, None, kind_of(body))) == encode(body)
    assert encode(body_of(other, None, kind_of(body))) == encode(body)
    assert decode_draft(encode_draft(other)) == other


def test_a_draft_without_edits_says_what_its_base_says():
    assert body_of(on_sex(), SEX, Kind.CODE_LIST) == SEX


@pytest.mark.parametrize(
    ("edits", "codes"),
    [
        ([PutMember(OTHER)], "123"),
        ([PutMember(OTHER, FIRST)], "312"),
        ([PutMember(OTHER, "1")], "132"),
        ([PutMember(OTHER, "1"), DropMember("1")], "32"),
        ([PutMember(SEX.members[1], FIRST)], "21"),
        ([PutMember(SEX.members[0], "2")], "21"),
        ([PutMember(SEX.members[0], "1")], "12"),
        ([PutMember(SEX.members[0])], "12"),
        ([DropMember("1"), PutMember(SEX.members[0])], "21"),
        ([PutMember(OTHER, FIRST), DropMember("2"), PutMember(SEX.members[1])], "312"),
        ([DropMember("1"), DropMember("2")], ""),
        ([DropMember("1"), DropMember("2"), PutMember(OTHER, FIRST)], "3"),
    ],
)
def test_a_member_goes_where_the_edit_says(edits, codes):
    assert codes_after(*edits) == list(codes)


@given(
    st.lists(
        st.tuples(st.sampled_from("ABCDE"), st.sampled_from(["", FIRST, *"ABCDE"]), st.booleans()),
        max_size=12,
    )
)
@settings(max_examples=60, deadline=None)
def test_any_run_of_edits_orders_members_as_a_plain_list_would(steps):
    expected = []
    edits = []
    for code, after, drops in steps:
        if drops:
            if code in expected:
                expected.remove(code)
                edits.append(DropMember(code))
            continue
        if after not in {"", FIRST, code} and after not in expected:
            continue
        edits.append(PutMember(Concept(code=code, display={}), after))
        if after in {"", code}:
            expected += [] if code in expected else [code]
            continue
        if code in expected:
            expected.remove(code)
        expected.insert(0 if after == FIRST else expected.index(after) + 1, code)
    edits.append(SetHeader("title", Raw(b'{"vi":"x"}')))
    draft = with_(start(SEX_KEY, None, "an"), *edits)

    assert [m.code for m in members_of(body_of(draft, None, Kind.CODE_LIST))] == expected


def test_a_header_field_takes_a_json_value_of_its_type():
    body = body_of(on_sex(SetHeader("title", Raw(b'{"vi":"y"}'))), SEX, Kind.CODE_LIST)

    assert body == msgspec.structs.replace(SEX, title={"vi": "y"})


@pytest.mark.parametrize(
    "edit",
    [
        DropMember("9"),
        DropMember(""),
        PutMember(OTHER, "9"),
        PutMember(Concept(code="", display={})),
        PutMember(Field(name="A", label={})),
        SetHeader("title", Raw(b"1")),
        SetHeader("title", Raw(b"{")),
        SetHeader("title", Raw(b'{"a":' * 100_000)),
        SetHeader("members", Raw(b"[]")),
        SetHeader("kind", Raw(b'"schema"')),
        SetHeader("none", Raw(b"1")),
        Replace(DataGroup(title={})),
        Replace(CodeList(title={}, members=(OTHER, OTHER))),
    ],
)
def test_an_edit_that_does_not_fit_is_refused_with_its_number(edit):
    with pytest.raises(BadEdit) as refused:
        body_of(on_sex(PutMember(OTHER), edit), SEX, Kind.CODE_LIST)

    assert refused.value.reason.startswith("edit 2 of code-list/byt/gioi-tinh: ")


def test_a_draft_does_not_fit_another_base():
    changed = msgspec.structs.replace(SEX, title={"vi": "y"})

    for base in (changed, None):
        with pytest.raises(BadEdit):
            body_of(on_sex(), base, Kind.CODE_LIST)
    with pytest.raises(BadEdit):
        body_of(Draft(key="schema/byt/x", author="an"), VISIT, Kind.CODE_LIST)


def test_a_body_without_what_it_needs_is_refused_by_name():
    with pytest.raises(BadEdit) as refused:
        body_of(with_(start(SEX_KEY, None, "an"), PutMember(OTHER)), None, Kind.CODE_LIST)

    assert refused.value == BadEdit("a code-list needs title")


def test_a_draft_goes_from_editing_over_review_to_approval_and_back():
    draft = on_sex(PutMember(OTHER))
    sent = submitted(draft, "an")
    passed = approved(sent, "binh")
    back = returned(passed, "thiếu nguồn")

    assert (sent.stage, passed.stage, passed.approver) == ("in-review", "approved", "binh")
    assert (back.stage, back.approver, back.note) == ("editing", "", "thiếu nguồn")
    assert returned(sent).stage == "editing"


@pytest.mark.parametrize(
    ("verb", "stage"),
    [
        (lambda draft: with_(draft, DropMember("1")), "in-review"),
        (lambda draft: with_(draft, DropMember("1")), "approved"),
        (submitted, "in-review"),
        (submitted, "approved"),
        (lambda draft: approved(draft, "binh"), "editing"),
        (lambda draft: approved(draft, "binh"), "approved"),
        (returned, "editing"),
    ],
)
def test_a_verb_at_the_wrong_stage_is_refused(verb, stage):
    draft = msgspec.structs.replace(on_sex(PutMember(OTHER)), stage=stage)

    with pytest.raises(WrongStage) as refused:
        verb(draft)

    assert (refused.value.key, refused.value.stage) == (str(SEX_KEY), stage)


def test_stages_lead_only_to_stages():
    assert set().union(*SUCCESSORS.values()) <= set(SUCCESSORS)


@pytest.mark.parametrize("name", ["an", "AN", " an ", "chi", "dung", "", "  "])
def test_nobody_who_had_a_hand_in_a_draft_approves_it(name):
    draft = with_(start(SEX_KEY, None, "an"), PutMember(OTHER), by="chi")
    sent = submitted(draft, "dung")

    with pytest.raises(NotAllowed):
        approved(sent, name)
    assert sent.contributors == ("chi", "dung")
    assert approved(sent, "binh").approver == "binh"


def test_a_draft_that_changes_nothing_is_not_reviewed():
    with pytest.raises(BadEdit):
        submitted(on_sex(), "an")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"key":"x","author":"an"}',
        b'{"key":"code-list/a/b"}',
        b'{"key":"code-list/a/b","author":"an","stage":"gone"}',
        b'{"key":"code-list/a/b","author":"an","edits":[{"type":"none"}]}',
        b'{"key":"code-list/a/b","author":"an","edits":[{"type":"put-member","member":{}}]}',
        b'{"key":"data-group/a/b","author":"an","edits":[{"type":"put-member","member":{}}]}',
        b'{"key":"code-list/a/b","author":"\xff"}',
        b"[" * 100_000,
    ],
)
def test_bytes_that_are_no_draft_are_refused(data):
    with pytest.raises(BadDocument):
        decode_draft(data)


def test_a_draft_with_half_a_letter_is_refused():
    with pytest.raises(BadDocument):
        encode_draft(Draft(key="code-list/a/b", author="\ud800"))


def test_a_member_called_line_break_cannot_be_placed_by():
    old = CodeList(title={})
    new = CodeList(title={}, members=(Concept(code="\n", display={}), OTHER))

    with pytest.raises(BadEdit):
        edits_of(diff(old, new))
