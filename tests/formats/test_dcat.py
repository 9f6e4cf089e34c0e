"""The catalogue: what is listed, what is in force, versions and series, pages."""

from datetime import date

import pytest
import rdflib
from rdflib import FOAF, RDF, Literal, URIRef

from catalog.core.errors import BadRequest
from catalog.core.model import CodeList
from catalog.formats import FORMATS
from catalog.formats.dcat import About, catalogued, write_catalogue
from catalog.formats.dcat_distributions import Built
from catalog.formats.rdf import Syntax
from tests.formats.linked_library import SPACE, FakeLibrary, library_of_every_kind

HELD = library_of_every_kind()
TODAY = date(2024, 8, 1)
DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")
HYDRA = rdflib.Namespace("http://www.w3.org/ns/hydra/core#")
DCT = rdflib.Namespace("http://purl.org/dc/terms/")
DCATAP = rdflib.Namespace("http://data.europa.eu/r5r/")
SPDX = rdflib.Namespace("http://spdx.org/rdf/terms#")
ADMS = rdflib.Namespace("http://www.w3.org/ns/adms#")
CATALOGUE = URIRef(f"{SPACE.base}/catalog")
LIST = URIRef(f"{SPACE.base}/id/code-list/byt/benh")


def page(number=1, size=100, *, held=HELD, about=None, today=TODAY, syntax=Syntax.TURTLE):
    chunks = write_catalogue(
        held, SPACE, syntax, number, size, today, formats=FORMATS, about=about
    )
    return rdflib.Graph().parse(data=b"".join(chunks), format="turtle")


@pytest.fixture(scope="module")
def whole():
    return page()


def test_every_list_layout_mapping_and_dataset_is_listed(whole):
    listed = set(whole.objects(CATALOGUE, DCAT.dataset))

    assert listed == {URIRef(SPACE.artefact(key)) for key in catalogued(HELD)}
    assert {str(address).split("/")[4] for address in listed} == {
        "code-list", "value-set", "mapping", "schema", "dataset",
    }  # fmt: skip


def test_an_artefact_is_had_as_it_is_in_force_today(whole):
    assert whole.value(LIST, DCAT.version) == Literal("2.0")
    urls = {str(whole.value(d, DCAT.downloadURL)) for d in whole.objects(LIST, DCAT.distribution)}
    able = {fmt.suffix for fmt in FORMATS if "code-list" in fmt.kinds}

    assert {f"{LIST}{suffix}" for suffix in able} < urls


def test_an_artefact_that_is_not_in_force_yet_is_listed_without_a_file():
    graph = page(today=date(2023, 1, 1))

    assert (CATALOGUE, DCAT.dataset, LIST) in graph
    assert not list(graph.objects(LIST, DCAT.distribution))
    assert len(list(graph.objects(LIST, DCAT.hasVersion))) == 2
    assert (URIRef(f"{LIST}/1"), ADMS.status, ADMS_STATUS["UnderDevelopment"]) in graph


ADMS_STATUS = rdflib.Namespace("http://purl.org/adms/status/")


def test_releases_are_versions_of_the_artefact_in_its_series(whole):
    first, second = URIRef(f"{LIST}/1"), URIRef(f"{LIST}/2.0")
    series = URIRef(f"{LIST}#releases")

    assert set(whole.objects(LIST, DCAT.hasVersion)) == {first, second}
    assert (second, DCAT.isVersionOf, LIST) in whole
    assert (second, DCAT.previousVersion, first) in whole
    assert set(whole.subjects(DCAT.inSeries, series)) == {LIST, first, second}
    assert (series, RDF.type, DCAT.DatasetSeries) in whole
    assert whole.value(series, DCAT["first"]) == first
    assert whole.value(series, DCAT.last) == second
    assert (first, ADMS.status, ADMS_STATUS.Deprecated) in whole


def test_a_withdrawn_release_says_so():
    held = library_of_every_kind()
    key = "code-list/byt/gioi-tinh"
    held.add(key, CodeList(title={"vi": "x"}), "1-rút", what="withdrawal", corrects="1")
    graph = page(held=held)
    thing = URIRef(f"{SPACE.base}/id/{key}")

    assert (URIRef(f"{thing}/1"), ADMS.status, ADMS_STATUS.Withdrawn) in graph
    assert not list(graph.objects(thing, DCAT.distribution))
    assert list(graph.objects(thing, DCAT.hasVersion)) == [URIRef(f"{thing}/1")]


