"""Differences as people read them: one line per value that changed, words marked inside."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

import msgspec

from catalog.core.changes import Change, Diff
from catalog.core.model import Member, Text

LONGEST = 2000
"""Letters of a value up to which its words are compared one by one."""

Called = Callable[[str, str], str]
"""Says what people call a value: name of the field and text in, text out."""

Pieces = tuple[tuple[str, bool], ...]
"""A text in pieces, each with whether it differs from the other side."""


@dataclass(frozen=True, slots=True)
class Line:
    """
    One value that changed.

    Attributes:
        name: of the field; tag: the language or inner name; empty when there is none.
        before, after: None on the side where there was nothing.
    """

    name: str
    tag: str
    before: Pieces | None
    after: Pieces | None


@dataclass(frozen=True, slots=True)
class Changed:
    """A member that changed: its key, what it is called, how grave it is, and the lines."""

    key: str
    name: Text
    impact: str
    lines: tuple[Line, ...]


def changed_members(found: Diff, limit: int, called: Called) -> tuple[Changed, ...]:
    """The changed members of a diff, up to a number."""
    return tuple(changed_member(item, called) for item in found.changed[:limit])


def changed_member(item: Change, called: Called) -> Changed:
    """A changed member with its lines."""
    return Changed(item.key, name_of(item.after), item.impact, lines_of(item.fields, called))


def lines_of(fields: dict[str, tuple[Any, Any]], called: Called) -> tuple[Line, ...]:
    """The lines of changed fields, by name of the field: (old, new)."""
    return tuple(
        line for name, (old, new) in fields.items() for line in lines(name, old, new, called)
    )


def lines(name: str, old: object, new: object, called: Called) -> Iterator[Line]:
    """The lines of one field: texts by language and properties by name, each on its own."""
    was, now = msgspec.to_builtins(old), msgspec.to_builtins(new)
    if isinstance(was or now, dict):
        was, now = was or {}, now or {}
        for tag in {**was, **now}:
            if was.get(tag) != now.get(tag):
                yield line(name, tag, was.get(tag), now.get(tag), called)
    else:
        yield line(name, "", was, now, called)


def line(name: str, tag: str, old: object, new: object, called: Called) -> Line:
    """One line; where both sides are texts, the words that differ are marked."""

    def said(text: str) -> str:
        return called(tag or name, text)

    was, now = written(old, said), written(new, said)
    if was and now:
        return Line(name, tag, *marked(was, now))
    return Line(name, tag, ((was, False),) if was else None, ((now, False),) if now else None)


def written(value: object, said: Callable[[str], str]) -> str:
    """A value as text; nothing for what is not there."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "; ".join(f"{name}: {written(inner, said)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(written(item, said) for item in value)
    return said(str(value))


def marked(old: str, new: str) -> tuple[Pieces, Pieces]:
    """Both texts in pieces; the whole differs when they are long or share too little."""
    if max(len(old), len(new)) > LONGEST:
        return ((old, True),), ((new, True),)
    before, after = old.split(" "), new.split(" ")
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < 0.3:  # noqa: PLR2004 - below it marks are more noise than help
        return ((old, True),), ((new, True),)
    blocks = matcher.get_matching_blocks()
    return pieces(before, [(b.a, b.size) for b in blocks]), pieces(
        after, [(b.b, b.size) for b in blocks]
    )


def pieces(words: list[str], same: list[tuple[int, int]]) -> Pieces:
    """Words in pieces: those in the blocks are the same, those between them differ."""
    found: list[tuple[str, bool]] = []
    for (start, size), (following, _) in pairwise([(0, 0), *same, (len(words), 0)]):
        found.append((" ".join(words[start : start + size]), False))
        found.append((" ".join(words[start + size : following]), True))
    return tuple(piece for piece in found if piece[0])


def name_of(member: Member) -> Text:
    """What a member is called, by language; empty for what has no name."""
    for attribute in ("display", "label", "title", "message"):
        name = getattr(member, attribute, None)
        if name:
            return dict(name)
    return {}
