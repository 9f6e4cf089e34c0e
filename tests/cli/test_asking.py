"""Commands that ask: answers for people and programs, refusals in one line, exit codes."""

import json

import pytest

from catalog.formats import FORMATS
from catalog.formats.format import Setting
from catalog.settings import from_env
from tests.cli.conftest import Catalog
from tests.registry import COMING, DISEASES, GONE, OLD_TO_NEW, SEX, VISIT

GOOD = {"MA_LK": "1", "NGAY_RA": "202508010830", "GIOI_TINH": "1", "MA_BENH": "E11", "TEN": "An"}

ASKED = [
    ("show", SEX),
    ("show", SEX, "2020-01-01"),
    ("show", SEX, "--on", "2021-01-01"),
    ("history", SEX),
    ("history", SEX, "3"),
    ("diff", VISIT, "2020-01-01", "2024-07-01"),
    ("diff", VISIT, "2021-01-01", "2025-01-01"),
    ("lookup", "byt/sex", "1"),
    ("lookup", DISEASES, "E119"),
    ("search", "dai thao duong"),
    ("search", "không có gì như thế"),
    ("translate", "byt/sex--old", "2"),
    ("translate", OLD_TO_NEW, "3", "--reverse"),
    ("drafts",),
    ("doctor",),
    ("verify",),
    ("report", "coverage"),
    ("report", "freshness"),
]


@pytest.mark.parametrize("arguments", ASKED, ids=lambda a: "-".join(map(str, a))[:40])
def test_an_answer_is_one_json_document_or_lines_for_people(asking, arguments):
    before = asking("--json", *arguments)
    behind = asking(*arguments, "--json")
    plain = asking(*arguments)

    assert (before.code, behind.code, plain.code) == (0, 0, 0)
    assert before.document == behind.document
    assert (before.err, behind.err, plain.err) == ("", "", "")
    with pytest.raises(json.JSONDecodeError):
        json.loads(plain.out)


@pytest.mark.parametrize(
    ("arguments", "code", "slug"),
    [
        (("show", "code-list/byt/none"), 3, "not-found"),
        (("show", SEX, "9"), 3, "not-found"),
        (("show", "sex"), 2, "bad-key"),
        (("show", "Code-List/byt/sex"), 2, "bad-key"),
        (("show", SEX, "--on", "soon"), 2, "bad-request"),
        (("show", SEX, "--on", "20240701"), 2, "bad-request"),
        (("show", SEX, "--known", "soon"), 2, "bad-request"),
        (("show", SEX, "--known", "0001-01-01T00:00:00+14:00"), 2, "bad-request"),
        (("show", SEX, "--known", "2020-01-01"), 3, "not-found"),
        (("show", SEX, "--on", "2019-01-01", "--as", "turtle"), 3, "not-in-force"),
        (("show", GONE, "--as", "json"), 3, "withdrawn"),
        (("show", COMING, "--as", "json"), 3, "not-in-force"),
        (("show", OLD_TO_NEW, "--as", "json-schema"), 2, "bad-request"),
        (("history", "code-list/byt/none"), 3, "not-found"),
        (("history", SEX, "99"), 3, "not-found"),
        (("diff", SEX, "2020-01-01", "x"), 3, "not-found"),
        (("diff", SEX, "2019-01-01", "2024-07-01"), 3, "not-in-force"),
        (("lookup", "byt/sex", "99"), 3, "not-found"),
        (("lookup", "byt/gone", "1"), 3, "withdrawn"),
        (("lookup", "byt/sex", "1", "--on", "2019-01-01"), 3, "not-in-force"),
        (("lookup", "sex", "1"), 2, "bad-key"),
        (("search", "x", "--kind", "nothing"), 2, "bad-request"),
        (("search", "x", "--lang", "xx"), 2, "bad-request"),
        (("search", "x", "--list", "nothing"), 2, "bad-request"),
        (("translate", "byt/none", "1"), 3, "not-found"),
        (("translate", "byt/sex--old", "1", "--on", "2020-01-01"), 3, "not-in-force"),
        (("validate", "byt/none", "-"), 3, "not-found"),
        (("publish", SEX, "--start", "2027-01-01"), 3, "not-found"),
        (("publish", SEX, "--start", "x"), 2, "bad-request"),
        (("publish", SEX, "--start", "2027-01-01", "--document", "x"), 2, "bad-key"),
        (("submit", SEX), 3, "not-found"),
        (("approve", SEX), 3, "not-found"),
        (("discard", SEX), 3, "not-found"),
    ],
    ids=lambda value: "-".join(map(str, value))[:50] if isinstance(value, tuple) else str(value),
)
def test_a_refusal_is_one_line_with_its_name_and_code(asking, arguments, code, slug):
    told = asking(*arguments, stdin="{}")
    as_json = asking("--json", *arguments, stdin="{}")

    assert (told.code, as_json.code) == (code, code)
    assert (told.out, as_json.out) == ("", "")
    assert told.err.startswith(f"{slug}: ")
    assert len(told.err.splitlines()) == 1
    refused = json.loads(as_json.err)
    assert refused["refused"] == slug
    assert refused["detail"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("nothing",),
        ("show",),
        ("show", SEX, "--as", "nothing"),
        ("lookup", "byt/sex"),
        ("search", "x", "--limit", "0"),
        ("search", "x", "--limit", "many"),
        ("load", "/there/is/no/such/folder"),
        ("import", "x.xlsx"),
        ("import", "x.xlsx", "--as", "nothing"),
        ("publish", SEX),
        ("serve", "--port", "0"),
        ("serve", "--workers", "none"),
        ("--nothing",),
    ],
    ids=lambda a: "-".join(map(str, a)),
)
def test_wrong_use_ends_with_two_and_says_how(asking, arguments):
    told = asking(*arguments)

    assert told.code == 2
    assert "Usage" in told.err
    assert told.out == ""


