"""Speaking to a terminal: the catalog command and its commands."""

from collections.abc import Callable, Mapping

import click

from catalog import __version__
from catalog.cli import asking, bundling, checking, keeping, reporting, serving
from catalog.cli.terminal import Assemble, RefusingGroup, Terminal, with_common_options
from catalog.settings import Settings


def command(
    assemble: Assemble,
    from_env: Callable[[Mapping[str, str]], Settings],
    environ: Mapping[str, str],
) -> click.Group:
    """The catalog command over parts that are put together when first needed."""

    @click.group(cls=RefusingGroup, context_settings={"help_option_names": ["-h", "--help"]})
    @click.option("--actor", default="system", show_default=True, help="In whose name to act.")
    @click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
    @click.version_option(__version__, prog_name="catalog")
    @click.pass_context
    def catalog(ctx: click.Context, actor: str, as_json: bool) -> None:  # noqa: FBT001 - click
        """The health metadata registry: what was in force on a day, and the law behind it."""
        ctx.obj = Terminal(assemble, from_env(environ), actor, as_json)

    for each in (
        serving.serve,
        *keeping.COMMANDS,
        *asking.COMMANDS,
        *checking.COMMANDS,
        *reporting.COMMANDS,
        *bundling.COMMANDS,
    ):
        catalog.add_command(with_common_options(each))
    return catalog
