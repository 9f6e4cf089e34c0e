"""The pages over everything: the start, searching, listings, comparing, what this is."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from catalog.actions.describing import artefacts
from catalog.actions.parts import Parts
from catalog.actions.ports import SearchQuery
from catalog.actions.reading import ShelfLibrary
from catalog.core.changes import Diff, diff, impact_of
from catalog.core.errors import BadRequest
from catalog.core.model import Document, Text, key_of
from catalog.core.names import Key, Kind
from catalog.core.release import Entry
from catalog.core.text import fold, in_language
from catalog.formats import FORMATS
from catalog.web.artefact_pages import SHOWN, brought_by
from catalog.web.asking import kind_of_text, position_of
from catalog.web.collation import vietnamese
from catalog.web.differences import changed_members, lines_of, name_of
from catalog.web.problems import Asked
from catalog.web.rendering import (
    as_of,
    called_in,
    day_asked,
    key_or_none,
    language_of,
    page,
    static_file,
)
from catalog.web.words import word

HITS = 30
ROWS = 100
MOST_CHANGES = 200
"""Changed members that a comparison lists; the API lists all."""

WORDED = frozenset({"completeness", "confidence", "required", "strength", "type", "access"})
"""Fields whose values are words of ours, said in the language of the page."""

MOST_LISTED = 400
DIFFERENCES_KEPT = 8

LATELY = frozenset({Kind.CODE_LIST, Kind.SCHEMA, Kind.MAPPING, Kind.VALUE_SET, Kind.DATASET})
"""The kinds whose news the start page tells."""


@get("/", sync_to_thread=True, tags=["pages"])
def home(parts: NamedDependency[Parts], request: Asked, q: FromQuery[str] = "") -> Response[str]:
    """One search box over everything, and what there is by kind."""
    if q.strip():
        return results(parts, request, q.strip()[:400])
    library, day = parts.reading.library(), day_asked(parts, request)
    counts, lately = overview(library)
    return page(
        "home.html",
        parts,
        request,
        counts=counts,
        recent=[entry for entry in lately if entry.start <= day][:12],
        upcoming=[entry for entry in reversed(lately) if entry.start > day][:8],
    )


def overview(library: ShelfLibrary) -> tuple[list[tuple[str, int]], list[Entry]]:
    """How many there are of each kind, and their releases, last first; remembered."""
    kept = library.memory.get("overview")
    if isinstance(kept, tuple):
        return kept
    keys = library.keys()
    counts = [(kind.value, sum(1 for key in keys if key.kind is kind)) for kind in SHOWN]
    entries = [
        entry
        for key in keys
        if key.kind in LATELY
        for entry in library.timeline(key).standing_ones()
    ]
    entries.sort(key=lambda entry: (entry.start, entry.key), reverse=True)
    made = ([(kind, count) for kind, count in counts if count], entries)
    library.memory["overview"] = made
    return made


def results(parts: Parts, request: Asked, text: str) -> Response[str]:
    """The hits of a search as a page."""
    query = request.query_params
    start, kind = position_of(query.get("cursor")), query.get("kind", "")
    if kind:
        kind_of_text(kind)
    wanted = SearchQuery(
        text=text,
        kind=kind,
        list=query.get("list", "")[:200],
        language=language_of(request),
        offset=start,
        limit=HITS,
    )
    found = parts.finder.find(wanted)
    return page(
        "search.html",
        parts,
        request,
        q=text,
        found=found,
        wanted=wanted,
        start=start,
        asked=as_of(parts, request).day.isoformat(),
        lists=list_keys(parts.reading.library(), found.facets.get("list", {})),
        rest=start + HITS if start + HITS < found.total else None,
        back=max(0, start - HITS),
        marked=marked,
        api=f"/api/v1/search?{urlencode({'q': text})}",
    )


def list_keys(library: ShelfLibrary, facet: dict[str, int]) -> list[tuple[str, str, int]]:
    """The lists of a facet, the fullest first: ns/slug, the key that it is, how many hits."""
    found: list[tuple[str, str, int]] = []
    for name, count in sorted(facet.items(), key=lambda pair: -pair[1]):
        keys = (f"{kind}/{name}" for kind in (Kind.CODE_LIST, Kind.SCHEMA, Kind.VALUE_SET))
        known = (k for k in keys if key_or_none(k) in library.register.timelines)
        found.append((name, next(known, name), count))
    return found


def marked(text: str, places: Iterable[tuple[int, int]]) -> list[tuple[str, bool]]:
    """A text in pieces, each with whether it matched."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    for start, end in sorted(places):
        if start < at:
            continue
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    pieces.append((text[at:], False))
    return [piece for piece in pieces if piece[0]]


@get("/artefacts", sync_to_thread=True, tags=["pages"])
def listing(
    parts: NamedDependency[Parts],
    request: Asked,
    kind: FromQuery[str] = "",
    q: FromQuery[str] = "",
) -> Response[str]:
    """Everything of a kind, with what speaks for it on a day; by Vietnamese order of names."""
    asked, library = as_of(parts, request), parts.reading.library()
    wanted = kind_of_text(kind) if kind else None
    lines = artefacts(library, asked.day, asked.known, kind=wanted, text=q[:200])
    language = language_of(request)
    lines.sort(key=lambda line: in_order(line, language))
    start = position_of(request.query_params.get("cursor"))
    return page(
        "artefacts.html",
        parts,
        request,
        lines=lines[start : start + ROWS],
        total=len(lines),
        rest=start + ROWS if start + ROWS < len(lines) else None,
        start=start,
        kind=kind,
        words=q,
        kinds=[name for name, _ in overview(library)[0]],
        api=f"/api/v1/artefacts?{urlencode({'kind': kind} if kind else {})}",
    )


