"""python -m catalog is the catalog command."""

from catalog.main import run

if __name__ == "__main__":
    run()
