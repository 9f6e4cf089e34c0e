"""
XSD 1.0 of claim tables: the XML twin of the JSON Schema, from the same layout.

What is decided here:

- The elements are those of the layout: root, list and row. A layout without a list has its fields
  in the root; one that names no elements is called by its record.
- Fields stand in the order of the layout. A required field must be there with a value; any other
  may be absent or empty, which both mean that there is no value.
- Every schema also has the envelope GIAMDINHHS. Its NOIDUNGFILE holds base64 or the table itself;
  tables that are not of this schema pass unlooked at.

Where XSD 1.0 and our JSON Schema cannot say the same:

- Order: JSON has none, XSD asks for the layout's order, and no element twice.
- An open layout takes unknown fields in JSON; in XSD only elements of another namespace, as others
  would be ambiguous.
- Numbers: JSON knows 5 and 5.0 as one whole number and has exponents. XML has text: a dot, no
  exponent; xs:integer also takes +5, 007 and spaces around.
- Null: XML has none, it is the empty element.
- Characters that XML 1.0 does not have (most controls) cannot be in XML at all.
- Patterns: ours are whole-value patterns of the common core. Look-around, back references, lazy
  repetition, word borders and anchors inside do not exist in XSD; a pattern with one of them is
  left out, with a note in the annotation. In XSD a dot takes no carriage return.
- Lists of more than 200 codes, several values in one text, preferred lists, rules over several
  fields, days of the calendar, and the length of elements in base64: neither says them as such;
  the checking engine does. JSON Schema names the list (`codeList`), XSD in an annotation.

Source: XML Schema 1.0, https://www.w3.org/TR/xmlschema-1/ and https://www.w3.org/TR/xmlschema-2/
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

from lxml import etree

from catalog.core.errors import BadFile, CannotSay
from catalog.core.model import Field, Schema, Text
from catalog.core.names import Key, Kind
from catalog.core.release import Entry, Release
from catalog.formats.format import Format, Setting
from catalog.formats.json_schema import (
    MOST_DIGITS,
    codes_of,
    field_structure,
    fields_of,
    is_number,
    is_text,
    locked_entry,
)

SPACE: Final = "http://www.w3.org/2001/XMLSchema"
XS: Final = f"{{{SPACE}}}"
LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"

ENVELOPE: Final = "GIAMDINHHS"

LARGEST_LENGTH: Final = 2**31 - 1
"""What validators keep a length in."""

Node: TypeAlias = Any
"""An element of lxml, which has no types."""

NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
NOT_NAME: Final = re.compile(r"[^A-Za-z0-9_.-]+")
PIECE: Final = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\(\?:|\(\?|[*+?}]\?|[\^$]|.", re.DOTALL)
SHARED_ESCAPES: Final = frozenset("dDsSwWnrt\\.|?*+(){}[]^-")


def node(parent: Node, tag: str, /, **attributes: str) -> Node:
    """A new element of XSD at the end of another."""
    return etree.SubElement(parent, XS + tag, attributes)


def annotate(parent: Node, *texts: Text) -> None:
    """Words for people, in each language that there are words in."""
    said = [(lang, words) for text in texts for lang, words in sorted(text.items()) if words]
    if not said:
        return
    annotation = node(parent, "annotation")
    for language, words in said:
        documentation = node(annotation, "documentation")
        documentation.set(LANGUAGE, language)
        documentation.text = "".join(c for c in words if c >= " " or c in "\n\t")


# -- patterns ---------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def xsd_pattern(pattern: str) -> str | None:
    r"""
    A whole-value pattern in the words of XSD; None when XSD has none for it.

    >>> xsd_pattern("^(?:[0-9]{8}(?:[0-9]{4})?)?$"), xsd_pattern("^(?=a)b$")
    ('([0-9]{8}([0-9]{4})?)?', None)
    """
    if not (pattern.startswith("^") and pattern.endswith("$")) or pattern.endswith("\\$"):
        return None
    written: list[str] = []
    for piece in PIECE.findall(pattern[1:-1]):
        said = said_in_xsd(piece)
        if said is None:
            return None
        written.append(said)
    text = "".join(written)
    return text if is_pattern(text) else None


def said_in_xsd(piece: str) -> str | None:
    """One piece of a pattern in the words of XSD; None when there are none."""
    if piece == "(?:":
        return "("
    if piece in {"^", "$"} or piece.startswith("(?") or re.fullmatch(r"[*+?}]\?", piece):
        return None
    if piece.startswith("\\"):
        if piece[1] == "d":
            return "[0-9]"
        if piece[1] in "/$":
            return piece[1]
        return piece if piece[1] in SHARED_ESCAPES - set("wWDsS") else None
    if piece.startswith("[") and len(piece) > 1:
        return said_set(piece)
    return piece


def said_set(piece: str) -> str | None:
    """A set of characters; those that XSD reads in another way are not taken over."""
    inner = piece[1:-1].removeprefix("^")
    for escaped in re.findall(r"\\(.)", inner):
        if escaped not in SHARED_ESCAPES - set("wWDsS") and escaped != "/":
            return None
    bare = re.sub(r"\\.", "", inner)
    if not inner or "[" in bare:
        return None
    return piece.replace("\\d", "0-9").replace("\\/", "/")


@lru_cache(maxsize=4096)
def is_pattern(text: str) -> bool:
    """Whether a validator takes the text as a pattern of XSD."""
    schema = etree.Element(XS + "schema", nsmap={"xs": SPACE})
    simple = node(schema, "simpleType", name="t")
    restriction = node(simple, "restriction", base="xs:string")
    try:
        node(restriction, "pattern", value=text)
        etree.XMLSchema(schema)
    except (etree.XMLSchemaParseError, ValueError):
        return False
    return True


# -- fields -----------------------------------------------------------------------------------


def add_field(parent: Node, field: Field, entry: Entry, setting: Setting) -> None:
    """The element of a field with its words and its type."""
    required = field.required == "yes"
    element = node(parent, "element", name=field.name, minOccurs="1" if required else "0")
    codes = listed(field, entry, setting)
    patterns, unsaid = patterns_of(field)
    annotate(element, field.label, field.definition, *notes_of(field, unsaid))
    if is_text(field):
        add_text(element, field, patterns, codes)
    else:
        add_value(element, field, codes)


def notes_of(field: Field, unsaid: Sequence[str]) -> Iterable[Text]:
    """What the type cannot say: the list of a field, patterns that XSD has no words for."""
    if field.binding is not None:
        key, strength = field.binding.list, field.binding.strength
        yield {"vi": f"Danh mục: {key} ({strength})", "en": f"Code list: {key} ({strength})"}
    for pattern in unsaid:
        yield {
            "vi": f"Mẫu không diễn đạt được bằng XSD: {pattern}",
            "en": f"Pattern that XSD cannot say: {pattern}",
        }


def patterns_of(field: Field) -> tuple[list[str], list[str]]:
    """The patterns of a field as XSD has them, and those that it cannot say."""
    document = field_structure(field)
    ours = [document["pattern"]] if "pattern" in document else []
    ours += [other["pattern"] for other in document.get("allOf", ())]
    said, unsaid = [], []
    for pattern in ours:
        text = xsd_pattern(pattern)
        if text is None:
            unsaid.append(pattern)
        else:
            said.append(text)
    return said, unsaid


def listed(field: Field, entry: Entry, setting: Setting) -> dict[str, Text]:
    """The codes of a field's list when they are few and it must be one of them."""
    binding = field.binding
    if binding is None or field.separator or binding.strength != "required":
        return {}
    locked = locked_entry(Key.parse(binding.list), binding.version, entry, setting)
    return {} if locked is None else codes_of(setting.library.lexicon(locked))


