"""
Codes in records, held against the list that is in force on a day.

Most codes of most records are fine, and a set says so. Only the others cost a look at the
lexicon, and what was found there is kept.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Literal, TypeAlias

from catalog.core.library import Library
from catalog.core.model import Binding, Concept, Field, Value
from catalog.core.release import Entry, Timeline
from catalog.core.terminology import Lexicon
from catalog.formats import messages
from catalog.formats.messages import Said

KEPT_CODES = 200_000
"""How many good codes are kept for each list."""

KEPT_PROBLEMS = 10_000
"""How many bad codes are kept for each list."""

LONGEST_CODE = 100
"""Longer bad codes are not kept."""

NEIGHBOURS = 4
"""How many releases back and forth an unknown code is looked for."""

UNDETERMINED = "3"
"""The code of an undetermined sex in claim records; no code of a diagnosis contradicts it."""

SEXES = {"male": "1", "female": "2"}
"""Words for the codes of sex in claim records."""

PAIR_MARKS = "†*+"
"""What marks a dagger or an asterisk code behind its letters and digits."""

Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """
    What is wrong with a code.

    Attributes:
        say: the message, given the field and the code as it may be shown.
    """

    rule: str
    severity: Severity
    say: Callable[[Field, str], Said]


@dataclass(frozen=True, slots=True)
class Person:
    """
    What a record says of the person; ages in days, None when the birth is unknown.

    Attributes:
        youngest, oldest: the ages between which the person was during the record's stay.
        codes: the codes in fields where codes come in pairs, without their marks.
    """

    sex: str = ""
    youngest: int | None = None
    oldest: int | None = None
    codes: frozenset[str] = frozenset()

    def has_one_of(self, codes: tuple[str, ...]) -> bool:
        """Whether the record has one of the codes, or one below it."""
        return any(mine.startswith(code) for code in codes for mine in self.codes)


@dataclass(frozen=True, slots=True)
class Limits:
    """To which records a code is limited; the days are ISO text, half-open."""

    valid_from: str = ""
    valid_to: str = ""
    replaced_by: tuple[str, ...] = ()
    sexes: frozenset[str] = frozenset()
    least: int | None = None
    most: int | None = None
    not_main: bool = False
    daggers: tuple[str, ...] = ()


NO_LIMITS = Limits()
"""Any record may carry the code."""

NOT_MAIN = Limits(not_main=True)
"""Only where it stands matters, not who the record is about."""


def limits_of(concept: Concept, checks: tuple[str, ...]) -> Limits:
    """To which records a concept is limited, as far as a binding asks."""
    said = concept.properties
    dated = concept.valid_from or concept.valid_to
    limits = Limits(
        valid_from=concept.valid_from,
        valid_to=concept.valid_to,
        replaced_by=concept.replaced_by if dated else (),
        sexes=sexes_of(said.get("sex", "")) if "sex" in checks else frozenset(),
        least=days_of(said.get("age-min-days")) if "age" in checks else None,
        most=days_of(said.get("age-max-days")) if "age" in checks else None,
        not_main="main" in checks and said.get("not-main") in (True, "true", "1", 1),
        daggers=daggers_of(said.get("dagger", "")) if "pairs" in checks else (),
    )
    return NO_LIMITS if limits == NO_LIMITS else limits


def daggers_of(value: Value) -> tuple[str, ...]:
    """The dagger codes that a property names, without their marks."""
    words = value if isinstance(value, list) else [str(value)]
    return tuple(word.rstrip(PAIR_MARKS) for word in words if word)


def sexes_of(value: Value) -> frozenset[str]:
    """The codes of sex that a property names."""
    words = value if isinstance(value, list) else [str(value)]
    return frozenset(SEXES.get(word, word) for word in words if word)


def days_of(value: Value | None) -> int | None:
    """A number of days that a property states."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        return int(value[:9])
    return None


