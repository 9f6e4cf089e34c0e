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
from typing import Any, Protocol

from jsonschema_rs import ValidationError
from jsonschema_rs import ValidationErrorKind as Kind

from catalog.actions.codes import Codes, Person, Severity
from catalog.actions.layout import Layout, Record, code_of
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
    day: date
    bound: tuple[Bound, ...]
    masking: Masking
    former: "Plan | None" = None
    unchecked: dict[str, str] = field(default_factory=dict)
    quick: tuple[tuple[str, str, set[str], Bound], ...] = ()

    def __post_init__(self) -> None:
        self.quick = tuple(
            (one.field.name, one.field.separator, one.codes.memory.usable, one)
            for one in self.bound
        )

    def findings(self, number: int, record: object) -> list[RecordFinding]:
        """All that is amiss in a record, in a stable order; nothing, when it is fine."""
        found = self.remarks(record)
        if not found:
            return []
        if self.former is not None and has_errors(found):
            found = self.forgiven(record) or found
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

    def forgiven(self, record: object) -> list[Remark]:
        """What is said of a record that fits a former layout still accepted; else nothing."""
        former = self.former
        while former is not None:
            before = former.remarks(record)
            if not has_errors(before):
                said = messages.record_transitional(former.entry, self.entry)
                rule = "accepted-transitional"
                return [Remark(place=-1, rule=rule, severity="warning", said=said), *before]
            former = former.former
        return []

    def remarks(self, record: object) -> list[Remark]:
        """All that is amiss in a record, in any order."""
        layout = self.layout
        try:
            fine = layout.validator.is_valid(record)
        except ValueError as error:
            return [Remark(place=-1, rule="malformed", said=messages.malformed(reason_of(error)))]
        if not isinstance(record, dict):
            shown = messages.shown(record)
            return [Remark(place=-1, rule="type", value=shown, said=messages.not_a_record(shown))]
        found: list[Remark] = [] if fine else self.structural(record)
        broken = {remark.place for remark in found} if found else NOTHING
        for dated in layout.dated:
            text = record.get(dated.name)
            if text and dated.place not in broken and dated.wrong(text):
                found.append(self.remark(dated.place, "format", text, messages.wrong_format))
        for name, separator, usable, bound in self.quick:
            value = record.get(name)
            text = value if value.__class__ is str else code_of(value)
            if text and (text not in usable or (separator and separator in text)):
                self.look_up(text, bound, record, found)
        if layout.expressions.rules:
            self.apply_rules(record, found)
        return found

    def structural(self, record: Record) -> list[Remark]:
        """What the compiled schema finds, in our words."""
        found: list[Remark] = []
        for error in self.layout.validator.iter_errors(record):
            self.translate(error, record, found)
        return found

    def translate(self, error: ValidationError, record: Record, found: list[Remark]) -> None:
        """Add what one error of the validator says."""
        match error.kind:
            case Kind.AdditionalProperties(unexpected=names):
                found += (self.unknown(name, record) for name in names[:MOST_UNKNOWN])
            case Kind.Required(property=name):
                found.append(self.absent(name))
            case kind if error.instance_path:
                name = str(error.instance_path[0])
                place, value = self.layout.place[name], record[name]
                if not (self.layout.fields[place].required == "yes" and value in EMPTY):
                    found.append(self.at_field(kind, place, value))
                elif not any(one.place == place for one in found):
                    # No value says it all: its type, length and pattern do not matter.
                    found.append(self.absent(name))

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

    def look_up(self, text: str, bound: Bound, record: Record, found: list[Remark]) -> None:
        """Add what is wrong with the codes of one field that were not known to be fine."""
        described, codes = bound.field, bound.codes
        if described.separator:
            if described.max_length and len(text) > described.max_length:
                return
            items: Iterable[str] = dict.fromkeys(text.split(described.separator))
        else:
            items = (text,)
        usable = codes.memory.usable
        most = len(found) + MOST_AT_A_FIELD

        def person() -> Person:
            return self.layout.person(record, self.day)

        for item in items:
            if item in usable:
                continue
            problems = codes.problems_of(item, self.day, person) if item else (codes.empty,)
            found += [
                self.remark(bound.place, one.rule, item, one.say, one.severity) for one in problems
            ]
            if len(found) >= most:
                return

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
