"""Persistent addresses: 303 to what is in force, every notation, links in time, members."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from litestar.testing import TestClient

from catalog.actions.delivery import deliver
from catalog.actions.publishing import publish, publish_all
from catalog.formats import FORMATS
from catalog.web.answers import SAFETY
from catalog.web.app import application
from tests.registry import (
    COMING,
    DISEASES,
    FIRST,
    GONE,
    KNOWN_SEX,
    MENDED,
    OLD_TO_NEW,
    QD_1,
    SECOND,
    SEX,
    SEX_ELEMENT,
    TODAY,
    VISIT,
    VISITS,
    filled,
    one,
    parts_in,
    sex,
)

NEW, OLD = f"/id/{SEX}/2024-07-01", f"/id/{SEX}/2020-01-01"
ODD = "X%201%2F2%3Cb%3E"
"""The code `X 1/2<b>`, as it stands in an address."""


def problem_of(answer):
    """The slug of a problem+json answer."""
    assert answer.headers["content-type"].startswith("application/problem+json")
    document = answer.json()
    assert {"type", "title", "title_vi", "status", "detail"} <= set(document)
    assert document["status"] == answer.status_code
    return document["type"].removeprefix("/problems/")


@pytest.mark.parametrize(
    ("query", "version"),
    [
        ("", "2024-07-01"),
        ("?on=2024-07-01", "2024-07-01"),
        ("?on=2024-06-30", "2020-01-01"),
        ("?on=2020-01-01", "2020-01-01"),
        ("?on=9999-12-31", "2024-07-01"),
        ("?known=2026-06-02", "2024-07-01"),
        ("?known=2026-06-01", "2024-07-01"),
        ("?known=2026-06-01T10:00:00%2B07:00", "2024-07-01"),
        ("?known=2026-06-01T10:00:00+07:00", "2024-07-01"),
        ("?known=2026-06-01T03:00:00Z", "2024-07-01"),
        ("?on=2021-01-01&known=2026-06-02", "2020-01-01"),
    ],
)
def test_a_thing_leads_to_what_is_in_force(client, query, version):
    answer = client.get(f"/id/{SEX}{query}")

    assert answer.status_code == 303
    assert answer.headers["location"] == f"/id/{SEX}/{version}"
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert answer.headers["vary"] == "Accept, Accept-Language"
    assert f'</id/{SEX}>; rel="canonical"' in answer.headers["link"]


def test_what_was_known_decides_which_of_two_is_told(client, lived):
    first, corrected = lived.reading.library().timeline(MENDED).entries
    between = first.issued_at.isoformat().replace("+00:00", "Z")

    assert client.get(f"/id/{MENDED}?known={between}").headers["location"].endswith("/2020-01-01")
    now = client.get(f"/id/{MENDED}").headers["location"]
    assert now.endswith(f"/{corrected.version}")
    names = [
        client.get(f"/id/{MENDED}/{version}/code/2").json()["display"]["vi"]
        for version in ("2020-01-01", corrected.version)
    ]
    assert names == ["Hay", "Hai"]


@pytest.mark.parametrize("suffix", [".ttl", ".csv", ".json", ".html", ".jsonld"])
def test_a_suffix_and_the_rest_of_the_query_go_along(client, suffix):
    answer = client.get(f"/id/{SEX}{suffix}?on=2021-01-01&x=a%26b")

    assert answer.headers["location"] == f"{OLD}{suffix}?x=a%26b"


@pytest.mark.parametrize(
    ("query", "slug", "status"),
    [
        ("?on=2019-12-31", "not-in-force", 404),
        ("?known=2020-01-01", "not-found", 404),
        ("?known=2026-06-01T08:00:00", "bad-request", 400),
        ("?known=9999-12-31T23:59:59-12:00", "bad-request", 400),
        ("?known=soon", "bad-request", 400),
        ("?on=", "bad-request", 400),
        ("?on=2024-02-30", "bad-request", 400),
        ("?on=20240701", "bad-request", 400),
        ("?on=2024-W27-1", "bad-request", 400),
        ("?on=today", "bad-request", 400),
    ],
)
def test_a_day_or_instant_that_cannot_be_answered_is_said_so(client, query, slug, status):
    answer = client.get(f"/id/{SEX}{query}")

    assert (answer.status_code, problem_of(answer)) == (status, slug)


def test_what_is_to_come_is_not_the_default_but_has_its_address(client):
    assert problem_of(client.get(f"/id/{COMING}")) == "not-in-force"
    assert client.get(f"/id/{COMING}?on=2027-01-01").status_code == 303
    assert client.get(f"/id/{COMING}/2027-01-01.json").status_code == 200


def test_what_was_withdrawn_is_gone_but_its_releases_stay(client):
    answer = client.get(f"/id/{GONE}")

    assert (answer.status_code, problem_of(answer)) == (410, "withdrawn")
    assert "2024-07-01" in answer.json()["detail"]
    assert client.get(f"/id/{GONE}?on=2024-06-30").status_code == 303
    assert client.get(f"/id/{GONE}/2020-01-01.json").status_code == 200
    page = client.get(f"/id/{GONE}", headers={"accept": "text/html"})
    assert page.status_code == 410
    assert page.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("key", [SEX, KNOWN_SEX, VISIT, OLD_TO_NEW, SEX_ELEMENT, VISITS, QD_1])
def test_every_kind_is_said_in_every_notation_it_can_and_406_in_others(client, key):
    kind = str(key).split("/")[0]
    base = client.get(f"/id/{key}").headers["location"]
    able = [fmt for fmt in FORMATS if kind in fmt.kinds]
    for fmt in FORMATS:
        answer = client.get(f"{base}{fmt.suffix}")
        if fmt in able:
            assert answer.status_code == 200, fmt.suffix
            assert answer.content
            media_type = fmt.media_type.partition(";")[0]
            assert answer.headers["content-type"].startswith(media_type)
            assert answer.headers["content-location"] == f"{base}{fmt.suffix}"
        else:
            assert (answer.status_code, problem_of(answer)) == (406, "cannot-say")
            assert answer.json()["can"] == [other.suffix for other in able]


@pytest.mark.parametrize("fmt", [f for f in FORMATS if SEX.kind in f.kinds], ids=lambda f: f.name)
def test_a_notation_is_chosen_by_accept_as_by_suffix(client, fmt):
    same = [other.suffix for other in FORMATS if other.media_type == fmt.media_type]
    by_accept = client.get(NEW, headers={"accept": fmt.media_type})

    assert by_accept.content == client.get(f"{NEW}{same[0]}").content


def test_the_most_wanted_notation_is_sent(client):
    accept = "application/json;q=0.3, text/turtle;q=0.9, */*;q=0.1"

    assert (
        client.get(NEW, headers={"accept": accept})
        .headers["content-type"]
        .startswith("text/turtle")
    )


@pytest.mark.parametrize("accept", ["image/png", "*/*;q=0", "text/nothing"])
def test_what_nobody_can_write_is_406_with_a_list(client, accept):
    answer = client.get(NEW, headers={"accept": accept})

    assert problem_of(answer) == "cannot-say"
    assert ".ttl" in answer.json()["can"]


@pytest.mark.parametrize("suffix", [".xsd", ".shacl.ttl", ".csvw.json", ".fhir.json"])
def test_a_promised_suffix_that_a_list_has_not_is_406(client, suffix):
    if suffix in {fmt.suffix for fmt in FORMATS if SEX.kind in fmt.kinds}:
        assert client.get(f"{NEW}{suffix}").status_code == 200
        return
    assert client.get(f"{NEW}{suffix}").status_code == 406


def test_a_release_may_be_kept_for_a_year(client):
    answer = client.get(f"{NEW}.json")

    assert answer.headers["cache-control"] == "public, max-age=31536000"
    assert answer.headers["vary"] == "Accept, Accept-Language"
    assert answer.headers["etag"].startswith('"')


def test_neighbours_in_time_are_linked(client):
    old = client.get(f"{OLD}.json").headers
    assert f'<{NEW}>; rel="successor-version"' in old["link"]
    assert f'<{NEW}>; rel="latest-version"' in old["link"]
    assert "predecessor-version" not in old["link"]
    assert f'</id/{SEX}>; rel="canonical"' in old["link"]
    new = client.get(f"{NEW}.json").headers
    assert f'<{OLD}>; rel="predecessor-version"' in new["link"]
    assert "successor-version" not in new["link"]


def test_a_release_with_a_successor_in_force_is_deprecated_since_that_day(client):
    midnight_in_vietnam = datetime(2024, 6, 30, 17, tzinfo=UTC)

    deprecation = client.get(f"{OLD}.json").headers["deprecation"]
    assert deprecation == f"@{int(midnight_in_vietnam.timestamp())}"
    assert "deprecation" not in client.get(f"{NEW}.json").headers
    assert "deprecation" not in client.get(f"/id/{COMING}/2027-01-01.json").headers


def test_a_window_that_is_open_has_a_sunset_and_new_releases_show_at_once(tmp_path):
    parts = filled(tmp_path)
    with TestClient(application(parts)) as client:
        assert "deprecation" not in client.get(f"{NEW}.json").headers
        coming = one(SEX, sex(third=False), TODAY, QD_1)
        coming = replace(coming, transition_until=date(2026, 12, 1))
        publish(parts.store, parts.clock, coming)
        deliver(parts.workshop, TODAY)

        headers = client.get(f"{NEW}.json").headers
        assert headers["sunset"] == "Mon, 30 Nov 2026 17:00:00 GMT"
        assert '/2026-06-01>; rel="successor-version"' in headers["link"]
        assert (
            client.get(f"/id/{SEX}", follow_redirects=False)
            .headers["location"]
            .endswith("/2026-06-01")
        )


def test_two_applications_in_one_process_do_not_mix_their_answers(tmp_path, client):
    parts = parts_in(tmp_path)
    publish_all(parts.store, parts.clock, [one(SEX, sex(third=True), FIRST, QD_1)])
    deliver(parts.workshop, TODAY)
    ours = client.get(f"{OLD}.json").json()
    with TestClient(application(parts)) as other:
        theirs = other.get(f"{OLD}.json").json()
    again = client.get(f"{OLD}.json").json()

    assert ours == again
    assert ours != theirs


def test_canonical_bytes_have_an_address_of_their_digest(client):
    digest = client.get(f"/api/v1/artefacts/{SEX}").json()["in_force"]["digest"]
    answer = client.get(f"/blob/sha256/{digest}")

    assert hashlib.sha256(answer.content).hexdigest() == digest
    assert answer.headers["etag"] == f'"{digest}"'
    assert "immutable" in answer.headers["cache-control"]
    for wrong in ("0" * 64, "x", digest.upper(), digest[:63], "%2e%2e"):
        assert client.get(f"/blob/sha256/{wrong}").status_code == 404


def test_a_schema_comes_with_all_it_refers_to_when_asked(client):
    base = client.get(f"/id/{VISIT}").headers["location"]
    bundle = client.get(f"{base}.schema.json?bundle=1")
    document = bundle.json()

    assert document["$id"].endswith(f"{base}.schema.json?bundle=1")
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert {"MA_LK", "TEN"} <= set(document["properties"])
    assert "$defs" in document
    for address in (f"{NEW}?bundle=1", f"{base}.ttl?bundle=1", f"{base}/field/TEN?bundle=1"):
        assert problem_of(client.get(address)) == "cannot-say"


# -- members --------------------------------------------------------------------------------


def test_a_concept_leads_to_the_release_in_force(client):
    answer = client.get(f"/id/{SEX}/code/1?on=2021-01-01")

    assert answer.headers["location"] == f"{OLD}/code/1"


def test_a_concept_names_itself_and_its_release(client):
    document = client.get(f"{NEW}/code/3").json()

    assert document["id"].endswith(f"/id/{SEX}/code/3")
    assert document["display"]["vi"] == "Chưa xác định"
    assert document["release"] == {
        "key": str(SEX),
        "version": "2024-07-01",
        "digest": document["release"]["digest"],
    }
    assert problem_of(client.get(f"{OLD}/code/3")) == "not-found"


@pytest.mark.parametrize("suffix", ["", ".json", ".ttl", ".jsonld", ".rdf", ".nt", ".html"])
def test_a_code_of_odd_characters_has_an_address(client, suffix):
    way = client.get(f"/id/{DISEASES}/code/{ODD}{suffix}")
    assert way.status_code == 303
    assert way.headers["location"] == f"/id/{DISEASES}/2020-01-01/code/{ODD}{suffix}"

    answer = client.get(way.headers["location"])
    assert answer.status_code == 200
    if suffix in {"", ".json"}:
        assert json.loads(answer.content)["code"] == "X 1/2<b>"


def test_another_writing_of_a_code_leads_to_the_code(client):
    answer = client.get(f"/id/{DISEASES}/2020-01-01/code/E119")

    assert answer.status_code == 303
    assert answer.headers["location"] == f"/id/{DISEASES}/2020-01-01/code/E11.9"


def test_a_concept_is_said_as_its_reader_likes(client):
    address = f"{NEW}/code/1"

    def told(accept):
        return client.get(address, headers={"accept": accept}).headers["content-type"]

    assert told("application/json;q=0.2, text/turtle") == "text/turtle; charset=utf-8"
    assert told("*/*") == "application/json"
    assert told("text/html,application/xhtml+xml").startswith("text/html")
    assert problem_of(client.get(address, headers={"accept": "image/png"})) == "cannot-say"
    assert problem_of(client.get(f"{address}.xsd")) == "cannot-say"


def test_a_field_has_an_address(client):
    assert client.get(f"/id/{VISIT}/field/TEN").headers["location"] == (
        f"/id/{VISIT}/2024-07-01/field/TEN"
    )
    lengths = [
        client.get(f"/id/{VISIT}/{version}/field/TEN").json()["max_length"]
        for version in ("2020-01-01", "2024-07-01")
    ]
    assert lengths == [10, 50]
    assert problem_of(client.get(f"/id/{VISIT}/2020-01-01/field/NOTHING")) == "not-found"
    assert problem_of(client.get(f"/id/{VISIT}/2020-01-01/field/rule:visit-name")) == "not-found"
    assert problem_of(client.get(f"/id/{VISIT}/2020-01-01/field/TEN.ttl")) == "cannot-say"


@pytest.mark.parametrize(
    "address",
    [
        f"/id/{VISIT}/2020-01-01/code/TEN",
        f"/id/{OLD_TO_NEW}/2024-07-01/code/1",
        f"/id/{OLD_TO_NEW}/2024-07-01/code/1.ttl",
        f"/id/{QD_1}/2020-01-01/code/1",
        f"/id/{SEX}/2024-07-01/field/1",
        f"/id/{SEX}/2024-07-01/code/99",
        f"/id/{SEX}/9",
        f"/id/{SEX}/code",
        f"/id/{SEX}/code/",
        f"/id/{SEX}/2024-07-01/x/y",
        "/id",
        "/id/code-list",
        "/id/code-list/byt",
        "/id/code-list/byt/none",
        "/id/code-list//sex",
        "/id/Code-List/byt/sex",
        "/id/nothing/byt/sex",
    ],
)
def test_what_there_is_not_is_not_found(client, address):
    answer = client.get(address)

    assert answer.status_code == 404
    assert problem_of(answer) in {"not-found", "bad-key"}


def test_answers_sent_from_memory_are_those_sent_at_first(client):
    first, again = client.get(f"{NEW}.ttl"), client.get(f"{NEW}.ttl")

    assert first.content == again.content
    assert dict(first.headers) == dict(again.headers)
    assert SAFETY.items() <= dict(again.headers).items()


def test_a_withdrawal_is_no_release(client):
    assert client.get(f"/id/{GONE}/withdrawn-{SECOND}").status_code == 404
