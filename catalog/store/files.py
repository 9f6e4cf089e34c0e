"""Files that are there whole or not at all, also after a loss of power."""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

PART = ".part-"
"""What the name of a file begins with while it is being written."""


def write_whole(path: Path, chunks: Iterable[bytes], *, mtime_ns: int | None = None) -> None:
    """
    Put a file in its place in one step: temporary name, flush, rename, flush of the folder.

    A file that was there is replaced; whoever has it open goes on reading the old one.
    """
    make_folder(path.parent)
    replace(path, chunks, mtime_ns=mtime_ns, flushed=True)
    flush_folder(path.parent)


def write_unflushed(path: Path, chunks: Iterable[bytes]) -> None:
    """Put a file in its place in one step; what a loss of power leaves of it is not said."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace(path, chunks, mtime_ns=None, flushed=False)


def replace(path: Path, chunks: Iterable[bytes], *, mtime_ns: int | None, flushed: bool) -> None:
    """Write a file under a temporary name, then give it its own."""
    part = path.with_name(f"{PART}{secrets.token_hex(8)}")
    try:
        with part.open("xb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            if mtime_ns is not None:
                os.utime(file.fileno(), ns=(mtime_ns, mtime_ns))
            if flushed:
                os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, and flush the names of those that are new."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    flush_folder(folder.parent)


def flush_folder(folder: Path) -> None:
    """Have the operating system write down the names in a folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(folder: Path, before: float) -> int:
    """Remove what a killed process left half written, last touched before a time; how many."""
    gone = 0
    for part in folder.glob(f"**/{PART}*"):
        if part.stat().st_mtime < before:
            part.unlink(missing_ok=True)
            gone += 1
    return gone
