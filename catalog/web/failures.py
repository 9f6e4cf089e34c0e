"""Failures as their reader can take them: a page for a browser, problem+json for a program."""

from litestar import Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from catalog.actions.parts import Parts
from catalog.core.errors import CatalogError
from catalog.core.names import Key
from catalog.web import problems
from catalog.web.problems import Asked
from catalog.web.rendering import key_or_none, language_of, page
from catalog.web.resources import wants_page


def handlers(parts: Parts) -> ExceptionHandlersMap:
    """How each kind of failure is told."""

    def refused(request: Asked, error: CatalogError) -> Response[bytes] | Response[str]:
        told = problems.of_refusal(request, error)
        return shown(parts, request, told, error.slug, str(error), error.hint)

    def http(request: Asked, error: HTTPException) -> Response[bytes] | Response[str]:
        told = problems.of_http(request, error)
        slug = problems.HTTP_SLUGS.get(error.status_code, "bad-request")
        return shown(parts, request, told, slug, error.detail)

    def bug(request: Asked, error: Exception) -> Response[bytes] | Response[str]:
        told = problems.of_bug(request, error)
        return shown(parts, request, told, "internal", "")

    return {CatalogError: refused, HTTPException: http, Exception: bug}


def shown(
    parts: Parts, request: Asked, told: Response[bytes], slug: str, detail: str, hint: str = ""
) -> Response[bytes] | Response[str]:
    """The failure as a page when a browser asked for one."""
    if not wants_page(request.headers.get("accept", "")):
        return told
    vi = language_of(request) == "vi"
    title = problems.TITLES_VI.get(slug, "Bị từ chối") if vi else slug.replace("-", " ")
    status = told.status_code or 500
    answer = page(
        "problem.html",
        parts,
        request,
        status,
        title=title.capitalize(),
        detail=detail,
        hint=hint,
        slug=slug,
        asked_key=key_asked(request),
    )
    answer.headers.update(told.headers)
    answer.headers["vary"] = "Accept, Accept-Language, Cookie"
    del answer.headers["etag"]
    return answer


def key_asked(request: Asked) -> Key | None:
    """The key that the address is about, so that the page can name its releases."""
    parts = request.url.path.removeprefix("/id/").split("/")
    return key_or_none("/".join(parts[:3])) if request.url.path.startswith("/id/") else None