@dataclass(slots=True)
class Memory:
    """What was learnt of the codes of one release: those without limits, and limits of others."""

    usable: set[str] = field(default_factory=set)
    limited: dict[str, Limits] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Codes:
    """
    The list of a binding, while the same releases of it hold.

    Attributes:
        entries: the release in force, then the former ones still accepted.
        known: how much of the timeline was known.
        memory: shared by all who check against the same release in the same way.
        problems: what is wrong with bad codes, by code and day.
    """

    binding: Binding
    entries: tuple[Entry, ...]
    timeline: Timeline
    library: Library
    known: datetime
    memory: Memory
    problems: dict[tuple[str, date], Problem] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """How grave it is to carry a code that is not of the list."""
        return "error" if self.binding.strength == "required" else "warning"

    @property
    def empty(self) -> Problem:
        """There is nothing between two separators."""
        return Problem("code-not-in-list", self.severity, messages.code_empty)

    def lexicon(self, entry: Entry) -> Lexicon:
        """The lexicon of one of the releases."""
        return self.library.lexicon(entry)

    def problems_of(
        self, code: str, day: date, person: Callable[[], Person]
    ) -> tuple[Problem, ...]:
        """What is wrong with a code in a record of a day."""
        limits = self.memory.limited.get(code)
        if limits is None:
            found = self.problems.get((code, day))
            if found is not None:
                return (found,)
            concept = self.lexicon(self.entries[0]).lookup(code)
            if concept is None or concept.retired or not concept.selectable:
                return (self.remember(code, day, self.why(code, concept, day)),)
            limits = self.learn(concept)
        if limits is NO_LIMITS:
            return ()
        late = self.in_time(code, limits, day)
        return (late,) if late else tuple(self.for_person(limits, person))

    def learn(self, concept: Concept) -> Limits:
        """Keep what a concept is limited to."""
        memory = self.memory
        plain = not (concept.valid_from or concept.valid_to)
        if plain and not (self.binding.checks and concept.properties):
            limits = NO_LIMITS
        else:
            limits = limits_of(concept, self.binding.checks)
        if len(memory.usable) + len(memory.limited) >= KEPT_CODES:
            memory.usable.clear()
            memory.limited.clear()
        if limits is NO_LIMITS:
            memory.usable.add(concept.code)
        else:
            memory.limited[concept.code] = limits
        return limits

    def remember(self, code: str, day: date, problem: Problem) -> Problem:
        """Keep what is wrong with a code."""
        if len(self.problems) >= KEPT_PROBLEMS:
            self.problems.clear()
        if len(code) <= LONGEST_CODE:
            self.problems[code, day] = problem
        return problem

    def in_time(self, code: str, limits: Limits, day: date) -> Problem | None:
        """What is wrong with the code's own days."""
        text = day.isoformat()
        current = self.entries[0]
        if limits.valid_from and text < limits.valid_from:
            return self.in_former(code, day) or Problem(
                "code-not-in-force",
                self.severity,
                partial(
                    messages.code_not_in_force, entry=current, day=day, since=limits.valid_from
                ),
            )
        if limits.valid_to and limits.valid_to <= text:
            return self.in_former(code, day) or Problem(
                "code-retired",
                self.severity,
                partial(
                    messages.code_retired, entry=current, day=day, replaced_by=limits.replaced_by
                ),
            )
        return None

    def for_person(self, limits: Limits, person: Callable[[], Person]) -> Iterator[Problem]:
        """What is wrong with the code for this record's person."""
        if limits.not_main:
            yield Problem("not-allowed", self.severity, messages.not_as_main)
        if limits in (NO_LIMITS, NOT_MAIN):
            return
        who = person()
        if limits.daggers and not who.has_one_of(limits.daggers):
            say = partial(messages.dagger_missing, daggers=limits.daggers)
            yield Problem("reference-missing", "warning", say)
        if limits.sexes and who.sex and who.sex != UNDETERMINED and who.sex not in limits.sexes:
            say = partial(messages.sex_mismatch, sex=who.sex)
            yield Problem("sex-mismatch", self.severity, say)
        if who.youngest is None or who.oldest is None:
            return
        too_young = limits.least is not None and who.oldest < limits.least
        if too_young or (limits.most is not None and who.youngest > limits.most):
            say = partial(messages.age_mismatch, least=limits.least, most=limits.most)
            yield Problem("age-mismatch", self.severity, say)

    def why(self, code: str, concept: Concept | None, day: date) -> Problem:
        """Why a code may not be used: no code, a heading, retired, or of another time."""
        former = self.in_former(code, day)
        if former is not None:
            return former
        current, severity = self.entries[0], self.severity
        if concept is None:
            return self.elsewhere(code, day) or Problem(
                "code-not-in-list",
                severity,
                partial(messages.code_not_in_list, entry=current, day=day, near=self.near(code)),
            )
        if concept.retired:
            say = partial(
                messages.code_retired, entry=current, day=day, replaced_by=concept.replaced_by
            )
            return Problem("code-retired", severity, say)
        return Problem(
            "code-not-in-list", severity, partial(messages.code_is_heading, entry=current, day=day)
        )

    def in_former(self, code: str, day: date) -> Problem | None:
        """Whether a former release, still accepted, has the code."""
        for former in self.entries[1:]:
            if self.lexicon(former).usable(code, day):
                say = partial(messages.code_transitional, former=former, current=self.entries[0])
                return Problem("accepted-transitional", "warning", say)
        return None

    def elsewhere(self, code: str, day: date) -> Problem | None:
        """Whether the code was in a release before, or will be in one after."""
        if len(self.timeline.entries) == 1:
            return None
        former: Entry | None = self.entries[0]
        for _ in range(NEIGHBOURS):
            former = self.timeline.before(former, self.known) if former else None
            concept = self.lexicon(former).lookup(code) if former else None
            if concept is not None and concept.selectable:
                by = concept.replaced_by
                say = partial(
                    messages.code_retired, entry=self.entries[0], day=day, replaced_by=by
                )
                return Problem("code-retired", self.severity, say)
        later: Entry | None = self.entries[0]
        for _ in range(NEIGHBOURS):
            later = self.timeline.after(later, self.known) if later else None
            concept = self.lexicon(later).lookup(code) if later else None
            if later is not None and concept is not None and concept.selectable:
                since = later.start.isoformat()
                say = partial(
                    messages.code_not_in_force, entry=self.entries[0], day=day, since=since
                )
                return Problem("code-not-in-force", self.severity, say)
        return None

    def near(self, code: str) -> str:
        """A code that was perhaps meant: another writing of it, or the same in capitals."""
        lexicon = self.lexicon(self.entries[0])
        for text in dict.fromkeys((code, code.strip(), code.strip().upper())):
            found = lexicon.resolve(text)
            if found is not None and found != code:
                return found
        return ""
