"""
Reports as tables: CSV, XLSX and one self-contained page of HTML, in Vietnamese and English.

A report is a title, notes and tables of text, numbers and keys. Every cell of text is text,
whatever it looks like: nothing in a report is a formula.
"""

import base64
import hashlib
import html
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from catalog.core.model import Text
from catalog.core.text import in_language
from catalog.formats.member_table import Table
from catalog.formats.spreadsheet import OPTIONS, clean
from catalog.formats.tabular import lines_of

Cell: TypeAlias = str | int | Text


@dataclass(frozen=True, slots=True)
class Column:
    """
    A column of a report.

    Attributes:
        name: its technical name, the heading in CSV.
        title: its heading for people.
        is_key: its cells are keys of artefacts, to whose pages the name of the row leads.
        is_share: its cells are numbers that make up a whole with the neighbours marked so.
    """

    name: str
    title: Text
    is_key: bool = False
    is_share: bool = False


@dataclass(frozen=True, slots=True)
class ReportTable:
    """One table of a report; rows have a cell for each column."""

    name: str
    title: Text
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """
    A report to be written.

    Attributes:
        title: what it reports.
        facts: what it is computed for and from, as pairs of a name and a value.
    """

    title: Text
    facts: tuple[tuple[Text, str | Text], ...]
    tables: tuple[ReportTable, ...]


@dataclass(frozen=True, slots=True)
class Notation:
    """A notation of reports: suffix and media type."""

    suffix: str
    media_type: str


JSON: Final = Notation(".json", "application/json")
CSV: Final = Notation(".csv", "text/csv; charset=utf-8; header=present")
XLSX: Final = Notation(
    ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)
HTML: Final = Notation(".html", "text/html; charset=utf-8")
NOTATIONS: Final = (JSON, CSV, XLSX, HTML)


def csv_of(report: Report) -> bytes:
    """
    The first table, and those with the same columns, as one CSV; text in two columns, vi and en.

    The first column says which table a row is of.
    """
    first = report.tables[0]
    alike = [table for table in report.tables if table.columns == first.columns]
    rows = [row for table in alike for row in table.rows]
    texts = {at for row in rows for at, cell in enumerate(row) if isinstance(cell, dict)}
    columns = ["table"]
    for at, column in enumerate(first.columns):
        columns += [f"{column.name}:vi", f"{column.name}:en"] if at in texts else [column.name]
    written = (
        (table.name, *(text for at, cell in enumerate(row) for text in cells(cell, at in texts)))
        for table in alike
        for row in table.rows
    )
    return b"".join(lines_of(Table(tuple(columns), written, len(rows))))


def cells(cell: Cell, is_text: bool) -> tuple[str, ...]:  # noqa: FBT001 - asked of a column
    """A cell in the columns it takes."""
    if isinstance(cell, dict):
        return (cell.get("vi", ""), cell.get("en", ""))
    return (str(cell), "") if is_text else (str(cell),)


