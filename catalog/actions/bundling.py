"""
Bundling: everything that some artefacts need offline, as one file.

All releases of a timeline go along, so that a record of any day is held against what was in force
on its own day. Content that may not be passed on is left out unless it is asked for, and the
bundle says what it lacks.
"""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from msgspec.structs import replace

from catalog.actions.ports import Progress, silent
from catalog.actions.verifying import ANNOUNCED
from catalog.core.errors import BadRequest, NotFound
from catalog.core.events import Event
from catalog.core.library import Library
from catalog.core.model import Body, CodeList, Document, Rule, ValueSet, members_of
from catalog.core.names import Key, Kind
from catalog.core.references import locked_by
from catalog.core.release import Entry
from catalog.formats import release_file
from catalog.formats.bundle import (
    Archive,
    Held,
    LeftOut,
    LegalDocument,
    Manifest,
    Seal,
    Writer,
    Writing,
)
from catalog.formats.release_file import FileCrosswalk, FileLexicon

LISTS = frozenset({Kind.CODE_LIST, Kind.VALUE_SET})


class Licences(Enum):
    """Whose content goes into a bundle: what is open, or all."""

    OPEN = "open"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Bundled:
    """
    What came of bundling.

    Attributes:
        digest: of the bundle's manifest; to be told to those who will hold the bundle against it.
        size: bytes of the file.
    """

    digest: str
    size: int
    manifest: Manifest


@dataclass(slots=True)
class Gathering:
    """
    Walks from the keys asked for to all that they need.

    Attributes:
        entries: of each key that goes along, all entries.
        documents: keys of the legal documents that are named.
        left_out: what does not go along, and why.
        mentioned: the bodies' own references, by digest: a body is read once.
    """

    library: Library
    licences: Licences
    entries: dict[Key, tuple[Entry, ...]] = field(default_factory=dict)
    documents: set[str] = field(default_factory=set)
    left_out: dict[str, LeftOut] = field(default_factory=dict)
    closed: dict[Key, bool] = field(default_factory=dict)

    def ask(self, key: Key) -> None:
        """
        Take in a key that was asked for.

        Raises: NotFound; BadRequest, when it may not be passed on.
        """
        self.library.timeline(key)
        if self.is_kept_back(key):
            raise BadRequest(
                str(key), "its licence does not let it be passed on; say --with-restricted"
            )
        self.take(key)

    def take(self, first: Key) -> None:
        """Take in a key, and all that it needs."""
        waiting = [first]
        while waiting:
            key = waiting.pop()
            if key in self.entries or str(key) in self.left_out:
                continue
            try:
                entries = self.library.timeline(key).entries
            except NotFound:
                self.left_out[str(key)] = LeftOut(str(key), "never-released")
                continue
            if self.is_kept_back(key):
                self.left_out[str(key)] = LeftOut(str(key), "restricted-licence")
                continue
            self.entries[key] = entries
            for entry in entries:
                self.documents.update(entry.documents)
                if entry.what != "withdrawal":
                    waiting += map(Key.parse, self.needs(entry))

    def needs(self, entry: Entry) -> tuple[str, ...]:
        """The keys that a release needs; the documents of its rules are noted."""
        body = header_of(self.library, entry)
        self.documents.update(
            member.document
            for member in members_of(body)
            if isinstance(member, Rule) and member.document
        )
        return locked_by(body)

    def is_kept_back(self, key: Key) -> bool:
        """Whether a key has content that may not be passed on, and none was asked for."""
        if self.licences is Licences.ALL:
            return False
        found = self.closed.get(key)
        if found is None:
            self.closed[key] = False
            found = self.closed[key] = any(
                self.is_restricted(entry)
                for entry in self.library.timeline(key).entries
                if entry.what != "withdrawal"
            )
        return found

    def is_restricted(self, entry: Entry) -> bool:
        """Whether a release may not be passed on; a value set holds what its lists say."""
        body = header_of(self.library, entry)
        if body.licence_class == "restricted":
            return True
        return isinstance(body, ValueSet) and any(
            self.is_kept_back(Key.parse(lock.key)) for lock in entry.lock
        )


def header_of(library: Library, entry: Entry) -> Body:
    """The body of a release; of a code list, which may be large, only the header."""
    if Key.parse(entry.key).kind is Kind.CODE_LIST:
        return library.lexicon(entry).header
    return library.body(entry)


