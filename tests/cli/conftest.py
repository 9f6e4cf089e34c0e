"""The catalog command in process, over folders that are copies of one that has lived."""

import json
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from catalog.cli import command
from catalog.main import assemble
from catalog.settings import from_env
from tests.registry import Ticking, lived_in

NOW = datetime(2026, 6, 2, 2, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Told:
    """How a command ended, and what it said."""

    code: int
    bytes: bytes
    err: str

    @property
    def out(self):
        """What it said on standard output."""
        return self.bytes.decode()

    @property
    def document(self):
        """The answer as JSON; there must be just one document."""
        return json.loads(self.out)


class Catalog:
    """The command line over one data folder."""

    def __init__(self, folder, **environment):
        self.folder = folder
        self.environment = {"CATALOG_DATA_DIR": str(folder), **environment}
        self.clock = Ticking(NOW)

    def __call__(self, *arguments, stdin=None):
        """Run one command, as a process of its own would."""
        group = command(self.assembled, from_env, self.environment)
        result = CliRunner().invoke(group, [str(a) for a in arguments], input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Told(result.exit_code, result.stdout_bytes, result.stderr)

    def assembled(self, settings):
        """Real parts whose clock is ours."""
        return replace(assemble(settings), clock=self.clock)


@pytest.fixture(scope="session")
def lived_folder(tmp_path_factory):
    """A data folder that has lived; nobody may change it."""
    folder = tmp_path_factory.mktemp("cli") / "data"
    lived_in(folder).store.close()
    return folder


@pytest.fixture
def asking(lived_folder):
    """The command line, for commands that only ask."""
    return Catalog(lived_folder)


@pytest.fixture
def keeping(lived_folder, tmp_path):
    """The command line over a copy, for commands that keep something."""
    folder = tmp_path / "data"
    shutil.copytree(lived_folder, folder)
    return Catalog(folder)


@pytest.fixture
def empty(tmp_path):
    """The command line over a folder that is not there yet."""
    return Catalog(tmp_path / "new" / "data")
