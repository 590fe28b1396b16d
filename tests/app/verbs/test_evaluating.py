"""Measuring in a terminal: every number of the table, and what stands beside it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.cli import main
from core.runs.testing import run_to_its_end
from tests.core.metrics.voc100 import VOC100, voc_images
from tests.core.training.service_workshop import Shop

PUBLISHED = {
    "ap": 0.346958,
    "ap50": 0.610030,
    "ap75": 0.353714,
    "ap_small": 0.075181,
    "ap_medium": 0.339482,
    "ap_large": 0.497881,
    "ar100": 0.522570,
}


def answer(capsys: pytest.CaptureFixture[str], home: Path, *words: str) -> dict[str, Any]:
    assert main(["--home", str(home), "--json", *words]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_imported_predictions_are_measured_with_every_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, folder = tmp_path / "home", _pages(tmp_path / "pages")
    answer(capsys, home, "import", str(folder / "truth.json"), "--project", "Pages", "--images", str(folder))
    answer(
        capsys, home, "import-predictions", str(folder / "found.json"), "--project", "Pages", "--name", "elsewhere",
        "--ground-truth", str(folder / "truth.json"),
    )  # fmt: skip

    found = answer(capsys, home, "evaluate", "elsewhere", "--project", "Pages")

    outcomes = found["outcomes"]
    assert (outcomes["tp"], outcomes["fp"], outcomes["fn"]) == (1, 2, 1)
    assert (outcomes["confidence"], outcomes["iou"], outcomes["matcher"]) == (0.0, 0.5, "coco-greedy 1")
    assert found["coco"][0]["classes"]["seal"]["ap50"] == 0.0
    assert found["coco"][0]["classes"]["line"]["ap50"] == found["coco"][0]["classes"]["line"]["ap_large"] == 1.0
    assert found["coco"][0]["all"]["ap_small"] is None, "no small object is there: not measured, and not 0"
    assert found["errors"]["cls"]["n"] == 1 and found["errors"]["bkg"]["n"] == 1
    assert found["errors"]["cls"]["ap50_cost"] == pytest.approx(0.5)

    assert main(["--home", str(home), "evaluate", "elsewhere", "--project", "Pages"]) == 0
    told = capsys.readouterr().out
    assert "all predictions at IoU 0.50: 1 right, 2 wrong, 1 object missed" in told
    assert "COCO: AP 0.500, AP50 0.500, AP75 0.500, small –, medium –, large 0.500" in told
    assert "wrong class 0.500 (1 error)" in told


def _pages(folder: Path) -> Path:
    """A page with a line that was found and a seal that was taken for a line; another page where nothing is."""
    folder.mkdir()
    for name in ("1.png", "2.png"):
        Image.new("L", (400, 400), 255).save(folder / name)
    line, seal = [10, 10, 300, 120], [100, 200, 120, 120]
    truth = {
        "images": [{"id": n, "file_name": f"{n}.png", "width": 400, "height": 400} for n in (1, 2)],
        "categories": [{"id": 1, "name": "line"}, {"id": 2, "name": "seal"}],
        "annotations": [
            {"id": n, "image_id": 1, "category_id": n, "bbox": box, "area": box[2] * box[3], "iscrowd": 0}
            for n, box in ((1, line), (2, seal))
        ],
    }
    found = [
        {"image_id": image, "category_id": 1, "bbox": box, "score": score}
        for image, box, score in ((1, line, 0.9), (1, seal, 0.8), (2, line, 0.7))
    ]
    (folder / "truth.json").write_text(json.dumps(truth))
    (folder / "found.json").write_text(json.dumps(found))
    return folder


def test_a_version_is_measured_at_its_own_threshold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shop = Shop(tmp_path)
    try:
        record = shop.training.submit(shop.draft(new_model_name="Quick", values={"n_steps": 1}, device="cpu")).value
        run_to_its_end(shop.runs, record)
        assert record.version is not None
        threshold = shop.models.threshold_of(record.version).confidence

        found = answer(capsys, shop.home.root, "evaluate", record.version, "--project", "Drawings", "--folder", "test")
    finally:
        shop.close()

    assert found["status"] == "Success"
    (table,) = found["metrics"].values()
    assert found["outcomes"]["confidence"] == threshold
    assert found["outcomes"]["tp"] + found["outcomes"]["fn"] == table["instances"]
    assert found["coco"][0]["all"]["ap50"] == pytest.approx(table["map50"])


def test_voc100_gives_the_published_numbers_from_its_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if not VOC100.is_dir():
        return  # this data is not part of the project; the test above needs none
    home, data = tmp_path / "home", tmp_path / "voc100"
    shutil.copytree(VOC100, data)
    truth = str(data / "coco" / "instances_v2.json")
    answer(capsys, home, "import", truth, "--project", "VOC", "--format", "coco", "--images", str(data / "images"))
    detections = str(data / "detections" / "coco_dets.json")
    answer(capsys, home, "import-predictions", detections, "--project", "VOC", "--name", "theirs")

    found = answer(capsys, home, "evaluate", "theirs", "--project", "VOC")

    for name, value in PUBLISHED.items():
        assert found["coco"][0]["all"][name] == pytest.approx(value, abs=1e-6)
    images = voc_images()
    outcomes, right, n_truths = found["outcomes"], _right_by_hand(images), sum(len(i.truths) for i in images)
    assert (outcomes["tp"], outcomes["fp"], outcomes["fn"]) == (right, 452 - right, n_truths - right)


def _right_by_hand(images: list) -> int:
    """One prediction after the other, the surest first: the object of its class that it lies on best, if still free."""
    right = 0
    for image in images:
        free = list(image.truths)
        for prediction in sorted(image.predictions, key=lambda p: -p.confidence):
            own = [t for t in free if t.category == prediction.category]
            overlaps = [_iou(prediction.box, t.geometry) for t in own]
            if overlaps and max(overlaps) >= 0.5:
                free.remove(own[int(np.argmax(overlaps))])
                right += 1
    return right


def _iou(a, b) -> float:
    width, height = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
    shared = max(0.0, width) * max(0.0, height)
    return shared / (a.area + b.area - shared)
