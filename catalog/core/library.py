"""The library: what was released, to be read by anyone; on a server, or out of a bundle."""

from typing import Protocol

from catalog.core.model import Body
from catalog.core.names import Key
from catalog.core.release import Entry, Timeline
from catalog.core.terminology import Crosswalk, Lexicon


class Library(Protocol):
    """Released things, ready to be read. Answers never change for the same entry."""

    def timeline(self, key: Key) -> Timeline:
        """
        The timeline of a key.

        Raises: NotFound, when nothing of that key was ever released.
        """
        ...

    def keys(self) -> tuple[Key, ...]:
        """Every key with a release, in order."""
        ...

    def body(self, entry: Entry) -> Body:
        """What a release says."""
        ...

    def document(self, entry: Entry) -> bytes:
        """The canonical bytes of what a release says."""
        ...

    def lexicon(self, entry: Entry) -> Lexicon:
        """The lexicon of a release of a code list or value set."""
        ...

    def crosswalk(self, entry: Entry) -> Crosswalk:
        """The crosswalk of a release of a mapping."""
        ...
