"""Findings: things amiss, as values; and the notebook in which they are gathered."""

from collections import Counter
from collections.abc import Iterable
from typing import Literal, TypeAlias

from msgspec import Struct

Severity: TypeAlias = Literal["error", "warning"]

SHOWN = 80
"""How many letters of a value a finding shows."""


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    One thing amiss in a body, a source file or a workbook.

    Attributes:
        rule: the stable name of what is broken.
        severity: error (stops publishing) or warning.
        message: what is wrong and what to do, by language (vi and en).
        path: where in the body: a member key, or member key/field.
        file, sheet, cell: where in a file (cell as A1 or as line 12), when it came from one.
        value: the text found there, shortened.
    """

    rule: str
    severity: Severity = "error"
    message: dict[str, str]
    path: str = ""
    file: str = ""
    sheet: str = ""
    cell: str = ""
    value: str = ""


class Notebook:
    """
    Gathers findings; of each rule only the first ones, then how many more there are.

    A list of half a million concepts with the same mistake in each is one mistake.
    """

    def __init__(self, limit: int = 1000) -> None:
        self.limit = limit
        self.found: list[Finding] = []
        self.counts: Counter[tuple[str, Severity]] = Counter()

    def error(self, rule: str, path: str, vi: str, en: str, value: object = "") -> None:
        """Note what stops publishing."""
        self.note(rule, "error", path, {"vi": vi, "en": en}, value)

    def warning(self, rule: str, path: str, vi: str, en: str, value: object = "") -> None:
        """Note what is odd, but does not stop publishing."""
        self.note(rule, "warning", path, {"vi": vi, "en": en}, value)

    def note(
        self, rule: str, severity: Severity, path: str, message: dict[str, str], value: object
    ) -> None:
        """Note something amiss."""
        self.counts[rule, severity] += 1
        if self.counts[rule, severity] <= self.limit:
            self.found.append(
                Finding(
                    rule=rule,
                    severity=severity,
                    message=message,
                    path=path,
                    value=shortened(str(value)),
                )
            )

    def findings(self) -> tuple[Finding, ...]:
        """What was found, in order; behind it one for each rule that has more than are told."""
        rest = (
            Finding(
                rule=rule,
                severity=severity,
                message={
                    "vi": f"Còn {count - self.limit} lỗi cùng loại không liệt kê ở đây",
                    "en": f"{count - self.limit} more of this kind are not listed",
                },
            )
            for (rule, severity), count in self.counts.items()
            if count > self.limit
        )
        return (*self.found, *rest)


def shortened(text: str) -> str:
    """A text as it is shown in a finding; what cannot be printed is shown by its number."""
    cut = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    if cut.isprintable():
        return cut
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in cut)


def errors_of(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that stop publishing."""
    return tuple(finding for finding in findings if finding.severity == "error")
