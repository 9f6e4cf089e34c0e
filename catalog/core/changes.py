"""
Changes: what differs between two bodies, once for every kind, over header fields and members.

A diff is exact. Applied to the old body it gives the new one, byte for byte.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import msgspec
from msgspec import Struct

from catalog.core import impact as judging
from catalog.core.document import digest_of, encode, plain
from catalog.core.errors import BadDocument, BadEdit
from catalog.core.impact import Verdict, worst
from catalog.core.model import BODIES, Body, Member, key_of, kind_of, members_of
from catalog.core.names import Kind
from catalog.core.release import Impact


class Placed(Struct, frozen=True):
    """
    A member and the place it takes.

    Attributes:
        after: key of the member that it stands right behind in the new body; empty: it is first.
    """

    key: str
    member: Member
    after: str


class Change(Struct, frozen=True):
    """
    A member that was and is, but not the same.

    Attributes:
        fields: (old, new) by name of the field.
        verdicts: what these changes are (relabelled, retired, narrowed ...) and what they do.
    """

    key: str
    before: Member
    after: Member
    fields: dict[str, tuple[Any, Any]]
    verdicts: tuple[Verdict, ...]

    @property
    def impact(self) -> Impact:
        """The gravest of its verdicts."""
        return worst(verdict.impact for verdict in self.verdicts)


class Diff(Struct, frozen=True, kw_only=True):
    """
    All that differs between an old body and a new one.

    Attributes:
        kind: what both are.
        base: SHA-256 of the old body's canonical bytes; empty when there was none.
        header: (old, new) by name of the header field; old is None when there was no body.
        added: new members, in the order of the new body.
        removed: members that are gone, in the order of the old body.
        changed: members that differ, in the order of the new body.
        moved: members that stand elsewhere, in the order of the new body; as few as possible.
        renamed: (old key, new key) of removed and added members that go by the same name.
    """

    kind: Kind
    base: str
    header: dict[str, tuple[Any, Any]] = {}
    header_verdicts: tuple[Verdict, ...] = ()
    added: tuple[Placed, ...] = ()
    removed: tuple[Member, ...] = ()
    changed: tuple[Change, ...] = ()
    moved: tuple[Placed, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.header or self.added or self.removed or self.changed or self.moved)


def diff(old: Body | None, new: Body) -> Diff:
    """
    What makes the new body of the old one; None is the body before the first release.

    Cost:   O(n log n) for n members, linear while their order stays.
    Raises: BadEdit, for bodies of two kinds; BadDocument, for a member key that is empty or twice.
    """
    if old is not None and type(old) is not type(new):
        raise BadEdit(f"a {kind_of(old)} cannot become a {kind_of(new)}")
    before = keyed(old) if old is not None else {}
    after = keyed(new)
    header = header_changes(old, new)
    added, moved = placements(before, after)
    removed = tuple(member for key, member in before.items() if key not in after)
    return Diff(
        kind=kind_of(new),
        base=digest_of(encode(old)) if old is not None else "",
        header=header,
        header_verdicts=tuple(
            judging.of_header(new, name, was, now) for name, (was, now) in header.items()
        )
        if old is not None
        else (),
        added=added,
        removed=removed,
        changed=tuple(changes(before, after)),
        moved=moved,
        renamed=tuple(renamings(removed, added)) if removed and added else (),
    )


def keyed(body: Body) -> dict[str, Member]:
    """
    The members of a body by their keys, in their order.

    Raises: BadDocument, for a key that is empty or stands twice.
    """
    members = members_of(body)
    found = {key_of(member): member for member in members}
    if len(found) != len(members):
        seen: set[str] = set()
        for key in map(key_of, members):
            if key in seen:
                raise BadDocument(f"the member key {key!r} stands twice")
            seen.add(key)
    if "" in found:
        raise BadDocument("a member has no key")
    return found


def header_fields(body: Body) -> tuple[str, ...]:
    """The names of all fields of a body but its members."""
    return tuple(name for name in body.__struct_fields__ if name != "members")


def header_changes(old: Body | None, new: Body) -> dict[str, tuple[Any, Any]]:
    """The header fields that differ, each with the old and the new value."""
    if old is None:
        told = msgspec.to_builtins(new)
        return {name: (None, getattr(new, name)) for name in header_fields(new) if name in told}
    pairs = ((name, getattr(old, name), getattr(new, name)) for name in header_fields(new))
    return {name: (was, now) for name, was, now in pairs if was != now}


def placements(
    before: dict[str, Member], after: dict[str, Member]
) -> tuple[tuple[Placed, ...], tuple[Placed, ...]]:
    """The members that are new and those that stand elsewhere, each with its place."""
    places = {key: place for place, key in enumerate(before)}
    kept = [key for key in after if key in places]
    wandering = set(kept).difference(staying(kept, places))
    added: list[Placed] = []
    moved: list[Placed] = []
    former = ""
    for key, member in after.items():
        if key not in places:
            added.append(Placed(key, member, former))
        elif key in wandering:
            moved.append(Placed(key, member, former))
        former = key
    return tuple(added), tuple(moved)


def staying(keys: list[str], places: dict[str, int]) -> Iterable[str]:
    """The most keys that can stay where they are: a longest run of rising places."""
    sequence = [places[key] for key in keys]
    if all(left < right for left, right in pairwise(sequence)):
        return keys
    tails: list[int] = []
    holders: list[int] = []
    links: list[int] = []
    for index, place in enumerate(sequence):
        length = bisect_left(tails, place)
        links.append(holders[length - 1] if length else -1)
        if length == len(tails):
            tails.append(place)
            holders.append(index)
        else:
            tails[length] = place
            holders[length] = index
    return backwards(keys, links, holders[-1])


def backwards(keys: list[str], links: list[int], last: int) -> Iterator[str]:
    """The keys of a run, from its last on."""
    while last >= 0:
        yield keys[last]
        last = links[last]


def same(before: Member, after: Member) -> bool:
    """Whether two members have the same canonical bytes; 1 equals true in Python, not here."""
    if before != after:
        return False
    properties = getattr(before, "properties", None)
    return not properties or same_values(properties, getattr(after, "properties", {}))


def same_values(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether equal values are also of the same types."""
    return all(type(value) is type(new[name]) for name, value in old.items())


