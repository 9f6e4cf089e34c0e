"""Publishing: from an approved body to a line of the register, in one transaction."""

from collections.abc import Iterable
from datetime import date

import msgspec

from catalog.actions.expressions import check_expressions
from catalog.actions.ports import Clock, Progress, Store, Unit, silent
from catalog.core.document import canonical, decode, digest_of
from catalog.core.draft import Draft
from catalog.core.errors import AlreadyReleased, StaleDraft
from catalog.core.events import Event
from catalog.core.findings import Finding
from catalog.core.model import Body, Schema
from catalog.core.names import Key
from catalog.core.planning import Plan, Publication, plan
from catalog.core.references import locked_by, pins_of
from catalog.core.release import Entry, Lock, Timeline
from catalog.core.rules import check

WORDS = {"release": "released", "correction": "corrected", "withdrawal": "withdrawn"}


def publish(
    store: Store, clock: Clock, publication: Publication, *, discarding: Draft | None = None
) -> Entry:
    """
    Publish one release, correction or withdrawal: body, entry and event, or nothing.

    The draft that it was made of goes in the same transaction.
    Raises: Unchanged, AlreadyReleased, BrokenRules, BadTime, NotAllowed; StaleDraft, when the
        draft was changed since it was read.
    """
    with store.begin() as unit:
        if discarding is not None:
            hold_base(unit, publication, discarding)
        entry = kept(unit, planned(unit, clock, publication), publication)
        if discarding is not None:
            if unit.draft(publication.key).revision != discarding.revision:
                raise StaleDraft(str(publication.key), discarding.revision)
            unit.discard(publication.key)
        return entry


def hold_base(unit: Unit, publication: Publication, draft: Draft) -> None:
    """
    Refuse a draft that was made from another release than the one it would follow.

    Publishing it would silently undo what was published since.
    Raises: AlreadyReleased, naming the release in between.
    """
    former = unit.timeline(publication.key).at(publication.start)
    if former is not None and former.version != draft.base:
        raise AlreadyReleased(draft.key, former.version)


def publish_all(
    store: Store,
    clock: Clock,
    publications: Iterable[Publication],
    progress: Progress = silent,
) -> tuple[Entry, ...]:
    """
    Publish many in one transaction, in the order given: all of them, or nothing.

    Raises: as `publish`, for the first that is refused.
    """
    waiting = tuple(publications)
    entries: list[Entry] = []
    with store.begin() as unit:
        for done, publication in enumerate(waiting):
            progress("publish", done, len(waiting))
            entries.append(kept(unit, planned(unit, clock, publication), publication))
    progress("publish", len(waiting), len(waiting))
    return tuple(entries)


def preview(store: Store, clock: Clock, publication: Publication) -> Plan:
    """What `publish` would do, with nothing kept."""
    with store.read() as unit:
        return planned(unit, clock, publication)


def planned(unit: Unit, clock: Clock, publication: Publication) -> Plan:
    """The plan of a publication against the register as it stands."""
    timeline = unit.timeline(publication.key)
    body = publication.body
    findings: tuple[Finding, ...] = ()
    lock: tuple[Lock, ...] = ()
    if body is not None:
        findings = check(body, timeline)
        if isinstance(body, Schema):
            findings += check_expressions(body)
        lock = locks_of(unit, body, publication.start)
    former = former_body(unit, timeline, publication.start)
    return plan(publication, timeline, former, clock(), findings=findings, lock=lock)


def former_body(unit: Unit, timeline: Timeline, start: date) -> Body | None:
    """The body that holds on the first day of a publication, before it does."""
    former = timeline.at(start)
    return None if former is None else decode(unit.body(former.digest))


def locks_of(unit: Unit, body: Body, day: date) -> tuple[Lock, ...]:
    """
    The exact releases that a body depends on: as pinned, of that day, or the first to come.

    Raises: NotFound, for a pinned version that was never released.
    """
    locks: list[Lock] = []
    pins = pins_of(body)
    for text in locked_by(body):
        timeline = unit.timeline(Key.parse(text))
        if text in pins and timeline.entries:
            entry: Entry | None = timeline.named(pins[text])
        else:
            entry = timeline.at(day) or next(iter(timeline.upcoming(day)), None)
        if entry is not None:
            locks.append(Lock(text, entry.version, entry.digest))
    return tuple(sorted(locks))


def kept(unit: Unit, made: Plan, publication: Publication) -> Entry:
    """Write a plan into the register and announce it."""
    entry = made.entry
    unit.append(entry, made.body)
    unit.announce(
        Event(
            seq=0,
            what=WORDS[entry.what],
            key=entry.key,
            version=entry.version,
            at=entry.issued_at,
            actor=entry.author,
            reason=publication.reason,
            data={
                "approver": entry.approver,
                "number": str(entry.number),
                "digest": entry.digest,
                "start": entry.start.isoformat(),
                "impact": entry.impact,
                "documents": " ".join(entry.documents),
                "entry": seal_of(entry),
            },
        )
    )
    return entry


def seal_of(entry: Entry) -> str:
    """The digest of all that an entry says; its event carries it, so that no day can be moved."""
    return digest_of(canonical(msgspec.to_builtins(entry)))
