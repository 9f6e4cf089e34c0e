"""
What findings in records say, in Vietnamese and English; the one place that words them.

Values come in as `shown` made them: short, or masked. A message names the field, the value, what
was expected, and the release when a list decides.
"""

from collections.abc import Callable
from datetime import date
from typing import TypeAlias

import msgspec

from catalog.core.model import Field, FieldFormat, FieldType, Text
from catalog.core.release import Entry
from catalog.core.text import in_language

LONGEST = 60
"""How many characters of a value are shown."""

MASK = "•••"
"""What stands for a value that is not shown."""

Said: TypeAlias = dict[str, str]

TYPES: dict[FieldType, Text] = {
    "string": {"vi": "chuỗi ký tự", "en": "text"},
    "integer": {"vi": "số nguyên (không đặt trong dấu nháy)", "en": "a whole number, not quoted"},
    "decimal": {"vi": "số (không đặt trong dấu nháy)", "en": "a number, not quoted"},
    "boolean": {"vi": "true hoặc false", "en": "true or false"},
}

FORMATS: dict[FieldFormat, Text] = {
    "": {"vi": "", "en": ""},
    "yyyymmdd": {"vi": "ngày có thật dạng yyyymmdd", "en": "a day of the calendar as yyyymmdd"},
    "yyyymmddHHMM": {
        "vi": "ngày giờ có thật dạng yyyymmddHHMM",
        "en": "a day and time of the calendar as yyyymmddHHMM",
    },
    "yyyymmdd|yyyymmddHHMM": {
        "vi": "ngày có thật dạng yyyymmdd hoặc yyyymmddHHMM",
        "en": "a day of the calendar as yyyymmdd or yyyymmddHHMM",
    },
    "birth": {
        "vi": "ngày sinh dạng yyyymmdd hoặc yyyymmddHHMM, phần không biết ghi số 0",
        "en": "a day of birth as yyyymmdd or yyyymmddHHMM, zeros for unknown parts",
    },
    "date": {"vi": "ngày có thật dạng yyyy-mm-dd", "en": "a day of the calendar as yyyy-mm-dd"},
    "date-time": {
        "vi": "thời điểm dạng RFC 3339, ví dụ 2024-07-01T08:30:00+07:00",
        "en": "an instant as in RFC 3339, such as 2024-07-01T08:30:00+07:00",
    },
}


def shown(value: object) -> str:
    """
    A value on one line, at most 60 characters and an ellipsis.

    >>> shown({"a": [1, 2]})
    '{"a":[1,2]}'
    """
    if not isinstance(value, str):
        try:
            value = msgspec.json.encode(value).decode()
        except (TypeError, ValueError, RecursionError):
            value = f"<{type(value).__name__}>"
    return cut(value)


def cut(text: str) -> str:
    """A text that can be sent anywhere: at most 60 characters, broken letters replaced."""
    short = text if len(text) <= LONGEST else text[:LONGEST] + "…"
    return short if short.isascii() else short.encode("utf-8", "replace").decode()


def name_of(field: Field, language: str) -> str:
    """A field by its label and its technical name."""
    label = in_language(field.label, language)
    return f"{label} ({field.name})" if label and label != field.name else field.name


def both(of: Callable[[str], str]) -> Said:
    """The same said in both languages."""
    return {"vi": of("vi"), "en": of("en")}


def day_in(day: date, language: str) -> str:
    """A day as it is written in a language."""
    return day.strftime("%d/%m/%Y") if language == "vi" else day.isoformat()


# -- structure --------------------------------------------------------------------------------


def required(field: Field) -> Said:
    """A value is missing."""
    return {
        "vi": f"{name_of(field, 'vi')}: bắt buộc phải có giá trị",
        "en": f"{name_of(field, 'en')}: a value is required",
    }


def wrong_type(field: Field, value: str) -> Said:
    """The JSON type is another."""
    wanted = TYPES["string" if field.separator else field.type]
    return {
        "vi": f"{name_of(field, 'vi')}: '{value}' không đúng kiểu, cần {wanted['vi']}",
        "en": f"{name_of(field, 'en')}: '{value}' has the wrong type, expected {wanted['en']}",
    }


