"""The shelf: files whole or not at all, and no way out of its folder."""

import os
import random
import time
from signal import SIGKILL

import pytest

from catalog.core.errors import BadRequest, NotFound
from catalog.store.shelf import FileShelf


@pytest.fixture
def shelf(tmp_path):
    return FileShelf(tmp_path / "shelf")


def test_what_was_put_is_got(shelf):
    path = shelf.put("ab12/skos-1.ttl", b"<a> <b> <c> .")

    assert path == shelf.path("ab12/skos-1.ttl") == shelf.root / "ab12" / "skos-1.ttl"
    assert shelf.has("ab12/skos-1.ttl")
    assert shelf.get("ab12/skos-1.ttl") == b"<a> <b> <c> ."


def test_a_file_is_written_from_pieces(shelf):
    shelf.put("ab12/big.csv", (b"%d\n" % number for number in range(1000)))

    assert shelf.get("ab12/big.csv").splitlines()[-1] == b"999"


def test_putting_again_replaces_and_whoever_reads_goes_on_reading(shelf):
    path = shelf.put("a", b"old")
    with path.open("rb") as reader:
        shelf.put("a", b"new")

        assert reader.read() == b"old"
    assert shelf.get("a") == b"new"


def test_what_is_not_there_is_not_found(shelf):
    shelf.put("folder/file", b"")

    assert not shelf.has("other")
    assert not shelf.has("folder")
    for name in ("other", "folder", "folder/file/deeper"):
        with pytest.raises(NotFound) as refused:
            shelf.get(name)
        assert refused.value == NotFound(name)


def test_a_writer_that_fails_leaves_nothing(shelf):
    def pieces():
        yield b"half"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        shelf.put("a/b", pieces())

    assert not shelf.has("a/b")
    assert list((shelf.root / "a").iterdir()) == []


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../outside",
        "a/../../outside",
        "a/./b",
        "/etc/passwd",
        "a//b",
        "a/",
        "a\\b",
        "..\\outside",
        "a\0b",
        "a\nb",
        "\ud800",
        ".part-0123456789abcdef",
        "a" * 201,
        "đ" * 101,
    ],
    ids=ascii,
)
def test_a_name_that_is_not_plain_is_refused_by_every_verb(shelf, name):
    for verb in (shelf.path, shelf.has, shelf.get, lambda name: shelf.put(name, b"")):
        with pytest.raises(BadRequest) as refused:
            verb(name)
        assert refused.value.part == "name"
    assert not shelf.root.exists()


@pytest.mark.parametrize(
    "name", ["delivery.lock", "ab/c d", "ab/tiếng-Việt.csv", "...", "a" * 200]
)
def test_a_plain_name_is_a_name(shelf, name):
    shelf.put(name, b"x")

    assert shelf.get(name) == b"x"


def test_a_killed_writer_leaves_the_file_whole(shelf, nursery):
    dice = random.Random(7)  # noqa: S311 - no secret
    for _ in range(15):
        work = "tests.store.samples:put_for_ever"
        ended = nursery.kill_after(dice.uniform(0, 0.03), work, str(shelf.root))

        assert ended == -SIGKILL
        data = shelf.get("a/b")
        assert data == data[:1] * 2_000_000


def test_what_killed_writers_left_is_swept_away_after_a_day(shelf):
    shelf.put("a/b", b"whole")
    left = [shelf.root / "a" / ".part-1", shelf.root / "a" / ".part-2"]
    for part in left:
        part.write_bytes(b"half")
    os.utime(left[0], (time.time() - 2 * 86400,) * 2)

    assert shelf.sweep() == 1
    assert sorted(path.name for path in (shelf.root / "a").iterdir()) == [".part-2", "b"]
    assert shelf.get("a/b") == b"whole"
