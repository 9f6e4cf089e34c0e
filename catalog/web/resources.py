"""The persistent addresses: a thing, its releases, its members, in every notation."""

from asyncio import to_thread
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import Any, cast
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import File

from catalog.actions.delivery import write_built
from catalog.actions.parts import VIETNAM, Parts
from catalog.actions.reading import ShelfLibrary, body_name, member_of
from catalog.core.document import canonical
from catalog.core.errors import CannotSay, NotFound
from catalog.core.model import Concept, Field
from catalog.core.names import Key, Kind
from catalog.core.release import Entry, Release
from catalog.formats import FORMATS, json_schema
from catalog.formats.format import Format, Setting, choose, quality_of, ranges_of
from catalog.formats.linked_data import write_concept
from catalog.formats.rdf import Syntax
from catalog.web.addresses import Address, read_address
from catalog.web.answers import JSON, Answer, raw
from catalog.web.artefact_pages import concept_page, field_page, release_page
from catalog.web.asking import day_of, known_of
from catalog.web.problems import Asked

A_YEAR = "public, max-age=31536000"
A_MINUTE = "public, max-age=60"
NEGOTIATED = "Accept, Accept-Language"
LISTS = frozenset({Kind.CODE_LIST, Kind.VALUE_SET})
"""The kinds whose members are concepts."""

SMALL = 512 * 1024
"""Built artefacts up to this size, in bytes, are kept in memory; larger ones are streamed."""


class Ready:
    """The answers lately sent, with their headers; those name the neighbours of the moment."""

    def __init__(self, largest: int = 64 * 1024 * 1024) -> None:
        self.kept: OrderedDict[tuple[str, int, str, date], Answer] = OrderedDict()
        self.size = 0
        self.largest = largest

    def get(self, name: tuple[str, int, str, date]) -> Answer | None:
        """What was kept under a name."""
        return self.kept.get(name)

    def keep(self, name: tuple[str, int, str, date], answer: Answer) -> Answer:
        """Keep an answer; the oldest go when there is too much."""
        if name not in self.kept:
            self.kept[name] = answer
            self.size += len(answer.body)
            while self.size > self.largest:
                self.size -= len(self.kept.popitem(last=False)[1].body)
        return answer


def ready(library: ShelfLibrary) -> Ready:
    """The answers lately sent at this moment of the register."""
    kept = library.memory.get("ready")
    if not isinstance(kept, Ready):
        kept = Ready()
        library.memory["ready"] = kept
    return kept


