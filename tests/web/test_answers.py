"""What every answer carries: ETags, 304, HEAD, headers of safety, the right refusals."""

import pytest

from catalog.core import errors
from catalog.core.errors import CatalogError
from catalog.web.answers import SAFETY
from catalog.web.app import ROUTES
from catalog.web.problems import STATUS
from tests.registry import DISEASES, SEX, VISIT
from tests.web.test_resources import NEW, ODD, problem_of

TAGGED = [
    f"{NEW}",
    f"{NEW}.ttl",
    f"{NEW}.html",
    f"{NEW}.xlsx",
    f"{NEW}.sqlite",
    f"{NEW}/code/1",
    f"{NEW}/code/1.ttl",
    f"{NEW}/code/1.html",
    f"/id/{DISEASES}/2020-01-01/code/{ODD}",
    f"/id/{VISIT}/2024-07-01/field/TEN",
    f"/id/{VISIT}/2024-07-01.schema.json",
    f"/id/{VISIT}/2024-07-01.schema.json?bundle=1",
    "/api/v1/artefacts",
    f"/api/v1/artefacts/{SEX}",
    f"/api/v1/artefacts/{SEX}/diff?from=2020-01-01",
    f"/api/v1/artefacts/{SEX}/uses",
    "/api/v1/code-lists/byt/sex/codes",
    "/api/v1/code-lists/byt/sex/codes/1",
    "/api/v1/code-lists/byt/sex/codes/1/history",
    "/api/v1/translate/byt/sex--old?code=1",
    "/api/v1/changes",
    "/api/v1/reports/freshness",
    "/catalog",
    "/catalog.jsonld",
    "/contexts/registry.jsonld",
    "/openapi.json",
    "/",
    "/?q=benh",
    "/artefacts",
    "/documents",
    "/about",
    "/docs",
    "/validate",
    f"/compare?key={SEX}&from=2020-01-01&to=2024-07-01",
    "/static/style.css",
]
"""An address of each route whose answer may be asked for again."""

PASSING = ["/health", "/ready", "/version", "/metrics", "/api/v1/search?q=benh"]
"""Addresses whose answers are of the moment."""

REFUSED = [
    ("GET", "/nothing", 404),
    ("GET", f"/id/{SEX}?on=x", 400),
    ("GET", f"/id/{SEX}/2024-07-01.schema.json?bundle=maybe", 400),
    ("GET", f"{NEW}/code/99", 404),
    ("GET", "/id/code-list/byt/gone", 410),
    ("GET", "/api/v1/nothing", 404),
    ("POST", "/api/v1/artefacts", 405),
    ("DELETE", NEW, 405),
    ("PUT", "/", 405),
    ("TRACE", "/health", 405),
    ("GET", "/api/v1/validate/byt/visit", 405),
    ("GET", "/static/nothing", 404),
    ("GET", "/openapi", 404),
    ("GET", "/openapi/x", 404),
]


@pytest.mark.parametrize("address", TAGGED)
def test_what_is_known_already_is_not_sent_again(client, address):
    whole = client.get(address)
    assert whole.status_code == 200
    etag = whole.headers["etag"]

    for known in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        again = client.get(address, headers={"if-none-match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
        assert "content-type" not in again.headers
        assert SAFETY.items() <= dict(again.headers).items()
        for name in ("cache-control", "vary"):
            assert again.headers.get(name) == whole.headers.get(name)
    other = client.get(address, headers={"if-none-match": '"other"'})
    assert (other.status_code, other.content) == (200, whole.content)


@pytest.mark.parametrize("address", [*TAGGED, *PASSING, f"/id/{SEX}", "/nothing"])
def test_a_head_is_a_get_without_its_body(client, address):
    whole, head = client.get(address), client.head(address)

    assert (head.status_code, head.content) == (whole.status_code, b"")
    varying = {"content-length", "etag"} if address in PASSING else set()
    assert {k: v for k, v in head.headers.items() if k not in varying} == {
        k: v for k, v in whole.headers.items() if k not in varying
    }


@pytest.mark.parametrize("address", [*TAGGED, *PASSING, f"/id/{SEX}"])
def test_every_answer_carries_the_headers_of_safety(client, address):
    headers = dict(client.get(address).headers)

    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["access-control-allow-origin"] == "*"
    assert "referrer-policy" in headers
    assert "cache-control" in headers


@pytest.mark.parametrize(("method", "address", "status"), REFUSED)
def test_every_refusal_is_a_problem_with_the_headers_of_safety(client, method, address, status):
    answer = client.request(method, address)

    assert answer.status_code == status
    problem_of(answer)
    assert SAFETY.items() <= dict(answer.headers).items()
    assert answer.json()["instance"] == address.partition("?")[0]
    if status == 405:
        assert "GET" in answer.headers["allow"] or "POST" in answer.headers["allow"]


@pytest.mark.parametrize("address", ["/api/v1/validate/byt/visit", "/api/v1/artefacts", NEW])
def test_a_page_of_another_site_may_ask(client, address):
    answer = client.options(
        address,
        headers={
            "origin": "https://benh-vien.example",
            "access-control-request-method": "POST",
            "access-control-request-headers": "content-type",
        },
    )

    assert answer.status_code in {200, 204}
    assert answer.headers["access-control-allow-origin"] == "*"
    methods = answer.headers["access-control-allow-methods"]
    assert ("POST" if "validate" in address else "GET") in methods
    assert "content-type" in answer.headers["access-control-allow-headers"]


def test_an_answer_names_what_it_depends_on(client):
    for address in (NEW, f"/id/{SEX}", f"{NEW}/code/1", "/api/v1/artefacts"):
        assert client.get(address).headers["vary"] == "Accept, Accept-Language"
    assert "Cookie" in client.get("/about").headers["vary"]


def test_the_tag_of_a_code_changes_with_the_day_asked_for(client):
    address = "/api/v1/code-lists/byt/sex/codes/1"
    tags = {client.get(f"{address}{query}").headers["etag"] for query in ("", "?on=2021-01-01")}

    assert len(tags) == 2


def refusals(kind=CatalogError):
    """Every refusal there is."""
    for each in kind.__subclasses__():
        yield each
        yield from refusals(each)


def test_every_refusal_has_a_status_and_slugs_are_unique():
    slugs = [each.slug for each in refusals() if each.__module__ == errors.__name__]

    assert set(slugs) <= set(STATUS)
    assert len(slugs) == len(set(slugs))


def test_every_route_is_asked_here_or_known_not_to_be():
    """A new route shows up here, so that its ETag, HEAD and headers are thought of."""
    paths = {path for route in ROUTES for path in route.paths if "GET" in route.http_methods}
    asked = {address.partition("?")[0] for address in (*TAGGED, *PASSING)}

    def is_asked(path):
        parts = path.strip("/").split("/")
        return any(fits(parts, other.strip("/").split("/")) for other in asked)

    elsewhere = {"/search", "/blob/sha256/{digest:str}"}
    reports = {path for path in paths if path.startswith("/api/v1/reports/")}
    assert {p for p in paths if not is_asked(p)} - elsewhere - reports == {
        path for path in paths if path.startswith("/catalog.") and path not in asked
    }


def fits(route, asked):
    """Whether the parts of an address are those of a route."""
    for place, part in enumerate(route):
        if part.endswith(":path}"):
            return len(asked) > place
        if place >= len(asked) or (not part.startswith("{") and part != asked[place]):
            return False
    return len(route) == len(asked)
