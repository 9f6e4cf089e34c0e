"""
Reporting: how much of what the law names is here, how sure it is, and what is due for review.

Both reports are computed from what was released, never kept. Coverage reads what each release says
of itself (completeness, confidence, groups) and the documents that its entry rests on.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct

from catalog.actions.describing import speaking
from catalog.actions.parts import VIETNAM
from catalog.core.library import Library
from catalog.core.model import Completeness, Confidence, Text
from catalog.core.names import Key, Kind
from catalog.core.release import END_OF_TIME, Entry, Standing, Timeline

CONTENT = (
    Kind.CODE_LIST,
    Kind.VALUE_SET,
    Kind.MAPPING,
    Kind.SCHEMA,
    Kind.DATA_ELEMENT,
    Kind.DATASET,
)
"""The kinds that fill a registry; groups, documents and organisations are the shelves."""

COMPLETENESS: tuple[Completeness, ...] = ("complete", "partial", "missing", "unknown")
CONFIDENCE: tuple[Confidence, ...] = ("verified", "one-source", "inferred", "unverified")

Clause: TypeAlias = Literal["review", "update"]


class Mark(Struct, frozen=True):
    """How sure a member says it is; empty when it leaves that to its header."""

    confidence: str = ""


class Heading(Struct, frozen=True):
    """What a report needs of a body; the rest of the bytes is skipped, not decoded."""

    title: Text
    groups: tuple[str, ...] = ()
    completeness: Completeness = "unknown"
    confidence: Confidence = "unverified"
    confidence_note: str = ""
    number: str = ""
    parent: str = ""
    issued: str = ""
    access: str = ""
    members: tuple[Mark, ...] = ()


HEADINGS = msgspec.json.Decoder(Heading)


class Headings:
    """Headings of the releases of a library; each digest is read once."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.kept: dict[str, Heading] = {}

    def __call__(self, entry: Entry) -> Heading:
        """The heading of a release."""
        found = self.kept.get(entry.digest)
        if found is None:
            found = HEADINGS.decode(self.library.document(entry))
            self.kept[entry.digest] = found
        return found


class CoverageItem(Struct, frozen=True, kw_only=True):
    """
    One artefact as a report tells it, by one of its releases.

    Attributes:
        standing: how that release stands on the day of the report.
        note: why it is not more complete or more sure, in the words of the sources.
        members: how many codes, rows, or fields and rules the release has.
        sure: members by confidence; a member without a mark of its own is as sure as its header.
    """

    key: str
    kind: str
    title: Text
    version: str
    start: date
    standing: Standing
    completeness: Completeness
    confidence: Confidence
    note: str
    members: int
    sure: dict[str, int]
    groups: tuple[str, ...]
    documents: tuple[str, ...]


class CoverageLine(Struct, frozen=True, kw_only=True):
    """
    What is filed under a data group, or rests on a document.

    Attributes:
        key: of the group or document; empty for what is filed under none.
        title, number: its name and number.
        issued: of a document, its day of issue.
        completeness, confidence: what the group or document says of itself.
        artefacts: how many there are; each counts once here, whatever it is filed under besides.
        kinds, by_completeness, by_confidence: the artefacts, counted; every name is there.
        releases: how many releases these artefacts have; of a document, how many rest on it.
        members, sure: the members of the releases that speak, all and by confidence.
        gaps: keys of the artefacts that are not complete.
    """

    key: str
    title: Text
    number: str = ""
    issued: str = ""
    completeness: Completeness = "unknown"
    confidence: Confidence = "unverified"
    artefacts: int
    kinds: dict[str, int]
    by_completeness: dict[str, int]
    by_confidence: dict[str, int]
    releases: int
    members: int
    sure: dict[str, int]
    gaps: tuple[str, ...]


class Coverage(Struct, frozen=True, kw_only=True):
    """
    The whole report of a day.

    Attributes:
        groups: the tree of data groups, wider groups first; a group counts what is below it too.
        documents: those on which something rests, newest first, then the others.
        total: every artefact, once.
        items: the artefacts themselves, by key.
    """

    on: date
    groups: tuple[CoverageLine, ...]
    documents: tuple[CoverageLine, ...]
    total: CoverageLine
    items: tuple[CoverageItem, ...]


