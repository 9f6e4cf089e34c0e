"""What is compared for compatibility: releases and candidates, each as a schema with its lists."""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from catalog.core.compatibility import (
    accepted,
)
from catalog.core.errors import BadDocument, BadKey, BadRequest, NotFound
from catalog.core.impact import WIDER
from catalog.core.library import Library
from catalog.core.model import CodeList, Field, Schema
from catalog.core.names import Key, Kind
from catalog.core.release import Entry
from catalog.core.terminology import Lexicon
from catalog.formats.json_schema import (
    FORMATS,
    fields_of,
    is_number,
    is_text,
    rules_of,
    structure,
    whole,
)
from catalog.formats.schema_compatibility import (
    Candidate,
    candidate_of,
)

MOST_ENUMERATED = 20_000
"""How many codes of a list are written into a schema to be compared."""

LENGTHS = {"yyyymmdd": 8, "yyyymmddHHMM": 12, "yyyymmdd|yyyymmddHHMM": 12, "birth": 12}
"""How long the text of a format can be."""


@dataclass(frozen=True)
class Side:
    """
    One of two that are compared.

    Attributes:
        name: by which findings call it: a version, or the candidate.
        schema: what its records must keep; lists of one value are enumerated in it.
        strong: the same with what it implies said too, for when it is the narrower one; saying
            more on the wider side would only be more to prove.
        lexicons: the list of each field that takes codes, by the field's name.
        several: the sign between the codes of fields that take several.
        rules: what the engine checks beyond the schema, by id: the field (or nothing) and what.
        plain: whether it is a bare JSON Schema, which knows no such rules.
    """

    name: str
    schema: Candidate
    strong: Candidate
    lexicons: dict[str, Lexicon] = field(default_factory=dict)
    several: dict[str, str] = field(default_factory=dict)
    rules: dict[str, tuple[str, str]] = field(default_factory=dict)
    plain: bool = False


# -- sides ------------------------------------------------------------------------------------


def side_of(library: Library, entry: Entry) -> Side:
    """
    A release as a side; its lists are those that it was locked to.

    Raises: BadRequest, for kinds that no data are checked by.
    """
    body = library.body(entry)
    match body:
        case Schema():
            return schema_side(library, entry.version, body, entry)
        case CodeList():
            return list_side(library, entry)
        case _:
            raise BadRequest("key", f"{entry.key} is no schema and no code list")


def list_side(library: Library, entry: Entry) -> Side:
    """A release of a code list: its data are single codes."""
    lexicon = library.lexicon(entry)
    document = {"type": "string", "enum": list(accepted(lexicon))}
    made = Candidate(document)
    return Side(entry.version, made, made, {"": lexicon})


def schema_side(library: Library, name: str, body: Schema, entry: Entry | None) -> Side:
    """A layout as a side; without an entry, lists are those released last."""
    document = structure(body)
    lexicons: dict[str, Lexicon] = {}
    several: dict[str, str] = {}
    for described in fields_of(body):
        part = document["properties"][described.name]
        binding = described.binding
        if binding is None or binding.strength != "required":
            continue
        lexicon = lexicon_of(library, binding.list, binding.version, entry)
        if lexicon is None:
            continue
        lexicons[described.name] = lexicon
        if described.separator:
            several[described.name] = described.separator
        else:
            add_codes(part, described, lexicon)
    parts = {f.name: implied(document["properties"][f.name], f) for f in fields_of(body)}
    strong = Candidate({**document, "properties": parts})
    return Side(name, Candidate(document), strong, lexicons, several, beyond(body))


def beyond(body: Schema) -> dict[str, tuple[str, str]]:
    """What the engine checks beyond the schema: rules, days of the calendar, checks of codes."""
    rules = {
        f"rule:{rule.id}": ("", f"{rule.when} => {rule.must}")
        for rule in rules_of(body)
        if rule.severity == "error"
    }
    for described in fields_of(body):
        name = described.name
        if described.format:
            rules[f"calendar:{name}"] = (name, "calendar")
        if described.binding is not None and described.binding.checks:
            said = " ".join(sorted(described.binding.checks))
            rules[f"checks:{name}"] = (name, f"{described.binding.list} {said}")
    return rules


