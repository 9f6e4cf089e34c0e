"""
Whether every value of one JSON Schema is one of another; and if not, an example that shows it.

Three answers. *Contained* is proven: by the canonical forms of both (jsonschema-rs), or part by
part for plain records. *Not contained* is shown: an example that the one validator takes and the
other refuses. All else is *unknown*. Formats are annotations here, as they are by default in
2020-12; patterns and the checking engine say more of them. Nothing is ever fetched.

Source: JSON Schema 2020-12, https://json-schema.org/draft/2020-12/json-schema-core
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any, Final, TypeAlias

import jsonschema_rs
from jsonschema_rs import canonical
from msgspec import json

from catalog.core.errors import BadRequest
from catalog.formats.json_schema import DIALECT
from catalog.formats.schema_compatibility_samples import Node, pair_samples, samples, shrunk

Pathed: TypeAlias = tuple[str | int, ...]

DEEPEST: Final = 60
"""How deep a candidate may be nested."""

MOST_NODES: Final = 50_000

MOST_GAPS: Final = 200
"""How many gaps are looked for."""

MOST_SHOWING: Final = 12
"""Of how many examples of one gap the smallest is shrunk."""

PLAIN: Final = frozenset({"type", "properties", "required", "additionalProperties"})
"""What a record may say for its parts to be compared one by one."""

NOTES: Final = frozenset(
    {
        "$schema", "$id", "$comment", "$defs", "definitions", "title", "description", "default",
        "examples", "deprecated", "readOnly", "writeOnly", "codeList", "format",
    }
)  # fmt: skip
"""What says nothing about validity; so does whatever begins with x-."""

UNREAD: Final = frozenset({"$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$anchor"})

VALUED: Final = frozenset({"enum", "const", "default", "examples", "required", "type"})
"""Keywords whose value is no schema, whatever it looks like."""

NAMED: Final = frozenset(
    {"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"}
)
"""Keywords whose value is schemas by name."""


@dataclass(frozen=True, slots=True)
class Gap:
    """
    Where one schema takes what another does not, or may do so.

    Attributes:
        path: names and positions down to the place.
        rule: what differs there.
        example: a value of the whole schema that shows it; shown says whether there is one.
    """

    path: Pathed
    rule: str
    example: Any = None
    shown: bool = False


@dataclass(frozen=True)
class Candidate:
    """A JSON Schema that was looked through: no reference leads out of it."""

    document: Node
    parts: dict[bytes, "Candidate"] = field(default_factory=dict, compare=False)

    @cached_property
    def validator(self) -> jsonschema_rs.Draft202012Validator:
        """The validator; it fetches nothing."""
        return jsonschema_rs.Draft202012Validator(
            self.document, offline=True, validate_formats=False
        )

    @cached_property
    def canonical(self) -> jsonschema_rs.CanonicalSchema | None:
        """The canonical form; None when there is none."""
        try:
            return jsonschema_rs.canonicalize(
                bare(self.document),
                draft=jsonschema_rs.Draft202012,
                offline=True,
                validate_formats=False,
            )
        except (canonical.CanonicalizationError, ValueError):
            return None

    def is_valid(self, value: object) -> bool:
        """Whether a value keeps the schema; what cannot be decided is not valid."""
        try:
            return self.validator.is_valid(value)
        except ValueError:
            return False

    def part(self, schema: Node) -> "Candidate":
        """A part of the schema as a schema of its own, with the definitions it may refer to."""
        if isinstance(schema, dict) and isinstance(self.document, dict):
            kept = {n: self.document[n] for n in ("$defs", "definitions") if n in self.document}
            schema = {**schema, **kept}
        return self.parts.setdefault(json.encode(schema), Candidate(schema))


def candidate_of(document: object) -> Candidate:
    """
    A document as a JSON Schema of 2020-12.

    Raises: BadRequest: not a schema, another dialect, a reference that leads out of the document
    or to nothing, an anchor or dynamic reference, nesting without end.
    """
    if not isinstance(document, dict | bool):
        raise BadRequest("schema", "a JSON Schema is an object, true or false")
    if isinstance(document, dict):
        dialect = document.get("$schema", DIALECT)
        if str(dialect).rstrip("#") != DIALECT:
            raise BadRequest("$schema", f"{str(dialect)[:80]!r} is not {DIALECT}")
    for count, (depth, node) in enumerate(nodes_of(document)):
        if depth > DEEPEST or count > MOST_NODES:
            raise BadRequest("schema", f"more than {DEEPEST} deep or {MOST_NODES} schemas")
        check_node(node, document, depth)
    found = Candidate(document)
    try:
        jsonschema_rs.meta.validate(document)
        _ = found.validator
    except (jsonschema_rs.ValidationError, ValueError) as error:
        raise BadRequest("schema", str(error).split("\n", 1)[0][:200]) from None
    return found


def check_node(node: dict[str, Any], document: object, depth: int) -> None:
    """
    Look at one schema of a document.

    Raises: BadRequest.
    """
    for name in UNREAD & node.keys():
        raise BadRequest(name, "not supported here; refer with $ref to #/$defs/…")
    if depth and isinstance(node.get("$id"), str):
        raise BadRequest("$id", "a schema inside the schema may not have an address of its own")
    reference = node.get("$ref")
    if reference is None:
        return
    if not isinstance(reference, str) or not (reference == "#" or reference.startswith("#/")):
        raise BadRequest(
            "$ref", f"{str(reference)[:80]!r} leads out of the document; nothing is fetched"
        )
    if not is_there(document, reference):
        raise BadRequest("$ref", f"{reference[:80]!r} names nothing in the document")


def is_there(document: object, reference: str) -> bool:
    """Whether a local reference names something."""
    found: object = document
    for part in reference.removeprefix("#").split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict) and name in found:
            found = found[name]
        elif isinstance(found, list) and name.isdecimal() and int(name) < len(found):
            found = found[int(name)]
        else:
            return False
    return isinstance(found, dict | bool)


def nodes_of(document: object) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every schema in a document, with its depth."""
    waiting: list[tuple[int, object]] = [(0, document)]
    while waiting:
        depth, node = waiting.pop()
        if isinstance(node, list):
            waiting.extend((depth + 1, inner) for inner in node)
        if not isinstance(node, dict):
            continue
        yield depth, node
        if depth > DEEPEST:
            continue
        for name, value in node.items():
            if name in NAMED and isinstance(value, dict):
                waiting.extend((depth + 1, inner) for inner in value.values())
            elif name not in VALUED and isinstance(value, dict | list):
                waiting.append((depth + 1, value))


