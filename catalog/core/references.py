"""References: every key that a body names, where, and which must be held fast at publishing."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from catalog.core.errors import BadKey
from catalog.core.model import (
    Binding,
    Body,
    CodeList,
    DataElement,
    DataGroup,
    Dataset,
    Document,
    Field,
    Mapping,
    Organisation,
    Rule,
    Schema,
    ValueSet,
    key_of,
)
from catalog.core.names import Key, Kind

LISTS = frozenset({Kind.CODE_LIST, Kind.VALUE_SET})
ANY = frozenset(Kind)


class Reference(Struct, frozen=True):
    """
    A place in a body that names another artefact.

    Attributes:
        path: header field, or member key/field.
        key: the text that stands there.
        kinds: what the other may be.
        holds: whether what is written here means nothing without that very release.
        strict: whether the text must be a key; elsewhere an address or a name will do.
        version: the release that the place insists on; empty for the one in force.
    """

    path: str
    key: str
    kinds: frozenset[Kind] = ANY
    holds: bool = False
    strict: bool = True
    version: str = ""

    @property
    def target(self) -> Key | None:
        """The key, when the text is one."""
        try:
            return Key.parse(self.key)
        except BadKey:
            return None


def references(body: Body) -> Iterator[Reference]:
    """Every place of a body that names another artefact, in order; linear."""
    yield from of_header(body)
    match body:
        case Schema():
            for member in body.members:
                yield from of_field(member) if isinstance(member, Field) else of_rule(member)
        case ValueSet():
            for rule in body.members:
                yield Reference(f"{key_of(rule)}/list", rule.list, LISTS, holds=True)
        case Mapping():
            yield Reference("source_list", body.source_list, LISTS, holds=True)
            yield Reference("target_list", body.target_list, LISTS, holds=True)
        case Dataset():
            yield from of_dataset(body)
        case CodeList():
            return  # its members name only codes of the list itself
        case _:
            yield from of_single(body)


def of_single(body: DataElement | DataGroup | Document | Organisation) -> Iterator[Reference]:
    """What the kinds without members name."""
    match body:
        case DataElement():
            yield from of_binding("binding", body.binding)
            yield from loose("owner", (body.owner,), Kind.ORGANISATION)
            yield from loose("related", body.related, Kind.DATA_ELEMENT)
        case DataGroup():
            yield from strict("parent", (body.parent,), Kind.DATA_GROUP)
        case Organisation():
            yield from strict("parent", (body.parent,), Kind.ORGANISATION)
        case Document():
            yield from loose("issuer", (body.issuer,), Kind.ORGANISATION)
            targets = (item.target for item in body.relations)
            yield from loose("relations", targets, Kind.DOCUMENT)


def of_header(body: Body) -> Iterator[Reference]:
    """What every header names."""
    yield from strict("custodian", (body.custodian,), Kind.ORGANISATION)
    yield from strict("groups", body.groups, Kind.DATA_GROUP)
    yield from strict("documents", body.documents, Kind.DOCUMENT)
    yield from strict("replaced_by", body.replaced_by, *Kind)


def of_field(field: Field) -> Iterator[Reference]:
    """What a field of a schema names."""
    yield from of_binding(f"{field.name}/binding", field.binding)
    if field.element:
        kinds = frozenset({Kind.DATA_ELEMENT})
        yield Reference(f"{field.name}/element", field.element, kinds, holds=True)


def of_rule(rule: Rule) -> Iterator[Reference]:
    """What a rule of a schema names."""
    yield from strict(f"{key_of(rule)}/document", (rule.document,), Kind.DOCUMENT)


def of_binding(path: str, binding: Binding | None) -> Iterator[Reference]:
    """The list of a binding; an example is never checked, so nothing depends on it."""
    if binding is not None:
        holds = binding.strength != "example"
        yield Reference(path, binding.list, LISTS, holds=holds, version=binding.version)


def of_dataset(body: Dataset) -> Iterator[Reference]:
    """What a dataset and its distributions name."""
    yield from loose("publisher", (body.publisher,), Kind.ORGANISATION)
    yield from loose("items", body.items, Kind.DATA_ELEMENT, Kind.SCHEMA, holds=True)
    for item in body.members:
        yield from loose(f"{item.id}/conforms_to", (item.conforms_to,), Kind.SCHEMA, holds=True)
        yield from strict(f"{item.id}/artefact", (item.artefact,), *Kind)


def strict(path: str, texts: Iterable[str], *kinds: Kind) -> Iterator[Reference]:
    """References that must be keys; what is left empty is none."""
    for text in texts:
        if text:
            yield Reference(path, text, frozenset(kinds))


def loose(
    path: str, texts: Iterable[str], *kinds: Kind, holds: bool = False
) -> Iterator[Reference]:
    """References that may also be an address or a name in words."""
    for text in texts:
        if text:
            yield Reference(path, text, frozenset(kinds), holds=holds, strict=False)


def references_of(body: Body) -> tuple[str, ...]:
    """Every key that a body names, each once, in order."""
    return tuple(sorted({item.key for item in references(body) if item.target is not None}))


def locked_by(body: Body) -> tuple[str, ...]:
    """
    The keys whose exact releases a body depends on: lists, value sets, elements, schemas.

    The others (custodian, groups, documents, successors) only file it. Texts that are no keys are
    left out; the house rules find them.
    """
    return tuple(
        sorted({item.key for item in references(body) if item.holds and item.target is not None})
    )


def pins_of(body: Body) -> dict[str, str]:
    """The versions that a body insists on, by key; the other keys are taken as in force."""
    return {item.key: item.version for item in references(body) if item.holds and item.version}
