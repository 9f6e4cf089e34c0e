"""What was typed, made ready to be asked; the same keys are used for indexing and for asking."""

import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from catalog.core.text import fold, nfc

LONGEST_TEXT = 200
"""Characters of a query (and of a name as a whole) that count; the rest is cut off."""

MOST_WORDS = 12
"""Words of a query that must be met; as many more only bring hits forward."""

SHORT_TEXT = 3
"""With fewer letters than this, ranking is left at what costs nothing for each of many hits."""

LONGEST_CODE_PART = 4
LONGEST_CODE_START = 8

MOST_START = 3
"""First words of a name by which its beginning is found."""

WORD = re.compile(r"[^\W_]+")
UNUSUAL = re.compile(r"[^\w\s!-/:-@\[-`{-~]")
"""Beside words, spaces and plain punctuation: marks that stand alone may join what they part."""

TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """
    What was typed.

    Attributes:
        text: as typed, cut and without what no encoding can carry.
        words: folded, in their order, each once; all must be met.
        later: the words behind these, as many again; they only bring hits forward.
        count: how many folded words there were, doubles counted.
        unfinished: whether the last word may go on (nothing that parts words follows it).
        code: the text as a code is written, and bare of everything but letters and digits.
        bare: see code.
        name: the text as a folded name.
        spoken: the text as a name with its marks; empty when it has none.
        code_like: one chunk with a digit in it: more likely a code than a name.
    """

    text: str
    words: tuple[str, ...]
    later: tuple[str, ...]
    count: int
    unfinished: bool
    code: str
    bare: str
    name: str
    spoken: str
    code_like: bool

    @property
    def is_short(self) -> bool:
        """Whether so little was typed that half the index may be found."""
        return len(self.name) < SHORT_TEXT

    @property
    def is_by_length(self) -> bool:
        """Whether short names go first: codes keep their order, and a letter or two find much."""
        return not self.code_like and not self.is_short

    @property
    def finished_words(self) -> tuple[str, ...]:
        """The words that must be met whole."""
        return self.words[:-1] if self.unfinished else self.words

    @property
    def open_word(self) -> str:
        """The word that need only begin another; may be empty."""
        return self.words[-1] if self.unfinished else ""


def asked(text: str) -> Asked:
    """Read what was typed; anything can be read, and nothing in it is an operator."""
    text = text.encode("utf-8", "ignore").decode("utf-8")[:LONGEST_TEXT]
    name = fold(text)
    every = name.split()
    kept = every[:MOST_WORDS]
    # The last word stays last even if it was met before, because it may go on.
    last = kept[-1:]
    unfinished = bool(kept) and len(kept) == len(every) and is_word_end(text)
    first = kept[:-1] if unfinished else kept
    words = list(dict.fromkeys(first))
    if unfinished and last[0] not in words:
        words.append(last[0])
    elif unfinished:
        unfinished = False
    spoken = spoken_name(text)
    return Asked(
        text=text,
        words=tuple(words),
        later=tuple(every[MOST_WORDS : 2 * MOST_WORDS]),
        count=len(every),
        unfinished=unfinished,
        code=written_code(text),
        bare=name.replace(" ", ""),
        name=name,
        spoken="" if spoken == name else spoken,
        code_like=len(text.split()) == 1 and any(c.isdigit() for c in name),
    )


def is_word_end(text: str) -> bool:
    """Whether the text ends inside a word that may go on."""
    return bool(text) and (text[-1].isalnum() or unicodedata.combining(text[-1]) > 0)


def written_code(text: str) -> str:
    """
    A code as it is written, but for case and spaces.

    >>> written_code(" E11.9 ")
    'e11.9'
    """
    return "".join(nfc(text[:LONGEST_TEXT]).casefold().split())


def bare_code(text: str) -> str:
    """
    A code's letters and digits only.

    >>> bare_code("E11.9†"), bare_code("01.0001.0002")
    ('e119', '0100010002')
    """
    return folded_name(text).replace(" ", "")


def folded_name(name: str) -> str:
    """
    A name as it is compared when marks do not count: what `fold` says, found word by word.

    >>> folded_name("Đái tháo đường týp II")
    'dai thao duong typ ii'
    """
    return name_keys(name)[0]


