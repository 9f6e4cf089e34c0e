"""Delivery: visible with everything promised or not at all, resumed wherever it was cut off."""

import random
import shutil
from dataclasses import replace
from datetime import timedelta
from signal import SIGKILL

import pytest

from catalog.actions.delivery import deliver, redeliver, write_built
from catalog.actions.ports import SearchQuery
from catalog.actions.publishing import publish, publish_all
from catalog.actions.reading import COMPILED, Reading, body_name, built_name, compiled_name
from catalog.actions.verifying import verify
from catalog.core.names import Key
from catalog.core.planning import Publication
from catalog.formats import FORMATS
from catalog.formats.format import Setting
from catalog.store.shelf import FileShelf
from tests.actions.processes import (
    NUMBERED,
    OTHERS,
    numbered_parts,
    numbered_release,
)
from tests.registry import FIRST, SECOND, SEX, TODAY, filled, parts_in, publications, sex

KILLS = {"sqlite": 16, "postgresql": 6}


class PickyShelf(FileShelf):
    """A shelf that has no room for some files, as a full or failing disk would."""

    def __init__(self, root):
        super().__init__(root)
        self.refused = ()

    def lay(self, name, data):
        if any(text in name for text in self.refused):
            raise OSError(28, "no space left on device")
        return super().lay(name, data)


@pytest.fixture
def picky(sqlite_parts):
    """Parts whose shelf can be told what to refuse."""
    shelf = PickyShelf(sqlite_parts.shelf.root)
    reading = Reading(sqlite_parts.pointer, shelf)
    return replace(sqlite_parts, shelf=shelf, reading=reading)


def visible(parts, key=NUMBERED):
    """The versions of a key that readers see."""
    timeline = parts.reading.library().register.timelines.get(key)
    return [entry.version for entry in timeline.entries] if timeline else []


def promised(entry):
    """The files that a visible release needs."""
    kind = Key.parse(entry.key).kind
    names = [body_name(entry.digest)]
    names += [compiled_name(entry)] if kind in COMPILED else []
    if entry.what != "withdrawal":
        names += [
            built_name(entry, fmt.name, fmt.revision, fmt.suffix)
            for fmt in FORMATS
            if fmt.built and kind in fmt.kinds
        ]
    return names


def everything_said(parts):
    """Every answer in every notation, and the compiled files, by name."""
    library = parts.reading.library()
    said = {}
    for key in library.keys():
        for entry in library.timeline(key).entries:
            if entry.what == "withdrawal":
                continue
            for fmt in FORMATS:
                if key.kind in fmt.kinds:
                    name = write_built(parts.shelf, parts.space, library, entry, fmt)
                    said[name] = parts.shelf.get(name)
            if key.kind in COMPILED:
                said[compiled_name(entry)] = parts.shelf.get(compiled_name(entry))
    return said


def test_what_is_published_is_seen_only_once_delivered(parts):
    publish_all(parts.store, parts.clock, publications())
    assert parts.reading.library().keys() == ()

    delivered = deliver(parts.workshop, TODAY)

    library = parts.reading.library()
    assert delivered.settled == tuple(range(1, 9))
    assert library.register.seq == 8
    entries = [entry for key in library.keys() for entry in library.timeline(key).entries]
    assert len(entries) == 8
    for entry in entries:
        assert [n for n in promised(entry) if not parts.shelf.has(n)] == []
    assert parts.finder.find(SearchQuery(text="dai thao duong")).hits[0].code == "E11"


def test_a_second_delivery_has_nothing_to_do(parts):
    publish_all(parts.store, parts.clock, publications())
    deliver(parts.workshop, TODAY)
    register = parts.pointer.current()

    assert deliver(parts.workshop, TODAY).settled == ()
    assert parts.pointer.current() is register


def test_a_reader_keeps_the_moment_it_opened(sqlite_parts):
    parts = sqlite_parts
    publish(parts.store, parts.clock, numbered_release(1))
    deliver(parts.workshop, TODAY)
    before = parts.reading.library()
    publish(parts.store, parts.clock, numbered_release(2))
    deliver(parts.workshop, TODAY)

    assert before.in_force(NUMBERED, TODAY).version == "v1"
    assert parts.reading.library().in_force(NUMBERED, TODAY).version == "v2"


