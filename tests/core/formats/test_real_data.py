"""Real data, where this machine has it: the formats agree with each other and with what the files hold."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from core.domain.geometry import Box, Polygon
from core.domain.imports import ImportSource, Severity
from core.formats.base import PictureSize, ReadResult, gather
from core.formats.catalog import FormatCatalog
from core.formats.writing import write_data_set
from core.images.reading import read_header


def upright_size(path: Path) -> PictureSize:
    header = read_header(path)
    return PictureSize(header.width, header.height)


def boxes(result: ReadResult) -> dict[str, list[tuple[str | None, float, float, float, float]]]:
    found: dict[str, list[tuple[str | None, float, float, float, float]]] = {}
    for image in result.images:
        for item in image.annotations:
            assert isinstance(item.geometry, Box)
            box = item.geometry
            x0, y0, x1, y1 = (round(value, 6) for value in (box.x0, box.y0, box.x1, box.y1))
            found.setdefault(image.path, []).append((item.category, x0, y0, x1, y1))
    return {path: sorted(rows, key=str) for path, rows in found.items()}


def test_the_same_photographs_as_coco_as_voc_and_as_yolo(voc100: Path | None) -> None:
    if voc100 is None:
        return
    results = []
    for path in (voc100 / "coco" / "instances_v2.json", voc100 / "yolo", voc100 / "pascal_voc"):
        source = ImportSource(path, images_root=voc100 / "images")
        results.append(gather(FormatCatalog().detect(path).read(source, size_of=upright_size)))
    coco, yolo, voc = (boxes(result) for result in results)
    assert sum(len(rows) for rows in coco.values()) == 273
    assert set(results[0].categories) == set(results[1].categories)
    assert len(results[0].categories) == 20
    assert coco == voc
    assert coco.keys() == yolo.keys()
    for path, rows in coco.items():
        remaining = list(yolo[path])
        for row in rows:
            twin = next(
                other
                for other in remaining
                if other[0] == row[0] and all(abs(a - b) <= 1 for a, b in zip(row[1:], other[1:], strict=True))
            )
            remaining.remove(twin)
        assert not remaining
    assert not [problem for result in results for problem in result.problems if problem.severity is not Severity.INFO]


@pytest.mark.parametrize(
    "slug",
    ["voc", "csv", "modelarts", "labelme", "cvat", "label-studio", "arkindex", "dataloop", "deepomatic"],
)
def test_the_same_photographs_come_back_from_what_is_written(voc100: Path | None, tmp_path: Path, slug: str) -> None:
    if voc100 is None:
        return
    source = ImportSource(voc100 / "pascal_voc", images_root=voc100 / "images")
    catalog = FormatCatalog()
    first = gather(catalog.get("voc").read(source, size_of=upright_size))
    write_data_set(catalog.get(slug), first.images, first.categories, tmp_path / "out")
    assert catalog.detect(tmp_path / "out").info.slug == slug
    again = ImportSource(tmp_path / "out", images_root=voc100 / "images")
    back = gather(catalog.get(slug).read(again, size_of=upright_size))
    assert sum(len(rows) for rows in boxes(back).values()) == 273
    assert boxes(back) == boxes(first)
    assert not back.problems


@pytest.mark.parametrize("slug", ["labelme", "cvat", "label-studio", "arkindex", "dataloop"])
def test_the_outlines_of_pages_come_back_from_what_is_written(pages18c: Path | None, tmp_path: Path, slug: str) -> None:
    if pages18c is None:
        return

    def outlines(result: ReadResult) -> dict[str, list[str]]:
        shapes = {image.path: [(item.category, item.geometry) for item in image.annotations] for image in result.images}
        return {
            path: sorted(
                f"{name} {[[f'{value:.3f}' for value in ring] for ring in (shape.outline() if shape else ())]}"
                for name, shape in some
            )
            for path, some in shapes.items()
        }

    catalog = FormatCatalog()
    first = gather(catalog.get("alto").read(ImportSource(pages18c), size_of=upright_size))
    write_data_set(catalog.get(slug), first.images, first.categories, tmp_path / "out")
    again = ImportSource(tmp_path / "out", images_root=pages18c)
    back = gather(catalog.get(slug).read(again, size_of=upright_size))
    assert sum(map(len, outlines(back).values())) == 799
    assert outlines(back) == outlines(first)
    assert not back.problems


def test_pages_with_lines_and_zones(pages18c: Path | None) -> None:
    if pages18c is None:
        return
    result = gather(FormatCatalog().detect(pages18c).read(ImportSource(pages18c), size_of=upright_size))
    counts = Counter(item.category for image in result.images for item in image.annotations)
    assert len(result.images) == 30
    assert counts["text_line"] == 694
    assert counts["MainZone"] == 30
    assert counts["GraphicZone"] == 5
    assert all(isinstance(item.geometry, Polygon) for image in result.images for item in image.annotations)
    assert [problem.kind for problem in result.problems] == ["line-types-merged"]
