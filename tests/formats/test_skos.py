"""SKOS: what a list, a value set and a mapping say, and what comes back."""

from datetime import date

import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import RDF, SKOS, Literal, URIRef

from catalog.core.document import encode
from catalog.core.errors import BadFile, NotFound
from catalog.core.model import CodeList, Concept, PropertyType
from catalog.formats.format import Setting
from catalog.formats.linked_data import write, write_concept
from catalog.formats.rdf import Syntax
from catalog.formats.skos_reading import read
from catalog.formats.vocabulary import period, property_name, tag, untag
from tests.formats.linked_library import DISEASES, SPACE, FakeLibrary, library_of_every_kind

HELD = library_of_every_kind()
KEY = "code-list/byt/benh"
THING = URIRef(f"{SPACE.base}/id/{KEY}")
DEF = rdflib.Namespace(f"{SPACE.base}/def/")
DCT = rdflib.Namespace("http://purl.org/dc/terms/")
XKOS = rdflib.Namespace("http://rdf-vocabulary.ddialliance.org/xkos#")
PROV = rdflib.Namespace("http://www.w3.org/ns/prov#")


def graph_of(key, version=None, held=HELD):
    chunks = write(held.release(key, version), Setting(SPACE, held), syntax=Syntax.TURTLE)
    return rdflib.Graph().parse(data=b"".join(chunks), format="turtle")


def concept(code, key=KEY):
    return URIRef(f"{SPACE.base}/id/{key}/code/{code}")


@pytest.fixture(scope="module")
def graph():
    return graph_of(KEY)


def test_concepts_are_named_by_their_persistent_address(graph):
    assert (concept("A00.0"), RDF.type, SKOS.Concept) in graph
    assert (concept("A01%2F2%20%C3%A9%25"), SKOS.notation, Literal("A01/2 é%")) in graph


def test_the_hierarchy_is_said_both_ways(graph):
    assert (concept("A00.0"), SKOS.broader, concept("I")) in graph
    assert (concept("I"), SKOS.narrower, concept("A00.0")) in graph
    assert set(graph.objects(THING, SKOS.hasTopConcept)) == {concept("I"), concept("00%20")}
    assert set(graph.subjects(SKOS.topConceptOf, THING)) == {concept("I"), concept("00%20")}


def test_every_concept_is_in_the_scheme(graph):
    concepts = set(graph.subjects(RDF.type, SKOS.Concept))

    assert set(graph.subjects(SKOS.inScheme, THING)) == concepts
    assert len(concepts) == 4


def test_an_alias_is_a_notation_of_its_own_type(graph):
    assert (concept("A00.0"), SKOS.notation, Literal("A000", datatype=DEF.alias)) in graph


def test_another_name_never_repeats_the_preferred_one(graph):
    assert (concept("A00.0"), SKOS.prefLabel, Literal("Cholera", lang="en")) in graph
    assert (concept("A00.0"), SKOS.altLabel, Literal("Cholera", lang="en")) not in graph
    assert (concept("A00.0"), SKOS.altLabel, Literal("Classic cholera", lang="en")) in graph


def test_a_retired_code_is_deprecated_and_says_what_replaced_it(graph):
    retired = concept("A01%2F2%20%C3%A9%25")

    assert (retired, rdflib.OWL.deprecated, Literal(True)) in graph  # noqa: FBT003
    assert (retired, DCT.isReplacedBy, concept("A00.0")) in graph


def test_a_concept_s_own_days_are_said_in_our_terms_and_as_a_period(graph):
    assert (concept("A00.0"), DEF.validTo, Literal(date(2026, 1, 1))) in graph
    said = Literal("start=2020-01-01; end=2025-12-31; scheme=W3C-DTF;", datatype=DCT.Period)
    assert (concept("A00.0"), DCT.valid, said) in graph


