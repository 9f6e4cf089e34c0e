"""The members of a release as its page shows them: a tree, a table, what was looked for."""

from datetime import date
from typing import Any, Literal

from catalog.actions.reading import ShelfLibrary
from catalog.core.model import (
    Body,
    CodeList,
    Concept,
    Dataset,
    Field,
    Mapping,
    Rule,
    Schema,
    Text,
    ValueSet,
)
from catalog.core.names import Key
from catalog.core.release import Entry
from catalog.core.terminology import Filter, Lexicon
from catalog.core.text import fold
from catalog.web.asking import position_of
from catalog.web.problems import Asked
from catalog.web.rendering import key_or_none
from catalog.web.trees import grown, level, opened

PAGE_ROWS = 100
MOST_COLUMNS = 6
"""Properties that are shown as columns at the most; a concept's own page shows all."""

Shape = Literal["tree", "children", "codes", "fields", "matches", "distributions", ""]


def members_part(
    library: ShelfLibrary, entry: Entry, body: Body, request: Asked, day: date
) -> dict[str, Any]:
    """What the members part of a page is given; `shape` says which."""
    words = request.query_params.get("q", "")[:200]
    after = position_of(request.query_params.get("cursor"))
    given: dict[str, Any] = {"shape": "", "words": words, "after": after, "at": ""}
    match body:
        case CodeList() | ValueSet():
            given |= concepts_part(library, entry, request, words, after)
        case Schema():
            given |= fields_part(body, words)
        case Mapping():
            given |= matches_part(library, entry, body, words, after, day)
        case Dataset():
            given |= {"shape": "distributions" if body.members else ""}
        case _:
            pass
    return given


def is_flat(library: ShelfLibrary, entry: Entry) -> bool:
    """Whether no concept of a list is below another; remembered with the library."""
    name = f"flat {entry.key} {entry.number}"
    kept = library.memory.get(name)
    if isinstance(kept, bool):
        return kept
    lexicon = library.lexicon(entry)
    found = lexicon.find(Filter(roots=True), limit=1).total == lexicon.size
    library.memory[name] = found
    return found


def concepts_part(
    library: ShelfLibrary, entry: Entry, request: Asked, words: str, after: int
) -> dict[str, Any]:
    """The concepts: the children of one for a tree that opens, a tree, or a flat table."""
    lexicon = library.lexicon(entry)
    parent = request.query_params.get("parent", "")
    if parent:
        below = level(lexicon, parent, after, PAGE_ROWS)
        return {"shape": "children", "level": below, "parent": parent}
    flat = is_flat(library, entry)
    shape: Shape = "codes" if flat else "tree"
    if words:
        found = lexicon.find(Filter(text=words), after=after, limit=PAGE_ROWS)
        nodes = grown(lexicon, found.concepts)
        part: dict[str, Any] = {"nodes": nodes, "total": found.total, "rest": found.next}
    else:
        at = request.query_params.get("at", "")
        roots = opened(lexicon, at, after, PAGE_ROWS)
        part = {"nodes": roots.nodes, "total": roots.total, "rest": roots.rest, "at": at}
    columns = lexicon.header.property_types[:MOST_COLUMNS] if flat else ()
    return {"shape": shape, "columns": columns, **part}


def fields_part(body: Schema, words: str) -> dict[str, Any]:
    """The fields and rules of a schema, with words only those that hold them all."""
    fields = [m for m in body.members if isinstance(m, Field)]
    rules = [m for m in body.members if isinstance(m, Rule)]
    asked = fold(words).split()
    numbered = list(enumerate(fields, 1))
    if asked:
        numbered = [(n, f) for n, f in numbered if holds(asked, f.name, f.label, f.definition)]
        rules = [r for r in rules if holds(asked, " ".join((r.id, *r.fields)), r.message)]
    return {"shape": "fields", "fields": numbered, "rules": rules, "all": len(fields)}


def holds(asked: list[str], name: str, *texts: Text) -> bool:
    """Whether a name and texts hold all the folded words."""
    said = f"{name} {name.replace('_', ' ')} " + " ".join(w for t in texts for w in t.values())
    folded = fold(said)
    return all(word in folded for word in asked)


def matches_part(
    library: ShelfLibrary, entry: Entry, body: Mapping, words: str, after: int, day: date
) -> dict[str, Any]:
    """The rows of a mapping with the names of both sides; with words, those that name them."""
    target = lexicon_of(library, entry, body.target_list, day)
    source = target
    source_base = f"/id/{body.source_list}"
    if body.source_list != body.target_list:
        source = lexicon_of(library, entry, body.source_list, day)
    elif (former := former_of(library, entry, body)) is not None:
        source, source_base = library.lexicon(former), f"/id/{former.key}/{former.version}"
    matches = body.members
    if words:
        left, right = codes_named(source, words), codes_named(target, words)
        start = words.strip().casefold()
        matches = tuple(
            m
            for m in matches
            if m.source in left
            or m.target in right
            or m.source.casefold().startswith(start)
            or (m.target and m.target.casefold().startswith(start))
        )
    shown = matches[after : after + PAGE_ROWS]
    rows = [(m, named(source, m.source), named(target, m.target)) for m in shown]
    rest = after + PAGE_ROWS if after + PAGE_ROWS < len(matches) else None
    return {
        "shape": "matches",
        "matches": rows,
        "total": len(matches),
        "rest": rest,
        "source_base": source_base,
    }


def former_of(library: ShelfLibrary, entry: Entry, body: Mapping) -> Entry | None:
    """The release whose codes a mapping from a list onto itself says anew: the one before."""
    key = key_or_none(body.source_list)
    timeline = library.register.timelines.get(key) if key is not None else None
    current = timeline.at(entry.start) if timeline is not None else None
    return timeline.before(current) if timeline is not None and current is not None else None


def codes_named(lexicon: Lexicon | None, words: str) -> frozenset[str]:
    """The codes that words find in a list, up to a thousand."""
    if lexicon is None:
        return frozenset()
    found = lexicon.find(Filter(text=words), limit=1000)
    return frozenset(concept.code for concept in found.concepts)


def named(lexicon: Lexicon | None, code: str) -> Concept | None:
    """The concept of a code, when its list is here and has it."""
    return lexicon.lookup(code) if lexicon is not None and code else None


def lexicon_of(library: ShelfLibrary, entry: Entry, text: str, day: date) -> Lexicon | None:
    """The list that a release refers to: as its lock holds it, else as in force on a day."""
    key = key_or_none(text)
    timeline = library.register.timelines.get(key) if key is not None else None
    if timeline is None:
        return None
    locked = next((lock.version for lock in entry.lock if lock.key == text), "")
    found = timeline.named(locked) if locked else timeline.at(day)
    return library.lexicon(found) if found is not None else None


def header_of(library: ShelfLibrary, entry: Entry) -> Body:
    """What a release says of itself; of a code list without its members, which may be many."""
    if Key.parse(entry.key).kind.value == "code-list":
        return library.lexicon(entry).header
    return library.body(entry)
