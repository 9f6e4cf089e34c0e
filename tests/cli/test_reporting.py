"""The report commands: a table, JSON, a file by its suffix."""

import json

import pytest
from click.testing import CliRunner

from catalog.cli import command
from catalog.main import assemble
from catalog.settings import from_env
from tests.registry import filled


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("reporting")
    filled(place)
    return place


def run(folder, *arguments):
    environment = {"CATALOG_DATA_DIR": str(folder)}
    return CliRunner().invoke(command(assemble, from_env, environment), arguments)


def test_coverage_is_a_table(folder):
    told = run(folder, "report", "coverage")

    assert told.exit_code == 0
    assert "Chưa xếp vào lĩnh vực nào" in told.output
    assert "1/QĐ-BYT" in told.output
    assert "Tất cả" in told.output


@pytest.mark.parametrize(
    "arguments", [("report", "coverage", "--json"), ("--json", "report", "coverage")]
)
def test_coverage_is_json_when_asked_for(folder, arguments):
    told = run(folder, *arguments)

    assert told.exit_code == 0
    assert json.loads(told.output)["total"]["artefacts"] == 4


@pytest.mark.parametrize("suffix", ["json", "csv", "xlsx", "html"])
@pytest.mark.parametrize("name", ["coverage", "freshness"])
def test_a_report_is_written_by_suffix(folder, tmp_path, name, suffix):
    place = tmp_path / f"report.{suffix}"
    told = run(folder, "report", name, "-o", str(place))

    assert told.exit_code == 0
    assert place.stat().st_size > 200


def test_an_unknown_suffix_is_wrong_use(folder, tmp_path):
    told = run(folder, "report", "coverage", "-o", str(tmp_path / "report.pdf"))

    assert told.exit_code == 2
    assert ".xlsx" in told.output
    assert not (tmp_path / "report.pdf").exists()


def test_freshness_is_a_table(folder):
    told = run(folder, "report", "freshness")

    assert told.exit_code == 0
    assert "code-list/byt/sex" in told.output
