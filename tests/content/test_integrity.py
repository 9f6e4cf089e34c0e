"""What is shipped hangs together, and says what the facts say; each deviation has its reason."""

import re
import unicodedata
from datetime import date

import msgspec
import pytest

from catalog.core.errors import NotInForce
from catalog.core.model import CodeList, Field, Rule, Schema, members_of
from catalog.core.names import Key, Kind
from catalog.core.references import references
from catalog.core.rules import check
from catalog.core.terminology import closure
from tests.content.shipped import bodies, library, loaded, rows, tree

RELEASES = tree().releases
KEYS = {str(release.key) for release in RELEASES}

TWO_RELEASES = {
    "ma_doituong_kcb_qd824": "ma-doituong-kcb",
    "ma_loai_kcb_qd824": "ma-loai-kcb",
}
"""Files of facts that are a former release of another list, not a list of their own."""

OTHER_LABELS = {
    ("nd102_linh_vuc", "15"): "that its source is cut off is said in Vietnamese",
    ("ma_nhom", "7"): "what stood before Decision 5937 became a row of its own",
    ("ma_nhom", "8"): "what stood before Decision 5937 became a row of its own",
    ("ma_doituong_kcb_qd824", ""): "codes whose name is not in the source say so",
}
"""Labels that differ from the facts, and why."""

DEVIATIONS = {
    ("XML3", "MA_BENH", "required"): "the annex says “if any”; real files leave it empty",
    ("XML1", "MAHUYEN_CU_TRU", "required"): "required up to 30 June 2025, by a rule",
    ("XML9", "MAHUYEN_CU_TRU", "required"): "required up to 30 June 2025, by a rule",
    ("XML12", "MAHUYEN_CU_TRU", "required"): "required up to 30 June 2025, by a rule",
}
"""Marks of fields that differ from the facts, and why."""

AS_4210 = {"no", "conditional"}
"""What the portal's “as Decision 4210” became: when exactly is not known."""


def key_of_list(name):
    return f"code-list/byt/{TWO_RELEASES.get(name, name.replace('_', '-'))}"


def texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts(inner)


# -- as a whole ---------------------------------------------------------------------------------


def test_the_sources_have_nothing_amiss():
    assert tree().findings == ()


def test_everything_is_published():
    _, report = loaded()

    assert report.refused == ()
    assert len(report.published) == len(RELEASES)


def test_the_house_rules_find_only_what_is_known():
    found = {
        (str(release.key), finding.rule) for release in RELEASES for finding in check(release.body)
    }

    everyday_names = {("code-list/hanoi/ten-thuong-goi", "legal-basis-missing")}  # no law has them

    assert found - everyday_names == {
        ("code-list/byt/icd-10", "vietnamese-missing"),  # the base list is English
        ("code-list/byt/icd-10", "legal-basis-missing"),
        ("code-list/byt/cap-chuyen-mon", "legal-basis-missing"),
        ("code-list/byt/hang-benh-vien", "legal-basis-missing"),
    }


def test_every_text_is_composed():
    wrong = [
        (str(release.key), text)
        for release in RELEASES
        for text in texts(msgspec.to_builtins(release.body))
        if unicodedata.normalize("NFC", text) != text
    ]

    assert wrong == []


def test_whatever_is_named_exists():
    missing = {
        (str(release.key), reference.path, reference.key)
        for release in RELEASES
        for reference in references(release.body)
        if reference.target is not None and reference.key not in KEYS
    }

    assert missing == set()


def test_every_release_rests_on_documents_that_exist_or_says_why_not():
    without = [str(r.key) for r in RELEASES if not r.documents and not r.reason]
    unknown = [key for r in RELEASES for key in r.documents if key not in KEYS]

    assert without == []
    assert unknown == []


def test_every_header_says_where_it_comes_from_and_how_sure_it_is():
    silent = [
        str(release.key)
        for release in RELEASES
        if not release.body.source
        or (release.body.completeness == "unknown" and release.body.confidence != "unverified")
    ]

    assert silent == []


def test_no_code_list_runs_in_a_circle():
    for release in RELEASES:
        if isinstance(release.body, CodeList):
            closure({c.code: frozenset(c.parents) for c in release.body.members if c.parents})


# -- bindings -----------------------------------------------------------------------------------


def bindings():
    for release in RELEASES:
        for member in members_of(release.body):
            if isinstance(member, Field) and member.binding is not None:
                yield release, member


