"""
The words in which linked data is said: namespaces, our own terms, and what every kind says.

The thing itself (a list, a schema) is named by its persistent address, whatever release speaks of
it; the release is a node of its own, `dct:isVersionOf` the thing. A graph says what one release
says, so the graphs of two releases belong into two named graphs.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from catalog.core.errors import BadKey
from catalog.core.model import Header, PropertyType, Text
from catalog.core.names import Key, Space
from catalog.core.release import Release
from catalog.formats.rdf import (
    RDF,
    TYPE,
    XSD,
    Fact,
    Link,
    Node,
    Term,
    Typed,
    Words,
    is_language,
    percent,
    safe_iri,
)

ADMS = "http://www.w3.org/ns/adms#"
DCAT = "http://www.w3.org/ns/dcat#"
DCATAP = "http://data.europa.eu/r5r/"
DCT = "http://purl.org/dc/terms/"
ELI = "http://data.europa.eu/eli/ontology#"
FOAF = "http://xmlns.com/foaf/0.1/"
HYDRA = "http://www.w3.org/ns/hydra/core#"
ORG = "http://www.w3.org/ns/org#"
OWL = "http://www.w3.org/2002/07/owl#"
PROV = "http://www.w3.org/ns/prov#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SPDX = "http://spdx.org/rdf/terms#"
VCARD = "http://www.w3.org/2006/vcard/ns#"
VOID = "http://rdfs.org/ns/void#"
XKOS = "http://rdf-vocabulary.ddialliance.org/xkos#"
SPDX_LICENCES = "https://spdx.org/licenses/"

ABSOLUTE = re.compile(
    r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?(?:[/?#].*)?"
)
SPDX_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,63}")
PROPERTY_TAIL = re.compile(r"[A-Za-z_][A-Za-z0-9._-]*$")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def prefixes(space: Space) -> dict[str, str]:
    """The prefixes that every graph of ours may use."""
    return {
        "adms": ADMS,
        "dcat": DCAT,
        "dcatap": DCATAP,
        "dct": DCT,
        "def": own(space, ""),
        "eli": ELI,
        "foaf": FOAF,
        "hydra": HYDRA,
        "org": ORG,
        "owl": OWL,
        "prov": PROV,
        "rdf": RDF,
        "rdfs": RDFS,
        "skos": SKOS,
        "spdx": SPDX,
        "vcard": VCARD,
        "void": VOID,
        "xkos": XKOS,
        "xsd": XSD,
    }


def own(space: Space, name: str) -> str:
    """The address of a term of our own."""
    return f"{space.base}/def/{name}"


def property_space(space: Space, key: Key) -> str:
    """The namespace of the properties that one list declares for its concepts."""
    return f"{space.base}/def/{key}/"


def property_name(name: str) -> str:
    """
    The last part of the address of a property: percent-encoded, and a name that XML takes.

    >>> property_name("sex"), property_name("nhóm"), property_name("2")
    ('sex', 'nh%C3%B3m', '2_')
    """
    local = re.sub(r"[^A-Za-z0-9._-]", percent, name)
    return local if PROPERTY_TAIL.search(local) and not local.endswith("_") else f"{local}_"


# -- terms out of what people wrote ---------------------------------------------------------


def web_link(text: str) -> Link | None:
    """The text as a link, when it is an absolute web address; else None."""
    return Link(text) if ABSOLUTE.fullmatch(text.strip()) and len(text) < 2048 else None  # noqa: PLR2004


def exact_link(text: str) -> Link | None:
    """The text as a link, when it is a web address that needs no mending; else None."""
    link = web_link(text)
    return link if link is not None and safe_iri(text) == text else None


def key_link(space: Space, text: str) -> Term:
    """A key as a link to what it names; what is no key stays a text."""
    try:
        return Link(space.artefact(Key.parse(text)))
    except BadKey:
        return text


def day(text: str) -> Term:
    """ISO text as a day; what is none stays a text."""
    if DAY.fullmatch(text):
        try:
            date.fromisoformat(text)
        except ValueError:
            return text
        return Typed(text, f"{XSD}date")
    return text


def words(predicate: str, text: Text) -> list[Fact]:
    """A text in each of its languages; a tag that is none is kept as a private one."""
    return [(predicate, Words(said, tag(language))) for language, said in text.items()]


@lru_cache(maxsize=1024)
def tag(language: str) -> str:
    """
    The tag under which a text is written.

    >>> tag("vi"), tag("vi_VN")
    ('vi', 'x-76695f56-4e')
    """
    if is_language(language) and spelled(language) == language:
        return language
    written = language.encode("utf-8", "replace").hex() or "0"
    return "-".join(("x", *(written[at : at + 8] for at in range(0, len(written), 8))))


def spelled(said: str) -> str:
    """
    A tag in the customary letters, since readers of RDF may send small ones.

    >>> spelled("zh-hant-tw")
    'zh-Hant-TW'
    """
    first, *rest = said.lower().split("-")
    cases = {2: str.upper, 4: str.capitalize}
    return "-".join((first, *(cases.get(len(part), str)(part) for part in rest)))


def untag(said: str) -> str:
    """The language that `tag` wrote."""
    if not said.startswith("x-"):
        return spelled(said)
    try:
        return bytes.fromhex(said[2:].replace("-", "")).decode()
    except ValueError:
        return "" if said == "x-0" else said


def period(start: str, end: str) -> list[Fact]:
    """
    Half-open days as `dct:valid`, a DCMI period, whose last day is in it.

    Source: https://www.dublincore.org/specifications/dublin-core/dcmi-period/
    """
    parts = []
    if isinstance(day(start), Typed):
        parts.append(f"start={start};")
    if isinstance(day(end), Typed):
        last = date.fromisoformat(end) - timedelta(days=1) if end > "0001-01-01" else end
        parts.append(f"end={last};")
    if not parts:
        return []
    return [(f"{DCT}valid", Typed(f"{' '.join(parts)} scheme=W3C-DTF;", f"{DCT}Period"))]


def licence_term(licence: str) -> Term:
    """A licence as a link: its own address, or that of its SPDX name; else the text."""
    link = exact_link(licence)
    if link is not None:
        return link
    return Link(f"{SPDX_LICENCES}{licence}") if SPDX_NAME.fullmatch(licence) else licence


# -- what every kind says -------------------------------------------------------------------


def header_facts(space: Space, key: Key, body: Header) -> Iterator[Fact]:
    """What the header of any body says, of the thing itself."""
    yield f"{DCT}identifier", str(key)
    yield from words(f"{DCT}title", body.title)
    yield from words(f"{DCT}description", body.description)
    if body.custodian:
        yield f"{DCT}publisher", key_link(space, body.custodian)
    yield from ((f"{DCT}subject", key_link(space, group)) for group in body.groups)
    yield from ((f"{DCT}references", key_link(space, it)) for it in body.documents)
    yield from ((f"{DCAT}keyword", keyword) for keyword in body.keywords)
    if body.licence:
        yield f"{DCT}license", licence_term(body.licence)
    if body.licence_class != "open":
        yield own(space, "licenceClass"), body.licence_class
    if body.source:
        yield f"{DCT}source", exact_link(body.source) or body.source
    if body.completeness != "unknown":
        yield own(space, "completeness"), body.completeness
    if body.confidence != "unverified":
        yield own(space, "confidence"), body.confidence
    if body.confidence_note:
        yield own(space, "confidenceNote"), body.confidence_note
    if body.deprecated:
        yield f"{OWL}deprecated", True
    yield from ((f"{DCT}isReplacedBy", key_link(space, it)) for it in body.replaced_by)


def version_facts(space: Space, release: Release) -> Iterator[Fact]:
    """Which release speaks, said of the thing itself."""
    entry = release.entry
    yield f"{OWL}versionInfo", entry.version
    yield f"{DCT}hasVersion", Link(space.release(Key.parse(entry.key), entry.version))


def release_node(space: Space, release: Release) -> Node:
    """
    The release as a thing: when it holds, what it rests on, what came before.

    Says only what was known when it was issued, so that its graph never changes. Who wrote and
    who approved is kept in the register, not published.
    """
    entry = release.entry
    key = Key.parse(entry.key)
    facts: list[Fact] = [
        (TYPE, Link(own(space, "Release"))),
        (TYPE, Link(f"{PROV}Entity")),
        (f"{DCT}isVersionOf", Link(space.artefact(key))),
        (f"{DCAT}version", entry.version),
        *words(f"{DCT}title", entry.title),
        (f"{DCT}issued", Typed(instant(entry.issued_at), f"{XSD}dateTime")),
        (own(space, "inForceFrom"), Typed(entry.start.isoformat(), f"{XSD}date")),
    ]
    if entry.end is not None:
        facts.append((own(space, "inForceUntil"), Typed(entry.end.isoformat(), f"{XSD}date")))
    if entry.transition_until is not None:
        until = Typed(entry.transition_until.isoformat(), f"{XSD}date")
        facts.append((own(space, "transitionUntil"), until))
    facts += period(entry.start.isoformat(), entry.end.isoformat() if entry.end else "")
    before = release.timeline.before(entry, entry.issued_at)
    if before is not None:
        previous = Link(space.release(key, before.version))
        facts.append((f"{DCAT}previousVersion", previous))
    if entry.corrects:
        facts.append((f"{PROV}wasRevisionOf", Link(space.release(key, entry.corrects))))
    facts += [(f"{PROV}wasDerivedFrom", key_link(space, it)) for it in entry.documents]
    if entry.reason:
        facts.append((own(space, "reason"), entry.reason))
    if release.body.custodian:
        facts.append((f"{PROV}wasAttributedTo", key_link(space, release.body.custodian)))
    facts += [
        (f"{DCT}requires", Link(space.release(Key.parse(lock.key), lock.version)))
        for lock in entry.lock
    ]
    facts.append((own(space, "digest"), entry.digest))
    facts.append((f"{DCT}hasFormat", Link(space.blob(entry.digest))))
    return Node(space.release(key, entry.version), facts)


def instant(moment: datetime) -> str:
    """An instant as xsd:dateTime, UTC, to the second unless it is finer."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def property_nodes(space: Space, key: Key, types: Iterable[PropertyType]) -> Iterator[Node]:
    """What a list says of the properties of its concepts."""
    for position, declared in enumerate(types, 1):
        facts: list[Fact] = [
            (TYPE, Link(f"{RDF}Property")),
            (f"{RDFS}isDefinedBy", Link(space.artefact(key))),
            (own(space, "propertyName"), declared.name),
            (own(space, "valueType"), declared.type),
            (own(space, "position"), position),
            *words(f"{RDFS}label", declared.label),
            *words(f"{RDFS}comment", declared.description),
        ]
        yield Node(property_space(space, key) + property_name(declared.name), facts)
