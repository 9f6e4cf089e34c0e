"""How it is said outside: one file per outside standard, writing and reading."""

from catalog.formats import json_schema
from catalog.formats.format import Format
from catalog.formats.linked_data import LINKED_DATA

FORMATS: tuple[Format, ...] = (
    *LINKED_DATA,
    json_schema.FORMAT,
)
"""Every format; of those equally welcome to a request, the first is taken."""