def bare(document: Node) -> Node:
    """A schema without its address, which would only confuse."""
    if not isinstance(document, dict):
        return document
    return {name: value for name, value in document.items() if name not in {"$id", "$schema"}}


# -- containment ------------------------------------------------------------------------------


def is_contained(narrow: Candidate, wide: Candidate) -> bool:
    """Whether it is proven that every value of one schema is one of the other."""
    if narrow.document is False or wide.document is True:
        return True
    if json.encode(bare(narrow.document)) == json.encode(bare(wide.document)):
        return True
    if narrow.canonical is None or wide.canonical is None:
        return False
    try:
        return bool(wide.canonical.covers(narrow.canonical) == canonical.Containment.YES)
    except (canonical.CanonicalizationError, ValueError):
        return False


def gaps(narrow: Candidate, wide: Candidate) -> list[Gap]:
    """
    Where the first schema takes what the second does not, or may; empty when contained.

    Every gap that is shown has an example that was validated under both.
    """
    found = list(raw_gaps(narrow, wide, ()))[:MOST_GAPS]
    if not found:
        return []
    search = Search(narrow, wide)
    told = [search.show(gap) for gap in found]
    if any(gap.shown for gap in told):
        return told
    whole = search.anywhere()
    return [*told, whole] if whole is not None else told


def raw_gaps(narrow: Candidate, wide: Candidate, path: Pathed) -> Iterator[Gap]:
    """The places where containment is not proven."""
    if is_contained(narrow, wide):
        return
    if not (is_plain(wide) and is_record(narrow)):
        yield Gap(path, "narrower")
        return
    ours, theirs = narrow.document, wide.document
    needed = set(ours.get("required", ()))
    for name in theirs.get("required", ()):
        if name not in needed:
            yield Gap((*path, name), "required")
    mine, yours = ours.get("properties", {}), theirs.get("properties", {})
    rest, other = ours.get("additionalProperties", True), theirs.get("additionalProperties", True)
    for name in dict.fromkeys((*mine, *yours)):
        left, right = mine.get(name, rest), yours.get(name, other)
        if right is False and left is not False:
            # A name that may not be there at all, in records that may have it.
            if not is_contained(narrow.part(left), Candidate(document=False)):
                yield Gap((*path, name), "unknown-field")
            continue
        yield from raw_gaps(narrow.part(left), wide.part(right), (*path, name))
    if not is_contained(narrow.part(rest), wide.part(other)):
        yield Gap(path, "closed" if other is False else "additional")


def is_record(part: Candidate) -> bool:
    """Whether a schema is of objects only, with references that its parts can keep."""
    document = part.document
    if not isinstance(document, dict) or document.get("type") != "object":
        return False
    if "patternProperties" in document or "$ref" in document:
        return False
    return all(
        str(node.get("$ref", "#/$defs/")).startswith(("#/$defs/", "#/definitions/"))
        for _, node in nodes_of(document)
    )


