"""The door for other programs: a bundle asked from Python, with nothing else around."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from catalog.actions.bundling import bundle
from catalog.core.errors import BadFile, BadKey, KeptBack, NotFound, NotInForce
from catalog.offline import open_bundle
from tests.actions.bundles import OWNED, RECORDS, STAY, registry
from tests.registry import OLD_TO_NEW, SEX, VISIT

ROOT = Path(__file__).parents[2]

HEAVY = frozenset({
    "litestar", "sqlmodel", "sqlalchemy", "alembic", "tantivy", "meilisearch", "httpx", "click",
    "psycopg", "rdflib", "pyld", "granian", "jinja2", "pydantic", "structlog",
})  # fmt: skip

ENOUGH = frozenset({"msgspec", "jsonschema-rs", "lxml", "python-calamine", "xlsxwriter"})
"""What must be installed, beside the engine of the rules and what that asks for."""

RULES = frozenset({
    "common-expression-language", "prompt-toolkit", "pygments", "rich", "shellingham", "typer",
    "typing-extensions", "wcwidth", "annotated-doc", "markdown-it-py", "mdurl", "click",
})  # fmt: skip

SCRIPT = """
import json, sys
from datetime import date
from catalog.offline import open_bundle

with open_bundle(sys.argv[1]) as bundle:
    report = bundle.check("byt/visit", {"NGAY_RA": "202501010800", "GIOI_TINH": "9"})
    name = bundle.lookup("byt/sex", "1").concept.display["vi"]
    matches = bundle.translate("byt/sex--old", "2")
print(json.dumps([sorted(report.counts), name, [match.target for match in matches]]))
loaded = {name.split(".")[0] for name in sys.modules}
print(json.dumps(sorted(loaded)))
from importlib.metadata import packages_distributions
named = packages_distributions()
print(json.dumps(sorted({one for name in loaded for one in named.get(name, ())})))
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("offline")
    parts = registry(folder)
    bundle(parts.reading.library(), [VISIT, STAY, OLD_TO_NEW], folder / "visit.bundle")
    parts.store.close()
    return folder / "visit.bundle"


@pytest.fixture
def opened(path):
    with open_bundle(path) as opened:
        yield opened


def test_a_program_needs_the_package_and_the_file_alone(path, tmp_path):
    only = tmp_path / path.name
    only.write_bytes(path.read_bytes())
    told = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(only)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "HOME": str(tmp_path / "home")},
        capture_output=True,
        check=True,
        text=True,
    )
    answers, modules, packages = map(json.loads, told.stdout.splitlines())

    assert answers == [["code-not-in-list", "required", "rule:visit-name"], "Nam", ["2", "3"]]
    assert not HEAVY & set(modules)
    used = {name.lower().replace("_", "-") for name in packages}
    assert used - RULES - {"health-metadata-registry", "setuptools"} <= ENOUGH
    assert [item.name for item in tmp_path.iterdir()] == [only.name]


def test_records_and_a_single_record_are_checked(opened):
    assert opened.check("byt/visit", RECORDS).records == len(RECORDS)
    assert opened.check("schema/byt/visit", {"MA_LK": "1"}).records == 1
    assert opened.check("byt/visit", iter(RECORDS)).records == len(RECORDS)


def test_a_day_can_be_said(opened):
    record = {"MA_LK": "1", "GIOI_TINH": "3", "NGAY_RA": "202601010800"}

    assert "code-not-in-force" in opened.check("byt/visit", record, date(2021, 1, 1)).counts
    with pytest.raises(NotInForce):
        opened.check("byt/visit", record, date(2019, 1, 1))


def test_a_code_is_looked_up_as_of_a_day(opened):
    found = opened.lookup("byt/diseases", "E119", date(2025, 1, 1))

    assert found.concept.code == "E11.9"
    assert found.in_force
    assert found.release.key == "code-list/byt/diseases"
    assert not opened.lookup("byt/diseases", "E00-E90").in_force
    with pytest.raises(NotFound):
        opened.lookup("byt/sex", "3", date(2021, 1, 1))


def test_a_code_without_counterpart_says_so(opened):
    [match] = opened.translate("byt/sex--old", "3")

    assert match.relation == "none"
    assert opened.translate("byt/sex--old", "99") == ()


@pytest.mark.parametrize(
    ("ask", "refusal"),
    [
        (lambda b: b.check("byt/nothing", []), NotFound("schema/byt/nothing")),
        (lambda b: b.lookup("who/owned", "A"), KeptBack(str(OWNED))),
        (lambda b: b.translate("../etc", "A"), BadKey("mapping/../etc")),
    ],
)
def test_what_is_not_in_the_bundle_is_refused_by_name(opened, ask, refusal):
    with pytest.raises(type(refusal)) as error:
        ask(opened)

    assert error.value == refusal


def test_the_releases_are_named(opened):
    named = [(lock.key, lock.version) for lock in opened.releases()]

    assert len([key for key, _ in named if key == str(SEX)]) == 2
    assert next(one.key for one in opened.left_out()) == str(OWNED)


def test_threads_share_a_bundle(opened):
    def look(number):
        code = "12"[number % 2]
        return opened.lookup("byt/sex", code, date(2025, 1, 1)).concept.code == code

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(look, range(200)))


def test_a_bundle_of_damaged_entries_is_closed_again(path, tmp_path):
    copy = tmp_path / "cut.bundle"
    copy.write_bytes(path.read_bytes()[:-1])

    with pytest.raises(BadFile):
        open_bundle(copy)


def test_every_part_can_be_verified(opened):
    assert opened.verify() == len(opened.manifest.parts)
