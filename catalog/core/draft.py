"""Drafts: a base release and the edits made on it; the only thing that can change."""

from functools import cache
from typing import Any, Literal, TypeAlias, get_args

import msgspec
from msgspec import Raw, Struct

from catalog.core.changes import Diff, header_fields, keyed, placed_in_order
from catalog.core.document import digest_of, encode
from catalog.core.errors import BadDocument, BadEdit, BadKey, NotAllowed, WrongStage
from catalog.core.model import BODIES, Body, Member, key_of, kind_of
from catalog.core.names import Key, Kind
from catalog.core.ordering import FIRST, Members
from catalog.core.policy import is_same_person
from catalog.core.release import Entry

Stage = Literal["editing", "in-review", "approved"]

SUCCESSORS: dict[Stage, frozenset[Stage]] = {
    "editing": frozenset({"in-review"}),
    "in-review": frozenset({"approved", "editing"}),
    "approved": frozenset({"editing"}),
}
"""Where a draft may go from where it is. Publishing an approved draft ends it."""


class SetHeader(Struct, frozen=True, tag="set-header"):
    """Put another value, as JSON, in a field of the header."""

    field: str
    value: Raw


class PutMember(Struct, frozen=True, tag="put-member"):
    """
    Add a member, or put another in the place of the one with its key.

    Attributes:
        after: key of the member to stand right behind; FIRST: before all others; empty: where the
            one with its key is, and a new one last.
    """

    member: Member
    after: str = ""


class DropMember(Struct, frozen=True, tag="drop-member"):
    """Take a member out."""

    key: str


class Replace(Struct, frozen=True, tag="replace"):
    """Put a whole body in the place of what was there (an import of a whole list)."""

    body: Body


Edit: TypeAlias = SetHeader | PutMember | DropMember | Replace


class Draft(Struct, frozen=True, kw_only=True):
    """
    A base and edits.

    Attributes:
        base: version of the release it started from; empty for a new key.
        base_digest: of that release.
        edits: in the order in which they were made.
        author: who started it; contributors: who else edited or submitted it.
        approver: who approved it; never the author, nor a contributor.
        note: what was said last, at submitting or returning.
        revision: 0 before it was first kept; one more at each saving.
    """

    key: str
    base: str = ""
    base_digest: str = ""
    edits: tuple[Edit, ...] = ()
    stage: Stage = "editing"
    author: str
    contributors: tuple[str, ...] = ()
    approver: str = ""
    note: str = ""
    revision: int = 0


# -- the way of a draft ---------------------------------------------------------------------


def start(key: Key, base: Entry | None, author: str) -> Draft:
    """A draft without edits, on a release or on nothing."""
    if base is None:
        return Draft(key=str(key), author=author)
    return Draft(key=str(key), base=base.version, base_digest=base.digest, author=author)


def with_(draft: Draft, *edits: Edit, by: str = "") -> Draft:
    """
    The draft with more edits; `by` says whose they are when not the author's.

    Raises: WrongStage, unless it is being edited.
    """
    need(draft, "editing")
    return msgspec.structs.replace(contributed(draft, by), edits=(*draft.edits, *edits))


def submitted(draft: Draft, by: str = "") -> Draft:
    """
    The draft handed in for review.

    Raises: WrongStage, unless it is being edited; BadEdit, when it changes nothing.
    """
    need(draft, "editing")
    if not draft.edits:
        raise BadEdit(f"the draft of {draft.key} has no edits to review")
    return msgspec.structs.replace(contributed(draft, by), stage="in-review")


def approved(draft: Draft, by: str) -> Draft:
    """
    The draft approved by another person.

    Raises: WrongStage, unless it is in review; NotAllowed, for whoever had a hand in it.
    """
    need(draft, "in-review")
    if not by.strip():
        raise NotAllowed(by, "approve", "nobody is named as approver")
    if any(is_same_person(by, hand) for hand in (draft.author, *draft.contributors)):
        raise NotAllowed(by, "approve", "the author never approves")
    return msgspec.structs.replace(draft, stage="approved", approver=by)


def returned(draft: Draft, note: str = "") -> Draft:
    """
    The draft given back to be edited, with the reason; an approval is void.

    Raises: WrongStage, when it is being edited already.
    """
    if draft.stage == "editing":
        raise WrongStage(draft.key, draft.stage, "in-review")
    return msgspec.structs.replace(draft, stage="editing", approver="", note=note or draft.note)


def need(draft: Draft, stage: Stage) -> None:
    """
    Let pass a draft at a stage.

    Raises: WrongStage.
    """
    if draft.stage != stage:
        raise WrongStage(draft.key, draft.stage, stage)


def contributed(draft: Draft, by: str) -> Draft:
    """The draft, naming one who had a hand in it."""
    hands = (draft.author, *draft.contributors)
    if not by.strip() or any(is_same_person(by, hand) for hand in hands):
        return draft
    return msgspec.structs.replace(draft, contributors=(*draft.contributors, by))


# -- what a draft says ----------------------------------------------------------------------


def body_of(draft: Draft, base: Body | None, kind: Kind) -> Body:
    """
    What a draft says: its base with the edits made, in their order.

    Cost:   linear in members and edits.
    Raises: BadEdit, with the number of the edit that does not fit; BadDocument, for a base whose
        member keys are not unique.
    """
    digest = digest_of(encode(base)) if base is not None and draft.base_digest else ""
    if digest != draft.base_digest:
        raise BadEdit(f"the body is not release {draft.base} that the draft of {draft.key} is on")
    if base is not None and kind_of(base) != kind:
        raise BadEdit(f"a {kind_of(base)} is no base for a {kind}")
    header: dict[str, Any] = {}
    if base is not None:
        header = {name: getattr(base, name) for name in header_fields(base)}
    members = Members(keyed(base) if base is not None else {})
    for number, edit in enumerate(draft.edits, 1):
        try:
            if isinstance(edit, Replace):
                header, members = replaced(edit, kind)
            else:
                fold_in(edit, kind, header, members)
        except BadEdit as refusal:
            raise BadEdit(f"edit {number} of {draft.key}: {refusal.reason}") from None
    return built(kind, header, members)


