"""Drafts: a base release and the edits made on it; the only thing that can change."""

from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct

from catalog.core.model import Body, Member

Stage = Literal["editing", "in-review", "approved"]


class SetHeader(Struct, frozen=True, tag="set-header"):
    """Put another value in a field of the header."""

    field: str
    value: msgspec.Raw


class PutMember(Struct, frozen=True, tag="put-member"):
    """Add a member, or put another in the place of the one with its key."""

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
        revision: 0 before it was first kept; one more at each saving.
    """

    key: str
    base: str = ""
    base_digest: str = ""
    edits: tuple[Edit, ...] = ()
    stage: Stage = "editing"
    author: str
    approver: str = ""
    note: str = ""
    revision: int = 0