def is_plain(part: Candidate) -> bool:
    """Whether a schema of objects says nothing that is not said of its parts."""
    if not is_record(part):
        return False
    return all(n in PLAIN or n in NOTES or n.startswith("x-") for n in part.document)


# -- examples ---------------------------------------------------------------------------------


class Search:
    """The search for examples that one schema takes and another refuses."""

    def __init__(self, narrow: Candidate, wide: Candidate) -> None:
        self.narrow = narrow
        self.wide = wide

    def breaks(self, value: object) -> bool:
        """Whether a value shows that one schema is not contained in the other."""
        return self.narrow.is_valid(value) and not self.wide.is_valid(value)

    @cached_property
    def good(self) -> Any:  # noqa: ANN401
        """A value of the narrow schema with as little in it as may be; None when none is found."""
        return good_of(self.narrow)

    def show(self, gap: Gap) -> Gap:
        """The gap with an example at its place, when one is found."""
        if not gap.path and gap.rule == "narrower":
            return self.anywhere() or gap
        found = islice((value for value in self.tried(gap) if self.breaks(value)), MOST_SHOWING)
        value = min(found, key=lambda v: len(json.encode(v)), default=None)
        if value is None:
            return gap
        kept = shrunk(value, lambda v: self.breaks(v) and has_gap(v, gap))
        return Gap(gap.path, gap.rule, kept, shown=True)

    def tried(self, gap: Gap) -> Iterator[Any]:
        """Values that may show a gap."""
        good = self.good
        match gap.rule:
            case "required":
                yield without(good, gap.path)
            case "closed" | "additional":
                inner = self.part_at(self.narrow, (*gap.path, "x-other"))
                for value in pair_samples(inner, True, self.narrow.document, True)[:20]:  # noqa: FBT003
                    yield placed(good, (*gap.path, "x-other"), value)
            case _:
                left, right = (self.part_at(c, gap.path) for c in (self.narrow, self.wide))
                narrow, wide = self.narrow.part(left), self.wide.part(right)
                tried = pair_samples(left, right, self.narrow.document, self.wide.document)
                for value in tried:
                    if narrow.is_valid(value) and not wide.is_valid(value):
                        yield placed(good, gap.path, value)

    def part_at(self, whole: Candidate, path: Pathed) -> Node:
        """The schema of a field, by its path through plain records."""
        found = whole.document
        for name in path:
            properties = found.get("properties", {}) if isinstance(found, dict) else {}
            rest = found.get("additionalProperties", True) if isinstance(found, dict) else True
            found = properties.get(name, rest)
        return found

    def anywhere(self) -> Gap | None:
        """Any example at all, wherever the schemas differ."""
        ours, theirs = self.narrow.document, self.wide.document
        for value in pair_samples(ours, theirs, ours, theirs):
            if self.breaks(value):
                return Gap((), "narrower", shrunk(value, self.breaks), shown=True)
        return self.subtracted()

    def subtracted(self) -> Gap | None:
        """An example out of the difference of the canonical forms."""
        if self.narrow.canonical is None or self.wide.canonical is None:
            return None
        try:
            left = self.narrow.canonical.subtract(self.wide.canonical).to_json_schema()
        except (canonical.CanonicalizationError, ValueError):
            return None
        for value in samples(left, left):
            if self.breaks(value):
                return Gap((), "narrower", shrunk(value, self.breaks), shown=True)
        return None


def good_of(candidate: Candidate) -> Any:  # noqa: ANN401
    """A valid value of a schema, its fields found one by one; None when none is found."""
    document = candidate.document
    if is_record(candidate):
        properties = document.get("properties", {})
        made = {
            name: good_of(candidate.part(properties.get(name, True)))
            for name in document.get("required", ())
        }
        if candidate.is_valid(made):
            return made
    return next((v for v in samples(document, document) if candidate.is_valid(v)), None)


def placed(value: Any, path: Pathed, inner: Any) -> Any:  # noqa: ANN401
    """A record with a value at a path, made where it is missing."""
    if not path:
        return inner
    record = dict(value) if isinstance(value, dict) else {}
    record[str(path[0])] = placed(record.get(str(path[0])), path[1:], inner)
    return record


def without(value: Any, path: Pathed) -> Any:  # noqa: ANN401
    """A record without the field at a path."""
    record = dict(value) if isinstance(value, dict) else {}
    if len(path) == 1:
        record.pop(str(path[0]), None)
        return record
    record[str(path[0])] = without(record.get(str(path[0])), path[1:])
    return record


def has_gap(value: Any, gap: Gap) -> bool:  # noqa: ANN401
    """Whether an example still speaks of the place of its gap."""
    path = gap.path[:-1] if gap.rule == "required" else gap.path
    for name in path:
        if not isinstance(value, dict) or name not in value:
            return False
        value = value[name]
    return gap.rule != "required" or (isinstance(value, dict) and gap.path[-1] not in value)
