"""
The rules of a record layout, as CEL: compiled once, evaluated on many records.

What an expression sees: each field under its name; null for a field that is absent, null or
empty; numbers as doubles. Besides what CEL has: `num(x)`, a double or null, and `has_value(x)`.
Source: Common Expression Language, https://github.com/google/cel-spec/blob/master/doc/langdef.md
"""

import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cel
import jsonschema_rs

from catalog.core.findings import Finding
from catalog.core.model import Field, Rule, Schema
from catalog.formats import messages
from catalog.formats.json_schema import fields_of, patterns_of, rules_of

BROKEN = (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)
"""What evaluating an expression may raise."""

TOGETHER = 50
"""How many rules are evaluated in one go, to be looked at singly only when one fails."""

PATTERNS_KEPT = 256
"""How many patterns of `matches` are kept compiled."""

LONGEST = 10_000
"""How many characters an expression may have."""

CALL = re.compile(
    r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\b(num|has_value)\(\s*([A-Za-z_]\w*)\s*\)"
    r"|\b(size|matches)\s*(?=\()"
)
LITERAL = re.compile(r"\bmatches\(\s*(r?\"(?:[^\"\\]|\\.)*\"|r?'(?:[^'\\]|\\.)*')\s*\)")
BOUND = re.compile(r"\.\s*(?:all|exists|exists_one|map|filter)\(\s*([A-Za-z_]\w*)\s*,")

FUNCTIONS = frozenset(
    {
        "num", "has_value", "size", "contains", "startsWith", "endsWith", "matches",
        "int", "uint", "double", "string", "has", "all", "exists", "exists_one", "map", "filter",
    }
)  # fmt: skip
"""The functions that a rule may call by name; operators begin with another sign."""

SPANNING = frozenset({"has_table", "rows", "values", "value", "total", "is_first", "same_amount"})
"""The functions that ask the other tables of a dossier; see `catalog.actions.dossier`."""


def num(value: object) -> float | None:
    """
    The number that a value is or says; null when it is none.

    >>> num("12.50"), num("x")
    (12.5, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def has_value(value: object) -> bool:
    """Whether there is a value: neither null nor the empty text."""
    return value is not None and value != ""


def length_of(value: object) -> int:
    """
    How many characters, items or entries a value has.

    Raises: TypeError, for what has no length.
    """
    if isinstance(value, str | bytes | list | dict):
        return len(value)
    raise TypeError(f"{type(value).__name__} has no size")


@lru_cache(maxsize=PATTERNS_KEPT)
def pattern_of(pattern: str) -> jsonschema_rs.Draft202012Validator:
    """
    A compiled pattern; matching takes time linear in the text, whatever the pattern.

    Raises: ValueError, for what is no pattern.
    """
    options = jsonschema_rs.RegexOptions()
    return jsonschema_rs.Draft202012Validator(
        {"pattern": pattern}, offline=True, pattern_options=options
    )


def has_match(text: object, pattern: object) -> bool:
    """
    Whether a pattern is found in a text.

    Raises: TypeError, when either is no text; ValueError, when the pattern is none.
    """
    if not isinstance(text, str) or not isinstance(pattern, str):
        raise TypeError("matches takes a text and a pattern")
    return pattern_of(pattern).is_valid(text)


OWN: dict[str, Callable[..., Any]] = {
    "num": num,
    "has_value": has_value,
    "length_of": length_of,
    "has_match": has_match,
}
"""What expressions may call besides CEL's own functions."""

REPLACED = {"size": "length_of", "matches": "has_match"}
"""CEL's own functions that ours stand in for."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A rule that a record breaks; with a reason when the rule could not be evaluated."""

    rule: Rule
    reason: str = ""


