"""
The archive that an XLSX file is: unpacked once, counted, and looked at before anyone reads it.

Neither a bomb nor two cells a million rows apart may fill the memory of those who read the sheets.
"""

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from lxml import etree

from catalog.core.errors import BadFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """
    How much of a file is read at the most.

    Attributes:
        file, unpacked: bytes of the file, and of all its parts unpacked.
        binary: bytes of an XLS file.
        text: bytes of all texts of a sheet; cells share texts in the file, not in memory.
        ratio: how many times larger a part may be than it is packed, once it is above a megabyte.
        parts: parts of an archive.
        cells: cells of a sheet, empty ones between the first and the last included.
    """

    file: int = 64 << 20
    unpacked: int = 320 << 20
    binary: int = 16 << 20
    text: int = 512 << 20
    ratio: int = 400
    parts: int = 2_000
    cells: int = 12_000_000


LIMITS = Limits()
MEGABYTE = 1 << 20

REFERENCE = re.compile(rb"""\br\s*=\s*["']\$?([A-Za-z]{1,3})\$?(\d{1,8})["']""")
ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
NUMBER = re.compile(rb"""\br\s*=\s*["'](\d{1,8})["']""")
HIDDEN = re.compile(rb"""\bhidden\s*=\s*["'](?:1|true)["']""")
CELL = re.compile(rb"<(?:\w+:)?c(?=[\s>/])")
SHARED = re.compile(rb"""<(?:\w+:)?c\b[^>]*\bt\s*=\s*["']s["']""")
INDEX = re.compile(
    rb"""<(?:\w+:)?c\b[^>]*\bt\s*=\s*["']s["'][^>]*>\s*<(?:\w+:)?v[^>]*>\s*(\d{1,9})\s*<"""
)
ITEM = re.compile(rb"<(?:\w+:)?si(?=[\s>/])")
CHUNK = 4 << 20
OVERLAP = 64
FORMULA = re.compile(rb"<(?:\w+:)?c(?=[\s>])([^>]*)>\s*<(?:\w+:)?f(?=[\s>/])")
SHARED_TEXTS = "xl/sharedstrings.xml"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


@dataclass(frozen=True, slots=True)
class Traits:
    """
    What a sheet's own XML says that the reader of its values does not pass on.

    Attributes:
        rows, columns: how far the cells reach.
        formulas: rows (from 1) of the cells with a formula, by column (from 0).
        hidden: rows that are hidden.
    """

    rows: int = 0
    columns: int = 0
    formulas: dict[int, tuple[int, ...]] = field(default_factory=dict)
    hidden: tuple[int, ...] = ()


