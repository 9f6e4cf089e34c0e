"""Names: kinds, keys, and the addresses minted from them."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self
from urllib.parse import quote

from catalog.core.errors import BadKey

SLUG = re.compile(r"[a-z0-9]+(?:-{1,2}[a-z0-9]+)*")
LONGEST = 200
"""How many letters a key has at the most; it stands in addresses and file names."""

VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Kind(StrEnum):
    """The nine kinds of artefact."""

    ORGANISATION = "organisation"
    DOCUMENT = "document"
    DATA_GROUP = "data-group"
    DATA_ELEMENT = "data-element"
    CODE_LIST = "code-list"
    VALUE_SET = "value-set"
    MAPPING = "mapping"
    SCHEMA = "schema"
    DATASET = "dataset"


KINDS = frozenset(kind.value for kind in Kind)


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """
    What is unique: kind, namespace (the custodian's slug) and slug.

    >>> str(Key.parse("code-list/byt/icd-10"))
    'code-list/byt/icd-10'
    """

    kind: Kind
    ns: str
    slug: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read kind/ns/slug.

        Raises: BadKey, when a part is missing or not a slug.
        """
        if len(text) > LONGEST:
            raise BadKey(text[:LONGEST])
        parts = text.split("/")
        if len(parts) != 3:  # noqa: PLR2004 - kind, namespace, slug
            raise BadKey(text)
        kind, ns, slug = parts
        if kind not in KINDS or not SLUG.fullmatch(ns) or not SLUG.fullmatch(slug):
            raise BadKey(text)
        return cls(Kind(kind), ns, slug)

    def __str__(self) -> str:
        return f"{self.kind}/{self.ns}/{self.slug}"


@dataclass(frozen=True, slots=True)
class Space:
    """
    The space of persistent addresses under one base.

    Attributes:
        base: without a trailing slash, e.g. https://data.example.vn
    """

    base: str

    def artefact(self, key: Key) -> str:
        """The address of the thing itself, whatever is in force."""
        return f"{self.base}/id/{key}"

    def release(self, key: Key, version: str) -> str:
        """The address of one release; what it says never changes."""
        return f"{self.base}/id/{key}/{version}"

    def concept(self, key: Key, code: str) -> str:
        """The address of a concept of a code list, whatever is in force."""
        return f"{self.base}/id/{key}/code/{quote(code, safe='')}"

    def concept_release(self, key: Key, version: str, code: str) -> str:
        """The address of a concept as one release has it."""
        return f"{self.base}/id/{key}/{version}/code/{quote(code, safe='')}"

    def field(self, key: Key, name: str) -> str:
        """The address of a field of a schema."""
        return f"{self.base}/id/{key}/field/{quote(name, safe='')}"

    def blob(self, digest: str) -> str:
        """The address of canonical bytes by their digest."""
        return f"{self.base}/blob/sha256/{digest}"
