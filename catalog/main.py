"""Puts the parts together; the only module that knows them all."""

import os
import sys
from contextlib import AbstractContextManager
from functools import cached_property, partial
from pathlib import Path

from catalog.actions.parts import Parts, utc_now
from catalog.actions.ports import Store, Unit
from catalog.actions.reading import Reading
from catalog.core.names import Space
from catalog.settings import Settings, from_env


def assemble(settings: Settings) -> Parts:
    """The working parts that the settings ask for; nothing is created on disk yet."""
    from catalog.search.embedded import TantivyFinder
    from catalog.store.pointer import FilePointer
    from catalog.store.shelf import FileShelf

    root = Path(settings.data_dir)
    shelf = FileShelf(root / "shelf")
    pointer = FilePointer(root / "register")
    return Parts(
        settings=settings,
        store=LaterStore(settings.database_url),
        shelf=shelf,
        pointer=pointer,
        finder=TantivyFinder(root / "index"),
        reading=Reading(pointer, shelf),
        space=Space(settings.base_uri),
        clock=utc_now,
        migrate=partial(migrate, settings.database_url),
        is_current=partial(is_current, settings.database_url),
    )


class LaterStore(Store):
    """The store, made when first asked: what only checks or looks up needs no database driver."""

    def __init__(self, url: str) -> None:
        self.url = url

    @cached_property
    def store(self) -> Store:
        """The store itself; importing it takes half a second."""
        from catalog.store.sql import SqlStore

        return SqlStore(self.url)

    def begin(self) -> AbstractContextManager[Unit]:
        """A transaction for reading and writing."""
        return self.store.begin()

    def read(self) -> AbstractContextManager[Unit]:
        """A transaction that only reads."""
        return self.store.read()

    def close(self) -> None:
        """Close the store, if it was ever made."""
        close = getattr(self.__dict__.get("store"), "close", None)
        if close is not None:
            close()


def migrate(url: str) -> None:
    """Bring a database to the newest form; only then is Alembic imported, half a second."""
    from catalog.store import migrating

    migrating.migrate(url)


def is_current(url: str) -> bool:
    """Whether a database is in the newest form."""
    from catalog.store import migrating

    return migrating.is_current(url)


def create_app() -> object:
    """The ASGI application of one worker; called in each worker by the server."""
    from catalog.web.app import application

    return application(assemble(from_env(os.environ)))


def run() -> None:
    """The command line."""
    from catalog.cli import command

    command(assemble, from_env, os.environ)(sys.argv[1:], prog_name="catalog")