def implied(part: dict[str, Any], described: Field) -> dict[str, Any]:
    """A field with what its format implies, so that a wider one is seen to be wider."""
    if not described.format or not is_text(described):
        return part
    wider = sorted(WIDER.get(described.format, ()))
    said = [*part.get("allOf", ()), *({"pattern": whole(described, FORMATS[w])} for w in wider)]
    length = LENGTHS.get(described.format)
    if length and not described.separator:
        part = {**part, "maxLength": min(length, part.get("maxLength", length))}
    return {**part, "allOf": said} if said else part


def add_codes(part: dict[str, Any], described: Field, lexicon: Lexicon) -> None:
    """Enumerate the codes that a field takes."""
    codes = list(accepted(lexicon))
    values: list[Any] = codes
    if described.type == "integer":
        values = [int(code) for code in codes if is_number(code)]
    elif described.type != "string":
        return
    if len(values) <= MOST_ENUMERATED:
        part["enum"] = values if described.required == "yes" else [*values, "", None]


def lexicon_of(library: Library, key: str, version: str, entry: Entry | None) -> Lexicon | None:
    """The list that a field is bound to; None when it is not here."""
    try:
        timeline = library.timeline(Key.parse(key))
    except NotFound:
        return None
    wanted = version
    if entry is not None and not wanted:
        wanted = next((lock.version for lock in entry.lock if lock.key == key), "")
    try:
        return library.lexicon(timeline.named(wanted) if wanted else timeline.standing_ones()[-1])
    except (NotFound, IndexError):
        return None


def candidate_side(library: Library, document: object) -> Side:
    """
    A candidate as a side: a body of ours, or a JSON Schema.

    Raises: BadRequest, BadDocument.
    """
    if isinstance(document, dict) and document.get("kind") == Kind.SCHEMA.value:
        try:
            body = msgspec.convert(document, Schema)
        except msgspec.ValidationError as error:
            raise BadDocument(str(error)) from None
        return schema_side(library, "candidate", body, None)
    made = candidate_of(document)
    side = Side("candidate", made, made, plain=True)
    return published(library, side)


def published(library: Library, side: Side) -> Side:
    """A candidate whose fields name our lists, as our published schemas do, with their codes."""
    document = side.schema.document
    parts = document.get("properties") if isinstance(document, dict) else None
    if not isinstance(parts, dict):
        return side
    listed: dict[str, Any] = {}
    for name, part in parts.items():
        said = part.get("codeList") if isinstance(part, dict) else None
        if not isinstance(said, dict) or said.get("strength", "required") != "required":
            continue
        lexicon = named_list(library, said)
        if lexicon is None:
            continue
        side.lexicons[name] = lexicon
        if said.get("separator"):
            side.several[name] = str(said["separator"])
        else:
            listed[name] = with_codes(part, lexicon)
    return replaced(side, {**document, "properties": {**parts, **listed}})


def named_list(library: Library, said: dict[str, Any]) -> Lexicon | None:
    """The list that a keyword `codeList` names; None when it names none that is here."""
    try:
        return lexicon_of(library, str(said.get("key", "")), str(said.get("version", "")), None)
    except BadKey:
        return None


def replaced(side: Side, document: dict[str, Any]) -> Side:
    """The side with another schema."""
    made = Candidate(document)
    return Side(side.name, made, made, side.lexicons, side.several, side.rules, plain=side.plain)


def with_codes(part: dict[str, Any], lexicon: Lexicon) -> dict[str, Any]:
    """
    A field that names a list, taking what the list takes.

    An enumeration stays as it is, with the other writings of its codes, which the engine takes
    too; without one every code of the list is enumerated.
    """
    kinds = part.get("type", "string")
    numeric = "integer" in ([kinds] if isinstance(kinds, str) else kinds)
    if "enum" in part:
        listed = list(part["enum"])
        texts = {value for value in listed if isinstance(value, str)}
        found = (c for c in lexicon.concepts() if c.code in texts)
        return {**part, "enum": listed + [alias for c in found for alias in c.aliases]}
    codes: list[Any] = list(accepted(lexicon))
    if numeric:
        codes = [int(code) for code in codes if is_number(code)]
    if not codes or len(codes) > MOST_ENUMERATED:
        return part
    return {**part, "enum": [*codes, "", None] if "null" in kinds else codes}
