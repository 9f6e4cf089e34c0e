"""Our own document: the body's bytes as they are, and a digest that anybody can check."""

import hashlib
import json
from datetime import UTC, date, datetime

import pytest

from catalog.core.document import digest_of, encode, meaning_digest
from catalog.core.errors import BadFile
from catalog.core.model import CodeList, Concept
from catalog.core.names import Key, Space
from catalog.core.release import Entry, Lock, Release, Timeline
from catalog.formats.format import Setting
from catalog.formats.native import FORMAT, facts_of, read, write

BODY = CodeList(
    title={"vi": "Giới tính"},
    members=(Concept(code="01", display={"vi": "Nữ"}), Concept(code="b", display={"vi": '"'})),
)


class Documents:
    """A library that has the bytes of one body."""

    def __init__(self, body) -> None:
        self.data = encode(body)

    def document(self, entry: Entry) -> bytes:
        assert digest_of(self.data) == entry.digest
        return self.data


def release_of(body) -> Release:
    key = Key.parse("code-list/byt/gioi-tinh")
    entry = Entry(
        key=str(key),
        version="1.0",
        number=1,
        start=date(2025, 1, 1),
        issued_at=datetime(2024, 12, 1, 8, tzinfo=UTC),
        digest=digest_of(encode(body)),
        meaning=meaning_digest(body),
        title=body.title,
        documents=("document/byt/4750-qd-byt-2023",),
        lock=(Lock("code-list/byt/y", "2", "ab"),),
        author="an.nguyen",
        approver="binh.tran",
        members=len(body.members),
    )
    return Release(entry, body, Timeline(key, (entry,)))


def written(body=BODY) -> bytes:
    return b"".join(write(release_of(body), Setting(Space("https://x"), Documents(body))))


def test_the_document_is_read_back():
    facts, body = read(written())

    assert body == BODY
    assert facts == facts_of(release_of(BODY).entry)


def test_the_promised_names_are_there_and_no_people():
    document = json.loads(written())

    assert document["key"] == "code-list/byt/gioi-tinh"
    assert document["start"] == "2025-01-01"
    assert document["end"] is None
    assert document["issued_at"] == "2024-12-01T08:00:00Z"
    assert document["documents"] == ["document/byt/4750-qd-byt-2023"]
    assert document["lock"] == [{"key": "code-list/byt/y", "version": "2", "digest": "ab"}]
    assert document["body"]["members"][0]["code"] == "01"
    assert "nguyen" not in written().decode()


def test_anybody_can_check_the_digest_on_the_bytes():
    document = written()
    body = document[document.index(b',"body":') + 8 : -2]

    assert hashlib.sha256(body).hexdigest() == json.loads(document)["digest"]


def test_a_document_that_was_indented_on_its_way_is_read_too():
    assert read(json.dumps(json.loads(written()), indent=2).encode())[1] == BODY


def test_a_large_body_comes_in_chunks():
    many = tuple(Concept(code=str(n), display={"vi": "x" * 100}) for n in range(9000))
    body = CodeList(title={}, members=many)
    chunks = list(write(release_of(body), Setting(Space("https://x"), Documents(body))))

    assert len(chunks) > 4
    assert read(b"".join(chunks))[1] == body


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "truncated|malformed"),
        (b"[]", "Expected `object`"),
        (b'{"key": "x"}', "missing required field"),
        (written()[:-20], "truncated|malformed"),
        (written().replace("Nữ".encode(), "Nử".encode()), "the body has the digest"),
        (written().replace(b'"code-list/byt', b'"mapping/byt'), "the key says mapping"),
        (written().replace(b'"code-list/byt/gioi-tinh"', b'"gioi-tinh"'), "not a key"),
        (written().replace(b'"kind":"code-list"', b'"kind":"unicorn"'), "unicorn"),
        (written().replace(b'"what":"release"', b'"what":"withdrawal"'), "withdrawal"),
        (written().replace("Nữ".encode(), b"\xff"), "UTF-8|utf-8"),
        (b"[" * 100_000, "."),
    ],
)
def test_a_document_that_does_not_hold_is_refused(data, reason):
    with pytest.raises(BadFile, match=reason):
        read(data)


def test_every_kind_can_be_said():
    assert len(FORMAT.kinds) == 9
