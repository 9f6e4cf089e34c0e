"""Bundling: all that is needed, all its releases, nothing that may not be passed on."""

import re
import zipfile
from datetime import date

import msgspec
import pytest

from catalog.actions.bundled import BundleLibrary
from catalog.actions.bundling import Licences, bundle
from catalog.actions.checking import Checker, numbered, report_of
from catalog.actions.verifying import all_events
from catalog.core.document import ENCODER
from catalog.core.errors import BadFile, BadRequest, KeptBack, NotFound
from catalog.core.names import Key
from catalog.core.terminology import Filter
from catalog.formats.bundle import MANIFEST, Archive, LeftOut, Writing
from tests.actions.bundles import (
    CHOICE,
    GONE,
    OWNED,
    OWNED_CHOICE,
    RECORDS,
    STAY,
    registry,
)
from tests.registry import DISEASES, OLD_TO_NEW, QD_1, QD_2, SEX, VISIT

EVERYTHING = (VISIT, STAY, OLD_TO_NEW, GONE, CHOICE)


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    opened = registry(tmp_path_factory.mktemp("bundling"))
    yield opened
    opened.store.close()


@pytest.fixture(scope="module")
def library(parts):
    return parts.reading.library()


@pytest.fixture
def bundled(library, tmp_path):
    """Makes a bundle of keys and opens the library in it."""
    opened = []

    def make(*keys, **others):
        path = tmp_path / f"{len(opened)}.bundle"
        bundle(library, keys, path, **others)
        opened.append(BundleLibrary(Archive(path)))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


def test_a_schema_takes_its_lists_along_with_all_their_releases(bundled, library):
    held = bundled(VISIT)

    assert held.keys() == (DISEASES, SEX, VISIT)
    assert [entry.version for entry in held.timeline(SEX).entries] == [
        entry.version for entry in library.timeline(SEX).entries
    ]


def test_a_mapping_takes_both_its_lists_along(bundled):
    assert bundled(OLD_TO_NEW).keys() == (SEX, OLD_TO_NEW)


def test_a_value_set_takes_its_lists_along(bundled):
    assert bundled(CHOICE).keys() == (DISEASES, CHOICE)


def test_what_may_not_be_passed_on_is_left_out_and_named(bundled):
    held = bundled(STAY)

    assert held.keys() == (DISEASES, SEX, STAY, CHOICE)
    assert held.archive.manifest.left_out == (
        LeftOut(str(OWNED), "restricted-licence"),
        LeftOut(str(OWNED_CHOICE), "restricted-licence"),
    )


def test_codes_of_what_was_left_out_are_said_to_be_unchecked(bundled):
    held = bundled(STAY)
    report = report_of(Checker(held), STAY, numbered([{"OWNED": "Z", "CHOICE": "E11"}]))

    assert report.valid
    assert {one.field: one.message["en"] for one in report.unchecked} == {
        "OWNED": f"codes were not checked: {OWNED} is not in this bundle, for its licence",
        "OWNED_CHOICE": (
            f"codes were not checked: {OWNED_CHOICE} is not in this bundle, for its licence"
        ),
    }


def test_what_was_left_out_is_refused_as_kept_back(bundled):
    with pytest.raises(KeptBack) as error:
        bundled(STAY).timeline(OWNED)

    assert error.value == KeptBack(str(OWNED))


def test_everything_goes_along_when_it_is_asked_for(bundled):
    held = bundled(STAY, licences=Licences.ALL)

    assert OWNED in held.keys()
    assert OWNED_CHOICE in held.keys()
    assert held.archive.manifest.left_out == ()


@pytest.mark.parametrize("key", [OWNED, OWNED_CHOICE])
def test_what_may_not_be_passed_on_cannot_be_asked_for(bundled, key):
    with pytest.raises(BadRequest) as error:
        bundled(key)

    assert error.value.part == str(key)


def test_what_was_never_released_cannot_be_asked_for(bundled):
    with pytest.raises(NotFound):
        bundled(Key.parse("schema/byt/nothing"))


def test_two_bundles_of_the_same_are_the_same_bytes(parts, library, tmp_path):
    with parts.store.read() as unit:
        events = all_events(unit)
    for name, keys in (("a", EVERYTHING), ("b", tuple(reversed(EVERYTHING)))):
        bundle(library, keys, tmp_path / name, events=events, licences=Licences.ALL)

    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_bundle_out_of_a_bundle_has_the_same_parts(bundled, tmp_path):
    held = bundled(*EVERYTHING, licences=Licences.ALL)
    made = bundle(held, EVERYTHING, tmp_path / "again", licences=Licences.ALL)

    assert made.manifest.parts == held.archive.manifest.parts
    assert made.manifest.releases == held.archive.manifest.releases


def test_what_a_bundle_says_is_what_the_register_says(bundled, library):
    held = bundled(*EVERYTHING, licences=Licences.ALL)
    for key in held.keys():
        for entry, own in zip(
            held.timeline(key).entries, library.timeline(key).entries, strict=True
        ):
            nameless = msgspec.structs.replace(own, author="", approver="")
            assert entry == nameless
            if entry.what != "withdrawal":
                assert held.body(entry) == library.body(own)
                assert held.document(entry) == library.document(own)


