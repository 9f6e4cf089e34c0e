"""What bundles are made of in tests: the small registry, and lists that may not be passed on."""

from datetime import date

from catalog.actions.delivery import deliver
from catalog.actions.publishing import publish_all
from catalog.core.model import (
    Binding,
    CodeList,
    Concept,
    Field,
    Schema,
    Selection,
    ValueSet,
)
from catalog.core.names import Key
from catalog.core.planning import Publication
from tests.registry import DISEASES, FIRST, QD_1, SEX, TODAY, filled

OWNED = Key.parse("code-list/who/owned")
OWNED_CHOICE = Key.parse("value-set/who/choice")
CHOICE = Key.parse("value-set/byt/choice")
STAY = Key.parse("schema/byt/stay")
GONE = Key.parse("code-list/byt/gone")

RECORDS = [
    {"MA_LK": "1", "NGAY_RA": "202001010800", "GIOI_TINH": "3", "MA_BENH": "E119", "TEN": "A"},
    {"MA_LK": "2", "NGAY_RA": "202409010800", "GIOI_TINH": "3", "MA_BENH": "E11.9"},
    {"MA_LK": "3", "NGAY_RA": "202601010800", "GIOI_TINH": "9", "MA_BENH": "X 1/2<b>"},
    {"NGAY_RA": "201901010800", "TEN": "Nguyễn Thị Hồng Hạnh"},
    {"MA_LK": "5", "NGAY_RA": "202507010800", "MA_BENH": "E00-E90", "TEN": "Đỗ", "THÊM": 1},
    "no record",
]
"""Records of two layouts and of no layout's day, with codes retired, unknown, of headings."""


def publications():
    """A restricted list, value sets over it and over an open one, and who is bound to them."""

    def one(key, body, what="release"):
        return Publication(
            key=key,
            body=body,
            start=FIRST if what == "release" else date(2023, 1, 1),
            documents=(QD_1,),
            author="lan",
            approver="minh",
            what=what,
        )

    owned = CodeList(
        title={"vi": "Của người khác"},
        licence_class="restricted",
        members=(Concept(code="A", display={"vi": "A"}), Concept(code="B", display={"vi": "B"})),
    )
    yield one(OWNED, owned)
    of_owned = (Selection(id="some", list=str(OWNED), op="code", values=("A",)),)
    yield one(OWNED_CHOICE, ValueSet(title={"vi": "Chọn A"}, members=of_owned))
    below = (Selection(id="below", list=str(DISEASES), op="is-a", values=("E11",)),)
    yield one(CHOICE, ValueSet(title={"vi": "Đái tháo đường"}, members=below))
    fields = (
        Field(name="OWNED", label={"vi": "A"}, binding=Binding(list=str(OWNED))),
        Field(name="OWNED_CHOICE", label={"vi": "B"}, binding=Binding(list=str(OWNED_CHOICE))),
        Field(name="CHOICE", label={"vi": "C"}, binding=Binding(list=str(CHOICE))),
        Field(name="SEX", label={"vi": "D"}, binding=Binding(list=str(SEX))),
    )
    yield one(STAY, Schema(title={"vi": "Đợt nằm viện"}, members=fields))
    gone = CodeList(title={"vi": "Đã bỏ"}, members=(Concept(code="1", display={"vi": "x"}),))
    yield one(GONE, gone)
    yield one(GONE, None, "withdrawal")


def registry(folder):
    """Real parts with all of this published and delivered."""
    parts = filled(folder)
    publish_all(parts.store, parts.clock, publications())
    assert not deliver(parts.workshop, TODAY).failed
    return parts
