"""The claim tables as schemas, made from the facts; and records that keep them."""

import csv
import random
from pathlib import Path

from catalog.core.model import Binding, CodeList, Concept, Field, Rule, Schema

FACTS = Path(__file__).parents[3] / "shared" / "facts"

TYPES = {"string": "string", "integer": "integer", "number": "decimal"}
FORMATS = {
    "yyyymmdd": "yyyymmdd",
    "yyyymmddHHMM": "yyyymmddHHMM",
    "yyyymmdd or yyyymmddHHMM": "yyyymmdd|yyyymmddHHMM",
    "yyyymmddHHMM (unknown time or day/month = 0000)": "birth",
}
PATTERNS = {
    "5 chars": ".{5}",
    "5 chars each": ".{5}",
    "15 chars": ".{15}",
    "15 chars each": ".{15}",
    "2 digits": "[0-9]{2}",
    "5 digits": "[0-9]{5}",
    "9 or 12 digits, or 1 letter + 7 digits": "[0-9]{9}|[0-9]{12}|[A-Z][0-9]{7}",
    "decimal(2), dot separator": "[0-9]+(?:\\.[0-9]{1,2})?",
}
LISTS = {
    "icd10_vn": "code-list/byt/icd-10",
    "icd9cm": "code-list/byt/icd-9-cm",
}
RULES = (
    Rule(
        id="ngay-ra-sau-ngay-vao",
        fields=("NGAY_RA", "NGAY_VAO"),
        when="has_value(NGAY_VAO) && has_value(NGAY_RA)",
        must="NGAY_RA >= NGAY_VAO",
        finding="order",
        message={"vi": "Ngày ra phải sau ngày vào", "en": "discharge is before arrival"},
    ),
    Rule(
        id="ly-do-vnt",
        fields=("LY_DO_VNT", "NGAY_VAO_NOI_TRU"),
        when="has_value(NGAY_VAO_NOI_TRU)",
        must="has_value(LY_DO_VNT)",
        finding="required",
        message={"vi": "Thiếu lý do vào nội trú", "en": "the reason for admission is missing"},
    ),
    Rule(
        id="tong-chi",
        fields=("T_TONGCHI_BV", "T_THUOC", "T_VTYT"),
        when="T_TONGCHI_BV != null && T_THUOC != null && T_VTYT != null",
        must="num(T_TONGCHI_BV) >= num(T_THUOC) + num(T_VTYT) - 0.01",
        finding="sum-mismatch",
        message={"vi": "Tổng chi nhỏ hơn thuốc và vật tư", "en": "the total is below its parts"},
    ),
    Rule(
        id="bhtt",
        fields=("T_BHTT", "T_TONGCHI_BH", "T_BNCCT"),
        when="T_BHTT != null && T_TONGCHI_BH != null && T_BNCCT != null",
        must="T_BHTT - (T_TONGCHI_BH - T_BNCCT) < 0.01 && "
        "(T_TONGCHI_BH - T_BNCCT) - T_BHTT < 0.01",
        finding="sum-mismatch",
        message={"vi": "T_BHTT phải bằng T_TONGCHI_BH - T_BNCCT", "en": "T_BHTT does not add up"},
    ),
)