def xlsx_of(report: Report) -> bytes:
    """A sheet a table, after one that says what this is."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {**OPTIONS, "in_memory": True})
    strong = book.add_format({"bold": True, "bg_color": "#E8EEF4", "text_wrap": True})
    sheet = book.add_worksheet("Thông tin - About")
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, both(report.title), strong)
    for at, (name, value) in enumerate(report.facts, 2):
        sheet.write_string(at, 0, both(name))
        sheet.write_string(at, 1, both(value))
    for table in report.tables:
        fill(book.add_worksheet(table.name), table, strong)
    book.close()
    return buffer.getvalue()


def fill(sheet: Worksheet, table: ReportTable, strong: Any) -> None:  # noqa: ANN401 - untyped library
    """One table: numbers as numbers, everything else as text."""
    for at, column in enumerate(table.columns):
        longest = max((len(both(row[at])) for row in table.rows), default=0)
        sheet.set_column(at, at, min(60, max(10, longest + 1)))
        sheet.write_string(0, at, both(column.title, "\n"), strong)
    sheet.freeze_panes(1, 1)
    for number, row in enumerate(table.rows, 1):
        for at, cell in enumerate(row):
            if isinstance(cell, int):
                sheet.write_number(number, at, cell)
            elif cell:
                sheet.write_string(number, at, clean(both(cell)))
    if table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)


def both(cell: Cell, mark: str = " - ") -> str:
    """Words in both languages on one line."""
    if not isinstance(cell, dict):
        return str(cell)
    return mark.join(dict.fromkeys(filter(None, (cell.get("vi", ""), cell.get("en", "")))))


# -- HTML -----------------------------------------------------------------------------------

STYLE: Final = """
:root { color-scheme: light dark; --ink: #1b2733; --quiet: #5c6b7a; --line: #d5dde5;
  --head: #eef3f8; --accent: #0b5cad;
  --a: #1a7f4b; --b: #d99a1c; --c: #c2413b; --d: #93a1af; --ground: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4eaf0; --quiet: #9fb0c0; --line: #33414e;
  --head: #1d2833; --accent: #7ab8ff; --ground: #12191f; } }
body { margin: 0 auto; padding: 1.5rem; max-width: 110rem;
  background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
h1, h2 { line-height: 1.25; margin: 1.6rem 0 .5rem; } h1 { margin-top: 0; }
small { display: block; color: var(--quiet); font-weight: 400; font-size: .85em; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
dd { margin: 0; } nav a { margin-right: 1rem; } a { color: var(--accent); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .92rem; }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line);
  text-align: left; vertical-align: top; }
thead th { background: var(--head); vertical-align: bottom; }
tbody th { font-weight: 600; min-width: 16rem; } td:not(.n) { min-width: 6rem; }
.n { text-align: right; font-variant-numeric: tabular-nums; } .zero { color: var(--quiet); }
svg { display: block; width: 7rem; height: .55rem; margin: .35rem 0 0; border-radius: 3px; }
.s0 { fill: var(--a); } .s1 { fill: var(--b); } .s2 { fill: var(--c); } .s3 { fill: var(--d); }
tbody a { text-decoration: none; } tbody a:hover { text-decoration: underline; }
@media print { body { max-width: none; padding: 0; font-size: 10pt; }
  .scroll { overflow: visible; } }
"""

FINGERPRINT: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{FINGERPRINT}'; base-uri 'none';"
    " frame-ancestors 'none'"
)
"""The content security policy that the page needs: its own style, and nothing else."""


def html_of(report: Report, base: str = "") -> bytes:
    """
    The report as one page that needs nothing else; no script.

    Args:
        report: what to write.
        base: what the addresses of artefacts begin with; empty on the site itself.
    """
    return "".join(page(report, base)).encode()


def page(report: Report, base: str) -> Iterator[str]:
    """The parts of the page."""
    title = in_language(report.title, "vi")
    yield (
        '<!doctype html><html lang="vi"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{STYLE}</style></head><body><main>"
        f"<h1>{words(report.title)}</h1><dl>"
    )
    for name, value in report.facts:
        yield f"<dt>{words(name)}</dt><dd>{words(value)}</dd>"
    yield "</dl><nav>"
    for table in report.tables:
        label = html.escape(in_language(table.title, "vi"))
        yield f'<a href="#{html.escape(table.name)}">{label}</a>'
    yield "</nav>"
    for table in report.tables:
        yield from section(table, base)
    yield "</main></body></html>\n"


def section(table: ReportTable, base: str) -> Iterator[str]:
    """One table with its heading; keys stand behind the names, empty columns are left out."""
    name = html.escape(table.name)
    yield f'<section><h2 id="{name}">{words(table.title)}</h2>'
    yield f'<div class="scroll" tabindex="0" role="region" aria-labelledby="{name}"><table>'
    yield "<thead><tr>"
    shown = [
        at
        for at, column in enumerate(table.columns)
        if not column.is_key and any(row[at] != "" for row in table.rows)
    ]
    for at in shown:
        numbers = all(isinstance(row[at], int) for row in table.rows)
        kind = ' class="n"' if numbers else ""
        yield f'<th scope="col"{kind}>{words(table.columns[at].title)}</th>'
    yield "</tr></thead><tbody>"
    for row in table.rows:
        yield f"<tr>{''.join(drawn(table, row, shown, base))}</tr>"
    yield "</tbody></table></div></section>"


def drawn(table: ReportTable, row: tuple[Cell, ...], shown: list[int], base: str) -> Iterator[str]:
    """The cells of a row; the first names it, leads to its page, and has the bar of its shares."""
    pairs = list(zip(table.columns, row, strict=True))
    bar = bar_of([cell for column, cell in pairs if column.is_share and isinstance(cell, int)])
    key = next((cell for column, cell in pairs if column.is_key), "")
    for at in shown:
        cell = row[at]
        if isinstance(cell, int):
            zero = "" if cell else " zero"
            yield f'<td class="n{zero}">{cell:,}</td>'.replace(",", "\u202f")
        elif at == 0:
            name = words(cell)
            if key:
                name = f'<a href="{html.escape(f"{base}/id/{key}")}">{name}</a>'
            yield f'<th scope="row">{name}{bar}</th>'
        else:
            yield f"<td>{words(cell)}</td>"


def bar_of(shares: list[int]) -> str:
    """A bar of the shares of a whole; decoration, the numbers stand beside it."""
    whole = sum(shares)
    if not whole:
        return ""
    parts, start = [], 0.0
    for at, share in enumerate(shares):
        width = 100 * share / whole
        if share:
            parts.append(f'<rect class="s{at}" x="{start:.2f}" width="{width:.2f}" height="8"/>')
        start += width
    rects = "".join(parts)
    return f'<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">{rects}</svg>'


def words(cell: Cell) -> str:
    """Vietnamese, and English below it in smaller letters where it differs."""
    if not isinstance(cell, dict):
        return html.escape(str(cell))
    first, second = in_language(cell, "vi"), cell.get("en", "")
    below = f'<small lang="en">{html.escape(second)}</small>' if second not in {"", first} else ""
    return f"{html.escape(first)}{below}"
