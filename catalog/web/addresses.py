"""Reading an address under /id/: which thing, which release, which notation."""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from catalog.core.errors import NotFound
from catalog.core.names import Key
from catalog.formats import FORMATS

PROMISED = (".html", ".xsd", ".shacl.ttl", ".csvw.json", ".fhir.json")
"""Suffixes that are known besides those of the formats; what cannot be said is 406, not 404."""

SUFFIXES = tuple(sorted({*PROMISED, *(f.suffix for f in FORMATS)}, key=len, reverse=True))
"""Every suffix, the longest first, so that .schema.json is not taken for .json."""

RESERVED = frozenset({"code", "field"})
"""Words that no version label may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """
    What an address under /id/ names.

    Attributes:
        version: empty for the thing itself, whatever is in force.
        code, field: the member, when one is named.
        suffix: the notation asked for by suffix; empty when left to the Accept header.
    """

    key: Key
    version: str = ""
    code: str = ""
    field: str = ""
    suffix: str = ""

    def path(self, version: str) -> str:
        """The path of the same thing in one release."""
        tail = f"/code/{quote(self.code, safe='')}" if self.code else ""
        tail = f"/field/{quote(self.field, safe='')}" if self.field else tail
        return f"/id/{self.key}/{version}{tail}{self.suffix}"


@lru_cache(maxsize=8192)
def read_address(path: str) -> Address:
    """
    The address that the path behind /id/ is.

    Raises: BadKey; NotFound, for a path of another shape.
    """
    parts = path.strip("/").split("/")
    if len(parts) < 3:  # noqa: PLR2004 - kind, namespace, slug
        raise NotFound(f"/id/{path.strip('/')[:120]}")
    kind, ns, slug = parts[:3]
    match parts[3:]:
        case []:
            slug, suffix = split_suffix(slug)
            return Address(key=Key.parse(f"{kind}/{ns}/{slug}"), suffix=suffix)
        case [word, *rest] if word in RESERVED and rest:
            return member(Key.parse(f"{kind}/{ns}/{slug}"), "", word, "/".join(rest))
        case [version]:
            version, suffix = split_suffix(version)
            return Address(key=Key.parse(f"{kind}/{ns}/{slug}"), version=version, suffix=suffix)
        case [version, word, *rest] if word in RESERVED and rest:
            return member(Key.parse(f"{kind}/{ns}/{slug}"), version, word, "/".join(rest))
    raise NotFound(f"/id/{path.strip('/')[:120]}")


def member(key: Key, version: str, word: str, name: str) -> Address:
    """The address of a member; its suffix is only ever one of ours."""
    name, suffix = split_suffix(name)
    if word == "code":
        return Address(key=key, version=version, code=name, suffix=suffix)
    return Address(key=key, version=version, field=name, suffix=suffix)


def split_suffix(text: str) -> tuple[str, str]:
    """A last part and its suffix: `claim-xml1.schema.json` is `claim-xml1` and `.schema.json`."""
    for suffix in SUFFIXES:
        if text.endswith(suffix) and len(text) > len(suffix):
            return text.removesuffix(suffix), suffix
    return text, ""
