"""
Which layout and which lists hold for records of a day: resolved once for all days between changes.

Nothing is looked up a second time: between two days on which some release starts, ends or stops
being accepted, every day has the same plan.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, TypeVar

from catalog.actions.codes import Codes, Memory
from catalog.actions.engine import Bound, Masking, Plan
from catalog.actions.layout import Layout
from catalog.core.errors import KeptBack, NotFound
from catalog.core.library import Library
from catalog.core.model import Binding, Schema
from catalog.core.names import Key
from catalog.core.release import Entry, Timeline
from catalog.formats import messages
from catalog.formats.messages import Said

LAYOUTS_KEPT = 128
"""How many compiled layouts a process keeps."""

MEMORIES_KEPT = 512
"""Of how many list releases a process remembers codes."""

MOMENTS_KEPT = 4
"""For how many libraries a process keeps the plans; each publishing makes a new library."""

QUESTIONS_KEPT = 64
"""For how many layouts, instants and ways of masking a library's plans are kept."""

K = TypeVar("K")
V = TypeVar("V")


def kept(found: dict[K, V], key: K, make: Callable[[], V], most: int) -> V:
    """A value made once; the oldest goes when there are too many."""
    value = found.get(key)
    if value is None:
        while len(found) >= most:
            found.pop(next(iter(found)), None)
        value = found.setdefault(key, make())
    return value


@dataclass(slots=True)
class Compiled:
    """What a process keeps between checks; nothing in it ever changes its meaning."""

    layouts: dict[str, Layout] = field(default_factory=dict)
    memories: dict[tuple[object, ...], Memory] = field(default_factory=dict)
    moments: dict[int, "Plans"] = field(default_factory=dict)

    def layout(self, entry: Entry, library: Library) -> Layout:
        """
        The compiled layout of a release of a schema.

        Raises: NotFound, when the release is of another kind.
        """

        def compile_layout() -> Layout:
            body = library.body(entry)
            if not isinstance(body, Schema):
                raise NotFound(f"a schema at {entry.key}")
            return Layout(body)

        return kept(self.layouts, entry.digest, compile_layout, LAYOUTS_KEPT)

    def memory(self, entry: Entry, checks: tuple[str, ...]) -> Memory:
        """What is known of the codes of a release of a list; a value set depends on its lock."""
        key = (entry.key, entry.digest, entry.lock, checks)
        return kept(self.memories, key, Memory, MEMORIES_KEPT)

    def plans(self, library: Library) -> "Plans":
        """The plans for a library; the same ones as long as it is the same object."""
        # The kept plans hold their library, so its id is not given to another meanwhile.
        return kept(self.moments, id(library), lambda: Plans(library, self), MOMENTS_KEPT)


COMPILED = Compiled()
"""Shared by all checkers of a process."""


class Spans(Generic[V]):
    """Something that is the same for all days between two marks; made when first asked for."""

    def __init__(self, marks: Iterable[date]) -> None:
        self.marks = sorted(set(marks))
        self.made: dict[int, V] = {}

    def at(self, day: date, make: Callable[[], V]) -> V:
        """What holds on a day."""
        return kept(self.made, bisect_right(self.marks, day), make, len(self.marks) + 1)


def marks_of(timeline: Timeline, known: datetime) -> set[date]:
    """The days on which something of a timeline may change."""
    return {
        day
        for entry in timeline.known(known)
        for day in (entry.start, entry.end, entry.transition_until)
        if day is not None
    }


@dataclass(frozen=True, slots=True)
class Epoch:
    """
    The releases of a layout accepted for some time, and the plans for the days in it.

    Attributes:
        entries: the release in force first; empty when there is none.
    """

    entries: tuple[Entry, ...]
    plans: Spans[Plan]


class Plans:
    """How records are checked against the releases of one library."""

    def __init__(self, library: Library, compiled: Compiled) -> None:
        self.library = library
        self.compiled = compiled
        self.epochs: dict[tuple[Key, datetime, Masking], Spans[Epoch]] = {}
        self.codes: dict[tuple[object, ...], Codes] = {}

    def plan(self, key: Key, day: date, known: datetime, masking: Masking) -> Plan | None:
        """
        How records of a day are checked; None when no release of the layout is in force.

        Raises: NotFound.
        """

        def survey() -> Spans[Epoch]:
            return Spans(marks_of(self.library.timeline(key), known))

        epochs = kept(self.epochs, (key, known, masking), survey, QUESTIONS_KEPT)
        epoch = epochs.at(day, lambda: self.epoch(key, day, known))
        if not epoch.entries:
            return None
        return epoch.plans.at(day, lambda: self.resolve(epoch, day, known, masking))

    def epoch(self, key: Key, day: date, known: datetime) -> Epoch:
        """The releases of a layout accepted around a day, and when a list of theirs changes."""
        entries = self.library.timeline(key).accepted(day, known)
        marks: set[date] = set()
        for binding in {one for entry in entries for one in self.bindings(entry)}:
            if not binding.version:
                try:
                    marks |= marks_of(self.library.timeline(Key.parse(binding.list)), known)
                except NotFound:
                    continue
        return Epoch(entries, Spans(marks))

    def bindings(self, entry: Entry) -> set[Binding]:
        """The bindings of a layout."""
        layout = self.compiled.layout(entry, self.library)
        return {one.binding for one in layout.fields if one.binding is not None}

    def resolve(self, epoch: Epoch, day: date, known: datetime, masking: Masking) -> Plan:
        """How records around a day are checked, former layouts included."""
        plan: Plan | None = None
        for entry in reversed(epoch.entries):
            plan = self.resolve_one(entry, day, known, masking, plan)
        assert plan is not None  # noqa: S101 - an epoch without entries is not resolved
        return plan

    def resolve_one(
        self, entry: Entry, day: date, known: datetime, masking: Masking, former: Plan | None
    ) -> Plan:
        """How records around a day are checked by one release of a layout."""
        layout = self.compiled.layout(entry, self.library)
        unchecked = dict(layout.unchecked)
        bound: list[Bound] = []
        for place, described in enumerate(layout.fields):
            binding = described.binding
            if binding is None or binding.strength == "example":
                continue
            codes = self.codes_of(binding, day, known)
            if isinstance(codes, Codes):
                bound.append(Bound(place, described, codes))
            else:
                unchecked[described.name] = codes
        return Plan(
            entry=entry,
            layout=layout,
            bound=tuple(bound),
            masking=masking,
            former=former,
            unchecked=unchecked,
        )

    def codes_of(self, binding: Binding, day: date, known: datetime) -> Codes | Said:
        """The list of a binding around a day; or why there is none."""
        try:
            timeline = self.library.timeline(Key.parse(binding.list))
            if binding.version:
                entries: tuple[Entry, ...] = (timeline.named(binding.version),)
            else:
                entries = timeline.accepted(day, known)
        except KeptBack:
            return messages.list_kept_back(binding.list)
        except NotFound:
            return messages.list_unknown(f"{binding.list} {binding.version}".strip())
        if not entries:
            return messages.list_not_in_force(binding.list)

        def resolve() -> Codes:
            return Codes(
                binding=binding,
                entries=entries,
                timeline=timeline,
                library=self.library,
                known=known,
                memory=self.compiled.memory(entries[0], binding.checks),
            )

        key = (binding, known, *(entry.number for entry in entries))
        return kept(self.codes, key, resolve, MEMORIES_KEPT)
