"""What only the embedded finder has: files, a lock, other processes, damage."""

import fcntl
import shutil
import subprocess
import sys
import threading

import pytest

from catalog.actions.ports import SearchQuery
from catalog.core.errors import IndexUnavailable, SearchBusy
from catalog.search.embedded import TantivyFinder
from catalog.search.folders import CURRENT, LOCK
from tests.search.samples import DOCUMENTS, SEX, member

READER = """
import sys
from pathlib import Path
from catalog.actions.ports import SearchQuery
from catalog.search.embedded import TantivyFinder

finder = TantivyFinder(Path(sys.argv[1]))
for line in sys.stdin:
    print(finder.find(SearchQuery(text=line.strip())).total, flush=True)
"""


@pytest.fixture
def finder(tmp_path):
    finder = TantivyFinder(tmp_path / "index")
    finder.rebuild(DOCUMENTS)
    return finder


def total(finder, text):
    return finder.find(SearchQuery(text=text)).total


def folders(finder):
    return sorted(folder.name for folder in finder.root.glob("r*-*"))


def test_an_index_that_was_never_built_is_refused_by_name(tmp_path):
    finder = TantivyFinder(tmp_path / "nowhere")

    for ask in (
        lambda: finder.find(SearchQuery(text="nam")),
        lambda: finder.index([member(SEX, "1", "Nam")], replace=()),
    ):
        with pytest.raises(IndexUnavailable, match="there is none"):
            ask()


def test_asking_makes_no_files(tmp_path):
    with pytest.raises(IndexUnavailable):
        TantivyFinder(tmp_path / "nowhere").find(SearchQuery(text="nam"))

    assert not (tmp_path / "nowhere").exists()


def ruin_current(root):
    (root / CURRENT).write_bytes(b"\xff\xfe")


def name_a_missing_folder(root):
    (root / CURRENT).write_text("r1-999999\n")


def name_an_old_revision(root):
    shutil.copytree(root / "r1-000001", root / "r0-000001")
    (root / CURRENT).write_text("r0-000001\n")


def name_a_place_outside(root):
    (root / CURRENT).write_text("r1-000001/../../elsewhere\n")


def lose_the_folder(root):
    shutil.rmtree(root / "r1-000001")


def cut_the_meta(root):
    meta = root / "r1-000001" / "meta.json"
    meta.write_bytes(meta.read_bytes()[:100])


def lose_segments(root):
    for file in (root / "r1-000001").iterdir():
        if file.suffix in {".term", ".idx", ".store"}:
            file.unlink()


def cut_segments(root):
    for file in (root / "r1-000001").iterdir():
        if file.suffix in {".term", ".idx", ".store", ".fast"}:
            file.write_bytes(file.read_bytes()[:7])


DAMAGE = (
    ruin_current,
    name_a_missing_folder,
    name_an_old_revision,
    name_a_place_outside,
    lose_the_folder,
    cut_the_meta,
    lose_segments,
    cut_segments,
)


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_a_damaged_index_is_refused_by_name_and_mended_by_rebuilding(finder, damage):
    damage(finder.root)
    other = TantivyFinder(finder.root)

    with pytest.raises(IndexUnavailable):
        other.find(SearchQuery(text="cholera"))

    other.rebuild(DOCUMENTS)
    assert total(other, "cholera") == 2
    assert total(finder, "cholera") == 2


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_a_damaged_index_takes_no_documents_and_says_so(finder, damage):
    damage(finder.root)

    with pytest.raises(IndexUnavailable):
        TantivyFinder(finder.root).index([member(SEX, "3", "Khác nữa")], replace=(SEX,))


def test_an_open_index_that_is_deleted_is_missed_at_the_next_question(finder):
    assert total(finder, "cholera") == 2

    shutil.rmtree(finder.root)

    with pytest.raises(IndexUnavailable):
        finder.find(SearchQuery(text="cholera"))


def test_only_one_may_write_at_a_time_and_the_other_is_told(finder):
    with (finder.root / LOCK).open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)

        with pytest.raises(SearchBusy) as refused:
            finder.index([member(SEX, "3", "Khác nữa")], replace=())
        with pytest.raises(SearchBusy):
            TantivyFinder(finder.root).rebuild([])
        assert total(finder, "cholera") == 2

    assert refused.value == SearchBusy(str(finder.root))
    finder.index([member(SEX, "3", "Khác nữa")], replace=())
    assert total(finder, "khac nua") == 1


