"""
What checking records costs, beside plain `jsonschema` on the same records, taken in turns.

Run: python -m benchmarks.checking
"""

import gc
import statistics
import time
from collections.abc import Callable
from datetime import date

import jsonschema
import msgspec

from catalog.actions.checking import Checker, Compiled, numbered, records_of
from catalog.core.model import Binding, CodeList, Concept, Field, Schema
from catalog.core.names import Key, Space
from catalog.core.release import Release
from catalog.formats.format import Setting
from catalog.formats.json_schema import document_of, fields_of
from tests.actions import claims
from tests.actions.library import MemoryLibrary

ROUNDS = 7
XML1 = Key.parse("schema/byt/claim-xml1")


def rates(sides: dict[str, tuple[Callable[[], object], int]]) -> dict[str, float]:
    """
    Microseconds of processor time per record for each side: the median of rounds taken in turns.

    Shape:  name -> (what to run, how many records that is).
    """
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, (run, records) in sides.items():
            gc.collect()
            start = time.process_time()
            run()
            taken[name].append((time.process_time() - start) / records * 1e6)
    return {name: statistics.median(times) for name, times in taken.items()}


def enumerated(library: MemoryLibrary) -> jsonschema.Draft202012Validator:
    """Plain jsonschema with every list of single values as `enum`, however large."""
    timeline = library.timeline(XML1)
    entry = timeline.entries[-1]
    release = Release(entry, library.body(entry), timeline)
    document = document_of(release, Setting(Space("http://localhost"), library))
    schema = release.body
    assert isinstance(schema, Schema)  # noqa: S101 - a benchmark
    for field in fields_of(schema):
        if field.binding is None or field.separator:
            continue
        entry = library.timeline(Key.parse(field.binding.list)).entries[-1]
        codes = [concept.code for concept in library.lexicon(entry).concepts()]
        values = [int(code) for code in codes] if field.type == "integer" else codes
        if field.required != "yes":
            values += ["", None]
        document["properties"][field.name]["enum"] = values
    return jsonschema.Draft202012Validator(document)


def claim_records() -> None:
    """The 66 fields of XML1 with their lists: one by one, and as NDJSON."""
    library = MemoryLibrary()
    claims.install(library)
    bare = MemoryLibrary()
    entry = claims.install(bare)
    ruleless = msgspec.structs.replace(
        bare.body(entry), members=tuple(fields_of(bare.body(entry)))
    )
    lists = {f.binding.list: None for f in fields_of(ruleless) if f.binding is not None}
    bare.timelines.pop(XML1)
    bare.add(str(XML1), ruleless, lock=tuple(lists))
    few, many = 100, 4_000
    mixed = [claims.bad_record(i) if i % 10 == 0 else claims.good_record(i) for i in range(many)]
    lines = b"\n".join(msgspec.json.encode(record) for record in mixed)
    few_lines = lines.split(b"\n")[:few]
    plain = enumerated(library)
    checker, without = Checker(library), Checker(bare)

    def plain_lines() -> list[object]:
        return [list(plain.iter_errors(msgspec.json.decode(line))) for line in few_lines]

    rate = rates(
        {
            "jsonschema, lists as enum": (
                lambda: [list(plain.iter_errors(record)) for record in mixed[:few]],
                few,
            ),
            "ours, no rules": (lambda: without.check(XML1, numbered(mixed)), many),
            "ours, rules in CEL too": (lambda: checker.check(XML1, numbered(mixed)), many),
            "NDJSON, jsonschema": (plain_lines, few),
            "NDJSON, ours with rules": (
                lambda: checker.check(XML1, records_of(lines, "application/x-ndjson")),
                many,
            ),
        }
    )
    print("XML1, 66 fields, ICD-10 of 15,000 codes, 10 % bad records (us of CPU per record)")
    for name, taken in rate.items():
        base = rate["NDJSON, jsonschema" if "NDJSON" in name else "jsonschema, lists as enum"]
        print(f"  {name:28} {taken:9.1f} us   {base / taken:6.1f}x")


def large_lists() -> None:
    """A list of 100,000 codes against a list of 100; first in a cold process, then warm."""
    library, results = MemoryLibrary(), {}
    for size in (100, 100_000):
        members = tuple(Concept(code=f"{n:06}", display={"vi": f"Mã {n}"}) for n in range(size))
        key = f"code-list/x/list-{size}"
        library.add(key, CodeList(title={"vi": f"{size}"}, members=members))
        fields = tuple(
            Field(
                name=f"F{n}",
                label={"vi": f"Trường {n}"},
                max_length=20,
                binding=Binding(list=key) if n % 10 == 0 else None,
            )
            for n in range(60)
        )
        library.add(f"schema/x/s-{size}", Schema(title={"vi": "S"}, members=fields))
    sides = {}
    for size in (100, 100_000):
        key = Key.parse(f"schema/x/s-{size}")
        for name in ("good", "bad"):
            records = [
                {
                    f"F{n}": f"{(i * 7919 + n * 104729) % size:06}{'' if name == 'good' else 'x'}"
                    for n in range(60)
                }
                for i in range(5_000)
            ]
            cold = Checker(library, compiled=Compiled())
            start = time.process_time()
            cold.check(key, numbered(records), on=date(2024, 1, 1))
            results[f"{name} {size} cold"] = (time.process_time() - start) / 5_000 * 1e6
            checker = Checker(library)
            sides[f"{name} {size}"] = (
                lambda checker=checker, key=key, records=records: checker.check(
                    key, numbered(records), on=date(2024, 1, 1)
                ),
                5_000,
            )
    results |= rates(sides)
    print("a list of 100,000 codes against one of 100, six bound fields of sixty")
    for name in ("good", "bad", "good cold", "bad cold"):
        word, _, cold = name.partition(" ")
        small, large = (results[f"{word} {n} {cold}".strip()] for n in (100, 100_000))
        print(f"  {name:10} {small:8.1f} us -> {large:8.1f} us   {large / small:5.2f}x")


def main() -> None:
    """Print both tables."""
    claim_records()
    large_lists()


if __name__ == "__main__":
    main()
