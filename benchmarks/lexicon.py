"""
What a lexicon costs: compiling, opening, asking; small against large, file against memory.

Run: python -m benchmarks.lexicon [LARGE], LARGE being the size of the large list (500,000).
Ratios are taken within one run; the lists are made here, of invented words.
"""

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median

from catalog.core.lexicon_memory import MemoryLexicon
from catalog.core.model import CodeList, Concept, PropertyType
from catalog.core.terminology import Filter
from catalog.formats.release_file import compile_release, open_lexicon

SMALL = 15_000
LARGE = 500_000
DAY = date(2025, 3, 1)
SYLLABLES = (
    "bệnh viêm phổi cấp tính mạn đái tháo đường tăng huyết áp ung thư dạ dày gan thận tim mạch"
    " nhiễm trùng khuẩn siêu vi rối loạn chuyển hoá tâm thần chấn thương xương khớp da liễu mắt"
    " tai mũi họng sản khoa trẻ em người lớn do thuốc không đặc hiệu khác kèm biến chứng"
)
WORDS = "acute chronic disease of the liver kidney heart lung skin bone with without other"


def invented(size: int) -> CodeList:
    """A list three levels deep, with names in two languages and four properties."""
    pick = random.Random(7)  # noqa: S311 - the same list each time
    syllables, words = SYLLABLES.split(), WORDS.split()
    made = []
    for number in range(size):
        code = f"{number:07d}"
        parent = (f"{number - number % 1000:07d}", f"{number - number % 10:07d}")
        above = () if number % 1000 == 0 else (parent[0 if number % 10 == 0 else 1],)
        made.append(
            Concept(
                code=code,
                display={
                    "vi": " ".join(pick.choices(syllables, k=7)).capitalize() + f" {number % 977}",
                    "en": " ".join(pick.choices(words, k=6)).capitalize(),
                },
                aliases=(f"{code[:5]}.{code[5:]}",),
                parents=above,
                retired=number % 50 == 7,
                valid_from="2024-01-01" if number % 9 == 0 else "",
                properties={
                    "group": f"g{number % 40}",
                    "price": number % 1000 * 100,
                    "main": number % 3 != 0,
                    "tags": [f"t{number % 5}", f"t{number % 7}"],
                },
            )
        )
    types = tuple(
        PropertyType(name=name, type=kind)
        for name, kind in (
            ("group", "code"), ("price", "integer"), ("main", "boolean"), ("tags", "codes"),
        )
    )  # fmt: skip
    return CodeList(title={"vi": "Danh mục thử"}, property_types=types, members=tuple(made))


GROWTH = """
import sys
from pathlib import Path
from catalog.core.terminology import Filter
from catalog.formats.release_file import open_lexicon
def resident():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024
before = resident()
lexicon = open_lexicon(Path(sys.argv[1]))
for number in range(0, lexicon.size, 3):
    lexicon.has(f"{number:07d}"), lexicon.lookup(f"{number:07d}")
lexicon.find(Filter(text="d"))
print(resident() - before)
"""


def growth(path: Path) -> float:
    """MB by which a fresh process grows when it opens a file and looks a third of it up."""
    told = subprocess.run(
        [sys.executable, "-c", GROWTH, path], check=True, capture_output=True, text=True
    )
    return float(told.stdout)


def microseconds(ask: Callable[[str], object], codes: list[str], rounds: int = 5) -> float:
    """Median over rounds of the time of one question."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        for code in codes:
            ask(code)
        times.append((time.perf_counter() - start) / len(codes) * 1e6)
    return median(times)


def questions(lexicon) -> dict[str, Callable[[str], object]]:
    """What is asked of both lexicons, each by a code."""
    return {
        "has": lexicon.has,
        "usable": lambda code: lexicon.usable(code, DAY),
        "fragment": lexicon.fragment,
        "lookup": lexicon.lookup,
        "resolve alias": lambda code: lexicon.resolve(f"{code[:5]}.{code[5:]}"),
        "children": lambda code: lexicon.children(f"{code[:6]}0"),
        "ancestors": lexicon.ancestors,
        "subsumes": lambda code: lexicon.subsumes(f"{code[:4]}000", code),
    }


SEARCHES = {
    "first page": Filter(),
    "not retired": Filter(retired=False),
    "on a day": Filter(valid_on=DAY),
    "one word": Filter(text="viem"),
    "one letter": Filter(text="d"),
    "three words": Filter(text="dai thao benh"),
    "rare word": Filter(text="benh 431"),
    "word, on a day": Filter(text="viem", valid_on=DAY),
    "property": Filter(properties={"group": "g3"}),
    "two properties": Filter(properties={"group": "g3", "main": True}),
    "below a root": Filter(below="0003000"),
    "nothing found": Filter(text="viem", properties={"group": "none"}),
}


def measure(size: int, folder: Path) -> dict[str, float]:
    """Compile, open and ask a list of a size; times by name, in the unit the name says."""
    body = invented(size)
    path = folder / f"{size}.sqlite"
    start = time.perf_counter()
    compile_release("0" * 64, body, path)
    took: dict[str, float] = {"compile s": time.perf_counter() - start}
    took["file MB"] = path.stat().st_size / 1e6
    codes = [c.code for c in random.Random(1).sample(body.members, 3000)]  # noqa: S311
    if size == SMALL:
        for name, ask in questions(MemoryLexicon(body)).items():
            took[f"memory {name} us"] = microseconds(ask, codes)
    del body
    start = time.perf_counter()
    lexicon = open_lexicon(path)
    took["open ms"] = (time.perf_counter() - start) * 1e3
    for name, ask in questions(lexicon).items():
        if name in {"has", "usable"}:
            lexicon.standing.cache_clear()
            took[f"{name}, first time us"] = microseconds(ask, codes, rounds=1)
        took[f"{name} us"] = microseconds(ask, codes)
    for name, wanted in SEARCHES.items():
        took[f"find {name} ms"] = (
            microseconds(lambda _, wanted=wanted: lexicon.find(wanted), ["", ""]) / 1e3
        )
    took["worker grew MB"] = growth(path)
    return took


def main() -> None:
    """Print the table."""
    large = int(sys.argv[1]) if len(sys.argv) > 1 else LARGE
    with tempfile.TemporaryDirectory() as folder:
        few, many = measure(SMALL, Path(folder)), measure(large, Path(folder))
    print(f"{'':28}{SMALL:>12,}{large:>12,}{'ratio':>8}{'file/memory':>13}")
    for name, value in few.items():
        if name.startswith("memory"):
            continue
        memory = few.get(f"memory {name}")
        against = f"{value / memory:13.1f}" if memory else ""
        ratio = many[name] / value if value else 0.0
        print(f"{name:28}{value:12.2f}{many[name]:12.2f}{ratio:8.1f}{against}")


if __name__ == "__main__":
    main()
