"""What a request asks for: days, instants, numbers and cursors, read once at the edge."""

import base64
import binascii
import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from catalog.actions.parts import VIETNAM
from catalog.core.errors import BadRequest
from catalog.core.names import Key, Kind
from catalog.core.release import END_OF_TIME

LIMIT = 50
LARGEST_LIMIT = 1000
FARTHEST = 2**31
"""No list of ours is longer."""

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
POSITION = re.compile(r"at:([0-9]{1,10})")


@lru_cache(maxsize=4096)
def day_of(text: str) -> date:
    """
    A legal day written as 2024-07-01.

    Raises: BadRequest.
    """
    try:
        return date.fromisoformat(text if DAY.fullmatch(text) else "")
    except ValueError:
        raise BadRequest("on", f"{text[:40]!r} is not a day like 2024-07-01") from None


@lru_cache(maxsize=1024)
def instant_of(text: str) -> datetime:
    """
    An instant written as RFC 3339, or a day (then: its end in Vietnam).

    Raises: BadRequest.
    """
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise BadRequest(
            "known", f"{text[:40]!r} is not an instant like 2024-07-01T08:00:00Z"
        ) from None
    if DAY.fullmatch(text):
        moment = moment.replace(tzinfo=VIETNAM) + timedelta(days=1, microseconds=-1)
    elif moment.tzinfo is None:
        raise BadRequest("known", "say the zone too, as in 2024-07-01T08:00:00Z or +07:00")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise BadRequest("known", f"{text!r} is beyond what calendars reach") from None


def known_of(text: str | None) -> datetime:
    """The instant asked for; everything known counts when none is."""
    return END_OF_TIME if text is None else instant_of(text)


@lru_cache(maxsize=65536)
def key_of_parts(kind: str, ns: str, slug: str) -> Key:
    """
    The key of three parts of an address.

    Raises: BadKey.
    """
    return Key.parse(f"{kind}/{ns}/{slug}")


def list_key(ns: str, slug: str) -> Key:
    """The key of a code list."""
    return key_of_parts(Kind.CODE_LIST, ns, slug)


def limit_of(limit: int | None) -> int:
    """
    How many are wanted: 50 when not said, 1,000 at the most.

    Raises: BadRequest.
    """
    if limit is None:
        return LIMIT
    if not 1 <= limit <= LARGEST_LIMIT:
        raise BadRequest("limit", f"must be from 1 to {LARGEST_LIMIT}")
    return limit


def position_of(cursor: str | None) -> int:
    """
    Where an opaque cursor stands.

    Raises: BadRequest.
    """
    if not cursor:
        return 0
    try:
        text = base64.urlsafe_b64decode(cursor.encode() + b"==").decode()
    except (ValueError, binascii.Error, UnicodeError):
        text = ""
    found = POSITION.fullmatch(text)
    if found is None or int(found[1]) > FARTHEST:
        raise BadRequest("cursor", "use the value of `next` of the page before")
    return int(found[1])


def cursor_of(position: int | None) -> str | None:
    """The opaque cursor of a position; None on the last page."""
    if position is None:
        return None
    return base64.urlsafe_b64encode(f"at:{position}".encode()).decode().rstrip("=")


def kind_of_text(text: str) -> Kind:
    """
    A kind by its name.

    Raises: BadRequest.
    """
    try:
        return Kind(text)
    except ValueError:
        kinds = ", ".join(Kind)
        raise BadRequest("kind", f"{text[:40]!r} is none of {kinds}") from None
