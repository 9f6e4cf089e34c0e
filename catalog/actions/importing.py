"""
Importing: a workbook read by a profile, seen before it counts, and then kept as drafts.

A preview changes nothing. It tells for each key what would be added, changed and retired against
the release in force on the candidate's own start, and what is amiss, cell by cell. Accepting it
makes drafts, all of them or none; it never makes a release.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from catalog.actions.expressions import check_expressions
from catalog.actions.ports import Clock, Progress, Store, Unit, silent
from catalog.core import draft as drafting
from catalog.core.changes import Diff, diff, impact_of
from catalog.core.draft import Draft, Edit, Replace, edits_of
from catalog.core.errors import BadFile, BadRequest, BrokenRules, NotAllowed, NotFound, WrongStage
from catalog.core.findings import Finding, errors_of
from catalog.core.library import Library
from catalog.core.model import Body, Concept, Schema, kind_of, members_of
from catalog.core.names import Key
from catalog.core.release import Entry, Impact
from catalog.core.rules import check
from catalog.formats import import_report
from catalog.formats.profiles.profile import Candidate, Cells, Options, Profile
from catalog.formats.workbook import read_workbook
from catalog.formats.workbook_archive import LIMITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """
    What an import would make of one key.

    Attributes:
        base: the release that the candidate is compared with; None for a new key.
        follows: whether it is compared with another candidate of the file instead, which comes
            into force before it and must be published first.
        change: what differs; None when the file gave no body.
        added, changed, retired: numbers of members; retired are also those taken out.
        findings: what is amiss in the file and in the body, with sheet and cell where known.
    """

    candidate: Candidate
    base: Entry | None = None
    follows: bool = False
    change: Diff | None = None
    impact: Impact = "none"
    added: int = 0
    changed: int = 0
    retired: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def key(self) -> Key:
        """The key it is for."""
        return self.candidate.key

    @property
    def unchanged(self) -> bool:
        """Whether the file says what is in force already."""
        return self.change is not None and not self.change and not self.is_new

    @property
    def is_new(self) -> bool:
        """Whether there is nothing that it is compared with."""
        return self.base is None and not self.follows

    @property
    def corrects(self) -> str:
        """The version it would correct: that which starts on the same day; else empty."""
        start = self.candidate.legal.start
        return self.base.version if self.base is not None and self.base.start == start else ""

    def told(self) -> dict[str, Any]:
        """The proposal in JSON values, without its members."""
        legal = self.candidate.legal
        return {
            "key": str(self.key),
            "base": self.base.version if self.base else None,
            "follows": self.follows,
            "unchanged": self.unchanged,
            "impact": self.impact,
            "added": self.added,
            "changed": self.changed,
            "retired": self.retired,
            "start": legal.start.isoformat() if legal.start else None,
            "end": legal.end.isoformat() if legal.end else None,
            "version": legal.version,
            "documents": list(legal.documents),
            "reason": legal.reason,
            "corrects": self.corrects,
            "errors": len(errors_of(self.findings)),
            "warnings": len(self.findings) - len(errors_of(self.findings)),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """
    What an import would make of the library.

    Attributes:
        file, profile: names.
        candidates: a proposal for each key, and for keys with two releases in the file for both.
    """

    file: str
    profile: str
    candidates: tuple[Proposal, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything amiss, key by key."""
        return tuple(finding for item in self.candidates for finding in item.findings)

    @property
    def unchanged(self) -> bool:
        """Whether nothing would change at all."""
        return all(item.unchanged for item in self.candidates)


# -- preview --------------------------------------------------------------------------------


