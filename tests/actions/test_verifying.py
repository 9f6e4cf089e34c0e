"""Verifying: whatever is changed behind our back is found, and named."""

import sqlite3
from datetime import date

import psycopg
import pytest

from catalog.actions.delivery import deliver
from catalog.actions.publishing import publish_all
from catalog.actions.reading import body_name
from catalog.actions.verifying import Verified, verify
from catalog.core.errors import BrokenChain
from tests.registry import SEX, TODAY, publications


@pytest.fixture
def filled_parts(parts):
    """Parts with everything published and delivered, of both makes."""
    publish_all(parts.store, parts.clock, publications())
    assert not deliver(parts.workshop, TODAY).failed
    return parts


def tamper(parts, statement, *values):
    """Change a row as somebody who owns the database could: the guards are taken down first."""
    url = parts.settings.database_url
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in names.fetchall():
                connection.execute(f"DROP TRIGGER {name}")
            connection.execute("PRAGMA foreign_keys = OFF")
            changed = connection.execute(statement, values).rowcount
        connection.close()
    else:
        with psycopg.connect(url) as connection:
            connection.execute("SET session_replication_role = replica")
            changed = connection.execute(statement.replace("?", "%s"), values).rowcount
    assert changed == 1


def first_entry(parts):
    """The first entry of the list of sexes."""
    with parts.store.read() as unit:
        return unit.timeline(SEX).entries[0]


def test_what_was_not_touched_holds(filled_parts):
    assert verify(filled_parts.store, filled_parts.shelf) == Verified(8, 8, 8)


def test_nothing_at_all_holds(sqlite_parts):
    assert verify(sqlite_parts.store, sqlite_parts.shelf) == Verified(0, 0, 0)


def test_progress_is_told(filled_parts):
    told = []
    verify(filled_parts.store, filled_parts.shelf, lambda *step: told.append(step))

    assert told[0] == ("verify", 0, 8)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"start":"2020-01-01"', '"start":"2019-01-01"'),
        ('"approver":"minh"', '"approver":"lan"'),
        ('"vi":"Giới tính"', '"vi":"Giới tính khác"'),
        ("document/byt/1-qd-byt-2020", "document/byt/2-qd-byt-2024"),
    ],
)
def test_a_changed_entry_is_found(filled_parts, before, after):
    entry = first_entry(filled_parts)
    tamper(
        filled_parts,
        "UPDATE entry SET document = replace(document, ?, ?) WHERE key = ? AND number = 1",
        before,
        after,
        str(SEX),
    )
    assert first_entry(filled_parts) != entry

    with pytest.raises(BrokenChain, match=f"{SEX} 2020-01-01 is not what was sealed"):
        verify(filled_parts.store, filled_parts.shelf)


def test_a_changed_body_is_found(filled_parts):
    digest = first_entry(filled_parts).digest
    tamper(
        filled_parts,
        "UPDATE body SET coding = 'plain', data = ? WHERE digest = ?",
        b'{"kind":"code-list","title":{"vi":"x"}}',
        digest,
    )

    with pytest.raises(BrokenChain, match=digest):
        verify(filled_parts.store, filled_parts.shelf)


def test_a_removed_body_is_found(filled_parts):
    digest = first_entry(filled_parts).digest
    tamper(filled_parts, "DELETE FROM body WHERE digest = ?", digest)

    with pytest.raises(BrokenChain, match=digest):
        verify(filled_parts.store, filled_parts.shelf)


@pytest.mark.parametrize("seq", [1, 4, 8])
def test_a_removed_event_is_found(filled_parts, seq):
    tamper(filled_parts, "DELETE FROM event WHERE seq = ?", seq)

    with pytest.raises(BrokenChain):
        verify(filled_parts.store, filled_parts.shelf)


def test_a_changed_event_is_found(filled_parts):
    tamper(
        filled_parts,
        "UPDATE event SET document = replace(document, ?, ?) WHERE seq = 3",
        '"actor":"lan"',
        '"actor":"hoa"',
    )

    with pytest.raises(BrokenChain) as found:
        verify(filled_parts.store, filled_parts.shelf)

    assert found.value == BrokenChain(3, "what it says is not what was sealed")


def test_a_removed_entry_is_found(filled_parts):
    tamper(filled_parts, "DELETE FROM entry WHERE key = ? AND number = 2", str(SEX))

    with pytest.raises(BrokenChain, match="no longer in the register"):
        verify(filled_parts.store, filled_parts.shelf)


def test_an_entry_put_in_between_is_found(filled_parts):
    tamper(
        filled_parts,
        "INSERT INTO entry SELECT key, 3, '2030-01-01', what, ?, \"end\", issued_at, digest,"
        " replace(replace(document, '\"number\":2', '\"number\":3'), '2024-07-01', '2030-01-01')"
        " FROM entry WHERE key = ? AND number = 2",
        date(2030, 1, 1).isoformat(),
        str(SEX),
    )

    with pytest.raises(BrokenChain, match="2030-01-01 was never announced"):
        verify(filled_parts.store, filled_parts.shelf)


def test_a_changed_file_on_the_shelf_is_found_and_says_what_to_do(filled_parts):
    path = filled_parts.shelf.path(body_name(first_entry(filled_parts).digest))
    path.write_bytes(path.read_bytes().replace(b"Nam", b"nam"))

    with pytest.raises(BrokenChain, match="run rebuild"):
        verify(filled_parts.store, filled_parts.shelf)