def changes(before: dict[str, Member], after: dict[str, Member]) -> Iterator[Change]:
    """The members that are in both, but not the same."""
    for key, now in after.items():
        was = before.get(key)
        if was is not None and not same(was, now):
            fields = changed_fields(was, now)
            yield Change(key, was, now, fields, judging.of_changed(was, now, fields))


def changed_fields(before: Member, after: Member) -> dict[str, tuple[Any, Any]]:
    """The fields that differ between two members of one key, with both values."""
    if type(before) is not type(after):
        return {"is": (type(before).__name__.lower(), type(after).__name__.lower())}
    found: dict[str, tuple[Any, Any]] = {}
    for name in before.__struct_fields__:
        old, new = getattr(before, name), getattr(after, name)
        if old != new or (name == "properties" and not same_values(old, new)):
            found[name] = (old, new)
    return found


def renamings(removed: tuple[Member, ...], added: tuple[Placed, ...]) -> Iterator[tuple[str, str]]:
    """Old and new keys of what goes by the same name, where only one has it on either side."""
    gone = only_ones((naming(member), key_of(member)) for member in removed)
    come = only_ones((naming(placed.member), placed.key) for placed in added)
    for name, key in gone.items():
        if name and key and come.get(name):
            yield key, come[name]


def only_ones(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Keys by name; the empty text where several have the name."""
    found: dict[str, str] = {}
    for name, key in pairs:
        found[name] = "" if name in found else key
    return found


def naming(member: Member) -> str:
    """What a member goes by, as one text; empty for what has no name."""
    words = getattr(member, "display", None) or getattr(member, "label", None) or {}
    return "\n".join(f"{tag}:{text}" for tag, text in sorted(plain(words).items()))


def apply(old: Body | None, change: Diff) -> Body:
    """
    The new body, made of the old one and a diff.

    Raises: BadEdit, when the diff was not made from this body.
    """
    base = digest_of(encode(old)) if old is not None else ""
    if base != change.base or (old is not None and kind_of(old) != change.kind):
        raise BadEdit("the changes were made from another body")
    header: dict[str, Any] = {name: now for name, (_, now) in change.header.items()}
    try:
        body: Body = (
            BODIES[change.kind](**header)
            if old is None
            else msgspec.structs.replace(old, **header)
        )
    except TypeError as error:
        raise BadEdit(str(error)) from None
    if not (change.added or change.removed or change.changed or change.moved):
        return body
    members = tuple(arranged(keyed(body), change))
    return msgspec.structs.replace(body, members=members)


def arranged(members: dict[str, Member], change: Diff) -> Iterator[Member]:
    """
    The members of the new body, in its order.

    Each placed member has exactly one before it, so that the order is a walk: what stays, and
    behind each what is placed there.
    """
    gone = {key_of(member) for member in change.removed}
    gone.update(placed.key for placed in change.moved)
    members.update((item.key, item.after) for item in change.changed)
    followers = {placed.after: placed for placed in (*change.moved, *change.added)}
    if len(followers) != len(change.moved) + len(change.added):
        raise BadEdit("two members are placed behind the same one")
    yield from following("", followers)
    for key, member in members.items():
        if key not in gone:
            yield member
            yield from following(key, followers)
    if followers:
        raise BadEdit(f"nothing stands before {next(iter(followers.values())).key}")


def following(key: str, followers: dict[str, Placed]) -> Iterator[Member]:
    """The members placed behind a key, one behind the other; taken out of the followers."""
    while (placed := followers.pop(key, None)) is not None:
        yield placed.member
        key = placed.key


def placed_in_order(change: Diff) -> Iterator[Placed]:
    """The added and moved members, each behind the one it is placed by."""
    followers = {placed.after: placed for placed in (*change.moved, *change.added)}
    keys = {placed.key for placed in followers.values()}
    for first in [placed for placed in followers.values() if placed.after not in keys]:
        placed: Placed | None = first
        while placed is not None:
            yield placed
            placed = followers.get(placed.key)


def impact(old: Body | None, new: Body) -> Impact:
    """What the new body does to those who rely on the old one; a first release is additive."""
    return impact_of(diff(old, new))


def impact_of(change: Diff) -> Impact:
    """
    What a diff does to those who rely on the old body.

    Bodies of the same meaning digest are at most editorially different; only order is editorial.
    """
    if not change.base:
        return "additive"
    verdicts = [
        *(verdict.impact for verdict in change.header_verdicts),
        *(judging.of_added(placed.member).impact for placed in change.added),
        *(judging.of_removed(member).impact for member in change.removed),
        *(verdict.impact for item in change.changed for verdict in item.verdicts),
    ]
    if change.moved:
        verdicts.append("editorial")
    return worst(verdicts)


def summary(change: Diff) -> dict[str, Any]:
    """
    A diff for the API, of JSON values only.

    Shape: impact; added and removed: keys; changed: key, fields {name: [old, new]}, kinds and
        impact; header: {name: [old, new]}; moved: keys; renamed: [old key, new key].
    """
    return {
        "impact": impact_of(change),
        "header": told(change.header),
        "added": [placed.key for placed in change.added],
        "changed": [
            {
                "key": item.key,
                "impact": item.impact,
                "kinds": [verdict.what for verdict in item.verdicts],
                "fields": told(item.fields),
            }
            for item in change.changed
        ],
        "removed": [key_of(member) for member in change.removed],
        "moved": [placed.key for placed in change.moved],
        "renamed": [list(pair) for pair in change.renamed],
    }


def told(fields: dict[str, tuple[Any, Any]]) -> dict[str, list[Any]]:
    """Old and new values as JSON values."""
    return {
        name: [msgspec.to_builtins(was), msgspec.to_builtins(now)]
        for name, (was, now) in fields.items()
    }


def counts(change: Diff) -> dict[str, int]:
    """How many header fields changed, and how many members were added, changed, removed ..."""
    return {
        "header": len(change.header),
        "added": len(change.added),
        "changed": len(change.changed),
        "removed": len(change.removed),
        "moved": len(change.moved),
        "renamed": len(change.renamed),
    }
