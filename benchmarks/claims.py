# ruff: noqa: E402 - the folder of benchmarks must not stand in for the standard library
"""
How fast claims are checked: an envelope of 1,000 dossiers; the same rules in plain Python beside.

    .venv/bin/python benchmarks/claims.py [--dossiers 1000] [--megabytes 0] [--data DIR]

--data names a loaded data folder (`catalog load`) for the figures of the command; --megabytes
makes an envelope of that size and reports the memory that checking it takes.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[1])

from jsonschema import Draft202012Validator

from catalog.actions.checking import Checker
from catalog.actions.claims import ClaimsRun, key_of_table
from catalog.actions.layout import day_of
from catalog.core.errors import NotFound
from catalog.core.model import CodeList
from catalog.core.names import Key
from catalog.formats.json_schema import fields_of, structure
from tests.claims_samples import dossier, dossier_xml, envelope, envelope_parts
from tests.content.shipped import library

CHUNK = 1 << 16


def pieces(data: bytes) -> Iterator[bytes]:
    return (data[at : at + CHUNK] for at in range(0, len(data), CHUNK))


def seconds(what, clock=time.process_time) -> float:
    """Seconds of one core, which do not depend on who else uses the machine."""
    start = clock()
    what()
    return clock() - start


def check(data: bytes) -> int:
    run = ClaimsRun(Checker(library()))
    return sum(1 for _ in run.stream(pieces(data), "envelope"))


class Plain:
    """The same records with plain jsonschema and Python: structure, days, codes, rules of sums."""

    def __init__(self, tables, day) -> None:
        shelf = library()
        self.validators, self.codes, self.dated = {}, {}, {}
        for name in tables:
            body = shelf.body(shelf.timeline(key_of_table(name)).in_force(day))
            self.validators[name] = Draft202012Validator(structure(body))
            self.dated[name] = [f.name for f in fields_of(body) if f.format]
            self.codes[name] = list(self.lists(shelf, body, day))

    def lists(self, shelf, body, day):
        for field in fields_of(body):
            if field.binding is None or field.binding.strength == "example":
                continue
            try:
                found = shelf.body(shelf.timeline(Key.parse(field.binding.list)).in_force(day))
            except NotFound:  # a list that is not shipped
                continue
            if isinstance(found, CodeList):
                codes = {c.code for c in found.members if c.selectable and not c.retired}
                yield field.name, field.separator, codes

    def findings(self, tables) -> int:
        found = 0
        for name, rows in tables.items():
            for row in rows:
                found += sum(1 for _ in self.validators[name].iter_errors(row))
                found += sum(1 for f in self.dated[name] if row.get(f) and not day_of(row[f]))
                for field, separator, codes in self.codes[name]:
                    value = row.get(field)
                    if value not in (None, ""):
                        items = str(value).split(separator) if separator else [str(value)]
                        found += sum(1 for item in items if item not in codes)
                found += self.sums(name, row)
        return found + self.across(tables)

    def sums(self, name, row) -> int:
        if name not in {"XML2", "XML3"}:
            return 0
        price = row.get("DON_GIA", row.get("DON_GIA_BV"))
        return int(abs(row["THANH_TIEN_BV"] - row["SO_LUONG"] * price) > 0.011) + int(
            abs(row["T_BHTT"] - row["THANH_TIEN_BH"] * row["MUC_HUONG"] / 100) > 0.011
        )

    def across(self, tables) -> int:
        summary = tables["XML1"][0]
        rows = [row for name in ("XML2", "XML3") for row in tables.get(name, ())]
        total = sum(row["THANH_TIEN_BV"] for row in rows)
        found = int(abs(summary["T_TONGCHI_BV"] - total) > 0.011)
        every = (row for rows in tables.values() for row in rows)
        return found + sum(1 for row in every if row["MA_LK"] != summary["MA_LK"])


def engine(prepared, tables) -> None:
    for name, rows in tables.items():
        for row in rows:
            prepared[name].findings(1, row)


def beside(samples) -> None:
    day = day_of("20250815")
    checker = Checker(library())
    runs = {name: checker.begin(key_of_table(name)) for name in samples[0]}
    plain = Plain(samples[0], day)
    rows = sum(len(rows) for tables in samples for rows in tables.values())
    for tables in samples[:5]:
        engine(runs, tables)
    ours = seconds(lambda: [engine(runs, tables) for tables in samples])
    few = samples[:20]
    share = sum(len(rows) for tables in few for rows in tables.values())
    theirs = seconds(lambda: [plain.findings(tables) for tables in few])
    ours, theirs = ours / rows * 1e6, theirs / share * 1e6
    print(f"a record, structure + lists + rules: {ours:.0f} us; plain jsonschema and Python "
          f"(fewer rules): {theirs:.0f} us; {theirs / ours:.1f} times")  # fmt: skip


def processes(data: bytes) -> None:
    halves = [data, data]
    one = seconds(lambda: [check(each) for each in halves], time.perf_counter)
    with get_context("fork").Pool(2) as pool:
        pool.map(check, [data[:0] or envelope(dossier(1))] * 2)
        two = seconds(lambda: pool.map(check, halves), time.perf_counter)
    load = os.getloadavg()[0]
    print(f"two processes: {one / two:.2f} times one (load of the machine {load:.1f})")


def command(folder: str, megabytes: int) -> None:
    environment = {**os.environ, "CATALOG_DATA_DIR": folder}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "bad.xml"
        bad = dossier(1)
        bad["XML1"][0]["T_BNTT"] = 5
        file.write_bytes(envelope(bad, *(dossier(n) for n in range(2, 1001))))
        for _ in range(2):
            start = time.perf_counter()
            program = [sys.executable, "-m", "catalog", "validate", str(file)]
            with subprocess.Popen(program, env=environment, stdout=subprocess.PIPE) as running:
                running.stdout.readline()
                took = time.perf_counter() - start
                running.kill()
        print(f"first finding: {took:.2f} s after the command starts")
        if megabytes:
            large(Path(place), megabytes, environment)


def large(place: Path, megabytes: int, environment) -> None:
    texts = [dossier_xml(dossier(n)) for n in range(1, 101)]
    count = megabytes * (1 << 20) // (sum(map(len, texts)) // 100)
    file = place / "large.xml"
    with file.open("wb") as out:
        for part in envelope_parts(
            (texts[n % 100].replace("LK0000", f"LK{n // 100:04}") for n in range(count)), count
        ):
            out.write(part)
    program = [sys.executable, "-m", "catalog", "validate", str(file)]
    with subprocess.Popen(program, env=environment, stdout=subprocess.PIPE) as running:
        start = time.perf_counter()
        said = running.stdout.read().decode().strip().splitlines()[-1]
        _, _, usage = os.wait4(running.pid, 0)
        running.returncode = 0
    took = time.perf_counter() - start
    print(f"{file.stat().st_size >> 20} MB: {took:.0f} s, "
          f"{usage.ru_maxrss >> 10} MB of memory; {said}")  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[1])
    options.add_argument("--dossiers", type=int, default=1000)
    options.add_argument("--megabytes", type=int, default=0)
    options.add_argument("--data", default="")
    asked = options.parse_args()
    samples = [dossier(n) for n in range(1, asked.dossiers + 1)]
    check(envelope(*samples[:3]))
    for form in ("plain", "base64"):
        data = envelope(*samples, form=form)
        took = seconds(lambda data=data: check(data))
        said = f"{asked.dossiers} dossiers, {len(data) / 1e6:.0f} MB, {form}"
        print(f"{said}: {took:.2f} s of one core")
    beside(samples[:200])
    processes(envelope(*samples[:300]))
    if asked.data:
        command(asked.data, asked.megabytes)


if __name__ == "__main__":
    main()
