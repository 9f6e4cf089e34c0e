"""The catalogue: DCAT in pages, and our published JSON-LD contexts."""

import hashlib
from asyncio import to_thread
from functools import lru_cache, partial
from pathlib import Path

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from catalog.actions.parts import Parts
from catalog.actions.reading import built_name
from catalog.core.errors import CannotSay, NotFound
from catalog.core.release import Entry
from catalog.formats import FORMATS, jsonld
from catalog.formats.dcat import About, write_catalogue
from catalog.formats.dcat_distributions import Built
from catalog.formats.format import Format, quality_of, ranges_of
from catalog.formats.rdf import Syntax
from catalog.web.answers import Answer, raw, tag_of
from catalog.web.problems import Asked

PAGE_SIZE = 100
A_MINUTE = "public, max-age=60"


@get(["/catalog", *(f"/catalog.{syntax}" for syntax in Syntax)], tags=["catalogue"])
async def catalogue(
    request: Asked,
    parts: NamedDependency[Parts],
    page: FromQuery[int] = 1,
    size: FromQuery[int] = PAGE_SIZE,
) -> Answer:
    """Send a page of the catalogue as DCAT 3, in Hydra pages."""
    accept = request.headers.get("accept", "*/*")
    suffix = request.url.path.removeprefix("/catalog").lstrip(".")
    if not suffix and accept.split(",", 1)[0].strip().startswith("text/html"):
        return Answer(b"", raw({"location": "/artefacts", "vary": "Accept"}), 303)
    syntax = syntax_of(suffix, accept)
    return await to_thread(written, parts, syntax, page, size)


def syntax_of(suffix: str, accept: str) -> Syntax:
    """
    The syntax asked for by suffix or by Accept header.

    Raises: CannotSay.
    """
    if suffix:
        return Syntax(suffix)
    ranges = ranges_of(accept)
    best = max(Syntax, key=lambda syntax: quality_of(syntax.media_type, ranges))
    if quality_of(best.media_type, ranges) <= 0:
        raise CannotSay("the catalogue", accept[:200], tuple(f".{syntax}" for syntax in Syntax))
    return best


def written(parts: Parts, syntax: Syntax, page: int, size: int) -> Answer:
    """
    A page of the catalogue, made once for each moment of the register and day.

    Raises: BadRequest, for a page or size that there is not.
    """
    library, today = parts.reading.library(), parts.today()
    name = f"catalogue {syntax} {page} {size} {today}"
    kept = library.memory.get(name)
    if isinstance(kept, Answer):
        return kept
    about = About(built=partial(built, parts))
    chunks = write_catalogue(
        library, parts.space, syntax, page, size, today, formats=FORMATS, about=about
    )
    data = b"".join(chunks)
    headers = {
        "content-type": syntax.media_type,
        "cache-control": A_MINUTE,
        "vary": "Accept",
        "etag": f'"{hashlib.sha256(data).hexdigest()[:32]}"',
    }
    answer = Answer(data, raw(headers))
    library.memory[name] = answer
    return answer


def built(parts: Parts, entry: Entry, fmt: Format) -> Built | None:
    """The size and checksum of a file that is on the shelf; None when it is not built yet."""
    path = parts.shelf.path(built_name(entry, fmt.name, fmt.revision, fmt.suffix))
    return measured(path) if path.exists() else None


@lru_cache(maxsize=65536)
def measured(path: Path) -> Built:
    """The size and checksum of a built file; it never changes, so it is read once."""
    with path.open("rb") as file:
        return Built(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


@get("/contexts/{name:str}", sync_to_thread=False, tags=["catalogue"])
def context(name: FromPath[str], parts: NamedDependency[Parts]) -> Answer:
    """Send a JSON-LD context of ours."""
    if not name.endswith(".jsonld"):
        raise NotFound(f"/contexts/{name[:60]}")
    data = jsonld.context(parts.space.base, name.removesuffix(".jsonld"))
    headers = {
        "content-type": "application/ld+json",
        "cache-control": "public, max-age=86400",
        "etag": tag_of(data),
    }
    return Answer(data, raw(headers))


ROUTES = [catalogue, context]
