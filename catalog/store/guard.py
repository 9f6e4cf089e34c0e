"""What every store refuses, whatever it keeps its rows in."""

from datetime import datetime
from typing import Any

import msgspec

from catalog.core.document import digest_of
from catalog.core.draft import Draft, decode_draft, encode_draft
from catalog.core.errors import AlreadyReleased, BadDocument, BadTime
from catalog.core.release import Entry, Timeline


def grown(timeline: Timeline, entry: Entry) -> Timeline:
    """
    The timeline with an entry behind the others.

    Raises: AlreadyReleased, when it has that number or version already; BadTime, when the entry
    leaves a number out, is issued before its predecessor or carries a time without a zone.
    """
    aware(entry.issued_at)
    for other in timeline.entries:
        if other.number == entry.number or is_same_label(other, entry):
            raise AlreadyReleased(entry.key, entry.version)
    return timeline.with_(entry)


def is_same_label(other: Entry, entry: Entry) -> bool:
    """Whether two entries would answer to the same version; withdrawals answer to none."""
    return other.version == entry.version and "withdrawal" not in {other.what, entry.what}


def proved(entry: Entry, body: bytes) -> bytes:
    """
    The body, once it is shown to be the one that the entry names.

    Raises: BadDocument.
    """
    digest = digest_of(body)
    if digest != entry.digest:
        name = f"{entry.key} {entry.version}"
        raise BadDocument(f"{name} names the digest {entry.digest}, its body has {digest}")
    return body


def aware(instant: datetime) -> datetime:
    """
    An instant that says which zone it is in.

    Raises: BadTime.
    """
    if instant.utcoffset() is None:
        raise BadTime(f"{instant.isoformat()} does not say its zone")
    return instant


def text_of(document: msgspec.Struct) -> str:
    """
    JSON of an entry or event.

    Raises: BadDocument, when a text in it is not Unicode.
    """
    try:
        return msgspec.json.encode(document).decode()
    except UnicodeEncodeError as error:
        raise BadDocument(f"a text is not Unicode: {error.reason}") from None


def text_of_draft(draft: Draft) -> str:
    """
    JSON of a draft, shown to be readable again: one that is not would be stuck in the store.

    Raises: BadDocument, among others for a member of another kind.
    """
    data = encode_draft(draft)
    decode_draft(data)
    return data.decode()


def read_only(*_: Any) -> None:  # noqa: ANN401
    """Say that a unit for reading was asked to write: a fault of the caller's program."""
    raise RuntimeError("this unit only reads; open it with begin() to write")