def bundle(
    library: Library,
    keys: Iterable[Key],
    path: Path,
    *,
    licences: Licences = Licences.OPEN,
    events: Iterable[Event] = (),
    progress: Progress = silent,
) -> Bundled:
    """
    Write everything that these keys need into one file at a path.

    Args:
        library: the releases of one moment.
        keys: what is asked for; what these need comes along.
        path: a file that is there is replaced, whole.
        licences: whose content goes along.
        progress: told as the work goes on.
        events: the registry's chain up to the moment of the library, so that each release names
            the event that announced it; without it none does.

    Raises: NotFound, for a key that was never released; BadRequest, for one that may not be
        passed on; OSError.
    """
    asked = tuple(dict.fromkeys(keys))
    gathering = Gathering(library, licences)
    for key in asked:
        gathering.ask(key)
    announced, last = chain_of(events)
    entries = [entry for key in sorted(gathering.entries) for entry in gathering.entries[key]]
    with Writing(path) as writer:
        releases: list[Held] = []
        for done, entry in enumerate(entries):
            progress("bundle", done, len(entries))
            held = held_in(writer, library, entry)
            releases.append(replace(held, event=announced.get((entry.key, entry.number))))
        writer.finish(
            Manifest(
                asked=tuple(sorted(map(str, asked))),
                chain=last,
                known=max((entry.issued_at for entry in entries), default=None),
                releases=tuple(releases),
                documents=legal_documents(library, gathering.documents),
                left_out=tuple(gathering.left_out[key] for key in sorted(gathering.left_out)),
            )
        )
    progress("bundle", len(entries), len(entries))
    with Archive(path) as archive:
        return Bundled(archive.digest, path.stat().st_size, archive.manifest)


def chain_of(events: Iterable[Event]) -> tuple[dict[tuple[str, int], Seal], Seal | None]:
    """The event that announced each entry, by key and number; and the last event."""
    announced: dict[tuple[str, int], Seal] = {}
    last: Seal | None = None
    for event in events:
        last = Seal(event.seq, event.hash)
        if event.what in ANNOUNCED:
            announced[event.key, int(event.data["number"])] = last
    return announced, last


def held_in(writer: Writer, library: Library, entry: Entry) -> Held:
    """Write the parts of a release; without the names of the people who made it."""
    known = replace(entry, author="", approver="")
    if entry.what == "withdrawal":
        return Held(entry=known)
    kind = Key.parse(entry.key).kind
    body = compiled = ""
    if kind in LISTS or kind is Kind.MAPPING:
        compiled = writer.add_compiled(compiled_bytes(library, entry, kind))
    if kind not in {Kind.CODE_LIST, Kind.MAPPING}:
        body = writer.add_body(library.document(entry))
    return Held(entry=known, body=body, compiled=compiled)


def compiled_bytes(library: Library, entry: Entry, kind: Kind) -> bytes:
    """The compiled file of a release: the library's own where it has one, else made anew."""
    if kind is Kind.MAPPING:
        crosswalk = library.crosswalk(entry)
        if isinstance(crosswalk, FileCrosswalk) and crosswalk.path.is_file():
            return crosswalk.path.read_bytes()
        body: Body = library.body(entry)
    else:
        lexicon = library.lexicon(entry)
        if isinstance(lexicon, FileLexicon) and lexicon.path.is_file():
            return lexicon.path.read_bytes()
        body = replace(lexicon.header, members=tuple(lexicon.concepts()))
    assert isinstance(body, CodeList) or kind is Kind.MAPPING  # noqa: S101 - what kinds are
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "release.sqlite"
        release_file.compile_release(entry.digest, body, made)
        return made.read_bytes()


def legal_documents(library: Library, keys: Iterable[str]) -> dict[str, LegalDocument]:
    """What the legal documents of these keys are called; unknown ones are left out."""
    found: dict[str, LegalDocument] = {}
    for text in sorted(keys):
        try:
            entries = library.timeline(Key.parse(text)).standing_ones()
        except NotFound:
            continue
        body = library.body(entries[-1]) if entries else None
        if isinstance(body, Document):
            found[text] = LegalDocument(body.number, dict(sorted(body.title.items())))
    return found
