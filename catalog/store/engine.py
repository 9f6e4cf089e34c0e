"""
Connections to the database, and how its two makes are told to be safe.

SQLite: WAL, every commit flushed, one writer at a time from the first statement on.
PostgreSQL: the writer holds one advisory lock, so that the two behave alike and cannot deadlock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from catalog.core.errors import BadDocument, BadRequest, StoreUnavailable

PATIENCE = 60.0
"""Seconds that a writer waits for the one before it."""

WRITERS_LOCK = 0x6361_7461_6C6F_6731
"""Names the writers' advisory lock of PostgreSQL; any number, but always the same."""

WRITES = "catalog_writes"
"""Execution option: this connection's transactions write."""


def address_of(url: str) -> URL:
    """
    The address of a database in SQLAlchemy's words; PostgreSQL is always spoken to by psycopg 3.

    Raises: BadRequest, when it is neither a SQLite file nor PostgreSQL.
    """
    try:
        address = make_url(url)
    except ArgumentError:
        raise BadRequest("CATALOG_DATABASE_URL", "it is not an address of a database") from None
    if address.drivername in {"postgresql", "postgres", "postgresql+psycopg"}:
        return address.set(drivername="postgresql+psycopg")
    if address.drivername != "sqlite":
        raise BadRequest(
            "CATALOG_DATABASE_URL", f"{address.drivername} is neither sqlite nor postgresql"
        )
    if address.database in {None, "", ":memory:"} or address.query:
        raise BadRequest("CATALOG_DATABASE_URL", "name a file: sqlite:////folder/register.sqlite")
    return address


def name_of(address: URL) -> str:
    """The address as it may be shown: without its password."""
    return address.render_as_string(hide_password=True)


def engine_of(address: URL, patience: float = PATIENCE) -> Engine:
    """Connections to a database; none is opened yet. Not to be taken along over a fork."""
    if address.drivername == "sqlite":
        engine = create_engine(address, max_overflow=60, connect_args={"timeout": patience})
        event.listen(engine, "connect", prepare_sqlite)
        event.listen(engine, "begin", begin_sqlite)
        return engine
    return create_engine(address, max_overflow=60, pool_pre_ping=True)


def prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection
    """Set what SQLite keeps per connection; transactions are begun by us, not by the driver."""
    connection.isolation_level = None
    cursor = connection.cursor()
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA trusted_schema = OFF")
    cursor.close()


def begin_sqlite(connection: Connection) -> None:
    """Begin as the only writer, or as a reader of what is there at the first look."""
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing(engine: Engine, patience: float = PATIENCE) -> Iterator[Connection]:
    """A connection inside a transaction of the one writer; committed at the end of the block."""
    with engine.connect() as connection:
        connection.execution_options(**{WRITES: True})
        with connection.begin():
            if connection.dialect.name == "postgresql":
                wait = text(
                    "SELECT set_config('lock_timeout', :wait, true),"
                    " set_config('synchronous_commit', 'on', true)"
                )
                connection.execute(wait, {"wait": f"{round(patience * 1000)}ms"})
                lock = text("SELECT pg_advisory_xact_lock(:lock)")
                connection.execute(lock, {"lock": WRITERS_LOCK})
            yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one moment and cannot write; it blocks nobody."""
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        with connection.begin():
            yield connection


@contextmanager
def refusals(address: URL) -> Iterator[None]:
    """Turn what the database says about itself into a refusal of ours."""
    try:
        yield
    except IntegrityError:
        raise  # a fault of ours, not of the database
    except DataError as error:
        raise BadDocument(first_line(error.orig)) from error
    except DBAPIError as error:
        raise StoreUnavailable(name_of(address), first_line(error.orig)) from error
    except PoolTimeout as error:
        raise StoreUnavailable(name_of(address), "all connections are in use") from error


def first_line(error: object) -> str:
    """What happened, in one line."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def file_of(address: URL) -> Path | None:
    """The file of a SQLite database; None for PostgreSQL."""
    return Path(str(address.database)) if address.drivername == "sqlite" else None
