"""The compiled release file: always the same bytes, refused when it is not whole, quick to ask."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from catalog.core.document import encode
from catalog.core.errors import BadDocument, BadFile, BroaderCycle
from catalog.core.lexicon_memory import MemoryCrosswalk, MemoryLexicon
from catalog.core.model import CodeList, Concept, Mapping, Match, Organisation, ValueSet
from catalog.core.names import Key, Space
from catalog.core.release import Entry, Lock, Release, Timeline
from catalog.formats.format import Setting
from catalog.formats.release_file import (
    FORMAT,
    REVISION,
    compile_release,
    open_crosswalk,
    open_lexicon,
    stamp,
)

DIGEST = "ab" * 32

SEX = CodeList(
    title={"vi": "Giới tính", "en": "Sex"},
    licence="CC0-1.0",
    members=(
        Concept(code="1", display={"vi": "Nam", "en": "Male"}, definition={"vi": "Nam giới"}),
        Concept(code="2", display={"vi": "Nữ", "en": "Female"}, properties={"old": True}),
        Concept(code="3", display={"vi": "Chưa xác định"}, retired=True, parents=("1", "2")),
    ),
)
TO_FHIR = Mapping(
    title={"vi": "Giới tính sang FHIR"},
    source_list="code-list/byt/gioi-tinh",
    target_list="code-list/hl7/gender",
    members=(
        Match(source="2", target="female"),
        Match(source="1", target="male"),
        Match(source="3", target="unknown", relation="close", note={"vi": "gần"}),
        Match(source="3", target="other", relation="related"),
        Match(source="4", relation="none"),
    ),
)
ENTRY = Entry(
    key="code-list/byt/gioi-tinh",
    version="2023.1",
    number=2,
    start=date(2023, 7, 1),
    issued_at=datetime(2023, 6, 1, tzinfo=UTC),
    digest=DIGEST,
    meaning="00" * 32,
    title=SEX.title,
    documents=("document/byt/4750-qd-byt-2023",),
    lock=(Lock("code-list/byt/x", "1", DIGEST),),
    author="an",
    approver="binh",
)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "sex.sqlite"
    compile_release(ENTRY, SEX, path)
    return path


def many(size: int) -> CodeList:
    members = tuple(
        Concept(
            code=f"{n:05d}",
            display={"vi": f"Bệnh số {n}"},
            parents=(f"{n // 10:05d}",) if n else (),
            properties={"mod": n % 7},
        )
        for n in range(size)
    )
    return CodeList(title={"vi": "Nhiều"}, members=members)


def test_the_same_body_makes_the_same_bytes_in_another_process(tmp_path):
    body = many(3000)
    compile_release(DIGEST, body, tmp_path / "here.sqlite")

    (tmp_path / "body.json").write_bytes(encode(body))
    script = (
        "import sys; from pathlib import Path\n"
        "from catalog.core.document import decode\n"
        "from catalog.formats.release_file import compile_release\n"
        f"compile_release({DIGEST!r}, decode(Path(sys.argv[1]).read_bytes()), Path(sys.argv[2]))"
    )
    there = tmp_path / "there.sqlite"
    environment = {**os.environ, "PYTHONHASHSEED": "123"}
    subprocess.run(
        [sys.executable, "-c", script, tmp_path / "body.json", there], env=environment, check=True
    )

    assert there.read_bytes() == (tmp_path / "here.sqlite").read_bytes()


def test_only_the_finished_file_is_left_behind(file):
    assert [path.name for path in file.parent.iterdir()] == ["sex.sqlite"]


def test_a_refused_list_leaves_nothing_behind_and_the_old_file_whole(file):
    before = file.read_bytes()

    with pytest.raises(BadDocument):
        compile_release(DIGEST, replace(SEX, members=SEX.members * 2), file)

    assert file.read_bytes() == before
    assert len(list(file.parent.iterdir())) == 1


@pytest.mark.parametrize(
    ("members", "refusal"),
    [
        ((Concept(code="", display={}),), "'' cannot be a code"),
        ((Concept(code="a\0b", display={}),), "cannot be a code"),
        ((Concept(code="\ud800", display={}),), "cannot be a code"),
        ((Concept(code="a", display={"vi": "\ud800"}),), "is no text"),
        ((Concept(code="a", display={}), Concept(code="a", display={})), "'a' is there twice"),
        ((Concept(code="a", display={}, parents=("b",)),), "parent 'b' of 'a' is no code"),
    ],
)
def test_what_cannot_be_asked_is_not_compiled(tmp_path, members, refusal):
    with pytest.raises(BadDocument, match=refusal):
        compile_release(DIGEST, CodeList(title={}, members=members), tmp_path / "x.sqlite")


def test_a_circle_is_refused_with_its_codes(tmp_path):
    members = tuple(Concept(code=c, display={}, parents=(p,)) for c, p in ("ab", "bc", "cb"))

    with pytest.raises(BroaderCycle) as refused:
        compile_release(DIGEST, CodeList(title={}, members=members), tmp_path / "x.sqlite")

    assert set(refused.value.codes) == {"b", "c"}
    assert refused.value.codes[0] == refused.value.codes[-1]


def test_a_list_that_is_one_long_chain_is_refused_before_it_fills_the_disk(tmp_path):
    members = tuple(
        Concept(code=str(n), display={}, parents=(str(n - 1),) if n else ()) for n in range(8000)
    )

    with pytest.raises(BadDocument, match="too deep"):
        compile_release(DIGEST, CodeList(title={}, members=members), tmp_path / "x.sqlite")


@pytest.mark.parametrize("body", [ValueSet(title={}), Organisation(title={})])
def test_other_kinds_are_not_compiled(tmp_path, body):
    with pytest.raises(BadDocument, match="cannot be compiled"):
        compile_release(DIGEST, body, tmp_path / "x.sqlite")


def spoilt(file, at: int, data: bytes) -> None:
    with file.open("r+b") as opened:
        opened.seek(at)
        opened.write(data)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda file: file.unlink(), "No such file"),
        (lambda file: file.write_bytes(b""), "not an SQLite file"),
        (lambda file: file.write_bytes(b"<html>" * 50), "not an SQLite file"),
        (lambda file: spoilt(file, 68, b"GPKG"), "not a compiled release file"),
        (lambda file: spoilt(file, 60, (REVISION + 1).to_bytes(4)), "is of revision"),
        (lambda file: os.truncate(file, 8192), "cut short"),
        (lambda file: file.write_bytes(file.read_bytes() + b"more"), "cut short"),
        (lambda file: spoilt(file, 100, b"\xff" * 3000), "malformed"),
        (lambda file: spoilt(file, 4096, b"\xff" * 4096 * 3), "malformed"),
    ],
)
def test_a_file_that_is_not_whole_or_not_ours_is_refused(file, spoil, reason):
    spoil(file)

    with pytest.raises(BadFile, match=reason):
        list(open_lexicon(file).concepts())


def test_a_list_is_no_mapping_and_a_mapping_no_list(file, tmp_path):
    compile_release(DIGEST, TO_FHIR, tmp_path / "map.sqlite")

    with pytest.raises(BadFile, match="holds a code-list"):
        open_crosswalk(file)
    with pytest.raises(BadFile, match="holds a mapping"):
        open_lexicon(tmp_path / "map.sqlite")


@pytest.mark.parametrize("name", ["a b.sqlite", "50%.sqlite", "a?mode=rw#x.sqlite", "đ.sqlite"])
def test_any_file_name_will_do(tmp_path, name):
    compile_release(DIGEST, SEX, tmp_path / name)

    with closing(open_lexicon(tmp_path / name)) as lexicon:
        assert lexicon.has("1")


def test_a_crosswalk_answers_from_the_file_as_from_memory(tmp_path):
    compile_release(DIGEST, TO_FHIR, tmp_path / "map.sqlite")
    memory = MemoryCrosswalk(TO_FHIR)

    with closing(open_crosswalk(tmp_path / "map.sqlite")) as file:
        assert file.translate("3") == TO_FHIR.members[2:4]
        assert file.reverse("male") == (TO_FHIR.members[1],)
        for code in ("1", "2", "3", "4", "5", "", "other", "female", "\ud800"):
            assert file.translate(code) == memory.translate(code)
            assert file.reverse(code) == memory.reverse(code)


def test_a_mapping_of_what_are_no_codes_is_refused(tmp_path):
    body = replace(TO_FHIR, members=(Match(source="a\0", target="b"),))

    with pytest.raises(BadDocument, match="not two codes"):
        compile_release(DIGEST, body, tmp_path / "map.sqlite")


def test_people_find_plain_columns_in_it(file):
    with closing(sqlite3.connect(file)) as opened:
        rows = opened.execute(
            "SELECT code, name_vi, name_en, parents, status FROM concepts ORDER BY place"
        ).fetchall()
        facts = dict(opened.execute("SELECT name, value FROM meta"))

    assert rows == [
        ("1", "Nam", "Male", None, "active"),
        ("2", "Nữ", "Female", None, "active"),
        ("3", "Chưa xác định", None, "1 | 2", "retired"),
    ]
    assert facts["title:vi"] == "Giới tính"
    assert facts["key"] == "code-list/byt/gioi-tinh"
    assert facts["version"] == "2023.1"
    assert facts["start"] == "2023-07-01"
    assert facts["digest"] == DIGEST
    assert facts["licence"] == "CC0-1.0"
    assert facts["lock"] == "code-list/byt/x/1"


def test_people_find_plain_rows_of_a_mapping(tmp_path):
    compile_release(DIGEST, TO_FHIR, tmp_path / "map.sqlite")

    with closing(sqlite3.connect(tmp_path / "map.sqlite")) as opened:
        rows = opened.execute("SELECT source, target, relation, note_vi FROM matches").fetchall()

    assert rows[2] == ("3", "unknown", "close", "gần")
    assert rows[4] == ("4", None, "none", None)


def test_a_copy_is_stamped_with_another_release(file, tmp_path):
    copy = tmp_path / "copy.sqlite"
    shutil.copyfile(file, copy)

    stamp(copy, replace(ENTRY, version="2024"))

    with closing(open_lexicon(copy)) as lexicon:
        assert lexicon.lookup("2") == SEX.members[1]
        assert lexicon.file.facts["version"] == "2024"
    with closing(open_lexicon(file)) as lexicon:
        assert lexicon.file.facts["version"] == "2023.1"


class Compiled:
    """A library of one lexicon and one crosswalk."""

    def __init__(self, lexicon=None, crosswalk=None) -> None:
        self.known = {"lexicon": lexicon, "crosswalk": crosswalk}

    def lexicon(self, entry: Entry):
        return self.known["lexicon"] if entry.version == "9" else None

    def crosswalk(self, entry: Entry):
        return self.known["crosswalk"] if entry.version == "9" else None


def downloaded(body, library: Compiled, path, key: str = ENTRY.key):
    entry = replace(ENTRY, key=key, version="9")
    release = Release(entry, body, Timeline(Key.parse(key), ()))
    path.write_bytes(b"".join(FORMAT.write(release, Setting(Space("https://x"), library))))
    return path


def test_the_file_is_downloaded_with_its_release_written_in(file, tmp_path):
    with closing(open_lexicon(file)) as shelved:
        copied = downloaded(SEX, Compiled(shelved), tmp_path / "copied.sqlite")
    made = downloaded(SEX, Compiled(MemoryLexicon(SEX)), tmp_path / "made.sqlite")

    for path in (copied, made):
        with closing(open_lexicon(path)) as lexicon:
            assert tuple(lexicon.concepts()) == SEX.members
            assert lexicon.file.facts["version"] == "9"


def test_a_value_set_is_downloaded_expanded(tmp_path):
    path = downloaded(
        ValueSet(title={}), Compiled(MemoryLexicon(SEX)), tmp_path / "x", "value-set/byt/x"
    )

    with closing(open_lexicon(path)) as lexicon:
        assert tuple(lexicon.concepts()) == SEX.members


def test_a_mapping_is_downloaded(tmp_path):
    compile_release(DIGEST, TO_FHIR, tmp_path / "map.sqlite")
    with closing(open_crosswalk(tmp_path / "map.sqlite")) as shelved:
        libraries = [Compiled(crosswalk=shelved), Compiled(crosswalk=MemoryCrosswalk(TO_FHIR))]
        for library in libraries:
            path = downloaded(TO_FHIR, library, tmp_path / "x", "mapping/byt/x")
            with closing(open_crosswalk(path)) as crosswalk:
                assert crosswalk.translate("1") == (TO_FHIR.members[1],)
                assert crosswalk.file.facts["key"] == "mapping/byt/x"


def test_nothing_can_be_written_through_a_lexicon(file):
    with closing(open_lexicon(file)) as lexicon, pytest.raises(BadFile, match="readonly"):
        lexicon.file.rows("DELETE FROM concept")


def test_many_threads_ask_one_lexicon(tmp_path):
    compile_release(DIGEST, many(2000), tmp_path / "many.sqlite")
    wrong: list[str] = []

    def ask(lexicon, start: int) -> None:
        for n in range(start, 2000, 7):
            code = f"{n:05d}"
            concept = lexicon.lookup(code)
            if concept is None or concept.code != code or not lexicon.has(code):
                wrong.append(code)

    with closing(open_lexicon(tmp_path / "many.sqlite")) as lexicon:
        threads = [threading.Thread(target=ask, args=(lexicon, n)) for n in range(7)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert wrong == []


def test_a_replaced_file_does_not_disturb_who_has_the_old_one_open(file):
    with closing(open_lexicon(file)) as old:
        compile_release(DIGEST, replace(SEX, members=SEX.members[:1]), file)
        with closing(open_lexicon(file)) as new:
            assert [old.lookup("2"), new.lookup("2")] == [SEX.members[1], None]


def test_progress_is_told_for_each_phase(tmp_path):
    heard = []
    compile_release(
        DIGEST, many(6000), tmp_path / "x.sqlite", progress=lambda *told: heard.append(told)
    )

    assert ("concepts", 5000, 6000) in heard
    assert {phase for phase, done, of in heard if done == of} == {
        "concepts", "hierarchy", "properties", "words", "pack",
    }  # fmt: skip


def test_a_lexicon_opens_at_once_and_answers_in_microseconds_whatever_its_size(tmp_path):
    compile_release(DIGEST, many(15_000), tmp_path / "many.sqlite")
    start = time.process_time()
    with closing(open_lexicon(tmp_path / "many.sqlite")) as lexicon:
        opened = time.process_time() - start
        start = time.process_time()
        for n in range(0, 15_000, 5):
            lexicon.fragment(f"{n:05d}")
        asked = (time.process_time() - start) / 3000

    assert opened < 0.05
    assert asked < 100e-6
