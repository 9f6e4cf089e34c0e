"""Source folders: what they may say, and where it is said when something is wrong."""

import textwrap
from datetime import date

import pytest

from catalog.core.model import Binding, CodeList, DocumentRelation, Field, Mapping, Rule
from catalog.core.names import Key, Kind
from catalog.formats.source import fingerprint, read_folder

SEX = """
    key = "code-list/byt/sex"
    title = { vi = "Giới tính", en = "Sex" }
    custodian = "organisation/byt/ministry"
    source = "made up"
    completeness = "complete"
    confidence = "verified"

    [[property]]
    name = "rank"
    type = "integer"

    [[release]]
    version = "first"
    start = 2023-09-01
    reason = "made up"

    [[release]]
    version = "second"
    start = 2024-07-01
    transition_until = 2024-10-01
    documents = ["document/byt/1-qd"]
    confidence_note = "one source"
"""
CODES = """
    code,display:vi,display:en,property:rank,status,since,until
    1,Nam,Male,1,,,
    2,Nữ,Female,2,,,
    3,Khác,,3,,,second
    3,Chưa xác định,Undetermined,3,retired,second,
"""
LAYOUT = """
    key = "schema/byt/visit"
    title = { vi = "Lượt khám" }
    record = "VISIT"
    date_field = "DAY"

    [[release]]
    version = "1"
    start = 2024-01-01
    reason = "made up"

    [[rule]]
    id = "not-twice"
    fields = ["SEX", "DAY"]
    must = "has_value(SEX)"
    message = { vi = "Thiếu", en = "missing" }
"""
FIELDS = """
    name,label:vi,type,format,max_length,required,binding,checks,element
    SEX,Giới tính,integer,,1,yes,code-list/byt/sex,sex | main,
    DAY,Ngày,string,yyyymmdd,8,,,,
"""


@pytest.fixture
def folder(tmp_path):
    """A source folder; `folder(name=text)` writes files into it and reads it."""

    def fill(files: dict[str, str | bytes]):
        root = tmp_path / "vocabularies" / "byt"
        root.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            data = text if isinstance(text, bytes) else textwrap.dedent(text).lstrip().encode()
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(data)
        return tmp_path / "vocabularies"

    return fill


def read(folder, files):
    return read_folder(folder(files))


def told(tree):
    return [(finding.rule, finding.file, finding.cell) for finding in tree.findings]


def test_a_code_list_has_the_rows_of_each_release(folder):
    tree = read(folder, {"sex.toml": SEX, "sex.csv": CODES})

    first, second = tree.releases
    assert tree.findings == ()
    assert (first.version, first.start, first.documents) == ("first", date(2023, 9, 1), ())
    assert second.transition_until == date(2024, 10, 1)
    assert isinstance(second.body, CodeList)
    assert [c.display["vi"] for c in first.body.members] == ["Nam", "Nữ", "Khác"]
    assert [c.display["vi"] for c in second.body.members] == ["Nam", "Nữ", "Chưa xác định"]
    assert second.body.members[2].retired
    assert first.body.members[0].properties == {"rank": 1}


def test_a_release_may_differ_from_its_header(folder):
    first, second = read(folder, {"sex.toml": SEX, "sex.csv": CODES}).releases

    assert (first.body.confidence_note, second.body.confidence_note) == ("", "one source")
    assert second.body.documents == ("document/byt/1-qd",)


def test_a_release_may_have_a_file_of_its_own(folder):
    header = SEX.replace('version = "second"', 'version = "second"\n    members = "new.csv"')
    tree = read(
        folder,
        {
            "sex.toml": header,
            "sex.csv": "code,display:vi\n1,Nam\n",
            "new.csv": "code,display:vi\nM,Nam\n",
        },
    )

    assert [[c.code for c in release.body.members] for release in tree.releases] == [["1"], ["M"]]


def test_rows_of_one_level_are_taken_with_the_parent_as_a_property(folder):
    header = SEX.replace('source = "made up"', 'only_levels = ["commune"]\n    members = "u.csv"')
    tree = read(
        folder,
        {
            "sex.toml": header,
            "u.csv": "code,parent,display:vi,level\n01,,Hà Nội,province\n9,01,Ba Đình,commune\n",
        },
    )

    (commune,) = tree.releases[0].body.members
    assert commune.parents == ()
    assert commune.properties == {"parent": "01"}


