"""What of a release can be found, which release it is, and what may be asked."""

from datetime import date

import pytest

from catalog.actions.finding import (
    DEEPEST,
    MOST_HITS,
    current_documents,
    documents_of,
    reindex,
    search,
)
from catalog.actions.ports import SearchQuery
from catalog.core.errors import BadRequest
from catalog.core.model import (
    CodeList,
    Concept,
    DataElement,
    Document,
    Field,
    Mapping,
    Match,
    Rule,
    Schema,
)
from catalog.core.names import Key
from catalog.core.release import Release
from catalog.search.memory import MemoryFinder
from tests.actions.library import MemoryLibrary

SEX = "code-list/byt/sex"
CLAIM = "schema/byt/claim-xml1"
MAPPING = "mapping/byt/sex"
TODAY = date(2025, 6, 1)


def sex(*codes: str, **others: object) -> CodeList:
    concepts = tuple(Concept(code=code, display={"vi": f"mã {code}"}) for code in codes)
    return CodeList(title={"vi": "Giới tính", "en": "Sex"}, members=concepts, **others)


def release_of(library: MemoryLibrary, key: str, number: int = 1) -> Release:
    timeline = library.timeline(Key.parse(key))
    entry = timeline.entries[number - 1]
    return Release(entry, library.body(entry), timeline)


def found(library: MemoryLibrary, day: date, key: str = SEX) -> list[tuple[str, str, bool]]:
    documents = current_documents(library, (Key.parse(key),), day)
    return [(document.version, document.code, document.retired) for document in documents]


def test_a_code_list_gives_itself_and_its_concepts():
    library = MemoryLibrary()
    body = CodeList(
        title={"vi": "Giới tính"},
        description={"vi": "Dùng trong hồ sơ"},
        keywords=("giới",),
        members=(
            Concept(
                code="1",
                display={"vi": "Nam", "en": "Male"},
                definition={"vi": "định nghĩa"},
                note={"en": "remark"},
                synonyms={"vi": ("đàn ông",)},
                aliases=("01",),
                retired=True,
            ),
        ),
    )
    library.add(SEX, body, date(2024, 7, 1))

    artefact, concept = documents_of(release_of(library, SEX))

    assert (artefact.id, artefact.code, artefact.note) == (SEX, "", "Dùng trong hồ sơ")
    assert artefact.aliases == ("sex", "byt/sex")
    assert artefact.synonyms == {"vi": ("giới",)}
    assert (concept.id, concept.key, concept.code) == (f"{SEX}#1", SEX, "1")
    assert (concept.title, concept.synonyms) == (
        {"vi": "Nam", "en": "Male"},
        {"vi": ("đàn ông",)},
    )
    assert (concept.aliases, concept.note) == (("01",), "định nghĩa remark")
    assert (concept.start, concept.end, concept.retired) == ("2024-07-01", "", True)


def test_a_schema_gives_its_fields_but_not_its_rules():
    library = MemoryLibrary()
    body = Schema(
        title={"vi": "Tổng hợp"},
        record="XML1",
        members=(
            Field(
                name="MA_BN", label={"vi": "Mã bệnh nhân"}, definition={"vi": "do nơi khám cấp"}
            ),
            Rule(id="r", fields=("MA_BN",), must="true", message={"vi": "sai"}),
        ),
    )
    library.add(CLAIM, body)

    artefact, field = documents_of(release_of(library, CLAIM))

    assert artefact.aliases == ("claim-xml1", "byt/claim-xml1", "XML1")
    assert (field.code, field.title, field.note) == (
        "MA_BN",
        {"vi": "Mã bệnh nhân"},
        "do nơi khám cấp",
    )


def test_the_rows_of_a_mapping_cannot_be_found():
    library = MemoryLibrary()
    body = Mapping(
        title={"vi": "Ánh xạ"},
        source_list=SEX,
        target_list=SEX,
        members=(Match(source="1", target="2"),),
    )
    library.add(MAPPING, body)

    assert [document.id for document in documents_of(release_of(library, MAPPING))] == [MAPPING]


def test_documents_and_data_elements_are_known_by_their_numbers_and_technical_names():
    library = MemoryLibrary()
    law, element = "document/chinh-phu/nd-102-2025", "data-element/byt/patient-name"
    library.add(law, Document(title={"vi": "Nghị định"}, number="102/2025/NĐ-CP"))
    library.add(
        element,
        DataElement(title={"vi": "Họ tên"}, technical_name="HO_TEN", synonyms=("tên người bệnh",)),
    )

    (first,) = documents_of(release_of(library, law))
    (second,) = documents_of(release_of(library, element))

    assert "102/2025/NĐ-CP" in first.aliases
    assert "HO_TEN" in second.aliases
    assert second.synonyms == {"vi": ("tên người bệnh",)}


