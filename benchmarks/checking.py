"""
What checking records costs, beside plain `jsonschema` on the same records, taken in turns.

Run: python -m benchmarks.checking
"""

import gc
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import jsonschema
import msgspec

from catalog.actions.checking import Checker, Compiled, Report, numbered, records_of
from catalog.actions.plans import COMPILED
from catalog.core.library import Library
from catalog.core.model import CodeList, Concept, Schema
from catalog.core.names import Key, Space
from catalog.core.release import Release
from catalog.formats import release_file
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


LETTERS = "ABCDEFGHIJ"


def code_of(number: int) -> str:
    """The code of a number below 100,000, as long as one of ICD-10."""
    return f"{LETTERS[number // 10_000]}{number // 100 % 100:02}.{number % 100:02}"


def of_size(size: int, folder: Path) -> Library:
    """XML1 with its diagnoses bound to a compiled list of some size."""
    library = MemoryLibrary()
    claims.install(library, icd=1)
    members = tuple(Concept(code=code_of(n), display={"vi": f"Bệnh {n}"}) for n in range(size))
    key = "code-list/byt/icd-10"
    library.timelines.pop(Key.parse(key))
    body = CodeList(title={"vi": "ICD-10"}, members=members)
    entry = library.add(key, body)
    path = folder / f"{size}.sqlite"
    release_file.compile_release(entry, body, path)
    library.lexicons[entry.digest] = release_file.open_lexicon(path)
    return library


def diagnosed(size: int, number: int, suffix: str) -> dict[str, object]:
    """A record with three diagnoses out of a list of some size, or of none."""
    places = [(number * 7919 + n * 104_729) % size for n in range(3)]
    if suffix:
        places = [number * 3 + n for n in range(3)]
    first, *others = (code_of(place % 100_000)[: 7 - len(suffix)] + suffix for place in places)
    record = claims.good_record(number)
    return record | {"MA_BENH_CHINH": first, "MA_BENH_KT": ";".join(others)}


def large_lists(folder: Path) -> None:
    """A list of 100,000 codes against one of 100: seen for the first time, and again."""
    many = 4_000
    sides: dict[str, tuple[Callable[[], object], int]] = {}
    for size in (100, 100_000):
        library = of_size(size, folder)
        for name, suffix in (("good", ""), ("bad", "x")):
            records = [diagnosed(size, number, suffix) for number in range(many)]

            def first(library: Library = library, records: list[object] = records) -> Report:
                compiled = Compiled(layouts=COMPILED.layouts)
                return Checker(library, compiled=compiled).check(XML1, numbered(records))

            def again(library: Library = library, records: list[object] = records) -> Report:
                return Checker(library).check(XML1, numbered(records))

            report = again()
            assert report.invalid == (many if suffix else 0)  # noqa: S101 - a benchmark
            sides[f"{name} {size}"] = (again, many)
            sides[f"{name}, new codes {size}"] = (first, many)
    rate = rates(sides)
    print("XML1, three diagnoses from a list of 100,000 codes against one of 100")
    for name in ("good", "bad", "good, new codes", "bad, new codes"):
        small, large = (rate[f"{name} {size}"] for size in (100, 100_000))
        print(f"  {name:16} {small:8.1f} us -> {large:8.1f} us   {large / small:5.2f}x")


def main() -> None:
    """Print both tables."""
    claim_records()
    with TemporaryDirectory() as folder:
        large_lists(Path(folder))


if __name__ == "__main__":
    main()
