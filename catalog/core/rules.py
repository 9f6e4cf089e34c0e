"""
House rules: what a body must be before it may be published; each breach is a finding.

Here is what holds for every kind. What holds inside code lists and inside record layouts is in
`rules_of_lists` and `rules_of_schemas`.
"""

import msgspec

from catalog.core.changes import header_fields
from catalog.core.errors import NotFound
from catalog.core.findings import Finding, Notebook
from catalog.core.library import Library
from catalog.core.model import (
    Body,
    CodeList,
    DataElement,
    Dataset,
    Document,
    Mapping,
    Organisation,
    Schema,
    ValueSet,
    key_of,
    kind_of,
    members_of,
)
from catalog.core.names import Key
from catalog.core.references import Reference, references
from catalog.core.release import Timeline
from catalog.core.rules_of_lists import check_code_list, check_mapping, check_value_set
from catalog.core.rules_of_schemas import check_element, check_schema
from catalog.core.rules_of_text import (
    check_address,
    check_days,
    check_name,
    check_texts,
    day_or_part,
)

LONGEST_KEY = 200


def check(
    body: Body, timeline: Timeline | None = None, library: Library | None = None
) -> tuple[Finding, ...]:
    """
    What is amiss in a body; nothing is changed and nothing is refused.

    With a timeline: also that the body is of its kind and does not refer to itself. With a
    library: that what it refers to was released. Of each rule the first thousand are told.
    Cost: linear in the members.
    """
    notes = Notebook()
    check_header(body, notes)
    check_members(body, notes)
    match body:
        case CodeList():
            check_code_list(body, notes)
        case ValueSet():
            check_value_set(body, notes)
        case Mapping():
            check_mapping(body, notes)
        case Schema():
            check_schema(body, notes)
        case _:
            check_single(body, notes)
    check_references(body, timeline, library, notes)
    return notes.findings()


def check_header(body: Body, notes: Notebook) -> None:
    """Title, custodian, legal basis, deprecation, and every text of the header."""
    if not body.title.get("vi", "").strip():
        notes.error(
            "title-missing", "title", "Thiếu tên tiếng Việt", "The Vietnamese title is missing"
        )
    check_name(body.title, "title", notes)
    if not isinstance(body, Document | Organisation):
        if not body.custodian:
            notes.warning(
                "custodian-missing",
                "custodian",
                "Chưa ghi cơ quan chịu trách nhiệm",
                "No organisation answers for it",
            )
        if not body.documents:
            notes.warning(
                "legal-basis-missing",
                "documents",
                "Chưa nêu văn bản pháp lý làm căn cứ",
                "No legal document is named that it rests on",
            )
    if body.deprecated and not body.replaced_by:
        notes.warning(
            "replacement-missing",
            "replaced_by",
            "Đã ngừng khuyến nghị dùng nhưng chưa nêu thứ thay thế",
            "It is deprecated, but nothing is named in its place",
        )
    if ":" in body.licence:
        check_address(body.licence, "licence", notes)
    header = {name: getattr(body, name) for name in header_fields(body)}
    check_texts(msgspec.to_builtins(header), "", notes)


def check_members(body: Body, notes: Notebook) -> None:
    """Member keys: there, once, short enough, and of letters that can be seen."""
    seen: set[str] = set()
    for place, member in enumerate(members_of(body), 1):
        key = key_of(member)
        if not key.strip() or key == "rule:":
            notes.error(
                "key-missing",
                f"#{place}",
                f"Mục thứ {place} không có mã",
                f"Member {place} has no key",
            )
        elif key in seen:
            notes.error(
                "key-twice",
                key,
                f"Mã {key} xuất hiện hơn một lần; giữ lại một mục",
                f"The key {key} stands twice; keep one",
                key,
            )
        if len(key) > LONGEST_KEY:
            notes.error(
                "key-too-long",
                key[:LONGEST_KEY],
                f"Mã dài hơn {LONGEST_KEY} ký tự",
                f"The key is longer than {LONGEST_KEY} characters",
            )
        seen.add(key)


