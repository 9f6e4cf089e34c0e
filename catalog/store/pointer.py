"""
The pointer CURRENT: which register readers see, swapped in one step and seen by every process.

The register is one JSON file named by its digest; CURRENT holds that name. A reader asks the
operating system once per call whether CURRENT changed, and reads only when it did. CURRENT's
time of change grows with every swap, so that no two swaps look alike.
"""

import fcntl
import hashlib
import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from catalog.actions.ports import Pointer, Register
from catalog.core.errors import BadFile, StaleRegister
from catalog.core.names import Key
from catalog.core.release import Entry, timeline_of
from catalog.store.files import PART, make_folder, write_whole

CURRENT = "CURRENT"
LOCK = "CURRENT.lock"
KEPT = 3
"""How many register files stay: readers that saw an older name may still be opening it."""

NAME = re.compile(r"register-([0-9a-f]{64})\.json")
ATTEMPTS = 100


class RegisterFile(Struct, frozen=True):
    """
    What a register file holds.

    Attributes:
        timelines: entries in the order of their numbers, by the text of their key.
    """

    seq: int
    timelines: dict[str, tuple[Entry, ...]]


ENCODER = msgspec.json.Encoder(order="deterministic")
DECODER = msgspec.json.Decoder(RegisterFile)


class RegisterReader:
    """
    What readers see now, asked at every request.

    Cost: one `stat` (about 2 microseconds) while nothing changes.
    May be shared between threads; the register it gives never goes back.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._path = str(root / CURRENT)
        self._lock = threading.Lock()
        self._held: tuple[tuple[int, int, int], Register] = ((0, 0, 0), Register())

    def current(self) -> Register:
        """
        The register that CURRENT names; an empty one before the first swap.

        Raises: BadFile, when the file it names is missing or damaged.
        """
        try:
            stat = os.stat(self._path)  # noqa: PTH116 - the hot path of every request
        except FileNotFoundError:
            return self._held[1]
        stamp, register = self._held
        if stamp == (stat.st_mtime_ns, stat.st_ino, stat.st_size):
            return register
        return self._load()

    def _load(self) -> Register:
        """Read what CURRENT names; again when it was swapped and tidied away meanwhile."""
        with self._lock:
            for _ in range(ATTEMPTS):
                try:
                    stamp, name = read_current(self._path)
                    if stamp != self._held[0]:
                        register = read_register(self.root / name)
                        self._held = (stamp, max(register, self._held[1], key=seq_of))
                except FileNotFoundError:
                    continue
                return self._held[1]
        raise BadFile(self._path, "the register that it names is missing")


def seq_of(register: Register) -> int:
    """How far a register goes."""
    return register.seq


class FilePointer(RegisterReader, Pointer):
    """The pointer kept in a folder: read by all processes, swapped by one at a time."""

    def swap(self, register: Register) -> None:
        """
        Let readers see another register from now on.

        Raises: StaleRegister, when it ends before the current one does.
        """
        write_register(self.root, register)


def write_register(root: Path, register: Register) -> Path:
    """
    Write a register and let CURRENT name it; the file it was written to.

    Killed at any point, CURRENT names the register before or this one, whole.
    Raises: StaleRegister, when it ends before the current one does.
    """
    data = ENCODER.encode(
        RegisterFile(
            register.seq,
            {str(key): register.timelines[key].entries for key in sorted(register.timelines)},
        )
    )
    path = root / f"register-{hashlib.sha256(data).hexdigest()}.json"
    with one_writer(root):
        stamp = 0
        try:
            (stamp, _, _), name = read_current(str(root / CURRENT))
            seq = read_register(root / name).seq
        except (FileNotFoundError, BadFile):
            seq = 0  # nothing yet, or damaged: what is written now mends it
        if register.seq < seq:
            raise StaleRegister(register.seq, seq)
        mtime = max(time.time_ns(), stamp + 1)
        write_whole(path, (data,), mtime_ns=mtime)
        write_whole(root / CURRENT, (f"{path.name}\n".encode(),), mtime_ns=mtime)
        tidy_up(root)
    return path


def tidy_up(root: Path) -> None:
    """Remove older register files, and what a killed writer left; call only as the one writer."""
    files = sorted(root.glob("register-*.json"), key=lambda path: path.stat().st_mtime_ns)
    for path in [*files[:-KEPT], *root.glob(f"{PART}*")]:
        path.unlink(missing_ok=True)


@contextmanager
def one_writer(root: Path) -> Iterator[None]:
    """Hold the writers' lock; the operating system frees it when a process dies."""
    make_folder(root)
    with (root / LOCK).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def read_current(path: str) -> tuple[tuple[int, int, int], str]:
    """The stamp of CURRENT and the name it holds, both of the same file."""
    with open(path, "rb") as file:  # noqa: PTH123 - the path is text on the hot path
        stat = os.fstat(file.fileno())
        name = file.read(200).decode("utf-8", "replace").strip()
    if not NAME.fullmatch(name):
        raise BadFile(path, "it does not name a register file")
    return (stat.st_mtime_ns, stat.st_ino, stat.st_size), name


def read_register(path: Path) -> Register:
    """
    The register of a file, checked against the digest in its name.

    Raises: FileNotFoundError; BadFile, when the content is not what the name says.
    """
    data = path.read_bytes()
    if path.name != f"register-{hashlib.sha256(data).hexdigest()}.json":
        raise BadFile(str(path), "its content does not have the digest in its name")
    try:
        file = DECODER.decode(data)
    except msgspec.MsgspecError as error:
        raise BadFile(str(path), str(error)) from None
    keys = ((Key.parse(text), entries) for text, entries in file.timelines.items())
    return Register(file.seq, {key: timeline_of(key, entries) for key, entries in keys})
