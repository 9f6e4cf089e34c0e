"""RDF in four syntaxes: what is written is what others read, and all syntaxes say the same."""

import json
from io import BytesIO
from time import process_time

import pyoxigraph
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from pyld import jsonld as pyld
from rdflib.compare import isomorphic, to_isomorphic

from catalog.core.errors import BadFile, NotFound
from catalog.core.names import Kind
from catalog.formats.format import Setting
from catalog.formats.jsonld import context, context_address, json_ld, load_offline
from catalog.formats.linked_data import LINKED_DATA, write
from catalog.formats.rdf import (
    CHUNK,
    RDF,
    WRITERS,
    Link,
    Node,
    Row,
    Syntax,
    Typed,
    Words,
    in_chunks,
    safe_iri,
)
from tests.formats.linked_library import SPACE, library_of_every_kind

OXIGRAPH = {
    Syntax.TURTLE: pyoxigraph.RdfFormat.TURTLE,
    Syntax.JSON_LD: pyoxigraph.RdfFormat.JSON_LD,
    Syntax.RDF_XML: pyoxigraph.RdfFormat.RDF_XML,
    Syntax.N_TRIPLES: pyoxigraph.RdfFormat.N_TRIPLES,
}
RDFLIB = {Syntax.TURTLE: "turtle", Syntax.RDF_XML: "xml", Syntax.N_TRIPLES: "nt"}
CANONICAL = pyoxigraph.CanonicalizationAlgorithm.UNSTABLE
HELD = library_of_every_kind()
KEYS = [str(key) for key in HELD.keys()]


def said(nodes, syntax, prefixes=None):
    if syntax is Syntax.JSON_LD:
        return b"".join(in_chunks(json_ld(nodes, SPACE.base, prefixes or {})))
    return b"".join(in_chunks(WRITERS[syntax](nodes, prefixes or {})))


def written(key, syntax):
    return b"".join(write(HELD.release(key), Setting(SPACE, HELD), syntax=syntax))


def oxigraph(data, syntax):
    if syntax is Syntax.JSON_LD:
        data = load_offline(SPACE.base, data)
    found = pyoxigraph.Dataset(pyoxigraph.parse(BytesIO(data), format=OXIGRAPH[syntax]))
    found.canonicalize(CANONICAL)
    return {str(quad) for quad in found}


def by_rdflib(data, syntax):
    graph = rdflib.Graph()
    graph.parse(data=data, format=RDFLIB[syntax])
    return graph


def offline_loader(address, _options):
    """Our own contexts and nothing else."""
    assert address == context_address(SPACE.base), f"would fetch {address}"
    return {
        "contextUrl": None,
        "documentUrl": address,
        "contentType": "application/ld+json",
        "document": json.loads(context(SPACE.base)),
    }


@pytest.mark.parametrize("key", KEYS)
def test_all_syntaxes_say_the_same_to_another_reader(key):
    turtle = oxigraph(written(key, Syntax.TURTLE), Syntax.TURTLE)

    assert len(turtle) > 15
    for syntax in (Syntax.N_TRIPLES, Syntax.RDF_XML, Syntax.JSON_LD):
        assert oxigraph(written(key, syntax), syntax) == turtle, syntax


@pytest.mark.parametrize("key", ["code-list/byt/benh", "schema/byt/xml1", "dataset/hanoi/co-so"])
def test_rdflib_reads_the_same_graph_out_of_every_syntax(key):
    turtle, rdf_xml, n_triples = (
        by_rdflib(written(key, syntax), syntax)
        for syntax in (Syntax.TURTLE, Syntax.RDF_XML, Syntax.N_TRIPLES)
    )

    assert isomorphic(turtle, rdf_xml)
    assert isomorphic(turtle, n_triples)


@pytest.mark.parametrize("key", KEYS)
def test_pyld_expands_our_json_ld_without_a_network(key):
    document = json.loads(written(key, Syntax.JSON_LD))
    options = {"documentLoader": offline_loader, "format": "application/n-quads"}
    quads = pyld.to_rdf(document, options)
    theirs = rdflib.Graph().parse(data=quads, format="nt")

    assert isomorphic(theirs, by_rdflib(written(key, Syntax.N_TRIPLES), Syntax.N_TRIPLES))


def test_pyld_frames_a_concept_into_what_we_wrote():
    document = json.loads(written("code-list/byt/benh", Syntax.JSON_LD))
    own = document["@context"]
    concept = next(node for node in document["@graph"] if node["id"].endswith("/code/A00.0"))
    frame = {"@context": own, "id": concept["id"], "@embed": "@never"}
    framed = pyld.frame(document, frame, {"documentLoader": offline_loader})
    framed.pop("@context")

    assert framed["prefLabel"] == concept["prefLabel"]
    assert framed["broader"] == concept["broader"]
    assert framed["alias"] == sorted(concept["alias"])
    assert set(framed) == set(concept)


def test_the_context_names_nothing_outside_itself():
    found = json.loads(context("https://other.example"))["@context"]

    assert found["def"] == "https://other.example/def/"
    assert "{base}" not in json.dumps(found)
    assert "@import" not in found


def test_only_our_own_contexts_are_published():
    with pytest.raises(NotFound) as refused:
        context(SPACE.base, "../rdf")

    assert refused.value == NotFound("contexts/../rdf.jsonld")


@pytest.mark.parametrize("address", ["https://evil.example/c.jsonld", "file:///etc/passwd", ""])
def test_a_foreign_context_is_refused_and_never_fetched(address):
    data = json.dumps({"@context": [address], "@graph": []}).encode()

    with pytest.raises(BadFile) as refused:
        load_offline(SPACE.base, data)

    assert "nothing is fetched" in refused.value.reason


