"""Reading workbooks: what is read as what, and what is refused before it can do harm."""

import contextlib
import io
import random
import struct
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.core.errors import BadFile
from catalog.formats.workbook import address, read_workbook
from catalog.formats.workbook_archive import Limits, column_of
from tests.formats.profiles.making import Formula, made, real, xlsx


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archive_of(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def with_sheet(xml: str, **others: bytes) -> bytes:
    parts = {**parts_of(xlsx({"A": [["x"]]})), **others}
    sheet = (
        f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>{xml}</sheetData></worksheet>'
    )
    parts["xl/worksheets/sheet1.xml"] = sheet.encode()
    return archive_of(parts)


@pytest.mark.parametrize(("column", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (16383, "XFD")])
def test_columns_have_the_letters_of_a_spreadsheet(column, name):
    assert address(7, column) == f"{name}7"
    assert column_of(name) == column


def test_values_are_kept_as_they_are_issued():
    book = made({"Trang": [["01", 1, 1.5, True], ["dòng một\ndòng hai", "  b "]]})

    sheet = book.sheet("Trang")

    assert book.sheet_names == ("Trang",)
    assert sheet.rows == [["01", 1.0, 1.5, True], ["dòng một\ndòng hai", "  b ", "", ""]]
    assert sheet.value(2, 1) == "  b "
    assert sheet.value(9, 9) == ""


def test_formulas_hidden_rows_and_merged_cells_are_seen():
    data = xlsx(
        {"A": [["h", "h2"], [Formula("=1+1"), "x"], [Formula("=1+2"), "y"]]}, {"A": "A5:B5"}
    )
    parts = parts_of(data)
    xml = parts["xl/worksheets/sheet1.xml"].replace(b'<row r="3"', b'<row hidden="1" r="3"')
    sheet = read_workbook(archive_of({**parts, "xl/worksheets/sheet1.xml": xml}), "f").sheet("A")

    assert sheet.traits.formulas == {0: (2, 3)}
    assert sheet.traits.hidden == (3,)
    assert [str(area) for area in sheet.merged] == ["A5:B5"]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("code,name\n01,Nam\n", [["code", "name"], ["01", "Nam"]]),
        ("code;name\n01;a, b\n", [["code", "name"], ["01", "a, b"]]),
        ("code\tname\n01\tNữ\n", [["code", "name"], ["01", "Nữ"]]),
        ('code,name\n01,"a\nb; c"\n', [["code", "name"], ["01", "a\nb; c"]]),
        ('"a;b;c",d\n1,2\n', [["a;b;c", "d"], ["1", "2"]]),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_csv_is_read_in_every_common_form(text, rows, encoding):
    book = read_workbook(text.encode(encoding), "bảng.csv")

    assert book.sheet(book.sheet_names[0]).rows == rows


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"PK\x03\x04rubbish", "damaged archive"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "neither a workbook nor"),
        ("mã,tên\n1,Đỏ".encode("cp1258", "replace"), "neither a workbook nor utf-8"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 600, "cannot be read"),
        (
            bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"),
            "protected by a password",
        ),
        (b'a,"' + b"x" * (5 << 20) + b'"', "cannot be read as CSV"),
    ],
)
def test_what_is_no_workbook_is_refused_by_name(data, reason):
    with pytest.raises(BadFile) as refused:
        read_workbook(data, "lạ.xlsx")

    assert refused.value.name == "lạ.xlsx"
    assert reason in refused.value.reason


def test_other_kinds_of_archives_are_refused_with_advice():
    for parts, kind in (
        ({"content.xml": b"<x/>"}, "an ODS file"),
        ({"xl/workbook.bin": b"x"}, "an XLSB file"),
        ({"word/document.xml": b"<x/>"}, "not a workbook"),
    ):
        with pytest.raises(BadFile) as refused:
            read_workbook(archive_of(parts), "f")

        assert kind in refused.value.reason
        assert "XLSX" in refused.value.reason


def test_a_bomb_is_refused_before_it_is_unpacked():
    parts = parts_of(xlsx({"A": [["x"]]}))
    bomb = archive_of({**parts, "xl/media/a.bin": b"\x00" * (30 << 20)})

    with pytest.raises(BadFile) as refused:
        read_workbook(bomb, "bom.xlsx")

    assert "packed too tightly" in refused.value.reason


def test_an_archive_that_unpacks_to_too_much_is_refused():
    limits = Limits(unpacked=1000)

    with pytest.raises(BadFile) as refused:
        read_workbook(xlsx({"A": [["x"]]}), "f", limits)

    assert "it unpacks to" in refused.value.reason


def test_a_part_that_lies_about_its_size_is_refused():
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(b"a" * 50_000) + packer.flush()
    data = bytearray(archive_of({**parts_of(xlsx({"A": [["x"]]})), "xl/z.xml": b"a" * 50_000}))
    assert packed in data
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = data.rindex(b"xl/z.xml") if signature == b"PK\x01\x02" else data.index(b"xl/z.xml")
        start = data.rindex(signature, 0, place)
        data[start + offset : start + offset + 4] = struct.pack("<I", 10)

    with pytest.raises(BadFile) as refused:
        read_workbook(bytes(data), "f")

    assert "not as large as it says" in refused.value.reason


