"""What every lexicon shares: the shape of a list, the words it is found by, the days it holds."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.core.errors import BadDocument, BroaderCycle
from catalog.core.hierarchy import ROOT, Hierarchy, is_code
from catalog.core.lexicon_memory import MemoryLexicon
from catalog.core.model import CodeList, Concept
from catalog.core.terminology import (
    MOST_WORDS,
    asked_words,
    closure,
    text_of,
    usable_on,
    words_of,
)


def listed(*links: tuple[str, str]) -> list[Concept]:
    return [Concept(code=code, display={}, parents=tuple(parents)) for code, parents in links]


def test_the_closure_is_every_ancestor():
    broader = {"a": frozenset(), "b": frozenset("a"), "c": frozenset("ab"), "d": frozenset("c")}

    assert closure(broader) == {"a": set(), "b": {"a"}, "c": {"a", "b"}, "d": {"a", "b", "c"}}


def test_a_circle_has_no_closure():
    with pytest.raises(BroaderCycle):
        closure({"a": frozenset("b"), "b": frozenset("a")})


def test_places_count_from_one_and_roots_are_below_the_root():
    hierarchy = Hierarchy(listed(("c", "ab"), ("a", ""), ("b", "a")))

    assert hierarchy.place == {"c": 1, "a": 2, "b": 3}
    assert hierarchy.above == [(), (2, 3), (), (2,)]
    assert hierarchy.below == {ROOT: [2], 2: [1, 3], 3: [1]}
    assert hierarchy.ancestors(1) == {2, 3}
    assert hierarchy.descendants(2) == {1, 3}


def test_a_parent_that_is_named_twice_counts_once():
    assert Hierarchy(listed(("a", ""), ("b", "aa"))).above == [(), (), (1,)]


@pytest.mark.parametrize(
    ("links", "circle"),
    [
        ([("a", "a")], ("a", "a")),
        ([("a", ""), ("b", "ac"), ("c", "b"), ("d", "c")], ("b", "c", "b")),
        ([("x", "y"), ("y", "z"), ("z", "x")], ("x", "y", "z", "x")),
    ],
)
def test_a_circle_is_named_with_its_codes_in_order(links, circle):
    with pytest.raises(BroaderCycle) as refused:
        Hierarchy(listed(*links))

    assert refused.value == BroaderCycle(circle)


def test_a_chain_may_be_longer_than_the_stack_is_deep():
    links = [Concept(code=str(n), display={}, parents=(str(n + 1),)) for n in range(5000)]
    lexicon = MemoryLexicon(CodeList(title={}, members=(*links, Concept(code="5000", display={}))))

    assert lexicon.subsumes("5000", "0")
    assert len(lexicon.ancestors("0")) == 5000


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=12))
def test_circles_are_found_exactly_when_the_closure_finds_one(links):
    broader = {str(n): frozenset(str(b) for a, b in links if a == n) for n in range(8)}
    concepts = listed(*((code, sorted(parents)) for code, parents in broader.items()))
    try:
        above = closure(broader)
    except BroaderCycle:
        with pytest.raises(BroaderCycle) as refused:
            Hierarchy(concepts)
        codes = refused.value.codes
        assert codes[0] == codes[-1]
        assert all(b in broader[a] for a, b in pairwise(codes))
    else:
        hierarchy = Hierarchy(concepts)
        for code, place in hierarchy.place.items():
            assert {concepts[at - 1].code for at in hierarchy.ancestors(place)} == above[code]


@pytest.mark.parametrize(
    "members", [listed(("", "")), listed(("a", ""), ("a", "")), listed(("a", "b"))]
)
def test_what_is_no_list_of_codes_is_refused(members):
    with pytest.raises(BadDocument):
        MemoryLexicon(CodeList(title={}, members=tuple(members)))


@pytest.mark.parametrize(
    ("text", "answer"),
    [("", False), ("A00", True), (" ", True), ("đ", True), ("\U0001f40b", True),
     ("a\0", False), ("đ\0", False), ("\udcff", False)],
)  # fmt: skip
def test_a_code_is_any_text_without_nothing_in_it(text, answer):
    assert is_code(text) is answer


def test_a_concept_is_found_by_the_words_of_its_codes_and_names():
    concept = Concept(
        code="E11.9",
        display={"vi": "Đái tháo đường", "en": "Diabetes"},
        synonyms={"vi": ("Tiểu đường",)},
        aliases=("E119",),
        definition={"vi": "không tìm trong này"},
    )

    assert words_of(concept) == (
        "e11", "9", "e119", "dai", "thao", "duong", "diabetes", "tieu",
    )  # fmt: skip


def test_a_question_is_folded_each_word_once_and_bounded():
    assert asked_words("Đường  ĐƯỜNG, phố") == ("duong", "pho")
    assert len(asked_words(" ".join(map(str, range(1000))))) == MOST_WORDS


@pytest.mark.parametrize(
    ("value", "texts"),
    [(True, ("true",)), (False, ("false",)), (1, ("1",)), (-7, ("-7",)), ("x", ("x",)), ([], ())],
)
def test_values_are_compared_as_text(value, texts):
    assert text_of(value) == texts


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ({}, True),
        ({"retired": True}, False),
        ({"selectable": False}, False),
        ({"valid_from": "2025-03-01"}, True),
        ({"valid_from": "2025-03-02"}, False),
        ({"valid_to": "2025-03-01"}, False),
        ({"valid_to": "2025-03-02"}, True),
    ],
)
def test_a_record_may_carry_a_concept_on_the_days_the_issuer_states(facts, answer):
    assert usable_on(Concept(code="a", display={}, **facts), date(2025, 3, 1)) is answer
