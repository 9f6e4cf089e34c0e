"""Checking over HTTP: records and claims envelopes in, findings out; nothing is kept or logged."""

import io
from asyncio import to_thread
from typing import Any

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from catalog.actions.check_report import (
    MEDIA_TYPES,
    MOST_LISTED,
    Notation,
    notation_of,
    written_report,
)
from catalog.actions.checking import Checker, Masking
from catalog.actions.checking_files import MEDIA, Asked, Form, check_file
from catalog.actions.parts import Parts
from catalog.core.errors import BadRequest
from catalog.core.names import Key, Kind
from catalog.formats.check_report_html import POLICY
from catalog.web.asking import day_of, key_of_parts, known_of

SMALL = 1 << 16
"""Up to how many bytes a check is done at once; larger ones leave the event loop."""

XML_TYPES = frozenset({"application/xml", "text/xml", "application/octet-stream", ""})

Posted = Request[None, None, Any]


@post("/api/v1/validate/{ns:str}/{slug:str}", status_code=200, tags=["check"])
async def validate(
    ns: FromPath[str],
    slug: FromPath[str],
    request: Posted,
    parts: NamedDependency[Parts],
    on: FromQuery[str | None] = None,
    known: FromQuery[str | None] = None,
    report: FromQuery[str | None] = None,
    values: FromQuery[str | None] = None,
) -> Response[bytes]:
    """Check records against the schema and lists in force on each record's own day."""
    key = key_of_parts(Kind.SCHEMA, ns, slug)
    return await answer(request, parts, key, form_of(request), (on, known, report, values))


@post("/api/v1/validate/claims", status_code=200, tags=["check"])
async def validate_claims(
    request: Posted,
    parts: NamedDependency[Parts],
    on: FromQuery[str | None] = None,
    known: FromQuery[str | None] = None,
    report: FromQuery[str | None] = None,
    values: FromQuery[str | None] = None,
) -> Response[bytes]:
    """Check a GIAMDINHHS envelope, each dossier by the schemas and lists of its own day."""
    media_type = media_type_of(request)
    if media_type not in XML_TYPES and not media_type.endswith("+xml"):
        raise BadRequest("content-type", f"{media_type[:100]!r} is not read here; send XML")
    return await answer(request, parts, None, "claims-xml", (on, known, report, values))


async def answer(
    request: Posted,
    parts: Parts,
    key: Key | None,
    form: Form,
    said: tuple[str | None, str | None, str | None, str | None],
) -> Response[bytes]:
    """
    Check a body and answer with a report; `said` are on, known, report and values as asked.

    Raises: BadRequest, BadFile, NotFound, Withdrawn, NotInForce.
    """
    on, known, report, values = said
    notation = wanted(report, request.headers.get("accept", ""))
    masking = masking_of(values, notation)
    asked = Asked(
        key=key,
        form=form,
        on=None if on is None else day_of(on),
        known=known_of(known),
        most=MOST_LISTED[notation],
    )
    data = await request.body()
    checker = parts.checker()
    if masking is Masking.MASK:
        checker = Checker(checker.library, today=parts.today, masking=masking)

    def made() -> bytes:
        return written_report(check_file(checker, asked, io.BytesIO(data)), notation, masking)

    written = made() if len(data) <= SMALL else await to_thread(made)
    headers = {"cache-control": "no-store"}
    if notation == "html":
        headers["content-security-policy"] = POLICY
    if notation == "xlsx":
        headers["content-disposition"] = 'attachment; filename="report.xlsx"'
    return Response(written, media_type=MEDIA_TYPES[notation], headers=headers)


def media_type_of(request: Posted) -> str:
    """The media type of a body, without its parameters."""
    return request.headers.get("content-type", "").split(";", 1)[0].strip().lower()


def form_of(request: Posted) -> Form:
    """
    The form of a body of records.

    Raises: BadRequest, for what records are not read from.
    """
    media_type = media_type_of(request)
    if media_type.endswith("+json") or not media_type:
        return "json"
    found = MEDIA.get(media_type)
    if found is None or found == "claims-xml":
        raise BadRequest(
            "content-type",
            f"{media_type[:100]!r} is not read here; send JSON, NDJSON (application/x-ndjson), "
            "CSV or XLSX, and claims envelopes to /api/v1/validate/claims",
        )
    return found


def wanted(report: str | None, accept: str) -> Notation:
    """
    The notation of the report: as asked in the address, else by the Accept header, else JSON.

    Raises: BadRequest.
    """
    if report is not None:
        return notation_of(report)
    first = accept.split(",", 1)[0].split(";", 1)[0].strip().lower()
    by_type = {media.split(";", 1)[0]: notation for notation, media in MEDIA_TYPES.items()}
    return by_type.get(first, "json")


def masking_of(values: str | None, notation: Notation) -> Masking:
    """
    Whether values are shown: in JSON, for programs, unless asked not to; else when asked for.

    Raises: BadRequest.
    """
    match values:
        case None:
            return Masking.SHOW if notation == "json" else Masking.MASK
        case "show":
            return Masking.SHOW
        case "mask":
            return Masking.MASK
        case _:
            raise BadRequest("values", f"{values[:40]!r} is neither show nor mask")


ROUTES = [validate_claims, validate]
