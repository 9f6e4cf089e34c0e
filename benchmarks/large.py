"""A list of half a million concepts: published, delivered, asked, beside ICD-10's size."""

import os
import statistics
import tempfile
import time
import urllib.request
from datetime import date
from pathlib import Path

from benchmarks.load import get, measured, memory_of, serving
from catalog.actions.delivery import deliver
from catalog.actions.parts import Parts
from catalog.actions.publishing import publish
from catalog.core.model import CodeList, Concept
from catalog.core.names import Key
from catalog.core.planning import Publication
from catalog.main import assemble
from catalog.settings import from_env

PORT = 8818
SIZES = {"code-list/bench/small": 12_500, "code-list/bench/large": 500_000}
WORDS = (
    "bệnh viêm đau u lành ác cấp mạn tính phổi gan thận tim não mắt tai mũi họng da xương khớp "
    "máu thần kinh nội tiết chuyển hóa do nhiễm khuẩn vi rút không đặc hiệu khác bẩm sinh"
).split()


def concepts(size: int) -> tuple[Concept, ...]:
    """A tree of ten below each, with names of six words."""
    return tuple(
        Concept(
            code=f"C{i:06}",
            display={
                "vi": " ".join(WORDS[(i * k + k) % len(WORDS)] for k in (1, 3, 7, 11, 13, 17)),
                "en": f"concept number {i}",
            },
            parents=(f"C{i // 10:06}",) if i >= 10 else (),
        )
        for i in range(size)
    )


def main() -> None:
    """Print the times and the ratios."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        parts = assemble(from_env({**os.environ, "CATALOG_DATA_DIR": made}))
        parts.migrate()
        small, large = SIZES
        published(parts, small)
        with serving(folder, PORT, app="catalog.main:create_app") as pid:
            first_answer(small)
            before = memory_of(pid)
        published(parts, large)
        with serving(folder, PORT, app="catalog.main:create_app") as pid:
            first_answer(large)
            ratios(pid, small, large)
            print(f"a worker grew by {(memory_of(pid) - before) / 1e6:.0f} MB")


def published(parts: Parts, text: str) -> None:
    """Publish and deliver a list; print how long each took."""
    size = SIZES[text]
    body = CodeList(title={"vi": f"Danh mục {size}"}, members=concepts(size))
    start = time.perf_counter()
    publish(
        parts.store,
        parts.clock,
        Publication(
            key=Key.parse(text),
            body=body,
            start=date(2024, 1, 1),
            reason="đo tốc độ",
            author="a",
            approver="b",
        ),
    )
    middle = time.perf_counter()
    delivered = deliver(parts.workshop, parts.today())
    end = time.perf_counter()
    if delivered.failed:
        raise RuntimeError("not delivered")
    took = (middle - start, end - middle)
    print(f"{size:,} concepts: published in {took[0]:.1f} s, delivered in {took[1]:.1f} s")


def path_of(text: str, number: int) -> str:
    """The address of a code."""
    return f"/api/v1/code-lists/{text.removeprefix('code-list/')}/codes/C{number:06}?on=2025-01-01"


def first_answer(text: str) -> None:
    """How long the first lookup takes after a start."""
    start = time.perf_counter()
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path_of(text, 4321)}") as answer:
        answer.read()
    print(f"first answer from {text}: {(time.perf_counter() - start) * 1000:.0f} ms")


def ratios(pid: int, small: str, large: str) -> None:
    """Lookups in the large list beside lookups in the small one."""
    few = [get(path_of(small, i * 4)) for i in range(3000)]
    many = [get(path_of(large, i * 160)) for i in range(3000)]
    measured(pid, PORT, few, 0.5)
    measured(pid, PORT, many, 0.5)
    rates = [
        measured(pid, PORT, many, 2).rate / measured(pid, PORT, few, 2).rate for _ in range(5)
    ]
    print(f"lookups in 500,000 run at {statistics.median(rates):.2f}x the rate of 12,500")


if __name__ == "__main__":
    main()
