"""Commands that ask: show, history, diff, lookup, search, translate."""

import sys
from datetime import date, datetime
from pathlib import Path

import click
import msgspec

from catalog.actions.compatibility import between
from catalog.actions.describing import artefact, entry_line, match_line
from catalog.actions.finding import search as found_by
from catalog.actions.ports import SearchQuery
from catalog.actions.reading import history as history_of
from catalog.cli.bundling import bundle_option, source_of
from catalog.cli.terminal import (
    FINDINGS,
    KEY,
    Terminal,
    key_of_list,
    known_option,
    on_option,
)
from catalog.core.changes import diff as difference
from catalog.core.changes import summary
from catalog.core.compatibility import MODES, Compatibility, Mode
from catalog.core.errors import BadRequest, NotFound
from catalog.core.names import Key, Kind
from catalog.core.release import Entry, Release, Timeline
from catalog.core.text import in_language
from catalog.formats import FORMATS
from catalog.formats.format import Setting


@click.command()
@click.argument("key", type=KEY)
@click.argument("version", required=False)
@on_option
@known_option
@click.option(
    "--as", "fmt", type=click.Choice([f.name for f in FORMATS]), default=None, help="Notation."
)
@click.pass_obj
def show(
    terminal: Terminal,
    key: Key,
    version: str | None,
    on: date | None,
    known: datetime,
    fmt: str | None,
) -> None:
    """Print a release of KEY: VERSION, or the one in force on a day."""
    library = terminal.library
    day = on or terminal.parts.today()
    if fmt is None and version is None:
        document = artefact(library, terminal.parts.space, key, day, known)
        terminal.say(document, lines_of(library.timeline(key), day, known, document["header"]))
        return
    timeline = library.timeline(key)
    entry = timeline.named(version) if version else timeline.in_force(day, known)
    release = Release(entry, library.body(entry), timeline)
    if fmt is None:
        document = entry_line(timeline, entry, day, known)
        terminal.say(document, [f"{name}: {value}" for name, value in document.items() if value])
        return
    chosen = next(f for f in FORMATS if f.name == fmt)
    if key.kind not in chosen.kinds:
        can = ", ".join(f.name for f in FORMATS if key.kind in f.kinds)
        raise BadRequest("--as", f"{key} can be said as {can}")
    for chunk in chosen.write(release, Setting(terminal.parts.space, library)):
        click.echo(chunk, nl=False)


def lines_of(
    timeline: Timeline, day: date, known: datetime, header: dict[str, object]
) -> list[str]:
    """An artefact on the terminal: name, what is in force, the timeline."""
    title = header.get("title")
    lines = [in_language(title, "vi") if isinstance(title, dict) else "", str(timeline.key), ""]
    for entry in timeline.known(known):
        validity = timeline.validity(entry, known)
        end = validity.end.isoformat() if validity and validity.end else ""
        standing = timeline.standing(entry, day, known)
        law = " ".join(entry.documents) or entry.reason
        lines.append(f"{entry.version:<16} {entry.start} – {end:<10}  {standing:<12} {law}")
    return lines


@click.command()
@click.argument("key", type=KEY)
@click.argument("code", required=False)
@known_option
@click.pass_obj
def history(terminal: Terminal, key: Key, code: str | None, known: datetime) -> None:
    """Print the timeline of KEY, or the life of a CODE in it."""
    library = terminal.library
    timeline = library.timeline(key)
    if code is not None:
        seen = history_of(library, key, code)
        terminal.table(
            [{"what": a.what, "entry": a.entry, "concept": a.concept} for a in seen],
            ["day", "what", "version", "name"],
            [
                [
                    a.entry.start.isoformat(),
                    a.what,
                    a.entry.version,
                    in_language(a.concept.display, "vi") if a.concept else "",
                ]
                for a in seen
            ],
        )
        return
    day = terminal.parts.today()
    entries = timeline.known(known)
    terminal.table(
        [entry_line(timeline, e, day, known) for e in entries],
        [
            "version",
            "what",
            "start",
            "standing",
            "impact",
            "members",
            "issued",
            "author",
            "approver",
        ],
        [history_row(timeline, entry, day, known) for entry in entries],
    )


def history_row(timeline: Timeline, entry: Entry, day: date, known: datetime) -> list[str]:
    """An entry as a row."""
    return [
        entry.version,
        entry.what,
        entry.start.isoformat(),
        timeline.standing(entry, day, known),
        entry.impact,
        str(entry.members),
        entry.issued_at.isoformat(timespec="seconds"),
        entry.author,
        entry.approver,
    ]


@click.command()
@click.argument("key", type=KEY)
@click.argument("start")
@click.argument("to")
@click.option(
    "--compat",
    type=click.Choice(MODES),
    is_flag=False,
    flag_value="backward",
    default=None,
    help="Say whether they take each other's data; ends with 1 when not.",
)
@click.pass_obj
def diff(terminal: Terminal, key: Key, start: str, to: str, compat: Mode | None) -> None:
    """Print what release TO changed of release START (versions or days)."""
    library = terminal.library
    timeline = library.timeline(key)
    old, new = named_or_on(timeline, start), named_or_on(timeline, to)
    if compat is not None:
        say_compatibility(terminal, between(library, key, old, new, compat))
        return
    told = summary(difference(library.body(old), library.body(new)))
    lines = [f"{old.version} -> {new.version}: {told['impact']}"]
    lines += [f"+ {name}" for name in told["added"]]
    lines += [f"- {name}" for name in told["removed"]]
    for change in told["changed"]:
        lines.append(f"~ {change['key']}")
        for field, (before, after) in change["fields"].items():
            lines.append(f"    {field}: {short(before)} -> {short(after)}")
    terminal.say({"key": str(key), "from": old.version, "to": new.version, **told}, lines)


