"""Legal time: timelines against a slow model that goes through the days one by one."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.core.errors import BadTime, NotFound, NotInForce, Withdrawn
from catalog.core.names import Key
from catalog.core.release import Entry, Timeline, Validity, timeline_of

KEY = Key.parse("code-list/byt/x")
ZERO = date(2024, 1, 1)
NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)
DAYS = 14


def day(number):
    return ZERO + timedelta(days=number)


def instant(number):
    return NOON + timedelta(hours=number)


def entry(number, start, *, what="release", end=None, until=None, corrects=0):
    return Entry(
        key=str(KEY),
        version=str(number),
        number=number,
        what=what,
        start=day(start),
        end=None if end is None else day(end),
        transition_until=None if until is None else day(until),
        issued_at=instant(number),
        digest=f"{number:064}",
        meaning="",
        title={},
        corrects=str(corrects) if corrects else "",
        author="an",
        approver="binh",
    )


def timeline(*entries):
    made = Timeline(KEY)
    for item in entries:
        made = made.with_(item)
    return made


@st.composite
def histories(draw):
    """Entries as a register may get them: releases, corrections and withdrawals, in any order."""
    made = []
    for number in range(1, draw(st.integers(0, 6)) + 1):
        what = draw(st.sampled_from(["release", "correction", "withdrawal"]))
        start = draw(st.integers(0, DAYS - 3))
        corrects = 0
        if what != "release" and made:
            target = draw(st.sampled_from(made))
            corrects = target.number
            start = (target.start - ZERO).days
            start += draw(st.integers(0, 4)) if what == "withdrawal" else 0
        elif what != "release":
            what = "release"
        lasts = draw(st.none() | st.integers(1, 5))
        waits = draw(st.none() | st.integers(1, 5))
        open_ended = what == "withdrawal" or lasts is None
        made.append(
            entry(
                number,
                start,
                what=what,
                end=None if open_ended else start + lasts,
                until=None if waits is None or what == "withdrawal" else start + waits,
                corrects=corrects,
            )
        )
    return timeline(*made)


def slow_days(history, known):
    """
    What holds on each day: walk the days; on each, whatever starts that day, as last issued, takes
    over; a withdrawal takes over with nothing; a declared end lets go.
    """
    held = []
    current = None
    for number in range(-1, DAYS + 3):
        today = day(number)
        for item in history.entries:
            if item.start == today and item.issued_at <= known:
                current = item
        if current is not None and (current.what == "withdrawal" or current.end == today):
            # Over; but what it was is remembered, for nothing earlier comes back.
            current = None
        held.append((today, current))
    return held


@given(histories(), st.integers(0, 7))
@settings(max_examples=60, deadline=None)
def test_what_is_in_force_agrees_with_going_through_the_days(history, hours):
    known = instant(hours)

    for today, expected in slow_days(history, known):
        assert history.at(today, known) == expected


@given(histories(), st.integers(0, 7))
@settings(max_examples=60, deadline=None)
def test_in_force_answers_or_says_why_not(history, hours):
    known = instant(hours)

    for today, expected in slow_days(history, known):
        if expected is not None:
            assert history.in_force(today, known) == expected
            continue
        with pytest.raises((NotFound, Withdrawn, NotInForce)) as refused:
            history.in_force(today, known)
        match refused.value:
            case NotFound():
                assert not [e for e in history.entries if e.issued_at <= known]
            case Withdrawn(version=version):
                assert version in {e.version for e in history.entries}
            case other:
                assert other == NotInForce(str(KEY), today.isoformat())


@given(histories(), st.integers(0, 7))
@settings(max_examples=60, deadline=None)
def test_accepted_is_what_holds_and_what_a_transition_still_lets_pass(history, hours):
    known = instant(hours)
    issued = [e for e in history.entries if e.issued_at <= known]

    for today, held in slow_days(history, known):
        current = held
        expected = []
        while current is not None:
            expected.append(current)
            if current.transition_until is None or today >= current.transition_until:
                break
            # The former one: of the nearest earlier start, what was issued last.
            starts = {e.start for e in issued if e.start < current.start}
            former = [e for e in issued if starts and e.start == max(starts)]
            current = former[-1] if former and former[-1].what != "withdrawal" else None
        assert history.accepted(today, known) == tuple(expected)


@given(histories(), st.integers(0, 7))
@settings(max_examples=60, deadline=None)
def test_days_of_an_entry_and_gaps_agree_with_going_through_the_days(history, hours):
    known = instant(hours)
    held = slow_days(history, known)

    for item in history.entries:
        validity = history.validity(item, known)
        for today, current in held:
            assert (validity is not None and today in validity) == (current == item)
    starts = [e.start for e in history.standing_ones(known)]
    gaps = history.gaps(known)
    for today, current in held:
        inside = bool(starts) and starts[0] <= today < starts[-1]
        assert any(today in gap for gap in gaps) == (inside and current is None)
    for gap in gaps:
        assert gap.end is not None
        assert gap.start < gap.end


@given(histories(), st.integers(0, 7))
@settings(max_examples=60, deadline=None)
def test_neighbours_and_standing_agree_with_what_holds(history, hours):
    known = instant(hours)
    held = slow_days(history, known)

    for today, current in held:
        for item in history.known(known):
            standing = history.standing(item, today, known)
            assert (standing == "in-force") == (item == current)
            if standing == "upcoming":
                assert any(other == item for later, other in held if later > today)
        upcoming = history.upcoming(today, known)
        assert list(upcoming) == sorted(upcoming, key=lambda e: e.start)
        assert all(e.start > today for e in upcoming)
    for item in history.known(known):
        later = history.after(item, known)
        if later is not None:
            assert later.start > item.start
            assert any(other == later for _, other in held)


@given(histories(), st.data())
@settings(max_examples=60, deadline=None)
def test_history_is_never_rewritten(history, data):
    for length in range(len(history.entries)):
        earlier = Timeline(KEY, history.entries[:length])
        last = earlier.entries[-1].issued_at if length else NOON
        known = data.draw(st.sampled_from([last, last - timedelta(minutes=30)]))
        for number in range(-1, DAYS):
            today = day(number)
            assert history.at(today, known) == earlier.at(today, known)
            assert history.accepted(today, known) == earlier.accepted(today, known)
            for item in earlier.known(known):
                assert history.standing(item, today, known) == earlier.standing(item, today, known)
        assert history.gaps(known) == earlier.gaps(known)


def test_nothing_is_in_force_before_the_first_start_or_from_a_declared_end_on():
    history = timeline(entry(1, 3, end=6))

    assert [history.at(day(n)) is not None for n in (2, 3, 5, 6, 7)] == [
        False,
        True,
        True,
        False,
        False,
    ]


def test_a_later_start_closes_the_former_also_beyond_the_later_ones_end():
    history = timeline(entry(1, 0), entry(2, 3, end=5))

    assert history.at(day(6)) is None
    assert history.gaps() == ()


def test_a_withdrawal_brings_nothing_back_until_the_next_start():
    first, second = entry(1, 0), entry(2, 5)
    gone = entry(3, 5, what="withdrawal", corrects=2)
    third = entry(4, 9)
    history = timeline(first, second, gone, third)

    assert history.at(day(4)) == first
    assert history.at(day(5)) is None
    assert history.at(day(9)) == third
    assert history.gaps() == (Validity(day(5), day(9)),)
    assert history.after(first) == third
    assert history.before(third) is None
    assert history.standing(second, day(6)) == "withdrawn"
    assert history.standing(first, day(6)) == "ended"
    with pytest.raises(Withdrawn) as refused:
        history.in_force(day(6))
    assert refused.value == Withdrawn(str(KEY), "2", day(5).isoformat())


def test_a_release_withdrawn_from_a_later_day_held_until_then():
    first = entry(1, 0)
    history = timeline(first, entry(2, 5, what="withdrawal", corrects=1))

    assert history.validity(first) == Validity(day(0), day(5))
    assert history.standing(first, day(4)) == "in-force"
    assert history.standing(first, day(5)) == "withdrawn"
    assert history.gaps() == ()


def test_a_correction_opens_again_what_a_withdrawal_closed():
    history = timeline(
        entry(1, 0),
        entry(2, 5),
        entry(3, 5, what="withdrawal", corrects=2),
        entry(4, 5, what="correction", corrects=2),
    )

    assert history.at(day(5)).version == "4"
    assert history.before(history.entries[3]) == history.entries[0]


def test_a_corrected_release_is_told_from_one_that_ended():
    wrong, right = entry(1, 5), entry(2, 5, what="correction", corrects=1)
    history = timeline(wrong, right)

    assert [history.standing(wrong, day(n)) for n in (0, 5, 9)] == ["corrected"] * 3
    assert [history.standing(right, day(n)) for n in (0, 5)] == ["upcoming", "in-force"]
    assert history.standing(wrong, day(5), instant(1)) == "in-force"
    assert history.after(wrong) is None


def test_a_list_found_late_holds_until_the_next_start():
    history = timeline(entry(1, 5), entry(2, 0))

    assert history.at(day(3)).version == "2"
    assert history.at(day(3), instant(1)) is None
    assert history.at(day(5)).version == "1"


def test_a_release_is_found_by_its_label():
    history = timeline(entry(1, 0), entry(2, 0, what="withdrawal", corrects=1))

    assert history.named("1") == history.entries[0]
    for label in ("2", "", "9"):
        with pytest.raises(NotFound) as refused:
            history.named(label)
        assert refused.value == NotFound(f"{KEY}/{label}")


BASE = entry(1, 5)


@pytest.mark.parametrize(
    "fields",
    [
        {"key": "code-list/byt/y"},
        {"number": 1},
        {"number": 3},
        {"issued_at": BASE.issued_at},
        {"issued_at": BASE.issued_at - timedelta(seconds=1)},
        {"issued_at": datetime(2025, 1, 1)},  # noqa: DTZ001 - without a zone on purpose
        {"end": day(5)},
        {"end": day(4)},
        {"transition_until": day(5)},
    ],
)
def test_an_entry_that_does_not_fit_is_refused(fields):
    with pytest.raises(BadTime):
        timeline(BASE).with_(msgspec.structs.replace(entry(2, 5), **fields))


def test_entries_may_be_read_in_any_order():
    history = timeline(entry(1, 5), entry(2, 0))

    assert timeline_of(KEY, reversed(history.entries)) == history
