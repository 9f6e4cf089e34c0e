"""The order of Vietnamese names: letters first, tones where the letters are the same."""

import re
import unicodedata
from functools import lru_cache

ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
"""The letters in their order; f, j, w and z stand where the Latin alphabet has them."""

RANK = {letter: place for place, letter in enumerate(ALPHABET, 1)}
SHAPES = {"\u0306", "\u0302", "\u031b"}
"""Breve, circumflex and horn: they make another letter, not another tone."""

TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
"""Huyền, hỏi, ngã, sắc, nặng; the level tone is 0."""

RUNS = re.compile(r"\d+|\D+")
SPACE, SIGN, DIGIT, LETTER, OTHER = range(5)

Order = tuple[tuple[tuple[int, int, str], ...], tuple[int, ...], str]


@lru_cache(maxsize=8192)
def vietnamese(text: str) -> Order:
    """
    The key by which a name is sorted: letters, then tones, then case; numbers by their worth.

    Source: CLDR, Vietnamese collation, https://cldr.unicode.org (a < ă < â; huyền < hỏi < ngã <
    sắc < nặng, looked at only where the letters are the same).

    >>> sorted(["Bảng 10", "bảng 2", "Ăn", "An", "Ấn", "Đá", "Dạ"], key=vietnamese)
    ['An', 'Ăn', 'Ấn', 'bảng 2', 'Bảng 10', 'Dạ', 'Đá']
    """
    letters: list[tuple[int, int, str]] = []
    tones: list[int] = []
    for run in RUNS.findall(unicodedata.normalize("NFC", text.casefold())):
        if run.isdecimal():
            letters.append((DIGIT, int(run[:100]), ""))
            tones.append(0)
            continue
        for letter in run:
            ranked, tone = weighed(letter)
            letters.append(ranked)
            tones.append(tone)
    return (tuple(letters), tuple(tones), text.swapcase())


def weighed(letter: str) -> tuple[tuple[int, int, str], int]:
    """The rank of one composed letter, and its tone."""
    if letter.isspace():
        return (SPACE, 0, ""), 0
    pieces = unicodedata.normalize("NFD", letter)
    tone = next((TONES[mark] for mark in pieces if mark in TONES), 0)
    shape = "".join(mark for mark in pieces[1:] if mark in SHAPES)
    bare = unicodedata.normalize("NFC", pieces[0] + shape)
    if bare in RANK:
        return (LETTER, RANK[bare], ""), tone
    return (OTHER if bare.isalpha() else SIGN, 0, bare), tone
