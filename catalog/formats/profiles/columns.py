"""
Columns: finding the header of a sheet and reading the rows below it by name.

Headers are matched whatever their case, spaces, line breaks, accents' composition or places are.
Codes stay text; a number in their place is written as a whole number and noted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from difflib import get_close_matches

from catalog.core.text import fold, nfc, tidy
from catalog.formats.profiles.profile import Notes, Options, place, words
from catalog.formats.workbook import Sheet, Value, Workbook

HEADER_WITHIN = 40
"""In which of the first rows a header is looked for."""

LONGEST_TEXT = 32_767
"""The longest text a cell may hold (the bound of XLSX)."""

LONGEST_CODE = 200
MOST_EXACT = 2**53


@dataclass(frozen=True, slots=True)
class Column:
    """
    A column that is looked for.

    Attributes:
        name: how the profile calls it.
        headers: how the header may be written; folded before comparing.
        required: whether the sheet is of no use without it.
        code: whether it holds codes, which must be text.
    """

    name: str
    headers: tuple[str, ...]
    required: bool = True
    code: bool = False


class Line:
    """One row of a table; asked by column names."""

    __slots__ = ("number", "table", "values")

    def __init__(self, table: "Table", number: int, values: list[Value]) -> None:
        self.table = table
        self.number = number
        self.values = values

    def __getitem__(self, name: str) -> str:
        """The text of a column on one line; empty when the column or the cell is."""
        text = self.raw(name)
        return tidy(text) if text else ""

    def raw(self, name: str) -> str:
        """The text of a column with its line breaks, trimmed at the ends."""
        index = self.table.places.get(name)
        if index is None or index >= len(self.values):
            return ""
        value = self.values[index]
        if type(value) is str:
            if len(value) > LONGEST_TEXT:
                return self.cut(index, value)
            return nfc(value).strip()
        return text_of(value)

    def code(self, name: str) -> str:
        """The code of a column: text as issued; what is no text is noted."""
        index = self.table.places.get(name)
        if index is None or index >= len(self.values):
            return ""
        value = self.values[index]
        if type(value) is not str:
            return self.number_as_code(index, value)
        text = nfc(value)
        code = text.strip()
        if code and code != text:
            self.table.notes.mark(
                "spaces-around-code",
                words(
                    "Mã có khoảng trắng ở đầu hoặc cuối; đã bỏ.", "Spaces around a code left out."
                ),
                sheet=self.table.sheet.name,
                row=self.number,
                column=index,
                value=repr(text),
            )
        if len(code) > LONGEST_CODE:
            self.table.notes.add(
                "code-too-long",
                words(
                    f"Mã dài {len(code)} ký tự; tối đa {LONGEST_CODE}.",
                    f"The code has {len(code)} characters; at the most {LONGEST_CODE} are taken.",
                ),
                sheet=self.table.sheet.name,
                cell=place(self.number, index),
                value=code,
            )
            return code[:LONGEST_CODE]
        return code

    def cell(self, name: str) -> str:
        """The address of the cell in a column; the row's first cell without such a column."""
        return place(self.number, self.table.places.get(name, 0))

    def where(self, name: str) -> tuple[str, str]:
        """Sheet and cell of a column."""
        return self.table.sheet.name, self.cell(name)

    def cut(self, index: int, value: str) -> str:
        """The beginning of a text that is too long, and a finding about it."""
        self.table.notes.add(
            "cell-too-long",
            words(
                f"Ô có {len(value):,} ký tự; tối đa {LONGEST_TEXT:,}.",
                f"The cell has {len(value):,} characters; at the most {LONGEST_TEXT:,} are taken.",
            ),
            sheet=self.table.sheet.name,
            cell=place(self.number, index),
            value=value[:200],
        )
        return nfc(value[:LONGEST_TEXT]).strip()

    def number_as_code(self, index: int, value: Value) -> str:
        """The text of a code that was typed as something else, and a note about it."""
        text = text_of(value)
        if isinstance(value, date | time):
            rule, severity = "date-as-code", "error"
            message = words(
                "Mã đã bị bảng tính đổi thành ngày; hãy định dạng cột là văn bản và nhập lại mã.",
                "A code was turned into a date; make the column text and type the code again.",
            )
        else:
            rule, severity = "number-as-code", "warning"
            message = words(
                "Mã được nhập dạng số. Số 0 ở đầu hoặc cuối có thể đã mất: "
                "hãy định dạng cột là văn bản và nhập lại mã.",
                "A code typed as a number. Zeros at its ends may be lost: "
                "make the column text and type the code again.",
            )
        self.table.notes.mark(
            rule,
            message,
            sheet=self.table.sheet.name,
            row=self.number,
            column=index,
            value=text,
            severity="error" if severity == "error" else "warning",
        )
        return text


