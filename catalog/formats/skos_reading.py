"""
SKOS read back: a graph of a concept scheme to a code list.

What we wrote comes back as the same body. What others wrote comes back as far as SKOS says it:
codes out of notations (else out of addresses), names, notes, hierarchy. Nothing is fetched.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import msgspec
import pyoxigraph

from catalog.core.document import decode, encode
from catalog.core.errors import BadDocument, BadFile
from catalog.core.model import CodeList, Concept, PropertyType, Value
from catalog.core.names import Space
from catalog.formats.jsonld import load_offline
from catalog.formats.rdf import RDF, TYPE, XSD, Syntax
from catalog.formats.skos import (
    ALTERNATIVE,
    BROADER,
    DEFINITION,
    DEPRECATED,
    IN_SCHEME,
    JSON,
    NARROWER,
    NOTATION,
    NOTE,
    PREFERRED,
    REPLACED_BY,
    TOP_CONCEPT_OF,
)
from catalog.formats.vocabulary import (
    DCAT,
    DCT,
    OWL,
    RDFS,
    SKOS,
    SPDX_LICENCES,
    XKOS,
    own,
    untag,
)

PARSERS = {
    Syntax.TURTLE: pyoxigraph.RdfFormat.TURTLE,
    Syntax.JSON_LD: pyoxigraph.RdfFormat.JSON_LD,
    Syntax.RDF_XML: pyoxigraph.RdfFormat.RDF_XML,
    Syntax.N_TRIPLES: pyoxigraph.RdfFormat.N_TRIPLES,
}
WHOLE = re.compile(r"[+-]?[0-9]{1,15}")
Object = pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal | pyoxigraph.Triple


class Described:
    """What a graph says of one subject, in the order in which it says it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.facts: dict[str, list[Object]] = {}

    def all(self, predicate: str) -> list[Object]:
        """Every value of a predicate."""
        return self.facts.get(predicate, [])

    def links(self, predicate: str) -> list[str]:
        """The values that are addresses."""
        return [v.value for v in self.all(predicate) if isinstance(v, pyoxigraph.NamedNode)]

    def texts(self, predicate: str) -> list[str]:
        """The values that are literals, as written."""
        return [v.value for v in self.all(predicate) if isinstance(v, pyoxigraph.Literal)]

    def text(self, predicate: str) -> str:
        """The first literal; empty when there is none."""
        return next(iter(self.texts(predicate)), "")

    def words(self, predicate: str) -> dict[str, str]:
        """The first text in each language; what has none is taken for Vietnamese."""
        said: dict[str, str] = {}
        for language, texts in self.all_words(predicate).items():
            said[language] = texts[0]
        return said

    def all_words(self, predicate: str) -> dict[str, tuple[str, ...]]:
        """Every text by its language."""
        said: dict[str, tuple[str, ...]] = {}
        for value in self.all(predicate):
            if isinstance(value, pyoxigraph.Literal):
                language = untag(value.language or "vi")
                said[language] = (*said.get(language, ()), value.value)
        return said

    def position(self, predicate: str) -> int:
        """A whole number to order by; 0 when there is none."""
        text = self.text(predicate)
        return int(text) if WHOLE.fullmatch(text) else 0

    def holds(self, predicate: str, value: str) -> bool:
        """Whether the predicate is said to be true (or false)."""
        return value in self.texts(predicate)


Graph = dict[str, Described]


def read(data: bytes, syntax: Syntax, space: Space, name: str = "the file") -> CodeList:
    """
    The code list that a graph of one concept scheme says.

    Concepts are ordered by their position where it is said, else as the file has them.
    Raises: BadFile, when it cannot be parsed, has no concept scheme or several, two concepts of
        one code, or says what no code list can.
    """
    graph = parsed(data, syntax, space, name)
    schemes = having(graph, f"{SKOS}ConceptScheme")
    if len(schemes) != 1:
        raise BadFile(name, f"has {len(schemes)} concept schemes; a code list is made of one")
    scheme = schemes[0]
    members = concepts_of(graph, scheme, space, name)
    body = CodeList(
        **header_of(scheme, space),
        property_types=property_types_of(graph, scheme, space),
        levels=tuple(graph[address].text(NOTATION) for address in row(graph, scheme)),
        members=members,
    )
    try:
        checked = decode(encode(body))
    except BadDocument as error:
        raise BadFile(name, error.reason) from None
    if not isinstance(checked, CodeList):  # pragma: no cover - the tag says so
        raise BadFile(name, "is no code list")
    return checked


