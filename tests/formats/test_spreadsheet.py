"""XLSX: a cover, every cell text, nothing a formula; the same release is the same bytes."""

import io
import re
import zipfile
from datetime import UTC, date, datetime

import pytest
from python_calamine import CalamineWorkbook

from catalog.core.errors import CannotSay
from catalog.core.lexicon_memory import MemoryLexicon
from catalog.core.model import CodeList, Concept, Mapping, Match, Organisation, Selection, ValueSet
from catalog.core.names import Key, Space
from catalog.core.release import Entry, Release, Timeline
from catalog.formats import spreadsheet
from catalog.formats.format import Setting
from catalog.formats.member_table import table_of
from catalog.formats.spreadsheet import clean, write

LIST = CodeList(
    title={"vi": "Giới tính", "en": "Sex"},
    licence="CC0-1.0",
    source="QĐ 4750/QĐ-BYT",
    completeness="complete",
    members=(
        Concept(code="007", display={"vi": "Nam", "en": "=HYPERLINK(1)"}),
        Concept(code="1e5", display={"vi": "https://x.vn", "en": "+84"}, parents=("007",)),
        Concept(code="2024-01-01", display={"vi": "a\x0b\x00b\ufffe", "en": "_x0041_"}),
        Concept(code=" x ", display={"vi": "đ" * 40_000, "en": "<b>&\n"}),
    ),
)


class Lexicons:
    """A library of one lexicon."""

    def lexicon(self, entry: Entry) -> MemoryLexicon:
        assert entry.number == 1
        return MemoryLexicon(LIST)


SETTING = Setting(Space("https://data.example.vn"), Lexicons())


def release_of(body, key: str = "code-list/byt/gioi-tinh") -> Release:
    entry = Entry(
        key=key,
        version="1.0",
        number=1,
        start=date(2025, 1, 1),
        issued_at=datetime(2024, 12, 1, 8, tzinfo=UTC),
        digest="ab" * 32,
        meaning="",
        title=body.title,
        documents=("document/byt/4750-qd-byt-2023", "document/byt/130-qd-byt-2023"),
        author="an",
        approver="binh",
        members=4,
    )
    return Release(entry, body, Timeline(Key.parse(key), (entry,)))


def sheets(data: bytes) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


@pytest.fixture(scope="module")
def data() -> bytes:
    return b"".join(write(release_of(LIST), SETTING))


def test_the_cover_says_what_this_is(data):
    rows = {row[1]: row[2] for row in sheets(data)["Thông tin - About"][2:] if row[1] != "Columns"}

    assert rows == {
        "Name (Vietnamese)": "Giới tính",
        "Name (English)": "Sex",
        "Key": "code-list/byt/gioi-tinh",
        "Version": "1.0",
        "In force from": "2025-01-01",
        "Published at (UTC)": "2024-12-01T08:00:00+00:00",
        "Documents": "document/byt/4750-qd-byt-2023\ndocument/byt/130-qd-byt-2023",
        "Source": "QĐ 4750/QĐ-BYT",
        "Licence": "CC0-1.0",
        "Completeness": "đầy đủ / complete",
        "Confidence": "chưa kiểm chứng / unverified",
        "Rows": "4",
        "Address": "https://data.example.vn/id/code-list/byt/gioi-tinh/1.0",
        "SHA-256": "ab" * 32,
    }


def test_every_cell_is_text_as_it_was(data):
    rows = sheets(data)["codes"]

    assert rows[0] == [
        "code", "display:vi", "display:en", "parent", "status", "valid_from", "valid_to",
    ]  # fmt: skip
    assert rows[1] == ["007", "Nam", "=HYPERLINK(1)", "", "active", "", ""]
    assert rows[2][:4] == ["1e5", "https://x.vn", "+84", "007"]
    assert rows[3][:3] == ["2024-01-01", "a\ufffd\ufffdb\ufffd", "_x0041_"]
    assert rows[4][0] == " x "
    assert rows[4][1] == "đ" * 32_766 + "…"
    assert rows[4][2] == "<b>&\n"


def test_no_cell_is_a_formula_or_a_number_and_codes_have_the_text_format(data):
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        for number in (1, 2):
            sheet = parts.read(f"xl/worksheets/sheet{number}.xml").decode()
            assert "<f>" not in sheet
            assert set(re.findall(r'<c [^>]*?t="(\w+)"', sheet)) == {"inlineStr"}
            assert not re.search(r"<c [^>]*><v>", sheet)
            assert "hyperlink" not in sheet
        assert 'numFmtId="49"' in parts.read("xl/styles.xml").decode()
        assert 'state="frozen"' in parts.read("xl/worksheets/sheet2.xml").decode()


def test_the_same_release_is_the_same_bytes(data):
    assert b"".join(write(release_of(LIST), SETTING)) == data


def test_a_value_set_shows_its_rules_and_its_codes():
    body = ValueSet(title={"vi": "Chọn"}, members=(Selection(id="1", list="code-list/byt/y"),))
    found = sheets(b"".join(write(release_of(body, "value-set/byt/x"), SETTING)))

    assert list(found) == ["Thông tin - About", "rules", "codes"]
    assert found["rules"][1][:4] == ["1", "include", "code-list/byt/y", "all"]
    assert [row[0] for row in found["codes"]] == ["code", "007", "1e5", "2024-01-01", " x "]


def test_an_empty_mapping_is_still_a_sheet_with_its_columns():
    body = Mapping(title={"vi": "x"}, source_list="a", target_list="b", members=())
    found = sheets(b"".join(write(release_of(body, "mapping/byt/x"), SETTING)))

    assert found["matches"] == [["source", "target", "relation"]]


def test_what_does_not_fit_in_one_sheet_goes_on_in_the_next(monkeypatch):
    monkeypatch.setattr(spreadsheet, "MOST_ROWS", 401)
    matches = tuple(Match(source=str(n), target="x") for n in range(801))
    body = Mapping(title={"vi": "x"}, source_list="a", target_list="b", members=matches)
    found = sheets(b"".join(write(release_of(body, "mapping/byt/x"), SETTING)))

    assert [len(found[name]) for name in ("matches", "matches 2", "matches 3")] == [401, 401, 2]
    assert found["matches 2"][:2] == [["source", "target", "relation"], ["400", "x", "exact"]]
    assert table_of(body).size == 801


def test_astral_letters_count_twice():
    assert clean("\U0001f40b" * 20_000) == "\U0001f40b" * 16_383 + "…"


def test_what_has_no_members_cannot_be_said():
    with pytest.raises(CannotSay):
        list(write(release_of(Organisation(title={})), SETTING))
