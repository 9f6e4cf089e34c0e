"""The register and the drafts in SQLite or PostgreSQL."""

import os
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter

import msgspec
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, select, update

from catalog.actions.ports import Store, Unit
from catalog.core.document import digest_of
from catalog.core.draft import Draft, decode_draft
from catalog.core.errors import (
    AlreadyReleased,
    BadDocument,
    NotFound,
    StaleDraft,
    StoreUnavailable,
)
from catalog.core.events import Event, sealed
from catalog.core.names import Key
from catalog.core.release import Entry, Timeline, timeline_of
from catalog.store.engine import (
    PATIENCE,
    address_of,
    engine_of,
    file_of,
    name_of,
    reading,
    refusals,
    writing,
)
from catalog.store.guard import aware, grown, proved, read_only, text_of, text_of_draft
from catalog.store.tables import REVISION, BodyRow, DraftRow, EntryRow, EventRow

ENTRY = msgspec.json.Decoder(Entry)
EVENT = msgspec.json.Decoder(Event)

WORTH_PACKING = 512
"""Bytes from which packing a body is tried."""


class SqlStore(Store):
    """
    A database as `actions.ports.Store`.

    Writers take turns: the whole of `begin()` is one transaction of the only writer. Readers see
    one moment and wait for nobody. May be shared between threads, and taken along over a fork.
    """

    def __init__(self, url: str, *, patience: float = PATIENCE) -> None:
        self.address = address_of(url)
        self.patience = patience
        self._engine: Engine | None = None
        self._process = 0
        self._opening = threading.Lock()
        self._inherited: list[Engine] = []

    @contextmanager
    def begin(self) -> Iterator["SqlUnit"]:
        """
        A transaction for reading and writing.

        Raises: StoreUnavailable.
        """
        with (
            refusals(self.address),
            writing(self._ready(), self.patience) as connection,
            Session(connection) as session,
        ):
            yield SqlUnit(session, writes=True)

    @contextmanager
    def read(self) -> Iterator["SqlUnit"]:
        """
        A transaction that only reads.

        Raises: StoreUnavailable.
        """
        with (
            refusals(self.address),
            reading(self._ready()) as connection,
            Session(connection) as session,
        ):
            yield SqlUnit(session, writes=False)

    def close(self) -> None:
        """Close the connections that lie ready; the store opens new ones when asked again."""
        if self._engine is not None and self._process == os.getpid():
            self._engine.dispose()
        self._engine = None

    def _ready(self) -> Engine:
        """The connections of this process, to tables known to be those of this program."""
        if self._engine is not None and self._process == os.getpid():
            return self._engine
        with self._opening:
            if self._engine is not None and self._process != os.getpid():
                # Closing what the other process still uses would harm it: it is kept, unused.
                self._inherited.append(self._engine)
                self._engine = None
            if self._engine is None:
                self._engine, self._process = self._opened(), os.getpid()
            return self._engine

    def _opened(self) -> Engine:
        """New connections."""
        engine = engine_of(self.address, self.patience)
        try:
            found = revision_at(engine)
        except StoreUnavailable:
            engine.dispose()
            raise
        if found != REVISION:
            engine.dispose()
            reason = f"its tables are at revision {found or 'none'}, not {REVISION}"
            raise StoreUnavailable(name_of(self.address), reason)
        return engine


def revision_at(engine: Engine) -> str:
    """Which migration a database is at; empty when it was never migrated."""
    file = file_of(engine.url)
    if file is not None and not file.exists():
        return ""
    with refusals(engine.url), reading(engine) as connection:
        return revision_of(connection)


