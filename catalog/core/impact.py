"""
What a change does to those who rely on a release: it breaks, adds, rewords, or does nothing.

The rules, kind by kind. *Breaking*: what was valid may be refused, or means something else, or a
code, field or row that was there is gone. *Additive*: more is allowed or known. *Editorial*: only
words that explain. Where a change could be either, it is called breaking.
"""

from collections.abc import Callable, Iterable
from difflib import SequenceMatcher
from itertools import product
from typing import Any, NamedTuple, TypeAlias

from catalog.core.document import plain
from catalog.core.model import (
    Binding,
    Body,
    Concept,
    DocumentRelation,
    Field,
    Match,
    Member,
    PropertyType,
    Rule,
    Selection,
    Text,
)
from catalog.core.release import Impact
from catalog.core.text import fold

RANK: dict[Impact, int] = {"none": 0, "editorial": 1, "additive": 2, "breaking": 3}
"""Impacts from the least to the worst."""

ALIKE = 0.6
"""From this share of common letters on, two names without a common word are taken for one."""

COMPARED = 200
"""How many letters of a name are compared; similarity is quadratic in them."""

GENERIC_VIETNAMESE = (
    "benh hoi chung khac va hoac cua do co khong voi trong cac nhung loai thuoc xac dinh ro dac "
    "hieu o tai phan cho theo bi la"
)
GENERIC_ENGLISH = (
    "disease diseases disorder disorders syndrome other others unspecified specified not "
    "elsewhere classified and or of the with without in due to by for on a an"
)
GENERIC_UNITS = (
    "tinh thanh pho quan huyen thi xa phuong tran dac khu province city district ward commune town"
)
GENERIC = frozenset(
    (*GENERIC_VIETNAMESE.split(), *GENERIC_ENGLISH.split(), *GENERIC_UNITS.split())
)
"""Folded words that stand in too many names to tell them apart."""

WIDER = {
    "yyyymmdd": frozenset({"yyyymmdd|yyyymmddHHMM", "birth"}),
    "yyyymmddHHMM": frozenset({"yyyymmdd|yyyymmddHHMM", "birth"}),
    "yyyymmdd|yyyymmddHHMM": frozenset({"birth"}),
}
"""For each format, those that also take what it takes."""

OPENNESS = ("restricted", "shared-on-request", "shared", "open")
STRENGTH = ("", "example", "preferred", "required")


class Verdict(NamedTuple):
    """One thing that a change is: its stable name, and what it does to those who rely on it."""

    what: str
    impact: Impact


Judge: TypeAlias = Callable[[Any, Any], Verdict]


def worst(impacts: Iterable[Impact]) -> Impact:
    """The gravest of some impacts; none of nothing."""
    return max(impacts, key=RANK.__getitem__, default="none")


def always(what: str, impact: Impact) -> Judge:
    """The same verdict whatever the values are."""
    verdict = Verdict(what, impact)
    return lambda _old, _new: verdict


def chosen(breaks: Callable[[Any, Any], bool], worse: str, better: str) -> Judge:
    """Breaking under the first name if a question says so, else additive under the second."""
    bad, good = Verdict(worse, "breaking"), Verdict(better, "additive")
    return lambda old, new: bad if breaks(old, new) else good


def relabelled(old: Text, new: Text) -> Verdict:
    """Other words, or the same in other letters."""
    return Verdict("respelled" if plain(old) == plain(new) else "relabelled", "editorial")


def bound(old: Binding | None, new: Binding | None) -> Verdict:
    """Another source of values: breaking when it is required and is not what it was."""
    if new is None:
        return Verdict("unbound", "additive")
    before = STRENGTH.index(old.strength if old else "")
    after = STRENGTH.index(new.strength)
    same = old is not None and (old.list, old.version) == (new.list, new.version)
    checks = set(new.checks) - set(old.checks if old else ())
    if checks or (new.strength == "required" and not (same and before == after)):
        return Verdict("bound", "breaking")
    return Verdict("bound" if after > before else "loosened", "additive")


def declared(old: tuple[PropertyType, ...], new: tuple[PropertyType, ...]) -> Verdict:
    """Properties: taken out or of another type breaks, new ones add, the rest are words."""
    before = {item.name: item.type for item in old}
    after = {item.name: item.type for item in new}
    if any(after.get(name) != kind for name, kind in before.items()):
        return Verdict("property-types-changed", "breaking")
    if after.keys() - before.keys():
        return Verdict("property-types-added", "additive")
    return Verdict("described", "editorial")


def fewer(old: Iterable[str], new: Iterable[str]) -> bool:
    """Whether something that was there is not any more."""
    return not set(old) <= set(new)


