"""
The distributions of a catalogue: one for each format, the canonical bytes, or a dataset's own.

Source: https://www.w3.org/TR/vocab-dcat-3/#Class:Distribution
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from catalog.core.library import Library
from catalog.core.model import Text
from catalog.core.names import Key, Kind
from catalog.core.release import Entry
from catalog.formats.dcat_references import References, Shown
from catalog.formats.descriptions import access_link, standard
from catalog.formats.format import Format
from catalog.formats.rdf import TYPE, XSD, Fact, Link, Node, Term, Typed
from catalog.formats.vocabulary import DCAT, DCATAP, DCT, SPDX, licence_term, words


@dataclass(frozen=True, slots=True)
class Built:
    """A file that was built at publishing: its size in bytes and its SHA-256."""

    size: int
    sha256: str


def not_built(_entry: Entry, _format: Format) -> Built | None:
    """Knows no built file."""
    return None


Ask = Callable[[Entry, Format], Built | None]
"""Asks for the file that was built of a release in a format."""


class Distributions:
    """Describes in which forms an artefact or a release can be had."""

    def __init__(
        self, library: Library, references: References, formats: tuple[Format, ...], built: Ask
    ) -> None:
        self.library = library
        self.space = references.space
        self.references = references
        self.formats = formats
        self.built = built

    def offered(self, key: Key, entry: Entry, body: Shown, version: str = "") -> Iterator[Node]:
        """The distributions of an artefact (as it is in force) or of one release."""
        thing = self.space.release(key, version) if version else self.space.artefact(key)
        licence = self.licence(body.licence) if body.licence else None
        if key.kind is Kind.DATASET:
            yield from self.own_distributions(key, thing, entry, licence)
            return
        for fmt in self.formats:
            if key.kind in fmt.kinds:
                yield self.distribution(thing, key, entry, fmt, licence)
        yield self.canonical(thing, entry, licence)

    def distribution(
        self, thing: str, key: Key, entry: Entry, fmt: Format, licence: Term | None
    ) -> Node:
        """A release in one format; its size and checksum when it was built."""
        address = f"{thing}{fmt.suffix}"
        facts: list[Fact] = [
            (TYPE, Link(f"{DCAT}Distribution")),
            *((f"{DCT}title", term) for term in format_titles(entry.title, fmt)),
            (f"{DCAT}accessURL", self.references.page(address)),
            (f"{DCAT}downloadURL", self.references.page(address)),
            (f"{DCAT}mediaType", self.references.media_type(fmt.media_type)),
            (f"{DCATAP}availability", self.references.available()),
        ]
        known = self.references.file_type(fmt.suffix)
        if known is not None:
            facts.append((f"{DCT}format", known))
        conforms = self.references.conforms(fmt.suffix, key.kind)
        if conforms is not None:
            facts.append((f"{DCT}conformsTo", conforms))
        if licence is not None:
            facts.append((f"{DCT}license", licence))
        built = self.built(entry, fmt)
        if built is not None:
            facts += checksum(built)
        return Node(f"{address}#distribution", facts)

    def canonical(self, thing: str, entry: Entry, licence: Term | None) -> Node:
        """The canonical bytes, under their own digest."""
        address = self.space.blob(entry.digest)
        title: Text = {"vi": "Nội dung chuẩn hoá (JSON)", "en": "Canonical content (JSON)"}
        facts: list[Fact] = [
            (TYPE, Link(f"{DCAT}Distribution")),
            *words(f"{DCT}title", title),
            (f"{DCAT}accessURL", self.references.page(address)),
            (f"{DCAT}downloadURL", self.references.page(address)),
            (f"{DCAT}mediaType", self.references.media_type("application/json")),
            (f"{DCATAP}availability", self.references.available()),
            *checksum(Built(len(self.library.document(entry)), entry.digest)),
        ]
        if licence is not None:
            facts.append((f"{DCT}license", licence))
        return Node(f"{thing}#content", facts)

    def own_distributions(
        self, key: Key, thing: str, entry: Entry, licence: Term | None
    ) -> Iterator[Node]:
        """The distributions that a dataset names itself."""
        for member in self.references.distributions(entry):
            link = access_link(self.space, key, member.address, member.artefact)
            facts: list[Fact] = [
                (TYPE, Link(f"{DCAT}Distribution")),
                *words(f"{DCT}title", member.title),
                *words(f"{DCT}description", member.description),
                (f"{DCAT}accessURL", self.references.page(link)),
            ]
            if "/" in member.media_type:
                media = self.references.media_type(member.media_type)
                facts.append((f"{DCAT}mediaType", media))
            conforms = standard(self.space, member.conforms_to) if member.conforms_to else ""
            if isinstance(conforms, Link):
                facts.append((f"{DCT}conformsTo", self.references.standard(conforms)))
            if licence is not None:
                facts.append((f"{DCT}license", licence))
            yield Node(f"{thing}#distribution-{quote(member.id, safe='')}", facts)

    def licence(self, licence: str) -> Link | Node:
        """A licence as a document; one that is only words has no address."""
        term = licence_term(licence)
        if isinstance(term, Link):
            return self.references.licence(term)
        return Node("", [(TYPE, Link(f"{DCT}LicenseDocument")), (f"{DCT}title", licence)])


def checksum(built: Built) -> list[Fact]:
    """Size and SHA-256 of a file."""
    node = Node(
        "",
        [
            (TYPE, Link(f"{SPDX}Checksum")),
            (f"{SPDX}algorithm", Link(f"{SPDX}checksumAlgorithm_sha256")),
            (f"{SPDX}checksumValue", Typed(built.sha256, f"{XSD}hexBinary")),
        ],
    )
    return [
        (f"{DCAT}byteSize", Typed(str(built.size), f"{XSD}nonNegativeInteger")),
        (f"{SPDX}checksum", node),
    ]


def format_titles(title: Text, fmt: Format) -> list[Term]:
    """The title of a thing with the name of a format, in each language."""
    named = {language: f"{said} ({fmt.suffix[1:]})" for language, said in title.items()}
    return [term for _, term in words("", named)]
