"""The library in a bundle: released things read from one file, without network or database."""

from collections.abc import Iterable
from datetime import date, datetime
from threading import Lock as Mutex

from catalog.core.document import decode, digest_of, encode
from catalog.core.errors import BadFile, BadKey, BadTime, KeptBack, NotFound
from catalog.core.library import Library
from catalog.core.model import Body, kind_of
from catalog.core.names import Key, Kind
from catalog.core.release import END_OF_TIME, Entry, Timeline
from catalog.core.terminology import Crosswalk, Lexicon
from catalog.formats.bundle import MANIFEST, Archive, Held
from catalog.formats.bundle_lists import code_list_in, crosswalk_of, lexicon_of, mapping_in
from catalog.formats.release_file import FileCrosswalk, FileLexicon

COMPILED = frozenset({Kind.CODE_LIST, Kind.VALUE_SET, Kind.MAPPING})


class BundleLibrary(Library):
    """
    The releases in a bundle.

    What is asked first is read and held against its digest, then kept open.
    """

    def __init__(self, archive: Archive) -> None:
        """
        Take in what the manifest says.

        Raises: BadFile, when its entries make no timelines, or lack what they are made of.
        """
        self.archive = archive
        self.place = f"{archive.name}/{MANIFEST}"
        self.held: dict[tuple[str, int], Held] = {}
        self.timelines: dict[Key, Timeline] = {}
        self.bodies: dict[str, Body] = {}
        self.lexicons: dict[str, FileLexicon] = {}
        self.crosswalks: dict[str, FileCrosswalk] = {}
        self.mutex = Mutex()
        self.kept_back = {
            one.key for one in archive.manifest.left_out if one.reason == "restricted-licence"
        }
        for held in archive.manifest.releases:
            self.take(held)

    def take(self, held: Held) -> None:
        """
        Take in one release.

        Raises: BadFile.
        """
        entry = held.entry
        try:
            key = Key.parse(entry.key)
            timeline = self.timelines.get(key, Timeline(key))
            self.timelines[key] = timeline.with_(entry)
        except (BadKey, BadTime) as error:
            raise BadFile(self.place, str(error)) from None
        if entry.what != "withdrawal":
            wants_body = key.kind not in {Kind.CODE_LIST, Kind.MAPPING}
            if bool(held.body) != wants_body or bool(held.compiled) != (key.kind in COMPILED):
                raise BadFile(self.place, f"{entry.key} {entry.version} lacks its content")
            if held.body and self.archive.manifest.parts[held.body].sha256 != entry.digest:
                raise BadFile(self.place, f"{entry.key} {entry.version} has another's body")
        self.held[entry.key, entry.number] = held

    def keys(self) -> tuple[Key, ...]:
        """Every key with a release, in order."""
        return tuple(sorted(self.timelines))

    def timeline(self, key: Key) -> Timeline:
        """
        The timeline of a key.

        Raises: NotFound; of its kind KeptBack, for what was left out for its licence.
        """
        found = self.timelines.get(key)
        if found is None:
            raise (KeptBack if str(key) in self.kept_back else NotFound)(str(key))
        return found

    def in_force(self, key: Key, day: date, known: datetime = END_OF_TIME) -> Entry:
        """
        The release in force on a day.

        Raises: NotFound, Withdrawn, NotInForce.
        """
        return self.timeline(key).in_force(day, known)

    def of(self, entry: Entry) -> Held:
        """
        What a release is made of.

        Raises: NotFound, for an entry that is not of this bundle, and for withdrawals.
        """
        held = self.held.get((entry.key, entry.number))
        if held is None or held.entry.digest != entry.digest or entry.what == "withdrawal":
            raise NotFound(f"{entry.key}/{entry.version}")
        return held

    def body(self, entry: Entry) -> Body:
        """
        What a release says.

        Raises: NotFound, BadFile.
        """
        held = self.of(entry)
        match Key.parse(entry.key).kind:
            case Kind.CODE_LIST:
                return self.read(held, code_list_in(self.file_lexicon(held)))
            case Kind.MAPPING:
                return self.read(held, mapping_in(self.file_crosswalk(held)))
            case kind:
                found = self.bodies.get(held.body)
                if found is None:
                    found = decode(self.archive.part(held.body))
                    if kind_of(found) is not kind:
                        raise BadFile(self.place, f"{entry.key} is a {kind_of(found)}")
                    self.bodies[held.body] = found
                return found

    def read(self, held: Held, body: Body) -> Body:
        """
        A body that was put together from its compiled file, held against the entry's digest.

        Raises: BadFile.
        """
        if digest_of(encode(body)) != held.entry.digest:
            place = f"{self.archive.name}/{held.compiled}"
            raise BadFile(place, f"is not what {held.entry.key} {held.entry.version} says")
        return body

    def document(self, entry: Entry) -> bytes:
        """
        The canonical bytes of what a release says.

        Raises: NotFound, BadFile.
        """
        held = self.of(entry)
        return self.archive.part(held.body) if held.body else encode(self.body(entry))

    def lexicon(self, entry: Entry) -> Lexicon:
        """
        The lexicon of a release of a code list or value set.

        Raises: NotFound, BadFile.
        """
        return self.file_lexicon(self.of(entry))

    def crosswalk(self, entry: Entry) -> Crosswalk:
        """
        The crosswalk of a release of a mapping.

        Raises: NotFound, BadFile.
        """
        return self.file_crosswalk(self.of(entry))

    def file_lexicon(self, held: Held) -> FileLexicon:
        """The lexicon in a compiled part, opened once."""
        with self.mutex:
            found = self.lexicons.get(held.compiled)
            if found is None:
                found = lexicon_of(held.compiled, lambda: self.compiled(held))
                self.lexicons[held.compiled] = found
        self.check_digest(held, found.file.facts)
        return found

    def file_crosswalk(self, held: Held) -> FileCrosswalk:
        """The crosswalk in a compiled part, opened once."""
        with self.mutex:
            found = self.crosswalks.get(held.compiled)
            if found is None:
                found = crosswalk_of(held.compiled, lambda: self.compiled(held))
                self.crosswalks[held.compiled] = found
        self.check_digest(held, found.file.facts)
        return found

    def check_digest(self, held: Held, facts: dict[str, str]) -> None:
        """
        Hold a compiled part against the release that is said to be made of it.

        Raises: BadFile.
        """
        if facts.get("digest") != held.entry.digest:
            raise BadFile(
                f"{self.archive.name}/{held.compiled}",
                f"is another release than {held.entry.key} {held.entry.version}",
            )

    def compiled(self, held: Held) -> bytes:
        """The bytes of a compiled part."""
        return self.archive.part(held.compiled)

    def verify(self) -> int:
        """
        Hold every part against its digest, and every list against the digest of its release.

        Returns how many parts there are. A value set's expansion is held against its part's
        digest only: the rules are the release.
        Raises: BadFile, BadDocument.
        """
        count = sum(1 for _ in self.archive.parts())
        for held in self.held.values():
            if held.entry.what != "withdrawal":
                self.body(held.entry)
        return count

    def close(self) -> None:
        """Close what is open; nothing may be asked afterwards."""
        opened: Iterable[FileLexicon | FileCrosswalk] = (
            *self.lexicons.values(),
            *self.crosswalks.values(),
        )
        for one in opened:
            one.close()
        self.archive.close()
