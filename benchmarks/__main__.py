"""Run the benchmarks named on the command line, or all; each prints its own table."""

import importlib
import sys

ALL = (
    "lexicon",
    "checking",
    "bundle",
    "search",
    "importing",
    "linked_data",
    "http",
    "large",
    "switching",
)


def main() -> None:
    """Run them one after the other."""
    for name in sys.argv[1:] or ALL:
        print(f"\n== {name}", flush=True)
        importlib.import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main()
