"""Verifying: the chain hangs together, bodies are what their digests say, nothing is missing."""

from dataclasses import dataclass

from catalog.actions.ports import Progress, Shelf, Store, Unit, silent
from catalog.actions.publishing import seal_of
from catalog.actions.reading import body_name
from catalog.core.document import digest_of
from catalog.core.errors import BadDocument, BrokenChain, NotFound
from catalog.core.events import Event
from catalog.core.events import verify as verify_chain
from catalog.core.release import Timeline

ANNOUNCED = frozenset({"released", "corrected", "withdrawn"})


@dataclass(frozen=True, slots=True)
class Verified:
    """How much was looked at; nothing amiss."""

    events: int
    releases: int
    bodies: int


def verify(store: Store, shelf: Shelf, progress: Progress = silent) -> Verified:
    """
    Look at everything the register promises.

    Raises: BrokenChain, naming the event at which something does not hold.
    """
    with store.read() as unit:
        events = all_events(unit)
        verify_chain(events)
        timelines = unit.timelines()
        agree(events, timelines)
        digests = sorted({entry.digest for t in timelines for entry in t.entries})
        for done, digest in enumerate(digests):
            progress("verify", done, len(digests))
            prove(unit, digest)
            name = body_name(digest)
            if shelf.has(name) and digest_of(shelf.get(name)) != digest:
                raise BrokenChain(0, f"the file of body {digest} was changed; run rebuild")
    releases = sum(len(timeline.entries) for timeline in timelines)
    return Verified(len(events), releases, len(digests))


def prove(unit: Unit, digest: str) -> None:
    """
    Read a body of the register and hold it against its digest.

    Raises: BrokenChain.
    """
    try:
        body = unit.body(digest)
    except (BadDocument, NotFound):
        body = b""
    if digest_of(body) != digest:
        raise BrokenChain(0, f"the body {digest} is not what its digest says")


def all_events(unit: Unit) -> tuple[Event, ...]:
    """Every event, in order."""
    found: list[Event] = []
    while page := unit.events(after=found[-1].seq if found else 0, limit=1000):
        found.extend(page)
    return tuple(found)


def agree(events: tuple[Event, ...], timelines: tuple[Timeline, ...]) -> None:
    """
    Hold the register against the chain: each entry announced once, as it stands.

    Raises: BrokenChain.
    """
    told = {
        (event.key, int(event.data["number"])): event
        for event in events
        if event.what in ANNOUNCED
    }
    for timeline in timelines:
        for entry in timeline.entries:
            event = told.pop((entry.key, entry.number), None)
            if event is None:
                raise BrokenChain(0, f"{entry.key} {entry.version} was never announced")
            sealed = (event.version, event.data["digest"], event.data["entry"])
            if sealed != (entry.version, entry.digest, seal_of(entry)):
                raise BrokenChain(event.seq, f"{entry.key} {entry.version} is not what was sealed")
    if told:
        event = next(iter(told.values()))
        raise BrokenChain(event.seq, f"{event.key} {event.version} is no longer in the register")
