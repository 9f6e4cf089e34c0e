"""
Rules over the tables of one dossier: CEL that may ask the other tables.

A rule belongs to the layout of a table and is looked at for each of its rows. Besides what every
rule may call, it may call:

- `has_table("XML2")`: whether the dossier has rows of a table;
- `rows("XML2")`: the rows of a table, each by field names;
- `values("XML1", "MA_LK")`: the different values of a field, in order;
- `value("XML1", "NGAY_VAO")`: the first value of a field, or null;
- `total(["XML2", "XML3"], "T_BNTT")`: the sum of a field over tables; null when some value is no
  number. A third argument names a field that a row must have a value in to be counted, and a
  fourth says which value;
- `same_amount(a, b)`: whether two amounts are equal to a hundredth; true when either is null;
- `is_first("STT")`: whether no earlier row of the same table has the same value of a field.

What stands in braces in the message of such a rule is CEL too: `{total(["XML2"], "T_BNTT")}`.
"""

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import cel

from catalog.actions.engine import Masking, Plan, Remark, pointer
from catalog.actions.expressions import (
    BROKEN,
    OWN,
    TOGETHER,
    compiled,
    evaluated,
    is_number,
    num,
    plain,
    program_of,
)
from catalog.actions.layout import Record
from catalog.core.model import Rule
from catalog.formats import messages
from catalog.formats.json_schema import fields_of

Rows: TypeAlias = Sequence[Record]

SAME = 0.011
"""Amounts have two decimals; a hundredth is forgiven, for rounding."""

MOST_ROWS = 1_000
"""Of a longer table `rows` gives none: an expression would copy it for every row."""

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


class Tables:
    """
    The tables of one dossier, as rules ask for them.

    Attributes:
        rows: typed rows by the name of the table.
        here: the table and the row (from 0) whose rules are looked at.
    """

    def __init__(self, rows: dict[str, Rows]) -> None:
        self.by_name = rows
        self.here: tuple[str, int] = ("", 0)
        self.answers: dict[tuple[object, ...], Any] = {}

    def kept(self, key: tuple[object, ...], make: Callable[[], Any]) -> Any:  # noqa: ANN401
        """An answer worked out once for the dossier."""
        if key not in self.answers:
            self.answers[key] = make()
        return self.answers[key]

    def has_table(self, table: str) -> bool:
        """Whether the dossier has rows of a table."""
        return bool(self.by_name.get(table))

    def rows(self, table: str) -> list[dict[str, Any]]:
        """
        The rows of a table.

        Raises: ValueError, when there are too many to be copied.
        """
        found = self.by_name.get(table, ())
        if len(found) > MOST_ROWS:
            raise ValueError(f"{table} has more than {MOST_ROWS} rows")
        return [dict(row) for row in found]

    def values(self, table: str, field: str) -> list[Any]:
        """The different values of a field, in order."""

        def make() -> list[Any]:
            found = (row.get(field) for row in self.by_name.get(table, ()))
            return list(dict.fromkeys(one for one in found if scalar(one) and one != ""))

        answer: list[Any] = self.kept(("values", table, field), make)
        return answer

    def value(self, table: str, field: str) -> Any:  # noqa: ANN401 - any value of a field
        """The first value of a field; null when there is none."""
        return next(iter(self.values(table, field)), None)

    def total(
        self, tables: list[str], field: str, having: str = "", value: object = None
    ) -> float | None:
        """The sum of a field; null when some value is no number."""

        def make() -> float | None:
            amounts: list[float] = []
            for name in tables:
                for row in self.by_name.get(name, ()):
                    if having and not keeps(row.get(having), value):
                        continue
                    amount = row.get(field)
                    if amount in (None, ""):
                        continue
                    number = num(amount)
                    if number is None:
                        return None
                    amounts.append(number)
            return round(math.fsum(amounts), 4)

        answer: float | None = self.kept(("total", *tables, field, having, str(value)), make)
        return answer

    def is_first(self, field: str) -> bool:
        """Whether no earlier row of the same table has the same value of a field."""
        table, place = self.here

        def make() -> dict[Any, int]:
            first: dict[Any, int] = {}
            for number, row in enumerate(self.by_name.get(table, ())):
                found = row.get(field)
                if scalar(found):
                    first.setdefault(found, number)
            return first

        first = self.kept(("first", table, field), make)
        found = self.by_name[table][place].get(field)
        return not scalar(found) or found == "" or bool(first[found] == place)


