"""
Invented dossiers and envelopes: people, numbers and amounts are made up, rows add up.

They start from the example records that are shipped with the layouts.
"""

import base64
import json
import random
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

EXAMPLES = Path(__file__).parents[1] / "schemas" / "byt" / "examples" / "valid"

ELEMENTS = {
    "XML0": ("CHI_TIEU_TRANG_THAI_KCB", "DSACH_TRANG_THAI_KCB", "TRANG_THAI_KCB"),
    "XML1": ("TONG_HOP", "", "TONG_HOP"),
    "XML2": ("CHITIEU_CHITIET_THUOC", "DSACH_CHI_TIET_THUOC", "CHI_TIET_THUOC"),
    "XML3": ("CHITIEU_CHITIET_DVKT_VTYT", "DSACH_CHI_TIET_DVKT", "CHI_TIET_DVKT"),
    "XML4": ("CHITIEU_CHITIET_DICHVUCANLAMSANG", "DSACH_CHI_TIET_CLS", "CHI_TIET_CLS"),
    "XML5": (
        "CHITIEU_CHITIET_DIENBIENLAMSANG",
        "DSACH_CHI_TIET_DIEN_BIEN_BENH",
        "CHI_TIET_DIEN_BIEN_BENH",
    ),
    "XML7": ("CHI_TIEU_DU_LIEU_GIAY_RA_VIEN", "", "CHI_TIEU_DU_LIEU_GIAY_RA_VIEN"),
}

Rows = list[dict[str, object]]
Tables = dict[str, Rows]


def example(table: str, release: int = -1) -> dict[str, object]:
    """The example record of a table for one of its releases, the oldest first."""
    text = (EXAMPLES / f"claim-{table.lower()}.json").read_text(encoding="utf-8")
    found: dict[str, object] = json.loads(text)[release]
    return found


def dossier(seed: int = 1, *, rows: int = 30, release: int = -1) -> Tables:
    """The tables of one dossier that keeps every rule; `rows` in all, about."""
    chance = random.Random(seed)  # noqa: S311 - the same dossiers every time
    link = f"LK{seed:012}"
    drugs = [drug(link, n, release, chance) for n in range(1, max(2, rows * 4 // 10) + 1)]
    services = [service(link, n, release, chance) for n in range(1, max(2, rows * 3 // 10) + 1)]
    results = [
        example("XML4", release) | {"MA_LK": link, "STT": n} for n in range(1, rows // 5 + 1)
    ]
    for row in results:
        row["MA_DICH_VU"] = services[0]["MA_DICH_VU"]
    notes = [
        example("XML5", release) | {"MA_LK": link, "STT": n} for n in range(1, rows // 10 + 1)
    ]
    summary = example("XML1", release) | {"MA_LK": link, "HO_TEN": f"Nguyễn Văn {seed}"}
    summary |= summed(drugs, services)
    found = {"XML1": [summary], "XML2": drugs, "XML3": services}
    return found | {name: made for name, made in (("XML4", results), ("XML5", notes)) if made}


def summed(drugs: Rows, services: Rows) -> dict[str, object]:
    """The amounts of a summary that follow from the rows."""
    every = drugs + services

    def total(field: str, of: Rows = every) -> float:
        return round(sum(float(str(row[field])) for row in of), 2)

    return {
        "T_THUOC": total("THANH_TIEN_BV", drugs),
        "T_VTYT": total("THANH_TIEN_BV", [row for row in services if row.get("MA_VAT_TU")]),
        "T_TONGCHI_BV": total("THANH_TIEN_BV"),
        "T_TONGCHI_BH": total("THANH_TIEN_BH"),
        "T_BNTT": total("T_BNTT"),
        "T_BNCCT": total("T_BNCCT"),
        "T_BHTT": total("T_BHTT"),
        "T_BHTT_GDV": total("T_BHTT"),
        "T_NGUONKHAC": total("T_NGUONKHAC"),
    }


def shares(amount: int) -> dict[str, object]:
    """Who pays an amount, at a benefit of 80 %."""
    return {
        "THANH_TIEN_BV": amount,
        "THANH_TIEN_BH": amount,
        "MUC_HUONG": 80,
        "T_BHTT": amount * 8 // 10,
        "T_BNCCT": amount - amount * 8 // 10,
        "T_BNTT": 0,
    }


def drug(link: str, number: int, release: int, chance: random.Random) -> dict[str, object]:
    """A row of XML2."""
    count, price = chance.randrange(1, 40), chance.randrange(1, 90) * 500
    row = example("XML2", release) | {"MA_LK": link, "STT": number}
    return row | {"SO_LUONG": count, "DON_GIA": price, **shares(count * price)}


def service(link: str, number: int, release: int, chance: random.Random) -> dict[str, object]:
    """A row of XML3; every fourth is of a supply."""
    price = chance.randrange(1, 90) * 1_000
    row = example("XML3", release) | {"MA_LK": link, "STT": number, "SO_LUONG": 1}
    row |= {"DON_GIA_BV": price, "DON_GIA_BH": price, **shares(price)}
    if number % 4 == 0:
        row |= {"MA_VAT_TU": "N01.01.010", "TEN_VAT_TU": "Bông gạc", "MA_NHOM": 10}
    return row


def table_xml(table: str, rows: Rows) -> str:
    """A table as XML."""
    root, listing, name = ELEMENTS[table]
    written = "".join(
        f"<{name}>{''.join(field_xml(*item) for item in row.items())}</{name}>" for row in rows
    )
    if not listing:
        return written
    return f"<{root}><{listing}>{written}</{listing}></{root}>"


def field_xml(name: str, value: object) -> str:
    """A field as an element; no value is an empty one."""
    return f"<{name}/>" if value in (None, "") else f"<{name}>{escape(str(value))}</{name}>"


def file_xml(table: str, content: str, form: str = "plain") -> str:
    """One FILEHOSO, its content plain, as CDATA, or in base64."""
    if form == "base64":
        content = base64.b64encode(content.encode()).decode()
    elif form == "cdata":
        content = f"<![CDATA[{content}]]>"
    return f"<FILEHOSO><LOAIHOSO>{table}</LOAIHOSO><NOIDUNGFILE>{content}</NOIDUNGFILE></FILEHOSO>"


def dossier_xml(tables: Tables, form: str = "plain") -> str:
    """One HOSO."""
    files = (file_xml(name, table_xml(name, rows), form) for name, rows in tables.items())
    return f"<HOSO>{''.join(files)}</HOSO>"


def envelope_parts(dossiers: Iterator[str] | list[str], announced: object) -> Iterator[bytes]:
    """An envelope, piece by piece, however large."""
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n<GIAMDINHHS>'
        "<THONGTINDONVI><MACSKCB>01999</MACSKCB></THONGTINDONVI>"
        f"<THONGTINHOSO><NGAYLAP>20250816</NGAYLAP><SOLUONGHOSO>{announced}</SOLUONGHOSO>"
        "<DANHSACHHOSO>"
    ).encode()
    for each in dossiers:
        yield each.encode() + b"\n"
    yield b"</DANHSACHHOSO></THONGTINHOSO><CHUKYDONVI/></GIAMDINHHS>"


def envelope(*dossiers: Tables, form: str = "plain", announced: object = None) -> bytes:
    """A whole envelope of dossiers."""
    count = len(dossiers) if announced is None else announced
    return b"".join(envelope_parts([dossier_xml(each, form) for each in dossiers], count))
