"""The JSON API's reading side: artefacts, comparisons, uses, search, changes."""

from datetime import date
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from catalog.actions.describing import artefact, artefacts, uses
from catalog.actions.finding import search as found_by
from catalog.actions.parts import Parts
from catalog.actions.ports import AsOf, Hit, SearchQuery
from catalog.actions.reading import ShelfLibrary
from catalog.core.changes import diff, summary
from catalog.core.errors import BadRequest
from catalog.core.names import Key
from catalog.core.release import Entry, Timeline
from catalog.web.answers import sent
from catalog.web.asking import (
    cursor_of,
    day_of,
    key_of_parts,
    kind_of_text,
    known_of,
    limit_of,
    position_of,
)
from catalog.web.problems import Asked


@get("/api/v1/artefacts", sync_to_thread=True, tags=["artefacts"])
def listing(  # noqa: PLR0913, PLR0917 - one filter each
    parts: NamedDependency[Parts],
    kind: FromQuery[str | None] = None,
    ns: FromQuery[str] = "",
    group: FromQuery[str] = "",
    q: FromQuery[str] = "",
    on: FromQuery[str | None] = None,
    known: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
    cursor: FromQuery[str | None] = None,
) -> Response[bytes]:
    """List artefacts with the release that speaks for each on a day."""
    library = parts.reading.library()
    day = parts.today() if on is None else day_of(on)
    lines = artefacts(
        library,
        day,
        known_of(known),
        kind=kind_of_text(kind) if kind else None,
        ns=ns,
        group=group,
        text=q,
    )
    start, size = position_of(cursor), limit_of(limit)
    following = start + size if start + size < len(lines) else None
    items = lines[start : start + size]
    return sent({"items": items, "next": cursor_of(following), "total": len(lines), "on": day})


@get("/api/v1/artefacts/{kind:str}/{ns:str}/{slug:str}", sync_to_thread=True, tags=["artefacts"])
def one(
    kind: FromPath[str],
    ns: FromPath[str],
    slug: FromPath[str],
    parts: NamedDependency[Parts],
    on: FromQuery[str | None] = None,
    known: FromQuery[str | None] = None,
) -> Response[bytes]:
    """Tell an artefact: header, timeline, release in force."""
    day = parts.today() if on is None else day_of(on)
    key = key_of_parts(kind, ns, slug)
    return sent(artefact(parts.reading.library(), parts.space, key, day, known_of(known)))


@get(
    "/api/v1/artefacts/{kind:str}/{ns:str}/{slug:str}/diff",
    sync_to_thread=True,
    tags=["artefacts"],
)
def compared(
    kind: FromPath[str],
    ns: FromPath[str],
    slug: FromPath[str],
    parts: NamedDependency[Parts],
    request: Asked,
    to: FromQuery[str | None] = None,
) -> Response[bytes]:
    """Compare two releases, each named by version or by a day; `to` is what is in force today."""
    library = parts.reading.library()
    key = key_of_parts(kind, ns, slug)
    timeline = library.timeline(key)
    start = request.query_params.get("from")
    if start is None:
        raise BadRequest("from", "say which release to compare from, by version or day")
    today = parts.today()
    old = named_or_on(timeline, start)
    new = named_or_on(timeline, to) if to is not None else timeline.in_force(today)
    return sent({"key": str(key), **difference(library, old, new)})


def difference(library: ShelfLibrary, old: Entry, new: Entry) -> dict[str, Any]:
    """What one release changed of another, as promised by the interface."""
    told: dict[str, Any] = summary(diff(library.body(old), library.body(new)))
    return {"from": old.version, "to": new.version, **told}


def named_or_on(timeline: Timeline, text: str) -> Entry:
    """
    The release of a version label, else the one in force on the day that the text is.

    Raises: NotFound, NotInForce.
    """
    if any(entry.version == text for entry in timeline.entries):
        return timeline.named(text)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return timeline.named(text)
    return timeline.in_force(day)


@get(
    "/api/v1/artefacts/{kind:str}/{ns:str}/{slug:str}/uses",
    sync_to_thread=True,
    tags=["artefacts"],
)
def used(
    kind: FromPath[str],
    ns: FromPath[str],
    slug: FromPath[str],
    parts: NamedDependency[Parts],
    on: FromQuery[str | None] = None,
    known: FromQuery[str | None] = None,
) -> Response[bytes]:
    """Tell who refers to an artefact, directly and through others."""
    library = parts.reading.library()
    day = parts.today() if on is None else day_of(on)
    key = key_of_parts(kind, ns, slug)
    library.timeline(key)
    found = uses(library, key, day, known_of(known))
    return sent({"key": str(key), "on": day, "items": found, "total": len(found)})


@get("/api/v1/search", sync_to_thread=True, tags=["search"])
def search(  # noqa: PLR0913, PLR0917 - one filter each
    parts: NamedDependency[Parts],
    q: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    list: FromQuery[str] = "",  # noqa: A002 - its name outside
    lang: FromQuery[str] = "vi",
    on: FromQuery[str | None] = None,
    known: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
    cursor: FromQuery[str | None] = None,
    retired: FromQuery[bool] = True,  # noqa: FBT002 - a query parameter
) -> Response[bytes]:
    """Find artefacts, codes and fields, with or without accents, with or without typos."""
    asked = AsOf(parts.today() if on is None else day_of(on), known_of(known))
    if kind:
        kind_of_text(kind)
    start, size = position_of(cursor), limit_of(limit)
    wanted = SearchQuery(
        text=q, kind=kind, list=list, language=lang, offset=start, limit=size, retired=retired
    )
    began = parts.clock()
    found = found_by(parts.finder, wanted)
    took = (parts.clock() - began).total_seconds() * 1000
    library = parts.reading.library()
    following = start + size if start + size < found.total else None
    document = {
        "hits": [told_hit(library, hit, asked) for hit in found.hits],
        "facets": found.facets,
        "total": found.total,
        "next": cursor_of(following),
        "took_ms": round(took, 3),
    }
    return sent(document)


def told_hit(library: ShelfLibrary, hit: Hit, asked: AsOf) -> dict[str, Any]:
    """A hit, with the title of its artefact, and whether it was in force as asked."""
    document: dict[str, Any] = msgspec.to_builtins(hit)
    timeline = library.register.timelines.get(Key.parse(hit.key))
    ruling = timeline.at(asked.day, asked.known) if timeline else None
    day = asked.day.isoformat()
    holds = (not hit.start or hit.start <= day) and (not hit.end or day < hit.end)
    document["in_force"] = holds and ruling is not None and ruling.version == hit.version
    document["artefact"] = timeline.entries[-1].title if timeline else {}
    return document


@get("/api/v1/changes", sync_to_thread=True, tags=["changes"])
def changes(
    parts: NamedDependency[Parts],
    since: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> Response[bytes]:
    """Tell what happened and is delivered after a cursor; each event names the one before."""
    start, size = position_of(since), limit_of(limit)
    delivered = parts.reading.library().register.seq
    with parts.store.read() as unit:
        found = unit.events(after=start, limit=size + 1)
    events = tuple(event for event in found if event.seq <= delivered)
    more = len(events) > size
    events = events[:size]
    last = events[-1].seq if events else start
    return sent({"items": events, "next": cursor_of(last), "more": more})


ROUTES = [listing, one, compared, used, search, changes]
