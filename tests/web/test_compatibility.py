"""Compatibility over HTTP and on the command line."""

import json

import pytest
from click.testing import CliRunner
from litestar.testing import TestClient

from catalog.cli.asking import diff
from catalog.cli.terminal import Terminal
from catalog.settings import from_env
from catalog.web.app import application
from tests.registry import SEX, VISIT, filled

ADDRESS = "/api/v1/compatibility/byt/visit"


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    return filled(tmp_path_factory.mktemp("compatibility"))


@pytest.fixture(scope="module")
def client(parts):
    with TestClient(application(parts)) as opened:
        yield opened


def versions(parts, key):
    return [entry.version for entry in parts.reading.library().timeline(key).entries]


def test_the_published_schema_is_compatible_with_its_own_release(client, parts):
    version = versions(parts, VISIT)[-1]
    document = client.get(f"/id/{VISIT}/{version}.schema.json").json()

    answer = client.post(f"{ADDRESS}?mode=backward", json=document)

    assert answer.status_code == 200
    assert answer.json()["verdict"] == "compatible"
    assert answer.json()["against"] == [version]


def test_a_candidate_that_breaks_is_told_with_path_reason_and_example(client, parts):
    version = versions(parts, VISIT)[-1]
    document = client.get(f"/id/{VISIT}/{version}.schema.json").json()
    document["properties"]["TEN"]["maxLength"] = 3

    told = client.post(ADDRESS, json={"schema": document, "mode": "full_transitive"}).json()

    assert (told["verdict"], told["mode"]) == ("incompatible", "full_transitive")
    assert told["against"] == versions(parts, VISIT)
    broken = next(one for one in told["findings"] if one["path"] == "/TEN")
    assert len(broken["example"]["TEN"]) == 4
    assert broken["message"].keys() == {"vi", "en"}


def test_a_release_is_compared_by_its_version(client, parts):
    version = versions(parts, VISIT)[-1]

    told = client.post(ADDRESS, json={"version": version, "mode": "forward"}).json()

    assert told["verdict"] == "incompatible"
    assert "/TEN" in {one["path"] for one in told["findings"]}


@pytest.mark.parametrize(
    ("address", "body", "status", "slug"),
    [
        (ADDRESS, b"{", 400, "bad-request"),
        (ADDRESS, b"[" * 100_000, 400, "bad-request"),
        (ADDRESS, b'{"mode":"sideways","type":"object"}', 400, "bad-request"),
        (ADDRESS, b'{"$ref":"http://169.254.169.254/x"}', 400, "bad-request"),
        (ADDRESS, b'{"draft":{"members":7}}', 400, "bad-document"),
        (ADDRESS, b'{"version":"none"}', 404, "not-found"),
        ("/api/v1/compatibility/byt/none", b"{}", 404, "not-found"),
    ],
)
def test_what_cannot_be_judged_is_refused_by_name(client, address, body, status, slug):
    answer = client.post(address, content=body)

    assert answer.json()["type"].endswith(slug), answer.text
    assert answer.status_code in {status, 422}


def asked(parts, *words, as_json=False):
    terminal = Terminal(lambda _: parts, from_env({}), as_json=as_json)
    return CliRunner().invoke(diff, words, obj=terminal)


def test_diff_says_the_verdict_and_ends_with_one_when_incompatible(parts):
    old, new = versions(parts, VISIT)

    broken = asked(parts, str(VISIT), old, new, "--compat", "forward")
    listed = asked(parts, str(SEX), *versions(parts, SEX), "--compat", as_json=True)

    assert broken.exit_code == 1, broken.output
    assert broken.output.startswith("forward: incompatible")
    assert listed.exit_code == 0, listed.output
    assert json.loads(listed.output)["verdict"] == "compatible"


def test_diff_without_the_option_is_what_it_was(parts):
    found = asked(parts, str(VISIT), *versions(parts, VISIT))

    assert found.exit_code == 0
    assert "breaking" in found.output or "additive" in found.output
