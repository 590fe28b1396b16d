"""Images that were moved or renamed within their folder are known by their content."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.domain.ids import ProjectId
from core.domain.imports import Difference, ImportSource, Severity
from core.domain.projects import ImageFilter
from core.imports.service import ImportService
from core.projects.service import ProjectService
from core.registry.database import Registry


@pytest.fixture
def project(
    imports: ImportService, add_picture: Callable[..., Path], write_coco: Callable[..., Path], pictures: Path
) -> ProjectId:
    for name, colour in (("a/1.png", "red"), ("a/2.png", "blue"), ("b/3.png", "green")):
        add_picture(name, colour=colour)
    boxes = [
        ("a/1.png", "line", [5, 5, 20, 20]),
        ("a/2.png", "line", [6, 6, 20, 20]),
        ("b/3.png", "word", [1, 1, 9, 9]),
    ]
    return imports.commit(ImportSource(write_coco(boxes), pictures), project_name="P").project


@pytest.fixture
def coco(tmp_path: Path) -> Path:
    return tmp_path / "annotations.json"


def ids(browsing: ProjectService, project: ProjectId) -> dict[str, str]:
    return {one.path: str(one.id) for one in browsing.get_images(browsing.list_image_ids(ImageFilter(project)))}


def move(pictures: Path) -> None:
    (pictures / "c").mkdir()
    (pictures / "a/1.png").rename(pictures / "c/renamed.png")
    (pictures / "a/2.png").rename(pictures / "c/2.png")


def test_an_import_takes_moved_images_for_what_they_are(
    imports: ImportService,
    browsing: ProjectService,
    registry: Registry,
    project: ProjectId,
    pictures: Path,
    contents: Callable[..., dict[str, list[object]]],
) -> None:
    before, known = contents(project), ids(browsing, project)
    move(pictures)
    preview = imports.preview(ImportSource(pictures, format="images"), into=project)
    (told,) = (problem for problem in preview.problems if problem.kind == "images-moved")
    assert told.severity is Severity.INFO and "2 moved images were found" in told.text
    report = imports.commit(ImportSource(pictures, format="images"), project_name="", into=project)
    assert report.n_new_images == 0 and "image-gone" not in {problem.kind for problem in report.problems}
    after = contents(project)
    assert after == {"b/3.png": before["b/3.png"], "c/2.png": before["a/2.png"], "c/renamed.png": before["a/1.png"]}
    assert ids(browsing, project)["c/renamed.png"] == known["a/1.png"]
    assert registry.check() == ()
    folders = {folder.path: (folder.n_images, folder.n_annotated) for folder in browsing.list_folders(project)}
    assert folders == {"": (3, 3), "b": (1, 1), "c": (2, 2)}


def test_they_can_be_located_without_an_import(
    browsing: ProjectService, registry: Registry, project: ProjectId, pictures: Path
) -> None:
    known = ids(browsing, project)
    move(pictures)
    (pictures / "b/3.png").unlink()
    found = browsing.find_moved_images(project)
    assert found.moved == (("a/1.png", "c/renamed.png"), ("a/2.png", "c/2.png")) and found.n_missing == 1
    assert "2 moved images were found" in found.text and "1 missing image was not found" in found.text
    assert found.text_when_taken.startswith("2 moved images are known at their new places. 1 missing image")
    changes = browsing.move_images(found, project)
    assert changes.image_lists == {project}
    assert ids(browsing, project) == {
        "b/3.png": known["b/3.png"],
        "c/2.png": known["a/2.png"],
        "c/renamed.png": known["a/1.png"],
    }
    assert registry.check() == ()
    assert browsing.find_moved_images(project).moved == ()


def test_of_copies_the_one_of_the_same_name_is_taken(
    browsing: ProjectService, project: ProjectId, pictures: Path
) -> None:
    data = (pictures / "a/1.png").read_bytes()
    (pictures / "a/1.png").unlink()
    (pictures / "c").mkdir()
    for name in ("c/0.png", "c/1.png"):
        (pictures / name).write_bytes(data)
    assert browsing.find_moved_images(project).moved == (("a/1.png", "c/1.png"),)


def test_a_file_of_other_content_is_not_taken(browsing: ProjectService, project: ProjectId, pictures: Path) -> None:
    data = (pictures / "a/1.png").read_bytes()
    (pictures / "a/1.png").unlink()
    (pictures / "a/0.png").write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    found = browsing.find_moved_images(project)
    assert (found.moved, found.n_missing) == ((), 1)


def test_names_that_were_passed_on_take_the_annotations_with_them(
    imports: ImportService,
    browsing: ProjectService,
    registry: Registry,
    project: ProjectId,
    pictures: Path,
    contents: Callable[..., dict[str, list[object]]],
) -> None:
    before, known = contents(project), ids(browsing, project)
    (pictures / "a/1.png").rename(pictures / "kept")
    (pictures / "a/2.png").rename(pictures / "a/1.png")  # a circle of two, and a chain
    (pictures / "b/3.png").rename(pictures / "b/4.png")
    (pictures / "kept").rename(pictures / "a/2.png")
    source = ImportSource(pictures, format="images")
    for _ in range(2):
        report = imports.commit(source, project_name="", into=project)
        assert report.n_new_images == 0 and not {"image-gone", "image-changed"} & {one.kind for one in report.problems}
        assert contents(project) == {
            "a/1.png": before["a/2.png"],
            "a/2.png": before["a/1.png"],
            "b/4.png": before["b/3.png"],
        }
    (pictures / "a/2.png").rename(pictures / "a/3.png")
    (pictures / "a/1.png").rename(pictures / "a/2.png")
    imports.commit_all([source, source], project_name="", into=project)
    assert ids(browsing, project) == {
        "a/3.png": known["a/1.png"],
        "a/2.png": known["a/2.png"],
        "b/4.png": known["b/3.png"],
    }
    assert registry.check() == ()


def test_the_preview_compares_with_what_moved_there(
    imports: ImportService, project: ProjectId, pictures: Path, write_coco: Callable[..., Path]
) -> None:
    (pictures / "a/1.png").rename(pictures / "kept")
    (pictures / "a/2.png").rename(pictures / "a/1.png")
    (pictures / "kept").rename(pictures / "a/2.png")
    boxes = [("a/1.png", "line", [6, 6, 20, 20]), ("a/2.png", "line", [5, 5, 20, 20])]
    preview = imports.preview(ImportSource(write_coco(boxes), pictures), into=project)
    assert preview.differences is not None and preview.differences.total == Difference(same=2)


def test_a_picture_that_was_edited_beside_a_copy_of_the_old_one_stays_the_same_image(
    imports: ImportService, browsing: ProjectService, project: ProjectId, pictures: Path, add_picture
) -> None:
    known = ids(browsing, project)
    (pictures / "a/1.png").rename(pictures / "a/1 before.png")
    add_picture("a/1.png", colour="orange")
    report = imports.commit(ImportSource(pictures, format="images"), project_name="", into=project)
    assert "image-changed" in {one.kind for one in report.problems} and report.n_new_images == 1
    assert ids(browsing, project)["a/1.png"] == known["a/1.png"]
