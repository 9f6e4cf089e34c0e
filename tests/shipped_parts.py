"""Working parts over everything shipped, without a database: for tests of the outer ring."""

from dataclasses import replace
from pathlib import Path

from catalog.actions.parts import Parts
from tests.content.shipped import library
from tests.registry import parts_in


class Read:
    """Reads from a library in memory."""

    def __init__(self) -> None:
        self.only = library()
        self.only.memory = {}

    def library(self):
        return self.only


def shipped_parts(folder: Path) -> Parts:
    """The parts; what is not reading stays as it is for an empty registry."""
    return replace(parts_in(folder), reading=Read())