def scalar(value: object) -> bool:
    """Whether a value is one that can be compared."""
    return isinstance(value, str | int | float)


def keeps(found: object, value: object) -> bool:
    """Whether a row's value is the one asked for; any, when none is."""
    if found in (None, ""):
        return False
    if value is None:
        return True
    return found == value or str(found) == str(value) or num(found) == (num(value) or math.nan)


def same_amount(one: object, other: object) -> bool:
    """Whether two amounts are equal to a hundredth; true when either is no number."""
    first, second = num(one), num(other)
    return first is None or second is None or abs(first - second) < SAME


def functions_of(tables: Tables) -> dict[str, Callable[..., Any]]:
    """What the rules of a dossier may call."""
    return {
        **OWN,
        "has_table": tables.has_table,
        "rows": tables.rows,
        "values": tables.values,
        "value": tables.value,
        "total": tables.total,
        "is_first": tables.is_first,
        "same_amount": same_amount,
    }


class Spanning:
    """The rules of one layout that ask other tables, compiled."""

    def __init__(self, plan: Plan) -> None:
        schema = plan.layout.schema
        self.plan = plan
        fields = {field.name: field for field in fields_of(schema)}
        self.rules = plan.layout.expressions.spanning
        self.programs = [compiled(rule, fields) for rule in self.rules]
        running = [one for one in self.programs if not isinstance(one, str)]
        self.together = [
            cel.compile(" && ".join(f"({one.source}\n)" for one in running[at : at + TOGETHER]))
            for at in range(0, len(running), TOGETHER)
        ]
        self.singly_only = len(running) < len(self.rules)
        named = {name for program in running for name in program.variables()}
        self.variables = tuple(
            (field.name, is_number(field)) for field in fields.values() if field.name in named
        )

    def remarks(
        self, record: Record, functions: dict[str, Callable[..., Any]], wrong: set[str]
    ) -> list[Remark]:
        """What rules over tables say of a row; those about fields found `wrong` are left out."""
        seen: dict[str, Any] = {}
        for name, number in self.variables:
            value = record.get(name)
            seen[name] = None if value == "" else num(value) if number else value
        context = cel.Context(variables=seen, functions=functions)
        try:
            if not self.singly_only and all(p.execute(context) is True for p in self.together):
                return []
        except BROKEN:
            # Looked at singly, the rule that cannot be evaluated is found.
            pass
        found: list[Remark] = []
        for rule, program in zip(self.rules, self.programs, strict=True):
            if not any(name in wrong for name in rule.fields):
                remark = self.remark(rule, program, context, record)
                if remark is not None:
                    found.append(remark)
        return found

    def remark(
        self, rule: Rule, program: cel.Program | str, context: cel.Context, record: Record
    ) -> Remark | None:
        """What one rule says of a row; None when the row keeps it."""
        if isinstance(program, str):
            reason = program
        else:
            outcome = evaluated(rule, program, context)
            if outcome is None:
                return None
            reason = outcome.reason
        name = next(iter(rule.fields), "")
        place = self.plan.layout.place.get(name, -1)
        value, _ = self.plan.shown(place, record.get(name))
        if reason:
            said = messages.rule_not_evaluated(rule.id, reason)
        else:
            kind = self.plan.layout.fields[place].data_class if place >= 0 else ""
            hidden = self.plan.masking is Masking.MASK and kind.startswith("personal")
            said = {
                language: self.worded(text, context, hidden=hidden)
                for language, text in messages.rule_failed(rule.message, rule.id).items()
            }
        return Remark(
            place=place,
            rule=rule.finding or f"rule:{rule.id}",
            severity="warning" if reason else rule.severity,
            path=pointer(name) if name else "",
            value=value,
            said=said,
        )

    def worded(self, text: str, context: cel.Context, *, hidden: bool) -> str:
        """A message with the figures of this row in the place of what stands in braces."""

        def figure(match: re.Match[str]) -> str:
            if hidden:
                return messages.MASK
            try:
                return figure_of(program_of(match[1]).execute(context))
            except BROKEN as error:
                return plain(error)

        return PLACEHOLDER.sub(figure, text)


def figure_of(value: object) -> str:
    """
    A value inside a message.

    >>> figure_of(1500.5), figure_of(2000.0), figure_of("A09")
    ('1500.5', '2000', 'A09')
    """
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return messages.shown(value).strip('"') if value is not None else "–"