def test_properties_have_addresses_under_the_list_and_codes_are_links(graph):
    own = rdflib.Namespace(f"{DEF}{KEY}/")

    assert (concept("A00.0"), own.sex, Literal("M")) in graph
    assert (concept("A00.0"), own.pair, concept("I")) in graph
    assert (own.sex, rdflib.RDFS.label, Literal("Sex", lang="en")) in graph


def test_levels_are_xkos_levels_in_their_order(graph):
    levels = list(graph.items(graph.value(THING, XKOS.levels)))

    assert [str(graph.value(level, SKOS.notation)) for level in levels] == ["chapter", "disease"]
    assert (levels[1], SKOS.member, concept("A00.0")) in graph
    assert (THING, XKOS.numberOfLevels, Literal(2)) in graph


def test_the_release_says_what_it_rests_on_and_what_came_before(graph):
    release = URIRef(f"{THING}/2.0")

    assert (release, DCT.isVersionOf, THING) in graph
    former = URIRef(f"{THING}/1")
    assert (release, URIRef("http://www.w3.org/ns/dcat#previousVersion"), former) in graph
    document = URIRef(f"{SPACE.base}/id/document/byt/1-qd-byt")
    assert (release, PROV.wasDerivedFrom, document) in graph
    assert (release, DEF.inForceFrom, Literal(date(2024, 7, 1))) in graph


def test_who_wrote_and_who_approved_is_not_published():
    for key in HELD.keys():
        said = b"".join(write(HELD.release(str(key)), Setting(SPACE, HELD), syntax=Syntax.TURTLE))

        assert b'"an"' not in said
        assert b'"binh"' not in said


def test_the_graph_of_a_release_does_not_change_when_another_follows():
    held = library_of_every_kind()
    before = b"".join(write(held.release(KEY, "1"), Setting(SPACE, held), syntax=Syntax.TURTLE))
    held.add(KEY, CodeList(title={"vi": "Mới"}), "3", date(2025, 1, 1))
    held.add(KEY, CodeList(title={"vi": "Sửa"}), "1.1", corrects="1", what="correction")

    after = b"".join(write(held.release(KEY, "1"), Setting(SPACE, held), syntax=Syntax.TURTLE))

    assert after == before


def test_a_value_set_is_a_collection_of_what_its_rules_choose():
    graph = graph_of("value-set/byt/benh-chon")
    thing = URIRef(f"{SPACE.base}/id/value-set/byt/benh-chon")

    assert (thing, RDF.type, SKOS.Collection) in graph
    assert set(graph.objects(thing, SKOS.member)) == {
        concept("A00.0"),
        concept("A01%2F2%20%C3%A9%25"),
        concept("1", "code-list/byt/gioi-tinh"),
        concept("2", "code-list/byt/gioi-tinh"),
    }


def test_a_mapping_says_each_relation_in_the_right_direction():
    graph = graph_of("mapping/byt/benh--gioi-tinh")
    one = concept("1", "code-list/byt/gioi-tinh")
    two = concept("2", "code-list/byt/gioi-tinh")

    assert (concept("A00.0"), SKOS.broadMatch, one) in graph
    assert (concept("A00.0"), SKOS.closeMatch, two) in graph
    assert (one, SKOS.prefLabel, Literal("Male", lang="en")) in graph
    assert not list(graph.objects(concept("I"), SKOS.exactMatch))


def test_that_there_is_no_counterpart_is_said():
    graph = graph_of("mapping/byt/benh--gioi-tinh")
    found = list(graph.subjects(DEF.relation, Literal("none")))

    assert [graph.value(match, DEF.source) for match in found] == [concept("I")]


def test_a_mapping_whose_lists_are_not_at_hand_is_written_without_names():
    release = HELD.release("mapping/byt/benh--gioi-tinh")
    chunks = write(release, Setting(SPACE, FakeLibrary()), syntax=Syntax.TURTLE)
    graph = rdflib.Graph().parse(data=b"".join(chunks), format="turtle")

    assert len(set(graph.subjects(RDF.type, SKOS.Concept))) == 5
    assert not list(graph.subject_objects(SKOS.prefLabel))


