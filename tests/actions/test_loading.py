"""Loading source folders: all or nothing, twice is once, what is published stays."""

from datetime import UTC, date, datetime, timedelta

import pytest

from catalog.actions.loading import load
from catalog.core.names import Key
from catalog.store.memory import MemoryStore
from catalog.store.shelf import FileShelf

ORGANISATIONS = "key,title:vi,start\norganisation/byt/ministry,Bộ Y tế,1990-01-01\n"
DOCUMENTS = (
    "key,number,title:vi,issuer,start\n"
    "document/byt/1-qd,1/QĐ,Một,organisation/byt/ministry,2023-01-01\n"
)
HEADER = """key = "code-list/byt/sex"
title = { vi = "Giới tính" }
custodian = "organisation/byt/ministry"

[[release]]
version = "first"
start = 2023-09-01
documents = ["document/byt/1-qd"]
"""
SECOND = """
[[release]]
version = "second"
start = 2024-07-01
documents = ["document/byt/1-qd"]
"""
CORRECTION = """
[[release]]
version = "first-corrected"
start = 2023-09-01
what = "correction"
corrects = "first"
reason = "tên ghi sai"
"""
WITHDRAWAL = """
[[release]]
version = "withdrawn"
start = 2025-01-01
what = "withdrawal"
corrects = "first"
reason = "bãi bỏ"
"""
SEX = Key.parse("code-list/byt/sex")


class Clock:
    """Says a later second each time."""

    def __init__(self):
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self):
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def sources(tmp_path):
    """A source folder that can be written into."""
    root = tmp_path / "vocabularies"
    root.mkdir()
    write = lambda name, text: (root / name).write_text(text, encoding="utf-8")  # noqa: E731
    write("organisations.csv", ORGANISATIONS)
    write("documents.csv", DOCUMENTS)
    write("sex.toml", HEADER)
    write("sex.csv", "code,display:vi,since\n1,Nam,\n2,Nữ,\n")
    return root, write


def timeline(store):
    with store.read() as unit:
        return unit.timeline(SEX)


def test_a_load_publishes_everything_in_the_order_of_dependence(sources):
    root, _ = sources
    store = MemoryStore()

    report = load(store, Clock(), [root])

    assert [entry.key for entry in report.published] == [
        "organisation/byt/ministry",
        "document/byt/1-qd",
        "code-list/byt/sex",
    ]
    assert report.refused == ()
    entry = timeline(store).named("first")
    assert (entry.author, entry.approver) == ("shipped-sources", "release-maintainers")
    assert entry.documents == ("document/byt/1-qd",)


def test_a_second_load_changes_nothing_and_says_so(sources):
    root, _ = sources
    store = MemoryStore()
    load(store, Clock(), [root])

    report = load(store, Clock(), [root])

    assert (report.published, report.unchanged, report.refused) == ((), 3, ())


def test_a_new_release_in_a_source_is_published_alone(sources):
    root, write = sources
    store = MemoryStore()
    clock = Clock()
    load(store, clock, [root])
    write("sex.toml", HEADER + SECOND)
    write("sex.csv", "code,display:vi,since\n1,Nam,\n2,Nữ,\n3,Chưa xác định,second\n")

    report = load(store, clock, [root])

    assert [entry.version for entry in report.published] == ["second"]
    assert report.unchanged == 3
    assert timeline(store).in_force(date(2024, 1, 1)).version == "first"
    assert timeline(store).in_force(date(2024, 7, 1)).version == "second"


def test_a_source_changed_after_publishing_is_refused_and_nothing_is_published(sources):
    root, write = sources
    store = MemoryStore()
    clock = Clock()
    load(store, clock, [root])
    write("sex.toml", HEADER + SECOND)
    write("sex.csv", "code,display:vi,since\n1,Đàn ông,\n2,Nữ,\n3,Chưa xác định,second\n")

    report = load(store, clock, [root])

    assert report.published == ()
    assert [(f.rule, f.file, f.cell, f.value) for f in report.refused] == [
        ("changed-after-publishing", "vocabularies/sex.toml", "line 5", "first")
    ]
    assert len(timeline(store).entries) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("start = 2023-09-01", "start = 2023-10-01"),
        ('documents = ["document/byt/1-qd"]', 'reason = "không rõ"'),
        ("start = 2023-09-01", "start = 2023-09-01\nend = 2024-01-01"),
    ],
)
def test_changed_terms_are_refused_like_changed_content(sources, old, new):
    root, write = sources
    store = MemoryStore()
    clock = Clock()
    load(store, clock, [root])
    write("sex.toml", HEADER.replace(old, new))

    assert [f.rule for f in load(store, clock, [root]).refused] == ["changed-after-publishing"]


