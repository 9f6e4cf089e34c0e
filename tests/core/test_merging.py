import msgspec
import pytest
from hypothesis import given, settings
from msgspec import Raw

from catalog.core.changes import diff
from catalog.core.document import digest_of, encode
from catalog.core.draft import DropMember, PutMember, SetHeader, body_of, edits_of, start, with_
from catalog.core.errors import BadEdit
from catalog.core.merging import Conflict, chosen, rebase
from catalog.core.model import CodeList, Concept, Field, Rule, Schema, kind_of
from catalog.core.names import Key, Kind
from tests.core.bodies import VISIT, triples

KEY = Key.parse("code-list/byt/x")


def list_of(*codes, **titles):
    members = tuple(Concept(code=code, display={"vi": code}) for code in codes)
    return CodeList(title=titles or {"vi": "x"}, members=members)


def draft_on(base, *edits, key=KEY):
    draft = with_(start(key, None, "an"), *edits)
    return msgspec.structs.replace(draft, base="1", base_digest=digest_of(encode(base)))


def merged(base, theirs, *edits):
    draft, conflicts = rebase(draft_on(base, *edits), base, theirs, version="2")
    return body_of(draft, theirs, Kind.CODE_LIST), conflicts


def named(code, text):
    return Concept(code=code, display={"vi": text})


@given(triples)
@settings(max_examples=60, deadline=None)
def test_any_three_bodies_merge_and_conflicts_can_all_be_put_back(triple):
    base, ours, theirs = triple
    kind = kind_of(base)
    draft = draft_on(base, *edits_of(diff(base, ours)), key=Key(kind, "byt", "x"))

    rebased, conflicts = rebase(draft, base, theirs, version="2")
    body = body_of(rebased, theirs, kind)
    with_ours = body_of(with_(rebased, *chosen(conflicts, body)), theirs, kind)

    assert rebased.base_digest == digest_of(encode(theirs))
    if encode(base) == encode(theirs):
        assert encode(body) == encode(ours)
        assert conflicts == ()
    for conflict in conflicts:
        if not conflict.key:
            assert getattr(body, conflict.field) == conflict.theirs
            assert getattr(with_ours, conflict.field) == conflict.ours


@given(triples)
@settings(max_examples=60, deadline=None)
def test_a_draft_that_changes_nothing_takes_all_of_theirs(triple):
    base, _, theirs = triple
    draft = draft_on(base, key=Key(kind_of(base), "byt", "x"))

    rebased, conflicts = rebase(draft, base, theirs, version="2")

    assert (rebased.edits, conflicts) == ((), ())


@given(triples)
@settings(max_examples=60, deadline=None)
def test_both_doing_the_same_leaves_nothing_to_do(triple):
    base, ours, _ = triple
    kind = kind_of(base)
    draft = draft_on(base, *edits_of(diff(base, ours)), key=Key(kind, "byt", "x"))

    rebased, conflicts = rebase(draft, base, ours, version="2")

    assert conflicts == ()
    assert encode(body_of(rebased, ours, kind)) == encode(ours)


def test_what_each_side_did_alone_is_taken():
    base = list_of("A", "B", "C")
    theirs = list_of("A", "B", "D", vi="y")

    body, conflicts = merged(base, theirs, PutMember(named("A", "a")), PutMember(named("E", "e")))

    assert conflicts == ()
    assert [m.code for m in body.members] == ["A", "B", "E", "D"]
    assert body.members[0].display == {"vi": "a"}
    assert body.title == {"vi": "y"}


def test_fields_of_one_member_merge_side_by_side():
    base = list_of("A")
    theirs = CodeList(
        title={"vi": "x"}, members=(Concept(code="A", display={"vi": "A"}, retired=True),)
    )

    body, conflicts = merged(base, theirs, PutMember(named("A", "mới")))

    assert conflicts == ()
    assert body.members == (Concept(code="A", display={"vi": "mới"}, retired=True),)


def test_one_field_changed_by_both_is_a_conflict_and_theirs_stays():
    base = list_of("A")
    theirs = CodeList(title={"vi": "x"}, members=(named("A", "họ"),))

    body, conflicts = merged(base, theirs, PutMember(named("A", "ta")))

    assert conflicts == (
        Conflict(
            key="A", field="display", base={"vi": "A"}, ours={"vi": "ta"}, theirs={"vi": "họ"}
        ),
    )
    assert body == theirs


def test_several_conflicts_of_one_member_are_put_back_together():
    base = list_of("A")
    ours = Concept(code="A", display={"vi": "ta"}, level="ta")
    theirs = CodeList(
        title={"vi": "x"}, members=(Concept(code="A", display={"vi": "họ"}, level="họ"),)
    )
    draft, conflicts = rebase(draft_on(base, PutMember(ours)), base, theirs, version="2")
    body = body_of(draft, theirs, Kind.CODE_LIST)

    again = body_of(with_(draft, *chosen(conflicts, body)), theirs, Kind.CODE_LIST)

    assert [conflict.field for conflict in conflicts] == ["display", "level"]
    assert again.members == (ours,)


@pytest.mark.parametrize(
    ("theirs", "edit", "conflict"),
    [
        (
            CodeList(title={"vi": "x"}, members=(named("A", "họ"), named("B", "B"))),
            DropMember("A"),
            Conflict(key="A", base=named("A", "A"), theirs=named("A", "họ")),
        ),
        (
            list_of("B"),
            PutMember(named("A", "ta")),
            Conflict(key="A", base=named("A", "A"), ours=named("A", "ta")),
        ),
        (
            list_of("A", "B", "C"),
            PutMember(named("C", "ta")),
            Conflict(key="C", ours=named("C", "ta"), theirs=named("C", "C")),
        ),
        (
            list_of("A", "B", vi="họ"),
            SetHeader("title", Raw(b'{"vi":"ta"}')),
            Conflict(field="title", base={"vi": "x"}, ours={"vi": "ta"}, theirs={"vi": "họ"}),
        ),
    ],
)
def test_whole_members_and_headers_conflict_too(theirs, edit, conflict):
    body, conflicts = merged(list_of("A", "B"), theirs, edit)

    assert conflicts == (conflict,)
    assert body == theirs


def test_a_rebased_draft_is_edited_and_approved_anew():
    base, theirs = list_of("A"), list_of("A", "B")
    draft = msgspec.structs.replace(
        draft_on(base, DropMember("A")), stage="approved", approver="binh", revision=7
    )

    rebased, _ = rebase(draft, base, theirs, version="2")

    assert (rebased.stage, rebased.approver, rebased.revision) == ("editing", "", 7)
    assert (rebased.base, rebased.base_digest) == ("2", digest_of(encode(theirs)))


def test_a_draft_is_not_carried_over_to_another_kind():
    with pytest.raises(BadEdit):
        rebase(draft_on(list_of("A")), list_of("A"), VISIT, version="2")


def test_a_field_that_one_side_made_a_rule_conflicts_as_a_whole():
    field = Field(name="rule:a", label={"vi": "a"})
    rule = Rule(id="a", fields=("rule:a",), must="true", message={"vi": "x"})
    base = Schema(title={"vi": "x"}, members=(field,))
    theirs = msgspec.structs.replace(base, members=(rule,))
    ours = msgspec.structs.replace(field, unit="mg")
    draft = draft_on(base, PutMember(ours), key=Key(Kind.SCHEMA, "byt", "x"))

    rebased, conflicts = rebase(draft, base, theirs, version="2")

    assert conflicts == (Conflict(key="rule:a", base=field, ours=ours, theirs=rule),)
    assert body_of(rebased, theirs, Kind.SCHEMA) == theirs
