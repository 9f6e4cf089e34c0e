"""
How long the preview of the real workbooks takes, phase by phase; and of a list of many concepts.

    python -m benchmarks.importing [rows]

The target: ICD-10 (read, candidates, diff, rules, report) within 6 s.
"""

import io
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import xlsxwriter

from catalog.actions.importing import Preview, house_findings, preview, write_report
from catalog.core.changes import diff
from catalog.core.errors import NotFound
from catalog.core.names import Key
from catalog.formats.profiles import PROFILES
from catalog.formats.profiles.profile import Options
from catalog.formats.workbook import read_workbook

MINISTRY = Path(__file__).parents[2] / "shared" / "data" / "ministry"
TARGET = 6.0
T = TypeVar("T")


class EmptyLibrary:
    """A library without releases."""

    def timeline(self, key: Key):
        raise NotFound(str(key))


def timed(told: list[tuple[str, float]], phase: str, work: Callable[[], T]) -> T:
    """Do some work and note how long it took."""
    start = time.perf_counter()
    result = work()
    told.append((phase, time.perf_counter() - start))
    return result


def phases(data: bytes, profile: str, into: Key | None = None) -> list[tuple[str, float]]:
    """The phases of a preview, each on its own, and the preview and report as a whole."""
    told: list[tuple[str, float]] = []
    book = timed(told, "unpack and open", lambda: read_workbook(data, "b.xlsx"))
    timed(told, "read sheets", lambda: [book.sheet(name) for name in book.sheet_names])
    found = timed(told, "candidates", lambda: PROFILES[profile].read(book, Options(into=into)))
    bodies = [item.body for item in found if item.body is not None]
    timed(told, "diff", lambda: [diff(None, body) for body in bodies])
    timed(told, "house rules", lambda: [house_findings(body) for body in bodies])

    def whole() -> Preview:
        return preview(EmptyLibrary(), data, PROFILES[profile], into=into, name="b.xlsx")

    seen = timed(told, "preview, whole", whole)
    timed(told, "report", lambda: write_report(seen))
    return told


def many(rows: int) -> bytes:
    """A workbook of many codes under a hundred parents."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"constant_memory": True, "in_memory": True})
    sheet = book.add_worksheet("codes")
    sheet.write_row(0, 0, ("code", "name", "parent", "status", "property:x"))
    for number in range(rows):
        parent = f"{number % 100:07}" if number >= 100 else ""
        row = (f"{number:07}", f"Khái niệm số {number}", parent, "active", str(number % 7))
        sheet.write_row(number + 1, 0, row)
    book.close()
    return buffer.getvalue()


def show(title: str, told: list[tuple[str, float]]) -> float:
    """Print phases; the time of the preview with its report."""
    print(f"\n{title}")
    for phase, seconds in told:
        print(f"  {phase:<18}{seconds:8.2f} s")
    return sum(seconds for phase, seconds in told if phase in {"preview, whole", "report"})


def main() -> None:
    """Print all phases and whether the target is met."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    icd10 = phases((MINISTRY / "qd-4469-2020-icd10.xlsx").read_bytes(), "icd10")
    total = show("ICD-10 (12,219 rows and 13 annexes)", icd10)
    print(f"  preview and report {total:.2f} s; target {TARGET:.0f} s; met: {total <= TARGET}")
    for profile, name in (
        ("icd9cm", "qd-4440-2020-icd9cm-half.xlsx"),
        ("claim-tables", "qd-4750-2023-claim-tables.xlsx"),
        ("admin-units", "admin-units-2024-06-11.xlsx"),
    ):
        show(name, phases((MINISTRY / name).read_bytes(), profile))
    show(
        f"a table of {rows:,} codes",
        phases(many(rows), "table", Key.parse("code-list/bench/many")),
    )


if __name__ == "__main__":
    main()
