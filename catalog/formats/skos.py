"""
SKOS: code lists, value sets and mappings as concepts, and XKOS where a list has levels.

A code list is a ConceptScheme, a value set a Collection, a mapping a set of matches. Concepts are
named by their persistent address, so that what another graph says of them meets what we say.
Labels keep to one preferred name a language (S14), other names never repeat it (S13).
Source: https://www.w3.org/TR/skos-reference/, https://rdf-vocabulary.ddialliance.org/xkos.html
"""

import re
from collections.abc import Iterable, Iterator
from typing import Protocol
from urllib.parse import quote

import msgspec

from catalog.core.errors import NotFound
from catalog.core.model import (
    CodeList,
    Concept,
    PropertyType,
    Value,
)
from catalog.core.names import Key, Space
from catalog.core.release import Entry, Release
from catalog.core.terminology import Lexicon
from catalog.formats.rdf import RDF, TYPE, Fact, Link, Node, Row, Term, Typed, Words
from catalog.formats.vocabulary import (
    DCT,
    OWL,
    SKOS,
    XKOS,
    day,
    header_facts,
    own,
    period,
    property_name,
    property_nodes,
    property_space,
    release_node,
    tag,
    version_facts,
    words,
)

CONCEPT = Link(f"{SKOS}Concept")
IN_SCHEME = f"{SKOS}inScheme"
TOP_CONCEPT_OF = f"{SKOS}topConceptOf"
NOTATION = f"{SKOS}notation"
PREFERRED = f"{SKOS}prefLabel"
ALTERNATIVE = f"{SKOS}altLabel"
DEFINITION = f"{SKOS}definition"
NOTE = f"{SKOS}note"
BROADER = f"{SKOS}broader"
NARROWER = f"{SKOS}narrower"
REPLACED_BY = f"{DCT}isReplacedBy"
DEPRECATED = f"{OWL}deprecated"
JSON = f"{RDF}JSON"
UNRESERVED = re.compile(r"[A-Za-z0-9._~-]+")
"""What an address holds as it is; asking is much cheaper than quoting."""


class Surroundings(Protocol):
    """What a concept must know of its list to be described."""

    def has(self, code: str) -> bool:
        """Whether the code is one of the list."""
        ...

    def is_top(self, concept: Concept) -> bool:
        """Whether nothing of the list is broader."""
        ...

    def children(self, code: str) -> Iterable[str]:
        """Codes directly narrower, in the order of the list."""
        ...


# -- code lists -----------------------------------------------------------------------------


class Describer:
    """
    Describes the concepts of one code list.

    Holds the addresses that every concept needs, so that a concept costs little.
    """

    def __init__(self, space: Space, key: Key, types: tuple[PropertyType, ...]) -> None:
        self.types = {declared.name: declared.type for declared in types}
        self.scheme = Link(space.artefact(key))
        self.concepts = space.concept(key, "")
        self.properties = property_space(space, key)
        self.property_names: dict[str, str] = {}
        self.alias = own(space, "alias")
        self.level = own(space, "level")
        self.selectable = own(space, "selectable")
        self.synonyms = own(space, "synonyms")
        self.parent = own(space, "parent")
        self.replaced_by = own(space, "replacedBy")
        self.valid_from = own(space, "validFrom")
        self.valid_to = own(space, "validTo")
        self.position = own(space, "position")

    def address(self, code: str) -> Link:
        """The persistent address of a concept."""
        plain = UNRESERVED.fullmatch(code)
        return Link(self.concepts + (code if plain else quote(code, safe="")))

    def level_address(self, level: str) -> Link:
        """The address of a level of the list."""
        return Link(f"{self.scheme}#level-{quote(level, safe='')}")

    def node(self, concept: Concept, around: Surroundings, position: int) -> Node:
        """A concept with its place among the others."""
        facts: list[Fact] = [(TYPE, CONCEPT), (IN_SCHEME, self.scheme), (NOTATION, concept.code)]
        facts += [(NOTATION, Typed(alias, self.alias)) for alias in concept.aliases]
        facts += self.names(concept)
        facts += self.place(concept, around)
        facts += self.standing(concept, around)
        facts += self.values(concept, around)
        if position:
            facts.append((self.position, position))
        return Node(self.address(concept.code), facts)

    def names(self, concept: Concept) -> list[Fact]:
        """
        Preferred and other names, definition and note.

        Other names that repeat a name are not said as such (S13); the whole of them is then kept
        as JSON, so that the list can be read back.
        """
        facts: list[Fact] = words(PREFERRED, concept.display)
        plain = True
        for language, synonyms in concept.synonyms.items():
            others = [it for it in dict.fromkeys(synonyms) if it != concept.display.get(language)]
            facts += [(ALTERNATIVE, Words(it, tag(language))) for it in others]
            plain = plain and len(others) == len(synonyms) > 0
        if not plain:
            facts.append((self.synonyms, as_json(concept.synonyms)))
        if concept.definition:
            facts += words(DEFINITION, concept.definition)
        if concept.note:
            facts += words(NOTE, concept.note)
        return facts

    def place(self, concept: Concept, around: Surroundings) -> list[Fact]:
        """What is broader and narrower; a parent that is not in the list is only named."""
        facts: list[Fact] = []
        if around.is_top(concept):
            facts.append((TOP_CONCEPT_OF, self.scheme))
        for parent in concept.parents:
            if around.has(parent):
                facts.append((BROADER, self.address(parent)))
            else:
                facts.append((self.parent, parent))
        facts += [(NARROWER, self.address(code)) for code in around.children(concept.code)]
        if concept.level:
            facts.append((self.level, self.level_address(concept.level)))
        return facts

    def standing(self, concept: Concept, around: Surroundings) -> list[Fact]:
        """Whether it may be used, when, and what to use in its place."""
        facts: list[Fact] = []
        if not concept.selectable:
            facts.append((self.selectable, False))
        if concept.retired:
            facts.append((DEPRECATED, True))
        for code in concept.replaced_by:
            if around.has(code):
                facts.append((REPLACED_BY, self.address(code)))
            else:
                facts.append((self.replaced_by, code))
        if concept.valid_from:
            facts.append((self.valid_from, day(concept.valid_from)))
        if concept.valid_to:
            facts.append((self.valid_to, day(concept.valid_to)))
        if concept.valid_from or concept.valid_to:
            facts += period(concept.valid_from, concept.valid_to)
        return facts

    def values(self, concept: Concept, around: Surroundings) -> list[Fact]:
        """The values of its properties."""
        facts: list[Fact] = []
        for name, value in concept.properties.items():
            predicate = self.property_names.get(name)
            if predicate is None:
                predicate = self.properties + property_name(name)
                self.property_names[name] = predicate
            kind = self.types.get(name, "")
            facts += [(predicate, term) for term in self.value(value, kind, around)]
        return facts

    def value(self, value: Value, kind: str, around: Surroundings) -> list[Term]:
        """
        A value by its declared type; codes of the same list become links.

        A value that its type could not bring back as it is, is written as JSON.
        """
        match kind, value:
            case "codes", [*codes] if codes and len(set(codes)) == len(codes):
                return [self.address(c) if around.has(c) else c for c in codes]
            case "code", str() if around.has(value):
                return [self.address(value)]
            case (("code" | "text" | ""), str()):
                return [value]
            case (("boolean" | ""), bool()):
                return [value]
            case (("integer" | ""), int()) if not isinstance(value, bool):
                return [value]
            case _:
                return [as_json(value)]


