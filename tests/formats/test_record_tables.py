"""Records out of CSV and XLSX: places of cells, bounds, and what is refused."""

import io

import pytest
import xlsxwriter

from catalog.core.errors import BadFile
from catalog.formats.record_tables import read_csv_records, read_xlsx_records


def records(text, encoding="utf-8"):
    data = text if isinstance(text, bytes) else text.encode(encoding)
    table = read_csv_records(io.BytesIO(data), "records.csv")
    return table.columns, [(r.row, r.cells, r.beyond) for r in table.records]


def xlsx(*rows):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return buffer.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_rows_become_records_with_their_places(encoding, separator):
    text = "A,B\r\n1,Hà Nội\r\n,\r\n,x\r\n".replace(",", separator)

    assert records(text, encoding) == (
        {"A": 1, "B": 2},
        [(2, {"A": "1", "B": "Hà Nội"}, 0), (4, {"B": "x"}, 0)],
    )


def test_a_value_under_no_header_is_told():
    assert records("A,B\n1,2,3\n")[1] == [(2, {"A": "1", "B": "2"}, 3)]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "first row"),
        (",,\n \n", "first row"),
        ("A,B,A\n", "columns 1 and 3"),
        (b"PK\x03\x04rest", "XLSX"),
        (b"\x00\x01\x02\x03", "CSV"),
        (b"A,B\n\xff\xfe\xfd,1\n", "UTF-8"),
        ('A,B\n1,"' + "x" * 9_000_000, "CSV"),
    ],
)
def test_what_is_no_csv_is_refused_by_name(text, word):
    with pytest.raises(BadFile, match=word):
        records(text)


def test_a_long_file_is_read_as_it_is_asked_for():
    class Endless(io.RawIOBase):
        asked = 0

        def readable(self):
            return True

        def readinto(self, buffer):
            data = (b"A,B\n" if not self.asked else b"1,2\n") * (len(buffer) // 4)
            self.asked += 1
            buffer[: len(data)] = data
            return len(data)

    stream = Endless()
    table = read_csv_records(io.BufferedReader(stream, 4096), "endless.csv")

    assert next(table.records).cells == {"A": "A", "B": "B"}
    assert stream.asked < 100


def test_cells_of_a_workbook_keep_their_types():
    table = read_xlsx_records(xlsx(["A", "B"], [], [1.5, "x"], ["", True]), "records.xlsx")

    assert [(r.row, r.cells) for r in table.records] == [
        (3, {"A": 1.5, "B": "x"}),
        (4, {"B": True}),
    ]


@pytest.mark.parametrize("data", [b"", b"A,B\n1,2\n", b"PK\x03\x04broken", xlsx()])
def test_what_is_no_workbook_is_refused(data):
    with pytest.raises(BadFile):
        read_xlsx_records(data, "records.xlsx")
