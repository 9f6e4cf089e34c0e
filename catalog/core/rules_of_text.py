"""House rules for words: languages, unseen letters, composed form, days, addresses."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from catalog.core.findings import Notebook

LONGEST_NAME = 1000
"""What is longer than this is no name."""

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffd-\uffff]"
)
INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u2028\u2029\u2060-\u2064\ufeff]")
BREAK = re.compile(r"[\n\r\t]")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
PART_OF_DAY = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2]))?")
ADDRESS = re.compile(r"https?://[^\s/?#\"'<>\\]+[^\s\"'<>\\]*", re.IGNORECASE)

ONE_LINE = frozenset({"title", "display", "label", "code", "name", "id", "source", "target"})
"""Fields whose text stands on one line."""

BY_LANGUAGE = frozenset(
    {
        "title",
        "description",
        "display",
        "definition",
        "note",
        "label",
        "message",
        "context",
        "normalisation",
        "purpose",
        "collection",
    }
)
"""Fields that may hold texts by language."""


def check_name(words: Mapping[str, str], path: str, notes: Notebook) -> None:
    """That a name is there, in Vietnamese, not blank in any language, and not endless."""
    if not any(text.strip() for text in words.values()):
        notes.error("name-missing", path, "Thiếu tên gọi", "The name is missing")
        return
    if "vi" not in words and path != "title":
        notes.warning(
            "vietnamese-missing", path, "Thiếu tên tiếng Việt", "The Vietnamese name is missing"
        )
    for language, text in words.items():
        if not text.strip():
            notes.error(
                "name-missing",
                f"{path}/{language}",
                f"Tên ({language}) để trống; hãy ghi tên hoặc bỏ hẳn",
                f"The name ({language}) is blank; write one or leave it out",
            )
        elif text != text.strip():
            notes.warning(
                "outer-space",
                f"{path}/{language}",
                "Có khoảng trắng ở đầu hoặc cuối tên",
                "The name starts or ends with a space",
                text,
            )
        if len(text) > LONGEST_NAME:
            notes.warning(
                "name-too-long",
                f"{path}/{language}",
                f"Tên dài hơn {LONGEST_NAME} ký tự; có thể là ghi chú",
                f"The name is longer than {LONGEST_NAME} characters; it may be a note",
                text,
            )


def check_texts(value: Any, path: str, notes: Notebook, field: str = "") -> None:  # noqa: ANN401
    """Every text inside a header or member, given as JSON values, by its letters."""
    if isinstance(value, str):
        check_letters(value, path, field, notes)
    elif isinstance(value, dict):
        if field in BY_LANGUAGE or field == "synonyms":
            check_languages(value, path, notes)
        for name, inner in value.items():
            inside = f"{path}/{name}" if path else name
            check_texts(inner, inside, notes, field if field in BY_LANGUAGE else name)
    elif isinstance(value, list | tuple):
        for inner in value:
            check_texts(inner, path, notes, field)


def check_languages(words: Mapping[str, Any], path: str, notes: Notebook) -> None:
    """That texts stand under language tags."""
    for language in words:
        if not LANGUAGE.fullmatch(language):
            notes.error(
                "bad-language",
                path,
                f"“{language}” không phải mã ngôn ngữ như vi, en",
                f"“{language}” is no language tag such as vi, en",
                language,
            )


def check_letters(text: str, path: str, field: str, notes: Notebook) -> None:
    """That a text is composed (NFC) and holds nothing that cannot be seen."""
    broken = field in ONE_LINE and BREAK.search(text)
    if CONTROL.search(text) or (broken and field not in BY_LANGUAGE):
        notes.error(
            "control-character",
            path,
            "Có ký tự điều khiển hoặc ký tự hỏng; hãy gõ lại",
            "There is a control or broken character; type it again",
            text,
        )
    elif broken:
        notes.warning(
            "line-break",
            path,
            "Tên gọi bị ngắt dòng; hãy viết trên một dòng",
            "The name has a line break; write it on one line",
            text,
        )
    elif INVISIBLE.search(text):
        notes.warning(
            "invisible-character",
            path,
            "Có ký tự không nhìn thấy được; hãy gõ lại",
            "There is a character that cannot be seen; type it again",
            text,
        )
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        notes.error(
            "not-composed",
            path,
            "Chữ có dấu chưa ở dạng dựng sẵn (NFC); hãy chuyển mã",
            "Accented letters are not composed (NFC); convert them",
            text,
        )


# JSON writes the worst letters as \b, \f or \u00..; the rest stands for itself.
SUSPECT = re.compile(
    "\\\\[bfnrtu]|[\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffd-\uffff]"
)


def looks_clean(written: str) -> bool:
    """Whether JSON text can hold nothing that `check_letters` finds; quick, for many members."""
    return SUSPECT.search(written) is None and (
        written.isascii() or unicodedata.is_normalized("NFC", written)
    )


def check_days(path: str, notes: Notebook, **days: str) -> None:
    """
    That days are days and stand in their order; given as name=ISO text, empty when not stated.

    Two days are a half-open interval: the second is the first day no longer in it.
    """
    good: list[str] = []
    for name, text in days.items():
        if not text:
            continue
        if is_day(text):
            good.append(text)
        else:
            notes.error(
                "bad-day",
                f"{path}/{name}" if path else name,
                f"“{text}” không phải ngày dạng 2024-07-01",
                f"“{text}” is no day like 2024-07-01",
                text,
            )
    if len(good) > 1 and good[0] >= good[1]:
        last = list(days)[-1]
        notes.error(
            "days-reversed",
            f"{path}/{last}" if path else last,
            f"Kết thúc ({good[1]}) không sau bắt đầu ({good[0]})",
            f"The end ({good[1]}) is not after the start ({good[0]})",
            good[1],
        )


@lru_cache(maxsize=4096)
def is_day(text: str) -> bool:
    """Whether a text is a day, written as 2024-07-01."""
    if not DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def day_or_part(text: str) -> bool:
    """Whether a text is a day, a month or a year."""
    return is_day(text) or PART_OF_DAY.fullmatch(text) is not None


def check_address(text: str, path: str, notes: Notebook) -> None:
    """That a link leads to the web and nowhere else; a page will show it."""
    if text and not ADDRESS.fullmatch(text):
        notes.error(
            "bad-address",
            path,
            "Địa chỉ phải bắt đầu bằng http:// hoặc https://",
            "The address must begin with http:// or https://",
            text,
        )