def parsed(data: bytes, syntax: Syntax, space: Space, name: str) -> Graph:
    """
    A file as what it says of each subject.

    Raises: BadFile.
    """
    if syntax is Syntax.JSON_LD:
        data = load_offline(space.base, data, name)
    graph: Graph = {}
    try:
        for quad in pyoxigraph.parse(data, format=PARSERS[syntax], without_named_graphs=True):
            address = quad.subject.value if not isinstance(quad.subject, pyoxigraph.Triple) else ""
            described = graph.setdefault(address, Described(address))
            described.facts.setdefault(quad.predicate.value, []).append(quad.object)
    except (SyntaxError, ValueError) as error:
        raise BadFile(name, f"cannot be read as {syntax.media_type}: {error}") from None
    return graph


def having(graph: Graph, type_: str) -> list[Described]:
    """The subjects of a type."""
    return [described for described in graph.values() if type_ in described.links(TYPE)]


def row(graph: Graph, scheme: Described) -> Iterator[str]:
    """The addresses of the levels, in the order of the closed list that names them."""
    seen: set[str] = set()
    values = scheme.all(f"{XKOS}levels")
    while values and not isinstance(values[0], pyoxigraph.Literal | pyoxigraph.Triple):
        address = values[0].value
        if address in seen or address not in graph:
            return
        seen.add(address)
        yield from (a for a in graph[address].links(f"{RDF}first") if a in graph)
        values = graph[address].all(f"{RDF}rest")


def header_of(scheme: Described, space: Space) -> dict[str, Any]:
    """The header fields that the scheme says, only those it says."""
    licence = next(iter(scheme.links(f"{DCT}license")), "").removeprefix(SPDX_LICENCES)
    source = next(iter(scheme.links(f"{DCT}source")), "")
    said: dict[str, Any] = {
        "title": scheme.words(f"{DCT}title") or scheme.words(PREFERRED),
        "description": scheme.words(f"{DCT}description"),
        "custodian": next(iter(keys(scheme, f"{DCT}publisher", space)), ""),
        "groups": keys(scheme, f"{DCT}subject", space),
        "documents": keys(scheme, f"{DCT}references", space),
        "keywords": tuple(scheme.texts(f"{DCAT}keyword")),
        "licence": licence or scheme.text(f"{DCT}license"),
        "licence_class": scheme.text(own(space, "licenceClass")),
        "source": source or scheme.text(f"{DCT}source"),
        "completeness": scheme.text(own(space, "completeness")),
        "confidence": scheme.text(own(space, "confidence")),
        "confidence_note": scheme.text(own(space, "confidenceNote")),
        "deprecated": scheme.holds(f"{OWL}deprecated", "true"),
        "replaced_by": keys(scheme, f"{DCT}isReplacedBy", space),
    }
    return {field: value for field, value in said.items() if value or field == "title"}


def keys(described: Described, predicate: str, space: Space) -> tuple[str, ...]:
    """Links to things of ours as their keys; all else as it stands."""
    start = space.base + "/id/"
    return tuple(
        value.value.removeprefix(start)
        for value in described.all(predicate)
        if isinstance(value, pyoxigraph.NamedNode | pyoxigraph.Literal)
    )


def property_types_of(graph: Graph, scheme: Described, space: Space) -> tuple[PropertyType, ...]:
    """The properties that the scheme declares for its concepts."""
    found = [
        described
        for described in having(graph, f"{RDF}Property")
        if scheme.address in described.links(f"{RDFS}isDefinedBy")
        and described.text(own(space, "propertyName"))
    ]
    found.sort(key=lambda described: described.position(own(space, "position")))
    return tuple(
        msgspec.convert(
            {
                "name": described.text(own(space, "propertyName")),
                "type": described.text(own(space, "valueType")) or "text",
                "label": described.words(f"{RDFS}label"),
                "description": described.words(f"{RDFS}comment"),
            },
            PropertyType,
        )
        for described in found
    )


def concepts_of(graph: Graph, scheme: Described, space: Space, name: str) -> tuple[Concept, ...]:
    """
    The concepts of a scheme.

    Raises: BadFile, when two have one code.
    """
    found = [
        described
        for described in having(graph, f"{SKOS}Concept")
        if scheme.address in (*described.links(IN_SCHEME), *described.links(TOP_CONCEPT_OF))
        or IN_SCHEME not in described.facts
    ]
    found.sort(key=lambda described: described.position(own(space, "position")))
    codes: dict[str, str] = {}
    taken: dict[str, str] = {}
    for described in found:
        code = code_of(described, space)
        if code in taken:
            raise BadFile(name, f"{taken[code]} and {described.address} both have code {code!r}")
        taken[code] = described.address
        codes[described.address] = code
    reader = ConceptReader(graph, scheme, space, codes)
    return tuple(reader.concept(described) for described in found)