def spoken_name(name: str) -> str:
    """
    A name as it is compared when marks count: both habits of placing a tone meet.

    >>> spoken_name("Hoà, Thúy") == spoken_name("hòa thuý")
    True
    """
    return name_keys(name)[1]


def name_keys(name: str) -> tuple[str, str]:
    """The folded and the spoken name, at one go."""
    text = nfc(name[:LONGEST_TEXT])
    keys = [word_keys(word) for word in WORD.findall(text)]
    spoken = " ".join([key[1] for key in keys])
    if UNUSUAL.search(text):
        return fold(text), spoken
    return " ".join([key[0] for key in keys]), spoken


@lru_cache(maxsize=65536)
def word_keys(word: str) -> tuple[str, str]:
    """A word folded, and as it is spoken; names repeat their words, so the answer is kept."""
    return fold(word), spoken_word(word)


def spoken_word(word: str) -> str:
    """A word in small case, its tone put behind its letters."""
    small = word.casefold()
    if small.isascii():
        return small
    parts = unicodedata.normalize("NFD", small)
    tones = "".join(c for c in parts if c in TONES)
    return unicodedata.normalize("NFC", "".join(c for c in parts if c not in TONES)) + tones


def code_words(code: str) -> Iterator[str]:
    """
    The parts of a code that has parts, as words.

    A code in one piece is no word: a million codes would be a million words to go through for
    each letter typed. It is found as a code instead. For the same reason long numbers are none.

    >>> list(code_words("E11.9")), list(code_words("MA_THE_BHYT")), list(code_words("K359"))
    (['e11', '9'], ['ma', 'the', 'bhyt'], [])
    """
    parts = folded_name(code).split()
    if len(parts) > 1:
        yield from (p for p in parts if len(p) <= LONGEST_CODE_PART or p.isalpha())


def code_starts(code: str) -> Iterator[str]:
    """
    The beginnings of a bare code, by which it is found while it is typed.

    >>> list(code_starts("e119"))
    ['e', 'e1', 'e11', 'e119']
    """
    yield from (code[:length] for length in range(1, min(len(code), LONGEST_CODE_START) + 1))
    if len(code) > LONGEST_CODE_START:
        yield code


def number_of_name(name: str) -> int:
    """
    A number that stands for a whole name in the index, much shorter than the name.

    Two names may share one; a hit must hold every word of the query besides.
    """
    return zlib.crc32(name.encode("utf-8"))


def starts_of(name: str) -> Iterator[str]:
    """
    The beginnings of a folded name, one to three words, each with the number of its words.

    >>> list(starts_of("benh ta"))
    ['1_benh', '2_benh_ta']
    """
    words = name.split(" ", MOST_START)[:MOST_START] if name else []
    for size in range(1, len(words) + 1):
        yield start_of(words[:size])


def start_of(words: list[str]) -> str:
    """The beginning of a name as it is indexed."""
    return f"{len(words)}_{'_'.join(words)}"


def edits_allowed(word: str) -> int:
    """
    How many letters may be wrong in a word: none in one or two, one in up to seven, else two.

    Vietnamese words are short syllables; one of four letters that lost one has three. A word with
    a digit is taken as meant: another code is not a misspelt one.
    """
    if len(word) <= 2 or any(c.isdigit() for c in word):  # noqa: PLR2004
        return 0
    return 1 if len(word) <= 7 else 2  # noqa: PLR2004


def is_near(word: str, other: str, edits: int) -> bool:
    """
    Whether so many edits (insert, delete, replace, swap neighbours) lead from word to other.

    Cost: O(len * edits); most pairs are refused by their lengths or first letters.
    """
    if abs(len(word) - len(other)) > edits:
        return False
    start = 0
    shorter = min(len(word), len(other))
    while start < shorter and word[start] == other[start]:
        start += 1
    end = 0
    while end < shorter - start and word[-1 - end] == other[-1 - end]:
        end += 1
    left, right = word[start : len(word) - end], other[start : len(other) - end]
    if max(len(left), len(right)) <= edits:
        return True
    if edits == 0:
        return False
    if edits == 1:
        return len(left) == len(right) == 2 and left == right[::-1]  # noqa: PLR2004
    return distance(left, right) <= edits


def distance(left: str, right: str) -> int:
    """
    Edits between two short words, a swap of neighbours being one.

    Shape: optimal string alignment; no piece is edited twice.
    """
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]
