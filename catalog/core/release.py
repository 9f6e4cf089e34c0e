"""
Releases in legal time: entries, timelines, and what held on a day as it was known at an instant.

Two clocks. Legal days are days in Asia/Ho_Chi_Minh and intervals of them are half-open.
`issued_at` is a UTC instant. The register only grows: a later start closes the former release, a
correction is an entry with the same start issued later, a withdrawal is an entry too.

A withdrawal brings nothing back. From its start on nothing is in force, until the next start: what
went before was closed by law when its successor started, and only an entry can open it again (a
correction of the withdrawn release, with the former content, under the same start).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal, TypeAlias

from msgspec import Struct

from catalog.core.errors import BadTime, NotFound, NotInForce, Withdrawn
from catalog.core.model import Body
from catalog.core.names import Key

Impact = Literal["breaking", "additive", "editorial", "none"]
Standing: TypeAlias = Literal[
    "in-force", "transitional", "upcoming", "ended", "withdrawn", "corrected"
]

END_OF_TIME = datetime.max.replace(tzinfo=UTC)
"""Knows everything that was ever issued."""


@dataclass(frozen=True, slots=True)
class Validity:
    """
    The days on which a release is in force, as a half-open interval.

    Attributes:
        start: first day in force, in the registry's own time zone.
        end: first day no longer in force; None while the end is open.
    """

    start: date
    end: date | None = None

    def __contains__(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


class Lock(Struct, frozen=True, order=True):
    """A release that a release depends on, exactly."""

    key: str
    version: str
    digest: str


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    One line of the register; never changed, never removed.

    Attributes:
        key: kind/ns/slug.
        version: the label as issued; unique among the releases of a key.
        number: 1, 2, 3 ... along the timeline, in the order of issue; no gaps.
        what: a release, a correction of one, or a withdrawal.
        start: first day in force (for a withdrawal: first day of not being so).
        end: first day no longer in force, when the document itself says so.
        transition_until: first day on which the former release is no longer accepted beside it.
        issued_at: when the registry published it, UTC.
        digest: SHA-256 of the body's canonical bytes.
        meaning: SHA-256 of what the body means.
        title: the body's title, so that lists need no body.
        documents: keys of the legal documents it rests on; reason says why there is none.
        corrects: the version that a correction corrects or a withdrawal withdraws.
        lock: the releases it depends on.
        author, approver: who wrote it and who approved it; never the same.
    """

    key: str
    version: str
    number: int
    what: Literal["release", "correction", "withdrawal"] = "release"
    start: date
    end: date | None = None
    transition_until: date | None = None
    issued_at: datetime
    digest: str
    meaning: str
    title: dict[str, str]
    documents: tuple[str, ...] = ()
    reason: str = ""
    impact: Impact = "none"
    corrects: str = ""
    lock: tuple[Lock, ...] = ()
    author: str
    approver: str
    members: int = 0

    @property
    def order(self) -> tuple[date, datetime, int]:
        """The last of these in force is the one that counts."""
        return (self.start, self.issued_at, self.number)