def replaced(edit: Replace, kind: Kind) -> tuple[dict[str, Any], Members]:
    """The header and members of a body put in the place of all."""
    if kind_of(edit.body) != kind:
        raise BadEdit(f"a {kind_of(edit.body)} cannot replace a {kind}")
    header = {name: getattr(edit.body, name) for name in header_fields(edit.body)}
    try:
        return header, Members(keyed(edit.body))
    except BadDocument as error:
        raise BadEdit(error.reason) from None


def fold_in(
    edit: SetHeader | PutMember | DropMember, kind: Kind, header: dict[str, Any], members: Members
) -> None:
    """
    Make one edit.

    Raises: BadEdit.
    """
    match edit:
        case SetHeader(field=field, value=value):
            header[field] = value_of(kind, field, value)
        case PutMember(member=member, after=after):
            if not isinstance(member, member_types(kind)):
                raise BadEdit(f"a {type(member).__name__.lower()} is no member of a {kind}")
            members.put(member, after)
        case DropMember(key=key):
            members.drop(key)


def value_of(kind: Kind, field: str, value: Raw) -> object:
    """
    The value of a header field, read from JSON.

    Raises: BadEdit.
    """
    types = header_types(kind)
    if field not in types:
        raise BadEdit(f"a {kind} has no header field {field!r}")
    try:
        found: object = msgspec.json.decode(value, type=types[field])
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadEdit(f"{field}: {error}") from None
    return found


def built(kind: Kind, header: dict[str, Any], members: Members) -> Body:
    """The body of a header and members."""
    cls = BODIES[kind]
    missing = [
        info.name
        for info in msgspec.structs.fields(cls)
        if info.required and info.name not in header
    ]
    if missing:
        raise BadEdit(f"a {kind} needs {', '.join(missing)}")
    content: dict[str, Any] = {"members": members.ordered()} if member_types(kind) else {}
    return cls(**header, **content)


@cache
def header_types(kind: Kind) -> dict[str, Any]:
    """The type of each header field of a kind."""
    fields = msgspec.structs.fields(BODIES[kind])
    return {info.name: info.type for info in fields if info.name != "members"}


@cache
def member_types(kind: Kind) -> tuple[type[Struct], ...]:
    """The classes that members of a kind may be; none for kinds without members."""
    for info in msgspec.structs.fields(BODIES[kind]):
        if info.name == "members":
            inner = get_args(info.type)[0]
            return get_args(inner) or (inner,)
    return ()


def edits_of(change: Diff) -> tuple[Edit, ...]:
    """
    The edits that make a diff's new body of its old one.

    Raises: BadEdit, for a member whose key is a line break.
    """
    placed = tuple(placed_in_order(change))
    if any(item.after == FIRST for item in placed):
        raise BadEdit("a member's key is a line break")
    places = {item.key for item in placed}
    return (
        *(
            SetHeader(name, Raw(msgspec.json.encode(now)))
            for name, (_, now) in change.header.items()
        ),
        *(DropMember(key_of(member)) for member in change.removed),
        *(PutMember(item.after) for item in change.changed if item.key not in places),
        *(PutMember(item.member, item.after or FIRST) for item in placed),
    )


# -- a draft as bytes -----------------------------------------------------------------------


@cache
def edits_decoder(kind: Kind) -> msgspec.json.Decoder[Any]:
    """Reads the edits of a kind; a member carries no tag of its own."""
    types = member_types(kind)
    union: Any = SetHeader | DropMember | Replace
    if types:
        member: Any = types[0]
        for other in types[1:]:
            member |= other
        fields: list[Any] = [("member", member), ("after", str, "")]
        union |= msgspec.defstruct("Put", fields, frozen=True, tag="put-member")
    return msgspec.json.Decoder(tuple[union, ...])


def encode_draft(draft: Draft) -> bytes:
    """
    A draft as JSON.

    Raises: BadDocument, for what JSON cannot say.
    """
    try:
        return msgspec.json.encode(draft)
    except (UnicodeEncodeError, TypeError, OverflowError, RecursionError) as error:
        raise BadDocument(str(error)) from None


def decode_draft(data: bytes) -> Draft:
    """
    The draft that bytes say.

    Raises: BadDocument, with the path of what does not fit.
    """
    try:
        kept = msgspec.json.decode(data, type=kept_type())
        read = edits_decoder(Key.parse(kept.key).kind).decode(kept.edits)
    except (msgspec.DecodeError, BadKey, UnicodeDecodeError, RecursionError) as error:
        raise BadDocument(f"not a draft: {error}") from None
    values = msgspec.structs.asdict(kept)
    values["edits"] = tuple(
        edit if isinstance(edit, Edit) else PutMember(edit.member, edit.after) for edit in read
    )
    return Draft(**values)


@cache
def kept_type() -> Any:  # noqa: ANN401 - a class made of a class
    """A draft whose edits are not read yet; which kind they are for, its key says."""
    fields: list[Any] = []
    for info in msgspec.structs.fields(Draft):
        if info.required:
            fields.append((info.name, info.type))
        elif info.name == "edits":
            fields.append((info.name, Raw, Raw(b"[]")))
        else:
            fields.append((info.name, info.type, info.default))
    return msgspec.defstruct("KeptDraft", fields, frozen=True, kw_only=True)
