"""
Reading what was released: the library of delivered releases, as one consistent moment.

Readers never touch the database. They look at the pointer (one `stat` a request), and through it
at files that never change: bodies and compiled release files, named by what they hold. Caches are
keyed by digest and never invalidated.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock as Mutex
from typing import TypeAlias

from msgspec.structs import astuple

from catalog.actions.ports import Pointer, Register, Shelf
from catalog.core.document import canonical, decode, digest_of
from catalog.core.errors import NotFound
from catalog.core.library import Library
from catalog.core.model import Body, Concept, key_of, members_of
from catalog.core.names import Key, Kind
from catalog.core.release import END_OF_TIME, Entry, Lock, Release, Timeline
from catalog.core.terminology import Crosswalk, Lexicon
from catalog.formats import release_file

COMPILED = frozenset({Kind.CODE_LIST, Kind.VALUE_SET, Kind.MAPPING})
"""The kinds whose releases have a compiled release file."""

BODIES_KEPT = 64
"""How many decoded bodies a process keeps at the most."""

MEMBERS_KEPT = 60_000
"""How many members the kept bodies may have in all (about 1 kB of memory each)."""

Named: TypeAlias = tuple[str, tuple[Lock, ...]]
"""What names a compiled release: its digest, and the lock that a value set is expanded with."""


def body_name(digest: str) -> str:
    """Where the canonical bytes of a body are on the shelf."""
    return f"bodies/{digest[:2]}/{digest}.json"


def compiled_name(entry: Entry) -> str:
    """
    Where the compiled release file of a release is on the shelf.

    A list is named by its digest; a value set is what its rules make of the lists in its lock, so
    the lock is in the name.
    """
    digest = entry.digest
    if entry.key.startswith(f"{Kind.VALUE_SET}/"):
        digest = digest_of(canonical([digest, *([*astuple(lock)] for lock in entry.lock)]))
    return f"compiled/{digest[:2]}/{digest}-{release_file.REVISION}.sqlite"


def built_name(entry: Entry, fmt: str, revision: int, suffix: str) -> str:
    """Where a built artefact of a release is on the shelf."""
    return f"built/{entry.key}/{entry.version}/{entry.digest[:16]}/{fmt}-{revision}{suffix}"


class Caches:
    """What a process keeps by digest: decoded bodies, open lexicons and crosswalks."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.bodies: dict[str, Body] = {}
        self.lexicons: dict[Named, Lexicon] = {}
        self.crosswalks: dict[Named, Crosswalk] = {}
        self.mutex = Mutex()

    def body(self, digest: str) -> Body:
        """The body of a digest; the least lately read ones are let go."""
        with self.mutex:
            found = self.bodies.pop(digest, None)
            if found is not None:
                self.bodies[digest] = found
                return found
        found = decode(self.shelf.get(body_name(digest)))
        with self.mutex:
            self.bodies[digest] = found
            while len(self.bodies) > 1 and self.crowded():
                del self.bodies[next(iter(self.bodies))]
        return found

    def crowded(self) -> bool:
        """Whether more is kept than should be."""
        members = sum(len(members_of(body)) for body in self.bodies.values())
        return len(self.bodies) > BODIES_KEPT or members > MEMBERS_KEPT

    def lexicon(self, entry: Entry) -> Lexicon:
        """The lexicon of a release, opened once a process."""
        named = (entry.digest, entry.lock)
        found = self.lexicons.get(named)
        if found is None:
            found = release_file.open_lexicon(self.shelf.path(compiled_name(entry)))
            found = self.lexicons.setdefault(named, found)
        return found

    def crosswalk(self, entry: Entry) -> Crosswalk:
        """The crosswalk of a release, opened once a process."""
        named = (entry.digest, entry.lock)
        found = self.crosswalks.get(named)
        if found is None:
            found = release_file.open_crosswalk(self.shelf.path(compiled_name(entry)))
            found = self.crosswalks.setdefault(named, found)
        return found


