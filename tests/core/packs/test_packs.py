"""Packs keep every bit of what was predicted, image by image, and say which image is damaged."""

from __future__ import annotations

import json
import math
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.geometry import Box, Polygon, bounds_of
from core.domain.predictions import PredictedImage, PredictedObject
from core.domain.rotated import Rotated, corners_of
from core.domain.snapshots import SnapshotObject, Split
from core.errors import FormatError, StorageError
from core.metrics import masks
from core.packs import records
from core.packs.layout import FORMAT, LENGTH, MAGIC, TRAILER, PackHeader
from core.packs.reading import read_pack
from core.packs.writing import write_pack

HEADER = PackHeader(("line", "initial"), "detection", has_truth=True, split=Split.VAL, source={"version": "V001"})

numbers = st.floats(-10, 200, allow_nan=False) | st.floats(-10, 200, width=32, allow_nan=False)
boxes = st.tuples(numbers, numbers, numbers, numbers).map(
    lambda v: Box(min(v[0], v[2]), min(v[1], v[3]), max(v[0], v[2]) + 1, max(v[1], v[3]) + 1)
)
rings = st.lists(numbers, min_size=6, max_size=12).map(lambda v: tuple(v[: len(v) // 2 * 2]))
polygons = st.lists(rings, min_size=1, max_size=3).map(lambda found: Polygon(tuple(found)))
found_masks = boxes.map(lambda box: masks.as_text(masks.encode(box.clipped(90, 70), 90, 70)))
predictions = st.builds(
    PredictedObject,
    st.integers(0, 1),
    st.floats(0, 1) | st.floats(0, 1, width=32),
    boxes,
    st.none() | polygons,
    st.none() | found_masks,
)
truths = st.builds(SnapshotObject, st.integers(0, 1), st.none() | boxes | polygons, st.booleans())
images = st.lists(st.tuples(st.lists(predictions, max_size=4), st.lists(truths, max_size=4)), max_size=4)


def image(number: int) -> PredictedImage:
    return PredictedImage(f"page/\udcff{number}.png", f"{number:064x}", 90, 70, Split.VAL)


@given(images, st.sampled_from(["detection", "segmentation", "oriented"]))
@settings(max_examples=90, deadline=None)
def test_what_is_written_is_read_to_the_last_bit(tmp_path_factory, content, task):
    path = tmp_path_factory.mktemp("pack") / "a.pack"
    has_masks, is_oriented = task == "segmentation", task == "oriented"
    header = PackHeader(("line", "initial"), task, has_masks=has_masks, has_truth=True, is_oriented=is_oriented)
    with write_pack(path, header) as writer:
        for number, (predicted, true) in enumerate(content):
            writer.add(image(number), predicted, true)
    with read_pack(path) as pack:
        assert pack.header == header
        records, table = list(pack.walk()), pack.table()
        truths_alone = [pack.truths(number) for number in range(len(pack.images))]
    for number, (record, (predicted, true)) in enumerate(zip(records, content, strict=True)):
        assert list(record.predictions) == sorted(predicted, key=lambda item: -item.confidence)
        assert list(record.truths) == true
        assert truths_alone[number] == record.truths
        assert record.image.key == image(number).key
        assert (record.image.n_predictions, record.image.n_truths) == (len(predicted), len(true))
        rows = table.predictions_of(number)
        assert table.confidences[rows].tolist() == [item.confidence for item in record.predictions]
        corners = [[b.x0, b.y0, b.x1, b.y1] for b in (bounds_of(item.geometry, 90, 70) for item in true)]
        assert table.truth_boxes[table.truths_of(number)].tolist() == corners
        assert table.is_crowd[table.truths_of(number)].tolist() == [item.is_crowd for item in true]
    assert (table.n_images, table.n_predictions) == (len(content), sum(len(p) for p, _ in content))


def test_a_prediction_that_is_no_number_is_left_out(tmp_path):
    good = PredictedObject(0, 0.5, Box(0, 0, 9, 9))
    bad = [PredictedObject(0, math.nan, good.box), PredictedObject(0, 0.9, Box(0, 0, math.inf, math.nan))]
    with write_pack(tmp_path / "a.pack", HEADER) as writer:
        writer.add(image(0), [*bad, good])
        assert writer.n_predictions == 1
    with read_pack(tmp_path / "a.pack") as pack:
        assert pack.read(0).predictions == (good,)
        assert pack.images[0].n_predictions == 1


def test_masks_state_their_areas_and_overlaps_of_every_class(tmp_path):
    square, shifted = Box(10, 10, 30, 30), Box(20, 10, 40, 30)
    found = PredictedObject(0, 0.75, square, mask=masks.as_text(masks.encode(square, 90, 70)))
    true = [SnapshotObject(1, shifted), SnapshotObject(0, Box(60, 60, 80, 70))]
    with write_pack(tmp_path / "a.pack", PackHeader(("a", "b"), "segmentation", has_masks=True)) as writer:
        writer.add(image(0), [], [])
        writer.add(image(1), [found], true)
        writer.add(image(2), [found], true)
    with read_pack(tmp_path / "a.pack") as pack:
        table = pack.table()
    assert table.prediction_areas.tolist() == [400.0, 400.0]
    assert table.truth_areas.tolist() == [400.0, 200.0, 400.0, 200.0]
    assert table.mask_pairs is not None
    assert table.mask_pairs.prediction.tolist() == [0, 1]
    assert table.mask_pairs.truth.tolist() == [0, 2]
    assert np.allclose(table.mask_pairs.iou, 200 / 600)


def test_oriented_boxes_overlap_as_they_are_turned(tmp_path):
    """Two that cross have the same bounds, and share little."""
    rising, falling = (corners_of(Rotated(40, 35, 50, 10, angle)) for angle in (45, 135))
    found = PredictedObject(0, 0.75, rising.bounds(), rising)
    header = PackHeader(("a", "b"), "oriented", is_oriented=True, has_truth=True)
    with write_pack(tmp_path / "a.pack", header) as writer:
        writer.add(image(0), [found], [SnapshotObject(1, falling), SnapshotObject(0, rising)])
    with read_pack(tmp_path / "a.pack") as pack:
        table = pack.table()
        assert pack.read(0).predictions == (found,)
    assert table.prediction_areas.tolist() == pytest.approx([500.0])
    assert table.truth_areas.tolist() == pytest.approx([500.0, 500.0])
    assert table.mask_pairs.truth.tolist() == [0, 1]
    assert table.mask_pairs.iou.tolist() == pytest.approx([100 / 900, 1.0])


def test_only_packs_that_an_older_calque_would_misread_are_of_a_newer_format() -> None:
    assert HEADER.to_json()["format"] == 1
    assert "is_oriented" not in HEADER.to_json()
    assert replace(HEADER, is_oriented=True).to_json()["format"] == 2


def test_areas_of_boxes_are_not_stored_and_single_numbers_stay_small(tmp_path):
    found = [PredictedObject(0, 0.5, Box(0.25, 0.5, 10.125, 20.75))] * 200
    for name, item in (("narrow", found[0]), ("wide", PredictedObject(0, 0.1, found[0].box))):
        with write_pack(tmp_path / name, HEADER) as writer:
            writer.add(image(0), [item] * 200)
    assert (tmp_path / "narrow").stat().st_size < (tmp_path / "wide").stat().st_size
    with read_pack(tmp_path / "narrow") as pack:
        assert pack.table().prediction_areas[0] == 9.875 * 20.25


@pytest.mark.parametrize("cut", ["head", "tail", "index", "record", "nothing"])
def test_damage_is_named(tmp_path, cut):
    path = tmp_path / "a.pack"
    with write_pack(path, HEADER) as writer:
        for number in range(3):
            writer.add(image(number), [PredictedObject(0, 0.5, Box(0, 0, 9, 9))] * 50)
    with read_pack(path) as pack:
        record_at = pack._places[1][0]
    content = bytearray(path.read_bytes())
    if cut == "head":
        content[0] ^= 1
    elif cut == "tail":
        del content[-1:]
    elif cut == "index":
        content[-60] ^= 1
    elif cut == "record":
        content[record_at + 20] ^= 0xFF
    else:
        content.clear()
    path.write_bytes(content)
    with pytest.raises(FormatError) as caught, read_pack(path) as pack:
        assert pack.read(0).predictions
        pack.read(1)
    assert str(path) in str(caught.value)
    assert ("1.png" in str(caught.value)) is (cut == "record")


def _with_index(path: Path, change) -> None:
    """The list of images as a stranger would have it, under a checksum that fits."""
    content = path.read_bytes()
    at, n_bytes, _, magic = TRAILER.unpack(content[-TRAILER.size :])
    index = change(zlib.decompress(content[at : at + n_bytes]))
    path.write_bytes(content[:at] + index + TRAILER.pack(at, len(index), zlib.crc32(index), magic))


HOSTILE_INDICES = {
    "a bomb": lambda _index: zlib.compress(b"[" + b" " * (2**28 + 2) + b"]"),
    "no stream": lambda _index: b"not packed at all",
    "a number as key": lambda index: zlib.compress(json.dumps([[7, *json.loads(index)[0][1:]]]).encode()),
    "a width in words": lambda index: zlib.compress(index.replace(b", 90, 70", b', "90", 70')),
    "a negative place": lambda index: zlib.compress(index.replace(b", 90, 70", b", -90, 70")),
}


@pytest.mark.parametrize("kind", HOSTILE_INDICES)
def test_a_strangers_list_of_images_is_refused_in_words(tmp_path, kind):
    path = tmp_path / "a.pack"
    with write_pack(path, HEADER) as writer:
        writer.add(image(0), [PredictedObject(0, 0.5, Box(0, 0, 9, 9))])
    _with_index(path, HOSTILE_INDICES[kind])
    with pytest.raises(FormatError, match="list of images"):
        read_pack(path)


def _record(category: int = 0, confidence: float = 0.5, counts: int = 1, **changes) -> bytes:
    found = PredictedObject(0, 0.5, Box(0, 0, 9, 9), **changes)
    content = records.encode(image(0), [found] * counts, [], has_masks=False)
    head = len(content) - len(records.encode(image(0), [], [], has_masks=False))
    assert head > 0
    start = struct.calcsize("<5I")
    raw = bytearray(content)
    if category:
        raw[start : start + 4] = struct.pack("<i", category)
    if not math.isfinite(confidence):
        raw[start + 5 : start + 9] = struct.pack("<f", confidence)
    return zlib.compress(bytes(raw))


HOSTILE_RECORDS = {
    "an unknown class": _record(category=7),
    "a class below none": _record(category=-1),
    "no number": _record(confidence=math.nan),
    "other counts": _record(counts=2),
    "a bomb": zlib.compress(b"\0" * (2**29 + 2), 9),
    "a mask of another size": _record(mask={"size": [2**31, 2**31], "counts": "0"}),
}


@pytest.mark.parametrize("kind", HOSTILE_RECORDS)
def test_a_strangers_record_is_refused_in_words(tmp_path, kind):
    path, record = tmp_path / "a.pack", HOSTILE_RECORDS[kind]
    head = json.dumps(HEADER.to_json()).encode()
    content = MAGIC + LENGTH.pack(len(head)) + head
    index = zlib.compress(json.dumps([["a.png", "", 90, 70, "val", 1, 0, len(content), len(record)]]).encode())
    at = len(content) + len(record)
    path.write_bytes(content + record + index + TRAILER.pack(at, len(index), zlib.crc32(index), MAGIC))
    with read_pack(path) as pack:
        with pytest.raises(FormatError, match=r'of "a\.png" is damaged'):
            pack.read(0)
        if "mask" not in kind:  # columns have none
            with pytest.raises(FormatError, match=r'of "a\.png" is damaged'):
                pack.table()


def test_a_newer_format_is_refused_in_words(tmp_path):
    path = tmp_path / "a.pack"
    with write_pack(path, HEADER):
        pass
    content = path.read_bytes()
    (length,) = LENGTH.unpack_from(content, len(MAGIC))
    start = len(MAGIC) + LENGTH.size
    header = {**json.loads(content[start : start + length]), "format": FORMAT + 1}
    path.write_bytes(
        MAGIC + LENGTH.pack(len(json.dumps(header))) + json.dumps(header).encode() + content[start + length :]
    )
    with pytest.raises(FormatError, match="a newer Calque wrote"):
        read_pack(path)


def test_nothing_is_left_of_a_pack_that_fails(tmp_path):
    with pytest.raises(ZeroDivisionError), write_pack(tmp_path / "a.pack", HEADER) as writer:
        writer.add(image(0), [])
        math.floor(1 / 0)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(StorageError):
        read_pack(tmp_path / "a.pack")


def test_reading_gives_up_when_it_is_told_to(tmp_path):
    with write_pack(tmp_path / "a.pack", HEADER) as writer:
        writer.add(image(0), [])

    def give_up() -> None:
        raise InterruptedError

    with read_pack(tmp_path / "a.pack") as pack, pytest.raises(InterruptedError):
        pack.table(give_up)


def test_a_pack_is_read_image_by_image(tmp_path: Path):
    with write_pack(tmp_path / "a.pack", HEADER) as writer:
        for number in range(20):
            writer.add(image(number), [PredictedObject(number % 2, 0.5, Box(0, 0, 9, 9))])
    with read_pack(tmp_path / "a.pack") as pack:
        assert [pack.read(n).predictions[0].category for n in (7, 2, 19)] == [1, 0, 1]
        assert pack.n_predictions == 20
