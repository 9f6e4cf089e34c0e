"""
RDF for the kinds that are no list: layouts, elements, groups, documents, organisations, datasets.

Layouts and elements are described as properties in our own terms (their constraints are said in
full by JSON Schema and SHACL), documents in ELI, organisations in ORG, datasets in DCAT.
Source: https://www.w3.org/TR/vocab-org/, https://op.europa.eu/en/web/eu-vocabularies/eli
"""

from collections.abc import Iterator
from typing import assert_never
from urllib.parse import quote

from catalog.core.errors import BadKey
from catalog.core.model import (
    Binding,
    DataElement,
    DataGroup,
    Dataset,
    Document,
    DocumentRelation,
    Field,
    Organisation,
    Rule,
    Schema,
)
from catalog.core.names import Key, Space
from catalog.core.release import Release
from catalog.formats.rdf import RDF, TYPE, Fact, Link, Node, Row, Term, Words
from catalog.formats.vocabulary import (
    DCAT,
    DCT,
    ELI,
    FOAF,
    ORG,
    RDFS,
    SKOS,
    day,
    header_facts,
    key_link,
    own,
    period,
    release_node,
    tag,
    version_facts,
    web_link,
    words,
)

RELATIONS: dict[str, str] = {
    "amends": f"{ELI}amends",
    "replaces": f"{ELI}repeals",
    "implements": f"{ELI}implements",
    "corrects": f"{ELI}corrects",
    "based-on": f"{ELI}based_on",
}
"""How a document bears on another, in the terms of ELI."""

Single = Schema | DataElement | DataGroup | Document | Organisation | Dataset


def description_nodes(release: Release, body: Single, space: Space) -> Iterator[Node]:
    """A thing in the terms of its kind, then its release, then what it consists of."""
    key = Key.parse(release.entry.key)
    thing = space.artefact(key)
    match body:
        case Schema():
            facts = schema_facts(space, key, body)
        case DataElement():
            facts = element_facts(space, body)
        case DataGroup():
            facts = group_facts(space, body)
        case Document():
            facts = document_facts(space, body)
        case Organisation():
            facts = organisation_facts(space, body)
        case Dataset():
            facts = dataset_facts(space, key, body)
        case _:
            assert_never(body)
    said = [*facts, *header_facts(space, key, body), *version_facts(space, release)]
    yield Node(thing, said)
    yield release_node(space, release)
    if isinstance(body, Schema):
        yield from member_nodes(space, key, body)


# -- layouts and elements -------------------------------------------------------------------


def schema_facts(space: Space, key: Key, body: Schema) -> Iterator[Fact]:
    """A record layout: a standard whose parts are fields."""
    yield TYPE, Link(own(space, "Schema"))
    yield TYPE, Link(f"{DCT}Standard")
    names = ("record", "root_element", "list_element", "row_element", "date_field")
    for name in (*names, "sex_field", "birth_field"):
        value = getattr(body, name)
        if value:
            yield own(space, camel(name)), value
    for field in body.date_fallbacks:
        yield own(space, "dateFallback"), field
    yield own(space, "closed"), body.closed
    fields = tuple(Link(space.field(key, m.name)) for m in body.members if isinstance(m, Field))
    if fields:
        yield own(space, "fields"), Row(fields)


def camel(name: str) -> str:
    """
    A name of ours as linked data writes names.

    >>> camel("root_element")
    'rootElement'
    """
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def member_nodes(space: Space, key: Key, body: Schema) -> Iterator[Node]:
    """The fields and rules of a layout."""
    for member in body.members:
        match member:
            case Field():
                yield Node(space.field(key, member.name), list(field_facts(space, key, member)))
            case Rule():
                subject = f"{space.artefact(key)}#rule-{quote(member.id, safe='')}"
                yield Node(subject, list(rule_facts(space, key, member)))


def field_facts(space: Space, key: Key, field: Field) -> Iterator[Fact]:
    """A field: a property of records of its layout."""
    yield TYPE, Link(own(space, "Field"))
    yield TYPE, Link(f"{RDF}Property")
    yield f"{DCT}isPartOf", Link(space.artefact(key))
    yield f"{DCT}identifier", field.name
    yield from words(f"{RDFS}label", field.label)
    yield from words(f"{SKOS}definition", field.definition)
    yield from words(f"{SKOS}note", field.note)
    yield from value_facts(space, field)
    for name in ("pattern", "required", "separator", "confidence"):
        value = getattr(field, name)
        if value:
            yield own(space, name), value
    if field.element:
        yield own(space, "element"), key_link(space, field.element)
    if field.source:
        yield f"{DCT}source", web_link(field.source) or field.source


