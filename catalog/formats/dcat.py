"""
DCAT 3: the catalogue of what is released, page by page, in the profile DCAT-AP 3.0.1.

An artefact is a dataset that is had at its persistent address; each of its releases is a dataset
of its own, a version of the artefact and a member of its series. What is in force on the asked
day decides which distributions the artefact has.
Source: https://www.w3.org/TR/vocab-dcat-3/, https://semiceu.github.io/DCAT-AP/releases/3.0.0/
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from catalog.core.errors import BadRequest
from catalog.core.library import Library
from catalog.core.model import Text
from catalog.core.names import Key, Kind, Space
from catalog.core.release import Entry, Timeline
from catalog.formats.dcat_distributions import Ask, Distributions, not_built
from catalog.formats.dcat_references import (
    COUNTRY,
    FREQUENCIES,
    HEALTH,
    LANGUAGES,
    RIGHTS,
    References,
    Shown,
)
from catalog.formats.descriptions import temporal
from catalog.formats.format import Format
from catalog.formats.linked_data import write_nodes
from catalog.formats.rdf import TYPE, XSD, Fact, Link, Node, Syntax, Typed
from catalog.formats.vocabulary import (
    ADMS,
    DCAT,
    DCATAP,
    DCT,
    FOAF,
    HYDRA,
    VCARD,
    instant,
    key_link,
    own,
    web_link,
    words,
)

KINDS = (Kind.CODE_LIST, Kind.VALUE_SET, Kind.MAPPING, Kind.SCHEMA, Kind.DATASET)
"""The kinds that stand in the catalogue as datasets."""

LARGEST_PAGE = 1000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """
    What the catalogue says of itself.

    Attributes:
        publisher: key of the organisation that answers for the catalogue.
        contact: mail address for questions; empty when there is none.
        address: where the catalogue is served; empty for {base}/catalog.
        built: asks for the file that was built of a release in a format.
    """

    title: Text = field(
        default_factory=lambda: {
            "vi": "Danh mục siêu dữ liệu y tế",
            "en": "Health metadata registry",
        }
    )
    description: Text = field(
        default_factory=lambda: {
            "vi": "Danh mục mã, cấu trúc dữ liệu, ánh xạ và bộ dữ liệu y tế kèm căn cứ pháp lý.",
            "en": "Code lists, record layouts, mappings and datasets of health, with their law.",
        }
    )
    publisher: str = ""
    publisher_name: Text = field(
        default_factory=lambda: {"vi": "Cơ quan quản lý danh mục", "en": "Registry operator"}
    )
    contact: str = ""
    licence: str = ""
    address: str = ""
    built: Ask = not_built


def catalogued(library: Library) -> tuple[Key, ...]:
    """The keys of the catalogue, in order."""
    return tuple(key for key in library.keys() if key.kind in KINDS)


def write_catalogue(
    library: Library,
    space: Space,
    syntax: Syntax,
    page: int,
    size: int,
    today: date,
    *,
    formats: tuple[Format, ...],
    about: About | None = None,
) -> Iterator[bytes]:
    """
    One page of the catalogue in a syntax, in chunks; pages count from 1, `size` is artefacts.

    Raises: BadRequest, for a page or size that there is not.
    """
    keys = catalogued(library)
    if not 1 <= size <= LARGEST_PAGE:
        raise BadRequest("size", f"must be from 1 to {LARGEST_PAGE}")
    last = max(1, -(-len(keys) // size))
    if not 1 <= page <= last:
        raise BadRequest("page", f"there are {last} pages")
    writer = Catalogue(library, space, formats, about or About(), today)
    nodes = writer.nodes(keys, syntax, page, size)
    return write_nodes(nodes, syntax, space)


class Catalogue:
    """Describes artefacts and releases as a catalogue does, and what they refer to."""

    def __init__(
        self,
        library: Library,
        space: Space,
        formats: tuple[Format, ...],
        about: About,
        today: date,
    ) -> None:
        self.library = library
        self.space = space
        self.about = about
        self.today = today
        self.references = References(library, space, today)
        self.distributions = Distributions(library, self.references, formats, about.built)

    def nodes(self, keys: tuple[Key, ...], syntax: Syntax, page: int, size: int) -> Iterator[Node]:
        """The catalogue with a page of its datasets, then all that they refer to."""
        shown = keys[(page - 1) * size : page * size]
        yield self.catalogue(keys, shown)
        yield self.view(len(keys), syntax, page, size)
        for key in shown:
            yield from self.artefact(key)
        yield from self.references.nodes()

    # -- the catalogue itself ---------------------------------------------------------------

    @property
    def address(self) -> str:
        """Where the catalogue is."""
        return self.about.address or f"{self.space.base}/catalog"

    def catalogue(self, keys: tuple[Key, ...], shown: tuple[Key, ...]) -> Node:
        """The catalogue and which datasets this page lists."""
        issued = [e.issued_at for key in keys for e in self.library.timeline(key).entries]
        facts: list[Fact] = [
            (TYPE, Link(f"{DCAT}Catalog")),
            (TYPE, Link(f"{HYDRA}Collection")),
            *words(f"{DCT}title", self.about.title),
            *words(f"{DCT}description", self.about.description),
            (f"{DCT}publisher", self.publisher(self.about.publisher)),
            (f"{FOAF}homepage", self.references.page(self.space.base + "/")),
            (f"{HYDRA}totalItems", len(keys)),
            (f"{DCT}spatial", self.references.place(COUNTRY)),
            (f"{DCAT}themeTaxonomy", self.references.themes()),
            (f"{DCT}issued", stamp(min(issued, default=EPOCH))),
            (f"{DCT}modified", stamp(max(issued, default=EPOCH))),
        ]
        facts += [(f"{DCT}language", it) for it in self.languages(self.about.title)]
        if self.about.licence:
            facts.append((f"{DCT}license", self.distributions.licence(self.about.licence)))
        facts += [(f"{DCAT}dataset", Link(self.space.artefact(key))) for key in shown]
        return Node(self.address, facts)

    def view(self, total: int, syntax: Syntax, page: int, size: int) -> Node:
        """
        Where the other pages are.

        The older class stands beside the newer, since harvesters look for the one or the other.
        """
        last = max(1, -(-total // size))
        pages = {"first": 1, "previous": page - 1, "next": page + 1, "last": last}
        facts: list[Fact] = [
            (TYPE, Link(f"{HYDRA}PartialCollectionView")),
            (TYPE, Link(f"{HYDRA}PagedCollection")),
            (f"{HYDRA}totalItems", total),
            (f"{HYDRA}itemsPerPage", size),
        ]
        facts += [
            (f"{HYDRA}{name}", Link(self.page_address(syntax, number, size)))
            for name, number in pages.items()
            if 1 <= number <= last
        ]
        return Node(self.page_address(syntax, page, size), facts)

    def page_address(self, syntax: Syntax, page: int, size: int) -> str:
        """The address of a page, in the syntax that is being read."""
        return f"{self.address}.{syntax}?page={page}&size={size}"

    # -- artefacts and releases -------------------------------------------------------------

    def artefact(self, key: Key) -> Iterator[Node]:
        """An artefact as a dataset, its series, and each of its releases."""
        timeline = self.library.timeline(key)
        entries = [entry for entry in timeline.entries if entry.what != "withdrawal"]
        if not entries:
            return
        current = timeline.at(self.today)
        latest = current or entries[-1]
        body = self.references.shown(latest)
        thing = self.space.artefact(key)
        series = f"{thing}#releases"
        facts: list[Fact] = [*self.dataset_facts(key, latest, body)]
        facts.append((f"{DCT}identifier", str(key)))
        facts += [(f"{DCT}issued", stamp(entries[0].issued_at))]
        facts += [(f"{DCT}modified", stamp(entries[-1].issued_at))]
        facts += [(f"{DCAT}inSeries", Link(series)), (f"{DCAT}landingPage", self.page(thing))]
        if current is not None:
            facts.append((f"{DCAT}version", current.version))
            facts.append((f"{DCAT}hasCurrentVersion", self.release_link(current)))
        facts += [(f"{DCAT}hasVersion", self.release_link(entry)) for entry in entries]
        offered = (
            list(self.distributions.offered(key, current, body)) if current is not None else []
        )
        facts += [(f"{DCAT}distribution", Link(node.subject)) for node in offered]
        yield Node(thing, facts)
        yield from offered
        yield self.series(series, latest, body, entries)
        for entry in entries:
            yield from self.release(key, timeline, entry, series)

    def series(self, address: str, latest: Entry, body: Shown, entries: list[Entry]) -> Node:
        """All releases of an artefact as a series."""
        first, last = entries[0], entries[-1]
        facts: list[Fact] = [
            (TYPE, Link(f"{DCAT}DatasetSeries")),
            *words(f"{DCT}title", latest.title),
            *words(f"{DCT}description", self.described(body)),
            (f"{DCT}publisher", self.publisher(body.publisher or body.custodian)),
            (f"{DCT}accrualPeriodicity", self.frequency(body)),
            (f"{DCT}issued", stamp(first.issued_at)),
            (f"{DCT}modified", stamp(last.issued_at)),
            (f"{DCT}spatial", self.spatial(body)),
            (f"{DCAT}first", self.release_link(first)),
            (f"{DCAT}last", self.release_link(last)),
            *self.contact(body),
        ]
        return Node(address, facts)

    def release(self, key: Key, timeline: Timeline, entry: Entry, series: str) -> Iterator[Node]:
        """A release as a dataset that never changes."""
        body = self.references.shown(entry)
        validity = timeline.validity(entry)
        facts: list[Fact] = [*self.dataset_facts(key, entry, body)]
        facts += [
            (f"{DCT}identifier", f"{key}/{entry.version}"),
            (f"{DCT}issued", stamp(entry.issued_at)),
            (f"{DCAT}version", entry.version),
            (f"{DCAT}isVersionOf", Link(self.space.artefact(key))),
            (f"{DCAT}inSeries", Link(series)),
            (f"{DCAT}landingPage", self.page(self.release_link(entry))),
            (f"{ADMS}status", self.references.status(timeline.standing(entry, self.today))),
        ]
        before = timeline.before(entry)
        if before is not None:
            facts.append((f"{DCAT}previousVersion", self.release_link(before)))
            facts.append((f"{DCAT}prev", self.release_link(before)))
        if validity is not None:
            facts.append((own(self.space, "inForceFrom"), day_of(validity.start)))
            if validity.end is not None:
                facts.append((own(self.space, "inForceUntil"), day_of(validity.end)))
        offered = list(self.distributions.offered(key, entry, body, entry.version))
        facts += [(f"{DCAT}distribution", Link(node.subject)) for node in offered]
        yield Node(self.release_link(entry), facts)
        yield from offered

    def dataset_facts(self, key: Key, entry: Entry, body: Shown) -> Iterator[Fact]:
        """What an artefact and its releases say alike."""
        yield TYPE, Link(f"{DCAT}Dataset")
        yield from words(f"{DCT}title", entry.title)
        yield from words(f"{DCT}description", self.described(body))
        yield f"{DCT}publisher", self.publisher(body.publisher or body.custodian)
        yield from self.contact(body)
        yield f"{DCAT}theme", self.references.theme(HEALTH)
        yield from ((f"{DCAT}theme", self.references.group(group)) for group in body.groups)
        for keyword in body.keywords or (key.slug.replace("-", " "),):
            yield f"{DCAT}keyword", keyword
        yield from ((f"{DCT}language", it) for it in self.languages(entry.title))
        yield (
            f"{DCT}accessRights",
            self.references.rights(RIGHTS.get(self.access(key, body), "RESTRICTED")),
        )
        yield f"{DCT}accrualPeriodicity", self.frequency(body)
        yield f"{DCT}spatial", self.spatial(body)
        start = body.temporal_start or ("" if key.kind is Kind.DATASET else str(entry.start))
        if start or body.temporal_end:
            yield f"{DCT}temporal", temporal(start, body.temporal_end)
        for document in dict.fromkeys((*entry.documents, *body.documents)):
            link = key_link(self.space, document)
            if isinstance(link, Link):
                yield f"{DCATAP}applicableLegislation", self.references.law(link)
        if body.source:
            yield f"{DCT}provenance", self.references.provenance(body.source)

    # -- single facts -----------------------------------------------------------------------

    def release_link(self, entry: Entry) -> Link:
        """The address of a release."""
        return Link(self.space.release(Key.parse(entry.key), entry.version))

    def page(self, address: str) -> Link:
        """A page or file to be fetched."""
        return self.references.page(address)

    def publisher(self, key: str) -> Link:
        """The agent that publishes; the catalogue's own when a thing names none."""
        wanted = key or self.about.publisher
        link = key_link(self.space, wanted) if wanted else None
        if isinstance(link, Link):
            return self.references.agent(link, wanted)
        return self.references.nameless(f"{self.address}#publisher", self.about.publisher_name)

    def contact(self, body: Shown) -> Iterator[Fact]:
        """Whom to ask: a mail address, else words; the catalogue's own when there is none."""
        contact = body.contact or self.about.contact
        if not contact:
            return
        name = body.contact or self.about.title.get("vi", contact)
        facts: list[Fact] = [(TYPE, Link(f"{VCARD}Kind")), (f"{VCARD}fn", name)]
        page = web_link(contact)
        if page is not None:
            facts.append((f"{VCARD}hasURL", page))
        elif "@" in contact and " " not in contact:
            facts.append((f"{VCARD}hasEmail", Link(f"mailto:{contact}")))
        yield f"{DCAT}contactPoint", Node("", facts)

    def languages(self, text: Text) -> list[Link]:
        """The languages of a title that have an address."""
        found = (LANGUAGES.get(language) for language in text)
        return [self.references.language(link) for link in found if link is not None]

    def frequency(self, body: Shown) -> Link:
        """How often it changes; what the ministry issues changes when it is issued."""
        name = body.periodicity.strip().casefold()
        return self.references.frequency(FREQUENCIES.get(name, "UNKNOWN" if name else "IRREG"))

    def spatial(self, body: Shown) -> Link | Node:
        """Where it holds; the country when nothing else is said."""
        if not body.spatial:
            return self.references.place(COUNTRY)
        link = web_link(body.spatial)
        if link is not None:
            return self.references.place(link)
        return Node("", [(TYPE, Link(f"{DCT}Location")), *words(LABEL, {"vi": body.spatial})])

    def access(self, key: Key, body: Shown) -> str:
        """Who may have it: what a dataset says, else what the licence class says."""
        if key.kind is Kind.DATASET:
            return body.access or "shared-on-request"
        return "open" if body.licence_class == "open" else "restricted"

    def described(self, body: Shown) -> Text:
        """The description; the title stands in for one that is missing, since one is required."""
        return body.description or body.title


LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"


def stamp(moment: datetime) -> Typed:
    """An instant as a term."""
    return Typed(instant(moment), f"{XSD}dateTime")


def day_of(day: date) -> Typed:
    """A day as a term."""
    return Typed(day.isoformat(), f"{XSD}date")
