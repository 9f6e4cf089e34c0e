"""Which format answers a request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.core.errors import CannotSay
from catalog.core.names import Kind
from catalog.formats import FORMATS as REGISTERED
from catalog.formats.format import Format, choose


def silent(_release, _setting):
    return ()


def made(name, suffix, media_type, *kinds):
    return Format(
        name=name,
        suffix=suffix,
        media_type=media_type,
        kinds=frozenset(kinds or Kind),
        write=silent,
    )


JSON = made("json", ".json", "application/json")
TURTLE = made("turtle", ".ttl", "text/turtle; charset=utf-8")
LINKED = made("json-ld", ".jsonld", "application/ld+json")
CSV = made("csv", ".csv", "text/csv; charset=utf-8; header=present", Kind.CODE_LIST)
FORMATS = (JSON, TURTLE, LINKED, CSV)


def chosen(accept, kind=Kind.CODE_LIST):
    return choose(FORMATS, kind, accept).name


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        ("*/*", "json"),
        ("", "json"),
        ("text/*", "turtle"),
        ("text/turtle", "turtle"),
        ("TEXT/Turtle", "turtle"),
        ("application/ld+json;q=0.9, text/turtle;q=0.8", "json-ld"),
        ("application/json;q=0.1, */*;q=0.5", "turtle"),
        ("*/*;q=0.1, text/csv", "csv"),
        ("text/*;q=0.9, text/turtle;q=0, */*;q=0.1", "csv"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "json"),
        ("text/csv;header=present", "csv"),
        ("text/csv;charset=utf-16", "csv"),
        ('text/csv;note="a,b;c", text/turtle', "turtle"),
        ("text/turtle;q=0.500, application/ld+json;q=0.501", "json-ld"),
    ],
)
def test_the_most_welcome_format_is_taken(accept, name):
    assert chosen(accept) == name


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        (";;;,,,", "json"),
        ("nonsense", "json"),
        ("nonsense, text/turtle", "turtle"),
        ("*/turtle, text/csv", "csv"),
        ("text/csv;q=high, text/turtle;q=0.1", "turtle"),
        ("text/csv;q=1.5, text/turtle;q=0.1", "turtle"),
        ("text/turtle;q", "json"),
        ("/", "json"),
    ],
)
def test_what_cannot_be_read_in_a_header_is_passed_over(accept, name):
    assert chosen(accept) == name


def test_a_parameter_that_no_format_has_is_not_met():
    with pytest.raises(CannotSay):
        chosen('text/turtle;profile="')


def test_a_suffix_goes_before_the_header():
    assert choose(FORMATS, Kind.CODE_LIST, "application/json", ".ttl") is TURTLE
    assert choose(FORMATS, Kind.CODE_LIST, "application/json", "ttl") is TURTLE


def test_a_suffix_that_the_kind_cannot_be_said_in_is_refused_with_what_it_can():
    with pytest.raises(CannotSay) as refused:
        choose(FORMATS, Kind.DOCUMENT, "*/*", ".csv")

    assert refused.value == CannotSay("document", ".csv", (".json", ".ttl", ".jsonld"))


def test_a_header_that_welcomes_nothing_we_have_is_refused_with_what_we_have():
    with pytest.raises(CannotSay) as refused:
        chosen("image/png, */*;q=0")

    assert refused.value.can == (".json", ".ttl", ".jsonld", ".csv")


@given(st.text(max_size=200))
def test_no_header_is_too_strange(accept):
    try:
        fmt = choose(FORMATS, Kind.CODE_LIST, accept)
    except CannotSay:
        return
    assert fmt in FORMATS


@given(st.lists(st.sampled_from([f.media_type for f in FORMATS]), min_size=1, max_size=4))
def test_what_is_accepted_is_what_is_sent(wanted):
    fmt = choose(FORMATS, Kind.CODE_LIST, ", ".join(wanted))

    assert fmt.media_type in wanted


def test_the_registry_names_each_format_once():
    names = [fmt.name for fmt in REGISTERED]
    suffixes = [fmt.suffix for fmt in REGISTERED]

    assert len(set(names)) == len(names)
    assert len(set(suffixes)) == len(suffixes)
    assert {".json", ".jsonld", ".ttl", ".rdf", ".nt", ".csv", ".xlsx", ".schema.json",
            ".sqlite"} <= set(suffixes)  # fmt: skip


@pytest.mark.parametrize("fmt", REGISTERED, ids=lambda fmt: fmt.name)
def test_each_registered_format_answers_its_own_media_type_and_suffix(fmt):
    for kind in fmt.kinds:
        assert choose(REGISTERED, kind, fmt.media_type) is fmt
        assert choose(REGISTERED, kind, "*/*", fmt.suffix) is fmt


@pytest.mark.parametrize("kind", list(Kind))
def test_json_is_what_a_kind_is_said_in_when_nothing_is_asked(kind):
    assert choose(REGISTERED, kind).suffix == ".json"
