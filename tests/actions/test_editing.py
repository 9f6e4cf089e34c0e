"""Drafts on their way: two persons, one order of stages, published once, never half."""

from datetime import date

import msgspec
import pytest

from catalog.actions import editing
from catalog.actions.editing import Terms
from catalog.actions.publishing import publish_all
from catalog.core.draft import PutMember, SetHeader, start, submitted, with_
from catalog.core.errors import (
    AlreadyReleased,
    BadEdit,
    BadTime,
    NotAllowed,
    NotFound,
    StaleDraft,
    WrongStage,
)
from catalog.core.model import Concept
from catalog.core.names import Key
from tests.registry import QD_2, SEX, TODAY, one, publications, sex

NEW = Key.parse("code-list/byt/new")
UNSURE = Concept(code="9", display={"vi": "Không rõ"})
TERMS = Terms(start=TODAY, documents=(QD_2,))


@pytest.fixture
def register(parts):
    """Parts with a small register."""
    publish_all(parts.store, parts.clock, publications())
    return parts


def kept(parts, *, author="hoa"):
    """A draft that adds a code to the list of sexes, as it is kept."""
    with parts.store.begin() as unit:
        base = unit.timeline(SEX).entries[-1]
        edit = PutMember(member=msgspec.Raw(msgspec.json.encode(UNSURE)))
        return unit.save(with_(start(SEX, base, author), edit))


def released(parts):
    """The versions of the list of sexes."""
    with parts.store.read() as unit:
        return [entry.version for entry in unit.timeline(SEX).entries]


def test_a_draft_goes_from_hand_to_hand_into_the_register(register):
    store = register.store
    kept(register)
    assert [member.code for member in editing.draft_body(store, SEX).members] == [
        "1",
        "2",
        "3",
        "9",
    ]
    assert editing.submit(store, "hoa", SEX).stage == "in-review"
    assert editing.approve(store, "minh", SEX).approver == "minh"

    entry = editing.publish_draft(store, register.clock, SEX, TERMS)

    assert (entry.author, entry.approver, entry.impact) == ("hoa", "minh", "additive")
    assert released(register) == ["2020-01-01", "2024-07-01", "2026-06-01"]
    assert editing.drafts(store) == ()


@pytest.mark.parametrize("name", ["hoa", "HOA", " hoa ", ""])
def test_who_wrote_never_approves(register, name):
    kept(register)
    editing.submit(register.store, "hoa", SEX)

    with pytest.raises(NotAllowed):
        editing.approve(register.store, name, SEX)

    assert editing.drafts(register.store)[0].stage == "in-review"


def test_who_submitted_for_the_author_does_not_approve_either(register):
    kept(register)
    editing.submit(register.store, "minh", SEX)

    with pytest.raises(NotAllowed):
        editing.approve(register.store, "minh", SEX)


def test_stages_come_in_order(register):
    kept(register)
    store = register.store
    with pytest.raises(WrongStage) as refused:
        editing.approve(store, "minh", SEX)
    assert refused.value == WrongStage(str(SEX), "editing", "in-review")
    with pytest.raises(WrongStage) as refused:
        editing.publish_draft(store, register.clock, SEX, TERMS)
    assert refused.value == WrongStage(str(SEX), "editing", "approved")
    editing.submit(store, "hoa", SEX)
    with pytest.raises(WrongStage):
        editing.submit(store, "hoa", SEX)
    assert len(released(register)) == 2


def test_a_draft_without_edits_is_not_reviewed(register):
    with register.store.begin() as unit:
        unit.save(start(NEW, None, "hoa"))

    with pytest.raises(BadEdit):
        editing.submit(register.store, "hoa", NEW)


def test_what_has_no_draft_is_not_found(register):
    for verb in (
        lambda: editing.submit(register.store, "hoa", NEW),
        lambda: editing.approve(register.store, "hoa", NEW),
        lambda: editing.discard(register.store, NEW),
        lambda: editing.draft_body(register.store, NEW),
        lambda: editing.publish_draft(register.store, register.clock, NEW, TERMS),
    ):
        with pytest.raises(NotFound):
            verb()


def test_a_refused_publication_leaves_the_draft_as_it_was(register):
    kept(register)
    editing.submit(register.store, "hoa", SEX)
    approved = editing.approve(register.store, "minh", SEX)

    with pytest.raises(BadTime):
        editing.publish_draft(
            register.store, register.clock, SEX, Terms(start=date(2024, 7, 1), documents=(QD_2,))
        )

    assert editing.drafts(register.store) == (approved,)
    assert len(released(register)) == 2


def test_a_draft_changed_meanwhile_is_not_published(register):
    kept(register)
    store = register.store
    editing.submit(store, "hoa", SEX)
    editing.approve(store, "minh", SEX)
    with store.begin() as unit:
        read = unit.draft(SEX)
        unit.save(msgspec.structs.replace(read, note="khác"))

    with pytest.raises(StaleDraft), store.begin() as unit:
        unit.save(read)


def test_a_draft_of_something_new_starts_from_nothing(register):
    with register.store.begin() as unit:
        title = SetHeader(field="title", value=msgspec.Raw(b'{"vi":"M\xe1\xbb\x9bi"}'))
        member = PutMember(member=msgspec.Raw(msgspec.json.encode(UNSURE)))
        unit.save(submitted(with_(start(NEW, None, "hoa"), title, member), "hoa"))
    editing.approve(register.store, "minh", NEW)

    entry = editing.publish_draft(register.store, register.clock, NEW, TERMS)

    assert (entry.title, entry.members, entry.number) == ({"vi": "Mới"}, 1, 1)


def test_a_draft_becomes_a_correction_when_it_names_what_it_corrects(register):
    kept(register)
    editing.submit(register.store, "hoa", SEX)
    editing.approve(register.store, "minh", SEX)
    terms = Terms(start=date(2024, 7, 1), corrects="2024-07-01", reason="sót một mã")

    entry = editing.publish_draft(register.store, register.clock, SEX, terms)

    assert (entry.what, entry.corrects, entry.version) == (
        "correction",
        "2024-07-01",
        "2024-07-01.2",
    )


def test_a_discarded_draft_is_gone_and_nothing_else(register):
    kept(register)
    editing.discard(register.store, SEX)

    assert editing.drafts(register.store) == ()
    assert len(released(register)) == 2


def test_a_draft_never_undoes_what_was_published_after_it_was_begun(register):
    kept(register)
    editing.submit(register.store, "hoa", SEX)
    editing.approve(register.store, "minh", SEX)
    publish_all(register.store, register.clock, [one(SEX, sex(third=False), TODAY, QD_2)])

    with pytest.raises(AlreadyReleased) as refused:
        editing.publish_draft(register.store, register.clock, SEX, TERMS)

    assert refused.value == AlreadyReleased(str(SEX), "2026-06-01")
    assert [draft.stage for draft in editing.drafts(register.store)] == ["approved"]
