from time import process_time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.core.changes import (
    Diff,
    apply,
    counts,
    diff,
    impact,
    impact_of,
    keyed,
    summary,
)
from catalog.core.document import encode, meaning_digest
from catalog.core.errors import BadDocument, BadEdit
from catalog.core.model import CodeList, Concept, DataGroup, Field, Rule, Schema, key_of
from tests.core.bodies import SEX, VISIT, any_body, bodies, pairs


def list_of(*codes):
    members = tuple(Concept(code=code, display={"vi": f"Tên {code}"}) for code in codes)
    return CodeList(title={"vi": "x"}, members=members)


@given(pairs)
@settings(max_examples=60, deadline=None)
def test_applying_a_diff_gives_the_new_body(pair):
    old, new = pair

    assert encode(apply(old, diff(old, new))) == encode(new)


@given(any_body)
@settings(max_examples=60, deadline=None)
def test_a_diff_from_nothing_gives_the_body(body):
    assert encode(apply(None, diff(None, body))) == encode(body)


@given(any_body)
@settings(max_examples=60, deadline=None)
def test_a_diff_of_equals_is_empty(body):
    change = diff(body, msgspec.convert(msgspec.to_builtins(body), type=type(body)))

    assert not change
    assert impact_of(change) == "none"
    assert sum(counts(change).values()) == 0


@given(pairs, any_body)
@settings(max_examples=60, deadline=None)
def test_a_diff_is_refused_on_a_body_that_it_was_not_made_from(pair, other):
    old, new = pair
    if encode(old) == encode(other):
        return

    with pytest.raises(BadEdit):
        apply(other, diff(old, new))


@given(st.permutations("ABCDEFGH"), st.permutations("CDEFGHIJ"))
@settings(max_examples=60, deadline=None)
def test_any_order_comes_out_with_as_few_moves_as_possible(old_codes, new_codes):
    old, new = list_of(*old_codes), list_of(*new_codes)
    change = diff(old, new)
    kept = [code for code in new_codes if code in old_codes]

    assert [key_of(m) for m in apply(old, change).members] == list(new_codes)
    assert len(kept) - len(change.moved) == longest_rising([old_codes.index(c) for c in kept])


def longest_rising(places):
    best = []
    for place in places:
        best.append(
            1 + max((b for b, p in zip(best, places, strict=False) if p < place), default=0)
        )
    return max(best, default=0)


@given(pairs)
@settings(max_examples=60, deadline=None)
def test_equal_meaning_is_at_most_an_editorial_change(pair):
    old, new = pair
    if meaning_digest(old) == meaning_digest(new):
        assert impact(old, new) in {"editorial", "none"}


@given(st.sampled_from(list(bodies)).flatmap(bodies.__getitem__), st.randoms())
@settings(max_examples=60, deadline=None)
def test_rewording_without_new_meaning_is_editorial(body, random):
    members = list(getattr(body, "members", ()))
    random.shuffle(members)
    spaced = {tag: f" {text.upper()} " for tag, text in body.title.items()}
    content = {"members": tuple(members)} if members else {}
    other = msgspec.structs.replace(body, title=spaced, description={"vi": "mới"}, **content)
    if meaning_digest(other) == meaning_digest(body):
        assert impact(body, other) in {"editorial", "none"}


def test_true_is_not_one():
    old = CodeList(title={}, members=(Concept(code="A", display={}, properties={"x": 1}),))
    new = CodeList(title={}, members=(Concept(code="A", display={}, properties={"x": True}),))
    change = diff(old, new)

    assert list(change.changed[0].fields) == ["properties"]
    assert encode(apply(old, change)) == encode(new)


def test_bodies_of_two_kinds_have_no_diff():
    with pytest.raises(BadEdit):
        diff(SEX, DataGroup(title={}))


@pytest.mark.parametrize("codes", [("A", "A"), ("A", ""), ("",)])
def test_members_need_keys_of_their_own(codes):
    with pytest.raises(BadDocument):
        keyed(list_of(*codes))


def test_a_summary_says_what_people_ask_for():
    old = list_of("A", "B", "C")
    first, second, _ = old.members
    new = msgspec.structs.replace(
        old,
        title={"vi": "y"},
        members=(
            msgspec.structs.replace(second, retired=True),
            first,
            Concept(code="C9", display={"vi": "tên  C"}),
        ),
    )

    told = summary(diff(old, new))

    assert told == {
        "impact": "breaking",
        "header": {"title": [{"vi": "x"}, {"vi": "y"}]},
        "added": ["C9"],
        "changed": [
            {
                "key": "B",
                "impact": "breaking",
                "kinds": ["retired"],
                "fields": {"retired": [False, True]},
            }
        ],
        "removed": ["C"],
        "moved": told["moved"],
        "renamed": [["C", "C9"]],
    }
    assert len(told["moved"]) == 1
    assert msgspec.json.decode(msgspec.json.encode(told)) == told


def test_a_field_that_becomes_a_rule_is_a_change_of_one_key():
    old = Schema(title={}, members=(Field(name="rule:a", label={}),))
    new = Schema(title={}, members=(Rule(id="a", fields=(), must="true", message={}),))
    change = diff(old, new)

    assert change.changed[0].fields == {"is": ("field", "rule")}
    assert impact_of(change) == "breaking"
    assert apply(old, change) == new


def test_a_diff_that_places_two_members_in_one_place_is_refused():
    change = diff(list_of("A"), list_of("A", "B"))
    doubled = msgspec.structs.replace(change, added=change.added * 2)
    lost = msgspec.structs.replace(
        change, added=(msgspec.structs.replace(change.added[0], after="Z"),)
    )

    for bad in (doubled, lost):
        with pytest.raises(BadEdit):
            apply(list_of("A"), bad)
    with pytest.raises(BadEdit):
        apply(None, Diff(kind=change.kind, base="", header={}))


def test_a_list_as_large_as_icd_10_is_compared_at_once():
    old = list_of(*map(str, range(15_000)))
    new = msgspec.structs.replace(
        old,
        members=tuple(
            msgspec.structs.replace(member, retired=place % 10 == 0)
            for place, member in enumerate(old.members)
            if place % 100
        ),
    )

    started = process_time()
    change = diff(old, new)

    assert process_time() - started < 1.5
    assert counts(change)["removed"] == 150
    assert VISIT.members
