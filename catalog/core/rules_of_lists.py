"""House rules for code lists, value sets and mappings."""

from collections.abc import Iterable
from collections.abc import Mapping as Names

import msgspec

from catalog.core.findings import Notebook
from catalog.core.model import CodeList, Concept, Mapping, Value, ValueSet
from catalog.core.rules_of_text import (
    LONGEST_NAME,
    check_days,
    check_name,
    check_texts,
    looks_clean,
)

ENCODER = msgspec.json.Encoder()

CIRCLES = 50
"""How many circles are named; naming one costs its length."""

NAMED = 12
"""How many codes of a circle are named."""

TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "code": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "codes": (list, tuple),
}
"""What a value of a declared type is in Python; exactly, so that true is no integer."""


def check_code_list(body: CodeList, notes: Notebook) -> None:
    """Concepts: names, hierarchy, aliases, successors, days, levels, properties; linear."""
    codes = {concept.code for concept in body.members}
    types = {item.name: item.type for item in body.property_types}
    if len(types) != len(body.property_types):
        notes.error(
            "property-twice",
            "property_types",
            "Một thuộc tính được khai báo hai lần",
            "A property is declared twice",
        )
    levels = frozenset(body.levels)
    for concept in body.members:
        check_concept(concept, notes)
        check_links(concept, codes, notes)
        if levels and concept.level and concept.level not in levels:
            notes.warning(
                "level-unknown",
                f"{concept.code}/level",
                f"Cấp “{concept.level}” không có trong danh mục cấp",
                f"The level “{concept.level}” is not one of the list's levels",
                concept.level,
            )
        if concept.properties:
            check_properties(concept, types, notes)
    check_aliases(body.members, codes, notes)
    check_circles(body.members, notes)


def check_concept(concept: Concept, notes: Notebook) -> None:
    """The words and days of one concept."""
    code, display = concept.code, concept.display
    # Most names are in order; the long way is only for those that are not.
    if "vi" not in display or not all(map(is_tidy, display.values())):
        check_name(display, f"{code}/display", notes)
    if code != code.strip():
        notes.warning(
            "outer-space",
            code,
            "Mã có khoảng trắng ở đầu hoặc cuối; mã được giữ nguyên như văn bản gốc",
            "The code starts or ends with a space; it is kept as issued",
            code,
        )
    if concept.valid_from or concept.valid_to:
        check_days(code, notes, valid_from=concept.valid_from, valid_to=concept.valid_to)
    written = ENCODER.encode(concept).decode()
    if not looks_clean(written) or not is_plain(concept):
        check_texts(msgspec.to_builtins(concept), code, notes)


def is_tidy(name: str) -> bool:
    """Whether a name is there, not endless, and without spaces around it."""
    return 0 < len(name) <= LONGEST_NAME and name == name.strip()


def is_plain(concept: Concept) -> bool:
    """Whether all its texts are in Vietnamese or English."""
    known = {"vi", "en"}
    return (
        concept.display.keys() <= known
        and concept.definition.keys() <= known
        and concept.note.keys() <= known
        and concept.synonyms.keys() <= known
    )


def check_links(concept: Concept, codes: set[str], notes: Notebook) -> None:
    """That parents and successors are concepts of the list, and others than itself."""
    for parent in concept.parents:
        if parent not in codes:
            notes.error(
                "parent-missing",
                f"{concept.code}/parents",
                f"Mã cha {parent} không có trong danh mục",
                f"The parent {parent} is not in the list",
                parent,
            )
    for successor in concept.replaced_by:
        if successor not in codes or successor == concept.code:
            notes.error(
                "replacement-missing",
                f"{concept.code}/replaced_by",
                f"Mã thay thế {successor} không phải một mã khác trong danh mục",
                f"The replacement {successor} is not another code of the list",
                successor,
            )


def check_properties(concept: Concept, types: Names[str, str], notes: Notebook) -> None:
    """That values are of properties that are declared, and of their types."""
    for name, value in concept.properties.items():
        declared = types.get(name)
        if declared is None:
            notes.error(
                "property-undeclared",
                f"{concept.code}/{name}",
                f"Thuộc tính {name} chưa được khai báo",
                f"The property {name} is not declared",
                name,
            )
        elif not is_of_type(value, declared):
            notes.error(
                "property-type",
                f"{concept.code}/{name}",
                f"Giá trị của {name} không thuộc kiểu {declared}",
                f"The value of {name} is not of type {declared}",
                value,
            )


