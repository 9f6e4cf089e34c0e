"""The pages of a thing: a release, a concept of a list, a field of a schema."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import quote

from litestar import Response

from catalog.actions.describing import uses
from catalog.actions.parts import Parts
from catalog.actions.ports import AsOf
from catalog.actions.reading import ShelfLibrary, history, standing_entries
from catalog.core.model import CodeList, Concept, Field, Rule, Schema
from catalog.core.names import Key, Kind
from catalog.core.release import Entry, Timeline
from catalog.core.terminology import Filter
from catalog.core.text import in_language
from catalog.formats import FORMATS
from catalog.web.collation import vietnamese
from catalog.web.members import PAGE_ROWS, header_of, is_flat, members_part
from catalog.web.problems import Asked
from catalog.web.rendering import as_of, language_of, naming, page
from catalog.web.timeline import strip
from catalog.web.trees import trail

TABLES = (".csv", ".xlsx", ".json")
"""The notations that stand beside a table, as its twins."""


def release_page(
    parts: Parts, library: ShelfLibrary, entry: Entry, request: Asked
) -> Response[str]:
    """The page of a release: title block, timeline, members, where used, downloads, citing."""
    key, asked = Key.parse(entry.key), as_of(parts, request)
    timeline, body = library.timeline(key), header_of(library, entry)
    members = members_part(library, entry, body, request, asked.day)
    base = f"/id/{key}/{entry.version}"
    known: dict[str, Any] = {"key": key, "entry": entry, "body": body, "base": base, **members}
    if request.query_params.get("part") == "members":
        return page("members.html", parts, request, **known)
    formats = [fmt for fmt in FORMATS if key.kind in fmt.kinds]
    known |= standing_part(timeline, entry, asked)
    known |= {
        "strip": strip(timeline, entry, asked.day),
        "formats": formats,
        "twins": [fmt for fmt in formats if fmt.suffix in TABLES],
        "uses": grouped(uses(library, key, asked.day), language_of(request)),
        "address": parts.space.artefact(key),
        "undated": f"/id/{key}",
        "api": f"/api/v1/artefacts/{key}",
    }
    if key.kind is Kind.DOCUMENT:
        brought = brought_by(library).get(str(key), [])
        known["brought"] = [(entry, timeline_of(library, entry)) for entry in brought]
    return page("artefact.html", parts, request, **known)


def timeline_of(library: ShelfLibrary, entry: Entry) -> Timeline:
    """The timeline that an entry stands in."""
    return library.timeline(Key.parse(entry.key))


def standing_part(timeline: Timeline, entry: Entry, asked: AsOf) -> dict[str, Any]:
    """How a release stands on the day asked for, and how the others do."""
    day, known = asked.day, asked.known
    entries = [e for e in timeline.known(known) if e.what != "withdrawal"]
    return {
        "timeline": timeline,
        "validity": timeline.validity(entry, known),
        "standing": timeline.standing(entry, day, known),
        "former": timeline.before(entry, known),
        "current": timeline.at(day, known),
        "withdrawals": [e for e in timeline.known(known) if e.what == "withdrawal"],
        "standings": [
            (e, timeline.standing(e, day, known), timeline.validity(e, known)) for e in entries
        ],
    }


def grouped(
    lines: Iterable[dict[str, Any]], language: str
) -> list[tuple[str, list[dict[str, Any]]]]:
    """Users by kind; in each, the nearest first and then by name."""
    kinds = {kind.value: place for place, kind in enumerate(SHOWN)}

    def order(line: dict[str, Any]) -> tuple[Any, ...]:
        return (
            kinds[line["kind"]],
            line["distance"],
            vietnamese(in_language(line["title"], language)),
        )

    found = groupby(sorted(lines, key=order), key=lambda line: str(line["kind"]))
    return [(kind, list(some)) for kind, some in found]


SHOWN = (
    Kind.CODE_LIST,
    Kind.SCHEMA,
    Kind.DATA_ELEMENT,
    Kind.VALUE_SET,
    Kind.MAPPING,
    Kind.DATASET,
    Kind.DOCUMENT,
    Kind.DATA_GROUP,
    Kind.ORGANISATION,
)
"""The kinds in the order in which people look for them."""


def brought_by(library: ShelfLibrary) -> dict[str, list[Entry]]:
    """Document key to the entries that rest on it; remembered for the library's life."""
    kept = library.memory.get("brought")
    if isinstance(kept, dict):
        return kept
    found: dict[str, list[Entry]] = {}
    for key in library.keys():
        for entry in library.timeline(key).entries:
            for text in entry.documents:
                found.setdefault(text, []).append(entry)
    library.memory["brought"] = found
    return found


