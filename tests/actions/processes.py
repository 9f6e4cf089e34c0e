"""What other processes do: publish numbered releases of a list, deliver them, and are killed."""

import random
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from catalog.actions.delivery import deliver
from catalog.actions.parts import utc_now
from catalog.actions.publishing import publish
from catalog.core.errors import AlreadyReleased, BadTime, Unchanged
from catalog.core.model import CodeList, Concept
from catalog.core.names import Key
from catalog.core.planning import Publication
from tests.registry import TODAY, parts_in

NUMBERED = Key.parse("code-list/byt/numbered")
OTHERS = Key.parse("code-list/byt/others")
WON, LOST = 0, 3


def numbered_list(number, members=30):
    """A list in which every name says the number of its release."""
    return CodeList(
        title={"vi": f"Danh mục {number}"},
        members=tuple(
            Concept(code=f"C{code}", display={"vi": f"Bản {number}"}) for code in range(members)
        ),
    )


def numbered_release(number, key=NUMBERED, members=30):
    """The publication of a numbered list; each starts a day after the one before."""
    return Publication(
        key=key,
        body=numbered_list(number, members),
        version=f"v{number}",
        start=date(2020, 1, 1) + timedelta(days=number),
        reason="thử",
        author="lan",
        approver="minh",
    )


def numbered_parts(folder, url=""):
    """Real parts with the clock on the wall, as processes beside each other have it."""
    return replace(parts_in(Path(folder), url), clock=utc_now)


def next_number(parts, key=NUMBERED):
    """The number that the next release of a key takes."""
    with parts.store.read() as unit:
        return len(unit.timeline(key).entries) + 1


def publish_at(folder, url, moment, number):
    """Try to be the first with a release of a number, at a time agreed on."""
    parts = numbered_parts(folder, url)
    with parts.store.read():  # connected before the start
        time.sleep(max(0.0, moment - time.time()))
    try:
        publish(parts.store, parts.clock, numbered_release(number))
    except (AlreadyReleased, BadTime, Unchanged):
        return LOST
    return WON


def publish_and_deliver(folder, url, slug, count):
    """Publish releases of a key of one's own, each delivered at once."""
    parts = numbered_parts(folder, url)
    key = Key.parse(f"code-list/byt/{slug}")
    for number in range(1, count + 1):
        publish(parts.store, parts.clock, numbered_release(number, key))
        deliver(parts.workshop, TODAY)


def publish_for_ever(folder, url, seed, at_work):
    """Publish and deliver one release after the other, of many sizes, until killed."""
    parts = numbered_parts(folder, url)
    dice = random.Random(seed)  # noqa: S311 - no secret
    while True:
        number = next_number(parts)
        members = dice.choice((2, 30, 300))
        publish(parts.store, parts.clock, numbered_release(number, members=members))
        Path(at_work).touch()
        deliver(parts.workshop, TODAY)
