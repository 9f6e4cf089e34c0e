"""Bytes into records: JSON and NDJSON, read with suspicion."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

import msgspec

from catalog.core.errors import BadRequest
from catalog.core.record_finding import RecordFinding
from catalog.formats import messages

DEEPEST = 100
"""How deep objects and lists may be nested in a record."""

JSON_TYPES = frozenset({"application/json", "text/json", ""})
NDJSON_TYPES = frozenset(
    {"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"}
)

Numbered: TypeAlias = tuple[int, object]
"""A record's number, from 1, and the record; or the finding that stands in its place."""

MARKS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)
BOM = b"\xef\xbb\xbf"

BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError)
"""What a decoder says to bytes that are no JSON."""

DECODER = msgspec.json.Decoder()
ARRAY = msgspec.json.Decoder(list[msgspec.Raw])


def records_of(data: bytes, media_type: str = "application/json") -> Iterator[Numbered]:
    """
    The records in a body: of one object, of an array, or of NDJSON lines.

    A record that cannot be read is a finding in its place, named `malformed`.
    Raises: BadRequest, when the media type is no JSON, or the whole is broken (says where).
    """
    kind = media_type.split(";", 1)[0].strip().lower()
    if kind in NDJSON_TYPES:
        return records_of_lines(data.removeprefix(BOM).split(b"\n"))
    if kind in JSON_TYPES or kind.endswith("+json"):
        return records_of_json(data.removeprefix(BOM))
    raise BadRequest(
        "content-type",
        f"{kind[:100]!r} is not read here; send JSON or NDJSON (application/x-ndjson)",
    )


def records_of_lines(lines: Iterable[bytes]) -> Iterator[Numbered]:
    """The records of NDJSON lines; blank lines count as nothing."""
    number = 0
    for line in lines:
        if line and not line.isspace():
            number += 1
            yield number, record_of(line, number)


def records_of_json(data: bytes) -> Iterator[Numbered]:
    """
    The records of one JSON document.

    Raises: BadRequest.
    """
    first = data.lstrip()[:1]
    if first == b"{":
        return iter([(1, whole_record(data))])
    if first == b"[":
        try:
            items = ARRAY.decode(data)
        except BROKEN as error:
            raise BadRequest("body", f"not JSON: {reason_of(error)}") from None
        return ((n, record_of(bytes(item), n)) for n, item in enumerate(items, 1))
    raise BadRequest("body", "not JSON: send an object, an array of objects, or NDJSON")


def whole_record(data: bytes) -> object:
    """
    The record that is all of the body.

    Raises: BadRequest, when it is no JSON.
    """
    try:
        DECODER.decode(data)
    except BROKEN as error:
        raise BadRequest("body", f"not JSON: {reason_of(error)}") from None
    if is_deep(data, DEEPEST):
        raise BadRequest("body", f"objects and lists are nested deeper than {DEEPEST}")
    return record_of(data, 1)


def record_of(data: bytes, number: int) -> object:
    """One record out of its bytes, or the finding that says why it cannot be read."""
    try:
        record = DECODER.decode(data)
    except BROKEN as error:
        return malformed(number, messages.malformed(reason_of(error)))
    if is_deep(data, DEEPEST):
        reason = f"objects and lists are nested deeper than {DEEPEST}"
        return malformed(number, messages.malformed(reason))
    # Every name has a colon: only where there are more colons can a name stand twice.
    if isinstance(record, dict) and data.count(b":") > len(record):
        twice = repeated_name(data)
        if twice is not None:
            return malformed(number, messages.repeated_name(messages.cut(twice)))
    return record


def malformed(number: int, said: dict[str, str]) -> RecordFinding:
    """The finding in place of a record that cannot be read."""
    return RecordFinding(record=number, rule="malformed", message=said)


def reason_of(error: Exception) -> str:
    """Why bytes are no JSON, in one short line; with the place, when the decoder tells it."""
    if isinstance(error, RecursionError):
        return "nested too deep"
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    said = str(error).removeprefix("JSON is malformed: ").replace(" - at `$[...]`", "")
    return messages.cut(said)


def is_deep(data: bytes, deepest: int) -> bool:
    """Whether the brackets of JSON are nested deeper than this; those in texts do not count."""
    if data.count(b"{") + data.count(b"[") <= deepest:
        return False
    depth = 0
    for mark in MARKS.finditer(data):
        match mark[0]:
            case b"{" | b"[":
                depth += 1
                if depth > deepest:
                    return True
            case b"}" | b"]":
                depth -= 1
    return False


class RepeatedName(Exception):
    """A name stands twice; only to leave the decoder early."""


def repeated_name(data: bytes) -> str | None:
    """The first name that stands twice in one object; JSON readers disagree on what it means."""
    try:
        json.loads(data, object_pairs_hook=once)
    except RepeatedName as error:
        return str(error)
    return None


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names stand once."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise RepeatedName(name)
        found[name] = value
    return found
