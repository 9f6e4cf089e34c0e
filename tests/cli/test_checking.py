"""catalog validate: forms, reports, exit codes; the same bytes as the server."""

import json

import pytest
from click.testing import CliRunner
from litestar.testing import TestClient

from catalog.cli import command
from catalog.settings import from_env
from catalog.web.app import application
from tests.claims_samples import dossier, envelope, example
from tests.shipped_parts import shipped_parts


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    return shipped_parts(tmp_path_factory.mktemp("checking"))


@pytest.fixture
def run(parts, tmp_path):
    group = command(lambda _: parts, from_env, {"CATALOG_DATA_DIR": str(tmp_path)})

    def run(*arguments, **others):
        return CliRunner().invoke(group, [str(one) for one in arguments], **others)

    return run


@pytest.fixture
def bad(tmp_path):
    tables = dossier(2)
    tables["XML1"][0] |= {"MA_BENH_CHINH": "ZZ9", "T_BNTT": 5}
    file = tmp_path / "bad.xml"
    file.write_bytes(envelope(dossier(1), tables))
    return file


@pytest.mark.parametrize(
    "arguments", [("claims",), (), ("byt/claim-xml1", "--as", "claims-xml"), ("byt/claim-xml1",)]
)
def test_an_envelope_is_known_by_suffix_or_said(run, bad, arguments):
    told = run("validate", *arguments[:1], bad, *arguments[1:])

    assert told.exit_code == 1
    assert "XML1[1]/MA_BENH_CHINH code-not-in-list error" in told.output
    assert "2 records, 1 invalid" in told.output


def test_a_good_file_ends_with_0(run, tmp_path):
    good = tmp_path / "good.xml"
    good.write_bytes(envelope(dossier(1)))

    assert run("validate", good).exit_code == 0


def test_the_command_says_what_the_server_says_byte_for_byte(run, parts, bad, tmp_path):
    report = tmp_path / "out.json"
    run("validate", bad, "--report", report, "--show-values")
    with TestClient(application(parts)) as client:
        answer = client.post(
            "/api/v1/validate/claims",
            content=bad.read_bytes(),
            headers={"content-type": "application/xml"},
        )

    assert report.read_bytes() == answer.content


@pytest.mark.parametrize(
    ("name", "begins"), [("r.json", b"{"), ("r.xlsx", b"PK"), ("r.html", b"<!DOCTYPE html>")]
)
def test_a_report_is_written_and_masked(run, bad, tmp_path, name, begins):
    told = run("validate", bad, "--report", tmp_path / name)
    written = (tmp_path / name).read_bytes()

    assert told.exit_code == 1
    assert written.startswith(begins)
    assert b"ZZ9" not in written


def test_records_are_piped_in_as_ndjson(run):
    data = json.dumps(example("XML2") | {"MA_NHOM": 99}).encode()
    told = run("validate", "byt/claim-xml2", "-", "--as", "ndjson", input=data)

    assert told.exit_code == 1
    assert "/MA_NHOM code-not-in-list" in told.output


def test_csv_is_checked_with_the_addresses_of_cells(run, tmp_path):
    file = tmp_path / "drugs.csv"
    file.write_text("MA_LK;STT;MA_NHOM\nA;1;99\n", encoding="utf-8")
    told = run("validate", "byt/claim-xml2", file)

    assert "R2C3 XML2/MA_NHOM code-not-in-list" in told.output


def test_json_answers_are_whole(run, bad):
    told = run("--json", "validate", bad)

    assert json.loads(told.stdout)["invalid"] == 1


@pytest.mark.parametrize(
    ("content", "arguments", "code"),
    [
        (b"<GIAMDINHHS>", ("claims",), 3),
        (b"{}", ("byt/nothing", "--as", "json"), 3),
        (b"{}", ("claims", "--as", "json"), 2),
        (b"{}", ("byt/claim-xml2", "--as", "json", "--report", "x.pdf"), 2),
    ],
)
def test_what_cannot_be_checked_is_refused(run, tmp_path, content, arguments, code):
    file = tmp_path / "file.txt"
    file.write_bytes(content)

    told = run("validate", arguments[0], file, *arguments[1:])

    assert told.exit_code == code
    assert "Traceback" not in told.output


def test_a_file_that_is_not_there_is_an_outside_fault(run, tmp_path):
    assert run("validate", "byt/claim-xml2", tmp_path / "nowhere.json").exit_code == 4


def test_reports_tell_of_one_file(run, bad, tmp_path):
    assert run("validate", "claims", bad, bad, "--report", tmp_path / "r.html").exit_code == 2