class Expressions:
    """
    The compiled rules of one schema.

    Attributes:
        rules: those over one record.
        spanning: those over the tables of a dossier; a record alone is not held against them.
    """

    def __init__(self, schema: Schema) -> None:
        self.spanning = tuple(rule for rule in rules_of(schema) if spans_tables(rule))
        self.rules = tuple(rule for rule in rules_of(schema) if rule not in self.spanning)
        fields = {field.name: field for field in fields_of(schema)}
        self.programs = [compiled(rule, fields) for rule in self.rules]
        running = [program for program in self.programs if not isinstance(program, str)]
        self.together = together(running)
        self.singly_only = len(running) < len(self.rules) or bool(running and not self.together)
        named = {name for program in running for name in program.variables()}
        self.variables = tuple(
            (field.name, is_number(field)) for field in fields.values() if field.name in named
        )

    def outcomes(self, record: Mapping[str, Any], untyped: Collection[str]) -> list[Outcome]:
        """
        The rules that a record breaks, in their order.

        Rules about a field whose value has the wrong type (`untyped`) are passed over: what is
        wrong with it was said already.
        """
        if not self.rules:
            return []
        try:
            context = self.context(record)
            if not (untyped or self.singly_only) and all(
                program.execute(context) is True for program in self.together
            ):
                return []
        except BROKEN:
            context = None
        return self.singly(record, context, untyped)

    def context(self, record: Mapping[str, Any]) -> cel.Context:
        """What the expressions see of a record."""
        seen: dict[str, Any] = {}
        for name, is_number in self.variables:
            value = record.get(name)
            if value.__class__ is str:
                seen[name] = (num(value) if is_number else value) if value else None
            elif value.__class__ is float or value is None or value.__class__ is bool:
                seen[name] = value
            else:
                seen[name] = num(value)
        return cel.Context(variables=seen, functions=OWN)

    def singly(
        self, record: Mapping[str, Any], context: cel.Context | None, untyped: Collection[str]
    ) -> list[Outcome]:
        """The rules that a record breaks, each evaluated by itself."""
        if context is None:
            try:
                context = self.context(record)
            except BROKEN as error:
                return [Outcome(rule, plain(error)) for rule in self.rules]
        found: list[Outcome] = []
        for rule, program in zip(self.rules, self.programs, strict=True):
            if isinstance(program, str):
                found.append(Outcome(rule, program))
            elif not any(name in untyped for name in rule.fields):
                outcome = evaluated(rule, program, context)
                if outcome is not None:
                    found.append(outcome)
        return found


def evaluated(rule: Rule, program: cel.Program, context: cel.Context) -> Outcome | None:
    """What came of one rule; None when the record keeps it."""
    try:
        answer = program.execute(context)
    except BROKEN as error:
        return Outcome(rule, plain(error))
    if answer is True:
        return None
    if answer is False:
        return Outcome(rule)
    return Outcome(rule, f"the answer is {messages.shown(answer)}, neither true nor false")


def compiled(rule: Rule, fields: Mapping[str, Field]) -> cel.Program | str:
    """
    One program for a rule: true when the rule does not apply, or is kept.

    When it cannot be compiled: why.
    """
    try:
        for expression in filter(None, (rule.when, rule.must)):
            program_of(expression)
        must = prepared(rule.must, fields)
        if not rule.when:
            return program_of(must)
        # The line ends close a comment that an expression may end with.
        return program_of(f"({prepared(rule.when, fields)}\n) ? ({must}\n) : true")
    except BROKEN as error:
        return plain(error)


def spans_tables(rule: Rule) -> bool:
    """Whether a rule asks the other tables of a dossier."""
    try:
        called = {
            name
            for expression in filter(None, (rule.when, rule.must))
            for name in program_of(expression).functions()
        }
    except BROKEN:
        return False
    return not called.isdisjoint(SPANNING)


def program_of(expression: str) -> cel.Program:
    """
    A compiled expression.

    Raises: ValueError, when it is too long or not CEL.
    """
    if len(expression) > LONGEST:
        raise ValueError(f"longer than {LONGEST} characters")
    return cel.compile(expression)


def together(programs: list[cel.Program]) -> list[cel.Program]:
    """The same programs, fifty in one; none when they are nested too deep for that."""
    try:
        return [
            cel.compile(" && ".join(f"({one.source}\n)" for one in programs[at : at + TOGETHER]))
            for at in range(0, len(programs), TOGETHER)
        ]
    except BROKEN:
        return []