def test_a_withdrawal_is_delivered_and_forgotten_by_search(parts):
    publish_all(parts.store, parts.clock, publications())
    deliver(parts.workshop, TODAY)
    assert parts.finder.find(SearchQuery(text="chưa xác định")).total == 1
    gone = Publication(
        key=SEX,
        body=None,
        start=TODAY,
        what="withdrawal",
        reason="bãi bỏ",
        author="lan",
        approver="minh",
    )
    publish(parts.store, parts.clock, gone)
    delivered = deliver(parts.workshop, TODAY)

    assert delivered.settled == (9,)
    timeline = parts.reading.library().timeline(SEX)
    assert timeline.at(TODAY) is None
    assert timeline.at(TODAY - timedelta(days=1)).version == "2024-07-01"
    assert parts.finder.find(SearchQuery(text="chưa xác định")).total == 0


def test_a_correction_is_what_readers_see_from_then_on(sqlite_parts):
    parts = sqlite_parts
    publish_all(parts.store, parts.clock, publications())
    deliver(parts.workshop, TODAY)
    correction = Publication(
        key=SEX,
        body=sex(third=False),
        start=SECOND,
        what="correction",
        corrects="2024-07-01",
        reason="thừa một mã",
        author="lan",
        approver="minh",
    )
    publish(parts.store, parts.clock, correction)
    deliver(parts.workshop, TODAY)
    library = parts.reading.library()

    assert library.in_force(SEX, TODAY).version == "2024-07-01.2"
    assert library.lexicon(library.in_force(SEX, TODAY)).size == 2
    assert library.lexicon(library.timeline(SEX).named("2024-07-01")).size == 3


def test_a_failing_format_holds_back_its_release_alone_and_later_succeeds(picky):
    publish(picky.store, picky.clock, numbered_release(1))
    publish(picky.store, picky.clock, numbered_release(1, key=OTHERS))
    picky.shelf.refused = (f"built/{NUMBERED}/v1/",)

    delivered = deliver(picky.workshop, TODAY)

    assert (delivered.settled, delivered.failed) == ((2,), (1,))
    assert (visible(picky), visible(picky, OTHERS)) == ([], ["v1"])

    publish(picky.store, picky.clock, numbered_release(2, key=OTHERS))
    assert deliver(picky.workshop, TODAY).failed == (1,)  # tried again, still failing
    assert (visible(picky), visible(picky, OTHERS)) == ([], ["v1", "v2"])

    picky.shelf.refused = ()
    assert deliver(picky.workshop, TODAY).settled == (1,)
    assert visible(picky) == ["v1"]
    assert picky.pointer.current().seq == 3  # it never went back
    assert picky.finder.find(SearchQuery(text="C1", list="byt/numbered")).hits[0].code == "C1"


def test_a_release_behind_one_that_fails_is_seen_without_it(picky):
    publish(picky.store, picky.clock, numbered_release(1))
    publish(picky.store, picky.clock, numbered_release(2))
    picky.shelf.refused = (f"built/{NUMBERED}/v1/",)

    assert deliver(picky.workshop, TODAY).failed == (1,)

    library = picky.reading.library()
    assert visible(picky) == ["v2"]
    assert library.in_force(NUMBERED, TODAY).version == "v2"
    picky.shelf.refused = ()
    deliver(picky.workshop, TODAY)
    assert visible(picky) == ["v1", "v2"]
    known = library.in_force(NUMBERED, TODAY).issued_at - timedelta(microseconds=1)
    assert picky.reading.library().in_force(NUMBERED, TODAY, known).version == "v1"


def test_a_body_that_cannot_be_laid_down_leaves_no_half_file(picky):
    publish(picky.store, picky.clock, numbered_release(1))
    picky.shelf.refused = ("bodies/",)

    assert deliver(picky.workshop, TODAY).failed == (1,)

    assert visible(picky) == []
    assert not [path for path in picky.shelf.root.rglob("*.json") if path.is_file()]


def test_what_failed_stays_hidden_when_everything_is_built_anew(picky):
    publish(picky.store, picky.clock, numbered_release(1))
    publish(picky.store, picky.clock, numbered_release(1, key=OTHERS))
    picky.shelf.refused = (f"built/{NUMBERED}/v1/",)
    deliver(picky.workshop, TODAY)

    redeliver(picky.workshop, TODAY)

    assert (visible(picky), visible(picky, OTHERS)) == ([], ["v1"])
    with picky.store.read() as unit:
        assert [event.seq for event in unit.pending()] == [1]