def test_a_correction_is_said_in_the_source(sources):
    root, write = sources
    store = MemoryStore()
    clock = Clock()
    load(store, clock, [root])
    write("sex.toml", HEADER + CORRECTION)
    write("sex.csv", "code,display:vi,since,until\n1,Nam,,\n2,Nu,,first-corrected\n"
                     "2,Nữ,first-corrected,\n")  # fmt: skip
    store = MemoryStore()

    report = load(store, clock, [root])

    assert report.refused == ()
    assert timeline(store).in_force(date(2024, 1, 1)).version == "first-corrected"
    assert load(store, clock, [root]).published == ()


def test_a_withdrawal_is_said_in_the_source(sources):
    root, write = sources
    store = MemoryStore()
    clock = Clock()
    write("sex.toml", HEADER + WITHDRAWAL)

    report = load(store, clock, [root])

    assert report.refused == ()
    assert timeline(store).at(date(2024, 12, 31)).version == "first"
    assert timeline(store).at(date(2025, 1, 1)) is None
    assert load(store, clock, [root]).published == ()


def test_a_broken_source_stops_the_whole_load(sources):
    root, write = sources
    store = MemoryStore()
    write("sex.csv", "code,display:vi\n1,Nam\n1,Nữ\n")

    report = load(store, Clock(), [root])

    assert [(f.rule, f.file, f.cell) for f in report.refused] == [
        ("duplicate-code", "vocabularies/sex.csv", "line 3")
    ]
    with store.read() as unit:
        assert unit.timelines() == ()


def test_a_key_that_is_nowhere_stops_the_load(sources):
    root, write = sources
    write("sex.toml", HEADER.replace("byt/1-qd", "byt/2-qd"))

    report = load(MemoryStore(), Clock(), [root])

    assert {(f.rule, f.file, f.value) for f in report.refused} == {
        ("unknown-reference", "vocabularies/sex.toml", "document/byt/2-qd")
    }


def test_a_broken_house_rule_is_told_with_its_file(sources):
    root, write = sources
    write("sex.toml", HEADER.replace('{ vi = "Giới tính" }', '{ en = "Sex" }'))

    report = load(MemoryStore(), Clock(), [root])

    assert [(f.rule, f.file) for f in report.refused] == [
        ("title-missing", "vocabularies/sex.toml")
    ]


def test_a_refusal_of_publishing_is_told_with_its_file(sources):
    root, write = sources
    store = MemoryStore()
    write("sex.toml", HEADER + SECOND.replace("2024-07-01", "2023-09-01"))

    report = load(store, Clock(), [root])

    assert [(f.rule, f.file, f.cell) for f in report.refused] == [
        ("bad-time", "vocabularies/sex.toml", "line 10")
    ]
    with store.read() as unit:
        assert unit.timelines() == ()


def test_a_stamp_spares_the_parsing_and_is_not_believed_over_another_register(sources, tmp_path):
    root, _ = sources
    shelf = FileShelf(tmp_path / "shelf")
    store = MemoryStore()
    phases = []
    told = lambda phase, _done, _of: phases.append(phase)  # noqa: E731
    load(store, Clock(), [root], stamps=shelf)

    again = load(store, Clock(), [root], told, stamps=shelf)
    elsewhere = load(MemoryStore(), Clock(), [root], stamps=shelf)

    assert (again.published, again.unchanged) == ((), 3)
    assert phases == []
    assert len(elsewhere.published) == 3


def test_a_broken_stamp_is_passed_over(sources, tmp_path):
    root, _ = sources
    shelf = FileShelf(tmp_path / "shelf")
    store = MemoryStore()
    load(store, Clock(), [root], stamps=shelf)
    for path in (tmp_path / "shelf").rglob("*.json"):
        path.write_bytes(b"[")

    assert load(store, Clock(), [root], stamps=shelf).unchanged == 3


def test_a_stamp_is_not_used_once_a_byte_changed(sources, tmp_path):
    root, write = sources
    shelf = FileShelf(tmp_path / "shelf")
    store = MemoryStore()
    load(store, Clock(), [root], stamps=shelf)
    write("sex.csv", "code,display:vi\n1,Đàn ông\n2,Nữ\n")

    assert load(store, Clock(), [root], stamps=shelf).refused
