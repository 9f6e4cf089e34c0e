"""The settings: what an installation decides, read from the environment once and only here."""

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from catalog.core.errors import BadRequest

LOG_LEVELS = ("debug", "info", "warning", "error")
DATABASES = ("sqlite", "postgresql", "postgresql+psycopg", "postgres")
SHARED = Path(sys.prefix) / "share" / "health-metadata-registry"
"""Where a wheel lays what is shipped beside the package in a checkout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    What an installation decides; `SETTINGS` says what each means and how it is set.

    Passwords and keys are left out when the settings are printed.
    """

    data_dir: Path
    database_url: str = field(repr=False)
    base_uri: str
    base_url: str
    host: str
    port: int
    workers: int
    meili_url: str
    meili_key: str = field(repr=False)
    object_store: str
    sources: tuple[Path, ...]
    max_body_mb: int
    log_level: str


@dataclass(frozen=True, slots=True)
class SettingInfo:
    """
    One setting, as documented.

    Attributes:
        field: its name in `Settings`.
        variable: the environment variable.
        default: what holds when the variable is missing or empty, in words.
        meaning: what it decides.
    """

    field: str
    variable: str
    default: str
    meaning: str


SETTINGS: tuple[SettingInfo, ...] = (
    SettingInfo(
        "data_dir",
        "CATALOG_DATA_DIR",
        "./var",
        "folder of everything that is written: the SQLite register, built files, search index",
    ),
    SettingInfo(
        "database_url",
        "CATALOG_DATABASE_URL",
        "register.sqlite in the data folder",
        "the register: sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME",
    ),
    SettingInfo(
        "base_uri",
        "CATALOG_BASE_URI",
        "http://localhost:8000",
        "what identifiers begin with; the same on test machines and the public site",
    ),
    SettingInfo(
        "base_url",
        "CATALOG_BASE_URL",
        "http://localhost:PORT",
        "the public address that links and feeds point to",
    ),
    SettingInfo("host", "CATALOG_HOST", "127.0.0.1", "the address listened on"),
    SettingInfo("port", "CATALOG_PORT", "8000", "the port listened on, 1 to 65535"),
    SettingInfo("workers", "CATALOG_WORKERS", "1", "serving processes, 1 to 256"),
    SettingInfo(
        "meili_url",
        "CATALOG_MEILI_URL",
        "empty: the embedded index",
        "address of a Meilisearch server to search with",
    ),
    SettingInfo("meili_key", "CATALOG_MEILI_KEY", "empty", "key for that server"),
    SettingInfo(
        "object_store",
        "CATALOG_OBJECT_STORE",
        "empty: the data folder",
        "address of a bucket for built files, for example s3://BUCKET/PREFIX",
    ),
    SettingInfo(
        "sources",
        "CATALOG_SOURCES",
        "the shipped vocabularies and schemas",
        f"folders of source files to load, parted by {os.pathsep!r}",
    ),
    SettingInfo(
        "max_body_mb",
        "CATALOG_MAX_BODY_MB",
        "64",
        "largest request body in MiB, 1 to 4096",
    ),
    SettingInfo("log_level", "CATALOG_LOG_LEVEL", "info", f"one of {', '.join(LOG_LEVELS)}"),
)
"""Every setting, in the order of the README's table."""


def from_env(environment: Mapping[str, str]) -> Settings:
    """
    The settings that environment variables say; empty ones count as missing.

    Raises: BadRequest, naming the variable that cannot be understood.
    """

    def setting(variable: str, default: str, read: Callable[[str, str], Any]) -> Any:  # noqa: ANN401
        return read(variable, environment.get(variable, "").strip() or default)

    data_dir = setting("CATALOG_DATA_DIR", "var", folder)
    port = setting("CATALOG_PORT", "8000", whole_number(1, 65535))
    return Settings(
        data_dir=data_dir,
        database_url=setting(
            "CATALOG_DATABASE_URL", f"sqlite:///{data_dir / 'register.sqlite'}", database
        ),
        base_uri=setting("CATALOG_BASE_URI", "http://localhost:8000", address),
        base_url=setting("CATALOG_BASE_URL", f"http://localhost:{port}", address),
        host=setting("CATALOG_HOST", "127.0.0.1", word),
        port=port,
        workers=setting("CATALOG_WORKERS", "1", whole_number(1, 256)),
        meili_url=setting("CATALOG_MEILI_URL", "", address),
        meili_key=setting("CATALOG_MEILI_KEY", "", word),
        object_store=setting("CATALOG_OBJECT_STORE", "", word),
        sources=setting("CATALOG_SOURCES", "", folders),
        max_body_mb=setting("CATALOG_MAX_BODY_MB", "64", whole_number(1, 4096)),
        log_level=setting("CATALOG_LOG_LEVEL", "info", level),
    )


def shipped(name: str) -> Path:
    """
    Where a folder that comes with the program is: beside the package, else where a wheel laid it.

    An absolute path; it may not exist.
    """
    beside = Path(__file__).resolve().parent.parent / name
    return beside if beside.is_dir() else SHARED / name


def folder(variable: str, text: str) -> Path:
    """An absolute path; relative ones are taken from the current folder."""
    if "\0" in text:
        raise BadRequest(variable, "a path cannot hold a NUL")
    return Path(text).expanduser().absolute()


def folders(variable: str, text: str) -> tuple[Path, ...]:
    """Folders that exist; those shipped when none is named."""
    if not text:
        return (shipped("vocabularies"), shipped("schemas"))
    named = tuple(folder(variable, part) for part in text.split(os.pathsep) if part)
    for path in named:
        if not path.is_dir():
            raise BadRequest(variable, f"there is no folder {path}")
    return named


def whole_number(least: int, most: int) -> Callable[[str, str], int]:
    """Reads a whole number within bounds, both included."""

    def read(variable: str, text: str) -> int:
        if re.fullmatch(r"[0-9]{1,9}", text) and least <= int(text) <= most:
            return int(text)
        raise BadRequest(variable, f"{text!r} is not a whole number from {least} to {most}")

    return read


def word(variable: str, text: str) -> str:
    """A text without white space or control signs; may be empty."""
    if not text.isprintable() or " " in text:
        raise BadRequest(variable, "it holds white space or a control sign")
    return text


def level(variable: str, text: str) -> str:
    """One of the log levels, in any case."""
    if text.casefold() not in LOG_LEVELS:
        raise BadRequest(variable, f"{text!r} is not one of {', '.join(LOG_LEVELS)}")
    return text.casefold()


def address(variable: str, text: str) -> str:
    """An http or https address without query, fragment and trailing slash; may be empty."""
    if not text:
        return ""
    try:
        parts = urlsplit(word(variable, text))
        fits = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        fits = False
    if not fits or "?" in text or "#" in text:
        raise BadRequest(
            variable, f"{text!r} is not an http or https address without query and fragment"
        )
    return text.rstrip("/")


def database(variable: str, text: str) -> str:
    """The address of a SQLite file or a PostgreSQL database; it may hold a password."""
    scheme = text.partition("://")[0]
    if scheme not in DATABASES:
        known = "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
        raise BadRequest(variable, f"it does not begin like {known}")
    return text