def test_every_binding_resolves_on_every_day_of_its_validity():
    shelf = library()
    days = {entry.start for key in shelf.keys() for entry in shelf.timeline(key).entries} | {
        date(2026, 11, 24)
    }
    broken = set()
    for release, field in bindings():
        timeline = shelf.timeline(release.key)
        validity = timeline.validity(timeline.named(release.version))
        bound = shelf.timeline(Key.parse(field.binding.list))
        for day in sorted(day for day in days if day in validity):
            try:
                bound.in_force(day)
            except NotInForce:
                broken.add((str(release.key), release.version, field.name, day.isoformat()))

    assert broken == set()


def test_required_bindings_go_to_lists_that_are_complete():
    partial = {
        (field.name, field.binding.list)
        for _, field in bindings()
        if field.binding.strength == "required"
        and all(body.completeness != "complete" for body in bodies(field.binding.list).values())
    }

    # ICD-10 is whole but for what the ministry's workbook adds
    assert {name for _, name in partial} == {"code-list/byt/icd-10"}


# -- documents and groups -----------------------------------------------------------------------


def test_every_document_of_the_facts_is_there():
    shipped = {r.body.number: r for r in RELEASES if r.key.kind is Kind.DOCUMENT}
    facts = {row["number"]: row for row in rows("documents.csv")}

    assert shipped.keys() == facts.keys()
    assert len(shipped) == 66
    for number, row in facts.items():
        release = shipped[number]
        assert release.body.title["vi"] == row["title"]
        if re.fullmatch(r"\d{4}-\d\d-\d\d", row["issued"]):
            assert release.body.issued == row["issued"]
        if re.fullmatch(r"\d{4}-\d\d-\d\d", row["effective"]):
            assert release.start.isoformat() == release.body.effective == row["effective"]
        else:
            assert "hiệu lực" in release.reason or "ban hành" in release.reason


def test_documents_are_named_by_number_and_year():
    names = {r.key.slug for r in RELEASES if r.key.kind is Kind.DOCUMENT and r.key.ns == "byt"}

    assert {"4750-qd-byt-2023", "130-qd-byt-2023", "1931-qd-byt-2026", "06-2026-tt-byt"} <= names


def test_the_fields_of_the_decree_that_are_not_known_are_shown_as_missing():
    groups = {r.body.number: r.body for r in RELEASES if r.key.kind is Kind.DATA_GROUP}

    assert set(groups) == {"", *map(str, range(1, 25))}
    assert {n for n, group in groups.items() if group.completeness == "missing"} == {
        str(n) for n in range(16, 25)
    }
    assert groups["15"].completeness == "partial"
    for row in rows("codes/nd102_linh_vuc.csv")[:15]:
        title = row["label_vi"].replace("cut off in source", "nguồn bị cắt")
        assert groups[str(int(row["code"]))].title["vi"] == title


# -- code lists ---------------------------------------------------------------------------------


@pytest.mark.parametrize("row", rows("code_lists_index.csv"), ids=lambda row: row["list"])
def test_a_code_list_has_the_codes_of_the_facts(row):
    name = row["list"]
    releases = list(bodies(key_of_list(name)).values())
    body = releases[0] if name in TWO_RELEASES else releases[-1]
    facts = {fact["code"]: fact["label_vi"] for fact in rows(f"codes/{name}.csv")}
    shipped = {concept.code: concept.display["vi"] for concept in body.members}

    assert len(facts) == int(row["rows"])
    assert shipped.keys() == facts.keys()
    for code, label in facts.items():
        if (name, code if label else "") not in OTHER_LABELS:
            composed = unicodedata.normalize("NFC", re.sub(r"\s+", " ", label).strip())
            assert shipped[code] == composed


def test_all_65_lists_of_the_facts_are_shipped():
    assert len({key_of_list(row["list"]) for row in rows("code_lists_index.csv")} & KEYS) == 63