def test_a_layout_has_fields_and_rules(folder):
    tree = read(folder, {"visit.toml": LAYOUT, "visit.csv": FIELDS})

    assert tree.findings == ()
    sex, day, rule = tree.releases[0].body.members
    assert sex == Field(
        name="SEX",
        label={"vi": "Giới tính"},
        type="integer",
        max_length=1,
        required="yes",
        binding=Binding(list="code-list/byt/sex", checks=("sex", "main")),
    )
    assert day.binding is None
    assert isinstance(rule, Rule)
    assert rule.id == "not-twice"


def test_a_mapping_has_matches(folder):
    tree = read(
        folder,
        {
            "old--new.toml": """
                key = "mapping/byt/old--new"
                title = { vi = "Cũ sang mới" }
                source_list = "code-list/byt/old"
                target_list = "code-list/byt/new"
                [[property]]
                name = "default"
                type = "boolean"
                [[release]]
                version = "1"
                start = 2025-07-01
                """,
            "old--new.csv": "source,target,relation,property:default\n1,A,broader,yes\n2,,none,\n",
        },
    )

    body = tree.releases[0].body
    assert isinstance(body, Mapping)
    assert [(m.source, m.target, m.relation) for m in body.members] == [
        ("1", "A", "broader"),
        ("2", "", "none"),
    ]
    assert body.members[0].properties == {"default": True}


def test_documents_stand_in_one_file(folder):
    tree = read(
        folder,
        {
            "documents.csv": """
                key,number,title:vi,issued,relations,start,reason
                document/byt/2-qd,2,Hai,2024-01-01,amends document/byt/1-qd (phần),2024-02-01,
                document/byt/1-qd,1/QĐ,Một,2023-01-01,,2023-01-01,không rõ ngày hiệu lực
                """
        },
    )

    first, second = tree.releases
    assert first.key == Key(Kind.DOCUMENT, "byt", "1-qd")
    assert first.reason == "không rõ ngày hiệu lực"
    assert second.body.relations == (
        DocumentRelation(relation="amends", target="document/byt/1-qd", note="phần"),
    )


def test_what_is_referred_to_comes_first(folder):
    tree = read(
        folder,
        {
            "sex.toml": SEX,
            "sex.csv": CODES,
            "visit.toml": LAYOUT,
            "visit.csv": FIELDS,
            "documents.csv": "key,number,title:vi,start\ndocument/byt/1-qd,1,Một,2023-01-01\n",
            "organisations.csv": "key,title:vi,start\norganisation/byt/ministry,Bộ,1990-01-01\n",
        },
    )

    kinds = [release.key.kind.value for release in tree.releases]
    assert kinds == ["organisation", "document", "code-list", "code-list", "schema"]


def test_letters_that_are_not_composed_are_read_and_told(folder):
    tree = read(folder, {"sex.toml": SEX, "sex.csv": "code,display:vi\n1,Nu\u031b\u0303\n"})

    assert tree.releases[0].body.members[0].display == {"vi": "Nữ"}
    assert told(tree) == [("not-nfc", "vocabularies/byt/sex.csv", "line 2")]
    assert tree.errors == ()


def test_a_file_saved_by_a_spreadsheet_is_read(folder):
    saved = b"\xef\xbb\xbfcode,display:vi\r\n1,Nam\r\n"

    assert read(folder, {"sex.toml": SEX, "sex.csv": saved}).findings == ()


