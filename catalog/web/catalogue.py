"""The catalogue: DCAT in pages, and our published JSON-LD contexts."""

from functools import partial
from pathlib import Path

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from catalog.actions.parts import Parts
from catalog.core.errors import BadRequest, CannotSay, NotFound
from catalog.formats import jsonld
from catalog.formats.dcat import SYNTAXES, write_catalogue
from catalog.web.problems import Asked