def dropped(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether a value that was there is gone or another."""
    return any(
        name not in new or new[name] != value or type(new[name]) is not type(value)
        for name, value in old.items()
    )


def collected(worse: str, better: str) -> Judge:
    """For a collection: losing something breaks, gaining adds, another order is editorial."""

    def judge(old: Any, new: Any) -> Verdict:  # noqa: ANN401
        if set(old) == set(new):
            return Verdict("reordered", "editorial")
        return Verdict(worse, "breaking") if fewer(old, new) else Verdict(better, "additive")

    return judge


def related(old: tuple[DocumentRelation, ...], new: tuple[DocumentRelation, ...]) -> Verdict:
    """Relations between documents; their notes are words."""
    before, after = ([(item.relation, item.target) for item in items] for items in (old, new))
    return DESCRIBED(old, new) if before == after else CHANGED(old, new)


def tighter(old: int, new: int) -> bool:
    """Whether a length limit takes less; 0 is no limit."""
    return new != 0 and (old == 0 or new < old)


DESCRIBED = always("described", "editorial")
CHANGED = always("changed", "additive")
BROKEN = always("changed", "breaking")
RENAMED = chosen(lambda old, _: bool(old), "renamed", "named")

ON_FIELD: dict[str, Judge] = {
    "label": relabelled,
    "definition": DESCRIBED,
    "note": DESCRIBED,
    "source": DESCRIBED,
    "confidence": DESCRIBED,
    "type": chosen(
        lambda old, new: (old, new) != ("integer", "decimal"), "type-changed", "widened"
    ),
    "max_length": chosen(tighter, "narrowed", "widened"),
    "format": chosen(
        lambda old, new: bool(new) and new not in WIDER.get(old, ()), "narrowed", "widened"
    ),
    "pattern": chosen(lambda _, new: bool(new), "narrowed", "widened"),
    "required": chosen(
        lambda old, new: new == "yes" or old == "no", "made-required", "made-optional"
    ),
    "separator": chosen(lambda old, _: bool(old), "narrowed", "widened"),
    "binding": bound,
    "unit": chosen(lambda old, _: bool(old), "unit-changed", "unit-named"),
}
"""Judges by field of a field of a schema; what is not named here is additive."""

ON_CONCEPT: dict[str, Judge] = {
    "definition": DESCRIBED,
    "note": DESCRIBED,
    "synonyms": DESCRIBED,
    "aliases": collected("aliases-removed", "aliases-added"),
    "parents": collected("hierarchy-changed", "hierarchy-added"),
    "level": always("level-changed", "additive"),
    "selectable": chosen(lambda _, new: not new, "made-unselectable", "made-selectable"),
    "retired": chosen(lambda _, new: bool(new), "retired", "reinstated"),
    "replaced_by": always("replaced", "additive"),
    "valid_from": chosen(lambda old, new: new > old, "narrowed", "widened"),
    "valid_to": chosen(
        lambda old, new: bool(new) and (not old or new < old), "narrowed", "widened"
    ),
    "properties": chosen(dropped, "property-changed", "property-added"),
}
"""Judges by field of a concept; its display is judged with its synonyms."""

ON_MATCH: dict[str, Judge] = {
    "relation": always("relation-changed", "breaking"),
    "note": DESCRIBED,
    "properties": chosen(dropped, "property-changed", "property-added"),
}

ON_DISTRIBUTION: dict[str, Judge] = {
    "title": relabelled,
    "description": DESCRIBED,
    "media_type": BROKEN,
    "conforms_to": chosen(lambda old, _: bool(old), "changed", "added"),
    "artefact": CHANGED,
    "address": chosen(lambda old, _: bool(old), "changed", "added"),
}

ON_HEADER: dict[str, Judge] = {
    "title": relabelled,
    "description": DESCRIBED,
    "keywords": DESCRIBED,
    "source": DESCRIBED,
    "completeness": DESCRIBED,
    "confidence": DESCRIBED,
    "confidence_note": DESCRIBED,
    "note": DESCRIBED,
    "licence_class": chosen(lambda _, new: new == "restricted", "restricted", "opened"),
    "deprecated": always("deprecated", "additive"),
    "property_types": declared,
    "source_list": BROKEN,
    "target_list": BROKEN,
    "record": RENAMED,
    "root_element": RENAMED,
    "list_element": RENAMED,
    "row_element": RENAMED,
    "date_field": BROKEN,
    "closed": chosen(lambda _, new: bool(new), "closed", "opened"),
    "technical_name": RENAMED,
    "definition": DESCRIBED,
    "context": DESCRIBED,
    "synonyms": DESCRIBED,
    "type": ON_FIELD["type"],
    "max_length": ON_FIELD["max_length"],
    "format": ON_FIELD["format"],
    "unit": ON_FIELD["unit"],
    "binding": bound,
    "relations": related,
    "access": chosen(
        lambda old, new: (
            new not in OPENNESS or old not in OPENNESS or OPENNESS.index(new) < OPENNESS.index(old)
        ),
        "access-changed",
        "opened",
    ),
}
"""Judges by field of a header, of all kinds; what is not named here is additive."""


def of_header(body: Body, field: str, old: object, new: object) -> Verdict:
    """What it means that a field of a header changed."""
    if field == "access" and not hasattr(body, "periodicity"):
        return Verdict("changed", "additive")  # of a data element: an address, not a right
    return ON_HEADER.get(field, CHANGED)(old, new)


def of_added(member: Member) -> Verdict:
    """What it means that a member is new."""
    breaks = (
        (isinstance(member, Field) and member.required == "yes")
        or (isinstance(member, Rule) and member.severity == "error")
        or (isinstance(member, Selection) and member.action == "exclude")
    )
    return Verdict("added", "breaking" if breaks else "additive")


def of_removed(member: Member) -> Verdict:
    """What it means that a member is gone."""
    loosens = isinstance(member, Rule) or (
        isinstance(member, Selection) and member.action == "exclude"
    )
    return Verdict("removed", "additive" if loosens else "breaking")


def of_changed(before: Member, after: Member, fields: Iterable[str]) -> tuple[Verdict, ...]:
    """What it means that these fields of a member changed; each verdict once."""
    if type(before) is not type(after):
        return (Verdict("changed", "breaking"),)
    found = {of_field(before, after, name): None for name in fields}
    return tuple(found)


def of_field(before: Member, after: Member, name: str) -> Verdict:
    """What it means that one field of a member changed."""
    old, new = getattr(before, name), getattr(after, name)
    match before:
        case Concept():
            if name == "display" and isinstance(after, Concept):
                return of_display(before, after)
            return ON_CONCEPT.get(name, CHANGED)(old, new)
        case Field():
            return ON_FIELD.get(name, CHANGED)(old, new)
        case Rule():
            return of_rule(after, name, new)
        case Selection():
            return of_selection(before, name, old, new)
        case Match():
            return ON_MATCH.get(name, BROKEN)(old, new)
        case _:
            return ON_DISTRIBUTION.get(name, CHANGED)(old, new)


def of_rule(after: Member, name: str, new: object) -> Verdict:
    """A rule that demands otherwise breaks when it is an error; words and sources do not count."""
    if name in {"message", "source"}:
        return Verdict("described", "editorial")
    if name == "severity":
        return Verdict("changed", "breaking" if new == "error" else "additive")
    demands = name in {"when", "must", "fields"}
    error = isinstance(after, Rule) and after.severity == "error"
    return Verdict("changed", "breaking" if demands and error else "additive")


def of_selection(before: Selection, name: str, old: Any, new: Any) -> Verdict:  # noqa: ANN401
    """A value set that selects more is wider; anything else breaks."""
    if name == "values":
        smaller = fewer(old, new) if before.action == "include" else fewer(new, old)
        if not smaller:
            return Verdict("widened", "additive")
    return Verdict("narrowed" if name == "values" else "changed", "breaking")


def of_display(before: Concept, after: Concept) -> Verdict:
    """Whether a concept is called otherwise, or its code is used for something else."""
    verdict = relabelled(before.display, after.display)
    if verdict.what == "relabelled" and is_reused(before, after):
        return Verdict("re-used", "breaking")
    return verdict


def is_reused(before: Concept, after: Concept) -> bool:
    """
    Whether a code now names another thing.

    It does when both have a name in some same language, and in none of these any old name (display
    or synonym) is akin to a new one: same folded text, a common folded word that is not generic
    (benh, khac, other ...), one the initials of the other, or at least `ALIKE` of the letters of
    these words in common. Where no language is shared nothing can be said, and it counts as kept.
    """
    shared = [tag for tag in before.display if names(before, tag) and names(after, tag)]
    return bool(shared) and not any(
        akin(old, new)
        for tag in shared
        for old, new in product(names(before, tag), names(after, tag))
    )


def names(concept: Concept, language: str) -> list[str]:
    """The folded names of a concept in a language, the preferred one first."""
    words = (concept.display.get(language, ""), *concept.synonyms.get(language, ()))
    return [folded for word in words[:20] if (folded := fold(word))]


def akin(old: str, new: str) -> bool:
    """Whether two folded names can be names of one thing."""
    if old == new:
        return True
    if initials(old.split()) == new or initials(new.split()) == old:
        return True
    before, after = significant(old), significant(new)
    if not set(before).isdisjoint(after):
        return True
    one, other = " ".join(before)[:COMPARED], " ".join(after)[:COMPARED]
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def significant(name: str) -> list[str]:
    """The words that tell a folded name apart; all of them when it has only generic ones."""
    words = name.split()
    return [word for word in words if word not in GENERIC] or words


def initials(words: list[str]) -> str:
    """The first letters of at least two words."""
    return "".join(word[0] for word in words) if len(words) > 1 else ""
