"""Measures come from entry points, and one that fails costs nobody the others."""

from __future__ import annotations

import math
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from core.domain.evaluation import BOXES, COUNT, Measure
from core.domain.geometry import Box
from core.domain.metrics import BOX_MEASURES, MASK_MEASURES, PIXEL_MEASURES
from core.domain.predictions import PredictedObject
from core.domain.snapshots import SnapshotObject, Split
from core.evaluation.coco_measures import MEASURES
from core.evaluation.files import write_table
from core.evaluation.measures import GROUP, ComputedMeasure, MeasureCatalog
from core.evaluation.table import evaluate
from core.metrics.coco import EvalImage, Scored
from core.tasks.detection import DETECTION
from core.tasks.segmentation import SEGMENTATION

BOX = Box(10, 10, 30, 30)
IMAGES = [EvalImage(50, 50, (SnapshotObject(0, BOX),), (PredictedObject(0, 0.8, BOX),))]
COCO = EntryPoint("coco", "core.evaluation.coco_measures:MEASURES", GROUP)


def computed(name: str, value: float | None, **described: object) -> ComputedMeasure:
    return ComputedMeasure(Measure(name, **described), Scored, lambda _scored, _category: value)  # type: ignore[arg-type]


def test_cocos_measures_are_described_as_the_domain_names_them() -> None:
    assert tuple(measure.description for measure in MEASURES) == (*BOX_MEASURES, *MASK_MEASURES)
    assert MeasureCatalog().list_measures()[:10] == MEASURES
    assert MeasureCatalog().problems == ()


def test_boxes_are_not_measured_as_masks() -> None:
    boxes, masks = (evaluate(Split.VAL, ["a"], task, IMAGES) for task in (DETECTION, SEGMENTATION))
    assert boxes.measures == BOX_MEASURES
    assert masks.measures == (*BOX_MEASURES, *MASK_MEASURES, *PIXEL_MEASURES)
    assert boxes.settings["max_detections"] == 300
    assert boxes.settings["iou_thresholds"] == (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import a_library_that_is_not_there", "a_library_that_is_not_there"),
        ("MEASURES = 5", "no sequence of them"),
        ("MEASURES = ['map50']", "no sequence of them"),
        ("from core.evaluation.coco_measures import MEASURES", 'There is a measure "precision" already'),
    ],
)
def test_measures_that_do_not_load_are_told_and_harm_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, reason: str
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    name = f"measures_{abs(hash(source))}"
    (tmp_path / f"{name}.py").write_text(source)
    catalog = MeasureCatalog([EntryPoint("a-broken-one", f"{name}:MEASURES", GROUP), COCO])
    (problem,) = catalog.problems
    assert reason in problem
    assert catalog.list_measures() == MEASURES


def test_what_is_no_number_cannot_be_stated() -> None:
    measures = [computed("nan", math.nan), computed("inf", math.inf), computed("none", None), computed("one", 1)]
    table = evaluate(Split.VAL, ["a"], DETECTION, IMAGES, measures=measures)
    assert dict(table.overall.values) == {"nan": None, "inf": None, "none": None, "one": 1.0}


def test_a_measure_of_other_findings_is_no_column() -> None:
    other = ComputedMeasure(Measure("other"), dict, lambda _scored, _category: 1.0)
    assert evaluate(Split.VAL, ["a"], DETECTION, IMAGES, measures=[other]).measures == ()


def test_the_columns_of_the_file_are_the_tables_measures(tmp_path: Path) -> None:
    measures = [computed("=calm", 0.25, group=BOXES), computed("n_seen", 12, kind=COUNT)]
    table = evaluate(Split.VAL, ["a"], DETECTION, IMAGES, measures=measures)
    write_table(tmp_path / "table.csv", table)
    lines = (tmp_path / "table.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines == ["class,images,instances,'=calm,n_seen", "all,1,1,0.250000,12", "a,1,1,0.250000,12"]
