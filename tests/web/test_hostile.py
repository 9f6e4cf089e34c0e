"""Whatever is asked: an answer or a named refusal; no fault of ours, no script of theirs."""

import itertools
import random
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.test_answers import REFUSED, TAGGED

NASTY = [
    "",
    "%00",
    "%0d%0aset-cookie:x=1",
    "%ff%fe",
    "%ED%A0%80",
    "%F0%9F%98%80",
    "..",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "%252e%252e",
    "<script>alert(1)</script>",
    "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "'%20OR%201=1%20--",
    "%22%5D%7D%7B%28%29*%3A~%5E",
    "{{7*7}}",
    "${jndi:x}",
    "%25%25%25",
    "a" * 4000,
    "-1",
    "0",
    "99999999999999999999999999",
    "1e400",
    "NaN",
    "0001-01-01",
    "9999-12-31",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00%2B23:59",
    "2024-13-45",
    "true",
    "null",
    "[]",
    "YXQ6OTk5OTk5OTk5OTk5OTk5OTk5OTk5",
    "AAAA",
    "%E2%80%AE",
    "%C2%A0",
    "E11.9%00",
    "*",
    "?",
    "%23",
]
PATHS = [
    "/id/{}",
    "/id/code-list/{}",
    "/id/{}/byt/sex",
    "/id/code-list/byt/{}",
    "/id/code-list/byt/sex/{}",
    "/id/code-list/byt/sex/code/{}",
    "/id/code-list/byt/sex/2024-07-01/code/{}",
    "/id/code-list/byt/sex/2024-07-01/code/{}.html",
    "/id/schema/byt/visit/2024-07-01/field/{}",
    "/blob/sha256/{}",
    "/api/v1/artefacts/code-list/byt/{}",
    "/api/v1/code-lists/byt/{}/codes",
    "/api/v1/code-lists/byt/sex/codes/{}",
    "/api/v1/code-lists/byt/sex/codes/{}/history",
    "/api/v1/translate/byt/{}?code=1",
    "/contexts/{}",
    "/contexts/{}.jsonld",
    "/static/{}",
    "/catalog.{}",
    "/{}",
]
PARAMETERS = {
    "/id/code-list/byt/sex": ["on", "known", "bundle", "x"],
    "/id/code-list/byt/sex/2024-07-01.html": ["on", "known", "q", "parent", "cursor", "part"],
    "/id/schema/byt/visit/2024-07-01.html": ["on", "known", "q", "cursor"],
    "/id/mapping/byt/sex--old/2024-07-01.html": ["on", "cursor", "q"],
    "/id/document/byt/1-qd-byt-2020/2020-01-01.html": ["on", "known"],
    "/id/code-list/byt/sex/2024-07-01/code/1.html": ["on", "known", "lang"],
    "/api/v1/artefacts": ["kind", "ns", "group", "q", "on", "known", "limit", "cursor"],
    "/api/v1/artefacts/code-list/byt/sex": ["on", "known"],
    "/api/v1/artefacts/code-list/byt/sex/diff": ["from", "to"],
    "/api/v1/artefacts/code-list/byt/sex/uses": ["on", "known"],
    "/api/v1/code-lists/byt/diseases/codes": [
        "q",
        "parent",
        "below",
        "on",
        "known",
        "property",
        "limit",
        "cursor",
    ],
    "/api/v1/code-lists/byt/diseases/codes/E11": ["on", "known"],
    "/api/v1/search": ["q", "kind", "list", "lang", "on", "known", "limit", "cursor", "retired"],
    "/api/v1/translate/byt/sex--old": ["code", "system", "reverse", "on", "known"],
    "/api/v1/changes": ["since", "limit"],
    "/api/v1/reports/freshness": ["on", "known"],
    "/catalog": ["page", "size"],
    "/": ["q", "kind", "list", "cursor", "lang", "on", "known"],
    "/artefacts": ["kind", "q", "cursor", "on", "known"],
    "/documents": ["q", "on"],
    "/compare": ["key", "from", "to"],
    "/validate": ["schema", "part", "lang"],
}
HEADERS = [
    {"accept": ",;,;q="},
    {"accept": "text/html;q=2, */*;q=-1"},
    {"accept": "a/b," * 2000},
    {"accept-language": "xx-yy;q=9, *"},
    {"if-none-match": '"' * 3000},
    {"if-none-match": "W/"},
    {"cookie": "lang=%00; lang=en; =;;"},
    {"range": "bytes=-1--9"},
    {"x-forwarded-host": "evil.example", "x-forwarded-proto": "javascript"},
    {"host": "evil.example"},
    {"content-type": "multipart/form-data"},
    {"content-length": "0"},
    {"expect": "100-continue"},
    {"if-modified-since": "yesterday"},
    {"origin": "null"},
]


