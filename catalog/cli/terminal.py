"""The terminal: how a command finds the parts, says its answer, and ends."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from catalog.actions.delivery import Delivered, deliver
from catalog.actions.parts import VIETNAM, Parts
from catalog.actions.ports import Progress as Told
from catalog.actions.reading import ShelfLibrary
from catalog.core.errors import (
    BadKey,
    BadRequest,
    CatalogError,
    IndexUnavailable,
    SearchBusy,
    StoreUnavailable,
)
from catalog.core.names import Key
from catalog.core.release import END_OF_TIME
from catalog.settings import Settings

FINDINGS, WRONG_USE, REFUSED, OUTSIDE_FAULT = 1, 2, 3, 4

Assemble = Callable[[Settings], Parts]


@dataclass
class Terminal:
    """What every command is handed."""

    assemble: Assemble
    settings: Settings
    actor: str = "system"
    as_json: bool = False

    @cached_property
    def parts(self) -> Parts:
        """The working parts, put together when first needed."""
        return self.assemble(self.settings)

    @property
    def library(self) -> ShelfLibrary:
        """The releases delivered by now."""
        return self.parts.reading.library()

    def say(self, document: object, lines: list[str] | None = None) -> None:
        """Print an answer: as JSON when asked for, else as the lines."""
        if self.as_json or lines is None:
            text = msgspec.json.format(msgspec.json.encode(document, enc_hook=str), indent=2)
            click.echo(text.decode())
        else:
            for line in lines:
                click.echo(line)

    def table(self, document: object, columns: list[str], rows: list[list[str]]) -> None:
        """Print a table, or the document behind it as JSON."""
        if self.as_json:
            self.say(document)
            return
        console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
        table = Table(*columns, box=None, pad_edge=False)
        for row in rows:
            table.add_row(*row)
        console.print(table)

    def deliver(self) -> None:
        """
        Deliver what was published, with progress.

        Raises: OSError, when something could not be delivered.
        """
        refuse_failed(self.delivered())

    def delivered(self) -> Delivered:
        """What a delivery settled, and what it could not; told with progress."""
        with progress() as told:
            return deliver(self.parts.workshop, self.parts.today(), told)


def refuse_failed(delivered: Delivered) -> None:
    """
    End a command whose delivery left something behind.

    Raises: OSError, with the numbers of the events.
    """
    if delivered.failed:
        numbers = ", ".join(map(str, delivered.failed))
        raise OSError(f"events {numbers} could not be delivered; see the log, then try again")


@contextmanager
def progress() -> Iterator[Told]:
    """A progress bar on a terminal; silence in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _phase, _done, _of: None
        return
    columns = (TextColumn("{task.description:>10}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def told(phase: str, done: int, of: int) -> None:
            if phase not in tasks:
                tasks[phase] = bars.add_task(phase, total=of or None)
            bars.update(tasks[phase], completed=done, total=of or None)

        yield told


class KeyType(click.ParamType[Key]):
    """A key on the command line."""

    name = "key"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Key:
        """Read kind/ns/slug."""
        return value if isinstance(value, Key) else Key.parse(str(value))


class DayType(click.ParamType[date]):
    """A legal day on the command line."""

    name = "day"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> date:
        """Read 2024-07-01."""
        if isinstance(value, date):
            return value
        text = str(value)
        try:
            return date.fromisoformat(text if len(text) == len("2024-07-01") else "")
        except ValueError:
            raise BadRequest(
                param.name or "day" if param else "day", f"{value!r} is not a day like 2024-07-01"
            ) from None


class InstantType(click.ParamType[datetime]):
    """An instant on the command line; a day means its end in Vietnam."""

    name = "instant"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> datetime:
        """Read RFC 3339, or a day."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(str(value))
            if len(str(value)) == len("2024-07-01"):
                moment += timedelta(days=1, microseconds=-1)
            zoned = moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)
            return zoned.astimezone(UTC)
        except (ValueError, OverflowError):
            raise BadRequest("known", f"{value!r} is not an instant") from None


KEY, DAY, INSTANT = KeyType(), DayType(), InstantType()

on_option = click.option("--on", type=DAY, default=None, help="Legal day; today when not said.")
known_option = click.option(
    "--known",
    type=INSTANT,
    default=END_OF_TIME,
    show_default="now",
    help="As known at an instant.",
)


class RefusingGroup(click.Group):
    """A group that tells every refusal in one line and ends with its code."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Run the command; refusals and outside faults are told once, here."""
        try:
            return super().invoke(ctx)
        except (BadRequest, BadKey) as refusal:
            tell(ctx, refusal, WRONG_USE)
        except (StoreUnavailable, IndexUnavailable, SearchBusy) as refusal:
            tell(ctx, refusal, OUTSIDE_FAULT)
        except CatalogError as refusal:
            tell(ctx, refusal, REFUSED)
        except BrokenPipeError:
            # The reader has read enough; nothing more may be written, not even at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)
        except OSError as fault:
            click.echo(f"outside-fault: {fault}", err=True)
            ctx.exit(OUTSIDE_FAULT)


def tell(ctx: click.Context, refusal: CatalogError, code: int) -> None:
    """One line about a refusal, with what to do; as JSON when asked for."""
    if ctx.params.get("as_json") or (isinstance(ctx.obj, Terminal) and ctx.obj.as_json):
        document = {"refused": refusal.slug, "detail": str(refusal), "hint": refusal.hint}
        click.echo(json.dumps(document, ensure_ascii=False), err=True)
    else:
        hint = f" ({refusal.hint})" if refusal.hint else ""
        click.echo(f"{refusal.slug}: {refusal}{hint}", err=True)
    ctx.exit(code)


def key_of_list(text: str) -> Key:
    """A code list named ns/slug or by its whole key."""
    return Key.parse(text if text.count("/") == 2 else f"code-list/{text}")  # noqa: PLR2004


def with_common_options(command: click.Command) -> click.Command:
    """Let a command take --json and --actor behind its name as well as before it."""
    if isinstance(command, click.Group):
        for each in command.commands.values():
            with_common_options(each)
        return command
    named = {param.name for param in command.params}
    command.params += [option for option in COMMON if option.name not in named]
    return command


def take(ctx: click.Context, param: click.Parameter, value: object) -> None:
    """Keep what a common option says, when it says something."""
    terminal = ctx.find_object(Terminal)
    if value and terminal is not None and param.name is not None:
        setattr(terminal, param.name, value)


COMMON = (
    click.Option(
        ["--json", "as_json"],
        is_flag=True,
        expose_value=False,
        callback=take,
        help="Answer as JSON.",
    ),
    click.Option(
        ["--actor"], default=None, expose_value=False, callback=take, help="In whose name to act."
    ),
)
"""What may stand before or behind the name of every command."""
