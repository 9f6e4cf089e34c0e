"""Refusals: exceptions of ours that carry data, a stable slug and one sentence."""

from dataclasses import dataclass
from typing import ClassVar


class CatalogError(Exception):
    """
    A refusal; every subclass is a dataclass, so that tests compare refusals by value.

    Attributes:
        slug: the stable name by which programs know the refusal.
        hint: what to do about it, in English; may be empty.
    """

    slug: ClassVar[str] = "refused"
    hint: ClassVar[str] = ""


@dataclass(unsafe_hash=True)
class BadKey(CatalogError):
    """A key is not of the form kind/ns/slug."""

    slug: ClassVar[str] = "bad-key"
    hint: ClassVar[str] = "write kind/namespace/slug, for example code-list/byt/icd-10"
    text: str

    def __str__(self) -> str:
        return f"not a key: {self.text!r}"


@dataclass(unsafe_hash=True)
class BadDocument(CatalogError):
    """Bytes or values that are not a body of ours."""

    slug: ClassVar[str] = "bad-document"
    reason: str

    def __str__(self) -> str:
        return f"not a document of the registry: {self.reason}"


@dataclass(unsafe_hash=True)
class BroaderCycle(CatalogError):
    """The broader links of a code list run in a circle."""

    slug: ClassVar[str] = "broader-cycle"
    hint: ClassVar[str] = "take one of these links out"
    codes: tuple[str, ...]

    def __str__(self) -> str:
        return f"broader links run in a circle: {' > '.join(self.codes)}"


@dataclass(unsafe_hash=True)
class NotFound(CatalogError):
    """Nothing of that name was ever released here."""

    slug: ClassVar[str] = "not-found"
    what: str

    def __str__(self) -> str:
        return f"not found: {self.what}"


@dataclass(unsafe_hash=True)
class KeptBack(NotFound):
    """It was released, but is not in this bundle: its licence does not let it be passed on."""

    slug: ClassVar[str] = "kept-back"
    hint: ClassVar[str] = "ask the registry, or have a bundle made with --with-restricted"

    def __str__(self) -> str:
        return f"not in this bundle, for its licence: {self.what}"


@dataclass(unsafe_hash=True)
class NotInForce(CatalogError):
    """The artefact is known, but nothing of it was in force on that day, as then known."""

    slug: ClassVar[str] = "not-in-force"
    hint: ClassVar[str] = "ask for another day, or for a release by its version"
    key: str
    day: str

    def __str__(self) -> str:
        return f"{self.key} has no release in force on {self.day}"


@dataclass(unsafe_hash=True)
class Withdrawn(CatalogError):
    """The artefact or release was withdrawn; its address stays, its content no longer holds."""

    slug: ClassVar[str] = "withdrawn"
    key: str
    version: str
    since: str

    def __str__(self) -> str:
        return f"{self.key} {self.version} was withdrawn with effect from {self.since}"


@dataclass(unsafe_hash=True)
class AlreadyReleased(CatalogError):
    """Someone was faster: the timeline is longer than when this release was planned."""

    slug: ClassVar[str] = "already-released"
    hint: ClassVar[str] = "look at the new release, then plan again"
    key: str
    version: str

    def __str__(self) -> str:
        return f"{self.key} already has release {self.version}, or another was published first"


@dataclass(unsafe_hash=True)
class Unchanged(CatalogError):
    """The content equals the release before; no new release is made of nothing."""

    slug: ClassVar[str] = "unchanged"
    key: str
    version: str

    def __str__(self) -> str:
        return f"{self.key} says what release {self.version} says; nothing to publish"


@dataclass(unsafe_hash=True)
class StaleDraft(CatalogError):
    """The draft was changed by someone else since it was read."""

    slug: ClassVar[str] = "stale-draft"
    hint: ClassVar[str] = "read the draft again and repeat the change"
    key: str
    revision: int

    def __str__(self) -> str:
        return f"the draft of {self.key} is no longer at revision {self.revision}"


