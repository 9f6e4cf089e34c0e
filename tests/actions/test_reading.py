"""Reading: one moment at a time, on both clocks, kept by digest."""

from datetime import UTC, date, datetime, timedelta

import pytest

from catalog.actions import reading
from catalog.actions.delivery import deliver
from catalog.actions.publishing import publish
from catalog.actions.reading import Caches, ShelfLibrary, history, member_of
from catalog.core.errors import NotFound, NotInForce, Withdrawn
from catalog.core.names import Key
from catalog.core.planning import Publication
from tests.actions.processes import NUMBERED, numbered_release
from tests.registry import FIRST, SECOND, SEX, TODAY, VISIT, filled, sex

NOBODY = Key.parse("code-list/byt/nobody")
ISSUED = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """The library of a small register."""
    return filled(tmp_path_factory.mktemp("reading")).reading.library()


@pytest.mark.parametrize(
    ("day", "version"),
    [
        (FIRST, "2020-01-01"),
        (SECOND - timedelta(days=1), "2020-01-01"),
        (SECOND, "2024-07-01"),
        (date.max, "2024-07-01"),
    ],
)
def test_the_release_in_force_is_found_by_day(library, day, version):
    assert library.in_force(SEX, day).version == version
    assert library.in_force(SEX, day).version == version  # remembered
    assert library.release_on(SEX, day).entry.version == version


def test_before_the_first_day_nothing_is_in_force(library):
    with pytest.raises(NotInForce) as refused:
        library.in_force(SEX, FIRST - timedelta(days=1))

    assert refused.value == NotInForce(str(SEX), "2019-12-31")


def test_before_it_was_known_there_was_nothing(library):
    with pytest.raises(NotFound):
        library.in_force(SEX, TODAY, ISSUED)


def test_what_was_never_released_is_not_found(library):
    for question in (
        lambda: library.timeline(NOBODY),
        lambda: library.in_force(NOBODY, TODAY),
        lambda: library.release(SEX, "7"),
        lambda: history(library, NOBODY, "1"),
        lambda: history(library, SEX, "none"),
        lambda: member_of(library.body(library.in_force(SEX, TODAY)), "none"),
    ):
        with pytest.raises(NotFound):
            question()


def test_a_release_is_named_and_read_whole(library):
    release = library.release(VISIT, "2020-01-01")

    assert [member_of(release.body, name).max_length for name in ("MA_LK", "TEN")] == [20, 10]
    assert library.document(release.entry).startswith(b"{")


def test_the_life_of_a_code_tells_only_changes(library):
    assert [(seen.what, seen.entry.version) for seen in history(library, SEX, "1")] == [
        ("appeared", "2020-01-01")
    ]
    assert [(seen.what, seen.entry.version) for seen in history(library, SEX, "3")] == [
        ("appeared", "2024-07-01")
    ]


def test_a_code_that_ends_and_returns_is_told_so(sqlite_parts):
    parts = sqlite_parts
    days = [date(2020, 1, 1), date(2021, 1, 1), date(2022, 1, 1)]
    for day, third in zip(days, (True, False, True), strict=True):
        publish(
            parts.store,
            parts.clock,
            Publication(
                key=SEX,
                body=sex(third=third),
                start=day,
                reason="thử",
                author="lan",
                approver="minh",
            ),
        )
    deliver(parts.workshop, TODAY)

    told = [seen.what for seen in history(parts.reading.library(), SEX, "3")]
    assert told == ["appeared", "ended", "returned"]


def test_a_withdrawn_thing_says_so_and_keeps_its_releases(sqlite_parts):
    parts = sqlite_parts
    publish(parts.store, parts.clock, numbered_release(1))
    before = parts.clock()
    gone = Publication(
        key=NUMBERED,
        body=None,
        start=TODAY,
        what="withdrawal",
        reason="bãi bỏ",
        author="lan",
        approver="minh",
    )
    publish(parts.store, parts.clock, gone)
    deliver(parts.workshop, TODAY)
    library = parts.reading.library()

    with pytest.raises(Withdrawn) as refused:
        library.in_force(NUMBERED, TODAY)
    assert refused.value == Withdrawn(str(NUMBERED), "v1", TODAY.isoformat())
    assert library.in_force(NUMBERED, TODAY, before).version == "v1"  # as it was known then
    assert library.release(NUMBERED, "v1").entry.version == "v1"


def test_lexicons_are_opened_once(library):
    entry = library.in_force(SEX, TODAY)

    assert library.lexicon(entry) is library.lexicon(entry)


def test_few_bodies_are_kept(library, monkeypatch):
    monkeypatch.setattr(reading, "BODIES_KEPT", 2)
    caches = Caches(library.caches.shelf)
    small = ShelfLibrary(library.register, caches)
    for key in small.keys():
        small.body(small.timeline(key).entries[0])

    assert len(caches.bodies) == 2


def test_a_missing_file_on_the_shelf_is_named(sqlite_parts):
    parts = sqlite_parts
    publish(parts.store, parts.clock, numbered_release(1))
    deliver(parts.workshop, TODAY)
    entry = parts.reading.library().in_force(NUMBERED, TODAY)
    parts.shelf.path(reading.body_name(entry.digest)).unlink()

    with pytest.raises(NotFound, match=entry.digest):
        parts.reading.library().body(entry)
