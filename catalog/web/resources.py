"""The persistent addresses: a thing, its releases, its members, in every notation."""

from collections import OrderedDict
from dataclasses import dataclass
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import File

from catalog.actions.delivery import write_built
from catalog.actions.parts import Parts
from catalog.actions.reading import ShelfLibrary, body_name, member_of
from catalog.core.document import canonical
from catalog.core.errors import CannotSay, NotFound
from catalog.core.model import Concept, Field
from catalog.core.names import Key
from catalog.core.release import Entry, Release
from catalog.formats import FORMATS
from catalog.formats.format import Format, Setting, choose
from catalog.formats.json_schema import write_bundled
from catalog.web.addresses import Address, read_address
from catalog.web.asking import day_of, known_of
from catalog.web.pages import HTML, concept_page, field_page, release_page
from catalog.web.problems import Asked

A_YEAR = "public, max-age=31536000"
A_MINUTE = "public, max-age=60"
NEGOTIATED = "Accept, Accept-Language"
SMALL = 512 * 1024
"""Built artefacts up to this size, in bytes, are kept in memory."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What is sent for one notation of one release, ready."""

    data: bytes
    headers: dict[str, str]
    media_type: str


class Ready:
    """The artefacts lately sent, by their name on the shelf; immutable, so never stale."""

    def __init__(self, largest: int = 64 * 1024 * 1024) -> None:
        self.kept: OrderedDict[str, Sent] = OrderedDict()
        self.size = 0
        self.largest = largest

    def get(self, name: str) -> Sent | None:
        """What was kept under a name."""
        return self.kept.get(name)

    def keep(self, name: str, sent: Sent) -> None:
        """Keep what is small; the oldest goes when there is too much."""
        if len(sent.data) > SMALL or name in self.kept:
            return
        self.kept[name] = sent
        self.size += len(sent.data)
        while self.size > self.largest:
            self.size -= len(self.kept.popitem(last=False)[1].data)


READY = Ready()


@get("/id/{path:path}", tags=["resources"], sync_to_thread=False)
def resource(
    path: FromPath[str],
    request: Asked,
    parts: NamedDependency[Parts],
    on: FromQuery[str | None] = None,
    known: FromQuery[str | None] = None,
    bundle: FromQuery[bool] = False,  # noqa: FBT002 - a query parameter
) -> Response[bytes] | Response[str] | File:
    """Send a release, or lead to the one in force on a day (303)."""
    address = read_address(path)
    library = parts.reading.library()
    if not address.version:
        day = parts.today() if on is None else day_of(on)
        entry = library.in_force(address.key, day, known_of(known))
        return towards(address, entry, request)
    entry = library.timeline(address.key).named(address.version)
    if address.code or address.field:
        return member_answer(parts, library, address, entry, request)
    if bundle:
        return bundled(parts, library, entry)
    fmt = chosen(address, request)
    if fmt is None:
        return release_page(parts, library, entry, request)
    return negotiated(parts, library, entry, fmt)


def towards(address: Address, entry: Entry, request: Asked) -> Response[bytes]:
    """Lead to a release: 303, with the part of the query that chose it taken off."""
    kept = [(k, v) for k, v in request.query_params.multi_items() if k not in {"on", "known"}]
    query = f"?{urlencode(kept)}" if kept else ""
    headers = {
        "location": address.path(entry.version) + query,
        "cache-control": A_MINUTE,
        "vary": NEGOTIATED,
        "link": f'</id/{address.key}>; rel="canonical"',
    }
    return Response(b"", status_code=303, headers=headers)


def chosen(address: Address, request: Asked) -> Format | None:
    """
    The format asked for by suffix or Accept header; None for a page.

    Raises: CannotSay.
    """
    accept = request.headers.get("accept", "*/*")
    if address.suffix == ".html" or (not address.suffix and wants_page(accept)):
        return None
    return choose(FORMATS, address.key.kind, accept, address.suffix or None)


