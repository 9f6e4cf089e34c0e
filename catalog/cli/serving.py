"""The command that serves."""

import logging
import os
import signal
import socket
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import click

from catalog.actions.finding import reindex
from catalog.actions.loading import load
from catalog.actions.ports import SearchQuery
from catalog.cli.terminal import Terminal, progress
from catalog.core.errors import CatalogError

LOG = logging.getLogger(__name__)

GRACE = 3
"""Seconds that a worker has to answer what it was asked, once told to stop."""


@click.command()
@click.option("--host", default=None, help="Address to listen on; the setting when not said.")
@click.option("--port", default=None, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--workers", default=None, type=click.IntRange(1, 64), help="Worker processes.")
@click.option("--prepare", is_flag=True, help="First make the database and load what is shipped.")
@click.pass_obj
def serve(
    terminal: Terminal,
    host: str | None,
    port: int | None,
    workers: int | None,
    prepare: bool,  # noqa: FBT001 - click gives a flag
) -> None:
    """Serve over HTTP until told to stop (SIGTERM)."""
    from granian import Granian  # noqa: PLC0415 - other commands need no server
    from granian.constants import Interfaces, Loops  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415

    settings = terminal.settings
    if prepare:
        made_ready(terminal)
    host, address = host or settings.host, settings.base_url
    if port is not None and port != settings.port:
        os.environ["CATALOG_PORT"] = str(port)  # the workers read the settings anew
        address = address.replace(f"//localhost:{settings.port}", f"//localhost:{port}")
    port = port or settings.port
    require_free(host, port)
    os.register_at_fork(after_in_child=mortal)
    threading.Thread(target=tell_when_ready, args=(port, address), daemon=True).start()
    Granian(
        "catalog.main:create_app",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        factory=True,
        workers=workers or settings.workers,
        workers_kill_timeout=GRACE,
        loop=Loops.uvloop,
        websockets=False,
        log_level=LogLevels.warning,
        log_access=False,
    ).serve()


def mortal() -> None:
    """
    Let a worker that still starts be stopped: the handlers it got from the server ask nobody.

    Once it serves it has handlers of its own.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def require_free(host: str, port: int) -> None:
    """
    Let pass an address that can be listened on; the server itself would tell it as a crash.

    Raises: OSError.
    """
    try:
        kind, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as fault:
        raise OSError(f"cannot listen on {host}:{port}: {fault.strerror}") from None


def made_ready(terminal: Terminal) -> None:
    """Make the database, load what is shipped, deliver, index when there is none."""
    parts = terminal.parts
    Path(parts.settings.data_dir).mkdir(parents=True, exist_ok=True)
    parts.migrate()
    with progress() as told:
        loaded = load(
            parts.store, parts.clock, parts.settings.sources, progress=told, stamps=parts.shelf
        )
    for finding in (*loaded.refused, *loaded.warnings):
        LOG.warning("%s %s %s", finding.file, finding.cell, finding.message.get("en", ""))
    for seq in terminal.delivered().failed:
        LOG.warning("event %s could not be delivered; it stays invisible", seq)
    try:
        parts.finder.find(SearchQuery(text="x", limit=1))
    except CatalogError:
        with progress() as told:
            reindex(terminal.library, parts.finder, told)
    click.echo(f"{len(loaded.published)} releases published, {loaded.unchanged} unchanged")


def tell_when_ready(port: int, address: str) -> None:
    """Print one line, with the address, as soon as the server answers that it is ready."""
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=2) as answer:
                if answer.status == 200:  # noqa: PLR2004 - HTTP OK
                    click.echo(f"ready: {address}")
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