def test_two_cells_far_apart_do_not_fill_the_memory():
    xml = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>'
        '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>b</t></is></c></row>'
    )
    book = read_workbook(with_sheet(xml), "rộng.xlsx")

    with pytest.raises(BadFile) as refused:
        book.sheet("A")

    assert "1,048,576 rows and 16,384 columns" in refused.value.reason


@pytest.mark.parametrize("quote", ["'", '"'])
def test_references_are_counted_however_they_are_quoted(quote):
    xml = f"<row r={quote}900000{quote}><c r = {quote}ZZZ900000{quote}><v>1</v></c></row>"
    book = read_workbook(with_sheet(xml), "f")

    with pytest.raises(BadFile):
        book.sheet("A")


@pytest.mark.parametrize(
    "damage",
    [
        {"xl/workbook.xml": b"<workbook"},
        {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row><c t='s'><v>99</v>"},
        {"xl/sharedStrings.xml": b"\x00\x01\x02"},
        {"xl/workbook.xml": b'<!DOCTYPE x [<!ENTITY a "aaaa">]><workbook>&a;</workbook>'},
    ],
)
def test_damaged_parts_are_refused_not_raised(damage):
    data = archive_of({**parts_of(xlsx({"A": [["x"]]})), **damage})

    with pytest.raises(BadFile):
        read_workbook(data, "hỏng.xlsx").sheet("A")


def test_a_sheet_that_is_not_there_is_refused():
    with pytest.raises(BadFile) as refused:
        made({"A": [["x"]]}).sheet("B")

    assert refused.value == BadFile("tệp.xlsx", "there is no sheet 'B'")


def test_a_large_file_is_refused_unread():
    with pytest.raises(BadFile) as refused:
        read_workbook(b"x" * 11, "to", Limits(file=10))

    assert "11 bytes" in refused.value.reason


def test_the_real_workbooks_are_read_whole():
    book = real("qd-4469-2020-icd10.xlsx")

    assert len(book.sheet_names) == 14
    assert len(book.sheet("ICD10").rows) == 12_222
    assert book.sheet("ICD10").value(5, 16) == "A00.0"
    assert book.sheet("A1").traits.formulas.keys() == {1, 3, 5}


def test_a_text_shared_by_many_cells_does_not_fill_the_memory():
    text = random.Random(1).randbytes(1 << 20).hex()  # noqa: S311 - no secret
    strings = f'<sst xmlns="{MAIN}"><si><t>{text}</t></si><si><t>b</t></si></sst>'.encode()
    cell = '<c r="A{0}" t="s"><v>{1}</v></c>'
    many = "".join(f'<row r="{n}">{cell.format(n, 0)}</row>' for n in range(1, 400))
    few = "".join(f'<row r="{n}">{cell.format(n, int(n > 1))}</row>' for n in range(1, 400))
    hidden = many.replace("<v>", "<v><!-- -->")

    for xml in (many, hidden):
        with pytest.raises(BadFile) as refused:
            read_workbook(with_sheet(xml, **{"xl/sharedStrings.xml": strings}), "f")
        assert "the texts of a sheet" in refused.value.reason
    book = read_workbook(with_sheet(few, **{"xl/sharedStrings.xml": strings}), "f")
    assert book.sheet("A").value(399, 0) == "b"


def test_cells_without_references_are_counted_and_read():
    book = read_workbook(with_sheet("<row><c><v>1</v></c><c><v>2</v></c></row>"), "f")

    assert book.sheet("A").traits.columns == 2
    assert book.sheet("A").rows == [[1.0, 2.0]]


def test_a_sheet_is_found_wherever_its_part_lies():
    parts = parts_of(xlsx({"A": [["x"]]}))
    parts["xl/Other/S.xml"] = parts.pop("xl/worksheets/sheet1.xml")
    relations = "xl/_rels/workbook.xml.rels"
    parts[relations] = parts[relations].replace(b"worksheets/sheet1.xml", b"/xl/other/S.xml")

    assert read_workbook(archive_of(parts), "f").sheet("A").traits.columns == 1


def test_names_that_stand_twice_are_refused():
    parts = parts_of(xlsx({"A": [["x"]], "B": [["y"]]}))
    twice = parts["xl/workbook.xml"].replace(b'name="B"', b'name="A"')

    with pytest.raises(BadFile) as sheets:
        read_workbook(archive_of({**parts, "xl/workbook.xml": twice}), "f")
    with pytest.raises(BadFile) as names:
        read_workbook(archive_of({**parts, "XL/WORKBOOK.XML": b"x"}), "f")

    assert "two sheets are called 'A'" in sheets.value.reason
    assert "two parts of one name" in names.value.reason


@settings(max_examples=60, deadline=None)
@given(
    place=st.integers(0, 6000), junk=st.binary(min_size=1, max_size=8), cut=st.integers(0, 6000)
)
def test_no_damage_is_answered_with_a_traceback(place, junk, cut):
    whole = xlsx({"A": [["code", "name"], ["01", "Nội"]]})
    damaged = bytearray(whole)
    damaged[place : place + len(junk)] = junk
    for data in (bytes(damaged), whole[:cut]):
        with contextlib.suppress(BadFile):
            book = read_workbook(data, "f")
            for name in book.sheet_names:
                book.sheet(name)
