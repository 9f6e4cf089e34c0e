"""The README's tables, written from the code; `make readme` puts them in place."""

import re
import sys
from pathlib import Path

import click

from catalog.cli import command
from catalog.formats import FORMATS
from catalog.main import assemble
from catalog.settings import SETTINGS, from_env
from catalog.web.app import ROUTES
from catalog.web.problems import STATUS

README = Path(__file__).parents[2] / "README.md"


def commands() -> str:
    """Every command with the first sentence of its help."""
    group = command(assemble, from_env, {})
    rows = ["| command | does |", "|---|---|"]
    for name in sorted(group.commands):
        one = group.commands[name]
        usage = " ".join(one.collect_usage_pieces(click.Context(one, info_name=name)))
        usage = usage.replace("[OPTIONS] ", "").replace("[OPTIONS]", "").strip()
        rows.append(f"| `catalog {f'{name} {usage}'.strip()}` | {one.get_short_help_str(200)} |")
    return "\n".join(rows)


def settings() -> str:
    """Every setting with its default."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    rows += [f"| `{s.variable}` | {s.default} | {s.meaning} |" for s in SETTINGS]
    return "\n".join(rows)


def formats() -> str:
    """Every notation with what can be said in it."""
    rows = ["| suffix | media type | name | kinds |", "|---|---|---|---|"]
    for fmt in FORMATS:
        kinds = "all" if len(fmt.kinds) == 9 else ", ".join(sorted(fmt.kinds))
        rows.append(f"| `{fmt.suffix}` | `{fmt.media_type}` | {fmt.name} | {kinds} |")
    return "\n".join(rows)


def routes() -> str:
    """Every route with the first line of its docstring."""
    rows = ["| method | path | does |", "|---|---|---|"]
    found = []
    for route in ROUTES:
        told = (route.fn.__doc__ or "").strip().splitlines()[0]
        for path in route.paths:
            methods = ", ".join(sorted(str(m) for m in route.http_methods))
            found.append((re.sub(r":\w+}", "}", path), methods, told))
    rows += [f"| {methods} | `{path}` | {told} |" for path, methods, told in sorted(found)]
    return "\n".join(rows)


def problems() -> str:
    """Every refusal's slug with its status."""
    rows = ["| slug | status |", "|---|---|"]
    rows += [f"| `{slug}` | {status} |" for slug, status in sorted(STATUS.items())]
    return "\n".join(rows)


TABLES = {
    "commands": commands,
    "settings": settings,
    "formats": formats,
    "routes": routes,
    "problems": problems,
}


def with_tables(text: str) -> str:
    """The README with every marked table as the code has it."""
    for name, made in TABLES.items():
        mark = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        table = made()
        text = mark.sub(lambda found, table=table: f"{found[1]}{table}\n{found[2]}", text)
    return text


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write("README.md written\n")
