"""The page that checks records: paste or drop a file, read the findings; nothing is kept."""

import io
from asyncio import to_thread

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State, UploadFile
from litestar.di import NamedDependency
from litestar.params import FromQuery

from catalog.actions.checking import Report
from catalog.actions.checking_files import SUFFIXES, Form, check_file
from catalog.actions.checking_files import Asked as AskedCheck
from catalog.actions.parts import Parts
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
    data, name = b"", ""
    if isinstance(file, UploadFile):
        data, name = await file.read(), file.filename
    if not data:
        data, name = text.encode(), ""
    kept = text if len(text) <= SHOWN_AGAIN else ""
    try:
        report = await to_thread(checked, parts, schema, data, name, on)
    except CatalogError as error:
        return form(parts, request, 422, schema=schema, records=kept, refusal=error)
    return await to_thread(form, parts, request, schema=schema, records=kept, report=report)


def checked(parts: Parts, schema: str, data: bytes, name: str, on: str) -> Report:
    """
    What came of checking records against a schema, or a claims envelope against its tables'.

    Raises: BadKey, NotFound, NotInForce, Withdrawn, BadRequest, BadFile.
    """
    day = day_of(on) if on else None
    if not data.strip():
        raise BadRequest("records", "nothing was sent: paste records or choose a file")
    form = form_of(data, name)
    key = None
    if form != "claims-xml":
        if not schema:
            raise BadRequest("schema", "choose the schema that the records should follow")
        key = Key.parse(f"{Kind.SCHEMA}/{schema}")
        parts.reading.library().timeline(key)
    told = AskedCheck(key=key, form=form, name=name or "body", on=day, most=MOST_FINDINGS)
    return check_file(parts.checker(), told, io.BytesIO(data)).report


def form_of(data: bytes, name: str) -> Form:
    """The form of what was sent: by the end of a file's name, else by how it begins."""
    for suffix, form in SUFFIXES.items():
        if name.lower().endswith(suffix):
            return form
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"PK\x03\x04"):
        return "xlsx"
    if start.startswith(b"<"):
        return "claims-xml"
    if start.startswith(b"["):
        return "json"
    return of_lines(start) if start.startswith(b"{") else "csv"


def of_lines(start: bytes) -> Form:
    """JSON that begins with an object: lines when the first line is one and more follow."""
    first, _, rest = start.partition(b"\n")
    if not rest.strip():
        return "json"
    try:
        msgspec.json.decode(first)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "json"
    return "ndjson"


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
        findings=report.findings if report else (),
        api="/docs#check",
    )


ROUTES = [validate_form, validate_posted]
