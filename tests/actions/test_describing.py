"""Describing: the documents that the API and the command line tell."""

from datetime import UTC, date, datetime, timedelta

import pytest

from catalog.actions.describing import artefact, artefacts, uses
from catalog.core.errors import NotFound
from catalog.core.names import Key, Kind
from tests.registry import (
    DISEASES,
    FIRST,
    GONE,
    OLD_TO_NEW,
    QD_1,
    SEX,
    TODAY,
    VISIT,
    filled,
    lived_in,
)

BEFORE = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """A small register."""
    return filled(tmp_path_factory.mktemp("describing"))


@pytest.fixture(scope="module")
def library(parts):
    """Its library."""
    return parts.reading.library()


def keys(lines):
    """The keys of lines, in their order."""
    return [line["key"] for line in lines]


def test_everything_is_listed_by_key(library):
    lines = artefacts(library, TODAY)

    assert keys(lines) == sorted(keys(lines))
    assert len(lines) == 6


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"kind": Kind.CODE_LIST}, [str(DISEASES), str(SEX)]),
        ({"kind": Kind.DATASET}, []),
        ({"ns": "byt", "kind": Kind.SCHEMA}, [str(VISIT)]),
        ({"ns": "hanoi"}, []),
        ({"text": "gioi tinh"}, [str(SEX), str(OLD_TO_NEW)]),
        ({"text": "GIỚI tính mới"}, [str(OLD_TO_NEW)]),
        ({"text": "benh"}, [str(DISEASES)]),
        ({"group": "data-group/byt/none"}, []),
    ],
)
def test_filters_are_taken_together(library, filters, expected):
    assert keys(artefacts(library, TODAY, **filters)) == expected


def test_what_was_not_known_is_not_listed(library):
    assert artefacts(library, TODAY, BEFORE) == []


@pytest.mark.parametrize(
    ("day", "version", "standing", "end"),
    [
        (date(2019, 1, 1), "2020-01-01", "upcoming", date(2024, 7, 1)),
        (date(2022, 1, 1), "2020-01-01", "in-force", date(2024, 7, 1)),
        (TODAY, "2024-07-01", "in-force", None),
    ],
)
def test_a_line_speaks_for_the_day(library, day, version, standing, end):
    (line,) = [line for line in artefacts(library, day) if line["key"] == str(SEX)]

    assert (line["version"], line["standing"], line["end"]) == (version, standing, end)
    assert (line["kind"], line["ns"], line["slug"]) == ("code-list", "byt", "sex")
    assert line["title"] == {"vi": "Giới tính", "en": "Sex"}


def test_what_was_withdrawn_is_spoken_for_by_its_last_release(tmp_path):
    withdrawn = lived_in(tmp_path).reading.library()
    (line,) = [line for line in artefacts(withdrawn, TODAY) if line["key"] == str(GONE)]

    assert (line["version"], line["standing"], line["releases"]) == ("2020-01-01", "withdrawn", 1)


def test_an_artefact_tells_header_timeline_and_what_is_accepted(parts, library):
    told = artefact(library, parts.space, SEX, date(2024, 8, 1))

    assert told["in_force"]["version"] == "2024-07-01"
    assert told["accepted"] == ["2024-07-01", "2020-01-01"]
    assert [line["standing"] for line in told["timeline"]] == ["transitional", "in-force"]
    assert [line["successor"] for line in told["timeline"]] == ["2024-07-01", None]
    assert [line["predecessor"] for line in told["timeline"]] == [None, "2020-01-01"]
    assert told["header"]["title"]["vi"] == "Giới tính"
    assert "members" not in told["header"]
    assert told["gaps"] == []


def test_an_artefact_not_yet_known_is_not_found(parts, library):
    with pytest.raises(NotFound):
        artefact(library, parts.space, SEX, TODAY, BEFORE)


def test_an_artefact_not_yet_in_force_has_nothing_in_force(parts, library):
    told = artefact(library, parts.space, SEX, FIRST - timedelta(days=1))

    assert told["in_force"] is None
    assert told["version"] == "2020-01-01"


def test_users_are_found_with_the_way_that_leads_to_them(library):
    found = {line["key"]: line for line in uses(library, SEX, TODAY)}

    assert found[str(VISIT)]["distance"] == 1
    assert found[str(OLD_TO_NEW)]["through"] == []
    assert str(SEX) not in found


def test_users_of_a_day_are_those_in_force_then(library):
    assert str(OLD_TO_NEW) not in keys(uses(library, SEX, date(2021, 1, 1)))
    assert str(VISIT) in keys(uses(library, SEX, date(2021, 1, 1)))
    assert uses(library, SEX, date(2019, 1, 1)) == []
    assert uses(library, SEX, TODAY, BEFORE) == []


def test_what_nobody_refers_to_has_no_users(library):
    assert uses(library, VISIT, TODAY) == []
    assert uses(library, Key.parse(QD_1), TODAY) == []