@dataclass(frozen=True)
class Table:
    """
    A header and the rows below it.

    Attributes:
        header: number of the header's row; the rows read come after it.
        places: index of each column found, by its name.
        last: number of the last row to read; 0 for all.
    """

    sheet: Sheet
    notes: Notes
    header: int
    places: Mapping[str, int]
    last: int = 0

    def lines(self) -> Iterator[Line]:
        """The rows below the header, those without any content left out."""
        for number, values in enumerate(self.sheet.rows, 1):
            if number <= self.header or (self.last and number > self.last):
                continue
            if any(
                value != "" and not (type(value) is str and value.isspace()) for value in values
            ):
                yield Line(self, number, values)

    def note_formulas(self, *names: str) -> None:
        """Note the formulas in the columns of these names; what they last gave is what is read."""
        for name in names or tuple(self.places):
            column = self.places.get(name)
            for row in self.sheet.traits.formulas.get(-1 if column is None else column, ()):
                if column is not None and row > self.header:
                    self.notes.mark(
                        "formula",
                        words(
                            "Ô chứa công thức; giá trị lưu sẵn được dùng. Hãy dán thành giá trị.",
                            "The cell holds a formula; its stored value is used. "
                            "Paste it as a value.",
                        ),
                        sheet=self.sheet.name,
                        row=row,
                        column=column,
                        value=text_of(self.sheet.value(row, column)),
                    )


def text_of(value: Value) -> str:
    """
    A value as text: whole numbers without a fraction, days as ISO text.

    >>> text_of(1.0), text_of(1.5), text_of(True)
    ('1', '1.5', 'TRUE')
    """
    match value:
        case str():
            return nfc(value).strip()
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            whole = float(value).is_integer() and abs(value) < MOST_EXACT
            return str(int(value)) if whole else repr(value)
        case datetime():
            at_midnight = value.time() == time()
            return value.date().isoformat() if at_midnight else value.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)


def find_sheet(book: Workbook, *names: str) -> Sheet | None:
    """The first sheet whose name, folded, is or begins with one of these."""
    folded = {fold(name): name for name in reversed(book.sheet_names)}
    for wanted in names:
        exact = folded.get(fold(wanted))
        if exact is not None:
            return book.sheet(exact)
    for wanted in names:
        for found, name in reversed(folded.items()):
            if found.startswith(fold(wanted) + " "):
                return book.sheet(name)
    return None


def table_of(
    book: Workbook, options: Options, columns: tuple[Column, ...], notes: Notes, *names: str
) -> Table | None:
    """
    The table of the sheet asked for, of the sheet of these names, or of the first sheet.

    None, and findings, when there is no such sheet or it lacks the columns.
    Raises: BadFile, when the sheet asked for is not there.
    """
    if options.sheet:
        return find_table(book.sheet(options.sheet), columns, notes)
    if not names:
        return find_table(book.sheet(book.sheet_names[0]), columns, notes)
    sheet = find_sheet(book, *names)
    if sheet is not None:
        return find_table(sheet, columns, notes)
    there = ", ".join(f"“{name}”" for name in book.sheet_names)
    notes.add(
        "missing-sheet",
        words(
            f"Không có trang “{names[0]}”; tệp có các trang {there}.",
            f"There is no sheet “{names[0]}”; the file has {there}.",
        ),
        sheet=book.sheet_names[0],
        cell="A1",
    )
    return None


