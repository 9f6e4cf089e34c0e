"""The claim tables of QĐ 130 and QĐ 4750 and the portal's checks, against the facts."""

import csv
from collections import Counter
from datetime import date

import pytest

from catalog.core.changes import diff
from catalog.core.model import Field, Rule, Schema
from catalog.core.names import Key
from catalog.formats.profiles import PROFILES
from catalog.formats.profiles.claim_amendments import Amendment, amended, amendments_of
from catalog.formats.profiles.claim_conditions import check_of, condition_of
from catalog.formats.profiles.claim_layout import table_of_sheet
from catalog.formats.profiles.claim_rows import amendments_read
from catalog.formats.profiles.profile import Options
from tests.formats.profiles.making import FACTS, made, places, real

OLD, NEW = "qd-130-2023", "qd-4750-2023"
TYPES = {"string": "string", "integer": "integer", "number": "decimal"}

EXPLAINED: set[tuple[str, str, str]] = set()
"""Differences between the releases and the facts that have a reason: table, field, what."""

HEADER = (
    "STT", "Chỉ tiêu", "Kiểu dữ liệu theo QĐ130", "Kích thước tối đa theo QĐ130",
    "Diễn giải theo Quyết định số 130/QĐ-BYT", "Đính chính hoặc sửa đổi, bổ sung",
)  # fmt: skip