def value_facts(space: Space, described: Field | DataElement) -> Iterator[Fact]:
    """What the values of a field or element are like."""
    yield own(space, "valueType"), described.type
    if described.max_length:
        yield own(space, "maxLength"), described.max_length
    for name in ("format", "unit", "data_class"):
        value = getattr(described, name)
        if value:
            yield own(space, "valueFormat" if name == "format" else camel(name)), value
    if described.binding is not None:
        yield own(space, "binding"), binding_node(space, described.binding)


def binding_node(space: Space, binding: Binding) -> Node:
    """Where values come from, and how strictly."""
    facts: list[Fact] = [
        (own(space, "list"), key_link(space, binding.list)),
        (own(space, "strength"), binding.strength),
    ]
    if binding.version:
        facts.append((own(space, "boundVersion"), binding.version))
    facts += [(own(space, "check"), check) for check in binding.checks]
    return Node("", facts)


def rule_facts(space: Space, key: Key, rule: Rule) -> Iterator[Fact]:
    """A rule of a layout, its conditions in CEL."""
    yield TYPE, Link(own(space, "Rule"))
    yield f"{DCT}isPartOf", Link(space.artefact(key))
    yield f"{DCT}identifier", rule.id
    yield from ((own(space, "field"), Link(space.field(key, name))) for name in rule.fields)
    for name in ("when", "must", "finding", "severity"):
        value = getattr(rule, name)
        if value:
            yield own(space, name), value
    yield from words(own(space, "message"), rule.message)
    if rule.document:
        yield f"{DCT}references", key_link(space, rule.document)
    if rule.source:
        yield f"{DCT}source", web_link(rule.source) or rule.source


def element_facts(space: Space, body: DataElement) -> Iterator[Fact]:
    """A data element: one meaning wherever it is used."""
    yield TYPE, Link(own(space, "DataElement"))
    yield TYPE, Link(f"{RDF}Property")
    yield from words(f"{RDFS}label", body.title)
    yield from words(f"{SKOS}definition", body.definition)
    yield from value_facts(space, body)
    yield from words(own(space, "context"), body.context)
    yield from words(own(space, "normalisation"), body.normalisation)
    for name in ("technical_name", "entity", "access", "data_class_ground"):
        value = getattr(body, name)
        if value:
            yield own(space, camel(name)), value
    if body.owner:
        yield f"{DCT}creator", key_link(space, body.owner)
    yield own(space, "valueLanguage"), body.language
    yield from ((f"{SKOS}altLabel", Words(name, tag("vi"))) for name in body.synonyms)
    yield from ((f"{DCT}relation", key_link(space, it)) for it in body.related)
    if body.rdf_type:
        yield f"{RDFS}range", web_link(body.rdf_type) or body.rdf_type
    for system, target in body.mappings.items():
        facts: list[Fact] = [
            (own(space, "system"), web_link(system) or system),
            (own(space, "target"), web_link(target) or target),
        ]
        yield own(space, "mapping"), Node("", facts)


# -- groups, documents, organisations -------------------------------------------------------


def group_facts(space: Space, body: DataGroup) -> Iterator[Fact]:
    """A data group: a concept under which things are filed."""
    yield TYPE, Link(f"{SKOS}Concept")
    yield f"{SKOS}inScheme", Link(own(space, "data-groups"))
    yield from words(f"{SKOS}prefLabel", body.title)
    yield from words(f"{SKOS}definition", body.description)
    if body.number:
        yield f"{SKOS}notation", body.number
    parent = key_link(space, body.parent) if body.parent else None
    if isinstance(parent, Link):
        yield f"{SKOS}broader", parent
    else:
        yield f"{SKOS}topConceptOf", Link(own(space, "data-groups"))