def failing(documents):
    yield from documents
    raise OSError("the source broke")


def test_a_rebuild_that_fails_leaves_the_former_index_and_no_rubbish(finder):
    before = folders(finder)

    with pytest.raises(OSError, match="the source broke"):
        finder.rebuild(failing(DOCUMENTS[:3]))

    assert folders(finder) == before
    assert total(finder, "cholera") == 2


def test_documents_are_taken_in_all_or_none(finder):
    with pytest.raises(OSError, match="the source broke"):
        finder.index(failing([member(SEX, "3", "Khác nữa")]), replace=(SEX,))

    assert total(finder, "khac nua") == 0
    assert total(finder, "female") == 1
    finder.index([member(SEX, "3", "Khác nữa")], replace=(SEX,))
    assert total(finder, "khac nua") == 1


def test_former_indexes_are_swept_but_for_the_last(finder):
    for _ in range(4):
        finder.rebuild(DOCUMENTS)

    assert folders(finder) == ["r1-000004", "r1-000005"]


def test_other_processes_see_a_swap_and_a_commit_at_their_next_question(finder):
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(finder.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:

        def asked(text):
            reader.stdin.write(f"{text}\n")
            reader.stdin.flush()
            return int(reader.stdout.readline())

        assert asked("khac nua") == 0
        finder.index([member(SEX, "3", "Khác nữa")], replace=())
        assert asked("khac nua") == 1
        finder.rebuild(DOCUMENTS)
        assert asked("khac nua") == 0
        finder.rebuild([member(SEX, "3", "Khác nữa"), member(SEX, "4", "Khác nữa")])
        assert asked("khac nua") == 2
        reader.stdin.close()
        assert reader.wait(10) == 0


def test_threads_that_ask_while_others_rebuild_always_get_a_whole_answer(finder):
    sizes = (3, 7)
    stop = threading.Event()
    seen, wrong = set(), []

    def ask():
        while not stop.is_set():
            found = finder.find(SearchQuery(text="khac nua", limit=100))
            seen.add(found.total)
            if found.total not in sizes or len(found.hits) != found.total:
                wrong.append(found)

    def documents(size):
        return [member(SEX, str(number), "Khác nữa") for number in range(size)]

    finder.rebuild(documents(sizes[0]))
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for turn in range(8):
        size = sizes[turn % 2]
        if turn % 4 < 2:
            finder.rebuild(documents(size))
        else:
            finder.index(documents(size), replace=(SEX,))
    stop.set()
    for thread in threads:
        thread.join()

    assert wrong == []
    assert seen <= set(sizes)


def test_ranking_does_not_depend_on_how_the_documents_came_in(tmp_path, finder):
    grown = TantivyFinder(tmp_path / "grown")
    grown.rebuild([])
    for document in DOCUMENTS:
        grown.index([document], replace=())

    for text in ("n", "ma", "e1", "a0", "benh"):
        query = SearchQuery(text=text)
        assert [h.code for h in grown.find(query).hits] == [
            h.code for h in finder.find(query).hits
        ]


def test_pages_go_on_over_hundreds_of_equal_hits(finder):
    finder.rebuild(member(SEX, f"{number:04d}", "Khác nữa") for number in range(750))
    expected = [f"{number:04d}" for number in range(750)]

    for size in (20, 33, 100, 250):
        got = [
            hit.code
            for offset in range(0, 750, size)
            for hit in finder.find(SearchQuery(text="khac nua", offset=offset, limit=size)).hits
        ]
        assert sorted(got) == expected
        assert got == [
            hit.code for hit in finder.find(SearchQuery(text="khac nua", limit=750)).hits
        ]


def test_more_hits_than_are_counted_one_by_one_are_counted_exactly(finder):
    other = "code-list/byt/other"
    finder.rebuild(
        [
            *(member(SEX, str(number), "Khác nữa") for number in range(900)),
            *(member(other, str(number), "Khác nữa") for number in range(600)),
        ]
    )

    found = finder.find(SearchQuery(text="khac nua"))

    assert found.total == 1500
    assert found.facets == {
        "kind": {"code-list": 1500},
        "list": {"byt/other": 600, "byt/sex": 900},
    }
    deep = finder.find(SearchQuery(text="khac nua", offset=1490, limit=20))
    assert len(deep.hits) == 10