def test_the_law_behind_a_release_is_named(whole):
    document = URIRef(f"{SPACE.base}/id/document/byt/1-qd-byt")

    assert (URIRef(f"{LIST}/2.0"), DCATAP.applicableLegislation, document) in whole


def test_the_publisher_is_an_agent_with_both_names(whole):
    agent = whole.value(LIST, DCT.publisher)

    assert {str(name) for name in whole.objects(agent, FOAF.name)} == {
        "Bộ Y tế", "Ministry of Health",
    }  # fmt: skip


def test_the_canonical_bytes_have_size_and_checksum(whole):
    entry = HELD.release("code-list/byt/benh").entry
    node = URIRef(f"{LIST}/2.0#content")
    checksum = whole.value(node, SPDX.checksum)

    assert int(whole.value(node, DCAT.byteSize)) == len(HELD.document(entry))
    assert str(whole.value(checksum, SPDX.checksumValue)).lower() == entry.digest


def test_a_built_file_has_size_and_checksum():
    about = About(built=lambda _, fmt: Built(77, "ab" * 32) if fmt.suffix == ".ttl" else None)
    graph = page(about=about)
    node = URIRef(f"{LIST}/2.0.ttl#distribution")

    assert int(graph.value(node, DCAT.byteSize)) == 77
    assert graph.value(URIRef(f"{LIST}/2.0.rdf#distribution"), DCAT.byteSize) is None


def test_a_dataset_offers_its_own_distributions(whole):
    dataset = URIRef(f"{SPACE.base}/id/dataset/hanoi/co-so")
    urls = {str(whole.value(d, DCAT.accessURL)) for d in whole.objects(dataset, DCAT.distribution)}

    assert urls == {"https://files.example.vn/co%20so.csv", str(LIST)}
    authority = "http://publications.europa.eu/resource/authority/"
    assert whole.value(dataset, DCT.accrualPeriodicity) == URIRef(f"{authority}frequency/MONTHLY")
    assert whole.value(dataset, DCT.accessRights) == URIRef(f"{authority}access-right/PUBLIC")


def test_pages_together_list_everything_once():
    total = len(catalogued(HELD))
    seen = []
    number = 1
    while True:
        graph = page(number, 2)
        seen += graph.objects(CATALOGUE, DCAT.dataset)
        view = next(graph.subjects(RDF.type, HYDRA.PartialCollectionView))
        assert graph.value(view, HYDRA.totalItems) == Literal(total)
        following = graph.value(view, HYDRA.next)
        if following is None:
            break
        number += 1
        assert str(following) == f"{SPACE.base}/catalog.ttl?page={number}&size=2"

    assert len(seen) == len(set(seen)) == total
    assert number == -(-total // 2)


def test_the_first_page_has_no_previous_and_a_page_between_has_all():
    first, second = page(1, 2), page(2, 2)

    assert not list(first.objects(None, HYDRA.previous))
    for name in ("first", "previous", "next", "last"):
        assert len(list(second.objects(None, HYDRA[name]))) == 1


@pytest.mark.parametrize(("number", "size"), [(0, 10), (-1, 10), (9, 10), (1, 0), (1, 1001)])
def test_a_page_that_there_is_not_is_refused(number, size):
    with pytest.raises(BadRequest):
        write_catalogue(HELD, SPACE, Syntax.TURTLE, number, size, TODAY, formats=FORMATS)


def test_an_empty_registry_has_an_empty_catalogue():
    graph = page(held=FakeLibrary())

    assert (CATALOGUE, HYDRA.totalItems, Literal(0)) in graph
    assert not list(graph.objects(CATALOGUE, DCAT.dataset))


def test_everything_referred_to_is_typed_once(whole):
    for predicate in (DCT.publisher, DCT.language, DCT.spatial, DCAT.theme, DCAT.mediaType,
                      DCT.license, DCT.accrualPeriodicity, DCT.conformsTo):  # fmt: skip
        for thing in whole.objects(None, predicate):
            assert whole.value(thing, RDF.type) is not None, (predicate, thing)
