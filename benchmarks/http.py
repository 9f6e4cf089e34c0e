"""
HTTP: the real routes beside constant routes of the same framework, interleaved in one run.

Both answer the same bytes; the constant route takes the same parameters and sends them as its
framework does. Needs the data folder of a loaded registry (CATALOG_DATA_DIR).
"""

import os
import statistics
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

import msgspec

from benchmarks.checking import enumerated
from benchmarks.load import get, measured, memory_of, serving
from catalog.actions.delivery import deliver
from catalog.actions.loading import load
from catalog.actions.parts import Parts
from catalog.core.terminology import Filter
from catalog.main import assemble
from catalog.settings import from_env

PORT = 8817
ROUNDS = 7
SECONDS = 2.0
SCHEMA = "/id/schema/byt/claim-xml1"


def main() -> None:
    """Print throughput ratios, CPU ratios, latencies with ten clients, and memory."""
    folder = os.environ.get("BENCH_DATA_DIR")
    if folder:
        run(Path(folder))
        return
    with tempfile.TemporaryDirectory() as made:
        run(Path(made))


def loaded(folder: Path) -> Parts:
    """A registry with what is shipped, made when the folder is empty."""
    parts = assemble(from_env({**os.environ, "CATALOG_DATA_DIR": str(folder)}))
    if parts.reading.library().register.seq == 0:
        parts.migrate()
        load(parts.store, parts.clock, parts.settings.sources)
        deliver(parts.workshop, parts.today())
    return parts


def run(folder: Path) -> None:
    """Measure over a data folder."""
    parts = loaded(folder)
    library = parts.reading.library()
    key = next(k for k in library.keys() if str(k) == "code-list/byt/icd-10")
    lexicon = library.lexicon(library.in_force(key, parts.today()))
    codes = [c.code for c in lexicon.find(Filter(), limit=3000).concepts]
    version = library.in_force(
        next(k for k in library.keys() if str(k) == "schema/byt/claim-xml1"), parts.today()
    ).version
    day = "?on=2025-03-01"
    lookup = [get(f"/api/v1/code-lists/byt/icd-10/codes/{c}{day}") for c in codes]
    bare = [get(f"/bench/byt/icd-10/codes/{c}{day}") for c in codes]
    schema = [get(f"{SCHEMA}/{version}.schema.json{day}")]
    with serving(folder, PORT) as pid:
        address = f"http://127.0.0.1:{PORT}{SCHEMA}/{version}.schema.json"
        with urllib.request.urlopen(address) as answer:
            os.environ["BENCH_SCHEMA_BYTES"] = str(len(answer.read()) - 2)
    bare_schema = [get(f"/bench-schema/schema/byt/claim-xml1/{version}.schema.json{day}")]
    with serving(folder, PORT) as pid:
        compare("code lookup", pid, lookup, bare)
        compare("schema fetch", pid, schema, bare_schema)
        latencies(codes)
        batch(parts)
        print(f"memory of one serving worker (PSS): {memory_of(pid) / 1e6:.0f} MB")


def compare(what: str, pid: int, real: list[bytes], constant: list[bytes]) -> None:
    """Interleave two kinds of requests; print the median ratio of throughput and of CPU."""
    measured(pid, PORT, real, 0.5)
    measured(pid, PORT, constant, 0.5)
    pairs = [
        (measured(pid, PORT, real, SECONDS), measured(pid, PORT, constant, SECONDS))
        for _ in range(ROUNDS)
    ]
    rate = statistics.median(a.rate / b.rate for a, b in pairs)
    cpu = statistics.median(b.cpu / a.cpu for a, b in pairs)
    ours, theirs = (statistics.median(p[i].rate for p in pairs) for i in (0, 1))
    print(
        f"{what}: {rate:.2f}x the throughput of a constant route "
        f"({ours:,.0f} against {theirs:,.0f} a second), {cpu:.2f}x by CPU"
    )


def batch(parts: Parts) -> None:
    """
    A batch of claim summaries over HTTP beside plain jsonschema in this process.

    Both check the shipped layout; plain jsonschema has its lists as `enum` and no rules. The
    records are copies of the shipped valid example, one in ten made bad in two fields.
    """
    plain = enumerated(parts.reading.library())
    example = Path("schemas/byt/examples/valid/claim-xml1.json")
    good = msgspec.json.decode(example.read_bytes())
    good = good[-1] if isinstance(good, list) else good
    spoilt = {"GIOI_TINH": 9, "NGAY_VAO": "20251399"}
    records = [
        {**good, "STT": i, "MA_LK": f"VD-{i}", **(spoilt if i % 10 == 0 else {})}
        for i in range(2000)
    ]
    lines = b"\n".join(msgspec.json.encode(record) for record in records)
    request = urllib.request.Request(
        f"http://127.0.0.1:{PORT}/api/v1/validate/byt/claim-xml1",
        data=lines,
        headers={"content-type": "application/x-ndjson"},
    )
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(5):
        start = time.perf_counter()
        with urllib.request.urlopen(request) as answer:
            told = msgspec.json.decode(answer.read())
        ours.append((time.perf_counter() - start) / len(records))
        start = time.perf_counter()
        for line in lines.split(b"\n")[:200]:
            list(plain.iter_errors(msgspec.json.decode(line)))
        theirs.append((time.perf_counter() - start) / 200)
    print(f"the batch: {told['invalid']} of {told['records']} records found invalid")
    fast, slow = statistics.median(ours), statistics.median(theirs)
    print(
        f"NDJSON batch of 2,000 over HTTP: {fast * 1e6:.0f} us a record, "
        f"{slow / fast:.0f}x plain jsonschema ({slow * 1e6:.0f} us)"
    )


def latencies(codes: list[str]) -> None:
    """Ten clients, each with a connection of its own, one request after the other."""
    took: list[float] = []

    def client(number: int) -> None:
        import http.client

        connection = http.client.HTTPConnection("127.0.0.1", PORT)
        for turn in range(300):
            code = codes[(number * 300 + turn) % len(codes)]
            start = time.perf_counter()
            connection.request("GET", f"/api/v1/code-lists/byt/icd-10/codes/{code}?on=2025-03-01")
            connection.getresponse().read()
            took.append((time.perf_counter() - start) * 1000)
        connection.close()

    threads = [threading.Thread(target=client, args=(i,)) for i in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cuts = statistics.quantiles(took, n=100)
    print(
        f"lookup with 10 clients: p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms, "
        f"p99 {cuts[98]:.1f} ms (threads of one Python client; its own turns are inside)"
    )
