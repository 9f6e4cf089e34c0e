"""Ordering: members in an order that edits change, each edit at the same small cost."""

from itertools import pairwise

from catalog.core.errors import BadEdit
from catalog.core.model import Member, key_of

FIRST = "\n"
"""In place of the key of the member to stand behind: before all others. No key is a line break."""


class Members:
    """Members in an order that edits change; each edit costs the same, however many there are."""

    def __init__(self, members: dict[str, Member]) -> None:
        self.members = members
        # Made when the first edit names a place; until then the dictionary's order is enough.
        self.behind: dict[str, str] | None = None
        self.ahead: dict[str, str] = {}

    def put(self, member: Member, after: str) -> None:
        """
        Put a member in.

        Raises: BadEdit.
        """
        key = key_of(member)
        known = key in self.members
        if not key or key == FIRST:
            raise BadEdit("the member has no key")
        if after in {key, ""}:
            self.members[key] = member
            if not known:
                self.link(key, self.ahead.get(FIRST, FIRST))
            return
        if after != FIRST and after not in self.members:
            raise BadEdit(f"there is no {after!r} for {key!r} to stand behind")
        self.linked()
        if known:
            self.unlink(key)
        self.members[key] = member
        self.link(key, after)

    def drop(self, key: str) -> None:
        """
        Take a member out.

        Raises: BadEdit.
        """
        if key not in self.members:
            raise BadEdit(f"there is no member {key!r}")
        del self.members[key]
        self.unlink(key)

    def linked(self) -> None:
        """Have the order as links; FIRST stands at both ends."""
        if self.behind is not None:
            return
        keys = (FIRST, *self.members, FIRST)
        self.behind = dict(pairwise(keys))
        self.ahead = {key: before for before, key in pairwise(keys)}

    def link(self, key: str, after: str) -> None:
        """Place a key right behind another."""
        if self.behind is not None:
            follower = self.behind[after]
            self.behind[after], self.behind[key] = key, follower
            self.ahead[key], self.ahead[follower] = after, key

    def unlink(self, key: str) -> None:
        """Take a key out of the order."""
        if self.behind is not None:
            before, follower = self.ahead.pop(key), self.behind.pop(key)
            self.behind[before], self.ahead[follower] = follower, before

    def ordered(self) -> tuple[Member, ...]:
        """The members in their order."""
        if self.behind is None:
            return tuple(self.members.values())
        found: list[Member] = []
        key = self.behind[FIRST]
        while key != FIRST:
            found.append(self.members[key])
            key = self.behind[key]
        return tuple(found)
