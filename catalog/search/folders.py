"""The folders of the embedded index: which is in use, how it is opened, swapped and swept."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import tantivy

from catalog.core.errors import IndexUnavailable, SearchBusy
from catalog.search.indexing import REVISION

CURRENT = "CURRENT"
LOCK = "writer.lock"
META = "meta.json"
"""What Tantivy replaces at each commit."""

TRIES = 3

Stamp = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """
    An index as it stood when it was opened.

    Attributes:
        name: of its folder.
        stamp: of the files that change when an index is swapped in or written to.
    """

    name: str
    stamp: Stamp
    index: tantivy.Index
    searcher: tantivy.Searcher


@contextmanager
def writing_lock(root: Path) -> Iterator[None]:
    """
    Hold the lock that only one writer has; it falls when the process does.

    Raises: SearchBusy.
    """
    root.mkdir(parents=True, exist_ok=True)
    with (root / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SearchBusy(str(root)) from None
        yield


def current_name(root: Path) -> str:
    """The folder in use; empty when there is none."""
    try:
        return (root / CURRENT).read_text("utf-8").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return ""


def stamp_of(root: Path, name: str) -> Stamp:
    """A value that differs after each swap and each commit; empty when files are missing."""
    try:
        swapped, written = os.stat(root / CURRENT), os.stat(root / name / META)  # noqa: PTH116 - half the time
    except OSError:
        return ()
    return (
        swapped.st_ino,
        swapped.st_mtime_ns,
        written.st_ino,
        written.st_mtime_ns,
        written.st_size,
    )


def open_current(root: Path) -> Opened:
    """
    The index in use. A swap in the same moment is met by looking again.

    Raises: IndexUnavailable.
    """
    for _ in range(TRIES - 1):
        with suppress(IndexUnavailable):
            return open_once(root)
    return open_once(root)


def open_once(root: Path) -> Opened:
    """The index in use, tried once."""
    name = current_name(root)
    if not name:
        raise IndexUnavailable(f"there is none in {root}")
    if not name.startswith(f"r{REVISION}-") or Path(name).name != name:
        raise IndexUnavailable(f"{name[:64]} is not of revision {REVISION}")
    stamp = stamp_of(root, name)
    with readable(name):
        index = tantivy.Index.open(str(root / name))
        index.config_reader("manual")
        index.reload()
        return Opened(name, stamp, index, index.searcher())


@contextmanager
def readable(name: str) -> Iterator[None]:
    """
    Say by name what is wrong with the files of an index.

    Over damaged files the engine panics, and a panic is no Exception and has no importable class.
    Raises: IndexUnavailable.
    """
    try:
        yield
    except (ValueError, OSError) as error:
        raise IndexUnavailable(f"{name} cannot be read: {error}") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise IndexUnavailable(f"{name} is damaged: {error}") from None


def fresh_folder(root: Path) -> Path:
    """A new, empty folder for an index of this revision."""
    numbers = (folder.name.rpartition("-")[2] for folder in root.glob("r*-*"))
    number = max((int(n) for n in numbers if n.isdecimal()), default=0) + 1
    folder = root / f"r{REVISION}-{number:06d}"
    folder.mkdir()
    return folder


def point_to(root: Path, name: str) -> None:
    """Make a folder the one in use, in one step."""
    written = root / f"{CURRENT}.new"
    with written.open("w", encoding="utf-8") as file:
        file.write(f"{name}\n")
        file.flush()
        os.fsync(file.fileno())
    written.replace(root / CURRENT)


def sweep(root: Path, keep: set[str]) -> None:
    """Remove the folders that nobody opens any more."""
    for folder in root.glob("r*-*"):
        if folder.name not in keep:
            shutil.rmtree(folder, ignore_errors=True)
