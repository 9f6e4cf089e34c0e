"""
Delivery: what follows publishing, repeatable and resumable at any point.

For each event not yet delivered: the body is laid on the shelf, compiled, its formats are built,
the index is told; then the pointer is swapped, and only then is the event settled. A release is
visible when the pointer names it, and by then all that it promises exists.
"""

import fcntl
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from catalog.actions.finding import current_documents
from catalog.actions.ports import (
    Finder,
    Pointer,
    Progress,
    Register,
    Shelf,
    Store,
    Unit,
    silent,
)
from catalog.actions.reading import (
    COMPILED,
    Caches,
    ShelfLibrary,
    body_name,
    built_name,
    compiled_name,
)
from catalog.core.document import decode
from catalog.core.errors import IndexUnavailable
from catalog.core.events import Event
from catalog.core.expansion import expand
from catalog.core.model import Body, ValueSet
from catalog.core.names import Key, Space
from catalog.core.release import Entry, Release, Timeline, timeline_of
from catalog.core.terminology import Lexicon
from catalog.formats import FORMATS, release_file
from catalog.formats.format import Format, Setting

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Workshop:
    """What delivery works with."""

    store: Store
    shelf: Shelf
    pointer: Pointer
    finder: Finder
    space: Space


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a delivery did: events settled, and those that failed and stay pending."""

    settled: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()


def deliver(workshop: Workshop, today: date, progress: Progress = silent) -> Delivered:
    """
    Deliver every pending event; one process at a time, the others wait.

    A release whose building fails is logged, stays pending and invisible, and is tried again at
    the next delivery; the others are not held up by it.
    """
    with one_at_a_time(workshop.shelf):
        with workshop.store.read() as unit:
            pending = unit.pending()
            timelines = unit.timelines() if pending else ()
        if not pending:
            return Delivered()
        caches = Caches(workshop.shelf)
        failed: dict[int, Event] = {}
        entries = {event.seq: entry_of(event, timelines) for event in pending}
        library = ShelfLibrary(register_of(timelines, 0), caches)
        for done, event in enumerate(pending):
            progress("compile", done, len(pending))
            attempt(event, failed, lambda e=event: prepare(workshop, library, entries[e.seq]))
        for done, event in enumerate(pending):
            progress("build", done, len(pending))
            if event.seq not in failed:
                attempt(event, failed, lambda e=event: build(workshop, library, entries[e.seq]))
        progress("index", 0, 1)
        good = [event for event in pending if event.seq not in failed]
        missing = {(e.key, int(e.data["number"])) for e in failed.values()}
        register = register_of(
            without(timelines, missing), max(pending[-1].seq, workshop.pointer.current().seq)
        )
        index(workshop, ShelfLibrary(register, caches), {event.key for event in good}, today)
        workshop.pointer.swap(register)
        with workshop.store.begin() as unit:
            for event in good:
                unit.settle(event.seq)
        progress("index", 1, 1)
    return Delivered(tuple(event.seq for event in good), tuple(failed))


def attempt(event: Event, failed: dict[int, Event], work: object) -> None:
    """Do a piece of work for an event; what goes wrong is logged and remembered."""
    try:
        work()  # type: ignore[operator]
    except Exception:
        LOG.exception("not delivered: %s %s %s", event.seq, event.key, event.version)
        failed[event.seq] = event


@contextmanager
def one_at_a_time(shelf: Shelf) -> Iterator[None]:
    """Hold this machine's delivery lock; the system frees it when a process dies."""
    path = shelf.path("delivery.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def entry_of(event: Event, timelines: Iterable[Timeline]) -> Entry:
    """The entry that an event announced."""
    number = int(event.data["number"])
    timeline = next(t for t in timelines if str(t.key) == event.key)
    return timeline.entries[number - 1]


def register_of(timelines: Iterable[Timeline], seq: int) -> Register:
    """The register of these timelines."""
    return Register(seq, {timeline.key: timeline for timeline in timelines})


def without(timelines: Iterable[Timeline], missing: set[tuple[str, int]]) -> Iterator[Timeline]:
    """The timelines with the entries left out that could not be built; empty ones are dropped."""
    for timeline in timelines:
        kept = [e for e in timeline.entries if (e.key, e.number) not in missing]
        if kept:
            yield timeline_of(timeline.key, kept)


def prepare(workshop: Workshop, library: ShelfLibrary, entry: Entry) -> None:
    """Lay the body on the shelf and compile it."""
    shelf = workshop.shelf
    if not shelf.has(body_name(entry.digest)):
        with workshop.store.read() as unit:
            shelf.put(body_name(entry.digest), unit.body(entry.digest))
    key = Key.parse(entry.key)
    if key.kind in COMPILED and not shelf.has(compiled_name(entry)):
        compile_body(workshop, library, entry)


def compile_body(workshop: Workshop, library: ShelfLibrary, entry: Entry) -> None:
    """Write the compiled release file of a list, value set or mapping."""
    body: Body = decode(workshop.shelf.get(body_name(entry.digest)))
    if isinstance(body, ValueSet):
        body = expand(body, lambda key: locked_lexicon(library, entry, key))
    path = workshop.shelf.path(compiled_name(entry))
    path.parent.mkdir(parents=True, exist_ok=True)
    release_file.compile_release(entry.digest, body, path)


def locked_lexicon(library: ShelfLibrary, entry: Entry, key: str) -> Lexicon:
    """The lexicon of a list in the very release that an entry locks."""
    lock = next(lock for lock in entry.lock if lock.key == key)
    return library.lexicon(library.timeline(Key.parse(key)).named(lock.version))


def build(workshop: Workshop, library: ShelfLibrary, entry: Entry) -> None:
    """Write the formats that are built at publishing."""
    if entry.what == "withdrawal":
        return
    kind = Key.parse(entry.key).kind
    for fmt in FORMATS:
        if fmt.built and kind in fmt.kinds:
            write_built(workshop.shelf, workshop.space, library, entry, fmt)


def write_built(
    shelf: Shelf, space: Space, library: ShelfLibrary, entry: Entry, fmt: Format
) -> str:
    """Write one format of a release onto the shelf, unless it is there; its name there."""
    name = built_name(entry, fmt.name, fmt.revision, fmt.suffix)
    if not shelf.has(name):
        release = Release(entry, library.body(entry), library.timeline(Key.parse(entry.key)))
        shelf.put(name, fmt.write(release, Setting(space, library)))
    return name


def index(workshop: Workshop, library: ShelfLibrary, keys: set[str], today: date) -> None:
    """Tell the finder what these keys say now; where there is no index yet, it is built whole."""
    named = tuple(Key.parse(text) for text in sorted(keys))
    try:
        workshop.finder.index(current_documents(library, named, today), replace=tuple(keys))
    except IndexUnavailable:
        workshop.finder.rebuild(current_documents(library, library.keys(), today))


def redeliver(workshop: Workshop, today: date, progress: Progress = silent) -> Register:
    """
    Build everything derived anew from the register, then swap the pointer.

    For a lost shelf, a new revision of a format, or a second machine over the same database.
    """
    with one_at_a_time(workshop.shelf):
        with workshop.store.read() as unit:
            timelines = unit.timelines()
            pending = unit.pending()
            last = last_seq(unit)
        library = ShelfLibrary(register_of(timelines, last), Caches(workshop.shelf))
        entries = [entry for timeline in timelines for entry in timeline.entries]
        for done, entry in enumerate(entries):
            progress("compile", done, len(entries))
            prepare(workshop, library, entry)
        for done, entry in enumerate(entries):
            progress("build", done, len(entries))
            build(workshop, library, entry)
        progress("index", 0, 1)
        workshop.finder.rebuild(current_documents(library, library.keys(), today))
        workshop.pointer.swap(library.register)
        with workshop.store.begin() as unit:
            for event in pending:
                unit.settle(event.seq)
        progress("index", 1, 1)
    return library.register


def last_seq(unit: Unit) -> int:
    """The number of the last event; 0 when there is none."""
    seq = 0
    while page := unit.events(after=seq, limit=1000):
        seq = page[-1].seq
    return seq
