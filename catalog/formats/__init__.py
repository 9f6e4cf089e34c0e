"""How it is said outside: one file per outside standard, writing and reading."""

from catalog.formats import json_schema, native, release_file, spreadsheet, tabular, xsd
from catalog.formats.format import Format
from catalog.formats.linked_data import LINKED_DATA

FORMATS: tuple[Format, ...] = (
    native.FORMAT,
    *LINKED_DATA,
    tabular.CSV,
    tabular.CODES,
    spreadsheet.FORMAT,
    json_schema.FORMAT,
    xsd.FORMAT,
    release_file.FORMAT,
)
"""Every format; of those equally welcome to a request, the first is taken."""
