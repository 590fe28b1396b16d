"""The manifest: one text for equal data, and the data again from the text."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.datasets.manifest import decode, encode, id_of, make_manifest
from core.datasets.manifest_file import manifest_file, read_manifest, write_manifest
from core.domain.geometry import Box, Polygon
from core.domain.snapshots import SnapshotImage, SnapshotObject, Split
from core.errors import FormatError, NotFoundError, RefusedError, StorageError

numbers = st.floats(-1e4, 1e4, width=32)
geometries = st.one_of(
    st.none(),
    st.builds(Box, numbers, numbers, numbers, numbers),
    st.builds(
        Polygon, st.lists(st.lists(numbers, min_size=6, max_size=8).map(tuple), min_size=1, max_size=2).map(tuple)
    ),
)
objects = st.builds(SnapshotObject, st.integers(0, 3), geometries, st.booleans())
paths = st.text(min_size=1, max_size=20).map(
    lambda t: t.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")
)
images = st.builds(
    SnapshotImage,
    paths,
    st.text("0123456789abcdef", min_size=64, max_size=64),
    st.integers(1, 9999),
    st.integers(1, 9999),
    st.integers(1, 8),
    st.just(Split.TRAIN),
    st.lists(objects, max_size=4).map(tuple),
)


UNHURRIED = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])


@UNHURRIED
@given(st.lists(images, max_size=6, unique_by=lambda i: i.path), st.randoms(use_true_random=False))
def test_the_id_knows_no_order_and_the_text_gives_everything_back(items, rng):
    shuffled = [replace(i, objects=tuple(rng.sample(i.objects, len(i.objects)))) for i in rng.sample(items, len(items))]

    first, second = make_manifest(["a", "b"], items), make_manifest(["a", "b"], shuffled)

    assert id_of(encode(first)) == id_of(encode(second))
    assert decode(encode(first)) == first
    assert encode(decode(encode(first))) == encode(first)


def test_numbers_have_one_form(labelled):
    def text(value: float) -> bytes:
        item = replace(labelled("a.jpg"), objects=(SnapshotObject(0, Box(value, 1.5, 3, 4)),))
        return encode(make_manifest(["a"], [item]))

    assert text(3) == text(3.0)
    assert text(0.0) == text(-0.0)
    assert text(3.0) != text(3.0000002384185791)
    with pytest.raises(ValueError, match="JSON"):
        text(float("inf"))


def test_anything_that_matters_changes_the_id(labelled):
    image = labelled("a.jpg", 0)
    changes = [
        {"path": "b.jpg"},
        {"sha256": "0" * 64},
        {"split": Split.TEST},
        {"orientation": 6},
        {"width": 7},
        {"objects": (SnapshotObject(0, Box(0, 0, 5, 6)),)},
        {"objects": (SnapshotObject(0, Box(0, 0, 5, 5), is_crowd=True),)},
    ]

    ids = {id_of(encode(make_manifest(["a"], [replace(image, **change)]))) for change in [{}, *changes]}
    ids.add(id_of(encode(make_manifest(["b"], [image]))))

    assert len(ids) == len(changes) + 2


def test_the_first_line_says_what_it_is(labelled):
    header = json.loads(encode(make_manifest(["line", "é"], [labelled("a.jpg", 0)])).splitlines()[0])

    assert header == {"categories": ["line", "é"], "kind": "calque-snapshot", "schema": 1}


def test_a_picture_in_two_sets_is_refused(labelled):
    twice = [labelled("a/x.jpg", 0), replace(labelled("b/x.jpg", 0, content="a/x.jpg"), split=Split.TEST)]

    with pytest.raises(RefusedError) as refusal:
        make_manifest(["a"], twice)

    assert refusal.value.code == "E-152"
    assert "1 image is in test and train" in refusal.value.text


def test_a_path_listed_twice_is_refused(labelled):
    with pytest.raises(RefusedError):
        make_manifest(["a"], [labelled("a.jpg", 0), labelled("a.jpg", 0, content="other")])


def test_a_file_is_written_once_read_only_and_read_back(tmp_path, labelled):
    manifest = make_manifest(["a"], [labelled("a.jpg", 0)])
    content = encode(manifest)

    file = write_manifest(tmp_path / "snapshots", content)
    before = file.stat()
    assert write_manifest(tmp_path / "snapshots", content) == file

    assert file == manifest_file(tmp_path / "snapshots", id_of(content))
    assert file.stat().st_ino == before.st_ino
    assert file.stat().st_mode & 0o777 == 0o400
    assert read_manifest(file, id_of(content)) == manifest
    assert [p.name for p in file.parent.iterdir()] == [file.name]


def test_a_changed_or_missing_file_is_told(tmp_path, labelled):
    content = encode(make_manifest(["a"], [labelled("a.jpg", 0)]))
    file = write_manifest(tmp_path, content)
    file.chmod(0o600)
    file.write_bytes(content.replace(b'"width":100', b'"width":101'))

    with pytest.raises(FormatError, match="was changed"):
        read_manifest(file, id_of(content))
    write_manifest(tmp_path, content)
    assert read_manifest(file, id_of(content)).images[0].width == 100
    file.unlink()
    with pytest.raises(NotFoundError, match="missing"):
        read_manifest(file, id_of(content))


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")

    with pytest.raises(StorageError, match="could not be stored"):
        write_manifest(blocked / "snapshots", b"x")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", 1),
        (b"{}\n", 1),
        (b'{"categories":[],"schema":99}\n', 1),
        (b'{"categories":[],"schema":1}\n{"path":1}\n', 2),
        (b'{"categories":[],"schema":1}\n\xff\n', 2),
        (b"[" * 100_000, 1),
    ],
)
def test_damage_is_told_with_its_line(content, line):
    with pytest.raises(FormatError) as error:
        decode(content, file="x.jsonl")

    assert error.value.line == line
