"""
JSON Schema 2020-12 of record layouts, data elements and code lists.

What is decided here:

- Values have strict JSON types: a number is a number, not text with digits. Who reads CSV or XML
  turns text into values before checking.
- An optional field may be absent, null or the empty text; all three mean that there is no value.
- Patterns of fields match the whole value. They are written for ECMA 262 and keep to what all
  dialects share.
- Code lists of at most 200 codes to choose from become `enum`; larger ones, lists of several
  values in one text and preferred lists stand under our own keyword `codeList`, which other
  validators pass over. Annotations of ours begin with `x-`.

Source: JSON Schema 2020-12, https://json-schema.org/draft/2020-12/json-schema-core
"""

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

import msgspec

from catalog.core.errors import CannotSay, NotFound
from catalog.core.model import Binding, CodeList, DataElement, Field, Rule, Schema, Text, ValueSet
from catalog.core.names import Key, Kind
from catalog.core.release import Entry, Release
from catalog.core.terminology import Lexicon
from catalog.core.text import in_language
from catalog.formats.format import Format, Setting

DIALECT = "https://json-schema.org/draft/2020-12/schema"

SUFFIX = ".schema.json"

LARGEST_ENUMERATION = 200
"""How many codes an `enum` may have."""

MOST_DIGITS = 300
"""Beyond this a limit on digits would not be a number that others can read."""

LONGEST_NUMBER = 15
"""How many digits every reader of JSON keeps exact."""

Document: TypeAlias = dict[str, Any]

YEAR, MONTH, DAY = "[1-9][0-9]{3}", "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"
TIME = "(?:[01][0-9]|2[0-3])[0-5][0-9]"

FORMATS: dict[str, str] = {
    "yyyymmdd": f"{YEAR}{MONTH}{DAY}",
    "yyyymmddHHMM": f"{YEAR}{MONTH}{DAY}{TIME}",
    "yyyymmdd|yyyymmddHHMM": f"{YEAR}{MONTH}{DAY}(?:{TIME})?",
    "birth": f"{YEAR}(?:0000|{MONTH}(?:00|0[1-9]|[12][0-9]|3[01]))(?:{TIME})?",
    "date": f"{YEAR}-{MONTH}-{DAY}",
    "date-time": (
        f"{YEAR}-{MONTH}-{DAY}[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]+)?"
        "(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
    ),
}
"""
The shape of each format. That the day is one of the calendar (no 30 February) is more than a
pattern should say; the checking engine sees to it.
"""

NUMBERS = {"integer": "integer", "decimal": "number"}
"""JSON's names for our numbers."""

ITEMS = {"integer": "-?[0-9]+", "decimal": "-?[0-9]+(?:\\.[0-9]+)?"}
"""How a number is written among several values in one text."""


# -- structure: what a record must look like, lists left out ----------------------------------


def structure(schema: Schema) -> Document:
    """
    Names, types, lengths, patterns: the schema of a record without its lists and notes.

    This is what the checking engine compiles; the published schema says the same and more.
    """
    fields = tuple(fields_of(schema))
    document: Document = {
        "$schema": DIALECT,
        "type": "object",
        "properties": {field.name: field_structure(field) for field in fields},
        "required": [field.name for field in fields if field.required == "yes"],
    }
    if schema.closed:
        document["additionalProperties"] = False
    return document


def fields_of(schema: Schema) -> Iterator[Field]:
    """The fields in their order."""
    return (member for member in schema.members if isinstance(member, Field))


def rules_of(schema: Schema) -> Iterator[Rule]:
    """The rules in their order."""
    return (member for member in schema.members if isinstance(member, Rule))


def field_structure(field: Field) -> Document:
    """The JSON type of a field's value, its length and its patterns."""
    required = field.required == "yes"
    if is_text(field):
        document: Document = {"type": "string" if required else ["string", "null"]}
        if required:
            document["minLength"] = 1
        if field.max_length:
            document["maxLength"] = field.max_length
        match patterns_of(field):
            case [pattern]:
                document["pattern"] = pattern
            case [pattern, *others]:
                document["pattern"] = pattern
                document["allOf"] = [{"pattern": other} for other in others]
        return document
    name = NUMBERS.get(field.type, field.type)
    # The only text that stands for no value is the empty one.
    document = {"type": name} if required else {"type": [name, "string", "null"], "maxLength": 0}
    if field.type in NUMBERS and 0 < field.max_length <= MOST_DIGITS:
        limit = 10**field.max_length
        document |= {"exclusiveMinimum": -limit, "exclusiveMaximum": limit}
    return document


