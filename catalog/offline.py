"""
Checking, looking up and translating out of a bundle: no network, no database, no server.

This is the door for other programs. It needs the package and one file, made by
`catalog bundle KEY... -o FILE` or downloaded:

    from catalog.offline import open_bundle

    with open_bundle("claims.bundle") as bundle:
        report = bundle.check("byt/claim-xml1", [{"MA_LK": "1", "NGAY_RA": "202407010800"}])
        for finding in report.findings:
            print(finding.record, finding.path, finding.rule, finding.message["vi"])
        report = bundle.check_file("claims.xml")
        bundle.lookup("byt/gioi-tinh", "1").concept.display["vi"]
        bundle.translate("byt/dich-vu-ky-thuat--icd-9-cm", "01.0001.1778")

Answers are those of the server at the moment the bundle was made, byte for byte; what was
released later is not in it (`Bundle.manifest.known`).
"""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Self

from msgspec import Struct

from catalog.actions.bundled import BundleLibrary
from catalog.actions.checking import (
    Checker,
    Compiled,
    Masking,
    Report,
    numbered,
    report_of,
    today_in_vietnam,
)
from catalog.actions.checking_files import SUFFIXES, Asked, check_file
from catalog.core.errors import BadRequest, CatalogError, NotFound
from catalog.core.model import Concept, Match
from catalog.core.names import Key, Kind
from catalog.core.release import Lock
from catalog.formats.bundle import Archive, LeftOut, Manifest

__all__ = ["Bundle", "CatalogError", "Lookup", "Report", "open_bundle"]


class Lookup(Struct, frozen=True, kw_only=True):
    """
    A code as it stands on a day.

    Attributes:
        in_force: whether a record of that day may carry it.
        release: the release of the list that was asked.
    """

    concept: Concept
    in_force: bool
    on: date
    release: Lock


class Bundle:
    """
    An open bundle; may be shared by threads, and is closed by leaving its `with` block.

    Schemas, lists and mappings are named ns/slug or by their whole key.

    Attributes:
        manifest: what the bundle says of itself: what it was made for, whence, and what it lacks.
        digest: SHA-256 of the manifest; who made the bundle can tell it, and then it proves every
            byte.
        library: the releases, for those who want more than this class asks.
    """

    def __init__(self, path: Path) -> None:
        """
        Open a bundle.

        Raises: BadFile, which names what is amiss: the file or the part in it.
        """
        archive = Archive(path)
        self.manifest: Manifest = archive.manifest
        self.digest = archive.digest
        try:
            self.library = BundleLibrary(archive)
        except BaseException:
            archive.close()
            raise
        self.compiled = Compiled()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *others: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; nothing may be asked afterwards."""
        self.library.close()

    def checker(self, masking: Masking = Masking.SHOW) -> Checker:
        """A checker over the bundle, for streams that are too long for a list of records."""
        return Checker(self.library, masking=masking, compiled=self.compiled)

    def check(
        self,
        schema: str,
        records: Mapping[str, Any] | Iterable[object],
        on: date | None = None,
    ) -> Report:
        """
        Check records (or one) against a schema as in force on each record's own day, or on one.

        Raises: NotFound, when the schema is not in the bundle; Withdrawn, NotInForce, only for
            `on`; BadKey; BadFile.
        """
        listed = [records] if isinstance(records, Mapping) else records
        return report_of(self.checker(), named(Kind.SCHEMA, schema), numbered(listed), on=on)

    def check_file(self, path: Path | str, schema: str = "", on: date | None = None) -> Report:
        """
        Check a file: JSON, NDJSON, CSV, XLSX by its suffix, with a schema; or claims, as .xml.

        It is read as it is checked, and a report lists the first 1,000 findings.
        Raises: as `check`; BadRequest and BadFile, for what cannot be read; OSError.
        """
        place = Path(path)
        form = SUFFIXES.get(place.suffix.lower())
        if form is None:
            raise BadRequest("path", f"{place.name} ends in none of {', '.join(SUFFIXES)}")
        asked = Asked(
            key=named(Kind.SCHEMA, schema) if schema and form != "claims-xml" else None,
            form=form,
            name=place.name,
            on=on,
        )
        with place.open("rb") as file:
            return check_file(self.checker(), asked, file).report

    def lookup(self, code_list: str, code: str, on: date | None = None) -> Lookup:
        """
        A code of a list, by itself or by another writing of it, as it stands on a day (today).

        Raises: NotFound, Withdrawn, NotInForce, BadKey, BadFile.
        """
        key, day = named(Kind.CODE_LIST, code_list), on or today_in_vietnam()
        entry = self.library.in_force(key, day)
        lexicon = self.library.lexicon(entry)
        name = lexicon.resolve(code)
        concept = lexicon.lookup(name) if name is not None else None
        if concept is None:
            raise NotFound(f"code {code!r} in {key} {entry.version}")
        return Lookup(
            concept=concept,
            in_force=lexicon.usable(concept.code, day),
            on=day,
            release=Lock(entry.key, entry.version, entry.digest),
        )

    def translate(self, mapping: str, code: str, on: date | None = None) -> tuple[Match, ...]:
        """
        What a code of a mapping's source list is in its target list, as of a day (today).

        Empty for a code that the mapping does not name; a match with the relation `none` says
        that there is no counterpart.
        Raises: NotFound, Withdrawn, NotInForce, BadKey, BadFile.
        """
        entry = self.library.in_force(named(Kind.MAPPING, mapping), on or today_in_vietnam())
        return self.library.crosswalk(entry).translate(code)

    def releases(self) -> tuple[Lock, ...]:
        """Every release in the bundle, by key and in the order of issue."""
        return tuple(
            Lock(held.entry.key, held.entry.version, held.entry.digest)
            for held in self.manifest.releases
            if held.entry.what != "withdrawal"
        )

    def left_out(self) -> tuple[LeftOut, ...]:
        """What records may be bound to and is not in the bundle; such fields are not checked."""
        return self.manifest.left_out

    def verify(self) -> int:
        """
        Hold every part against its digest, and every list against its release's; how many parts.

        Opening held the file as a whole against its own seal already, and each part is held
        against its digest before it is first used; this reads them all.
        Raises: BadFile, BadDocument.
        """
        return self.library.verify()


def open_bundle(path: Path | str) -> Bundle:
    """
    Open a bundle.

    Raises: BadFile, which names what is amiss: the file, or the part of it that was changed.
    """
    return Bundle(Path(path))


def named(kind: Kind, text: str) -> Key:
    """
    The key that ns/slug, or a whole key, names.

    Raises: BadKey.
    """
    return Key.parse(text if text.count("/") > 1 else f"{kind}/{text}")
