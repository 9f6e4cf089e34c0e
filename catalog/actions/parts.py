"""What `main` puts together once and the outer ring is handed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from catalog.actions.checking import Checker
from catalog.actions.delivery import Workshop
from catalog.actions.ports import Clock, Finder, Pointer, Shelf, Store
from catalog.actions.reading import Reading
from catalog.core.names import Space
from catalog.settings import Settings

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""The zone of legal days; without summer time since 1975, so no table of zones is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """
    The working parts of one process.

    Attributes:
        migrate: brings the database to the newest form; nothing happens when it is there.
        is_current: whether the database is in the newest form.
    """

    settings: Settings
    store: Store
    shelf: Shelf
    pointer: Pointer
    finder: Finder
    reading: Reading
    space: Space
    clock: Clock
    migrate: Callable[[], None]
    is_current: Callable[[], bool]

    @property
    def workshop(self) -> Workshop:
        """What delivery works with."""
        return Workshop(self.store, self.shelf, self.pointer, self.finder, self.space)

    def today(self) -> date:
        """The legal day now."""
        return self.clock().astimezone(VIETNAM).date()

    def checker(self) -> Checker:
        """The checker over the releases delivered by now; one for each moment of the register."""
        library = self.reading.library()
        kept = library.memory.get("checker")
        if not isinstance(kept, Checker):
            kept = Checker(library, today=self.today)
            library.memory["checker"] = kept
        return kept


def utc_now() -> datetime:
    """The clock on the wall, in UTC."""
    return datetime.now(UTC)
