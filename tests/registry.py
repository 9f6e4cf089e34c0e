"""A small registry with real parts on disk: documents, lists, a schema, a mapping."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from catalog.actions.delivery import deliver
from catalog.actions.parts import Parts
from catalog.actions.publishing import publish_all
from catalog.core.model import (
    Binding,
    Body,
    CodeList,
    Concept,
    DataElement,
    Dataset,
    Distribution,
    Document,
    Field,
    Mapping,
    Match,
    PropertyType,
    Rule,
    Schema,
    Selection,
    ValueSet,
)
from catalog.core.names import Key
from catalog.core.planning import Publication
from catalog.main import assemble
from catalog.settings import from_env

QD_1 = "document/byt/1-qd-byt-2020"
QD_2 = "document/byt/2-qd-byt-2024"
FIRST, SECOND = date(2020, 1, 1), date(2024, 7, 1)
TODAY = date(2026, 6, 1)

SEX = Key.parse("code-list/byt/sex")
DISEASES = Key.parse("code-list/byt/diseases")
VISIT = Key.parse("schema/byt/visit")
OLD_TO_NEW = Key.parse("mapping/byt/sex--old")
KNOWN_SEX = Key.parse("value-set/byt/known-sex")
SEX_ELEMENT = Key.parse("data-element/byt/sex")
VISITS = Key.parse("dataset/hanoi/visits")
GONE = Key.parse("code-list/byt/gone")
COMING = Key.parse("code-list/byt/coming")
MENDED = Key.parse("code-list/byt/mended")
GAPPED = Key.parse("code-list/byt/gapped")
MANY = Key.parse("code-list/byt/many")


class Ticking:
    """A clock that goes on by a second at each look."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> datetime:
        """The next second."""
        self.now += timedelta(seconds=1)
        return self.now


def document(number: str, title: str, day: date) -> Document:
    """A decision."""
    return Document(
        title={"vi": title}, number=number, issued=day.isoformat(), effective=day.isoformat()
    )


def sex(*, third: bool) -> CodeList:
    """Two codes, and a third in the later release."""
    members = [
        Concept(code="1", display={"vi": "Nam", "en": "Male"}),
        Concept(code="2", display={"vi": "Nữ", "en": "Female"}),
    ]
    if third:
        members.append(Concept(code="3", display={"vi": "Chưa xác định", "en": "Undetermined"}))
    return CodeList(
        title={"vi": "Giới tính", "en": "Sex"},
        description={"vi": "Giới tính của người bệnh."},
        confidence="verified",
        completeness="complete",
        members=tuple(members),
    )


def diseases() -> CodeList:
    """A small tree with a property and a code of odd characters."""
    return CodeList(
        title={"vi": "Bệnh tật", "en": "Diseases"},
        property_types=(PropertyType(name="not-main", type="boolean"),),
        members=(
            Concept(code="E00-E90", display={"vi": "Bệnh nội tiết"}, selectable=False),
            Concept(
                code="E11",
                display={"vi": "Đái tháo đường típ 2", "en": "Type 2 diabetes"},
                parents=("E00-E90",),
            ),
            Concept(
                code="E11.9",
                display={"vi": "Đái tháo đường típ 2, không biến chứng"},
                aliases=("E119",),
                parents=("E11",),
                properties={"not-main": True},
            ),
            Concept(
                code="X 1/2<b>",
                display={"vi": "<script>alert(1)</script>", "en": "Mark & up"},
                retired=True,
                replaced_by=("E11",),
            ),
        ),
    )


def visit(*, longer: bool) -> Schema:
    """A record layout whose second release has a longer field and a rule."""
    members: list[Field | Rule] = [
        Field(name="MA_LK", label={"vi": "Mã liên kết"}, max_length=20, required="yes"),
        Field(name="NGAY_RA", label={"vi": "Ngày ra"}, max_length=12, format="yyyymmddHHMM"),
        Field(
            name="GIOI_TINH",
            label={"vi": "Giới tính", "en": "Sex"},
            type="string",
            binding=Binding(list=str(SEX)),
        ),
        Field(name="MA_BENH", label={"vi": "Mã bệnh"}, binding=Binding(list=str(DISEASES))),
        Field(name="TEN", label={"vi": "Tên"}, max_length=50 if longer else 10),
    ]
    if longer:
        members.append(
            Rule(
                id="visit-name",
                fields=("TEN", "GIOI_TINH"),
                must="has_value(TEN) || GIOI_TINH == '3'",
                message={"vi": "Thiếu tên.", "en": "The name is missing."},
            )
        )
    return Schema(
        title={"vi": "Lượt khám", "en": "Visit"}, date_field="NGAY_RA", members=tuple(members)
    )