def test_everything_built_can_be_built_again_byte_for_byte(tmp_path):
    parts = filled(tmp_path)
    before = everything_said(parts)
    hits = parts.finder.find(SearchQuery(text="gioi tinh"))
    for name in ("shelf", "index", "register"):
        shutil.rmtree(tmp_path / name)
    again = parts_in(tmp_path)
    assert again.reading.library().keys() == ()

    redeliver(again.workshop, TODAY)

    assert everything_said(again) == before
    assert again.finder.find(SearchQuery(text="gioi tinh")) == hits
    assert again.pointer.current().seq == parts.pointer.current().seq


def test_files_that_were_changed_are_built_anew(tmp_path):
    parts = filled(tmp_path)
    before = everything_said(parts)
    for path in (tmp_path / "shelf").rglob("*.*"):
        if path.is_file():
            path.unlink()
            path.write_bytes(b"damaged")

    redeliver(parts.workshop, TODAY)

    assert everything_said(parts_in(tmp_path)) == before
    assert verify(parts.store, parts.shelf).releases == 8


def test_a_second_machine_over_the_same_register_says_the_same(tmp_path, postgresql):
    url = postgresql.database()
    one = filled(tmp_path / "one", url)
    other = parts_in(tmp_path / "other", url)
    redeliver(other.workshop, TODAY)

    assert everything_said(other) == everything_said(one)
    one.store.close()
    other.store.close()
    postgresql.drop(url)


def test_a_lost_index_is_built_whole_at_the_next_delivery(sqlite_parts):
    parts = sqlite_parts
    publish(parts.store, parts.clock, numbered_release(1))
    deliver(parts.workshop, TODAY)
    shutil.rmtree(parts.settings.data_dir / "index")
    again = parts_in(parts.settings.data_dir)
    publish(again.store, again.clock, numbered_release(1, key=OTHERS))
    deliver(again.workshop, TODAY)

    facets = again.finder.find(SearchQuery(text="C1")).facets
    assert sorted(facets["list"]) == ["byt/numbered", "byt/others"]


def test_a_killed_publisher_leaves_whole_releases_and_delivery_goes_on(place, publishers):
    dice = random.Random(20261124)  # noqa: S311 - no secret
    kills = KILLS["postgresql" if place[1] else "sqlite"]
    parts = numbered_parts(*place)
    published = cut_off = 0
    for seed in range(kills):
        work = "tests.actions.processes:publish_for_ever"
        delay = dice.uniform(0, 0.25)
        assert publishers.kill_after(delay, work, *place, seed) == -SIGKILL
        seen = whole(parts)
        with parts.store.read() as unit:
            entries = unit.timeline(NUMBERED).entries
            pending = len(unit.pending())
        assert len(entries) > published  # it was killed at work, not before it
        published = len(entries)
        assert seen <= published
        cut_off += pending > 0
        if seed % 3 == 0:
            assert not deliver(parts.workshop, TODAY).failed
            assert whole(parts) == published
    deliver(parts.workshop, TODAY)

    assert cut_off > 0  # some were killed between publishing and the end of delivery
    assert whole(parts) == published
    with parts.store.read() as unit:
        assert unit.pending() == ()
    assert verify(parts.store, parts.shelf).releases == published
    assert parts.finder.find(SearchQuery(text="C1")).hits[0].version == f"v{published}"
    parts.store.close()


def whole(parts):
    """How many releases readers see, once each is shown to have all that it promises."""
    verify(parts.store, parts.shelf)
    library = Reading(parts.pointer, parts.shelf).library()
    versions = visible(parts)
    assert versions == [f"v{number}" for number in range(1, len(versions) + 1)]
    for version in versions:
        entry = library.timeline(NUMBERED).named(version)
        assert [n for n in promised(entry) if not parts.shelf.has(n)] == []
        lexicon = library.lexicon(entry)
        assert lexicon.size == entry.members
        assert lexicon.lookup("C1").display == {"vi": f"Bản {version[1:]}"}
        native = FORMATS[0]
        said = parts.shelf.get(built_name(entry, native.name, native.revision, native.suffix))
        assert f"Bản {version[1:]}".encode() in said
    return len(versions)


def test_built_files_are_those_that_the_writers_write(sqlite_parts):
    parts = sqlite_parts
    publish_all(parts.store, parts.clock, publications())
    deliver(parts.workshop, TODAY)
    library = parts.reading.library()
    release = library.release(SEX, FIRST.isoformat())

    for fmt in FORMATS:
        if fmt.built and SEX.kind in fmt.kinds:
            name = built_name(release.entry, fmt.name, fmt.revision, fmt.suffix)
            written = b"".join(fmt.write(release, Setting(parts.space, library)))
            assert parts.shelf.get(name) == written
