"""
Values that lie near the borders of JSON Schemas, and the shrinking of an example.

Nothing here decides: a sample may be valid or not, the validator says so.
"""

import random
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import islice
from typing import Any, Final, TypeAlias

import msgspec

Node: TypeAlias = Any
"""A JSON Schema: a document, true or false."""

MOST: Final = 60
"""How many samples of one schema are kept."""

DEEPEST: Final = 6
LONGEST: Final = 3_000
TRIES: Final = 600
"""How often an example is tried smaller."""

PATTERN_SAMPLES: Final = 16
REPEATED: Final = 3

GENERIC: Final[tuple[Any, ...]] = ("", "a", 0, 1, -1, 1.5, None, True, False, (), {})
FORMATS: Final = {
    "date": ("2024-07-01", "2024-02-30"),
    "date-time": ("2024-07-01T08:00:00Z",),
    "time": ("08:00:00Z",),
    "email": ("a@b.vn",),
    "uri": ("https://a.vn/",),
    "uuid": ("00000000-0000-4000-8000-000000000000",),
    "ipv4": ("127.0.0.1",),
}

SUBSCHEMAS: Final = ("if", "then", "else", "not")
LISTED: Final = ("allOf", "anyOf", "oneOf")


def distinct(values: Iterator[Any], most: int = MOST) -> list[Any]:
    """Values without repetition; true is no 1."""
    seen: dict[bytes, Any] = {}
    for value in islice(values, most * 40):
        seen.setdefault(msgspec.json.encode(value), value)
        if len(seen) >= most:
            break
    return list(seen.values())


def samples(schema: Node, root: Node, depth: int = 0) -> list[Any]:
    """Values worth trying against a schema, the plainest first."""
    return distinct(raw_samples(schema, root, depth))


def pair_samples(
    one: Node, other: Node, root: Node, other_root: Node, depth: int = 0
) -> list[Any]:
    """Values worth trying against two schemas; of long lists those that only the first has."""
    first, second = resolved(one, root), resolved(other, other_root)
    mine, theirs = (
        s.get("enum", ()) if isinstance(s, dict) and isinstance(s.get("enum"), list) else ()
        for s in (first, second)
    )
    taken = {msgspec.json.encode(value) for value in theirs}
    lost = [value for value in mine if msgspec.json.encode(value) not in taken]

    def found() -> Iterator[Any]:
        yield from lost[:5]
        for pair in zip(
            samples(one, root, depth), samples(other, other_root, depth), strict=False
        ):
            yield from pair
        yield from samples(one, root, depth)
        yield from samples(other, other_root, depth)

    return distinct(found(), MOST * 2)


def resolved(schema: Node, root: Node) -> Node:
    """A schema, or what it refers to in its own document."""
    for _ in range(8):
        if not isinstance(schema, dict) or not isinstance(schema.get("$ref"), str):
            return schema
        target = pointed(root, schema["$ref"])
        rest = {name: value for name, value in schema.items() if name != "$ref"}
        schema = {"allOf": [target, rest]} if set(rest) - {"$defs", "definitions"} else target
    return schema


def pointed(root: Node, reference: str) -> Node:
    """What a local reference names; true when it names nothing."""
    found: Any = root
    for part in reference.removeprefix("#").split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list) and name.isdecimal() and int(name) < len(found):
            found = found[int(name)]
        elif isinstance(found, dict) and name in found:
            found = found[name]
        else:
            return True
    return found


