"""House rules for record layouts and data elements."""

import re

import msgspec

from catalog.core.findings import Notebook
from catalog.core.model import DataElement, Field, Rule, Schema, key_of
from catalog.core.rules_of_text import check_name, check_texts

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
"""What is a name in JSON, in XML and in a column header alike."""


def check_schema(body: Schema, notes: Notebook) -> None:
    """Fields, rules, and the fields that the header speaks of."""
    fields = {member.name: member for member in body.members if isinstance(member, Field)}
    rules = [member for member in body.members if isinstance(member, Rule)]
    ruled = {name for rule in rules for name in rule.fields}
    if not fields:
        notes.warning("no-fields", "members", "Chưa có trường nào", "There is no field")
    for field in fields.values():
        check_field(field, ruled, notes)
    for rule in rules:
        check_rule(rule, fields, notes)
    named = {
        "date_field": (body.date_field,),
        "date_fallbacks": body.date_fallbacks,
        "sex_field": (body.sex_field,),
        "birth_field": (body.birth_field,),
    }
    for place, names in named.items():
        for name in names:
            if name and name not in fields:
                field_missing(place, name, notes)


def field_missing(path: str, name: str, notes: Notebook) -> None:
    """Note that a field is spoken of that is not there."""
    notes.error(
        "field-missing",
        path,
        f"Trường {name} không có trong cấu trúc",
        f"There is no field {name}",
        name,
    )


def check_field(field: Field, ruled: set[str], notes: Notebook) -> None:
    """One field: its name, label, length, pattern, and who says when it is needed."""
    path = field.name
    check_texts(msgspec.to_builtins(field), path, notes)
    check_name(field.label, f"{path}/label", notes)
    if not NAME.fullmatch(field.name):
        notes.error(
            "bad-field-name",
            path,
            "Tên trường chỉ gồm chữ không dấu, chữ số, dấu gạch và dấu chấm",
            "A field name has unaccented letters, digits, dashes and dots only",
            field.name,
        )
    check_limits(field, path, notes)
    if field.required == "conditional" and field.name not in ruled:
        notes.warning(
            "condition-missing",
            f"{path}/required",
            "Bắt buộc có điều kiện nhưng không quy tắc nào nêu điều kiện",
            "It is required on a condition, but no rule says which",
        )


def check_limits(item: Field | DataElement, path: str, notes: Notebook) -> None:
    """That limits go with the type."""
    inside = f"{path}/" if path else ""
    if item.max_length < 0:
        notes.error(
            "bad-length",
            f"{inside}max_length",
            "Độ dài không thể âm",
            "A length is not negative",
            item.max_length,
        )
    if item.format and item.type != "string":
        notes.error(
            "format-unfit",
            f"{inside}format",
            f"Định dạng {item.format} chỉ dùng cho kiểu string",
            f"The format {item.format} is for strings only",
            item.format,
        )
    pattern = getattr(item, "pattern", "")
    if pattern and item.type != "string":
        notes.error(
            "format-unfit",
            f"{inside}pattern",
            "Biểu thức mẫu chỉ dùng cho kiểu string",
            "A pattern is for strings only",
            pattern,
        )


def check_rule(rule: Rule, fields: dict[str, Field], notes: Notebook) -> None:
    """One rule: what it looks at, what it demands, and what it says."""
    path = key_of(rule)
    check_texts(msgspec.to_builtins(rule), path, notes)
    check_name(rule.message, f"{path}/message", notes)
    if not rule.fields:
        notes.error(
            "field-missing", f"{path}/fields", "Quy tắc không nêu trường", "It names no field"
        )
    for name in rule.fields:
        if name not in fields:
            field_missing(f"{path}/fields", name, notes)
    if not rule.must.strip():
        notes.error(
            "demand-missing",
            f"{path}/must",
            "Quy tắc không nêu điều phải đúng",
            "The rule does not say what must be true",
        )


def check_element(body: DataElement, notes: Notebook) -> None:
    """A data element: its technical name and limits."""
    if body.technical_name and not NAME.fullmatch(body.technical_name):
        notes.error(
            "bad-field-name",
            "technical_name",
            "Tên kỹ thuật chỉ gồm chữ không dấu, chữ số, dấu gạch và dấu chấm",
            "A technical name has unaccented letters, digits, dashes and dots only",
            body.technical_name,
        )
    check_limits(body, "", notes)