def not_a_record(value: str) -> Said:
    """The record is no JSON object."""
    return {
        "vi": f"Bản ghi phải là một đối tượng JSON, không phải '{value}'",
        "en": f"a record must be a JSON object, not '{value}'",
    }


def too_long(field: Field, _: str, *, length: int) -> Said:
    """There are more characters than allowed."""
    return {
        "vi": f"{name_of(field, 'vi')}: dài {length} ký tự, tối đa {field.max_length}",
        "en": f"{name_of(field, 'en')}: {length} characters, at most {field.max_length}",
    }


def too_large(field: Field, value: str) -> Said:
    """There are more digits before the point than allowed."""
    return {
        "vi": f"{name_of(field, 'vi')}: {value} có quá {field.max_length} chữ số",
        "en": f"{name_of(field, 'en')}: {value} has more than {field.max_length} digits",
    }


def wrong_format(field: Field, value: str) -> Said:
    """The text is not written in the field's format, or the day is not of the calendar."""
    wanted = FORMATS[field.format]
    several = {"vi": "", "en": ""}
    if field.separator:
        several = {
            "vi": f", cách nhau bởi '{field.separator}'",
            "en": f", separated by '{field.separator}'",
        }
    return {
        "vi": f"{name_of(field, 'vi')}: '{value}' phải là {wanted['vi']}{several['vi']}",
        "en": f"{name_of(field, 'en')}: '{value}' must be {wanted['en']}{several['en']}",
    }


def wrong_pattern(field: Field, value: str) -> Said:
    """The text is not written as the field's pattern asks."""
    wanted = {
        "vi": f"chuỗi theo mẫu {field.pattern}",
        "en": f"written as the pattern {field.pattern}",
    }
    if not field.pattern:
        wanted = {"vi": "các số", "en": "numbers"}
    if field.separator:
        wanted["vi"] += f", cách nhau bởi '{field.separator}'"
        wanted["en"] += f", separated by '{field.separator}'"
    return {
        "vi": f"{name_of(field, 'vi')}: '{value}' phải là {wanted['vi']}",
        "en": f"{name_of(field, 'en')}: '{value}' must be {wanted['en']}",
    }


def unknown_field(name: str, schema: Text, version: str) -> Said:
    """The layout has no such field."""
    return {
        "vi": f"Trường '{name}' không có trong {in_language(schema, 'vi')} (phiên bản {version})",
        "en": f"there is no field '{name}' in {in_language(schema, 'en')} (version {version})",
    }


def malformed(reason: str) -> Said:
    """The record cannot be read as JSON at all."""
    return {
        "vi": f"Bản ghi không đọc được như JSON: {reason}",
        "en": f"the record cannot be read as JSON: {reason}",
    }


def repeated_name(name: str) -> Said:
    """A name stands twice in an object."""
    return {
        "vi": f"Tên '{name}' xuất hiện nhiều lần trong cùng một đối tượng; chỉ giữ lại một",
        "en": f"the name '{name}' occurs more than once in one object; keep only one",
    }


def no_schema(schema: Text, day: date) -> Said:
    """No release of the layout was in force on the record's day."""
    return both(
        lambda language: (
            {
                "vi": f"{in_language(schema, 'vi')}: không có phiên bản nào có hiệu lực",
                "en": f"{in_language(schema, 'en')}: no release is in force",
            }[language]
            + {"vi": " ngày ", "en": " on "}[language]
            + day_in(day, language)
        )
    )


# -- codes ------------------------------------------------------------------------------------


def list_in(entry: Entry, day: date, language: str) -> str:
    """A list by its title, version, and the day on which it is in force."""
    title = in_language(entry.title, language)
    if language == "vi":
        return f"{title} (phiên bản {entry.version}, có hiệu lực ngày {day_in(day, 'vi')})"
    return f"{title} (version {entry.version}, in force on {day_in(day, 'en')})"