def is_text(field: Field) -> bool:
    """Whether the field's value is text in JSON; several numbers in one field are text."""
    return field.type == "string" or bool(field.separator)


def patterns_of(field: Field) -> list[str]:
    """The patterns of a field's text: of its format, of its numbers, its own."""
    number = ITEMS.get(field.type) if field.separator else None
    parts = (FORMATS.get(field.format), number, inner(field.pattern))
    return [whole(field, part) for part in parts if part]


def format_pattern(field: Field) -> str:
    """The pattern that a field's format gives; empty when it has no format."""
    part = FORMATS.get(field.format)
    return whole(field, part) if part else ""


def inner(pattern: str) -> str:
    """A pattern without the anchors at its two ends."""
    if pattern.startswith("^") and pattern.endswith("$") and not pattern.endswith("\\$"):
        return pattern[1:-1]
    return pattern


def whole(field: Field, item: str) -> str:
    """A pattern for the whole value: one item, or several with separators; or nothing at all."""
    optional = field.required != "yes"
    if field.separator:
        between = "".join(f"\\{c}" if c in r"^$\.*+?()[]{}|/" else c for c in field.separator)
        item = f"(?:{item})(?:{between}(?:{item}))*"
    return f"^(?:{item})?$" if optional else f"^(?:{item})$"


# -- publication: lists, names and notes besides ----------------------------------------------


def write(release: Release, setting: Setting) -> Iterable[bytes]:
    """
    The JSON Schema of a release; small lists stand in it as `enum`.

    Raises: CannotSay, for other kinds than schema, data-element, code-list and value-set.
    """
    return [encode(document_of(release, setting))]


def write_bundled(release: Release, setting: Setting) -> Iterable[bytes]:
    """The same, with each small list once under `$defs`; needs nothing from elsewhere."""
    document = document_of(release, setting)
    document["$id"] += "?bundle=1"
    definitions: Document = {}
    for property_document in document.get("properties", {}).values():
        gather(property_document, definitions)
    if definitions:
        document["$defs"] = definitions
    return [encode(document)]


def encode(document: Document) -> bytes:
    """Bytes with lines, so that people can read and compare them."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def gather(field: Document, definitions: Document) -> None:
    """Move a field's enumeration to the definitions and refer to it."""
    codes = field.pop("enum", None)
    if codes is None:
        return
    labels = field.pop("x-enum-labels")
    listed = [code for code in codes if code not in ("", None)]
    kind = "integer" if isinstance(listed[0], int) else "string"
    key = field["codeList"]["key"].split("/", 1)[1].replace("/", ".")
    name = f"{key}.{field['codeList']['version']}" + ("" if kind == "string" else f".{kind}")
    definitions[name] = {"type": kind, "enum": listed, "x-enum-labels": labels}
    # Versions are letters, digits, dots, lines and underscores: nothing to escape in a fragment.
    reference = {"$ref": f"#/$defs/{name}"}
    if len(listed) == len(codes):
        field |= reference
    else:
        field["anyOf"] = [reference, {"enum": ["", None]}]


def document_of(release: Release, setting: Setting) -> Document:
    """
    The JSON Schema of a release as a document.

    Raises: CannotSay.
    """
    key = Key.parse(release.entry.key)
    head: Document = {
        "$schema": DIALECT,
        "$id": setting.space.release(key, release.entry.version) + SUFFIX,
        **named(release.body.title, release.body.description),
        "x-key": release.entry.key,
        "x-version": release.entry.version,
        "x-start": release.entry.start.isoformat(),
    }
    match release.body:
        case Schema() as schema:
            return head | record_document(schema, release.entry, setting)
        case DataElement() as element:
            field = field_of(element)
            value = field_document(field, release.entry, setting)
            return head | {name: said for name, said in value.items() if name not in head}
        case CodeList() | ValueSet():
            return head | list_document(setting.library.lexicon(release.entry))
        case _:
            raise CannotSay(release.entry.key, FORMAT.name, ())


def named(title: Text, description: Text) -> Document:
    """Title and description in Vietnamese, all languages under our own annotation."""
    document: Document = {"title": in_language(title, "vi"), "x-title": title}
    if description:
        document["description"] = in_language(description, "vi")
        document["x-description"] = description
    return document


