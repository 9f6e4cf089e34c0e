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
# What only shapes or steers the letters around it parts no words: soft hyphen, zero width, order.
UNSEEN = frozenset((0xAD, *range(0x200B, 0x2010), *range(0x2060, 0x2065), 0xFEFF))
NOT_WORD = re.compile(r"[\W_]+")


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
    return " ".join(NOT_WORD.sub(" ", letters_of(text)).split())


def letters_of(text: str) -> str:
    """
    The letters of a text in small case without marks; what is between the words stays.

    Each letter is taken by itself, so that parts of a text give parts of the answer.
    """
    return text.lower() if text.isascii() else text.translate(PLAIN)


class Plain(dict[int, str]):
    """What each letter becomes, by its number; worked out when first met."""

    def __missing__(self, number: int) -> str:
        letter = chr(number)
        if number in UNSEEN:
            letter = ""
        spread = unicodedata.normalize("NFKD", letter.translate(MARKS).casefold())
        bare = "".join(c for c in spread if not unicodedata.combining(c))
        plain = bare.translate(MARKS).casefold()
        if number < COMMON:
            self[number] = plain
        return plain


COMMON = 0x2100
"""Letters up to here are remembered: Latin with marks, Greek, Cyrillic, signs; not all others."""

PLAIN = Plain()


def fold_with_places(text: str) -> tuple[str, list[tuple[int, int]]]:
    """
    The folded text and, for each of its letters, where in the original that letter stood.

    Shape:  places has one (start, end) for each character of the folded text; half-open. A letter
        and the marks behind it are one place; so is all that parts two words.
    Used to mark a match on the accented text.
    """
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    starts = [i for i, c in enumerate(text) if not i or not unicodedata.combining(c)]
    for start, end in pairwise((*starts, len(text))):
        for letter in letters_of(text[start:end]):
            if not NOT_WORD.match(letter):
                letters.append(letter)
                places.append((start, end))
            elif letters and letters[-1] == " ":
                places[-1] = (places[-1][0], end)
            elif letters:
                letters.append(" ")
                places.append((start, end))
    if letters and letters[-1] == " ":
        letters.pop()
        places.pop()
    return "".join(letters), places
