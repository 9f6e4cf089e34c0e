"""
Drafts <-> text, for the row that keeps one.

An edit that puts a member in place says of which class the member is: member classes carry no
tag of their own, for a body knows what its members are, and a draft does not.
"""

from typing import Any, get_args

import msgspec
from msgspec import Raw, Struct, structs

from catalog.core.draft import Draft, DropMember, Edit, PutMember, Replace, SetHeader
from catalog.core.errors import BadDocument
from catalog.core.model import Member

MEMBERS: dict[str, type[Struct]] = {member.__name__: member for member in get_args(Member)}
"""Member classes by name; a name that was once written stays readable."""

PLAIN = msgspec.json.Decoder(SetHeader | DropMember | Replace)
FIELDS = {info.encode_name: info for info in structs.fields(Draft)}


class StoredPut(Struct, frozen=True, tag="put-member"):
    """A put-member as it is written; `of` names the member's class."""

    of: str
    member: Raw
    after: str = ""


STORED_PUT = msgspec.json.Decoder(StoredPut)


class Tag(Struct, frozen=True):
    """Only which edit it is."""

    type: str


def text_of_draft(draft: Draft) -> str:
    """
    A draft as JSON.

    Raises: BadDocument, when a text in it is not Unicode.
    """
    document = {name: getattr(draft, info.name) for name, info in FIELDS.items()}
    try:
        document["edits"] = [stored(edit) for edit in draft.edits]
        return msgspec.json.encode(document).decode()
    except UnicodeEncodeError as error:
        raise BadDocument(f"a text is not Unicode: {error.reason}") from None


def stored(edit: Edit) -> Struct:
    """An edit as it is written."""
    if isinstance(edit, PutMember):
        member = Raw(msgspec.json.encode(edit.member))
        return StoredPut(type(edit.member).__name__, member, edit.after)
    return edit


def draft_of(text: str) -> Draft:
    """
    The draft that `text_of_draft` wrote, also by an earlier program that knew fewer fields.

    Raises: BadDocument.
    """
    try:
        document = msgspec.json.decode(text, type=dict[str, Raw])
        values: dict[str, Any] = {
            info.name: msgspec.json.decode(document[name], type=info.type)
            for name, info in FIELDS.items()
            if name in document and name != "edits"
        }
        edits = msgspec.json.decode(document.get("edits", b"[]"), type=tuple[Raw, ...])
        return Draft(**values, edits=tuple(map(edit_of, edits)))
    except msgspec.MsgspecError as error:
        raise BadDocument(f"the kept draft cannot be read: {error}") from None


def edit_of(raw: Raw) -> Edit:
    """The edit that was written."""
    if msgspec.json.decode(raw, type=Tag).type != "put-member":
        plain: Edit = PLAIN.decode(raw)
        return plain
    put = STORED_PUT.decode(raw)
    if put.of not in MEMBERS:
        raise BadDocument(f"the kept draft holds a {put.of!r}, which is no member")
    member: Any = msgspec.json.decode(put.member, type=MEMBERS[put.of])
    return PutMember(member, put.after)
