"""
SKOS for what joins code lists: value sets as collections, mappings as matches.

The concepts of other lists appear with their scheme, code and names, so that each graph can be
read alone. A match says what its relation says; where there is no counterpart, a node says that.
Source: https://www.w3.org/TR/skos-reference/#mapping, https://www.w3.org/TR/void/#linkset
"""

from collections.abc import Iterator
from urllib.parse import quote

from catalog.core.errors import BadKey, NotFound
from catalog.core.expansion import ORIGIN
from catalog.core.library import Library
from catalog.core.model import Concept, Mapping, Match, Relation, Selection, ValueSet
from catalog.core.names import Key, Space
from catalog.core.release import Entry, Release
from catalog.core.terminology import Lexicon
from catalog.formats.rdf import TYPE, Fact, Link, Node, Term
from catalog.formats.skos import CONCEPT, IN_SCHEME, NOTATION, NOTE, PREFERRED
from catalog.formats.vocabulary import (
    DCT,
    SKOS,
    VOID,
    header_facts,
    key_link,
    own,
    property_name,
    property_space,
    release_node,
    version_facts,
    words,
)

MATCHES: dict[Relation, str] = {
    "exact": f"{SKOS}exactMatch",
    "close": f"{SKOS}closeMatch",
    "broader": f"{SKOS}broadMatch",
    "narrower": f"{SKOS}narrowMatch",
    "related": f"{SKOS}relatedMatch",
}
"""How a relation is said; `none` is said by a node of its own."""


# -- value sets -----------------------------------------------------------------------------


def value_set_nodes(
    release: Release, body: ValueSet, space: Space, library: Library
) -> Iterator[Node]:
    """A value set: the collection with its rules, and the concepts that they choose."""
    key = Key.parse(release.entry.key)
    thing = space.artefact(key)
    facts: list[Fact] = [(TYPE, Link(f"{SKOS}Collection")), (TYPE, Link(own(space, "ValueSet")))]
    facts += words(PREFERRED, body.title)
    facts += [*header_facts(space, key, body), *version_facts(space, release)]
    rules = [selection_node(space, thing, rule) for rule in body.members]
    facts += [(own(space, "selection"), Link(node.subject)) for node in rules]
    concepts = list(chosen(release.entry, space, library))
    facts += [(f"{SKOS}member", Link(node.subject)) for node in concepts]
    yield Node(thing, facts)
    yield release_node(space, release)
    yield from rules
    yield from concepts


def selection_node(space: Space, thing: str, rule: Selection) -> Node:
    """A rule of a value set."""
    facts: list[Fact] = [
        (TYPE, Link(own(space, "Selection"))),
        (f"{DCT}identifier", rule.id),
        (own(space, "action"), rule.action),
        (own(space, "list"), key_link(space, rule.list)),
        (own(space, "operation"), rule.op),
    ]
    if rule.property:
        facts.append((own(space, "property"), rule.property))
    facts += [(own(space, "value"), value) for value in rule.values]
    return Node(f"{thing}#selection-{quote(rule.id, safe='')}", facts)


def chosen(entry: Entry, space: Space, library: Library) -> Iterator[Node]:
    """The concepts of a value set, each in the scheme of its own list."""
    for concept in library.lexicon(entry).concepts():
        try:
            key = Key.parse(str(concept.properties.get(ORIGIN, "")))
        except BadKey:
            continue
        yield labelled(space, key, concept.code, concept)


def labelled(space: Space, key: Key, code: str, concept: Concept | None) -> Node:
    """A concept as another graph needs it: its scheme, its code and its names."""
    facts: list[Fact] = [
        (TYPE, CONCEPT),
        (IN_SCHEME, Link(space.artefact(key))),
        (NOTATION, code),
    ]
    if concept is not None:
        facts += words(PREFERRED, concept.display)
    return Node(space.concept(key, code), facts)


# -- mappings -------------------------------------------------------------------------------


def mapping_nodes(
    release: Release, body: Mapping, space: Space, library: Library
) -> Iterator[Node]:
    """A mapping: what it joins, then each source concept with its matches, then the targets."""
    key = Key.parse(release.entry.key)
    facts: list[Fact] = [(TYPE, Link(own(space, "Mapping"))), (TYPE, Link(f"{VOID}Linkset"))]
    facts += [*header_facts(space, key, body), *version_facts(space, release)]
    facts.append((f"{VOID}subjectsTarget", key_link(space, body.source_list)))
    facts.append((f"{VOID}objectsTarget", key_link(space, body.target_list)))
    yield Node(space.artefact(key), facts)
    yield release_node(space, release)
    try:
        source, target = Key.parse(body.source_list), Key.parse(body.target_list)
    except BadKey:
        return
    by_source: dict[str, list[Match]] = {}
    for match in body.members:
        by_source.setdefault(match.source, []).append(match)
    names = locked(release.entry, source, library)
    for code, matches in by_source.items():
        node = labelled(space, source, code, names.lookup(code) if names else None)
        node.facts += [
            (MATCHES[match.relation], Link(space.concept(target, match.target)))
            for match in matches
            if match.relation != "none"
        ]
        yield node
        yield from remarks(space, key, source, target, matches)
    names = locked(release.entry, target, library)
    reached = dict.fromkeys(match.target for match in body.members if match.relation != "none")
    for code in reached:
        if source != target or code not in by_source:
            yield labelled(space, target, code, names.lookup(code) if names else None)


def remarks(
    space: Space, key: Key, source: Key, target: Key, matches: list[Match]
) -> Iterator[Node]:
    """What is to be said of single matches: that there is none, a note, properties."""
    for match in matches:
        if match.relation != "none" and not match.note and not match.properties:
            continue
        facts: list[Fact] = [
            (TYPE, Link(own(space, "Match"))),
            (f"{DCT}isPartOf", Link(space.artefact(key))),
            (own(space, "source"), Link(space.concept(source, match.source))),
        ]
        if match.target:
            facts.append((own(space, "target"), Link(space.concept(target, match.target))))
        facts.append((own(space, "relation"), match.relation))
        facts += words(NOTE, match.note)
        for name, value in match.properties.items():
            predicate = property_space(space, key) + property_name(name)
            values: list[Term] = list(value) if isinstance(value, list) else [value]
            facts += [(predicate, one) for one in values]
        name = f"{quote(match.source, safe='')}-{quote(match.target, safe='')}"
        yield Node(f"{space.artefact(key)}#match-{name}", facts)


def locked(entry: Entry, key: Key, library: Library) -> Lexicon | None:
    """The lexicon of the list as the lock holds it; None when it is not in the library."""
    for lock in entry.lock:
        if lock.key == str(key):
            try:
                return library.lexicon(library.timeline(key).named(lock.version))
            except NotFound:
                return None
    return None