class ShelfLibrary(Library):
    """The releases of one register, read from the shelf; one consistent moment."""

    def __init__(self, register: Register, caches: Caches) -> None:
        self.register = register
        self.caches = caches
        self.remembered: dict[tuple[Key, date], Entry] = {}
        self.memory: dict[str, object] = {}

    def keys(self) -> tuple[Key, ...]:
        """Every key with a release, in order."""
        return tuple(sorted(self.register.timelines))

    def timeline(self, key: Key) -> Timeline:
        """
        The timeline of a key.

        Raises: NotFound.
        """
        found = self.register.timelines.get(key)
        if found is None:
            raise NotFound(str(key))
        return found

    def in_force(self, key: Key, day: date, known: datetime = END_OF_TIME) -> Entry:
        """
        The release in force on a day; remembered when everything known counts.

        Raises: NotFound, Withdrawn, NotInForce.
        """
        if known is not END_OF_TIME:
            return self.timeline(key).in_force(day, known)
        found = self.remembered.get((key, day))
        if found is None:
            found = self.timeline(key).in_force(day)
            if len(self.remembered) > 100_000:  # noqa: PLR2004 - days asked for are not endless
                self.remembered.clear()
            self.remembered[key, day] = found
        return found

    def document(self, entry: Entry) -> bytes:
        """The canonical bytes of what a release says."""
        return self.caches.shelf.get(body_name(entry.digest))

    def body(self, entry: Entry) -> Body:
        """What a release says."""
        return self.caches.body(entry.digest)

    def lexicon(self, entry: Entry) -> Lexicon:
        """The lexicon of a release of a code list or value set."""
        return self.caches.lexicon(entry)

    def crosswalk(self, entry: Entry) -> Crosswalk:
        """The crosswalk of a release of a mapping."""
        return self.caches.crosswalk(entry)

    def release(self, key: Key, version: str) -> Release:
        """
        One release by its version.

        Raises: NotFound.
        """
        timeline = self.timeline(key)
        entry = timeline.named(version)
        return Release(entry, self.body(entry), timeline)

    def release_on(self, key: Key, day: date, known: datetime = END_OF_TIME) -> Release:
        """
        The release in force on a day.

        Raises: NotFound, Withdrawn, NotInForce.
        """
        entry = self.in_force(key, day, known)
        return Release(entry, self.body(entry), self.timeline(key))


class Reading:
    """The door to what was released: the library of the moment."""

    def __init__(self, pointer: Pointer, shelf: Shelf) -> None:
        self.pointer = pointer
        self.caches = Caches(shelf)
        self.latest = ShelfLibrary(Register(), self.caches)

    def library(self) -> ShelfLibrary:
        """The releases delivered by now; ask once a request, for an answer of one moment."""
        register = self.pointer.current()
        if register is not self.latest.register:
            self.latest = ShelfLibrary(register, self.caches)
        return self.latest


@dataclass(frozen=True, slots=True)
class Appearance:
    """How a member stood in one release."""

    entry: Entry
    concept: Concept | None
    what: str


def history(library: Library, key: Key, code: str) -> tuple[Appearance, ...]:
    """
    When a code appeared, changed, ended: one appearance per release in which something changed.

    Releases are walked in legal order; `what` is appeared, changed, ended or returned.
    Raises: NotFound, when no release has the code.
    """
    seen: list[Appearance] = []
    former: Concept | None = None
    for entry in standing_entries(library.timeline(key)):
        concept = library.lexicon(entry).lookup(code)
        if concept == former:
            continue
        if former is None:
            what = "returned" if seen else "appeared"
        else:
            what = "ended" if concept is None else "changed"
        seen.append(Appearance(entry, concept, what))
        former = concept
    if not seen:
        raise NotFound(f"{key}/code/{code}")
    return tuple(seen)


def standing_entries(timeline: Timeline) -> Iterator[Entry]:
    """The entries that count today, in legal order: corrected ones and withdrawals left out."""
    counting = [e for e in timeline.entries if timeline.validity(e) is not None]
    return iter(sorted(counting, key=lambda entry: entry.order))


@dataclass(frozen=True, slots=True)
class Use:
    """Somebody who refers to an artefact, directly or through others."""

    key: Key
    entry: Entry
    through: tuple[Key, ...]


def member_of(body: Body, name: str) -> object:
    """
    The member of a key in a body.

    Raises: NotFound.
    """
    for member in members_of(body):
        if key_of(member) == name:
            return member
    raise NotFound(name)
