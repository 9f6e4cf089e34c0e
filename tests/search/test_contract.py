"""What every finder promises; each test runs on the embedded one and on the one in memory."""

import random
import unicodedata

import pytest

from catalog.actions.ports import SearchQuery
from catalog.core.text import fold
from catalog.search.embedded import TantivyFinder
from catalog.search.memory import MemoryFinder
from tests.search.samples import CLAIM, DECISION, DISEASES, DOCUMENTS, SEX, artefact, member


@pytest.fixture(scope="module", params=["embedded", "memory"])
def shared(request, tmp_path_factory):
    """A finder that tests only ask."""
    finder = made(request.param, tmp_path_factory.mktemp("index"))
    finder.rebuild(DOCUMENTS)
    return finder


@pytest.fixture(params=["embedded", "memory"])
def finder(request, tmp_path):
    """A finder of one's own."""
    finder = made(request.param, tmp_path)
    finder.rebuild(DOCUMENTS)
    return finder


def made(name, path):
    return TantivyFinder(path) if name == "embedded" else MemoryFinder()


def codes(finder, text, **others):
    return [hit.code or hit.key for hit in finder.find(SearchQuery(text=text, **others)).hits]


def marked(hit, language="vi"):
    title = hit.title[language]
    return [title[start:end] for start, end in hit.highlight]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("E11.9", "E11.9"),
        ("e11.9", "E11.9"),
        ("E119", "E11.9"),
        ("e119", "E11.9"),
        (" E11.9 ", "E11.9"),
        ("E 11 9", "E11.9"),
        ("E11", "E11"),
        ("A001", "A00.1"),
        ("1", "1"),
        ("ta", "TA"),
        ("MA_THE_BHYT", "MA_THE_BHYT"),
        ("ma the bhyt", "MA_THE_BHYT"),
        ("mathebhyt", "MA_THE_BHYT"),
        ("xml1", CLAIM),
        ("1/QĐ-BYT", DECISION),
        ("1/qd-byt", DECISION),
    ],
)
def test_an_exact_code_comes_first_however_it_is_written(shared, text, code):
    assert codes(shared, text)[0] == code


def test_a_code_being_typed_lists_codes_in_their_order(shared):
    assert codes(shared, "A0") == ["A00", "A00.1"]
    assert codes(shared, "e1")[:2] == ["E11", "E11.9"]


def test_another_code_is_not_a_misspelt_one(shared):
    assert codes(shared, "E21.9") == []


def test_the_exact_accented_name_comes_before_the_same_letters_with_other_marks(shared):
    assert codes(shared, "Tạ")[0] == "L20"
    assert codes(shared, "Bệnh tả")[:2] == ["A00", "A00.1"]


def test_an_accented_word_prefers_the_names_that_have_it_so(finder):
    finder.index([member(SEX, "7", "Tạ tay"), member(SEX, "8", "Quả tả ở xa")], replace=())

    found = codes(finder, "tả")

    assert found.index("8") < found.index("7")


def test_the_exact_name_without_accents_comes_before_longer_names(shared):
    assert codes(shared, "benh ta")[:2] == ["A00", "A00.1"]
    assert codes(shared, "hen", retired=False)[0] == "J46"
    assert codes(shared, "hen")[0] == "J45"


def test_the_english_name_is_found_whatever_language_is_shown(shared):
    for language in ("vi", "en"):
        assert codes(shared, "cholera", language=language)[0] == "A00"


@pytest.mark.parametrize("document", [d for d in DOCUMENTS if d.code], ids=lambda d: d.code)
def test_every_query_without_accents_finds_what_it_finds_with_them(shared, document):
    name = document.title["vi"]
    for size in range(1, len(name) + 1):
        text = name[:size]
        bare = fold(text) + (" " if text[-1] in " ," else "")
        accented = shared.find(SearchQuery(text=text, limit=100))
        plain = shared.find(SearchQuery(text=bare, limit=100))

        assert {(h.key, h.code) for h in plain.hits} == {(h.key, h.code) for h in accented.hits}
        assert plain.facets == accented.facets


@pytest.mark.parametrize("text", ["dai thao duong", "đai thao dương", "ĐÁI THÁO ĐƯỜNG"])
def test_d_and_crossed_d_meet(shared, text):
    assert set(codes(shared, text)) == {"E11", "E11.9"}


