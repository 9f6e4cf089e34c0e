"""Text: languages with fallback, and the one folding under which Vietnamese words meet."""

import re
import unicodedata
from collections.abc import Mapping
from itertools import pairwise

LANGUAGES = ("vi", "en")
SPACES = re.compile(r"\s+")
# The tone goes on another vowel in the older habit (hòa, thúy) than in the newer (hoà, thuý);
# without marks both are the same letters, so folding needs no table for them.
MARKS = {ord("đ"): "d", ord("Đ"): "d", ord("Ð"): "d", ord("ð"): "d", ord("ı"): "i"}


def in_language(text: Mapping[str, str], language: str) -> str:
    """
    The text in a language, else in Vietnamese, else English, else whatever there is.

    >>> in_language({"vi": "Nam", "en": "Male"}, "en")
    'Male'
    """
    for wanted in (language, *LANGUAGES):
        if text.get(wanted):
            return text[wanted]
    return next(iter(text.values()), "")


def nfc(text: str) -> str:
    """Compose the letters; what we write is always NFC."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def tidy(text: str) -> str:
    """
    NFC with every run of white space made one space and none at the ends.

    >>> tidy(" Bệnh  tả ")
    'Bệnh tả'
    """
    return SPACES.sub(" ", nfc(text)).strip()


def fold(text: str) -> str:
    """
    Letters and digits in small case without marks, words parted by one space.

    The same function is used for indexing and for asking. Both habits of placing a tone meet,
    NFC and NFD meet, and đ meets d.

    >>> fold("Đái tháo đường týp II,  hoà/hòa")
    'dai thao duong typ ii hoa hoa'
    """
    if not text.isascii():
        plain = unicodedata.normalize("NFKD", text.translate(MARKS).casefold())
        text = "".join(c for c in plain if not unicodedata.combining(c)).translate(MARKS)
    return " ".join(word for word in NOT_WORD.split(text.casefold()) if word)


NOT_WORD = re.compile(r"[\W_]+")


def fold_with_places(text: str) -> tuple[str, list[tuple[int, int]]]:
    """
    The folded text and, for each of its letters, where in the original that letter stood.

    Shape:  places has one (start, end) for each character of the folded text; half-open.
    Used to mark a match on the accented text.
    """
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    starts = [i for i, c in enumerate(text) if not unicodedata.combining(c)] + [len(text)]
    for start, end in pairwise(starts):
        folded = fold(text[start:end])
        if folded:
            letters.extend(folded)
            places.extend((start, end) for _ in folded)
        elif letters and letters[-1] != " ":
            letters.append(" ")
            places.append((start, end))
    if letters and letters[-1] == " ":
        letters.pop()
        places.pop()
    return "".join(letters), places
