"""100 images with 273 boxes and the 452 detections of another program. They are no part of the project."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from core.domain.geometry import Box
from core.domain.predictions import PredictedObject
from core.domain.snapshots import SnapshotObject
from core.metrics.coco import EvalImage

VOC100 = Path(__file__).parents[4] / "shared" / "data" / "voc100"


def voc_images() -> list[EvalImage]:
    """The two files number their classes and images differently: joined by name."""
    truth = json.loads((VOC100 / "coco" / "instances_v2.json").read_text())
    found = json.loads((VOC100 / "detections" / "coco_dets.json").read_text())
    names = sorted(c["name"] for c in truth["categories"])
    truths, predictions = defaultdict(list), defaultdict(list)
    for a, file, name in _named(truth):
        truths[file].append(SnapshotObject(names.index(name), _box(a), bool(a["iscrowd"])))
    for d, file, name in _named(found):
        predictions[file].append(PredictedObject(names.index(name), d["score"], _box(d)))
    return [
        EvalImage(i["width"], i["height"], truths[i["file_name"]], predictions[i["file_name"]])
        for i in sorted(truth["images"], key=lambda i: i["id"])
    ]


def _named(coco: dict) -> Iterator[tuple[dict, str, str]]:
    files = {i["id"]: i["file_name"] for i in coco["images"]}
    names = {c["id"]: c["name"] for c in coco["categories"]}
    for annotation in coco["annotations"]:
        yield annotation, files[annotation["image_id"]], names[annotation["category_id"]]


def _box(annotation: dict) -> Box:
    x, y, w, h = annotation["bbox"]
    return Box(x, y, x + w, y + h)
