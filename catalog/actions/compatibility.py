"""Compatibility of releases of a layout or a list, and of candidates for the next one."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec.structs import replace

from catalog.core.compatibility import (
    Break,
    Compatibility,
    Direction,
    Mode,
    Verdict,
    accepted,
    code_breaks,
    directions_of,
    is_transitive,
    worst,
)
from catalog.core.errors import BadDocument, BadKey, BadRequest, NotFound
from catalog.core.impact import WIDER
from catalog.core.library import Library
from catalog.core.model import CodeList, Field, Schema, Text
from catalog.core.names import Key, Kind
from catalog.core.release import Entry, Timeline
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
    Gap,
    Search,
    candidate_of,
    gaps,
    placed,
)

MOST_ENUMERATED = 20_000
"""How many codes of a list are written into a schema to be compared."""

MOST_CODES = 200
"""How many codes of one list are told one by one."""

LENGTHS = {"yyyymmdd": 8, "yyyymmddHHMM": 12, "yyyymmdd|yyyymmddHHMM": 12, "birth": 12}
"""How long the text of a format can be."""

WHY: dict[str, Text] = {
    "required": {
        "vi": "Trường bắt buộc ở {wide}, nhưng có thể vắng mặt ở {narrow}.",
        "en": "The field must be there in {wide}, but may be absent in {narrow}.",
    },
    "unknown-field": {
        "vi": "Trường có ở {narrow}, nhưng {wide} không nhận.",
        "en": "The field is one of {narrow}, but {wide} does not take it.",
    },
    "closed": {
        "vi": "{narrow} nhận trường lạ, {wide} thì không.",
        "en": "{narrow} takes unknown fields, {wide} does not.",
    },
    "additional": {
        "vi": "{narrow} nhận trường lạ với giá trị mà {wide} không nhận.",
        "en": "{narrow} takes values of unknown fields that {wide} does not take.",
    },
    "narrower": {
        "vi": "Có giá trị hợp lệ theo {narrow} nhưng không hợp lệ theo {wide}.",
        "en": "There are values that are valid under {narrow} but not under {wide}.",
    },
}
UNDECIDED: Text = {
    "vi": " Chưa chứng minh được, cũng chưa tìm thấy ví dụ.",
    "en": " This is neither proven nor shown by an example.",
}


@dataclass(frozen=True)
class Side:
    """
    One of two that are compared.

    Attributes:
        name: by which findings call it: a version, or the candidate.
        schema: what its records must keep; lists of one value are enumerated in it.
        lexicons: the list of each field that takes codes, by the field's name.
        several: the sign between the codes of fields that take several.
        rules: what the engine checks beyond the schema, by id: the field (or nothing) and what.
        plain: whether it is a bare JSON Schema, which knows no such rules.
    """

    name: str
    schema: Candidate
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
    return Side(entry.version, Candidate(document), {"": lexicon})


def schema_side(library: Library, name: str, body: Schema, entry: Entry | None) -> Side:
    """A layout as a side; without an entry, lists are those released last."""
    document = structure(body)
    lexicons: dict[str, Lexicon] = {}
    several: dict[str, str] = {}
    for described in fields_of(body):
        part = document["properties"][described.name]
        add_implied(part, described)
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
    return Side(name, Candidate(document), lexicons, several, beyond(body))


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


def add_implied(part: dict[str, Any], described: Field) -> None:
    """Say what a format implies, so that a wider one is seen to be wider; nothing else changes."""
    if not described.format or not is_text(described):
        return
    wider = [
        {"pattern": whole(described, FORMATS[w])} for w in sorted(WIDER.get(described.format, ()))
    ]
    if wider:
        part["allOf"] = [*part.get("allOf", ()), *wider]
    length = LENGTHS.get(described.format)
    if length and not described.separator:
        part["maxLength"] = min(length, part.get("maxLength", length))


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
    side = Side("candidate", made, plain=True)
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
    return Side(
        side.name, Candidate(document), side.lexicons, side.several, side.rules, plain=side.plain
    )


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


# -- comparing --------------------------------------------------------------------------------


def compared(narrow: Side, wide: Side, direction: Direction, version: str) -> Iterator[Break]:
    """What stands against data of one side being valid on the other."""
    yield from told_gaps(narrow, wide, direction, version)
    yield from told_codes(narrow, wide, direction, version)
    yield from told_rules(narrow, wide, direction, version)


def told_gaps(narrow: Side, wide: Side, direction: Direction, version: str) -> Iterator[Break]:
    """Gaps between the schemas as findings."""
    for gap in gaps(narrow.schema, wide.schema):
        verdict: Verdict = "incompatible" if gap.shown else "unknown"
        yield Break(
            rule=gap.rule,
            verdict=verdict,
            direction=direction,
            version=version,
            path=pointer(gap),
            message=why(gap, narrow.name, wide.name),
            example=gap.example if gap.shown else None,
            has_example=gap.shown,
        )


def pointer(gap: Gap) -> str:
    """The JSON Pointer of a gap's place."""
    return "".join(f"/{str(n).replace('~', '~0').replace('/', '~1')}" for n in gap.path)


