"""Expansion: the concepts that a value set chooses, as a code list that can be compiled."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from msgspec.structs import replace

from catalog.core.findings import Finding
from catalog.core.model import CodeList, Concept, PropertyType, Selection, ValueSet
from catalog.core.terminology import Filter, Lexicon

ORIGIN = "code_list"
"""The property by which an expanded concept says which list it is from (the list's key)."""

ORIGIN_TYPE = PropertyType(
    name=ORIGIN,
    label={"vi": "Danh mục gốc", "en": "Code list of origin"},
    description={
        "vi": "Khóa của danh mục mã mà khái niệm được chọn từ đó.",
        "en": "Key of the code list that the concept was chosen from.",
    },
)

STRIDE = 1000
"""How many concepts are asked for at once."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """
    What a value set comes to.

    Attributes:
        code_list: the header of the value set over the chosen concepts.
        findings: rules that choose nothing, and codes that two lists share.
    """

    code_list: CodeList
    findings: tuple[Finding, ...]


def expand(value_set: ValueSet, lexicon_of: Callable[[str], Lexicon]) -> CodeList:
    """
    The concepts that a value set chooses, as a code list.

    As `expansion_of`; of two concepts with one code, the one of the list named first is taken.
    """
    return expansion_of(value_set, lexicon_of).code_list


def expansion_of(value_set: ValueSet, lexicon_of: Callable[[str], Lexicon]) -> Expansion:
    """
    The concepts that a value set chooses, and what is amiss with the choice.

    Lists come in the order in which the rules first include them, concepts in the order of their
    list; excludes win. A parent that is not chosen gives way to the nearest ancestors that are.
    Each concept says in the property ORIGIN which list it is from.

    Args:
        value_set: the rules.
        lexicon_of: the lexicon of a list's key; what it raises is passed on.
    """
    lexicon_of = cache(lexicon_of)
    findings = list(fruitless(value_set, lexicon_of))
    members: dict[str, Concept] = {}
    types: dict[str, PropertyType] = {ORIGIN: ORIGIN_TYPE}
    levels: dict[str, None] = {}
    for key in dict.fromkeys(r.list for r in value_set.members if r.action == "include"):
        lexicon = lexicon_of(key)
        for declared in lexicon.header.property_types:
            types.setdefault(declared.name, declared)
        levels.update(dict.fromkeys(lexicon.header.levels))
        for concept in chosen_concepts(value_set, key, lexicon):
            former = members.setdefault(concept.code, concept)
            if former is not concept:
                findings.append(shared_code(concept.code, str(former.properties[ORIGIN]), key))
    header = {name: getattr(value_set, name) for name in value_set.__struct_fields__}
    code_list = CodeList(
        **{
            **header,
            "members": tuple(members.values()),
            "property_types": tuple(types.values()),
            "levels": tuple(levels),
        }
    )
    return Expansion(code_list, tuple(findings))


def chosen_concepts(value_set: ValueSet, key: str, lexicon: Lexicon) -> Iterator[Concept]:
    """The concepts of one list that the rules leave in, as they stand in the expansion."""
    chosen: set[str] = set()
    barred: set[str] = set()
    for rule in value_set.members:
        if rule.list == key:
            (chosen if rule.action == "include" else barred).update(codes_of(rule, lexicon))
    chosen -= barred

    @cache
    def kept_parents(parents: tuple[str, ...]) -> tuple[str, ...]:
        return nearest(parents, chosen, lexicon)

    for concept in lexicon.concepts():
        if concept.code in chosen:
            properties = {**concept.properties, ORIGIN: key}
            yield replace(concept, parents=kept_parents(concept.parents), properties=properties)


def nearest(parents: tuple[str, ...], chosen: set[str], lexicon: Lexicon) -> tuple[str, ...]:
    """The chosen ones of these parents, and for the others their nearest chosen ancestors."""
    if all(parent in chosen for parent in parents):
        return parents
    above = frozenset[str]().union(*(lexicon.ancestors(parent) for parent in parents))
    kept = [*(p for p in parents if p in chosen), *sorted((above & chosen).difference(parents))]
    covered = frozenset[str]().union(*(lexicon.ancestors(code) for code in kept))
    return tuple(code for code in kept if code not in covered)


def codes_of(rule: Selection, lexicon: Lexicon) -> Iterable[str]:
    """The codes that one rule names, whatever its action."""
    match rule.op:
        case "all":
            return (concept.code for concept in lexicon.concepts())
        case "code":
            return (code for code in rule.values if lexicon.has(code))
        case "is-a":
            within = [code for code in rule.values if lexicon.has(code)]
            below = (code for top in within for code in found(lexicon, Filter(below=top)))
            return (*within, *below)
        case "property":
            return (
                code
                for value in rule.values
                for code in found(lexicon, Filter(properties={rule.property: value}))
            )


def found(lexicon: Lexicon, wanted: Filter) -> Iterator[str]:
    """The codes that a filter finds, page by page."""
    after: int | None = 0
    while after is not None:
        page = lexicon.find(wanted, after=after, limit=STRIDE)
        yield from (concept.code for concept in page.concepts)
        after = page.next


def fruitless(value_set: ValueSet, lexicon_of: Callable[[str], Lexicon]) -> Iterator[Finding]:
    """A finding for each value of a rule that finds no concept."""
    for rule in value_set.members:
        lexicon = lexicon_of(rule.list)
        for value in rule.values:
            if rule.op in {"code", "is-a"} and not lexicon.has(value):
                yield missing_code(rule, value)
            if rule.op == "property":
                wanted = Filter(properties={rule.property: value})
                if not lexicon.find(wanted, limit=0).total:
                    yield missing_value(rule, value)


def missing_code(rule: Selection, code: str) -> Finding:
    """A rule names a code that its list does not have."""
    return Finding(
        rule="code-not-in-list",
        path=f"{rule.id}/values",
        value=code,
        message={
            "vi": f"Mã {code} không có trong {rule.list}; hãy sửa mã hoặc bỏ khỏi quy tắc.",
            "en": f"The code {code} is not in {rule.list}; mend it or take it out of the rule.",
        },
    )


def missing_value(rule: Selection, value: str) -> Finding:
    """A rule asks for a value of a property that no concept has."""
    name = rule.property
    return Finding(
        rule="nothing-chosen",
        severity="warning",
        path=f"{rule.id}/values",
        value=value,
        message={
            "vi": f"Không khái niệm nào của {rule.list} có {name} = {value}; hãy xem lại quy tắc.",
            "en": f"No concept of {rule.list} has {name} = {value}; look at the rule again.",
        },
    )


def shared_code(code: str, first: str, second: str) -> Finding:
    """Two lists of a value set both bring a code."""
    return Finding(
        rule="code-in-two-lists",
        path=code,
        value=code,
        message={
            "vi": f"Mã {code} có cả trong {first} và {second}; hãy loại một mã bằng quy tắc.",
            "en": f"The code {code} is in both {first} and {second}; exclude one by a rule.",
        },
    )


def lists_of(value_set: ValueSet) -> tuple[str, ...]:
    """The keys of the lists that the rules speak of, in order, each once."""
    return tuple(dict.fromkeys(rule.list for rule in value_set.members))