def add_text(parent: Node, field: Field, patterns: Sequence[str], codes: dict[str, Text]) -> None:
    """The type of a text. Patterns of one step are alternatives, so each has its own step."""
    where = node(parent, "simpleType")
    steps = [where]
    for _ in patterns[1:]:
        restriction = node(steps[-1], "restriction")
        steps.append(node(restriction, "simpleType"))
    innermost = node(steps[-1], "restriction", base="xs:string")
    restrictions = [innermost, *(step[0] for step in reversed(steps[:-1]))]
    for restriction, pattern in zip(restrictions, patterns, strict=False):
        node(restriction, "pattern", value=pattern)
    outermost = restrictions[-1]
    if codes and field.type == "string":
        add_codes(outermost, codes)
        if field.required != "yes":
            node(outermost, "enumeration", value="")
    if field.required == "yes":
        node(outermost, "minLength", value="1")
    if 0 < field.max_length <= LARGEST_LENGTH:
        node(outermost, "maxLength", value=str(field.max_length))


def add_codes(restriction: Node, codes: dict[str, Text]) -> None:
    """An enumeration with the names of its codes."""
    for code, names in codes.items():
        annotate(node(restriction, "enumeration", value=code), names)


def add_value(parent: Node, field: Field, codes: dict[str, Text]) -> None:
    """The type of a number or truth value; a field that may be empty takes the empty text too."""
    where = node(parent, "simpleType")
    if field.required != "yes":
        union = node(where, "union")
        where = node(union, "simpleType")
        empty = node(node(union, "simpleType"), "restriction", base="xs:string")
        node(empty, "length", value="0")
    base = {"integer": "xs:integer", "decimal": "xs:decimal", "boolean": "xs:boolean"}[field.type]
    restriction = node(where, "restriction", base=base)
    if field.type == "boolean":
        node(restriction, "pattern", value="true|false")
        return
    if field.type == "integer":
        add_codes(restriction, {code: said for code, said in codes.items() if is_number(code)})
    if 0 < field.max_length <= MOST_DIGITS:
        # Digits before the dot only; libxml2 keeps at most 24 digits of a number exact.
        limit = "1" + "0" * field.max_length
        if field.max_length < EXACT_DIGITS:
            node(restriction, "minExclusive", value=f"-{limit}")
            node(restriction, "maxExclusive", value=limit)


