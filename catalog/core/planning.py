"""
Planning: the pure heart of publishing; from what is to be said to the line of the register.

Nothing is written here. A plan holds the entry, the canonical bytes, the diff to what was in
force, what is amiss, and the days on which nothing would be in force.
"""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import msgspec

from catalog.core.changes import Diff, diff, impact_of
from catalog.core.document import decode, digest_of, encode, meaning_digest
from catalog.core.errors import (
    AlreadyReleased,
    BadDocument,
    BadEdit,
    BadRequest,
    BadTime,
    BrokenRules,
    Unchanged,
)
from catalog.core.findings import Finding, errors_of
from catalog.core.model import Body, kind_of, members_of
from catalog.core.names import VERSION, Key, Kind
from catalog.core.policy import require_second_person
from catalog.core.release import Entry, Lock, Timeline, Validity

SLACK = timedelta(minutes=1)
"""How far the clocks of two servers may be apart."""

SUFFIX = re.compile(r".*\.[A-Za-z]\w*")
RESERVED = frozenset({"code", "field", "latest", "draft"})
"""Words that stand in addresses where a version would."""

GROUNDLESS = frozenset({Kind.DOCUMENT, Kind.ORGANISATION})
"""What needs no legal document to rest on: the documents themselves, and those who issue them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """
    What is to be published, and on which terms.

    Attributes:
        body: what it says; None for a withdrawal.
        version: the label as issued; made from the start when empty (see `label_of`).
        start: first day in force; of a correction the start of what it corrects; of a withdrawal
            the first day on which nothing is in force any more.
        end: first day no longer in force, when the document says so.
        transition_until: first day on which the former release is no longer accepted beside it.
        documents: keys of the legal documents it rests on; reason says why, or why there is none.
        author, approver: two persons.
        corrects: the version that a correction corrects or a withdrawal withdraws; empty: the one
            in force on the start.
    """

    key: Key
    body: Body | None
    version: str = ""
    start: date
    end: date | None = None
    transition_until: date | None = None
    documents: tuple[str, ...] = ()
    reason: str = ""
    author: str
    approver: str
    what: Literal["release", "correction", "withdrawal"] = "release"
    corrects: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """
    What publishing would add to the register.

    Attributes:
        body: canonical bytes, of a withdrawal those of what is withdrawn.
        diff: against what was in force on the start; None for a withdrawal.
        findings: the warnings that do not stop it.
        gaps: days on which nothing would be in force, between the first start and the last.
        closes: the release that its start would close, correct or withdraw; None for the first.
        upcoming: releases that would follow it.
    """

    entry: Entry
    body: bytes
    diff: Diff | None
    findings: tuple[Finding, ...] = ()
    gaps: tuple[Validity, ...] = ()
    closes: Entry | None = None
    upcoming: tuple[Entry, ...] = ()


def plan(
    publication: Publication,
    timeline: Timeline,
    former: Body | None,
    now: datetime,
    *,
    findings: tuple[Finding, ...] = (),
    lock: tuple[Lock, ...] = (),
) -> Plan:
    """
    What publishing would add to the register.

    `former` is the body in force on the start, before this; None when there is none. A start
    before a later one that is already there is fine: an older list was found late, and holds until
    the next start. A correction keeps the end, the transition and the documents of what it
    corrects, unless it names others.
    Raises: NotAllowed, when one person wrote and approved it; BrokenRules; BadTime; BadRequest;
        AlreadyReleased, for a label used before; Unchanged; BadDocument; BadEdit, when `former`
        is not what is in force.
    """
    require_second_person(publication.author, publication.approver, "publish")
    target = target_of(publication, timeline)
    version = label_of(publication, timeline)
    stopping = errors_of(findings)
    if stopping:
        told = tuple(f"{finding.path} {finding.rule}".strip() for finding in stopping)
        raise BrokenRules(str(publication.key), told)
    ground(publication)
    current = timeline.at(publication.start)
    if publication.what == "withdrawal":
        entry, data, change = withdrawing(publication, timeline, former, target)
    else:
        entry, data, change = releasing(publication, timeline, former, target)
    entry = msgspec.structs.replace(
        entry, version=version, issued_at=instant(timeline, now), lock=tuple(sorted(set(lock)))
    )
    longer = timeline.with_(entry)
    return Plan(
        entry=entry,
        body=data,
        diff=change,
        findings=(*findings, *doubts(publication, timeline)),
        gaps=longer.gaps(),
        closes=target or current,
        upcoming=longer.upcoming(publication.start),
    )


def target_of(publication: Publication, timeline: Timeline) -> Entry | None:
    """
    The entry that a correction corrects or a withdrawal withdraws; None for a release.

    Raises: BadTime, when there is none, or the day is not one of its days; BadRequest.
    """
    start, named = publication.start, publication.corrects
    current = timeline.at(start)
    if publication.what == "release":
        if named:
            raise BadRequest("corrects", "only a correction or a withdrawal names another release")
        if current is not None and current.start == start:
            raise BadTime(
                f"{current.version} starts on {start} already; correct it, or start on another day"
            )
        return None
    if publication.what == "withdrawal":
        if current is None or (named and current.version != named):
            raise BadTime(f"{named or 'nothing'} is in force on {start}, to be withdrawn")
        return current
    ruling = timeline.ruling(start)
    if ruling is not None and ruling.what == "withdrawal":
        ruling = timeline.named(ruling.corrects)
    if ruling is None or ruling.start != start or (named and ruling.version != named):
        counting = f"; {ruling.version} counts then" if ruling else ""
        raise BadTime(f"{named or 'nothing'} does not start on {start}{counting}")
    return ruling


def label_of(publication: Publication, timeline: Timeline) -> str:
    """
    The version label: as given, else made from the start.

    2024-07-01 for the first release of a day, then 2024-07-01.2, .3 ... for its corrections;
    withdrawn-2024-07-01 for a withdrawal. The same timeline always gives the same label.
    Raises: AlreadyReleased, for a label used before; BadRequest, for one no address can carry.
    """
    used = {entry.version for entry in timeline.entries}
    given = publication.version
    if given:
        if given in RESERVED or not VERSION.fullmatch(given) or SUFFIX.fullmatch(given):
            raise BadRequest(
                "version",
                f"{given!r}: letters, digits, dots and dashes, no ending that looks like a "
                "file's, and none of " + ", ".join(sorted(RESERVED)),
            )
        if given in used:
            raise AlreadyReleased(str(publication.key), given)
        return given
    stem = publication.start.isoformat()
    if publication.what == "withdrawal":
        stem = f"withdrawn-{stem}"
    label, turn = stem, 1
    while label in used:
        turn += 1
        label = f"{stem}.{turn}"
    return label


def ground(publication: Publication) -> None:
    """
    A correction or withdrawal says why.

    Raises: BadRequest.
    """
    if publication.what != "release" and not (publication.documents or publication.reason.strip()):
        raise BadRequest("reason", f"a {publication.what} names a legal document or a reason")


def instant(timeline: Timeline, now: datetime) -> datetime:
    """
    When the entry is issued: now, and always after the entry before it.

    What was answered for an instant stays answered; so no two entries of a key share one.
    Raises: BadTime, for a time without zone, or one well before what is in the register.
    """
    if now.tzinfo is None:
        raise BadTime("the time of issue has no time zone")
    issued = now.astimezone(UTC)
    if not timeline.entries or issued > timeline.entries[-1].issued_at:
        return issued
    last = timeline.entries[-1].issued_at
    if last - issued > SLACK:
        raise BadTime(
            f"the clock says {issued.isoformat()}, the register is at {last.isoformat()}"
        )
    return last + timedelta(microseconds=1)


def releasing(
    publication: Publication, timeline: Timeline, former: Body | None, target: Entry | None
) -> tuple[Entry, bytes, Diff]:
    """The entry, bytes and diff of a release or correction; its label and time come later."""
    body = publication.body
    if body is None or kind_of(body) != publication.key.kind:
        raise BadDocument(f"{publication.key} needs a body of its kind")
    data = encode(body)
    decode(data)  # what no reader could read back must never get into the register
    end, until, documents = terms_of(publication, target)
    entry = Entry(
        key=str(publication.key),
        version="",
        number=len(timeline.entries) + 1,
        what=publication.what,
        start=publication.start,
        end=end,
        transition_until=until,
        issued_at=datetime.min.replace(tzinfo=UTC),
        digest=digest_of(data),
        meaning=meaning_digest(body),
        title=dict(sorted(body.title.items())),  # as canonical bytes have it, wherever it is kept
        documents=documents,
        reason=publication.reason,
        corrects=target.version if target else "",
        author=publication.author,
        approver=publication.approver,
        members=len(members_of(body)),
    )
    current = timeline.at(publication.start)
    if current is not None and current.digest == entry.digest and same_terms(current, entry):
        raise Unchanged(str(publication.key), current.version)
    if (former is None) != (current is None):
        raise BadEdit("the former body is not the one in force on the start")
    change = diff(former, body)
    if current is not None and change.base != current.digest:
        raise BadEdit("the former body is not the one in force on the start")
    return msgspec.structs.replace(entry, impact=impact_of(change)), data, change


def terms_of(
    publication: Publication, target: Entry | None
) -> tuple[date | None, date | None, tuple[str, ...]]:
    """End, transition and documents; a correction keeps those of its target that it leaves out."""
    end, until, documents = publication.end, publication.transition_until, publication.documents
    if target is None:
        return end, until, documents
    return end or target.end, until or target.transition_until, documents or target.documents


def same_terms(current: Entry, entry: Entry) -> bool:
    """Whether an entry of the same content adds nothing; a correction may correct terms alone."""
    if entry.what == "release":
        return True
    return (current.end, current.transition_until, current.documents) == (
        entry.end,
        entry.transition_until,
        entry.documents,
    )


def withdrawing(
    publication: Publication, timeline: Timeline, former: Body | None, target: Entry | None
) -> tuple[Entry, bytes, None]:
    """The entry and bytes of a withdrawal; its label and time come later."""
    if publication.body is not None or publication.end or publication.transition_until:
        raise BadRequest("withdrawal", "a withdrawal has no body, no end and no transition")
    data = encode(former) if former is not None else b""
    if target is None or digest_of(data) != target.digest:
        raise BadEdit("the former body is not the one in force on the start")
    entry = Entry(
        key=str(publication.key),
        version="",
        number=len(timeline.entries) + 1,
        what="withdrawal",
        start=publication.start,
        issued_at=datetime.min.replace(tzinfo=UTC),
        digest=target.digest,
        meaning=target.meaning,
        title=target.title,
        documents=publication.documents,
        reason=publication.reason,
        impact="breaking",
        corrects=target.version,
        author=publication.author,
        approver=publication.approver,
        members=target.members,
    )
    return entry, data, None


def doubts(publication: Publication, timeline: Timeline) -> tuple[Finding, ...]:
    """What is odd about the terms, but does not stop publishing."""
    found: list[Finding] = []
    grounded = publication.documents or publication.reason or publication.key.kind in GROUNDLESS
    if publication.what == "release" and not grounded:
        found.append(
            Finding(
                rule="no-ground",
                severity="warning",
                message={
                    "vi": "Chưa nêu văn bản pháp lý làm căn cứ, cũng chưa nêu lý do",
                    "en": "Neither a legal document nor the reason why there is none is named",
                },
            )
        )
    started = any(entry.start < publication.start for entry in timeline.entries)
    if publication.transition_until is not None and not started:
        found.append(
            Finding(
                rule="transition-without-former",
                severity="warning",
                message={
                    "vi": "Có thời gian chuyển tiếp nhưng chưa có bản nào hiệu lực trước đó",
                    "en": "There is a transition, but no release before it to be accepted",
                },
                value=publication.transition_until.isoformat(),
            )
        )
    return tuple(found)


def counted(findings: tuple[Finding, ...]) -> dict[str, int]:
    """How many findings there are of each rule."""
    return dict(Counter(finding.rule for finding in findings))