def is_number(field: Field) -> bool:
    """Whether the expressions see a double where the field has a value."""
    return field.type in {"integer", "decimal"} and not field.separator


def prepared(expression: str, fields: Mapping[str, Field]) -> str:
    """
    The same expression, corrected and with fewer calls back into Python, which cost most.

    A number's variable is a double or null already, so `num(X)` is X; and an empty text is null
    already, so `has_value(X)` is X != null. `size` is replaced because the engine's counts the
    bytes of a text, where CEL counts its characters; `matches`, because the engine's compiles its
    pattern anew each time, some 50 us. What stands in quotes is left alone.
    """

    def said(match: re.Match[str]) -> str:
        function, name = match[1], match[2]
        if match[3]:
            return REPLACED[match[3]]
        if function is None or name not in fields:
            return match[0]
        if function == "has_value":
            return f"({name} != null)"
        return name if is_number(fields[name]) else match[0]

    return CALL.sub(said, expression)


def plain(error: Exception) -> str:
    """The first line of what an expression's failure says."""
    return messages.cut(str(error).split("\n", 1)[0].split(". CEL", 1)[0])


def check_expressions(schema: Schema) -> tuple[Finding, ...]:
    """
    What is amiss in a schema's rules and patterns; to be asked before publishing.

    Findings `expression` (does not compile), `unknown-name` (names no field or function) and
    `bad-pattern` (no regular expression), each with the member's key as path.
    """
    names = {field.name for field in fields_of(schema)}
    found: list[Finding] = []
    for field in fields_of(schema):
        found += broken_patterns(field)
    for rule in rules_of(schema):
        for part, expression in (("when", rule.when), ("must", rule.must)):
            if expression or part == "must":
                found += broken_expression(rule, part, expression, names)
    return tuple(found)


def broken_expression(
    rule: Rule, part: str, expression: str, names: Collection[str]
) -> list[Finding]:
    """What is amiss in one expression of a rule."""
    path = f"rule:{rule.id}/{part}"
    try:
        program = program_of(expression)
    except BROKEN as error:
        return [broken_part("expression", rule, path, expression, plain(error))]
    bound = {*BOUND.findall(expression), *names}
    unknown = [name for name in program.variables() if name not in bound]
    called = [name for name in program.functions() if name[0].isalpha()]
    unknown += [name for name in called if name not in FUNCTIONS | SPANNING]
    found = [
        broken_part("bad-pattern", rule, path, literal, reason)
        for literal in LITERAL.findall(expression)
        if (reason := literal_trouble(literal))
    ]
    return found + [
        Finding(
            rule="unknown-name",
            message=messages.expression_unknown(rule.id, name),
            path=path,
            value=name,
        )
        for name in unknown
    ]


def broken_part(name: str, rule: Rule, path: str, part: str, reason: str) -> Finding:
    """The finding that a part of a rule is not what it should be."""
    said = messages.expression_broken(rule.id, messages.cut(part), reason)
    return Finding(rule=name, message=said, path=path, value=messages.cut(part))


def literal_trouble(literal: str) -> str:
    """Why a quoted text is no pattern; empty when it is one."""
    try:
        has_match("", cel.evaluate(literal))
    except BROKEN as error:
        return plain(error)
    return ""


def broken_patterns(field: Field) -> list[Finding]:
    """What is amiss in a field's pattern."""
    reason = pattern_trouble(field)
    if not reason:
        return []
    said = messages.pattern_broken(field, reason)
    return [Finding(rule="bad-pattern", message=said, path=field.name, value=field.pattern)]


def pattern_trouble(field: Field) -> str:
    """Why a field's patterns cannot be compiled; empty when they can."""
    try:
        for pattern in patterns_of(field):
            jsonschema_rs.Draft202012Validator({"pattern": pattern}, offline=True)
    except ValueError as error:
        return plain(error)
    return ""
