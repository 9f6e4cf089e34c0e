"""
The report of a check as one page: counts, a chart, findings by rule and field; for print, too.

The page needs nothing else, runs nothing, and asks nobody. Vietnamese first, English beside it.
"""

import base64
import hashlib
from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import Final

from catalog.core.record_finding import RecordFinding
from catalog.formats.check_report import CheckReport, Count, place_of, rule_in_words
from catalog.formats.check_report_xlsx import shown

BARS: Final = 20
"""How many rules the chart shows."""

LISTED: Final = 200
"""How many findings of one rule at one field are listed."""

WIDTH: Final = 860
LABELS: Final = 380
LINE: Final = 26

STYLE: Final = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:1.5rem auto;padding:0 1rem;
color:#1b1f24;background:#fff}
h1{font-size:1.6rem;margin:0}h2{font-size:1.25rem;margin:2rem 0 .5rem}
h3{font-size:1rem;margin:1rem 0 .25rem}
.en{color:#57606a;font-size:.9em}table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;vertical-align:top;padding:.3rem .5rem;border-bottom:1px solid #d0d7de}
th{background:#f3f5f7}td.n,th.n{text-align:right;white-space:nowrap}
td.v{word-break:break-word;max-width:14rem}
.error{color:#a40e26}.warning{color:#7a4d00}svg{max-width:100%;height:auto}
ul.facts{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.5rem 2rem}
ul.facts b{display:block;font-size:1.5rem}
@media print{body{margin:0;max-width:none;font-size:11px}section{break-inside:auto}
thead{display:table-header-group}tr{break-inside:avoid}}
"""

DIGEST: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

POLICY: Final = f"default-src 'none'; style-src 'sha256-{DIGEST}'; img-src data:"
"""The content security policy that the page keeps."""


def check_report_html(report: CheckReport) -> bytes:
    """The report as the bytes of an HTML page."""
    return "".join(page(report)).encode("utf-8", "replace")


def page(report: CheckReport) -> Iterator[str]:
    """The page, part by part."""
    name = escape(report.name)
    yield (
        '<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
        f"<title>Kết quả kiểm tra {name}</title><style>{STYLE}</style></head><body><main>"
        f"<h1>Kết quả kiểm tra dữ liệu</h1><p>{both(name, 'results of the check')}</p>"
    )
    yield facts(report)
    if report.counts:
        yield chart(report)
        yield table_of_counts(report)
        yield from groups(report)
    else:
        yield f"<p><strong>{both('Không có phát hiện nào', 'nothing is amiss')}</strong></p>"
    yield releases(report)
    yield "</main></body></html>"


def both(vi: str, en: str) -> str:
    """Vietnamese, with English beside it; both are markup already."""
    return f'{vi} <span class="en" lang="en">{en}</span>'


def facts(report: CheckReport) -> str:
    """The counts of the whole."""
    told = (
        (report.records, "bản ghi (hồ sơ)", "records (dossiers)"),
        (report.invalid, "không hợp lệ", "invalid"),
        (report.errors, "lỗi", "errors"),
        (report.found - report.errors, "cảnh báo", "warnings"),
    )
    items = "".join(f"<li><b>{number}</b>{both(vi, en)}</li>" for number, vi, en in told)
    day = (
        report.on.isoformat() if report.on else both("ngày của từng bản ghi", "each record's own")
    )
    rows = ", ".join(f"{escape(table)}: {count}" for table, count in report.rows.items())
    rows = f"<p>{both('Số dòng', 'rows')}: {rows}</p>" if rows else ""
    masked = both("Giá trị cá nhân được che", "personal values are masked")
    masked = f"<p>{masked}</p>" if report.masked else ""
    asof = f"<p>{both('Áp dụng theo', 'as of')}: {day}</p>"
    return f'<ul class="facts">{items}</ul>{asof}{rows}{masked}'


def chart(report: CheckReport) -> str:
    """Bars of how often each rule is broken."""
    totals = list(report.by_rule().items())[:BARS]
    most = max(count for _, count in totals)
    bars: list[str] = []
    for number, (rule, count) in enumerate(totals):
        top = number * LINE
        width = max(2, round((WIDTH - LABELS - 80) * count / most))
        label = escape(rule_in_words(rule)[0][:48])
        bars.append(
            f'<text x="{LABELS - 8}" y="{top + 17}" text-anchor="end">{label}</text>'
            f'<rect x="{LABELS}" y="{top + 4}" width="{width}" height="18" fill="#0b5cad"/>'
            f'<text x="{LABELS + width + 6}" y="{top + 17}">{count}</text>'
        )
    height = len(totals) * LINE + 4
    title = both("Số phát hiện theo quy tắc", "findings by rule")
    return (
        f'<section><h2>{title}</h2><svg role="img" aria-label="Số phát hiện theo quy tắc" '
        f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'font-family="system-ui,sans-serif" font-size="14">{"".join(bars)}</svg></section>'
    )


def table_of_counts(report: CheckReport) -> str:
    """How many findings by rule and field."""
    lines = "".join(
        f"<tr><td>{rule_words(count.rule)}</td><td>{escape(count.table + count.path)}</td>"
        f'<td>{severity_words(count.severity)}</td><td class="n">{count.count}</td></tr>'
        for count in report.counts
    )
    heads = (("Quy tắc", "rule"), ("Trường", "field"), ("Mức độ", "severity"))
    head = "".join(f"<th>{both(vi, en)}</th>" for vi, en in heads)
    title = both("Theo quy tắc và trường", "by rule and field")
    return (
        f"<section><h2>{title}</h2><table><thead><tr>{head}"
        f'<th class="n">{both("Số lượng", "count")}</th></tr></thead>'
        f"<tbody>{lines}</tbody></table></section>"
    )


def groups(report: CheckReport) -> Iterator[str]:
    """The findings, by rule and by field within it, the most frequent rule first."""
    place = {rule: number for number, rule in enumerate(report.by_rule())}
    order = sorted(report.findings, key=lambda f: (place.get(f.rule, 0), f.rule, f.table, f.path))
    totals = {(c.rule, c.table, c.path): c for c in report.counts}
    for rule, of_rule in groupby(order, key=lambda f: f.rule):
        yield f"<section><h2>{rule_words(rule)}</h2>"
        for (table, path), found in groupby(of_rule, key=lambda f: (f.table, f.path)):
            yield group(list(found), totals.get((rule, table, path)))
        yield "</section>"


def group(found: list[RecordFinding], count: Count | None) -> str:
    """The findings of one rule at one field."""
    shown_here = found[:LISTED]
    lines = "".join(map(line, shown_here))
    heads = (
        ("Hồ sơ", "record"),
        ("Vị trí", "place"),
        ("Giá trị", "value"),
        ("Nội dung", "message"),
    )
    head = "".join(f"<th>{both(vi, en)}</th>" for vi, en in heads)
    total = count.count if count else len(found)
    rest = total - len(shown_here)
    more = f"<p>{both(f'và {rest} phát hiện nữa', f'and {rest} more')}</p>" if rest > 0 else ""
    name = escape(found[0].table + found[0].path) or both("cả bản ghi", "the whole record")
    return (
        f"<h3>{name}: {total}</h3><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{lines}</tbody></table>{more}"
    )


def line(finding: RecordFinding) -> str:
    """One finding."""
    place = finding.cell if isinstance(finding.cell, str) else place_of(finding)
    said = both(escape(finding.message.get("vi", "")), escape(finding.message.get("en", "")))
    return (
        f'<tr><td class="n">{finding.record}</td><td>{escape(place)}</td>'
        f'<td class="v">{escape(shown(finding.value))}</td>'
        f'<td class="{finding.severity}">{said}</td></tr>'
    )


def rule_words(rule: str) -> str:
    """A rule in words, with its name."""
    vi, en = rule_in_words(rule)
    return f"{both(escape(vi), escape(en))} <code>{escape(rule)}</code>"


def severity_words(severity: str) -> str:
    """How grave a finding is."""
    return both("lỗi", "error") if severity == "error" else both("cảnh báo", "warning")


def releases(report: CheckReport) -> str:
    """What was checked against, and what could not be."""
    lines = "".join(
        f"<tr><td>{escape(lock.key)}</td><td>{escape(lock.version)}</td></tr>"
        for lock in report.releases
    )
    unchecked = "".join(
        f"<li>{both(escape(one['vi']), escape(one['en']))}</li>" for one in report.unchecked
    )
    unchecked = f"<ul>{unchecked}</ul>" if unchecked else ""
    title = both("Các bản ban hành đã áp dụng", "releases that were applied")
    return f"<section><h2>{title}</h2><table><tbody>{lines}</tbody></table>{unchecked}</section>"