def coverage(library: Library, day: date, known: datetime = END_OF_TIME) -> Coverage:
    """
    How much is here on a day, per data group and per document, and how sure it is.

    An artefact speaks by its release in force on the day, else by the next one, else by the last.
    Under a document it speaks by the last of its releases that rest on that document.
    Cost: one pass over the headings of all releases.
    """
    headings = Headings(library)
    timelines = [
        timeline for timeline in map(library.timeline, library.keys()) if timeline.known(known)
    ]
    content = [timeline for timeline in timelines if timeline.key.kind in CONTENT]
    items = {
        timeline.key: item_of(timeline, speaking(timeline, day, known), headings, day, known)
        for timeline in content
    }
    counts = {str(t.key): len(t.standing_ones(known)) for t in content}
    shelves = {
        timeline.key: headings(speaking(timeline, day, known))
        for timeline in timelines
        if timeline.key.kind in {Kind.DATA_GROUP, Kind.DOCUMENT}
    }
    return Coverage(
        on=day,
        groups=tuple(group_lines(shelves, tuple(items.values()), counts)),
        documents=tuple(document_lines(shelves, resting(content, headings, day, known))),
        total=line_of("", TOTAL, items.values(), counts),
        items=tuple(items.values()),
    )


TOTAL = Heading(title={"vi": "Tất cả", "en": "Everything"})
UNFILED = Heading(title={"vi": "Chưa xếp vào lĩnh vực nào", "en": "Filed under no group"})
WITHOUT_DOCUMENT = Heading(title={"vi": "Không dựa trên văn bản nào", "en": "Without a document"})


def item_of(
    timeline: Timeline, entry: Entry, headings: Headings, day: date, known: datetime
) -> CoverageItem:
    """An artefact by one of its releases."""
    heading = headings(entry)
    marks = Counter(mark.confidence or heading.confidence for mark in heading.members)
    return CoverageItem(
        key=str(timeline.key),
        kind=timeline.key.kind.value,
        title=heading.title,
        version=entry.version,
        start=entry.start,
        standing=timeline.standing(entry, day, known),
        completeness=heading.completeness,
        confidence=heading.confidence,
        note=heading.confidence_note,
        members=len(heading.members),
        sure=counted(CONFIDENCE, marks),
        groups=heading.groups,
        documents=entry.documents,
    )


def counted(names: Iterable[str], counts: Counter[str]) -> dict[str, int]:
    """Counts under every name, zeros too, in the order of the names."""
    return {name: counts[name] for name in names}


def line_of(
    key: str, heading: Heading, items: Iterable[CoverageItem], releases: dict[str, int]
) -> CoverageLine:
    """The counts of some artefacts."""
    found = tuple(items)
    sure: Counter[str] = Counter()
    for item in found:
        sure.update(item.sure)
    return CoverageLine(
        key=key,
        title=heading.title,
        number=heading.number,
        issued=heading.issued,
        completeness=heading.completeness,
        confidence=heading.confidence,
        artefacts=len(found),
        kinds=counted(CONTENT, Counter(item.kind for item in found)),
        by_completeness=counted(COMPLETENESS, Counter(item.completeness for item in found)),
        by_confidence=counted(CONFIDENCE, Counter(item.confidence for item in found)),
        releases=sum(releases[item.key] for item in found),
        members=sum(item.members for item in found),
        sure=counted(CONFIDENCE, sure),
        gaps=tuple(item.key for item in found if item.completeness != "complete"),
    )


def group_lines(
    shelves: dict[Key, Heading], items: tuple[CoverageItem, ...], releases: dict[str, int]
) -> Iterable[CoverageLine]:
    """The groups by number, each with what is filed under it or below; then what is unfiled."""
    groups = {str(key): head for key, head in shelves.items() if key.kind is Kind.DATA_GROUP}
    below: dict[str, set[str]] = {key: {key} for key in groups}
    for key, group in groups.items():
        above, seen = group.parent, {key}
        while above in groups and above not in seen:
            below[above].add(key)
            seen.add(above)
            above = groups[above].parent
    for key in sorted(groups, key=lambda key: (number_of(groups[key].number), key)):
        filed = (item for item in items if not below[key].isdisjoint(item.groups))
        yield line_of(key, groups[key], filed, releases)
    unfiled = [item for item in items if groups.keys().isdisjoint(item.groups)]
    if unfiled:
        yield line_of("", UNFILED, unfiled, releases)


def number_of(text: str) -> tuple[int, ...]:
    """A number like 3.2 as it is sorted; what has none stands first."""
    return tuple(int(part) for part in text.split(".") if part.isdecimal())


def resting(
    timelines: Iterable[Timeline], headings: Headings, day: date, known: datetime
) -> dict[str, list[tuple[CoverageItem, int]]]:
    """By document: the artefacts with a release that rests on it, and how many such releases."""
    found: dict[str, list[tuple[CoverageItem, int]]] = {}
    for timeline in timelines:
        by_document: dict[str, list[Entry]] = {}
        for entry in timeline.standing_ones(known):
            for document in entry.documents or ("",):
                by_document.setdefault(document, []).append(entry)
        for document, entries in by_document.items():
            item = item_of(timeline, entries[-1], headings, day, known)
            found.setdefault(document, []).append((item, len(entries)))
    return found


