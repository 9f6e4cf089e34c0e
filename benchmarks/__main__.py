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
    "claims",
    "compatibility",
    "http",
    "large",
    "switching",
)


def main() -> None:
    """Run them one after the other."""
    wanted = sys.argv[1:] or ALL
    del sys.argv[1:]  # some read options of their own when run alone
    for name in wanted:
        print(f"\n== {name}", flush=True)
        importlib.import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main()