def find_table(
    sheet: Sheet, columns: tuple[Column, ...], notes: Notes, *, after: int = 0
) -> Table | None:
    """
    The table of a sheet whose header has these columns; None, and findings, when there is none.

    The header is the row, of the first ones, in which most of the columns are found.
    """
    wanted = {fold(header): column for column in columns for header in column.headers}
    best, header = 0, 0
    for number, row in enumerate(sheet.rows[after : after + HEADER_WITHIN], after + 1):
        names = {wanted[text].name for text in map(folded, row) if text in wanted}
        if len(names) > best:
            best, header = len(names), number
    required = [column for column in columns if column.required]
    if best < (len(required) + 1) // 2 or not best:
        note_no_header(sheet, required, notes)
        return None
    table = Table(sheet, notes, header, places_of(sheet, header, wanted, notes))
    note_merged(sheet, header, notes)
    note_hidden(sheet, header, notes)
    missing = [column for column in required if column.name not in table.places]
    for column in missing:
        note_missing(table, column, wanted)
    return None if missing else table


def folded(value: Value) -> str:
    """The folded text of a cell of a header."""
    return fold(value) if type(value) is str and len(value) <= LONGEST_CODE else ""


def places_of(
    sheet: Sheet, header: int, wanted: Mapping[str, Column], notes: Notes
) -> dict[str, int]:
    """Where the columns are; of two with one header the first counts, and that is noted."""
    places: dict[str, int] = {}
    for index, value in enumerate(sheet.rows[header - 1]):
        column = wanted.get(folded(value))
        if column is None:
            continue
        if column.name in places:
            notes.add(
                "duplicate-column",
                words(
                    f"Hai cột cùng nghĩa “{text_of(value)}”; dùng cột ở ô "
                    f"{place(header, places[column.name])}.",
                    f"Two columns for “{text_of(value)}”; the one at "
                    f"{place(header, places[column.name])} is used.",
                ),
                sheet=sheet.name,
                cell=place(header, index),
                value=text_of(value),
            )
        else:
            places[column.name] = index
    return places


def note_no_header(sheet: Sheet, required: list[Column], notes: Notes) -> None:
    """Note that a sheet has no header of the kind looked for."""
    names = ", ".join(f"“{column.headers[0]}”" for column in required)
    notes.add(
        "missing-header",
        words(
            f"Không tìm thấy hàng tiêu đề có các cột {names}.",
            f"No header row with the columns {names} was found.",
        ),
        sheet=sheet.name,
        cell="A1",
    )


def note_missing(table: Table, column: Column, wanted: Mapping[str, Column]) -> None:
    """Note a missing column, and which of the others may be meant."""
    row = table.sheet.rows[table.header - 1]
    free = {
        text: index for index, text in enumerate(map(folded, row)) if text and text not in wanted
    }
    near = get_close_matches(fold(column.headers[0]), free, n=1, cutoff=0.6)
    cell = place(table.header, free[near[0]]) if near else place(table.header, 0)
    hint_vi = f" Có phải là ô {cell} “{text_of(row[free[near[0]]])}”?" if near else ""
    hint_en = f" Is it {cell} “{text_of(row[free[near[0]]])}”?" if near else ""
    table.notes.add(
        "missing-column",
        words(
            f"Thiếu cột “{column.headers[0]}”.{hint_vi}",
            f"The column “{column.headers[0]}” is missing.{hint_en}",
        ),
        sheet=table.sheet.name,
        cell=cell,
        value=text_of(row[free[near[0]]]) if near else "",
    )


def note_merged(sheet: Sheet, header: int, notes: Notes) -> None:
    """Note merged cells in the header: under them it is unclear which column is which."""
    for area in sheet.merged:
        if area.top <= header <= area.bottom:
            notes.add(
                "merged-header",
                words(
                    f"Tiêu đề có ô gộp {area}; hãy bỏ gộp để mỗi cột có một tiêu đề.",
                    f"The header has merged cells {area}; split them so that each column has one.",
                ),
                sheet=sheet.name,
                cell=place(area.top, area.left),
                value=text_of(sheet.value(area.top, area.left)),
                severity="warning",
            )


def note_hidden(sheet: Sheet, header: int, notes: Notes) -> None:
    """Note hidden rows and a hidden sheet: they are read like the others."""
    for row in sheet.traits.hidden:
        if row > header:
            notes.mark(
                "hidden-row",
                words("Hàng bị ẩn vẫn được đọc.", "A hidden row; it is read like the others."),
                sheet=sheet.name,
                row=row,
                column=0,
            )
    if not sheet.visible:
        notes.add(
            "hidden-sheet",
            words("Trang tính bị ẩn vẫn được đọc.", "A hidden sheet; it is read."),
            sheet=sheet.name,
            severity="warning",
        )
