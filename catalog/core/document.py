"""
Body <-> canonical bytes, and the two digests; the one place that decides what "the same" means.

Canonical bytes are RFC 8785 (JSON Canonicalization Scheme). Bodies hold no binary fractions and
no whole numbers beyond 2^53, so msgspec's sorted encoding is canonical once names are sorted by
UTF-16 units, which for names inside the Basic Multilingual Plane is the order of code points;
other names are refused.
Source: RFC 8785, https://www.rfc-editor.org/rfc/rfc8785
"""

import hashlib
from typing import Any

import msgspec

from catalog.core.errors import BadDocument
from catalog.core.model import Body, key_of, members_of
from catalog.core.text import fold, tidy

LARGEST = 2**53 - 1
"""The largest whole number that every JSON reader keeps exact."""

ENCODER = msgspec.json.Encoder(order="sorted")
DECODER: msgspec.json.Decoder[Body] = msgspec.json.Decoder(Body)

EDITORIAL_HEADER = frozenset(
    {"description", "keywords", "source", "completeness", "confidence", "confidence_note", "note"}
)
"""Header fields that explain but do not decide."""

EDITORIAL_MEMBER = frozenset({"definition", "note", "source", "confidence", "message"})
"""Member fields that explain but do not decide."""

WORDS = frozenset({"title", "display", "label", "synonyms"})
"""Fields whose typography does not matter to their meaning."""


def canonical(document: object) -> bytes:
    """
    Canonical bytes of a body, or of any value made of text, whole numbers, truth and lists.

    Raises: BadDocument, for fractions, numbers past 2^53 and names outside the BMP.
    """
    value = msgspec.to_builtins(document) if isinstance(document, msgspec.Struct) else document
    check(value)
    return ENCODER.encode(value)


def check(value: Any) -> None:  # noqa: ANN401 - any JSON value
    """Refuse what would not be canonical."""
    if isinstance(value, str | bool) or value is None:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            if name and not name.isascii() and max(name) > "\ud7ff":
                raise BadDocument(f"the name {name!r} has a letter outside the BMP")
            check(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            check(inner)
    elif not isinstance(value, int) or not -LARGEST <= value <= LARGEST:
        raise BadDocument(f"{value!r} is not text, truth or a whole number below 2^53")


def encode(body: Body) -> bytes:
    """Canonical bytes of a body."""
    return canonical(body)


def decode(data: bytes) -> Body:
    """
    The body that canonical (or any) JSON bytes say.

    Raises: BadDocument, with the path of what does not fit.
    """
    try:
        return DECODER.decode(data)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise BadDocument(str(error)) from None


def digest_of(data: bytes) -> str:
    """SHA-256 of bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def meaning_digest(body: Body) -> str:
    """
    SHA-256 of what the body means: typography, explanations and order left out.

    Two bodies with the same meaning digest validate, map and expand alike.
    """
    document = msgspec.to_builtins(body)
    document.pop("members", None)
    header = {
        name: plain(value) if name in WORDS else value
        for name, value in document.items()
        if name not in EDITORIAL_HEADER
    }
    members = {key_of(member): meaning(member) for member in members_of(body)}
    return digest_of(canonical([header, *(members[key] for key in sorted(members))]))


def meaning(member: msgspec.Struct) -> dict[str, Any]:
    """What a member decides, its words folded."""
    return {
        name: plain(value) if name in WORDS else value
        for name, value in msgspec.to_builtins(member).items()
        if name not in EDITORIAL_MEMBER
    }


def plain(words: dict[str, Any]) -> dict[str, Any]:
    """Words as a reader takes them: quotes, dashes, spaces and case do not count, marks do."""
    return {
        language: [plain_word(word) for word in value]
        if isinstance(value, list | tuple)
        else plain_word(value)
        for language, value in words.items()
    }


def plain_word(word: str) -> str:
    """Letters, marks and digits of a word, in small case."""
    spaced = "".join(c if c.isalnum() else " " for c in tidy(word).casefold())
    return " ".join(spaced.split()) or fold(word)