EXACT_DIGITS: Final = 24
"""How many digits of a number libxml2 reads."""


# -- tables -----------------------------------------------------------------------------------


def element_names(schema: Schema, key: str) -> tuple[str, str, str]:
    """
    The names of a layout's root, list and row elements; list and row are empty when there is none.

    >>> element_names(Schema(title={}, record="Lượt khám"), "schema/byt/visit")
    ('visit', '', '')
    """
    named = (schema.root_element, schema.record, key.rsplit("/", 1)[-1])
    root = next((name for name in named if NAME.fullmatch(name)), "record")
    if NAME.fullmatch(schema.list_element) and NAME.fullmatch(schema.row_element):
        return root, schema.list_element, schema.row_element
    return root, "", ""


def add_table(document: Node, release: Release, setting: Setting) -> str:
    """
    The global element of a table; its name.

    Raises: CannotSay, when a release is no schema or a field's name is none in XML.
    """
    schema, entry = release.body, release.entry
    if not isinstance(schema, Schema):
        raise CannotSay(entry.key, FORMAT.name, ())
    root, listing, row = element_names(schema, entry.key)
    top = node(document, "element", name=root)
    annotate(top, schema.title, schema.description)
    where = node(node(top, "complexType"), "sequence")
    if listing:
        inner = node(where, "element", name=listing, minOccurs="0", maxOccurs="unbounded")
        rows = node(node(inner, "complexType"), "sequence")
        line = node(rows, "element", name=row, minOccurs="0", maxOccurs="unbounded")
        where = node(node(line, "complexType"), "sequence")
    for field in fields_of(schema):
        if not NAME.fullmatch(field.name):
            raise CannotSay(f"{entry.key} {field.name[:60]}", FORMAT.name, ())
        add_field(where, field, entry, setting)
    if not schema.closed:
        node(
            where,
            "any",
            namespace="##other",
            processContents="skip",
            minOccurs="0",
            maxOccurs="unbounded",
        )
    return root


