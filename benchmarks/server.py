"""The real application with two constant routes beside it, served as it is served for real."""

import os
import sys

from granian import Granian
from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from litestar import Litestar, Response, get
from litestar.params import FromPath, FromQuery

from catalog.main import assemble
from catalog.settings import from_env
from catalog.web.answers import HEAD
from catalog.web.app import application
from catalog.web.terminology import told

CONSTANT: dict[str, bytes] = {}


@get("/bench/{ns:str}/{slug:str}/codes/{code:path}")
async def constant(
    ns: FromPath[str],
    slug: FromPath[str],
    code: FromPath[str],
    on: FromQuery[str | None] = None,
    known: FromQuery[str | None] = None,
) -> Response[bytes]:
    """Answer the same bytes whatever is asked, with the parameters of the real route."""
    return Response(CONSTANT["code"], media_type="application/json", headers=HEAD)


@get("/bench-schema/{path:path}")
async def constant_schema(
    path: FromPath[str],
    on: FromQuery[str | None] = None,
    known: FromQuery[str | None] = None,
    bundle: FromQuery[bool] = False,
) -> Response[bytes]:
    """Answer the bytes of a schema, with the parameters of the real route."""
    return Response(CONSTANT["schema"], media_type="application/schema+json", headers=HEAD)


def create() -> Litestar:
    """The application with the constant routes."""
    parts = assemble(from_env(os.environ))
    library = parts.reading.library()
    key = next(k for k in library.keys() if str(k) == "code-list/byt/icd-10")
    entry = library.timeline(key).in_force(parts.today())
    CONSTANT["code"] = told(library, key, entry, "E11.9", parts.today())
    CONSTANT["schema"] = b"{" + b" " * int(os.environ.get("BENCH_SCHEMA_BYTES", "40000")) + b"}"
    app = application(parts)
    app.register(constant)
    app.register(constant_schema)
    return app


if __name__ == "__main__":
    Granian(
        sys.argv[3],
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.ASGI,
        factory=True,
        workers=int(sys.argv[2]),
        loop=Loops.uvloop,
        websockets=False,
        log_level=LogLevels.error,
    ).serve()
