from __future__ import annotations

import pytest

from core.domain.ids import TaskId
from core.tasks.detection import DETECTION
from core.tasks.oriented import ORIENTED
from core.tasks.segmentation import SEGMENTATION
from core.workers.builtin.yolo.architectures import FAMILIES, SIZES, architecture_name, exists
from core.workers.builtin.yolo.presets import PRESETS
from core.workers.builtin.yolo.pretrained import SOURCE
from core.workers.builtin.yolo_detect.configuration import YoloDetectConfiguration
from core.workers.builtin.yolo_obb.configuration import YoloObbConfiguration
from core.workers.builtin.yolo_segment.configuration import YoloSegmentConfiguration
from core.workers.configuration import check, field_specs, make


@pytest.mark.parametrize(
    ("family", "size", "name"),
    [
        ("v8", "n", "yolov8n"),
        ("v9", "n", "yolov9t"),
        ("v9", "x", "yolov9e"),
        ("v10", "l", "yolov10l"),
        ("26", "m", "yolo26m"),
    ],
)
def test_a_family_and_a_size_name_an_architecture(family: str, size: str, name: str) -> None:
    made = make(YoloDetectConfiguration, {"family": family, "size": size})
    assert made.architecture() == name
    assert made.pretrained() == f"{name}.pt"


@pytest.mark.parametrize("task", [DETECTION.slug, SEGMENTATION.slug, ORIENTED.slug])
def test_every_architecture_offered_has_published_weights(task: TaskId) -> None:
    for family in FAMILIES:
        for size in SIZES:
            if exists(task, family, size):
                assert SOURCE.has(f"{architecture_name(task, family, size)}.pt")


def test_sizes_that_a_family_lacks_as_a_segmenter_are_refused() -> None:
    problems = check(YoloSegmentConfiguration, {"family": "v9", "size": "s"})
    assert [(problem.field, problem.is_error) for problem in problems] == [("size", True)]
    assert check(YoloSegmentConfiguration, {"family": "v9", "size": "x"}) == ()
    assert check(YoloDetectConfiguration, {"family": "v9", "size": "s"}) == ()


def test_an_image_size_between_strides_is_rounded_up_and_told() -> None:
    (problem,) = check(YoloDetectConfiguration, {"imgsz": 500})
    assert not problem.is_error
    assert problem.text == '"Image size" is rounded up to 512 px, a multiple of 32.'


def test_fields_that_do_nothing_are_hidden() -> None:
    specs = {spec.name: spec for spec in field_specs(YoloDetectConfiguration)}
    assert specs["mosaic"].depends_on == ("rect", (False,))
    assert specs["lr0"].depends_on is not None
    assert "auto" not in specs["lr0"].depends_on[1]
    assert "mask_ratio" not in specs
    assert "mask_ratio" in {spec.name for spec in field_specs(YoloSegmentConfiguration)}


def test_turned_boxes_have_the_families_that_the_engine_has_and_a_weight_for_the_angle() -> None:
    assert make(YoloObbConfiguration, {"family": "v8", "size": "s"}).architecture() == "yolov8s-obb"
    for family in ("v9", "v10"):
        assert [problem.field for problem in check(YoloObbConfiguration, {"family": family})] == ["family"]
    assert "angle" in {spec.name for spec in field_specs(YoloObbConfiguration)}
    assert "mask_ratio" not in {spec.name for spec in field_specs(YoloObbConfiguration)}


def test_presets_on_the_cpu_are_those_of_a_graphics_card_with_a_network_a_size_smaller() -> None:
    sizes = "nsmlx"
    for name in ("Balance", "Accuracy first"):
        usual, smaller = dict(PRESETS[name]), dict(PRESETS[f"{name} on the CPU"])
        assert sizes.index(str(smaller.pop("size"))) == sizes.index(str(usual.pop("size"))) - 1
        assert smaller == usual
    assert PRESETS["Performance first"]["size"] == "n"
