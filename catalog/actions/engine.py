"""
The checking engine: what a layout and the lists of one day find in a record.

For a day, a compiled layout is joined with the lists in force then; record after record is
checked without resolving anything again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from functools import partial
from itertools import islice
from typing import Any, Protocol

from jsonschema_rs import ValidationError
from jsonschema_rs import ValidationErrorKind as Kind

from catalog.actions.codes import Codes, Severity
from catalog.actions.layout import SURE, Layout, Record, code_of
from catalog.core.model import Field
from catalog.core.record_finding import RecordFinding
from catalog.core.release import Entry
from catalog.formats import messages
from catalog.formats.messages import Said

RANKS = {
    rule: rank
    for rank, rule in enumerate(
        (
            "malformed", "schema-not-in-force", "accepted-transitional", "required", "type",
            "max-length", "format", "pattern", "code-not-in-list", "code-not-in-force",
            "code-retired", "not-allowed", "sex-mismatch", "age-mismatch", "reference-missing",
            "sum-mismatch", "order", "unknown-field",
        )
    )
}  # fmt: skip
"""The order of findings at one field; rules of the layout's own come last."""

MOST_AT_A_FIELD = 100
"""How many findings one field of one record may give; a value may hold many codes."""

MOST_UNKNOWN = 100
"""How many unknown fields of one record are named."""

OPEN_CLASSES = frozenset({"", "open", "shared"})
"""Classes of data whose values are shown even when personal values are masked."""


class Say(Protocol):
    """Words a finding, given the field and the value as it may be shown."""

    def __call__(self, field: Field, value: str, /) -> Said:
        """Say it in both languages."""
        ...


class Masking(Enum):
    """Whether findings show values of personal fields."""

    SHOW = "show"
    MASK = "mask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """
    A finding before it knows its record's number and its field's path.

    Attributes:
        place: position of the field in the layout; -1 for the record as a whole.
    """

    place: int
    rule: str
    severity: Severity = "error"
    path: str = ""
    value: object = None
    said: Said

    @property
    def order(self) -> tuple[int, int, str]:
        """Findings of a record come in the order of its layout's fields, then of the rules."""
        return (self.place, RANKS.get(self.rule, len(RANKS)), self.rule)


@dataclass(frozen=True, slots=True)
class Bound:
    """A field with the list that its values come from."""

    place: int
    field: Field
    codes: Codes


