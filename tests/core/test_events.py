from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.core.errors import BadTime, BrokenChain
from catalog.core.events import GENESIS, Event, sealed, verify

START = datetime(2024, 7, 1, 9, 30, 15, 123456, tzinfo=UTC)


def event(number, **fields):
    given_fields = {
        "what": "released",
        "key": f"code-list/byt/x{number}",
        "version": "1",
        "at": START + timedelta(minutes=number),
        "actor": "an",
        "data": {"digest": str(number)},
    }
    return Event(seq=0, **{**given_fields, **fields})


def chain(length):
    made = []
    for number in range(length):
        made.append(sealed(event(number), made[-1] if made else None))
    return made


def test_a_whole_chain_hangs_together():
    events = chain(5)

    assert verify([]) == 0
    assert verify(events) == 5
    assert verify(events[3:], after=events[2]) == 2
    assert verify(events, head=events[-1].hash) == 5
    assert [e.seq for e in events] == [1, 2, 3, 4, 5]
    assert events[0].previous == GENESIS


CHANGES = {
    "seq": 9,
    "what": "withdrawn",
    "key": "code-list/byt/y",
    "version": "2",
    "at": START - timedelta(days=1),
    "actor": "eve",
    "reason": "?",
    "data": {},
    "previous": "f" * 64,
    "hash": "f" * 64,
}


@given(st.integers(1, 6), st.data())
@settings(max_examples=60, deadline=None)
def test_no_event_can_be_changed_without_being_seen(length, data):
    events = chain(length)
    place = data.draw(st.integers(0, length - 1))
    field = data.draw(st.sampled_from(sorted(CHANGES)))
    events[place] = msgspec.structs.replace(events[place], **{field: CHANGES[field]})

    with pytest.raises(BrokenChain) as refused:
        verify(events)
    assert refused.value.seq == place + 1


@given(st.integers(2, 6), st.data())
@settings(max_examples=60, deadline=None)
def test_a_change_that_is_sealed_again_breaks_the_next_link(length, data):
    events = chain(length)
    place = data.draw(st.integers(0, length - 2))
    former = events[place - 1] if place else None
    events[place] = sealed(msgspec.structs.replace(events[place], actor="eve"), former)

    with pytest.raises(BrokenChain) as refused:
        verify(events)
    assert refused.value.seq == place + 2


@given(st.integers(2, 6), st.data())
@settings(max_examples=60, deadline=None)
def test_nothing_can_be_taken_out_swapped_or_put_between(length, data):
    events = chain(length)
    one = data.draw(st.integers(0, length - 2))
    other = data.draw(st.integers(one + 1, length - 1))
    lost = events[:one] + events[one + 1 :]
    swapped = list(events)
    swapped[one], swapped[other] = events[other], events[one]
    doubled = [*events[: one + 1], events[one], *events[one + 1 :]]
    forged = sealed(event(99), events[one])
    put_between = [*events[: one + 1], forged, *events[one + 1 :]]

    for broken in (lost, swapped, doubled, put_between):
        with pytest.raises(BrokenChain):
            verify(broken)


def test_what_is_cut_off_at_the_end_is_seen_by_the_head():
    events = chain(4)

    assert verify(events[:3]) == 3
    with pytest.raises(BrokenChain):
        verify(events[:3], head=events[3].hash)
    with pytest.raises(BrokenChain):
        verify([], head=events[3].hash)


def test_a_store_may_give_the_time_back_in_another_zone():
    (one,) = chain(1)
    local = timezone(timedelta(hours=7))

    assert verify([msgspec.structs.replace(one, at=one.at.astimezone(local))]) == 1
    assert sealed(event(0, at=START.astimezone(local)), None) == one


def test_an_event_without_a_zone_is_not_sealed_and_not_believed():
    (one,) = chain(1)
    naive = one.at.replace(tzinfo=None)

    with pytest.raises(BadTime):
        sealed(event(0, at=naive), None)
    with pytest.raises(BrokenChain):
        verify([msgspec.structs.replace(one, at=naive)])
