"""
What a catalogue refers to, each named and typed once on the page that uses it.

Controlled vocabularies are those that DCAT-AP asks for: the European authority tables for themes,
languages, frequencies, places, file types and access rights, IANA for media types, ADMS.
"""

from collections.abc import Iterator
from datetime import date

import msgspec

from catalog.core.errors import BadKey, NotFound
from catalog.core.library import Library
from catalog.core.model import Dataset, Distribution, Text
from catalog.core.names import Key, Kind, Space
from catalog.core.release import Entry, Standing
from catalog.formats.rdf import TYPE, Fact, Link, Node, Term, safe_iri
from catalog.formats.vocabulary import (
    DCT,
    ELI,
    FOAF,
    RDFS,
    SKOS,
    key_link,
    own,
    words,
)

AUTHORITY = "http://publications.europa.eu/resource/authority/"
IANA = "https://www.iana.org/assignments/media-types/"
STATUS = "http://purl.org/adms/status/"
PUBLISHER_TYPE = "http://purl.org/adms/publishertype/"
COUNTRY = Link(f"{AUTHORITY}country/VNM")
HEALTH = Link(f"{AUTHORITY}data-theme/HEAL")
LANGUAGES = {
    "vi": Link(f"{AUTHORITY}language/VIE"),
    "en": Link(f"{AUTHORITY}language/ENG"),
}
RIGHTS = {
    "open": "PUBLIC",
    "shared": "RESTRICTED",
    "shared-on-request": "RESTRICTED",
    "restricted": "NON_PUBLIC",
}
"""Access rights by what a dataset says of access."""

FREQUENCIES = {
    "continuous": "CONT", "liên tục": "CONT",
    "daily": "DAILY", "hằng ngày": "DAILY", "hàng ngày": "DAILY", "p1d": "DAILY",
    "weekly": "WEEKLY", "hằng tuần": "WEEKLY", "hàng tuần": "WEEKLY", "p1w": "WEEKLY",
    "monthly": "MONTHLY", "hằng tháng": "MONTHLY", "hàng tháng": "MONTHLY", "p1m": "MONTHLY",
    "quarterly": "QUARTERLY", "hằng quý": "QUARTERLY", "hàng quý": "QUARTERLY",
    "p3m": "QUARTERLY", "3 tháng": "QUARTERLY",
    "half-yearly": "ANNUAL_2", "6 tháng": "ANNUAL_2", "p6m": "ANNUAL_2",
    "yearly": "ANNUAL", "annual": "ANNUAL", "hằng năm": "ANNUAL", "hàng năm": "ANNUAL",
    "p1y": "ANNUAL",
    "irregular": "IRREG", "không định kỳ": "IRREG", "khi có thay đổi": "IRREG",
    "never": "NEVER", "không cập nhật": "NEVER",
}  # fmt: skip
"""Codes of the frequency table by the words that people write."""

FILE_TYPES = {
    ".json": "JSON",
    ".jsonld": "JSON_LD",
    ".ttl": "RDF_TURTLE",
    ".rdf": "RDF_XML",
    ".nt": "RDF_N_TRIPLES",
    ".csv": "CSV",
    ".xlsx": "XLSX",
    ".schema.json": "JSON",
    ".fhir.json": "JSON",
    ".csvw.json": "JSON",
    ".xsd": "XML",
    ".shacl.ttl": "RDF_TURTLE",
}
SKOS_SAID = frozenset({".ttl", ".jsonld", ".rdf", ".nt"})
SKOS_REFERENCE = Link("http://www.w3.org/TR/skos-reference")
STANDARDS = {
    ".schema.json": Link("https://json-schema.org/draft/2020-12/schema"),
    ".xsd": Link("http://www.w3.org/TR/xmlschema11-1/"),
    ".shacl.ttl": Link("https://www.w3.org/TR/shacl/"),
    ".csvw.json": Link("https://www.w3.org/TR/tabular-metadata/"),
    ".fhir.json": Link("http://hl7.org/fhir/R4/"),
}


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What a catalogue shows of a body: its header, the members unread."""

    title: Text
    description: Text = {}
    custodian: str = ""
    groups: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    licence: str = ""
    licence_class: str = "open"
    source: str = ""
    publisher: str = ""
    contact: str = ""
    access: str = ""
    periodicity: str = ""
    spatial: str = ""
    temporal_start: str = ""
    temporal_end: str = ""


NATIONAL = frozenset({"byt", "bhxh", "chinh-phu", "quoc-hoi", "tct", "tk"})
"""Namespaces of national bodies; the others are the city's."""

