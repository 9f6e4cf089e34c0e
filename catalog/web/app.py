"""The application: all routes, how refusals are told, and what every answer carries."""

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Server, Tag
from litestar.routes import BaseRoute
from litestar.types import ControllerRouterHandler

from catalog import __version__
from catalog.actions.parts import Parts
from catalog.web import (
    catalogue,
    checking,
    checking_page,
    compatibility,
    pages,
    reports,
    resources,
    rest,
    service,
    terminology,
)
from catalog.web.answers import SAFETY
from catalog.web.conditional import conditional
from catalog.web.failures import handlers

ROUTES: list[ControllerRouterHandler] = [
    *terminology.ROUTES,
    *resources.ROUTES,
    *rest.ROUTES,
    *compatibility.ROUTES,
    *checking.ROUTES,
    *catalogue.ROUTES,
    *pages.ROUTES,
    *checking_page.ROUTES,
    *reports.ROUTES,
    *service.ROUTES,
]

TAGS = [
    Tag(name="code lists", description="Codes in force on a day, and their history"),
    Tag(name="mappings", description="Codes of one list said in another"),
    Tag(name="artefacts", description="What has a key and is versioned"),
    Tag(name="search", description="Finding by words, codes and names"),
    Tag(name="check", description="Records against what was in force on their own day"),
    Tag(name="resources", description="Persistent addresses in every notation"),
    Tag(name="changes", description="What happened, as a chain of hashes"),
    Tag(name="catalogue", description="DCAT and feeds"),
    Tag(name="service", description="How the service is"),
    Tag(name="pages", description="Pages for people"),
]


class Undocumented(Router):
    """Takes no routes: the framework would add pages of its own, with scripts from elsewhere."""

    def register(self, value: ControllerRouterHandler) -> list[BaseRoute]:  # noqa: ARG002
        """Leave a route out; ours tell the description at /openapi.json and /docs."""
        return []


def application(parts: Parts) -> Litestar:
    """The ASGI application over working parts."""
    app = Litestar(
        route_handlers=ROUTES,
        dependencies={"parts": Provide(lambda: parts, sync_to_thread=False, use_cache=True)},
        exception_handlers=handlers(parts),
        response_headers=SAFETY,
        openapi_config=OpenAPIConfig(
            title="Health metadata registry",
            version=__version__,
            openapi_router=Undocumented("/openapi", route_handlers=[]),
            use_handler_docstrings=True,
            servers=[Server(url=parts.settings.base_url)],
            tags=TAGS,
        ),
        state=State({"parts": parts}),
        request_max_body_size=parts.settings.max_body_mb * 1024 * 1024,
        logging_config=None,
    )
    app.asgi_handler = conditional(app.asgi_handler)
    return app
