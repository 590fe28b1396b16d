"""Ultralytics takes an export as it is: it finds every label where it looks for it, with the same boxes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.domain.exports import ExportRequest
from core.domain.projects import Project
from core.exports.service import ExportService

PROGRAM = """
import json, sys
from ultralytics.data.dataset import YOLODataset
from ultralytics.data.utils import check_det_dataset

data = check_det_dataset(sys.argv[1], autodownload=False)
dataset = YOLODataset(img_path=data["val"], data=data, task="detect", imgsz=64, augment=False, rect=False)
found = {
    label["im_file"]: [[data["names"][int(c)], *map(float, box)] for c, box in zip(label["cls"][:, 0], label["bboxes"])]
    for label in dataset.labels
}
print("FOUND " + json.dumps(found))
"""


@pytest.mark.training
def test_ultralytics_reads_the_same_boxes(exports: ExportService, parish: Project, tmp_path: Path) -> None:
    target = tmp_path / "out"
    report = exports.export(ExportRequest(parish.id, "yolo", target, copies_images=True))
    settings = {"YOLO_CONFIG_DIR": str(tmp_path / "settings"), "YOLO_OFFLINE": "true"}
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, str(target / "data.yaml")]
    done = subprocess.run(command, env=os.environ | settings, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    line = next(line for line in done.stdout.splitlines() if line.startswith("FOUND "))
    found = {Path(name).relative_to(target / "images").as_posix(): rows for name, rows in json.loads(line[6:]).items()}
    (told,) = (problem.text for problem in report.problems if problem.kind == "mixed-images")
    assert told.startswith("1 image with both boxes and polygons: Ultralytics leaves them out")
    assert "labels mix segment and detection rows" in done.stdout + done.stderr
    assert sum(len(rows) for rows in found.values()) == report.n_annotations - 2 == 3
    assert found["empty.png"] == []
    assert found["b/images/deep é/3.png"] == [["no", *map(pytest.approx, (5.5 / 64, 7 / 48, 5 / 64, 6 / 48))]]
    assert found["turned.jpg"] == [["line", *map(pytest.approx, (7 / 48, 56 / 64, 10 / 48, 12 / 64))]]
