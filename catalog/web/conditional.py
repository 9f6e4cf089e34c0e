"""HEAD, 304 and preflights: once, around the whole application."""

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

Headers = list[tuple[bytes, bytes]]


def conditional(app: ASGIApp) -> ASGIApp:
    """
    The application with conditional requests.

    A HEAD is asked as a GET and answered without its body; an If-None-Match that names the ETag
    of a 200 is answered with 304. OPTIONS also says what another site's page may send. All else
    passes through untouched.
    Source: RFC 9110, sections 9.3.2 and 13.1.2, https://www.rfc-editor.org/rfc/rfc9110
    Source: Fetch, CORS protocol, https://fetch.spec.whatwg.org/#http-cors-protocol
    """

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            send = sender_of(scope, send)
        await app(scope, receive, send)

    return answered


def sender_of(scope: HTTPScope, send: Send) -> Send:
    """What sends the answer to a request: as it is, without its body, or with more headers."""
    known = next((v for k, v in scope["headers"] if k == b"if-none-match"), None)
    if scope["method"] == "OPTIONS":
        return preflight(send)
    if scope["method"] == "HEAD":
        scope["method"] = "GET"
        return shortened(send, known, silent=True)
    return send if known is None else shortened(send, known, silent=False)


def shortened(send: Send, known: bytes | None, *, silent: bool) -> Send:
    """What sends an answer without its body: always, or when the asker has it already."""

    async def reply(message: Message) -> None:
        nonlocal silent
        if message["type"] == "http.response.start":
            headers: Headers = list(message["headers"])
            if known is not None and message["status"] == 200 and named(known, headers):  # noqa: PLR2004
                silent = True
                message["status"] = 304
                message["headers"] = [h for h in headers if h[0] not in DESCRIBES_BODY]
        elif message["type"] == "http.response.body" and silent:
            if message.get("more_body", False):
                return
            message["body"] = b""
        await send(message)

    return reply


def preflight(send: Send) -> Send:
    """What sends an answer to OPTIONS, with what a page of another site may ask and send."""

    async def reply(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] < 400:  # noqa: PLR2004
            headers: Headers = list(message["headers"])
            allowed = [value for name, value in headers if name.lower() == b"allow"]
            headers += [(b"access-control-allow-methods", value) for value in allowed]
            headers += [(b"access-control-allow-headers", b"content-type, if-none-match")]
            headers += [(b"access-control-max-age", b"86400")]
            message["headers"] = headers
        await send(message)

    return reply


DESCRIBES_BODY = frozenset({b"content-length", b"content-type", b"content-encoding"})


def named(known: bytes, headers: Headers) -> bool:
    """Whether If-None-Match names the ETag of an answer; compared weakly, as it should be."""
    etag = next((value for name, value in headers if name.lower() == b"etag"), None)
    if etag is None:
        return False
    tags = {tag.strip().removeprefix(b"W/") for tag in known.split(b",")}
    return b"*" in tags or etag.removeprefix(b"W/") in tags
