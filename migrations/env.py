"""Runs the migrations: on the database that the caller names, else on the one of the settings."""

import os

from alembic import context

from catalog.settings import from_env
from catalog.store.engine import address_of, engine_of, file_of, writing
from catalog.store.files import make_folder
from catalog.store.tables import Row

URL = context.config.attributes.get("url") or from_env(os.environ).database_url


def run() -> None:
    """Run in one transaction of the only writer: all migrations happen, or none."""
    engine = engine_of(address_of(URL))
    file = file_of(engine.url)
    if file is not None:
        make_folder(file.absolute().parent)
    try:
        with writing(engine) as connection:
            context.configure(
                connection=connection,
                target_metadata=Row.metadata,
                transactional_ddl=True,
                render_as_batch=file is not None,
            )
            with context.begin_transaction():
                context.run_migrations()
    finally:
        engine.dispose()


def run_offline() -> None:
    """Write the SQL of the migrations instead of running it (`alembic upgrade head --sql`)."""
    context.configure(
        dialect_name=address_of(URL).get_backend_name(),
        target_metadata=Row.metadata,
        literal_binds=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    run_offline()
else:
    run()
