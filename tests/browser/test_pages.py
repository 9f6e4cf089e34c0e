"""Every page: no complaint in the console, no wider than a phone, nothing axe calls serious."""

import re

import httpx
import pytest

PAGES = {
    "home": "/",
    "hits": "/?q=dai+thao+duong",
    "no-hits": "/?q=xyzzy",
    "listing": "/artefacts",
    "lists": "/artefacts?kind=code-list",
    "documents": "/documents",
    "document": "/id/document/byt/2-qd-byt-2024",
    "small-list": "/id/code-list/byt/sex",
    "former-list": "/id/code-list/byt/sex?on=2021-01-01",
    "tree": "/id/code-list/byt/diseases?at=E11",
    "concept": "/id/code-list/byt/diseases/code/E11.9",
    "odd-concept": "/id/code-list/byt/diseases/code/X%201%2F2%3Cb%3E",
    "schema": "/id/schema/byt/visit",
    "field": "/id/schema/byt/visit/field/TEN",
    "mapping": "/id/mapping/byt/sex--old",
    "compare": "/compare?key=code-list/byt/sex&from={first}&to={second}",
    "validate": "/validate?schema=byt/visit",
    "docs": "/docs",
    "about": "/about",
    "missing": "/id/code-list/byt/none",
    "too-early": "/id/code-list/byt/sex?on=1990-01-01",
    "nonsense": "/id/code-list/byt/sex?on=yesterday",
}


@pytest.fixture(scope="module")
def versions(address):
    """The versions of the list with two releases, the earlier first."""
    timeline = httpx.get(f"{address}/api/v1/artefacts/code-list/byt/sex").json()["timeline"]
    return {"first": timeline[0]["version"], "second": timeline[1]["version"]}


@pytest.fixture(scope="module")
def desk(windows):
    """A window of a desk, light, in Vietnamese."""
    return windows(width=1280, color_scheme="light")


@pytest.fixture(scope="module")
def phone(windows):
    """A window of a phone, dark."""
    return windows(width=390, color_scheme="dark")


def sound(visitor, path, language, axe, picture):
    """Hold that a page is sound in a window."""
    page = visitor.page
    visitor.complaints.clear()
    page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")

    page.screenshot(path=picture, full_page=True)
    assert visitor.complaints == []
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert visitor.violations(axe) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_sound_on_a_desk(name, desk, versions, axe, pictures):
    sound(desk, PAGES[name].format(**versions), "vi", axe, pictures / f"{name}-desk.png")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_sound_in_the_dark_on_a_phone(name, phone, versions, axe, pictures):
    sound(phone, PAGES[name].format(**versions), "en", axe, pictures / f"{name}-phone.png")


def test_every_page_is_whole_without_scripts(windows, versions):
    page = windows(java_script_enabled=False).page
    odd: dict[str, str] = {}
    for name, path in PAGES.items():
        page.goto(path.format(**versions))
        said = page.locator("main").inner_text()
        if len(said) < 40 or re.search(r"\{\{|\{%|\bNone\b|Undefined", said):
            odd[name] = said

    assert odd == {}


def test_nothing_is_written_into_a_page_unescaped(visit):
    visitor = visit("/id/code-list/byt/diseases/code/X%201%2F2%3Cb%3E")

    assert visitor.page.locator("h1").inner_text() == "X 1/2<b> <script>alert(1)</script>"
    assert visitor.complaints == []


def test_scripts_weigh_less_than_sixty_kilobytes(visit):
    visitor = visit("/")
    weights = [
        len(visitor.context.request.get(source).body())
        for source in ("/static/search.js", "/static/page.js", "/static/check.js")
    ]

    assert sum(weights) <= 60_000


def test_a_page_prints_its_long_texts_whole_and_leaves_the_controls_out(visit):
    page = visit("/id/schema/byt/visit").page
    page.emulate_media(media="print")

    assert not page.locator("header.top").is_visible()
    assert not page.locator("form.as-of").first.is_visible()
    assert page.locator("h1").is_visible()