def in_order(line: dict[str, Any], language: str) -> tuple[Any, ...]:
    """Where an artefact stands in a listing: data groups as numbered, others by name."""
    if line["kind"] == Kind.DATA_GROUP:
        return (vietnamese(line["slug"]),)
    return (vietnamese(in_language(line["title"], language)), line["key"])


@get("/documents", sync_to_thread=True, tags=["pages"])
def documents(
    parts: NamedDependency[Parts], request: Asked, q: FromQuery[str] = ""
) -> Response[str]:
    """The legal documents, newest first, and how many releases rest on each."""
    library = parts.reading.library()
    words = fold(q[:200]).split()
    rows = [
        row
        for row in document_rows(library)
        if all(
            word in fold(f"{row[1].number} {' '.join(row[1].title.values())}") for word in words
        )
    ]
    return page("documents.html", parts, request, rows=rows, words=q)


def document_rows(library: ShelfLibrary) -> list[tuple[Entry, Document, int]]:
    """Entry, body and how many rest on it, of each document, newest first; remembered."""
    kept = library.memory.get("documents")
    if isinstance(kept, list):
        return kept
    brought = brought_by(library)
    rows: list[tuple[Entry, Document, int]] = []
    for key in library.keys():
        if key.kind is Kind.DOCUMENT:
            entry = library.timeline(key).entries[-1]
            body = library.body(entry)
            if isinstance(body, Document):
                rows.append((entry, body, len(brought.get(str(key), ()))))
    rows.sort(key=lambda row: (row[1].issued, row[1].number), reverse=True)
    library.memory["documents"] = rows
    return rows


@get("/compare", sync_to_thread=True, tags=["pages"])
def compare(
    parts: NamedDependency[Parts], request: Asked, key: FromQuery[str], to: FromQuery[str]
) -> Response[str]:
    """Two releases side by side: counts first, then only what changed."""
    library, named = parts.reading.library(), Key.parse(key)
    timeline = library.timeline(named)
    start = request.query_params.get("from")
    if not start:
        raise BadRequest("from", "say which release to compare from")
    old, new = timeline.named(start), timeline.named(to)
    found = difference(library, old, new)
    language = language_of(request)

    def called(field: str, text: str) -> str:
        if field in WORDED:
            return word(f"type-{text}" if field == "type" else text, language)
        return called_in(library, text, language) if text.count("/") == 2 else text  # noqa: PLR2004 - a key

    return page(
        "compare.html",
        parts,
        request,
        key=named,
        old=old,
        new=new,
        found=found,
        impact=impact_of(found),
        header=lines_of(found.header, called),
        changed=changed_members(found, MOST_CHANGES, called),
        limit=MOST_CHANGES,
        lists=[each for each in member_lists(found, old, new) if each[3]],
        choices=[entry for entry in timeline.entries if entry.what != "withdrawal"],
        api=f"/api/v1/artefacts/{named}/diff?{urlencode({'from': start, 'to': to})}",
    )


def member_lists(
    found: Diff, old: Entry, new: Entry
) -> Iterator[tuple[str, str, list[tuple[str, Text]], int, str]]:
    """What was added, removed, moved: name, sign, the first (key, name), how many, in which."""
    for name, sign, placed in (("added", "+", found.added), ("moved", "↕", found.moved)):
        pairs = [(each.key, name_of(each.member)) for each in placed[:MOST_LISTED]]
        yield name, sign, pairs, len(placed), new.version
        if name == "added":
            gone = [(key_of(member), name_of(member)) for member in found.removed[:MOST_LISTED]]
            yield "removed", "−", gone, len(found.removed), old.version


def difference(library: ShelfLibrary, old: Entry, new: Entry) -> Diff:
    """What differs between two releases; the last few are remembered with the library."""
    kept = library.memory.setdefault("differences", {})
    assert isinstance(kept, dict)  # noqa: S101 - nobody else writes under this name
    name = (old.digest, new.digest)
    found = kept.get(name)
    if isinstance(found, Diff):
        return found
    made = diff(library.body(old), library.body(new))
    for former in list(kept)[: len(kept) - DIFFERENCES_KEPT + 1]:
        kept.pop(former, None)
    kept[name] = made
    return made


@get("/about", sync_to_thread=True, tags=["pages"])
def about(parts: NamedDependency[Parts], request: Asked) -> Response[str]:
    """What this is, and what it promises."""
    return page("about.html", parts, request, formats=FORMATS)


@get("/docs", sync_to_thread=True, tags=["pages"])
def docs(parts: NamedDependency[Parts], request: Asked) -> Response[str]:
    """The API on one page, written from its own description; works offline."""
    schema = request.app.openapi_schema.to_schema()
    sections: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, methods in sorted(schema["paths"].items()):
        for method, operation in methods.items():
            if isinstance(operation, dict) and operation.get("tags", ["pages"]) != ["pages"]:
                sections.setdefault(operation["tags"][0], []).append((method, path, operation))
    told = {tag["name"]: tag.get("description", "") for tag in schema.get("tags", [])}
    ordered = [(name, told[name], sections[name]) for name in told if name in sections]
    return page("docs.html", parts, request, sections=ordered, api="/openapi.json")


@get("/search", sync_to_thread=False, tags=["pages"], include_in_schema=False)
def search(q: FromQuery[str] = "") -> Redirect:
    """The former address of the search page."""
    return Redirect(f"/?{urlencode({'q': q})}")


static = get("/static/{name:str}", sync_to_thread=False, tags=["pages"], include_in_schema=False)(
    static_file
)

ROUTES = [home, listing, documents, compare, about, docs, static, search]