def add_envelope(document: Node) -> None:
    """
    The envelope; tables of the same schema are validated in it, others pass.

    Source: CV 1245/BHXH-CNTT of 03/05/2024.
    """
    top = node(document, "element", name=ENVELOPE)
    annotate(top, {"vi": "Gói hồ sơ giám định", "en": "Envelope of claims"})
    kind = node(top, "complexType")
    parts = node(kind, "sequence")
    node(kind, "anyAttribute", processContents="skip")
    unit = inside(node(parts, "element", name="THONGTINDONVI", minOccurs="0"))
    node(unit, "element", name="MACSKCB", type="xs:string")
    files = inside(node(parts, "element", name="THONGTINHOSO"))
    node(files, "element", name="NGAYLAP", type="xs:string", minOccurs="0")
    node(files, "element", name="SOLUONGHOSO", type="xs:nonNegativeInteger")
    dossiers = inside(node(files, "element", name="DANHSACHHOSO"))
    dossier = inside(node(dossiers, "element", name="HOSO", minOccurs="0", maxOccurs="unbounded"))
    file = inside(node(dossier, "element", name="FILEHOSO", maxOccurs="unbounded"))
    node(file, "element", name="LOAIHOSO", type="xs:string")
    content = node(node(file, "element", name="NOIDUNGFILE"), "complexType", mixed="true")
    node(node(content, "sequence"), "any", processContents="lax", minOccurs="0")
    signed = node(node(parts, "element", name="CHUKYDONVI", minOccurs="0"), "complexType")
    signed.set("mixed", "true")
    wild = node(signed, "sequence")
    node(wild, "any", processContents="skip", minOccurs="0", maxOccurs="unbounded")


def inside(element: Node) -> Node:
    """The sequence of an element's children."""
    return node(node(element, "complexType"), "sequence")


def new_document(identity: str, *texts: Text) -> Node:
    """An empty schema document."""
    document = etree.Element(XS + "schema", nsmap={"xs": SPACE})
    document.set("elementFormDefault", "unqualified")
    document.set("version", identity)
    annotate(document, *texts)
    return document


def written(document: Node) -> bytes:
    """The bytes of a document."""
    data: bytes = etree.tostring(
        document, xml_declaration=True, encoding="UTF-8", pretty_print=True
    )
    return data


def write(release: Release, setting: Setting) -> Iterable[bytes]:
    """
    The XSD of a table, with the envelope it travels in.

    Raises: CannotSay.
    """
    address = setting.space.release(Key.parse(release.entry.key), release.entry.version)
    document = new_document(address, release.body.title)
    if add_table(document, release, setting) != ENVELOPE:
        add_envelope(document)
    return [written(document)]


def write_envelope(releases: Iterable[Release], setting: Setting) -> bytes:
    """
    One XSD of the envelope and of several tables, so that each table in it is validated.

    Raises: CannotSay, also when two tables have one root element.
    """
    said: Text = {"vi": "Gói hồ sơ giám định và các bảng", "en": "Envelope of claims with tables"}
    document = new_document(ENVELOPE, said)
    roots = {ENVELOPE}
    for release in releases:
        root = add_table(document, release, setting)
        if root in roots:
            raise CannotSay(f"{release.entry.key} {root}", FORMAT.name, ())
        roots.add(root)
    add_envelope(document)
    return written(document)


def validator_of(data: bytes) -> etree.XMLSchema:
    """
    A validator of an XSD's bytes; nothing is fetched, no entity is resolved.

    Raises: BadFile.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.XMLSchema(etree.fromstring(data, parser))
    except (etree.XMLSyntaxError, etree.XMLSchemaParseError) as error:
        raise BadFile(".xsd", str(error)[:200]) from None


FORMAT = Format(
    name="xsd",
    suffix=".xsd",
    media_type="application/xml",
    kinds=frozenset({Kind.SCHEMA}),
    write=write,
)