@pytest.mark.parametrize(
    ("text", "code"),
    [("hòa hoãn", "M00"), ("hoà hoãn", "M00"), ("thủy đậu", "Q01"), ("thuỷ đậu", "Q01")],
)
def test_both_habits_of_placing_a_tone_are_the_same_name(shared, text, code):
    assert codes(shared, text)[0] == code


def test_decomposed_letters_are_the_same_letters(shared):
    for text in ("Đái tháo đường", "bệnh tả", "thuỷ"):
        decomposed = unicodedata.normalize("NFD", text)

        assert codes(shared, decomposed) == codes(shared, text)


def test_the_last_word_may_be_unfinished(shared):
    name = "dai thao duong typ 2"
    for size in range(1, len(name) + 1):
        assert "E11" in codes(shared, name[:size])


def test_a_word_that_is_parted_from_what_follows_is_finished(shared):
    assert set(codes(shared, "dai tha")) == {"E11", "E11.9"}
    assert "E11" not in codes(shared, "dai du ")


def test_all_words_are_required_in_any_order(shared):
    assert codes(shared, "duong dai thao khong bien") == ["E11.9"]
    assert codes(shared, "cholera duong") == []


def test_words_may_come_from_the_code_and_from_both_languages(shared):
    assert codes(shared, "e11 diabetes khong") == ["E11.9"]


def test_a_synonym_and_a_note_find_too_and_the_hit_says_which_name_it_was(shared):
    found = shared.find(SearchQuery(text="tieu duong"))

    assert [(hit.code, hit.matched) for hit in found.hits] == [("E11.9", "tiểu đường")]
    assert codes(shared, "can thi") == ["H52"]


def test_a_hit_says_the_other_language_when_the_shown_title_does_not_have_the_words(shared):
    hit = shared.find(SearchQuery(text="varicella")).hits[0]

    assert (hit.highlight, hit.matched) == ((), "Varicella")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("diabtes", "E11"),
        ("diabetees", "E11"),
        ("dibaetes", "E11"),
        ("arthrites", "M00"),
        ("khuc xaj", "H52"),
        ("chloera", "A00"),
        ("tho duong dai", "E11"),
        ("insurence crad", "MA_THE_BHYT"),
    ],
)
def test_a_typo_still_finds(shared, text, code):
    assert code in codes(shared, text)


@pytest.mark.parametrize(
    ("text", "code", "parts"),
    [
        ("thao duong", "E11", ["tháo", "đường"]),
        ("dai th", "E11", ["Đái", "th"]),
        ("ĐÁI THÁ", "E11", ["Đái", "thá"]),
        ("benh ta", "A00", ["Bệnh", "tả"]),
        ("thuy", "Q01", ["Thuỷ"]),
        ("thuy dua", "Q01", ["Thuỷ", "đậu"]),
        ("E11.9", "E11.9", []),
    ],
)
def test_what_matched_is_marked_on_the_accented_title(shared, text, code, parts):
    hits = {hit.code: hit for hit in shared.find(SearchQuery(text=text)).hits}

    assert marked(hits[code]) == parts


def test_places_are_in_the_title_of_the_language_asked_for(shared):
    hit = shared.find(SearchQuery(text="type 2 dia", language="en")).hits[0]

    assert marked(hit, "en") == ["Type", "2", "dia"]


def test_a_misspelt_word_is_marked_where_it_nearly_stands(shared):
    hit = shared.find(SearchQuery(text="diabtes mellitus", language="en")).hits[0]

    assert marked(hit, "en") == ["diabetes", "mellitus"]


def test_facets_count_all_hits_by_kind_and_members_by_list(shared):
    found = shared.find(SearchQuery(text="ma benh", limit=1))

    assert found.total == 2
    assert found.facets == {"kind": {"document": 1, "schema": 1}, "list": {"byt/claim": 1}}


def test_without_words_nothing_is_listed_and_everything_is_counted(shared):
    for text in ("", "   "):
        found = shared.find(SearchQuery(text=text))

        assert (found.hits, found.total) == ((), 0)
        assert found.facets == {
            "kind": {"code-list": 15, "document": 1, "schema": 3},
            "list": {"byt/claim": 2, "byt/diseases": 10, "byt/sex": 3},
        }


def test_filters_keep_the_kind_the_list_and_what_may_be_used(shared):
    assert set(codes(shared, "ma", kind="schema")) == {"MA_BENH_CHINH", "MA_THE_BHYT"}
    assert codes(shared, "n", list="byt/sex") == ["1", "2"]
    assert codes(shared, "danh muc", list="byt/diseases") == []
    assert codes(shared, "hen", retired=False) == ["J46"]
    assert shared.find(SearchQuery(text="", list="byt/sex")).facets["list"] == {"byt/sex": 3}