@pytest.mark.parametrize(
    ("key", "code", "gone", "there"),
    [
        ("code-list/byt/ket-qua-dtri", "8", "2024-06-30", "2024-07-01"),
        ("code-list/byt/ma-nhom", "19", "2024-06-30", "2024-07-01"),
        ("code-list/byt/ma-nhom", "17", "2021-12-29", "2021-12-30"),
        ("code-list/byt/ma-loai-kcb", "10", "2026-07-31", "2026-08-01"),
        ("code-list/byt/ma-doituong-kcb", "1.15", "2025-10-16", "2025-10-17"),
        ("code-list/byt/hiv-xu-tri", "8", "2024-06-30", "2024-07-01"),
        ("code-list/tct/don-vi-hanh-chinh", "001", "2025-07-01", "2025-06-30"),
        ("code-list/byt/ma-doituong-kcb", "1.8", "2025-10-17", "2025-10-16"),
    ],
)
def test_a_code_is_answered_by_the_list_of_its_day(key, code, gone, there):
    shelf = library()
    timeline = shelf.timeline(Key.parse(key))

    assert not shelf.lexicon(timeline.in_force(date.fromisoformat(gone))).has(code)
    assert shelf.lexicon(timeline.in_force(date.fromisoformat(there))).has(code)


def test_lists_that_a_decision_replaced_say_so_though_their_codes_are_not_known():
    shelf = library()
    for key, day, version in (
        ("code-list/byt/ma-khoa", "2026-08-01", "qd-1804-2026"),
        ("code-list/byt/ma-xang-dau", "2025-10-17", "qd-3276-2025"),
        ("code-list/byt/icd10-chuong", "2026-07-01", "tt-06-2026"),
    ):
        entry = shelf.timeline(Key.parse(key)).in_force(date.fromisoformat(day))

        assert entry.version == version
        assert bodies(key)[version].confidence in {"inferred", "unverified"}


def test_a_code_that_was_used_again_says_so():
    was, now = (
        {c.code: c for c in body.members} for body in bodies("code-list/byt/hiv-xu-tri").values()
    )

    assert was["7"].display["vi"] == "Khác"
    assert now["7"].display["vi"] == "Điều trị viêm gan C"
    assert "Khác" in now["7"].note["vi"]


def test_the_communes_after_the_reform_hang_under_34_provinces():
    former, now = bodies("code-list/tct/don-vi-hanh-chinh").values()

    def levels(body):
        return {level: sum(c.level == level for c in body.members) for level in body.levels}

    assert levels(former) == {"province": 63, "district": 696, "commune": 10035}
    assert levels(now) == {"province": 34, "district": 0, "commune": 3321}
    hanoi = [c for c in now.members if c.parents == ("01",)]
    assert len(hanoi) == 126


def test_every_former_commune_leads_to_a_new_one_and_every_new_one_is_reached():
    former, now = bodies("code-list/tct/don-vi-hanh-chinh").values()
    mapping = bodies("mapping/tct/don-vi-hanh-chinh-cu--moi")["nq-202-2025"]
    communes = {c.code for c in former.members if c.level == "commune"}
    districts = {c.code for c in former.members if c.level == "district"}
    sources = {match.source for match in mapping.members}

    assert communes <= sources
    assert len(sources - communes) == 5  # island districts had no communes
    assert sources - communes <= districts
    assert {m.target for m in mapping.members} == {
        c.code for c in now.members if c.level == "commune"
    }


def test_a_divided_commune_has_one_main_part():
    mapping = bodies("mapping/tct/don-vi-hanh-chinh-cu--moi")["nq-202-2025"]
    parts: dict[str, list[bool]] = {}
    for match in mapping.members:
        if match.relation == "related":
            parts.setdefault(match.source, []).append(match.properties["default"])

    assert len(parts) == 471
    assert {source for source, main in parts.items() if main.count(True) != 1} == set()


def test_icd_10_is_made_from_the_package_and_may_not_be_passed_on():
    body = bodies("code-list/byt/icd-10")["who-2019"]
    concepts = {concept.code: concept for concept in body.members}

    assert len(concepts) == 12542
    assert body.licence_class == "restricted"
    assert concepts["A00.0"].aliases == ("A000",)
    assert concepts["A00.0"].parents == ("A00",)
    assert concepts["A00"].parents == ("A00-A09",)
    assert concepts["A00-A09"].parents == ("A00-B99",)
    assert not concepts["A00-B99"].selectable
    chapters = {row["code"] for row in rows("codes/icd10_chuong.csv")}
    assert {c.code for c in body.members if c.level == "chapter"} == chapters


# -- layouts ------------------------------------------------------------------------------------

TABLES = [row["table"] for row in rows("xml_tables.csv")]
VERSIONS = {
    table: (
        ("qd-4750-2023", "qd-3176-2024")
        if table in {"XML13", "XML14", "XML15"}
        else ("qd-130-2023", "qd-4750-2023", "qd-3176-2024")
    )
    for table in TABLES
}


