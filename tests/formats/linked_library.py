"""A small library held in memory, with invented releases of every kind, to write and read."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from catalog.core.document import digest_of, encode, meaning_digest
from catalog.core.errors import NotFound
from catalog.core.expansion import expand
from catalog.core.lexicon_memory import MemoryLexicon
from catalog.core.model import (
    Binding,
    CodeList,
    Concept,
    DataElement,
    DataGroup,
    Dataset,
    Distribution,
    Document,
    DocumentRelation,
    Field,
    Mapping,
    Match,
    Organisation,
    PropertyType,
    Rule,
    Schema,
    Selection,
    ValueSet,
)
from catalog.core.names import Key, Space
from catalog.core.release import Entry, Lock, Release, Timeline

SPACE = Space("https://data.example.vn")


@dataclass
class FakeLibrary:
    """Timelines and bodies in dictionaries."""

    timelines: dict[Key, Timeline] = field(default_factory=dict)
    bodies: dict[str, object] = field(default_factory=dict)

    def timeline(self, key):
        if key not in self.timelines:
            raise NotFound(str(key))
        return self.timelines[key]

    def keys(self):
        return tuple(sorted(self.timelines))

    def body(self, entry):
        return self.bodies[entry.digest]

    def document(self, entry):
        return encode(self.bodies[entry.digest])

    def lexicon(self, entry):
        body = self.body(entry)
        if isinstance(body, ValueSet):
            body = expand(
                body, lambda key: self.lexicon(self.timeline(Key.parse(key)).entries[-1])
            )
        return MemoryLexicon(body)

    def crosswalk(self, entry):
        raise NotFound(entry.key)

    def add(self, key, body, version="1", start=date(2024, 1, 1), **more):
        parsed = Key.parse(key)
        timeline = self.timelines.get(parsed, Timeline(parsed))
        number = len(timeline.entries) + 1
        entry = Entry(
            key=key,
            version=version,
            number=number,
            start=start,
            issued_at=datetime(2024, 1, number, 3, 4, 5, tzinfo=UTC),
            digest=digest_of(encode(body)),
            meaning=meaning_digest(body),
            title=body.title,
            author="an",
            approver="binh",
            members=len(getattr(body, "members", ())),
            **more,
        )
        self.timelines[parsed] = timeline.with_(entry)
        self.bodies[entry.digest] = body
        return Release(entry, body, self.timelines[parsed])

    def release(self, key, version=None):
        timeline = self.timeline(Key.parse(key))
        entry = timeline.named(version) if version else timeline.entries[-1]
        return Release(entry, self.body(entry), timeline)


DISEASES = CodeList(
    title={"vi": "Bệnh mẫu", "en": "Sample diseases"},
    description={"vi": "Danh mục mẫu để kiểm thử.", "en": "A list made up for tests."},
    custodian="organisation/byt/bo-y-te",
    groups=("data-group/byt/kham-chua-benh",),
    documents=("document/byt/1-qd-byt",),
    keywords=("bệnh", 'quote " and \\ slash'),
    licence="CC-BY-4.0",
    source="https://moh.example.vn/a b?q=%zz",
    completeness="partial",
    confidence="one-source",
    confidence_note="Only one <sheet> & no other.",
    levels=("chapter", "disease"),
    property_types=(
        PropertyType(name="sex", label={"vi": "Giới", "en": "Sex"}),
        PropertyType(name="not-main", type="boolean"),
        PropertyType(name="days", type="integer", description={"en": "Age in days."}),
        PropertyType(name="pair", type="codes"),
        PropertyType(name="group", type="code"),
        PropertyType(name="nhóm 2", type="text"),
    ),
    members=(
        Concept(
            code="I",
            display={"vi": "Bệnh nhiễm trùng", "en": "Infections"},
            level="chapter",
            selectable=False,
        ),
        Concept(
            code="A00.0",
            display={"vi": 'Tả "cổ điển"', "en": "Cholera"},
            definition={"vi": "Dòng một\ndòng hai\t\r\n", "en": "<b>&amp;</b>"},
            note={"en": "back\\slash 𝔘 \u200b"},
            synonyms={"vi": ("Dịch tả", "Thổ tả"), "en": ("Cholera", "Classic cholera")},
            aliases=("A000", "a 00.0"),
            parents=("I",),
            level="disease",
            valid_from="2020-01-01",
            valid_to="2026-01-01",
            properties={
                "sex": "M",
                "not-main": True,
                "days": 28,
                "pair": ["I", "A01/2 é%"],
                "group": "I",
                "nhóm 2": "x",
                "free": ["only"],
            },
        ),
        Concept(
            code="A01/2 é%",
            display={"vi": "Mã lạ"},
            parents=("I",),
            level="disease",
            retired=True,
            replaced_by=("A00.0", "elsewhere"),
            properties={"pair": ["A00.0", "A00.0"], "days": "not a number"},
        ),
        Concept(code="00 ", display={}, valid_from="soon"),
    ),
)

SEX = CodeList(
    title={"vi": "Giới tính", "en": "Sex"},
    members=(
        Concept(code="1", display={"vi": "Nam", "en": "Male"}),
        Concept(code="2", display={"vi": "Nữ", "en": "Female"}),
    ),
)


def library_of_every_kind():
    """One release or two of each of the nine kinds."""
    held = FakeLibrary()
    byt = "organisation/byt/bo-y-te"
    act = "document/byt/1-qd-byt"
    held.add(
        byt,
        Organisation(
            title={"vi": "Bộ Y tế", "en": "Ministry of Health"},
            role="issuer",
            homepage="https://moh.example.vn/",
            email="lienhe@moh.example.vn",
        ),
    )
    held.add(
        act,
        Document(
            title={"vi": "Quyết định 1/QĐ-BYT"},
            number="1/QĐ-BYT",
            issuer=byt,
            issued="2023-12-01",
            effective="2024-01-01",
            status="in force",
            relations=(
                DocumentRelation(relation="amends", target="document/byt/0-qd-byt", note="Điều 2"),
                DocumentRelation(relation="implements", target="not a key"),
            ),
            address="ftp://not the web",
        ),
    )
    held.add(
        "data-group/byt/kham-chua-benh",
        DataGroup(title={"vi": "Khám bệnh, chữa bệnh", "en": "Care"}, number="3"),
    )
    held.add(
        "data-group/byt/noi-tru",
        DataGroup(title={"vi": "Nội trú"}, parent="data-group/byt/kham-chua-benh"),
    )
    held.add("code-list/byt/benh", SEX, reason="The first draft.")
    held.add("code-list/byt/benh", DISEASES, "2.0", date(2024, 7, 1), documents=(act,))
    held.add("code-list/byt/gioi-tinh", SEX, documents=(act,))
    sex = held.release("code-list/byt/gioi-tinh").entry
    diseases = held.release("code-list/byt/benh").entry
    locks = tuple(Lock(e.key, e.version, e.digest) for e in (sex, diseases))
    held.add(
        "value-set/byt/benh-chon",
        ValueSet(
            title={"vi": "Bệnh được chọn", "en": "Chosen"},
            members=(
                Selection(id="a", list="code-list/byt/benh", op="is-a", values=("I",)),
                Selection(id="b", action="exclude", list="code-list/byt/benh", op="code",
                          values=("I",)),
                Selection(id="c", list="code-list/byt/gioi-tinh"),
            ),
        ),
        lock=locks,
    )  # fmt: skip
    held.add(
        "mapping/byt/benh--gioi-tinh",
        Mapping(
            title={"vi": "Bệnh sang giới", "en": "Disease to sex"},
            source_list="code-list/byt/benh",
            target_list="code-list/byt/gioi-tinh",
            members=(
                Match(source="A00.0", target="1", relation="broader"),
                Match(source="A00.0", target="2", relation="close", note={"vi": "gần"}),
                Match(source="I", relation="none", note={"en": "no counterpart"}),
                Match(source="A01/2 é%", target="2", properties={"score": 7, "by": ["x", "y"]}),
            ),
        ),
        lock=locks,
    )
    held.add(
        "data-element/byt/ma-bn",
        DataElement(
            title={"vi": "Mã người bệnh", "en": "Patient number"},
            technical_name="MA_BN",
            definition={"vi": "Mã số riêng."},
            owner=byt,
            synonyms=("PID",),
            related=("data-element/byt/gioi",),
            max_length=100,
            binding=Binding(list="code-list/byt/gioi-tinh", checks=("sex",)),
            mappings={"FHIR": "Patient.identifier", "http://loinc.org": "x y"},
        ),
    )
    held.add(
        "schema/byt/xml1",
        Schema(
            title={"vi": "Bảng 1", "en": "Table 1"},
            custodian=byt,
            record="XML1",
            date_field="NGAY_RA",
            date_fallbacks=("NGAY_VAO",),
            members=(
                Field(
                    name="GIOI_TINH",
                    label={"vi": "Giới tính", "en": "Sex"},
                    type="integer",
                    max_length=1,
                    required="yes",
                    binding=Binding(list="code-list/byt/gioi-tinh", version="1"),
                ),
                Field(name="NGAY_RA", label={"vi": "Ngày ra"}, format="yyyymmdd"),
                Rule(
                    id="ra-sau-vao",
                    fields=("NGAY_RA",),
                    must="NGAY_RA >= NGAY_VAO",
                    message={"vi": "Ngày ra trước ngày vào.", "en": "Left before arriving."},
                    document=act,
                ),
            ),
        ),
        documents=(act,),
        lock=locks[:1],
    )
    held.add(
        "dataset/hanoi/co-so",
        Dataset(
            title={"vi": "Cơ sở khám bệnh, chữa bệnh", "en": "Facilities"},
            description={"vi": "Danh sách cơ sở.", "en": "List of facilities."},
            publisher=byt,
            contact="lienhe@moh.example.vn",
            purpose={"vi": "Tra cứu."},
            access="open",
            periodicity="monthly",
            spatial="Hà Nội",
            temporal_start="2024-01-01",
            items=("tên", "địa chỉ"),
            licence="CC-BY-4.0",
            keywords=("cơ sở",),
            members=(
                Distribution(
                    id="csv",
                    title={"vi": "Bảng CSV", "en": "CSV"},
                    media_type="text/csv",
                    address="https://files.example.vn/co so.csv",
                    conforms_to="schema/byt/xml1",
                ),
                Distribution(id="lists", title={"vi": "Danh mục"}, artefact="code-list/byt/benh"),
            ),
        ),
    )
    return held