def document_facts(space: Space, body: Document) -> Iterator[Fact]:
    """A legal or technical document."""
    yield TYPE, Link(f"{ELI}LegalResource")
    yield f"{ELI}id_local", body.number
    if body.issuer:
        yield f"{ELI}passed_by", key_link(space, body.issuer)
    if body.issued:
        yield f"{ELI}date_document", day(body.issued)
    if body.effective:
        yield f"{ELI}first_date_entry_in_force", day(body.effective)
    if body.expires:
        yield f"{ELI}date_no_longer_in_force", day(body.expires)
    yield from period(body.effective, body.expires)
    if body.status:
        yield own(space, "status"), body.status
    yield from words(f"{SKOS}note", body.note)
    for relation in body.relations:
        yield from relation_facts(space, relation)
    address = web_link(body.address)
    if address is not None:
        yield f"{FOAF}page", address
    elif body.address:
        yield own(space, "address"), body.address


def relation_facts(space: Space, relation: DocumentRelation) -> Iterator[Fact]:
    """How a document bears on another; its note stands in a node of its own."""
    target = key_link(space, relation.target)
    yield RELATIONS[relation.relation], target
    if relation.note:
        facts: list[Fact] = [
            (own(space, "relation"), relation.relation),
            (own(space, "target"), target),
            (f"{RDFS}comment", relation.note),
        ]
        yield own(space, "remark"), Node("", facts)


def organisation_facts(space: Space, body: Organisation) -> Iterator[Fact]:
    """An organisation; also an agent, as catalogues name publishers."""
    yield TYPE, Link(f"{ORG}Organization")
    yield TYPE, Link(f"{FOAF}Agent")
    yield from words(f"{FOAF}name", body.title)
    if body.role:
        yield own(space, "role"), body.role
    if body.parent:
        yield f"{ORG}subOrganizationOf", key_link(space, body.parent)
    homepage = web_link(body.homepage)
    if homepage is not None:
        yield f"{FOAF}homepage", homepage
    if body.email:
        yield f"{FOAF}mbox", Link(f"mailto:{body.email}")


# -- datasets -------------------------------------------------------------------------------


def dataset_facts(space: Space, key: Key, body: Dataset) -> Iterator[Fact]:
    """A dataset with its distributions; the catalogue says more beside it."""
    yield TYPE, Link(f"{DCAT}Dataset")
    yield from words(own(space, "purpose"), body.purpose)
    yield from words(own(space, "collection"), body.collection)
    yield own(space, "access"), body.access
    for name in ("contact", "periodicity", "spatial", "legal_ground"):
        value = getattr(body, name)
        if value:
            yield own(space, camel(name)), web_link(value) or value
    if body.publisher and body.publisher != body.custodian:
        yield f"{DCT}publisher", key_link(space, body.publisher)
    yield from ((own(space, "item"), item) for item in body.items)
    if body.temporal_start or body.temporal_end:
        yield f"{DCT}temporal", temporal(body.temporal_start, body.temporal_end)
    for member in body.members:
        facts: list[Fact] = [
            (TYPE, Link(f"{DCAT}Distribution")),
            (f"{DCT}identifier", member.id),
            *words(f"{DCT}title", member.title),
            *words(f"{DCT}description", member.description),
            (f"{DCAT}accessURL", access_link(space, key, member.address, member.artefact)),
        ]
        if member.media_type:
            facts.append((own(space, "mediaType"), member.media_type))
        if member.conforms_to:
            facts.append((f"{DCT}conformsTo", standard(space, member.conforms_to)))
        yield f"{DCAT}distribution", Node("", facts)


def temporal(start: str, end: str) -> Node:
    """Days as a period of time, the last day included."""
    facts: list[Fact] = [(TYPE, Link(f"{DCT}PeriodOfTime"))]
    if start:
        facts.append((f"{DCAT}startDate", day(start)))
    if end:
        facts.append((f"{DCAT}endDate", day(end)))
    return Node("", facts)


def access_link(space: Space, key: Key, address: str, artefact: str) -> Link:
    """Where a distribution is to be had: its address, else the artefact, else the dataset."""
    link = web_link(address)
    if link is not None:
        return link
    try:
        return Link(space.artefact(Key.parse(artefact)))
    except BadKey:
        return Link(space.artefact(key))


def standard(space: Space, conforms_to: str) -> Term:
    """What a distribution conforms to: a web address or the key of a schema; else the text."""
    return web_link(conforms_to) or key_link(space, conforms_to)
