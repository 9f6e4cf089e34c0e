"""The layout of the embedded index, and how a document is written into it."""

import hashlib
import math
from collections.abc import Iterator
from functools import lru_cache

import msgspec
import tantivy
from msgspec import Struct

from catalog.actions.ports import SearchDocument
from catalog.core.names import Kind
from catalog.core.text import fold
from catalog.search.words import (
    LONGEST_TEXT,
    bare_code,
    code_starts,
    code_words,
    name_keys,
    number_of_name,
    starts_of,
    written_code,
)

REVISION = 1
"""Raised whenever the layout changes; an index of another revision must be rebuilt."""

KINDS = {kind.value: number for number, kind in enumerate(Kind)}
CODE_PLACES = 7
"""36^7 < 2^37: what of a code fits into the ordering number."""

SHORT_FROM = 1000
SHORT_STEPS = 64
SHORT_STEP = 48
HALF_SHORT = 40
"""Letters of a title that has half of the steps."""

LEAST_WEIGHT = math.log2(2 + SHORT_FROM)
"""What the engine multiplies the score of the longest title by."""


class Stored(Struct, frozen=True, array_like=True):
    """What of a document a hit shows."""

    key: str
    version: str
    code: str
    title: dict[str, str]
    start: str
    end: str
    retired: bool
    synonyms: dict[str, tuple[str, ...]]
    aliases: tuple[str, ...]

    def others(self) -> tuple[str, ...]:
        """Other names than the shown title, in the order in which they may explain a hit."""
        names = (name for some in self.synonyms.values() for name in some)
        return (*self.title.values(), *names, *self.aliases)


ENCODER = msgspec.msgpack.Encoder()
DECODER: msgspec.msgpack.Decoder[Stored] = msgspec.msgpack.Decoder(Stored)


def schema() -> tantivy.Schema:
    """
    The fields. Text comes folded and parted by spaces, so the built-in tokenizers do.

    Whole values: code, bare (without dots; aliases too), edge (beginnings of bare codes), start
    (beginnings of names), name and spoken (numbers of names, folded and with marks), size (words
    in a name), key, kind, list, retired. Words: words, marked (with marks), note. Fast: group
    (kind, and list of members) and its number, order (among equals), short_vi and short_en.
    Stored: document.
    """
    builder = tantivy.SchemaBuilder()
    for name in ("key", "kind", "list", "retired"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("code", "bare", "edge", "start", "words", "marked", "note"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    for name in ("name", "spoken", "size"):
        builder.add_unsigned_field(name, indexed=True)
    builder.add_text_field("group", fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("group_number", "order", "short_vi", "short_en"):
        builder.add_unsigned_field(name, fast=True)
    builder.add_bytes_field("document", stored=True)
    return builder.build()


def row_of(document: SearchDocument) -> tantivy.Document:
    """A document as the index takes it."""
    row = tantivy.Document()
    kind, _, name = document.key.partition("/")
    group = group_of(document)
    row.add_text("key", document.key)
    row.add_text("kind", kind)
    if document.code:
        row.add_text("list", name)
    row.add_text("retired", "yes" if document.retired else "no")
    row.add_text("group", group)
    row.add_unsigned("group_number", number_of(group))
    row.add_unsigned("short_vi", shortness(document, "vi"))
    row.add_unsigned("short_en", shortness(document, "en"))
    add_codes(row, document)
    add_names(row, document)
    if document.note:
        row.add_text("note", fold(document.note))
    row.add_bytes("document", ENCODER.encode(stored(document)))
    return row


def stored(document: SearchDocument) -> Stored:
    """What of a document a hit shows."""
    return Stored(
        document.key,
        document.version,
        document.code,
        document.title,
        document.start,
        document.end,
        document.retired,
        document.synonyms,
        document.aliases,
    )


def add_codes(row: tantivy.Document, document: SearchDocument) -> None:
    """Write the code, its other writings, and where it stands among equals."""
    code = bare_code(document.code)
    row.add_unsigned("order", order_of(document, code))
    if document.code:
        row.add_text("code", written_code(document.code))
        row.add_text("edge", " ".join(code_starts(code)))
    row.add_text("bare", " ".join({code, *map(bare_code, document.aliases)}))


def add_names(row: tantivy.Document, document: SearchDocument) -> None:
    """Write the titles and synonyms, as words and as wholes."""
    names = tuple(names_of(document))
    keys = [name_keys(name) for name in names]
    folded = {key[0] for key in keys if key[0]}
    spoken = {key[1] for key in keys if key[1]}
    beyond = [fold(name[LONGEST_TEXT:]) for name in names if len(name) > LONGEST_TEXT]
    codes = [word for code in (document.code, *document.aliases) for word in code_words(code)]
    row.add_text("words", " ".join((*(key[0] for key in keys), *beyond, *codes)))
    row.add_text("marked", " ".join(spoken))
    row.add_text("start", " ".join({start for name in folded for start in starts_of(name)}))
    for name in folded:
        row.add_unsigned("name", number_of_name(name))
    for name in spoken:
        row.add_unsigned("spoken", number_of_name(name))
    for size in {name.count(" ") + 1 for name in folded}:
        row.add_unsigned("size", size)


def names_of(document: SearchDocument) -> Iterator[str]:
    """Titles, then synonyms, of every language."""
    yield from document.title.values()
    for names in document.synonyms.values():
        yield from names


def group_of(document: SearchDocument | Stored) -> str:
    """What a document is counted under: the kind, and for members also the list."""
    return document.key if document.code else document.key.partition("/")[0]


@lru_cache(maxsize=65536)
def number_of(text: str) -> int:
    """A number below 2^60 that stands for a text; two texts never share one in practice."""
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest) >> 4


def shortness(document: SearchDocument, language: str) -> int:
    """
    How short the title is: a weight that ranks short names before long ones.

    Shape: from 1000 for an endless one (and for what may no longer be used) to 4072 for an empty
    one, in 64 steps. The engine multiplies scores by log2(2 + weight), so the shortest name
    gains a fifth over the longest: enough to go first among equals, too little to change tiers.
    """
    if document.retired:
        return SHORT_FROM
    title = document.title.get(language) or next(iter(document.title.values()), "")
    return SHORT_FROM + SHORT_STEPS * HALF_SHORT // (HALF_SHORT + len(title)) * SHORT_STEP


def order_of(document: SearchDocument, code: str) -> int:
    """
    Where a document stands among equals: by kind, by list (in a fixed but arbitrary order), code.

    Shape: 4 bits of kind, 17 of list, 1 for members, 37 of a bare code's first seven letters and
    digits, 3 of its length; below 2^62, so that it is a whole number wherever it passes through.
    """
    kind, _, name = document.key.partition("/")
    place = KINDS.get(kind, len(KINDS)) << 58
    place |= (number_of(name) >> 43) << 41
    if not document.code:
        return place
    letters = code[:CODE_PLACES] if code.isascii() else ""
    return place | 1 << 40 | int(letters.ljust(CODE_PLACES, "0"), 36) << 3 | len(letters)
