"""What is shipped, loaded once into memory; and the facts that it is held against."""

import csv
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from catalog.actions.loading import Loaded, load
from catalog.core.document import decode
from catalog.core.errors import NotFound
from catalog.core.lexicon_memory import MemoryLexicon
from catalog.core.library import Library
from catalog.core.model import Body, CodeList
from catalog.core.names import Key
from catalog.core.release import Entry, Timeline
from catalog.core.terminology import Crosswalk, Lexicon
from catalog.formats.source import SourceTree, read_folder
from catalog.store.memory import MemoryStore

ROOT = Path(__file__).parents[2]
FACTS = ROOT.parent / "shared" / "facts"
SOURCES = (ROOT / "vocabularies", ROOT / "schemas")
EXAMPLES = ROOT / "schemas" / "byt" / "examples"


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a file of facts."""
    with (FACTS / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@cache
def tree() -> SourceTree:
    """The source folders, read once."""
    return read_folder(*SOURCES)


@cache
def bodies(key: str) -> dict[str, Body]:
    """The bodies of a shipped artefact by version, in the order of their days."""
    return {each.version: each.body for each in tree().releases if str(each.key) == key}


@cache
def loaded() -> tuple[MemoryStore, Loaded]:
    """A store with everything that is shipped, and what the load said."""
    store = MemoryStore()
    return store, load(store, lambda: datetime.now(UTC), SOURCES)


class StoreLibrary(Library):
    """A library over the memory store."""

    def __init__(self, store: MemoryStore) -> None:
        with store.read() as unit:
            self.timelines = {timeline.key: timeline for timeline in unit.timelines()}
        self.store = store
        self.lexicons: dict[str, Lexicon] = {}

    def timeline(self, key: Key) -> Timeline:
        if key not in self.timelines:
            raise NotFound(str(key))
        return self.timelines[key]

    def keys(self) -> tuple[Key, ...]:
        return tuple(sorted(self.timelines))

    def document(self, entry: Entry) -> bytes:
        with self.store.read() as unit:
            return unit.body(entry.digest)

    def body(self, entry: Entry) -> Body:
        return decode(self.document(entry))

    def lexicon(self, entry: Entry) -> Lexicon:
        if entry.digest not in self.lexicons:
            body = self.body(entry)
            assert isinstance(body, CodeList)
            self.lexicons[entry.digest] = MemoryLexicon(body)
        return self.lexicons[entry.digest]

    def crosswalk(self, entry: Entry) -> Crosswalk:
        raise NotFound(entry.key)


@cache
def library() -> StoreLibrary:
    """The library of everything that is shipped."""
    return StoreLibrary(loaded()[0])
