"""Exports as a person does them: look, write, take it back in with this program and with others."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint
from itertools import count
from pathlib import Path

import pytest

from core.domain.exports import ExportReport, ExportRequest
from core.domain.formats import Content
from core.domain.geometry import Box, Geometry, Polygon
from core.domain.ids import ProjectId
from core.domain.imports import ImportSource, Problem, Severity
from core.domain.projects import Project
from core.errors import NotFoundError, RefusedError
from core.exports.service import ExportCancelledError, ExportService
from core.files.whole_folder import MARKER
from core.formats.catalog import GROUP, FormatCatalog
from core.imports.service import ImportService
from core.projects.service import ProjectService
from core.registry.database import Registry

Contents = dict[str, list[tuple[str | None, Geometry]]]
ContentsOf = Callable[[ProjectId], Contents]

FORMATS = ["coco", "yolo", "alto"]


def fingerprint(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        str(path.relative_to(folder)): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


ADDED = ("baseline-derived", "outline-touches-itself")
"""What pages are told to have been given for other programs' sake, which changes no object."""


def kinds(report: ExportReport) -> list[str]:
    return [problem.kind for problem in told(report)]


def told(report: ExportReport) -> tuple[Problem, ...]:
    return tuple(problem for problem in report.problems if problem.kind not in ADDED)


def assert_same(first: Contents, second: Contents, *, within: float) -> None:
    """The same images, classes, shapes and negatives; coordinates within so many pixels."""
    assert first.keys() == second.keys()
    for path, objects in first.items():
        remaining = list(second[path])
        assert len(remaining) == len(objects), path
        for name, shape in objects:
            twin = next(other for other in remaining if other[0] == name and _distance(shape, other[1]) <= within)
            remaining.remove(twin)


def _distance(a: Geometry, b: Geometry) -> float:
    first, second = _numbers(a), _numbers(b)
    if type(a) is not type(b) or len(first) != len(second):
        return float("inf")
    return max((abs(x - y) for x, y in zip(first, second, strict=True)), default=0.0)


def _numbers(shape: Geometry) -> list[float]:
    if isinstance(shape, Polygon):
        return [value for ring in shape.rings for value in ring]
    return [] if shape is None else [shape.x0, shape.y0, shape.x1, shape.y1]


def used_classes(browsing: ProjectService, project: ProjectId) -> dict[str, int]:
    return {item.name: item.n_annotations for item in browsing.list_categories(project) if item.n_annotations}


@pytest.mark.parametrize("copies", [False, True])
@pytest.mark.parametrize("slug", FORMATS)
def test_what_is_exported_comes_back_the_same(
    slug: str,
    copies: bool,
    exports: ExportService,
    imports: ImportService,
    browsing: ProjectService,
    parish: Project,
    contents: ContentsOf,
    pictures: Path,
    tmp_path: Path,
) -> None:
    before = fingerprint(pictures)
    target = tmp_path / "out" / "data"
    report = exports.export(ExportRequest(parish.id, slug, target, copies_images=copies))
    assert (report.project_name, report.format, report.target) == ("Parish", slug, target)
    assert (report.n_images, report.n_annotations, report.n_pictures) == (5, 5, 5 if copies else 0)
    assert kinds(report) == [*(["mixed-images"] if slug == "yolo" else []), "images-stored-turned"]
    assert fingerprint(pictures) == before
    assert [path.name for path in target.parent.iterdir()] == ["data"]
    if copies:
        copied = {path.relative_to(target).as_posix(): path for path in target.rglob("*.png")}
        folder = exports._formats.get(slug).info.images_folder
        for name in (name for name in before if name.endswith(".png")):
            assert copied[f"{folder}/{name}".lstrip("/")].read_bytes() == (pictures / name).read_bytes()
    back = imports.commit(ImportSource(target, None if copies else pictures), project_name="Back")
    assert back.format == slug
    turned = ["upright-assumed"] if slug == "yolo" else []  # which cannot state how its shapes were drawn
    assert [problem.kind for problem in back.problems if problem.severity is not Severity.INFO] == turned
    assert_same(contents(parish.id), contents(back.project), within=1e-4)
    assert used_classes(browsing, back.project) == used_classes(browsing, parish.id)
    if slug != "alto":  # which has no list of classes
        assert {c.name for c in browsing.list_categories(back.project)} == {"line", "no", "rare", "text_line"}