def test_a_hit_carries_its_days_and_whether_it_may_be_used(shared):
    (hit,) = (h for h in shared.find(SearchQuery(text="J45")).hits if h.code == "J45")

    assert (hit.start, hit.end, hit.retired) == ("2010-01-01", "2020-01-01", True)


@pytest.mark.parametrize("text", ["ma", "n", "benh", "e", "dai thao", "diabtes"])
def test_pages_cut_one_order(shared, text):
    whole = codes(shared, text, limit=100)
    for size in (1, 2, 3, 7):
        pages = [
            code
            for offset in range(0, len(whole) + size, size)
            for code in codes(shared, text, offset=offset, limit=size)
        ]

        assert pages == whole


def test_a_page_behind_the_last_hit_is_empty_and_still_counts(shared):
    found = shared.find(SearchQuery(text="benh", offset=100))

    assert found.hits == ()
    assert found.total > 0


def test_the_same_question_has_the_same_answer_after_building_in_another_order(finder):
    texts = ("ma", "benh", "n", "e1", "dai thao duong", "diabtes", "1")
    before = [codes(finder, text) for text in texts]
    shuffled = list(DOCUMENTS)
    random.Random(3).shuffle(shuffled)  # noqa: S311 - any order will do

    finder.rebuild(shuffled)

    assert [codes(finder, text) for text in texts] == before


def test_documents_taken_in_can_be_found_at_once(finder):
    finder.index([member(SEX, "3", "Chưa xác định")], replace=())

    assert codes(finder, "chua xac dinh") == ["3"]
    assert codes(finder, "nam") == ["1"]


def test_replacing_a_key_takes_its_former_documents_out(finder):
    renewed = [artefact(SEX, "Giới tính", "Sex"), member(SEX, "M", "Nam giới", "Male")]

    finder.index(renewed, replace=(SEX,))

    assert codes(finder, "male") == ["M"]
    assert codes(finder, "female") == []
    assert codes(finder, "cholera")[0] == "A00"
    assert finder.find(SearchQuery(text="")).facets["list"]["byt/sex"] == 1


def test_replacing_by_nothing_takes_a_key_out(finder):
    finder.index([], replace=(DISEASES, CLAIM))

    assert codes(finder, "cholera") == []
    assert finder.find(SearchQuery(text="")).facets["list"] == {"byt/sex": 3}


def test_a_rebuilt_index_holds_only_what_it_was_built_of(finder):
    finder.rebuild([member(SEX, "1", "Nam", "Male")])

    assert codes(finder, "cholera") == []
    assert codes(finder, "nam") == ["1"]


HOSTILE = [
    '"',
    "(((",
    "AND OR NOT",
    "title:[a TO z]",
    "a\0b",
    "\0",
    "😀",
    "😀 bệnh",
    "\ud800",
    "*",
    "?" * 500,
    "bệnh " * 2000,
    "a" * 10_000,
    "\u0301\u0323",
    "½ ㎏ ﬁ",
    "\n\t\r",
    "'; DROP TABLE x; --",
    "../../etc/passwd",
    " ".join(f"w{i}" for i in range(100)),
    "E11.9\u200b",
    "İı",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_anything_may_be_asked(shared, text):
    found = shared.find(SearchQuery(text=text))

    assert found.total >= len(found.hits)
    for hit in found.hits:
        ends = [0, *(place for pair in hit.highlight for place in pair), len(hit.title["vi"])]
        assert ends == sorted(ends)


STORABLE = [text for text in HOSTILE if "\ud800" not in text]
"""No body holds half a surrogate pair: no JSON can say it."""


@pytest.mark.parametrize("text", STORABLE, ids=range(len(STORABLE)))
def test_anything_may_be_indexed(finder, text):
    odd = member(SEX, text, text, text, aliases=(text,), synonyms={"vi": (text,)}, note=text)

    finder.index([odd], replace=(SEX,))

    assert finder.find(SearchQuery(text="")).facets["kind"]["code-list"] == 12


def test_negative_pages_are_empty_and_strange_filters_find_nothing(shared):
    assert codes(shared, "benh", limit=0) == []
    assert codes(shared, "benh", limit=-5) == []
    assert codes(shared, "benh", kind="no\0such") == []
    assert codes(shared, "benh", list="nowhere/at-all") == []
