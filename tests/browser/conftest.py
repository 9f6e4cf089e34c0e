"""A browser and a server of its own for the tests of the pages."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.registry import filled

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items):
    """Keep all that needs the browser on one worker: one server, one browser."""
    for item in items:
        if HERE in item.path.parents and "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    """The address of a server over the small registry, on a free port."""
    folder = tmp_path_factory.mktemp("browser") / "var"
    filled(folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "CATALOG_DATA_DIR": str(folder),
        "CATALOG_PORT": str(port),
        "CATALOG_BASE_URI": "https://registry.example",
    }
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "catalog", "serve", "--host", "127.0.0.1"]
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            wait_until_ready(server, port, folder / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=20)


def wait_until_ready(server, port, log):
    """Wait until the server says that it is ready; tell its log when it does not."""
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"the server did not become ready:\n{log.read_text()}", pytrace=False)


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests; `bash tests/browser/install.sh` puts it there."""
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next((found for name in names if (found := shutil.which(name))), None)
    if program is None:
        pytest.fail("no Chromium here: run `bash tests/browser/install.sh`", pytrace=False)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def axe():
    """The source of axe-core; `bash tests/browser/install.sh` puts it into a cache."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    cache = Path(os.environ.get("CATALOG_TEST_CACHE") or home / "health-metadata-registry")
    source = cache / "axe" / "axe_playwright_python" / "axe.min.js"
    if not source.exists():
        pytest.fail("no axe-core here: run `bash tests/browser/install.sh`", pytrace=False)
    return source.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """Where pictures of the pages go: CATALOG_PICTURES, else a folder of the test run."""
    named = os.environ.get("CATALOG_PICTURES")
    folder = Path(named) if named else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass
class Visitor:
    """Somebody with a browser window; what the console complained of is kept."""

    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    def violations(self, axe: str) -> list[str]:
        """The serious violations that axe-core finds on the page as it stands."""
        self.page.evaluate(axe)
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{each['id']}: {node['target']} {node['failureSummary']}"
            for each in found["violations"]
            if each["impact"] in {"serious", "critical"}
            for node in each["nodes"]
        ]


@pytest.fixture(scope="module")
def windows(browser: Browser, address):
    """Opens windows that last as long as the tests of a file."""
    with closing_windows(browser, address) as window:
        yield window


@pytest.fixture
def visit(browser: Browser, address):
    """Opens windows on pages of the server; closed when the test ends."""
    with closing_windows(browser, address) as window:

        def opened(path: str, **options) -> Visitor:
            visitor = window(**options)
            visitor.page.goto(path)
            return visitor

        yield opened


@contextmanager
def closing_windows(browser: Browser, address: str):
    """Opens windows, and closes them all in the end."""
    contexts: list[BrowserContext] = []

    def window(*, width: int = 1280, **options) -> Visitor:
        size = {"width": width, "height": 900}
        options.setdefault("locale", "vi-VN")
        context = browser.new_context(viewport=size, base_url=address, **options)
        contexts.append(context)
        visitor = Visitor(context, context.new_page())
        visitor.page.set_default_timeout(10_000)
        visitor.page.on("console", lambda message: heard(visitor, message))
        visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        return visitor

    try:
        yield window
    finally:
        for context in contexts:
            context.close()


def heard(visitor, message):
    """Keep what the console warns of; a page that is meant to be missing says so there too."""
    if message.type in {"error", "warning"} and "status of 4" not in message.text:
        visitor.complaints.append(message.text)
