"""A library in memory, made of bodies and days; for tests of whoever reads released things."""

from datetime import UTC, date, datetime, timedelta

from catalog.core.document import digest_of, encode, meaning_digest
from catalog.core.errors import NotFound
from catalog.core.lexicon_memory import MemoryLexicon
from catalog.core.library import Library
from catalog.core.model import Body, CodeList, members_of
from catalog.core.names import Key
from catalog.core.release import Entry, Lock, Timeline
from catalog.core.terminology import Crosswalk, Lexicon

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class MemoryLibrary(Library):
    """Releases added one by one; versions are 1, 2, 3 ... unless named."""

    def __init__(self):
        self.timelines: dict[Key, Timeline] = {}
        self.bodies: dict[str, Body] = {}
        self.lexicons: dict[str, Lexicon] = {}

    def add(
        self,
        key: str,
        body: Body,
        start: date = date(2020, 1, 1),
        *,
        version: str = "",
        issued_at: datetime | None = None,
        lock: tuple[str, ...] = (),
        **others: object,
    ) -> Entry:
        """Release a body; `lock` names keys, whose latest releases are locked."""
        name = Key.parse(key)
        timeline = self.timelines.get(name, Timeline(name))
        data = encode(body)
        entry = Entry(
            key=key,
            version=version or str(len(timeline.entries) + 1),
            number=len(timeline.entries) + 1,
            start=start,
            issued_at=issued_at or LONG_AGO + timedelta(days=len(timeline.entries)),
            digest=digest_of(data),
            meaning=meaning_digest(body),
            title=body.title,
            lock=tuple(self.lock(other) for other in lock),
            author="an",
            approver="binh",
            members=len(members_of(body)),
            **others,
        )
        self.timelines[name] = timeline.with_(entry)
        self.bodies[entry.digest] = body
        return entry

    def lock(self, key: str) -> Lock:
        entry = self.timeline(Key.parse(key)).entries[-1]
        return Lock(entry.key, entry.version, entry.digest)

    def timeline(self, key: Key) -> Timeline:
        if key not in self.timelines:
            raise NotFound(str(key))
        return self.timelines[key]

    def keys(self) -> tuple[Key, ...]:
        return tuple(sorted(self.timelines))

    def body(self, entry: Entry) -> Body:
        return self.bodies[entry.digest]

    def document(self, entry: Entry) -> bytes:
        return encode(self.bodies[entry.digest])

    def lexicon(self, entry: Entry) -> Lexicon:
        if entry.digest not in self.lexicons:
            body = self.bodies[entry.digest]
            assert isinstance(body, CodeList)
            self.lexicons[entry.digest] = MemoryLexicon(body)
        return self.lexicons[entry.digest]

    def crosswalk(self, entry: Entry) -> Crosswalk:
        raise NotFound(entry.key)