def raw_samples(schema: Node, root: Node, depth: int) -> Iterator[Any]:
    """Samples, some more than once."""
    schema = resolved(schema, root)
    if depth > DEEPEST or not isinstance(schema, dict):
        yield from map(thawed, GENERIC)
        return
    if isinstance(schema.get("enum"), list):
        yield from schema["enum"][:MOST]
    if "const" in schema:
        yield schema["const"]
    yield from texts(schema)
    yield from numbers(schema)
    if schema.keys() & {"properties", "required", "additionalProperties", "minProperties"}:
        yield from objects(schema, root, depth)
    if schema.keys() & {"items", "minItems", "maxItems", "prefixItems", "uniqueItems", "contains"}:
        yield from arrays(schema, root, depth)
    for name in SUBSCHEMAS:
        if name in schema:
            yield from samples(schema[name], root, depth + 1)
    for name in LISTED:
        for part in schema.get(name, ()):
            yield from samples(part, root, depth + 1)
    yield from merged(schema, root, depth)
    yield from map(thawed, GENERIC)


def thawed(value: Any) -> Any:  # noqa: ANN401
    """A fresh list or object."""
    return list(value) if isinstance(value, tuple) else dict(value) if value == {} else value


def merged(schema: dict[str, Any], root: Node, depth: int) -> Iterator[Any]:
    """Objects of several parts put together."""
    parts = [part for name in LISTED for part in schema.get(name, ())]
    parts += [schema[name] for name in ("then", "else") if name in schema]
    found: dict[str, Any] = {}
    for part in parts:
        for value in samples(part, root, depth + 1)[:4]:
            if isinstance(value, dict) and value:
                found = {**found, **value}
                yield found


def texts(schema: dict[str, Any]) -> Iterator[Any]:
    """Texts near the limits of length, and such as a pattern describes."""
    for said in (schema.get("pattern"),):
        if isinstance(said, str):
            for text in written_by(said):
                yield text
                yield text + "a"
    for name in ("minLength", "maxLength"):
        size = schema.get(name)
        if isinstance(size, int) and size <= LONGEST:
            yield from ("a" * max(0, size + off) for off in (0, 1, -1))
    yield from FORMATS.get(str(schema.get("format")), ())


def numbers(schema: dict[str, Any]) -> Iterator[Any]:
    """Numbers near the limits."""
    for name in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"):
        limit = schema.get(name)
        if isinstance(limit, int | float) and not isinstance(limit, bool):
            yield from (limit, limit + 1, limit - 1, limit * 2)
            if abs(limit) < 2**50:
                yield from (limit + 0.5, limit - 0.5)


def objects(schema: dict[str, Any], root: Node, depth: int) -> Iterator[Any]:
    """Objects: bare, whole, each field in turn left out or with another value."""
    properties = schema.get("properties", {})
    choice = {name: samples(part, root, depth + 1) for name, part in properties.items()}
    needed = [name for name in schema.get("required", ()) if isinstance(name, str)]
    least = {name: first(choice.get(name)) for name in needed}
    whole = {name: first(values) for name, values in choice.items()}
    yield from ({}, least, {**whole, **least})
    for name in needed:
        yield {other: value for other, value in least.items() if other != name}
    for name, values in choice.items():
        yield from ({**least, name: value} for value in values[:8])
    extra = schema.get("additionalProperties", True)
    yield from ({**least, "x-other": value} for value in samples(extra, root, depth + 1)[:4])


def first(values: list[Any] | None) -> Any:  # noqa: ANN401
    """The first of some values."""
    return values[0] if values else "a"


def arrays(schema: dict[str, Any], root: Node, depth: int) -> Iterator[Any]:
    """Arrays of one item and of several, at the limits of size."""
    items = samples(schema.get("items", True), root, depth + 1)[:8]
    yield []
    yield from ([item] for item in items)
    fixed = [first(samples(part, root, depth + 1)) for part in schema.get("prefixItems", ())]
    yield fixed
    for name in ("minItems", "maxItems"):
        size = schema.get(name)
        if isinstance(size, int) and size <= LONGEST:
            for off in (0, 1, -1):
                count = max(0, size + off)
                yield [first(items)] * count
                yield [(items or ["a"])[place % max(1, len(items))] for place in range(count)]
                yield list(range(count))
    yield [first(items)] * 2
    yield items


