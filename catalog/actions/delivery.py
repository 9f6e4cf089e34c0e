"""
Delivery: what follows publishing, repeatable and resumable at any point.

For each event not yet delivered: the body is laid on the shelf, compiled, its formats are built,
the index is told; then the pointer is swapped, and only then is the event settled. A release is
visible when the pointer names it, and by then all that it promises exists.
"""

import fcntl
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeAlias

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


class BlankShelf(Shelf):
    """A shelf that counts as empty at first, so that everything is laid onto it once more."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.laid: set[str] = set()

    def path(self, name: str) -> Path:
        """Where a file is or would be on this machine; who asks is about to write it."""
        self.laid.add(name)
        return self.shelf.path(name)

    def has(self, name: str) -> bool:
        """Whether the file was laid down since."""
        return name in self.laid and self.shelf.has(name)

    def put(self, name: str, data: bytes | Iterable[bytes]) -> Path:
        """Write a file in one step over the one that was there; `flush` makes it safe."""
        return self.lay(name, data)

    def lay(self, name: str, data: bytes | Iterable[bytes]) -> Path:
        """Write a file in one step over the one that was there; `flush` makes it safe."""
        path = self.shelf.lay(name, data)
        self.laid.add(name)
        return path

    def flush(self) -> None:
        """Make all that was laid safe from a loss of power."""
        self.shelf.flush()

    def get(self, name: str) -> bytes:
        """
        The file's bytes, old or new.

        Raises: NotFound.
        """
        return self.shelf.get(name)


Work: TypeAlias = Callable[[Workshop, ShelfLibrary, Entry], None]
"""A piece of delivery's work for one entry; repeating it does no harm."""


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
        library = ShelfLibrary(register_of(timelines, 0), caches)
        tasks = [(entry_of(event, timelines), event) for event in pending]
        # Files are flushed once for all, so those that a crash left behind are not trusted.
        blank = replace(workshop, shelf=BlankShelf(workshop.shelf))
        failed = make(blank, library, tasks, progress)
        workshop.shelf.flush()
        progress("index", 0, 1)
        good = [event for event in pending if event.seq not in failed]
        # An event that failed before may come after later ones: the register never goes back.
        seq = max(pending[-1].seq, workshop.pointer.current().seq)
        register = register_of(without(timelines, failed.values()), seq)
        index(workshop, ShelfLibrary(register, caches), {event.key for event in good}, today)
        workshop.pointer.swap(register)
        with workshop.store.begin() as unit:
            for event in good:
                unit.settle(event.seq)
        progress("index", 1, 1)
    return Delivered(tuple(event.seq for event in good), tuple(failed))


def make(
    workshop: Workshop,
    library: ShelfLibrary,
    tasks: Sequence[tuple[Entry, Event | None]],
    progress: Progress,
) -> dict[int, Event]:
    """
    Compile and build entries, first all the one, then all the other; the events that failed.

    What goes wrong with an entry whose event is pending is logged, and the others go on; what
    was delivered before must succeed, so its fault is raised.
    """
    failed: dict[int, Event] = {}
    for phase, work in (("compile", prepare), ("build", build)):
        for done, (entry, event) in enumerate(tasks):
            progress(phase, done, len(tasks))
            if event is None:
                work(workshop, library, entry)
            elif event.seq not in failed and not attempted(work, workshop, library, entry):
                failed[event.seq] = event
        progress(phase, len(tasks), len(tasks))
    return failed


def attempted(work: Work, workshop: Workshop, library: ShelfLibrary, entry: Entry) -> bool:
    """Whether a piece of work for an entry succeeded; what went wrong is logged."""
    try:
        work(workshop, library, entry)
    except Exception:
        LOG.exception("not delivered: %s %s", entry.key, entry.version)
        return False
    return True


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


def without(timelines: Iterable[Timeline], failed: Iterable[Event]) -> Iterator[Timeline]:
    """The timelines with the entries left out that could not be built; empty ones are dropped."""
    missing = {(event.key, int(event.data["number"])) for event in failed}
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
    """Write the formats that are built at publishing, and those whose files are not trusted."""
    if entry.what == "withdrawal":
        return
    shelf, kind = workshop.shelf, Key.parse(entry.key).kind
    doubted = shelf.shelf if isinstance(shelf, BlankShelf) else None
    for fmt in FORMATS:
        name = built_name(entry, fmt.name, fmt.revision, fmt.suffix)
        if kind in fmt.kinds and (fmt.built or (doubted is not None and doubted.has(name))):
            write_built(shelf, workshop.space, library, entry, fmt)


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


def redeliver(workshop: Workshop, today: date, progress: Progress = silent) -> Delivered:
    """
    Build everything derived anew from the register, then swap the pointer.

    For a lost or damaged shelf, a new revision of a format, or a second machine over the same
    database; nothing that lies on the shelf is trusted. What was pending is delivered too, or
    stays pending and invisible when its building fails.
    """
    with one_at_a_time(workshop.shelf):
        workshop = replace(workshop, shelf=BlankShelf(workshop.shelf))
        with workshop.store.read() as unit:
            timelines = unit.timelines()
            pending = unit.pending()
            last = last_seq(unit)
        caches = Caches(workshop.shelf)
        library = ShelfLibrary(register_of(timelines, last), caches)
        waiting = {(event.key, int(event.data["number"])): event for event in pending}
        tasks = [
            (entry, waiting.get((entry.key, entry.number)))
            for timeline in timelines
            for entry in timeline.entries
        ]
        failed = make(workshop, library, tasks, progress)
        workshop.shelf.flush()
        progress("index", 0, 1)
        register = register_of(without(timelines, failed.values()), last)
        library = ShelfLibrary(register, caches)
        workshop.finder.rebuild(current_documents(library, library.keys(), today))
        workshop.pointer.swap(register)
        good = [event for event in pending if event.seq not in failed]
        with workshop.store.begin() as unit:
            for event in good:
                unit.settle(event.seq)
        progress("index", 1, 1)
    return Delivered(tuple(event.seq for event in good), tuple(failed))


def last_seq(unit: Unit) -> int:
    """The number of the last event; 0 when there is none."""
    seq = 0
    while page := unit.events(after=seq, limit=1000):
        seq = page[-1].seq
    return seq
