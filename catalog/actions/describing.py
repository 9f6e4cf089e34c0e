"""Describing what was released, as plain documents: artefacts, entries, timelines, uses."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import msgspec

from catalog.actions.reading import ShelfLibrary, standing_entries
from catalog.core.errors import NotFound
from catalog.core.model import Match
from catalog.core.names import Key, Kind, Space
from catalog.core.references import references_of
from catalog.core.release import END_OF_TIME, Entry, Timeline
from catalog.core.text import fold


def artefact_line(timeline: Timeline, day: date, known: datetime = END_OF_TIME) -> dict[str, Any]:
    """One line about an artefact: what is in force, else what comes next, else the last."""
    entry = speaking(timeline, day, known)
    validity = timeline.validity(entry, known)
    return {
        "key": str(timeline.key),
        "kind": timeline.key.kind.value,
        "ns": timeline.key.ns,
        "slug": timeline.key.slug,
        "title": entry.title,
        "version": entry.version,
        "start": entry.start,
        "end": validity.end if validity else entry.end,
        "standing": timeline.standing(entry, day, known),
        "members": entry.members,
        "releases": sum(1 for _ in standing_entries(timeline)),
    }


def speaking(timeline: Timeline, day: date, known: datetime = END_OF_TIME) -> Entry:
    """The release that speaks for an artefact on a day: in force, else the next, else the last."""
    found = timeline.at(day, known) or next(iter(timeline.upcoming(day, known)), None)
    if found is not None:
        return found
    entries = timeline.known(known) or timeline.entries
    return max((e for e in entries if e.what != "withdrawal"), key=lambda e: e.order)


def artefacts(
    library: ShelfLibrary,
    day: date,
    known: datetime = END_OF_TIME,
    *,
    kind: Kind | None = None,
    ns: str = "",
    group: str = "",
    text: str = "",
) -> list[dict[str, Any]]:
    """Lines about the artefacts that fit all filters, by key; only those known at the instant."""
    words = fold(text).split()
    lines: list[dict[str, Any]] = []
    for key in library.keys():
        timeline = library.timeline(key)
        if (kind and key.kind is not kind) or (ns and key.ns != ns):
            continue
        if not timeline.known(known):
            continue
        entry = speaking(timeline, day, known)
        if words and not all_found(words, fold(f"{key} {' '.join(entry.title.values())}")):
            continue
        if group and group not in library.body(entry).groups:
            continue
        lines.append(artefact_line(timeline, day, known))
    return lines


def all_found(words: Iterable[str], text: str) -> bool:
    """Whether each word begins a word of the text."""
    spaced = f" {text}"
    return all(f" {word}" in spaced for word in words)


def entry_line(
    timeline: Timeline, entry: Entry, day: date, known: datetime = END_OF_TIME
) -> dict[str, Any]:
    """An entry as the API tells it, all fields: the days on which it counts, how it stands."""
    document: dict[str, Any] = msgspec.to_builtins(msgspec.structs.asdict(entry))
    validity = timeline.validity(entry, known)
    former = timeline.before(entry, known)
    later = timeline.after(entry, known)
    return {
        **document,
        "end": validity.end if validity else document.get("end"),
        "standing": timeline.standing(entry, day, known),
        "predecessor": former.version if former else None,
        "successor": later.version if later else None,
    }


def artefact(
    library: ShelfLibrary, space: Space, key: Key, day: date, known: datetime = END_OF_TIME
) -> dict[str, Any]:
    """
    An artefact whole: header, timeline, the release in force.

    Raises: NotFound, also when nothing of it was known by then.
    """
    timeline = library.timeline(key)
    entries = timeline.known(known)
    if not entries:
        raise NotFound(str(key))
    current = timeline.at(day, known)
    entry = speaking(timeline, day, known)
    header: dict[str, Any] = msgspec.to_builtins(library.body(entry))
    header.pop("members", None)
    return {
        **artefact_line(timeline, day, known),
        "address": space.artefact(key),
        "on": day,
        "header": header,
        "in_force": entry_line(timeline, current, day, known) if current else None,
        "accepted": [e.version for e in timeline.accepted(day, known)],
        "timeline": [entry_line(timeline, e, day, known) for e in entries],
        "gaps": [{"start": gap.start, "end": gap.end} for gap in timeline.gaps(known)],
    }


def match_line(match: Match) -> dict[str, Any]:
    """A row of a mapping as the API tells it, all fields."""
    document: dict[str, Any] = msgspec.to_builtins(msgspec.structs.asdict(match))
    return document


def uses(
    library: ShelfLibrary, key: Key, day: date, known: datetime = END_OF_TIME
) -> list[dict[str, Any]]:
    """
    Who refers to an artefact on a day, directly or through others, nearest first.

    Shape: breadth first over "refers to"; each user once, with the path that leads to it.
    """
    users = referrers(library, day, known)
    found: list[dict[str, Any]] = []
    seen = {str(key)}
    edge: list[tuple[str, tuple[str, ...]]] = [(str(key), ())]
    while edge:
        nearer: list[tuple[str, tuple[str, ...]]] = []
        for target, through in edge:
            for user in users.get(target, ()):
                if user in seen:
                    continue
                seen.add(user)
                timeline = library.timeline(Key.parse(user))
                line = artefact_line(timeline, day, known)
                found.append({**line, "distance": len(through) + 1, "through": list(through)})
                nearer.append((user, (*through, user)))
        edge = nearer
    return found


def referrers(
    library: ShelfLibrary, day: date, known: datetime = END_OF_TIME
) -> dict[str, list[str]]:
    """Key to the keys whose release of the day refers to it; remembered for the library's life."""
    name = f"referrers {day} {known}"
    kept = library.memory.get(name)
    if isinstance(kept, dict):
        return kept
    users: dict[str, list[str]] = {}
    for key in library.keys():
        entry = library.timeline(key).at(day, known)
        if entry is None:
            continue
        for target in library_references(library, entry):
            users.setdefault(target, []).append(str(key))
    library.memory[name] = users
    return users


def library_references(library: ShelfLibrary, entry: Entry) -> tuple[str, ...]:
    """The keys a release refers to; of a digest they never change, so they are kept."""
    name = f"references {entry.digest}"
    kept = library.memory.get(name)
    if isinstance(kept, tuple):
        return kept
    is_list = entry.key.startswith(f"{Kind.CODE_LIST}/")
    # The members of a code list refer to nothing outside it, and there may be a great many.
    body = library.lexicon(entry).header if is_list else library.body(entry)
    found = tuple(sorted(references_of(body)))
    library.memory[name] = found
    return found