@pytest.mark.parametrize("slug", FORMATS)
def test_a_survey_foretells_what_an_export_says(
    slug: str, exports: ExportService, parish: Project, add_everything: Callable[[], None], tmp_path: Path
) -> None:
    add_everything()
    survey = exports.survey(parish.id)
    assert (survey.n_images, survey.n_spoken_of, survey.n_annotations, survey.n_turned) == (5, 5, 11, 1)
    assert survey.contents == {
        Content.UNSEEN_IMAGES: 0,
        Content.MIXED_IMAGES: 2,
        Content.BOXES: 6,
        Content.POLYGONS: 3,
        Content.POLYGON_PARTS: 2,
        Content.WHOLE_IMAGES: 2,
        Content.CROWDS: 2,
        Content.WITHOUT_CLASS: 2,
        Content.NEGATIVES: 1,
    }
    assert survey.n_picture_bytes == sum(path.stat().st_size for path in parish.root.rglob("*.*"))
    info = next(info for info in exports.list_formats() if info.slug == slug)
    foretold = info.loss_problems(survey.contents)
    report = exports.export(ExportRequest(parish.id, slug, tmp_path / "out"))
    assert told(report)[:-1] == foretold
    assert report.problems[-1].text.startswith("1 image is stored turned")
    assert len(foretold) == {"coco": 2, "yolo": 5, "alto": 4}[slug]
    assert all(problem.text.startswith("2 ") for problem in foretold)
    assert report.n_annotations == survey.n_annotations - (0 if slug == "coco" else 2)


def test_only_the_chosen_folders_are_exported(
    exports: ExportService, imports: ImportService, parish: Project, contents: ContentsOf, tmp_path: Path
) -> None:
    request = ExportRequest(parish.id, "coco", tmp_path / "out", folders=("a", "b/images"), copies_images=True)
    report = exports.export(request)
    assert (report.n_images, report.n_annotations, report.n_pictures) == (2, 3, 2)
    back = imports.commit(ImportSource(tmp_path / "out"), project_name="Back")
    assert set(contents(back.project)) == {"a/1.png", "b/images/deep é/3.png"}
    assert exports.survey(parish.id, ("a",)).n_images == 1


def test_an_export_replaces_an_earlier_one_but_nothing_of_the_persons(
    exports: ExportService, parish: Project, tmp_path: Path
) -> None:
    target = tmp_path / "out"
    target.mkdir()
    exports.export(ExportRequest(parish.id, "yolo", target, copies_images=True))
    exports.check_target(parish.id, target)
    exports.export(ExportRequest(parish.id, "coco", target))
    assert sorted(path.name for path in target.iterdir()) == [MARKER, "annotations.json"]
    (target / "notes.txt").write_text("mine")
    before = fingerprint(target)
    for refused in (exports.check_target, lambda project, path: exports.export(ExportRequest(project, "coco", path))):
        with pytest.raises(RefusedError, match="is not empty"):
            refused(parish.id, target)
    assert fingerprint(target) == before


def test_nothing_is_written_into_the_projects_folder(
    exports: ExportService, parish: Project, pictures: Path, tmp_path: Path
) -> None:
    before = fingerprint(pictures)
    (tmp_path / "link").symlink_to(pictures, target_is_directory=True)
    for target in (pictures, pictures / "out", pictures / "a" / "new" / "out", tmp_path / "link" / "out"):
        with pytest.raises(RefusedError, match="the project's own folder"):
            exports.check_target(parish.id, target)
        with pytest.raises(RefusedError, match="the project's own folder"):
            exports.export(ExportRequest(parish.id, "coco", target))
    assert fingerprint(pictures) == before
    file = tmp_path / "file"
    file.write_text("mine")
    for target, words in ((file, "is a file"), (file / "out", "is not a folder"), (tmp_path, "is not empty")):
        with pytest.raises(RefusedError, match=words):
            exports.export(ExportRequest(parish.id, "coco", target))
    assert file.read_text() == "mine"


