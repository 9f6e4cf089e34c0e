"""The application over a small register that has lived, asked in process."""

import pytest
from litestar.testing import TestClient

from catalog.web.app import application
from tests.registry import lived_in


@pytest.fixture(scope="session")
def lived(tmp_path_factory):
    """Real parts over a register that has lived; nobody may change it."""
    return lived_in(tmp_path_factory.mktemp("lived"))


@pytest.fixture(scope="session")
def session_client(lived):
    """A client of the application."""
    with TestClient(application(lived), raise_server_exceptions=False) as opened:
        opened.follow_redirects = False
        yield opened


@pytest.fixture
def client(session_client):
    """The client, without cookies of the test before."""
    session_client.cookies.clear()
    return session_client
