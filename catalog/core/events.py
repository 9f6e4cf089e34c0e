"""The event log: a chain of hashes, so that nobody can change what was without being seen."""

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from catalog.core.document import canonical, digest_of
from catalog.core.errors import BadTime, BrokenChain

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
    """
    The event with its number, its time in UTC, the hash of the one before and its own.

    Raises: BadTime, for a time without zone.
    """
    if event.at.tzinfo is None:
        raise BadTime(f"the time of event {event.what} {event.key} has no time zone")
    seq, link = (previous.seq + 1, previous.hash) if previous else (1, GENESIS)
    linked = msgspec.structs.replace(
        event, seq=seq, at=event.at.astimezone(UTC), previous=link, hash=""
    )
    return msgspec.structs.replace(linked, hash=hash_of(linked))


def hash_of(event: Event) -> str:
    """The hash that an event must carry; the same however a store writes its time zone."""
    utc = msgspec.structs.replace(event, at=event.at.astimezone(UTC))
    document = msgspec.to_builtins(utc)
    del document["hash"]
    return digest_of(canonical(document))


def verify(events: Iterable[Event], *, after: Event | None = None, head: str = "") -> int:
    """
    How many events hang together.

    Args:
        events: in order, from the first on, or from the one behind `after`.
        after: an event known to be good; None when the events begin with the first.
        head: the hash that the last must carry, as noted elsewhere before; without it nobody can
            tell that events were cut off at the end.
    Raises: BrokenChain, at the first that does not.
    """
    previous = after
    count = 0
    for event in events:
        seq, link = (previous.seq + 1, previous.hash) if previous else (1, GENESIS)
        if event.seq != seq:
            raise BrokenChain(seq, f"event {seq} is missing; {event.seq} stands in its place")
        if event.previous != link:
            raise BrokenChain(seq, "it does not name the event before it")
        if event.at.tzinfo is None or event.hash != hash_of(event):
            raise BrokenChain(seq, "what it says is not what was sealed")
        previous = event
        count += 1
    last = previous.hash if previous else GENESIS
    if head and head != last:
        raise BrokenChain(
            previous.seq if previous else 0, "the chain does not end where it was known to end"
        )
    return count