@pytest.mark.parametrize("folder", ["", "images"])
def test_an_export_that_was_imported_is_a_projects_folder(
    folder: str, exports: ExportService, imports: ImportService, parish: Project, tmp_path: Path
) -> None:
    target = tmp_path / "out"
    exports.export(ExportRequest(parish.id, "coco", target, copies_images=True))
    imports.commit(ImportSource(target / folder, format="images"), project_name="Again")
    before = fingerprint(target)
    with pytest.raises(RefusedError, match='The images of the project "Again" are in'):
        exports.export(ExportRequest(parish.id, "yolo", target))
    assert fingerprint(target) == before


def test_the_projects_folder_is_known_under_any_name(
    exports: ExportService, parish: Project, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file system that does not tell letters' cases apart is one where a folder has names that no link explains."""
    (tmp_path / "PICTURES").symlink_to(pictures, target_is_directory=True)
    monkeypatch.setattr(os.path, "realpath", lambda path: str(path))
    with pytest.raises(RefusedError, match="the project's own folder"):
        exports.check_target(parish.id, tmp_path / "PICTURES" / "out")


def test_what_cannot_be_exported_is_refused_in_words(
    exports: ExportService, imports: ImportService, parish: Project, pictures: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out"
    empty = imports.commit(ImportSource(pictures, format="images"), project_name="Bare").project
    for request, error, words in (
        (ExportRequest(parish.id, "bmp", target), NotFoundError, 'no format "bmp"'),
        (ExportRequest(parish.id, "images", target), RefusedError, "cannot hold annotations"),
        (ExportRequest(parish.id, "coco", target, folders=("c",)), RefusedError, 'no image in the folder "c"'),
        (ExportRequest(empty, "coco", target), RefusedError, 'No image in "Bare" has an annotation'),
        (ExportRequest(ProjectId("none"), "coco", target), NotFoundError, "no project"),
    ):
        with pytest.raises(error, match=words):
            exports.export(request)
    shutil.move(pictures, tmp_path / "away")
    with pytest.raises(RefusedError, match="not on this computer"):
        exports.export(ExportRequest(parish.id, "coco", target, copies_images=True))
    assert not target.exists()
    assert exports.export(ExportRequest(parish.id, "coco", target)).n_annotations == 5


@pytest.mark.parametrize("slug", ["class-folders", "side-labels"])
def test_a_format_that_can_hold_nothing_of_it_is_refused(
    exports: ExportService, parish: Project, tmp_path: Path, slug: str
) -> None:
    request = ExportRequest(parish.id, slug, tmp_path / "out", folders=("a",), copies_images=True)
    with pytest.raises(RefusedError, match=r"Nothing of what was chosen .* 1 box: left out, .* 1 polygon: left out, "):
        exports.export(request)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_no_disk_can_hold_is_refused(exports: ExportService, parish: Project, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="cannot be made"):
        exports.check_target(parish.id, tmp_path / ("x" * 300))
    with pytest.raises(RefusedError, match="cannot be made"):
        exports.export(ExportRequest(parish.id, "coco", tmp_path / ("x" * 300) / "out"))


def test_a_stop_leaves_nothing_behind(exports: ExportService, parish: Project, tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    exports.export(
        ExportRequest(parish.id, "yolo", tmp_path / "whole" / "out", copies_images=True),
        progress=lambda *step: told.append(step),
    )
    assert told[-1][:2] == (5, 5)
    for allowed in range(5):
        asked = count()
        with pytest.raises(ExportCancelledError):
            exports.export(
                ExportRequest(parish.id, "yolo", tmp_path / "stopped" / "out", copies_images=True),
                is_cancelled=lambda asked=asked, allowed=allowed: next(asked) >= allowed,
            )
        assert not (tmp_path / "stopped").exists()


def test_pictures_that_are_gone_or_changed_cost_no_other(
    exports: ExportService, parish: Project, pictures: Path, tmp_path: Path
) -> None:
    (pictures / "a/1.png").unlink()
    (pictures / "b/1.png").unlink()
    os.mkfifo(pictures / "b/1.png")
    (pictures / "empty.png").write_bytes(b"changed")
    report = exports.export(ExportRequest(parish.id, "coco", tmp_path / "out", copies_images=True))
    assert kinds(report) == ["image-not-copied", "image-not-copied", "image-changed", "images-stored-turned"]
    assert [problem.file for problem in report.problems] == ["a/1.png", "b/1.png", "empty.png", ""]
    assert (report.n_images, report.n_annotations, report.n_pictures) == (5, 5, 3)


def test_a_full_disk_is_said_before_and_leaves_nothing(
    exports: ExportService, imports: ImportService, parish: Project, pictures: Path, small_disk: Path | None
) -> None:
    if small_disk is None:
        return
    (pictures / "large.png").write_bytes((pictures / "empty.png").read_bytes() + b"\0" * 100_000)
    imports.commit(ImportSource(pictures, format="images"), project_name="", into=parish.id)
    with pytest.raises(RefusedError) as caught:
        exports.export(ExportRequest(parish.id, "coco", small_disk / "out", copies_images=True))
    assert caught.value.code == "E-250"
    assert "Not enough disk space: 1" in caught.value.text
    exports.export(ExportRequest(parish.id, "coco", small_disk / "out"))
    assert [path.name for path in small_disk.iterdir()] == ["out"]


@pytest.mark.parametrize("slug", FORMATS)
def test_photographs_and_pages_come_back_the_same(
    slug: str,
    exports: ExportService,
    imports: ImportService,
    browsing: ProjectService,
    contents: ContentsOf,
    tmp_path: Path,
    voc100: Path | None,
    pages18c: Path | None,
) -> None:
    sources = []
    if voc100 is not None:
        sources.append(ImportSource(voc100 / "coco" / "instances_v2.json", voc100 / "images"))
    if pages18c is not None:
        sources.append(ImportSource(pages18c))
    for number, source in enumerate(sources):
        project = imports.commit(source, project_name=f"P{number}").project
        target = tmp_path / f"out{number}"
        report = exports.export(ExportRequest(project, slug, target))
        assert told(report) == ()
        root = browsing.get_project(project).root
        back = imports.commit(ImportSource(target, root), project_name=f"Back{number}")
        assert (back.format, back.n_annotations) == (slug, report.n_annotations)
        assert [problem for problem in back.problems if problem.severity is not Severity.INFO] == []
        # Polygons are kept as float32; of a picture of 20 megapixels that is a two-thousandth of a pixel.
        assert_same(contents(project), contents(back.project), within=1e-3)
        assert used_classes(browsing, back.project) == used_classes(browsing, project)


def test_pycocotools_reads_the_export(
    exports: ExportService, parish: Project, add_everything: Callable[[], None], tmp_path: Path, capsys
) -> None:
    from pycocotools.coco import COCO
    from pycocotools.mask import area

    add_everything()
    report = exports.export(ExportRequest(parish.id, "coco", tmp_path / "out", copies_images=True))
    read = COCO(str(tmp_path / "out" / "annotations.json"))
    assert (len(read.getImgIds()), len(read.getAnnIds())) == (report.n_images, report.n_annotations)
    assert len(read.getAnnIds(iscrowd=True)) == 2
    assert [item["name"] for item in read.loadCats(read.getCatIds())] == ["line", "no", "rare", "text_line"]
    for annotation in read.loadAnns(read.getAnnIds()):
        image = read.loadImgs(annotation["image_id"])[0]
        assert (tmp_path / "out" / "images" / image["file_name"]).is_file()
        x, y, w, h = annotation["bbox"]
        assert 0 <= x < x + w <= image["width"] and 0 <= y < y + h <= image["height"]
        if annotation["segmentation"]:
            assert area(read.annToRLE(annotation)) > 0
    capsys.readouterr()


OUTSIDER = '''
"""One line for each image: its path, then class, x0, y0, x1, y1 of each box."""
from core.domain.formats import Content, FormatInfo, Loss, ShapeKind
from core.domain.geometry import Box
from core.domain.imports import RawAnnotation, RawImage
from core.formats.base import Reading, WriteResult

class Tabbed:
    info = FormatInfo(
        slug="tabbed", title="Tabbed", reads="a boxes.tsv", writes="One file.", endings=(".tsv",),
        shapes_read=frozenset({ShapeKind.BOX}), shapes_written=frozenset({ShapeKind.BOX}), holds_negatives=True,
        losses=(Loss(Content.POLYGONS, "written as their boxes"),),
    )

    def detect(self, path):
        return 1.0 if (path / "boxes.tsv").is_file() else 0.0

    def read(self, source, *, size_of):
        def items():
            names = []
            for line in (source.path / "boxes.tsv").read_text(encoding="utf-8").splitlines():
                path, *cells = line.split("\\t")
                size = size_of(source.images_root / path)
                boxes = []
                for i in range(0, len(cells), 5):
                    boxes.append(RawAnnotation(cells[i], Box(*map(float, cells[i + 1 : i + 5]))))
                    names.append(cells[i])
                yield RawImage(path, tuple(boxes), size.width, size.height, "boxes.tsv", not boxes)
            return names
        return Reading(source.images_root, items())

    def write(self, images, categories, folder, *, options):
        n_images = n_boxes = 0
        with (folder / "boxes.tsv").open("w", encoding="utf-8") as file:
            for image in images:
                cells = [image.path]
                for item in image.annotations:
                    box = item.geometry if isinstance(item.geometry, Box) else item.geometry.bounds()
                    cells += [item.category, *map(str, (box.x0, box.y0, box.x1, box.y1))]
                    n_boxes += 1
                n_images += 1
                file.write("\\t".join(cells) + "\\n")
        return WriteResult(n_images, n_boxes)

FORMAT = Tabbed()
'''


def test_a_format_from_outside_is_listed_detected_imported_and_exported(
    registry: Registry,
    parish: Project,
    contents: ContentsOf,
    pictures: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "plug_in").mkdir()
    (tmp_path / "plug_in" / "tabbed_boxes.py").write_text(OUTSIDER)
    monkeypatch.syspath_prepend(tmp_path / "plug_in")
    installed = FormatCatalog()
    entries = [EntryPoint("tabbed", "tabbed_boxes:FORMAT", GROUP)]
    entries += [EntryPoint(slug, f"core.formats.{slug}:FORMAT", GROUP) for slug in FORMATS]
    catalog = FormatCatalog(entries)
    assert "tabbed" not in {info.slug for info in installed.list_formats()}
    exports, imports = ExportService(registry, catalog), ImportService(registry, catalog)
    assert ("tabbed", "Tabbed") in imports.list_formats()
    assert next(info for info in exports.list_formats() if info.slug == "tabbed").can_write
    report = exports.export(ExportRequest(parish.id, "tabbed", tmp_path / "out"))
    assert report.problems[0].text == "1 polygon: written as their boxes."
    back = imports.commit(ImportSource(tmp_path / "out", pictures), project_name="Back")
    assert back.format == "tabbed"
    expected = {
        path: [(name, shape.bounds() if isinstance(shape, Polygon) else shape) for name, shape in objects]
        for path, objects in contents(parish.id).items()
    }
    assert_same(expected, contents(back.project), within=1e-6)
    assert expected["a/1.png"][1] == ("text_line", Box(1.5, 2.0, 30.0, 20.25))
    sys.modules.pop("tabbed_boxes")
