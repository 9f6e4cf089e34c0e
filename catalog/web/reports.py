"""The reports over HTTP: how much is here and how sure, what is due; in four notations."""

from asyncio import to_thread
from collections.abc import Callable
from datetime import date, datetime
from hashlib import blake2b

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from catalog.actions.parts import Parts
from catalog.actions.reporting import Coverage, Freshness, coverage, freshness
from catalog.actions.reporting_tables import written
from catalog.core.errors import CannotSay
from catalog.core.library import Library
from catalog.core.release import END_OF_TIME
from catalog.formats.format import quality_of, ranges_of
from catalog.formats.report_tables import HTML, NOTATIONS, POLICY, Notation
from catalog.web.answers import Answer, raw
from catalog.web.asking import day_of, known_of
from catalog.web.problems import Asked

PATH = "/api/v1/reports"
SUFFIXES = tuple(notation.suffix for notation in NOTATIONS)
KEPT = 32
"""How many written reports of one moment of the register a process keeps."""

Reported = Callable[[Library, date, datetime], Coverage | Freshness]


def notation_of(request: Asked) -> Notation:
    """
    The notation asked for by suffix or by Accept header; JSON when nothing is said.

    Raises: CannotSay.
    """
    path = request.url.path
    for notation in NOTATIONS:
        if path.endswith(notation.suffix):
            return notation
    accept = request.headers.get("accept", "*/*")
    ranges = ranges_of(accept)
    best = max(NOTATIONS, key=lambda notation: quality_of(notation.media_type, ranges))
    if quality_of(best.media_type, ranges) <= 0:
        raise CannotSay("a report", accept[:200], SUFFIXES)
    return best


async def answered(
    request: Asked, parts: Parts, report: Reported, on: str | None, known: str | None
) -> Answer:
    """A report in the notation asked for, written once for each moment of the register and day."""
    notation = notation_of(request)
    day = parts.today() if on is None else day_of(on)
    library, instant = parts.reading.library(), known_of(known)
    name = f"report {report.__name__} {notation.suffix} {day}"
    kept = library.memory.get(name)
    if instant is END_OF_TIME and isinstance(kept, Answer):
        return kept
    data = await to_thread(lambda: written(report(library, day, instant), notation))
    headers = {
        "content-type": notation.media_type,
        "cache-control": "public, max-age=60",
        "vary": "Accept",
        "etag": f'"{blake2b(data, digest_size=12).hexdigest()}"',
    }
    if notation is HTML:
        headers["content-security-policy"] = POLICY
    answer = Answer(data, raw(headers))
    if instant is END_OF_TIME:
        reports = [key for key in list(library.memory) if key.startswith("report ")]
        for key in reports[: max(0, len(reports) - KEPT + 1)]:
            library.memory.pop(key, None)
        library.memory[name] = answer
    return answer


def paths(name: str) -> list[str]:
    """The addresses of a report: bare, and with each suffix."""
    return [f"{PATH}/{name}", *(f"{PATH}/{name}{suffix}" for suffix in SUFFIXES)]


@get(paths("coverage"), tags=["reports"])
async def coverage_report(
    request: Asked,
    parts: NamedDependency[Parts],
    on: FromQuery[str | None] = None,
    known: FromQuery[str | None] = None,
) -> Answer:
    """Tell what is complete, partial, missing, and how sure, per data group and document."""
    return await answered(request, parts, coverage, on, known)


@get(paths("freshness"), tags=["reports"])
async def freshness_report(
    request: Asked,
    parts: NamedDependency[Parts],
    on: FromQuery[str | None] = None,
    known: FromQuery[str | None] = None,
) -> Answer:
    """Tell what is due for its review (6 months) or update (3 months), soonest first."""
    return await answered(request, parts, freshness, on, known)


ROUTES = [coverage_report, freshness_report]
