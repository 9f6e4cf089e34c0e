from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.core.document import decode, digest_of, encode, meaning_digest
from catalog.core.errors import (
    AlreadyReleased,
    BadDocument,
    BadEdit,
    BadRequest,
    BadTime,
    BrokenRules,
    NotAllowed,
    Unchanged,
)
from catalog.core.findings import Finding
from catalog.core.model import CodeList, Concept
from catalog.core.names import Key
from catalog.core.planning import Publication, counted, plan
from catalog.core.release import Lock, Timeline, Validity
from tests.core.bodies import SEX, VISIT

KEY = Key.parse("code-list/byt/gioi-tinh")
NOW = datetime(2024, 6, 1, 8, tzinfo=UTC)
FIRST = date(2024, 1, 1)
JULY = date(2024, 7, 1)
MORE = msgspec.structs.replace(
    SEX, members=(*SEX.members, Concept(code="3", display={"vi": "Chưa xác định"}))
)
LESS = msgspec.structs.replace(SEX, members=SEX.members[:1])


def asking(body=SEX, start=FIRST, **fields):
    given_fields = {
        "key": KEY,
        "body": body,
        "start": start,
        "documents": ("document/byt/4750-qd-byt-2023",),
        "author": "an",
        "approver": "binh",
        **fields,
    }
    return Publication(**given_fields)


class Register:
    """A timeline and its bodies, grown by plans."""

    def __init__(self):
        self.timeline = Timeline(KEY)
        self.bodies = {}
        self.clock = NOW

    def plan(self, publication, **more):
        current = self.timeline.at(publication.start)
        former = None if current is None else decode(self.bodies[current.digest])
        return plan(publication, self.timeline, former, self.clock, **more)

    def publish(self, publication, **more):
        made = self.plan(publication, **more)
        self.timeline = self.timeline.with_(made.entry)
        self.bodies[made.entry.digest] = made.body
        self.clock += timedelta(hours=1)
        return made


@pytest.fixture
def register():
    return Register()


def withdrawing(start=FIRST, **fields):
    return asking(None, start, what="withdrawal", reason="ban hành nhầm", **fields)


def correcting(body, start=FIRST, **fields):
    return asking(body, start, what="correction", reason="sai chính tả", **fields)


def test_a_first_release_is_planned_whole(register):
    made = register.plan(asking(end=date(2030, 1, 1), transition_until=None))
    entry = made.entry

    assert (entry.key, entry.version, entry.number) == (str(KEY), "2024-01-01", 1)
    assert (entry.start, entry.end, entry.issued_at) == (FIRST, date(2030, 1, 1), NOW)
    assert made.body == encode(SEX)
    assert (entry.digest, entry.meaning) == (digest_of(encode(SEX)), meaning_digest(SEX))
    assert (entry.title, entry.members, entry.impact) == (SEX.title, 2, "additive")
    assert (entry.author, entry.approver) == ("an", "binh")
    assert (made.findings, made.gaps, made.closes) == ((), (), None)


def test_a_later_release_is_compared_with_what_it_closes(register):
    register.publish(asking())
    made = register.plan(asking(LESS, JULY, transition_until=date(2024, 10, 1)))

    assert made.entry.impact == "breaking"
    assert [member.code for member in made.diff.removed] == ["2"]
    assert made.closes == register.timeline.entries[0]
    assert made.upcoming == ()


def test_an_older_list_found_late_is_planned_before_the_others(register):
    register.publish(asking(MORE, JULY))
    made = register.publish(asking(SEX, FIRST))

    assert made.entry.impact == "additive"
    assert [entry.start for entry in made.upcoming] == [JULY]
    assert register.timeline.at(date(2024, 3, 1)) == made.entry
    assert register.timeline.at(JULY).digest == digest_of(encode(MORE))


def test_a_correction_takes_the_place_and_keeps_the_terms(register):
    register.publish(asking(end=date(2025, 1, 1), transition_until=date(2024, 3, 1), start=FIRST))
    made = register.publish(correcting(MORE, documents=()))
    entry = made.entry

    assert (entry.version, entry.corrects, entry.what) == (
        "2024-01-01.2",
        "2024-01-01",
        "correction",
    )
    assert (entry.end, entry.transition_until) == (date(2025, 1, 1), date(2024, 3, 1))
    assert entry.documents == ("document/byt/4750-qd-byt-2023",)
    assert register.timeline.at(FIRST) == entry


