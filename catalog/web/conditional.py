"""HEAD everywhere, and 304 wherever an answer has an ETag: once, around the whole application."""

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

Headers = list[tuple[bytes, bytes]]


def conditional(app: ASGIApp) -> ASGIApp:
    """
    The application with conditional requests.

    A HEAD is asked as a GET and answered without its body; an If-None-Match that names the ETag
    of a 200 is answered with 304. A request with neither passes through untouched.
    Source: RFC 9110, sections 9.3.2 and 13.1.2, https://www.rfc-editor.org/rfc/rfc9110
    """

    async def answered(anything: Scope, receive: Receive, send: Send) -> None:
        if anything["type"] != ScopeType.HTTP:
            await app(anything, receive, send)
            return
        scope = anything
        known = next((v for k, v in scope["headers"] if k == b"if-none-match"), None)
        head = scope["method"] == "HEAD"
        if known is None and not head:
            await app(scope, receive, send)
            return
        if head:
            scope["method"] = "GET"
        silent = head

        async def reply(message: Message) -> None:
            nonlocal silent
            if message["type"] == "http.response.start":
                headers: Headers = list(message["headers"])
                if known is not None and message["status"] == 200 and named(known, headers):  # noqa: PLR2004
                    silent = True
                    message["status"] = 304
                    message["headers"] = [h for h in headers if h[0] not in DESCRIBES_BODY]
                await send(message)
            elif message["type"] == "http.response.body" and silent:
                if not message.get("more_body", False):
                    message["body"] = b""
                    await send(message)
            else:
                await send(message)

        await app(scope, receive, reply)

    return answered


DESCRIBES_BODY = frozenset({b"content-length", b"content-type", b"content-encoding"})


def named(known: bytes, headers: Headers) -> bool:
    """Whether If-None-Match names the ETag of an answer; compared weakly, as it should be."""
    etag = next((value for name, value in headers if name.lower() == b"etag"), None)
    if etag is None:
        return False
    tags = {tag.strip().removeprefix(b"W/") for tag in known.split(b",")}
    return b"*" in tags or etag.removeprefix(b"W/") in tags