def test_one_concept_is_written_alone():
    entry = HELD.release(KEY).entry
    chunks = write_concept(entry, HELD.lexicon(entry), "A00.0", SPACE, Syntax.TURTLE)
    graph = rdflib.Graph().parse(data=b"".join(chunks), format="turtle")

    assert set(graph.subjects(RDF.type, SKOS.Concept)) == {concept("A00.0")}
    assert (concept("A00.0"), SKOS.broader, concept("I")) in graph
    assert (THING, rdflib.OWL.versionInfo, Literal("2.0")) in graph


def test_one_concept_that_is_not_there_is_refused():
    entry = HELD.release(KEY).entry

    with pytest.raises(NotFound) as refused:
        list(write_concept(entry, HELD.lexicon(entry), "Z", SPACE, Syntax.TURTLE))

    assert refused.value == NotFound(f"{KEY}/2.0/code/Z")


# -- read back ------------------------------------------------------------------------------


def there_and_back(body, syntax):
    held = FakeLibrary()
    release = held.add(KEY, body)
    data = b"".join(write(release, Setting(SPACE, held), syntax=syntax))
    return read(data, syntax, SPACE)


@pytest.mark.parametrize("syntax", list(Syntax))
def test_a_list_comes_back_with_the_same_canonical_bytes(syntax):
    assert encode(there_and_back(DISEASES, syntax)) == encode(DISEASES)


LINE = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=12)
NAME = st.text(st.characters(max_codepoint=0xD7FF, exclude_categories=["Cc", "Cn"]), min_size=1)
TEXTS = st.dictionaries(st.sampled_from(["vi", "en", "fr-CA", "x_y"]), LINE, max_size=3)
NAMES = st.dictionaries(st.sampled_from(["vi", "en"]), st.lists(LINE, max_size=3).map(tuple))
VALUES = LINE | st.booleans() | st.integers(-9999, 9999) | st.lists(LINE, max_size=3)
DAYS = st.sampled_from(["", "2024-02-29", "2023-02-29", "soon"])


@st.composite
def code_lists(draw):
    codes = draw(st.lists(LINE.filter(bool), max_size=4, unique=True))
    types = ("text", "integer", "boolean", "code", "codes")
    declared = draw(st.lists(st.tuples(NAME, st.sampled_from(types)),
                             max_size=3, unique_by=lambda it: it[0]))  # fmt: skip
    names = [name for name, _ in declared] + ["undeclared", "2_"]
    levels = draw(st.lists(LINE.filter(bool), max_size=2, unique=True))
    members = []
    for index, code in enumerate(codes):
        some = st.lists(st.sampled_from(codes), max_size=2, unique=True).map(tuple)
        members.append(
            Concept(
                code=code,
                display=draw(TEXTS),
                definition=draw(TEXTS),
                note=draw(TEXTS),
                synonyms=draw(NAMES),
                aliases=draw(st.lists(LINE, max_size=2, unique=True).map(tuple)),
                parents=tuple(codes[:index][-draw(st.integers(1, 2)) :]),
                level=draw(st.sampled_from(["", *levels, "other"])),
                selectable=draw(st.booleans()),
                retired=draw(st.booleans()),
                replaced_by=draw(some),
                valid_from=draw(DAYS),
                valid_to=draw(DAYS),
                properties=draw(st.dictionaries(st.sampled_from(names), VALUES, max_size=3)),
            )
        )
    return CodeList(
        title=draw(TEXTS),
        description=draw(TEXTS),
        licence=draw(
            st.sampled_from(["", "CC0-1.0", "https://a.example/x", "own words, not a name"])
        ),
        source=draw(st.sampled_from(["", "https://a.example/x y", "QĐ 4469/QĐ-BYT"])),
        confidence=draw(st.sampled_from(["verified", "inferred", "unverified"])),
        deprecated=draw(st.booleans()),
        property_types=tuple(PropertyType(name=name, type=type_) for name, type_ in declared),
        levels=tuple(levels),
        members=tuple(members),
    )


