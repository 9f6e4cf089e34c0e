"""
Our own document of a release: the facts of its entry, and the body's canonical bytes as they are.

The body stands last and is embedded byte for byte, so whoever has the document can check the
digest without our software: SHA-256 over the value of "body". People's names (author, approver)
stay in the register.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Literal

import msgspec
from msgspec import Struct

from catalog.core.document import canonical, decode, digest_of
from catalog.core.errors import BadDocument, BadFile, BadKey
from catalog.core.model import Body, kind_of
from catalog.core.names import Key, Kind
from catalog.core.release import Entry, Impact, Lock, Release
from catalog.formats.format import Format, Setting

CHUNK = 256 * 1024
"""Bytes written at once."""


class Facts(Struct, frozen=True, kw_only=True):
    """
    What the document says of the release; the fields are those of the entry.

    Attributes:
        end: the end that was declared with the release, if one was.
        meaning: SHA-256 of what the body means, typography and explanations left out.
    """

    key: str
    version: str
    number: int
    what: Literal["release", "correction"]
    start: date
    end: date | None
    transition_until: date | None
    issued_at: datetime
    digest: str
    meaning: str
    impact: Impact
    corrects: str
    documents: tuple[str, ...]
    reason: str
    lock: tuple[Lock, ...]
    members: int


class Document(Facts, frozen=True, kw_only=True):
    """The document as it is read: the facts, and the body not yet looked at."""

    body: msgspec.Raw


DECODER = msgspec.json.Decoder(Document)


def facts_of(entry: Entry) -> Facts:
    """What is told of an entry."""
    return Facts(**{name: getattr(entry, name) for name in Facts.__struct_fields__})


def write(release: Release, setting: Setting) -> Iterator[bytes]:
    """The document of a release, in chunks."""
    yield msgspec.json.encode(facts_of(release.entry))[:-1] + b',"body":'
    body = memoryview(setting.library.document(release.entry))
    for start in range(0, len(body), CHUNK):
        yield bytes(body[start : start + CHUNK])
    yield b"}\n"


def read(data: bytes, *, name: str = "release.json") -> tuple[Facts, Body]:
    """
    The facts and the body that a document says; written otherwise (indented, say) it is read too.

    Raises: BadFile, when it is no such document, its body is no body of the key's kind, or its
        body does not have the digest that it names.
    """
    try:
        document = DECODER.decode(data)
        body = decode(bytes(document.body))
        kind = Key.parse(document.key).kind
        digest = digest_of(bytes(document.body))
        if digest != document.digest:
            digest = digest_of(canonical(msgspec.json.decode(document.body)))
    except (msgspec.MsgspecError, BadDocument, BadKey, UnicodeError, RecursionError) as error:
        raise BadFile(name, str(error)) from None
    if digest != document.digest:
        raise BadFile(name, f"the body has the digest {digest}, not {document.digest}")
    if kind != kind_of(body):
        raise BadFile(name, f"the body is a {kind_of(body)}, the key says {kind}")
    facts = {field: getattr(document, field) for field in Facts.__struct_fields__}
    return Facts(**facts), body


FORMAT = Format(
    name="json",
    suffix=".json",
    media_type="application/json",
    kinds=frozenset(Kind),
    write=write,
)