def test_a_correction_may_correct_the_terms_alone(register):
    register.publish(asking())

    with pytest.raises(Unchanged):
        register.plan(correcting(SEX))
    made = register.publish(correcting(SEX, end=JULY))

    assert (made.entry.end, made.entry.impact) == (JULY, "none")
    with pytest.raises(Unchanged):
        register.plan(correcting(SEX, end=JULY))


def test_a_withdrawal_is_an_entry_of_what_it_withdraws(register):
    register.publish(asking())
    made = register.publish(withdrawing(JULY))
    entry = made.entry

    assert (entry.what, entry.version, entry.corrects) == (
        "withdrawal",
        "withdrawn-2024-07-01",
        "2024-01-01",
    )
    assert (entry.digest, made.body, made.diff) == (digest_of(encode(SEX)), encode(SEX), None)
    assert entry.impact == "breaking"
    assert register.timeline.at(JULY) is None
    assert register.timeline.at(FIRST) is not None


def test_what_was_withdrawn_can_be_released_or_corrected_again(register):
    register.publish(asking())
    register.publish(withdrawing())

    again = register.plan(asking(MORE))
    corrected = register.plan(correcting(SEX, corrects="2024-01-01"))

    assert (again.entry.version, corrected.entry.version) == ("2024-01-01.2", "2024-01-01.2")
    assert corrected.entry.corrects == "2024-01-01"


def test_gaps_are_told(register):
    register.publish(asking(end=date(2024, 3, 1)))
    made = register.plan(asking(MORE, JULY))

    assert made.gaps == (Validity(date(2024, 3, 1), JULY),)


@pytest.mark.parametrize(
    ("author", "approver"),
    [("an", "an"), ("an", "AN"), ("an", " an"), ("", "binh"), ("an", ""), ("an", " ")],
)
def test_one_person_alone_publishes_nothing(register, author, approver):
    with pytest.raises(NotAllowed):
        register.plan(asking(author=author, approver=approver))


def test_findings_that_are_errors_stop_and_warnings_are_kept(register):
    error = Finding(rule="parent-missing", message={}, path="3/parents")
    warning = Finding(rule="outer-space", severity="warning", message={})

    with pytest.raises(BrokenRules) as refused:
        register.plan(asking(), findings=(warning, error))
    made = register.plan(asking(), findings=(warning,))

    assert refused.value == BrokenRules(str(KEY), ("3/parents parent-missing",))
    assert made.findings == (warning,)
    assert counted(made.findings) == {"outer-space": 1}


def test_the_same_content_is_not_released_again(register):
    register.publish(asking())

    with pytest.raises(Unchanged) as refused:
        register.plan(asking(start=JULY))
    assert refused.value == Unchanged(str(KEY), "2024-01-01")


def test_the_same_content_may_be_prolonged_after_its_end(register):
    register.publish(asking(end=JULY))

    assert register.plan(asking(start=JULY)).entry.impact == "additive"


def test_a_version_label_is_used_once(register):
    register.publish(asking(version="v1"))

    with pytest.raises(AlreadyReleased) as refused:
        register.plan(asking(MORE, JULY, version="v1"))
    assert refused.value == AlreadyReleased(str(KEY), "v1")


@pytest.mark.parametrize(
    "label", ["a/b", " ", "a b", "../x", ".x", "x" * 65, "1.json", "code", "latest", "v1\n", "ấ"]
)
def test_a_label_that_no_address_can_carry_is_refused(register, label):
    with pytest.raises(BadRequest) as refused:
        register.plan(asking(version=label))
    assert refused.value.part == "version"


@pytest.mark.parametrize("label", ["1", "1.0.0", "QD-4750", "2024-07-01", "v2_b"])
def test_a_label_as_issued_is_kept(register, label):
    assert register.plan(asking(version=label)).entry.version == label


@pytest.mark.parametrize(
    "publication",
    [
        asking(end=FIRST),
        asking(transition_until=FIRST),
        correcting(MORE),
        correcting(MORE, corrects="2024-01-01"),
        withdrawing(),
    ],
)
def test_days_that_contradict_each_other_are_refused(register, publication):
    with pytest.raises(BadTime):
        register.plan(publication)


@pytest.mark.parametrize(
    "publication",
    [
        asking(MORE, FIRST),
        correcting(MORE, JULY),
        correcting(MORE, corrects="2023-01-01"),
        withdrawing(corrects="2023-01-01"),
        withdrawing(date(2023, 1, 1)),
    ],
)
def test_days_that_contradict_the_timeline_are_refused(register, publication):
    register.publish(asking())

    with pytest.raises(BadTime):
        register.plan(publication)


