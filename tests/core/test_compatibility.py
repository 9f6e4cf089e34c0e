"""Modes, verdicts, and what becomes of codes."""

import pytest

from catalog.core.compatibility import (
    MODES,
    code_breaks,
    directions_of,
    is_transitive,
    mode_of,
    worst,
)
from catalog.core.errors import BadRequest
from catalog.core.lexicon_memory import MemoryLexicon
from catalog.core.model import CodeList, Concept


def lexicon(*members):
    return MemoryLexicon(CodeList(title={"vi": "Danh mục"}, members=members))


def concept(code, **others):
    return Concept(code=code, display={"vi": "Ho", "en": "Cough"}, **others)


def test_every_mode_is_read_and_no_other():
    assert [mode_of(mode) for mode in MODES] == list(MODES)
    assert directions_of("full") == ("backward", "forward")
    assert [is_transitive(mode) for mode in MODES] == [False] * 3 + [True] * 3
    with pytest.raises(BadRequest):
        mode_of("sideways")


def test_the_gravest_verdict_counts():
    assert worst([]) == "compatible"
    assert worst(["compatible", "unknown"]) == "unknown"
    assert worst(["incompatible", "unknown"]) == "incompatible"


def test_nothing_breaks_between_equal_lists_and_codes_never_carried_do_not_count():
    old = lexicon(concept("1"), concept("2", retired=True), concept("3", selectable=False))

    assert list(code_breaks(old, old, "backward", "1")) == []
    assert list(code_breaks(old, lexicon(concept("1")), "backward", "1")) == []


def test_a_code_with_a_slash_keeps_its_pointer_and_names_its_replacement():
    old, new = lexicon(concept("a/b")), lexicon(concept("a/b", retired=True, replaced_by=("c",)))

    [broken] = code_breaks(old, new, "backward", "1", "/MA")

    assert (broken.rule, broken.path, broken.example) == ("code-retired", "/MA/a~1b", "a/b")
    assert broken.message == {
        "vi": "Mã a/b (Ho) đã ngừng sử dụng; dùng c.",
        "en": "Code a/b (Cough) is retired; use c.",
    }
