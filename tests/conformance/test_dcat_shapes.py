"""The catalogue against the SHACL shapes that DCAT-AP 3.0.1 publishes."""

from datetime import date
from pathlib import Path

import pyshacl
import pytest
import rdflib

from catalog.formats import FORMATS
from catalog.formats.dcat import About, write_catalogue
from catalog.formats.dcat_distributions import Built
from catalog.formats.rdf import Syntax
from tests.formats.linked_library import SPACE, library_of_every_kind

# pyshacl still uses names that rdflib has given up.
pytestmark = pytest.mark.filterwarnings("ignore:(Dataset|ConjunctiveGraph):DeprecationWarning")
SHAPES = Path(__file__).parents[2].parent / "shared" / "data" / "shapes"
SHACL = rdflib.Namespace("http://www.w3.org/ns/shacl#")
HELD = library_of_every_kind()
ABOUT = About(
    publisher="organisation/byt/bo-y-te",
    contact="lienhe@moh.example.vn",
    licence="CC-BY-4.0",
    built=lambda entry, fmt: Built(1234, entry.digest) if fmt.suffix == ".ttl" else None,
)


def page(number, size, about=ABOUT, today=date(2024, 8, 1)):
    chunks = write_catalogue(
        HELD, SPACE, Syntax.TURTLE, number, size, today, formats=FORMATS, about=about
    )
    return rdflib.Graph().parse(data=b"".join(chunks), format="turtle")


def results(graph, shapes):
    _, report, _ = pyshacl.validate(graph, shacl_graph=str(SHAPES / shapes))
    return report, [
        (
            str(report.value(result, SHACL.resultSeverity)).rpartition("#")[2],
            str(report.value(result, SHACL.focusNode)),
            str(report.value(result, SHACL.resultPath)),
        )
        for result in report.subjects(rdflib.RDF.type, SHACL.ValidationResult)
    ]


@pytest.fixture(scope="module")
def whole():
    return page(1, 100)


def test_the_whole_catalogue_breaks_no_shape(whole):
    _, found = results(whole, "dcat-ap-3.0.1-shapes.ttl")

    assert found == []


def test_a_catalogue_that_knows_nothing_of_itself_breaks_no_shape():
    _, found = results(page(2, 2, About(), date(2023, 1, 1)), "dcat-ap-3.0.1-shapes.ttl")

    assert found == []


def test_the_shapes_do_find_what_is_missing(whole):
    broken = rdflib.Graph() + whole
    broken.remove((None, rdflib.DCAT.accessURL, None))

    _, found = results(broken, "dcat-ap-3.0.1-shapes.ttl")

    assert {path for _, _, path in found} == {str(rdflib.DCAT.accessURL)}


def test_what_dcat_ap_recommends_is_there_but_for_what_is_not_known(whole):
    _, found = results(whole, "dcat-ap-3.0.1-recommended.ttl")
    missing = {(path.rpartition("/")[2].rpartition("#")[2]) for _, _, path in found}

    assert missing <= {"license", "description", "type", "bbox", "centroid", "endDate", "service",
                       "format", "availability"}  # fmt: skip
