"""Commands that keep: from a file to a release, by two persons, each step once."""

import json

import pytest

from tests.registry import QD_2, SEX

TABLE = "code,parent,display:vi,display:en\n1,,Nam,Male\n2,,Nữ,Female\n4,,Khác,Other\n"


@pytest.fixture
def file(tmp_path):
    """A table that changes the list of sexes: 3 goes, 4 comes."""
    path = tmp_path / "sex.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def imported(keeping, file, *more, actor="hoa"):
    """Import the table into the list of sexes."""
    return keeping(
        "--json", "--actor", actor, "import", file, "--as", "table", "--into", SEX, *more
    )


def tree(folder):
    """Every file of a folder with its bytes; what only locks or logs left out."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm", ".lock"))
    }


def test_a_preview_keeps_nothing(keeping, file, tmp_path):
    before = tree(keeping.folder)
    report = tmp_path / "report.xlsx"
    told = imported(keeping, file, "--preview", "--report", report)

    assert told.code == 0
    (candidate,) = told.document["candidates"]
    assert candidate["key"] == str(SEX)
    assert told.document["drafts"] == []
    assert report.read_bytes().startswith(b"PK")
    assert keeping("--json", "drafts").document == []
    assert tree(keeping.folder) == before


def test_from_a_file_to_a_release_by_two_persons(keeping, file):
    assert imported(keeping, file).document["drafts"] == [str(SEX)]
    (draft,) = keeping("--json", "drafts").document
    assert (draft["key"], draft["author"], draft["stage"]) == (str(SEX), "hoa", "editing")

    early = keeping("--actor", "minh", "approve", SEX)
    assert (early.code, early.err.split(":")[0]) == (3, "wrong-stage")
    submitted = keeping("--json", "--actor", "hoa", "submit", SEX)
    assert submitted.document["stage"] == "in-review"
    own = keeping("--actor", "hoa", "approve", SEX)
    assert (own.code, own.err.split(":")[0], own.out) == (3, "not-allowed", "")
    approved = keeping("approve", SEX, "--actor", "minh", "--json")
    assert approved.document["stage"] == "approved"
    unwritten = keeping("--json", "publish", SEX, "--start", "2026-06-02", "--document", QD_2)
    assert unwritten.document["author"] == "hoa"
    assert unwritten.document["approver"] == "minh"

    assert keeping("--json", "lookup", SEX, "4").document["in_force"] is True
    assert keeping("lookup", SEX, "3").code == 3
    assert keeping("--json", "search", "khac").document["hits"][0]["code"] == "4"
    assert keeping("--json", "drafts").document == []
    assert keeping("verify").code == 0
    again = keeping("publish", SEX, "--start", "2026-06-03", "--document", QD_2)
    assert (again.code, again.err.split(":")[0]) == (3, "not-found")


def test_the_system_does_not_approve_what_it_wrote(keeping, file):
    imported(keeping, file, actor="system")
    keeping("submit", SEX)
    told = keeping("approve", SEX)

    assert (told.code, told.err.split(":")[0]) == (3, "not-allowed")


def test_a_discarded_draft_is_gone(keeping, file):
    imported(keeping, file)
    assert keeping("--json", "discard", SEX).document["key"] == str(SEX)
    assert keeping("--json", "drafts").document == []


def test_the_same_content_is_no_release(keeping, tmp_path):
    path = tmp_path / "same.csv"
    path.write_text(
        "code,display:vi,display:en\n1,Nam,Male\n2,Nữ,Female\n3,Chưa xác định,Undetermined\n",
        encoding="utf-8",
    )
    told = imported(keeping, path)

    assert told.code == 0
    if told.document["drafts"]:
        keeping("--actor", "hoa", "submit", SEX)
        keeping("--actor", "minh", "approve", SEX)
        refused = keeping("publish", SEX, "--start", "2026-06-02", "--document", QD_2)
        assert (refused.code, refused.err.split(":")[0]) == (3, "unchanged")


@pytest.mark.parametrize(
    "content",
    [
        "code,display:vi\n1,Một\n1,Hai\n",
        "code,parent,display:vi\n1,2,Một\n2,1,Hai\n",
        "code,display:vi\n1,\n",
    ],
    ids=["twice", "circle", "empty"],
)
def test_what_is_amiss_in_a_file_is_told_with_its_cell_and_keeps_nothing(
    keeping, tmp_path, content
):
    path = tmp_path / "bad.csv"
    path.write_text(content, encoding="utf-8")
    told = imported(keeping, path)

    assert told.code == 1
    assert any(
        f.get("severity", "error") == "error" and f.get("cell") for f in told.document["findings"]
    )
    assert keeping("--json", "drafts").document == []


def test_source_folders_are_loaded_once(empty, tmp_path):
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "organisations.csv").write_text(
        "key,title:vi,start\norganisation/byt/bo-y-te,Bộ Y tế,1990-01-01\n", encoding="utf-8"
    )
    assert empty("--json", "init").document["data_dir"]
    first = empty("--json", "load", sources)
    assert (first.code, first.document["published"]) == (
        0,
        ["organisation/byt/bo-y-te 1"],
    )
    second = empty("--json", "load", sources)
    assert (second.document["published"], second.document["unchanged"]) == ([], 1)
    assert empty("--json", "show", "organisation/byt/bo-y-te").code == 0
    assert empty("doctor").code == 0


def test_sources_with_faults_publish_nothing_and_end_with_one(empty, tmp_path):
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "organisations.csv").write_text(
        "key,title:vi,start\norganisation/byt/a,A,1990-01-01\norganisation/byt/b,B,1990-02-31\n",
        encoding="utf-8",
    )
    empty("init")
    told = empty("--json", "load", sources)

    assert told.code == 1
    assert told.document["published"] == []
    assert told.document["refused"][0]["cell"]
    assert "organisations.csv" in told.err


def test_what_is_needed_is_said_before_it_is_there(empty):
    assert empty("doctor").code == 4
    assert empty("migrate").code in {0, 4}
    empty("init")
    doctor = empty("--json", "doctor")
    assert (doctor.code, set(doctor.document)) == (
        0,
        {"database", "register", "pending", "disk"},
    )
    assert empty("init").code == 0  # a second time changes nothing


@pytest.mark.parametrize("command", ["rebuild", "reindex", "deliver", "verify", "migrate"])
def test_upkeep_may_be_repeated_and_changes_no_answer(keeping, command):
    before = keeping("--json", "show", SEX).out, keeping("--json", "search", "nam").out
    for _ in (1, 2):
        told = keeping("--json", command)
        assert (told.code, told.err) == (0, "")
        assert isinstance(told.document, dict)

    after = keeping("--json", "show", SEX).out, keeping("--json", "search", "nam").out
    assert after == before


def test_a_changed_register_is_found_by_verify(keeping):
    (body,) = list((keeping.folder / "shelf" / "bodies").rglob("*.json"))[:1]
    body.write_bytes(b"{}")
    told = keeping("--json", "verify")

    assert (told.code, json.loads(told.err)["refused"]) == (3, "broken-chain")
    assert keeping("rebuild").code == 0
    assert keeping("verify").code == 0