def test_lists_answer_as_those_of_the_register(bundled, library):
    held = bundled(*EVERYTHING, licences=Licences.ALL)
    for key in (SEX, DISEASES, CHOICE, OWNED_CHOICE):
        for entry in library.timeline(key).entries:
            own, other = library.lexicon(entry), held.lexicon(entry)
            assert list(other.concepts()) == list(own.concepts())
            assert other.find(Filter(text="dai thao")) == own.find(Filter(text="dai thao"))
            assert other.ancestors("E11.9") == own.ancestors("E11.9")


def test_a_mapping_answers_both_ways(bundled):
    held = bundled(OLD_TO_NEW)
    crosswalk = held.crosswalk(held.in_force(OLD_TO_NEW, date(2025, 1, 1)))

    assert [match.target for match in crosswalk.translate("2")] == ["2", "3"]
    assert [match.source for match in crosswalk.reverse("3")] == ["2"]


def test_a_withdrawal_goes_along_and_has_no_content(bundled):
    held = bundled(GONE)
    last = held.timeline(GONE).entries[-1]

    assert last.what == "withdrawal"
    with pytest.raises(NotFound):
        held.lexicon(last)


def test_nobody_is_named_in_a_bundle(library, parts, tmp_path):
    with parts.store.read() as unit:
        bundle(library, EVERYTHING, tmp_path / "b", events=all_events(unit))

    with zipfile.ZipFile(tmp_path / "b") as archive:
        said = archive.read(MANIFEST)
    assert not re.search(rb'"(lan|minh)"', said)


def test_each_release_names_the_event_that_announced_it(parts, library, tmp_path):
    with parts.store.read() as unit:
        events = all_events(unit)
    made = bundle(library, EVERYTHING, tmp_path / "b", events=events)

    by_number = {event.seq: event for event in events}
    for held in made.manifest.releases:
        event = by_number[held.event.seq]
        assert (event.key, event.data["digest"], event.hash) == (
            held.entry.key,
            held.entry.digest,
            held.event.hash,
        )
    assert made.manifest.chain.hash == events[-1].hash


def test_the_legal_documents_are_named(bundled):
    documents = bundled(VISIT).archive.manifest.documents

    assert {key: one.number for key, one in documents.items()} == {
        QD_1: "1/QĐ-BYT",
        QD_2: "2/QĐ-BYT",
    }


def test_every_part_is_held_against_its_digest(bundled):
    held = bundled(*EVERYTHING, licences=Licences.ALL)

    assert held.verify() == len(held.archive.manifest.parts)


@pytest.mark.parametrize("on", [None, date(2024, 8, 1)])
def test_records_are_found_amiss_alike(bundled, library, on):
    reports = [
        report_of(Checker(each, today=lambda: date(2026, 6, 1)), VISIT, numbered(RECORDS), on=on)
        for each in (library, bundled(VISIT))
    ]

    assert msgspec.json.encode(reports[0]) == msgspec.json.encode(reports[1])
    assert reports[0].invalid > 3


def reforge(path, change):
    """A sealed bundle whose manifest somebody changed."""
    with Archive(path) as archive, Writing(path) as writer:
        for name, data in archive.parts():
            writer.add(f"{name.split('/')[0]}/{{}}{name[name.index('.') :]}", data)
        writer.finish(change(archive.manifest))
    with Archive(path) as archive, pytest.raises(BadFile) as error:
        BundleLibrary(archive).verify()
    return error.value


@pytest.mark.parametrize("kind", ["code-list", "schema"])
def test_a_release_with_the_content_of_another_is_refused(library, tmp_path, kind):
    path = tmp_path / "b"
    bundle(library, [VISIT], path)

    def swap(manifest):
        ours = [h for h in manifest.releases if h.entry.key.startswith(kind)]
        key = str(SEX if kind == "code-list" else VISIT)
        first, second = [held for held in ours if held.entry.key == key]
        entry = first.entry
        mixed = msgspec.structs.replace(second, entry=entry, event=None)
        releases = tuple(mixed if held is first else held for held in manifest.releases)
        return msgspec.structs.replace(manifest, releases=releases)

    assert "another" in reforge(path, swap).reason


def test_a_release_without_content_is_refused(library, tmp_path):
    path = tmp_path / "b"
    bundle(library, [SEX], path)

    def empty(manifest):
        bare = tuple(msgspec.structs.replace(h, compiled="") for h in manifest.releases)
        return msgspec.structs.replace(manifest, releases=bare)

    assert "lacks its content" in reforge(path, empty).reason


def test_entries_that_make_no_timeline_are_refused(library, tmp_path):
    path = tmp_path / "b"
    bundle(library, [SEX], path)

    def backwards(manifest):
        return msgspec.structs.replace(manifest, releases=manifest.releases[::-1])

    assert "does not follow" in reforge(path, backwards).reason


def test_a_key_that_is_none_is_refused(library, tmp_path):
    path = tmp_path / "b"
    bundle(library, [SEX], path)

    def renamed(manifest):
        return msgspec.json.decode(
            ENCODER.encode(manifest).replace(b'"code-list/byt/sex"', b'"../../etc"'),
            type=type(manifest),
        )

    assert reforge(path, renamed).reason == "not a key: '../../etc'"
