import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.core.text import fold, fold_with_places, in_language, nfc, tidy

SYLLABLES = (
    "hoà hòa thuý thúy đái tháo đường ĐƯỜNG phổi xương nghiêng Nguyễn khuỷu quỳ giặt ưỡn "
    "ngoằn ngoèo ậu ặt ễ ỡ ữ Ðặng týp"
)
vietnamese = st.lists(st.sampled_from(SYLLABLES.split()), max_size=5).map(" ".join)


@given(vietnamese)
@settings(max_examples=60, deadline=None)
def test_composed_decomposed_capital_and_bare_writings_meet(text):
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    bare = bare.replace("đ", "d").replace("Đ", "D").replace("Ð", "D")

    for other in (
        unicodedata.normalize("NFD", text),
        unicodedata.normalize("NFC", text),
        text.upper(),
        text.lower(),
        text.title(),
        bare,
        f"  {text.replace(' ', '  ')}\n",
        text.replace(" ", "-"),
    ):
        assert fold(other) == fold(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hoà", "hòa"),
        ("thuý", "thúy"),
        ("khoẻ", "khỏe"),
        ("Đ", "đ"),
        ("đ", "d"),
        ("Ð", "đ"),
        ("ﬁ", "fi"),
        ("Ⅱ", "ii"),
        ("ＡＢ", "ab"),
        ("bệnh\u200b án", "benh an"),
        ("bệ\u00adnh", "benh"),
        ("ı", "i"),
        ("ß", "ss"),
    ],
)
def test_habits_of_writing_meet(one, other):
    assert fold(one) == fold(other)


@given(st.text(max_size=12) | vietnamese)
@settings(max_examples=300, deadline=None)
def test_folding_twice_is_folding_once(text):
    folded = fold(text)

    assert fold(folded) == folded
    assert fold(nfc(text)) == folded
    assert fold(unicodedata.normalize("NFD", text)) == folded
    assert folded == folded.strip()
    assert "  " not in folded


@given(
    st.text(max_size=12) | vietnamese | vietnamese.map(lambda t: unicodedata.normalize("NFD", t))
)
@settings(max_examples=300, deadline=None)
def test_every_folded_letter_knows_where_it_stood(text):
    folded, places = fold_with_places(text)

    assert folded == fold(text)
    assert len(places) == len(folded)
    for letter, (start, end) in zip(folded, places, strict=True):
        assert 0 <= start < end <= len(text)
        assert letter == " " or letter in fold(text[start:end])
    assert [start for start, _ in places] == sorted(start for start, _ in places)


def test_places_lead_back_to_the_accented_word():
    text = "Bệnh  Đái tháo đường"
    folded, places = fold_with_places(text)
    start = folded.index("dai thao")

    assert text[places[start][0] : places[start + 7][1]] == "Đái tháo"
    assert places[4] == (4, 6)


def test_decomposed_marks_belong_to_their_letter():
    folded, places = fold_with_places("e\u0323\u0302n")

    assert (folded, places) == ("en", [(0, 3), (3, 4)])


def test_every_single_letter_there_is_folds_the_same_way_everywhere():
    for number in range(0, sys.maxunicode, 29):
        if 0xD800 <= number < 0xE000:
            continue
        letter = chr(number)
        folded = fold(letter)
        assert fold(folded) == folded == fold_with_places(letter)[0]


def test_words_are_tidied_and_chosen_by_language():
    assert tidy("  Be\u0323\u0302nh\n ta\u0309 ") == "Bệnh tả"
    assert in_language({"vi": "", "en": "x"}, "vi") == "x"
    assert in_language({"fr": "y"}, "vi") == "y"
    assert in_language({}, "vi") == ""
