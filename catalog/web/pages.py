"""The pages: what templates are given, in which language, as of which day."""

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import jinja2
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import File, Redirect

from catalog import __version__
from catalog.actions.describing import artefacts, uses
from catalog.actions.parts import Parts
from catalog.actions.ports import SearchQuery
from catalog.actions.reading import ShelfLibrary, history
from catalog.core.changes import diff, summary
from catalog.core.errors import BadRequest, NotFound
from catalog.core.model import CodeList, Concept, Document, Field, Mapping, Rule, Schema, ValueSet
from catalog.core.names import Key, Kind
from catalog.core.release import Entry, Timeline
from catalog.core.terminology import Filter
from catalog.core.text import in_language
from catalog.formats import FORMATS
from catalog.web.asking import cursor_of, day_of, position_of
from catalog.web.problems import Asked
from catalog.web.timeline import strip
from catalog.web.words import day_text, number_text, word

HTML = "text/html"
HERE = Path(__file__).parent
PAGE_ROWS = 100
STATIC = {"style.css": "text/css", "search.js": "text/javascript"}


@lru_cache(maxsize=2)
def templates(language: str) -> jinja2.Environment:
    """The templates with the words of a language; everything is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.globals.update(
        t=lambda key: word(key, language),
        say=lambda text: in_language(text, language),
        day=lambda value: day_text(value, language),
        number=lambda value: number_text(value, language),
        language=language,
        quote=lambda text: quote(str(text), safe=""),
        software=__version__,
        cursor=cursor_of,
    )
    return environment


def language_of(request: Asked) -> str:
    """The language of the page: asked for, remembered, else Vietnamese."""
    asked = request.query_params.get("lang") or request.cookies.get("lang")
    return "en" if asked == "en" else "vi"


def page(
    name: str, parts: Parts, request: Asked, status: int = 200, **known: object
) -> Response[str]:
    """A page: the template with what it is given, and what every page shows."""
    language = language_of(request)
    other = "vi" if language == "en" else "en"
    query = dict(request.query_params.items())
    switch = f"{request.url.path}?{urlencode({**query, 'lang': other})}"
    text = (
        templates(language)
        .get_template(name)
        .render(
            switch=switch,
            today=parts.today(),
            on=query.get("on", ""),
            path=request.url.path,
            seq=parts.reading.library().register.seq,
            **known,
        )
    )
    answer = Response(text, media_type=HTML, status_code=status)
    answer.headers["vary"] = "Accept, Accept-Language, Cookie"
    if request.query_params.get("lang") in {"vi", "en"}:
        answer.set_cookie("lang", language, max_age=31536000, samesite="lax", httponly=True)
    return answer


# -- what there is ----------------------------------------------------------------------------


@get("/", sync_to_thread=True, tags=["pages"])
def home(parts: NamedDependency[Parts], request: Asked, q: FromQuery[str] = "") -> Response[str]:
    """One search box over everything, and what there is by kind."""
    library = parts.reading.library()
    day = asked_day(parts, request)
    if q.strip():
        return results(parts, request, q)
    counts: dict[str, int] = {}
    for key in library.keys():
        counts[key.kind.value] = counts.get(key.kind.value, 0) + 1
    lately = sorted(
        (entry for key in library.keys() for entry in library.timeline(key).entries),
        key=lambda entry: (entry.start, entry.key),
        reverse=True,
    )
    upcoming = [e for e in lately if e.start > day]
    recent = [e for e in lately if e.start <= day and not e.key.startswith("document/")]
    return page(
        "home.html", parts, request, counts=counts, recent=recent[:12], upcoming=upcoming[:8], q=""
    )


def results(parts: Parts, request: Asked, text: str) -> Response[str]:
    """The hits of a search as a page."""
    language = language_of(request)
    start = position_of(request.query_params.get("cursor"))
    query = SearchQuery(
        text=text,
        kind=request.query_params.get("kind", ""),
        list=request.query_params.get("list", ""),
        language=language,
        offset=start,
        limit=30,
    )
    found = parts.finder.find(query)
    return page("search.html", parts, request, q=text, found=found, marked=marked)


def marked(text: str, places: tuple[tuple[int, int], ...]) -> list[tuple[str, bool]]:
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
    """Everything of a kind, with what is in force."""
    if kind and kind not in {k.value for k in Kind}:
        raise BadRequest("kind", f"{kind[:40]!r} is none of {', '.join(Kind)}")
    library, day = parts.reading.library(), asked_day(parts, request)
    lines = artefacts(library, day, kind=Kind(kind) if kind else None, text=q)
    return page("artefacts.html", parts, request, lines=lines, kind=kind, q=q, kinds=list(Kind))


@get("/documents", sync_to_thread=True, tags=["pages"])
def documents(parts: NamedDependency[Parts], request: Asked) -> Response[str]:
    """The legal documents, newest first, and how many releases rest on each."""
    library = parts.reading.library()
    brought = brought_by(library)
    rows = []
    for key in library.keys():
        if key.kind is Kind.DOCUMENT:
            entry = library.timeline(key).entries[-1]
            body = library.body(entry)
            if isinstance(body, Document):
                rows.append((entry, body, len(brought.get(str(key), ()))))
    rows.sort(key=lambda row: (row[1].issued, row[1].number), reverse=True)
    return page("documents.html", parts, request, rows=rows)


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


# -- the page of a thing ----------------------------------------------------------------------


def asked_day(parts: Parts, request: Asked) -> date:
    """The legal day that a page answers for."""
    text = request.query_params.get("on")
    return parts.today() if not text else day_of(text)


def release_page(
    parts: Parts, library: ShelfLibrary, entry: Entry, request: Asked
) -> Response[str]:
    """The page of a release: title block, timeline, members, downloads, where used."""
    key = Key.parse(entry.key)
    timeline, body = library.timeline(key), library.body(entry)
    day = asked_day(parts, request)
    validity = timeline.validity(entry)
    known: dict[str, Any] = {
        "key": key,
        "entry": entry,
        "body": body,
        "timeline": timeline,
        "validity": validity,
        "standing": timeline.standing(entry, day),
        "former": timeline.before(entry),
        "current": timeline.at(day),
        "strip": strip(timeline, entry, day),
        "standings": [
            (e, timeline.standing(e, day), timeline.validity(e)) for e in timeline.entries
        ],
        "formats": [fmt for fmt in FORMATS if key.kind in fmt.kinds],
        "uses": uses(library, key, day),
        "address": parts.space.artefact(key),
        "documents": [titled(library, text) for text in entry.documents],
        "api": f"/api/v1/artefacts/{key}",
    }
    match body:
        case CodeList() | ValueSet():
            known |= concepts_part(library, entry, request)
        case Schema():
            known |= {"fields": [m for m in body.members if isinstance(m, Field)]}
            known |= {"rules": [m for m in body.members if isinstance(m, Rule)]}
        case Mapping():
            at = position_of(request.query_params.get("cursor"))
            known |= {"matches": body.members[at : at + PAGE_ROWS], "at": at}
        case Document():
            known |= {"brought": brought_by(library).get(str(key), [])}
        case _:
            pass
    return page("artefact.html", parts, request, **known)


def concepts_part(library: ShelfLibrary, entry: Entry, request: Asked) -> dict[str, Any]:
    """The concepts that a page shows: found by words, or the children of one, or the roots."""
    lexicon = library.lexicon(entry)
    words = request.query_params.get("q", "")
    parent = request.query_params.get("parent", "")
    after = position_of(request.query_params.get("cursor"))
    roots = lexicon.children("")
    flat = len(roots) == lexicon.size or bool(words)
    wanted = Filter(text=words, parent=parent, roots=not (flat or parent))
    found = lexicon.find(wanted, after=after, limit=PAGE_ROWS)
    rows = [(c, len(lexicon.children(c.code))) for c in found.concepts]
    trail = trail_of(lexicon, parent)
    return {"rows": rows, "found": found, "words": words, "parent": parent, "trail": trail}


def trail_of(lexicon: Any, code: str) -> list[Concept]:  # noqa: ANN401 - a Lexicon
    """The way from a root down to a code, by first parents."""
    trail: list[Concept] = []
    concept = lexicon.lookup(code) if code else None
    while concept is not None and len(trail) < 32:  # noqa: PLR2004 - no tree of ours is deeper
        trail.insert(0, concept)
        concept = lexicon.lookup(concept.parents[0]) if concept.parents else None
    return trail


def titled(library: ShelfLibrary, text: str) -> tuple[str, dict[str, str]]:
    """A key and the title that it has, or the key itself as its title."""
    timeline = library.register.timelines.get(Key.parse(text))
    return (text, timeline.entries[-1].title if timeline else {"vi": text})


def concept_page(
    parts: Parts, library: ShelfLibrary, entry: Entry, concept: Concept, request: Asked
) -> Response[str]:
    """The page of a concept: names, broader and narrower, properties, history."""
    key = Key.parse(entry.key)
    lexicon = library.lexicon(entry)
    children = lexicon.find(Filter(parent=concept.code), limit=PAGE_ROWS)
    body = library.body(entry)
    types = {p.name: p for p in body.property_types} if isinstance(body, CodeList) else {}
    return page(
        "concept.html",
        parts,
        request,
        key=key,
        entry=entry,
        concept=concept,
        types=types,
        trail=trail_of(lexicon, concept.code)[:-1],
        children=children,
        usable=lexicon.usable(concept.code, asked_day(parts, request)),
        history=history(library, key, concept.code),
        address=parts.space.concept(key, concept.code),
        api=f"/api/v1/code-lists/{key.ns}/{key.slug}/codes/{quote(concept.code)}",
    )


def field_page(
    parts: Parts, library: ShelfLibrary, entry: Entry, field: Field, request: Asked
) -> Response[str]:
    """The page of a field: what it holds, its rules, and how it was in other releases."""
    key = Key.parse(entry.key)
    body = library.body(entry)
    members = body.members if isinstance(body, Schema) else ()
    rules = [m for m in members if isinstance(m, Rule) and field.name in m.fields]
    return page(
        "field.html",
        parts,
        request,
        key=key,
        entry=entry,
        field=field,
        rules=rules,
        releases=field_history(library, library.timeline(key), field.name),
        address=parts.space.field(key, field.name),
        api=f"/api/v1/artefacts/{key}",
    )


def field_history(
    library: ShelfLibrary, timeline: Timeline, name: str
) -> list[tuple[Entry, Field | None]]:
    """Each release with the field as it had it."""
    found: list[tuple[Entry, Field | None]] = []
    for entry in timeline.entries:
        body = library.body(entry)
        members = body.members if isinstance(body, Schema) else ()
        found.append(
            (entry, next((m for m in members if isinstance(m, Field) and m.name == name), None))
        )
    return found


@get("/compare", sync_to_thread=True, tags=["pages"])
def compare(
    parts: NamedDependency[Parts],
    request: Asked,
    key: FromQuery[str],
    to: FromQuery[str],
) -> Response[str]:
    """Two releases side by side: counts first, then only what changed."""
    library = parts.reading.library()
    named = Key.parse(key)
    timeline = library.timeline(named)
    start = request.query_params.get("from")
    if start is None:
        raise BadRequest("from", "say which release to compare from")
    old, new = timeline.named(start), timeline.named(to)
    told = summary(diff(library.body(old), library.body(new)))
    return page(
        "compare.html",
        parts,
        request,
        key=named,
        old=old,
        new=new,
        told=told,
        timeline=timeline,
        api=f"/api/v1/artefacts/{named}/diff?{urlencode({'from': start, 'to': to})}",
    )


@get("/about", sync_to_thread=True, tags=["pages"])
def about(parts: NamedDependency[Parts], request: Asked) -> Response[str]:
    """What this is, and what it promises."""
    return page("about.html", parts, request, formats=FORMATS)


@get("/docs", sync_to_thread=True, tags=["pages"])
def docs(parts: NamedDependency[Parts], request: Asked) -> Response[str]:
    """The API on one page, written from its own description; works offline."""
    paths = sorted(request.app.openapi_schema.to_schema()["paths"].items())
    return page("docs.html", parts, request, paths=paths)


@get("/static/{name:str}", sync_to_thread=False, tags=["pages"], include_in_schema=False)
def static(name: FromPath[str]) -> File:
    """A style sheet or script of ours."""
    if name not in STATIC:
        raise NotFound(f"/static/{name[:60]}")
    return File(
        HERE / "static" / name,
        media_type=STATIC[name],
        filename=None,
        content_disposition_type="inline",
        headers={"cache-control": "public, max-age=3600"},
    )


@get("/search", sync_to_thread=False, tags=["pages"], include_in_schema=False)
def search(q: FromQuery[str] = "") -> Redirect:
    """The former address of the search page."""
    return Redirect(f"/?{urlencode({'q': q})}")


ROUTES = [home, listing, documents, compare, about, docs, static, search]
