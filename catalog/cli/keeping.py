"""Commands that keep: init, load, import, drafts, submit, approve, publish, verify, rebuild."""

import shutil
from datetime import date
from pathlib import Path

import click
import msgspec

from catalog.actions import editing
from catalog.actions.delivery import redeliver
from catalog.actions.editing import Terms
from catalog.actions.finding import reindex as index_again
from catalog.actions.importing import accept, preview, write_report
from catalog.actions.loading import load as load_sources
from catalog.actions.verifying import verify as verify_all
from catalog.cli.terminal import DAY, FINDINGS, KEY, Terminal, progress, refuse_failed
from catalog.core.findings import Finding
from catalog.core.names import Key
from catalog.formats.profiles import PROFILES

SCREENFUL = 40
"""How many findings are told on the terminal; a report has them all."""


@click.command()
@click.pass_obj
def init(terminal: Terminal) -> None:
    """Make the data folder and the database; what is there already stays."""
    Path(terminal.settings.data_dir).mkdir(parents=True, exist_ok=True)
    terminal.parts.migrate()
    terminal.say({"data_dir": str(terminal.settings.data_dir)}, ["ready"])


@click.command()
@click.pass_obj
def migrate(terminal: Terminal) -> None:
    """Bring the database to the newest form."""
    terminal.parts.migrate()
    terminal.say({"current": True}, ["the database is in the newest form"])


