"""The detections of another program beside a project's images: measured, number for number, as the reference does."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from tests.e2e.conftest import Calque

NUMBERS = (
    "ap",
    "ap50",
    "ap75",
    "ap_small",
    "ap_medium",
    "ap_large",
    "ar1",
    "ar10",
    "ar100",
    "ar_small",
    "ar_medium",
    "ar_large",
)


def test_imported_detections_are_measured_as_pycocotools_does(calque: Calque, voc100: Path | None) -> None:
    if voc100 is None:
        pytest.skip("the photographs are not on this machine")
    truth, found = voc100 / "coco" / "instances_v2.json", voc100 / "detections" / "coco_dets.json"
    imported = calque("import", truth, "--images", voc100 / "images", "--project", "Photographs")
    assert (imported.code, imported.data["images"], imported.data["annotations"]) == (0, 100, 273)

    laid = calque("import-predictions", found, "--project", "Photographs", "--name", "Other program")
    assert laid.code == 0, laid.stderr
    measured = calque("evaluate", "Other program", "--project", "Photographs")
    assert measured.code == 0, measured.stderr

    expected = _reference(truth, found)
    (told,) = measured.data["coco"]
    assert [told["all"][name] for name in NUMBERS] == pytest.approx(expected, abs=1e-9)
    assert measured.data["metrics"]["test"]["map50_95"] == pytest.approx(0.346958, abs=1e-6)


def _reference(truth_file: Path, found_file: Path) -> list[float]:
    """By pycocotools itself; classes and images joined by their names."""
    truth, found = json.loads(truth_file.read_text()), json.loads(found_file.read_text())
    classes = {c["name"]: c["id"] for c in truth["categories"]}
    images = {i["file_name"]: i["id"] for i in truth["images"]}
    names = {c["id"]: c["name"] for c in found["categories"]}
    files = {i["id"]: i["file_name"] for i in found["images"]}
    results = [
        {
            "image_id": images[files[d["image_id"]]],
            "category_id": classes[names[d["category_id"]]],
            "bbox": d["bbox"],
            "score": d["score"],
        }
        for d in found["annotations"]
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = truth
        coco.createIndex()
        evaluation = COCOeval(coco, coco.loadRes(results), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation.stats.tolist()
