"""
The amendments of QĐ 4750/QĐ-BYT, read from the prose of the annex's last column.

Each cell is parsed into amendments; what cannot be parsed is one too (`unread`), so that nothing
is passed over in silence. Applying them to a field as QĐ 130 had it gives the field as amended.
"""

import re
from dataclasses import dataclass
from typing import Literal, assert_never

from msgspec.structs import replace

from catalog.core.model import Field

What = Literal[
    "new-field",
    "type",
    "length",
    "code",
    "definition",
    "passage",
    "guidance",
    "unread",
]

NEW = re.compile(r"Bổ sung (?:trường mới|thêm trường dự phòng)\s*:?\s*")
TYPE = re.compile(r"(?:Đính chính:\s*)?Đổi kiểu dữ liệu thành (chuỗi|số)\.?", re.IGNORECASE)
LENGTH = re.compile(
    r"(?:Đính chính:\s*)?Tăng kích thước tối đa lên ([0-9]{1,6}) ký tự\.?", re.IGNORECASE
)
CODE = re.compile(r"(?:Bổ sung |Sửa )?mã [\"“](\w+)[\"”]?\s*:\s*(.+)", re.IGNORECASE)
COST_GROUP = re.compile(r"Bổ sung mã nhóm.*: Ghi mã (\d+)\s*", re.DOTALL)
REPLACED = re.compile(r"Sửa lại diễn giải\s*:\s*(.+)", re.DOTALL)
ADDED = re.compile(r"Bổ sung (?:hướng dẫn|diễn giải|lưu ý)\s*:\s*(.+)", re.DOTALL)
CORRECTED = re.compile(r"Đính chính\s*:\s*(.+)", re.DOTALL)
DEFINING = re.compile(r"(?:Ghi|Là|Mã các|Sử dụng)\b")
MARKER = re.compile(r"(?:[-+]|[a-z]\))\s*")
LISTED = re.compile(r"[-+]?\s*Mã [\"“](\w+)")
ENOUGH = 4
"""How many words two passages must begin with in common to be the same passage."""


@dataclass(frozen=True, slots=True)
class Amendment:
    """
    One change that a cell states.

    Attributes:
        what: what is changed.
        text: the new words; of a length its digits, of a type `string` or `integer`.
        code: the code that a code's line is about.
    """

    what: What
    text: str
    code: str = ""


def amendments_of(text: str, *, is_new: bool) -> tuple[Amendment, ...]:
    """The amendments that a cell states; for a new field its text is the definition."""
    text = text.strip()
    if is_new:
        return (Amendment("new-field", NEW.sub("", text, count=1).strip()),)
    found: list[Amendment] = []
    rest: list[str] = []
    for line in text.splitlines():
        bare = line.strip().lstrip("-+ ").strip()
        kind, length = TYPE.fullmatch(bare), LENGTH.fullmatch(bare)
        if kind:
            is_text = kind[1].casefold() == "chuỗi"
            found.append(Amendment("type", "string" if is_text else "integer"))
        elif length:
            found.append(Amendment("length", length[1]))
        else:
            rest.append(line)
    prose = re.sub(r"\n?\s*Đính chính:\s*$", "", "\n".join(rest)).strip()
    return (*found, *prose_of(prose)) if prose else tuple(found)


def prose_of(prose: str) -> tuple[Amendment, ...]:
    """What the prose of a cell changes."""
    group = COST_GROUP.fullmatch(prose)
    if group:
        return (Amendment("code", prose, group[1]),)
    codes = [CODE.fullmatch(line.strip().lstrip("- ")) for line in prose.splitlines()]
    if all(codes):
        return tuple(Amendment("code", code[2].strip(), code[1]) for code in codes if code)
    replaced, added = REPLACED.fullmatch(prose), ADDED.fullmatch(prose)
    if replaced:
        return (Amendment("definition", replaced[1].strip()),)
    if added:
        return (Amendment("guidance", added[1].strip()),)
    corrected = CORRECTED.fullmatch(prose)
    inner = corrected[1].strip() if corrected else prose
    if corrected and MARKER.match(inner):
        return tuple(passage_of(line.strip()) for line in inner.splitlines() if line.strip())
    if DEFINING.match(inner):
        return (Amendment("definition", inner),)
    return (Amendment("unread", prose),)


def passage_of(line: str) -> Amendment:
    """A line of a correction: of a code, when it begins with one, else a passage."""
    listed = LISTED.match(line)
    return Amendment("code", line, listed[1]) if listed else Amendment("passage", line)


def amended(field: Field, amendments: tuple[Amendment, ...]) -> Field:
    """The field with the amendments made; unread ones change nothing."""
    for amendment in amendments:
        words = field.definition.get("vi", "")
        match amendment.what:
            case "type":
                field = replace(field, type="string" if amendment.text == "string" else "integer")
            case "length":
                field = replace(field, max_length=int(amendment.text))
            case "definition" | "new-field":
                field = defined(field, amendment.text)
            case "guidance":
                field = defined(field, joined(words, amendment.text))
            case "code":
                field = defined(field, with_code(words, amendment))
            case "passage":
                field = defined(field, with_passage(words, amendment.text))
            case "unread":
                continue
            case _:
                assert_never(amendment.what)
    return field


def defined(field: Field, words: str) -> Field:
    """The field with another definition."""
    return replace(field, definition={"vi": words} if words else {})


def joined(words: str, more: str) -> str:
    """Words and more words below them."""
    return f"{words}\n{more}" if words else more


def with_code(words: str, amendment: Amendment) -> str:
    """The definition with the line of a code put in place of its old one, or behind the last."""
    lines = words.splitlines()
    line = amendment.text
    if not LISTED.match(line) and "Ghi mã" not in line:
        line = f'- Mã "{amendment.code}": {line}'
    listed = [(index, LISTED.match(old.strip())) for index, old in enumerate(lines)]
    same = [index for index, found in listed if found and found[1] == amendment.code]
    last = [index for index, found in listed if found]
    if same:
        lines[same[0]] = line
    else:
        lines.insert(last[-1] + 1 if last else len(lines), line)
    return "\n".join(lines)


def with_passage(words: str, passage: str) -> str:
    """The definition with a passage put in place of the one that begins alike, else added."""
    lines = words.splitlines()
    alike = [common(line, passage) for line in lines]
    best = max(alike, default=0)
    if best >= ENOUGH and alike.count(best) == 1:
        lines[alike.index(best)] = passage
        return "\n".join(lines)
    return joined(words, passage)


def common(first: str, second: str) -> int:
    """How many words two texts begin with in common."""
    count = 0
    for left, right in zip(first.split(), second.split(), strict=False):
        if left.casefold() != right.casefold():
            break
        count += 1
    return count
