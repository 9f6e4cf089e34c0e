"""The stores under test: memory, SQLite, PostgreSQL; each test has one of its own."""

import shutil

import pytest

from catalog.store.memory import MemoryStore
from catalog.store.migrating import migrate
from catalog.store.sql import SqlStore


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    """A migrated file to copy."""
    path = tmp_path_factory.mktemp("template") / "register.sqlite"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template, tmp_path):
    """The address of a migrated SQLite database."""
    path = tmp_path / "register.sqlite"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgresql):
    """The address of a migrated PostgreSQL database."""
    url = postgresql.database()
    yield url
    postgresql.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request):
    """The address of a migrated database, of both makes."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def empty_postgresql_url(postgresql):
    """The address of a PostgreSQL database without tables."""
    url = postgresql.database(template="template0")
    yield url
    postgresql.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request, tmp_path):
    """The address of a database without tables, of both makes."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/new/folder/register.sqlite"
    return request.getfixturevalue("empty_postgresql_url")


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request):
    """An empty store, of all makes."""
    if request.param == "memory":
        yield MemoryStore()
        return
    opened = SqlStore(request.getfixturevalue(f"{request.param}_url"))
    yield opened
    opened.close()
