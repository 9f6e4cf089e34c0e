"""
RDF as a stream: terms, and writers of nodes to Turtle, N-Triples and RDF/XML.

A node is a subject with its facts; writers take nodes one by one and hold no graph, so that a
list of any length is written in constant memory. JSON-LD has its own module, since it speaks
through a context.
Source: https://www.w3.org/TR/turtle/, https://www.w3.org/TR/n-triples/,
https://www.w3.org/TR/rdf-syntax-grammar/
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, TypeAlias

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
TYPE = f"{RDF}type"
CHUNK = 1 << 16
"""How many characters are gathered before they are sent on."""


class Syntax(StrEnum):
    """The syntaxes in which a graph is written; the value is the suffix without its dot."""

    TURTLE = "ttl"
    JSON_LD = "jsonld"
    RDF_XML = "rdf"
    N_TRIPLES = "nt"

    @property
    def media_type(self) -> str:
        """As registered, with the character set where that is customary."""
        return MEDIA_TYPES[self]


MEDIA_TYPES = {
    Syntax.TURTLE: "text/turtle; charset=utf-8",
    Syntax.JSON_LD: "application/ld+json",
    Syntax.RDF_XML: "application/rdf+xml",
    Syntax.N_TRIPLES: "application/n-triples",
}


class Link(str):
    """The address of a thing; a plain text is a literal, so links say that they are none."""

    __slots__ = ()


class Words(NamedTuple):
    """A text in a language; the tag must be one that `is_language` takes."""

    text: str
    language: str


class Typed(NamedTuple):
    """A text that is the writing of a value of a data type."""

    text: str
    datatype: str


@dataclass(frozen=True, slots=True)
class Row:
    """A closed list of terms in their order."""

    terms: tuple["Term", ...]


@dataclass(slots=True)
class Node:
    """
    A subject with its facts, in the order in which they are to be read.

    Attributes:
        subject: its address; empty for one without a name, which then stands inside another.
    """

    subject: str = ""
    facts: list["Fact"] = field(default_factory=list)


Term: TypeAlias = Link | Words | Typed | str | bool | int | Row | Node
Fact: TypeAlias = tuple[str, Term]

LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
XML_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9._-]*$")
NOT_IN_IRI = re.compile(r'[^!-~]|[<>"{}|\\^`[\]]|%(?![0-9A-Fa-f]{2})')
TURTLE_SPECIAL = re.compile(r'["\\\x00-\x1f\x7f\ud800-\udfff]')
XML_SPECIAL = re.compile(r"[&<>\"\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"}
REPLACEMENT = "\ufffd"


def is_language(tag: str) -> bool:
    """Whether a tag may mark the language of a text."""
    return LANGUAGE.fullmatch(tag) is not None


def safe_iri(iri: str) -> str:
    """
    The address with what may not stand in one percent-encoded.

    >>> safe_iri("http://a.example/x y")
    'http://a.example/x%20y'
    """
    if iri.count("#") > 1:
        whole, _, fragment = iri.partition("#")
        iri = f"{whole}#{fragment.replace('#', '%23')}"
    return NOT_IN_IRI.sub(percent, iri) if NOT_IN_IRI.search(iri) else iri


def percent(found: re.Match[str]) -> str:
    """A character as the percent-encoding of its UTF-8 bytes."""
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace"))


def escape(text: str) -> str:
    """A text as it stands between the quotes of Turtle and N-Triples."""
    return TURTLE_SPECIAL.sub(escaped, text) if TURTLE_SPECIAL.search(text) else text


def escaped(found: re.Match[str]) -> str:
    """One character, escaped; halves of a surrogate pair, which are no character, replaced."""
    character = found[0]
    if "\ud800" <= character <= "\udfff":
        return REPLACEMENT
    return ESCAPES.get(character) or f"\\u{ord(character):04X}"


def xml_escape(text: str) -> str:
    """
    A text as it stands in an element or a quoted attribute.

    Characters that XML 1.0 cannot say at all become U+FFFD; this alone is lost in RDF/XML.
    """
    if not XML_SPECIAL.search(text):
        return text
    return XML_SPECIAL.sub(lambda found: ENTITIES.get(found[0], REPLACEMENT), text)


def in_chunks(texts: Iterable[str]) -> Iterator[bytes]:
    """UTF-8 in pieces of about 64 kB."""
    held: list[str] = []
    size = 0
    for text in texts:
        held.append(text)
        size += len(text)
        if size >= CHUNK:
            yield "".join(held).encode()
            held.clear()
            size = 0
    if held:
        yield "".join(held).encode()


# -- Turtle ---------------------------------------------------------------------------------


class Turtle:
    """
    Writes nodes as Turtle, addresses shortened by prefixes.

    `prefixes` are name to namespace; a prefix is used where the rest needs no escape.
    """

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self.prefixes = prefixes
        self.by_namespace = {safe_iri(space): name for name, space in prefixes.items()}
        self.known: dict[str, str] = {TYPE: "a"}

    def head(self) -> str:
        """The declarations of the prefixes."""
        lines = [f"@prefix {name}: <{safe_iri(it)}> .\n" for name, it in self.prefixes.items()]
        return "".join(lines)

    def short(self, iri: str) -> str:
        """An address, with a prefix where there is one."""
        cut = max(iri.rfind("/"), iri.rfind("#")) + 1
        name = self.by_namespace.get(iri[:cut])
        if name is not None and LOCAL.fullmatch(iri, cut):
            return f"{name}:{iri[cut:]}"
        return f"<{safe_iri(iri)}>"

    def name(self, iri: str) -> str:
        """A predicate or data type; there are few, so they are kept."""
        found = self.known.get(iri)
        if found is None:
            found = self.known[iri] = self.short(iri)
        return found

    def term(self, term: Term, indent: str) -> str:
        """A term as an object."""
        match term:
            case Link():
                return self.short(term)
            case str():
                return f'"{escape(term)}"'
            case Words():
                return f'"{escape(term.text)}"@{term.language}'
            case Typed():
                return f'"{escape(term.text)}"^^{self.name(term.datatype)}'
            case bool():
                return "true" if term else "false"
            case int():
                return str(term)
            case Row():
                return f"( {' '.join(self.term(inner, indent) for inner in term.terms)} )"
            case Node():
                if not term.facts:
                    return "[]"
                return f"[\n{self.facts(term, indent + '    ')}\n{indent}]"

    def facts(self, node: Node, indent: str) -> str:
        """The facts of a node, one predicate a line; neighbours of one predicate share it."""
        pieces: list[str] = []
        former = ""
        for predicate, term in node.facts:
            if predicate == former:
                pieces.append(", ")
            else:
                start = " ;\n" if former else ""
                pieces.append(f"{start}{indent}{self.name(predicate)} ")
                former = predicate
            pieces.append(self.term(term, indent))
        return "".join(pieces)

    def node(self, node: Node) -> str:
        """A node as a paragraph; one without facts says nothing."""
        if not node.facts:
            return ""
        subject = self.short(node.subject) if node.subject else "[]"
        return f"\n{subject}\n{self.facts(node, '    ')} .\n"


def turtle(nodes: Iterable[Node], prefixes: Mapping[str, str]) -> Iterator[str]:
    """Nodes as Turtle, piece by piece."""
    writer = Turtle(prefixes)
    yield writer.head()
    for node in nodes:
        yield writer.node(node)


# -- N-Triples ------------------------------------------------------------------------------


class NTriples:
    """Writes nodes as N-Triples; nodes without a name are numbered."""

    def __init__(self) -> None:
        self.count = 0

    def blank(self) -> str:
        """A name for a node without one."""
        self.count += 1
        return f"_:b{self.count}"

    def term(self, term: Term, later: list[str]) -> str:
        """A term as an object; what it needs said beside it is put into `later`."""
        match term:
            case Link():
                return f"<{safe_iri(term)}>"
            case str():
                return f'"{escape(term)}"'
            case Words():
                return f'"{escape(term.text)}"@{term.language}'
            case Typed():
                return f'"{escape(term.text)}"^^<{safe_iri(term.datatype)}>'
            case bool():
                return f'"{str(term).lower()}"^^<{XSD}boolean>'
            case int():
                return f'"{term}"^^<{XSD}integer>'
            case Row():
                return self.row(term, later)
            case Node():
                name = self.blank()
                later.append(self.lines(name, term))
                return name

    def row(self, row: Row, later: list[str]) -> str:
        """A closed list, link by link."""
        rest = f"<{RDF}nil>"
        for term in reversed(row.terms):
            name = self.blank()
            said = self.term(term, later)
            later.append(f"{name} <{RDF}first> {said} .\n{name} <{RDF}rest> {rest} .\n")
            rest = name
        return rest

    def lines(self, subject: str, node: Node) -> str:
        """The facts of a node, one a line."""
        later: list[str] = []
        lines = [
            f"{subject} <{safe_iri(predicate)}> {self.term(term, later)} .\n"
            for predicate, term in node.facts
        ]
        return "".join([*lines, *later])

    def node(self, node: Node) -> str:
        """A node with all that hangs on it."""
        subject = f"<{safe_iri(node.subject)}>" if node.subject else self.blank()
        return self.lines(subject, node)


def n_triples(nodes: Iterable[Node], _prefixes: Mapping[str, str]) -> Iterator[str]:
    """Nodes as N-Triples, piece by piece."""
    writer = NTriples()
    for node in nodes:
        yield writer.node(node)


# -- RDF/XML --------------------------------------------------------------------------------


class RdfXml:
    """Writes nodes as RDF/XML; every predicate must end in a name that XML takes."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self.by_namespace = {safe_iri(it): name for name, it in prefixes.items()}
        self.prefixes = {name: safe_iri(it) for name, it in prefixes.items()}
        self.known: dict[str, tuple[str, str]] = {}

    def head(self) -> str:
        """The opening of the document with its namespaces."""
        spaces = {**self.prefixes, "rdf": RDF}
        said = "".join(f'\n    xmlns:{name}="{xml_escape(it)}"' for name, it in spaces.items())
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{said}>\n'

    def element(self, predicate: str) -> tuple[str, str]:
        """
        The name of the element for a predicate, and the declaration it needs beside it.

        Raises: ValueError, for a predicate that cannot be an element; ours all can.
        """
        found = self.known.get(predicate)
        if found is None:
            iri = safe_iri(predicate)
            name = XML_NAME.search(iri)
            if name is None:
                raise ValueError(f"{predicate} cannot be the name of an element")
            space, local = iri[: name.start()], name[0]
            prefix = self.by_namespace.get(space)
            if space == RDF:
                found = (f"rdf:{local}", "")
            elif prefix is not None:
                found = (f"{prefix}:{local}", "")
            else:
                found = (f"x:{local}", f' xmlns:x="{xml_escape(space)}"')
            self.known[predicate] = found
        return found

    def fact(self, predicate: str, term: Term, indent: str) -> str:
        """A fact as an element."""
        name, declared = self.element(predicate)
        start = f"{indent}<{name}{declared}"
        match term:
            case Link():
                return f'{start} rdf:resource="{xml_escape(safe_iri(term))}"/>\n'
            case str():
                return f"{start}>{xml_escape(term)}</{name}>\n"
            case Words():
                return f'{start} xml:lang="{term.language}">{xml_escape(term.text)}</{name}>\n'
            case Typed():
                datatype = xml_escape(safe_iri(term.datatype))
                return f'{start} rdf:datatype="{datatype}">{xml_escape(term.text)}</{name}>\n'
            case bool() | int():
                datatype = f"{XSD}{'boolean' if isinstance(term, bool) else 'integer'}"
                return f'{start} rdf:datatype="{datatype}">{str(term).lower()}</{name}>\n'
            case Row():
                return f"{start}{self.row(term, indent)}</{name}>\n"
            case Node():
                inner = self.facts(term, f"{indent}  ")
                return f'{start} rdf:parseType="Resource">\n{inner}{indent}</{name}>\n'

    def row(self, row: Row, indent: str) -> str:
        """
        A closed list; opens no element of its own.

        Links stand side by side; for a list that holds anything else RDF/XML has only the long
        way, link by link, one inside the other.
        """
        if not row.terms:
            return f' rdf:resource="{RDF}nil">'
        if all(isinstance(term, Link) for term in row.terms):
            items = (xml_escape(safe_iri(str(term))) for term in row.terms)
            said = "".join(f'{indent}  <rdf:Description rdf:about="{it}"/>\n' for it in items)
            return f' rdf:parseType="Collection">\n{said}{indent}'
        inner = f"{indent}  "
        links = [
            f' rdf:parseType="Resource">\n{self.fact(f"{RDF}first", term, inner)}{inner}<rdf:rest'
            for term in row.terms
        ]
        closing = f"</rdf:rest>\n{indent}" * len(row.terms)
        return f'{"".join(links)} rdf:resource="{RDF}nil">{closing}'

    def facts(self, node: Node, indent: str) -> str:
        """The facts of a node as elements."""
        return "".join(self.fact(predicate, term, indent) for predicate, term in node.facts)

    def node(self, node: Node) -> str:
        """A node as a description."""
        if not node.facts:
            return ""
        about = f' rdf:about="{xml_escape(safe_iri(node.subject))}"' if node.subject else ""
        return f"  <rdf:Description{about}>\n{self.facts(node, '    ')}  </rdf:Description>\n"


def rdf_xml(nodes: Iterable[Node], prefixes: Mapping[str, str]) -> Iterator[str]:
    """Nodes as RDF/XML, piece by piece."""
    writer = RdfXml(prefixes)
    yield writer.head()
    for node in nodes:
        yield writer.node(node)
    yield "</rdf:RDF>\n"


WRITERS: dict[Syntax, Callable[[Iterable[Node], Mapping[str, str]], Iterator[str]]] = {
    Syntax.TURTLE: turtle,
    Syntax.N_TRIPLES: n_triples,
    Syntax.RDF_XML: rdf_xml,
}
"""The writers that need nothing but prefixes."""
