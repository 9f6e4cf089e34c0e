"""Trees of concepts as a page shows them: what is open, what is below, what was found."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from catalog.core.model import Concept
from catalog.core.terminology import Filter, Lexicon

DEEPEST = 32
"""Levels that are followed at the most; no tree of ours is deeper."""


@dataclass(slots=True)
class Node:
    """
    A concept in a tree.

    Attributes:
        below: how many concepts are directly narrower.
        nodes: the narrower ones that are shown.
        found: whether it is what was looked for (else it only leads there).
        rest: where to go on after, among the narrower ones; None when all are shown.
    """

    concept: Concept
    below: int
    nodes: list["Node"] = field(default_factory=list)
    found: bool = False
    rest: int | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """The concepts directly below one (or the roots), from a position on."""

    nodes: list[Node]
    total: int
    rest: int | None


def level(lexicon: Lexicon, parent: str, after: int, limit: int) -> Level:
    """The concepts directly below a code; the roots below the empty text."""
    found = lexicon.find(Filter(parent=parent, roots=not parent), after=after, limit=limit)
    nodes = [Node(c, len(lexicon.children(c.code))) for c in found.concepts]
    return Level(nodes, found.total, found.next)


def opened(lexicon: Lexicon, code: str, after: int, limit: int) -> Level:
    """The roots, opened down to a code and its narrower ones."""
    roots = level(lexicon, "", 0 if code else after, limit)
    nodes = roots.nodes
    for concept in trail(lexicon, code):
        node = next((node for node in nodes if node.concept.code == concept.code), None)
        if node is None:
            node = Node(concept, len(lexicon.children(concept.code)))
            nodes.append(node)
        below = level(lexicon, concept.code, after if concept.code == code else 0, limit)
        node.nodes, node.rest = below.nodes, below.rest
        node.found = concept.code == code
        nodes = node.nodes
    return roots


def grown(lexicon: Lexicon, found: Iterable[Concept]) -> list[Node]:
    """The tree of what was found and of all that leads there, in the order of finding."""
    roots: list[Node] = []
    known: dict[str, Node] = {}
    for concept in found:
        nodes = roots
        for step in [*trail(lexicon, concept.code)[:-1], concept]:
            node = known.get(step.code)
            if node is None:
                node = known[step.code] = Node(step, len(lexicon.children(step.code)))
                nodes.append(node)
            nodes = node.nodes
        known[concept.code].found = True
    return roots


def trail(lexicon: Lexicon, code: str) -> list[Concept]:
    """The way from a root down to a code, by first parents."""
    found: list[Concept] = []
    concept = lexicon.lookup(code) if code else None
    while concept is not None and len(found) < DEEPEST:
        found.insert(0, concept)
        concept = lexicon.lookup(concept.parents[0]) if concept.parents else None
    return found