@dataclass(frozen=True, slots=True)
class Timeline:
    """
    All entries of a key, in the order of their numbers.

    Every question takes `known`: only entries issued by then count.
    """

    key: Key
    entries: tuple[Entry, ...] = ()

    def known(self, known: datetime = END_OF_TIME) -> tuple[Entry, ...]:
        """The entries issued by an instant, in order of issue."""
        return tuple(entry for entry in self.entries if entry.issued_at <= known)

    def ruling(self, day: date, known: datetime = END_OF_TIME) -> Entry | None:
        """The last entry started by a day, be it a withdrawal or past its end; else None."""
        started = [entry for entry in self.known(known) if entry.start <= day]
        return max(started, key=order_of, default=None)

    def at(self, day: date, known: datetime = END_OF_TIME) -> Entry | None:
        """
        The release in force on a day, as known at an instant; None when there is none.

        Nothing is in force before the first start, from a declared end on, or once withdrawn.
        """
        entry = self.ruling(day, known)
        if entry is None or entry.what == "withdrawal" or (entry.end and entry.end <= day):
            return None
        return entry

    def in_force(self, day: date, known: datetime = END_OF_TIME) -> Entry:
        """
        The release in force on a day.

        Raises: NotFound, when nothing of the key is known; Withdrawn; NotInForce.
        """
        entry = self.at(day, known)
        if entry is not None:
            return entry
        if not self.known(known):
            raise NotFound(str(self.key))
        ruling = self.ruling(day, known)
        if ruling is not None and ruling.what == "withdrawal":
            raise Withdrawn(str(self.key), ruling.corrects, ruling.start.isoformat())
        raise NotInForce(str(self.key), day.isoformat())

    def accepted(self, day: date, known: datetime = END_OF_TIME) -> tuple[Entry, ...]:
        """
        The release in force on a day, then those still accepted in a transition window.

        An entry that says `transition_until` keeps the release before it acceptable until then.
        """
        current = self.at(day, known)
        found: list[Entry] = []
        while current is not None:
            found.append(current)
            if current.transition_until is None or current.transition_until <= day:
                break
            current = self.before(current, known)
        return tuple(found)

    def before(self, entry: Entry, known: datetime = END_OF_TIME) -> Entry | None:
        """The release that an entry's start closed; None for the first, and after a withdrawal."""
        earlier = [other for other in self.known(known) if other.start < entry.start]
        former = max(earlier, key=order_of, default=None)
        return None if former is None or former.what == "withdrawal" else former

    def after(self, entry: Entry, known: datetime = END_OF_TIME) -> Entry | None:
        """
        The next release by start that stands, neither corrected nor withdrawn; None for the last.

        A correction has the start of what it corrects, so it is no successor but a replacement.
        """
        later = [other for other in self.standing_ones(known) if other.start > entry.start]
        return later[0] if later else None

    def standing_ones(self, known: datetime = END_OF_TIME) -> tuple[Entry, ...]:
        """The releases that count, by start: of each start the last, unless it is a withdrawal."""
        last: dict[date, Entry] = {}
        for entry in sorted(self.known(known), key=order_of):
            last[entry.start] = entry
        return tuple(entry for entry in last.values() if entry.what != "withdrawal")

    def named(self, version: str) -> Entry:
        """
        The release of a version label.

        Raises: NotFound.
        """
        for entry in self.entries:
            if entry.version == version and entry.what != "withdrawal":
                return entry
        raise NotFound(f"{self.key}/{version}")

    def validity(self, entry: Entry, known: datetime = END_OF_TIME) -> Validity | None:
        """The days on which an entry counts; None when a correction or withdrawal replaced it."""
        issued = self.known(known)
        same = [other for other in issued if other.start == entry.start]
        if entry.what == "withdrawal" or entry not in same or max(same, key=order_of) != entry:
            return None
        ends = [other.start for other in issued if other.start > entry.start]
        if entry.end is not None:
            ends.append(entry.end)
        return Validity(entry.start, min(ends, default=None))

    def standing(self, entry: Entry, day: date, known: datetime = END_OF_TIME) -> Standing:
        """
        How a release stands on a day.

        in-force; transitional: closed, but accepted for the time being; upcoming; corrected:
        another took its place from its first day on; withdrawn: taken back by then; ended.
        """
        validity = self.validity(entry, known)
        if validity is not None and day in validity:
            return "in-force"
        if entry in self.accepted(day, known):
            return "transitional"
        if validity is not None and day < validity.start:
            return "upcoming"
        for other in self.known(known):
            taken = other.corrects == entry.version and other.start <= day
            if taken and other.what == "withdrawal":
                return "withdrawn"
        if validity is None and entry.what != "withdrawal":
            return "corrected"
        return "ended"

    def upcoming(self, day: date, known: datetime = END_OF_TIME) -> tuple[Entry, ...]:
        """Releases that will come into force after a day, soonest first."""
        later = [e for e in self.known(known) if self.standing(e, day, known) == "upcoming"]
        return tuple(sorted(later, key=order_of))

    def gaps(self, known: datetime = END_OF_TIME) -> tuple[Validity, ...]:
        """
        The days between the first start and the last on which nothing is in force.

        What comes after a declared end or a withdrawal with nothing behind it is no gap.
        """
        holes: list[Validity] = []
        closed: date | None = None
        for entry in self.standing_ones(known):
            if closed is not None and closed < entry.start:
                holes.append(Validity(closed, entry.start))
            validity = self.validity(entry, known)
            closed = None if validity is None else validity.end
        return tuple(holes)

    def with_(self, entry: Entry) -> "Timeline":
        """
        The timeline one entry longer; every answer for an instant before it stays what it was.

        Raises: BadTime, when the entry does not fit behind the others.
        """
        if entry.key != str(self.key) or entry.number != len(self.entries) + 1:
            raise BadTime(f"{entry.key} entry {entry.number} does not follow {len(self.entries)}")
        if entry.issued_at.tzinfo is None:
            raise BadTime(f"{entry.key} {entry.version}: the time of issue has no time zone")
        if self.entries and entry.issued_at <= self.entries[-1].issued_at:
            raise BadTime(f"{entry.key} {entry.version} would not be issued after its predecessor")
        if entry.end is not None and entry.end <= entry.start:
            raise BadTime(f"{entry.key} {entry.version} would end before it starts")
        if entry.transition_until is not None and entry.transition_until <= entry.start:
            raise BadTime(
                f"{entry.key} {entry.version}: the transition would end before the start"
            )
        return Timeline(self.key, (*self.entries, entry))


def order_of(entry: Entry) -> tuple[date, datetime, int]:
    """The order in which entries count."""
    return entry.order


def timeline_of(key: Key, entries: Iterable[Entry]) -> Timeline:
    """The timeline made of entries in any order."""
    return Timeline(key, tuple(sorted(entries, key=lambda entry: entry.number)))


@dataclass(frozen=True, slots=True)
class Release:
    """An entry and its body, with the timeline it stands in."""

    entry: Entry
    body: Body
    timeline: Timeline
