"""Loading: source folders become published releases, all of them or none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from catalog.actions.ports import Clock, Progress, Shelf, Store, silent
from catalog.actions.publishing import publish_all
from catalog.core.document import digest_of, encode
from catalog.core.errors import BrokenRules, CatalogError, NotFound
from catalog.core.findings import Finding, errors_of
from catalog.core.names import Key
from catalog.core.planning import Publication
from catalog.core.references import references
from catalog.core.release import Entry, Timeline
from catalog.core.rules import check
from catalog.formats.source import SourcedRelease, SourceTree, fingerprint, read_folder

AUTHOR = "shipped-sources"
"""Who wrote what is shipped: the files, as git keeps them."""

APPROVER = "release-maintainers"
"""Who approved it: those who merged the files."""

STAMP = "loads/{}.json"
"""The name of a stamp, by the fingerprint of the sources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """
    What came of a load.

    Attributes:
        published: the new entries, in the order of publishing.
        unchanged: how many releases were in the register already, just so.
        refused: why nothing was published; empty when all went well.
        warnings: what should be mended in the sources.
    """

    published: tuple[Entry, ...] = ()
    unchanged: int = 0
    refused: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()


def load(
    store: Store,
    clock: Clock,
    folders: Iterable[Path],
    progress: Progress = silent,
    *,
    stamps: Shelf | None = None,
    author: str = AUTHOR,
    approver: str = APPROVER,
) -> Loaded:
    """
    Publish every release of the source folders that is not in the register yet.

    A second run over the same files publishes nothing. A release that was published and now reads
    differently is refused with its file: what was published stays; a new release, or a correction
    with `what = "correction"` and `corrects`, says what is new. When anything is refused, nothing
    is published. With `stamps`, a load notes there what it found in the register, so that the next
    one over the same bytes need not parse them.
    Cost: reading the files; one transaction.
    """
    places = tuple(folders)
    with store.read() as unit:
        register = {timeline.key: timeline for timeline in unit.timelines()}
    name = STAMP.format(fingerprint(*places)) if stamps is not None else ""
    if stamps is not None and (known := stamped(stamps, name, register)) is not None:
        return Loaded(unchanged=known)
    progress("read", 0, len(places))
    tree = read_folder(*places)
    progress("read", len(places), len(places))
    warnings = tuple(item for item in tree.findings if item.severity == "warning")
    if tree.errors:
        return Loaded(refused=tree.errors, warnings=warnings)
    fresh, refused = sorted_out(tree, register)
    refused += tuple(unknown_references(fresh, tree, register))
    unchanged = len(tree.releases) - len(fresh)
    if refused:
        return Loaded(refused=refused, warnings=warnings)
    if not fresh:
        if stamps is not None:
            stamps.put(name, stamp_of(tree, register))
        return Loaded(unchanged=unchanged, warnings=warnings)
    at = Position(progress)
    publications = [publication_of(release, author, approver) for release in fresh]
    try:
        published = publish_all(store, clock, publications, at.tell)
    except BrokenRules as error:
        told = tuple(broken_rules(fresh)) or (refusal(fresh[at.done], error),)
        return Loaded(refused=told, warnings=warnings)
    except CatalogError as error:
        return Loaded(refused=(refusal(fresh[at.done], error),), warnings=warnings)
    if stamps is not None:
        with store.read() as unit:
            register = {timeline.key: timeline for timeline in unit.timelines()}
        stamps.put(name, stamp_of(tree, register))
    return Loaded(published=published, unchanged=unchanged, warnings=warnings)


class Stamp(msgspec.Struct, frozen=True):
    """An entry that a load found to say what its source says: key, number and digest."""

    key: str
    number: int
    digest: str


STAMPS = msgspec.json.Decoder(tuple[Stamp, ...])


def stamp_of(tree: SourceTree, register: Mapping[Key, Timeline]) -> bytes:
    """The entries of every release of some sources."""
    entries = (entry_of(release, register) for release in tree.releases)
    found = [Stamp(entry.key, entry.number, entry.digest) for entry in entries if entry]
    return msgspec.json.encode(found)


def stamped(stamps: Shelf, name: str, register: Mapping[Key, Timeline]) -> int | None:
    """How many releases a former load of the same bytes found; None when it must be done again."""
    if not stamps.has(name):
        return None
    try:
        found = STAMPS.decode(stamps.get(name))
    except (msgspec.DecodeError, NotFound):
        return None
    held = {
        (entry.key, entry.number, entry.digest)
        for timeline in register.values()
        for entry in timeline.entries
    }
    same = all((each.key, each.number, each.digest) in held for each in found)
    return len(found) if same else None


