"""The bundle as a file: the same bytes from the same content, and no byte changed unseen."""

import hashlib
import zipfile
from datetime import UTC, date, datetime

import msgspec
import pytest

from catalog.core.document import ENCODER, digest_of, encode
from catalog.core.errors import BadFile
from catalog.core.model import CodeList, Concept, Document
from catalog.core.release import Entry
from catalog.formats.bundle import MANIFEST, SEAL, Archive, Held, Manifest, Part, Writing
from catalog.formats.bundle_lists import code_list_in, crosswalk_of, lexicon_of
from catalog.formats.release_file import compile_release

LAW = Document(title={"vi": "Quyết định"}, number="1/QĐ-BYT")
SEXES = CodeList(
    title={"vi": "Giới tính"},
    members=(
        Concept(code="1", display={"vi": "Nam"}),
        Concept(code="2", display={"vi": "Nữ"}, aliases=("F",)),
    ),
)


def entry_of(key, body):
    return Entry(
        key=key,
        version="1",
        number=1,
        start=date(2020, 1, 1),
        issued_at=datetime(2020, 1, 1, tzinfo=UTC),
        digest=digest_of(encode(body)),
        meaning="",
        title=body.title,
        author="",
        approver="",
    )


def write(path):
    """A bundle of one document."""
    with Writing(path) as writer:
        held = Held(entry=entry_of("document/byt/1", LAW), body=writer.add_body(encode(LAW)))
        writer.finish(Manifest(asked=("document/byt/1",), releases=(held,)))
    return path


@pytest.fixture
def path(tmp_path):
    return write(tmp_path / "law.bundle")


def refused(path):
    """What opening the bundle and reading all of it is refused with."""
    with pytest.raises(BadFile) as error, Archive(path) as archive:
        list(archive.parts())
    return error.value


def sealed(path):
    """Give a changed archive the seal that fits it, as somebody with a purpose would."""
    data = path.read_bytes()[:-SEAL]
    path.write_bytes(data + hashlib.sha256(data).hexdigest().encode())


