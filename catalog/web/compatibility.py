"""Compatibility over HTTP: a candidate against the releases of a schema."""

from asyncio import to_thread
from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from catalog.actions.compatibility import between, for_candidate
from catalog.actions.parts import Parts
from catalog.core.compatibility import Compatibility, Mode, mode_of
from catalog.core.errors import BadRequest
from catalog.core.library import Library
from catalog.core.names import Key, Kind
from catalog.web.asking import key_of_parts

JSON = "application/json"

WRAPPED = ("schema", "draft", "version")
"""The names under which a body may hold the candidate; else the body is the candidate."""


def asked(library: Library, key: Key, document: object, mode: Mode) -> Compatibility:
    """
    The answer to a body: a JSON Schema, a body of ours, or a version released here.

    Raises: NotFound, BadRequest, BadDocument.
    """
    held = [name for name in WRAPPED if isinstance(document, dict) and name in document]
    if not isinstance(document, dict) or not held or "$schema" in document or "type" in document:
        return for_candidate(library, key, document, mode)
    if len(held) > 1:
        raise BadRequest("body", f"say one of {', '.join(WRAPPED)}")
    if held == ["version"]:
        timeline = library.timeline(key)
        new = timeline.named(str(document["version"]))
        old = timeline.before(new)
        if old is None:
            raise BadRequest(
                "version", f"{new.version} is the first release; nothing is before it"
            )
        return between(library, key, old, new, mode)
    candidate = document[held[0]]
    if held == ["draft"] and isinstance(candidate, dict):
        candidate = {"kind": Kind.SCHEMA.value, **candidate}
    return for_candidate(library, key, candidate, mode)


@post("/api/v1/compatibility/{ns:str}/{slug:str}", status_code=200, tags=["check"])
async def compatibility(
    ns: FromPath[str],
    slug: FromPath[str],
    request: Request[None, None, Any],
    parts: NamedDependency[Parts],
    mode: FromQuery[str | None] = None,
) -> Response[bytes]:
    """Tell whether a candidate and the releases of a schema take each other's data."""
    key = key_of_parts(Kind.SCHEMA, ns, slug)
    data = await request.body()
    try:
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest("body", f"not JSON: {str(error)[:120]}") from None
    said = document.pop("mode", None) if isinstance(document, dict) else None
    wanted = mode_of(mode or str(said or "backward"))
    library = parts.reading.library()
    found = await to_thread(asked, library, key, document, wanted)
    return Response(msgspec.json.encode(found), media_type=JSON)


ROUTES = [compatibility]