def code_not_in_list(field: Field, code: str, *, entry: Entry, day: date, near: str) -> Said:
    """The list has no such code; `near` is a code that was perhaps meant."""
    said = {
        "vi": f"{name_of(field, 'vi')}: mã '{code}' không có trong {list_in(entry, day, 'vi')}",
        "en": f"{name_of(field, 'en')}: code '{code}' is not in {list_in(entry, day, 'en')}",
    }
    if near:
        said = {"vi": f"{said['vi']}; có phải '{near}'?", "en": f"{said['en']}; is it '{near}'?"}
    return said


def code_empty(field: Field, _: str) -> Said:
    """There is nothing between two separators."""
    return {
        "vi": f"{name_of(field, 'vi')}: có giá trị rỗng giữa các dấu '{field.separator}'",
        "en": f"{name_of(field, 'en')}: an empty value between separators '{field.separator}'",
    }


def code_is_heading(field: Field, code: str, *, entry: Entry, day: date) -> Said:
    """The code is a heading, and no record may carry it."""
    vi, en = list_in(entry, day, "vi"), list_in(entry, day, "en")
    return {
        "vi": f"{name_of(field, 'vi')}: '{code}' là mã nhóm của {vi}, hãy chọn mã chi tiết hơn",
        "en": f"{name_of(field, 'en')}: '{code}' is a heading of {en}, choose a code below it",
    }


def code_retired(
    field: Field, code: str, *, entry: Entry, day: date, replaced_by: tuple[str, ...]
) -> Said:
    """The code was retired before the day; what to use instead, when known."""
    by = ", ".join(f"'{code}'" for code in replaced_by)
    vi = f"; thay bằng {by}" if by else ""
    en = f"; use {by} instead" if by else ""
    return {
        "vi": f"{name_of(field, 'vi')}: mã '{code}' đã ngừng sử dụng trong "
        f"{list_in(entry, day, 'vi')}{vi}",
        "en": f"{name_of(field, 'en')}: code '{code}' is retired in "
        f"{list_in(entry, day, 'en')}{en}",
    }


def code_not_in_force(field: Field, code: str, *, entry: Entry, day: date, since: str) -> Said:
    """The code holds only from a later day."""
    first = date.fromisoformat(since)
    return {
        "vi": f"{name_of(field, 'vi')}: mã '{code}' của {in_language(entry.title, 'vi')} chỉ có "
        f"hiệu lực từ {day_in(first, 'vi')}, bản ghi của ngày {day_in(day, 'vi')}",
        "en": f"{name_of(field, 'en')}: code '{code}' of {in_language(entry.title, 'en')} is in "
        f"force from {day_in(first, 'en')} only, the record is of {day_in(day, 'en')}",
    }


def code_transitional(field: Field, code: str, *, former: Entry, current: Entry) -> Said:
    """The code is only in the former release, which is still accepted."""
    until = current.transition_until or date.max
    return {
        "vi": f"{name_of(field, 'vi')}: mã '{code}' chỉ có trong phiên bản cũ {former.version} "
        f"của {in_language(current.title, 'vi')}, được chấp nhận đến trước "
        f"{day_in(until, 'vi')}; phiên bản thay thế là {current.version}",
        "en": f"{name_of(field, 'en')}: code '{code}' is only in the former version "
        f"{former.version} of {in_language(current.title, 'en')}, accepted until before "
        f"{day_in(until, 'en')}; the successor is version {current.version}",
    }


def record_transitional(former: Entry, current: Entry) -> Said:
    """The record fits only the former layout, which is still accepted."""
    until = current.transition_until or date.max
    return {
        "vi": f"Bản ghi theo phiên bản cũ {former.version} của "
        f"{in_language(current.title, 'vi')}, được chấp nhận đến trước {day_in(until, 'vi')}; "
        f"phiên bản thay thế là {current.version}",
        "en": f"the record follows the former version {former.version} of "
        f"{in_language(current.title, 'en')}, accepted until before {day_in(until, 'en')}; "
        f"the successor is version {current.version}",
    }


def not_as_main(field: Field, code: str) -> Said:
    """The code may not stand as the main diagnosis."""
    return {
        "vi": f"{name_of(field, 'vi')}: mã '{code}' không được dùng làm bệnh chính",
        "en": f"{name_of(field, 'en')}: code '{code}' may not be the main diagnosis",
    }