@click.command()
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Look at what a server needs: database, register, disk; exit 4 when not well."""
    terminal: Terminal = ctx.obj
    parts = terminal.parts
    folder = Path(terminal.settings.data_dir)
    current = parts.is_current()
    register = parts.reading.library().register
    pending = 0
    if current:
        with parts.store.read() as unit:
            pending = len(unit.pending())
    free = shutil.disk_usage(folder if folder.exists() else ".").free // 1024**2
    told = {
        "database": "in the newest form" if current else "needs `catalog migrate`",
        "register": f"event {register.seq}, {len(register.timelines)} artefacts",
        "pending": f"{pending} events to deliver",
        "disk": f"{free} MiB free in {folder}",
    }
    terminal.say(told, [f"{name:<10}{text}" for name, text in told.items()])
    if not current or pending:
        ctx.exit(4)


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.pass_context
def load(ctx: click.Context, paths: tuple[Path, ...]) -> None:
    """Publish source folders (PATHS, else what is shipped); a second time changes nothing."""
    terminal: Terminal = ctx.obj
    parts = terminal.parts
    with progress() as told:
        loaded = load_sources(
            parts.store,
            parts.clock,
            paths or parts.settings.sources,
            progress=told,
            stamps=parts.shelf,
        )
    told_findings((*loaded.refused, *loaded.warnings))
    if not loaded.refused:
        terminal.deliver()
    told_line = f"{len(loaded.published)} releases published, {loaded.unchanged} unchanged"
    terminal.say(
        {
            "published": [f"{e.key} {e.version}" for e in loaded.published],
            "unchanged": loaded.unchanged,
            "refused": loaded.refused,
            "warnings": loaded.warnings,
        },
        [told_line],
    )
    if loaded.refused:
        ctx.exit(FINDINGS)


def told_findings(findings: tuple[Finding, ...]) -> None:
    """Findings on standard error, a screenful at the most; how many more there are."""
    for finding in findings[:SCREENFUL]:
        click.echo(line_of(finding), err=True)
    if len(findings) > SCREENFUL:
        click.echo(f"… and {len(findings) - SCREENFUL} more", err=True)


def line_of(finding: Finding) -> str:
    """A finding on one line, as editors like to jump to."""
    where = ":".join(x for x in (finding.file, finding.sheet, finding.cell, finding.path) if x)
    return f"{where}: {finding.severity} {finding.rule}: {finding.message.get('vi', '')}"


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--as", "profile", type=click.Choice(sorted(PROFILES)), required=True)
@click.option("--into", type=KEY, default=None, help="Into this key instead of the profile's own.")
@click.option("--sheet", default=None, help="Read this sheet.")
@click.option(
    "--preview", "only_preview", is_flag=True, help="Tell what would change; keep nothing."
)
@click.option(
    "--report", type=click.Path(path_type=Path), default=None, help="Write an XLSX here."
)
@click.pass_context
def import_(
    ctx: click.Context,
    file: Path,
    profile: str,
    into: Key | None,
    sheet: str | None,
    only_preview: bool,  # noqa: FBT001 - click gives a flag
    report: Path | None,
) -> None:
    """Read FILE by a profile: preview what would change, then make drafts of it."""
    terminal: Terminal = ctx.obj
    parts = terminal.parts
    with progress() as told:
        seen = preview(
            terminal.library, file, PROFILES[profile], into=into, sheet=sheet, progress=told
        )
    if report is not None:
        report.write_bytes(write_report(seen))
    errors = sum(1 for finding in seen.findings if finding.severity == "error")
    lines = [
        f"{c.key}: {c.added} added, {c.changed} changed, {c.retired} retired, impact {c.impact}"
        for c in seen.candidates
    ]
    lines.append(f"{len(seen.findings)} findings, {errors} errors")
    lines += [line_of(finding) for finding in seen.findings[:SCREENFUL]]
    if len(seen.findings) > SCREENFUL:
        lines.append("… the rest is in the report (--report out.xlsx)")
    keeping = not (errors or only_preview)
    kept = accept(parts.store, parts.clock, seen, terminal.actor) if keeping else ()
    lines += [f"draft: {draft.key}" for draft in kept]
    told_document = {
        "candidates": [c.told() for c in seen.candidates],
        "findings": seen.findings,
        "drafts": [draft.key for draft in kept],
    }
    terminal.say(told_document, lines)
    if errors:
        ctx.exit(FINDINGS)


@click.command()
@click.pass_obj
def drafts(terminal: Terminal) -> None:
    """List the drafts."""
    found = editing.drafts(terminal.parts.store)
    rows = [
        [d.key, d.base or "new", d.stage, d.author, d.approver, str(d.revision)] for d in found
    ]
    told = [
        {
            "key": d.key,
            "base": d.base,
            "stage": d.stage,
            "author": d.author,
            "approver": d.approver,
        }
        for d in found
    ]
    terminal.table(told, ["key", "base", "stage", "author", "approver", "revision"], rows)


@click.command()
@click.argument("key", type=KEY)
@click.pass_obj
def submit(terminal: Terminal, key: Key) -> None:
    """Hand the draft of KEY in for review."""
    draft = editing.submit(terminal.parts.store, terminal.actor, key)
    terminal.say({"key": draft.key, "stage": draft.stage}, [f"{draft.key}: {draft.stage}"])


@click.command()
@click.argument("key", type=KEY)
@click.pass_obj
def approve(terminal: Terminal, key: Key) -> None:
    """Approve the draft of KEY; never by its author."""
    draft = editing.approve(terminal.parts.store, terminal.actor, key)
    terminal.say({"key": draft.key, "stage": draft.stage}, [f"{draft.key}: {draft.stage}"])


@click.command()
@click.argument("key", type=KEY)
@click.pass_obj
def discard(terminal: Terminal, key: Key) -> None:
    """Throw the draft of KEY away."""
    editing.discard(terminal.parts.store, key)
    terminal.say({"key": str(key)}, [f"{key}: discarded"])


@click.command()
@click.argument("key", type=KEY)
@click.option("--start", type=DAY, required=True, help="First day in force.")
@click.option("--end", type=DAY, default=None, help="First day no longer in force.")
@click.option("--transition-until", type=DAY, default=None, help="The former is accepted until.")
@click.option(
    "--document", "documents", multiple=True, help="Key of a legal document; repeatable."
)
@click.option("--reason", default="", help="Why, when there is no document.")
@click.option("--version", default="", help="Label as issued; the start day when not said.")
@click.option("--corrects", default="", help="The version that this corrects.")
@click.pass_obj
def publish(  # noqa: PLR0913, PLR0917 - one option each
    terminal: Terminal,
    key: Key,
    start: date,
    end: date | None,
    transition_until: date | None,
    documents: tuple[str, ...],
    reason: str,
    version: str,
    corrects: str,
) -> None:
    """Publish the approved draft of KEY and deliver it."""
    parts = terminal.parts
    terms = Terms(
        start=start,
        end=end,
        transition_until=transition_until,
        documents=tuple(str(Key.parse(text)) for text in documents),
        reason=reason,
        version=version,
        corrects=corrects,
    )
    entry = editing.publish_draft(parts.store, parts.clock, key, terms)
    terminal.deliver()
    terminal.say(msgspec.to_builtins(entry), [f"{entry.key} {entry.version}: {entry.impact}"])


@click.command()
@click.pass_obj
def deliver(terminal: Terminal) -> None:
    """Deliver what was published and is not yet visible."""
    terminal.deliver()
    seq = terminal.library.register.seq
    terminal.say({"seq": seq}, [f"delivered up to event {seq}"])


@click.command()
@click.pass_obj
def reindex(terminal: Terminal) -> None:
    """Build the search index anew and swap it in."""
    with progress() as told:
        count = index_again(terminal.library, terminal.parts.finder, told)
    terminal.say({"documents": count}, [f"{count} documents indexed"])


@click.command()
@click.pass_obj
def rebuild(terminal: Terminal) -> None:
    """Build everything derived anew from the register: files, formats, pointer, index."""
    with progress() as told:
        delivered = redeliver(terminal.parts.workshop, terminal.parts.today(), told)
    refuse_failed(delivered)
    terminal.say({"seq": terminal.library.register.seq}, ["built anew"])


@click.command()
@click.pass_obj
def verify(terminal: Terminal) -> None:
    """Check the hash chain, every digest, and that the register says what the chain says."""
    with progress() as told:
        seen = verify_all(terminal.parts.store, terminal.parts.shelf, told)
    terminal.say(
        msgspec.to_builtins(seen),
        [f"{seen.events} events, {seen.releases} releases, {seen.bodies} bodies: all hold"],
    )


COMMANDS = (
    init,
    migrate,
    doctor,
    load,
    import_,
    drafts,
    submit,
    approve,
    discard,
    publish,
    deliver,
    reindex,
    rebuild,
    verify,
)
