"""Many processes on one database, and processes killed while they write."""

import random
import time
from signal import SIGKILL

import pytest

from catalog.core.document import digest_of
from catalog.core.events import verify
from catalog.store.sql import SqlStore
from tests.store.samples import LOST, SEX, WON

PROCESSES = 6
KILLS = 25


def test_of_processes_publishing_one_key_exactly_one_wins(url, nursery):
    for round_ in (1, 2, 3):
        start = time.time() + 0.3
        children = [
            nursery.start("tests.store.samples:race", url, start, round_, f"{round_}.{index}")
            for index in range(PROCESSES)
        ]
        ended = [nursery.wait(child) for child in children]

        assert sorted(ended) == [WON] + [LOST] * (PROCESSES - 1)
        winner = f"{round_}.{ended.index(WON)}"
        assert whole(url)[-1] == winner
        assert len(whole(url)) == round_


def test_processes_publishing_different_keys_all_succeed_in_one_chain(url, nursery):
    children = [
        nursery.start("tests.store.samples:publish_many", url, f"list-{index}", 5)
        for index in range(PROCESSES)
    ]

    assert [nursery.wait(child) for child in children] == [0] * PROCESSES
    assert len(whole(url)) == PROCESSES * 5


def test_a_killed_writer_leaves_whole_releases_or_nothing(url, nursery):
    dice = random.Random(20261124)  # noqa: S311 - no secret
    before = 0
    grew = []
    for seed in range(KILLS):
        work = "tests.store.samples:publish_for_ever"
        assert nursery.kill_after(dice.uniform(0, 0.08), work, url, seed) == -SIGKILL
        after = len(whole(url))
        grew.append(after - before)
        before = after

    assert min(grew) >= 1  # they were killed at work, not before it


@pytest.mark.parametrize(
    ("step", "releases"), [("begun", 0), ("appended", 0), ("announced", 0), ("committed", 1)]
)
def test_a_writer_killed_at_a_step_leaves_all_of_the_release_or_nothing(
    url, nursery, step, releases
):
    for round_ in (1, 2):
        child = nursery.start("tests.store.samples:die_at", url, step)

        assert nursery.wait(child) == -SIGKILL
        assert len(whole(url)) == releases * round_


def test_a_store_may_be_taken_along_over_a_fork(url, nursery):
    child = nursery.start("tests.store.samples:use_after_fork", url)

    assert nursery.wait(child) == WON
    assert len(whole(url)) == 8


def whole(url):
    """
    The versions released, by the order of the chain, once everything is shown to hang together:
    each entry has its body and one event, each event its entry, and every body an entry.
    """
    store = SqlStore(url)
    try:
        with store.begin() as unit:  # a writer is let in: the killed one left no lock behind
            entries = {
                (entry.key, entry.version): entry
                for timeline in unit.timelines()
                for entry in timeline.entries
            }
            events = unit.events(limit=1_000_000)
            assert verify(events) == len(entries)
            assert [(e.key, e.version) in entries for e in events] == [True] * len(events)
            assert unit.pending() == events
            for timeline in unit.timelines():
                assert [e.number for e in timeline.entries] == list(
                    range(1, len(timeline.entries) + 1)
                )
            for entry in unit.timeline(SEX).entries[-3:]:
                assert digest_of(unit.body(entry.digest)) == entry.digest
            kept = unit._session.connection().exec_driver_sql("SELECT digest FROM body")
            assert {digest for (digest,) in kept} == {e.digest for e in entries.values()}
            return [event.version for event in events]
    finally:
        store.close()