def dagger_missing(field: Field, code: str, *, daggers: tuple[str, ...]) -> Said:
    """An asterisk code stands without any of its dagger codes."""
    some = ", ".join(daggers[:5]) + (", …" if len(daggers) > 5 else "")  # noqa: PLR2004
    return {
        "vi": f"{name_of(field, 'vi')}: mã sao '{code}' cần đi kèm một mã chữ thập: {some}",
        "en": f"{name_of(field, 'en')}: asterisk code '{code}' needs a dagger code with it: "
        f"{some}",
    }


def sex_mismatch(field: Field, code: str, *, sex: str) -> Said:
    """The code is not for the record's sex."""
    return {
        "vi": f"{name_of(field, 'vi')}: mã '{code}' không dùng cho giới tính '{sex}'",
        "en": f"{name_of(field, 'en')}: code '{code}' is not for sex '{sex}'",
    }


def age_mismatch(field: Field, code: str, *, least: int | None, most: int | None) -> Said:
    """The code is not for the record's age; limits in days, both included."""
    if least is None:
        vi, en = f"đến {most} ngày tuổi", f"at most {most} days"
    elif most is None:
        vi, en = f"từ {least} ngày tuổi", f"at least {least} days"
    else:
        vi, en = f"từ {least} đến {most} ngày tuổi", f"{least} to {most} days"
    return {
        "vi": f"{name_of(field, 'vi')}: mã '{code}' chỉ dùng cho người bệnh {vi}",
        "en": f"{name_of(field, 'en')}: code '{code}' is only for an age of {en}",
    }


# -- rules ------------------------------------------------------------------------------------


def rule_failed(message: Text, rule: str) -> Said:
    """A rule's own words; its name where it has none."""
    return both(lambda language: in_language(message, language) or rule)


def rule_not_evaluated(rule: str, reason: str) -> Said:
    """A rule could not be evaluated on the record."""
    return {
        "vi": f"Không tính được quy tắc '{rule}' trên bản ghi này: {reason}",
        "en": f"rule '{rule}' could not be evaluated on this record: {reason}",
    }


def expression_broken(rule: str, part: str, reason: str) -> Said:
    """An expression of a rule cannot be compiled."""
    return {
        "vi": f"Quy tắc '{rule}': biểu thức '{part}' không hợp lệ: {reason}",
        "en": f"rule '{rule}': the expression '{part}' is not valid: {reason}",
    }


def expression_unknown(rule: str, name: str) -> Said:
    """An expression names what is no field and no function."""
    return {
        "vi": f"Quy tắc '{rule}': '{name}' không phải là trường hay hàm nào của cấu trúc này",
        "en": f"rule '{rule}': '{name}' is no field and no function of this layout",
    }


def pattern_broken(field: Field, reason: str) -> Said:
    """A field's pattern is no regular expression of ECMA 262."""
    return {
        "vi": f"{name_of(field, 'vi')}: mẫu '{cut(field.pattern)}' không hợp lệ: {reason}",
        "en": f"{name_of(field, 'en')}: the pattern '{cut(field.pattern)}' is not valid: {reason}",
    }


# -- what could not be checked ----------------------------------------------------------------


def list_unknown(name: str) -> Said:
    """A field is bound to a list that is not here."""
    return {
        "vi": f"Chưa kiểm tra mã: {name} chưa từng được phát hành tại đây",
        "en": f"codes were not checked: {name} was never released here",
    }


def list_kept_back(name: str) -> Said:
    """A field is bound to a list that a bundle may not have."""
    return {
        "vi": f"Chưa kiểm tra mã: {name} không có trong gói ngoại tuyến này vì giấy phép hạn chế",
        "en": f"codes were not checked: {name} is not in this bundle, for its licence",
    }


def list_not_in_force(name: str) -> Said:
    """A field is bound to a list of which no release is in force."""
    return {
        "vi": f"Chưa kiểm tra mã: {name} không có phiên bản nào có hiệu lực vào ngày của bản ghi",
        "en": f"codes were not checked: {name} has no release in force on the record's day",
    }
