"""Publishing: all of a release or nothing, told in one event, refused by name."""

import time
from dataclasses import replace
from datetime import date, timedelta

import pytest

from catalog.actions.delivery import deliver
from catalog.actions.publishing import preview, publish, publish_all
from catalog.actions.verifying import verify
from catalog.core.errors import (
    AlreadyReleased,
    BadRequest,
    BadTime,
    BrokenRules,
    NotAllowed,
    NotInForce,
    Unchanged,
    Withdrawn,
)
from catalog.core.model import CodeList, Concept, Selection, ValueSet
from catalog.core.names import Key
from catalog.core.planning import Publication
from catalog.core.release import Lock, Validity
from tests.actions.processes import LOST, NUMBERED, WON, numbered_parts, numbered_release
from tests.registry import FIRST, QD_1, QD_2, SECOND, SEX, TODAY, VISIT, publications, sex

PROCESSES = 6


def release(body, start, **terms):
    """A publication of the list of sexes."""
    terms = {"documents": (QD_1,), "author": "lan", "approver": "minh", **terms}
    return Publication(key=SEX, body=body, start=start, **terms)


def counted(parts):
    """How many entries, events and drafts the register holds."""
    with parts.store.read() as unit:
        entries = sum(len(t.entries) for t in unit.timelines())
        return entries, len(unit.events()), len(unit.drafts())


def test_a_release_is_one_entry_one_body_and_one_event(parts):
    entry = publish(parts.store, parts.clock, release(sex(third=False), FIRST))

    with parts.store.read() as unit:
        (event,) = unit.events()
        assert unit.timeline(SEX).entries == (entry,)
        assert unit.pending() == (event,)
        assert b"Gi\xe1\xbb\x9bi t\xc3\xadnh" in unit.body(entry.digest)
    assert (event.what, event.key, event.version) == ("released", str(SEX), entry.version)
    assert (event.actor, event.data["approver"]) == ("lan", "minh")
    assert event.at == entry.issued_at


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        ({"approver": "lan"}, NotAllowed),
        ({"approver": " LAN "}, NotAllowed),
        ({"approver": ""}, NotAllowed),
        ({"end": FIRST}, BadTime),
        ({"transition_until": FIRST - timedelta(days=1)}, BadTime),
        ({"version": "code"}, BadRequest),
        ({"version": "a/b"}, BadRequest),
        ({"version": "1.json"}, BadRequest),
        ({"corrects": "1.0"}, BadRequest),
        ({"what": "correction", "reason": "sai"}, BadTime),
        ({"what": "withdrawal", "body": None, "reason": "sai"}, BadTime),
    ],
)
def test_what_is_refused_leaves_nothing(sqlite_parts, terms, refusal):
    with pytest.raises(refusal):
        publish(
            sqlite_parts.store,
            sqlite_parts.clock,
            replace(release(sex(third=False), FIRST), **terms),
        )

    assert counted(sqlite_parts) == (0, 0, 0)


def test_broken_rules_are_named_with_their_places(sqlite_parts):
    body = CodeList(
        title={"vi": "Danh mục"},
        members=(Concept(code="1", display={"vi": "Một"}, parents=("9",)),),
    )

    with pytest.raises(BrokenRules) as refused:
        publish(sqlite_parts.store, sqlite_parts.clock, release(body, FIRST))

    assert any("/1" in told or "1" in told.split()[0] for told in refused.value.findings)
    assert counted(sqlite_parts) == (0, 0, 0)


def test_the_same_content_is_no_release(parts):
    publish(parts.store, parts.clock, release(sex(third=False), FIRST))

    with pytest.raises(Unchanged) as refused:
        publish(parts.store, parts.clock, release(sex(third=False), SECOND))

    assert refused.value == Unchanged(str(SEX), "2020-01-01")
    assert counted(parts) == (1, 1, 0)


def test_a_label_is_used_once(parts):
    publish(parts.store, parts.clock, release(sex(third=False), FIRST, version="1"))

    with pytest.raises(AlreadyReleased):
        publish(parts.store, parts.clock, release(sex(third=True), SECOND, version="1"))

    assert counted(parts) == (1, 1, 0)


def test_a_correction_takes_the_place_and_the_past_stays_known(parts):
    first = publish(parts.store, parts.clock, release(sex(third=False), FIRST))
    between = parts.clock()
    corrected = publish(
        parts.store,
        parts.clock,
        release(sex(third=True), FIRST, what="correction", corrects=first.version, reason="sót"),
    )

    with parts.store.read() as unit:
        timeline = unit.timeline(SEX)
    assert timeline.at(TODAY) == corrected
    assert timeline.at(TODAY, between) == first
    assert corrected.corrects == first.version
    assert timeline.standing(first, TODAY) == "corrected"


def test_a_withdrawal_ends_what_is_in_force_from_its_day(parts):
    first = publish(parts.store, parts.clock, release(sex(third=False), FIRST))
    gone = release(None, SECOND, what="withdrawal", reason="bãi bỏ", documents=())
    publish(parts.store, parts.clock, gone)

    with parts.store.read() as unit:
        timeline = unit.timeline(SEX)
        what = [event.what for event in unit.events()]
    assert what == ["released", "withdrawn"]
    assert timeline.in_force(SECOND - timedelta(days=1)) == first
    with pytest.raises(Withdrawn):
        timeline.in_force(SECOND)


def test_a_transition_keeps_the_former_acceptable_until_its_day(sqlite_parts):
    parts = sqlite_parts
    old = publish(parts.store, parts.clock, release(sex(third=False), FIRST))
    new = publish(
        parts.store,
        parts.clock,
        release(sex(third=True), SECOND, transition_until=date(2025, 1, 1)),
    )

    with parts.store.read() as unit:
        timeline = unit.timeline(SEX)
    assert timeline.accepted(date(2024, 12, 31)) == (new, old)
    assert timeline.accepted(date(2025, 1, 1)) == (new,)
    assert timeline.standing(old, date(2024, 12, 31)) == "transitional"


