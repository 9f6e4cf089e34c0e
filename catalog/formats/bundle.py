"""
The offline bundle: releases and all they need, as one file whose every byte is accounted for.

A ZIP that any tool opens. `bodies/` has canonical bodies and `compiled/` compiled release files,
each named by the SHA-256 of its bytes; `manifest.json` stands last and says which release is made
of which, with sizes and digests. The archive's comment is the SHA-256 of all bytes before it, so
a changed byte is found wherever it is. The same content gives the same bytes: fixed order, no
time, no names of people. Who wants to know that a bundle is the registry's compares its digest
with the one told by whoever made it.
Source: PKWARE, APPNOTE.TXT - .ZIP File Format Specification
"""

import hashlib
import os
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Literal, Self

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from catalog.core.document import ENCODER, digest_of
from catalog.core.errors import BadFile
from catalog.core.release import Entry
from catalog.formats.release_file_reading import REVISION

NAME: Literal["health-metadata-bundle"] = "health-metadata-bundle"
VERSION = 1
"""Raised whenever a reader of the former version would go wrong."""

MANIFEST = "manifest.json"
PART = re.compile(r"bodies/[0-9a-f]{64}\.json|compiled/[0-9a-f]{64}\.sqlite")
SEAL = 64
"""Letters of the comment."""

LARGEST_MANIFEST = 64 * 1024 * 1024
LARGEST_PART = 1024 * 1024 * 1024
LARGEST = 4 * LARGEST_PART
"""Bytes that all parts may have once unpacked."""

SMALL = 1024 * 1024
STEEPEST = 200
"""How many times larger than packed a part may be, unless it is small; real ones reach 40."""

CHUNK = 1024 * 1024
ENCRYPTED = 0x1

BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,  # a place before the beginning of the file
    RuntimeError,
    ValueError,
)
"""What reading a damaged archive may raise."""


class Seal(Struct, frozen=True):
    """An event of the registry's chain: its number and its hash."""

    seq: int
    hash: str


