"""Checking over HTTP: every form, every notation, refusals; the same bytes as elsewhere."""

import io
import json

import pytest
from litestar.testing import TestClient
from python_calamine import load_workbook

from catalog.actions.check_report import written_report
from catalog.actions.checking import Checker, Masking
from catalog.actions.checking_files import Asked, check_file
from catalog.web.app import application
from tests.claims_samples import dossier, envelope, example
from tests.shipped_parts import shipped_parts

CLAIMS = "/api/v1/validate/claims"
DRUGS = "/api/v1/validate/byt/claim-xml2"
XML = {"content-type": "application/xml"}
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    return shipped_parts(tmp_path_factory.mktemp("checking"))


@pytest.fixture(scope="module")
def client(parts):
    with TestClient(application(parts)) as opened:
        yield opened


def bad_envelope(form="base64"):
    tables = dossier(2)
    tables["XML1"][0] |= {"MA_BENH_CHINH": "ZZ9", "T_BNTT": 5}
    return envelope(dossier(1), tables, form=form)


def test_an_envelope_is_checked_dossier_by_dossier(client):
    answer = client.post(CLAIMS, content=bad_envelope(), headers=XML)
    told = answer.json()

    assert answer.status_code == 200
    assert (told["valid"], told["records"], told["invalid"]) == (False, 2, 1)
    assert told["tables"]["XML1"] == 2
    first = told["findings"][0]
    assert first["record"] == 2
    assert (first["table"], first["row"], first["path"]) == ("XML1", 1, "/MA_BENH_CHINH")
    assert first["value"] == "ZZ9"
    assert set(first["message"]) == {"vi", "en"}


def test_what_the_server_says_is_what_the_engine_says(client, parts):
    data = bad_envelope()
    checker = Checker(parts.reading.library(), today=parts.today)
    checked = check_file(checker, Asked(key=None, form="claims-xml"), io.BytesIO(data))

    assert client.post(CLAIMS, content=data, headers=XML).content == written_report(
        checked, "json", Masking.SHOW
    )


@pytest.mark.parametrize(
    ("query", "accept", "begins", "media"),
    [
        ("", "*/*", b"{", "application/json"),
        ("?report=html", "*/*", b"<!DOCTYPE html>", "text/html; charset=utf-8"),
        ("", "text/html,application/xhtml+xml", b"<!DOCTYPE html>", "text/html; charset=utf-8"),
        ("?report=xlsx", "*/*", b"PK", SHEET),
        ("", SHEET, b"PK", SHEET),
        ("?report=json", "text/html", b"{", "application/json"),
    ],
)
def test_the_report_is_in_the_notation_asked_for(client, query, accept, begins, media):
    answer = client.post(CLAIMS + query, content=bad_envelope(), headers=XML | {"accept": accept})

    assert answer.status_code == 200
    assert answer.content.startswith(begins)
    assert answer.headers["content-type"] == media
    assert answer.headers["cache-control"] == "no-store"


def test_values_of_persons_are_masked_in_reports_unless_asked_for(client):
    masked = client.post(f"{CLAIMS}?report=html", content=bad_envelope(), headers=XML)
    shown = client.post(f"{CLAIMS}?report=html&values=show", content=bad_envelope(), headers=XML)
    program = client.post(f"{CLAIMS}?values=mask", content=bad_envelope(), headers=XML)

    assert "ZZ9" not in masked.text
    assert "ZZ9" in shown.text
    assert "ZZ9" not in program.text
    assert "sha256-" in masked.headers["content-security-policy"]


def test_csv_and_workbooks_are_checked_with_the_addresses_of_cells(client):
    record = example("XML2") | {"MA_NHOM": 99}
    column = list(record).index("MA_NHOM") + 1
    text = ";".join(record) + "\n" + ";".join(str(v).replace(";", ",") for v in record.values())
    told = client.post(DRUGS, content=text.encode(), headers={"content-type": "text/csv"}).json()

    assert (f"R2C{column}", "code-not-in-list") in {
        (f.get("cell"), f["rule"]) for f in told["findings"]
    }


def test_json_is_checked_as_before(client):
    told = client.post(DRUGS, content=json.dumps([example("XML2")] * 2)).json()

    assert (told["valid"], told["records"]) == (True, 2)


def test_a_workbook_of_the_report_has_a_sheet_for_each_table(client):
    answer = client.post(f"{CLAIMS}?report=xlsx", content=bad_envelope(), headers=XML)

    assert load_workbook(io.BytesIO(answer.content)).sheet_names[1:] == ["XML1"]


@pytest.mark.parametrize(
    ("path", "data", "media", "status", "slug"),
    [
        (CLAIMS, b"<GIAMDINHHS>", "application/xml", 422, "bad-file"),
        (CLAIMS, b"<!DOCTYPE a><GIAMDINHHS/>", "text/xml", 422, "bad-file"),
        (CLAIMS, b"{}", "application/json", 415, "bad-request"),
        (CLAIMS, b"", "application/xml", 422, "bad-file"),
        (f"{CLAIMS}?report=pdf", b"<a/>", "application/xml", 400, "bad-request"),
        (f"{CLAIMS}?values=all", b"<a/>", "application/xml", 400, "bad-request"),
        (DRUGS, b"<a/>", "application/xml", 415, "bad-request"),
        (DRUGS, b"A,A\n1,2\n", "text/csv", 422, "bad-file"),
        (DRUGS, b"no workbook", SHEET, 422, "bad-file"),
        ("/api/v1/validate/byt/nothing", b"{}", "application/json", 404, "not-found"),
    ],
)
def test_what_cannot_be_checked_is_refused_by_name(client, path, data, media, status, slug):
    answer = client.post(path, content=data, headers={"content-type": media})

    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}")
