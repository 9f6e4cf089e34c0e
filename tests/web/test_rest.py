"""The JSON API: shapes as promised, pages in one order, both clocks everywhere."""

import json

import pytest

from catalog.core.document import canonical, digest_of
from catalog.core.events import GENESIS
from tests.registry import (
    COMING,
    DISEASES,
    GAPPED,
    GONE,
    KNOWN_SEX,
    MANY,
    MENDED,
    OLD_TO_NEW,
    SEX,
    SEX_ELEMENT,
    VISIT,
    VISITS,
)
from tests.web.test_resources import ODD, problem_of

API = "/api/v1"
CODES = f"{API}/code-lists/byt"
VALIDATE = f"{API}/validate/byt/visit"


def json_of(client, address):
    """The document of a 200."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def paged(client, address, limit):
    """The items of all pages, one after the other, and the total that each page told."""
    items, totals, cursor = [], set(), ""
    mark = "&" if "?" in address else "?"
    while cursor is not None:
        page = json_of(client, f"{address}{mark}limit={limit}&cursor={cursor}")
        assert len(page["items"]) <= limit
        items += page["items"]
        totals.add(page["total"])
        cursor = page["next"]
    assert totals == {len(items)}
    return items


# -- artefacts ------------------------------------------------------------------------------


def test_artefacts_are_listed_with_what_speaks_for_them(client):
    page = json_of(client, f"{API}/artefacts")

    assert set(page) >= {"items", "next", "total"}
    assert (page["next"], page["total"]) == (None, 14)
    line = next(item for item in page["items"] if item["key"] == str(SEX))
    assert {"key", "kind", "ns", "slug", "title", "version", "start", "standing"} <= set(line)
    assert line["title"] == {"vi": "Giới tính", "en": "Sex"}


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("?kind=dataset", [VISITS]),
        ("?ns=hanoi", [VISITS]),
        ("?q=gioi+tinh+da+ro", [KNOWN_SEX]),
        ("?kind=code-list&q=benh+tat", [DISEASES]),
        ("?kind=schema&ns=hanoi", []),
        ("?known=2020-01-01", []),
        ("?group=data-group/byt/none", []),
    ],
)
def test_artefacts_are_chosen_by_filters(client, query, keys):
    items = json_of(client, f"{API}/artefacts{query}")["items"]

    assert [item["key"] for item in items] == [str(key) for key in keys]


@pytest.mark.parametrize("limit", [1, 3, 14, 1000])
def test_pages_of_artefacts_are_in_one_order_without_gap_or_repeat(client, limit):
    keys = [item["key"] for item in paged(client, f"{API}/artefacts", limit)]

    assert keys == sorted(set(keys))
    assert len(keys) == 14


def test_a_page_behind_the_last_is_empty(client):
    items = json_of(client, f"{API}/artefacts?limit=1")
    assert items["next"] is not None
    assert json_of(client, f"{API}/artefacts?cursor=YXQ6OTk5OQ")["items"] == []


@pytest.mark.parametrize(
    "query",
    [
        "?limit=0",
        "?limit=1001",
        "?limit=-1",
        "?limit=x",
        "?limit=",
        "?limit=99999999999999999999",
        "?cursor=x",
        "?cursor=YXQ6LTE",
        "?cursor=YXQ6OTk5OTk5OTk5OTk5OTk5OTk5",
        "?cursor=%C3%A1",
        "?on=x",
        "?known=x",
    ],
)
@pytest.mark.parametrize("path", ["/artefacts", "/code-lists/byt/sex/codes", "/search"])
def test_what_a_parameter_cannot_be_is_said(client, path, query):
    answer = client.get(f"{API}{path}{query}")

    assert (answer.status_code, problem_of(answer)) == (400, "bad-request")
    assert query[1:].split("=")[0] in answer.json()["detail"]


def test_an_artefact_tells_header_timeline_and_what_is_in_force(client):
    told = json_of(client, f"{API}/artefacts/{SEX}?on=2024-08-01")

    assert {"header", "timeline", "in_force", "accepted", "gaps", "address"} <= set(told)
    assert told["accepted"] == ["2024-07-01", "2020-01-01"]
    assert [line["standing"] for line in told["timeline"]] == ["transitional", "in-force"]
    assert told["address"].endswith(f"/id/{SEX}")
    assert told["in_force"]["digest"]


def test_an_artefact_tells_gaps_corrections_and_withdrawals(client):
    gaps = json_of(client, f"{API}/artefacts/{GAPPED}")["gaps"]
    assert gaps == [{"start": "2021-01-01", "end": "2024-07-01"}]
    mended = json_of(client, f"{API}/artefacts/{MENDED}")["timeline"]
    assert [line["standing"] for line in mended] == ["corrected", "in-force"]
    gone = json_of(client, f"{API}/artefacts/{GONE}")
    assert gone["in_force"] is None
    assert [line["what"] for line in gone["timeline"]] == ["release", "withdrawal"]
    assert json_of(client, f"{API}/artefacts/{COMING}")["standing"] == "upcoming"


def test_two_releases_are_compared_by_version_or_day(client):
    base = f"{API}/artefacts/{VISIT}/diff"
    by_version = json_of(client, f"{base}?from=2020-01-01&to=2024-07-01")
    by_day = json_of(client, f"{base}?from=2021-03-04&to=2025-03-04")

    assert by_day == by_version == json_of(client, f"{base}?from=2020-01-01")
    assert {"impact", "added", "changed", "removed"} <= set(by_version)
    assert by_version["added"] == ["rule:visit-name"]
    (change,) = by_version["changed"]
    assert change["key"] == "TEN"
    assert change["fields"]["max_length"] == [10, 50]
    same = json_of(client, f"{base}?from=2024-07-01&to=2024-07-01")
    assert (same["impact"], same["added"], same["changed"]) == ("none", [], [])


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 400), ("?from=", 404), ("?from=x", 404), ("?from=2019-01-01", 404), ("?from=%00", 404)],
)
def test_a_comparison_with_nothing_is_refused(client, query, status):
    answer = client.get(f"{API}/artefacts/{VISIT}/diff{query}")

    assert answer.status_code == status
    assert problem_of(answer) in {"bad-request", "not-found", "not-in-force"}


def test_users_are_told_through_all_steps(client):
    told = json_of(client, f"{API}/artefacts/{SEX}/uses")
    found = {item["key"]: (item["distance"], item["through"]) for item in told["items"]}

    assert told["total"] == len(found)
    assert found[str(KNOWN_SEX)] == (1, [])
    assert found[str(SEX_ELEMENT)] == (2, [str(KNOWN_SEX)])
    assert found[str(VISITS)][0] in {2, 3}
    assert found[str(VISIT)] == (1, [])
    past = json_of(client, f"{API}/artefacts/{SEX}/uses?on=2021-01-01")
    assert [item["key"] for item in past["items"]] == [str(VISIT)]
    assert json_of(client, f"{API}/artefacts/{SEX}/uses?known=2020-01-01")["items"] == []


@pytest.mark.parametrize("tail", ["", "/diff?from=2020-01-01", "/uses"])
def test_an_artefact_that_there_is_not_is_not_found(client, tail):
    for key in ("code-list/byt/none", "nothing/byt/sex", "code-list/BYT/sex", "code-list/byt/%00"):
        answer = client.get(f"{API}/artefacts/{key}{tail}")
        assert answer.status_code == 404
        assert problem_of(answer) in {"not-found", "bad-key"}


# -- codes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "code", "holds"),
    [
        (f"{CODES}/sex/codes/1", "1", True),
        (f"{CODES}/sex/codes/1?on=2021-01-01", "1", True),
        (f"{CODES}/diseases/codes/E11.9", "E11.9", True),
        (f"{CODES}/diseases/codes/E119", "E11.9", True),
        (f"{CODES}/diseases/codes/{ODD}", "X 1/2<b>", False),
        (f"{CODES}/diseases/codes/X%201/2%3Cb%3E", "X 1/2<b>", False),
        (f"{CODES}/diseases/codes/E00-E90", "E00-E90", False),
    ],
)
def test_a_code_is_told_with_its_release_and_whether_it_holds(client, address, code, holds):
    told = json_of(client, address)

    assert (told["code"], told["in_force"]) == (code, holds)
    assert {"version", "start", "end", "digest"} <= set(told["release"])
    if code.startswith("X"):
        assert told["replaced_by"] == ["E11"]


@pytest.mark.parametrize(
    ("query", "version", "end"),
    [
        ("?on=2024-06-30", "2020-01-01", "2024-07-01"),
        ("?on=2024-07-01", "2024-07-01", None),
        ("?known=2026-06-02&on=2022-01-01", "2020-01-01", "2024-07-01"),
        ("", "2024-07-01", None),
    ],
)
def test_a_code_names_the_release_of_the_day(client, query, version, end):
    release = json_of(client, f"{CODES}/sex/codes/1{query}")["release"]

    assert (release["version"], release["end"]) == (version, end)


@pytest.mark.parametrize(
    ("address", "status", "slug"),
    [
        (f"{CODES}/sex/codes/3?on=2021-01-01", 404, "not-found"),
        (f"{CODES}/sex/codes/99", 404, "not-found"),
        (f"{CODES}/sex/codes/1?on=2019-01-01", 404, "not-in-force"),
        (f"{CODES}/sex/codes/1?known=2019-01-01", 404, "not-found"),
        (f"{CODES}/gone/codes/1", 410, "withdrawn"),
        (f"{CODES}/coming/codes/1", 404, "not-in-force"),
        (f"{CODES}/none/codes/1", 404, "not-found"),
        (f"{CODES}/sex/codes/%00", 404, "not-found"),
        (f"{CODES}/sex/codes/1?on=soon", 400, "bad-request"),
        (f"{CODES}/sex/codes/99/history", 404, "not-found"),
        (f"{CODES}/gone/codes", 410, "withdrawn"),
    ],
)
def test_a_code_that_cannot_be_told_is_refused_by_name(client, address, status, slug):
    answer = client.get(address)

    assert (answer.status_code, problem_of(answer)) == (status, slug)


def test_the_life_of_a_code_is_told(client):
    told = json_of(client, f"{CODES}/sex/codes/3/history")

    assert [(seen["what"], seen["version"]) for seen in told["history"]] == [
        ("appeared", "2024-07-01")
    ]
    odd = json_of(client, f"{CODES}/diseases/codes/{ODD}/history")
    assert odd["code"] == "X 1/2<b>"


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", ["E00-E90", "E11", "E11.9", "X 1/2<b>"]),
        ("?parent=", ["E00-E90", "X 1/2<b>"]),
        ("?parent=E11", ["E11.9"]),
        ("?parent=none", []),
        ("?below=E00-E90", ["E11", "E11.9"]),
        ("?q=dai+thao+duong", ["E11", "E11.9"]),
        ("?q=khong+bien", ["E11.9"]),
        ("?property=not-main=true", ["E11.9"]),
    ],
)
def test_codes_are_chosen_by_filters(client, query, codes):
    page = json_of(client, f"{CODES}/diseases/codes{query}")
    found = [item["code"] for item in page["items"]]

    if query == "?below=E00-E90":
        found = [code for code in found if code != "E00-E90"]  # "below" may take the top in
    assert sorted(found) == sorted(codes)
    assert {"items", "next", "total", "release"} <= set(page)


@pytest.mark.parametrize("limit", [1, 7, 50, 120])
def test_pages_of_codes_are_in_one_order_without_gap_or_repeat(client, limit):
    codes = [item["code"] for item in paged(client, f"{CODES}/many/codes", limit)]
    assert str(MANY).endswith("many")

    assert len(codes) == len(set(codes)) == 120
    assert codes == [item["code"] for item in paged(client, f"{CODES}/many/codes", 33)]


def test_fifty_are_sent_when_nothing_is_said(client):
    page = json_of(client, f"{CODES}/many/codes")

    assert (len(page["items"]), page["total"]) == (50, 120)


# -- searching and translating --------------------------------------------------------------


def test_search_finds_without_accents_and_marks_with_them(client):
    told = json_of(client, f"{API}/search?q=dai+thao+duong")

    assert {"hits", "facets", "total", "took_ms"} <= set(told)
    first = told["hits"][0]
    assert {"key", "code", "title", "highlight", "score", "version"} <= set(first)
    assert first["code"] == "E11"
    start, end = first["highlight"][0]
    assert first["title"]["vi"][start:end] == "Đái"


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("q=E119", "E11.9"),
        ("q=e11.9", "E11.9"),
        ("q=male&lang=en", "1"),
        ("q=nu&list=byt/sex", "2"),
        ("q=TEN&kind=schema", "TEN"),
    ],
)
def test_search_takes_codes_languages_lists_and_kinds(client, query, first):
    assert json_of(client, f"{API}/search?{query}")["hits"][0]["code"] == first


def test_hits_say_whether_they_held_as_asked(client):
    def holds(query):
        hits = json_of(client, f"{API}/search?q=chua+xac+dinh&{query}")["hits"]
        return hits[0]["in_force"]

    assert holds("") is True
    assert holds("on=2021-01-01") is False
    assert holds("known=2020-01-01") is False


def test_pages_of_hits_follow_each_other(client):
    whole = json_of(client, f"{API}/search?q=muc&limit=40")
    first = json_of(client, f"{API}/search?q=muc&limit=20")
    second = json_of(client, f"{API}/search?q=muc&limit=20&cursor={first['next']}")

    assert [h["code"] for h in first["hits"] + second["hits"]] == [
        h["code"] for h in whole["hits"]
    ]
    assert json_of(client, f"{API}/search?q=muc&limit=1000")["total"] >= 40


@pytest.mark.parametrize("query", ["kind=nothing", "lang=xx", "list=nothing", "retired=x"])
def test_search_refuses_what_it_cannot_look_in(client, query):
    assert problem_of(client.get(f"{API}/search?q=a&{query}")) == "bad-request"


def test_nothing_asked_finds_nothing_and_is_no_error(client):
    for query in ("", "?q=", "?q=%20", "?q=%00"):
        assert json_of(client, f"{API}/search{query}")["hits"] == []


@pytest.mark.parametrize(
    ("query", "result", "targets"),
    [
        ("code=1", True, ["1"]),
        ("code=2", True, ["2", "3"]),
        ("code=3", False, [""]),
        ("code=99", False, []),
        ("code=3&reverse=true", True, ["3"]),
        (f"code=1&system={SEX}", True, ["1"]),
    ],
)
def test_a_code_is_said_in_another_list(client, query, result, targets):
    told = json_of(client, f"{API}/translate/byt/sex--old?{query}")

    assert told["result"] is result
    assert [match["target"] for match in told["matches"]] == targets
    assert told["release"]["version"] == "2024-07-01"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("code=1&reverse=maybe", 400),
        ("code=1&system=urn:other", 400),
        ("code=1&on=2020-01-01", 404),
        ("code=1&known=2020-01-01", 404),
        ("code=1&on=x", 400),
    ],
)
def test_a_translation_that_cannot_be_made_is_refused(client, query, status):
    answer = client.get(f"{API}/translate/byt/sex--old?{query}")

    assert answer.status_code == status
    problem_of(answer)
    assert str(OLD_TO_NEW) in f"mapping/byt/sex--old {answer.text}"


# -- the chain ------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 4, 1000])
def test_a_client_can_follow_and_prove_the_chain(client, limit):
    events, cursor = [], ""
    while True:
        page = json_of(client, f"{API}/changes?limit={limit}&since={cursor}")
        events += page["items"]
        cursor = page["next"]
        if not page["more"]:
            break

    previous = GENESIS
    for number, event in enumerate(events, 1):
        assert (event["seq"], event["previous"]) == (number, previous)
        sealed = {name: value for name, value in event.items() if name != "hash"}
        assert digest_of(canonical(sealed)) == event["hash"]
        previous = event["hash"]
    assert len(events) == json_of(client, "/version")["seq"]
    assert json_of(client, f"{API}/changes?since={cursor}")["items"] == []


@pytest.mark.parametrize("since", ["x", "YXQ6OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "LTE"])
def test_a_cursor_that_is_none_is_refused(client, since):
    assert problem_of(client.get(f"{API}/changes?since={since}")) == "bad-request"


# -- checking -------------------------------------------------------------------------------

GOOD = {"MA_LK": "1", "NGAY_RA": "202508010830", "GIOI_TINH": "1", "MA_BENH": "E11", "TEN": "An"}


def checked(client, data, media_type="application/json", query="", status=200):
    """The report about records."""
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    answer = client.post(f"{VALIDATE}{query}", content=body, headers={"content-type": media_type})
    assert answer.status_code == status, answer.text
    return answer.json()


def test_a_report_has_the_promised_shape(client):
    told = checked(client, {**GOOD, "GIOI_TINH": "9"})

    assert {"valid", "records", "invalid", "on", "releases", "findings", "truncated"} <= set(told)
    assert (told["valid"], told["records"], told["invalid"]) == (False, 1, 1)
    assert {(r["key"], r["version"]) for r in told["releases"]} >= {(str(VISIT), "2024-07-01")}
    (finding,) = told["findings"]
    assert (finding["record"], finding["path"], finding["rule"], finding["severity"]) == (
        1,
        "/GIOI_TINH",
        "code-not-in-list",
        "error",
    )
    assert set(finding["message"]) == {"vi", "en"}


@pytest.mark.parametrize(
    ("data", "media_type", "records", "invalid"),
    [
        (GOOD, "application/json", 1, 0),
        ([GOOD, GOOD, {}], "application/json; charset=utf-8", 3, 1),
        ([], "application/json", 0, 0),
        (b'{"MA_LK":"1"}\n{}\n\n', "application/x-ndjson", 2, 2),
        (b"", "application/x-ndjson", 0, 0),
    ],
)
def test_records_come_as_one_as_many_and_as_lines(client, data, media_type, records, invalid):
    told = checked(client, data, media_type)

    assert told["records"] == records
    if invalid == 0:
        assert told["valid"]
    else:
        assert not told["valid"]


def test_each_record_is_held_against_its_own_day(client):
    long = {**GOOD, "TEN": "A" * 30}
    told = checked(client, [{**long, "NGAY_RA": "202008010830"}, long])

    assert [(f["record"], f["rule"]) for f in told["findings"]] == [(1, "max-length")]
    on = checked(client, [{**long, "NGAY_RA": "202008010830"}, long], query="?on=2021-01-01")
    assert [f["record"] for f in on["findings"] if f["rule"] == "max-length"] == [1, 2]


@pytest.mark.parametrize(
    ("data", "media_type", "status", "slug"),
    [
        (b"", "application/json", 400, "bad-request"),
        (b"{", "application/json", 400, "bad-request"),
        (b"[1,", "application/json", 400, "bad-request"),
        (b"null", "application/json", 400, "bad-request"),
        (b"[" * 100_000, "application/json", 400, "bad-request"),
        (b"\xff\xfe{}", "application/json", 400, "bad-request"),
        (b"{}", "text/plain", 415, "bad-request"),
        (b"{}", "image/png", 415, "bad-request"),
        (b"{}", "application/x-www-form-urlencoded", 415, "bad-request"),
    ],
)
def test_what_is_no_record_is_refused(client, data, media_type, status, slug):
    answer = client.post(VALIDATE, content=data, headers={"content-type": media_type})

    assert (answer.status_code, problem_of(answer)) == (status, slug)


def test_a_broken_line_is_a_finding_in_its_place(client):
    told = checked(client, b'{"MA_LK":"1"}\n{broken\n{"MA_LK":"2"}\n', "application/x-ndjson")

    assert [f["record"] for f in told["findings"] if f["rule"] == "malformed"] == [2]
    assert told["records"] == 3


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(client, lived):
    limit = lived.settings.max_body_mb * 1024 * 1024
    answer = client.post(
        VALIDATE, content=b"x" * (limit + 1), headers={"content-type": "application/json"}
    )

    assert (answer.status_code, problem_of(answer)) == (413, "too-large")


@pytest.mark.parametrize(
    ("path", "status", "slug"),
    [
        (f"{API}/validate/byt/none", 404, "not-found"),
        (f"{API}/validate/BYT/none", 404, "bad-key"),
        (f"{VALIDATE}?on=2019-01-01", 404, "not-in-force"),
        (f"{VALIDATE}?known=2019-01-01", 404, "not-found"),
        (f"{VALIDATE}?on=x", 400, "bad-request"),
    ],
)
def test_a_schema_that_there_is_not_cannot_be_checked_against(client, path, status, slug):
    answer = client.post(path, content=b"{}", headers={"content-type": "application/json"})

    assert (answer.status_code, problem_of(answer)) == (status, slug)


# -- how the service is ---------------------------------------------------------------------


def test_the_service_tells_how_it_is(client):
    assert json_of(client, "/health") == {"status": "ok"}
    assert json_of(client, "/ready")["status"] == "ready"
    assert json_of(client, "/version")["artefacts"] == 14
    assert "catalog_artefacts 14" in client.get("/metrics").text
    paths = json_of(client, "/openapi.json")["paths"]
    assert f"{API}/artefacts" in paths
    assert all("/openapi" not in path for path in paths)
