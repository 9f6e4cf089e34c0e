"""The command that bundles, and what lets other commands ask a bundle instead of the registry."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Protocol, TypeVar

import click

from catalog.actions.bundling import Bundled, Licences
from catalog.actions.bundling import bundle as bundled
from catalog.actions.checking import Checker, today_in_vietnam
from catalog.actions.verifying import all_events
from catalog.cli.terminal import Terminal, progress
from catalog.core.errors import BadRequest, NotFound
from catalog.core.library import Library
from catalog.core.names import Key
from catalog.core.release import END_OF_TIME, Entry
from catalog.formats.bundle import LeftOut
from catalog.offline import open_bundle

Command = TypeVar("Command", bound=Callable[..., Any])


class Shelved(Library, Protocol):
    """A library that finds releases by day as well."""

    def in_force(self, key: Key, day: date, known: datetime = END_OF_TIME) -> Entry:
        """The release in force on a day."""
        ...


@dataclass(frozen=True, slots=True)
class Source:
    """What a command asks: the registry, or a bundle in its stead."""

    library: Shelved
    checker: Callable[[], Checker]
    today: date


def bundle_option(command: Command) -> Command:
    """Let a command take --bundle FILE."""
    return click.option(
        "--bundle",
        type=click.Path(path_type=Path),
        default=None,
        metavar="FILE",
        help="Ask this bundle instead of the registry; needs no database.",
    )(command)


def source_of(terminal: Terminal, bundle: Path | None) -> Source:
    """
    What a command asks; a bundle is closed when the command ends.

    Raises: BadFile.
    """
    if bundle is None:
        parts = terminal.parts
        return Source(terminal.library, parts.checker, parts.today())
    opened = click.get_current_context().with_resource(open_bundle(bundle))
    return Source(opened.library, opened.checker, today_in_vietnam())


@click.command()
@click.argument("keys", metavar="KEY...", nargs=-1)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=None, help="Write the bundle here."
)
@click.option(
    "--with-restricted",
    is_flag=True,
    help="Take along content that may not be passed on; keep such a bundle to yourself.",
)
@click.option(
    "--verify",
    "verified",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="Hold every part of a bundle against its digest, and say what is in it.",
)
@click.pass_obj
def bundle(
    terminal: Terminal,
    keys: tuple[str, ...],
    output: Path | None,
    with_restricted: bool,  # noqa: FBT001 - click gives a flag
    verified: Path | None,
) -> None:
    """
    Write all that KEYs need offline into one file (a KEY may end in *: schema/byt/claim-*).

    Schemas take their lists along, mappings both their lists, each with all its releases.
    """
    if verified is not None:
        if keys or output is not None:
            raise BadRequest("--verify", "looks at a bundle; it takes no KEY and no -o")
        verify(terminal, verified)
        return
    if not keys or output is None:
        raise BadRequest("bundle", "say for which KEYs, and where to write it with -o FILE")
    library = terminal.library
    wanted = [key for text in keys for key in keys_of(library, text)]
    with terminal.parts.store.read() as unit:
        seq = library.register.seq
        events = [event for event in all_events(unit) if event.seq <= seq]
    with progress() as told:
        made = bundled(
            library,
            wanted,
            output,
            licences=Licences.ALL if with_restricted else Licences.OPEN,
            events=events,
            progress=told,
        )
    terminal.say(
        {**facts_of(made.digest, made.size), **contents_of(made)},
        [
            f"{output}: {len(made.manifest.releases)} releases, {made.size} bytes",
            f"digest {made.digest}",
            *lines_of(made.manifest.left_out),
        ],
    )


def keys_of(library: Library, text: str) -> Sequence[Key]:
    """
    The keys that a text names: one, or all that a pattern with * fits.

    Raises: BadKey; NotFound, when a pattern fits none.
    """
    if "*" not in text:
        return (Key.parse(text),)
    found = [key for key in library.keys() if fnmatchcase(str(key), text)]
    if not found:
        raise NotFound(text)
    return found


def facts_of(digest: str, size: int) -> dict[str, object]:
    """What is known of a bundle as a file."""
    return {"digest": digest, "size": size}


def contents_of(made: Bundled) -> dict[str, object]:
    """What is in a bundle."""
    manifest = made.manifest
    return {
        "asked": manifest.asked,
        "releases": [f"{held.entry.key}/{held.entry.version}" for held in manifest.releases],
        "left_out": manifest.left_out,
    }


def lines_of(left_out: tuple[LeftOut, ...]) -> list[str]:
    """What a bundle lacks, in words."""
    said = {
        "restricted-licence": "left out for its licence; codes of it will not be checked",
        "never-released": "needed, but never released here",
    }
    return [f"! {one.key}: {said[one.reason]}" for one in left_out]


def verify(terminal: Terminal, path: Path) -> None:
    """
    Look at everything that a bundle promises, and say what is in it.

    Raises: BadFile, BadDocument.
    """
    with open_bundle(path) as opened:
        count = opened.verify()
        made = Bundled(opened.digest, path.stat().st_size, opened.manifest)
    terminal.say(
        {**facts_of(made.digest, made.size), "parts": count, **contents_of(made)},
        [
            f"{path}: {count} parts are what they should be",
            f"digest {made.digest}",
            f"made for {' '.join(made.manifest.asked)}",
            *lines_of(made.manifest.left_out),
        ],
    )


COMMANDS = (bundle,)
