"""
The compatibility checker against a validator of other people's as oracle.

Pairs of schemas are drawn over the keywords that are read. Where the checker says that one is
contained in the other, instances of the one must be valid under the other; where it shows an
example, the oracle must agree with it. Run: python -m benchmarks compatibility, or this module.
"""

import random
import sys
import time
from collections import Counter

import jsonschema

from catalog.formats.schema_compatibility import candidate_of, gaps
from catalog.formats.schema_compatibility_samples import pair_samples

NAMES = ("a", "b", "c")
PATTERNS = ("^[0-9]{2}$", "^[0-9]{2}(?:[0-9]{2})?$", "^a", "^(?:a|b)*$", "^.{2}$", "[A-Z][0-9]")
SCALARS = ("", "a", "ab", "12", "1234", "A1", 0, 1, 2, 2.5, -1, None, True, False)


def number_schema(chance):
    made = {"type": chance.choice(("integer", "number"))}
    for name in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        if chance.random() < 0.3:
            made[name] = chance.choice((-2, -1, 0, 1, 1.5, 2, 3, 5))
    if chance.random() < 0.2:
        made["multipleOf"] = chance.choice((1, 2, 3, 0.5))
    return made


def text_schema(chance):
    made = {"type": chance.choice(("string", "string", ["string", "null"]))}
    if chance.random() < 0.4:
        made["minLength"] = chance.randrange(3)
    if chance.random() < 0.4:
        made["maxLength"] = chance.randrange(5)
    if chance.random() < 0.4:
        made["pattern"] = chance.choice(PATTERNS)
    if chance.random() < 0.1:
        made["format"] = "date"
    return made


def array_schema(chance, depth):
    made = {"type": "array"}
    if chance.random() < 0.8:
        made["items"] = schema(chance, depth + 1)
    if chance.random() < 0.3:
        made["minItems"] = chance.randrange(3)
    if chance.random() < 0.3:
        made["maxItems"] = chance.randrange(4)
    if chance.random() < 0.2:
        made["uniqueItems"] = True
    return made


def object_schema(chance, depth):
    made = {"type": "object"}
    names = [name for name in NAMES if chance.random() < 0.6]
    made["properties"] = {name: schema(chance, depth + 1) for name in names}
    made["required"] = [name for name in NAMES if chance.random() < 0.3]
    if chance.random() < 0.5:
        made["additionalProperties"] = chance.choice((True, False, {"type": "string"}))
    if chance.random() < 0.15:
        made[chance.choice(("minProperties", "maxProperties"))] = chance.randrange(3)
    return made


def combined_schema(chance, depth):
    parts = [schema(chance, depth + 1) for _ in range(chance.randint(1, 3))]
    match chance.randrange(6):
        case 0:
            return {"not": parts[0]}
        case 1:
            names = ("if", "then", "else")
            return dict(zip(names, (parts * 3)[: chance.randint(2, 3)], strict=False))
        case 2:
            return {"$ref": f"#/$defs/{chance.choice(NAMES)}"}
        case _:
            return {chance.choice(("allOf", "anyOf", "oneOf")): parts}


def schema(chance, depth=0):
    """A schema over the keywords that are read."""
    draw = chance.random()
    if draw < 0.05:
        return chance.choice((True, False, {}))
    if draw < 0.2:
        return {"enum": chance.sample(SCALARS, chance.randint(1, 4))}
    if draw < 0.25:
        return {"const": chance.choice(SCALARS)}
    if draw < 0.4 or depth > 2:
        return number_schema(chance)
    if draw < 0.6:
        return text_schema(chance)
    if draw < 0.7:
        return array_schema(chance, depth)
    if draw < 0.85:
        return combined_schema(chance, depth)
    return object_schema(chance, depth)


def changed(chance, node):
    """The same schema with something else in one place."""
    if not isinstance(node, dict) or not node or chance.random() < 0.2:
        return schema(chance, 1)
    made = dict(node)
    name = chance.choice(list(made))
    value = made[name]
    if name == "properties" and value and chance.random() < 0.8:
        inner = chance.choice(list(value))
        made[name] = {**value, inner: changed(chance, value[inner])}
    elif name in {"items", "not", "if", "then", "else"}:
        made[name] = changed(chance, value)
    elif name in {"allOf", "anyOf", "oneOf"}:
        place = chance.randrange(len(value))
        made[name] = [*value[:place], changed(chance, value[place]), *value[place + 1 :]]
    elif isinstance(value, int) and not isinstance(value, bool) and name != "multipleOf":
        made[name] = max(0, value + chance.choice((-1, 1)))
    elif name in {"required", "enum"} and len(value) > 1:
        made[name] = value[1:]
    elif name not in {"$ref", "then", "const"}:
        del made[name]
    return made


def with_definitions(chance, node):
    """A schema with what its references name; the definitions refer to nothing."""
    if not isinstance(node, dict):
        return node
    kinds = (number_schema, text_schema)
    return {**node, "$defs": {name: chance.choice(kinds)(chance) for name in NAMES}}


def pair_of(chance):
    """Two schemas, mostly akin."""
    one = object_schema(chance, 0) if chance.random() < 0.5 else schema(chance)
    seed = chance.getrandbits(32)
    other = changed(chance, one) if chance.random() < 0.7 else schema(chance)
    second = seed if chance.random() < 0.8 else seed + 1
    return (
        with_definitions(random.Random(seed), one),  # noqa: S311 - no secret
        with_definitions(random.Random(second), other),  # noqa: S311 - no secret
    )


def verdict_on(one, other):
    """
    What the checker says of a pair: its verdict, and what is wrong with it by the oracle.

    Empty when nothing is.
    """
    narrow, wide = candidate_of(one), candidate_of(other)
    ours, theirs = (jsonschema.Draft202012Validator(document) for document in (one, other))
    found = gaps(narrow, wide)
    shown = [gap for gap in found if gap.shown]
    for gap in shown:
        if not ours.is_valid(gap.example) or theirs.is_valid(gap.example):
            return "incompatible", f"wrong example {gap.example!r}"
    if found:
        return ("incompatible" if shown else "unknown"), ""
    for value in pair_samples(one, other, one, other):
        if ours.is_valid(value) and not theirs.is_valid(value):
            return "compatible", f"counter-example {value!r}"
    return "compatible", ""


def run(count=10_000, seed=1):
    """Draw pairs, print the verdicts; the number of wrong ones."""
    chance = random.Random(seed)  # noqa: S311 - the same pairs every time
    verdicts, wrong = Counter(), 0
    began = time.perf_counter()
    for number in range(count):
        one, other = pair_of(chance)
        verdict, trouble = verdict_on(one, other)
        verdicts[verdict] += 1
        if trouble:
            wrong += 1
            print(number, verdict, trouble, one, other, sep="\n  ")
    took = time.perf_counter() - began
    told = ", ".join(f"{name} {verdicts[name]}" for name in sorted(verdicts))
    print(f"{count} pairs in {took:.1f} s: {told}; wrong verdicts: {wrong}")
    return wrong


def main():
    """The run that the claim rests on."""
    counts = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    if run(*counts[:1]):
        sys.exit(1)


if __name__ == "__main__":
    main()