def old_to_new() -> Mapping:
    """One to one, one to many, and nothing."""
    return Mapping(
        title={"vi": "Giới tính cũ sang mới"},
        source_list=str(SEX),
        target_list=str(SEX),
        members=(
            Match(source="1", target="1"),
            Match(source="2", target="2"),
            Match(source="2", target="3", relation="broader"),
            Match(source="3", relation="none"),
        ),
    )


def one(key: str | Key, body: Body | None, start: date, *documents: str) -> Publication:
    """A publication by two persons."""
    return Publication(
        key=key if isinstance(key, Key) else Key.parse(key),
        body=body,
        start=start,
        documents=documents,
        reason="" if documents else "văn bản tự thân",
        author="lan",
        approver="minh",
    )


def listed(title: str, *names: str) -> CodeList:
    """A flat list with codes 1, 2, 3."""
    members = (Concept(code=str(n), display={"vi": name}) for n, name in enumerate(names, 1))
    return CodeList(title={"vi": title}, members=tuple(members))


def publications() -> Iterator[Publication]:
    """Everything, in an order in which each finds what it refers to."""
    yield one(QD_1, document("1/QĐ-BYT", "Quyết định thứ nhất", FIRST), FIRST)
    yield one(QD_2, document("2/QĐ-BYT", "Quyết định thứ hai", SECOND), SECOND)
    yield one(SEX, sex(third=False), FIRST, QD_1)
    yield replace(one(SEX, sex(third=True), SECOND, QD_2), transition_until=date(2025, 1, 1))
    yield one(DISEASES, diseases(), FIRST, QD_1)
    yield one(VISIT, visit(longer=False), FIRST, QD_1)
    yield one(VISIT, visit(longer=True), SECOND, QD_2)
    yield one(OLD_TO_NEW, old_to_new(), SECOND, QD_2)


def more_publications() -> Iterator[Publication]:
    """What a life brings: withdrawn, to come, corrected, with a gap, used at second hand, long."""
    chosen = ValueSet(
        title={"vi": "Giới tính đã rõ"},
        members=(Selection(id="known", list=str(SEX), op="code", values=("1", "2")),),
    )
    yield one(KNOWN_SEX, chosen, SECOND, QD_2)
    element = DataElement(
        title={"vi": "Giới tính người bệnh"},
        technical_name="GIOI_TINH",
        definition={"vi": "Giới tính của người bệnh."},
        binding=Binding(list=str(KNOWN_SEX)),
    )
    yield one(SEX_ELEMENT, element, SECOND, QD_2)
    files = (Distribution(id="csv", title={"vi": "Tệp CSV"}, conforms_to=str(VISIT)),)
    visits = Dataset(
        title={"vi": "Lượt khám của thành phố"}, items=(str(SEX_ELEMENT),), members=files
    )
    yield one(VISITS, visits, SECOND, QD_2)
    yield one(GONE, listed("Đã bãi bỏ", "Một"), FIRST, QD_1)
    yield replace(one(GONE, None, SECOND, QD_2), what="withdrawal")
    yield one(COMING, listed("Sắp tới", "Một"), date(2027, 1, 1), QD_2)
    yield one(MENDED, listed("Đính chính", "Một", "Hay"), FIRST, QD_1)
    mended = one(MENDED, listed("Đính chính", "Một", "Hai"), FIRST, QD_1)
    yield replace(mended, what="correction", corrects="2020-01-01", reason="ghi sai")
    yield replace(one(GAPPED, listed("Gián đoạn", "Một"), FIRST, QD_1), end=date(2021, 1, 1))
    yield one(GAPPED, listed("Gián đoạn", "Một", "Hai"), SECOND, QD_2)
    yield one(MANY, listed("Danh sách dài", *(f"Mục {n}" for n in range(120))), FIRST, QD_1)


def parts_in(folder: Path, url: str = "") -> Parts:
    """Real parts over an empty folder, with a database in its newest form."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = {"CATALOG_DATA_DIR": str(folder)}
    if url:
        environment["CATALOG_DATABASE_URL"] = url
    parts = replace(
        assemble(from_env(environment)), clock=Ticking(datetime(2026, 6, 1, 2, 0, tzinfo=UTC))
    )
    parts.migrate()
    return parts


def filled(folder: Path, url: str = "") -> Parts:
    """Real parts with everything published and delivered."""
    parts = parts_in(folder, url)
    publish_all(parts.store, parts.clock, publications())
    assert not deliver(parts.workshop, TODAY).failed
    return parts


def lived_in(folder: Path, url: str = "") -> Parts:
    """Real parts with everything published and delivered, and all that a life brings."""
    parts = parts_in(folder, url)
    publish_all(parts.store, parts.clock, [*publications(), *more_publications()])
    assert not deliver(parts.workshop, TODAY).failed
    return parts