def layout(table):
    return bodies(f"schema/byt/claim-{table.lower()}")


def fields(body):
    return {member.name: member for member in body.members if isinstance(member, Field)}


@pytest.mark.parametrize("table", TABLES)
def test_a_claim_table_has_its_releases(table):
    assert tuple(layout(table)) == VERSIONS[table]


@pytest.mark.parametrize("row", rows("xml_tables.csv"), ids=lambda row: row["table"])
def test_a_claim_table_counts_the_fields_of_the_facts(row):
    releases = layout(row["table"])

    assert len(fields(releases["qd-4750-2023"])) == int(row["fields_qd4750"])
    if row["fields_qd130"]:
        assert len(fields(releases["qd-130-2023"])) == int(row["fields_qd130"])
    # six fields of XML0 that one source counts are not known
    inferred = row["fields_qd4750"] if row["table"] == "XML0" else row["fields_qd3176_inferred"]
    assert len(fields(releases["qd-3176-2024"])) == int(inferred.split()[0])


def test_no_field_of_the_481_is_missing():
    facts = rows("xml_fields.csv")
    shipped = {
        (table, name): field
        for table in TABLES
        for name, field in fields(layout(table)["qd-4750-2023"]).items()
    }

    assert len(facts) == len(shipped) == 481
    assert {(row["table"], row["field"]) for row in facts} == shipped.keys()


@pytest.mark.parametrize("row", rows("xml_fields.csv"), ids=lambda r: f"{r['table']}-{r['field']}")
def test_a_field_is_as_the_facts_have_it(row):
    types = {"string": "string", "integer": "integer", "number": "decimal"}
    field = fields(layout(row["table"])["qd-4750-2023"])[row["field"]]

    assert field.label == {"vi": row["label_vi"], "en": row["label_en"]}
    assert field.type == types[row["json_type"]]
    assert field.max_length == (0 if row["max_length"] == "n" else int(row["max_length"]))
    assert field.separator == row["separator"]
    if (row["table"], row["field"], "required") in DEVIATIONS:
        assert field.required != row["required"]
    elif row["required"] == "as QĐ 4210":
        assert field.required in AS_4210
    else:
        assert field.required == row["required"]


@pytest.mark.parametrize("row", rows("xml_fields.csv"), ids=lambda r: f"{r['table']}-{r['field']}")
def test_a_field_was_before_as_decision_130_had_it(row):
    if row["introduced_by"] != "QĐ 130":
        former = layout(row["table"]).get("qd-130-2023")
        assert former is None or row["field"] not in fields(former)
        return
    field = fields(layout(row["table"])["qd-130-2023"])[row["field"]]

    assert (field.type == "string") == (row["type_qd130"] == "Chuỗi")
    assert field.max_length == (0 if row["length_qd130"] == "n" else int(row["length_qd130"]))


def test_what_decision_3176_changed_is_marked_as_inferred():
    unmarked = []
    for table in TABLES:
        before, after = (
            fields(layout(table)["qd-4750-2023"]),
            fields(layout(table)["qd-3176-2024"]),
        )
        assert layout(table)["qd-3176-2024"].confidence == "inferred"
        unmarked += [
            (table, name)
            for name, field in after.items()
            if field != before.get(name) and field.confidence not in {"inferred", "unverified"}
        ]

    assert unmarked == []


def test_decision_3176_renames_fields_of_the_referral_letter():
    before, after = (
        fields(layout("XML13")["qd-4750-2023"]),
        fields(layout("XML13")["qd-3176-2024"]),
    )

    assert before.keys() - after.keys() == {
        "MA_NOI_DI", "MA_NOI_DEN", "PP_DIEU_TRI", "TEN_DICH_VU", "TEN_THUOC",
    }  # fmt: skip
    assert after.keys() - before.keys() == {"MA_CSKCB_DI", "MA_CSKCB_DEN", "TINH_TRANG_CT"}
    assert after["MA_CSKCB_DI"].element == before["MA_NOI_DI"].element


def test_a_conditional_field_has_a_rule_that_says_when():
    silent = [
        (table, version, field.name)
        for table in TABLES
        for version, body in layout(table).items()
        for field in fields(body).values()
        if field.required == "conditional"
        and not any(
            isinstance(rule, Rule) and field.name in rule.fields and rule.finding == "required"
            for rule in body.members
        )
    ]

    # before Decision 4750 a check-in row had services only
    assert silent == []


