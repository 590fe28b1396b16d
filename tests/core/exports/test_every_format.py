"""Whatever formats are installed: what is exported in each comes back the same, with boxes, classes of whole images, or
what a model found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from core.domain.exports import ExportRequest
from core.domain.formats import Content, FormatInfo, ShapeKind
from core.domain.geometry import Box, Geometry, Polygon
from core.domain.imports import ImportSource, RawAnnotation, RawImage, Severity
from core.domain.projects import Project
from core.exports.service import ExportService
from core.formats.base import PictureSize, ReadResult, gather
from core.formats.catalog import FormatCatalog
from core.formats.writing import write_data_set
from core.imports.service import ImportService
from core.projects.service import ProjectService
from core.registry.database import Registry

FORMATS = [info for info in FormatCatalog().list_formats() if info.can_write]
OBJECTS = (("cat", (3, 4, 40, 50)), ("dog", (10, 1, 64, 48)), ("cat", (0, 0, 9, 9)))

Found = dict[str, list[tuple[str | None, tuple[float, ...]]]]


def each_that_holds(*shapes: ShapeKind) -> pytest.MarkDecorator:
    able = [info for info in FORMATS if set(shapes) & info.shapes_written]
    return pytest.mark.parametrize("info", able, ids=lambda info: info.slug)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    home = tmp_path_factory.mktemp("home")
    with Registry(home / "registry.sqlite", home / "backups") as opened:
        yield opened


@pytest.fixture(scope="module")
def photographs(registry: Registry, tmp_path_factory: pytest.TempPathFactory, voc100: Path | None) -> Project:
    """A hundred real ones with 273 boxes where this machine has them, else a few drawn ones."""
    if voc100 is not None:
        source = ImportSource(voc100 / "coco" / "instances_v2.json", voc100 / "images")
    else:
        source = drawn(tmp_path_factory.mktemp("drawn"))
    report = ImportService(registry).commit(source, project_name="Photographs")
    assert report.n_annotations == (273 if voc100 is not None else 9)
    return ProjectService(registry).get_project(report.project)


def drawn(folder: Path) -> ImportSource:
    document: dict[str, list[dict]] = {"images": [], "annotations": [], "categories": []}
    document["categories"] = [{"id": n, "name": name} for n, name in enumerate(("cat", "dog"))]
    for number in range(6):
        Image.new("RGB", (64, 50), (40 * number, 90, 120)).save(folder / f"{number}.png")
        document["images"].append({"id": number, "file_name": f"{number}.png", "width": 64, "height": 50})
        for name, (x0, y0, x1, y1) in OBJECTS if number % 2 else ():
            n = len(document["annotations"])
            box = {"id": n, "image_id": number, "category_id": int(name == "dog"), "bbox": [x0, y0, x1 - x0, y1 - y0]}
            document["annotations"].append(box)
    (folder / "coco.json").write_text(json.dumps(document))
    return ImportSource(folder / "coco.json", folder)


def size_of(path: Path) -> PictureSize:
    with Image.open(path) as picture:
        return PictureSize(*picture.size)


def read_back(info: FormatInfo, target: Path) -> ReadResult:
    annotation_format = FormatCatalog().get(info.slug)
    assert annotation_format.detect(target) > 0
    return gather(annotation_format.read(ImportSource(target), size_of=size_of))


def objects_of(images: tuple[RawImage, ...]) -> Found:
    """By the name of the picture; of an outline its bounds."""
    return {
        image.path.rpartition("/")[2]: sorted((item.category, _rounded(item)) for item in image.annotations)
        for image in images
        if image.annotations
    }


def _rounded(item: RawAnnotation) -> tuple[float, ...]:
    if item.geometry is None:
        return ()
    box = item.geometry.bounds()
    return tuple(round(value, 2) for value in (box.x0, box.y0, box.x1, box.y1))


@each_that_holds(ShapeKind.BOX, ShapeKind.POLYGON)
def test_boxes_come_back_from_every_format(
    info: FormatInfo, registry: Registry, photographs: Project, tmp_path: Path
) -> None:
    exports = ExportService(registry)
    exports.export(ExportRequest(photographs.id, "coco", tmp_path / "coco", links_images=True))
    target = tmp_path / "out"
    report = exports.export(ExportRequest(photographs.id, info.slug, target, links_images=True))
    assert [problem for problem in report.problems if problem.severity is not Severity.INFO] == []
    result = read_back(info, target)
    assert [problem for problem in result.problems if problem.severity is not Severity.INFO] == []
    coco = next(one for one in FORMATS if one.slug == "coco")
    stated = objects_of(read_back(coco, tmp_path / "coco").images)
    assert objects_of(result.images) == stated
    assert sum(map(len, stated.values())) == report.n_annotations


@each_that_holds(ShapeKind.IMAGE)
def test_classes_of_whole_images_come_back(info: FormatInfo, tmp_path: Path) -> None:
    images = [
        RawImage(f"{number}.png", (RawAnnotation(name, None),), 64, 50)
        for number, name in enumerate(("cat", "dog", "cat"))
    ]

    def put(image: RawImage, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (64, 50)).save(place)

    write_data_set(FormatCatalog().get(info.slug), images, ("cat", "dog"), tmp_path / "out", put_picture=put)
    found = objects_of(read_back(info, tmp_path / "out").images)
    assert {path: [name for name, _ in items] for path, items in found.items()} == {
        "0.png": ["cat"],
        "1.png": ["dog"],
        "2.png": ["cat"],
    }


@pytest.mark.parametrize(
    ("content", "shape"),
    [
        (Content.BOXES, Box(3, 4, 40, 48)),
        (Content.POLYGONS, Polygon(((3, 4, 40, 4, 40, 48),))),
        (Content.WHOLE_IMAGES, None),
    ],
)
@pytest.mark.parametrize("info", FORMATS, ids=lambda info: info.slug)
def test_nothing_is_written_of_just_what_is_told_to_be_left_out(
    info: FormatInfo, content: Content, shape: Geometry, tmp_path: Path
) -> None:
    def put(image: RawImage, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (64, 50)).save(place)

    image = RawImage("0.png", (RawAnnotation("cat", shape),), 64, 50)
    written = write_data_set(FormatCatalog().get(info.slug), [image], ("cat",), tmp_path / "out", put_picture=put)
    assert (written.n_annotations > 0) == info.can_hold_some({content: 1})


@pytest.mark.parametrize("info", [info for info in FORMATS if info.holds_predictions], ids=lambda info: info.slug)
def test_what_a_model_found_comes_back_as_such(info: FormatInfo, tmp_path: Path) -> None:
    """So that it is left out of ground truth: with how sure it was, or by whom it was made."""
    found = RawAnnotation("cat", Box(3, 4, 40, 48), made_by="Cats V002", confidence=0.75)
    Image.new("RGB", (64, 50)).save(tmp_path / "a.png")

    def put(image: RawImage, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.hardlink_to(tmp_path / image.path)

    image = RawImage("a.png", (found,), 64, 50)
    write_data_set(FormatCatalog().get(info.slug), [image], ("cat",), tmp_path / "out", put_picture=put)
    (back,) = read_back(info, tmp_path / "out").images
    (item,) = back.annotations
    assert item.made_by, "nothing says that a model made it, so it would be taken for ground truth"
    assert item.confidence == pytest.approx(0.75, abs=0.001)


@pytest.mark.long
@each_that_holds(ShapeKind.BOX, ShapeKind.POLYGON)
def test_an_export_is_imported_the_same(
    info: FormatInfo, registry: Registry, photographs: Project, tmp_path: Path
) -> None:
    """The whole way, a project from a project."""
    browsing = ProjectService(registry)
    target = tmp_path / "out"
    ExportService(registry).export(ExportRequest(photographs.id, info.slug, target, links_images=True))
    back = ImportService(registry).commit(ImportSource(target), project_name=f"Back {info.slug}")
    assert back.format == info.slug
    used = [
        {item.name: item.n_annotations for item in browsing.list_categories(project) if item.n_annotations}
        for project in (photographs.id, back.project)
    ]
    assert used[0] == used[1]
