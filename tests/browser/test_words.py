"""The words of the pages: every key that a template says is there, in both languages."""

import re
import unicodedata
from pathlib import Path

import pytest

from catalog.web.collation import vietnamese
from catalog.web.words import WORDS

TEMPLATES = Path(__file__).parents[2] / "catalog" / "web" / "templates"


def keys_said():
    """The keys that templates name outright."""
    for file in sorted(TEMPLATES.glob("*.html")):
        for key in re.findall(r"\bt\(['\"]([a-z0-9-]+)['\"]\)", file.read_text(encoding="utf-8")):
            yield file.name, key


def test_every_word_of_a_template_is_known():
    assert [(file, key) for file, key in keys_said() if key not in WORDS] == []


@pytest.mark.parametrize("language", [0, 1])
def test_every_word_is_there_in_each_language_tidy_and_composed(language):
    words = {key: pair[language] for key, pair in WORDS.items()}

    assert {k: w for k, w in words.items() if not w or w != w.strip()} == {}
    assert {k: w for k, w in words.items() if not unicodedata.is_normalized("NFC", w)} == {}


IN_ORDER = (
    ("An", "Ăn", "Ân"),
    ("ma", "mà", "mả", "mã", "má", "mạ"),
    ("da", "đa", "e"),
    ("o", "ô", "ơ", "p"),
    ("u", "ư", "v"),
    ("lan", "làn", "lang", "lạng"),
    ("Bảng 1", "Bảng 2", "Bảng 10"),
    ("Bện tóc", "Bệnh nhân", "Bệnh viện"),
    ("hoà", "hoá", "hoa hồng"),
    ("", " ", "-", "9", "a", "я"),
)


@pytest.mark.parametrize("words", IN_ORDER)
def test_names_stand_in_the_vietnamese_order(words):
    shuffled = words[1:] + words[:1]

    assert tuple(sorted(shuffled, key=vietnamese)) == words
