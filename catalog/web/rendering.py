"""Rendering: the templates with their words, and what every page is given."""

import hashlib
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import jinja2
import msgspec
from litestar import Response
from litestar.params import FromPath
from litestar.response import File

from catalog import __version__
from catalog.actions.parts import Parts
from catalog.actions.ports import AsOf
from catalog.actions.reading import ShelfLibrary
from catalog.core.errors import BadKey, BadRequest, NotFound
from catalog.core.model import Document, Text
from catalog.core.names import Key, Kind
from catalog.core.release import END_OF_TIME
from catalog.core.text import in_language
from catalog.web.answers import tag_of
from catalog.web.asking import cursor_of, day_of, instant_of
from catalog.web.problems import Asked
from catalog.web.words import WORDS, day_text, number_text, word

HTML = "text/html"
HERE = Path(__file__).parent
STATIC = {
    "style.css": "text/css",
    "search.js": "text/javascript",
    "page.js": "text/javascript",
    "check.js": "text/javascript",
}
SPOKEN_BY_SCRIPTS = ("copied", "copy", "more-text", "less-text", "failed", "nothing", *Kind)
"""Words that scripts say; the page hands them over."""


@lru_cache(maxsize=1)
def static_mark() -> str:
    """A mark of what the static files hold, so that a browser never keeps old ones."""
    told = hashlib.sha256()
    for name in sorted(STATIC):
        told.update((HERE / "static" / name).read_bytes())
    return told.hexdigest()[:10]


@lru_cache(maxsize=2)
def templates(language: str) -> jinja2.Environment:
    """The templates with the words of a language; everything is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    said = {key: word(key, language) for key in SPOKEN_BY_SCRIPTS}
    environment.globals.update(
        t=lambda key: word(key, language),
        has_word=lambda key: key in WORDS,
        say=lambda text: in_language(text, language),
        day=lambda value: day_text(value, language),
        number=lambda value: number_text(value, language),
        language=language,
        other="vi" if language == "en" else "en",
        quote=lambda text: quote(str(text), safe=""),
        is_web=lambda text: str(text).startswith(("https://", "http://")),
        software=__version__,
        cursor=cursor_of,
        mark=static_mark(),
        spoken=msgspec.json.encode(said).decode(),
        to=to,
        label=label,
        titled=titled,
    )
    return environment


@jinja2.pass_context
def to(context: jinja2.runtime.Context, path: str, anchor: str = "", **query: object) -> str:
    """An address of ours, with the day and the instant that this page answers for."""
    carried = {name: context.get(name) for name in ("on", "known")}
    asked = {k: v for k, v in {**carried, **query}.items() if v not in {"", None}}
    text = f"{path}?{urlencode(asked)}" if asked else path
    return f"{text}#{quote(anchor)}" if anchor else text


@jinja2.pass_context
def label(context: jinja2.runtime.Context, text: str) -> str:
    """What people call an artefact: its title, a document by its number; a text as it is."""
    return called_in(context["library"], text, context["language"])


def called_in(library: ShelfLibrary, text: str, language: str) -> str:
    """What people call an artefact, in a language; a text that is no key as it is."""
    number, title = naming(library, text)
    return number or in_language(title, language) or text


@jinja2.pass_context
def titled(context: jinja2.runtime.Context, text: str) -> str:
    """The title of an artefact, in the language of the page; a text as it is."""
    return in_language(naming(context["library"], text)[1], context["language"]) or text


def naming(library: ShelfLibrary, text: str) -> tuple[str, Text]:
    """The number (of a document, else empty) and title of a key; remembered with the library."""
    name = f"naming {text}"
    kept = library.memory.get(name)
    if isinstance(kept, tuple):
        return kept
    timeline = library.register.timelines.get(key) if (key := key_or_none(text)) else None
    if timeline is None:
        return ("", {})
    entry = timeline.entries[-1]
    body = library.body(entry) if timeline.key.kind is Kind.DOCUMENT else None
    found = (body.number if isinstance(body, Document) else "", entry.title)
    library.memory[name] = found
    return found


def key_or_none(text: str) -> Key | None:
    """The key that a text is; None when it is none."""
    try:
        return Key.parse(text)
    except BadKey:
        return None


def language_of(request: Asked) -> str:
    """The language of the page: asked for, remembered, else Vietnamese."""
    asked = request.query_params.get("lang") or request.cookies.get("lang")
    return "en" if asked == "en" else "vi"


def as_of(parts: Parts, request: Asked) -> AsOf:
    """
    The two clocks that a page answers for.

    Raises: BadRequest.
    """
    on, known = request.query_params.get("on"), request.query_params.get("known")
    return AsOf(day_of(on) if on else parts.today(), instant_of(known) if known else END_OF_TIME)


def page(
    name: str, parts: Parts, request: Asked, status: int = 200, **known: object
) -> Response[str]:
    """A page: the template with what it is given, and what every page shows."""
    language = language_of(request)
    query = dict(request.query_params.items())
    other = "vi" if language == "en" else "en"
    library = parts.reading.library()
    given: dict[str, Any] = {
        "library": library,
        "switch": f"{request.url.path}?{urlencode({**query, 'lang': other})}",
        "today": parts.today(),
        "path": request.url.path,
        "undated": request.url.path,
        "seq": library.register.seq,
        **clocks(request),
        **known,
    }
    text = templates(language).get_template(name).render(given)
    answer = Response(text, media_type=HTML, status_code=status)
    answer.headers["vary"] = "Accept, Accept-Language, Cookie"
    answer.headers["etag"] = tag_of(text.encode())
    answer.headers["cache-control"] = "no-cache"
    if query.get("lang") in {"vi", "en"}:
        answer.set_cookie("lang", language, max_age=31536000, samesite="lax", httponly=True)
    return answer


def clocks(request: Asked) -> dict[str, str]:
    """The day and instant of the address as a page repeats them; what is no day is left out."""
    on, known = request.query_params.get("on", ""), request.query_params.get("known", "")
    try:
        on = day_of(on).isoformat() if on else ""
    except BadRequest:
        on = ""
    try:
        if known:
            instant_of(known)
    except BadRequest:
        known = ""
    return {"on": on, "known": known}


def static_file(name: FromPath[str]) -> File:
    """
    A style sheet or script of ours; its address carries a mark of its content.

    Raises: NotFound.
    """
    if name not in STATIC:
        raise NotFound(f"/static/{name[:60]}")
    return File(
        HERE / "static" / name,
        media_type=STATIC[name],
        filename=None,
        content_disposition_type="inline",
        headers={"cache-control": "public, max-age=31536000"},
    )


def day_asked(parts: Parts, request: Asked) -> date:
    """The legal day that a page answers for."""
    return as_of(parts, request).day
