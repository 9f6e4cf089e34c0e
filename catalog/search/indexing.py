"""The layout of the embedded index, and how a document is written into it."""

import hashlib
from collections.abc import Iterator

import msgspec
import tantivy

from catalog.actions.ports import SearchDocument
from catalog.core.names import Kind
from catalog.core.text import fold
from catalog.search.words import (
    bare_code,
    code_words,
    folded_name,
    spoken_name,
    spoken_words,
    starts_of,
    written_code,
)

REVISION = 1
"""Raised whenever the layout changes; an index of another revision must be rebuilt."""

KINDS = {kind.value: number for number, kind in enumerate(Kind)}
CODE_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
CODE_PLACES = 7
"""37^7 < 2^37: what of a code fits into the ordering number."""

LONGEST_CODE_START = 8

ENCODER = msgspec.json.Encoder()
DECODER: msgspec.json.Decoder[SearchDocument] = msgspec.json.Decoder(SearchDocument)


def schema() -> tantivy.Schema:
    """
    The fields. Text comes folded and parted by spaces, so the built-in tokenizers do.

    Whole values: code, bare (without dots; aliases too), edge (beginnings of bare codes), name
    (folded), spoken (with marks), start (beginnings of names), size (words in a name), key, kind,
    list, retired. Words: words, marked (with marks), note. Fast: group (kind, and list of
    members) and its number, order (among equals), short_vi and short_en (1 for an empty title,
    towards 0 as it gets longer). Stored: document.
    """
    builder = tantivy.SchemaBuilder()
    raw = ("code", "bare", "edge", "name", "spoken", "start", "size")
    for name in (*raw, "key", "kind", "list", "retired"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("words", "marked", "note"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("group", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("group_number", fast=True)
    builder.add_unsigned_field("order", fast=True)
    for name in ("short_vi", "short_en"):
        builder.add_float_field(name, fast=True)
    builder.add_bytes_field("document", stored=True)
    return builder.build()


def row_of(document: SearchDocument) -> tantivy.Document:
    """A document as the index takes it."""
    row = tantivy.Document()
    kind, _, name = document.key.partition("/")
    row.add_text("key", document.key)
    row.add_text("kind", kind)
    row.add_text("group", group_of(document))
    row.add_unsigned("group_number", number_of(group_of(document)))
    if document.code:
        row.add_text("list", name)
    row.add_text("retired", "yes" if document.retired else "no")
    row.add_unsigned("order", order_of(document))
    add_codes(row, document)
    add_names(row, document)
    if document.note:
        row.add_text("note", fold(document.note))
    for language in ("vi", "en"):
        row.add_float(f"short_{language}", shortness(document, language))
    row.add_bytes("document", ENCODER.encode(msgspec.structs.replace(document, note="")))
    return row


def add_codes(row: tantivy.Document, document: SearchDocument) -> None:
    """Write the code and its other writings."""
    bare = dict.fromkeys(bare_code(code) for code in (document.code, *document.aliases))
    if document.code:
        row.add_text("code", written_code(document.code))
    for code in bare:
        if code:
            row.add_text("bare", code)
    if document.code:
        code = bare_code(document.code)
        for length in range(1, min(len(code), LONGEST_CODE_START) + 1):
            row.add_text("edge", code[:length])


def add_names(row: tantivy.Document, document: SearchDocument) -> None:
    """Write the titles and synonyms, as words and as wholes."""
    names = tuple(names_of(document))
    folded = tuple(dict.fromkeys(folded_name(name) for name in names))
    codes = (word for code in (document.code, *document.aliases) for word in code_words(code))
    row.add_text("words", " ".join((*map(fold, names), *codes)))
    row.add_text("marked", " ".join(word for name in names for word in spoken_words(name)))
    for name in folded:
        row.add_text("name", name)
    for name in dict.fromkeys(spoken_name(name) for name in names):
        row.add_text("spoken", name)
    for start in dict.fromkeys(start for name in folded for start in starts_of(name)):
        row.add_text("start", start)
    for size in {len(name.split()) for name in folded}:
        row.add_text("size", str(size))


def names_of(document: SearchDocument) -> Iterator[str]:
    """Titles, then synonyms, of every language."""
    yield from document.title.values()
    for names in document.synonyms.values():
        yield from names


def group_of(document: SearchDocument) -> str:
    """What a document is counted under: the kind, and for members also the list."""
    return document.key if document.code else document.key.partition("/")[0]


def number_of(text: str) -> int:
    """A number below 2^60 that stands for a text; two texts never share one in practice."""
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest) >> 4


def shortness(document: SearchDocument, language: str) -> float:
    """1 for an empty title, a half at forty letters, 0 for what may no longer be used."""
    if document.retired:
        return 0.0
    title = document.title.get(language) or next(iter(document.title.values()), "")
    return 40 / (40 + len(title))


def order_of(document: SearchDocument) -> int:
    """
    Where a document stands among equals: by kind, by list (in a fixed but arbitrary order), code.

    Shape: 4 bits of kind, 20 of list, 1 for members, 37 of code; below 2^62, so that it is a whole
    number wherever it passes through.
    """
    kind, _, name = document.key.partition("/")
    place = KINDS.get(kind, len(KINDS)) << 58
    place |= (number_of(name) >> 40) << 38
    if not document.code:
        return place
    number = 0
    code = [c for c in bare_code(document.code) if c in CODE_LETTERS]
    for index in range(CODE_PLACES):
        digit = CODE_LETTERS.index(code[index]) + 1 if index < len(code) else 0
        number = number * 37 + digit
    return place | 1 << 37 | number