def test_the_days_of_a_concept_are_cut_to_those_of_its_release():
    library = MemoryLibrary()
    body = CodeList(
        title={"vi": "Giới tính"},
        members=(
            Concept(code="1", display={"vi": "a"}, valid_from="2020-01-01", valid_to="2030-01-01"),
            Concept(code="2", display={"vi": "b"}, valid_from="2024-09-01", valid_to="2024-10-01"),
        ),
    )
    library.add(SEX, body, date(2024, 7, 1))
    library.add(SEX, sex("1"), date(2025, 1, 1))

    _, first, second = documents_of(release_of(library, SEX))

    assert (first.start, first.end) == ("2024-07-01", "2025-01-01")
    assert (second.start, second.end) == ("2024-09-01", "2024-10-01")


def test_everything_of_a_deprecated_list_is_retired():
    library = MemoryLibrary()
    library.add(SEX, sex("1", deprecated=True))

    assert [d.retired for d in documents_of(release_of(library, SEX))] == [True, True]


def test_the_release_in_force_is_found_and_not_the_one_to_come():
    library = MemoryLibrary()
    library.add(SEX, sex("1"), date(2024, 7, 1))
    library.add(SEX, sex("1", "2"), date(2026, 1, 1))

    assert found(library, TODAY) == [("1", "", False), ("1", "1", False)]
    assert [code for _, code, _ in found(library, date(2026, 1, 1))] == ["", "1", "2"]


def test_before_anything_is_in_force_the_next_to_come_is_found():
    library = MemoryLibrary()
    library.add(SEX, sex("1"), date(2026, 1, 1))
    library.add(SEX, sex("2"), date(2027, 1, 1))

    assert found(library, TODAY) == [("1", "", False), ("1", "1", False)]


def test_what_has_ended_is_found_as_retired():
    library = MemoryLibrary()
    library.add(SEX, sex("1"), date(2024, 7, 1), end=date(2025, 1, 1))

    assert found(library, TODAY) == [("1", "", True), ("1", "1", True)]


def test_what_was_withdrawn_or_never_released_is_not_found():
    library = MemoryLibrary()
    library.add(SEX, sex("1"), date(2024, 7, 1))
    library.add(SEX, sex("1"), date(2025, 1, 1), what="withdrawal", corrects="1")

    assert found(library, TODAY) == []
    assert found(library, TODAY, "code-list/byt/unknown") == []


def test_reindexing_takes_everything_in_and_tells_how_far_it_is():
    library, finder, told = MemoryLibrary(), MemoryFinder(), []
    library.add(SEX, sex("1", "2"))
    library.add(CLAIM, Schema(title={"vi": "Tổng hợp"}))

    count = reindex(library, finder, lambda *step: told.append(step), today=TODAY)

    assert count == 4
    assert search(finder, SearchQuery(text="")).facets == {
        "kind": {"code-list": 3, "schema": 1},
        "list": {"byt/sex": 2},
    }
    assert told == [("index", 0, 2), ("index", 1, 2), ("index", 2, 2)]


def test_reindexing_uses_today_when_no_day_is_said():
    library, finder = MemoryLibrary(), MemoryFinder()
    library.add(SEX, sex("1"), date(2020, 1, 1))
    library.add(SEX, sex("2"), date(9000, 1, 1))

    reindex(library, finder)

    assert [hit.version for hit in search(finder, SearchQuery(text="giới tính")).hits] == ["1"]


@pytest.mark.parametrize(
    ("query", "part"),
    [
        (SearchQuery(text="a", kind="letter"), "kind"),
        (SearchQuery(text="a", kind="x" * 10_000), "kind"),
        (SearchQuery(text="a", list="sex"), "list"),
        (SearchQuery(text="a", list="../../etc"), "list"),
        (SearchQuery(text="a", language="fr"), "lang"),
        (SearchQuery(text="a", limit=-1), "limit"),
        (SearchQuery(text="a", limit=MOST_HITS + 1), "limit"),
        (SearchQuery(text="a", offset=-1), "offset"),
        (SearchQuery(text="a", offset=DEEPEST + 1), "offset"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_part_that_is_wrong(query, part):
    with pytest.raises(BadRequest) as refused:
        search(MemoryFinder(), query)

    assert refused.value.part == part
    assert len(str(refused.value)) < 400


def test_what_can_be_asked_is_passed_on():
    finder = MemoryFinder()
    library = MemoryLibrary()
    library.add(SEX, sex("1", "2"))
    reindex(library, finder, today=TODAY)

    found = search(
        finder, SearchQuery(text="ma", kind="code-list", list="byt/sex", language="en", limit=1)
    )

    assert (found.total, len(found.hits)) == (2, 1)