GROUPS: Text = {"vi": "Nhóm dữ liệu y tế", "en": "Groups of health data"}
STANDINGS: dict[Standing, tuple[str, Text]] = {
    "in-force": ("Completed", {"vi": "Đang có hiệu lực", "en": "Completed"}),
    "transitional": ("Completed", {"vi": "Đang có hiệu lực", "en": "Completed"}),
    "upcoming": ("UnderDevelopment", {"vi": "Chưa có hiệu lực", "en": "Under development"}),
    "ended": ("Deprecated", {"vi": "Hết hiệu lực", "en": "Deprecated"}),
    "corrected": ("Deprecated", {"vi": "Hết hiệu lực", "en": "Deprecated"}),
    "withdrawn": ("Withdrawn", {"vi": "Đã thu hồi", "en": "Withdrawn"}),
}
"""The nearest word of ADMS for each standing."""

SHOWN = msgspec.json.Decoder(Shown)


class References:
    """What was referred to, gathered while a page is written and described at its end."""

    def __init__(self, library: Library, space: Space, today: date) -> None:
        self.library = library
        self.space = space
        self.today = today
        self.found: dict[str, list[Fact]] = {}

    def nodes(self) -> Iterator[Node]:
        """Each thing referred to, once."""
        for address, facts in self.found.items():
            yield Node(address, facts)

    def shown(self, entry: Entry) -> Shown:
        """What a release says of itself, without reading the members of long lists."""
        return SHOWN.decode(self.library.document(entry))

    def distributions(self, entry: Entry) -> tuple[Distribution, ...]:
        """The distributions that a release of a dataset names; none for other kinds."""
        body = self.library.body(entry)
        return body.members if isinstance(body, Dataset) else ()

    def typed(self, address: str, type_: str, facts: list[Fact] | None = None) -> Link:
        """A reference to something of a type."""
        if address not in self.found:
            self.found[address] = [(TYPE, Link(type_)), *(facts or [])]
        return Link(address)

    def current(self, key: str) -> Shown | None:
        """What a thing of ours says of itself today; None when it is not in the library."""
        try:
            timeline = self.library.timeline(Key.parse(key))
        except (BadKey, NotFound):
            return None
        entry = timeline.at(self.today) or next(iter(timeline.entries[-1:]), None)
        return None if entry is None else self.shown(entry)

    def agent(self, address: Link, key: str) -> Link:
        """An organisation as an agent, with its name."""
        if address not in self.found:
            said = self.current(key)
            names = words(f"{FOAF}name", said.title) if said else [(f"{FOAF}name", key)]
            local = Key.parse(key).ns not in NATIONAL
            kind = Link(f"{PUBLISHER_TYPE}{'LocalAuthority' if local else 'NationalAuthority'}")
            self.typed(address, f"{FOAF}Agent", [*names, (f"{DCT}type", kind)])
        return address

    def nameless(self, address: str, name: Text) -> Link:
        """An agent that has no key."""
        return self.typed(address, f"{FOAF}Agent", words(f"{FOAF}name", name))

    def group(self, key: str) -> Term:
        """A data group as a theme, with its name."""
        link = key_link(self.space, key)
        if not isinstance(link, Link):
            return self.theme(HEALTH)
        if link not in self.found:
            said = self.current(key)
            names = said.title if said else {"vi": key}
            scheme = self.scheme(own(self.space, "data-groups"), GROUPS)
            facts: list[Fact] = [*words(f"{SKOS}prefLabel", names), (f"{SKOS}inScheme", scheme)]
            self.typed(link, f"{SKOS}Concept", facts)
        return link

    def theme(self, theme: Link) -> Link:
        """The theme of the European table."""
        names: Text = {"vi": "Y tế", "en": "Health"}
        facts: list[Fact] = [*words(f"{SKOS}prefLabel", names), (f"{SKOS}inScheme", self.themes())]
        return self.typed(theme, f"{SKOS}Concept", facts)

    def themes(self) -> Link:
        """The European table of themes."""
        return self.scheme(f"{AUTHORITY}data-theme", {"vi": "Chủ đề dữ liệu", "en": "Data themes"})

    def scheme(self, address: str, title: Text) -> Link:
        """A scheme of themes."""
        return self.typed(address, f"{SKOS}ConceptScheme", words(f"{DCT}title", title))

    def law(self, document: Link) -> Link:
        """A legal document."""
        return self.typed(document, f"{ELI}LegalResource")

    def page(self, address: str) -> Link:
        """A page or file."""
        return Link(safe_iri(address))

    def place(self, place: Link) -> Link:
        """A place of the European table or elsewhere."""
        return self.typed(place, f"{DCT}Location")

    def language(self, language: Link) -> Link:
        """A language of the European table."""
        return self.typed(language, f"{DCT}LinguisticSystem")

    def frequency(self, name: str) -> Link:
        """A frequency of the European table."""
        return self.typed(f"{AUTHORITY}frequency/{name}", f"{DCT}Frequency")

    def rights(self, name: str) -> Link:
        """An access right of the European table."""
        return self.typed(f"{AUTHORITY}access-right/{name}", f"{DCT}RightsStatement")

    def available(self) -> Link:
        """Releases stay available."""
        names: Text = {"vi": "Ổn định", "en": "Stable"}
        return self.concept(f"{AUTHORITY}planned-availability/STABLE", names)

    def status(self, standing: Standing) -> Link:
        """Where a release stands, in the words of ADMS."""
        name, names = STANDINGS[standing]
        return self.concept(f"{STATUS}{name}", names)

    def concept(self, address: str, names: Text) -> Link:
        """A concept of a vocabulary of others."""
        return self.typed(address, f"{SKOS}Concept", words(f"{SKOS}prefLabel", names))

    def media_type(self, media_type: str) -> Link:
        """A media type as registered, its parameters left out."""
        name = media_type.partition(";")[0].strip()
        return self.typed(safe_iri(f"{IANA}{name}"), f"{DCT}MediaType")

    def file_type(self, suffix: str) -> Link | None:
        """A file type of the European table; None when it has none for the suffix."""
        name = FILE_TYPES.get(suffix)
        if name is None:
            return None
        return self.typed(f"{AUTHORITY}file-type/{name}", f"{DCT}MediaTypeOrExtent")

    def conforms(self, suffix: str, kind: Kind) -> Link | None:
        """The standard that a format of a kind conforms to."""
        if suffix in SKOS_SAID and kind in (Kind.CODE_LIST, Kind.VALUE_SET, Kind.MAPPING):
            return self.standard(SKOS_REFERENCE)
        known = STANDARDS.get(suffix)
        return self.standard(known) if known is not None else None

    def standard(self, address: Link) -> Link:
        """A standard, or a schema of ours."""
        return self.typed(address, f"{DCT}Standard")

    def licence(self, licence: Link) -> Link:
        """A licence document."""
        return self.typed(licence, f"{DCT}LicenseDocument")

    def provenance(self, source: str) -> Node:
        """Where the content was taken from, in words."""
        facts: list[Fact] = [
            (TYPE, Link(f"{DCT}ProvenanceStatement")),
            (f"{RDFS}label", source),
        ]
        return Node("", facts)