def code_of(described: Described, space: Space) -> str:
    """A concept's code: its notation, an untyped one first; else the end of its address."""
    alias = own(space, "alias")
    notations = [v for v in described.all(NOTATION) if isinstance(v, pyoxigraph.Literal)]
    plain = [v.value for v in notations if v.datatype.value == f"{XSD}string"]
    typed = [v.value for v in notations if v.datatype.value != alias]
    address = unquote(described.address.rstrip("/#").replace("#", "/").rpartition("/")[2])
    return next(iter([*plain, *typed]), address)


class ConceptReader:
    """Reads concepts whose codes are already known by address."""

    def __init__(
        self, graph: Graph, scheme: Described, space: Space, codes: dict[str, str]
    ) -> None:
        self.graph = graph
        self.space = space
        self.codes = codes
        thing = scheme.address.removeprefix(space.base + "/id/")
        self.properties = f"{space.base}/def/{thing}/"
        self.names = {
            described.address: described.text(own(space, "propertyName"))
            for described in having(graph, f"{RDF}Property")
        }
        self.types = {
            declared.name: declared.type for declared in property_types_of(graph, scheme, space)
        }
        self.narrower: dict[str, list[str]] = {}
        for address in codes:
            for below in graph[address].links(NARROWER):
                self.narrower.setdefault(below, []).append(address)

    def own(self, name: str) -> str:
        """The address of a term of ours."""
        return own(self.space, name)

    def concept(self, said: Described) -> Concept:
        """One concept."""
        level = next((a for a in said.links(self.own("level")) if a in self.graph), "")
        return Concept(
            code=self.codes[said.address],
            display=said.words(PREFERRED),
            definition=said.words(DEFINITION),
            note=said.words(NOTE) or said.words(f"{SKOS}scopeNote"),
            synonyms=self.synonyms(said),
            aliases=tuple(
                value.value
                for value in said.all(NOTATION)
                if isinstance(value, pyoxigraph.Literal)
                and value.datatype.value == self.own("alias")
            ),
            parents=self.parents(said),
            level=self.graph[level].text(NOTATION) if level else "",
            selectable=not said.holds(self.own("selectable"), "false"),
            retired=said.holds(DEPRECATED, "true"),
            replaced_by=(
                *(self.codes[a] for a in said.links(REPLACED_BY) if a in self.codes),
                *said.texts(self.own("replacedBy")),
            ),
            valid_from=said.text(self.own("validFrom")),
            valid_to=said.text(self.own("validTo")),
            properties=dict(self.values(said)),
        )

    def synonyms(self, said: Described) -> dict[str, tuple[str, ...]]:
        """Other names; those that SKOS does not let be said are kept as JSON."""
        whole = said.text(self.own("synonyms"))
        if whole:
            try:
                return msgspec.json.decode(whole, type=dict[str, tuple[str, ...]])
            except msgspec.DecodeError:
                pass
        return said.all_words(ALTERNATIVE)

    def parents(self, said: Described) -> tuple[str, ...]:
        """Broader concepts, whichever of the two says so; then those only named."""
        above = dict.fromkeys((*said.links(BROADER), *self.narrower.get(said.address, ())))
        known = (self.codes[address] for address in above if address in self.codes)
        return (*known, *said.texts(self.own("parent")))

    def values(self, said: Described) -> Iterator[tuple[str, Value]]:
        """The values of the list's own properties."""
        for predicate, objects in said.facts.items():
            if not predicate.startswith(self.properties):
                continue
            name = self.names.get(predicate)
            if name is None:
                name = unquote(predicate.removeprefix(self.properties).removesuffix("_"))
            values = [self.value(one) for one in objects]
            if len(values) > 1 or (self.types.get(name) == "codes" and not is_json(objects[0])):
                yield name, [str(value) for value in values]
            else:
                yield name, values[0]

    def value(self, said: Object) -> Value:
        """One value: the code of a concept, truth, a whole number, JSON, or text."""
        if isinstance(said, pyoxigraph.NamedNode):
            return self.codes.get(said.value, said.value)
        if not isinstance(said, pyoxigraph.Literal):
            return ""
        match said.datatype.value:
            case type_ if type_ == f"{XSD}boolean":
                return said.value in ("true", "1")
            case type_ if type_ == f"{XSD}integer" and WHOLE.fullmatch(said.value):
                return int(said.value)
            case type_ if type_ == JSON:
                return json_value(said.value)
            case _:
                return said.value


def is_json(said: Object) -> bool:
    """Whether a value was written as JSON, as one that its type could not bring back."""
    return isinstance(said, pyoxigraph.Literal) and said.datatype.value == JSON


def json_value(text: str) -> Value:
    """A value written as JSON; what is none stays a text."""
    try:
        return msgspec.json.decode(text, type=str | int | bool | list[str])
    except msgspec.DecodeError:
        return text
