"""The pointer CURRENT: swapped in one step, never back, seen by every process."""

import json
import random
import threading
import time
from signal import SIGKILL

import pytest

from catalog.actions.ports import Register
from catalog.core.document import digest_of
from catalog.core.errors import BadFile, StaleRegister
from catalog.core.names import Key
from catalog.core.release import timeline_of
from catalog.store.memory import MemoryPointer
from catalog.store.pointer import KEPT, FilePointer, RegisterReader, write_register
from tests.store.samples import SEX, entry_of, register_of


@pytest.fixture(params=["file", "memory"])
def pointer(request, tmp_path):
    return FilePointer(tmp_path / "register") if request.param == "file" else MemoryPointer()


def test_before_the_first_swap_the_register_is_empty(pointer):
    assert pointer.current() == Register()


def test_what_was_swapped_in_is_what_readers_see(pointer):
    register = register_of(7, releases=3)
    pointer.swap(register)

    assert pointer.current() == register
    assert pointer.current().timelines[SEX].entries[1] == entry_of(2)


def test_the_register_never_goes_back(pointer):
    pointer.swap(register_of(7))

    with pytest.raises(StaleRegister) as refused:
        pointer.swap(register_of(6))

    assert refused.value == StaleRegister(6, 7)
    assert pointer.current().seq == 7


def test_at_the_same_event_the_content_may_change(pointer):
    pointer.swap(register_of(7, releases=1))
    pointer.swap(register_of(7, releases=2))

    assert pointer.current() == register_of(7, releases=2)


def test_the_same_object_is_given_while_nothing_changes(tmp_path):
    pointer = FilePointer(tmp_path)
    pointer.swap(register_of(1))

    assert pointer.current() is pointer.current()


def test_other_readers_see_the_swap_at_their_next_question(tmp_path):
    reader = RegisterReader(tmp_path)
    for seq in range(1, 50):  # faster than the file system's clock ticks
        write_register(tmp_path, register_of(seq))
        assert reader.current().seq == seq


def test_only_a_few_old_files_stay(tmp_path):
    for seq in range(10):
        write_register(tmp_path, register_of(seq))
    (tmp_path / ".part-0123456789abcdef").write_bytes(b"half")
    last = write_register(tmp_path, register_of(10))

    files = sorted(path.name for path in tmp_path.glob("register-*.json"))
    assert len(files) == KEPT
    assert last.name in files
    assert not list(tmp_path.glob(".part-*"))


def test_a_return_to_earlier_content_is_kept_as_the_newest(tmp_path):
    reader = RegisterReader(tmp_path)
    for releases in (1, 2, 3, 4, 1, 2):
        write_register(tmp_path, register_of(5, releases=releases))

        assert reader.current() == register_of(5, releases=releases)


@pytest.mark.parametrize("damage", ["name", "climb", "empty", "missing", "digest", "content"])
def test_a_damaged_pointer_is_refused_and_mended_by_the_next_swap(tmp_path, damage):
    path = write_register(tmp_path, register_of(1))
    current = tmp_path / "CURRENT"
    if damage == "name":
        current.write_bytes(b"\xff" * 300)
    elif damage == "climb":
        current.write_text("../register-" + "0" * 64 + ".json")
    elif damage == "empty":
        current.write_text("")
    elif damage == "missing":
        path.unlink()
    elif damage == "digest":
        path.write_bytes(path.read_bytes()[:-2])
    else:
        write_named(tmp_path, b'{"seq":"one","timelines":{}}')

    with pytest.raises(BadFile):
        RegisterReader(tmp_path).current()
    write_register(tmp_path, register_of(1))
    assert RegisterReader(tmp_path).current() == register_of(1)


def write_named(root, data):
    """A register file of any bytes, under its right name."""
    name = f"register-{digest_of(data)}.json"
    (root / name).write_bytes(data)
    (root / "CURRENT").write_text(name)


def test_a_reader_goes_on_with_what_it_holds_when_the_folder_goes(tmp_path):
    root = tmp_path / "register"
    reader = RegisterReader(root)
    write_register(root, register_of(3))
    held = reader.current()
    for path in root.iterdir():
        path.unlink()

    assert reader.current() is held


def test_readers_in_threads_never_see_a_mixture_nor_go_back(tmp_path):
    reader = RegisterReader(tmp_path)
    write_register(tmp_path, register_of(1))
    stop = threading.Event()
    wrong = []

    def read():
        last = 0
        while not stop.is_set():
            register = reader.current()
            if register.seq < last or len(register.timelines[SEX].entries) != register.seq:
                wrong.append((last, register))
            last = register.seq

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for seq in range(2, 60):
        write_register(tmp_path, register_of(seq, releases=seq))
    stop.set()
    for thread in threads:
        thread.join()

    assert wrong == []
    assert reader.current().seq == 59


def test_a_killed_writer_leaves_the_former_register_or_the_new_one(tmp_path, nursery):
    dice = random.Random(4)  # noqa: S311 - no secret
    last = 0
    for _ in range(20):
        work = "tests.store.samples:swap_for_ever"
        ended = nursery.kill_after(dice.uniform(0, 0.04), work, str(tmp_path))
        register = RegisterReader(tmp_path).current()

        assert ended == -SIGKILL
        assert register.seq > last
        assert register == register_of(register.seq, releases=register.seq % 50)
        last = register.seq
    write_register(tmp_path, register_of(last + 1))
    assert len(list(tmp_path.iterdir())) <= KEPT + 2


def test_writers_in_many_processes_never_lead_it_back(tmp_path, nursery):
    work = "tests.store.samples:swap_up_to"
    children = [nursery.start(work, str(tmp_path), 20) for _ in range(4)]
    reader = RegisterReader(tmp_path)
    seen = []
    while not seen or seen[-1] < 20:
        seen.append(reader.current().seq)

    assert [nursery.wait(child) for child in children] == [0] * 4
    assert seen == sorted(seen)


def test_an_unchanged_pointer_costs_microseconds(tmp_path):
    pointer = FilePointer(tmp_path)
    pointer.swap(register_of(1))
    pointer.current()
    started = time.thread_time()
    for _ in range(20_000):
        pointer.current()

    assert (time.thread_time() - started) / 20_000 < 20e-6


def test_a_register_file_is_plain_json(tmp_path):
    path = write_register(tmp_path, Register(2, {SEX: timeline_of(SEX, [entry_of(1)])}))
    document = json.loads(path.read_bytes())

    assert document["seq"] == 2
    assert [e["version"] for e in document["timelines"]["code-list/byt/sex"]] == ["1.0"]


def test_keys_in_the_file_are_in_order_so_that_equal_registers_share_a_file(tmp_path):
    keys = [Key.parse(f"code-list/byt/{slug}") for slug in "cab"]
    timelines = {key: timeline_of(key, [entry_of(1, key)]) for key in keys}
    first = write_register(tmp_path, Register(1, timelines))
    second = write_register(tmp_path, Register(1, dict(reversed(timelines.items()))))

    assert first == second
    assert (tmp_path / "CURRENT").stat().st_size == len(first.name) + 1
