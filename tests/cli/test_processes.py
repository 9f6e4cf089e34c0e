"""The command as a process: it serves, it stops when told, it takes a closed pipe calmly."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

PATIENCE = 30


def started(folder, *arguments, **more):
    """A process of the command."""
    return subprocess.Popen(
        [sys.executable, "-m", "catalog", *arguments],
        env={**os.environ, "CATALOG_DATA_DIR": str(folder), **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def stopped(process):
    """What a process said until it ended; one that does not end is killed, and that is told."""
    try:
        return process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        for child in children_of(process.pid):
            os.kill(child, signal.SIGKILL)
        process.kill()
        process.communicate()
        raise


@pytest.fixture
def free_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def json_at(port, path):
    """The document at an address; None while there is no server."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
            return json.loads(answer.read())
    except (urllib.error.URLError, OSError):
        return None


def children_of(pid):
    """The processes that a process started."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(text) for text in listed.split()]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_server_says_when_it_is_ready_and_stops_when_told(lived_folder, free_port, workers):
    port = str(free_port)
    server = started(lived_folder, "serve", "--port", port, "--workers", workers)
    try:
        line = server.stdout.readline().decode()
        assert line == f"ready: http://localhost:{port}\n"
        assert json_at(port, "/ready")["status"] == "ready"
        assert json_at(port, "/openapi.json")["servers"] == [{"url": f"http://localhost:{port}"}]
        workers_of = children_of(server.pid)
    finally:
        told = time.monotonic()
        server.send_signal(signal.SIGTERM)
        out, err = stopped(server)
    assert time.monotonic() - told < 5
    assert server.returncode == 0
    assert (out, err) == (b"", b"")
    assert json_at(port, "/ready") is None
    assert not [pid for pid in workers_of if Path(f"/proc/{pid}").exists()]


def test_a_taken_port_is_an_outside_fault(lived_folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        server = started(lived_folder, "serve", "--port", port)
        _, err = stopped(server)
    assert server.returncode == 4
    assert b"Traceback" not in err
    assert port.encode() in err


def test_a_reader_that_has_enough_ends_a_command_calmly(lived_folder):
    process = started(lived_folder, "--json", "history", "code-list/byt/sex")
    process.stdout.close()
    process.wait(PATIENCE)

    err = process.stderr.read()
    process.stderr.close()
    assert (process.returncode, err) == (0, b"")


def test_a_second_interrupt_is_not_needed(lived_folder, free_port):
    server = started(lived_folder, "serve", "--port", str(free_port))
    assert server.stdout.readline()
    server.send_signal(signal.SIGINT)
    stopped(server)

    assert server.returncode in {0, 130}


def test_a_server_stops_when_told_while_its_workers_still_start(lived_folder, free_port):
    server = started(lived_folder, "serve", "--port", str(free_port), "--workers", "2")
    while not (workers := children_of(server.pid)) and server.poll() is None:
        os.sched_yield()
    told = time.monotonic()
    server.send_signal(signal.SIGTERM)
    stopped(server)

    assert time.monotonic() - told < 5
    assert server.returncode == 0
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]
