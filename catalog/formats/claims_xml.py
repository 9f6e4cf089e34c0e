"""
The claims envelope GIAMDINHHS: dossiers of claim tables, read as they come, with suspicion.

One dossier at a time is held in memory, however large the envelope. Entities, document types and
the network stay off. What is broken before the first dossier is refused; what is broken after it
is a trouble in its place, so that what was found before is not lost.
Source: CV 1245/BHXH-CNTT of 03/05/2024 (elements of the envelope and of its tables).
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from lxml import etree

from catalog.core.errors import BadFile
from catalog.formats import claims_messages as messages
from catalog.formats.messages import Said

Element: TypeAlias = Any
"""An element of lxml, which has no types."""

ROOT: Final = "GIAMDINHHS"
LOOKED_AT: Final = ("{*}HOSO", "{*}SOLUONGHOSO")

CHUNK: Final = 1 << 16
"""How many bytes are read at a time."""

LARGEST: Final = 32 << 20
"""How many bytes a dossier may have, and what stands between two dossiers."""

MOST_MARKS: Final = 1_000_000
"""How many `<` a dossier may have: each element takes far more memory than its bytes."""

LONGEST_PROLOGUE: Final = 1 << 16
"""How far the first element may be from the beginning."""

OPTIONS: Final[dict[str, Any]] = {
    "resolve_entities": False,
    "no_network": True,
    "huge_tree": False,
    "load_dtd": False,
    "remove_comments": True,
    "remove_pis": True,
}

PROLOGUE: Final = re.compile(rb"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*", re.DOTALL)
ENCODING: Final = re.compile(rb"<\?xml\b[^>]*?\bencoding\s*=\s*[\"']([^\"']{0,40})[\"']")
MARKS: Final = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"), (b"\x00", "UTF-16 / UTF-32"))
BOM: Final = b"\xef\xbb\xbf"
NOT_UTF8: Final = frozenset({9, 81})
"""libxml2's numbers for bytes that are no characters of the encoding."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """
    What is wrong with an envelope, or with what stands in it.

    Attributes:
        record: number of the dossier, from 1; 0 for the envelope as a whole.
        table: LOAIHOSO of the table; empty when it is about the dossier.
    """

    rule: str
    said: Said
    record: int = 0
    table: str = ""
    path: str = ""
    value: object = None


@dataclass(frozen=True, slots=True)
class Table:
    """One FILEHOSO: its LOAIHOSO, and the first element of its content."""

    name: str
    root: Element


@dataclass(frozen=True, slots=True)
class Dossier:
    """
    One HOSO.

    Attributes:
        number: from 1, in the order of the envelope.
        tables: those that could be read and are not empty, in their order.
        troubles: what could not be read.
    """

    number: int
    tables: tuple[Table, ...]
    troubles: tuple[Trouble, ...]


class Unreadable(Exception):
    """Bytes that are not read as XML; says by what name."""

    def __init__(self, rule: str, said: Said) -> None:
        super().__init__(said["en"])
        self.rule = rule
        self.said = said


def dossiers(chunks: Iterable[bytes], name: str) -> Iterator[Dossier | Trouble]:
    """
    The dossiers of an envelope, and what is wrong with the envelope, as the bytes come.

    Raises: BadFile, when there is no envelope to read dossiers from: no XML, another encoding than
    UTF-8, a document type, another first element.
    """
    reading = Reading()
    try:
        for chunk in chunks:
            yield from reading.feed(chunk)
        yield from reading.end()
    except Unreadable as error:
        broken = error
        # What was read whole before the break is told first.
        try:
            yield from reading.drained()
        except Unreadable as earlier:
            broken = earlier
        if reading.count == 0:
            raise BadFile(name, str(broken)) from None
        yield Trouble(broken.rule, broken.said, reading.count + 1)


class Reading:
    """
    The state of reading one envelope.

    Attributes:
        count: how many dossiers were read.
        announced: what SOLUONGHOSO says; None before it is met.
    """

    def __init__(self) -> None:
        self.parser = etree.XMLPullParser(events=("end",), tag=LOOKED_AT, **OPTIONS)
        self.head: bytes | None = b""
        self.count = self.size = self.marks = 0
        self.announced: str | None = None
        self.root: Element = None

    def feed(self, chunk: bytes) -> Iterator[Dossier]:
        """
        Read on.

        Raises: Unreadable.
        """
        if self.head is not None:
            self.head += chunk
            if not is_begun(self.head):
                return
            chunk, self.head = self.head, None
        self.size += len(chunk)
        self.marks += chunk.count(b"<")
        try:
            self.parser.feed(chunk)
        except etree.XMLSyntaxError as error:
            raise self.broken(error) from None
        if self.parser.feed_error_log:
            # Entities that were never declared end the reading without an exception.
            yield from self.drained()
            raise self.broken(None)
        found = False
        for dossier in self.drained():
            found = True
            yield dossier
        if found:
            self.size = self.marks = 0
        elif self.size > LARGEST or self.marks > MOST_MARKS:
            most = f"{LARGEST >> 20} MB / {MOST_MARKS // 2:,} elements"
            raise Unreadable("too-large", messages.too_large("HOSO", most))

    def end(self) -> Iterator[Dossier | Trouble]:
        """
        End reading: what is left, and what can only be said at the end.

        Raises: Unreadable.
        """
        if self.head is not None:
            check_prologue(self.head)
            raise Unreadable("broken-xml", messages.broken_xml("there is no element", 1, 1))
        try:
            root = self.parser.close()
        except etree.XMLSyntaxError as error:
            raise self.broken(error) from None
        yield from self.drained()
        check_root(root)
        place = "/THONGTINHOSO/SOLUONGHOSO"
        if self.announced is None:
            said = messages.missing_element("SOLUONGHOSO", "THONGTINHOSO")
            yield Trouble("required", said, path=place)
        elif self.announced.strip() != str(self.count) and number(self.announced) != self.count:
            said = messages.wrong_count(self.announced, self.count)
            yield Trouble("sum-mismatch", said, path=place, value=self.announced[:60])

    def broken(self, error: etree.XMLSyntaxError | None) -> Unreadable:
        """What the first error of the parser says."""
        for entry in self.parser.feed_error_log:
            return named(entry.type, entry.message, entry.line, entry.column)
        if error is None:
            return Unreadable("broken-xml", messages.broken_xml("?", 0, 0))
        return unreadable(error)

    def drained(self) -> Iterator[Dossier]:
        """
        The dossiers that were read whole by now; each is freed when the next is asked for.

        Raises: Unreadable, when the first element is not that of an envelope.
        """
        for _, element in self.parser.read_events():
            if self.root is None:
                self.root = element.getroottree().getroot()
                check_root(self.root)
            parent = element.getparent()
            if parent is None or local(parent.tag) not in {"DANHSACHHOSO", "THONGTINHOSO"}:
                continue
            if local(element.tag) == "SOLUONGHOSO":
                self.announced = element.text or ""
                continue
            self.count += 1
            yield dossier_of(element, self.count)
            element.clear()
            while element.getprevious() is not None:
                del parent[0]


def number(text: str) -> int:
    """The whole number that a text is; -1 when it is none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1  # noqa: PLR2004


