"""The embedded finder: a Tantivy index on disk, read by many processes and written by one."""

import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import tantivy

from catalog.actions.ports import Found, SearchDocument, SearchQuery
from catalog.search.answering import Answering
from catalog.search.folders import (
    Opened,
    current_name,
    fresh_folder,
    open_current,
    point_to,
    readable,
    stamp_of,
    sweep,
    writing_lock,
)
from catalog.search.indexing import row_of, schema
from catalog.search.words import asked

WRITER_BYTES = 128_000_000


class TantivyFinder:
    """
    Finds in an index under `root`, which may be thrown away at any time and rebuilt.

    Files: CURRENT names the folder in use; writer.lock is held while writing. Each find looks
    whether another process swapped or wrote (two stats) and then opens anew. Safe to use from
    several threads.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._opened: Opened | None = None
        self._opening = threading.Lock()

    # -- writing ----------------------------------------------------------------------------

    def index(self, documents: Iterable[SearchDocument], *, replace: tuple[str, ...]) -> None:
        """
        Take documents in; all earlier documents of the keys in `replace` go.

        Raises: IndexUnavailable, when there is no index to add to (rebuild it); SearchBusy.
        """
        with writing_lock(self.root):
            opened = self._open()
            with writing_to(opened.index, opened.name) as writer:
                for key in replace:
                    writer.delete_documents_by_term("key", key)
                for document in documents:
                    writer.add_document(row_of(document))

    def rebuild(self, documents: Iterable[SearchDocument]) -> None:
        """
        Build a new index of these documents only, then swap it in; readers go on meanwhile.

        Raises: SearchBusy, when another process writes.
        """
        with writing_lock(self.root):
            former = current_name(self.root)
            folder = fresh_folder(self.root)
            try:
                index = tantivy.Index(schema(), path=str(folder))
                with writing_to(index, folder.name) as writer:
                    for document in documents:
                        writer.add_document(row_of(document))
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            point_to(self.root, folder.name)
            sweep(self.root, keep={folder.name, former})

    # -- asking -----------------------------------------------------------------------------

    def find(self, query: SearchQuery) -> Found:
        """
        The hits of a query; without words no hits, but the counts of all there is.

        Raises: IndexUnavailable, when there is no index, or none that can be read.
        """
        opened = self._open()
        with readable(opened.name):
            return Answering(opened.index, opened.searcher, asked(query.text)).answer(query)

    def _open(self) -> Opened:
        """The index in use, opened anew when another was swapped in or it was written to."""
        opened = self._opened
        if opened is not None and opened.stamp == stamp_of(self.root, opened.name):
            return opened
        with self._opening:
            opened = self._opened
            if opened is None or opened.stamp != stamp_of(self.root, opened.name):
                opened = self._opened = open_current(self.root)
        return opened


@contextmanager
def writing_to(index: tantivy.Index, name: str) -> Iterator[tantivy.IndexWriter]:
    """
    A writer whose work is committed whole, or not at all.

    Raises: IndexUnavailable, when the files cannot be written (damage, a full disk).
    """
    with readable(name):
        writer = index.writer(WRITER_BYTES, 1)  # one thread keeps rows in the order they came
    try:
        yield writer
        with readable(name):
            writer.commit()
    except BaseException:
        with suppress(ValueError):  # what went wrong first is what is told
            writer.rollback()
        raise
    finally:
        with readable(name):
            writer.wait_merging_threads()