def test_only_the_last_correction_is_corrected(register):
    register.publish(asking())
    register.publish(correcting(MORE))

    with pytest.raises(BadTime) as refused:
        register.plan(correcting(LESS, corrects="2024-01-01"))
    assert "2024-01-01.2" in refused.value.reason
    assert register.plan(correcting(LESS)).entry.corrects == "2024-01-01.2"


@pytest.mark.parametrize(
    "publication",
    [
        asking(corrects="1"),
        replace(withdrawing(), documents=(), reason=" "),
        replace(withdrawing(), end=JULY),
        replace(withdrawing(), body=SEX),
        replace(correcting(MORE), documents=(), reason=""),
    ],
)
def test_terms_that_make_no_sense_are_refused(register, publication):
    if not publication.corrects:
        register.publish(asking())

    with pytest.raises(BadRequest):
        register.plan(publication)


@pytest.mark.parametrize(
    "body",
    [
        None,
        VISIT,
        msgspec.structs.replace(SEX, title={"vi": 1}),
        CodeList(title={}, members=(Concept(code="A", display={}, properties={"a": 2**53}),)),
        CodeList(title={}, members=(Concept(code="A", display={}, properties={"a": 0.5}),)),
    ],
)
def test_a_body_that_is_none_of_the_kind_or_not_canonical_is_refused(register, body):
    with pytest.raises(BadDocument):
        register.plan(asking(body))


def test_the_former_body_must_be_the_one_in_force(register):
    register.publish(asking())

    for former in (None, MORE):
        for publication in (asking(LESS, JULY), withdrawing(JULY)):
            with pytest.raises(BadEdit):
                plan(publication, register.timeline, former, register.clock)
    with pytest.raises(BadEdit):
        plan(asking(), Timeline(KEY), SEX, NOW)


def test_an_entry_is_always_issued_after_the_one_before(register):
    register.publish(asking())
    register.clock = NOW
    second = register.publish(asking(MORE, JULY))
    register.clock = NOW - timedelta(seconds=30)
    third = register.publish(asking(LESS, date(2025, 1, 1)))

    assert second.entry.issued_at == NOW + timedelta(microseconds=1)
    assert third.entry.issued_at == NOW + timedelta(microseconds=2)
    register.clock = NOW - timedelta(hours=1)
    with pytest.raises(BadTime):
        register.plan(asking(SEX, date(2026, 1, 1)))


def test_the_time_of_issue_is_kept_in_utc_and_needs_a_zone():
    local = NOW.astimezone(timezone(timedelta(hours=7)))
    made = plan(asking(), Timeline(KEY), None, local)

    assert made.entry.issued_at == NOW
    assert made.entry.issued_at.tzinfo == UTC
    with pytest.raises(BadTime):
        plan(asking(), Timeline(KEY), None, NOW.replace(tzinfo=None))


def test_a_lock_is_kept_in_order_and_once(register):
    one, other = Lock("code-list/a/a", "1", "x"), Lock("code-list/a/b", "1", "x")

    assert register.plan(asking(), lock=(other, one, other)).entry.lock == (one, other)


def test_odd_terms_are_told_but_do_not_stop(register):
    made = register.plan(asking(documents=(), transition_until=JULY))

    assert [(f.rule, f.severity) for f in made.findings] == [
        ("no-ground", "warning"),
        ("transition-without-former", "warning"),
    ]
    assert all({"vi", "en"} == set(f.message) for f in made.findings)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["release", "correction", "withdrawal"]),
            st.integers(0, 5),
            st.sampled_from([SEX, MORE, LESS]),
            st.none() | st.integers(1, 4),
        ),
        max_size=8,
    )
)
@settings(max_examples=120, deadline=None)
def test_whatever_is_asked_the_register_grows_soundly_or_refuses(steps):
    register = Register()
    for what, start, body, lasts in steps:
        first = FIRST + timedelta(days=start)
        publication = asking(
            None if what == "withdrawal" else body,
            first,
            what=what,
            reason="thử",
            end=None if lasts is None or what == "withdrawal" else first + timedelta(days=lasts),
        )
        before = register.timeline
        try:
            made = register.publish(publication)
        except (BadTime, Unchanged):
            assert register.timeline == before
            continue
        assert digest_of(made.body) == made.entry.digest
        expected = None if what == "withdrawal" else made.entry
        assert register.timeline.at(first) == expected
    labels = [entry.version for entry in register.timeline.entries]
    assert len(labels) == len(set(labels))