def as_json(value: object) -> Typed:
    """A value as JSON inside RDF."""
    return Typed(msgspec.json.encode(value, order="sorted").decode(), JSON)


class Codes:
    """Which codes a list has and what stands below each, for one pass over it."""

    def __init__(self, members: tuple[Concept, ...]) -> None:
        self.known = frozenset(concept.code for concept in members)
        self.below: dict[str, list[str]] = {}
        for concept in members:
            for parent in concept.parents:
                self.below.setdefault(parent, []).append(concept.code)

    def has(self, code: str) -> bool:
        """Whether the code is one of the list."""
        return code in self.known

    def is_top(self, concept: Concept) -> bool:
        """Whether nothing of the list is broader."""
        return not any(parent in self.known for parent in concept.parents)

    def children(self, code: str) -> list[str]:
        """Codes directly narrower, in the order of the list."""
        return self.below.get(code, [])


def code_list_nodes(release: Release, body: CodeList, space: Space) -> Iterator[Node]:
    """A code list: the scheme, the release, properties, concepts in their order, levels."""
    key = Key.parse(release.entry.key)
    describer = Describer(space, key, body.property_types)
    codes = Codes(body.members)
    facts: list[Fact] = [(TYPE, Link(f"{SKOS}ConceptScheme"))]
    facts += words(PREFERRED, body.title)
    facts += [*header_facts(space, key, body), *version_facts(space, release)]
    if body.levels:
        levels = tuple(describer.level_address(level) for level in body.levels)
        facts += [(f"{XKOS}numberOfLevels", len(levels)), (f"{XKOS}levels", Row(levels))]
    facts += [
        (f"{SKOS}hasTopConcept", describer.address(concept.code))
        for concept in body.members
        if codes.is_top(concept)
    ]
    yield Node(describer.scheme, facts)
    yield release_node(space, release)
    yield from property_nodes(space, key, body.property_types)
    at_level: dict[str, list[str]] = {level: [] for level in body.levels}
    for position, concept in enumerate(body.members, 1):
        yield describer.node(concept, codes, position)
        if concept.level:
            at_level.setdefault(concept.level, []).append(concept.code)
    for depth, (level, members) in enumerate(at_level.items(), 1):
        said: list[Fact] = [(TYPE, Link(f"{XKOS}ClassificationLevel")), (NOTATION, level)]
        if depth <= len(body.levels):
            said.append((f"{XKOS}depth", depth))
        said += [(f"{SKOS}member", describer.address(code)) for code in members]
        yield Node(describer.level_address(level), said)


class Asked:
    """What a lexicon knows of one concept's surroundings, in the words of `Codes`."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon

    def has(self, code: str) -> bool:
        """Whether the code is one of the list."""
        return self.lexicon.has(code)

    def is_top(self, concept: Concept) -> bool:
        """Whether nothing of the list is broader."""
        return not any(self.lexicon.has(parent) for parent in concept.parents)

    def children(self, code: str) -> list[str]:
        """Codes directly narrower, in the order of the list."""
        return list(self.lexicon.children(code))


def concept_nodes(entry: Entry, lexicon: Lexicon, code: str, space: Space) -> Iterator[Node]:
    """
    One concept of a release, and who says so; without its position in the list.

    Raises: NotFound, when the list has no such code.
    """
    concept = lexicon.lookup(code)
    if concept is None:
        raise NotFound(f"{entry.key}/{entry.version}/code/{code}")
    key = Key.parse(entry.key)
    describer = Describer(space, key, lexicon.header.property_types)
    yield describer.node(concept, Asked(lexicon), 0)
    scheme: list[Fact] = [(TYPE, Link(f"{SKOS}ConceptScheme")), *words(f"{DCT}title", entry.title)]
    scheme.append((f"{OWL}versionInfo", entry.version))
    yield Node(describer.scheme, scheme)