def column_of(name: str) -> int:
    """The column, counted from 0, that letters name."""
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def unpacked(data: bytes, name: str, limits: Limits) -> dict[str, Traits]:
    """
    Unpack every part of an XLSX file once, to see that it is what it says, and look at the sheets.

    Raises: BadFile, for a bomb, a damaged archive, or an archive that is no XLSX file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, struct.error) as error:
        raise BadFile(name, f"it is a damaged archive: {error}") from None
    check_parts(parts, name, limits)
    names = {path_of(part) for part in parts}
    if "xl/workbook.xml" not in names:
        found = "an ODS file" if "content.xml" in names else "not a workbook"
        found = "an XLSB file" if "xl/workbook.bin" in names else found
        raise BadFile(name, f"it is {found}; save it as XLSX")
    packed = {path_of(part): part for part in parts}
    tables = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
    kept = {path: inflated(data, packed[path], name) for path in tables if path in packed}
    sheets = sheet_parts(kept, name)
    lengths: list[int] = []
    if SHARED_TEXTS in packed:
        lengths = text_lengths(inflated(data, packed[SHARED_TEXTS], name))
    traits: dict[str, Traits] = {}
    for path, part in packed.items():
        content = inflated(data, part, name) if path not in kept else b""
        if path in sheets.values():
            traits[path] = traits_of(content)
            check_texts(content, lengths, name, limits)
    return {sheet: traits[path] for sheet, path in sheets.items() if path in traits}


def path_of(part: zipfile.ZipInfo) -> str:
    """The path of a part, as readers that do not mind case and slashes look for it."""
    return part.filename.replace("\\", "/").lower()


def check_parts(parts: list[zipfile.ZipInfo], name: str, limits: Limits) -> None:
    """
    Look at what an archive says of its parts before any of them is unpacked.

    Raises: BadFile.
    """
    if len(parts) > limits.parts:
        raise BadFile(name, f"the archive has {len(parts):,} parts; {limits.parts:,} are read")
    if len({path_of(part) for part in parts}) != len(parts):
        raise BadFile(name, "the archive has two parts of one name")
    total = sum(part.file_size for part in parts)
    if total > limits.unpacked:
        raise BadFile(name, f"it unpacks to {total:,} bytes; {limits.unpacked:,} are read")
    for part in parts:
        if part.flag_bits & 1:
            raise BadFile(name, "it is protected by a password; save it without one")
        allowed = max(MEGABYTE, part.compress_size * limits.ratio)
        if part.file_size > allowed:
            raise BadFile(name, f"its part {part.filename!r} is packed too tightly to be read")


def inflated(data: bytes, part: zipfile.ZipInfo, name: str) -> bytes:
    """
    A part of an archive, unpacked as far as it says and not a byte further.

    Raises: BadFile, when it holds more or less than it says.
    """
    header = data[part.header_offset : part.header_offset + 30]
    if len(header) < 30 or not header.startswith(b"PK\x03\x04"):  # noqa: PLR2004 - fixed by ZIP
        raise BadFile(name, f"its part {part.filename!r} is damaged")
    start = part.header_offset + 30 + sum(struct.unpack("<HH", header[26:30]))
    packed = data[start : start + part.compress_size]
    if part.compress_type == zipfile.ZIP_STORED:
        content = packed
    elif part.compress_type == zipfile.ZIP_DEFLATED:
        try:
            content = zlib.decompressobj(-15).decompress(packed, part.file_size + 1)
        except zlib.error:
            raise BadFile(name, f"its part {part.filename!r} is damaged") from None
    else:
        raise BadFile(name, f"its part {part.filename!r} is packed in a way that is not read")
    if len(content) != part.file_size:
        raise BadFile(name, f"its part {part.filename!r} is not as large as it says")
    return content


def traits_of(content: bytes) -> Traits:
    """What the XML of a sheet says about extent, formulas and hidden rows."""
    rows, columns, hidden = 0, set[bytes](), list[int]()
    referenced = 0
    for start in range(0, len(content), CHUNK):
        found = REFERENCE.findall(content, start, start + CHUNK + OVERLAP)
        columns.update(letter for letter, _ in found)
        rows = max(rows, max((int(row) for _, row in found), default=0))
        referenced += len(found)
    count = 0
    for row in ROW.finditer(content):
        number = NUMBER.search(row[1])
        count = int(number[1]) if number else count + 1
        rows = max(rows, count)
        if HIDDEN.search(row[1]):
            hidden.append(count)
    widest = max((column_of(letter.decode()) + 1 for letter in columns), default=0)
    if content.count(b"<c") > referenced:
        # Cells without a reference stand behind each other; few writers leave them out.
        widest = max(widest, *(len(CELL.findall(part)) for part in ROW.split(content)))
    formulas: dict[int, list[int]] = {}
    for cell in FORMULA.finditer(content):
        place = REFERENCE.search(cell[1])
        if place:
            formulas.setdefault(column_of(place[1].decode()), []).append(int(place[2]))
    return Traits(
        rows=rows,
        columns=widest,
        formulas={column: tuple(sorted(lines)) for column, lines in sorted(formulas.items())},
        hidden=tuple(hidden),
    )


def text_lengths(content: bytes) -> list[int]:
    """How many bytes each shared text has at the most, its mark-up included."""
    starts = [found.start() for found in ITEM.finditer(content)]
    return [end - start for start, end in pairwise([*starts, len(content)])]


def check_texts(content: bytes, lengths: list[int], name: str, limits: Limits) -> None:
    """
    Refuse a sheet whose cells share texts so that they fill the memory once each has its own.

    Raises: BadFile.
    """
    longest = max(lengths, default=0)
    cells = len(SHARED.findall(content))
    if longest * cells <= limits.text:
        return
    indexes = [int(index) for index in INDEX.findall(content)]
    total = sum(lengths[index] for index in indexes if index < len(lengths))
    total += longest * (cells - len(indexes))
    if total > limits.text:
        raise BadFile(name, f"the texts of a sheet have {total:,} bytes; {limits.text:,} are read")


def sheet_parts(kept: dict[str, bytes], name: str) -> dict[str, str]:
    """
    Which part of the archive holds which sheet.

    Raises: BadFile, when the workbook's own table of sheets cannot be read.
    """
    targets: dict[str, str] = {}
    places: dict[str, str] = {}
    try:
        for relation in elements(kept.get("xl/_rels/workbook.xml.rels", b""), "Relationship"):
            target = relation.get("Target", "")
            path = posixpath.normpath(posixpath.join("/xl", target.replace("\\", "/")))
            targets[relation.get("Id", "")] = path.lstrip("/").lower()
        for sheet in elements(kept["xl/workbook.xml"], "sheet"):
            key = sheet.get(RELATION) or sheet.get(STRICT_RELATION) or ""
            if sheet.get("name", "") in places:
                raise BadFile(name, f"two sheets are called {sheet.get('name')!r}")
            places[sheet.get("name", "")] = targets.get(key, "")
    except etree.XMLSyntaxError:
        raise BadFile(name, "its table of sheets is damaged") from None
    return places


def elements(content: bytes, name: str) -> Iterator[etree._Element]:
    """The elements of a local name; entities and the network stay off."""
    if content:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        yield from etree.fromstring(content, parser).iter(f"{{*}}{name}")