def check_root(root: Element) -> None:
    """
    Look at the first element of an envelope.

    Raises: Unreadable, when it is another.
    """
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable("doctype", messages.doctype())
    if local(root.tag) != ROOT:
        raise Unreadable("wrong-element", messages.wrong_element(local(root.tag), ROOT))


def is_begun(head: bytes) -> bool:
    """
    Whether the first element has begun, after what may stand before it.

    Raises: Unreadable, for another encoding, a document type, no XML, or too long a beginning.
    """
    rest = check_prologue(head)
    if rest[:1] == b"<" and len(rest) > 1 and rest[1:2] not in b"?!":
        return True
    if len(head) > LONGEST_PROLOGUE:
        raise Unreadable("broken-xml", messages.broken_xml("the first element is missing", 1, 1))
    return False


def check_prologue(head: bytes) -> bytes:
    """
    Look at what stands before the first element; what follows it.

    Raises: Unreadable, for another encoding, a document type, or what is no XML.
    """
    for mark, found in MARKS:
        if mark in head[:4]:
            raise Unreadable("wrong-encoding", messages.wrong_encoding(found))
    text = head.removeprefix(BOM)
    declared = ENCODING.match(text)
    if declared and declared[1].lower() not in {b"utf-8", b"utf8", b"us-ascii"}:
        found = declared[1].decode("ascii", "replace")
        raise Unreadable("wrong-encoding", messages.wrong_encoding(found))
    before = PROLOGUE.match(text[:LONGEST_PROLOGUE])
    rest = text[before.end() if before else 0 :]
    if rest[:9].upper() == b"<!DOCTYPE":
        raise Unreadable("doctype", messages.doctype())
    if rest[:1] not in {b"<", b""}:
        raise Unreadable("broken-xml", messages.broken_xml("this is no XML", 1, 1))
    return rest


