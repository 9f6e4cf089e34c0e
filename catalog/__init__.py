"""The health metadata registry: what was in force on a day, and the law behind it."""

__version__ = "0.1.0"
