"""
What is said in SKOS against the SHACL shapes of the SKOS Reference, and checks they leave out.

The shapes ask that what is broader or narrower is of a class `Concept` of the shapes' own
namespace. That class is given its meaning in one added triple: a skos:Concept is one.
"""

from pathlib import Path

import pyshacl
import pytest
import rdflib
from rdflib import RDF, RDFS, SKOS

from catalog.formats.format import Setting
from catalog.formats.linked_data import write
from catalog.formats.rdf import Syntax
from tests.formats.linked_library import SPACE, library_of_every_kind

# pyshacl still uses names that rdflib has given up.
pytestmark = pytest.mark.filterwarnings("ignore:(Dataset|ConjunctiveGraph):DeprecationWarning")
SHAPES = Path(__file__).parents[2].parent / "shared" / "data" / "shapes"
THEIR_CONCEPT = rdflib.URIRef("http://kos-kit.github.io/skos-shacl/ns#Concept")
HELD = library_of_every_kind()
KEYS = ("code-list/byt/benh", "value-set/byt/benh-chon", "mapping/byt/benh--gioi-tinh",
        "data-group/byt/noi-tru")  # fmt: skip


def graph_of(key):
    chunks = write(HELD.release(key), Setting(SPACE, HELD), syntax=Syntax.TURTLE)
    return rdflib.Graph().parse(data=b"".join(chunks), format="turtle")


def conforms(graph):
    meant = rdflib.Graph()
    meant.add((SKOS.Concept, RDFS.subClassOf, THEIR_CONCEPT))
    shapes = str(SHAPES / "skos-reference.shacl.ttl")
    passed, _, text = pyshacl.validate(graph, shacl_graph=shapes, ont_graph=meant)
    return passed, text


@pytest.mark.parametrize("key", KEYS[:3])
def test_the_graph_breaks_no_shape(key):
    passed, text = conforms(graph_of(key))

    assert passed, text


def test_the_shapes_do_find_a_broken_rule():
    graph = graph_of(KEYS[0])
    for subject, _, label in list(graph.triples((None, SKOS.altLabel, None))):
        graph.add((subject, SKOS.prefLabel, label))

    passed, text = conforms(graph)

    assert not passed
    assert "S13" in text
    assert "S14" in text


@pytest.mark.parametrize("key", KEYS)
def test_the_classes_of_skos_stay_apart(key):
    graph = graph_of(key)
    concepts, schemes, collections = (
        set(graph.subjects(RDF.type, type_))
        for type_ in (SKOS.Concept, SKOS.ConceptScheme, SKOS.Collection)
    )

    assert concepts
    assert not concepts & schemes, "S9"
    assert not collections & (concepts | schemes), "S37"


def test_nothing_is_broader_than_itself_and_both_ways_agree():
    graph = graph_of(KEYS[0])
    broader = set(graph.subject_objects(SKOS.broader))

    assert {(b, a) for a, b in broader} == set(graph.subject_objects(SKOS.narrower))
    for concept in graph.subjects(RDF.type, SKOS.Concept):
        above = list(graph.transitive_objects(concept, SKOS.broader))
        assert concept not in above[1:]


def test_a_top_concept_has_nothing_broader_in_its_scheme():
    graph = graph_of(KEYS[0])

    for top in graph.subjects(SKOS.topConceptOf, None):
        assert not list(graph.objects(top, SKOS.broader))
