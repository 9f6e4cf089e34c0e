"""
Publishing under load: readers of a real server with two workers while one list is released anew.

Every release n names its one code "bản n". A reader's answer is mixed when the name and the
version of the release in one answer disagree, and backward when a connection is told an earlier
release than before. Both must be 0.
"""

import http.client
import json
import os
import tempfile
import threading
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from benchmarks.load import serving
from catalog.actions.delivery import deliver
from catalog.actions.parts import Parts
from catalog.actions.publishing import publish
from catalog.core.model import CodeList, Concept
from catalog.core.names import Key
from catalog.core.planning import Publication
from catalog.main import assemble
from catalog.settings import from_env

PORT = 8819
READERS = 4
KEY = Key.parse("code-list/bench/switching")
FIRST = date(2020, 1, 1)
ADDRESS = "/api/v1/code-lists/bench/switching/codes/A"


@dataclass
class Reads:
    """What the readers saw."""

    answers: int = 0
    mixed: int = 0
    backward: int = 0
    newest: int = 0


def release(parts: Parts, number: int) -> None:
    """Publish release n and deliver it."""
    body = CodeList(
        title={"vi": "Danh mục thử", "en": "Trial list"},
        members=(Concept(code="A", display={"vi": f"bản {number}"}),),
    )
    publish(
        parts.store,
        parts.clock,
        Publication(
            key=KEY,
            body=body,
            version=f"ban-{number}",
            start=FIRST + timedelta(days=number),
            reason="đo việc chuyển bản",
            author="a",
            approver="b",
        ),
    )
    if deliver(parts.workshop, parts.today()).failed:
        raise RuntimeError("not delivered")


def read(port: int, reads: Reads, stop: threading.Event, mutex: threading.Lock) -> None:
    """
    Ask over and over, each time on a new connection, so that both workers answer.

    Raises: RuntimeError, for an answer that is no 200.
    """
    last = 0
    while not stop.is_set():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        before = reads.newest
        connection.request("GET", ADDRESS)
        answer = connection.getresponse()
        told = json.loads(answer.read())
        connection.close()
        if answer.status != 200:
            raise RuntimeError(f"answered {answer.status}: {told}")
        version = int(told["release"]["version"].removeprefix("ban-"))
        name = int(told["display"]["vi"].removeprefix("bản "))
        with mutex:
            reads.answers += 1
            reads.mixed += version != name
            # Earlier than what anybody was told before this question was asked.
            reads.backward += version < max(last, before)
            reads.newest = max(reads.newest, version)
        last = max(last, version)


def switched(folder: Path, releases: int, port: int = PORT) -> Reads:
    """Serve, read and publish; what the readers saw."""
    parts = assemble(from_env({**os.environ, "CATALOG_DATA_DIR": str(folder)}))
    parts.migrate()
    release(parts, 1)
    reads, stop, mutex = Reads(), threading.Event(), threading.Lock()
    with serving(folder, port, workers=2, app="catalog.main:create_app"):
        readers = [
            threading.Thread(target=read, args=(port, reads, stop, mutex)) for _ in range(READERS)
        ]
        for reader in readers:
            reader.start()
        for number in range(2, releases + 1):
            release(parts, number)
        stop.set()
        for reader in readers:
            reader.join()
    return reads


def main() -> None:
    """Thirty releases under load."""
    with tempfile.TemporaryDirectory() as made:
        reads = switched(Path(made), 30)
    print(
        f"30 releases under load, 2 workers: {reads.answers:,} answers, {reads.mixed} mixed, "
        f"{reads.backward} backward, newest seen {reads.newest}"
    )


if __name__ == "__main__":
    main()
