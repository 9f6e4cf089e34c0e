"""The catalogue: DCAT in pages, and our published JSON-LD contexts."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from catalog.actions.parts import Parts
from catalog.core.errors import BadRequest, NotFound
from catalog.formats import jsonld
from catalog.formats.dcat import CATALOGUE_SYNTAXES, choose_syntax, write_catalogue
from catalog.web.problems import Asked

PAGE_SIZE = 100
ROUTES = []
