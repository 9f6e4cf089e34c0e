"""
The prose of the portal's check workbooks, as CEL.

Conventions of the expressions: a field is a variable of its name, null when it has no value;
`num(x)` is its number or null, `has_value(x)` tells whether there is a value. A field that may
hold several values is searched for one of them. What the prose leaves to another file or table
(`Như 4210`, `giống … ở bảng 1`) is not said here: such a cell gives nothing.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from catalog.core.model import Field
from catalog.core.text import nfc

Fields = Mapping[str, Field]

NAME = r"([A-Z][A-Z0-9_]{2,})"
CODES = r"=\s*((?:[\"“']?\w+[\"”']?\s*,\s*)*[\"“']?\w+[\"”']?)"
BOTH_EMPTY = re.compile(
    rf"(?:Sửa lại )?chỉ bắt buộc khi {NAME} và {NAME}\s*=\s*null", re.IGNORECASE
)
FILLED = re.compile(
    rf"(?:x\s*\()?(?:Sửa lại )?(?:chỉ )?bắt buộc khi (?:trường )?{NAME}\s+"
    rf"(?:not null|có dữ liệu)\)?",
    re.IGNORECASE,
)
VALUED = re.compile(
    rf"bắt buộc(?: ghi trường thông tin này)?(?: khi| nếu| trong trường hợp)?\s*{NAME}\s*"
    rf"(?:{CODES}|là mã [\"“](\w+)[\"”])\s*\.?",
    re.IGNORECASE,
)
EXCEPT = re.compile(r"bắt buộc trừ mã nhóm\s*(\d+(?:\s*,\s*\d+)*)", re.IGNORECASE)
UNLESS = re.compile(rf"không bắt buộc khi {NAME}\s*{CODES}\s+còn lại là bắt buộc", re.IGNORECASE)
NOT_BEFORE = re.compile(rf"(?:Như {NAME} bổ sung thêm điều kiện\s*)?>=\s*{NAME}")
NO_DAYS = re.compile(
    rf"[Tt]rường thông tin {NAME} có các mã ((?:\"\w+\",?\s*)+)thì trường thông tin {NAME} = 0"
)
TOGETHER = re.compile(r"Nếu 1 trường có dữ liệu thì bắt buộc nhập .* 3 trường")
IMPOSSIBLE = "?"
"""Stands in an expression for a value that its field cannot have, such as a word in a number."""

PATTERNS = {
    "Định dạng 9,12 ký tự số hoặc 8 ký tự bắt đầu là chữ in hoa và 7 ký tự số ở sau": (
        "^([0-9]{9}|[0-9]{12}|[A-Z][0-9]{7})$",
        "phải gồm 9 hoặc 12 chữ số, hoặc một chữ in hoa và 7 chữ số",
        "must have 9 or 12 digits, or a capital letter and 7 digits",
    ),
    "10 ký tự dạng số": (
        "^[0-9]{10}$",
        "phải gồm 10 chữ số",
        "must have 10 digits",
    ),
    "Ký tự G + số từ 1-999": (
        "^G[1-9][0-9]{0,2}$",
        "phải là chữ G và một số từ 1 đến 999",
        "must be the letter G and a number from 1 to 999",
    ),
    "là Số là và ko được để tất cả = 0": (
        "^0*[1-9][0-9]*$",
        "phải gồm chữ số và không được toàn số 0",
        "must be digits, not all of them 0",
    ),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """
    When a field is required.

    Attributes:
        cel: true when it is.
        fields: the fields it looks at.
        vi, en: the condition in words, to follow "is required".
    """

    cel: str
    fields: tuple[str, ...]
    vi: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """
    What the value of a field must be.

    Attributes:
        name: what kind of check it is; part of the rule's id.
        when, must: CEL.
        fields: the fields it looks at, that which it is about first.
        finding: the known name of a finding, when one says it better than the rule's id.
        vi, en: what must be, in words that follow the field's name.
        left: what of the cell's text is not said by it.
    """

    name: str
    when: str
    must: str
    fields: tuple[str, ...]
    finding: str = ""
    vi: str
    en: str
    left: str = ""


def condition_of(text: str, fields: Fields) -> Condition | None:
    """The condition that a cell of the required column states; None when it states none."""
    text = " ".join(nfc(text).split())
    readers: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Fields], Condition]], ...] = (
        (BOTH_EMPTY, both_empty),
        (FILLED, filled),
        (UNLESS, unless),
        (EXCEPT, excepted),
        (VALUED, valued),
    )
    for pattern, reader in readers:
        found = pattern.fullmatch(text)
        if found is not None:
            condition = reader(found, fields)
            known = all(name in fields for name in condition.fields)
            return condition if known and IMPOSSIBLE not in condition.cel else None
    return None


def both_empty(found: re.Match[str], _: Fields) -> Condition:
    """When two other fields are empty."""
    one, other = found[1], found[2]
    return Condition(
        f"!has_value({one}) && !has_value({other})",
        (one, other),
        f"khi {one} và {other} đều trống",
        f"when {one} and {other} are both empty",
    )


def filled(found: re.Match[str], _: Fields) -> Condition:
    """When another field has a value."""
    name = found[1]
    return Condition(
        f"has_value({name})", (name,), f"khi {name} có dữ liệu", f"when {name} has a value"
    )


def unless(found: re.Match[str], fields: Fields) -> Condition:
    """When another field has a value that is none of these."""
    name, codes = found[1], codes_of(found[2])
    return Condition(
        f"has_value({name}) && !({is_one_of(name, codes, fields)})",
        (name,),
        f"khi {name} khác {', '.join(codes)}",
        f"when {name} is not {', '.join(codes)}",
    )


def excepted(found: re.Match[str], fields: Fields) -> Condition:
    """For all cost groups but some."""
    codes = codes_of(found[1])
    return Condition(
        f"has_value(MA_NHOM) && !({is_one_of('MA_NHOM', codes, fields)})",
        ("MA_NHOM",),
        f"trừ khi MA_NHOM là {', '.join(codes)}",
        f"unless MA_NHOM is {', '.join(codes)}",
    )


def valued(found: re.Match[str], fields: Fields) -> Condition:
    """When another field has one of some values."""
    name, codes = found[1], codes_of(found[2] or found[3])
    return Condition(
        f"has_value({name}) && {is_one_of(name, codes, fields)}",
        (name,),
        f"khi {name} là {', '.join(codes)}",
        f"when {name} is {', '.join(codes)}",
    )


def codes_of(text: str) -> list[str]:
    """The codes of a list in prose, without their quotes."""
    return [code.strip(" \"“”'") for code in text.split(",")]


def is_one_of(name: str, codes: list[str], fields: Fields) -> str:
    """CEL that tells whether a field, which has a value, has one of these codes."""
    found = fields.get(name)
    if found is not None and found.separator:
        choice = "|".join(map(re.escape, codes))
        sign = re.escape(found.separator)
        return f"{name}.matches('(^|{sign}) *({choice}) *({sign}|$)')"
    if found is not None and found.type != "string":
        digits = all(re.fullmatch("[0-9]{1,9}", code) for code in codes)
        numbers = ", ".join(f"{int(code)}.0" for code in codes) if digits else IMPOSSIBLE
        return f"num({name}) in [{numbers}]"
    quoted = ", ".join(f"'{code}'" for code in codes)
    return f"{name} in [{quoted}]"


def check_of(name: str, text: str, fields: Fields) -> Check | None:
    """What a cell of the VALID column demands; None when it says nothing that can be computed."""
    text = " ".join(nfc(text).split())
    order = NOT_BEFORE.fullmatch(text)
    if order is not None and order[2] in fields:
        return not_before(name, order[2], fields)
    if text in PATTERNS and fields[name].type == "string":
        pattern, vi, en = PATTERNS[text]
        return Check(
            name="pattern",
            when=f"has_value({name})",
            must=f"{name}.matches('{pattern}')",
            fields=(name,),
            finding="pattern",
            vi=vi,
            en=en,
        )
    if text == "Null hoặc = 1":
        return only_one(name, fields)
    if text.startswith("Bắt buộc là CT07 hoặc null"):
        return Check(
            name="value",
            when=f"has_value({name})",
            must=f"{name} == 'CT07'",
            fields=(name,),
            vi="phải là CT07 hoặc để trống",
            en="must be CT07 or empty",
        )
    days = NO_DAYS.search(text)
    found = no_days(name, days, text, fields) if days is not None else None
    return found if found is None or IMPOSSIBLE not in found.when else None


def only_one(name: str, fields: Fields) -> Check:
    """The value is 1, or there is none."""
    is_number = fields[name].type != "string"
    return Check(
        name="value",
        when=f"has_value({name})",
        must=f"num({name}) == 1.0" if is_number else f"{name} == '1'",
        fields=(name,),
        vi="phải là 1 hoặc để trống",
        en="must be 1 or empty",
    )


def not_before(name: str, other: str, fields: Fields) -> Check:
    """A time is not before another; a day counts as its last or first minute beside a time."""
    first, second = f"num({name})", f"num({other})"
    lengths = (fields[name].max_length, fields[other].max_length)
    if lengths == (8, 12):
        first = f"{first} * 10000.0 + 2359.0"
    elif lengths == (12, 8):
        second = f"{second} * 10000.0"
    return Check(
        name="order",
        when=f"num({name}) != null && num({other}) != null",
        must=f"{first} >= {second}",
        fields=(name, other),
        finding="order",
        vi=f"không được trước {other}",
        en=f"must not be before {other}",
    )


def no_days(name: str, found: re.Match[str], text: str, fields: Fields) -> Check | None:
    """For some kinds of visit the days of treatment are 0; the other sentence needs a calendar."""
    kind, codes = found[1], re.findall(r"\w+", found[2])
    if kind not in fields or found[3] != name:
        return None
    left = text.replace(found[0], "").strip(" -;")
    return Check(
        name="value",
        when=f"has_value({kind}) && {is_one_of(kind, codes, fields)} && has_value({name})",
        must=f"num({name}) == 0.0",
        fields=(name, kind),
        vi=f"phải là 0 khi {kind} là {', '.join(codes)}",
        en=f"must be 0 when {kind} is {', '.join(codes)}",
        left=left if re.search(rf"{NAME} = (?!0\b)", left) else "",
    )


def all_together(names: list[str]) -> Condition:
    """When any of several fields has a value."""
    cel = " || ".join(f"has_value({name})" for name in names)
    joined = ", ".join(names)
    return Condition(
        cel,
        tuple(names),
        f"khi một trong các trường {joined} có dữ liệu",
        f"when one of {joined} has a value",
    )
