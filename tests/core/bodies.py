"""Bodies of every kind, made up at random; and small ones made up by hand."""

from hypothesis import strategies as st

from catalog.core.model import (
    Binding,
    CodeList,
    Concept,
    DataElement,
    DataGroup,
    Dataset,
    Distribution,
    Document,
    DocumentRelation,
    Field,
    Mapping,
    Match,
    Organisation,
    PropertyType,
    Rule,
    Schema,
    Selection,
    ValueSet,
)

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạấớửỹNGUYỄN 0123456789"
SIGNS = '-–.,"\\/\n\t<≥+()🙂\x01\ufb01\u0301'

words = st.text(st.sampled_from(LETTERS + SIGNS), max_size=8)
keys = st.text(st.sampled_from("ABab01.- đ>:"), min_size=1, max_size=3)
texts = st.dictionaries(st.sampled_from(["vi", "en", "fr"]), words, max_size=2)
codes = st.lists(keys, max_size=2).map(tuple)
values = st.one_of(words, st.integers(-3, 3), st.booleans(), st.lists(words, max_size=2))
properties = st.dictionaries(st.sampled_from(["a", "b", "đ"]), values, max_size=2)
languages = st.dictionaries(
    st.sampled_from(["vi", "en"]), st.lists(words, max_size=2).map(tuple), max_size=2
)


def concepts_of(code):
    return st.builds(
        Concept,
        code=st.just(code),
        display=texts,
        definition=texts,
        synonyms=languages,
        aliases=codes,
        parents=codes,
        level=st.sampled_from(["", "chapter"]),
        selectable=st.booleans(),
        retired=st.booleans(),
        replaced_by=codes,
        valid_from=st.sampled_from(["", "2024-01-01"]),
        properties=properties,
    )


def selections_of(key):
    return st.builds(
        Selection,
        id=st.just(key),
        action=st.sampled_from(["include", "exclude"]),
        list=st.just("code-list/byt/icd-10"),
        op=st.sampled_from(["all", "code", "is-a"]),
        values=codes,
    )


def fields_of(key):
    return st.one_of(
        st.builds(
            Field,
            name=st.just(key),
            label=texts,
            type=st.sampled_from(["string", "integer", "decimal", "boolean"]),
            max_length=st.integers(0, 3),
            required=st.sampled_from(["yes", "no", "conditional"]),
            format=st.sampled_from(["", "yyyymmdd", "birth"]),
            separator=st.sampled_from(["", ";"]),
            binding=st.one_of(
                st.none(),
                st.builds(
                    Binding,
                    list=st.sampled_from(["code-list/byt/a", "code-list/byt/b"]),
                    strength=st.sampled_from(["required", "preferred", "example"]),
                ),
            ),
            source=words,
        ),
        st.builds(
            Rule,
            id=st.just(key),
            fields=codes,
            when=words,
            must=words,
            severity=st.sampled_from(["error", "warning"]),
            message=texts,
        ),
    )


def matches_of(key):
    return st.builds(
        Match,
        source=st.just(key),
        target=st.sampled_from(["", "X"]),
        relation=st.sampled_from(["exact", "none", "broader"]),
        note=texts,
        properties=properties,
    )


def distributions_of(key):
    return st.builds(
        Distribution,
        id=st.just(key),
        title=texts,
        media_type=words,
        address=words,
        description=texts,
    )


def members_of(one):
    unique = st.lists(keys, max_size=6, unique=True)
    return unique.flatmap(lambda found: st.tuples(*(one(key) for key in found)))


def headers():
    return {
        "title": texts,
        "description": texts,
        "keywords": codes,
        "licence_class": st.sampled_from(["open", "restricted"]),
        "completeness": st.sampled_from(["unknown", "partial"]),
        "deprecated": st.booleans(),
    }


relations = st.lists(
    st.builds(DocumentRelation, relation=st.just("amends"), target=keys, note=words), max_size=2
).map(tuple)

bodies = {
    "code-list": st.builds(
        CodeList,
        **headers(),
        property_types=st.lists(
            st.builds(
                PropertyType,
                name=st.sampled_from("ab"),
                type=st.sampled_from(["text", "integer"]),
                label=texts,
            ),
            max_size=2,
        ).map(tuple),
        levels=codes,
        members=members_of(concepts_of),
    ),
    "value-set": st.builds(ValueSet, **headers(), members=members_of(selections_of)),
    "mapping": st.builds(
        Mapping,
        **headers(),
        source_list=keys,
        target_list=keys,
        members=members_of(matches_of),
    ),
    "schema": st.builds(
        Schema, **headers(), date_field=words, closed=st.booleans(), members=members_of(fields_of)
    ),
    "data-element": st.builds(
        DataElement, **headers(), definition=texts, language=words, mappings=texts
    ),
    "data-group": st.builds(DataGroup, **headers(), number=words),
    "document": st.builds(Document, **headers(), number=words, note=texts, relations=relations),
    "organisation": st.builds(Organisation, **headers(), role=words),
    "dataset": st.builds(
        Dataset,
        **headers(),
        access=st.sampled_from(["open", "shared", "restricted"]),
        members=members_of(distributions_of),
    ),
}
"""Strategies for bodies, by kind."""

any_body = st.one_of(*bodies.values())
pairs = st.one_of(*(st.tuples(body, body) for body in bodies.values()))
triples = st.one_of(*(st.tuples(body, body, body) for body in bodies.values()))

SEX = CodeList(
    title={"vi": "Giới tính", "en": "Sex"},
    custodian="organisation/byt/bo-y-te",
    documents=("document/byt/4750-qd-byt-2023",),
    members=(
        Concept(code="1", display={"vi": "Nam", "en": "Male"}),
        Concept(code="2", display={"vi": "Nữ", "en": "Female"}),
    ),
)
"""A list of two codes, in order."""

VISIT = Schema(
    title={"vi": "Lượt khám"},
    custodian="organisation/byt/bo-y-te",
    documents=("document/byt/4750-qd-byt-2023",),
    date_field="NGAY_VAO",
    members=(
        Field(name="NGAY_VAO", label={"vi": "Ngày vào"}, format="yyyymmdd", required="yes"),
        Field(
            name="GIOI_TINH",
            label={"vi": "Giới tính"},
            max_length=1,
            binding=Binding(list="code-list/byt/gioi-tinh"),
        ),
        Rule(
            id="ngay",
            fields=("NGAY_VAO",),
            must="NGAY_VAO != null",
            message={"vi": "Phải có ngày vào"},
        ),
    ),
)
"""A record layout of two fields and a rule."""
