"""Refusals as HTTP: one table of status codes, and problem+json (RFC 9457) for every error."""

import logging

import msgspec
from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from catalog.core.errors import BadRequest, BrokenRules, CannotSay, CatalogError
from catalog.web.answers import SAFETY

LOG = logging.getLogger(__name__)

STATUS: dict[str, int] = {
    "refused": 400,
    "bad-key": 404,
    "bad-document": 422,
    "broader-cycle": 422,
    "not-found": 404,
    "kept-back": 404,
    "not-in-force": 404,
    "withdrawn": 410,
    "already-released": 409,
    "unchanged": 409,
    "stale-draft": 412,
    "stale-register": 409,
    "wrong-stage": 409,
    "not-allowed": 403,
    "broken-rules": 422,
    "bad-edit": 422,
    "bad-time": 422,
    "bad-request": 400,
    "bad-file": 422,
    "broken-chain": 500,
    "cannot-say": 406,
    "index-unavailable": 503,
    "search-busy": 503,
    "store-unavailable": 503,
}
"""Every refusal's slug and the status that tells it; a test walks the refusals."""

PROBLEM = "application/problem+json"

TITLES_VI: dict[str, str] = {
    "bad-key": "Khóa không hợp lệ",
    "not-found": "Không tìm thấy",
    "not-in-force": "Không có bản ban hành nào có hiệu lực vào ngày này",
    "withdrawn": "Đã bị thu hồi",
    "bad-request": "Yêu cầu không hợp lệ",
    "cannot-say": "Không có ở định dạng này",
    "bad-file": "Tệp không đọc được",
    "bad-document": "Tài liệu không hợp lệ",
    "already-released": "Đã được công bố",
    "unchanged": "Không có gì thay đổi",
    "not-allowed": "Không được phép",
    "broken-rules": "Vi phạm quy tắc",
    "index-unavailable": "Chỉ mục tìm kiếm chưa sẵn sàng",
    "store-unavailable": "Cơ sở dữ liệu chưa sẵn sàng",
    "method-not-allowed": "Phương thức không được hỗ trợ",
    "too-large": "Dữ liệu gửi lên quá lớn",
    "unauthorized": "Cần đăng nhập",
    "internal": "Lỗi của hệ thống",
}

Asked = Request[None, None, State]
"""A request as our handlers take it: no user yet, no session."""


def problem(
    status: int,
    slug: str,
    detail: str,
    instance: str = "",
    **more: object,
) -> Response[bytes]:
    """A problem+json answer."""
    document = {
        "type": f"/problems/{slug}",
        "title": slug.replace("-", " ").capitalize(),
        "title_vi": TITLES_VI.get(slug, "Bị từ chối"),
        "status": status,
        "detail": detail,
        **({"instance": instance} if instance else {}),
        **more,
    }
    data = msgspec.json.encode(document)
    headers = {**SAFETY, "cache-control": "no-store", "vary": "Accept, Accept-Language"}
    return Response(data, status_code=status, media_type=PROBLEM, headers=headers)


def of_refusal(request: Asked, error: CatalogError) -> Response[bytes]:
    """A refusal of ours."""
    more: dict[str, object] = {"hint": error.hint} if error.hint else {}
    if isinstance(error, BrokenRules):
        more["errors"] = list(error.findings)
    if isinstance(error, CannotSay):
        more["can"] = list(error.can)
    status = STATUS.get(error.slug, 400)
    if isinstance(error, BadRequest) and error.part == "content-type":
        status = 415
    return problem(status, error.slug, str(error), request.url.path, **more)


HTTP_SLUGS = {401: "unauthorized", 404: "not-found", 405: "method-not-allowed", 413: "too-large"}


def of_http(request: Asked, error: HTTPException) -> Response[bytes]:
    """A refusal of the framework: an unknown path, a parameter of the wrong type."""
    slug = HTTP_SLUGS.get(error.status_code, "bad-request")
    detail = error.detail
    if isinstance(error.extra, list) and error.extra:
        told = (e for e in error.extra if isinstance(e, dict))
        detail = "; ".join(f"{e.get('key', '')}: {e.get('message', '')}" for e in told)
    answer = problem(error.status_code, slug, detail, request.url.path)
    answer.headers.update(error.headers or {})
    return answer


def of_bug(request: Asked, error: Exception) -> Response[bytes]:
    """What should never happen: logged whole, told in one line."""
    LOG.error("unhandled: %s %s", request.method, request.url.path, exc_info=error)
    return problem(500, "internal", "something went wrong here; it was logged", request.url.path)
