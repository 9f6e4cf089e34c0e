"""How the service is: health, readiness, version, figures."""

import resource

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from catalog import __version__
from catalog.actions.parts import Parts
from catalog.formats import FORMATS
from catalog.web.answers import tag_of
from catalog.web.problems import Asked

JSON = "application/json"
NOW = {"cache-control": "no-store"}


@get("/health", tags=["service"])
async def health() -> Response[bytes]:
    """Answer when the process is alive."""
    return Response(b'{"status":"ok"}', media_type=JSON, headers=NOW)


@get("/ready", tags=["service"])
async def ready(parts: NamedDependency[Parts]) -> Response[bytes]:
    """Answer 200 once everything shipped is loaded and served, else 503."""
    seq = parts.reading.library().register.seq
    status = 200 if seq > 0 else 503
    document = {"status": "ready" if seq else "loading", "seq": seq}
    return Response(
        msgspec.json.encode(document), media_type=JSON, headers=NOW, status_code=status
    )


@get("/version", tags=["service"])
async def version(parts: NamedDependency[Parts]) -> Response[bytes]:
    """Tell the release of the software, the moment of the data, and the notations it speaks."""
    library = parts.reading.library()
    document = {
        "software": __version__,
        "seq": library.register.seq,
        "artefacts": len(library.keys()),
        "base_uri": parts.settings.base_uri,
        "formats": {fmt.name: f"{fmt.suffix} ({fmt.revision})" for fmt in FORMATS},
    }
    return Response(msgspec.json.encode(document), media_type=JSON, headers=NOW)


@get("/metrics", tags=["service"], media_type="text/plain")
async def metrics(parts: NamedDependency[Parts]) -> Response[bytes]:
    """Tell figures in the Prometheus text format."""
    library = parts.reading.library()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    lines = [
        "# TYPE catalog_artefacts gauge",
        f"catalog_artefacts {len(library.keys())}",
        "# TYPE catalog_register_seq counter",
        f"catalog_register_seq {library.register.seq}",
        "# TYPE process_cpu_seconds_total counter",
        f"process_cpu_seconds_total {usage.ru_utime + usage.ru_stime:.3f}",
        "# TYPE process_resident_memory_bytes gauge",
        f"process_resident_memory_bytes {usage.ru_maxrss * 1024}",
        "",
    ]
    return Response("\n".join(lines).encode(), media_type="text/plain; version=0.0.4", headers=NOW)


@get("/openapi.json", sync_to_thread=True, tags=["service"], include_in_schema=False)
def openapi(request: Asked) -> Response[bytes]:
    """Tell every route, its parameters and answers, as OpenAPI 3.1."""
    document = msgspec.json.encode(request.app.openapi_schema.to_schema())
    headers = {"cache-control": "public, max-age=3600", "etag": tag_of(document)}
    return Response(document, media_type=JSON, headers=headers)


ROUTES = [health, ready, version, metrics, openapi]