def rows(name):
    with (FACTS / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def list_key(name):
    """The key of the list that the facts name; none for those without a file of codes."""
    word = name.split(" ")[0]
    if word in LISTS:
        return LISTS[word]
    if (FACTS / "codes" / f"{word}.csv").exists():
        return f"code-list/byt/{word.replace('_', '-')}"
    return ""


def field_of(row):
    key = list_key(row["code_list"])
    checks = {"MA_BENH_CHINH": ("sex", "age", "main"), "MA_BENH_KT": ("sex", "age")}
    return Field(
        name=row["field"],
        label={"vi": row["label_vi"], "en": row["label_en"]},
        type=TYPES[row["json_type"]],
        max_length=int(row["max_length"]) if row["max_length"].isdigit() else 0,
        format=FORMATS.get(row["format"], ""),
        pattern=PATTERNS.get(row["format"], ""),
        required=row["required"] if row["required"] in {"yes", "no"} else "conditional",
        separator=row["separator"],
        binding=Binding(list=key, checks=checks.get(row["field"], ())) if key else None,
        data_class="personal-sensitive" if row["data_class_hint"] else "",
    )


def claim_table(table="XML1", rules=RULES):
    fields = tuple(field_of(row) for row in rows("xml_fields.csv") if row["table"] == table)
    return Schema(
        title={"vi": f"Bảng {table}", "en": f"Table {table}"},
        record=table,
        date_field="NGAY_RA",
        date_fallbacks=("NGAY_VAO",),
        sex_field="GIOI_TINH",
        birth_field="NGAY_SINH",
        members=(*fields, *(rules if table == "XML1" else ())),
    )


def small_list(name):
    lines = rows(f"codes/{name}.csv")
    title = name.replace("_", " ")
    concepts = {
        row["code"]: Concept(
            code=row["code"], display={"vi": row["label_vi"], "en": row.get("label_en") or ""}
        )
        for row in lines
    }
    return CodeList(title={"vi": title, "en": title}, members=tuple(concepts.values()))


def icd_list(size=15_000):
    """Codes that look like ICD-10, as many as asked for; some for one sex or age only."""
    codes = [f"{c}{n:02}" for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for n in range(100)]
    codes += [f"{code}.{n}" for n in range(10) for code in codes]
    return CodeList(
        title={"vi": "ICD-10", "en": "ICD-10"},
        members=tuple(
            Concept(
                code=code,
                display={"vi": f"Bệnh {code}", "en": f"Disease {code}"},
                aliases=(code.replace(".", ""),) if "." in code else (),
                properties={"sex": "2"} if code.startswith("O") else {},
            )
            for code in codes[:size]
        ),
    )


def install(library, table="XML1", icd=15_000):
    """Release a claim table with the lists it is bound to, in force from 2020."""
    schema = claim_table(table)
    keys = dict.fromkeys(f.binding.list for f in schema.members if getattr(f, "binding", None))
    for key in keys:
        word = key.rsplit("/", 1)[1].replace("-", "_")
        if (FACTS / "codes" / f"{word}.csv").exists():
            library.add(key, small_list(word))
        else:
            library.add(key, icd_list(icd if word == "icd_10" else 3_000))
    return library.add(f"schema/byt/claim-{table.lower()}", schema, lock=tuple(keys))


def good_record(seed=0, icd=15_000):
    """A record of XML1 that keeps every rule; the seed chooses the values."""
    chance = random.Random(seed)  # noqa: S311 - the same records every time
    if icd not in CODES:
        CODES[icd] = [c.code for c in icd_list(icd).members if c.code[0] != "O"]
    codes = CODES[icd]
    day = f"{chance.randrange(1, 13):02}{chance.randrange(1, 29):02}"
    drugs, supplies, share = (round(chance.random() * 1e6, 2) for _ in range(3))
    total = round(drugs + supplies, 2)
    return {
        "MA_LK": f"LK{seed:010}",
        "STT": seed % 1000 + 1,
        "MA_BN": f"BN{seed:08}",
        "HO_TEN": "Nguyễn Thị Ánh Đào",
        "SO_CCCD": f"{chance.randrange(10**12):012}",
        "NGAY_SINH": f"19{chance.randrange(30, 99)}{day}0000",
        "GIOI_TINH": chance.choice((1, 2)),
        "MA_QUOCTICH": "000",
        "MA_DANTOC": "01",
        "MA_NGHE_NGHIEP": "01",
        "DIA_CHI": "Số 1 phố Huế, Hà Nội",
        "MATINH_CU_TRU": "01",
        "MAHUYEN_CU_TRU": "001",
        "MAXA_CU_TRU": "00004",
        "DIEN_THOAI": "",
        "MA_THE_BHYT": f"GD4010{seed:09}",
        "MA_DKBD": "01013",
        "GT_THE_TU": "20240101",
        "GT_THE_DEN": "20241231",
        "NGAY_MIEN_CCT": None,
        "LY_DO_VV": "Ho, sốt cao kéo dài",
        "LY_DO_VNT": "Theo dõi viêm phổi",
        "MA_LY_DO_VNT": "",
        "CHAN_DOAN_VAO": "Viêm phổi",
        "CHAN_DOAN_RV": "Viêm phổi, tăng huyết áp",
        "MA_BENH_CHINH": chance.choice(codes),
        "MA_BENH_KT": ";".join(chance.choices(codes, k=2)),
        "MA_DOITUONG_KCB": "1.1",
        "MA_TAI_NAN": None,
        "NGAY_VAO": f"2024{day}0800",
        "NGAY_VAO_NOI_TRU": f"2024{day}0830",
        "NGAY_RA": f"2024{day}1630",
        "GIAY_CHUYEN_TUYEN": "",
        "SO_NGAY_DTRI": 1,
        "PP_DIEU_TRI": "Nội khoa",
        "KET_QUA_DTRI": 1,
        "MA_LOAI_RV": 1,
        "NGAY_TTOAN": f"2024{day}1700",
        "T_THUOC": drugs,
        "T_VTYT": supplies,
        "T_TONGCHI_BV": total,
        "T_TONGCHI_BH": total,
        "T_BNTT": 0,
        "T_BNCCT": share,
        "T_BHTT": round(total - share, 2),
        "T_NGUONKHAC": 0,
        "T_BHTT_GDV": 0,
        "NAM_QT": 2024,
        "THANG_QT": int(day[:2]),
        "MA_LOAI_KCB": "03",
        "MA_KHOA": "K01",
        "MA_CSKCB": "01013",
        "MA_KHUVUC": "",
        "CAN_NANG": "55.5",
        "MA_HSBA": f"BA{seed:08}",
    }


CODES: dict[int, list[str]] = {}


def bad_record(seed=0, icd=15_000):
    """The same with three to five things amiss."""
    chance = random.Random(seed)  # noqa: S311 - the same records every time
    record = good_record(seed, icd)
    wrongs = (
        {"MA_BENH_CHINH": f"ZZ{seed % 9999}"},
        {"MA_DANTOC": "XX"},
        {"HO_TEN": ""},
        {"NGAY_RA": "20240230"},
        {"T_THUOC": "nhiều"},
        {"MA_LK": "x" * 101},
        {"LA": 1},
        {"MA_BENH_KT": f"A00;QQ{seed % 9999}"},
        {"GT_THE_TU": "01/01/2024"},
        {"T_BHTT": 1.5},
    )
    for wrong in chance.sample(wrongs, chance.randrange(3, 6)):
        record |= wrong
    return record
