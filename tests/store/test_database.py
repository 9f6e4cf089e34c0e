"""What the databases themselves see to, and what is said when one cannot be used."""

import sqlite3
import zlib
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event

from catalog.core.errors import BadDocument, BadRequest, StoreUnavailable
from catalog.core.names import Key
from catalog.store.sql import SqlStore
from tests.store.samples import SEX, body_of, entry_of, event_of, publish

SEALED = ("seq", "what", "key", "version", "at", "actor", "document", "previous", "hash")
REFUSED = (sqlite3.IntegrityError, psycopg.IntegrityError)


@pytest.fixture
def store(url):
    """A store with two releases, one event of which is settled."""
    opened = SqlStore(url)
    publish(opened, entry_of(1), body_of(1))
    publish(opened, entry_of(2), body_of(2))
    with opened.begin() as unit:
        unit.settle(1)
    yield opened
    opened.close()


def run(url, *statements):
    """Run statements past the store, each in a transaction of its own; the last one's rows."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    else:
        connection = psycopg.connect(url)
    try:
        for statement in statements:
            rows = connection.execute(statement)
            found = rows.fetchall() if rows.description else []
            connection.commit()
        return found
    finally:
        connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE body SET data = data",
        "UPDATE body SET size = 1",
        "DELETE FROM body",
        "UPDATE entry SET start = '2020-01-01'",
        "UPDATE entry SET document = '{}' WHERE number = 2",
        "DELETE FROM entry WHERE number = 2",
        "DELETE FROM event",
        *(f"UPDATE event SET {column} = {column}" for column in SEALED),  # noqa: S608
        (
            "INSERT INTO event SELECT seq + 2, what, key, version, at, actor, document,"
            " 'x' || substr(previous, 2), 'x' || substr(hash, 2), NULL FROM event WHERE seq = 2"
        ),
        "INSERT INTO entry SELECT * FROM entry WHERE number = 1",
        (
            "INSERT INTO entry SELECT key, 3, version, what, start, NULL, issued_at, digest,"
            " document FROM entry WHERE number = 1"
        ),
        (
            "INSERT INTO entry SELECT key, 3, '3.0', 'rumour', start, NULL, issued_at, digest,"
            " document FROM entry WHERE number = 1"
        ),
        (
            "INSERT INTO entry SELECT * FROM entry WHERE number = 1"
            " ON CONFLICT (key, number) DO UPDATE SET document = '{}'"
        ),
    ],
)
def test_the_database_refuses_to_change_what_is_registered(store, url, statement):
    store.close()
    before = contents(url)

    with pytest.raises(REFUSED):
        run(url, statement)

    assert contents(url) == before


def contents(url):
    return [
        run(url, f"SELECT * FROM {table} ORDER BY 1, 2")  # noqa: S608 - our own names
        for table in ("body", "entry", "event")
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT OR REPLACE INTO body SELECT digest, 1, 'plain', x'00' FROM body",
        (
            "REPLACE INTO entry SELECT key, number, version, what, start, NULL, issued_at, digest,"
            " '{}' FROM entry"
        ),
        (
            "REPLACE INTO entry SELECT key, 3, version, what, start, NULL, issued_at, digest, '{}'"
            " FROM entry WHERE number = 1"
        ),
        (
            "REPLACE INTO event SELECT seq, what, key, version, at, actor, '{}', previous,"
            " hash, NULL FROM event"
        ),
    ],
)
def test_sqlite_refuses_to_replace(sqlite_url, statement):
    store = SqlStore(sqlite_url)
    publish(store, entry_of(1), body_of(1))
    publish(store, entry_of(2), body_of(2))
    store.close()
    before = contents(sqlite_url)

    with pytest.raises(sqlite3.IntegrityError):
        run(sqlite_url, statement)

    assert contents(sqlite_url) == before


@pytest.mark.parametrize("table", ["body", "entry", "event"])
def test_postgresql_refuses_to_truncate(postgresql_url, table):
    with pytest.raises(psycopg.IntegrityError):
        run(postgresql_url, f"TRUNCATE {table} CASCADE")


def test_when_an_event_was_delivered_may_be_noted_anew(store, url):
    run(url, "UPDATE event SET delivered_at = NULL")

    with store.read() as unit:
        assert len(unit.pending()) == 2


@pytest.mark.usefixtures("store")
def test_an_entry_cannot_name_a_body_that_is_not_there(url):
    insert = (
        "INSERT INTO entry SELECT key, 3, '3.0', what, start, NULL, issued_at,"
        " 'x' || substr(digest, 2), document FROM entry WHERE number = 1"
    )
    pragma = ["PRAGMA foreign_keys = ON"] if url.startswith("sqlite") else []
    with pytest.raises(REFUSED):
        run(url, *pragma, insert)


def test_equal_bodies_are_kept_once(store, url):
    other = Key.parse("code-list/byt/other")
    body = body_of(1)
    for number in (1, 2):
        publish(store, entry_of(number, other, body), body)

    assert run(url, "SELECT count(*) FROM body") == [(2,)]
    assert run(url, "SELECT count(*) FROM entry") == [(4,)]


def test_a_body_is_packed_where_that_is_shorter(store, url):
    for number, body in enumerate((b"a" * 100_000, bytes(range(256)) * 2, b"short"), 3):
        publish(store, entry_of(number, body=body), body)
    rows = run(url, "SELECT size, coding, length(data) FROM body WHERE size IN (100000, 512, 5)")

    assert {(size, coding) for size, coding, _ in rows} == {
        (100_000, "zlib"),
        (512, "zlib"),
        (5, "plain"),
    }
    assert all(length < 300 for _, _, length in rows)


@pytest.mark.parametrize("data", [b"not packed", zlib.compress(b"other bytes")])
def test_a_damaged_body_is_never_handed_out(sqlite_url, data):
    store = SqlStore(sqlite_url)
    body = b"a" * 1000
    publish(store, entry_of(1, body=body), body)
    run(
        sqlite_url,
        "DROP TRIGGER body_keeps",
        f"UPDATE body SET data = x'{data.hex()}'",  # noqa: S608 - our own bytes
    )

    with pytest.raises(BadDocument) as refused, store.read() as unit:
        unit.body(entry_of(1, body=body).digest)
    store.close()

    assert "damaged" in refused.value.reason


def test_all_timelines_are_read_with_one_query(store):
    for index in range(20):
        key = Key.parse(f"code-list/byt/list-{index}")
        publish(store, entry_of(1, key), body_of(1, key))
    asked = []
    with store.read() as unit:
        event.listen(store._engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
        assert len(unit.timelines()) == 21

    assert len([statement for statement in asked if "SELECT" in statement]) == 1


def test_sqlite_flushes_every_commit_and_checks_references(sqlite_url):
    store = SqlStore(sqlite_url)
    with store.begin() as unit:
        found = {
            name: unit._session.connection().exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    store.close()

    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 60_000,
    }


def test_postgresql_flushes_every_commit_and_reads_one_moment(postgresql_url):
    store = SqlStore(postgresql_url)
    with store.begin() as unit:
        written = unit._session.connection().exec_driver_sql("SHOW synchronous_commit").scalar()
    with store.read() as unit:
        connection = unit._session.connection()
        level = connection.exec_driver_sql("SHOW transaction_isolation").scalar()
        only = connection.exec_driver_sql("SHOW transaction_read_only").scalar()
    store.close()

    assert (written, level, only) == ("on", "repeatable read", "on")


def asked(url):
    """Ask something of a store that should not be usable."""
    store = SqlStore(url, patience=0.2)
    try:
        with store.read() as unit:
            unit.timelines()
    finally:
        store.close()


def test_a_database_without_tables_is_refused_and_none_is_made(empty_url, tmp_path):
    with pytest.raises(StoreUnavailable) as refused:
        asked(empty_url)

    assert "revision none" in refused.value.reason
    assert "catalog migrate" in refused.value.hint
    assert not (tmp_path / "new").exists()


def test_tables_of_another_program_are_refused(url):
    run(url, "UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(StoreUnavailable) as refused:
        asked(url)

    assert "revision 9999" in refused.value.reason


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "register.sqlite"
    path.write_text("these are notes, not a database\n" * 100)

    with pytest.raises(StoreUnavailable) as refused:
        asked(f"sqlite:///{path}")

    assert refused.value.reason == "file is not a database"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:secret@/register?host=/no/such/folder",
        "postgres://ann:secret@127.0.0.1:1/register",
        "sqlite:////no/such/folder/register.sqlite",
    ],
)
def test_a_database_that_cannot_be_reached_is_refused_without_its_password(url):
    with pytest.raises(StoreUnavailable) as refused:
        asked(url)

    assert "secret" not in str(refused.value)


def test_a_database_that_goes_away_is_a_refusal_then_found_again(postgresql, postgresql_url):
    store = SqlStore(postgresql_url)
    with pytest.raises(StoreUnavailable), store.begin() as unit:
        unit.append(entry_of(1), body_of(1))
        postgresql.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'catalog_%'"
        )
        unit.announce(event_of(entry_of(1)))

    publish(store, entry_of(1), body_of(1))
    with store.read() as unit:
        assert unit.timeline(SEX).entries == (entry_of(1),)
    store.close()


@pytest.mark.parametrize(
    "url",
    [
        "mysql://ann:secret@db/register",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///a?mode=ro",
        "postgresql+psycopg2://db/register",
        "register.sqlite",
        "",
    ],
)
def test_an_address_of_no_known_database_is_refused(url):
    with pytest.raises(BadRequest) as refused:
        SqlStore(url)

    assert refused.value.part == "CATALOG_DATABASE_URL"
    assert "secret" not in str(refused.value)


def test_a_store_asks_nothing_before_it_is_used(tmp_path):
    SqlStore(f"sqlite:///{tmp_path}/none/register.sqlite").close()

    assert not Path(tmp_path / "none").exists()
