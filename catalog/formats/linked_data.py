"""Every kind as linked data: which nodes a release is said in, and the four formats for them."""

from collections.abc import Iterator
from functools import partial

from catalog.core.model import CodeList, Mapping, ValueSet
from catalog.core.names import Key, Kind, Space
from catalog.core.release import Entry, Release
from catalog.core.terminology import Lexicon
from catalog.formats.descriptions import description_nodes
from catalog.formats.format import Format, Setting
from catalog.formats.jsonld import json_ld
from catalog.formats.rdf import WRITERS, Node, Syntax, in_chunks
from catalog.formats.skos import code_list_nodes, concept_nodes
from catalog.formats.skos_links import mapping_nodes, value_set_nodes
from catalog.formats.vocabulary import prefixes, property_space


def nodes_of(release: Release, setting: Setting) -> Iterator[Node]:
    """A release as nodes, the thing itself first."""
    space = setting.space
    match release.body:
        case CodeList() as body:
            return code_list_nodes(release, body, space)
        case ValueSet() as body:
            return value_set_nodes(release, body, space, setting.library)
        case Mapping() as body:
            return mapping_nodes(release, body, space, setting.library)
        case body:
            return description_nodes(release, body, space)


def write_nodes(
    nodes: Iterator[Node], syntax: Syntax, space: Space, key: Key | None = None
) -> Iterator[bytes]:
    """Nodes in a syntax, in chunks; of a key, its concepts and properties are shortened too."""
    extra: dict[str, str] = {}
    if key is not None and key.kind in (Kind.CODE_LIST, Kind.MAPPING):
        extra["p"] = property_space(space, key)
    if syntax is Syntax.JSON_LD:
        return in_chunks(json_ld(nodes, space.base, extra))
    if key is not None and key.kind is Kind.CODE_LIST:
        extra["c"] = space.concept(key, "")
    return in_chunks(WRITERS[syntax](nodes, {**prefixes(space), **extra}))


def write(release: Release, setting: Setting, *, syntax: Syntax) -> Iterator[bytes]:
    """A release in a syntax, in chunks of about 64 kB."""
    key = Key.parse(release.entry.key)
    return write_nodes(nodes_of(release, setting), syntax, setting.space, key)


def write_concept(
    entry: Entry, lexicon: Lexicon, code: str, space: Space, syntax: Syntax
) -> Iterator[bytes]:
    """
    One concept of a release in a syntax.

    Raises: NotFound, when the list has no such code.
    """
    nodes = concept_nodes(entry, lexicon, code, space)
    return write_nodes(nodes, syntax, space, Key.parse(entry.key))


def made(name: str, syntax: Syntax) -> Format:
    """The format for a syntax; the two that are long and seldom wanted are written when asked."""
    return Format(
        name=name,
        suffix=f".{syntax}",
        media_type=syntax.media_type,
        kinds=frozenset(Kind),
        write=partial(write, syntax=syntax),
        built=syntax in {Syntax.TURTLE, Syntax.JSON_LD},
    )


TURTLE = made("turtle", Syntax.TURTLE)
JSON_LD = made("json-ld", Syntax.JSON_LD)
RDF_XML = made("rdf-xml", Syntax.RDF_XML)
N_TRIPLES = made("n-triples", Syntax.N_TRIPLES)
LINKED_DATA = (JSON_LD, TURTLE, RDF_XML, N_TRIPLES)
