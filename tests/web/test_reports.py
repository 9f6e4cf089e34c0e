"""The reports over HTTP: by suffix, by Accept header, on a day."""

import pytest
from litestar.testing import TestClient

from catalog.web.app import application
from tests.registry import filled

COVERAGE = "/api/v1/reports/coverage"


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with TestClient(application(filled(tmp_path_factory.mktemp("reports")))) as opened:
        yield opened


def test_coverage_is_json_when_nothing_is_said(client):
    answer = client.get(COVERAGE, headers={"accept": "*/*"})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert told["total"]["artefacts"] == 4  # two lists, a schema, a mapping
    assert told["total"]["releases"] == 6
    assert told["total"]["by_completeness"]["complete"] == 1
    assert told["groups"][-1]["title"]["en"] == "Filed under no group"
    assert [line["number"] for line in told["documents"]] == ["2/QĐ-BYT", "1/QĐ-BYT"]


@pytest.mark.parametrize(
    ("suffix", "accept", "begins"),
    [
        (".json", "application/json", b"{"),
        (".csv", "text/csv", b"table,title:vi"),
        (
            ".xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            b"PK",
        ),
        (".html", "text/html", b"<!doctype html>"),
    ],
)
def test_a_report_is_had_by_suffix_and_by_accept_header(client, suffix, accept, begins):
    for name in ("coverage", "freshness"):
        by_suffix = client.get(f"/api/v1/reports/{name}{suffix}", headers={"accept": "image/png"})
        by_header = client.get(f"/api/v1/reports/{name}", headers={"accept": accept})

        assert by_suffix.status_code == by_header.status_code == 200
        assert by_suffix.headers["content-type"] == by_header.headers["content-type"]
        assert by_suffix.headers["content-type"].startswith(accept)
        assert by_header.content.startswith(begins) or name == "freshness"
        assert by_header.headers["vary"] == "Accept"


def test_a_notation_that_there_is_not_is_refused_with_those_that_there_are(client):
    answer = client.get(COVERAGE, headers={"accept": "image/png"})

    assert answer.status_code == 406
    assert answer.json()["type"].endswith("cannot-say")
    assert ".xlsx" in answer.text


def test_the_page_may_use_its_own_style_and_nothing_else(client):
    policy = client.get(f"{COVERAGE}.html").headers["content-security-policy"]

    assert "style-src 'sha256-" in policy
    assert "default-src 'none'" in policy


def test_a_report_has_a_day(client):
    early = client.get(COVERAGE, params={"on": "2021-01-01"}).json()
    late = client.get(COVERAGE, params={"on": "2025-01-01"}).json()

    assert early["on"] == "2021-01-01"
    versions = [
        {item["key"]: item["start"] for item in report["items"]}["code-list/byt/sex"]
        for report in (early, late)
    ]
    assert versions == ["2020-01-01", "2024-07-01"]


@pytest.mark.parametrize("params", [{"on": "today"}, {"known": "later"}])
def test_a_day_that_is_none_is_refused(client, params):
    assert client.get(COVERAGE, params=params).status_code == 400


def test_freshness_says_what_it_is_computed_from(client):
    told = client.get("/api/v1/reports/freshness").json()

    assert set(told["computed_from"]) == {"vi", "en"}
    assert {item["rhythm"] for item in told["items"]} == {"review"}
    assert sum(told["states"].values()) == len(told["items"]) == 3
