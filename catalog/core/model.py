"""
The bodies: what a release says, as a header and keyed members, one shape for all kinds.

Bodies are documents. They hold text, whole numbers, truth values and lists of these, never
binary fractions, so that their canonical bytes are the same on every machine (decimals are
text). Days are ISO text (2024-07-01). Everything is frozen; `msgspec.structs.replace` makes a
changed copy.
"""

from typing import Literal, TypeAlias

from msgspec import Struct

from catalog.core.names import Kind

Text: TypeAlias = dict[str, str]
"""Words by language tag: {"vi": "Nam", "en": "Male"}."""

Value: TypeAlias = str | int | bool | list[str]
"""The value of a property of a concept."""

Completeness = Literal["complete", "partial", "missing", "unknown"]
Confidence = Literal["verified", "one-source", "inferred", "unverified"]


class Part(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Anything inside a body; says nothing by itself."""


class Header(Part, frozen=True, kw_only=True):
    """
    What every kind of body carries.

    Attributes:
        title: the name, by language.
        description: what it is for, by language.
        custodian: key of the organisation that answers for it.
        groups: keys of the data groups it is filed under.
        documents: keys of the legal documents that speak of it (the entry: those it rests on).
        keywords: free words to find it by.
        licence: SPDX name or address of the licence; empty when unknown.
        licence_class: open, or restricted when the content may not be passed on.
        source: where the content was taken from.
        completeness: how much of the official content is here.
        confidence: how sure it is, with the reason in confidence_note.
        deprecated: true when no longer to be used; replaced_by says by what (keys).
    """

    title: Text
    description: Text = {}
    custodian: str = ""
    groups: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    licence: str = ""
    licence_class: Literal["open", "restricted"] = "open"
    source: str = ""
    completeness: Completeness = "unknown"
    confidence: Confidence = "unverified"
    confidence_note: str = ""
    deprecated: bool = False
    replaced_by: tuple[str, ...] = ()


# -- code lists -----------------------------------------------------------------------------


class PropertyType(Part, frozen=True, kw_only=True):
    """What a property of concepts means and holds."""

    name: str
    type: Literal["text", "integer", "boolean", "code", "codes"] = "text"
    label: Text = {}
    description: Text = {}


class Concept(Part, frozen=True, kw_only=True):
    """
    A member of a code list; its key is the code, kept as text exactly as issued.

    Attributes:
        code: case, leading zeros and inner spaces are kept.
        display: preferred names, one per language.
        definition, note: longer words, by language.
        synonyms: other names, by language.
        aliases: other writings of the same code (E119 for E11.9).
        parents: codes of the broader concepts in the same list.
        level: what the concept is in a levelled list (chapter, group, ...); may be empty.
        selectable: false for headings that no record may carry.
        retired: true when the code may no longer be used; replaced_by says by what.
        valid_from, valid_to: days stated by the issuer, half-open; empty when not stated.
        properties: values by the names declared in the list's property_types.
    """

    code: str
    display: Text
    definition: Text = {}
    note: Text = {}
    synonyms: dict[str, tuple[str, ...]] = {}
    aliases: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    level: str = ""
    selectable: bool = True
    retired: bool = False
    replaced_by: tuple[str, ...] = ()
    valid_from: str = ""
    valid_to: str = ""
    properties: dict[str, Value] = {}


class CodeList(Header, frozen=True, kw_only=True, tag_field="kind", tag="code-list"):
    """A code list; its members are concepts."""

    property_types: tuple[PropertyType, ...] = ()
    levels: tuple[str, ...] = ()
    members: tuple[Concept, ...] = ()


# -- value sets -----------------------------------------------------------------------------


class Selection(Part, frozen=True, kw_only=True):
    """
    A rule of a value set: which concepts of a list are in or out.

    Attributes:
        id: the rule's own name, its key.
        action: include or exclude; excludes win.
        list: key of the code list.
        op: all, code (one of values), is-a (at or below one of values), property (it has one of
            values).
    """

    id: str
    action: Literal["include", "exclude"] = "include"
    list: str
    op: Literal["all", "code", "is-a", "property"] = "all"
    property: str = ""
    values: tuple[str, ...] = ()


class ValueSet(Header, frozen=True, kw_only=True, tag_field="kind", tag="value-set"):
    """A choice of concepts from code lists; its members are rules."""

    members: tuple[Selection, ...] = ()


# -- mappings -------------------------------------------------------------------------------

Relation = Literal["exact", "close", "broader", "narrower", "related", "none"]


class Match(Part, frozen=True, kw_only=True):
    """
    A row of a mapping; `none` says that the source has no counterpart, and then target is empty.

    `broader` reads: the target is broader than the source.
    """

    source: str
    target: str = ""
    relation: Relation = "exact"
    note: Text = {}
    properties: dict[str, Value] = {}


class Mapping(Header, frozen=True, kw_only=True, tag_field="kind", tag="mapping"):
    """How the codes of one list are said in another; its members are matches."""

    source_list: str
    target_list: str
    members: tuple[Match, ...] = ()


# -- schemas --------------------------------------------------------------------------------


class Binding(Part, frozen=True, kw_only=True):
    """
    Where the values of a field come from.

    Attributes:
        list: key of a code list or value set.
        strength: required (else an error), preferred (else a warning), or example (not checked).
        version: a version to hold on to; empty: the one in force on the record's day.
        checks: which properties of the code are held against the record: sex (`sex`), age
            (`age-min-days`, `age-max-days`), main (`not-main`: not as the main diagnosis), pairs
            (`dagger`: an asterisk code stands with one of its dagger codes).
    """

    list: str
    strength: Literal["required", "preferred", "example"] = "required"
    version: str = ""
    checks: tuple[Literal["sex", "age", "main", "pairs"], ...] = ()


FieldType = Literal["string", "integer", "decimal", "boolean"]
FieldFormat = Literal[
    "", "yyyymmdd", "yyyymmddHHMM", "birth", "yyyymmdd|yyyymmddHHMM", "date", "date-time"
]


class Field(Part, frozen=True, kw_only=True, tag_field="is", tag="field"):
    """
    A field of a record layout; its key is the technical name.

    Attributes:
        type: how the value is written in JSON; decimals have a dot and are numbers.
        max_length: in characters (digits for numbers); 0 when unlimited.
        format: yyyymmdd, yyyymmddHHMM, birth (as these, zeros for unknown parts), or JSON
            Schema's.
        required: yes, no, or conditional (then a rule of the schema says when).
        separator: the character between several values in one text; empty for one value.
        element: key of the data element that this field is a use of.
        data_class: proposed class of the data (personal-basic, personal-sensitive, ...).
    """

    name: str
    label: Text
    definition: Text = {}
    note: Text = {}
    type: FieldType = "string"
    max_length: int = 0
    format: FieldFormat = ""
    pattern: str = ""
    required: Literal["yes", "no", "conditional"] = "no"
    separator: str = ""
    binding: Binding | None = None
    element: str = ""
    unit: str = ""
    data_class: str = ""
    source: str = ""
    confidence: Literal["", "verified", "one-source", "inferred", "unverified"] = ""


class Rule(Part, frozen=True, kw_only=True, tag_field="is", tag="rule"):
    """
    A rule over a record; its key is `rule:` and its id.

    Attributes:
        id: stable name; findings carry it as rule:{id} or as the name in `finding`.
        fields: the fields that the condition names, the first is where the finding is shown.
        when: CEL that says when the rule applies; empty: always.
        must: CEL that must then be true. Absent fields are null; numbers are doubles.
        finding: the name of the finding, when one of the known names says it better.
        severity: error or warning.
        message: what is wrong, by language.
        document: key of the legal document behind it; source says where exactly.
    """

    id: str
    fields: tuple[str, ...]
    when: str = ""
    must: str
    finding: str = ""
    severity: Literal["error", "warning"] = "error"
    message: Text
    document: str = ""
    source: str = ""


class Schema(Header, frozen=True, kw_only=True, tag_field="kind", tag="schema"):
    """
    A record layout; its members are fields and rules.

    Attributes:
        record: names of the record as it is called on the wire (XML1) and of its XML elements.
        date_field: the field that dates a record, so that schema and lists of that day are used;
            date_fallbacks stand in for it, in this order, while it is empty.
        sex_field, birth_field: the fields that the checks of a binding look at.
        closed: true when fields that are not listed are findings.
    """

    record: str = ""
    root_element: str = ""
    list_element: str = ""
    row_element: str = ""
    date_field: str = ""
    date_fallbacks: tuple[str, ...] = ()
    sex_field: str = ""
    birth_field: str = ""
    closed: bool = True
    members: tuple[Field | Rule, ...] = ()


# -- what has no list inside ----------------------------------------------------------------


class DataElement(Header, frozen=True, kw_only=True, tag_field="kind", tag="data-element"):
    """A unit of data with one meaning wherever it is used (QĐ 2439/QĐ-TTg, ISO/IEC 11179)."""

    technical_name: str = ""
    definition: Text = {}
    context: Text = {}
    entity: str = ""
    owner: str = ""
    language: str = "vi"
    synonyms: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    type: FieldType = "string"
    max_length: int = 0
    format: FieldFormat = ""
    unit: str = ""
    rdf_type: str = ""
    binding: Binding | None = None
    normalisation: Text = {}
    access: str = ""
    mappings: dict[str, str] = {}
    data_class: str = ""
    data_class_ground: str = ""


class DataGroup(Header, frozen=True, kw_only=True, tag_field="kind", tag="data-group"):
    """A field of health data; `parent` is the key of the wider group."""

    number: str = ""
    parent: str = ""


class DocumentRelation(Part, frozen=True, kw_only=True):
    """How a legal document bears on another."""

    relation: Literal["amends", "replaces", "implements", "corrects", "based-on"]
    target: str
    note: str = ""


class Document(Header, frozen=True, kw_only=True, tag_field="kind", tag="document"):
    """A legal or technical document."""

    number: str
    issuer: str = ""
    issued: str = ""
    effective: str = ""
    expires: str = ""
    status: str = ""
    note: Text = {}
    relations: tuple[DocumentRelation, ...] = ()
    address: str = ""


class Organisation(Header, frozen=True, kw_only=True, tag_field="kind", tag="organisation"):
    """A body that issues, keeps or shares data."""

    role: str = ""
    parent: str = ""
    homepage: str = ""
    email: str = ""


class Distribution(Part, frozen=True, kw_only=True):
    """One form in which a dataset can be had; its key is the id."""

    id: str
    title: Text
    media_type: str = ""
    address: str = ""
    conforms_to: str = ""
    artefact: str = ""
    description: Text = {}


class Dataset(Header, frozen=True, kw_only=True, tag_field="kind", tag="dataset"):
    """
    A dataset that is opened or shared; its members are distributions.

    Attributes follow Decree 47/2020 art. 11, TT 24/2011 (Dublin Core) and DCAT 3.
    """

    publisher: str = ""
    contact: str = ""
    purpose: Text = {}
    collection: Text = {}
    access: Literal["open", "shared", "shared-on-request", "restricted"] = "shared-on-request"
    periodicity: str = ""
    spatial: str = ""
    temporal_start: str = ""
    temporal_end: str = ""
    items: tuple[str, ...] = ()
    legal_ground: str = ""
    members: tuple[Distribution, ...] = ()


Body: TypeAlias = (
    CodeList
    | ValueSet
    | Mapping
    | Schema
    | DataElement
    | DataGroup
    | Document
    | Organisation
    | Dataset
)
Member: TypeAlias = Concept | Selection | Match | Field | Rule | Distribution

BODIES: dict[Kind, type[Body]] = {
    Kind.CODE_LIST: CodeList,
    Kind.VALUE_SET: ValueSet,
    Kind.MAPPING: Mapping,
    Kind.SCHEMA: Schema,
    Kind.DATA_ELEMENT: DataElement,
    Kind.DATA_GROUP: DataGroup,
    Kind.DOCUMENT: Document,
    Kind.ORGANISATION: Organisation,
    Kind.DATASET: Dataset,
}


def kind_of(body: Body) -> Kind:
    """The kind that a body is of."""
    return Kind(str(body.__struct_config__.tag))


def members_of(body: Body) -> tuple[Member, ...]:
    """The members in their order; empty for kinds that have none."""
    return getattr(body, "members", ())


def key_of(member: Member) -> str:
    """
    The key under which a member is unique in its body.

    >>> key_of(Match(source="01.0001", target="31.44"))
    '01.0001>31.44'
    """
    match member:
        case Concept():
            return member.code
        case Field():
            return member.name
        case Rule():
            return f"rule:{member.id}"
        case Match():
            return f"{member.source}>{member.target}"
        case Selection() | Distribution():
            return member.id
