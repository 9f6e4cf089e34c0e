"""Claims envelopes and shipped layouts: a bundle finds what the server finds, byte for byte."""

import json

import msgspec
import pytest
from click.testing import CliRunner
from litestar.testing import TestClient

from catalog.actions.bundling import Licences, bundle
from catalog.cli import command
from catalog.core.errors import BadFile
from catalog.core.names import Kind
from catalog.main import assemble
from catalog.offline import open_bundle
from catalog.settings import from_env
from catalog.web.app import application
from tests.claims_samples import dossier, envelope, example
from tests.shipped_parts import shipped_parts

ALLOWED = 15_000_000
"""How many bytes a bundle of all claim tables may have."""


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    return shipped_parts(tmp_path_factory.mktemp("shipped"))


@pytest.fixture(scope="module")
def claims(parts, tmp_path_factory):
    """A bundle of all claim tables with all their lists."""
    library = parts.reading.library()
    keys = [
        key for key in library.keys() if key.kind is Kind.SCHEMA and key.slug.startswith("claim-")
    ]
    path = tmp_path_factory.mktemp("claims") / "claims.bundle"
    bundle(library, keys, path, licences=Licences.ALL)
    return path


@pytest.fixture(scope="module")
def client(parts):
    with TestClient(application(parts)) as opened:
        yield opened


def wrong():
    """A dossier with a bad code, a wrong sum, and days on both sides of 2024-07-01."""
    tables = dossier(2)
    tables["XML1"][0] |= {"MA_BENH_CHINH": "ZZ9", "T_BNTT": 5, "GIOI_TINH": 9}
    tables["XML2"][0] |= {"MA_NHOM": 99, "STT": "x"}
    return tables


@pytest.mark.parametrize(
    "sent",
    [
        lambda: envelope(dossier(1), wrong()),
        lambda: envelope(dossier(1, release=0), wrong()),
    ],
    ids=["some-wrong", "two-releases"],
)
def test_an_envelope_gives_the_same_bytes(claims, client, tmp_path, sent):
    file = tmp_path / "claims.xml"
    file.write_bytes(sent())
    with open_bundle(claims) as opened:
        found = msgspec.json.encode(opened.check_file(file))
    answer = client.post(
        "/api/v1/validate/claims",
        content=file.read_bytes(),
        headers={"content-type": "application/xml"},
    )
    nowhere = tmp_path / "nowhere"
    group = command(assemble, from_env, {"CATALOG_DATA_DIR": str(nowhere)})
    told = CliRunner().invoke(
        group,
        [
            *("validate", str(file), "--show-values"),
            *("--bundle", str(claims), "--report", str(tmp_path / "report.json")),
        ],
    )

    assert answer.status_code == 200
    assert told.exit_code in {0, 1}, told.output
    assert found == answer.content
    assert (tmp_path / "report.json").read_bytes() == answer.content
    assert not nowhere.exists()


def test_a_broken_envelope_is_refused_alike(claims, client, tmp_path):
    file = tmp_path / "body"
    file.with_suffix(".xml").write_bytes(envelope(dossier(1))[:-200])
    with open_bundle(claims) as opened, pytest.raises(BadFile) as refused:
        opened.check_file(file.with_suffix(".xml"))
    answer = client.post(
        "/api/v1/validate/claims",
        content=file.with_suffix(".xml").read_bytes(),
        headers={"content-type": "application/xml"},
    )

    assert answer.status_code == 422
    assert refused.value.reason in answer.json()["detail"]


@pytest.mark.parametrize("table", ["XML1", "XML2", "XML3"])
def test_records_give_the_same_bytes(claims, client, table):
    # A record without a day is held against today's lists; the clock of these parts is another.
    records = [example(table), example(table, 0), example(table) | {"MA_LK": "", "X": 1}]
    name = f"byt/claim-{table.lower()}"
    with open_bundle(claims) as opened:
        found = msgspec.json.encode(opened.check(name, records))
    answer = client.post(f"/api/v1/validate/{name}", content=json.dumps(records))

    assert found == answer.content


def test_a_csv_file_is_checked_with_the_addresses_of_cells(claims, tmp_path):
    file = tmp_path / "drugs.csv"
    file.write_text("MA_LK;STT;MA_NHOM\nA;1;99\n", encoding="utf-8")
    with open_bundle(claims) as opened:
        report = opened.check_file(file, "byt/claim-xml2")

    assert "R2C3" in {finding.cell for finding in report.findings}


def test_a_bundle_of_all_claim_tables_is_small(claims):
    assert claims.stat().st_size <= ALLOWED
    with open_bundle(claims) as opened:
        assert opened.verify() == len(opened.manifest.parts)