def unreadable(error: etree.XMLSyntaxError) -> Unreadable:
    """What a parser's error says, in our words."""
    return named(error.code, str(error.msg or "?"), *error.position)


def named(code: int, reason: str, line: int, column: int) -> Unreadable:
    """An error of the parser by our name for it."""
    reason = re.sub(r", line \d+, column \d+.*", "", reason.split("\n", 1)[0])
    if code in NOT_UTF8:
        return Unreadable("wrong-encoding", messages.wrong_encoding(f"{reason} ({line}:{column})"))
    return Unreadable("broken-xml", messages.broken_xml(reason, line, column))


def local(tag: str) -> str:
    """The name of an element without its namespace."""
    return tag.rsplit("}", 1)[-1]


def dossier_of(element: Element, count: int) -> Dossier:
    """The tables of one HOSO."""
    tables: list[Table] = []
    troubles: list[Trouble] = []
    for child in element:
        if local(child.tag) != "FILEHOSO":
            said = messages.wrong_element(local(child.tag), "FILEHOSO")
            troubles.append(Trouble("wrong-element", said, count))
            continue
        parts = {local(part.tag): part for part in child}
        name = (parts["LOAIHOSO"].text or "").strip() if "LOAIHOSO" in parts else ""
        for wanted in ("LOAIHOSO", "NOIDUNGFILE"):
            if wanted not in parts:
                said = messages.missing_element(wanted, "FILEHOSO")
                troubles.append(Trouble("required", said, count, name[:20], f"/{wanted}"))
        if "NOIDUNGFILE" not in parts or not name:
            continue
        try:
            root = content_of(parts["NOIDUNGFILE"])
        except Unreadable as error:
            troubles.append(Trouble(error.rule, error.said, count, name[:20]))
        else:
            if root is not None:
                tables.append(Table(name, root))
    return Dossier(count, tuple(tables), tuple(troubles))


def content_of(node: Element) -> Element | None:
    """
    The first element of a table: plain, as text, or in base64; None when there is no content.

    Raises: Unreadable.
    """
    if len(node):
        if len(node) > 1:
            said = messages.wrong_element(local(node[1].tag), "/NOIDUNGFILE")
            raise Unreadable("wrong-element", said)
        return node[0]
    text = (node.text or "").strip()
    if not text:
        return None
    if text[0] in "<\ufeff":
        return parsed(text.encode())
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unreadable("broken-base64", messages.broken_base64(str(error))) from None
    return parsed(data) if data.strip() else None


def parsed(data: bytes) -> Element:
    """
    The first element of a document.

    Raises: Unreadable.
    """
    if data.count(b"<") > MOST_MARKS or len(data) > LARGEST:
        most = f"{LARGEST >> 20} MB / {MOST_MARKS // 2:,} elements"
        raise Unreadable("too-large", messages.too_large("NOIDUNGFILE", most))
    check_prologue(data)
    try:
        root = etree.fromstring(data, etree.XMLParser(**OPTIONS))
    except etree.XMLSyntaxError as error:
        raise unreadable(error) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable("doctype", messages.doctype())
    return root