def revision_of(connection: Connection) -> str:
    """Which migration a database is at; empty when it was never migrated."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""


class SqlUnit(Unit):
    """One transaction, as `actions.ports.Unit`."""

    def __init__(self, session: Session, *, writes: bool) -> None:
        self._session = session
        self._writes = writes

    def timelines(self) -> tuple[Timeline, ...]:
        """Every timeline, by key."""
        rows = self._session.exec(
            select(EntryRow.key, EntryRow.document).order_by(col(EntryRow.key))
        )
        found = (
            timeline_of(Key.parse(key), [ENTRY.decode(document) for _, document in lines])
            for key, lines in groupby(rows, key=itemgetter(0))
        )
        return tuple(sorted(found, key=lambda timeline: timeline.key))

    def timeline(self, key: Key) -> Timeline:
        """The timeline of a key; empty when nothing was released."""
        rows = self._session.exec(select(EntryRow.document).where(EntryRow.key == str(key)))
        return timeline_of(key, map(ENTRY.decode, rows))

    def body(self, digest: str) -> bytes:
        """
        Canonical bytes by their SHA-256.

        Raises: NotFound; BadDocument, when the kept bytes do not have that digest.
        """
        row = self._session.exec(
            select(BodyRow.coding, BodyRow.data).where(BodyRow.digest == digest)
        ).first()
        if row is None:
            raise NotFound(f"body {digest}")
        return unpacked(digest, *row)

    def append(self, entry: Entry, body: bytes) -> None:
        """
        Add an entry and its body (kept once per digest) to the register.

        Raises: AlreadyReleased, when the key has an entry of that number or version already;
        BadDocument, when the body does not have the entry's digest; BadTime, BadKey.
        """
        self._for_writing()
        grown(self.timeline(Key.parse(entry.key)), entry)
        self._keep(entry.digest, proved(entry, body))
        row = EntryRow(
            key=entry.key,
            number=entry.number,
            version=entry.version,
            what=entry.what,
            start=entry.start,
            end=entry.end,
            issued_at=entry.issued_at,
            digest=entry.digest,
            document=text_of(entry),
        )
        try:
            self._add(row)
        except IntegrityError:
            # Nobody who takes turns comes here; it is for those who write past this program.
            raise AlreadyReleased(entry.key, entry.version) from None

    def _keep(self, digest: str, body: bytes) -> None:
        """Keep a body unless it is there."""
        known = select(BodyRow.digest).where(BodyRow.digest == digest)
        if self._session.exec(known).first() is None:
            coding, data = packed(body)
            self._add(BodyRow(digest=digest, size=len(body), coding=coding, data=data))

    def announce(self, event: Event) -> Event:
        """Seal an event onto the chain, to be delivered; the event as sealed."""
        self._for_writing()
        last = self._session.exec(
            select(EventRow.document).order_by(col(EventRow.seq).desc()).limit(1)
        ).first()
        linked = sealed(event, None if last is None else EVENT.decode(last))
        self._add(
            EventRow(
                seq=linked.seq,
                what=linked.what,
                key=linked.key,
                version=linked.version,
                at=aware(linked.at),
                actor=linked.actor,
                document=text_of(linked),
                previous=linked.previous,
                hash=linked.hash,
            )
        )
        return linked

    def events(self, after: int = 0, limit: int = 1000) -> tuple[Event, ...]:
        """Events in order, after a number."""
        rows = self._session.exec(
            select(EventRow.document)
            .where(col(EventRow.seq) > after)
            .order_by(col(EventRow.seq))
            .limit(max(limit, 0))
        )
        return tuple(map(EVENT.decode, rows))

    def pending(self) -> tuple[Event, ...]:
        """Events not yet delivered, in order."""
        rows = self._session.exec(
            select(EventRow.document)
            .where(col(EventRow.delivered_at).is_(None))
            .order_by(col(EventRow.seq))
        )
        return tuple(map(EVENT.decode, rows))

    def settle(self, seq: int) -> None:
        """
        Note that an event was delivered; nothing changes when that was noted before.

        Raises: NotFound, when there is no such event.
        """
        self._for_writing()
        row = self._session.get(EventRow, seq)
        if row is None:
            raise NotFound(f"event {seq}")
        if row.delivered_at is None:
            row.delivered_at = datetime.now(UTC)
            self._add(row)

    def drafts(self) -> tuple[Draft, ...]:
        """All drafts, by key."""
        drafts = map(draft_of, self._session.exec(select(DraftRow.document)))
        return tuple(sorted(drafts, key=lambda draft: Key.parse(draft.key)))

    def draft(self, key: Key) -> Draft:
        """
        The draft of a key.

        Raises: NotFound.
        """
        row = self._session.exec(select(DraftRow.document).where(DraftRow.key == str(key))).first()
        if row is None:
            raise NotFound(f"draft {key}")
        return draft_of(row)

    def save(self, draft: Draft) -> Draft:
        """
        Keep a draft; the draft with its revision one higher.

        Raises: StaleDraft, when the kept one is no longer at the draft's revision; BadKey;
        BadDocument, when it could not be read again.
        """
        self._for_writing()
        kept = msgspec.structs.replace(draft, revision=draft.revision + 1)
        row = DraftRow(
            key=str(Key.parse(kept.key)),
            revision=kept.revision,
            document=text_of_draft(kept),
            updated_at=datetime.now(UTC),
        )
        if draft.revision == 0:
            self._start(row)
            return kept
        changed = self._session.exec(
            update(DraftRow)
            .where(col(DraftRow.key) == draft.key, col(DraftRow.revision) == draft.revision)
            .values(row.model_dump(exclude={"key"}))
        )
        if changed.rowcount != 1:
            raise StaleDraft(draft.key, draft.revision)
        return kept

    def _start(self, row: DraftRow) -> None:
        """Keep the first draft of a key."""
        known = select(DraftRow.key).where(DraftRow.key == row.key)
        if self._session.exec(known).first() is not None:
            raise StaleDraft(row.key, 0)
        self._add(row)

    def discard(self, key: Key) -> None:
        """Throw a draft away; nothing happens when there is none."""
        self._for_writing()
        self._session.exec(delete(DraftRow).where(col(DraftRow.key) == str(key)))

    def _add(self, row: BodyRow | EntryRow | EventRow | DraftRow) -> None:
        """Write a row now, so that what is wrong with it shows here; large rows are let go."""
        self._session.add(row)
        self._session.flush()
        self._session.expunge(row)

    def _for_writing(self) -> None:
        """Refuse to write in a unit for reading."""
        if not self._writes:
            read_only()


def draft_of(document: str) -> Draft:
    """The draft that a row holds."""
    return decode_draft(document.encode())


def packed(body: bytes) -> tuple[str, bytes]:
    """How a body is written, and its bytes so: packed where that is shorter."""
    if len(body) >= WORTH_PACKING:
        shorter = zlib.compress(body, level=6)
        if len(shorter) < len(body):
            return "zlib", shorter
    return "plain", body


def unpacked(digest: str, coding: str, data: bytes) -> bytes:
    """
    The bytes of a body as they were handed in.

    Raises: BadDocument, when they do not have their digest.
    """
    try:
        body = zlib.decompress(data) if coding == "zlib" else data
    except zlib.error as error:
        raise BadDocument(f"the kept body {digest} is damaged: {error}") from None
    if digest_of(body) != digest:
        raise BadDocument(f"the kept body {digest} is damaged: it has another digest")
    return body