def swap(old, new, text=SEX):
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("header", "codes", "rule", "file", "line"),
    [
        (swap("[[property]]", "[[property"), CODES, "broken-toml", "sex.toml", 8),
        (swap("completeness", "completness"), CODES, "does-not-fit", "sex.toml", 5),
        (swap('"complete"', '"whole"'), CODES, "does-not-fit", "sex.toml", 5),
        (swap("2024-07-01", '"2024-13-01"'), CODES, "does-not-fit", "sex.toml", 19),
        (swap("2024-07-01", "2024-13-01"), CODES, "broken-toml", "sex.toml", 19),
        (swap('"integer"', '"number"'), CODES, "does-not-fit", "sex.toml", 10),
        (swap('"second"', '"first"'), CODES, "duplicate-release", "sex.toml", 18),
        (swap('"second"', '"2/3"'), CODES, "bad-version", "sex.toml", 17),
        (swap("code-list/byt/sex", "code-list/sex"), CODES, "bad-key", "sex.toml", 1),
        (swap("byt/sex", "byt/gender"), CODES, "other-name", "sex.toml", 1),
        (swap("code-list/byt/sex", "document/byt/sex"), CODES, "wrong-kind", "sex.toml", 1),
        (swap('"made up"\n    comp', '"x"\n    generator = "y"\n    comp'), CODES,
         "unknown-generator", "sex.toml", 5),
        (SEX, None, "missing-file", "sex.csv", 0),
        (SEX, "", "empty-file", "sex.csv", 1),
        (SEX, b"code,display:vi\n1,Nam\n2,\xe1\xbb\n", "not-utf-8", "sex.csv", 3),
        (SEX, 'code,display:vi\n1,"Nam"x\n', "broken-csv", "sex.csv", 2),
        (SEX, "code,display:vi\n1,Nam,x\n", "row-length", "sex.csv", 2),
        (SEX, "code,display:vi,code\n1,Nam,1\n", "column-twice", "sex.csv", 1),
        (SEX, "code,display:vi,colour\n1,Nam,x\n", "unknown-column", "sex.csv", 1),
        (SEX, "code,display\n1,Nam\n", "unknown-column", "sex.csv", 1),
        (SEX, "code,display:vi,property:x\n1,Nam,x\n", "unknown-column", "sex.csv", 1),
        (SEX, "code,display:vi,property:rank\n1,Nam,x\n", "bad-cell", "sex.csv", 2),
        (SEX, "code,display:vi,status\n1,Nam,gone\n", "bad-cell", "sex.csv", 2),
        (SEX, "code,display:vi,valid_from\n1,Nam,2024-02-30\n", "bad-cell", "sex.csv", 2),
        (SEX, "code,display:vi\n1,\n", "does-not-fit", "sex.csv", 2),
        (SEX, "code,display:vi\n1,Nam\n\n1,Nữ\n", "duplicate-code", "sex.csv", 4),
        (SEX, "code,display:vi,since\n1,Nam,third\n", "unknown-release", "sex.csv", 2),
        (SEX, "code,display:vi,until\n1,Nam,first\n", "never-in-force", "sex.csv", 2),
        (SEX, "code,parent,display:vi\n1,9,Nam\n", "unknown-parent", "sex.toml", 0),
        (SEX, "code,parent,display:vi\n1,2,Nam\n2,1,Nữ\n", "broader-cycle", "sex.toml", 0),
    ],
)  # fmt: skip
def test_a_broken_source_is_told_with_file_and_line(folder, header, codes, rule, file, line):
    files = {"sex.toml": header} | ({} if codes is None else {"sex.csv": codes})

    tree = read(folder, files)

    assert (rule, f"vocabularies/byt/{file}", f"line {line}" if line else "") in told(tree)
    assert tree.errors
    for finding in tree.findings:
        assert set(finding.message) == {"vi", "en"}


def test_a_rule_that_names_an_unknown_field_is_told(folder):
    header = swap('fields = ["SEX", "DAY"]', 'fields = ["AGE"]', LAYOUT)

    tree = read(folder, {"visit.toml": header, "visit.csv": FIELDS})

    assert told(tree) == [("unknown-field", "vocabularies/byt/visit.toml", "line 12")]


def test_a_collection_without_its_columns_is_told(folder):
    tree = read(folder, {"documents.csv": "number,title:vi\n1,Một\n"})

    assert [rule for rule, _, _ in told(tree)] == ["missing-column", "missing-column"]


def test_a_wrong_day_of_a_collection_is_told(folder):
    files = {"documents.csv": "key,number,title:vi,start\ndocument/byt/1,1,Một,1/2/2024\n"}

    assert told(read(folder, files)) == [
        ("bad-day", "vocabularies/byt/documents.csv", "line 2"),
    ]


def test_a_release_described_twice_is_told(folder):
    tree = read(folder, {"sex.toml": SEX, "sex.csv": CODES, "b/sex.toml": SEX, "b/sex.csv": CODES})

    assert {rule for rule, _, _ in told(tree)} == {"release-twice"}


def test_a_member_file_cannot_lie_elsewhere(folder):
    header = SEX.replace("[[property]]", 'members = "../../secret.csv"\n    [[property]]')

    assert ("outside-folder", "vocabularies/byt/sex.toml", "") in [
        (rule, file, "") for rule, file, _ in told(read(folder, {"sex.toml": header}))
    ]


def test_a_folder_that_is_not_there_is_told(tmp_path):
    assert [f.rule for f in read_folder(tmp_path / "none").errors] == ["missing-folder"]


def test_examples_and_hidden_files_are_passed_over(folder):
    tree = read(folder, {"examples/x.toml": "broken [", ".hidden.toml": "broken ["})

    assert (tree.releases, tree.findings) == ((), ())


def test_the_fingerprint_changes_with_every_byte(folder):
    root = folder({"sex.toml": SEX, "sex.csv": CODES})
    before = fingerprint(root)

    assert fingerprint(root) == before
    assert fingerprint(folder({"sex.csv": CODES + "4,Khác,,4,,,\n"})) != before
