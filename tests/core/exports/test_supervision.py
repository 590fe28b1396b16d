"""supervision reads YOLO, COCO and Pascal VOC exports with the same boxes, in an environment of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.domain.exports import ExportRequest
from core.domain.projects import Project
from core.exports.service import ExportService
from core.formats.catalog import FormatCatalog
from core.registry.database import Registry
from tests.core.exports.test_every_format import photographs, read_back, registry  # noqa: F401 - fixtures
from tests.oracles import run_in_oracles

SCRIPT = """
import json, sys
from pathlib import Path
import supervision as sv

kind, root = sys.argv[1], Path(sys.argv[2])
if kind == "yolo":
    found = sv.DetectionDataset.from_yolo(str(root / "images"), str(root / "labels"), str(root / "data.yaml"))
elif kind == "coco":
    found = sv.DetectionDataset.from_coco(str(root / "images"), str(root / "annotations.json"))
else:
    found = sv.DetectionDataset.from_pascal_voc(str(root / "JPEGImages"), str(root / "Annotations"))
answer = {}
for path, _, detections in found:
    rows = zip(detections.class_id.tolist(), detections.xyxy.tolist())
    answer[Path(path).name] = sorted([found.classes[number], box] for number, box in rows)
print(json.dumps(answer))
"""


@pytest.mark.parametrize("slug", ["yolo", "coco", "voc"])
def test_supervision_reads_the_same_boxes(
    slug: str,
    registry: Registry,  # noqa: F811
    photographs: Project,  # noqa: F811
    tmp_path: Path,
) -> None:
    target = tmp_path / "out"
    report = ExportService(registry).export(ExportRequest(photographs.id, slug, target, links_images=True))
    answer = run_in_oracles(SCRIPT, slug, target)
    seen = {name: rows for name, rows in answer.items() if rows}
    info = FormatCatalog().get(slug).info
    ours = {
        image.path.rpartition("/")[2]: sorted(
            [item.category, [box.x0, box.y0, box.x1, box.y1]]
            for item in image.annotations
            if (box := item.geometry.bounds() if item.geometry is not None else None) is not None
        )
        for image in read_back(info, target).images
        if image.annotations
    }
    assert seen.keys() == ours.keys()
    assert sum(map(len, seen.values())) == report.n_annotations
    for name, rows in ours.items():
        for (category, box), (other, seen_box) in zip(rows, seen[name], strict=True):
            assert category == other
            # supervision takes the left and the top of Pascal VOC for pixels counted from 1, whoever wrote them.
            shift = 1 if slug == "voc" else 0
            assert seen_box == pytest.approx([box[0] - shift, box[1] - shift, *box[2:]], abs=0.05)
