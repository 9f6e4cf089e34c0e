"""Finding: what of a release can be found, and asking the index."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

import msgspec

from catalog.actions.ports import Finder, Found, Progress, SearchDocument, SearchQuery, silent
from catalog.core.errors import BadKey, BadRequest, NotFound
from catalog.core.library import Library
from catalog.core.model import (
    Body,
    Concept,
    DataElement,
    Document,
    Field,
    Schema,
    Text,
    members_of,
)
from catalog.core.names import KINDS, Key
from catalog.core.release import Entry, Release, Timeline
from catalog.core.text import LANGUAGES

MOST_HITS = 1000
"""Hits in one answer."""

DEEPEST = 10_000
"""How far into the hits a page may reach; who needs more wants the list itself."""

AHEAD_OF_UTC = timedelta(hours=7)


def search(finder: Finder, query: SearchQuery) -> Found:
    """
    The hits of a query.

    Any text may be asked for. The index holds what is in force now (see `current_documents`), so
    no other day can be asked for here; hits carry their days.
    Raises: BadRequest, for a kind, list, language, offset or limit that cannot be; what the
        finder refuses.
    """
    if query.kind and query.kind not in KINDS:
        raise BadRequest("kind", f"{query.kind[:64]!r} is none of {', '.join(sorted(KINDS))}")
    if query.list:
        check_list(query.list)
    if query.language not in LANGUAGES:
        raise BadRequest("lang", f"{query.language[:64]!r} is none of {', '.join(LANGUAGES)}")
    if not 0 <= query.limit <= MOST_HITS:
        raise BadRequest("limit", f"{query.limit} is not between 0 and {MOST_HITS}")
    if not 0 <= query.offset <= DEEPEST:
        raise BadRequest("offset", f"{query.offset} is not between 0 and {DEEPEST}")
    return finder.find(query)


def check_list(text: str) -> None:
    """Refuse what is not the namespace and slug of a list."""
    try:
        Key.parse(f"code-list/{text}")
    except BadKey:
        raise BadRequest(
            "list", f"{text[:64]!r} is not namespace/slug, as in byt/icd-10"
        ) from None


def reindex(
    library: Library, finder: Finder, progress: Progress = silent, *, today: date | None = None
) -> int:
    """
    Build the index anew of everything in the library; how many documents it then holds.

    What was delivered after the library was opened is not in it: do this where nothing is
    delivered meanwhile, or with the library that delivery itself works with.
    """
    count = 0

    def counted() -> Iterator[SearchDocument]:
        nonlocal count
        keys = library.keys()
        for done, key in enumerate(keys):
            progress("index", done, len(keys))
            for document in current_documents(library, (key,), today or today_in_vietnam()):
                count += 1
                yield document
        progress("index", len(keys), len(keys))

    finder.rebuild(counted())
    return count


def today_in_vietnam() -> date:
    """The legal day now."""
    return (datetime.now(UTC) + AHEAD_OF_UTC).date()


def current_documents(
    library: Library, keys: Iterable[Key], today: date
) -> Iterator[SearchDocument]:
    """
    The documents of keys as they are found today; keys without a release have none.

    Of each key one release is found: the one in force; else the next to come into force; else
    the last that was, its documents marked as retired. What was withdrawn is not found. When a
    day changes what is in force without a delivery, `reindex` makes the index agree.
    """
    for key in keys:
        try:
            timeline = library.timeline(key)
        except NotFound:
            continue
        entry = found_entry(timeline, today)
        if entry is None:
            continue
        ended = timeline.standing(entry, today) == "ended"
        for document in documents_of(Release(entry, library.body(entry), timeline)):
            yield msgspec.structs.replace(document, retired=True) if ended else document


def found_entry(timeline: Timeline, today: date) -> Entry | None:
    """The entry by which a key is found on a day."""
    current = timeline.at(today)
    if current is not None:
        return current
    upcoming = timeline.upcoming(today)
    if upcoming:
        return upcoming[0]
    last = timeline.ruling(today)
    return None if last is None or last.what == "withdrawal" else last


# -- documents ------------------------------------------------------------------------------


def documents_of(release: Release) -> Iterator[SearchDocument]:
    """
    What can be found of a release: the artefact first, then its concepts or fields.

    Rows of mappings, rules and distributions cannot be found by themselves.
    """
    artefact = artefact_document(release)
    yield artefact
    for member in members_of(release.body):
        if isinstance(member, Concept):
            yield concept_document(artefact, member)
        elif isinstance(member, Field):
            yield field_document(artefact, member)


def artefact_document(release: Release) -> SearchDocument:
    """The artefact itself; its slug counts as a code of it."""
    entry, body = release.entry, release.body
    key = Key.parse(entry.key)
    validity = release.timeline.validity(entry)
    end = validity.end if validity else entry.end
    return SearchDocument(
        id=entry.key,
        key=entry.key,
        version=entry.version,
        aliases=tuple(dict.fromkeys((key.slug, f"{key.ns}/{key.slug}", *numbers_of(body)))),
        title=body.title,
        synonyms=artefact_synonyms(body),
        note=words_of(body.description, *artefact_notes(body)),
        start=entry.start.isoformat(),
        end=end.isoformat() if end else "",
        retired=body.deprecated,
    )


def numbers_of(body: Body) -> tuple[str, ...]:
    """The numbers and technical names by which an artefact is known outside."""
    names: tuple[str, ...] = ()
    match body:
        case Document():
            names = (body.number,)
        case Schema():
            names = (body.record,)
        case DataElement():
            names = (body.technical_name,)
    return tuple(name for name in names if name)


def artefact_synonyms(body: Body) -> dict[str, tuple[str, ...]]:
    """Other names of an artefact: its keywords, and a data element's synonyms."""
    words = (*body.keywords, *(body.synonyms if isinstance(body, DataElement) else ()))
    return {"vi": words} if words else {}


def artefact_notes(body: Body) -> tuple[Text, ...]:
    """Longer words about an artefact beside its description."""
    match body:
        case Document():
            return (body.note,)
        case DataElement():
            return (body.definition, body.context)
        case _:
            return ()


def concept_document(artefact: SearchDocument, concept: Concept) -> SearchDocument:
    """A concept of a code list; its own days are cut to those of the release."""
    return SearchDocument(
        id=f"{artefact.key}#{concept.code}",
        key=artefact.key,
        version=artefact.version,
        code=concept.code,
        aliases=concept.aliases,
        title=concept.display,
        synonyms=concept.synonyms,
        note=words_of(concept.definition, concept.note),
        start=max(artefact.start, concept.valid_from),
        end=min(filter(None, (artefact.end, concept.valid_to)), default=""),
        retired=artefact.retired or concept.retired,
    )


def field_document(artefact: SearchDocument, field: Field) -> SearchDocument:
    """A field of a schema, found by its technical name and label."""
    return SearchDocument(
        id=f"{artefact.key}#{field.name}",
        key=artefact.key,
        version=artefact.version,
        code=field.name,
        title=field.label,
        note=words_of(field.definition, field.note),
        start=artefact.start,
        end=artefact.end,
        retired=artefact.retired,
    )


def words_of(*texts: Text) -> str:
    """The words of texts in every language, one after the other."""
    return " ".join(word for text in texts for word in text.values() if word)