def record_document(schema: Schema, entry: Entry, setting: Setting) -> Document:
    """The record: its fields in order, what must be there, and the rules as annotations."""
    document = structure(schema)
    for field in fields_of(schema):
        document["properties"][field.name] = field_document(field, entry, setting)
    notes = {
        "x-record": schema.record,
        "x-date-field": schema.date_field,
        "x-date-fallbacks": list(schema.date_fallbacks),
        "x-sex-field": schema.sex_field,
        "x-birth-field": schema.birth_field,
        "x-rules": [rule_document(rule) for rule in rules_of(schema)],
    }
    return document | {name: note for name, note in notes.items() if note}


def rule_document(rule: Rule) -> Document:
    """A rule as it is published; its expressions are CEL."""
    document: Document = msgspec.to_builtins(rule)
    document.pop("is")
    document["severity"] = rule.severity
    return document


def field_document(field: Field, entry: Entry, setting: Setting) -> Document:
    """One field: names, structure, list, and what else is known of it."""
    document = named(field.label, field.definition) | field_structure(field)
    if field.format:
        document["x-format"] = field.format
        # Validators that enforce formats would refuse the empty text of an optional field.
        if field.format in {"date", "date-time"} and field.required == "yes":
            document["format"] = field.format
    if field.binding is not None:
        document |= binding_document(field, field.binding, entry, setting)
    notes = {
        "x-required": field.required if field.required == "conditional" else "",
        "x-unit": field.unit,
        "x-data-class": field.data_class,
        "x-element": field.element,
        "x-note": field.note,
    }
    return document | {name: note for name, note in notes.items() if note}


def field_of(element: DataElement) -> Field:
    """A data element as a field that must have a value."""
    return Field(
        name=element.technical_name,
        label=element.title,
        definition=element.definition or element.description,
        type=element.type,
        max_length=element.max_length,
        format=element.format,
        required="yes",
        binding=element.binding,
        unit=element.unit,
        data_class=element.data_class,
    )


def binding_document(field: Field, binding: Binding, entry: Entry, setting: Setting) -> Document:
    """The keyword `codeList` of a bound field, and `enum` when the list is small enough."""
    key = Key.parse(binding.list)
    keyword: Document = {"key": binding.list, "strength": binding.strength}
    if field.separator:
        keyword["separator"] = field.separator
    if binding.checks:
        keyword["checks"] = list(binding.checks)
    locked = locked_entry(key, binding.version, entry, setting)
    if locked is None:
        return {"codeList": keyword | {"href": setting.space.artefact(key)}}
    keyword |= {"version": locked.version, "href": setting.space.release(key, locked.version)}
    if field.separator or binding.strength != "required":
        return {"codeList": keyword}
    codes = codes_of(setting.library.lexicon(locked))
    if field.type == "integer":
        values: list[Any] = [int(code) for code in codes if is_number(code)]
    else:
        values = list(codes) if field.type == "string" else []
    if not values:
        return {"codeList": keyword}
    if field.required != "yes":
        values += ["", None]
    return {"enum": values, "x-enum-labels": codes, "codeList": keyword}


def is_number(code: str) -> bool:
    """Whether a code is what a whole number looks like as text."""
    plain = code.isascii() and code.isdecimal() and len(code) <= LONGEST_NUMBER
    return plain and (code == "0" or code[0] != "0")


def locked_entry(key: Key, version: str, entry: Entry, setting: Setting) -> Entry | None:
    """The release of a list that an entry holds on to; None when it names none that is here."""
    versions = [lock.version for lock in entry.lock if lock.key == str(key)]
    wanted = version or next(iter(versions), "")
    try:
        return setting.library.timeline(key).named(wanted) if wanted else None
    except NotFound:
        return None


def codes_of(lexicon: Lexicon) -> dict[str, Text]:
    """The codes to choose from with their names; nothing when there are more than 200."""
    codes: dict[str, Text] = {}
    for concept in lexicon.concepts():
        if concept.selectable and not concept.retired:
            codes[concept.code] = concept.display
            if len(codes) > LARGEST_ENUMERATION:
                return {}
    return codes


def list_document(lexicon: Lexicon) -> Document:
    """A code list as the schema of one code."""
    document: Document = {"type": "string", "minLength": 1}
    codes = codes_of(lexicon)
    if codes:
        document |= {"enum": list(codes), "x-enum-labels": codes}
    return document | {"x-size": lexicon.size}


FORMAT = Format(
    name="json-schema",
    suffix=SUFFIX,
    media_type="application/schema+json",
    kinds=frozenset({Kind.SCHEMA, Kind.DATA_ELEMENT, Kind.CODE_LIST, Kind.VALUE_SET}),
    write=write,
)