@settings(max_examples=60, deadline=None)
@given(code_lists(), st.sampled_from(list(Syntax)))
def test_any_list_comes_back_with_the_same_canonical_bytes(body, syntax):
    assert encode(there_and_back(body, syntax)) == encode(body)


FOREIGN = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix ex: <http://other.example/scheme#> .
ex:s a skos:ConceptScheme ; skos:prefLabel "Thing"@en ; skos:hasTopConcept ex:a .
ex:a a skos:Concept ; skos:topConceptOf ex:s ; skos:prefLabel "A"@en ; skos:narrower ex:b .
ex:b a skos:Concept ; skos:inScheme ex:s ; skos:notation "B-1"^^ex:code ; skos:scopeNote "n"@en .
ex:c a skos:Concept ; skos:inScheme ex:other .
"""


def test_what_others_wrote_is_read_as_far_as_skos_says_it():
    body = read(FOREIGN.encode(), Syntax.TURTLE, SPACE)

    assert body == CodeList(
        title={"en": "Thing"},
        members=(
            Concept(code="a", display={"en": "A"}),
            Concept(code="B-1", display={}, note={"en": "n"}, parents=("a",)),
        ),
    )


@pytest.mark.parametrize(
    ("data", "syntax", "reason"),
    [
        (b"<a", Syntax.TURTLE, "cannot be read as text/turtle"),
        (b"\xff\xfe", Syntax.N_TRIPLES, "cannot be read as application/n-triples"),
        (b"<a><b></a>", Syntax.RDF_XML, "cannot be read as application/rdf+xml"),
        (b"{", Syntax.JSON_LD, "not JSON"),
        (b"[" * 100_000, Syntax.JSON_LD, "not JSON"),
        (b"", Syntax.TURTLE, "has 0 concept schemes"),
        (f"{FOREIGN} ex:t a skos:ConceptScheme .".encode(), Syntax.TURTLE, "has 2 concept"),
        (
            FOREIGN.encode() + b'ex:d a skos:Concept ; skos:inScheme ex:s ; skos:notation "a" .',
            Syntax.TURTLE,
            "both have code 'a'",
        ),
        (
            FOREIGN.replace("http://other.example/scheme#s", "x").encode()
            + f'ex:s <{SPACE.base}/def/confidence> "sure" .'.encode(),
            Syntax.TURTLE,
            "Invalid enum value 'sure'",
        ),
        (
            b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r xmlns="x:/">&a;</r>',
            Syntax.RDF_XML,
            "cannot be read as application/rdf+xml",
        ),
    ],
)  # fmt: skip
def test_a_file_that_is_no_list_is_refused_by_name(data, syntax, reason):
    with pytest.raises(BadFile) as refused:
        read(data, syntax, SPACE, "x.ttl")

    assert refused.value.name == "x.ttl"
    assert reason in refused.value.reason


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2024-01-01", "", "start=2024-01-01; scheme=W3C-DTF;"),
        ("", "2024-03-01", "end=2024-02-29; scheme=W3C-DTF;"),
        ("", "0001-01-01", "end=0001-01-01; scheme=W3C-DTF;"),
    ],
)
def test_a_period_includes_its_last_day(start, end, said):
    assert [term.text for _, term in period(start, end)] == [said]


def test_days_that_are_none_make_no_period():
    assert period("soon", "2024-13-01") == []


@given(LINE)
def test_a_language_that_is_none_keeps_its_name(language):
    assert untag(tag(language)) == language


@given(LINE, LINE)
def test_two_properties_never_share_an_address(one, other):
    assert (property_name(one) == property_name(other)) == (one == other)
