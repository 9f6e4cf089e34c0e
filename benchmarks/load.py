"""A small load generator: pipelined requests over a few connections, in one thread."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

DEPTH = 8
CONNECTIONS = 8


@dataclass(frozen=True, slots=True)
class Round:
    """Requests a second, and the server's CPU microseconds a request."""

    rate: float
    cpu: float


@contextmanager
def serving(
    data_dir: Path, port: int, workers: int = 1, app: str = "benchmarks.server:create"
) -> Iterator[int]:
    """A server on the first core; its process id once it is ready."""
    environment = {**os.environ, "CATALOG_DATA_DIR": str(data_dir), "CATALOG_PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.server", str(port), str(workers), app],
        env=environment,
        preexec_fn=lambda: os.sched_setaffinity(0, {0}) if workers == 1 else None,
    )
    try:
        wait_for(port)
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port: int) -> None:
    """Wait until the server answers, 60 seconds at the most."""
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the server did not start")


def cpu_of(pid: int) -> float:
    """CPU seconds of a process and its children, as the kernel counts them."""
    pids = [pid, *children(pid)]
    ticks = 0
    for each in pids:
        fields = Path(f"/proc/{each}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    """The processes started by a process, and theirs."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    found = [int(text) for text in path.read_text(encoding="ascii").split()]
    return found + [grandchild for child in found for grandchild in children(child)]


def memory_of(pid: int) -> int:
    """Resident bytes of a process and its children, shared pages counted once a process."""
    total = 0
    for each in [pid, *children(pid)]:
        for line in Path(f"/proc/{each}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) * 1024
    return total


def measured(pid: int, port: int, requests: Sequence[bytes], seconds: float) -> Round:
    """Send requests round and round for some seconds over pipelined connections."""
    os.sched_setaffinity(0, {1} if (os.cpu_count() or 1) > 1 else {0})
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS)]
    for each in sockets:
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    at, answered = 0, 0
    before, start = cpu_of(pid), time.perf_counter()
    while time.perf_counter() - start < seconds:
        for each in sockets:
            batch = [requests[(at + i) % len(requests)] for i in range(DEPTH)]
            at += DEPTH
            each.sendall(b"".join(batch))
        for each in sockets:
            answered += received(each, DEPTH)
    took = time.perf_counter() - start
    used = cpu_of(pid) - before
    for each in sockets:
        each.close()
    return Round(answered / took, used / answered * 1e6)


def received(connection: socket.socket, count: int) -> int:
    """Read until so many answers are whole; every one must be a 200."""
    buffer = b""
    found = 0
    while found < count:
        end = buffer.find(b"\r\n\r\n")
        if end >= 0:
            head = buffer[:end].lower()
            if not head.startswith(b"http/1.1 200"):
                raise RuntimeError(f"answered {head[:60]!r}: {buffer[end : end + 300]!r}")
            length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
            if len(buffer) >= end + 4 + length:
                buffer = buffer[end + 4 + length :]
                found += 1
                continue
        buffer += connection.recv(262144)
    return found


def get(path: str) -> bytes:
    """A request for a path."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
