"""The hot reads of code lists: a code, its history, pages of codes, translations."""

from datetime import date

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from catalog.actions.describing import match_line
from catalog.actions.parts import Parts
from catalog.actions.reading import ShelfLibrary, history
from catalog.core.errors import BadRequest, NotFound
from catalog.core.model import Concept
from catalog.core.names import Key
from catalog.core.release import END_OF_TIME, Entry
from catalog.core.terminology import Filter, usable_on
from catalog.web.answers import JSON, Answer, raw, sent, tag_of
from catalog.web.asking import (
    cursor_of,
    day_of,
    key_of_parts,
    known_of,
    limit_of,
    list_key,
    position_of,
)

READY = raw(
    {
        "content-type": JSON,
        "cache-control": "public, max-age=60",
        "vary": "Accept, Accept-Language",
    }
)


def release_bytes(library: ShelfLibrary, key: Key, entry: Entry) -> bytes:
    """The release part of an answer; the same for every code, so it is made once."""
    name = f"release {key} {entry.number}"
    kept = library.memory.get(name)
    if isinstance(kept, bytes):
        return kept
    validity = library.timeline(key).validity(entry)
    made = msgspec.json.encode(
        {
            "version": entry.version,
            "start": entry.start,
            "end": validity.end if validity else entry.end,
            "digest": entry.digest,
            "key": entry.key,
        }
    )
    library.memory[name] = made
    return made


def release_mark(library: ShelfLibrary, key: Key, entry: Entry) -> bytes:
    """What stands for the release part in an ETag; it changes when a successor ends a release."""
    name = f"mark {key} {entry.number}"
    kept = library.memory.get(name)
    if isinstance(kept, bytes):
        return kept
    made = tag_of(release_bytes(library, key, entry)).strip('"').encode()
    library.memory[name] = made
    return made


@get("/api/v1/code-lists/{ns:str}/{slug:str}/codes/{code:path}", tags=["code lists"])
async def code(
    ns: FromPath[str],
    slug: FromPath[str],
    code: FromPath[str],
    parts: NamedDependency[Parts],
    on: FromQuery[str | None] = None,
    known: FromQuery[str | None] = None,
) -> Answer:
    """Tell a concept of the release in force on a day, and whether a record may carry it then."""
    library = parts.reading.library()
    day = parts.today() if on is None else day_of(on)
    instant = END_OF_TIME if known is None else known_of(known)
    key = list_key(ns, slug)
    name = code[1:]
    if name.endswith("/history"):
        return told_history(library, key, name.removesuffix("/history"))
    entry = library.in_force(key, day, instant)
    etag = b'"%b-%b"' % (release_mark(library, key, entry), day.isoformat().encode())
    return Answer(told(library, key, entry, name, day), (*READY, (b"etag", etag)))


def told(library: ShelfLibrary, key: Key, entry: Entry, name: str, day: date) -> bytes:
    """
    The answer about a code: the concept as kept, with its release and whether it holds.

    Raises: NotFound, with the release that was asked.
    """
    lexicon = library.lexicon(entry)
    fragment = lexicon.fragment(name)
    if fragment is None:
        name = lexicon.resolve(name) or name
        fragment = lexicon.fragment(name)
    if fragment is None:
        raise NotFound(f"code {name[:60]!r} in {key} {entry.version}")
    holds = b"true" if lexicon.usable(name, day) else b"false"
    return b'%b,"in_force":%b,"on":"%b","release":%b}' % (
        fragment[:-1],
        holds,
        day.isoformat().encode(),
        release_bytes(library, key, entry),
    )


def told_history(library: ShelfLibrary, key: Key, name: str) -> Answer:
    """The answer about the life of a code."""
    appearances = [
        {
            "what": seen.what,
            "version": seen.entry.version,
            "start": seen.entry.start,
            "documents": seen.entry.documents,
            "concept": seen.concept,
        }
        for seen in history(library, key, name)
    ]
    document = {"key": str(key), "code": name, "history": appearances}
    data = msgspec.json.encode(document)
    return Answer(data, (*READY, (b"etag", tag_of(data).encode())))