@dataclass(unsafe_hash=True)
class WrongStage(CatalogError):
    """The draft is not at the stage that this verb needs."""

    slug: ClassVar[str] = "wrong-stage"
    key: str
    stage: str
    needed: str

    def __str__(self) -> str:
        return f"the draft of {self.key} is {self.stage}; this needs {self.needed}"


@dataclass(unsafe_hash=True)
class NotAllowed(CatalogError):
    """Policy forbids the verb to this actor."""

    slug: ClassVar[str] = "not-allowed"
    actor: str
    verb: str
    reason: str

    def __str__(self) -> str:
        return f"{self.actor} may not {self.verb}: {self.reason}"


@dataclass(unsafe_hash=True)
class BrokenRules(CatalogError):
    """A body breaks house rules that forbid publishing; the findings say which and where."""

    slug: ClassVar[str] = "broken-rules"
    hint: ClassVar[str] = "mend the findings, then publish again"
    key: str
    findings: tuple[str, ...]

    def __str__(self) -> str:
        first = "; ".join(self.findings[:3])
        return f"{self.key} breaks {len(self.findings)} rules: {first}"


@dataclass(unsafe_hash=True)
class BadEdit(CatalogError):
    """An edit does not fit the body that it is for."""

    slug: ClassVar[str] = "bad-edit"
    reason: str

    def __str__(self) -> str:
        return f"the edit does not fit: {self.reason}"


@dataclass(unsafe_hash=True)
class BadTime(CatalogError):
    """Legal days or instants that contradict each other."""

    slug: ClassVar[str] = "bad-time"
    reason: str

    def __str__(self) -> str:
        return self.reason


@dataclass(unsafe_hash=True)
class BadRequest(CatalogError):
    """A request or command that cannot be understood: which part, and why."""

    slug: ClassVar[str] = "bad-request"
    part: str
    reason: str

    def __str__(self) -> str:
        return f"{self.part}: {self.reason}"


@dataclass(unsafe_hash=True)
class BadFile(CatalogError):
    """A file that cannot be read as what it is said to be."""

    slug: ClassVar[str] = "bad-file"
    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


@dataclass(unsafe_hash=True)
class BrokenChain(CatalogError):
    """The event log does not hang together: something was changed, lost or put in between."""

    slug: ClassVar[str] = "broken-chain"
    seq: int
    reason: str

    def __str__(self) -> str:
        return f"the event log is broken at {self.seq}: {self.reason}"


@dataclass(unsafe_hash=True)
class CannotSay(CatalogError):
    """A kind cannot be written in the format asked for."""

    slug: ClassVar[str] = "cannot-say"
    key: str
    asked: str
    can: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.key} cannot be written as {self.asked}; it can be as {', '.join(self.can)}"


@dataclass(unsafe_hash=True)
class StoreUnavailable(CatalogError):
    """The database cannot be reached, or its tables are not those of this program."""

    slug: ClassVar[str] = "store-unavailable"
    hint: ClassVar[str] = "check CATALOG_DATABASE_URL, then run: catalog migrate"
    where: str
    reason: str

    def __str__(self) -> str:
        return f"the store {self.where} cannot be used: {self.reason}"


@dataclass(unsafe_hash=True)
class StaleRegister(CatalogError):
    """Readers already see a later register; what they see never goes back."""

    slug: ClassVar[str] = "stale-register"
    seq: int
    current: int

    def __str__(self) -> str:
        return f"the register stands at event {self.current}; it does not go back to {self.seq}"


@dataclass(unsafe_hash=True)
class IndexUnavailable(CatalogError):
    """There is no search index here, or none that this program can read; it can be rebuilt."""

    slug: ClassVar[str] = "index-unavailable"
    hint: ClassVar[str] = "rebuild the search index"
    reason: str

    def __str__(self) -> str:
        return f"the search index cannot be used: {self.reason}"


@dataclass(unsafe_hash=True)
class SearchBusy(CatalogError):
    """The search index is being written to by someone else; only one may write at a time."""

    slug: ClassVar[str] = "search-busy"
    hint: ClassVar[str] = "try again when the other has finished"
    where: str

    def __str__(self) -> str:
        return f"the search index {self.where} is being written to"
