"""
Body <-> canonical bytes, and the two digests; the one place that decides what "the same" means.

Canonical bytes are RFC 8785 (JSON Canonicalization Scheme). Bodies hold no binary fractions and
no whole numbers beyond 2^53, so msgspec's sorted encoding is canonical as long as names sort by
code points as they do by UTF-16 units. That holds inside the Basic Multilingual Plane; other names
are refused.
Source: RFC 8785, https://www.rfc-editor.org/rfc/rfc8785
"""

import hashlib
import re
from functools import cache
from operator import is_not
from reprlib import repr as shortest
from typing import Any, TypeVar, get_args

import msgspec
from msgspec import Struct

from catalog.core.errors import BadDocument
from catalog.core.model import Body, key_of, members_of
from catalog.core.text import nfc, tidy

LARGEST = 2**53 - 1
"""The largest whole number that every JSON reader keeps exact."""

ENCODER = msgspec.json.Encoder(order="sorted")
DECODER: msgspec.json.Decoder[Body] = msgspec.json.Decoder(Body)

EDITORIAL = frozenset(
    {
        "description",
        "keywords",
        "source",
        "completeness",
        "confidence",
        "confidence_note",
        "note",
        "message",
    }
)
"""Fields, of headers and of members, that explain but do not decide."""

EDITORIAL_MEMBER = EDITORIAL | {"definition"}
"""A member is defined by its list or layout; a data element is what its definition says."""

WORDS = frozenset({"title", "display", "label", "synonyms"})
"""Fields whose typography does not matter to their meaning."""

# A number that JSON readers differ on, or nothing at all (NaN is written as null), can only stand
# right behind one of these signs. Text may look the same: then the long way round decides.
SUSPICIOUS = re.compile(rb"[:\[,](?:null|-?(?:[0-9]{16}|[0-9]+[.eE]))|[\xf0-\xf4]")
SEPARATORS = re.compile(r"[^\w+<>=≥≤±%°−]+|_+")
MINUS = re.compile(r"(?<=[\w(])[-−–‑](?=[)\s,;.]|$)")

Part = TypeVar("Part", bound=Struct)


def canonical(document: object) -> bytes:
    """
    Canonical bytes of a body, or of any value made of text, whole numbers, truth and lists.

    What equals its default is left out, however it came to be, so that reading the bytes and
    writing them again gives the same bytes.
    Raises: BadDocument, for fractions, numbers past 2^53, names outside the BMP and half letters.
    """
    if not isinstance(document, Struct):
        check(document)
        return encoded(document)
    part = settled(document)
    data = encoded(part)
    if SUSPICIOUS.search(data):
        check(msgspec.to_builtins(part))
    return data


def encoded(value: object) -> bytes:
    """JSON with sorted names; what is no text, truth, number or list is refused by name."""
    try:
        return ENCODER.encode(value)
    except UnicodeEncodeError as error:
        raise BadDocument(f"half of a letter (a lone surrogate) stands in it: {error}") from None
    except (TypeError, OverflowError, RecursionError, msgspec.MsgspecError) as error:
        raise BadDocument(str(error)) from None


def check(value: Any) -> None:  # noqa: ANN401 - any JSON value
    """Refuse what would not be canonical."""
    if isinstance(value, str | bool) or value is None:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            if not isinstance(name, str) or (not name.isascii() and max(name) > "\uffff"):
                raise BadDocument(f"the name {name!r} has a letter outside the BMP")
            check(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            check(inner)
    elif not isinstance(value, int) or not -LARGEST <= value <= LARGEST:
        raise BadDocument(f"{shortest(value)} is not text, truth or a whole number below 2^53")


@cache
def shape_of(kind: type[Struct]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Of a type of part: fields with a text for default, with it, and fields that hold parts."""
    fields = msgspec.structs.fields(kind)
    texts = tuple(
        (field.name, field.default)
        for field in fields
        if isinstance(field.default, str) and field.default
    )
    return texts, tuple(field.name for field in fields if holds_parts(field.type))


def holds_parts(annotation: object) -> bool:
    """Whether values of this annotation can be, or hold, parts that need settling."""
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        return any(shape_of(annotation))
    return any(holds_parts(inner) for inner in get_args(annotation))


def settled(part: Part) -> Part:
    """
    The same part, with texts that equal their default made the default itself.

    The encoder leaves out a default by identity, not by equality; a text that came out of a file
    is equal but another.
    """
    texts, nested = shape_of(type(part))
    changed: dict[str, object] = {}
    for name, default in texts:
        value = getattr(part, name)
        if value == default and value is not default:
            changed[name] = default
    for name in nested:
        value = getattr(part, name)
        if isinstance(value, tuple):
            inner = tuple(map(settled, value))
            if any(map(is_not, value, inner)):
                changed[name] = inner
        elif isinstance(value, Struct):
            whole = settled(value)
            if whole is not value:
                changed[name] = whole
    return msgspec.structs.replace(part, **changed) if changed else part


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
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadDocument(str(error)) from None


def digest_of(data: bytes) -> str:
    """SHA-256 of bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def meaning_digest(body: Body) -> str:
    """
    SHA-256 of what the body means: typography, explanations and order left out.

    Two bodies with the same meaning digest validate, map and expand alike.
    """
    document = msgspec.to_builtins(settled(body))
    members = [meaning(member, EDITORIAL_MEMBER) for member in document.pop("members", ())]
    keys = [key_of(member) for member in members_of(body)]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    decided = [meaning(document, EDITORIAL), *(members[index] for index in order)]
    data = encoded(decided)
    if SUSPICIOUS.search(data):
        check(decided)
    return digest_of(data)


def meaning(document: dict[str, Any], editorial: frozenset[str]) -> dict[str, Any]:
    """What a header or member decides, its words made plain."""
    decided: dict[str, Any] = {}
    for name, value in document.items():
        if name in editorial:
            continue
        if name in WORDS and isinstance(value, dict):
            decided[name] = plain(value)
        elif isinstance(value, list | tuple) and value and isinstance(value[0], dict):
            decided[name] = [meaning(inner, EDITORIAL_MEMBER) for inner in value]
        else:
            decided[name] = value
    return decided


def plain(words: dict[str, Any]) -> dict[str, Any]:
    """Words as a reader takes them: quotes, dashes, spaces and case do not count, marks do."""
    return {
        language: [plain_word(word) for word in value]
        if isinstance(value, list | tuple)
        else plain_word(value)
        for language, value in words.items()
    }


def plain_word(word: str) -> str:
    """
    Letters, marks, digits and signs of a word, in small case.

    Signs that decide stay: < 5 is not > 5, and A- is not A+.

    >>> plain_word("Nhóm  máu A-") == plain_word("nhóm máu A−") != plain_word("nhóm máu A+")
    True
    """
    small = nfc(nfc(word).casefold())
    if not small.replace(" ", "").isalnum():
        small = SEPARATORS.sub(" ", MINUS.sub("−", small))
    return " ".join(small.split()) or tidy(word)