def preview(
    library: Library,
    file: Path | bytes,
    profile: Profile,
    *,
    into: Key | None = None,
    sheet: str | None = None,
    name: str = "",
    progress: Progress = silent,
) -> Preview:
    """
    Read a workbook and tell what it would change; nothing is kept.

    `file` is a path, or bytes that came with a `name`.
    Raises: BadFile, for what cannot be read at all; BadRequest, for a key that does not fit.
    """
    data, name = (file, name) if isinstance(file, bytes) else (content_of(file), file.name)
    progress("read", 0, 0)
    book = read_workbook(data, name or "workbook")

    def released(key: Key, day: date) -> Body | None:
        entry = base_of(library, key, day)
        return None if entry is None else library.body(entry)

    options = Options(into=into, sheet=sheet or "", released=released)
    candidates = profile.read(book, options)
    check_into(into, candidates)
    proposals: list[Proposal] = []
    for done, candidate in enumerate(candidates):
        progress("compare", done, len(candidates))
        former = next((p for p in reversed(proposals) if p.key == candidate.key), None)
        proposals.append(proposed(library, candidate, former))
    progress("compare", len(candidates), len(candidates))
    return Preview(file=book.name, profile=profile.name, candidates=tuple(proposals))


def content_of(file: Path) -> bytes:
    """
    The bytes of a file.

    Raises: BadFile, when it is not there, cannot be read, or is too large.
    """
    try:
        if file.stat().st_size > LIMITS.file:
            raise BadFile(file.name, f"the file is larger than {LIMITS.file:,} bytes")
        return file.read_bytes()
    except OSError as error:
        raise BadFile(file.name, error.strerror or "it cannot be read") from None


def check_into(into: Key | None, candidates: tuple[Candidate, ...]) -> None:
    """
    See that a key asked for fits what was read.

    Raises: BadRequest.
    """
    if into is None:
        return
    if len(candidates) != 1:
        raise BadRequest("into", f"the profile fills {len(candidates)} keys of its own")
    body = candidates[0].body
    if body is not None and kind_of(body) != into.kind:
        raise BadRequest("into", f"a {kind_of(body)} does not go into {into}")


def base_of(library: Library, key: Key, day: date | None) -> Entry | None:
    """The release in force on a day, the last one when no day is given; None without any."""
    try:
        timeline = library.timeline(key)
    except NotFound:
        return None
    if day is not None and day != date.max:
        return timeline.at(day)
    entry = timeline.ruling(date.max)
    return None if entry is None or entry.what == "withdrawal" else entry


def proposed(library: Library, candidate: Candidate, former: Proposal | None) -> Proposal:
    """The proposal of one candidate; `former` is another one of the same key in the file."""
    body = candidate.body
    if body is None:
        return Proposal(candidate=candidate, findings=candidate.findings)
    base = base_of(library, candidate.key, candidate.legal.start)
    follows = former is not None and not former.unchanged and is_later(former, base)
    old = former.candidate.body if former is not None and follows else None
    if not follows and base is not None:
        old = library.body(base)
    change = diff(old, body)
    retired = sum(1 for item in change.changed if is_retiring(item.before, item.after))
    return Proposal(
        candidate=candidate,
        base=None if follows else base,
        follows=follows,
        change=change,
        impact=impact_of(change),
        added=len(change.added),
        changed=len(change.changed) - retired,
        retired=len(change.removed) + retired,
        findings=(*candidate.findings, *located(house_findings(body), candidate)),
    )


def is_later(former: Proposal, base: Entry | None) -> bool:
    """Whether a former candidate comes into force after the release that would be the base."""
    start = former.candidate.legal.start
    return base is None or (start is not None and start > base.start)


def is_retiring(before: object, after: object) -> bool:
    """Whether a concept was usable and is retired now."""
    return (
        isinstance(before, Concept)
        and isinstance(after, Concept)
        and after.retired
        and not before.retired
    )


def house_findings(body: Body) -> tuple[Finding, ...]:
    """What the house rules say of a body, as publishing will."""
    found = check(body)
    return found + check_expressions(body) if isinstance(body, Schema) else found


def located(findings: Iterable[Finding], candidate: Candidate) -> tuple[Finding, ...]:
    """The findings with the sheet and cell of the member that each is about."""
    unnamed = {finding.path for finding in candidate.findings if finding.rule == "empty-label"}
    found: list[Finding] = []
    for finding in findings:
        key = member_in(finding.path, candidate.cells)
        if finding.rule == "name-missing" and key in unnamed:
            continue  # the profile told it with the cell of the name itself
        sheet, cell = candidate.cells.get(key, ("", ""))
        found.append(msgspec.structs.replace(finding, file=candidate.file, sheet=sheet, cell=cell))
    return tuple(found)