def test_every_date_and_person_field_of_a_layout_exists():
    for release in RELEASES:
        body = release.body
        if not isinstance(body, Schema):
            continue
        named = {body.date_field, *body.date_fallbacks, body.sex_field, body.birth_field} - {""}
        assert named <= fields(body).keys(), (str(release.key), release.version)


def test_every_field_of_the_hiv_table_is_restricted_but_the_reserve():
    classes = {
        name: field.data_class for name, field in fields(layout("XML6")["qd-4750-2023"]).items()
    }

    assert {name for name, kind in classes.items() if kind != "restricted"} == {"DU_PHONG"}


def test_a_shared_field_is_one_element_in_many_tables():
    used = {
        table
        for table in TABLES
        for field in fields(layout(table)["qd-4750-2023"]).values()
        if field.element == "data-element/byt/ma-lk"
    }

    assert len(used) == 15  # all but XML12
    assert len([r for r in RELEASES if r.key.kind is Kind.DATA_ELEMENT]) == 262


def test_the_personal_health_record_has_149_items():
    body = bodies("schema/byt/ho-so-suc-khoe-ca-nhan")["qd-831-2017"]
    facts = rows("qd831_health_record_items.csv")

    assert len(fields(body)) == len(facts) == 149
    assert {field.confidence for field in fields(body).values()} == {"inferred"}


def test_a_dataset_says_all_that_the_decree_asks_for():
    for release in RELEASES:
        if release.key.kind is Kind.DATASET:
            body = release.body
            said = (
                body.title, body.description, body.purpose, body.collection, body.publisher,
                body.contact, body.periodicity, body.access, body.legal_ground, body.groups,
                body.spatial, body.temporal_start, body.keywords,
            )  # fmt: skip
            assert all(said), str(release.key)
            assert body.licence or body.access != "open", str(release.key)


CATALOGUES = {
    "Bảng 1.": "danh-muc-khoa-phong",
    "Bảng 2.": "danh-muc-nguoi-hanh-nghe",
    "Bảng 3.": "danh-muc-thuoc",
    "Bảng 4.": "danh-muc-vat-tu-y-te",
    "Bảng 5.": "danh-muc-dich-vu-ky-thuat-co-so",
    "Bảng 6.": "danh-muc-thiet-bi-y-te",
}
"""The facility catalogues of Decision 3618/QĐ-BHXH by number."""


@pytest.mark.parametrize("number", CATALOGUES)
def test_a_facility_catalogue_has_the_fields_of_the_facts_in_their_order(number):
    body = bodies(f"schema/bhxh/{CATALOGUES[number]}")["qd-3618-2022"]
    facts = [
        row for row in rows("facility_catalogue_fields.csv") if row["catalogue"].startswith(number)
    ]

    assert body.title["vi"] == facts[0]["catalogue"]
    assert list(fields(body)) == [row["field"] for row in facts]
    for row in facts:
        assert (fields(body)[row["field"]].type == "string") == (row["type"] == "Chuỗi")


def test_the_facility_catalogues_have_97_fields():
    assert len(rows("facility_catalogue_fields.csv")) == 97
    assert (
        sum(len(fields(bodies(f"schema/bhxh/{s}")["qd-3618-2022"])) for s in CATALOGUES.values())
        == 97
    )


def test_every_fhir_hint_of_a_field_is_in_its_element():
    elements = {r.body.technical_name: r.body for r in RELEASES if r.key.kind is Kind.DATA_ELEMENT}
    missing = [
        (row["table"], row["field"])
        for row in rows("fhir_mapping_hints.csv")
        if row["field"] != "*"  # hints for a whole table are no element's
        for name, column in (
            ("fhir-r4", "suggested_fhir_r4"),
            ("fhir-r4-qd-4210", "moh_qd4210_mapping"),
        )
        if row[column]
        and row[column] not in elements[row["field"]].mappings.get(name, "").split(" ; ")
    ]

    assert missing == []


def test_every_element_says_what_it_means_in_both_languages():
    silent = [
        (str(release.key), language)
        for release in RELEASES
        if release.key.kind is Kind.DATA_ELEMENT
        for language in ("vi", "en")
        if not release.body.definition.get(language) or not release.body.title.get(language)
    ]

    assert silent == []
