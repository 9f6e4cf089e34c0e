"""
Processes that may be killed, started in milliseconds: forked from one that imported everything.

`Nursery.start("module:function", *arguments)` runs a function in a process of its own; arguments
are JSON. Run as a module this is that one process: it takes orders on its input, one a line.
"""

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PATIENCE = 30.0
"""Seconds in which a process should have come to work."""

PRELOADED = (
    "catalog.store.migrating",
    "catalog.store.pointer",
    "catalog.store.shelf",
    "psycopg",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "tests.store.samples",
)


class Nursery:
    """Starts, kills and buries processes; use as a context, after which none is left."""

    def __init__(self, *preloaded):
        self.preloaded = preloaded

    def __enter__(self):
        self.mother = subprocess.Popen(
            [sys.executable, "-m", "tests.store.nursery", *PRELOADED, *self.preloaded],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_):
        self.mother.stdin.close()
        self.mother.wait(30)
        self.mother.stdout.close()

    def start(self, work, *arguments):
        """The id of a new process that runs a function."""
        return self._ask({"run": work, "arguments": arguments})

    def wait(self, child):
        """How a process ended: its exit code, or minus the signal that killed it."""
        return self._ask({"wait": child})

    def kill_after(self, seconds, work, *arguments):
        """
        Run a function, and kill its process some time after it says it is at work; how it ended.

        The function's last argument is a file; that the file is there says so.
        """
        with tempfile.TemporaryDirectory() as folder:
            at_work = Path(folder) / "at-work"
            child = self.start(work, *arguments, str(at_work))
            given_up = time.monotonic() + PATIENCE
            while not at_work.exists() and time.monotonic() < given_up:
                time.sleep(0.001)
            time.sleep(seconds)
            os.kill(child, signal.SIGKILL)  # not waited for yet, so that the id is still its own
            return self.wait(child)

    def _ask(self, order):
        self.mother.stdin.write(json.dumps(order) + "\n")
        self.mother.stdin.flush()
        return json.loads(self.mother.stdout.readline())


def run(work, arguments):
    """Run a function in this process, then end it, whatever happens."""
    code = 1
    try:
        os.dup2(2, 1)  # the mother's answers go there; what a child prints goes to the errors
        module, _, name = work.partition(":")
        code = getattr(importlib.import_module(module), name)(*arguments) or 0
    except BaseException:  # noqa: BLE001 - the end of a process of its own
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def mother():
    """Take orders until the input ends; then no child stays behind."""
    for name in sys.argv[1:]:
        importlib.import_module(name)
    children = set()
    for line in iter(sys.stdin.readline, ""):
        order = json.loads(line)
        if "run" in order:
            answer = os.fork()
            if answer == 0:
                run(order["run"], order["arguments"])
            children.add(answer)
        else:
            answer = os.waitstatus_to_exitcode(os.waitpid(order["wait"], 0)[1])
            children.discard(order["wait"])
        print(json.dumps(answer), flush=True)  # noqa: T201 - the answer to the order
    for child in children:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


if __name__ == "__main__":
    mother()