@dataclass(slots=True, kw_only=True)
class Plan:
    """
    How records of one day are checked: a layout's release, and the lists in force.

    Attributes:
        former: the plan of the former layout, while that is still accepted.
        unchecked: fields that are bound to a list nobody can ask on that day, with the reason.
    """

    entry: Entry
    layout: Layout
    bound: tuple[Bound, ...]
    masking: Masking
    former: "Plan | None" = None
    unchecked: dict[str, Said] = field(default_factory=dict)
    quick: tuple[tuple[str, str, set[str], Bound], ...] = ()

    def __post_init__(self) -> None:
        self.quick = tuple(
            (one.field.name, one.field.separator, one.codes.memory.usable, one)
            for one in self.bound
        )

    def findings(self, number: int, record: object, day: date) -> list[RecordFinding]:
        """All that is amiss in a record, in a stable order; nothing, when it is fine."""
        found = self.remarks(record, day)
        if not found:
            return []
        if self.former is not None and has_errors(found):
            found = self.forgiven(record, day) or found
        found.sort(key=order_of)
        return [
            RecordFinding(
                record=number,
                table=self.layout.schema.record,
                path=remark.path,
                rule=remark.rule,
                severity=remark.severity,
                value=remark.value,
                message=remark.said,
            )
            for remark in found
        ]

    def forgiven(self, record: object, day: date) -> list[Remark]:
        """What is said of a record that fits a former layout still accepted; else nothing."""
        former = self.former
        while former is not None:
            before = former.remarks(record, day)
            if not has_errors(before):
                said = messages.record_transitional(former.entry, self.entry)
                rule = "accepted-transitional"
                return [Remark(place=-1, rule=rule, severity="warning", said=said), *before]
            former = former.former
        return []

    def remarks(self, record: object, day: date) -> list[Remark]:
        """All that is amiss in a record, in any order."""
        layout = self.layout
        if not isinstance(record, dict):
            shown = messages.shown(record)
            return [Remark(place=-1, rule="type", value=shown, said=messages.not_a_record(shown))]
        try:
            fine = layout.validator.is_valid(record)
            found: list[Remark] = [] if fine else self.structural(record)
        except ValueError as error:
            return [Remark(place=-1, rule="malformed", said=messages.malformed(reason_of(error)))]
        broken = {remark.place for remark in found} if found else NOTHING
        for dated in layout.dated:
            text = record.get(dated.name)
            # Most days are before the 29th: one look says that they are fine.
            if text.__class__ is not str or not (dated.separator or text[dated.days] > SURE):
                continue
            if text and dated.place not in broken and dated.wrong(text):
                found.append(self.remark(dated.place, "format", text, messages.wrong_format))
        for name, separator, usable, bound in self.quick:
            value = record.get(name)
            text = value if value.__class__ is str else code_of(value)
            if text and (text not in usable or (separator and separator in text)):
                found += self.look_up(text, bound, record, day)
        if layout.expressions.rules:
            self.apply_rules(record, found)
        return found

    def structural(self, record: Record) -> list[Remark]:
        """
        What is amiss by the compiled schema, in our words.

        Raises: ValueError, for what no JSON can say.
        """
        layout = self.layout
        if not all(isinstance(name, str) for name in record):
            raise ValueError("a name is no text")
        found = [self.absent(name) for name in layout.required if name not in record]
        if layout.schema.closed:
            unknown = (name for name in record if name not in layout.place)
            found += (self.unknown(name, record) for name in islice(unknown, MOST_UNKNOWN))
        for error in layout.details.iter_errors(record):
            remark = self.translate(error, record)
            if remark not in found:
                found.append(remark)
        return found

    def translate(self, error: ValidationError, record: Record) -> Remark:
        """What one error of the validator says."""
        name = str(error.instance_path[0])
        place, value = self.layout.place[name], record[name]
        if value in EMPTY and self.layout.fields[place].required == "yes":
            # No value says it all: its type, length and pattern do not matter.
            return self.absent(name)
        return self.at_field(error.kind, place, value)

    def at_field(self, kind: Kind, place: int, value: Any) -> Remark:  # noqa: ANN401 - any JSON
        """The remark for an error at a field that has a value."""
        match kind:
            case Kind.Type() | Kind.MaxLength(limit=0):
                return self.remark(place, "type", value, messages.wrong_type)
            case Kind.MaxLength():
                long = partial(messages.too_long, length=len(value))
                return self.remark(place, "max-length", value, long)
            case Kind.ExclusiveMaximum() | Kind.ExclusiveMinimum():
                return self.remark(place, "max-length", value, messages.too_large)
            case Kind.Pattern(pattern=pattern) if pattern == self.layout.formats[place]:
                return self.remark(place, "format", value, messages.wrong_format)
            case _:
                return self.remark(place, "pattern", value, messages.wrong_pattern)

    def look_up(self, text: str, bound: Bound, record: Record, day: date) -> list[Remark]:
        """What is wrong with the codes of one field that were not known to be fine."""
        described, codes, usable = bound.field, bound.codes, bound.codes.memory.usable
        items: Iterable[str] = (text,)
        if described.separator:
            if described.max_length and len(text) > described.max_length:
                return []
            items = dict.fromkeys(text.split(described.separator))
        person = partial(self.layout.person, record, day)
        found: list[Remark] = []
        for item in items:
            if item in usable:
                continue
            problems = codes.problems_of(item, day, person) if item else (codes.empty,)
            found += [
                self.remark(bound.place, one.rule, item, one.say, one.severity) for one in problems
            ]
            if len(found) >= MOST_AT_A_FIELD:
                break
        return found

    def apply_rules(self, record: Record, found: list[Remark]) -> None:
        """Add which rules the record breaks."""
        fields = self.layout.fields
        untyped = {fields[one.place].name for one in found if one.rule == "type"}
        for outcome in self.layout.expressions.outcomes(record, untyped):
            rule = outcome.rule
            name = next(iter(rule.fields), "")
            place = self.layout.place.get(name, -1)
            if outcome.reason:
                if any(one.place == place for one in found):
                    continue
                said = messages.rule_not_evaluated(rule.id, outcome.reason)
                severity: Severity = "warning"
            else:
                said = messages.rule_failed(rule.message, rule.id)
                severity = rule.severity
            value, _ = self.shown(place, record.get(name))
            found.append(
                Remark(
                    place=place,
                    rule=rule.finding or f"rule:{rule.id}",
                    severity=severity,
                    path=pointer(name) if name else "",
                    value=value,
                    said=said,
                )
            )

    def remark(
        self,
        place: int,
        rule: str,
        value: object,
        say: Say,
        severity: Severity = "error",
    ) -> Remark:
        """A remark at a field, its value shown or masked."""
        described = self.layout.fields[place]
        sent, shown = self.shown(place, value)
        return Remark(
            place=place,
            rule=rule,
            severity=severity,
            path=pointer(described.name),
            value=sent,
            said=say(described, shown),
        )

    def shown(self, place: int, value: object) -> tuple[object, str]:
        """A value as findings carry it, and as messages say it."""
        private = place >= 0 and self.layout.fields[place].data_class not in OPEN_CLASSES
        if self.masking is Masking.MASK and (private or place < 0) and value is not None:
            return messages.MASK, messages.MASK
        shown = messages.shown(value)
        plain = value is None or isinstance(value, bool | float) or code_of(value) == shown
        return (value if plain else shown), shown

    def absent(self, name: str) -> Remark:
        """The remark that a field has no value."""
        place = self.layout.place[name]
        said = messages.required(self.layout.fields[place])
        return Remark(place=place, rule="required", path=pointer(name), said=said)

    def unknown(self, name: str, record: Record) -> Remark:
        """The remark that a field is not of this layout."""
        schema = self.layout.schema
        value, _ = self.shown(-1, record.get(name))
        return Remark(
            place=len(self.layout.fields),
            rule="unknown-field",
            path=pointer(name),
            value=value,
            said=messages.unknown_field(messages.cut(name), schema.title, self.entry.version),
        )


NOTHING: frozenset[int] = frozenset()
EMPTY = (None, "")


def order_of(remark: Remark) -> tuple[int, int, str]:
    """The order of findings in a record."""
    return remark.order


def has_errors(remarks: list[Remark]) -> bool:
    """Whether any of these makes the record invalid."""
    return any(remark.severity == "error" for remark in remarks)


def pointer(name: str) -> str:
    """
    A JSON Pointer to a field.

    Source: RFC 6901, https://www.rfc-editor.org/rfc/rfc6901
    """
    return "/" + messages.cut(name).replace("~", "~0").replace("/", "~1")


def reason_of(error: ValueError) -> str:
    """Why a record is nothing that JSON could say."""
    if isinstance(error, UnicodeError):
        return "a text is not Unicode (half of a surrogate pair)"
    return messages.cut(str(error))
