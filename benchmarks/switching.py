"""
Publishing under load: readers on two workers while release after release of one list appears.

    python -m benchmarks.switching [releases]

Every name in a release says the release's number, so an answer that names one release and shows
another's content is seen (mixed), and so is one older than what any reader had been told before it
was asked (backward). The target: none of either over 30 releases with 2 workers.
"""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from catalog.actions.delivery import deliver
from catalog.actions.parts import Parts
from catalog.actions.publishing import publish
from catalog.core.model import CodeList, Concept
from catalog.core.names import Key
from catalog.core.planning import Publication
from catalog.main import assemble
from catalog.settings import from_env

RELEASES = 30
READERS = 4
MEMBERS = 200
PATIENCE = 60.0
"""Seconds in which the server should be ready, and in which readers should see a release."""

LIST = Key.parse("code-list/bench/switching")
CODES = "/api/v1/code-lists/bench/switching/codes"
NUMBER = re.compile(r"Bản ([0-9]+)")


@dataclass
class Newest:
    """The number of the newest release that any reader was told; 0 before the first."""

    number: int = 0


@dataclass
class Seen:
    """
    What one reader saw.

    Attributes:
        anybody: what all readers saw.
        reads: answers that it held against themselves and those before.
        mixed, backward, failed: what should never be, each told in one line.
        newest: the number of the newest release it saw; 0 before the first.
        releases: the numbers of all releases it saw.
    """

    anybody: Newest
    reads: int = 0
    mixed: list[str] = field(default_factory=list)
    backward: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    newest: int = 0
    releases: set[int] = field(default_factory=set)

    def take(self, what: str, version: str, content: set[int], before: int) -> None:
        """Hold an answer against itself, and against the newest told before it was asked."""
        self.reads += 1
        number = int(version.removeprefix("v"))
        self.releases.add(number)
        if content != {number}:
            self.mixed.append(f"{what}: {version} shows {sorted(content)}")
        if number < before:
            self.backward.append(f"{what}: v{number} after v{before}")
        self.newest = max(self.newest, number)
        self.anybody.number = max(self.anybody.number, number)


def main() -> None:
    """Print what readers saw over 30 releases."""
    releases = int(sys.argv[1]) if len(sys.argv) > 1 else RELEASES
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        seen = switched(Path(folder), releases)
        took = time.perf_counter() - start
    told = {name: sum(len(getattr(s, name)) for s in seen) for name in ("mixed", "backward")}
    print(
        f"{releases} releases in {took:.1f} s, 2 workers, {len(seen)} readers: "
        f"{sum(s.reads for s in seen):,} reads, {told['mixed']} mixed, "
        f"{told['backward']} backward, {sum(len(s.failed) for s in seen)} failed; "
        f"{len(set().union(*(s.releases for s in seen)))} releases seen"
    )


def switched(folder: Path, releases: int, workers: int = 2) -> list[Seen]:
    """What readers saw of a server while so many releases were published beside it."""
    parts = assemble(from_env({**os.environ, "CATALOG_DATA_DIR": str(folder)}))
    folder.mkdir(parents=True, exist_ok=True)
    parts.migrate()
    released(parts, 1)
    with serving(folder, workers) as port:
        over = threading.Event()
        anybody = Newest()
        seen = [Seen(anybody) for _ in range(READERS)]
        readers = [
            threading.Thread(target=read, args=(port, each, over, number % 2 == 0))
            for number, each in enumerate(seen)
        ]
        for reader in readers:
            reader.start()
        try:
            for number in range(2, releases + 1):
                released(parts, number)
            wait_until_seen(seen, releases)
        finally:
            over.set()
            for reader in readers:
                reader.join()
    return seen


def released(parts: Parts, number: int) -> None:
    """Publish and deliver a release whose every name says its number."""
    members = (
        Concept(code=f"C{code}", display={"vi": f"Bản {number}"}) for code in range(MEMBERS)
    )
    publication = Publication(
        key=LIST,
        body=CodeList(title={"vi": "Đổi bản"}, members=tuple(members)),
        version=f"v{number}",
        start=date(2020, 1, 1) + timedelta(days=number),
        reason="đo",
        author="lan",
        approver="minh",
    )
    publish(parts.store, parts.clock, publication)
    if deliver(parts.workshop, parts.today()).failed:
        raise RuntimeError(f"release {number} was not delivered")


def wait_until_seen(seen: list[Seen], number: int) -> None:
    """Wait until every reader saw the last release."""
    given_up = time.monotonic() + PATIENCE
    while any(each.newest < number and not each.failed for each in seen):
        if time.monotonic() > given_up:
            raise TimeoutError(f"not every reader saw release {number}")
        time.sleep(0.01)


def read(port: int, seen: Seen, over: threading.Event, keeps: bool) -> None:
    """Ask in turn for a code, a page of codes and the release itself, until it is over."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    turn = 0
    while not over.is_set() and not seen.failed:
        turn += 1
        try:
            ask(connection, seen, turn)
        except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
            seen.failed.append(f"{type(error).__name__}: {error}")
        if not keeps:
            connection.close()  # the next request may meet the other worker
    connection.close()


def ask(connection: http.client.HTTPConnection, seen: Seen, turn: int) -> None:
    """Ask one question and hold the answer against itself."""
    before = seen.anybody.number
    match turn % 3:
        case 0:
            told = json.loads(answer(connection, f"{CODES}/C{turn % MEMBERS}"))
            seen.take(
                "code", told["release"]["version"], numbers_in(told["display"]["vi"]), before
            )
        case 1:
            told = json.loads(answer(connection, f"{CODES}?limit=5"))
            names = " ".join(item["display"]["vi"] for item in told["items"])
            seen.take("codes", told["release"]["version"], numbers_in(names), before)
        case _:
            address = location(connection, f"/id/{LIST}.csv")
            text = answer(connection, address).decode()
            version = address.rsplit("/", 1)[1].removesuffix(".csv")
            seen.take("release", version, numbers_in(text), before)


def numbers_in(text: str) -> set[int]:
    """The release numbers that names say."""
    return {int(found) for found in NUMBER.findall(text)}


def answer(connection: http.client.HTTPConnection, path: str) -> bytes:
    """The body of a 200."""
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read()
    if response.status != http.client.OK:
        raise ValueError(f"{path} answered {response.status}: {body[:200]!r}")
    return body


def location(connection: http.client.HTTPConnection, path: str) -> str:
    """Where a 303 leads to."""
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    if response.status != http.client.SEE_OTHER:
        raise ValueError(f"{path} answered {response.status}")
    return str(response.headers["location"])


@contextmanager
def serving(folder: Path, workers: int) -> Iterator[int]:
    """The real server over a data folder; its port once it is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "catalog", "serve", "--port", str(port)]
    server = subprocess.Popen(
        [*command, "--workers", str(workers)],
        env={**os.environ, "CATALOG_DATA_DIR": str(folder)},
        stdout=subprocess.PIPE,
    )
    try:
        assert server.stdout is not None  # noqa: S101 - it was asked for
        line = server.stdout.readline()
        if not line.startswith(b"ready"):
            raise RuntimeError(f"the server did not start: {line!r}")
        yield port
    finally:
        server.terminate()
        server.communicate(timeout=PATIENCE)


if __name__ == "__main__":
    main()
