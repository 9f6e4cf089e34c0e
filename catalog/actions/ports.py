"""The ports: what the verbs need of the outer ring, as small protocols."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Protocol, TypeAlias

from msgspec import Struct

from catalog.core.draft import Draft
from catalog.core.events import Event
from catalog.core.names import Key
from catalog.core.release import Entry, Timeline

Clock: TypeAlias = Callable[[], datetime]
"""Says what time it is, UTC."""


class Unit(Protocol):
    """
    One transaction on the register: all of it happens, or nothing.

    Leaving the `with` block commits; an exception inside it rolls back.
    """

    def timelines(self) -> tuple[Timeline, ...]:
        """Every timeline, by key."""
        ...

    def timeline(self, key: Key) -> Timeline:
        """The timeline of a key; empty when nothing was released."""
        ...

    def body(self, digest: str) -> bytes:
        """
        Canonical bytes by their SHA-256.

        Raises: NotFound.
        """
        ...

    def append(self, entry: Entry, body: bytes) -> None:
        """
        Add an entry and its body (kept once per digest) to the register.

        Raises: AlreadyReleased, when the key has an entry of that number or version already.
        """
        ...

    def announce(self, event: Event) -> Event:
        """Seal an event onto the chain, to be delivered; the event as sealed."""
        ...

    def events(self, after: int = 0, limit: int = 1000) -> tuple[Event, ...]:
        """Events in order, after a number."""
        ...

    def pending(self) -> tuple[Event, ...]:
        """Events not yet delivered, in order."""
        ...

    def settle(self, seq: int) -> None:
        """Note that an event was delivered."""
        ...

    def drafts(self) -> tuple[Draft, ...]:
        """All drafts, by key."""
        ...

    def draft(self, key: Key) -> Draft:
        """
        The draft of a key.

        Raises: NotFound.
        """
        ...

    def save(self, draft: Draft) -> Draft:
        """
        Keep a draft; the draft with its revision one higher.

        Raises: StaleDraft, when the kept one is no longer at the draft's revision.
        """
        ...

    def discard(self, key: Key) -> None:
        """Throw a draft away; nothing happens when there is none."""
        ...


class Store(Protocol):
    """The register and the drafts."""

    def begin(self) -> AbstractContextManager[Unit]:
        """A transaction for reading and writing."""
        ...

    def read(self) -> AbstractContextManager[Unit]:
        """A transaction that only reads; it blocks nobody."""
        ...


class Shelf(Protocol):
    """
    Where built artefacts are kept: immutable files named by digest and format.

    A name is like `ab12…/schema.json-1`; what is built can always be built again.
    """

    def path(self, name: str) -> Path:
        """Where a file is or would be on this machine."""
        ...

    def has(self, name: str) -> bool:
        """Whether the file is there, whole."""
        ...

    def put(self, name: str, data: bytes | Iterable[bytes]) -> Path:
        """Write a file whole or not at all (temporary name, flush, rename)."""
        ...

    def lay(self, name: str, data: bytes | Iterable[bytes]) -> Path:
        """Write a file as `put`, but safe from a loss of power only after the next `flush`."""
        ...

    def flush(self) -> None:
        """Make all that was laid safe from a loss of power."""
        ...

    def get(self, name: str) -> bytes:
        """
        The file's bytes.

        Raises: NotFound.
        """
        ...


class SearchDocument(Struct, frozen=True, kw_only=True):
    """
    One thing that can be found: an artefact, or a member of one.

    Attributes:
        id: unique over the index: the key, or key + "#" + member key.
        key: key of the artefact; kind and the list (ns/slug) are taken from it.
        version: the release it was taken from.
        code: code or technical name; empty for artefacts.
        aliases: other writings of the code.
        title: preferred names, by language.
        synonyms: other names, by language.
        note: more words, weighed little.
        start, end: days in force, ISO; end empty while open.
        retired: true for what may no longer be used.
    """

    id: str
    key: str
    version: str
    code: str = ""
    aliases: tuple[str, ...] = ()
    title: dict[str, str]
    synonyms: dict[str, tuple[str, ...]] = {}
    note: str = ""
    start: str = ""
    end: str = ""
    retired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """
    What is looked for.

    Attributes:
        text: words as typed; the last may be unfinished.
        kind, list: only this kind; only members of this list (ns/slug).
        language: of the title to show and mark (vi or en).
        offset, limit: which part of the hits.
        retired: also show what may no longer be used.
    """

    text: str
    kind: str = ""
    list: str = ""
    language: str = "vi"
    offset: int = 0
    limit: int = 20
    retired: bool = True


class Hit(Struct, frozen=True, kw_only=True):
    """
    One find.

    Attributes:
        highlight: (start, end) places of the matched parts in the title of the language asked for
            (as `in_language` chooses it); half-open, in order, apart from each other.
        matched: another name (language, synonym, alias) that has the words which the title lacks.
        score: higher is better; comparable within one answer only.
    """

    key: str
    code: str
    version: str
    title: dict[str, str]
    highlight: tuple[tuple[int, int], ...] = ()
    matched: str = ""
    score: float
    start: str = ""
    end: str = ""
    retired: bool = False


class Found(Struct, frozen=True, kw_only=True):
    """The hits of a query, counts by kind and by list, and how many there are in all."""

    hits: tuple[Hit, ...]
    facets: dict[str, dict[str, int]]
    total: int


class Finder(Protocol):
    """A search index; disposable, rebuilt into a new one that is swapped in."""

    def index(self, documents: Iterable[SearchDocument], *, replace: tuple[str, ...]) -> None:
        """Take documents in; all earlier documents of the keys in `replace` go."""
        ...

    def rebuild(self, documents: Iterable[SearchDocument]) -> None:
        """Build a new index of these documents only, then swap it in."""
        ...

    def find(self, query: SearchQuery) -> Found:
        """The hits of a query."""
        ...


Progress: TypeAlias = Callable[[str, int, int], None]
"""Told the phase, how many are done, and of how many (0: unknown)."""


def silent(phase: str, done: int, of: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Register:
    """
    What readers see: every timeline that is delivered, at one moment; swapped as a whole.

    Attributes:
        seq: number of the last event in it; never goes back.
        timelines: by key.
    """

    seq: int = 0
    timelines: Mapping[Key, Timeline] = field(default_factory=dict)

    def keys(self) -> Iterator[Key]:
        """Keys in order."""
        return iter(sorted(self.timelines))


class Pointer(Protocol):
    """Says which register readers see; swapped whole, never back."""

    def current(self) -> Register:
        """What readers see now; cheap enough to be asked at every request."""
        ...

    def swap(self, register: Register) -> None:
        """
        Let readers see another register from now on.

        Raises: StaleRegister, when it ends before the current one does.
        """
        ...


@dataclass(frozen=True, slots=True)
class AsOf:
    """The two clocks of a question: the legal day, and what was known by then."""

    day: date
    known: datetime
