"""
Compiled release files out of a bundle, asked in memory: nothing is unpacked to the disk.

A held file is read whole when it is first asked, then shared by all threads of the process.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from threading import Lock, local
from typing import Any

from msgspec.structs import replace

from catalog.core.document import decode
from catalog.core.errors import BadFile
from catalog.core.model import CodeList, Mapping
from catalog.core.names import Kind
from catalog.formats.release_file_reading import (
    MATCH,
    FileCrosswalk,
    FileLexicon,
    OpenFile,
    check_header,
)


class HeldFile(OpenFile):
    """
    One compiled file whose bytes are somewhere else than in a file of their own.

    Attributes:
        load: gives the bytes, checked; asked once for each opening.
    """

    def __init__(self, name: str, load: Callable[[], bytes]) -> None:
        """
        Open the file.

        Raises: BadFile, as `OpenFile` does, and what loading raises.
        """
        self.path = Path(name)
        self.load = load
        self.mutex = Lock()
        self.local = local()
        self.opened: list[sqlite3.Connection] = []
        self.facts: dict[str, str] = dict(self.rows("SELECT name, value FROM meta"))

    def connect(self) -> sqlite3.Connection:
        """
        The one connection, for this thread too.

        Raises: BadFile.
        """
        connection = self.opened[0] if self.opened else self.held()
        self.local.connection = connection
        return connection

    def held(self) -> sqlite3.Connection:
        """
        A connection to the bytes, in memory.

        Raises: BadFile.
        """
        data = self.load()
        check_header(self.path.name, data[:100], len(data))
        connection = sqlite3.connect(
            ":memory:", isolation_level=None, check_same_thread=False, cached_statements=64
        )
        try:
            connection.deserialize(data)
            connection.execute("PRAGMA trusted_schema=OFF")  # a bundle may come from anywhere
            connection.execute("PRAGMA query_only=ON")
        except sqlite3.DatabaseError as error:
            connection.close()
            raise BadFile(self.path.name, str(error)) from None
        self.opened.append(connection)
        return connection

    def rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
        """The rows of a question; as `OpenFile.rows`, one question at a time."""
        with self.mutex:
            return super().rows(sql, values)


def lexicon_of(name: str, load: Callable[[], bytes]) -> FileLexicon:
    """
    The lexicon in the bytes of a compiled release file.

    Raises: BadFile, as `open_lexicon` does.
    """
    return FileLexicon(held(name, load, Kind.CODE_LIST))


def crosswalk_of(name: str, load: Callable[[], bytes]) -> FileCrosswalk:
    """
    The crosswalk in the bytes of a compiled release file.

    Raises: BadFile, as `open_crosswalk` does.
    """
    return FileCrosswalk(held(name, load, Kind.MAPPING))


def held(name: str, load: Callable[[], bytes], kind: Kind) -> HeldFile:
    """
    The held file, holding what is wanted.

    Raises: BadFile.
    """
    file = HeldFile(name, load)
    if file.facts.get("kind") != kind:
        found = file.facts.get("kind", "nothing")
        file.close()
        raise BadFile(Path(name).name, f"holds a {found}, not a {kind}")
    return file


def code_list_in(lexicon: FileLexicon) -> CodeList:
    """The code list that was compiled, members and all."""
    return replace(lexicon.header, members=tuple(lexicon.concepts()))


def mapping_in(crosswalk: FileCrosswalk) -> Mapping:
    """
    The mapping that was compiled, members and all.

    Raises: BadFile, BadDocument.
    """
    file = crosswalk.file
    header = decode(file.facts.get("header", "").encode())
    if not isinstance(header, Mapping):
        raise BadFile(file.path.name, "does not say which mapping it is")
    rows = file.rows("SELECT document FROM match ORDER BY place")
    return replace(header, members=tuple(file.read(MATCH, document) for (document,) in rows))