def document_lines(
    shelves: dict[Key, Heading], found: dict[str, list[tuple[CoverageItem, int]]]
) -> Iterable[CoverageLine]:
    """The documents: with content first, newest first; then what rests on none."""
    documents = {str(key): head for key, head in shelves.items() if key.kind is Kind.DOCUMENT}
    newest = sorted(documents, key=lambda key: documents[key].issued, reverse=True)
    for key in sorted(newest, key=lambda key: key not in found):
        brought = found.get(key, [])
        releases = {item.key: many for item, many in brought}
        yield line_of(key, documents[key], (item for item, _ in brought), releases)
    if "" in found:
        releases = {item.key: many for item, many in found[""]}
        yield line_of("", WITHOUT_DOCUMENT, (item for item, _ in found[""]), releases)


# -- freshness ------------------------------------------------------------------------------

RHYTHMS: dict[Clause, tuple[int, str]] = {
    "review": (6, "NĐ 47/2020/NĐ-CP, Điều 17–21, 34"),
    "update": (3, "NĐ 47/2020/NĐ-CP, Điều 17–21"),
}
"""Months after which something is due, and the law that says so."""

DUE_SOON = timedelta(days=30)

COMPUTED_FROM: Text = {
    "vi": (
        "Tính từ ngày công bố gần nhất trong sổ đăng ký này; việc rà soát không làm thay đổi nội"
        " dung thì chưa được ghi lại."
    ),
    "en": (
        "Computed from the latest publication in this register; a review that changed nothing is"
        " not recorded."
    ),
}


class FreshnessItem(Struct, frozen=True, kw_only=True):
    """
    When an artefact is due.

    Attributes:
        rhythm: review (six months: code lists and what is opened) or update (three months: open
            datasets).
        start: legal day from which the release that speaks is in force.
        last: day in Vietnam of the latest publication; what `due` is computed from.
        due: first day on which it is late.
        state: current, due-soon (within 30 days) or late.
    """

    key: str
    kind: str
    title: Text
    version: str
    rhythm: Clause
    ground: str
    start: date
    last: date
    due: date
    state: Literal["current", "due-soon", "late"]


class Freshness(Struct, frozen=True, kw_only=True):
    """What is due for review or update on a day, soonest first, and what that rests on."""

    on: date
    computed_from: Text
    states: dict[str, int]
    items: tuple[FreshnessItem, ...]


def freshness(library: Library, day: date, known: datetime = END_OF_TIME) -> Freshness:
    """
    What the law's rhythms ask for: shared lists every six months, open data every three.

    The latest publication stands for the latest look at an artefact: reviews that change nothing
    leave no trace in the register.
    """
    headings = Headings(library)
    found: list[FreshnessItem] = []
    for key in library.keys():
        timeline = library.timeline(key)
        if not timeline.known(known):
            continue
        if key.kind in {Kind.CODE_LIST, Kind.VALUE_SET, Kind.MAPPING}:
            found.append(due_of(timeline, headings, "review", day, known))
        elif key.kind is Kind.DATASET:
            heading = headings(speaking(timeline, day, known))
            if heading.access == "open":
                found += [
                    due_of(timeline, headings, clause, day, known)
                    for clause in ("review", "update")
                ]
    found.sort(key=lambda item: (item.due, item.key, item.rhythm))
    states = Counter(item.state for item in found)
    return Freshness(
        on=day,
        computed_from=COMPUTED_FROM,
        states=counted(("current", "due-soon", "late"), Counter(states)),
        items=tuple(found),
    )


def due_of(
    timeline: Timeline, headings: Headings, clause: Clause, day: date, known: datetime
) -> FreshnessItem:
    """When an artefact is due by one of the rhythms."""
    entry = speaking(timeline, day, known)
    months, ground = RHYTHMS[clause]
    issued = max(each.issued_at for each in timeline.known(known))
    last = issued.astimezone(VIETNAM).date()
    due = months_on(last, months)
    return FreshnessItem(
        key=str(timeline.key),
        kind=timeline.key.kind.value,
        title=headings(entry).title,
        version=entry.version,
        rhythm=clause,
        ground=ground,
        start=entry.start,
        last=last,
        due=due,
        state="late" if due <= day else "due-soon" if due - day <= DUE_SOON else "current",
    )


def months_on(day: date, months: int) -> date:
    """
    The same day of a later month, or its last day where there is no such day.

    >>> months_on(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
