"""Drafts on their way: look, discard, submit, approve, publish; the author never approves."""

from dataclasses import dataclass
from datetime import date

from catalog.actions.ports import Clock, Store, Unit
from catalog.actions.publishing import publish
from catalog.core.document import decode
from catalog.core.draft import Draft, approved, body_of, submitted
from catalog.core.errors import WrongStage
from catalog.core.model import Body
from catalog.core.names import Key
from catalog.core.planning import Publication
from catalog.core.release import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """
    On which terms a draft is published.

    Attributes:
        start: first day in force.
        end: first day no longer in force, when the document says so.
        transition_until: first day on which the former release is no longer accepted.
        documents: keys of the legal documents it rests on; reason says why there is none.
        version: the label as issued; made from the start when empty.
        corrects: the version that this corrects; empty for a new release.
    """

    start: date
    end: date | None = None
    transition_until: date | None = None
    documents: tuple[str, ...] = ()
    reason: str = ""
    version: str = ""
    corrects: str = ""


def drafts(store: Store) -> tuple[Draft, ...]:
    """All drafts, by key."""
    with store.read() as unit:
        return unit.drafts()


def draft_body(store: Store, key: Key) -> Body:
    """
    What a draft says as it stands.

    Raises: NotFound.
    """
    with store.read() as unit:
        return folded(unit, unit.draft(key))


def folded(unit: Unit, draft: Draft) -> Body:
    """The body that a draft's edits make of its base."""
    base = decode(unit.body(draft.base_digest)) if draft.base_digest else None
    return body_of(draft, base, Key.parse(draft.key).kind)


def submit(store: Store, actor: str, key: Key) -> Draft:
    """
    Hand a draft in for review.

    Raises: NotFound, WrongStage.
    """
    with store.begin() as unit:
        return unit.save(submitted(unit.draft(key), actor))


def approve(store: Store, actor: str, key: Key) -> Draft:
    """
    Approve a draft that is in review.

    Raises: NotFound, WrongStage; NotAllowed, for its author.
    """
    with store.begin() as unit:
        return unit.save(approved(unit.draft(key), actor))


def discard(store: Store, key: Key) -> None:
    """
    Throw a draft away.

    Raises: NotFound.
    """
    with store.begin() as unit:
        unit.draft(key)
        unit.discard(key)


def publish_draft(store: Store, clock: Clock, key: Key, terms: Terms) -> Entry:
    """
    Publish an approved draft; the draft is gone afterwards.

    Raises: NotFound, WrongStage, and as `publish`.
    """
    with store.read() as unit:
        draft = unit.draft(key)
        if draft.stage != "approved":
            raise WrongStage(str(key), draft.stage, "approved")
        body = folded(unit, draft)
    publication = Publication(
        key=key,
        body=body,
        version=terms.version,
        start=terms.start,
        end=terms.end,
        transition_until=terms.transition_until,
        documents=terms.documents,
        reason=terms.reason or draft.note,
        author=draft.author,
        approver=draft.approver,
        what="correction" if terms.corrects else "release",
        corrects=terms.corrects,
    )
    return publish(store, clock, publication, discarding=draft)