def concept_page(
    parts: Parts, library: ShelfLibrary, entry: Entry, concept: Concept, request: Asked
) -> Response[str]:
    """The page of a concept: names, broader and narrower, properties, history."""
    key, asked = Key.parse(entry.key), as_of(parts, request)
    lexicon = library.lexicon(entry)
    header = header_of(library, entry)
    types = header.property_types if isinstance(header, CodeList) else ()
    return page(
        "concept.html",
        parts,
        request,
        key=key,
        entry=entry,
        base=f"/id/{key}/{entry.version}",
        concept=concept,
        types={p.name: p for p in types},
        trail=trail(lexicon, concept.code)[:-1],
        broader=[found for code in concept.parents if (found := lexicon.lookup(code))],
        related={code: lexicon.lookup(code) for code in related(concept, header)},
        is_tree=not is_flat(library, entry),
        children=lexicon.find(Filter(parent=concept.code), limit=PAGE_ROWS),
        usable=lexicon.usable(concept.code, asked.day),
        history=history(library, key, concept.code),
        address=parts.space.concept(key, concept.code),
        undated=f"/id/{key}/code/{quote(concept.code, safe='')}",
        api=f"/api/v1/code-lists/{key.ns}/{key.slug}/codes/{quote(concept.code)}",
        custodian=header.custodian,
        **standing_part(library.timeline(key), entry, asked),
    )


def related(concept: Concept, header: object) -> set[str]:
    """The codes that a concept names besides its parents: successors, and codes as values."""
    codes = set(concept.replaced_by)
    types = header.property_types if isinstance(header, CodeList) else ()
    for each in types:
        value = concept.properties.get(each.name)
        if each.type == "code" and isinstance(value, str):
            codes.add(value)
        elif each.type == "codes" and isinstance(value, list):
            codes.update(value)
    return codes


def field_page(
    parts: Parts, library: ShelfLibrary, entry: Entry, field: Field, request: Asked
) -> Response[str]:
    """The page of a field: what it holds, its rules, and how it was in other releases."""
    key, asked = Key.parse(entry.key), as_of(parts, request)
    body = library.body(entry)
    members = body.members if isinstance(body, Schema) else ()
    names = [m.name for m in members if isinstance(m, Field)]
    place = names.index(field.name)
    return page(
        "field.html",
        parts,
        request,
        key=key,
        entry=entry,
        base=f"/id/{key}/{entry.version}",
        field=field,
        place=place + 1,
        before=names[place - 1] if place else "",
        after=names[place + 1] if place + 1 < len(names) else "",
        rules=[m for m in members if isinstance(m, Rule) and field.name in m.fields],
        releases=field_history(library, library.timeline(key), field.name),
        address=parts.space.field(key, field.name),
        undated=f"/id/{key}/field/{quote(field.name, safe='')}",
        api=f"/api/v1/artefacts/{key}",
        **standing_part(library.timeline(key), entry, asked),
    )


@dataclass(frozen=True, slots=True)
class Past:
    """A field as one release had it, and which of its parts were not so in the one before."""

    entry: Entry
    field: Field | None
    changed: frozenset[str]


def field_history(library: ShelfLibrary, timeline: Timeline, name: str) -> list[Past]:
    """Each release that counts, in legal order, with the field as it had it."""
    found: list[Past] = []
    former: Field | None = None
    for entry in standing_entries(timeline):
        body = library.body(entry)
        members = body.members if isinstance(body, Schema) else ()
        field = next((m for m in members if isinstance(m, Field) and m.name == name), None)
        changed: frozenset[str] = frozenset()
        if found and field is not None and former is not None:
            names = field.__struct_fields__
            changed = frozenset(n for n in names if getattr(field, n) != getattr(former, n))
        found.append(Past(entry, field, changed))
        former = field
    return found


def title_in(library: ShelfLibrary, text: str, language: str) -> str:
    """The title of a key in a language; the text when there is none."""
    return in_language(naming(library, text)[1], language) or text
