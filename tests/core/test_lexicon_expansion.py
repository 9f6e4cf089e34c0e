"""A value set chooses concepts: by rule, in order, excludes last; and says what is amiss."""

import pytest
from msgspec.structs import replace

from catalog.core.expansion import ORIGIN, ORIGIN_TYPE, expand, expansion_of, lists_of
from catalog.core.lexicon_memory import MemoryLexicon
from catalog.core.model import CodeList, Concept, PropertyType, Selection, ValueSet
from catalog.formats.release_file import compile_release, open_lexicon

LEGS = PropertyType(name="legs", type="integer")


def concept(code: str, *parents: str, **properties) -> Concept:
    return Concept(code=code, display={"vi": code}, parents=parents, properties=properties)


BEASTS = MemoryLexicon(
    CodeList(
        title={"vi": "Thú"},
        levels=("class",),
        property_types=(LEGS,),
        members=(
            concept("root"),
            concept("land", "root"),
            concept("water", "root"),
            concept("dog", "land", legs=4),
            concept("whale", "water", legs=0),
            concept("otter", "land", "water", legs=4),
            concept("pup", "otter", legs=4),
        ),
    )
)
BIRDS = MemoryLexicon(
    CodeList(title={"vi": "Chim"}, members=(concept("hen", legs=2), concept("dog", legs=9)))
)
LISTS = {"code-list/t/beasts": BEASTS, "code-list/t/birds": BIRDS}
B = "code-list/t/beasts"


def chosen(*rules: Selection) -> list[str]:
    body = expand(ValueSet(title={"vi": "x"}, members=rules), LISTS.__getitem__)
    return [member.code for member in body.members]


@pytest.mark.parametrize(
    ("rules", "codes"),
    [
        ([], []),
        ([Selection(id="1", list=B)], ["root", "land", "water", "dog", "whale", "otter", "pup"]),
        ([Selection(id="1", list=B, op="code", values=("pup", "dog"))], ["dog", "pup"]),
        ([Selection(id="1", list=B, op="is-a", values=("water",))],
         ["water", "whale", "otter", "pup"]),
        ([Selection(id="1", list=B, op="property", property="legs", values=("4",))],
         ["dog", "otter", "pup"]),
        ([Selection(id="1", action="exclude", list=B, op="code", values=("otter",)),
          Selection(id="2", list=B, op="is-a", values=("water",))], ["water", "whale", "pup"]),
        ([Selection(id="1", action="exclude", list=B)], []),
        ([Selection(id="1", list=B, op="is-a", values=("water",)),
          Selection(id="2", list=B, op="is-a", values=("land",)),
          Selection(id="3", action="exclude", list=B, op="is-a", values=("otter",))],
         ["land", "water", "dog", "whale"]),
        ([Selection(id="1", list="code-list/t/birds", op="code", values=("hen",)),
          Selection(id="2", list=B, op="code", values=("pup",))], ["hen", "pup"]),
        ([Selection(id="1", list=B, op="code", values=("nothing",))], []),
        ([Selection(id="1", list=B, op="property", property="wings", values=("2",))], []),
    ],
)  # fmt: skip
def test_rules_choose_in_the_order_of_the_lists_and_excludes_win(rules, codes):
    assert chosen(*rules) == codes


def test_a_parent_left_out_gives_way_to_the_nearest_that_is_in():
    rules = (
        Selection(id="1", list=B),
        Selection(id="2", action="exclude", list=B, op="code", values=("otter", "water")),
    )
    body = expand(ValueSet(title={}, members=rules), LISTS.__getitem__)
    parents = {member.code: member.parents for member in body.members}

    assert parents == {
        "root": (), "land": ("root",), "dog": ("land",), "whale": ("root",), "pup": ("land",),
    }  # fmt: skip


def test_the_expansion_keeps_the_header_and_says_where_each_concept_is_from():
    value_set = ValueSet(
        title={"vi": "Chọn"},
        licence="CC0-1.0",
        members=(Selection(id="1", list=B, op="code", values=("dog",)),),
    )
    body = expand(value_set, LISTS.__getitem__)

    assert (body.title, body.licence) == (value_set.title, "CC0-1.0")
    assert body.property_types == (ORIGIN_TYPE, LEGS)
    assert body.levels == ("class",)
    assert body.members[0].properties == {"legs": 4, ORIGIN: B}
    assert lists_of(value_set) == (B,)


def test_what_is_amiss_is_found():
    rules = (
        Selection(id="some", list=B, op="code", values=("dog", "unicorn")),
        Selection(id="all", list="code-list/t/birds"),
        Selection(id="flat", list=B, op="property", property="legs", values=("100",)),
    )
    expansion = expansion_of(ValueSet(title={}, members=rules), LISTS.__getitem__)

    assert [(f.rule, f.severity, f.path, f.value) for f in expansion.findings] == [
        ("code-not-in-list", "error", "some/values", "unicorn"),
        ("nothing-chosen", "warning", "flat/values", "100"),
        ("code-in-two-lists", "error", "dog", "dog"),
    ]
    assert all(f.message.keys() == {"vi", "en"} for f in expansion.findings)
    assert expansion.code_list.members[0].properties["legs"] == 4


def test_a_value_set_is_compiled_and_asked_like_a_list(tmp_path):
    rules = (Selection(id="1", list=B, op="is-a", values=("land",)),)
    body = expand(ValueSet(title={"vi": "x"}, members=rules), LISTS.__getitem__)
    compile_release("0" * 64, body, tmp_path / "set.sqlite")
    lexicon = open_lexicon(tmp_path / "set.sqlite")

    assert tuple(lexicon.concepts()) == body.members
    assert lexicon.subsumes("land", "pup")
    assert not lexicon.has("whale")
    assert lexicon.header == replace(body, members=())
    lexicon.close()


def test_lists_from_a_file_and_from_memory_expand_alike(tmp_path):
    compile_release(
        "0" * 64, replace(BEASTS.header, members=BEASTS.members), tmp_path / "b.sqlite"
    )
    lexicon = open_lexicon(tmp_path / "b.sqlite")
    rules = (
        Selection(id="1", list=B, op="is-a", values=("root",)),
        Selection(id="2", action="exclude", list=B, op="property", property="legs", values=("0",)),
    )
    value_set = ValueSet(title={}, members=rules)

    assert expansion_of(value_set, {B: lexicon}.__getitem__) == expansion_of(
        value_set, LISTS.__getitem__
    )
    lexicon.close()
