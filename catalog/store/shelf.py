"""The shelf: built artefacts as files under one folder."""

import os
import time
from collections.abc import Iterable
from pathlib import Path

from catalog.actions.ports import Shelf
from catalog.core.errors import BadRequest, NotFound
from catalog.store.files import PART, sweep, write_unflushed, write_whole

LONGEST = 200
"""Of one part of a name, in bytes; file systems take 255."""

STALE = 24 * 3600
"""Seconds after which a half-written file is nobody's any more."""


class FileShelf(Shelf):
    """
    Files under a folder, each there whole or not at all.

    Every name is checked: it cannot lead out of the folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, name: str) -> Path:
        """
        Where a file is or would be on this machine.

        Raises: BadRequest, when the name is not a plain relative one.
        """
        parts = name.split("/")
        if not all(is_plain(part) for part in parts):
            raise BadRequest("name", f"{name[:LONGEST]!r} is not a name on the shelf")
        return self.root.joinpath(*parts)

    def has(self, name: str) -> bool:
        """Whether the file is there, whole."""
        return self.path(name).is_file()

    def put(self, name: str, data: bytes | Iterable[bytes]) -> Path:
        """Write a file whole or not at all; one that was there is replaced."""
        path = self.path(name)
        write_whole(path, (data,) if isinstance(data, bytes) else data)
        return path

    def lay(self, name: str, data: bytes | Iterable[bytes]) -> Path:
        """Write a file in one step, left to the next `flush` to be made safe."""
        path = self.path(name)
        write_unflushed(path, (data,) if isinstance(data, bytes) else data)
        return path

    def flush(self) -> None:
        """Make all that was laid safe: one flush of the system for any number of files."""
        os.sync()

    def get(self, name: str) -> bytes:
        """
        The file's bytes.

        Raises: NotFound.
        """
        try:
            return self.path(name).read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise NotFound(name) from None

    def sweep(self) -> int:
        """Remove what killed processes left half written more than a day ago; how many files."""
        return sweep(self.root, time.time() - STALE)


def is_plain(part: str) -> bool:
    """Whether a part of a name only names: no step up, no root, separator or control sign."""
    return (
        part not in {"", ".", ".."}
        and not part.startswith(PART)
        and "\\" not in part
        and part.isprintable()
        and len(part.encode("utf-8", "surrogatepass")) <= LONGEST
    )
