"""Migrations: bringing a database to the tables of this program."""

from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from catalog.core.errors import StoreUnavailable
from catalog.settings import shipped
from catalog.store.engine import address_of, engine_of, name_of, refusals
from catalog.store.sql import revision_at
from catalog.store.tables import REVISION


def migrate(url: str) -> None:
    """
    Bring a database to the tables of this program; nothing happens when it has them.

    A SQLite file is made when it is missing. Several may ask at once: the others wait.
    Raises: BadRequest, StoreUnavailable.
    """
    address = address_of(url)
    try:
        with refusals(address):
            command.upgrade(configured(url), "head")
    except CommandError as error:
        raise StoreUnavailable(name_of(address), str(error)) from None


def is_current(url: str) -> bool:
    """
    Whether a database has the tables of this program.

    Raises: BadRequest; StoreUnavailable, when it cannot be reached.
    """
    engine = engine_of(address_of(url))
    try:
        return revision_at(engine) == REVISION
    finally:
        engine.dispose()


def configured(url: str) -> Config:
    """
    What Alembic's commands need to know, from any current folder.

    Raises: StoreUnavailable, when the migrations are not there.
    """
    scripts = shipped("migrations")
    if not (scripts / "env.py").is_file():
        raise StoreUnavailable(name_of(address_of(url)), f"there are no migrations in {scripts}")
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    return config
