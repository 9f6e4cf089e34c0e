"""The contract of a store: one suite for memory, SQLite and PostgreSQL."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import msgspec
import pytest

from catalog.core.draft import Draft, DropMember, PutMember, Replace, SetHeader
from catalog.core.errors import (
    AlreadyReleased,
    BadDocument,
    BadKey,
    BadTime,
    NotFound,
    StaleDraft,
    StoreUnavailable,
)
from catalog.core.events import verify
from catalog.core.model import CodeList, Concept, Field, Match
from catalog.core.names import Key
from catalog.core.release import Timeline
from tests.store.samples import SEX, START, body_of, entry_of, event_of, publish

AGE = Key.parse("code-list/byt/age")
WARD = Key.parse("schema/byt/ward")


def test_an_empty_store_has_nothing(store):
    with store.read() as unit:
        assert unit.timelines() == ()
        assert unit.timeline(SEX) == Timeline(SEX)
        assert unit.events() == ()
        assert unit.pending() == ()
        assert unit.drafts() == ()


def test_what_was_appended_is_read_back_as_it_was(store):
    entry = entry_of(1, title={"vi": "Giới tính “đ”", "en": "Sex \u0000"})
    publish(store, entry, body_of(1))

    with store.read() as unit:
        assert unit.timeline(SEX) == Timeline(SEX, (entry,))
        assert unit.body(entry.digest) == body_of(1)


def test_a_unit_sees_what_it_wrote(store):
    with store.begin() as unit:
        unit.append(entry_of(1), body_of(1))
        unit.append(entry_of(2), body_of(2))

        assert unit.timeline(SEX).entries == (entry_of(1), entry_of(2))
        assert unit.body(entry_of(2).digest) == body_of(2)


def test_timelines_come_by_key_and_entries_by_number(store):
    keys = (WARD, SEX, Key.parse("code-list/byt-2/sex"), AGE, Key.parse("dataset/bhxh/a"))
    with store.begin() as unit:
        for number in range(1, 12):
            for key in keys:
                unit.append(entry_of(number, key), body_of(number, key))

    with store.read() as unit:
        timelines = unit.timelines()

    assert [timeline.key for timeline in timelines] == sorted(keys)
    for timeline in timelines:
        assert [entry.number for entry in timeline.entries] == list(range(1, 12))


def test_a_release_is_never_replaced(store):
    publish(store, entry_of(1), body_of(1))

    with pytest.raises(AlreadyReleased) as refused, store.begin() as unit:
        unit.append(entry_of(1, version="other"), body_of(1))

    assert refused.value == AlreadyReleased(str(SEX), "other")


def test_a_version_is_never_given_twice(store):
    publish(store, entry_of(1), body_of(1))

    with pytest.raises(AlreadyReleased) as refused, store.begin() as unit:
        unit.append(entry_of(2, version="1.0"), body_of(2))

    assert refused.value == AlreadyReleased(str(SEX), "1.0")


def test_a_withdrawal_may_carry_the_version_that_it_withdraws(store):
    publish(store, entry_of(1), body_of(1))
    for number in (2, 3):
        withdrawal = entry_of(number, body=b"", version="1.0", what="withdrawal", corrects="1.0")
        publish(store, withdrawal, b"")

    with store.read() as unit:
        assert [entry.what for entry in unit.timeline(SEX).entries] == [
            "release",
            "withdrawal",
            "withdrawal",
        ]


def test_the_same_version_of_another_key_is_another_release(store):
    publish(store, entry_of(1), body_of(1))
    publish(store, entry_of(1, AGE), body_of(1, AGE))

    with store.read() as unit:
        assert len(unit.timelines()) == 2


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"number": 3}, BadTime),
        ({"number": 0}, BadTime),
        ({"issued_at": START}, BadTime),
        ({"issued_at": datetime(2030, 1, 1)}, BadTime),  # noqa: DTZ001 - that it has no zone
        ({"key": "sex"}, BadKey),
        ({"title": {"vi": "\ud800"}}, BadDocument),
        ({"digest": "0" * 64}, BadDocument),
        ({"digest": entry_of(1).digest}, BadDocument),
        ({"digest": "short"}, BadDocument),
    ],
    ids=str,
)
def test_an_entry_that_does_not_fit_is_refused_and_nothing_is_kept(store, changes, refusal):
    publish(store, entry_of(1), body_of(1))

    with pytest.raises(refusal), store.begin() as unit:
        unit.append(msgspec.structs.replace(entry_of(2), **changes), body_of(2))

    with store.read() as unit:
        assert unit.timeline(SEX).entries == (entry_of(1),)
        with pytest.raises(NotFound):
            unit.body(entry_of(2).digest)


def test_an_unknown_body_is_not_found(store):
    with pytest.raises(NotFound), store.read() as unit:
        unit.body("0" * 64)


def test_a_big_body_comes_back_whole(store):
    body = bytes(range(256)) * 40_000 + b'"' + "bệnh tả ".encode() * 1_000_000
    entry = entry_of(1, body=body)
    publish(store, entry, body)

    assert len(body) > 20_000_000
    with store.read() as unit:
        assert unit.body(entry.digest) == body


def test_leaving_a_unit_with_an_exception_leaves_nothing(store):
    publish(store, entry_of(1), body_of(1))

    with pytest.raises(ZeroDivisionError), store.begin() as unit:
        unit.append(entry_of(2), body_of(2))
        unit.announce(event_of(entry_of(2)))
        unit.settle(1)
        unit.save(Draft(key=str(SEX), author="lan"))
        raise ZeroDivisionError

    with store.read() as unit:
        assert unit.timeline(SEX).entries == (entry_of(1),)
        assert [event.seq for event in unit.pending()] == [1]
        assert unit.drafts() == ()
        with pytest.raises(NotFound):
            unit.body(entry_of(2).digest)


def test_a_unit_for_reading_refuses_to_write(store):
    with store.read() as unit:
        for write in (
            lambda: unit.append(entry_of(1), body_of(1)),
            lambda: unit.announce(event_of(entry_of(1))),
            lambda: unit.settle(1),
            lambda: unit.save(Draft(key=str(SEX), author="lan")),
            lambda: unit.discard(SEX),
        ):
            with pytest.raises(RuntimeError):
                write()


def test_a_reader_sees_one_moment_and_holds_nobody_up(store):
    publish(store, entry_of(1), body_of(1))
    with store.read() as unit:
        before = unit.timeline(SEX)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(publish, store, entry_of(2), body_of(2)).result(timeout=20)

        assert unit.timeline(SEX) == before
        assert len(unit.events()) == 1

    with store.read() as unit:
        assert len(unit.timeline(SEX).entries) == 2


def test_a_reader_is_not_held_up_by_a_writer(store):
    publish(store, entry_of(1), body_of(1))
    with store.begin() as writer:
        writer.append(entry_of(2), body_of(2))
        with ThreadPoolExecutor(1) as pool:
            seen = pool.submit(lambda: entries_of(store)).result(timeout=20)

    assert seen == (entry_of(1),)
    assert entries_of(store) == (entry_of(1), entry_of(2))


def entries_of(store):
    with store.read() as unit:
        return unit.timeline(SEX).entries


def test_a_writer_that_waits_too_long_is_told(store):
    store.patience = 0.2
    with store.begin(), pytest.raises(StoreUnavailable), store.begin():
        pass


def test_events_are_sealed_into_a_chain_without_gaps(store):
    hanoi = timezone(timedelta(hours=7))
    told = []
    for number in range(1, 6):
        entry = entry_of(number, issued_at=START.astimezone(hanoi) + timedelta(hours=number))
        told.append(publish(store, entry, body_of(number)))

    with store.read() as unit:
        events = unit.events()

    assert [event.seq for event in events] == [1, 2, 3, 4, 5]
    assert events == tuple(told)
    assert verify(events) == 5


def test_events_are_read_in_parts(store):
    for number in range(1, 6):
        publish(store, entry_of(number), body_of(number))

    with store.read() as unit:
        assert [event.seq for event in unit.events(2, 2)] == [3, 4]
        assert [event.seq for event in unit.events(4)] == [5]
        assert [event.seq for event in unit.events(-7, 1)] == [1]
        assert unit.events(5) == ()
        assert unit.events(0, 0) == unit.events(0, -1) == ()


def test_an_event_is_pending_until_it_is_settled(store):
    for number in (1, 2, 3):
        publish(store, entry_of(number), body_of(number))
    for _ in range(2):
        with store.begin() as unit:
            unit.settle(2)

    with store.read() as unit:
        assert [event.seq for event in unit.pending()] == [1, 3]
        assert verify(unit.events()) == 3
    with pytest.raises(NotFound), store.begin() as unit:
        unit.settle(4)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"at": datetime(2030, 1, 1)}, BadTime),  # noqa: DTZ001 - that it has no zone
        ({"reason": "\ud800"}, BadDocument),
    ],
    ids=["no zone", "no Unicode"],
)
def test_an_event_that_cannot_be_kept_is_refused(store, changes, refusal):
    with pytest.raises(refusal), store.begin() as unit:
        unit.announce(msgspec.structs.replace(event_of(entry_of(1)), **changes))

    with store.read() as unit:
        assert unit.events() == ()


LIST = CodeList(title={"vi": "Giới"}, members=(Concept(code="1", display={"vi": "Nam"}),))
TITLE = SetHeader("title", msgspec.Raw('{"vi":"Tên “đ”"}'.encode()))
PUT = {
    SEX: Concept(code="A00", display={"vi": "Bệnh tả"}),
    Key.parse("mapping/byt/sex"): Match(source="A", target="B"),
    WARD: Field(name="MA_BN", type="string", label={"vi": "Mã"}),
}


@pytest.mark.parametrize("key", PUT, ids=str)
def test_a_draft_comes_back_with_all_its_edits(store, key):
    edits = (TITLE, PutMember(PUT[key], after="A"), DropMember("A01"), Replace(LIST))
    draft = Draft(key=str(key), base="1.0", edits=edits, author="lan", note="đ")
    with store.begin() as unit:
        kept = unit.save(draft)

    assert kept == msgspec.structs.replace(draft, revision=1)
    with store.read() as unit:
        assert unit.draft(key) == kept
        assert unit.drafts() == (kept,)


def test_a_draft_is_saved_by_the_one_who_read_it_last(store):
    draft = Draft(key=str(SEX), author="lan")
    with store.begin() as unit:
        first = unit.save(draft)
    with store.begin() as unit:
        second = unit.save(msgspec.structs.replace(first, note="two"))

    for stale in (draft, first, msgspec.structs.replace(second, revision=9)):
        with pytest.raises(StaleDraft) as refused, store.begin() as unit:
            unit.save(stale)
        assert refused.value == StaleDraft(str(SEX), stale.revision)
    with store.read() as unit:
        assert unit.draft(SEX) == second
        assert (second.revision, second.note) == (2, "two")


def test_drafts_are_listed_by_key_and_thrown_away(store):
    with store.begin() as unit:
        for key in (WARD, SEX, AGE):
            unit.save(Draft(key=str(key), author="lan"))
    with store.begin() as unit:
        assert [draft.key for draft in unit.drafts()] == [str(AGE), str(SEX), str(WARD)]
        unit.discard(SEX)
        unit.discard(SEX)

    with store.read() as unit:
        assert len(unit.drafts()) == 2
        with pytest.raises(NotFound):
            unit.draft(SEX)


def test_a_draft_thrown_away_cannot_be_saved_again(store):
    with store.begin() as unit:
        kept = unit.save(Draft(key=str(SEX), author="lan"))
        unit.discard(SEX)

    with pytest.raises(StaleDraft), store.begin() as unit:
        unit.save(kept)


@pytest.mark.parametrize(
    "draft",
    [
        Draft(key="sex", author="lan"),
        Draft(key=str(SEX), author="lan", note="\ud800"),
        Draft(key=str(SEX), author="lan", edits=(PutMember(PUT[WARD]),)),
        Draft(key=str(SEX), author="lan", edits=(SetHeader("title", msgspec.Raw(b"{")),)),
    ],
    ids=["bad key", "no Unicode", "member of another kind", "no JSON"],
)
def test_a_draft_that_cannot_be_kept_is_refused(store, draft):
    with pytest.raises((BadKey, BadDocument)), store.begin() as unit:
        unit.save(draft)

    with store.read() as unit:
        assert unit.drafts() == ()


def in_threads(count, work):
    """Run work(0), work(1) ... at the same time; what each returned or raised."""
    gate = threading.Barrier(count)

    def one(index):
        gate.wait(20)
        try:
            return work(index)
        except AlreadyReleased as refusal:
            return refusal

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_of_threads_publishing_one_key_exactly_one_wins(store):
    def attempt(index):
        body = b"%d" % index
        return publish(store, entry_of(1, body=body, version=f"by-{index}"), body)

    results = in_threads(8, attempt)

    won = [index for index, result in enumerate(results) if not is_refusal(result)]
    assert len(won) == 1
    assert [results[i] for i in range(8) if i not in won] == [
        AlreadyReleased(str(SEX), f"by-{i}") for i in range(8) if i not in won
    ]
    with store.read() as unit:
        (entry,) = unit.timeline(SEX).entries
        assert entry.version == f"by-{won[0]}"
        assert unit.body(entry.digest) == b"%d" % won[0]
        assert verify(unit.events()) == 1


def is_refusal(result):
    return isinstance(result, AlreadyReleased)


def test_threads_publishing_different_keys_all_succeed_in_one_chain(store):
    def attempt(index):
        key = Key.parse(f"code-list/byt/list-{index}")
        for number in (1, 2, 3):
            publish(store, entry_of(number, key), body_of(number, key))

    in_threads(8, attempt)

    with store.read() as unit:
        assert [len(timeline.entries) for timeline in unit.timelines()] == [3] * 8
        assert verify(unit.events()) == 24
        assert len(unit.pending()) == 24


def test_of_threads_saving_one_draft_exactly_one_wins(store):
    def attempt(index):
        try:
            with store.begin() as unit:
                return unit.save(Draft(key=str(SEX), author=f"lan-{index}"))
        except StaleDraft:
            return None

    winners = [draft for draft in in_threads(8, attempt) if draft is not None]

    assert len(winners) == 1
    with store.read() as unit:
        assert unit.draft(SEX) == winners[0]
