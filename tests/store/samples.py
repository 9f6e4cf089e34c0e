"""Small invented entries, bodies and events, and what other processes do with them."""

import contextlib
import os
import random
import signal
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from catalog.actions.ports import Register
from catalog.core.document import digest_of
from catalog.core.errors import AlreadyReleased, StaleRegister
from catalog.core.events import Event
from catalog.core.names import Key
from catalog.core.release import Entry, timeline_of
from catalog.store.migrating import migrate
from catalog.store.pointer import FilePointer
from catalog.store.shelf import FileShelf
from catalog.store.sql import SqlStore

SEX = Key.parse("code-list/byt/sex")
START = datetime(2025, 1, 1, tzinfo=UTC)

WON, LOST = 0, 3
"""Exit codes of a process that tried to be first."""


def body_of(number=1, key=SEX):
    """Bytes unlike those of other numbers and keys; a store does not read them."""
    return f'{{"title":{{"vi":"Giới tính {number}"}},"of":"{key}"}}'.encode()


def entry_of(number=1, key=SEX, body=None, **changes):
    """An entry that fits behind number - 1 others."""
    values = {
        "key": str(key),
        "version": f"{number}.0",
        "number": number,
        "start": date(2025, 1, 1) + timedelta(days=number),
        "issued_at": START + timedelta(hours=number, microseconds=number),
        "digest": digest_of(body_of(number, key) if body is None else body),
        "meaning": "0" * 64,
        "title": {"vi": "Giới tính", "en": "Sex"},
        "author": "lan",
        "approver": "minh",
    }
    return Entry(**{**values, **changes})


def event_of(entry):
    """The event that announces an entry."""
    return Event(
        seq=0,
        what="released",
        key=entry.key,
        version=entry.version,
        at=entry.issued_at,
        actor=entry.author,
        reason="Bổ sung",
        data={"digest": entry.digest, "number": str(entry.number)},
    )


def publish(store, entry, body):
    """Append and announce in one unit."""
    with store.begin() as unit:
        unit.append(entry, body)
        return unit.announce(event_of(entry))


def race(url, start, number, version):
    """Try to be the first to publish the release of a number, at a time agreed on."""
    store = SqlStore(url)
    body = version.encode() * 1000
    with store.read():  # connected before the start
        time.sleep(max(0.0, start - time.time()))
    try:
        publish(store, entry_of(number, body=body, version=version), body)
    except AlreadyReleased:
        return LOST
    return WON


def publish_many(url, slug, count):
    """Publish releases of one key."""
    store = SqlStore(url)
    key = Key.parse(f"code-list/byt/{slug}")
    for number in range(1, count + 1):
        publish(store, entry_of(number, key), body_of(number, key))


def publish_for_ever(url, seed, at_work):
    """Publish one release after the other, with bodies of many sizes, until killed."""
    store = SqlStore(url)
    dice = random.Random(seed)  # noqa: S311 - no secret
    while True:
        with store.read() as unit:
            number = len(unit.timeline(SEX).entries) + 1
        body = dice.randbytes(dice.choice((10, 1_000, 100_000, 1_000_000)))
        publish(store, entry_of(number, body=body), body)
        Path(at_work).touch()


def die_at(url, step):
    """Publish one release, and be killed at a step of it."""
    store = SqlStore(url)
    with store.begin() as unit:
        number = len(unit.timeline(SEX).entries) + 1
        entry = entry_of(number)
        if step == "begun":
            os.kill(os.getpid(), signal.SIGKILL)
        unit.append(entry, body_of(number))
        if step == "appended":
            os.kill(os.getpid(), signal.SIGKILL)
        unit.announce(event_of(entry))
        if step == "announced":
            os.kill(os.getpid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


def use_after_fork(url):
    """Use a store, fork, and use it on both sides."""
    store = SqlStore(url)
    publish(store, entry_of(1), body_of(1))
    child = os.fork()
    if child == 0:
        try:
            publish_many(url, "forked", 3)
            publish(store, entry_of(2), body_of(2))
            os._exit(WON)
        finally:
            os._exit(1)
    publish_many(url, "parent", 3)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def register_of(seq, releases=1):
    """A register with some releases of one key."""
    return Register(seq, {SEX: timeline_of(SEX, map(entry_of, range(1, releases + 1)))})


def swap_for_ever(root, at_work):
    """Swap one register after the other, until killed."""
    pointer = FilePointer(Path(root))
    while True:
        seq = pointer.current().seq + 1
        pointer.swap(register_of(seq, releases=seq % 50))
        Path(at_work).touch()


def swap_up_to(root, last):
    """Swap registers up to a number, going on from where others got to."""
    pointer = FilePointer(Path(root))
    while (seq := pointer.current().seq) < last:
        with contextlib.suppress(StaleRegister):
            pointer.swap(register_of(seq + 1))


def put_for_ever(root, at_work):
    """Put one file again and again, each time of another letter, until killed."""
    shelf = FileShelf(Path(root))
    while True:
        for letter in (b"a", b"b", b"c"):
            shelf.put("a/b", (letter * 1000 for _ in range(2000)))
            Path(at_work).touch()


def migrate_at(url, start):
    """Migrate at a time agreed on."""
    time.sleep(max(0.0, start - time.time()))
    migrate(url)
