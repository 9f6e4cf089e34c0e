"""
What an offline bundle weighs, and how soon it answers: a fresh process up to its first record.

Run: python -m benchmarks.bundle
"""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from catalog.actions.bundling import Bundled, Licences, bundle
from catalog.core.library import Library
from catalog.core.names import Key, Kind
from tests.claims_samples import example
from tests.content.shipped import library

ROUNDS = 7

SCRIPT = """
import json, sys, time
start = time.perf_counter()
from catalog.offline import open_bundle
imported = time.perf_counter()
with open_bundle(sys.argv[1]) as bundle:
    opened = time.perf_counter()
    report = bundle.check("byt/claim-xml1", json.loads(sys.argv[2]))
    checked = time.perf_counter()
    assert report.records == 1
    bundle.verify()
    verified = time.perf_counter()
marks = (start, imported, opened, checked, verified)
print(json.dumps([after - before for before, after in zip(marks, marks[1:])]))
"""


def made(own: Library, keys: list[Key], path: Path, licences: Licences) -> Bundled:
    """Make a bundle, and tell what it weighs."""
    start = time.perf_counter()
    found = bundle(own, keys, path, licences=licences)
    seconds = time.perf_counter() - start
    raw = sum(part.size for part in found.manifest.parts.values())
    print(
        f"{path.name:<24} {found.size / 1e6:6.2f} MB of {raw / 1e6:6.2f} MB,"
        f" {len(found.manifest.releases):4} releases, {seconds:5.2f} s to make"
    )
    return found


def main() -> None:
    """Make bundles of what is shipped, and open them in processes of their own."""
    own = library()
    xml1 = [Key.parse("schema/byt/claim-xml1")]
    claims = [k for k in own.keys() if k.kind is Kind.SCHEMA and k.slug.startswith("claim-")]
    record = json.dumps(example("XML1"))
    with TemporaryDirectory() as folder:
        for name, keys, licences in (
            ("XML1, open", xml1, Licences.OPEN),
            ("XML1, all", xml1, Licences.ALL),
            ("all claim tables, all", claims, Licences.ALL),
        ):
            path = Path(folder) / name
            made(own, keys, path, licences)
            taken: list[list[float]] = []
            for _ in range(ROUNDS):
                told = subprocess.run(
                    [sys.executable, "-c", SCRIPT, str(path), record],
                    check=True,
                    capture_output=True,
                )
                taken.append(json.loads(told.stdout))
            parts = [statistics.median(times) for times in zip(*taken, strict=True)]
            first = statistics.median(sum(times[:3]) for times in taken)
            words = ("import", "open", "first record", "verify all")
            said = ", ".join(f"{w} {s * 1000:.0f} ms" for w, s in zip(words, parts, strict=True))
            print(f"  {said}; start to first record {first * 1000:.0f} ms")


if __name__ == "__main__":
    main()
