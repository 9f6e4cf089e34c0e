"""Pages: in both languages, for any day, everything from here, nobody's markup let through."""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest

from tests.registry import (
    COMING,
    DISEASES,
    GAPPED,
    GONE,
    KNOWN_SEX,
    MENDED,
    OLD_TO_NEW,
    QD_1,
    SEX,
    SEX_ELEMENT,
    VISIT,
    VISITS,
)
from tests.web.test_resources import NEW, ODD

PAGES = [
    "/",
    "/?q=dai+thao+duong",
    "/?q=khongcogihet",
    "/artefacts",
    "/artefacts?kind=code-list",
    "/documents",
    "/about",
    "/docs",
    "/validate",
    f"/compare?key={VISIT}&from=2020-01-01&to=2024-07-01",
    f"/compare?key={MENDED}&from=2020-01-01&to=2020-01-01.2",
    f"{NEW}.html",
    f"{NEW}/code/3.html",
    f"/id/{DISEASES}/2020-01-01.html",
    f"/id/{DISEASES}/2020-01-01.html?parent=E11",
    f"/id/{DISEASES}/2020-01-01.html?q=script",
    f"/id/{DISEASES}/2020-01-01/code/{ODD}.html",
    f"/id/{VISIT}/2024-07-01.html",
    f"/id/{VISIT}/2024-07-01/field/TEN.html",
    f"/id/{OLD_TO_NEW}/2024-07-01.html",
    f"/id/{KNOWN_SEX}/2024-07-01.html",
    f"/id/{SEX_ELEMENT}/2024-07-01.html",
    f"/id/{VISITS}/2024-07-01.html",
    f"/id/{QD_1}/2020-01-01.html",
    f"/id/{GONE}/2020-01-01.html",
    f"/id/{COMING}/2027-01-01.html",
    f"/id/{MENDED}/2020-01-01.html",
    f"/id/{GAPPED}/2020-01-01.html",
]
"""Every kind of page there is."""


class Page(HTMLParser):
    """What a page refers to, and what is in it."""

    def __init__(self, text):
        super().__init__()
        self.links, self.loaded, self.scripts, self.language = [], [], [], ""
        self.handlers, self.ids = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "html":
            self.language = given.get("lang")
        if tag == "a":
            self.links.append(given.get("href", ""))
        if tag in {"script", "img", "iframe", "source", "object", "embed"}:
            self.loaded.append(given.get("src", ""))
        if tag == "link" and given.get("rel") in {"stylesheet", "icon", "preload"}:
            self.loaded.append(given.get("href", ""))
        if tag == "script":
            self.scripts.append(given)
        self.handlers += [name for name in given if name.startswith("on") or name == "style"]
        if "id" in given:
            self.ids.append(given["id"])


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_page_is_whole_in_its_language_and_loads_nothing_from_elsewhere(
    client, address, language
):
    answer = client.get(address, params={"lang": language} if "?" not in address else None)
    if "?" in address:
        answer = client.get(f"{address}&lang={language}")
    assert answer.status_code == 200, answer.text[:500]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Page(answer.text)

    assert page.language == language
    assert all(src.startswith(("/", "data:")) and "//" not in src[:2] for src in page.loaded)
    assert all("src" in script for script in page.scripts)  # none in the page itself
    assert page.handlers == []  # the policy would stop them
    assert len(page.ids) == len(set(page.ids)), "an id stands twice"
    assert "<script>alert" not in answer.text
    assert "undefined" not in answer.text.lower()


def test_vietnamese_is_first_and_a_choice_is_remembered(client):
    assert Page(client.get("/about").text).language == "vi"
    client.get("/about?lang=en")
    assert Page(client.get("/about").text).language == "en"
    assert Page(client.get("/about?lang=vi").text).language == "vi"


def test_markup_in_data_is_shown_as_text(client):
    concept = client.get(f"/id/{DISEASES}/2020-01-01/code/{ODD}.html").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in concept
    assert "X 1/2&lt;b&gt;" in concept
    found = client.get("/?q=%3Cscript%3Ealert(1)").text
    assert "&lt;script&gt;" in found


def test_a_search_of_markup_is_shown_as_text(client):
    page = client.get("/?q=%22%3E%3Cimg+src%3Dx+onerror%3Dalert(1)%3E").text

    assert "<img" not in page


@pytest.mark.parametrize("address", [f"{NEW}.html", f"{NEW}/code/3.html", "/artefacts", "/"])
def test_a_page_of_another_day_says_so(client, address):
    assert 'class="ribbon"' not in client.get(address).text
    page = client.get(f"{address}?on=2021-03-04").text
    assert 'class="ribbon"' in page
    assert "04/03/2021" in page
    assert "2021-03-04" in client.get(f"{address}?on=2021-03-04&lang=en").text


def test_a_browser_is_led_to_the_page_of_the_day_and_keeps_it(client):
    answer = client.get(f"/id/{SEX}?on=2021-03-04", headers={"accept": "text/html"})

    assert answer.headers["location"] == f"/id/{SEX}/2020-01-01?on=2021-03-04"


@pytest.mark.parametrize("address", PAGES)
def test_every_link_of_a_page_leads_somewhere(client, address):
    page = Page(client.get(address).text)
    assert page.links
    for link in {urljoin(address, link) for link in page.links}:
        parts = urlsplit(link)
        if parts.scheme or not parts.path.startswith("/"):
            continue
        if (parts.path, parts.query) in SEEN:
            continue
        SEEN.add((parts.path, parts.query))
        answer = client.get(
            parts.path + (f"?{parts.query}" if parts.query else ""),
            headers={"accept": "text/html"},
        )
        assert answer.status_code in {200, 303, 410}, f"{address}: {link}"


SEEN = set()
"""Links asked already."""


@pytest.mark.parametrize(
    ("address", "status", "slug"),
    [
        (f"/id/{GONE}", 410, "withdrawn"),
        (f"/id/{COMING}", 404, "not-in-force"),
        ("/id/code-list/byt/none", 404, "not-found"),
        (f"{NEW}/code/99", 404, "not-found"),
        (f"/id/{SEX}?on=x", 400, "bad-request"),
        ("/nothing", 404, "not-found"),
    ],
)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_fails_is_told_on_a_page(client, address, status, slug, language):
    mark = "&" if "?" in address else "?"
    answer = client.get(f"{address}{mark}lang={language}", headers={"accept": "text/html"})

    assert answer.status_code == status
    assert Page(answer.text).language == language
    assert slug in answer.text


def test_a_pasted_record_is_checked_on_a_page_and_not_kept(client):
    record = '{"MA_LK":"1","NGAY_RA":"202508010830","GIOI_TINH":"<b>9</b>","TEN":"An"}'
    answer = client.post("/validate", data={"schema": "byt/visit", "records": record})

    assert answer.status_code == 200
    assert "code-not-in-list" in answer.text
    assert "<b>9</b>" not in answer.text
    assert client.post("/validate", data={}).status_code == 422


def test_static_files_are_ours_and_only_those(client):
    style = client.get("/static/style.css")
    assert style.headers["content-type"].startswith("text/css")
    assert not re.search(r"url\(\s*['\"]?(https?:)?//", style.text)
    for name in ("../app.py", "..%2fapp.py", "base.html", "", ".", "style.css%00"):
        assert client.get(f"/static/{name}").status_code in {400, 404}
