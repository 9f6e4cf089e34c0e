"""Both lexicons answer alike: what one says from memory, the other says from a file."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from catalog.core.document import canonical
from catalog.core.lexicon_memory import MemoryLexicon
from catalog.core.model import CodeList, Concept, PropertyType
from catalog.core.terminology import Filter, Lexicon, closure, usable_on
from catalog.formats.release_file import compile_release, open_lexicon

DAY = date(2025, 3, 1)

ANIMALS = CodeList(
    title={"vi": "Động vật", "en": "Animals"},
    levels=("class", "kind"),
    property_types=(
        PropertyType(name="legs", type="integer"),
        PropertyType(name="wild", type="boolean"),
        PropertyType(name="food", type="codes"),
        PropertyType(name="group", type="code"),
    ),
    members=(
        Concept(code="Z", display={"vi": "Thú", "en": "Mammal"}, selectable=False, level="class"),
        Concept(code="W", display={"vi": "Loài ở nước", "en": "Water dweller"}, selectable=False),
        Concept(
            code="C",
            display={"vi": "Cá heo", "en": "Dolphin"},
            parents=("W", "Z"),
            properties={"legs": 0, "wild": True, "food": ["fish", "squid"], "group": "sea"},
        ),
        Concept(
            code="C.01",
            display={"vi": "Cá heo trắng đầu tròn", "en": "Beluga"},
            synonyms={"vi": ("Bạch kình",), "en": ("White whale",)},
            aliases=("C01", "c-01"),
            parents=("C",),
            valid_from="2025-03-01",
            properties={"legs": 0, "wild": True, "food": ["fish"]},
        ),
        Concept(
            code="D",
            display={"vi": "Chó", "en": "Dog"},
            aliases=("C01", "dog"),
            parents=("Z",),
            properties={"legs": 4, "wild": False, "food": []},
        ),
        Concept(
            code="007",
            display={"vi": "Đười ươi", "en": "Orangutan"},
            parents=("Z",),
            valid_to="2025-03-01",
            properties={"legs": 2, "wild": True},
        ),
        Concept(
            code="7",
            display={"vi": "Voi ma mút", "en": "Mammoth"},
            parents=("Z",),
            retired=True,
            replaced_by=("D",),
        ),
    ),
)

STRANGE = (
    *("a b", " a", "a ", "a'b", 'a"b', "100%", "a_b", "*", "-", "--", "a;b", "a\nb", "a\tb"),
    *("đ", "Đ", "d", "é", "e\u0301", "\U0001f40b", "A", "a", "01", "1", "1.0", "true", "x" * 300),
)


@pytest.fixture(params=["memory", "file"])
def make(request, tmp_path) -> Iterator:
    opened = []

    def from_file(code_list: CodeList) -> Lexicon:
        path = tmp_path / f"{len(opened)}.sqlite"
        compile_release("0" * 64, code_list, path)
        opened.append(open_lexicon(path))
        return opened[-1]

    yield MemoryLexicon if request.param == "memory" else from_file
    for lexicon in opened:
        lexicon.close()


@pytest.fixture
def animals(make) -> Lexicon:
    return make(ANIMALS)


def codes(lexicon: Lexicon, **wanted) -> list[str]:
    return [concept.code for concept in lexicon.find(Filter(**wanted), limit=1000).concepts]


def test_a_code_is_found_with_everything_it_says(animals):
    assert animals.size == 7
    assert animals.lookup("C.01") == ANIMALS.members[3]
    assert animals.fragment("C.01") == canonical(ANIMALS.members[3])
    assert animals.has("7")
    assert animals.header == CodeList(
        title=ANIMALS.title, levels=ANIMALS.levels, property_types=ANIMALS.property_types
    )


@pytest.mark.parametrize(
    "code", ["", "c", "z", "C01", "07", "nowhere", "a\0b", "\ud800", "x" * 99]
)
def test_a_code_that_is_not_there_gives_nothing(animals, code):
    assert animals.lookup(code) is None
    assert animals.fragment(code) is None
    assert not animals.has(code)
    assert not animals.usable(code, DAY)
    assert animals.parents(code) == ()
    assert animals.ancestors(code) == frozenset()
    assert not animals.subsumes(code, code)
    assert not animals.subsumes("Z", code)
    assert not animals.subsumes(code, "Z")
    if code:
        assert animals.children(code) == ()
        assert animals.find(Filter(parent=code)).total == 0
        assert animals.find(Filter(below=code)).total == 0


@pytest.mark.parametrize(
    ("text", "code"),
    [("C.01", "C.01"), ("c-01", "C.01"), ("C01", "C.01"), ("dog", "D"), ("7", "7"), ("Dog", None)],
)
def test_a_text_names_its_code_or_the_first_with_such_an_alias(animals, text, code):
    assert animals.resolve(text) == code


def test_a_code_wins_over_an_alias_that_looks_like_it(make):
    lexicon = make(
        CodeList(
            title={},
            members=(
                Concept(code="A1", display={"vi": "một"}, aliases=("A2",)),
                Concept(code="A2", display={"vi": "hai"}),
            ),
        )
    )

    assert lexicon.resolve("A2") == "A2"


def test_the_hierarchy_is_walked_both_ways_in_order(animals):
    assert animals.children("") == ("Z", "W")
    assert animals.children("Z") == ("C", "D", "007", "7")
    assert animals.parents("C") == ("W", "Z")
    assert animals.parents("Z") == ()
    assert animals.ancestors("C.01") == {"C", "W", "Z"}


@pytest.mark.parametrize(
    ("broader", "narrower", "answer"),
    [("Z", "C.01", True), ("W", "C.01", True), ("C", "C", True), ("C.01", "C", False),
     ("W", "D", False)],
)  # fmt: skip
def test_subsumption_follows_every_parent(animals, broader, narrower, answer):
    assert animals.subsumes(broader, narrower) is answer


@pytest.mark.parametrize(
    ("code", "day", "answer"),
    [("C", "2025-03-01", True), ("Z", "2025-03-01", False), ("7", "2025-03-01", False),
     ("C.01", "2025-02-28", False), ("C.01", "2025-03-01", True),
     ("007", "2025-02-28", True), ("007", "2025-03-01", False)],
)  # fmt: skip
def test_a_record_may_carry_what_is_selectable_and_valid_on_its_day(animals, code, day, answer):
    assert animals.usable(code, date.fromisoformat(day)) is answer


@pytest.mark.parametrize(
    ("wanted", "answer"),
    [
        ({}, ["Z", "W", "C", "C.01", "D", "007", "7"]),
        ({"retired": False}, ["Z", "W", "C", "C.01", "D", "007"]),
        ({"valid_on": date(2025, 2, 28)}, ["Z", "W", "C", "D", "007"]),
        ({"valid_on": date(2025, 3, 1)}, ["Z", "W", "C", "C.01", "D"]),
        ({"roots": True}, ["Z", "W"]),
        ({"parent": "Z"}, ["C", "D", "007", "7"]),
        ({"parent": "Z", "retired": False}, ["C", "D", "007"]),
        ({"parent": "Z", "roots": True}, []),
        ({"below": "W"}, ["C", "C.01"]),
        ({"below": "Z", "parent": "C"}, ["C.01"]),
        ({"properties": {"legs": 0}}, ["C", "C.01"]),
        ({"properties": {"legs": "0"}}, ["C", "C.01"]),
        ({"properties": {"wild": True}}, ["C", "C.01", "007"]),
        ({"properties": {"wild": "true", "legs": 2}}, ["007"]),
        ({"properties": {"wild": 1}}, []),
        ({"properties": {"food": "fish"}}, ["C", "C.01"]),
        ({"properties": {"food": ["squid", "fish"]}}, ["C"]),
        ({"properties": {"food": []}}, ["Z", "W", "C", "C.01", "D", "007", "7"]),
        ({"properties": {"group": "sea"}}, ["C"]),
        ({"properties": {"colour": "blue"}}, []),
        ({"properties": {"group": "\ud800"}}, []),
        ({"text": "ca heo"}, ["C", "C.01"]),
        ({"text": "Cá heo"}, ["C", "C.01"]),
        ({"text": "HEO ca"}, ["C", "C.01"]),
        ({"text": "ca\u0301"}, ["C", "C.01"]),
        ({"text": "he"}, ["C", "C.01"]),
        ({"text": "eo"}, []),
        ({"text": "duoi"}, ["007"]),
        ({"text": "đười ươi"}, ["007"]),
        ({"text": "mam"}, ["Z", "7"]),
        ({"text": "bạch"}, ["C.01"]),
        ({"text": "white whale"}, ["C.01"]),
        ({"text": "c01"}, ["C.01", "D"]),
        ({"text": "C.01"}, ["C.01"]),
        ({"text": "  "}, ["Z", "W", "C", "C.01", "D", "007", "7"]),
        ({"text": '"*" -'}, ["Z", "W", "C", "C.01", "D", "007", "7"]),
        ({"text": 'heo" OR "dog'}, []),
        ({"text": "heo NOT trang"}, []),
        ({"text": "\ud800 heo"}, ["C", "C.01"]),
        ({"text": "heo", "below": "C", "properties": {"wild": True}}, ["C.01"]),
        ({"text": "heo", "properties": {"food": "squid"}, "valid_on": DAY}, ["C"]),
        ({"text": "a b c d e f g h i j k l m n o p q r s t u v w x y z " * 50}, []),
    ],
)  # fmt: skip
def test_a_filter_finds_in_the_order_of_the_list(animals, wanted, answer):
    assert codes(animals, **wanted) == answer
    assert animals.find(Filter(**wanted), limit=1).total == len(answer)


@pytest.mark.parametrize(
    "wanted", [{}, {"text": "m"}, {"below": "Z"}, {"properties": {"legs": 0}}]
)
def test_pages_come_one_after_the_other_and_know_the_total(animals, wanted):
    whole = codes(animals, **wanted)
    seen: list[str] = []
    after: int | None = 0
    while after is not None:
        page = animals.find(Filter(**wanted), after=after, limit=2)
        assert page.total == len(whole)
        assert 1 <= len(page.concepts) <= 2
        seen += [concept.code for concept in page.concepts]
        after = page.next

    assert seen == whole


def test_a_page_of_nothing_still_knows_the_total(animals):
    page = animals.find(Filter(below="Z"), limit=0)

    assert (page.concepts, page.total, page.next) == ((), 5, 0)
    assert animals.find(Filter(), after=7).concepts == ()
    assert animals.find(Filter(), after=10**30).concepts == ()
    assert animals.find(Filter(), limit=-5).concepts == ()
    assert len(animals.find(Filter(), limit=10**30).concepts) == 7


def test_all_concepts_are_streamed_in_order(make):
    many = tuple(Concept(code=str(9999 - n), display={"vi": f"số {n}"}) for n in range(1203))

    assert tuple(make(CodeList(title={}, members=many)).concepts()) == many


def test_strange_codes_are_kept_as_they_are(make):
    members = tuple(
        Concept(code=code, display={"vi": "lạ"}, parents=STRANGE[:n][-1:], aliases=(f"={code}",))
        for n, code in enumerate(STRANGE)
    )
    lexicon = make(CodeList(title={}, members=members))

    assert [concept.code for concept in lexicon.concepts()] == list(STRANGE)
    for n, code in enumerate(STRANGE):
        assert lexicon.lookup(code) == members[n]
        assert lexicon.resolve(f"={code}") == code
        assert lexicon.parents(code) == STRANGE[:n][-1:]
        assert lexicon.ancestors(code) == set(STRANGE[:n])
        assert lexicon.subsumes(STRANGE[0], code)


def test_an_empty_list_can_be_asked_too(make):
    lexicon = make(CodeList(title={"vi": "Trống"}))

    assert lexicon.size == 0
    assert not lexicon.has("")
    assert lexicon.find(Filter(text="a")).total == 0
    assert list(lexicon.concepts()) == []
    assert lexicon.children("") == ()


# -- generated lists, against answers worked out in another way --------------------------------

WORD = st.sampled_from(["đau", "đầu", "dau", "hoà", "hòa", "Ho", "ho", "tim", "ti"])
NAME = st.lists(WORD, min_size=1, max_size=3).map(" ".join)
DAYS = st.sampled_from(["", "2025-01-01", "2025-03-01", "2025-06-01"])


@st.composite
def code_lists(draw) -> CodeList:
    names = draw(st.lists(st.sampled_from(STRANGE), unique=True, max_size=12))
    members = []
    for at, code in enumerate(names):
        above = (
            st.lists(st.sampled_from(names[:at]), unique=True, max_size=3) if at else st.just([])
        )
        properties = draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "n": st.integers(-2, 2),
                    "b": st.booleans(),
                    "t": st.sampled_from(["", "1", "true", "x"]),
                    "l": st.lists(st.sampled_from(["x", "y", "y"]), max_size=3),
                },
            )
        )
        members.append(
            Concept(
                code=code,
                display={"vi": draw(NAME)},
                synonyms={"en": tuple(draw(st.lists(NAME, max_size=1)))},
                aliases=tuple(draw(st.lists(st.sampled_from(["p", "q", "a"]), max_size=2))),
                parents=tuple(draw(above)),
                selectable=draw(st.booleans()),
                retired=draw(st.booleans()),
                valid_from=draw(DAYS),
                valid_to=draw(DAYS),
                properties=properties,
            )
        )
    order = draw(st.permutations(members))
    return CodeList(title={"vi": "Danh mục"}, members=tuple(order))


FILTERS = st.builds(
    Filter,
    text=st.sampled_from(["", "", "d", "dau", "hoa t", "Đầu", "x", "1"]),
    parent=st.sampled_from(["", "", "", *STRANGE]),
    roots=st.sampled_from([False, False, True]),
    below=st.sampled_from(["", "", "", *STRANGE]),
    properties=st.dictionaries(
        st.sampled_from(["n", "b", "t", "l"]),
        st.sampled_from([0, 1, -1, True, False, "1", "true", "x", "", ["x", "y"], ["y", "y"]]),
        max_size=2,
    ),
    valid_on=st.sampled_from([None, None, date(2025, 2, 1), date(2025, 3, 1), date(2026, 1, 1)]),
    retired=st.booleans(),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=code_lists(), wanted=FILTERS, after=st.integers(-1, 13), limit=st.integers(0, 5))
@example(body=ANIMALS, wanted=Filter(text="m", valid_on=DAY), after=1, limit=1)
def test_memory_and_file_never_differ(tmp_path: Path, body, wanted, after, limit):
    path = tmp_path / "list.sqlite"
    compile_release("0" * 64, body, path)
    memory, file = MemoryLexicon(body), open_lexicon(path)
    try:
        assert file.find(wanted, after=after, limit=limit) == memory.find(
            wanted, after=after, limit=limit
        )
        for code in (*STRANGE, "p", "q", ""):
            assert file.lookup(code) == memory.lookup(code)
            assert file.fragment(code) == memory.fragment(code)
            assert file.has(code) == memory.has(code)
            assert file.resolve(code) == memory.resolve(code)
            assert file.children(code) == memory.children(code)
            assert file.parents(code) == memory.parents(code)
            assert file.ancestors(code) == memory.ancestors(code)
            assert file.usable(code, DAY) == memory.usable(code, DAY)
    finally:
        file.close()


@settings(max_examples=60, deadline=None)
@given(body=code_lists())
def test_ancestors_and_subsumption_agree_with_the_closure(body):
    lexicon = MemoryLexicon(body)
    above = closure({c.code: frozenset(c.parents) for c in body.members})

    assert {code: lexicon.ancestors(code) for code in above} == above
    for narrower in above:
        for broader in above:
            answer = broader == narrower or broader in above[narrower]
            assert lexicon.subsumes(broader, narrower) == answer
        concept = lexicon.lookup(narrower)
        assert lexicon.usable(narrower, DAY) == usable_on(concept, DAY)
