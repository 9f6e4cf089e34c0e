"""The page that checks records: paste or drop a file, read the findings; nothing is kept."""

from asyncio import to_thread

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State, UploadFile
from litestar.di import NamedDependency
from litestar.params import FromQuery

from catalog.actions.checking import Report, report_of
from catalog.actions.parts import Parts
from catalog.actions.records import records_of
from catalog.core.errors import BadRequest, CatalogError
from catalog.core.names import Key, Kind
from catalog.core.text import in_language
from catalog.web.asking import day_of
from catalog.web.collation import vietnamese
from catalog.web.problems import Asked
from catalog.web.rendering import language_of, naming, page

SHOWN_AGAIN = 200_000
"""Letters up to which a pasted text is put back into its box; a file is never shown."""

MOST_FINDINGS = 1000
LINES = "application/x-ndjson"
ONE = "application/json"


@get("/validate", tags=["pages"])
async def validate_form(
    parts: NamedDependency[Parts], request: Asked, schema: FromQuery[str] = ""
) -> Response[str]:
    """The form: which schema, which records."""
    return await to_thread(form, parts, request, schema=schema)


@post("/validate", status_code=200, tags=["pages"])
async def validate_posted(
    parts: NamedDependency[Parts], request: Request[None, None, State]
) -> Response[str]:
    """The form again, with what was found in the records; they are forgotten."""
    sent = await request.form()
    schema, text = str(sent.get("schema") or ""), str(sent.get("records") or "")
    on = str(sent.get("on") or "")
    file = sent.get("file")
    data = await file.read() if isinstance(file, UploadFile) else b""
    if not data:
        data = text.encode()
    kept = text if len(text) <= SHOWN_AGAIN else ""
    try:
        report = await to_thread(checked, parts, schema, data, on)
    except CatalogError as error:
        return form(parts, request, 422, schema=schema, records=kept, refusal=error)
    return await to_thread(form, parts, request, schema=schema, records=kept, report=report)


def checked(parts: Parts, schema: str, data: bytes, on: str) -> Report:
    """
    What came of checking records against a schema.

    Raises: BadKey, NotFound, NotInForce, Withdrawn, BadRequest.
    """
    key = Key.parse(f"{Kind.SCHEMA}/{schema}")
    parts.reading.library().timeline(key)
    day = day_of(on) if on else None
    if not data.strip():
        raise BadRequest("records", "nothing was sent: paste records or choose a file")
    return report_of(parts.checker(), key, records_of(data, notation(data)), on=day)


def notation(data: bytes) -> str:
    """The media type of JSON records: lines when each line holds one, else one document."""
    lines = [line for line in data.split(b"\n", 2)[:2] if line.strip()]
    if len(lines) > 1 and lines[0].lstrip().startswith(b"{"):
        try:
            msgspec.json.decode(lines[0])
        except (msgspec.DecodeError, UnicodeDecodeError):
            return ONE
        return LINES
    return ONE


def form(
    parts: Parts,
    request: Asked,
    status: int = 200,
    *,
    schema: str = "",
    records: str = "",
    report: Report | None = None,
    refusal: CatalogError | None = None,
) -> Response[str]:
    """The page with the form, and below it what was found or why nothing could be."""
    library, language = parts.reading.library(), language_of(request)
    schemas = [str(key) for key in library.keys() if key.kind is Kind.SCHEMA]
    schemas.sort(key=lambda text: vietnamese(in_language(naming(library, text)[1], language)))
    name = "findings.html" if request.query_params.get("part") == "findings" else "validate.html"
    return page(
        name,
        parts,
        request,
        status,
        schemas=schemas,
        schema=schema,
        records=records,
        report=report,
        refusal=refusal,
        findings=report.findings[:MOST_FINDINGS] if report else (),
        api=f"/api/v1/validate/{schema or '{ns}/{slug}'}",
    )


ROUTES = [validate_form, validate_posted]