@pytest.mark.parametrize("fmt", LINKED_DATA, ids=lambda fmt: fmt.name)
def test_every_kind_can_be_said_in_every_syntax(fmt):
    assert fmt.kinds == frozenset(Kind)
    for key in KEYS:
        chunks = list(fmt.write(HELD.release(key), Setting(SPACE, HELD)))

        assert all(isinstance(chunk, bytes) for chunk in chunks)
        assert b"".join(chunks)


# -- hostile words --------------------------------------------------------------------------

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
XML_WORDS = WORDS.map(
    lambda text: "".join(
        c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff")
    )
)
TERMS = st.one_of(
    XML_WORDS,
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    XML_WORDS.map(lambda text: Words(text, "vi")),
    XML_WORDS.map(lambda text: Typed(text, "http://a.example/type x")),
    WORDS.map(lambda text: Link("http://a.example/" + text)),
    st.lists(XML_WORDS, max_size=3).map(lambda texts: Row(tuple(texts))),
    XML_WORDS.map(lambda text: Node("", [("http://a.example/inner", text)])),
)
PREDICATES = st.sampled_from(["http://a.example/p", "http://a.example/q#r", "http://b.example/p_"])
NODES = st.lists(
    st.builds(
        lambda subject, facts: Node(f"http://s.example/{subject}", facts),
        WORDS,
        st.lists(st.tuples(PREDICATES, TERMS), min_size=1, max_size=5),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=150, deadline=None)
@given(NODES)
def test_no_word_can_break_a_syntax(nodes):
    prefixes = {"a": "http://a.example/", "s": "http://s.example/"}
    n_triples = oxigraph(said(nodes, Syntax.N_TRIPLES, prefixes), Syntax.N_TRIPLES)

    for syntax in (Syntax.TURTLE, Syntax.RDF_XML, Syntax.JSON_LD):
        assert oxigraph(said(nodes, syntax, prefixes), syntax) == n_triples, syntax


@settings(max_examples=100, deadline=None)
@given(WORDS)
def test_every_text_comes_back_whole_from_turtle(text):
    node = Node("http://s.example/", [("http://a.example/p", text)])
    quad = next(iter(pyoxigraph.parse(said([node], Syntax.TURTLE), format=OXIGRAPH["ttl"])))

    assert quad.object.value == text


@pytest.mark.parametrize("syntax", list(WRITERS))
def test_what_is_no_character_is_replaced(syntax):
    node = Node("http://s.example/", [("http://a.example/p", "a\ud800b")])

    assert "a\ufffdb".encode() in said([node], syntax)


def test_xml_replaces_what_it_cannot_say():
    node = Node("http://s.example/", [("http://a.example/p", "a\x00b\x0bc")])

    assert ">a\ufffdb\ufffdc<".encode() in said([node], Syntax.RDF_XML)


@pytest.mark.parametrize(
    ("iri", "safe"),
    [
        ("http://a.example/x y", "http://a.example/x%20y"),
        ("http://a.example/ệ", "http://a.example/%E1%BB%87"),
        ('http://a.example/"<>\\^`{|}', "http://a.example/%22%3C%3E%5C%5E%60%7B%7C%7D"),
        ("http://a.example/[1]#a#b", "http://a.example/%5B1%5D#a%23b"),
        ("http://a.example/%41%zz%", "http://a.example/%41%25zz%25"),
        ("http://a.example/\ud800", "http://a.example/%3F"),
    ],
)
def test_what_may_not_stand_in_an_address_is_percent_encoded(iri, safe):
    assert safe_iri(iri) == safe


def test_a_predicate_that_xml_cannot_name_is_refused():
    with pytest.raises(ValueError, match="cannot be the name of an element"):
        said([Node("http://s.example/", [("http://a.example/1", "x")])], Syntax.RDF_XML)


@pytest.mark.parametrize("syntax", list(Syntax))
def test_nothing_is_a_graph_too(syntax):
    assert oxigraph(said([], syntax), syntax) == set()
    assert oxigraph(said([Node("http://s.example/")], syntax), syntax) == set()


def test_chunks_are_of_a_good_size_and_lose_nothing():
    texts = ["ệ" * 1000] * 300

    chunks = list(in_chunks(texts))

    assert b"".join(chunks).decode() == "".join(texts)
    assert len(chunks) == 300_000 // (CHUNK + 1000 - CHUNK % 1000) + 1


def test_an_unnamed_node_has_its_own_name_each_time():
    nodes = [Node("", [("http://a.example/p", Node("", [(f"{RDF}value", n)]))]) for n in (1, 2)]
    graph = by_rdflib(said(nodes, Syntax.N_TRIPLES), Syntax.N_TRIPLES)

    assert len(set(graph.subjects())) == 4
    assert to_isomorphic(graph) == to_isomorphic(
        by_rdflib(said(nodes, Syntax.TURTLE), Syntax.TURTLE)
    )


def test_a_subject_with_very_many_facts_costs_no_more_each():
    def taken(count):
        node = Node("http://s.example/", [("http://a.example/p", Link(f"x:{n}"))
                                          for n in range(count)])  # fmt: skip
        start = process_time()
        said([node], Syntax.TURTLE)
        return process_time() - start

    assert taken(200_000) < 40 * max(taken(20_000), 0.01)


@pytest.mark.parametrize("term", [Link("http://a.example/x"), "x"])
def test_a_closed_list_may_be_long(term):
    node = Node("http://s.example/", [("http://a.example/p", Row((term,) * 2000))])

    for syntax in Syntax:
        data = said([node], syntax)
        if syntax is Syntax.JSON_LD:
            data = load_offline(SPACE.base, data)
        assert len(list(pyoxigraph.parse(data, format=OXIGRAPH[syntax]))) == 4001
