"""
How fast the embedded search answers, in the process: real ICD-10 names and a million made of them.

Run: python benchmarks/search.py [--workbook FILE] [--concepts 1000000] [--queries 400]
Prints build time, size on disk, growth of resident memory, and p50/p95/p99 in milliseconds for
four ways of asking, for all of them together, and against the goals. The finder keeps no answers;
other queries are asked before, so that the pages of the index are in memory. Beside the time on
the wall stands the time on the processor, which says the same on a busy machine.
"""

import argparse
import gc
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from python_calamine import CalamineWorkbook

from catalog.actions.ports import SearchDocument, SearchQuery
from catalog.core.text import fold, tidy
from catalog.search.embedded import TantivyFinder

WORKBOOK = Path(__file__).parents[2] / "shared/data/ministry/qd-4469-2020-icd10.xlsx"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
GOALS = {"icd-10": 3.0, "million": 40.0}

Names = list[tuple[str, str, str]]


def names_in(workbook: Path) -> Names:
    """Code, Vietnamese and English name of every disease."""
    rows = CalamineWorkbook.from_path(str(workbook)).get_sheet_by_name("ICD10").to_python()
    found = {}
    for row in rows[3:]:
        code = str(row[16]).strip()
        if code and code not in found:
            found[code] = (code, tidy(str(row[19])), tidy(str(row[18])))
    return list(found.values())


def made_up(names: Names, size: int) -> Iterator[tuple[str, str, str]]:
    """Names made of the first half of one and the second half of another."""
    chance = random.Random(7)  # noqa: S311 - the same names each time
    for number in range(size):
        (_, vi, en), (_, other_vi, other_en) = chance.choices(names, k=2)
        code = f"{number // 10000:03d}.{number % 10000:04d}"
        yield code, halves(vi, other_vi), halves(en, other_en)


def halves(first: str, second: str) -> str:
    a, b = first.split(), second.split()
    return " ".join((*a[: (len(a) + 1) // 2], *b[len(b) // 2 :]))


def documents(key: str, names: Iterator[tuple[str, str, str]]) -> Iterator[SearchDocument]:
    for code, vi, en in names:
        yield SearchDocument(
            id=f"{key}#{code}",
            key=key,
            version="1",
            code=code,
            title={"vi": vi, "en": en},
            start="2020-10-28",
        )


def misspelt(chance: random.Random, text: str) -> str:
    words = text.split()
    long = [i for i, word in enumerate(words) if len(word) >= 4]
    if not long:
        return text
    at = chance.choice(long)
    word, i = words[at], chance.randrange(len(words[at]) - 1)
    words[at] = chance.choice(
        [
            word[:i] + chance.choice(LETTERS) + word[i:],
            word[:i] + word[i + 1 :],
            word[:i] + chance.choice(LETTERS) + word[i + 1 :],
            word[:i] + word[i + 1] + word[i] + word[i + 2 :],
        ]
    )
    return " ".join(words)


def questions(names: Names, count: int, seed: int) -> dict[str, list[str]]:
    """The four ways of asking, half of them Vietnamese, all without accents."""
    chance = random.Random(seed)  # noqa: S311 - the same queries each time
    asked: dict[str, list[str]] = {"typing": [], "words": [], "typo": [], "code": []}
    for number in range(count):
        code, vi, en = chance.choice(names)
        name = fold(en if number % 2 else vi)
        words = name.split()
        asked["typing"].append(name[: chance.randint(1, min(len(name), 24))])
        asked["words"].append(" ".join(chance.sample(words, min(len(words), 3))))
        asked["typo"].append(misspelt(chance, name))
        asked["code"].append(code.replace(".", "") if number % 2 else code)
    return asked


def timed(finder: TantivyFinder, texts: list[str]) -> list[tuple[float, float]]:
    """For each query milliseconds on the wall, and on the processor."""
    taken = []
    for text in texts:
        start, used = time.perf_counter(), time.thread_time()
        finder.find(SearchQuery(text=text, limit=20))
        taken.append(((time.perf_counter() - start) * 1000, (time.thread_time() - used) * 1000))
    return taken


def at(taken: list[float], part: float) -> float:
    return sorted(taken)[int(part * (len(taken) - 1))]


def line(title: str, taken: list[tuple[float, float]]) -> str:
    """Percentiles on the wall, then on the processor."""
    wall, used = [a for a, _ in taken], [b for _, b in taken]
    marks = [*(at(wall, part) for part in (0.5, 0.95, 0.99, 1.0)), at(used, 0.5), at(used, 0.99)]
    return f"  {title:8}" + "".join(f"{mark:9.2f}" for mark in marks)


def resident() -> dict[str, float]:
    """Resident memory of this process in MB: its own, and pages of files that processes share."""
    lines = Path("/proc/self/status").read_text().splitlines()
    sizes = dict(line.split(":", 1) for line in lines if line.startswith("Rss"))
    return {name: int(size.split()[0]) / 1000 for name, size in sizes.items()}


def measure(title: str, root: Path, names: Names, queries: int) -> bool:
    gc.collect()
    before = resident()
    finder = TantivyFinder(root)
    finder.find(SearchQuery(text="a"))
    for texts in questions(names, queries, seed=5).values():
        timed(finder, texts)
    print(f"{title:10}      p50      p95      p99      max  cpu p50  cpu p99  (ms)")
    every: list[tuple[float, float]] = []
    for way, texts in questions(names, queries, seed=11).items():
        taken = timed(finder, texts)
        every += taken
        print(line(way, taken))
    print(line("all", every), f" goal: p99 <= {GOALS[title]:.0f}")
    after = resident()
    own, shared = (after[name] - before[name] for name in ("RssAnon", "RssFile"))
    print(f"  memory grew by {own:.0f} MB of its own and {shared:.0f} MB of shared file pages")
    return at([wall for wall, _ in every], 0.99) <= GOALS[title]


def built(root: Path, key: str, names: Iterator[tuple[str, str, str]]) -> None:
    start = time.perf_counter()
    TantivyFinder(root).rebuild(documents(key, names))
    size = sum(file.stat().st_size for file in root.rglob("*") if file.is_file())
    print(f"built {key} in {time.perf_counter() - start:.1f} s, {size / 1e6:.1f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--workbook", type=Path, default=WORKBOOK)
    parser.add_argument("--concepts", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=400)
    parser.add_argument(
        "--keep", type=Path, help="folder to keep the indexes in, and to find them"
    )
    wanted = parser.parse_args()
    if not wanted.workbook.exists():
        sys.exit(f"no workbook at {wanted.workbook}: name one with --workbook")
    names = names_in(wanted.workbook)
    with tempfile.TemporaryDirectory() as temporary:
        root = wanted.keep or Path(temporary)
        if not (root / "icd-10").exists():
            built(root / "icd-10", "code-list/byt/icd-10", iter(names))
        met = measure("icd-10", root / "icd-10", names, wanted.queries)
        if not (root / "million").exists():
            built(root / "million", "code-list/test/million", made_up(names, wanted.concepts))
        sample = list(made_up(names, min(wanted.concepts, 50_000)))
        met &= measure("million", root / "million", sample, wanted.queries)
    sys.exit(0 if met else "a goal was missed")


if __name__ == "__main__":
    main()