def say_compatibility(terminal: Terminal, found: Compatibility) -> None:
    """Print a verdict with its findings; ends with 1 when data of one side break on the other."""
    lines = [f"{found.mode}: {found.verdict} ({', '.join(found.against)})"]
    for one in found.findings:
        said = in_language(one.message, "vi")
        lines.append(f"{one.verdict:<12} {one.direction:<8} {one.path or '/'} {one.rule}: {said}")
        if one.has_example:
            lines.append(f"    {short(one.example)}")
    terminal.say(found, lines)
    if found.verdict == "incompatible":
        sys.exit(FINDINGS)


def named_or_on(timeline: Timeline, text: str) -> Entry:
    """
    The release of a version, else the one in force on the day that the text is.

    Raises: NotFound, NotInForce.
    """
    if any(entry.version == text for entry in timeline.entries):
        return timeline.named(text)
    try:
        return timeline.in_force(date.fromisoformat(text))
    except ValueError:
        return timeline.named(text)


def short(value: object) -> str:
    """A value on one line."""
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 80 else text[:79] + "…"  # noqa: PLR2004 - a line


@click.command()
@click.argument("code_list", metavar="LIST")
@click.argument("code")
@on_option
@known_option
@bundle_option
@click.pass_obj
def lookup(
    terminal: Terminal,
    code_list: str,
    code: str,
    on: date | None,
    known: datetime,
    bundle: Path | None,
) -> None:
    """Print CODE of LIST (ns/slug) as it is in force on a day."""
    source = source_of(terminal, bundle)
    library = source.library
    key = key_of_list(code_list)
    day = on or source.today
    entry = library.in_force(key, day, known)
    lexicon = library.lexicon(entry)
    name = lexicon.resolve(code)
    concept = lexicon.lookup(name) if name is not None else None
    if concept is None:
        raise NotFound(f"code {code!r} in {key} {entry.version}")
    usable = lexicon.usable(concept.code, day)
    document = {
        **msgspec.to_builtins(concept),
        "in_force": usable,
        "on": day,
        "release": {"key": entry.key, "version": entry.version, "digest": entry.digest},
    }
    lines = [
        f"{concept.code}  {in_language(concept.display, 'vi')}",
        *(f"  {lang}: {name}" for lang, name in sorted(concept.display.items()) if lang != "vi"),
        *(f"  < {parent}" for parent in concept.parents),
        *(f"  {name} = {value}" for name, value in sorted(concept.properties.items())),
        f"  {key} {entry.version}, {'in force' if usable else 'not to be used'} on {day}",
    ]
    terminal.say(document, lines)


@click.command()
@click.argument("text")
@click.option("--kind", default="", help="Only this kind.")
@click.option(
    "--list", "code_list", default="", metavar="NS/SLUG", help="Only codes of this list."
)
@click.option("--lang", default="vi", show_default=True, help="Language of the names.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
@click.pass_obj
def search(
    terminal: Terminal, text: str, kind: str, code_list: str, lang: str, limit: int
) -> None:
    """Find artefacts, codes and fields by words, codes, with or without accents."""
    if kind and kind not in [k.value for k in Kind]:
        raise BadRequest("--kind", f"{kind!r} is none of {', '.join(Kind)}")
    wanted = SearchQuery(text=text, kind=kind, list=code_list, language=lang, limit=limit)
    found = found_by(terminal.parts.finder, wanted)
    terminal.table(
        found,
        ["code", "name", "of", "version"],
        [[hit.code, in_language(hit.title, lang), hit.key, hit.version] for hit in found.hits],
    )


@click.command()
@click.argument("mapping", metavar="MAPPING")
@click.argument("code")
@on_option
@known_option
@click.option("--reverse", is_flag=True, help="From the target list to the source list.")
@bundle_option
@click.pass_obj
def translate(
    terminal: Terminal,
    mapping: str,
    code: str,
    on: date | None,
    known: datetime,
    reverse: bool,  # noqa: FBT001 - click gives a flag
    bundle: Path | None,
) -> None:
    """Say CODE of one list in another, by MAPPING (ns/slug)."""
    source = source_of(terminal, bundle)
    library = source.library
    key = Key.parse(mapping if mapping.count("/") == 2 else f"mapping/{mapping}")  # noqa: PLR2004
    entry = library.in_force(key, on or source.today, known)
    crosswalk = library.crosswalk(entry)
    matches = crosswalk.reverse(code) if reverse else crosswalk.translate(code)
    rows = [[m.source, m.relation, m.target] for m in matches]
    terminal.table([match_line(m) for m in matches], ["source", "relation", "target"], rows)


COMMANDS = (show, history, diff, lookup, search, translate)
