"""The event log: a chain of hashes, so that nobody can change what was without being seen."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec import Struct

from catalog.core.document import canonical
from catalog.core.errors import BrokenChain

GENESIS = "0" * 64
"""What the first event names as the one before it."""


class Event(Struct, frozen=True, kw_only=True):
    """
    One thing that happened.

    Attributes:
        seq: 1, 2, 3 ... without gaps.
        what: released, corrected, withdrawn, ...
        key, version: what it happened to.
        at: when, UTC.
        actor: who did it.
        reason: why, in the actor's words.
        data: anything more; text and whole numbers.
        previous: hash of the event before.
        hash: SHA-256 over the canonical bytes of all the above.
    """

    seq: int
    what: str
    key: str
    version: str
    at: datetime
    actor: str
    reason: str = ""
    data: dict[str, str] = {}
    previous: str = GENESIS
    hash: str = ""


def sealed(event: Event, previous: Event | None) -> Event:
    """The event with its number, the hash of the one before and its own."""
    seq, link = (previous.seq + 1, previous.hash) if previous else (1, GENESIS)
    linked = msgspec.structs.replace(event, seq=seq, previous=link, hash="")
    return msgspec.structs.replace(linked, hash=hash_of(linked))


def hash_of(event: Event) -> str:
    """The hash that an event must carry."""
    document = msgspec.to_builtins(event)
    del document["hash"]
    return hashlib.sha256(canonical(document)).hexdigest()


def verify(events: Iterable[Event]) -> int:
    """
    How many events hang together, from the first on.

    Raises: BrokenChain, at the first that does not.
    """
    previous: Event | None = None
    count = 0
    for event in events:
        expected = sealed(event, previous)
        if event.seq != expected.seq:
            raise BrokenChain(expected.seq, f"event {expected.seq} is missing")
        if event.previous != expected.previous:
            raise BrokenChain(event.seq, "it does not name the event before it")
        if event.hash != expected.hash:
            raise BrokenChain(event.seq, "what it says is not what was sealed")
        previous = event
        count += 1
    return count