def why(gap: Gap, narrow: str, wide: str) -> Text:
    """Why a gap is one, in both languages."""
    names = {
        "vi": {"candidate": "bản dự kiến"},
        "en": {"candidate": "the candidate"},
    }
    said = {}
    for language, words in names.items():
        release = "bản {}" if language == "vi" else "release {}"
        text = WHY[gap.rule][language].format(
            narrow=words.get(narrow, release.format(narrow)),
            wide=words.get(wide, release.format(wide)),
        )
        text += "" if gap.shown else UNDECIDED[language]
        said[language] = text[:1].upper() + text[1:]
    return said


def told_codes(narrow: Side, wide: Side, direction: Direction, version: str) -> Iterator[Break]:
    """What became of the codes of each field that takes codes on both sides."""
    search = Search(narrow.schema, wide.schema)
    for name, lexicon in narrow.lexicons.items():
        other = wide.lexicons.get(name)
        if other is None:
            continue
        path = f"/{name}" if name else ""
        for count, found in enumerate(code_breaks(lexicon, other, direction, version, path)):
            if count >= MOST_CODES:
                break
            if not name or not found.has_example:
                yield found
                continue
            example = placed(search.good, (name,), coded(narrow, name, found.example))
            # Lists of several values stand outside the schema: there the code itself decides.
            shows = (
                search.breaks(example) or name in narrow.several or found.rule == "code-re-used"
            )
            shown = shows and narrow.schema.is_valid(example)
            yield replace(
                found,
                verdict=found.verdict if shown else "unknown",
                example=example if shown else None,
                has_example=shown,
            )
    yield from newly_bound(narrow, wide, direction, version, search)


def coded(side: Side, name: str, code: str) -> str | int:
    """A code as the field writes it: a number where the schema has one."""
    part = search_part(side, name)
    kinds = part.get("type", ()) if isinstance(part, dict) else ()
    numeric = "integer" in ([kinds] if isinstance(kinds, str) else kinds)
    return int(code) if numeric and is_number(code) else code


def search_part(side: Side, name: str) -> Any:  # noqa: ANN401
    """The schema of a field."""
    document = side.schema.document
    if not isinstance(document, dict):
        return document
    found = document.get("properties", {})
    return found.get(name, document.get("additionalProperties", True))


