"""The bundle command; and the same answers with --bundle as from the registry."""

import json

import pytest
from click.testing import CliRunner
from litestar.testing import TestClient

from catalog.cli import command
from catalog.main import assemble
from catalog.settings import from_env
from catalog.web.app import application
from tests.actions.bundles import OWNED, RECORDS, registry


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("bundling")
    registry(place).store.close()
    return place


@pytest.fixture(scope="module")
def bundled(folder):
    path = folder / "all.bundle"
    told = run(folder, "bundle", "schema/byt/*", "mapping/byt/sex--old", "-o", str(path))
    assert told.exit_code == 0, told.output
    return path


def run(folder, *arguments):
    environment = {"CATALOG_DATA_DIR": str(folder)}
    return CliRunner().invoke(command(assemble, from_env, environment), arguments)


@pytest.fixture
def nowhere(tmp_path):
    """A data folder that is not there, and must not be there afterwards."""
    place = tmp_path / "nowhere"
    yield place
    assert not place.exists()


def test_what_is_left_out_is_told(folder, tmp_path):
    told = run(folder, "bundle", "schema/byt/stay", "-o", str(tmp_path / "b"))

    assert told.exit_code == 0
    assert f"! {OWNED}: left out for its licence" in told.output


def test_restricted_content_goes_along_when_asked_for(folder, tmp_path):
    told = run(
        folder, "--json", "bundle", "schema/byt/stay", "--with-restricted",
        "-o", str(tmp_path / "b"),
    )  # fmt: skip

    document = json.loads(told.output)
    assert document["left_out"] == []
    assert f"{OWNED}/2020-01-01" in document["releases"]
    assert document["size"] == (tmp_path / "b").stat().st_size


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("schema/byt/visit",), 2, "-o FILE"),
        (("-o", "{}/b"), 2, "which KEYs"),
        (("visit", "-o", "{}/b"), 2, "bad-key"),
        (("schema/byt/nothing", "-o", "{}/b"), 3, "not-found"),
        (("schema/nobody/*", "-o", "{}/b"), 3, "not-found"),
        (("code-list/who/owned", "-o", "{}/b"), 2, "--with-restricted"),
        (("schema/byt/visit", "-o", "{}/no/b"), 4, "outside-fault"),
        (("--verify", "{}/nothing"), 3, "bad-file"),
        (("schema/byt/visit", "--verify", "{}/nothing"), 2, "takes no KEY"),
    ],
)
def test_wrong_use_is_told_and_leaves_nothing(folder, tmp_path, arguments, code, said):
    told = run(folder, "bundle", *(text.format(tmp_path) for text in arguments))

    assert (told.exit_code, said in told.output) == (code, True), told.output
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_is_verified_without_a_registry(bundled, nowhere):
    told = run(nowhere, "bundle", "--verify", str(bundled))

    assert told.exit_code == 0
    assert "parts are what they should be" in told.output
    assert f"! {OWNED}" in told.output


def test_a_changed_bundle_is_refused(bundled, nowhere, tmp_path):
    data = bytearray(bundled.read_bytes())
    data[len(data) // 2] ^= 1
    copy = tmp_path / "copy.bundle"
    copy.write_bytes(data)
    told = run(nowhere, "bundle", "--verify", str(copy))

    assert told.exit_code == 3
    assert told.output.startswith("bad-file: copy.bundle/")


@pytest.mark.parametrize(
    "arguments",
    [
        ("lookup", "byt/sex", "1"),
        ("lookup", "byt/diseases", "E119", "--on", "2025-01-01"),
        ("lookup", "byt/sex", "3", "--on", "2021-01-01"),
        ("translate", "byt/sex--old", "2"),
        ("translate", "byt/sex--old", "3", "--reverse"),
    ],
)
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_bundle_answers_as_the_registry_does(folder, bundled, nowhere, arguments, form):
    on = () if "--on" in arguments else ("--on", "2026-01-01")
    asked = (*form, *arguments, *on)

    own, other = run(folder, *asked), run(nowhere, *asked, "--bundle", str(bundled))

    assert other.exit_code == own.exit_code
    assert other.output == own.output


@pytest.fixture(scope="module")
def client(folder):
    with TestClient(application(assemble(from_env({"CATALOG_DATA_DIR": str(folder)})))) as opened:
        yield opened


@pytest.mark.parametrize("on", ["", "2024-08-01"])
@pytest.mark.parametrize("schema", ["byt/visit"])
def test_findings_are_the_same_bytes_in_all_three(
    folder, bundled, client, nowhere, tmp_path, schema, on
):
    file = tmp_path / "records.json"
    file.write_text(json.dumps(RECORDS, ensure_ascii=False), encoding="utf-8")
    asked = ("validate", schema, str(file), "--show-values", *(("--on", on) if on else ()))

    server = client.post(
        f"/api/v1/validate/{schema}",
        content=file.read_bytes(),
        headers={"content-type": "application/json"},
        params={"on": on} if on else {},
    )
    own = run(folder, *asked, "--report", str(tmp_path / "own.json"))
    other = run(
        nowhere, *asked, "--report", str(tmp_path / "other.json"), "--bundle", str(bundled)
    )

    assert (own.exit_code, other.exit_code) == (1, 1), other.output
    assert other.output == own.output
    assert (tmp_path / "own.json").read_bytes() == server.content
    assert (tmp_path / "other.json").read_bytes() == server.content
    assert server.json()["invalid"] > 3
