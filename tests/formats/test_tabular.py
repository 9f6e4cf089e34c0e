"""CSV: what is written comes back, codes survive, no cell is a formula, bad files say where."""

import codecs
import csv
import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from catalog.core.errors import BadFile, CannotSay
from catalog.core.lexicon_memory import MemoryLexicon
from catalog.core.model import (
    Binding,
    CodeList,
    Concept,
    Dataset,
    Distribution,
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
from catalog.core.release import Entry, Release, Timeline
from catalog.formats.format import Setting
from catalog.formats.member_table import joined, table_of
from catalog.formats.member_table_reading import parted
from catalog.formats.tabular import CODES, CSV, guarded, lines_of, read, unguarded, write

TYPES = (
    PropertyType(name="n", type="integer"),
    PropertyType(name="b", type="boolean"),
    PropertyType(name="l", type="codes"),
    PropertyType(name="t"),
)
LIST = CodeList(
    title={"vi": "Giới tính"},
    property_types=TYPES,
    members=(
        Concept(code="01", display={"vi": "Nam", "en": "Male"}, aliases=("M", "m|n")),
        Concept(
            code="=1+1",
            display={"vi": "Nữ, «bà»", "fr": "Femme"},
            parents=("01", "a|b\\"),
            retired=True,
            selectable=False,
            valid_from="2024-01-01",
            properties={"n": -5, "b": False, "l": ["x", "y|z"], "t": "@x"},
        ),
    ),
)


def text_of(body) -> str:
    return b"".join(lines_of(table_of(body))).decode()


def back(body):
    return read(text_of(body).encode(), replace(body, members=()))


def test_the_columns_are_the_promised_ones():
    lines = text_of(LIST).split("\r\n")

    assert lines[0] == (
        "code,display:vi,display:en,display:fr,aliases,parent,selectable,status,"
        "valid_from,valid_to,property:b,property:l,property:n,property:t"
    )
    assert lines[1] == "01,Nam,Male,,M|m\\|n,,true,active,,,,,,"
    assert lines[2] == (
        "'=1+1,\"Nữ, «bà»\",,Femme,,01|a\\|b\\\\,false,retired,2024-01-01,,false,x|y\\|z,-5,'@x"
    )
    assert lines[3:] == [""]


@pytest.mark.parametrize(
    ("cell", "safe"),
    [("=A1", "'=A1"), ("+84", "'+84"), ("-2", "-2"), ("-2.50", "-2.50"), ("-2+3", "'-2+3"),
     ("@x", "'@x"), ("\tx", "'\tx"), ("\rx", "'\rx"), ("\nx", "'\nx"), ("＝1", "'＝1"),
     ("'=1", "''=1"), ("''=1", "'''=1"), ("'s", "'s"), ("'", "'"), ("", ""), ("a=1", "a=1"),
     ("-", "'-"), (" =1", " =1")],
)  # fmt: skip
def test_no_cell_is_taken_for_a_formula_and_each_comes_back(cell, safe):
    assert guarded(cell) == safe
    assert unguarded(safe) == cell


@given(st.text(alphabet="'=+-@1a\t\r\n＝ ", max_size=6))
def test_guarding_is_undone_whatever_the_cell(cell):
    assert unguarded(guarded(cell)) == cell


@given(st.lists(st.text(alphabet="ab|\\ ", min_size=1, max_size=4), max_size=4))
@example(["a", "\\|"])
@example(["\\", "|"])
def test_parted_undoes_joined(values):
    assert list(parted(joined(values))) == values


WORD = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=6
)
LINE = st.one_of(WORD, st.text(alphabet="ab|\\,;'\"=+-@\t\r\n đ", min_size=1, max_size=6))
WORDS = st.dictionaries(st.sampled_from(["vi", "en", "zh-Hant"]), LINE, max_size=2)
SEVERAL = st.lists(LINE, max_size=3).map(tuple)
FILLED = st.lists(LINE, min_size=1, max_size=3)
DAYS = st.sampled_from(["", "2024-01-01"])

CONCEPTS = st.builds(
    Concept,
    code=LINE,
    display=WORDS,
    definition=WORDS,
    note=WORDS,
    synonyms=st.dictionaries(st.sampled_from(["vi", "en"]), FILLED.map(tuple), max_size=2),
    aliases=SEVERAL,
    parents=SEVERAL,
    level=st.sampled_from(["", "chapter"]),
    selectable=st.booleans(),
    retired=st.booleans(),
    replaced_by=SEVERAL,
    valid_from=DAYS,
    valid_to=DAYS,
    properties=st.fixed_dictionaries(
        {},
        optional={
            "n": st.integers(-(2**53), 2**53),
            "b": st.booleans(),
            "l": FILLED,
            "t": LINE,
            "un:declared": LINE,
        },
    ),
)
MATCHES = st.builds(
    Match,
    source=LINE,
    target=st.one_of(st.just(""), LINE),
    relation=st.sampled_from(["exact", "none", "broader"]),
    note=WORDS,
    properties=st.dictionaries(LINE, LINE, max_size=2),
)
BINDINGS = st.builds(
    Binding,
    list=LINE,
    strength=st.sampled_from(["required", "preferred"]),
    version=st.sampled_from(["", "1.0"]),
    checks=st.lists(st.sampled_from(["sex", "age"]), unique=True).map(tuple),
)
FIELDS = st.builds(
    Field,
    name=LINE,
    label=WORDS,
    note=WORDS,
    type=st.sampled_from(["string", "decimal"]),
    max_length=st.integers(0, 9999),
    format=st.sampled_from(["", "yyyymmdd|yyyymmddHHMM"]),
    pattern=st.one_of(st.just(""), LINE),
    separator=st.sampled_from(["", ";", "|"]),
    binding=st.one_of(st.none(), BINDINGS),
    source=st.one_of(st.just(""), LINE),
)
RULES = st.builds(
    Rule,
    id=LINE,
    fields=SEVERAL,
    when=st.one_of(st.just(""), LINE),
    must=LINE,
    severity=st.sampled_from(["error", "warning"]),
    message=WORDS,
    source=st.one_of(st.just(""), LINE),
)
SELECTIONS = st.builds(
    Selection,
    id=LINE,
    action=st.sampled_from(["include", "exclude"]),
    list=LINE,
    op=st.sampled_from(["all", "is-a"]),
    values=SEVERAL,
)
DISTRIBUTIONS = st.builds(Distribution, id=LINE, title=WORDS, address=LINE, description=WORDS)


