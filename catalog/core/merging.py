"""
Merging: a draft carried over to a newer base, member by member and field by field.

Three bodies meet: the old base, what the draft makes of it (ours), and the new base (theirs). What
only one side changed is taken. What both changed alike is taken once. What both changed otherwise
is a conflict: the draft then keeps theirs, and `chosen` makes the edits that put ours back.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec import Raw, Struct

from catalog.core.changes import Change, Diff, Placed, diff, keyed, same, same_values
from catalog.core.document import digest_of, encode
from catalog.core.draft import (
    Draft,
    DropMember,
    Edit,
    PutMember,
    SetHeader,
    body_of,
    edits_of,
)
from catalog.core.errors import BadEdit
from catalog.core.model import Body, Member, key_of
from catalog.core.names import Key


class Conflict(Struct, frozen=True, kw_only=True):
    """
    What both sides changed, and not alike.

    Attributes:
        key: of the member; empty for the header.
        field: empty when a whole member is at stake.
        base, ours, theirs: the values, or members; None where there is none.
    """

    key: str = ""
    field: str = ""
    base: Any = None
    ours: Any = None
    theirs: Any = None


def rebase(
    draft: Draft, old_base: Body | None, new_base: Body, *, version: str
) -> tuple[Draft, tuple[Conflict, ...]]:
    """
    The draft on a newer base, back in editing, with what could not be merged.

    `version` is the label of the new base. Order gives way: a member that would stand behind one
    that is gone stands behind the nearest before it that is left.
    Raises: BadEdit, when the draft is not on the old base or does not fit it.
    """
    if old_base is not None and type(old_base) is not type(new_base):
        raise BadEdit("the new base is of another kind")
    wanted = body_of(draft, old_base, Key.parse(draft.key).kind)
    ours, theirs = diff(old_base, wanted), diff(old_base, new_base)
    present = keyed(new_base)
    conflicts: list[Conflict] = []
    header = dict(merged_header(ours, theirs, conflicts))
    removed = tuple(merged_removals(ours, theirs, present, conflicts))
    changed = tuple(merged_changes(ours, theirs, present, conflicts))
    placed = tuple(merged_additions(ours, present, conflicts))
    gone = {key_of(member) for member in removed}
    standing = {key for key in present if key not in gone} | {item.key for item in placed}
    moved = [item for item in ours.moved if item.key in present and item.key not in gone]
    merged = {item.key: item.after for item in changed}
    moved_now = [Placed(item.key, merged.get(item.key, present[item.key]), "") for item in moved]
    kept = msgspec.structs.replace(
        ours,
        header=header,
        removed=removed,
        changed=changed,
        added=(),
        moved=tuple(replaced((*placed, *moved_now), keyed(wanted), standing)),
    )
    rebased = msgspec.structs.replace(
        draft,
        base=version,
        base_digest=digest_of(encode(new_base)),
        edits=edits_of(kept),
        stage="editing",
        approver="",
    )
    return rebased, tuple(conflicts)


def merged_header(
    ours: Diff, theirs: Diff, conflicts: list[Conflict]
) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """The header fields that the draft still sets."""
    for name, (base, mine) in ours.header.items():
        if name not in theirs.header:
            yield name, (base, mine)
            continue
        other = theirs.header[name][1]
        if other != mine:
            conflicts.append(Conflict(field=name, base=base, ours=mine, theirs=other))


def merged_removals(
    ours: Diff, theirs: Diff, present: dict[str, Member], conflicts: list[Conflict]
) -> Iterator[Member]:
    """The members that the draft still drops."""
    changed = {item.key for item in theirs.changed}
    for member in ours.removed:
        key = key_of(member)
        if key in changed:
            conflicts.append(Conflict(key=key, base=member, theirs=present[key]))
        elif key in present:
            yield member


def merged_changes(
    ours: Diff, theirs: Diff, present: dict[str, Member], conflicts: list[Conflict]
) -> Iterator[Change]:
    """The members that the draft still changes, with their changes beside ours."""
    other = {item.key: item for item in theirs.changed}
    for item in ours.changed:
        now = present.get(item.key)
        if now is None:
            conflicts.append(Conflict(key=item.key, base=item.before, ours=item.after))
        elif item.key not in other:
            yield item
        else:
            merged = merged_member(item, other[item.key], conflicts)
            if not same(merged, now):
                yield Change(item.key, now, merged, {}, ())


def merged_member(ours: Change, theirs: Change, conflicts: list[Conflict]) -> Member:
    """Their member with our fields in it, where they left these alone."""
    if type(ours.after) is not type(theirs.after) or "is" in ours.fields:
        if not same(ours.after, theirs.after):
            conflicts.append(
                Conflict(
                    key=ours.key,
                    base=ours.before,
                    ours=ours.after,
                    theirs=theirs.after,
                )
            )
        return theirs.after
    free = {name: now for name, (_, now) in ours.fields.items() if name not in theirs.fields}
    merged = msgspec.structs.replace(theirs.after, **free)
    for name, (base, mine) in ours.fields.items():
        if name in theirs.fields and not equal(mine, theirs.fields[name][1]):
            conflicts.append(
                Conflict(
                    key=ours.key,
                    field=name,
                    base=base,
                    ours=mine,
                    theirs=theirs.fields[name][1],
                )
            )
    return merged


def equal(one: object, other: object) -> bool:
    """Whether two values are the same; 1 is not true."""
    if one != other:
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return same_values(one, other)
    return True


def merged_additions(
    ours: Diff, present: dict[str, Member], conflicts: list[Conflict]
) -> Iterator[Placed]:
    """The members that the draft still adds."""
    for item in ours.added:
        now = present.get(item.key)
        if now is None:
            yield item
        elif not same(now, item.member):
            conflicts.append(Conflict(key=item.key, ours=item.member, theirs=now))


def replaced(
    items: Iterable[Placed], wanted: dict[str, Member], standing: set[str]
) -> Iterator[Placed]:
    """Members behind the nearest member before them, in the order wanted, that still stands."""
    members = {item.key: item.member for item in items}
    former = ""
    for key in wanted:
        if key in members:
            yield Placed(key, members[key], former)
        if key in standing:
            former = key


def chosen(conflicts: Iterable[Conflict], body: Body) -> tuple[Edit, ...]:
    """
    The edits that put ours back in some conflicts, on what the rebased draft says.

    Several fields of one member are put back together.
    """
    members = keyed(body)
    header: list[Edit] = []
    touched: dict[str, Member | None] = {}
    for conflict in conflicts:
        if not conflict.key:
            header.append(SetHeader(conflict.field, Raw(msgspec.json.encode(conflict.ours))))
        elif conflict.field:
            now = touched.get(conflict.key) or members[conflict.key]
            touched[conflict.key] = msgspec.structs.replace(now, **{conflict.field: conflict.ours})
        else:
            touched[conflict.key] = conflict.ours
    return (
        *header,
        *(
            DropMember(key) if member is None else PutMember(member)
            for key, member in touched.items()
        ),
    )