def test_days_with_nothing_in_force_are_told_before_publishing(sqlite_parts):
    parts = sqlite_parts
    publish(parts.store, parts.clock, release(sex(third=False), FIRST, end=date(2021, 1, 1)))
    plan = preview(parts.store, parts.clock, release(sex(third=True), SECOND))

    assert plan.gaps == (Validity(date(2021, 1, 1), SECOND),)
    assert counted(parts) == (1, 1, 0)  # a preview keeps nothing


def test_what_is_to_come_is_never_the_default(sqlite_parts):
    parts = sqlite_parts
    tomorrow = TODAY + timedelta(days=1)
    coming = publish(parts.store, parts.clock, release(sex(third=False), tomorrow))
    deliver(parts.workshop, TODAY)
    library = parts.reading.library()

    assert library.timeline(SEX).upcoming(TODAY) == (coming,)
    assert library.in_force(SEX, tomorrow) == coming
    with pytest.raises(NotInForce):
        library.in_force(SEX, TODAY)


def test_an_older_release_found_late_holds_until_the_next(sqlite_parts):
    parts = sqlite_parts
    later = publish(parts.store, parts.clock, release(sex(third=True), SECOND))
    older = publish(parts.store, parts.clock, release(sex(third=False), FIRST))

    with parts.store.read() as unit:
        timeline = unit.timeline(SEX)
    assert timeline.at(TODAY) == later
    assert timeline.at(SECOND - timedelta(days=1)) == older


def test_a_lock_names_the_exact_releases_of_the_first_day(parts):
    entries = publish_all(parts.store, parts.clock, publications())
    lists = {(entry.key, entry.version): entry for entry in entries}
    first, second = (entry for entry in entries if entry.key == str(VISIT))

    for schema, version in ((first, "2020-01-01"), (second, "2024-07-01")):
        locked = lists[str(SEX), version]
        assert Lock(str(SEX), version, locked.digest) in schema.lock
        assert [lock.key for lock in schema.lock] == sorted(lock.key for lock in schema.lock)


def test_a_value_set_keeps_what_it_held_when_its_list_moves_on(sqlite_parts):
    parts = sqlite_parts
    publish(parts.store, parts.clock, release(sex(third=False), FIRST))
    key = Key.parse("value-set/byt/known-sex")
    body = ValueSet(title={"vi": "Giới tính đã rõ"}, members=(Selection(id="all", list=str(SEX)),))
    chosen = publish(
        parts.store, parts.clock, replace(release(body, FIRST, documents=(QD_1,)), key=key)
    )
    publish(parts.store, parts.clock, release(sex(third=True), SECOND))
    assert not deliver(parts.workshop, TODAY).failed
    library = parts.reading.library()

    assert [lock.version for lock in chosen.lock] == ["2020-01-01"]
    assert library.lexicon(library.in_force(key, TODAY)).size == 2
    assert library.lexicon(library.in_force(SEX, TODAY)).size == 3


def test_many_are_published_together_or_not_at_all(parts):
    wrong = replace(release(sex(third=True), SECOND), approver="lan")

    with pytest.raises(NotAllowed):
        publish_all(parts.store, parts.clock, [*publications(), wrong])

    assert counted(parts) == (0, 0, 0)
    assert len(publish_all(parts.store, parts.clock, publications())) == 8
    assert counted(parts) == (8, 8, 0)


def test_documents_are_kept_with_the_entry(sqlite_parts):
    entry = publish(
        sqlite_parts.store,
        sqlite_parts.clock,
        release(sex(third=False), FIRST, documents=(QD_1, QD_2)),
    )

    assert entry.documents == (QD_1, QD_2)


def test_of_processes_publishing_one_key_exactly_one_wins(place, numbered, publishers):
    for number in (1, 2, 3):
        moment = time.time() + 0.5
        work = "tests.actions.processes:publish_at"
        children = [publishers.start(work, *place, moment, number) for _ in range(PROCESSES)]
        ended = [publishers.wait(child) for child in children]

        assert sorted(ended) == [WON] + [LOST] * (PROCESSES - 1)
        with numbered.store.read() as unit:
            assert [e.version for e in unit.timeline(NUMBERED).entries] == [
                f"v{n}" for n in range(1, number + 1)
            ]
            assert len(unit.events()) == number
    assert not deliver(numbered.workshop, TODAY).failed
    assert verify(numbered.store, numbered.shelf).releases == 3


def test_processes_publishing_and_delivering_beside_each_other_lose_nothing(
    place, numbered, publishers
):
    work = "tests.actions.processes:publish_and_deliver"
    children = [publishers.start(work, *place, f"list-{index}", 3) for index in range(4)]

    assert [publishers.wait(child) for child in children] == [0] * 4
    library = numbered_parts(*place).reading.library()
    assert library.register.seq == 12
    assert [len(library.timeline(key).entries) for key in library.keys()] == [3] * 4
    with numbered.store.read() as unit:
        assert unit.pending() == ()
    assert verify(numbered.store, numbered.shelf).events == 12


def test_a_clock_that_was_set_back_is_refused(sqlite_parts):
    parts = sqlite_parts
    entry = publish(parts.store, parts.clock, numbered_release(1))

    with pytest.raises(BadTime):
        publish(parts.store, lambda: entry.issued_at - timedelta(hours=1), numbered_release(2))

    assert counted(parts) == (1, 1, 0)