def written_by(pattern: str) -> Iterator[str]:
    """Texts that a pattern describes; none when it is beyond the plain parts of patterns."""
    parser = import_module("re._parser")
    try:
        tree = parser.parse(pattern)
        for seed in range(PATTERN_SAMPLES):
            yield "".join(pieces(tree, random.Random(seed)))  # noqa: S311 - the same every time
    except (parser.error, NotImplementedError, OverflowError, RecursionError):
        return


def pieces(tree: Any, chance: random.Random) -> Iterator[str]:  # noqa: ANN401 - re has no types
    """One text of a parsed pattern, piece by piece."""
    for operation, argument in tree:
        match str(operation):
            case "LITERAL":
                yield chr(argument)
            case "NOT_LITERAL":
                yield "a" if argument != ord("a") else "b"
            case "ANY":
                yield chance.choice("a1đ")
            case "IN":
                yield member(argument, chance)
            case "MAX_REPEAT" | "MIN_REPEAT":
                yield from repeated(argument, chance)
            case "SUBPATTERN":
                yield from pieces(argument[-1], chance)
            case "BRANCH":
                yield from pieces(chance.choice(argument[1]), chance)
            case "AT":
                continue
            case other:
                raise NotImplementedError(other)


def repeated(argument: Any, chance: random.Random) -> Iterator[str]:  # noqa: ANN401
    """A repeated part: as seldom as allowed, a few times more, or between."""
    low, high, inner = argument
    top = min(int(high), int(low) + REPEATED)
    for _ in range(chance.choice((low, top, chance.randint(low, top)))):
        yield from pieces(inner, chance)


def member(choices: Any, chance: random.Random) -> str:  # noqa: ANN401 - re has no types
    """A character of a set."""
    name, argument = chance.choice(choices)
    match str(name):
        case "LITERAL":
            return chr(argument)
        case "RANGE":
            return chr(chance.choice((argument[0], argument[1])))
        case "CATEGORY" if str(argument) == "CATEGORY_DIGIT":
            return chance.choice("0189")
        case "CATEGORY" if str(argument) == "CATEGORY_WORD":
            return chance.choice("aZ0_")
        case "CATEGORY" if str(argument) == "CATEGORY_SPACE":
            return " "
        case other:
            raise NotImplementedError(other)


# -- shrinking --------------------------------------------------------------------------------


def shrunk(value: Any, still: Callable[[Any], bool]) -> Any:  # noqa: ANN401
    """The smallest value found, by taking away and shortening, of which `still` holds."""
    tries = TRIES
    going = True
    while going:
        going = False
        for smaller in smaller_ones(value):
            tries -= 1
            if tries < 0:
                return value
            if still(smaller):
                value, going = smaller, True
                break
    return value


def smaller_ones(value: Any) -> Iterator[Any]:  # noqa: ANN401
    """Values next to one, each a little smaller."""
    match value:
        case dict():
            for name in value:
                yield {other: kept for other, kept in value.items() if other != name}
            for name, inner in value.items():
                yield from ({**value, name: small} for small in smaller_ones(inner))
        case list():
            yield from (value[:place] + value[place + 1 :] for place in range(len(value)))
            for place, inner in enumerate(value):
                for small in smaller_ones(inner):
                    yield [*value[:place], small, *value[place + 1 :]]
        case str() if value:
            yield from (value[: len(value) // 2], value[:-1])
        case int() | float() if not isinstance(value, bool):
            yield from smaller_numbers(value)


def smaller_numbers(value: float) -> Iterator[float]:
    """Numbers nearer to nothing; each smaller than the one before, so that it ends."""
    if value in {0, 1}:
        return
    yield from (0, 1)
    if isinstance(value, float) and value.is_integer():
        yield int(value)
    elif abs(value) > 2:  # noqa: PLR2004 - halves go on from here
        yield int(value / 2)