def is_of_type(value: Value, declared: str) -> bool:
    """Whether a value is of a declared type."""
    if type(value) not in TYPES[declared]:
        return False
    return not isinstance(value, list | tuple) or all(isinstance(item, str) for item in value)


def check_aliases(concepts: Iterable[Concept], codes: set[str], notes: Notebook) -> None:
    """That another writing of a code means one code only."""
    owners: dict[str, str] = {}
    for concept in concepts:
        for alias in concept.aliases:
            owner = alias if alias in codes else owners.setdefault(alias, concept.code)
            if not alias.strip() or owner != concept.code:
                notes.error(
                    "alias-collides",
                    f"{concept.code}/aliases",
                    f"Cách viết khác “{alias}” trống hoặc trùng với mã {owner}",
                    f"The alias “{alias}” is blank or also means {owner}",
                    alias,
                )


def check_circles(concepts: Iterable[Concept], notes: Notebook) -> None:
    """That nobody is their own ancestor; each circle is named once, by the codes in it."""
    parents = {concept.code: concept.parents for concept in concepts if concept.parents}
    done: set[str] = set()
    for root, above in parents.items():
        path: dict[str, None] = {root: None}
        pending = [iter(above)] if root not in done else []
        while pending:
            parent = next(pending[-1], None)
            if parent is None:
                pending.pop()
                done.add(path.popitem()[0])
            elif parent in path:
                note_circle([*path], parent, notes)
                if notes.counts["broader-cycle", "error"] == CIRCLES:
                    return
            elif parent in parents and parent not in done:
                path[parent] = None
                pending.append(iter(parents[parent]))


def note_circle(path: list[str], closing: str, notes: Notebook) -> None:
    """Name a circle: the end of a path, from the code that closes it."""
    codes = path[path.index(closing) :]
    middle = codes if len(codes) <= NAMED else [*codes[: NAMED - 1], "…", codes[-1]]
    circle = " > ".join((*middle, closing))
    notes.error(
        "broader-cycle",
        f"{path[-1]}/parents",
        f"Quan hệ cha con chạy vòng: {circle}; hãy bỏ một liên kết",
        f"The parents run in a circle: {circle}; take one of these links out",
        circle,
    )


def check_value_set(body: ValueSet, notes: Notebook) -> None:
    """Rules that can select something."""
    if not any(rule.action == "include" for rule in body.members):
        notes.error(
            "selects-nothing",
            "members",
            "Tập giá trị không có quy tắc chọn nào",
            "No rule of the value set includes anything",
        )
    for rule in body.members:
        check_texts(msgspec.to_builtins(rule), rule.id, notes)
        if rule.op in {"code", "is-a"} and not rule.values:
            notes.error(
                "values-missing",
                f"{rule.id}/values",
                f"Quy tắc {rule.op} cần ít nhất một mã",
                f"A rule {rule.op} needs at least one code",
            )
        if rule.op == "property" and not (rule.property and rule.values):
            notes.error(
                "values-missing",
                f"{rule.id}/property",
                "Quy tắc theo thuộc tính cần tên thuộc tính và giá trị",
                "A rule by property needs the property and a value",
            )
        if rule.op == "all" and rule.values:
            notes.warning(
                "values-ignored",
                f"{rule.id}/values",
                "Quy tắc chọn tất cả nên các giá trị không có tác dụng",
                "The rule takes all, so its values have no effect",
            )


def check_mapping(body: Mapping, notes: Notebook) -> None:
    """Rows with a source, and with a target exactly when they say so."""
    none, some = set[str](), set[str]()
    for row in body.members:
        key = f"{row.source}>{row.target}"
        (some if row.target else none).add(row.source)
        if not row.source.strip():
            notes.error("source-missing", key, "Dòng không có mã nguồn", "The row has no source")
        if (row.relation == "none") == bool(row.target):
            notes.error(
                "target-unclear",
                key,
                "Có mã đích thì quan hệ không được là “none”, và ngược lại",
                "A row has a target, or the relation none; not both, not neither",
                row.target,
            )
        if not looks_clean(ENCODER.encode(row).decode()) or row.note:
            check_texts(msgspec.to_builtins(row), key, notes)
    for source in sorted(none & some):
        notes.error(
            "target-unclear",
            f"{source}>",
            f"Mã {source} vừa có mã tương ứng vừa ghi là không có",
            f"The source {source} has counterparts, and is said to have none",
            source,
        )
