import msgspec
import pytest

from catalog.core.model import (
    Binding,
    DataElement,
    DataGroup,
    Dataset,
    Distribution,
    Document,
    DocumentRelation,
    Field,
    Mapping,
    Organisation,
    Selection,
    ValueSet,
)
from catalog.core.references import locked_by, pins_of, references, references_of
from tests.core.bodies import SEX, VISIT

LIST = "code-list/byt/icd-10"
SET = "value-set/byt/benh-nghe-nghiep"
TITLE = {"vi": "x"}


@pytest.mark.parametrize(
    ("body", "named", "locked"),
    [
        (SEX, ("document/byt/4750-qd-byt-2023", "organisation/byt/bo-y-te"), ()),
        (
            VISIT,
            (
                "code-list/byt/gioi-tinh",
                "document/byt/4750-qd-byt-2023",
                "organisation/byt/bo-y-te",
            ),
            ("code-list/byt/gioi-tinh",),
        ),
        (
            ValueSet(
                title=TITLE,
                members=(Selection(id="a", list=LIST), Selection(id="b", list=LIST)),
            ),
            (LIST,),
            (LIST,),
        ),
        (
            Mapping(title=TITLE, source_list=LIST, target_list=SET, groups=("data-group/a/b",)),
            (LIST, "data-group/a/b", SET),
            (LIST, SET),
        ),
        (
            DataElement(
                title=TITLE,
                binding=Binding(list=SET),
                owner="organisation/byt/x",
                related=("tuổi", "data-element/byt/tuoi"),
            ),
            ("data-element/byt/tuoi", "organisation/byt/x", SET),
            (SET,),
        ),
        (
            Dataset(
                title=TITLE,
                publisher="Sở Y tế",
                items=("data-element/byt/tuoi",),
                members=(
                    Distribution(
                        id="a",
                        title=TITLE,
                        conforms_to="schema/byt/claim-xml1",
                        artefact=LIST,
                    ),
                    Distribution(id="b", title=TITLE, conforms_to="https://schema.example/x"),
                ),
            ),
            (LIST, "data-element/byt/tuoi", "schema/byt/claim-xml1"),
            ("data-element/byt/tuoi", "schema/byt/claim-xml1"),
        ),
        (DataGroup(title=TITLE, parent="data-group/a/b"), ("data-group/a/b",), ()),
        (Organisation(title=TITLE, parent="organisation/a/b"), ("organisation/a/b",), ()),
        (
            Document(
                title=TITLE,
                number="1",
                issuer="Bộ Y tế",
                relations=(DocumentRelation(relation="amends", target="document/byt/130"),),
            ),
            ("document/byt/130",),
            (),
        ),
    ],
)
def test_every_key_is_found_and_those_it_depends_on_are_locked(body, named, locked):
    assert references_of(body) == named
    assert locked_by(body) == locked


def field(**binding):
    return msgspec.structs.replace(
        VISIT, members=(Field(name="A", label=TITLE, binding=Binding(**binding)),)
    )


def test_an_example_is_named_but_not_depended_on():
    body = field(list=LIST, strength="example")

    assert LIST in references_of(body)
    assert locked_by(body) == ()


def test_a_version_that_a_body_insists_on_is_told():
    assert pins_of(field(list=LIST, version="2020")) == {LIST: "2020"}
    assert pins_of(VISIT) == {}


def test_what_is_no_key_is_left_to_the_house_rules():
    body = field(list="Danh mục ICD-10")

    assert locked_by(body) == ()
    assert "Danh mục ICD-10" in [item.key for item in references(body) if item.target is None]


def test_a_reference_says_where_it_stands():
    assert [item.path for item in references(VISIT)] == [
        "custodian",
        "documents",
        "GIOI_TINH/binding",
    ]
