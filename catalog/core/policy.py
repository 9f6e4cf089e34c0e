"""
Policy: who may do what in which namespace; and that nobody approves what is their own.

Roles do not contain one another: a person has as many as the work needs. Whoever has any role in a
namespace may read there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from catalog.core.errors import NotAllowed

EVERYWHERE = "*"
"""In place of a namespace: all of them."""


class Role(StrEnum):
    """What a person is in a namespace."""

    READER = "reader"
    STEWARD = "steward"
    APPROVER = "approver"
    PUBLISHER = "publisher"
    ADMINISTRATOR = "administrator"


class Verb(StrEnum):
    """What can be done."""

    READ = "read"
    DRAFT = "draft"
    EDIT = "edit"
    IMPORT = "import"
    SUBMIT = "submit"
    DISCARD = "discard"
    APPROVE = "approve"
    RETURN = "return"
    PUBLISH = "publish"
    CORRECT = "correct"
    WITHDRAW = "withdraw"
    ADMINISTER = "administer"


ALLOWED: dict[Role, frozenset[Verb]] = {
    Role.READER: frozenset({Verb.READ}),
    Role.STEWARD: frozenset(
        {Verb.READ, Verb.DRAFT, Verb.EDIT, Verb.IMPORT, Verb.SUBMIT, Verb.DISCARD}
    ),
    Role.APPROVER: frozenset({Verb.READ, Verb.APPROVE, Verb.RETURN}),
    Role.PUBLISHER: frozenset({Verb.READ, Verb.PUBLISH, Verb.CORRECT, Verb.WITHDRAW}),
    Role.ADMINISTRATOR: frozenset({Verb.READ, Verb.DISCARD, Verb.ADMINISTER}),
}
"""The verbs of each role."""


@dataclass(frozen=True, slots=True)
class Actor:
    """
    Somebody who acts: a person, a system, or the machine itself.

    Attributes:
        roles: by namespace; those under `*` hold everywhere.
    """

    name: str
    roles: Mapping[str, frozenset[Role]] = field(default_factory=dict)

    def roles_in(self, ns: str) -> frozenset[Role]:
        """The roles that hold in a namespace."""
        return self.roles.get(ns, frozenset()) | self.roles.get(EVERYWHERE, frozenset())


SYSTEM = Actor("system", {EVERYWHERE: frozenset(Role)})
"""The machine itself; it may do everything, but approve what is its own."""


def may(actor: Actor, verb: Verb, ns: str) -> bool:
    """Whether an actor may do something in a namespace."""
    return any(verb in ALLOWED[role] for role in actor.roles_in(ns))


def require(actor: Actor, verb: Verb, ns: str) -> None:
    """
    Let pass who may do something in a namespace.

    Raises: NotAllowed, with the roles that may.
    """
    if not may(actor, verb, ns):
        roles = ", ".join(role for role, verbs in ALLOWED.items() if verb in verbs)
        raise NotAllowed(actor.name, verb, f"needs one of these roles in {ns}: {roles}")


def require_second_person(author: str, approver: str, verb: str) -> None:
    """
    Let pass what two persons stand for; small and capital letters make no other person.

    Raises: NotAllowed.
    """
    if not author.strip():
        raise NotAllowed(author, verb, "nobody is named as author")
    if not approver.strip():
        raise NotAllowed(author, verb, "nobody has approved it")
    if is_same_person(author, approver):
        raise NotAllowed(approver, verb, "the author never approves")


def is_same_person(one: str, other: str) -> bool:
    """Whether two account names are one person's."""
    return one.strip().casefold() == other.strip().casefold()
