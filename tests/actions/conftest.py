"""Registers to publish into: SQLite and PostgreSQL, each test with one of its own."""

import shutil
from pathlib import Path

import pytest

from catalog.store.migrating import migrate
from tests.actions.processes import numbered_parts
from tests.registry import parts_in
from tests.store.nursery import Nursery


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("migrated") / "register.sqlite"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_place(migrated, tmp_path):
    """A data folder with an empty register in it; no other address."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copyfile(migrated, folder / "register.sqlite")
    return str(folder), ""


@pytest.fixture
def postgresql_place(postgresql, tmp_path):
    """A data folder, and the address of an empty register in PostgreSQL."""
    url = postgresql.database()
    yield str(tmp_path / "data"), url
    postgresql.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request):
    """A data folder and the address of its register, of both makes."""
    return request.getfixturevalue(f"{request.param}_place")


@pytest.fixture
def parts(place):
    """Real parts over an empty register, of both makes."""
    opened = parts_in(Path(place[0]), place[1])
    yield opened
    opened.store.close()


@pytest.fixture
def sqlite_parts(sqlite_place):
    """Real parts over an empty register, where the make does not matter."""
    opened = parts_in(Path(sqlite_place[0]))
    yield opened
    opened.store.close()


@pytest.fixture
def numbered(place):
    """Real parts over an empty register whose processes publish numbered lists."""
    opened = numbered_parts(*place)
    yield opened
    opened.store.close()


@pytest.fixture(scope="session")
def publishers():
    """Starts processes that publish and may be killed; they have imported everything."""
    with Nursery("tests.actions.processes") as opened:
        yield opened
