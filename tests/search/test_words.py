"""Keys of what is typed, edits between words, and places in names."""

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from catalog.core.text import fold, fold_with_places
from catalog.search.marking import joined, marks_in, placed_words
from catalog.search.words import (
    LONGEST_TEXT,
    MOST_WORDS,
    asked,
    bare_code,
    code_words,
    distance,
    edits_allowed,
    folded_name,
    is_near,
    spoken_name,
    starts_of,
    written_code,
)
from tests.search.samples import icd10

NONE = frozenset()
LETTERS = st.text("abcde", max_size=9)


@settings(deadline=None)
@given(st.text(max_size=60))
@example("Đái tháo đường týp II — hoà/hòa")
@example("½ ㎏ ﬁ ͺ ß İ ı")
@example("x\u0323\u0301y đ\u0323")
def test_a_name_folds_word_by_word_as_it_does_whole(text):
    assert folded_name(text) == fold(text)


def test_real_names_fold_word_by_word_as_they_do_whole():
    for document in icd10():
        for name in document.title.values():
            assert folded_name(name) == fold(name[:LONGEST_TEXT])


@settings(deadline=None)
@given(st.text(max_size=60))
@example("hòa (½) ﬁn\u0301 Đ")
def test_placed_words_agree_with_the_folding_of_the_whole(text):
    folded, places = fold_with_places(text)
    words = list(placed_words(text))

    assert " ".join(word for word, _ in words) == folded
    spaced = [place for i, place in enumerate(places) if folded[i] != " "]
    assert [place for _, letters in words for place in letters] == spaced


@pytest.mark.parametrize(
    ("left", "right"),
    [("hoà", "hòa"), ("thuý", "thúy"), ("Đường", "ĐƯỜNG"), ("bệnh  tả", "Bệnh, tả")],
)
def test_names_that_sound_the_same_are_the_same(left, right):
    assert spoken_name(left) == spoken_name(right)
    assert spoken_name(unicodedata.normalize("NFD", left)) == spoken_name(right)


@pytest.mark.parametrize(
    ("left", "right"), [("tả", "tạ"), ("đa", "da"), ("mơ", "mô"), ("tả", "ta"), ("bẩn", "bân")]
)
def test_names_with_other_marks_are_other_names(left, right):
    assert spoken_name(left) != spoken_name(right)
    assert folded_name(left) == folded_name(right)


def test_codes_have_a_written_and_a_bare_form():
    assert (written_code("E11.9†"), bare_code("E11.9†")) == ("e11.9†", "e119")
    assert (written_code("01. 0001"), bare_code("01. 0001")) == ("01.0001", "010001")
    assert bare_code("+") == ""


def test_long_numbers_and_codes_in_one_piece_are_no_words():
    assert list(code_words("K359")) == []
    assert list(code_words("79.0012345.12")) == ["79", "12"]


def test_a_name_is_found_by_its_first_words():
    assert list(starts_of("a b c d e")) == ["1_a", "2_a_b", "3_a_b_c"]


def test_what_is_typed_is_cut_to_what_counts():
    long = asked(" ".join(f"w{number}" for number in range(100)))

    assert len(long.text) == LONGEST_TEXT
    assert len(long.words) == MOST_WORDS
    assert len(long.later) == MOST_WORDS
    assert not long.unfinished


@pytest.mark.parametrize(
    ("text", "words", "unfinished"),
    [
        ("dai tha", ("dai", "tha"), True),
        ("dai tha ", ("dai", "tha"), False),
        ("dai tha.", ("dai", "tha"), False),
        ("benh be benh", ("benh", "be"), False),
        ("benh ben", ("benh", "ben"), True),
        ("e\u0301", ("e",), True),
        ("", (), False),
        ("()", (), False),
    ],
)
def test_the_last_word_is_unfinished_while_nothing_follows_it(text, words, unfinished):
    found = asked(text)

    assert (found.words, found.unfinished) == (words, unfinished)


def test_longer_words_may_have_more_letters_wrong_and_codes_none():
    words = ["", "ab", "abc", "abcdefg", "abcdefgh", "e11", "covid19"]

    assert [edits_allowed(word) for word in words] == [0, 0, 1, 1, 2, 0, 0]


def slow_distance(left, right):
    """Optimal string alignment by its definition, over all beginnings."""
    if not left or not right:
        return len(left) + len(right)
    options = [
        slow_distance(left[:-1], right) + 1,
        slow_distance(left, right[:-1]) + 1,
        slow_distance(left[:-1], right[:-1]) + (left[-1] != right[-1]),
    ]
    if len(left) > 1 and len(right) > 1 and left[-2:] == right[-2:][::-1]:
        options.append(slow_distance(left[:-2], right[:-2]) + 1)
    return min(options)


@settings(deadline=None, max_examples=60)
@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_the_distance_is_what_its_definition_says(left, right):
    assert distance(left, right) == slow_distance(left, right)


@settings(deadline=None)
@given(LETTERS, LETTERS, st.integers(0, 2))
def test_near_words_are_those_within_the_distance(left, right, edits):
    assert is_near(left, right, edits) == (distance(left, right) <= edits)


@pytest.mark.parametrize(
    ("title", "text", "nearly", "parts"),
    [
        ("Bệnh tả", "benh ta", NONE, ["Bệnh", "tả"]),
        ("Đái tháo đường", "dai thao du", NONE, ["Đái", "tháo", "đư"]),
        ("Đái-tháo đường", "thao", NONE, ["tháo"]),
        ("Tả, tả, tá", "tả", NONE, ["Tả", "tả", "tá"]),
        ("Viêm phổi", "vien", frozenset({"vien"}), ["Viêm"]),
        ("Viêm phổi", "vien", NONE, []),
        ("Nhiễm khuẩn huyết", "khaun", frozenset({"khaun"}), ["khuẩn"]),
        ("Diabetes mellitus", "diabte", frozenset({"diabte"}), ["Diabe"]),
        ("Diabetes mellitus", "dibetes", frozenset({"dibetes"}), ["Diabetes"]),
        ("Diabetes mellitus", "diaxet", frozenset({"diaxet"}), ["Diabet"]),
        (unicodedata.normalize("NFD", "Bệnh tả"), "ta", NONE, ["tả"]),
        ("", "ta", NONE, []),
    ],
)
def test_marks_stand_on_the_accented_letters(title, text, nearly, parts):
    places = marks_in(title, asked(text), nearly=nearly)

    assert [unicodedata.normalize("NFC", title[a:b]) for a, b in places] == parts


def test_places_that_overlap_are_one():
    assert joined([(4, 6), (0, 2), (1, 3), (6, 7)]) == ((0, 3), (4, 7))