@get("/id/{path:path}", tags=["resources"])
async def resource(
    path: FromPath[str],
    request: Asked,
    parts: NamedDependency[Parts],
    on: FromQuery[str | None] = None,
    known: FromQuery[str | None] = None,
    bundle: FromQuery[bool] = False,  # noqa: FBT002 - a query parameter
) -> Answer:
    """Send a release, or lead to the one in force on a day (303)."""
    address = read_address(path)
    library = parts.reading.library()
    if not address.version:
        day = parts.today() if on is None else day_of(on)
        return towards(address, library.in_force(address.key, day, known_of(known)), request)
    entry = library.timeline(address.key).named(address.version)
    accept = request.headers.get("accept", "*/*")
    if address.suffix and not (address.code or address.field or bundle):
        name = (entry.key, entry.number, address.suffix, parts.today())
        answer = ready(library).get(name)
        if answer is not None:
            return answer
    asked = Question(parts, library, address, entry, request, accept)
    slow = await to_thread(bundled if bundle else answered, asked)
    # Litestar takes a Response of its own here too; only the annotation must name the quick one.
    return cast("Answer", slow)


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked of which release, to be answered away from the event loop."""

    parts: Parts
    library: ShelfLibrary
    address: Address
    entry: Entry
    request: Asked
    accept: str


def answered(asked: Question) -> Answer | Response[Any]:
    """
    The answer about a release or a member of it: a page, a file, or ready bytes.

    Raises: NotFound, CannotSay.
    """
    address, request = asked.address, asked.request
    page = address.suffix == ".html" or (not address.suffix and wants_page(asked.accept))
    if address.code or address.field:
        return member_answer(asked, page=page)
    if page:
        return release_page(asked.parts, asked.library, asked.entry, request)
    fmt = choose(FORMATS, address.key.kind, asked.accept, address.suffix or None)
    return negotiated(asked, fmt)


def towards(address: Address, entry: Entry, request: Asked) -> Answer:
    """Lead to a release: 303; what chose it is taken off the query, but a page goes on with it."""
    page = address.suffix in {"", ".html"} and wants_page(request.headers.get("accept", ""))
    chose = set() if page else {"on", "known"}
    kept = [(k, v) for k, v in request.query_params.multi_items() if k not in chose]
    query = f"?{urlencode(kept)}" if kept else ""
    headers = {
        "location": address.path(entry.version) + query,
        "cache-control": A_MINUTE,
        "vary": NEGOTIATED,
        "link": f'</id/{address.key}>; rel="canonical"',
    }
    return Answer(b"", raw(headers), 303)


def wants_page(accept: str) -> bool:
    """Whether a browser is asking: it names text/html, and before any other of our notations."""
    first = accept.split(",", 1)[0].split(";", 1)[0].strip().lower()
    return first in {"text/html", "application/xhtml+xml"}


def negotiated(asked: Question, fmt: Format) -> Answer | File:
    """One notation of a release: from the shelf, or written now and kept there."""
    parts, library, entry = asked.parts, asked.library, asked.entry
    built = write_built(parts.shelf, parts.space, library, entry, fmt)
    path = parts.shelf.path(built)
    headers = {**release_headers(entry, fmt), **aging(library, entry, parts)}
    if path.stat().st_size > SMALL:
        return File(
            path,
            media_type=plain_type(fmt),
            headers=headers,
            filename=f"{asked.address.key.slug}-{entry.version}{fmt.suffix}",
            content_disposition_type="inline",
        )
    answer = Answer(path.read_bytes(), raw({"content-type": fmt.media_type, **headers}))
    return ready(library).keep((entry.key, entry.number, fmt.suffix, parts.today()), answer)


def plain_type(fmt: Format) -> str:
    """The media type without its parameters; the framework adds the charset of texts itself."""
    return fmt.media_type.split(";", 1)[0].strip()


def release_headers(entry: Entry, fmt: Format) -> dict[str, str]:
    """The headers that belong to one notation of a release."""
    return {
        "etag": f'"{entry.digest[:32]}-{entry.number}-{fmt.name}.{fmt.revision}"',
        "cache-control": A_YEAR,
        "vary": NEGOTIATED,
        "content-location": f"/id/{entry.key}/{entry.version}{fmt.suffix}",
    }


def aging(library: ShelfLibrary, entry: Entry, parts: Parts) -> dict[str, str]:
    """Links to the neighbours in time, and Deprecation once a successor is in force."""
    day = parts.today()
    name = f"aging {entry.key} {entry.number} {day}"
    kept = library.memory.get(name)
    if isinstance(kept, dict):
        return kept
    timeline = library.timeline(Key.parse(entry.key))
    links = [f'</id/{entry.key}>; rel="canonical"']
    headers: dict[str, str] = {}
    current, former, later = timeline.at(day), timeline.before(entry), timeline.after(entry)
    for neighbour, rel in (
        (current, "latest-version"),
        (former, "predecessor-version"),
        (later, "successor-version"),
    ):
        if neighbour is not None:
            links.append(f'</id/{entry.key}/{neighbour.version}>; rel="{rel}"')
    if later is not None and later.start <= day:
        headers["deprecation"] = f"@{int(midnight(later.start).timestamp())}"
        if later.transition_until is not None and later.transition_until > day:
            headers["sunset"] = format_datetime(midnight(later.transition_until), usegmt=True)
    headers["link"] = ", ".join(links)
    library.memory[name] = headers
    return headers


def midnight(day: date) -> datetime:
    """The instant at which a legal day begins."""
    return datetime.combine(day, time(), VIETNAM).astimezone(UTC)


def bundled(asked: Question) -> Answer:
    """
    The JSON Schema of a release with all it refers to inside.

    Raises: CannotSay, for what is no schema, and for another notation.
    """
    entry, library, key = asked.entry, asked.library, asked.address.key
    fitting = asked.address.suffix in {"", ".schema.json"}
    if key.kind is not Kind.SCHEMA or asked.address.field or not fitting:
        raise CannotSay(str(key), "?bundle=1", (".schema.json of a schema",))
    release = Release(entry, library.body(entry), library.timeline(key))
    data = b"".join(json_schema.write_bundled(release, Setting(asked.parts.space, library)))
    headers = {
        "content-type": "application/schema+json",
        "cache-control": A_YEAR,
        "vary": NEGOTIATED,
        "etag": f'"{entry.digest[:32]}-{entry.number}-bundle.{json_schema.FORMAT.revision}"',
        **aging(library, entry, asked.parts),
    }
    return Answer(data, raw(headers))


def member_answer(asked: Question, *, page: bool) -> Answer | Response[str]:
    """
    A concept or a field of a release, as JSON, as linked data or as a page.

    Raises: NotFound; CannotSay, for other notations.
    """
    syntax = None if page else member_syntax(asked.address, asked.accept)
    if asked.address.code:
        return concept_answer(asked, syntax, page=page)
    parts, library, address, entry = asked.parts, asked.library, asked.address, asked.entry
    field = member_of(library.body(entry), address.field)
    if not isinstance(field, Field):
        raise NotFound(f"field {address.field[:60]!r} in {address.key} {entry.version}")
    if page:
        return field_page(parts, library, entry, field, asked.request)
    return member_json(parts.space.field(address.key, address.field), entry, field)


def concept_answer(
    asked: Question, syntax: Syntax | None, *, page: bool
) -> Answer | Response[str]:
    """
    A concept of a release; another writing of its code leads to it (303).

    Raises: NotFound.
    """
    parts, library, address, entry = asked.parts, asked.library, asked.address, asked.entry
    lexicon = library.lexicon(entry) if address.key.kind in LISTS else None
    code = lexicon.resolve(address.code) if lexicon is not None else None
    concept = lexicon.lookup(code) if lexicon is not None and code is not None else None
    if lexicon is None or concept is None:
        raise NotFound(f"code {address.code[:60]!r} in {address.key} {entry.version}")
    if concept.code != address.code:
        return towards(replace(address, code=concept.code), entry, asked.request)
    if page:
        return concept_page(parts, library, entry, concept, asked.request)
    if syntax is not None:
        chunks = write_concept(entry, lexicon, address.code, parts.space, syntax)
        return member_data(entry, b"".join(chunks), syntax.media_type)
    return member_json(parts.space.concept(address.key, address.code), entry, concept)


def member_json(address: str, entry: Entry, member: Concept | Field) -> Answer:
    """A member with its persistent address and the release it was read in."""
    document = {
        "id": address,
        **msgspec.to_builtins(member),
        "release": {"key": entry.key, "version": entry.version, "digest": entry.digest},
    }
    return member_data(entry, canonical(document), JSON)


def member_data(entry: Entry, data: bytes, media_type: str) -> Answer:
    """A member in a notation; of a release it never changes."""
    headers = {
        "content-type": media_type,
        "cache-control": A_YEAR,
        "vary": NEGOTIATED,
        "etag": f'"{entry.digest[:32]}-{entry.number}-{media_type.split(";", maxsplit=1)[0]}"',
    }
    return Answer(data, raw(headers))


def member_syntax(address: Address, accept: str) -> Syntax | None:
    """
    The linked-data syntax in which a member is asked for; None for JSON.

    Raises: CannotSay.
    """
    syntaxes = tuple(Syntax) if address.code else ()
    able = (".json", ".html", *(f".{syntax}" for syntax in syntaxes))
    if address.suffix:
        if address.suffix not in able:
            raise CannotSay(str(address.key), address.suffix, able)
        return next((syntax for syntax in syntaxes if address.suffix == f".{syntax}"), None)
    ranges = ranges_of(accept)
    best, most = None, quality_of(JSON, ranges)
    for syntax in syntaxes:
        quality = quality_of(syntax.media_type, ranges)
        if quality > most:
            best, most = syntax, quality
    if most <= 0:
        raise CannotSay(str(address.key), accept[:200], able)
    return best


@get("/blob/sha256/{digest:str}", sync_to_thread=True, tags=["resources"])
def blob(digest: FromPath[str], parts: NamedDependency[Parts]) -> Response[bytes]:
    """Send canonical bytes by their digest."""
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):  # noqa: PLR2004 - SHA-256
        raise NotFound(f"blob {digest[:80]!r}")
    headers = {"etag": f'"{digest}"', "cache-control": f"{A_YEAR}, immutable"}
    return Response(
        parts.shelf.get(body_name(digest)), media_type="application/json", headers=headers
    )


ROUTES = [resource, blob]