def test_settings_that_cannot_be_are_wrong_use(lived_folder):
    told = Catalog(lived_folder, CATALOG_PORT="many")("drafts")

    assert (told.code, told.out) == (2, "")
    assert "CATALOG_PORT" in told.err


@pytest.mark.parametrize("command", ["drafts", "verify", "load"])
def test_a_database_that_is_not_there_is_an_outside_fault(empty, command):
    told = empty(command)

    assert told.code == 4
    assert "catalog migrate" in told.err or "init" in told.err


def test_an_index_that_is_not_there_is_an_outside_fault(empty):
    told = empty("search", "x")

    assert (told.code, told.err.split(":")[0]) == (4, "index-unavailable")


@pytest.mark.parametrize("name", ["-h", "--help", "--version"])
def test_help_and_version_are_told_without_any_folder(empty, name):
    told = empty(name)

    assert told.code == 0
    assert "catalog" in told.out
    assert not empty.folder.exists()


def test_every_command_says_what_it_does(asking):
    listed = [
        line.split()[0]
        for line in asking("--help").out.partition("Commands:")[2].split("\n")
        if line.startswith("  ") and line[2] != " "
    ]
    assert {"show", "publish", "serve", "verify", "validate"} <= set(listed)
    for name in listed:
        told = asking(name, "--help")
        assert told.code == 0
        assert "--json" in told.out or "Commands:" in told.out
        assert len(told.out.splitlines()) > 4


@pytest.mark.parametrize(
    "fmt", [f for f in FORMATS if VISIT.kind in f.kinds], ids=lambda f: f.name
)
def test_a_release_is_shown_in_every_notation_it_can_be(asking, fmt):
    told = asking("show", VISIT, "--as", fmt.name)
    parts = asking.assembled(from_env(asking.environment))
    library = parts.reading.library()
    release = library.release_on(VISIT, parts.today())

    assert told.code == 0
    assert told.bytes == b"".join(fmt.write(release, Setting(parts.space, library)))


@pytest.mark.parametrize(
    ("records", "form", "code", "rules"),
    [
        (json.dumps(GOOD), "json", 0, []),
        (json.dumps([GOOD, {**GOOD, "GIOI_TINH": "9"}]), "json", 1, ["code-not-in-list"]),
        ('{"MA_LK":"1"}\n{broken\n', "ndjson", 1, ["malformed"]),
        ("", "ndjson", 0, []),
    ],
)
def test_findings_end_with_one(asking, tmp_path, records, form, code, rules):
    file = tmp_path / f"records.{form}"
    file.write_text(records, encoding="utf-8")
    told = asking("--json", "validate", "byt/visit", file)

    assert told.code == code
    assert [f["rule"] for f in told.document["findings"] if f["rule"] in rules] == rules
    piped = asking("--json", "validate", "byt/visit", "-", "--as", form, stdin=records)
    assert (piped.code, piped.document["findings"]) == (code, told.document["findings"])
    plain = asking("validate", "byt/visit", file)
    assert plain.code == code
    assert all(rule in plain.out for rule in rules)


def test_several_files_are_told_as_one_document(asking, tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_text(json.dumps(GOOD), encoding="utf-8")
    told = asking("--json", "validate", "byt/visit", tmp_path / "a.json", tmp_path / "b.json")

    assert (told.code, [report["valid"] for report in told.document]) == (0, [True, True])


def test_a_report_is_written_beside_the_answer(asking, tmp_path):
    file, report = tmp_path / "records.json", tmp_path / "out.json"
    file.write_text(json.dumps({**GOOD, "GIOI_TINH": "9"}), encoding="utf-8")
    told = asking("validate", "byt/visit", file, "--report", report)

    assert told.code == 1
    assert json.loads(report.read_bytes())["findings"][0]["rule"] == "code-not-in-list"


@pytest.mark.parametrize("content", [b"{", b"", b"[1,", b"\xff\xfe", b"null"])
def test_a_file_that_is_no_json_is_refused_by_name(asking, tmp_path, content):
    file = tmp_path / "records.json"
    file.write_bytes(content)
    told = asking("validate", "byt/visit", file)

    assert told.code in {2, 3}
    assert "Traceback" not in told.err
    assert len(told.err.splitlines()) == 1


@pytest.mark.parametrize("arguments", [("validate", "byt/visit"), ("import", "--as", "table")])
def test_a_file_that_is_not_there_is_said_so(asking, tmp_path, arguments):
    told = asking(*arguments, tmp_path / "nothing.json")

    assert told.code in {2, 3, 4}
    assert "nothing.json" in told.err
