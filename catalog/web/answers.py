"""Answers that are ready bytes: sent as they are, with headers made beforehand."""

from hashlib import blake2b

import msgspec
from litestar import Response
from litestar.types import Receive, Scope, Send

RawHeaders = tuple[tuple[bytes, bytes], ...]

SAFETY = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "ETag, Link, Content-Location, Deprecation, Sunset",
}
"""Sent with every answer: what is here is public to read, and runs nobody else's script."""


JSON = "application/json"
HEAD = {"cache-control": "public, max-age=60", "vary": "Accept, Accept-Language"}


def tag_of(data: bytes) -> str:
    """The strong ETag of bytes."""
    return f'"{blake2b(data, digest_size=12).hexdigest()}"'


def sent(document: object) -> Response[bytes]:
    """A document as JSON, with an ETag of its bytes."""
    data = msgspec.json.encode(document)
    return Response(data, media_type=JSON, headers={**HEAD, "etag": tag_of(data)})


def raw(headers: dict[str, str]) -> RawHeaders:
    """Headers as the server takes them, with those that every answer carries."""
    return tuple((k.encode(), v.encode()) for k, v in {**SAFETY, **headers}.items())


class Answer:
    """
    An answer of ready bytes, as an ASGI application.

    The framework's own response object costs more than a lookup does; hot reads send this.
    """

    __slots__ = ("body", "headers", "status")

    def __init__(self, body: bytes, headers: RawHeaders, status: int = 200) -> None:
        self.body = body
        self.headers = headers
        self.status = status

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send the answer."""
        length = (b"content-length", str(len(self.body)).encode())
        await send(
            {
                "type": "http.response.start",
                "status": self.status,
                "headers": [*self.headers, length],
            }
        )
        await send({"type": "http.response.body", "body": self.body, "more_body": False})
