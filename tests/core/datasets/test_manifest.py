"""The manifest: one text for equal data, and the data again from the text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import plain_manifest
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.datasets.manifest import decode_header, decode_images, freeze_image
from core.datasets.manifest_file import WrittenManifest, manifest_file, open_manifest, write_manifest
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
    st.sampled_from(Split),
    st.lists(objects, max_size=4).map(tuple),
)


UNHURRIED = settings(
    deadline=None,
    max_examples=80,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def write(folder: Path, categories: Sequence[str], items: Iterable[SnapshotImage]) -> WrittenManifest:
    return write_manifest(folder, categories, map(freeze_image, sorted(items, key=lambda image: image.path)))


def text_of(folder: Path, items: Iterable[SnapshotImage], categories: Sequence[str] = ("a",)) -> bytes:
    return write(folder, categories, items).file.read_bytes()


@UNHURRIED
@given(
    st.lists(images, max_size=6, unique_by=(lambda i: i.path, lambda i: i.sha256)), st.randoms(use_true_random=False)
)
def test_the_id_knows_no_order_and_the_text_is_that_of_version_0_1_and_gives_everything_back(tmp_path, items, rng):
    shuffled = [replace(i, objects=tuple(rng.sample(i.objects, len(i.objects)))) for i in rng.sample(items, len(items))]
    categories = ["a", "b", "é", "d"]
    before = plain_manifest.make_manifest(categories, items)

    first, second = write(tmp_path, categories, items), write(tmp_path, categories, shuffled)

    assert first == second
    assert first.file.read_bytes() == plain_manifest.encode(before)
    assert first.id == plain_manifest.id_of(plain_manifest.encode(before))
    opened = open_manifest(first.file, first.id)
    assert opened.categories == before.categories
    assert tuple(opened.images()) == before.images
    for split in Split:
        assert tuple(opened.images([split])) == before.of_split(split)
    assert opened.counts == first.splits


def test_numbers_have_one_form(tmp_path, labelled):
    def text(value: float) -> bytes:
        return text_of(tmp_path, [replace(labelled("a.jpg"), objects=(SnapshotObject(0, Box(value, 1.5, 3, 4)),))])

    assert text(3) == text(3.0)
    assert text(0.0) == text(-0.0)
    assert text(3.0) != text(3.0000002384185791)
    for value in (float("inf"), float("nan")):
        with pytest.raises(ValueError, match="JSON"):
            text(value)


def test_a_quote_in_a_path_does_not_hide_an_image(tmp_path, labelled):
    written = write(tmp_path, ["a"], [labelled('x","split":"val","y.jpg', 0)])

    assert len(list(open_manifest(written.file, written.id).images([Split.TRAIN]))) == 1


def test_anything_that_matters_changes_the_id(tmp_path, labelled):
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

    ids = {write(tmp_path, ["a"], [replace(image, **change)]).id for change in [{}, *changes]}
    ids.add(write(tmp_path, ["b"], [image]).id)

    assert len(ids) == len(changes) + 2


def test_the_first_line_says_what_it_is(tmp_path, labelled):
    header = json.loads(text_of(tmp_path, [labelled("a.jpg", 0)], ["line", "é"]).splitlines()[0])

    assert header == {"categories": ["line", "é"], "kind": "calque-snapshot", "schema": 1}


def test_crowd_regions_are_not_counted_as_objects(tmp_path, labelled):
    crowd = SnapshotObject(0, Box(0, 0, 5, 5), is_crowd=True)
    items = [labelled("a.jpg", 0, 0, 1), replace(labelled("b.jpg"), objects=(crowd,)), labelled("c.jpg")]

    train, val, _test = write(tmp_path, ["a", "b"], items).splits

    assert (train.n_images, train.n_objects, train.category_counts, train.n_background) == (3, 3, (2, 1), 1)
    assert (val.n_images, val.category_counts) == (0, (0, 0))


def test_a_picture_in_two_sets_is_refused_and_leaves_nothing_behind(tmp_path, labelled):
    twice = [labelled("a/x.jpg", 0), replace(labelled("b/x.jpg", 0, content="a/x.jpg"), split=Split.TEST)]
    others = [replace(labelled(f"c/{i}.jpg", 0), split=Split.VAL) for i in range(3)]

    with pytest.raises(RefusedError) as refusal:
        write(tmp_path, ["a"], [*twice, *others])

    assert refusal.value.code == "E-152"
    assert "1 image is in test and train" in refusal.value.text
    assert list(tmp_path.iterdir()) == []


def test_a_path_listed_twice_is_refused(tmp_path, labelled):
    with pytest.raises(RefusedError):
        write(tmp_path, ["a"], [labelled("a.jpg", 0), labelled("a.jpg", 0, content="other")])


def test_images_out_of_order_are_a_defect(tmp_path, labelled):
    with pytest.raises(ValueError, match="comes after"):
        write_manifest(tmp_path, ["a"], map(freeze_image, [labelled("b.jpg", 0), labelled("a.jpg", 0)]))


def test_a_file_is_written_once_read_only_and_read_back(tmp_path, labelled):
    image = labelled("a.jpg", 0)
    written = write(tmp_path / "snapshots", ["a"], [image])
    before = written.file.stat()

    assert write(tmp_path / "snapshots", ["a"], [image]) == written

    assert written.file == manifest_file(tmp_path / "snapshots", written.id)
    assert written.file.stat().st_ino == before.st_ino
    assert written.file.stat().st_mode & 0o777 == 0o400
    assert tuple(open_manifest(written.file, written.id).images()) == (image,)
    assert [p.name for p in written.file.parent.iterdir()] == [written.file.name]


def test_a_changed_or_missing_file_is_told(tmp_path, labelled):
    written = write(tmp_path, ["a"], [labelled("a.jpg", 0)])
    file = written.file
    file.chmod(0o600)
    file.write_bytes(file.read_bytes().replace(b'"width":100', b'"width":101'))

    with pytest.raises(FormatError, match="was changed"):
        open_manifest(file, written.id)
    write(tmp_path, ["a"], [labelled("a.jpg", 0)])
    assert next(open_manifest(file, written.id).images()).width == 100
    file.unlink()
    with pytest.raises(NotFoundError, match="missing"):
        open_manifest(file, written.id)


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path, labelled):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")

    with pytest.raises(StorageError, match="could not be stored"):
        write(blocked / "snapshots", ["a"], [labelled("a.jpg", 0)])


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", 1),
        (b"{}\n", 1),
        (b'{"categories":[],"schema":99}\n', 1),
        (b'{"categories":[],"schema":1}\n{"path":1}\n', 2),
        (b'{"categories":[],"schema":1}\n\xff\n', 2),
        (b'{"categories":[],"schema":1}\n7\n', 2),
        (b"[" * 100_000, 1),
    ],
)
def test_damage_is_told_with_its_line(content, line):
    lines = content.splitlines(keepends=True)

    with pytest.raises(FormatError) as error:
        decode_header(lines[0] if lines else b"", file="x.jsonl")
        list(decode_images(lines[1:], tuple(Split), file="x.jsonl"))

    assert error.value.line == line
