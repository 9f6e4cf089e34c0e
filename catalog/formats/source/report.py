"""What is amiss in source files, gathered while they are read."""

from dataclasses import dataclass, field

from catalog.core.findings import Finding

SHOWN = 80
"""How much of a wrong text a finding repeats, in characters."""


@dataclass(slots=True)
class Report:
    """Findings in the order in which they were met."""

    findings: list[Finding] = field(default_factory=list)

    def error(self, rule: str, file: str, line: int, vi: str, en: str, value: str = "") -> None:
        """Note something that stops the load."""
        self.add("error", rule, file, line, vi, en, value)

    def warning(self, rule: str, file: str, line: int, vi: str, en: str, value: str = "") -> None:
        """Note something that should be mended."""
        self.add("warning", rule, file, line, vi, en, value)

    def add(
        self, severity: str, rule: str, file: str, line: int, vi: str, en: str, value: str
    ) -> None:
        """Note a finding; a line of 0 means the whole file."""
        self.findings.append(
            Finding(
                rule=rule,
                severity="error" if severity == "error" else "warning",
                message={"vi": vi, "en": en},
                file=file,
                cell=f"line {line}" if line else "",
                value=value[:SHOWN],
            )
        )