def newly_bound(
    narrow: Side, wide: Side, direction: Direction, version: str, search: Search
) -> Iterator[Break]:
    """Fields of several values that must be codes on one side only."""
    for name, sign in wide.several.items():
        if narrow.several.get(name) == sign and name in narrow.lexicons:
            continue
        if search_part(narrow, name) is False:
            continue
        known = accepted(wide.lexicons[name])
        tried = (placed(search.good, (name,), text) for text in ("?", "A00", "1", "ZZZ99"))
        example = next(
            (e for e in tried if e[name] not in known and narrow.schema.is_valid(e)), None
        )
        yield Break(
            rule="code-not-in-list",
            verdict="incompatible" if example is not None else "unknown",
            direction=direction,
            version=version,
            path=f"/{name}",
            message={
                "vi": f"Từng giá trị phải thuộc danh mục ở {wide.name}, khác {narrow.name}.",
                "en": f"Each value must be of the list in {wide.name}, unlike in {narrow.name}.",
            },
            example=example,
            has_example=example is not None,
        )


def told_rules(narrow: Side, wide: Side, direction: Direction, version: str) -> Iterator[Break]:
    """
    What the engine checks on one side only: what that refuses is not decided.

    Against a bare JSON Schema only the schemas are compared; that there is more is told.
    """
    missing = {
        name: place
        for name, (place, text) in wide.rules.items()
        if narrow.rules.get(name) != (place, text) and (not place or may_have(narrow, place))
    }
    if narrow.plain and missing:
        yield Break(
            rule="beyond-json-schema",
            verdict="compatible",
            direction=direction,
            version=version,
            message={
                "vi": f"Chỉ so sánh JSON Schema; {len(missing)} quy tắc khác không so sánh được.",
                "en": f"JSON Schemas are compared only; {len(missing)} other rules are not.",
            },
        )
        return
    for name, place in missing.items():
        yield Break(
            rule=name,
            verdict="unknown",
            direction=direction,
            version=version,
            path=f"/{place}" if place else "",
            message={
                "vi": f"Quy tắc {name} của {wide.name} có thể bác bản ghi của {narrow.name}.",
                "en": f"Rule {name} of {wide.name} may refuse records of {narrow.name}.",
            },
        )


def may_have(side: Side, name: str) -> bool:
    """Whether records of a side may have a field."""
    document = side.schema.document
    if not isinstance(document, dict):
        return True
    rest = document.get("additionalProperties", True)
    return document.get("properties", {}).get(name, rest) is not False


def between(library: Library, key: Key, old: Entry, new: Entry, mode: Mode) -> Compatibility:
    """
    Compatibility of a release with an earlier one; transitive: also with all before the new one.

    Raises: BadRequest, for kinds that no data are checked by.
    """
    former = [old]
    if is_transitive(mode):
        former = [e for e in library.timeline(key).standing_ones() if e.start < new.start]
    return against(library, key, side_of(library, new), former or [old], mode)


def for_candidate(library: Library, key: Key, document: object, mode: Mode) -> Compatibility:
    """
    Compatibility of a candidate with the last release, or with all; the candidate is the new one.

    Raises: NotFound, BadRequest, BadDocument.
    """
    former = released(library.timeline(key))
    chosen = former if is_transitive(mode) else former[-1:]
    return against(library, key, candidate_side(library, document), chosen, mode)


def released(timeline: Timeline) -> list[Entry]:
    """
    The releases that count, by start.

    Raises: NotFound, when all were withdrawn.
    """
    former = list(timeline.standing_ones())
    if not former:
        raise NotFound(str(timeline.key))
    return former


def against(
    library: Library, key: Key, new: Side, former: list[Entry], mode: Mode
) -> Compatibility:
    """Compatibility of one side with some releases."""
    found: list[Break] = []
    for entry in former:
        old = side_of(library, entry)
        for direction in directions_of(mode):
            narrow, wide = (old, new) if direction == "backward" else (new, old)
            found.extend(compared(narrow, wide, direction, entry.version))
    return Compatibility(
        key=str(key),
        mode=mode,
        verdict=worst(one.verdict for one in found),
        against=tuple(entry.version for entry in former),
        findings=tuple(found),
    )
