"""The detections of another program on real photographs, imported and looked at: every count as pycocotools has it."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from pytestqt.qtbot import QtBot

from app.controllers.studies import StudiesController
from app.jobs import JobRunner
from app.services import open_services
from app.undo import UndoHistory
from core.domain.imports import ImportSource
from core.domain.studies import StudySource
from core.home import Home
from ui.evaluation.matrix_panel import MatrixPanel
from ui.studies.study_page import StudyPage


def counts_by_pycocotools(truth: dict[str, Any], found: dict[str, Any], confidence: float, iou: float) -> Any:
    """TP, FP and FN of all classes; the two files are joined by the names of images and classes."""
    ids = {category["name"]: category["id"] for category in truth["categories"]}
    images = {image["file_name"]: image["id"] for image in truth["images"]}
    names = {category["id"]: category["name"] for category in found["categories"]}
    files = {image["id"]: image["file_name"] for image in found["images"]}
    results = [
        {
            "image_id": images[files[one["image_id"]]],
            "category_id": ids[names[one["category_id"]]],
            "bbox": one["bbox"],
            "score": one["score"],
        }
        for one in found["annotations"]
        if one["score"] >= confidence
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = truth
        coco.createIndex()
        measured = COCOeval(coco, coco.loadRes(results), "bbox")
        measured.params.iouThrs = np.array([iou])
        measured.params.maxDets = [1000]
        measured.params.areaRng, measured.params.areaRngLbl = [[0, 1e10]], ["all"]
        measured.evaluate()
    tp = fp = 0
    for image in filter(None, measured.evalImgs):
        counts, is_right = ~image["dtIgnore"][0], image["dtMatches"][0] > 0
        tp += int((counts & is_right).sum())
        fp += int((counts & ~is_right).sum())
    return tp, fp, sum(not one["iscrowd"] for one in truth["annotations"]) - tp


def test_every_count_equals_an_independent_pycocotools(
    qtbot: QtBot, browse_jobs: JobRunner, tmp_path: Path, voc100: Path | None
) -> None:
    if voc100 is None:
        return  # this machine does not have them
    folder = tmp_path / "voc"
    shutil.copytree(voc100 / "images", folder / "images")
    shutil.copytree(voc100 / "coco", folder / "coco")
    truth_file, found_file = folder / "coco" / "instances_v2.json", voc100 / "detections" / "coco_dets.json"
    truth, found = json.loads(truth_file.read_text()), json.loads(found_file.read_text())
    with open_services(Home(tmp_path / "home")) as services:
        report = services.imports.commit(ImportSource(truth_file, folder / "images"), project_name="voc")
        imported = services.prediction_imports.import_results(
            found_file, report.project, "another program", ground_truth=truth_file
        ).value
        page = StudyPage()
        qtbot.addWidget(page)
        page.resize(1080, 700)
        page.show()
        controller = StudiesController(
            studies=services.studies,
            models=services.models,
            thumbnails=services.thumbnails,
            tags=services.tags,
            bulk_tags=services.bulk_tags,
            accepting=services.accepting,
            jobs=browse_jobs,
            undo=UndoHistory(browse_jobs),
            page=page,
            panels=(MatrixPanel(),),
        )
        controller.open(StudySource.of_set(imported.set.id))
        qtbot.waitUntil(lambda: page.answer is not None, timeout=30_000)
        for confidence, iou in ((0.0, 0.5), (0.35, 0.5), (0.6, 0.5), (0.6, 0.75), (0.9, 0.3)):
            page.thresholds._iou_value.setValue(iou)
            page.thresholds.go_to(confidence)
            wanted = page.question().thresholds
            qtbot.waitUntil(lambda wanted=wanted: page.answer.question.thresholds == wanted)  # type: ignore[union-attr,misc]
            assert page.answer is not None
            counts = page.answer.counts
            assert (counts.tp, counts.fp, counts.fn) == counts_by_pycocotools(truth, found, confidence, iou)
            matrix = page.answer.matrix.counts
            assert matrix.sum(axis=1)[:-1].sum() == 273
        controller.close()
