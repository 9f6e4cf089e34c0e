"""Settings: what the environment says, and refusals that name the variable."""

from dataclasses import fields
from pathlib import Path

import pytest

from catalog.core.errors import BadRequest
from catalog.settings import SETTINGS, SHARED, Settings, from_env, shipped

REPOSITORY = Path(__file__).resolve().parents[2]


def test_an_empty_environment_gives_the_documented_defaults(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = from_env({})

    assert settings == Settings(
        data_dir=tmp_path / "var",
        database_url=f"sqlite:///{tmp_path}/var/register.sqlite",
        base_uri="http://localhost:8000",
        base_url="http://localhost:8000",
        host="127.0.0.1",
        port=8000,
        workers=1,
        meili_url="",
        meili_key="",
        object_store="",
        sources=(REPOSITORY / "vocabularies", REPOSITORY / "schemas")
        if (REPOSITORY / "vocabularies").is_dir() and (REPOSITORY / "schemas").is_dir()
        else settings.sources,
        max_body_mb=64,
        log_level="info",
    )


def test_every_field_is_documented_once_and_in_order():
    assert [info.field for info in SETTINGS] == [field.name for field in fields(Settings)]
    assert len({info.variable for info in SETTINGS}) == len(SETTINGS)


@pytest.mark.parametrize("info", SETTINGS, ids=lambda info: info.variable)
def test_every_documented_variable_is_read(info, tmp_path):
    values = {
        "data_dir": (f"{tmp_path}/x", tmp_path / "x"),
        "database_url": ("postgresql://ann@db/register", "postgresql://ann@db/register"),
        "base_uri": ("https://data.example.org/", "https://data.example.org"),
        "base_url": ("https://www.example.org/a//", "https://www.example.org/a"),
        "host": ("0.0.0.0", "0.0.0.0"),  # noqa: S104 - only read, never listened on
        "port": ("8123", 8123),
        "workers": ("4", 4),
        "meili_url": ("http://search:7700", "http://search:7700"),
        "meili_key": ("secret", "secret"),
        "object_store": ("s3://bucket/prefix", "s3://bucket/prefix"),
        "sources": (f"{tmp_path}:{tmp_path}", (tmp_path, tmp_path)),
        "max_body_mb": ("7", 7),
        "log_level": ("DEBUG", "debug"),
    }
    text, expected = values[info.field]

    assert getattr(from_env({info.variable: text}), info.field) == expected
    assert getattr(from_env({info.variable: " "}), info.field) == getattr(from_env({}), info.field)


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("CATALOG_PORT", "0"),
        ("CATALOG_PORT", "65536"),
        ("CATALOG_PORT", "-1"),
        ("CATALOG_PORT", "80.0"),
        ("CATALOG_PORT", "８０００"),
        ("CATALOG_PORT", "9" * 5000),
        ("CATALOG_WORKERS", "0"),
        ("CATALOG_WORKERS", "many"),
        ("CATALOG_MAX_BODY_MB", "0"),
        ("CATALOG_BASE_URI", "data.example.org"),
        ("CATALOG_BASE_URI", "ftp://data.example.org"),
        ("CATALOG_BASE_URI", "https://data.example.org/?a=b"),
        ("CATALOG_BASE_URI", "https://data.example.org/#"),
        ("CATALOG_BASE_URI", "https://[::1"),
        ("CATALOG_BASE_URI", "https://data.example.org:port"),
        ("CATALOG_BASE_URL", "http://"),
        ("CATALOG_BASE_URL", "http://a b"),
        ("CATALOG_MEILI_URL", "search:7700"),
        ("CATALOG_MEILI_KEY", "a\nb"),
        ("CATALOG_HOST", "a b"),
        ("CATALOG_DATABASE_URL", "mysql://ann:secret@db/register"),
        ("CATALOG_DATABASE_URL", "register.sqlite"),
        ("CATALOG_SOURCES", "/no/such/folder"),
        ("CATALOG_DATA_DIR", "a\0b"),
        ("CATALOG_LOG_LEVEL", "loud"),
    ],
)
def test_a_bad_value_is_refused_by_the_name_of_its_variable(variable, text):
    with pytest.raises(BadRequest) as refused:
        from_env({variable: text})

    assert refused.value.part == variable
    assert "secret" not in str(refused.value)


def test_passwords_and_keys_are_not_printed():
    settings = from_env(
        {"CATALOG_DATABASE_URL": "postgresql://ann:secret@db/r", "CATALOG_MEILI_KEY": "secret"}
    )

    assert "secret" not in repr(settings)


def test_the_address_follows_the_port_but_identifiers_do_not():
    settings = from_env({"CATALOG_PORT": "9000"})

    assert (settings.base_url, settings.base_uri) == (
        "http://localhost:9000",
        "http://localhost:8000",
    )


def test_what_is_shipped_is_found_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert shipped("migrations") == REPOSITORY / "migrations"
    assert shipped("no-such-folder") == SHARED / "no-such-folder"


def test_only_the_settings_and_the_door_touch_the_environment():
    readers = {
        path.relative_to(REPOSITORY).as_posix()
        for path in (REPOSITORY / "catalog").rglob("*.py")
        if "os.environ" in path.read_text("utf-8") or "getenv" in path.read_text("utf-8")
    }

    # serving hands the port on to its worker processes; it reads nothing
    assert readers <= {"catalog/main.py", "catalog/cli/serving.py"}