def sound(answer):
    """Hold that an answer is one, or a named refusal; and that it runs nobody's script."""
    assert answer.status_code < 500, answer.text[:300]
    media_type = answer.headers.get("content-type", "").partition(";")[0]
    if answer.status_code >= 400:
        assert media_type in {"application/problem+json", "text/html"}
        assert "Traceback" not in answer.text
    if media_type == "text/html":
        assert "<script>alert" not in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers or answer.headers["set-cookie"].startswith("lang=")
    assert "\n" not in answer.headers.get("location", "")
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("accept", ["*/*", "text/html"])
def test_nasty_addresses_are_refused_by_name(client, path, accept):
    for text in NASTY:
        sound(client.get(path.replace("{}", text), headers={"accept": accept}))


@pytest.mark.parametrize("path", PARAMETERS)
def test_nasty_parameters_are_refused_by_name(client, path):
    for name, text in itertools.product(PARAMETERS[path], NASTY):
        sound(client.get(f"{path}?{name}={text}"))


@pytest.mark.parametrize("headers", HEADERS, ids=lambda headers: next(iter(headers)))
def test_nasty_headers_do_no_harm(client, headers):
    for address in (*TAGGED[::3], f"/id/{'code-list/byt/sex'}", "/nothing"):
        sound(client.get(address, headers=headers))


def test_a_walk_at_random_meets_no_fault(client):
    dice = random.Random(20261124)  # noqa: S311 - no secret
    for _ in range(300):
        path = dice.choice([*PATHS, *PARAMETERS])
        while "{}" in path:
            path = path.replace("{}", dice.choice(NASTY), 1)
        names = dice.sample([n for names in PARAMETERS.values() for n in names], 3)
        query = "&".join(f"{name}={dice.choice(NASTY)}" for name in names)
        method = dice.choice(["GET"] * 6 + ["HEAD", "OPTIONS", "POST", "DELETE"])
        headers = dice.choice([*HEADERS, {"accept": "text/html"}])
        answer = client.request(
            method, f"{path}{'&' if '?' in path else '?'}{query}", headers=headers
        )
        sound(answer)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    place=st.sampled_from(["/id/code-list/byt/sex/code/", "/api/v1/code-lists/byt/sex/codes/"]),
    code=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30),
    words=st.text(max_size=30).map(lambda text: text.encode("utf-8", "replace").decode()),
)
def test_any_text_may_stand_where_a_code_or_words_do(client, place, code, words):
    sound(client.get(place + quote(code, safe="")))
    sound(client.get("/api/v1/search", params={"q": words}))
    sound(client.get("/", params={"q": words}))
    sound(client.get("/api/v1/code-lists/byt/diseases/codes", params={"q": words}))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    data=st.binary(max_size=200)
    | st.sampled_from([b"[", b"{", b'{"a":', b"[{}", b"[null]", b"\xef\xbb\xbf{}", b"1e999"]),
    media_type=st.sampled_from(
        [
            "application/json",
            "application/x-ndjson",
            "text/csv",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/xml",
            "multipart/form-data; boundary=x",
            "application/x-www-form-urlencoded",
            "x",
        ]
    ),
    path=st.sampled_from(["/api/v1/validate/byt/visit", "/api/v1/validate/claims", "/validate"]),
)
def test_any_bytes_may_be_sent_to_be_checked(client, data, media_type, path):
    sound(client.post(path, content=data, headers={"content-type": media_type}))


@pytest.mark.parametrize(("method", "address", "status"), REFUSED)
def test_a_browser_is_shown_a_page_instead(client, method, address, status):
    answer = client.request(method, address, headers={"accept": "text/html,*/*;q=0.8"})

    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert "<main" in answer.text
    sound(answer)
