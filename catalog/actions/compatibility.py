"""Compatibility of releases of a layout or a list, and of candidates for the next one."""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from catalog.actions.compatibility_sides import Side, candidate_side, side_of
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
from catalog.core.errors import NotFound
from catalog.core.library import Library
from catalog.core.model import Text
from catalog.core.names import Key
from catalog.core.release import Entry, Timeline
from catalog.formats.json_schema import (
    is_number,
)
from catalog.formats.schema_compatibility import (
    Gap,
    Search,
    gaps,
    placed,
)

MOST_CODES = 200
"""How many codes of one list are told one by one."""

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


def compared(narrow: Side, wide: Side, direction: Direction, version: str) -> Iterator[Break]:
    """What stands against data of one side being valid on the other."""
    yield from told_gaps(narrow, wide, direction, version)
    yield from told_codes(narrow, wide, direction, version)
    yield from told_rules(narrow, wide, direction, version)


def told_gaps(narrow: Side, wide: Side, direction: Direction, version: str) -> Iterator[Break]:
    """Gaps between the schemas as findings."""
    for gap in gaps(narrow.strong, wide.schema):
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