def facts(name):
    with (FACTS / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def length(text):
    return 0 if text == "n" else int(text)


def format_in_facts(text):
    if "unknown time" in text:
        return "birth"
    if text == "yyyymmdd or yyyymmddHHMM":
        return "yyyymmdd|yyyymmddHHMM"
    return text if text in {"yyyymmdd", "yyyymmddHHMM"} else ""


@pytest.fixture(scope="module")
def fields(claim_tables):
    """Fields by table, version and name."""
    return {
        (table, version): {member.name: member for member in item.body.members}
        for (table, version), item in claim_tables.items()
    }


def test_every_table_has_the_releases_and_fields_that_the_facts_count(fields):
    counted = {
        (row["table"], version): int(row[column])
        for row in facts("xml_tables.csv")
        for version, column in ((OLD, "fields_qd130"), (NEW, "fields_qd4750"))
        if row[column] not in {"", "0"}
    }

    assert {key: len(names) for key, names in fields.items()} == counted
    assert sum(len(names) for (_, version), names in fields.items() if version == NEW) == 481


def test_the_releases_agree_with_the_facts_field_by_field(fields):
    differences = []
    texts = {(r["table"], r["field"]): r for r in facts("xml_field_definitions.csv")}
    for row in facts("xml_fields.csv"):
        place = (row["table"], row["field"])
        before = fields.get((row["table"], OLD), {}).get(row["field"])
        after = fields[row["table"], NEW][row["field"]]
        compared = [
            ("introduced", before is None, row["introduced_by"] == "QĐ 4750"),
            ("type", after.type, TYPES[row["json_type"]]),
            ("length", after.max_length, length(row["max_length"])),
            ("separator", after.separator, row["separator"]),
            ("format", after.format, format_in_facts(row["format"])),
            ("label", after.label, {"vi": row["label_vi"], "en": row["label_en"]}),
        ]
        if before is not None:
            definition = before.definition.get("vi", "").split()
            compared += [
                ("former length", before.max_length, length(row["length_qd130"])),
                ("former type", before.type == "string", row["type_qd130"] == "Chuỗi"),
                ("definition", definition, texts[place]["definition_qd130"].split()),
            ]
        differences += [
            (*place, what, ours, theirs) for what, ours, theirs in compared if ours != theirs
        ]

    assert [item for item in differences if item[:3] not in EXPLAINED] == []


def test_the_order_of_the_fields_is_that_of_the_annex(fields):
    ordered = {}
    for row in facts("xml_fields.csv"):
        ordered.setdefault(row["table"], []).append(row["field"])

    assert {t: list(names) for (t, v), names in fields.items() if v == NEW} == ordered


def test_every_filled_cell_of_the_last_column_is_an_amendment_that_was_understood():
    book = real("qd-4750-2023-claim-tables.xlsx")
    read = list(amendments_read(book))
    filled = {
        (name, f"F{number}")
        for name in book.sheet_names
        for number, row in enumerate(book.sheet(name).rows, 1)
        if number > 2 and len(row) > 5 and str(row[5]).strip()
    }

    assert {(sheet, cell) for sheet, cell, _ in read} == filled
    assert all(changes for _, _, changes in read)
    assert [c for _, _, changes in read for c in changes if c.what == "unread"] == []
    assert Counter(c.what for _, _, changes in read for c in changes) == {
        "new-field": 29,
        "type": 25,
        "definition": 16,
        "guidance": 15,
        "length": 7,
        "code": 7,
        "passage": 4,
    }


def test_every_amendment_shows_in_the_difference_between_the_releases(claim_tables):
    """The facts list 97 changes by QĐ 4750; each is a difference between our two releases."""
    wanted = {
        (row["table"], row["field"])
        for row in facts("xml_changes.csv")
        if row["decision"].startswith("QĐ 4750") and row["change"] != "type confirmed Chuỗi"
    }
    found = set()
    for (table, version), item in claim_tables.items():
        if version == OLD:
            change = diff(item.body, claim_tables[table, NEW].body)
            keys = [placed.key for placed in change.added] + [c.key for c in change.changed]
            assert change.removed == ()
            found |= {(table, key) for key in keys}

    assert {place for place in wanted if place[0] not in {"XML13", "XML14", "XML15"}} == found


def test_what_the_amendments_say_is_what_the_later_release_says(fields):
    outcome = fields["XML1", NEW]["KET_QUA_DTRI"].definition["vi"].splitlines()
    handling = fields["XML6", NEW]["MA_XU_TRI"]
    result = fields["XML3", NEW]["NGAY_KQ"].definition["vi"]

    assert outcome[-1] == '- Mã "8": Tử vong ngoại viện'
    assert '- Mã "6": Điều trị viêm gan B' in handling.definition["vi"].splitlines()
    assert (handling.type, handling.max_length, handling.separator) == ("string", 10, ";")
    assert "không quá 60 ngày" in result
    assert "không quá 30 ngày" not in result
    assert fields["XML3", NEW]["TT_THAU"].max_length == 50
    assert "19" in fields["XML3", NEW]["MA_NHOM"].definition["vi"]
    assert fields["XML1", NEW]["SO_CCCD"].source == "QĐ 4750/QĐ-BYT, Bang 1_Tong hop!F7"
    assert fields["XML1", NEW]["MA_LK"].source == "QĐ 130/QĐ-BYT, Bang 1_Tong hop!B3"


def test_the_slips_of_the_annex_are_told_with_their_cells(claim_tables):
    found = [
        (f.rule, f.sheet.strip(), f.cell) for item in claim_tables.values() for f in item.findings
    ]

    assert sorted(found) == [
        ("amendment-without-effect", "Bang 7_Giay ra vien", "F16"),
        ("misplaced-text", "Bang 2_Thuoc", "E35"),
        ("numbering", "Bang 14_Giay hen kham lai", "A16"),
        ("outside-the-table", "Bang 3_DVKT, VTYT", "G9"),
    ]


def test_the_legal_days_are_those_of_the_facts(claim_tables):
    days = {row["number"]: row["effective"] for row in facts("documents.csv")}

    assert claim_tables["XML1", OLD].legal.start == date.fromisoformat(days["QĐ 130/QĐ-BYT"])
    assert claim_tables["XML1", NEW].legal.start == date.fromisoformat(days["QĐ 4750/QĐ-BYT"])
    assert claim_tables["XML13", NEW].legal.documents == ("document/byt/4750-qd-byt-2023",)


def test_schemas_carry_elements_dates_and_bindings(claim_tables, fields):
    body = claim_tables["XML1", NEW].body
    elements = {r["table"]: r for r in facts("xml_tables.csv")}

    assert (body.date_field, body.sex_field, body.birth_field) == (
        "NGAY_RA",
        "GIOI_TINH",
        "NGAY_SINH",
    )
    for (table, _), item in claim_tables.items():
        assert item.body.root_element == elements[table]["root_element"]
        assert item.body.row_element == elements[table]["row_element"]
        names = {member.name for member in item.body.members}
        assert {item.body.date_field, *item.body.date_fallbacks} <= names
    binding = fields["XML1", NEW]["MA_BENH_CHINH"].binding
    assert (binding.list, binding.strength) == ("code-list/byt/icd-10", "required")
    assert binding.checks == ("sex", "age", "main")
    # As a number MA_DANTOC loses its zeros, so the list cannot be held against it.
    assert fields["XML1", OLD]["MA_LOAI_KCB"].binding.strength == "example"
    assert fields["XML1", NEW]["MA_LOAI_KCB"].binding.strength == "required"


def test_remarks_below_a_table_become_its_description(claim_tables):
    assert claim_tables["XML4", NEW].body.description["vi"].startswith("Ghi chú:")


@pytest.mark.parametrize(
    ("text", "amendments"),
    [
        ("Đổi kiểu dữ liệu thành chuỗi", [("type", "string", "")]),
        ("- Đổi kiểu dữ liệu thành chuỗi\n- Tăng kích thước tối đa lên 4 ký tự",
         [("type", "string", ""), ("length", "4", "")]),
        ("Đính chính: Tăng kích thước tối đa lên 50 ký tự", [("length", "50", "")]),
        ('Bổ sung mã "8": Khác', [("code", "Khác", "8")]),
        ("Sửa lại diễn giải: Ghi tên.", [("definition", "Ghi tên.", "")]),
        ("Bổ sung hướng dẫn:\n- A", [("guidance", "- A", "")]),
        ('Đính chính:\n- Mã "3": là', [("code", '- Mã "3": là', "3")]),
        ("Đính chính:\nb) Cách tính", [("passage", "b) Cách tính", "")]),
        ("Đính chính:\nGhi số tiền", [("definition", "Ghi số tiền", "")]),
        ("Bỏ trường này", [("unread", "Bỏ trường này", "")]),
    ],
)  # fmt: skip
def test_the_prose_of_amendments_is_read(text, amendments):
    assert amendments_of(text, is_new=False) == tuple(Amendment(*item) for item in amendments)


def test_a_passage_replaces_only_the_one_that_begins_alike():
    field = Field(name="A", label={"vi": "A"}, definition={"vi": "- a b c d cũ\n- a b x y"})

    replaced = amended(field, (Amendment("passage", "- a b c d mới"),))
    added = amended(field, (Amendment("passage", "+ việc khác hẳn"),))

    assert replaced.definition["vi"] == "- a b c d mới\n- a b x y"
    assert added.definition["vi"] == "- a b c d cũ\n- a b x y\n+ việc khác hẳn"


def test_rows_that_cannot_be_fields_are_told_with_their_cells():
    (old, new) = PROFILES["claim-tables"].read(
        made(
            {
                "Bang 1_x": [
                    HEADER,
                    (1, "MA_LK", "Chuỗi", 100, "Mã", ""),
                    (2, "MA_LK", "Chuỗi", 100, "Mã", ""),
                    (3, "TEN", "Chữ", 100, "Tên", ""),
                    (4, "SO", "Số", "dài", "Số", ""),
                    (5, "tên thường", "Số", 5, "Số", ""),
                    (6, "LA", "Chuỗi", 5, "Lạ", "Xoá trường này đi"),
                    ("²", "DAI", "Chuỗi", "9" * 5000, "Dài", ""),
                ]
            }
        ),
        Options(),
    )

    assert places(new.findings, "duplicate-field") == [("Bang 1_x", "B3")]
    assert places(new.findings, "bad-type") == [
        ("Bang 1_x", "C4"),
        ("Bang 1_x", "D5"),
        ("Bang 1_x", "D8"),
    ]
    assert places(new.findings, "bad-field-name") == [("Bang 1_x", "B6")]
    assert places(new.findings, "amendment-unread") == [("Bang 1_x", "F7")]
    assert places(new.findings, "unknown-field") == [("Bang 1_x", "B7")]
    assert [member.name for member in old.body.members] == ["MA_LK", "LA"]


def test_another_workbook_is_a_finding():
    for name in ("claim-tables", "claim-checks"):
        (found,) = PROFILES[name].read(made({"Trang": [["a"]]}), Options())

        assert found.body is None
        assert places(found.findings, "missing-sheet") == [("Trang", "A1")]


@pytest.mark.parametrize(
    ("name", "table"),
    [
        (" Bang 7_Giay ra vien", "XML7"),
        ("bang 12_ du lieu", "XML12"),
        ("Bang Check-in", "XML0"),
        ("Bang 16", ""),
        ("Tổng hợp", ""),
    ],
)
def test_sheets_are_known_by_their_names(name, table):
    assert table_of_sheet(name) == table


# -- the portal's checks --------------------------------------------------------------------


@pytest.fixture(scope="module")
def released(claim_tables):
    def at(key, day):
        table = key.slug.removeprefix("claim-").upper()
        found = [claim_tables.get((table, v)) for v in (OLD, NEW)]
        held = [item.body for item in found if item is not None and item.legal.start <= day]
        return held[-1] if held else None

    return at


@pytest.fixture(scope="module", params=["claim-checks-qd-4750.xlsx", "claim-checks-qd-130.xlsx"])
def checks(request, released):
    book = real(request.param)
    return book, PROFILES["claim-checks"].read(book, Options(released=released))


def test_every_filled_cell_becomes_a_requirement_a_rule_or_a_finding(checks):
    book, candidates = checks
    for item in candidates:
        sheet = next(n for n in book.sheet_names if table_of_sheet(n) == item.body.record)
        rows = book.sheet(sheet).rows
        top = next(n for n, row in enumerate(rows) if "Chỉ tiêu" in row)
        told = {f.cell for f in item.findings}
        ruled = {cell for key, (_, cell) in item.cells.items() if key.startswith("rule:")}
        fields = {m.name: m for m in item.body.members if isinstance(m, Field)}
        for number, row in enumerate(rows[top + 1 :], top + 2):
            for title, value in zip(rows[top], row, strict=True):
                if title not in {"Bắt buộc", "VALID"} or not value:
                    continue
                cell = f"{'ABCDEFGH'[rows[top].index(title)]}{number}"
                field = fields[row[1].strip()]
                plain = value == "x" and (
                    field.required == "yes" or "Không bắt buộc" in str(row[-1])
                )
                bound = value == "Check Danh mục" and field.binding is not None
                freed = value == "Sửa thành Không bắt buộc trường này"
                assert plain or bound or freed or cell in told | ruled, (sheet, cell, value)


def test_the_requirements_are_those_of_the_facts(released):
    wanted = {(r["table"], r["field"]): r["required"] for r in facts("xml_fields.csv")}
    grouped = {("XML7", n) for n in ("SO_NGAY_NGHI", "NGOAITRU_TUNGAY", "NGOAITRU_DENNGAY")}
    found = PROFILES["claim-checks"].read(
        real("claim-checks-qd-4750.xlsx"), Options(released=released)
    )
    ours = {
        (item.body.record, member.name): member.required
        for item in found
        for member in item.body.members
        if isinstance(member, Field)
    }

    assert {p: r for p, r in ours.items() if p not in grouped} == {
        p: "no" if r == "as QĐ 4210" else r for p, r in wanted.items() if p not in grouped
    }
    assert {ours[place] for place in grouped} == {"conditional"}


def test_the_layout_stays_that_of_the_annex(checks, released):
    _, candidates = checks
    for item in candidates:
        base = released(item.key, item.legal.start)
        change = diff(base, item.body)

        assert change.removed == ()
        assert {name for c in change.changed for name in c.fields} <= {"required"}
        assert all(isinstance(placed.member, Rule) for placed in change.added)


def test_without_the_tables_it_says_that_they_come_first():
    found = PROFILES["claim-checks"].read(real("claim-checks-qd-130.xlsx"), Options())

    assert all(item.body is None for item in found)
    assert {f.rule for item in found for f in item.findings} == {"claim-tables-first"}


FIELDS = {
    "A_B": Field(name="A_B", label={"vi": "a"}, type="string", separator=";"),
    "MA_NHOM": Field(name="MA_NHOM", label={"vi": "n"}, type="integer"),
    "MA_CHU": Field(name="MA_CHU", label={"vi": "c"}, type="string"),
    "NGAY_VAO": Field(name="NGAY_VAO", label={"vi": "v"}, max_length=12),
    "NGAY_CT": Field(name="NGAY_CT", label={"vi": "t"}, max_length=8),
}


@pytest.mark.parametrize(
    ("text", "cel"),
    [
        ("Bắt buộc khi MA_NHOM = 10", "has_value(MA_NHOM) && num(MA_NHOM) in [10.0]"),
        ("bắt buộc MA_NHOM =1,2", "has_value(MA_NHOM) && num(MA_NHOM) in [1.0, 2.0]"),
        ("bắt buộc nếu MA_CHU = KHAC", "has_value(MA_CHU) && MA_CHU in ['KHAC']"),
        ("bắt buộc khi A_B = 1", "has_value(A_B) && A_B.matches('(^|;) *(1) *(;|$)')"),
        ("Bắt buộc trừ mã nhóm 7,17", "has_value(MA_NHOM) && !(num(MA_NHOM) in [7.0, 17.0])"),
        ("x (Chỉ bắt buộc khi A_B not null)", "has_value(A_B)"),
        ("Chỉ bắt buộc khi A_B và MA_CHU = null", "!has_value(A_B) && !has_value(MA_CHU)"),
        ("Bắt buộc khi MA_LA = 1", None),
        ("Bắt buộc khi MA_NHOM = KHAC", None),
        ("Như QĐ 4210", None),
        ("Bắt buộc khi trời mưa", None),
    ],
)
def test_the_prose_of_conditions_is_read(text, cel):
    found = condition_of(text, FIELDS)

    assert (found.cel if found else None) == cel


@pytest.mark.parametrize(
    ("name", "text", "must"),
    [
        ("NGAY_VAO", ">= NGAY_CT", "num(NGAY_VAO) >= num(NGAY_CT) * 10000.0"),
        ("NGAY_CT", ">= NGAY_VAO ", "num(NGAY_CT) * 10000.0 + 2359.0 >= num(NGAY_VAO)"),
        ("MA_NHOM", "Null hoặc = 1", "num(MA_NHOM) == 1.0"),
        ("MA_CHU", "10 ký tự dạng số", "MA_CHU.matches('^[0-9]{10}$')"),
        ("MA_NHOM", "10 ký tự dạng số", None),
        ("MA_CHU", "Như 4210", None),
        ("MA_CHU", ">= NGAY_LA", None),
    ],
)
def test_the_prose_of_checks_is_read(name, text, must):
    found = check_of(name, text, FIELDS)

    assert (found.must if found else None) == must


def test_the_keys_are_those_that_are_promised(claim_tables):
    assert {item.key for item in claim_tables.values()} == {
        Key.parse(f"schema/byt/claim-xml{number}") for number in range(16)
    }
    assert all(isinstance(item.body, Schema) for item in claim_tables.values())
