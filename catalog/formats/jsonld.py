"""
JSON-LD: our published contexts, and a writer of nodes that speaks through them.

A context is a file beside this module; `{base}` in it stands for the address of the registry.
The writer reads its terms out of the same file, so the two cannot disagree. Nothing here reads
from a network.
Source: https://www.w3.org/TR/json-ld11/
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import msgspec

from catalog.core.errors import BadFile, NotFound
from catalog.formats.rdf import TYPE, Link, Node, Row, Term, Typed, Words, safe_iri

REGISTRY = "registry"
CONTEXTS = (REGISTRY,)
"""The names of the published contexts, each served at {base}/contexts/{name}.jsonld."""


@dataclass(frozen=True, slots=True)
class Named:
    """
    How a context calls a predicate.

    Attributes:
        name: the short name.
        coerced: the data type (or @id) that values have without saying so.
        by_language, in_list, in_set: how several values are held.
    """

    name: str
    coerced: str = ""
    by_language: bool = False
    in_list: bool = False
    in_set: bool = False


def context_address(base: str, name: str = REGISTRY) -> str:
    """Where a context is published."""
    return f"{base}/contexts/{name}.jsonld"


def context(base: str, name: str = REGISTRY) -> bytes:
    """
    A published context, with the addresses of the registry at `base`.

    Raises: NotFound, when there is no context of that name.
    """
    if name not in CONTEXTS:
        raise NotFound(f"contexts/{name}.jsonld")
    text = files("catalog.formats").joinpath("contexts", f"{name}.jsonld").read_text("utf-8")
    return text.replace("{base}", json.dumps(base, ensure_ascii=False)[1:-1]).encode()


@lru_cache(maxsize=8)
def terms_of(base: str) -> tuple[dict[tuple[str, str], Named], dict[str, str], dict[str, str]]:
    """
    What the context says, to be written by.

    Shape: (predicate, coerced type) to name; class to name; namespace to prefix.
    """
    said: dict[str, Any] = json.loads(context(base))["@context"]
    prefixes = {n: v for n, v in said.items() if isinstance(v, str) and v[-1:] in "/#"}

    def full(short: str) -> str:
        prefix, mark, rest = short.partition(":")
        return prefixes[prefix] + rest if mark and prefix in prefixes else short

    names: dict[tuple[str, str], Named] = {}
    classes: dict[str, str] = {}
    for name, value in said.items():
        if name in prefixes or name.startswith("@") or value in ("@id", "@type"):
            continue
        if isinstance(value, str):
            classes[full(value)] = name
            value = {"@id": value}  # noqa: PLW2901 - the short form of the same
        held = value.get("@container", [])
        coerced = full(value.get("@type", ""))
        names[full(value["@id"]), coerced] = Named(
            name, coerced, "@language" in held, "@list" in held, "@set" in held
        )
    return names, classes, {space: prefix for prefix, space in prefixes.items()}


class JsonLd:
    """Writes nodes as JSON objects in the words of the context, `extra` being further prefixes."""

    def __init__(self, base: str, extra: Mapping[str, str]) -> None:
        names, self.classes, spaces = terms_of(base)
        self.spaces = {**spaces, **{space: prefix for prefix, space in extra.items()}}
        self.context: list[object] = [context_address(base)]
        own = {prefix: space for prefix, space in extra.items() if space not in spaces}
        if own:
            self.context.append(own)
        self.names: dict[str, list[Named]] = {}
        for (predicate, _), named in names.items():
            self.names.setdefault(predicate, []).append(named)
        self.known: dict[tuple[str, str], Named] = {}

    def short(self, iri: str) -> str:
        """An address as a key, with a prefix where there is one."""
        iri = safe_iri(iri)
        cut = max(iri.rfind("/"), iri.rfind("#")) + 1
        prefix = self.spaces.get(iri[:cut])
        return f"{prefix}:{iri[cut:]}" if prefix and iri[cut:] else iri

    def named(self, predicate: str, term: Term) -> Named:
        """The name under which a value of a predicate is put."""
        wanted = kind_of_value(term)
        found = self.known.get((predicate, wanted))
        if found is None:
            choices = self.names.get(predicate, [])
            exact = [named for named in choices if named.coerced == wanted]
            plain = [named for named in choices if not named.coerced]
            rest = [named for named in choices if named.coerced == "@id"]
            best = [*exact, *plain, *rest]
            found = best[0] if best else Named(self.short(predicate))
            self.known[predicate, wanted] = found
        return found

    def value(self, term: Term, coerced: str) -> Any:  # noqa: ANN401 - any JSON value
        """A value as the name under which it is put lets it be written."""
        match term:
            case Link():
                iri = str(safe_iri(term))
                return iri if coerced == "@id" else {"id": iri}
            case Words():
                return {"@value": term.text, "@language": term.language}
            case Typed():
                if coerced == term.datatype:
                    return term.text
                return {"@value": term.text, "@type": self.short(term.datatype)}
            case str() | bool() | int():
                return {"@value": term} if coerced else term
            case Row():
                return {"@list": [self.value(inner, coerced) for inner in term.terms]}
            case Node():
                return self.object(term)

    def object(self, node: Node) -> dict[str, Any]:
        """A node as a JSON object."""
        said: dict[str, Any] = {"id": str(safe_iri(node.subject))} if node.subject else {}
        for predicate, term in node.facts:
            if predicate == TYPE and isinstance(term, Link):
                put(said, "type", self.classes.get(term) or self.short(term))
                continue
            named = self.named(predicate, term)
            if named.by_language:
                self.put_words(said, named, term)
            elif named.in_list and isinstance(term, Row):
                said[named.name] = [self.value(inner, named.coerced) for inner in term.terms]
            elif named.in_set:
                said.setdefault(named.name, []).append(self.value(term, named.coerced))
            else:
                put(said, named.name, self.value(term, named.coerced))
        return said

    def put_words(self, said: dict[str, Any], named: Named, term: Term) -> None:
        """Put a text under its language; what is in none is under @none."""
        language = term.language if isinstance(term, Words) else "@none"
        text = term.text if isinstance(term, Words) else self.value(term, "")
        held = said.setdefault(named.name, {})
        if named.in_set:
            held.setdefault(language, []).append(text)
        else:
            put(held, language, text)


def kind_of_value(term: Term) -> str:
    """The type by which a context may coerce a value: @id, a data type, or nothing."""
    match term:
        case Link() | Node():
            return "@id"
        case Typed():
            return term.datatype
        case Row():
            return kind_of_value(term.terms[0]) if term.terms else "@id"
        case _:
            return ""


def put(held: dict[str, Any], name: str, value: object) -> None:
    """Put a value under a name; the second makes a list of both."""
    before = held.get(name)
    if before is None:
        held[name] = value
    elif isinstance(before, list):
        before.append(value)
    else:
        held[name] = [before, value]


def json_ld(nodes: Iterable[Node], base: str, extra: Mapping[str, str]) -> Iterator[str]:
    """Nodes as JSON-LD, piece by piece; a single node stands alone, several in a graph."""
    writer = JsonLd(base, extra)
    said = (written(writer.object(node)) for node in nodes if node.facts)
    opening = f'{{\n  "@context": {json.dumps(writer.context, ensure_ascii=False)}'
    first, second = next(said, None), next(said, None)
    if first is None:
        yield f'{opening},\n  "@graph": []\n}}\n'
    elif second is None:
        yield f"{opening},{first[1:]}\n"
    else:
        yield f'{opening},\n  "@graph": [\n{first},\n{second}'
        for text in said:
            yield f",\n{text}"
        yield "\n]}\n"


ENCODER = msgspec.json.Encoder()


def written(value: object) -> str:
    """A JSON object over several lines."""
    return msgspec.json.format(ENCODER.encode(value), indent=2).decode()


def load_offline(base: str, data: bytes, name: str = "the file") -> bytes:
    """
    The document with our contexts put in where it names their address.

    Raises: BadFile, when it is no JSON or names another context: nothing is fetched.
    """
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadFile(name, f"not JSON: {error}") from None
    if isinstance(document, dict) and "@context" in document:
        document["@context"] = offline(base, document["@context"], name)
    return json.dumps(document, ensure_ascii=False).encode()


def offline(base: str, said: object, name: str) -> object:
    """
    A context in which no address is left to be fetched.

    Raises: BadFile, for an address that is not one of ours.
    """
    if isinstance(said, list):
        return [offline(base, one, name) for one in said]
    if not isinstance(said, str):
        return said
    for known in CONTEXTS:
        if said == context_address(base, known):
            return json.loads(context(base, known))["@context"]
    raise BadFile(name, f"names the context {said[:200]!r}, which is not ours; nothing is fetched")
