"""The register and the drafts in memory: for trying things out, and for tests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import msgspec

from catalog.actions.ports import Pointer, Register, Store, Unit
from catalog.core.draft import Draft
from catalog.core.errors import NotFound, StaleDraft, StaleRegister, StoreUnavailable
from catalog.core.events import Event, sealed
from catalog.core.names import Key
from catalog.core.release import Entry, Timeline
from catalog.store.guard import aware, grown, proved, read_only, text_of, text_of_draft

PATIENCE = 60.0
"""Seconds that a writer waits for the one before it."""


@dataclass(frozen=True, slots=True)
class State:
    """Everything that is kept, at one moment; units copy before they change."""

    timelines: dict[Key, Timeline] = field(default_factory=dict)
    bodies: dict[str, bytes] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    delivered: frozenset[int] = frozenset()
    drafts: dict[Key, Draft] = field(default_factory=dict)


class MemoryStore(Store):
    """
    Memory as `actions.ports.Store`.

    Writers take turns; readers see the moment at which they began. May be shared between threads.
    """

    def __init__(self, *, patience: float = PATIENCE) -> None:
        self.patience = patience
        self._lock = threading.Lock()
        self._state = State()

    @contextmanager
    def begin(self) -> Iterator["MemoryUnit"]:
        """
        A transaction for reading and writing.

        Raises: StoreUnavailable, when another writer does not come to an end.
        """
        if not self._lock.acquire(timeout=self.patience):
            raise StoreUnavailable("memory", "another writer does not come to an end")
        try:
            unit = MemoryUnit(self._state, writes=True)
            yield unit
            self._state = unit.state
        finally:
            self._lock.release()

    @contextmanager
    def read(self) -> Iterator["MemoryUnit"]:
        """A transaction that only reads."""
        yield MemoryUnit(self._state, writes=False)

    def close(self) -> None:
        """Nothing needs closing."""


class MemoryUnit(Unit):
    """One transaction, as `actions.ports.Unit`."""

    def __init__(self, state: State, *, writes: bool) -> None:
        self.state = state
        self._writes = writes

    def timelines(self) -> tuple[Timeline, ...]:
        """Every timeline, by key."""
        return tuple(self.state.timelines[key] for key in sorted(self.state.timelines))

    def timeline(self, key: Key) -> Timeline:
        """The timeline of a key; empty when nothing was released."""
        return self.state.timelines.get(key, Timeline(key))

    def body(self, digest: str) -> bytes:
        """
        Canonical bytes by their SHA-256.

        Raises: NotFound.
        """
        if digest not in self.state.bodies:
            raise NotFound(f"body {digest}")
        return self.state.bodies[digest]

    def append(self, entry: Entry, body: bytes) -> None:
        """
        Add an entry and its body (kept once per digest) to the register.

        Raises: AlreadyReleased, when the key has an entry of that number or version already;
        BadDocument, when the body does not have the entry's digest; BadTime, BadKey.
        """
        self._for_writing()
        key = Key.parse(entry.key)
        timeline = grown(self.timeline(key), entry)
        text_of(entry)
        self.state = replace(
            self.state,
            timelines={**self.state.timelines, key: timeline},
            bodies={entry.digest: proved(entry, body), **self.state.bodies},
        )

    def announce(self, event: Event) -> Event:
        """Seal an event onto the chain, to be delivered; the event as sealed."""
        self._for_writing()
        aware(event.at)
        text_of(event)
        linked = sealed(event, self.state.events[-1] if self.state.events else None)
        self.state = replace(self.state, events=(*self.state.events, linked))
        return linked

    def events(self, after: int = 0, limit: int = 1000) -> tuple[Event, ...]:
        """Events in order, after a number."""
        first = max(after, 0)  # events are numbered from 1 on without gaps
        return self.state.events[first : first + max(limit, 0)]

    def pending(self) -> tuple[Event, ...]:
        """Events not yet delivered, in order."""
        return tuple(e for e in self.state.events if e.seq not in self.state.delivered)

    def settle(self, seq: int) -> None:
        """
        Note that an event was delivered; nothing changes when that was noted before.

        Raises: NotFound, when there is no such event.
        """
        self._for_writing()
        if not 0 < seq <= len(self.state.events):
            raise NotFound(f"event {seq}")
        self.state = replace(self.state, delivered=self.state.delivered | {seq})

    def drafts(self) -> tuple[Draft, ...]:
        """All drafts, by key."""
        return tuple(self.state.drafts[key] for key in sorted(self.state.drafts))

    def draft(self, key: Key) -> Draft:
        """
        The draft of a key.

        Raises: NotFound.
        """
        if key not in self.state.drafts:
            raise NotFound(f"draft {key}")
        return self.state.drafts[key]

    def save(self, draft: Draft) -> Draft:
        """
        Keep a draft; the draft with its revision one higher.

        Raises: StaleDraft, when the kept one is no longer at the draft's revision; BadKey;
        BadDocument, when it could not be read again.
        """
        self._for_writing()
        key = Key.parse(draft.key)
        known = self.state.drafts.get(key)
        if draft.revision != (0 if known is None else known.revision):
            raise StaleDraft(draft.key, draft.revision)
        kept = msgspec.structs.replace(draft, revision=draft.revision + 1)
        text_of_draft(kept)
        self.state = replace(self.state, drafts={**self.state.drafts, key: kept})
        return kept

    def discard(self, key: Key) -> None:
        """Throw a draft away; nothing happens when there is none."""
        self._for_writing()
        drafts = {other: draft for other, draft in self.state.drafts.items() if other != key}
        self.state = replace(self.state, drafts=drafts)

    def _for_writing(self) -> None:
        """Refuse to write in a unit for reading."""
        if not self._writes:
            read_only()


class MemoryPointer(Pointer):
    """The register that readers of this process see."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._register = Register()

    def current(self) -> Register:
        """What readers see now."""
        return self._register

    def swap(self, register: Register) -> None:
        """
        Let readers see another register from now on.

        Raises: StaleRegister, when it ends before the current one does.
        """
        with self._lock:
            if register.seq < self._register.seq:
                raise StaleRegister(register.seq, self._register.seq)
            self._register = register