def members(strategy):
    return st.lists(strategy, max_size=4).map(tuple)


BODIES = st.one_of(
    st.builds(CodeList, title=WORDS, property_types=st.just(TYPES), members=members(CONCEPTS)),
    st.builds(Mapping, title=WORDS, source_list=LINE, target_list=LINE, members=members(MATCHES)),
    st.builds(Schema, title=WORDS, members=members(st.one_of(FIELDS, RULES))),
    st.builds(ValueSet, title=WORDS, members=members(SELECTIONS)),
    st.builds(Dataset, title=WORDS, members=members(DISTRIBUTIONS)),
)


@settings(max_examples=80, deadline=None)
@given(BODIES)
@example(LIST)
@example(Schema(title={}, members=(Rule(id="r", fields=("A",), must="A > 0", message={}),)))
def test_what_is_written_is_read_back(body):
    assert back(body) == body


def test_what_other_programs_write_is_read_too():
    data = codecs.BOM_UTF8 + 'code;display:vi;property:n\n007;Một;1\n\n08;"Hai; ba";\n'.encode()

    assert read(data, replace(LIST, members=())).members == (
        Concept(code="007", display={"vi": "Một"}, properties={"n": 1}),
        Concept(code="08", display={"vi": "Hai; ba"}),
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"code,display:vi\n\xff,x\n", "not UTF-8 at byte 16"),
        (b"code,colour\n1,x\n", "no column called 'colour'"),
        (b"code,property:\n1,x\n", "no column called 'property:'"),
        (b"code,parents\n1,x\n", "no column called 'parents'"),
        (b"code,level:vi\n1,x\n", "no column called 'level:vi'"),
        (b"code,display:\n1,x\n", "no column called 'display:'"),
        (b"code,code\n1,1\n", "a column is there twice"),
        (b"code,display:vi\n1\n", "row 2 has 1 cells, the header 2"),
        (b"display:vi\nx\n", "row 2: .*code"),
        (b"code,status\n1,active\n2,dead\n", "row 3: column 'status': 'dead' is none of active"),
        (b"code,selectable\n1,maybe\n", "column 'selectable'"),
        (b"code,property:n\n1,1e5\n", "'1e5' is no whole number"),
        (b"code,property:b\n1,1\n", "column 'property:b'"),
        (b'code,display:vi\n1,"open\n', "line 2: unexpected end"),
        (b"code,display:vi\n1," + b"x" * 140_000 + b"\n", "field larger"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_its_place(data, reason):
    with pytest.raises(BadFile, match=reason):
        read(data, replace(LIST, members=()))


def test_a_row_of_no_known_kind_is_refused():
    with pytest.raises(BadFile, match="row 2: 'fields' is no kind of row"):
        read(b"is,name\nfields,x\n", Schema(title={}))


def test_a_mark_is_put_first_when_asked_for():
    data = b"".join(lines_of(table_of(LIST), mark=codecs.BOM_UTF8))

    assert data.startswith(codecs.BOM_UTF8 + b"code,")
    assert read(data, replace(LIST, members=())) == LIST


def test_a_long_list_is_written_in_chunks():
    many = tuple(Concept(code=str(n), display={"vi": "x" * 100}) for n in range(5000))
    chunks = list(lines_of(table_of(CodeList(title={}, members=many))))

    assert len(chunks) > 5
    assert max(map(len, chunks)) < 70_000
    assert len(list(csv.reader(io.StringIO(b"".join(chunks).decode())))) == 5001


class Lexicons:
    """A library of one lexicon."""

    def __init__(self, code_list: CodeList) -> None:
        self.code_list = code_list

    def lexicon(self, entry: Entry) -> MemoryLexicon:
        assert entry.version == "1"
        return MemoryLexicon(self.code_list)


def release_of(body) -> Release:
    key = "value-set/byt/x"
    entry = Entry(
        key=key, version="1", number=1, start=date(2025, 1, 1), issued_at=datetime.now(UTC),
        digest="", meaning="", title={}, author="a", approver="b",
    )  # fmt: skip
    return Release(entry, body, Timeline(Key.parse(key), (entry,)))


def test_a_value_set_is_said_by_its_rules_and_by_its_codes():
    body = ValueSet(title={}, members=(Selection(id="1", list="code-list/byt/y"),))
    codes = CodeList(title={}, members=(Concept(code="1", display={"vi": "Một"}),))
    setting = Setting(Space("https://x"), Lexicons(codes))

    assert b"".join(CSV.write(release_of(body), setting)) == (
        b"id,action,list,op,property,values\r\n1,include,code-list/byt/y,all,,\r\n"
    )
    assert b"".join(CODES.write(release_of(body), setting)).decode() == (
        "code,display:vi,display:en,parent,status,valid_from,valid_to\r\n1,Một,,,active,,\r\n"
    )


def test_what_has_no_members_cannot_be_said():
    with pytest.raises(CannotSay):
        write(release_of(Organisation(title={})), Setting(Space("https://x"), Lexicons(LIST)))
