from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.domain.geometry import Box, Geometry, Polygon
from core.domain.snapshots import NO_CATEGORY, SnapshotObject, Split
from core.errors import WorkerError
from core.workers.api import TreeImage
from core.workers.builtin.vision.worker.pictures import GREY, Cutter, read_pictures
from core.workers.builtin.vision.worker.regions import crop_box, datapoints_of, require_learnable

LEFT, RIGHT = Box(0, 0, 40, 60), Box(60, 0, 100, 60)
RING = Polygon(((60.0, 0.0, 100.0, 0.0, 100.0, 60.0),))


def _image(*objects: SnapshotObject, regions: tuple[Box | Polygon, ...] = (), path: Path = Path("p.png")) -> TreeImage:
    return TreeImage(path, "page.png", 100, 60, Split.TRAIN, objects, regions=regions)


def _labelled(*labels: tuple[int, Geometry]) -> TreeImage:
    return _image(*(SnapshotObject(category, geometry) for category, geometry in labels))


def test_a_region_is_a_datapoint_with_its_labels() -> None:
    image = _image(
        SnapshotObject(1, RING), SnapshotObject(0, RING), SnapshotObject(NO_CATEGORY, LEFT), regions=(LEFT, RING)
    )
    found = datapoints_of([image])
    assert [(item.region, item.labels) for item in found] == [(LEFT, frozenset()), (RING, frozenset({0, 1}))]


def test_an_image_without_labels_is_a_negative_as_a_whole() -> None:
    (found,) = datapoints_of([_image()])
    assert found.region is None
    assert found.labels == frozenset()


def test_a_label_of_no_region_is_refused() -> None:
    with pytest.raises(WorkerError, match="not to be labelled"):
        datapoints_of([_image(SnapshotObject(0, RIGHT), regions=(LEFT,))])


@pytest.mark.parametrize(
    ("images", "is_exclusive", "code", "says"),
    [
        ([_labelled((0, None)), _labelled((0, None))], True, "E-241", '"b" has no example'),
        ([_labelled((NO_CATEGORY, None)), _labelled()], False, "E-321", "nothing to learn"),
        ([_labelled(), _labelled()], True, "E-321", "No image has exactly one class"),
        ([_labelled((0, None)), _labelled((1, None), (0, None))], True, "data", "has 2 classes"),
        ([_labelled((0, None)), _labelled((1, None)), _labelled()], True, "data", "has no class"),
        ([], False, "E-150", "no training image"),
    ],
)
def test_what_cannot_be_learned_is_refused_in_words(
    images: list[TreeImage], is_exclusive: bool, code: str, says: str
) -> None:
    with pytest.raises(WorkerError, match=says) as refused:
        require_learnable(datapoints_of(images), ("a", "b"), is_exclusive=is_exclusive)
    assert refused.value.code == code


@pytest.mark.parametrize("is_exclusive", [True, False])
def test_one_class_on_every_image_tells_nothing_apart(is_exclusive: bool) -> None:
    images = [_labelled((0, None)), _labelled((0, None))]
    with pytest.raises(WorkerError, match="told apart"):
        require_learnable(datapoints_of(images), ("a",), is_exclusive=is_exclusive)


def test_one_class_with_negatives_is_enough_for_a_tagger() -> None:
    require_learnable(datapoints_of([_labelled((0, None)), _labelled()]), ("a",), is_exclusive=False)


def test_the_margin_is_a_fraction_of_the_smaller_side_and_stays_in_the_image() -> None:
    assert crop_box(Box(20, 10, 60, 30), 0.0, 100, 60) == (20, 10, 60, 30)
    assert crop_box(Box(20, 10, 60, 30), 0.25, 100, 60) == (15, 5, 65, 35)
    assert crop_box(Box(20, 10, 60, 30), 1.0, 100, 60) == (0, 0, 80, 50)
    assert crop_box(Box(20, 10, 20, 30), 1.0, 100, 60) is None
    assert crop_box(Box(120, 10, 140, 30), 1.0, 100, 60) is None


def test_a_crop_of_no_size_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "p.png"
    Image.new("RGB", (100, 60)).save(path)
    flat = Box(10, 10, 10, 40)
    with pytest.raises(WorkerError, match=r"page\.png has no area"):
        Cutter(32, keeps_aspect=False, margin=0.5).cut(_image(regions=(flat,), path=path), (flat,))


def test_crops_are_what_lies_in_the_shape(tmp_path: Path) -> None:
    path = tmp_path / "p.png"
    picture = Image.new("RGB", (100, 60), (255, 0, 0))
    picture.paste((0, 0, 255), (60, 0, 100, 60))
    picture.save(path)
    image = _image(SnapshotObject(0, LEFT), SnapshotObject(1, RIGHT), regions=(LEFT, RIGHT), path=path)
    found = read_pictures(
        datapoints_of([image]), Cutter(32, keeps_aspect=False, margin=0.0), tmp_path / "s", lambda done: None, 1
    )
    assert found.shape == (2, 32, 32, 3)
    assert (found[0] == (255, 0, 0)).all()
    assert (found[1] == (0, 0, 255)).all()
    (kept,) = Cutter(32, keeps_aspect=True, margin=0.0).cut(image, (RIGHT,))
    assert (kept[:, :5] == GREY).all()
    assert (kept[:, 8:24] == (0, 0, 255)).all()


def test_an_image_of_another_size_than_it_is_said_to_be_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.png"
    Image.new("RGB", (90, 60)).save(path)
    with pytest.raises(WorkerError, match="cannot be read as 100 x 60"):
        Cutter(32, keeps_aspect=False, margin=0.0).cut(_image(path=path), (None,))
    with pytest.raises(WorkerError, match="cannot be read"):
        Cutter(32, keeps_aspect=False, margin=0.0).cut(replace(_image(), path=tmp_path / "none.png"), (None,))


def test_pictures_that_do_not_fit_the_memory_lie_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "p.png"
    Image.effect_noise((100, 60), 80).convert("RGB").save(path)
    datapoints = datapoints_of([_image(regions=(LEFT, RIGHT), path=path)])
    cutter = Cutter(32, keeps_aspect=False, margin=0.0)
    in_memory = read_pictures(datapoints, cutter, tmp_path / "s", lambda done: None, 2)
    assert not (tmp_path / "s").exists()
    monkeypatch.setattr("core.workers.builtin.vision.worker.pictures.MOST_IN_MEMORY", 100)
    in_file = read_pictures(datapoints, cutter, tmp_path / "s", lambda done: None, 2)
    assert (tmp_path / "s").is_file()
    assert np.array_equal(in_memory, in_file)
