"""The same photographs in two formats, and pages of real books, where this machine has them."""

from __future__ import annotations

from pathlib import Path

from core.domain.geometry import Box, Polygon
from core.domain.imports import ImportSource
from core.imports.service import ImportService
from core.projects.service import ProjectService


def test_photographs_in_coco_and_in_yolo_give_the_same_boxes(
    imports: ImportService, browsing: ProjectService, contents, voc100: Path | None
) -> None:
    if voc100 is None:
        return
    images = voc100 / "images"
    coco = imports.commit(ImportSource(voc100 / "coco/instances_v2.json", images), project_name="COCO")
    yolo = imports.commit(ImportSource(voc100 / "yolo", images), project_name="YOLO")
    assert (coco.format, yolo.format) == ("coco", "yolo")
    for report in (coco, yolo):
        assert (report.n_images, report.n_annotations, len(report.categories)) == (100, 273, 20)
    assert dict(coco.categories) == dict(yolo.categories)
    first, second = contents(coco.project), contents(yolo.project)
    for path, objects in first.items():
        others = list(second[path])
        for name, box in objects:
            match = next(other for other in others if other[0] == name and _distance(other[1], box) < 0.01)
            others.remove(match)
        assert others == []
    imports.commit(ImportSource(voc100 / "yolo", images), project_name="", into=coco.project)
    assert browsing.get_project(coco.project).n_annotations == 273, "the same boxes from another format are not doubled"


def test_pages_in_alto_give_lines_and_zones(imports: ImportService, contents, pages18c: Path | None) -> None:
    if pages18c is None:
        return
    report = imports.commit(ImportSource(pages18c), project_name="Pages")
    assert (report.format, report.n_images) == ("alto", 30)
    counts = dict(report.categories)
    assert counts["text_line"] > 600
    assert counts["MainZone"] == 30
    shapes = [shape for objects in contents(report.project).values() for name, shape in objects if name == "text_line"]
    assert all(isinstance(shape, Polygon) for shape in shapes)


def _distance(a, b: Box) -> float:
    assert isinstance(a, Box)
    return max(abs(a.x0 - b.x0), abs(a.y0 - b.y0), abs(a.x1 - b.x1), abs(a.y1 - b.y1))
