"""The rows of a claim table: elements into names and texts."""

from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from catalog.core.model import Schema
from catalog.formats import claims_messages as messages
from catalog.formats.claims_xml import Element, Trouble, local


@dataclass(slots=True)
class Row:
    """
    One row as texts.

    Attributes:
        values: texts by field; a known field without a value is left out.
        troubles: what is wrong with the elements of the row.
    """

    values: dict[str, str] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)


def misplaced(root: Element, schema: Schema) -> Trouble | None:
    """What is wrong with the outer elements of a table; None when they are as they should be."""
    found = local(root.tag)
    if found != schema.root_element:
        said = messages.wrong_element(found, schema.root_element)
        return Trouble("wrong-element", said, path=f"/{found[:60]}")
    if not schema.list_element:
        return None
    for inner in root:
        if local(inner.tag) != schema.list_element:
            said = messages.wrong_element(local(inner.tag), schema.list_element)
            return Trouble("wrong-element", said, path=f"/{local(inner.tag)[:60]}")
        for row in inner:
            if local(row.tag) != schema.row_element:
                said = messages.wrong_element(local(row.tag), schema.row_element)
                return Trouble("wrong-element", said, path=f"/{local(row.tag)[:60]}")
    return None


def elements_of(root: Element, schema: Schema) -> Iterator[Element]:
    """The elements of the rows; a table of one row that says nothing has none."""
    if schema.list_element:
        for inner in root:
            yield from inner
    elif len(root) and any(len(child) or (child.text or "").strip() for child in root):
        yield root


def row_of(element: Element, known: Container[str]) -> Row:
    """A row's texts; names that are not known are kept even when they have no value."""
    row = Row()
    values = row.values
    for child in element:
        name = child.tag
        if name[0] == "{":
            name = local(name)
        text = child.text
        if not text or text.isspace():
            if len(child):
                said = messages.nested_element(name, local(child[0].tag))
                row.troubles.append(Trouble("wrong-element", said, path=f"/{name[:60]}"))
                continue
            if name in known:
                continue
            text = ""
        elif len(child):
            said = messages.nested_element(name, local(child[0].tag))
            row.troubles.append(Trouble("wrong-element", said, path=f"/{name[:60]}"))
        if name in values:
            said = messages.repeated_element(name)
            row.troubles.append(Trouble("malformed", said, path=f"/{name[:60]}"))
            continue
        values[name] = text
    return row