def wants_page(accept: str) -> bool:
    """Whether a browser is asking: it names text/html, and before any other of our notations."""
    first = accept.split(",", 1)[0].split(";", 1)[0].strip().lower()
    return first in {"text/html", "application/xhtml+xml"}


def negotiated(
    parts: Parts, library: ShelfLibrary, entry: Entry, fmt: Format
) -> Response[bytes] | Response[str] | File:
    """One notation of a release: from memory, from the shelf, or written now and kept."""
    name = f"{entry.key} {entry.number} {fmt.suffix}"
    sent = READY.get(name)
    if sent is None:
        built = write_built(parts.shelf, parts.space, library, entry, fmt)
        path = parts.shelf.path(built)
        headers = release_headers(parts, library, entry, fmt)
        if path.stat().st_size > SMALL:
            return File(
                path,
                media_type=plain_type(fmt),
                headers=headers,
                filename=f"{Key.parse(entry.key).slug}-{entry.version}{fmt.suffix}",
                content_disposition_type="inline",
            )
        sent = Sent(path.read_bytes(), headers, plain_type(fmt))
        READY.keep(name, sent)
    headers = {**sent.headers, **aging(library, entry, parts)}
    return Response(sent.data, media_type=sent.media_type, headers=headers)


def plain_type(fmt: Format) -> str:
    """The media type without its parameters; the framework adds the charset of texts itself."""
    return fmt.media_type.split(";", 1)[0].strip()


def release_headers(
    parts: Parts, library: ShelfLibrary, entry: Entry, fmt: Format
) -> dict[str, str]:
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
        headers["deprecation"] = f"@{int(later.issued_at.timestamp())}"
        if later.transition_until is not None and later.transition_until > day:
            headers["sunset"] = later.transition_until.strftime("%a, %d %b %Y 00:00:00 GMT")
    headers["link"] = ", ".join(links)
    library.memory[name] = headers
    return headers


def bundled(parts: Parts, library: ShelfLibrary, entry: Entry) -> Response[bytes]:
    """
    The JSON Schema of a release with all it refers to inside.

    Raises: CannotSay, for what is no schema.
    """
    release = Release(entry, library.body(entry), library.timeline(Key.parse(entry.key)))
    data = b"".join(write_bundled(release, Setting(parts.space, library)))
    headers = {"cache-control": A_YEAR, "etag": f'"{entry.digest[:32]}-{entry.number}-bundle"'}
    return Response(data, media_type="application/schema+json", headers=headers)


def member_answer(
    parts: Parts, library: ShelfLibrary, address: Address, entry: Entry, request: Asked
) -> Response[bytes] | Response[str]:
    """
    A concept or a field of a release, as JSON or as a page.

    Raises: NotFound; CannotSay, for other notations.
    """
    accept = request.headers.get("accept", "*/*")
    page = address.suffix == ".html" or (not address.suffix and wants_page(accept))
    if address.suffix not in {"", ".html", ".json"}:
        raise CannotSay(str(address.key), address.suffix, (".json", HTML))
    if address.code:
        concept = library.lexicon(entry).lookup(address.code)
        if concept is None:
            raise NotFound(f"code {address.code[:60]!r} in {address.key} {entry.version}")
        if page:
            return concept_page(parts, library, entry, concept, request)
        return member_json(parts.space.concept(address.key, address.code), entry, concept)
    field = member_of(library.body(entry), address.field)
    if not isinstance(field, Field):
        raise NotFound(f"field {address.field[:60]!r} in {address.key} {entry.version}")
    if page:
        return field_page(parts, library, entry, field, request)
    return member_json(parts.space.field(address.key, address.field), entry, field)


def member_json(address: str, entry: Entry, member: Concept | Field) -> Response[bytes]:
    """A member with its persistent address and the release it was read in."""
    document = {
        "id": address,
        **msgspec.to_builtins(member),
        "release": {"key": entry.key, "version": entry.version, "digest": entry.digest},
    }
    etag = f'"{entry.digest[:32]}-member"'
    headers = {"cache-control": A_YEAR, "vary": NEGOTIATED, "etag": etag}
    return Response(canonical(document), media_type="application/json", headers=headers)


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