@get("/api/v1/code-lists/{ns:str}/{slug:str}/codes", sync_to_thread=True, tags=["code lists"])
def codes(  # noqa: PLR0913, PLR0917 - one filter each
    ns: FromPath[str],
    slug: FromPath[str],
    parts: NamedDependency[Parts],
    q: FromQuery[str] = "",
    parent: FromQuery[str | None] = None,
    below: FromQuery[str] = "",
    on: FromQuery[str | None] = None,
    known: FromQuery[str | None] = None,
    property: FromQuery[list[str] | None] = None,  # noqa: A002 - its name outside
    limit: FromQuery[int | None] = None,
    cursor: FromQuery[str | None] = None,
) -> Response[bytes]:
    """List codes of the release in force: all, below a parent, with words, with properties."""
    library = parts.reading.library()
    day = parts.today() if on is None else day_of(on)
    key = list_key(ns, slug)
    entry = library.in_force(key, day, known_of(known))
    wanted = Filter(
        text=q,
        parent=parent or "",
        roots=parent == "",
        below=below,
        properties=properties_of(property or []),
    )
    lexicon = library.lexicon(entry)
    page = lexicon.find(wanted, after=position_of(cursor), limit=limit_of(limit))
    document = {
        "items": [
            {
                **msgspec.to_builtins(c),
                "in_force": usable_on(c, day),
                "children": count(lexicon, c),
            }
            for c in page.concepts
        ],
        "next": cursor_of(page.next),
        "total": page.total,
        "on": day,
        "release": msgspec.Raw(release_bytes(library, key, entry)),
    }
    return sent(document)


def count(lexicon: object, concept: Concept) -> int:
    """How many children a concept has."""
    return len(lexicon.children(concept.code))  # type: ignore[attr-defined]


def properties_of(asked: list[str]) -> dict[str, str | int | bool | list[str]]:
    """
    Properties written as name=value; true and false are truth, digits are numbers.

    Raises: BadRequest.
    """
    wanted: dict[str, str | int | bool | list[str]] = {}
    for text in asked:
        name, sign, value = text.partition("=")
        if not name or not sign:
            raise BadRequest("property", f"{text[:40]!r} is not name=value")
        wanted[name] = {"true": True, "false": False}.get(value, value)
    return wanted


@get("/api/v1/translate/{ns:str}/{slug:str}", tags=["mappings"])
async def translate(
    ns: FromPath[str],
    slug: FromPath[str],
    code: FromQuery[str],
    parts: NamedDependency[Parts],
    reverse: FromQuery[bool] = False,  # noqa: FBT002 - a query parameter
    system: FromQuery[str | None] = None,
    on: FromQuery[str | None] = None,
    known: FromQuery[str | None] = None,
) -> Response[bytes]:
    """Say a code of one list in another, by the mapping in force on a day."""
    library = parts.reading.library()
    day = parts.today() if on is None else day_of(on)
    key = key_of_parts("mapping", ns, slug)
    entry = library.in_force(key, day, known_of(known))
    crosswalk = library.crosswalk(entry)
    matches = crosswalk.reverse(code) if reverse else crosswalk.translate(code)
    if system is not None:
        raise_unless_source(library, entry, system)
    document = {
        "code": code,
        "result": any(match.relation != "none" for match in matches),
        "matches": [match_line(match) for match in matches],
        "on": day,
        "release": msgspec.Raw(release_bytes(library, key, entry)),
    }
    return sent(document)


def raise_unless_source(library: ShelfLibrary, entry: Entry, system: str) -> None:
    """
    Refuse a system that is neither list of the mapping.

    Raises: BadRequest.
    """
    body = library.body(entry)
    lists = {getattr(body, "source_list", ""), getattr(body, "target_list", "")}
    if not any(system.endswith(name) for name in lists if name):
        raise BadRequest("system", f"this mapping is between {' and '.join(sorted(lists))}")


ROUTES = [code, codes, translate]