class Held(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    A release in the bundle.

    Attributes:
        entry: its line of the register; the names of the people who made it stay there.
        body: the part with its canonical bytes; empty for lists and mappings, which are whole in
            their compiled file, and for withdrawals.
        compiled: the part with its compiled release file; empty for the other kinds.
        event: the event that announced it.
    """

    entry: Entry
    body: str = ""
    compiled: str = ""
    event: Seal | None = None


class Part(Struct, frozen=True):
    """The size of a part, and the SHA-256 of its bytes."""

    size: int
    sha256: str


class LegalDocument(Struct, frozen=True):
    """What a legal document is called."""

    number: str
    title: dict[str, str]


class LeftOut(Struct, frozen=True):
    """An artefact that is needed but not in the bundle, and why."""

    key: str
    reason: Literal["restricted-licence", "never-released"]


class Manifest(Struct, frozen=True, kw_only=True):
    """
    What a bundle says of itself.

    Attributes:
        revision: of the compiled release files.
        asked: the keys it was made for; the others are what these need.
        chain: the last event of the registry when the bundle was made; later releases are not
            in it.
        known: when the newest release in it was issued.
        documents: the legal documents that the releases rest on, by key.
        signatures: kept for signatures over the manifest; this program writes and reads none.
    """

    format: Literal["health-metadata-bundle"] = NAME
    version: int = VERSION
    revision: int = REVISION
    asked: tuple[str, ...]
    chain: Seal | None = None
    known: datetime | None = None
    releases: tuple[Held, ...]
    documents: dict[str, LegalDocument] = {}
    left_out: tuple[LeftOut, ...] = ()
    parts: dict[str, Part] = {}
    signatures: tuple[dict[str, str], ...] = ()


class Head(Struct):
    """The little of a manifest that every version has."""

    format: str
    version: int


HEAD = msgspec.json.Decoder(Head)
DECODER = msgspec.json.Decoder(Manifest)


class Writer:
    """Writes one bundle; parts first, each once however often it is added."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.parts: dict[str, Part] = {}

    def add_body(self, data: bytes) -> str:
        """Add canonical bytes; the name of the part."""
        return self.add("bodies/{}.json", data)

    def add_compiled(self, data: bytes) -> str:
        """Add a compiled release file; the name of the part."""
        return self.add("compiled/{}.sqlite", data)

    def add(self, pattern: str, data: bytes) -> str:
        """Add a part under the name that its bytes give it."""
        digest = digest_of(data)
        name = pattern.format(digest)
        if name not in self.parts:
            self.parts[name] = Part(len(data), digest)
            self.store(name, data)
        return name

    def store(self, name: str, data: bytes) -> None:
        """Write a member that looks the same whoever writes it, and whenever."""
        info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
        info.create_system = 3
        info.external_attr = 0o644 << 16
        self.archive.writestr(info, data, zipfile.ZIP_DEFLATED, 6)

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest, with all parts named in it."""
        whole = replace(manifest, parts=dict(sorted(self.parts.items())))
        self.store(MANIFEST, ENCODER.encode(whole))
        self.archive.comment = b"0" * SEAL


class Writing:
    """
    A bundle that is being written: whole at its path in the end, or not there at all.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "empty.bundle"
    ...     with Writing(path) as writer:
    ...         writer.finish(Manifest(asked=(), releases=()))
    ...     with Archive(path) as archive:
    ...         archive.manifest.asked
    ()
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Writer:
        handle, name = tempfile.mkstemp(
            prefix=f".{self.path.name}.", suffix=".part", dir=self.path.parent
        )
        os.close(handle)
        self.made = Path(name)
        self.archive = zipfile.ZipFile(self.made, "w")
        return Writer(self.archive)

    def __exit__(self, kind: type[BaseException] | None, *others: object) -> None:
        try:
            self.archive.close()
            if kind is None:
                seal(self.made)
                self.made.chmod(0o644)
                self.made.replace(self.path)
        finally:
            with suppress(FileNotFoundError):
                self.made.unlink()


def seal(path: Path) -> None:
    """Write into the archive's comment the digest of all before it; wait until it is on disk."""
    with path.open("r+b") as file:
        digest = digest_before(file.fileno(), path.stat().st_size - SEAL)
        file.seek(-SEAL, os.SEEK_END)
        file.write(digest.encode())
        file.flush()
        os.fsync(file.fileno())


def digest_before(handle: int, length: int) -> str:
    """SHA-256 of the first bytes of an open file."""
    found = hashlib.sha256()
    at = 0
    while at < length:
        data = os.pread(handle, min(CHUNK, length - at), at)
        if not data:
            break
        found.update(data)
        at += len(data)
    return found.hexdigest()


class Archive:
    """
    An open bundle; every part is held against its digest when it is read.

    Attributes:
        name: the file's name.
        manifest: what it says of itself.
        digest: SHA-256 of the manifest's bytes: two bundles of one digest have one content.
    """

    def __init__(self, path: Path) -> None:
        """
        Open a bundle.

        Raises: BadFile, which names what is amiss: the file or the part in it.
        """
        self.name = path.name
        try:
            self.file = path.open("rb")
        except OSError as error:
            raise BadFile(self.name, error.strerror or str(error)) from None
        try:
            self.open()
        except BaseException:
            self.file.close()
            raise

    def open(self) -> None:
        """
        Read the manifest, hold the table of contents against it, and the bytes against the seal.

        Raises: BadFile.
        """
        try:
            self.archive = zipfile.ZipFile(self.file)
        except BROKEN as error:
            raise BadFile(self.name, f"is no bundle, or cut short ({error})") from None
        data = self.member(MANIFEST, LARGEST_MANIFEST)
        self.digest = digest_of(data)
        self.manifest = self.read_manifest(data)
        self.check_members()
        length = os.fstat(self.file.fileno()).st_size - SEAL
        sealed = digest_before(self.file.fileno(), length).encode()
        if sealed != self.archive.comment:
            for name in self.manifest.parts:
                self.part(name)
            raise BadFile(self.name, "was changed or added to, outside of its parts")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *others: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.archive.close()
        self.file.close()

    def read_manifest(self, data: bytes) -> Manifest:
        """
        What the manifest says.

        Raises: BadFile.
        """
        place = f"{self.name}/{MANIFEST}"
        try:
            head = HEAD.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise BadFile(place, f"is no manifest: {error}") from None
        if head.format != NAME:
            raise BadFile(place, f"is of the format {head.format[:40]!r}, not {NAME}")
        if head.version != VERSION:
            raise BadFile(place, f"is of version {head.version}; this program reads {VERSION}")
        try:
            manifest = DECODER.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise BadFile(place, str(error)) from None
        if manifest.revision != REVISION:
            raise BadFile(
                place,
                f"has compiled files of revision {manifest.revision}; this program reads"
                f" {REVISION}",
            )
        return manifest

    def check_members(self) -> None:
        """
        Hold the table of contents against the manifest, before anything is unpacked.

        Raises: BadFile.
        """
        parts = self.manifest.parts
        members = self.archive.infolist()
        seen = {info.filename for info in members}
        if len(seen) != len(members):
            raise BadFile(self.name, "has two parts of one name")
        for name in seen - parts.keys() - {MANIFEST}:
            raise BadFile(f"{self.name}/{name[:100]}", "is not named in the manifest")
        for name in parts.keys() - seen:
            raise BadFile(f"{self.name}/{name[:100]}", "is missing")
        for name in parts:
            if not PART.fullmatch(name):
                raise BadFile(f"{self.name}/{name[:100]}", "is no name of a part")
        for name in sorted(self.named() - parts.keys()):
            raise BadFile(f"{self.name}/{name[:100]}", "is not listed among the parts")
        for info in members:
            self.check_member(info)
        if sum(part.size for part in parts.values()) > LARGEST:
            raise BadFile(self.name, f"unpacks to more than {LARGEST} bytes")

    def check_member(self, info: zipfile.ZipInfo) -> None:
        """
        Hold one line of the table of contents against the manifest.

        Raises: BadFile.
        """
        place = f"{self.name}/{info.filename}"
        packed = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
        if info.flag_bits & ENCRYPTED or info.compress_type not in packed:
            raise BadFile(place, "is encrypted, or packed in a way that is not read here")
        part = self.manifest.parts.get(info.filename)
        if part is None:
            return
        if info.file_size != part.size:
            raise BadFile(place, f"would be {info.file_size} bytes, not {part.size}")
        steep = info.file_size > max(SMALL, STEEPEST * info.compress_size)
        if steep or info.file_size > LARGEST_PART:
            raise BadFile(place, f"would unpack to {info.file_size} bytes, which no part does")

    def named(self) -> set[str]:
        """The parts that the releases are made of."""
        return {name for held in self.manifest.releases for name in (held.body, held.compiled)} - {
            ""
        }

    def part(self, name: str) -> bytes:
        """
        The bytes of a part, as the manifest promises them.

        Raises: BadFile.
        """
        promised = self.manifest.parts[name]
        data = self.member(name, promised.size)
        if len(data) != promised.size or digest_of(data) != promised.sha256:
            raise BadFile(f"{self.name}/{name}", self.changed(name))
        return data

    def changed(self, name: str) -> str:
        """Says that a part was changed, and which releases are made of it."""
        of = ", ".join(
            f"{held.entry.key} {held.entry.version}"
            for held in self.manifest.releases
            if name in {held.body, held.compiled}
        )
        return f"was changed: {of or 'its bytes'} cannot be trusted"

    def member(self, name: str, most: int) -> bytes:
        """
        The bytes of a member; never more are unpacked than are allowed.

        Raises: BadFile.
        """
        place = f"{self.name}/{name}"
        try:
            with self.archive.open(name) as member:
                data = member.read(most + 1)
        except KeyError:
            raise BadFile(place, "is missing") from None
        except BROKEN as error:
            raise BadFile(place, f"was changed or cut short ({error})") from None
        if len(data) > most:
            raise BadFile(place, f"is larger than {most} bytes")
        return data

    def parts(self) -> Iterator[tuple[str, bytes]]:
        """
        Every part with its bytes, each held against its digest.

        Raises: BadFile.
        """
        for name in self.manifest.parts:
            yield name, self.part(name)