def member_in(path: str, cells: Cells) -> str:
    """The key of the member that a path names; empty when it names none."""
    while path and path not in cells:
        path, _, _ = path.rpartition("/")
    return path


def write_report(seen: Preview) -> bytes:
    """The preview as an XLSX file: counts, changes, findings."""
    return import_report.written(seen.file, seen.profile, map(line_of, seen.candidates))


def line_of(item: Proposal) -> import_report.Line:
    """A proposal as the report tells it."""
    legal = item.candidate.legal
    return import_report.Line(
        key=str(item.key),
        base=item.base.version if item.base else "",
        counts=(item.added, item.changed, item.retired),
        impact=item.impact,
        start=legal.start.isoformat() if legal.start else "",
        end=legal.end.isoformat() if legal.end else "",
        state=state_of(item),
        change=item.change,
        findings=item.findings,
    )


def state_of(item: Proposal) -> str:
    """What will become of a proposal, in both languages."""
    if errors_of(item.findings):
        return "có lỗi, không thể nhận - has errors, cannot be accepted"
    if item.unchanged:
        return "không thay đổi - unchanged"
    if item.follows:
        return "chờ bản trước được công bố rồi nhập lại - publish the former, then import again"
    return "mới - new" if item.is_new else "sẽ sửa - will change"


# -- acceptance -----------------------------------------------------------------------------


def accept(store: Store, clock: Clock, seen: Preview, actor: str) -> tuple[Draft, ...]:
    """
    Keep what was previewed as drafts, all of them or none; those unchanged make none.

    Of two releases of one key the earlier is kept first; the other follows when it is published
    and the file imported again. A draft of the same author that is still being edited is replaced.
    Raises: BrokenRules, when the preview has errors; WrongStage, for a draft in review;
        NotAllowed, for a draft of somebody else.
    """
    for item in seen.candidates:
        errors = errors_of(item.findings)
        if errors:
            raise BrokenRules(str(item.key), tuple(map(sentence, errors)))
    note = f"Nhập từ {seen.file} ({seen.profile}), {clock():%Y-%m-%d %H:%M} UTC"
    with store.begin() as unit:
        return tuple(
            kept(unit, item, actor, note)
            for item in seen.candidates
            if item.change is not None and not item.unchanged and not item.follows
        )


def sentence(finding: Finding) -> str:
    """A finding in one line."""
    where = "!".join(part for part in (finding.sheet, finding.cell) if part) or finding.path
    return f"{where}: {finding.message.get('en', finding.rule)}"


def kept(unit: Unit, item: Proposal, actor: str, note: str) -> Draft:
    """Save the draft of one proposal."""
    draft = drafting.start(item.key, item.base, actor)
    draft = drafting.with_(draft, *edits_for(item))
    revision = revision_of(unit, item.key, actor)
    return unit.save(msgspec.structs.replace(draft, note=note, revision=revision))


def edits_for(item: Proposal) -> tuple[Edit, ...]:
    """The edits of a proposal: a whole body for a new key, or when most of it is other."""
    change, body = item.change, item.candidate.body
    if change is None or body is None:
        return ()
    if item.base is None:
        return (Replace(body),)
    edits = edits_of(change)
    return edits if len(edits) <= len(members_of(body)) else (Replace(body),)


def revision_of(unit: Unit, key: Key, actor: str) -> int:
    """
    The revision of the draft that is to be replaced; 0 when there is none.

    Raises: WrongStage, NotAllowed.
    """
    try:
        draft = unit.draft(key)
    except NotFound:
        return 0
    if draft.stage != "editing":
        raise WrongStage(draft.key, draft.stage, "editing")
    if draft.author != actor:
        raise NotAllowed(actor, "import", f"the draft of {key} is {draft.author}'s")
    return draft.revision