def entry_of(release: SourcedRelease, register: Mapping[Key, Timeline]) -> Entry | None:
    """The entry that carries the version of a sourced release."""
    timeline = register.get(release.key)
    entries = timeline.entries if timeline else ()
    return next((each for each in entries if each.version == release.version), None)


class Position:
    """Passes progress on and remembers how far publishing came."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.done = 0

    def tell(self, phase: str, done: int, of: int) -> None:
        """Note how many are done, and say so."""
        self.done = done
        self.progress(phase, done, of)


def sorted_out(
    tree: SourceTree, register: Mapping[Key, Timeline]
) -> tuple[list[SourcedRelease], tuple[Finding, ...]]:
    """The releases that are new, and what is wrong with those that are not."""
    fresh: list[SourcedRelease] = []
    changed: list[Finding] = []
    for release in tree.releases:
        entry = entry_of(release, register)
        if entry is None:
            fresh.append(release)
        elif not same(entry, release):
            changed.append(changed_source(entry, release))
    return fresh, tuple(changed)


def same(entry: Entry, release: SourcedRelease) -> bool:
    """Whether an entry says what its source says now."""
    if entry.what != release.what or entry.start != release.start:
        return False
    if release.what == "withdrawal" or release.body is None:
        return True
    if release.what == "release" and (entry.end, entry.transition_until, entry.documents) != (
        release.end,
        release.transition_until,
        release.documents,
    ):
        return False
    return entry.digest == digest_of(encode(release.body))


def changed_source(entry: Entry, release: SourcedRelease) -> Finding:
    """The refusal of a source that was changed after its release was published."""
    return Finding(
        rule="changed-after-publishing",
        message={
            "vi": (
                f"{entry.key} bản {entry.version} đã công bố và không sửa được. Hãy thêm một"
                " [[release]] mới, hoặc một bản đính chính (what = “correction”, corrects)."
            ),
            "en": (
                f"{entry.key} {entry.version} was published and cannot change. Add a [[release]],"
                " or a correction (what = “correction”, corrects)."
            ),
        },
        path=entry.key,
        file=release.file,
        cell=cell_of(release),
        value=entry.version,
    )


def unknown_references(
    fresh: list[SourcedRelease], tree: SourceTree, register: Mapping[Key, Timeline]
) -> Iterable[Finding]:
    """What new releases name that neither the sources nor the register hold."""
    known = {str(key) for key in register} | {str(release.key) for release in tree.releases}
    for release in fresh:
        named = [("documents", key) for key in release.documents]
        if release.body is not None:
            named += [
                (each.path, each.key)
                for each in references(release.body)
                if each.strict or each.target is not None
            ]
        for path, key in named:
            if key not in known:
                yield Finding(
                    rule="unknown-reference",
                    message={
                        "vi": f"{release.key}: {path} nêu {key!r}, không có trong kho.",
                        "en": f"{release.key}: {path} names {key!r}, which is nowhere.",
                    },
                    path=f"{release.key}: {path}",
                    file=release.file,
                    cell=cell_of(release),
                    value=key,
                )


def publication_of(release: SourcedRelease, author: str, approver: str) -> Publication:
    """A sourced release as what is to be published."""
    return Publication(
        key=release.key,
        body=release.body,
        version=release.version,
        start=release.start,
        end=release.end,
        transition_until=release.transition_until,
        documents=release.documents,
        reason=release.reason,
        author=author,
        approver=approver,
        what=release.what,
        corrects=release.corrects,
    )


def broken_rules(fresh: list[SourcedRelease]) -> Iterable[Finding]:
    """Every house rule that the new releases break, with their files."""
    for release in fresh:
        if release.body is None:
            continue
        for finding in errors_of(check(release.body)):
            yield msgspec.structs.replace(
                finding,
                path=f"{release.key}: {finding.path}",
                file=release.file,
                cell=cell_of(release),
            )


def refusal(release: SourcedRelease, error: CatalogError) -> Finding:
    """A refusal of publishing as a finding in the file that led to it."""
    return Finding(
        rule=error.slug,
        message={
            "vi": f"{release.key} bản {release.version} bị từ chối: {error}.",
            "en": f"{release.key} {release.version} was refused: {error}.",
        },
        path=str(release.key),
        file=release.file,
        cell=cell_of(release),
    )


def cell_of(release: SourcedRelease) -> str:
    """Where in its file a release stands."""
    return f"line {release.line}" if release.line else ""