def check_single(body: Body, notes: Notebook) -> None:
    """What holds for the kinds that are neither lists nor layouts."""
    match body:
        case DataElement():
            check_element(body, notes)
        case Document():
            if not body.number.strip():
                notes.error(
                    "number-missing",
                    "number",
                    "Văn bản không có số hiệu",
                    "The document has no number",
                )
            check_days("", notes, issued=body.issued)
            check_days("", notes, effective=body.effective, expires=body.expires)
            check_address(body.address, "address", notes)
        case Organisation():
            check_address(body.homepage, "homepage", notes)
        case Dataset():
            check_dataset(body, notes)


def check_dataset(body: Dataset, notes: Notebook) -> None:
    """The days a dataset covers and the forms in which it can be had."""
    start, end = body.temporal_start, body.temporal_end
    for name, text in (("temporal_start", start), ("temporal_end", end)):
        if text and not day_or_part(text):
            notes.error(
                "bad-day",
                name,
                f"“{text}” không phải năm, tháng hay ngày dạng 2024-07-01",
                f"“{text}” is no year, month or day like 2024-07-01",
                text,
            )
    if start and end and end < start:
        notes.error(
            "days-reversed",
            "temporal_end",
            "Kết thúc trước khi bắt đầu",
            "It ends before it starts",
        )
    for item in body.members:
        check_texts(msgspec.to_builtins(item), item.id, notes)
        check_name(item.title, f"{item.id}/title", notes)
        check_address(item.address, f"{item.id}/address", notes)


def check_references(
    body: Body, timeline: Timeline | None, library: Library | None, notes: Notebook
) -> None:
    """Every reference: a key, of the right kind, not to itself, and to something released."""
    own = timeline.key if timeline is not None else None
    if own is not None and own.kind != kind_of(body):
        notes.error(
            "wrong-kind",
            "kind",
            f"{own} không thể chứa nội dung loại {kind_of(body)}",
            f"{own} cannot hold a {kind_of(body)}",
        )
    known: dict[Key, Timeline | None] = {}
    for item in references(body):
        target = item.target
        if target is None:
            if item.strict:
                notes.error(
                    "bad-key",
                    item.path,
                    f"“{item.key}” không phải mã dạng loại/cơ-quan/tên",
                    f"“{item.key}” is no key of the form kind/namespace/slug",
                    item.key,
                )
            continue
        if target.kind not in item.kinds:
            allowed = ", ".join(sorted(item.kinds))
            notes.error(
                "wrong-kind",
                item.path,
                f"{target} ở đây phải thuộc loại: {allowed}",
                f"{target} must here be one of: {allowed}",
                item.key,
            )
        if target == own:
            notes.error(
                "self-reference",
                item.path,
                f"{target} tham chiếu đến chính nó",
                f"{target} refers to itself",
                item.key,
            )
        elif library is not None:
            check_released(item, target, known, library, notes)


def check_released(
    item: Reference,
    target: Key,
    known: dict[Key, Timeline | None],
    library: Library,
    notes: Notebook,
) -> None:
    """That what is referred to was released, in the version that is asked for."""
    if target not in known:
        try:
            known[target] = library.timeline(target)
        except NotFound:
            known[target] = None
    found = known[target]
    if found is not None and (not item.version or has_version(found, item.version)):
        return
    missing = f"{target}/{item.version}" if item.version else str(target)
    notes.note(
        "reference-missing",
        "error" if item.holds else "warning",
        item.path,
        {
            "vi": f"{missing} chưa được công bố; hãy công bố trước",
            "en": f"{missing} is not released; release it first",
        },
        item.key,
    )


def has_version(timeline: Timeline, version: str) -> bool:
    """Whether a timeline has a release of that label."""
    try:
        timeline.named(version)
    except NotFound:
        return False
    return True
