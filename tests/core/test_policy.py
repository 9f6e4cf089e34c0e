import pytest

from catalog.core.errors import NotAllowed
from catalog.core.policy import (
    ALLOWED,
    EVERYWHERE,
    SYSTEM,
    Actor,
    Role,
    Verb,
    is_same_person,
    may,
    require,
    require_second_person,
)


def actor(*roles, ns="byt"):
    return Actor("an", {ns: frozenset(roles)})


@pytest.mark.parametrize(
    ("role", "verbs"),
    [
        (Role.READER, {"read"}),
        (Role.STEWARD, {"read", "draft", "edit", "import", "submit", "discard"}),
        (Role.APPROVER, {"read", "approve", "return"}),
        (Role.PUBLISHER, {"read", "publish", "correct", "withdraw"}),
        (Role.ADMINISTRATOR, {"read", "discard", "administer"}),
    ],
)
def test_a_role_allows_its_verbs_in_its_namespace_and_nowhere_else(role, verbs):
    assert {verb for verb in Verb if may(actor(role), verb, "byt")} == verbs
    assert not any(may(actor(role), verb, "bhxh") for verb in Verb)


def test_every_verb_is_somebodys_and_every_role_has_verbs():
    assert set(ALLOWED) == set(Role)
    assert set().union(*ALLOWED.values()) == set(Verb)


def test_roles_add_up_over_namespaces():
    both = Actor("an", {"byt": frozenset({Role.STEWARD}), EVERYWHERE: frozenset({Role.APPROVER})})

    assert may(both, Verb.EDIT, "byt")
    assert may(both, Verb.APPROVE, "byt")
    assert may(both, Verb.APPROVE, "bhxh")
    assert not may(both, Verb.EDIT, "bhxh")


def test_a_refusal_names_the_roles_that_may():
    with pytest.raises(NotAllowed) as refused:
        require(actor(Role.READER), Verb.PUBLISH, "byt")

    assert refused.value == NotAllowed(
        "an", "publish", "needs one of these roles in byt: publisher"
    )
    require(actor(Role.PUBLISHER), Verb.PUBLISH, "byt")


def test_the_system_may_do_everything_but_approve_what_is_its_own():
    for verb in Verb:
        require(SYSTEM, verb, "byt")

    with pytest.raises(NotAllowed):
        require_second_person(SYSTEM.name, SYSTEM.name, "publish")
    require_second_person(SYSTEM.name, "an", "publish")


def test_somebody_without_roles_may_nothing():
    assert not any(may(Actor("an"), verb, "byt") for verb in Verb)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("an", "an", True), ("An", "aN ", True), ("an", "binh", False), ("STRASSE", "straße", True)],
)
def test_small_and_capital_letters_make_no_other_person(one, other, same):
    assert is_same_person(one, other) is same