def forge(path, members, *, packed=zipfile.ZIP_DEFLATED):
    """An archive of these members, sealed."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, packed)
        archive.comment = b"0" * SEAL
    sealed(path)


def manifest_of(path):
    with Archive(path) as archive:
        return archive.manifest


def test_what_was_written_is_read(path):
    with Archive(path) as archive:
        [held] = archive.manifest.releases

        assert archive.part(held.body) == encode(LAW)
        assert archive.manifest.asked == ("document/byt/1",)


def test_the_same_content_gives_the_same_bytes(tmp_path, path):
    again = write(tmp_path / "again.bundle")

    assert again.read_bytes() == path.read_bytes()


def test_a_part_that_is_added_twice_is_there_once(tmp_path):
    with Writing(tmp_path / "b") as writer:
        assert writer.add_body(b"{}") == writer.add_body(b"{}")
        writer.finish(Manifest(asked=(), releases=()))

    assert len(manifest_of(tmp_path / "b").parts) == 1


def test_a_changed_byte_is_refused_wherever_it_is(path):
    data = path.read_bytes()
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 0x55
        path.write_bytes(changed)

        assert isinstance(refused(path), BadFile), place


def test_a_file_that_is_cut_short_is_refused(path):
    data = path.read_bytes()
    for length in range(len(data)):
        path.write_bytes(data[:length])

        assert isinstance(refused(path), BadFile), length


@pytest.mark.parametrize("more", [b"\0", b"PK\5\6" + b"\0" * 18])
def test_a_file_that_was_added_to_is_refused(path, more):
    path.write_bytes(path.read_bytes() + more)

    assert isinstance(refused(path), BadFile)


def test_a_file_that_was_put_in_front_is_refused(path):
    path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())

    assert refused(path) == BadFile("law.bundle", "was changed or added to, outside of its parts")


def test_a_changed_part_is_named_with_what_is_made_of_it(path):
    manifest = manifest_of(path)
    [name] = manifest.parts
    data = encode(LAW).replace(b"1/", b"2/")
    forge(path, [(name, data), (MANIFEST, ENCODER.encode(manifest))])

    assert refused(path) == BadFile(
        f"law.bundle/{name}", "was changed: document/byt/1 1 cannot be trusted"
    )


def test_a_file_that_is_changed_while_it_is_open_is_refused_at_first_use(path):
    with Archive(path) as archive:
        [name] = archive.manifest.parts
        data = bytearray(path.read_bytes())
        data[100] ^= 0x55  # inside the packed part, behind its header
        path.write_bytes(data)

        with pytest.raises(BadFile) as error:
            archive.part(name)

    assert error.value.name == f"law.bundle/{name}"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"version": 2}, "is of version 2; this program reads 1"),
        ({"format": "other"}, "is of the format 'other', not health-metadata-bundle"),
        ({"revision": 99}, "has compiled files of revision 99; this program reads 1"),
    ],
)
def test_what_this_program_does_not_read_is_refused(path, changes, reason):
    manifest = manifest_of(path)
    document = {**msgspec.to_builtins(manifest), **changes}
    forge(path, [(MANIFEST, msgspec.json.encode(document))])

    assert refused(path) == BadFile(f"law.bundle/{MANIFEST}", reason)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "bodies/x.json", "a\\b"])
def test_a_name_that_leads_elsewhere_is_refused(path, name):
    data = b"{}"
    manifest = Manifest(asked=(), releases=(), parts={name: Part(2, digest_of(data))})
    forge(path, [(name, data), (MANIFEST, ENCODER.encode(manifest))])

    assert refused(path) == BadFile(f"law.bundle/{name}", "is no name of a part")


def test_a_part_that_is_not_in_the_manifest_is_refused(path):
    manifest = Manifest(asked=(), releases=())
    forge(path, [("more.txt", b"x"), (MANIFEST, ENCODER.encode(manifest))])

    assert refused(path) == BadFile("law.bundle/more.txt", "is not named in the manifest")


def test_a_missing_part_is_refused(path):
    manifest = manifest_of(path)
    [name] = manifest.parts
    forge(path, [(MANIFEST, ENCODER.encode(manifest))])

    assert refused(path) == BadFile(f"law.bundle/{name}", "is missing")


def test_a_release_of_an_unlisted_part_is_refused(path):
    manifest = manifest_of(path)
    [name] = manifest.parts
    bare = msgspec.structs.replace(manifest, parts={})
    forge(path, [(MANIFEST, ENCODER.encode(bare))])

    assert refused(path) == BadFile(f"law.bundle/{name}", "is not listed among the parts")


def test_two_parts_of_one_name_are_refused(path):
    manifest = manifest_of(path)
    [name] = manifest.parts
    with pytest.warns(UserWarning, match="Duplicate"):
        forge(
            path,
            [(name, encode(LAW)), (name, b"other"), (MANIFEST, ENCODER.encode(manifest))],
        )

    assert refused(path) == BadFile("law.bundle", "has two parts of one name")


def test_a_part_that_unpacks_to_far_more_than_it_is_is_refused(path):
    data = b"\0" * 20_000_000
    name = f"bodies/{digest_of(data)}.json"
    manifest = Manifest(asked=(), releases=(), parts={name: Part(len(data), digest_of(data))})
    forge(path, [(name, data), (MANIFEST, ENCODER.encode(manifest))])

    assert refused(path) == BadFile(
        f"law.bundle/{name}", "would unpack to 20000000 bytes, which no part does"
    )


def test_a_part_of_another_size_than_promised_is_refused(path):
    name = f"bodies/{'0' * 64}.json"
    manifest = Manifest(asked=(), releases=(), parts={name: Part(3, "0" * 64)})
    forge(path, [(name, b"1234"), (MANIFEST, ENCODER.encode(manifest))])

    assert refused(path) == BadFile(f"law.bundle/{name}", "would be 4 bytes, not 3")


def test_a_part_packed_in_another_way_is_refused(path):
    manifest = Manifest(asked=(), releases=())
    forge(path, [(MANIFEST, ENCODER.encode(manifest))], packed=zipfile.ZIP_LZMA)

    assert refused(path) == BadFile(
        f"law.bundle/{MANIFEST}", "is encrypted, or packed in a way that is not read here"
    )


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"format":1}', b"\xff\xfe"])
def test_a_manifest_that_is_none_is_refused(path, data):
    forge(path, [(MANIFEST, data)])

    assert refused(path).name == f"law.bundle/{MANIFEST}"


def test_a_manifest_that_lacks_something_is_refused(path):
    forge(path, [(MANIFEST, b'{"format":"health-metadata-bundle","version":1}')])

    assert refused(path) == BadFile(
        f"law.bundle/{MANIFEST}", "Object missing required field `asked`"
    )


@pytest.mark.parametrize("what", ["missing", "folder", "text"])
def test_what_is_no_bundle_is_refused_by_name(tmp_path, what):
    place = tmp_path / what
    if what == "folder":
        place.mkdir()
    elif what == "text":
        place.write_text("Nam\n" * 100)

    assert refused(place).name == what


def test_nothing_is_left_when_writing_fails(tmp_path):
    with pytest.raises(KeyError), Writing(tmp_path / "b") as writer:
        writer.add_body(b"{}")
        raise KeyError

    assert list(tmp_path.iterdir()) == []


def test_a_list_is_asked_in_memory_as_it_is_in_a_file(tmp_path):
    compile_release("0" * 64, SEXES, tmp_path / "list.sqlite")
    data = (tmp_path / "list.sqlite").read_bytes()

    lexicon = lexicon_of("list", lambda: data)

    assert lexicon.lookup("2") == SEXES.members[1]
    assert lexicon.resolve("F") == "2"
    assert lexicon.lookup("9") is None
    assert code_list_in(lexicon) == SEXES


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is not an SQLite file"),
        (b"SQLite format 3\0" + b"\0" * 200, "is not a compiled release file of this registry"),
    ],
)
def test_bytes_that_are_no_release_file_are_refused(data, reason):
    with pytest.raises(BadFile) as error:
        lexicon_of("part", lambda: data)

    assert error.value == BadFile("part", reason)


def test_a_list_is_no_mapping(tmp_path):
    compile_release("0" * 64, SEXES, tmp_path / "list.sqlite")

    with pytest.raises(BadFile) as error:
        crosswalk_of("part", (tmp_path / "list.sqlite").read_bytes)

    assert error.value == BadFile("part", "holds a code-list, not a mapping")


def test_damaged_pages_are_a_refusal_and_no_crash(tmp_path):
    compile_release("0" * 64, SEXES, tmp_path / "list.sqlite")
    data = bytearray((tmp_path / "list.sqlite").read_bytes())
    data[100:] = b"\xa5" * (len(data) - 100)

    with pytest.raises(BadFile):
        lexicon_of("part", lambda: bytes(data))
