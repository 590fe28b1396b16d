"""Imports as a person does them: look first, then import, then import again."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from core.domain.changes import NO_CHANGES, Changes
from core.domain.geometry import Box, Polygon
from core.domain.ids import ProjectId
from core.domain.imports import ImportSource, SampleImage, Severity
from core.domain.projects import ImageFilter, ImageState
from core.errors import FormatError, NotFoundError, RefusedError
from core.imports.cancelling import ImportCancelledError
from core.imports.service import ImportService
from core.projects.service import ProjectService


def kinds(result) -> list[str]:
    return [problem.kind for problem in result.problems]


def fingerprint(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        str(path.relative_to(folder)): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def parish(add_picture, write_coco, pictures: Path) -> ImportSource:
    """Three pictures in two folders, two of the same name, and a file with boxes and a polygon."""
    for name in ("a/1.png", "b/1.png", "2.png"):
        add_picture(name)
    ring = [1.5, 2.0, 30.0, 2.0, 30.0, 20.25]
    file = write_coco(
        [
            ("a/1.png", "line", [1.25, 2.5, 10.0, 20.0]),
            ("a/1.png", "initial", [ring]),
            ("b/1.png", "line", [0, 0, 64, 48]),
        ],
        sizes={"2.png": (64, 48)},
    )
    return ImportSource(file, pictures)


def test_a_preview_tells_everything_and_writes_nothing(
    imports: ImportService, browsing: ProjectService, parish: ImportSource, pictures: Path
) -> None:
    before = fingerprint(pictures)
    preview = imports.preview(parish)
    assert (preview.format, preview.format_title) == ("coco", "COCO")
    assert (preview.n_images, preview.n_annotated, preview.n_annotations) == (3, 3, 3)
    assert preview.categories == (("line", 2), ("initial", 1))
    assert preview.folders == (("", 1), ("a", 1), ("b", 1))
    assert preview.images_root == pictures
    assert preview.can_import
    assert {example.path for example in preview.sample} == {"a/1.png", "b/1.png"}
    assert browsing.list_projects() == ()
    assert fingerprint(pictures) == before


def test_an_import_keeps_every_shape_and_both_images_of_a_name(
    imports: ImportService, browsing: ProjectService, parish: ImportSource, contents, pictures: Path
) -> None:
    before = fingerprint(pictures)
    report = imports.commit(parish, project_name=" Parish ")
    assert (report.n_images, report.n_new_images, report.n_annotations) == (3, 3, 3)
    assert report.project_name == "Parish"
    assert kinds(report) == ["images-empty"]
    assert report.changes == Changes.whole_project(report.project)
    found = contents(report.project)
    assert found["a/1.png"][0] == ("line", Box(1.25, 2.5, 11.25, 22.5))
    assert found["a/1.png"][1] == ("initial", Polygon(((1.5, 2.0, 30.0, 2.0, 30.0, 20.25),)))
    assert found["b/1.png"] == [("line", Box(0, 0, 64, 48))]
    assert found["2.png"] == [(None, None)], "listed in the file without an object: looked at, nothing there"
    project = browsing.get_project(report.project)
    assert project.root == pictures
    assert (project.n_images, project.n_annotated, project.n_annotations) == (3, 3, 3)
    (image,) = browsing.get_images(browsing.list_image_ids(ImageFilter(report.project, folders=("a",))))
    assert (image.width, image.height, image.orientation, image.state) == (64, 48, 1, ImageState.OK)
    assert image.sha256 == hashlib.sha256((pictures / "a/1.png").read_bytes()).hexdigest()
    assert fingerprint(pictures) == before


def test_importing_again_changes_nothing(
    imports: ImportService, browsing: ProjectService, parish: ImportSource, contents
) -> None:
    first = imports.commit(parish, project_name="P")
    before = contents(first.project)
    again = imports.commit(parish, project_name="P", into=first.project)
    assert (again.n_images, again.n_new_images, again.n_annotations) == (3, 0, 3)
    assert again.changes == NO_CHANGES
    assert contents(first.project) == before
    assert browsing.get_project(first.project).n_annotations == 3


def test_a_second_file_adds_what_is_new_and_with_replace_takes_its_place(
    imports: ImportService, browsing: ProjectService, parish: ImportSource, write_coco, contents, pictures: Path
) -> None:
    id = imports.commit(parish, project_name="P").project
    second = ImportSource(
        write_coco([("a/1.png", "line", [1.26, 2.5, 10, 20]), ("a/1.png", "stamp", [3, 3, 5, 5])], name="b.json")
    )
    added = imports.commit(second, project_name="", into=id)
    assert [name for name, _ in contents(id)["a/1.png"]] == ["line", "initial", "stamp"], "0.01 px is the same box"
    replaced = imports.commit(second, project_name="", into=id, replace=True)
    only_that_image = Changes.annotations(id, browsing.list_image_ids(ImageFilter(id, folders=("a",))))
    assert added.changes == replaced.changes == only_that_image
    found = contents(id)
    assert [name for name, _ in found["a/1.png"]] == ["line", "stamp"]
    assert found["b/1.png"] == [("line", Box(0, 0, 64, 48))], "the second file does not speak of it"


def test_a_name_that_is_taken_is_refused_before_any_work(imports: ImportService, parish: ImportSource) -> None:
    imports.commit(parish, project_name="P")
    for name, said in (("P", "already exists"), ("  ", "a name")):
        with pytest.raises(RefusedError, match=said):
            imports.commit(parish, project_name=name, progress=lambda *_: pytest.fail("work was done"))


def test_another_folder_is_refused_for_an_existing_project(
    imports: ImportService, browsing: ProjectService, parish: ImportSource, pictures: Path, tmp_path: Path
) -> None:
    id = imports.commit(parish, project_name="P").project
    other = tmp_path / "other"
    shutil.copytree(pictures, other)
    for source in (ImportSource(other), ImportSource(parish.path, other)):
        with pytest.raises(RefusedError, match="has its images in"):
            imports.commit(source, project_name="", into=id)
    assert browsing.get_project(id).n_images == 3
    link = tmp_path / "link"
    link.symlink_to(pictures, target_is_directory=True)
    assert imports.commit(ImportSource(parish.path, link), project_name="", into=id).n_new_images == 0


def test_a_folder_without_annotations_can_be_imported_and_says_so(
    imports: ImportService, add_picture, pictures: Path
) -> None:
    add_picture("a/1.png")
    preview = imports.preview(ImportSource(pictures))
    assert preview.format == "images"
    assert preview.can_import
    assert kinds(preview) == ["no-annotations"]
    assert preview.sample == (SampleImage("a/1.png", ()),)
    assert imports.commit(ImportSource(pictures), project_name="P").n_annotations == 0


def test_an_empty_folder_cannot_be_imported(imports: ImportService, browsing: ProjectService, pictures: Path) -> None:
    with pytest.raises(FormatError, match="it is empty"):
        imports.preview(ImportSource(pictures))
    preview = imports.preview(ImportSource(pictures, format="images"))
    assert not preview.can_import
    assert preview.problems[-1].severity is Severity.ERROR
    assert "No image was found" in preview.problems[-1].text
    with pytest.raises(RefusedError, match="No image was found"):
        imports.commit(ImportSource(pictures, format="images"), project_name="P")
    assert browsing.list_projects() == ()


def test_annotations_without_their_images_cannot_be_imported(
    imports: ImportService, write_coco, add_picture, pictures: Path
) -> None:
    add_picture("other.png")
    preview = imports.preview(ImportSource(write_coco([("gone.png", "x", [0, 0, 5, 5])]), pictures))
    assert not preview.can_import
    assert "images-not-found" in kinds(preview)


def test_what_does_not_exist_is_named(imports: ImportService, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="does not exist"):
        imports.preview(ImportSource(tmp_path / "nowhere"))
    with pytest.raises(NotFoundError, match='no format "bmp"'):
        imports.preview(ImportSource(tmp_path, format="bmp"))
    with pytest.raises(NotFoundError):
        imports.commit(ImportSource(tmp_path), project_name="", into=ProjectId("nothing"))


def test_classes_count_by_name_whatever_their_numbers(
    imports: ImportService, add_picture, write_coco, contents, browsing: ProjectService, pictures: Path
) -> None:
    add_picture("1.png")
    first = write_coco([("1.png", "b", [0, 0, 5, 5]), ("1.png", "a", [9, 9, 5, 5])])
    id = imports.commit(ImportSource(first, pictures), project_name="P").project
    permuted = write_coco([("1.png", "a", [9, 9, 5, 5]), ("1.png", "b", [0, 0, 5, 5])], name="permuted.json")
    report = imports.commit(ImportSource(permuted), project_name="", into=id)
    assert report.problems == ()
    assert [category.name for category in browsing.list_categories(id)] == ["b", "a"]
    assert sorted(name for name, _ in contents(id)["1.png"]) == ["a", "b"]


def test_classes_that_look_alike_are_told(
    imports: ImportService, add_picture, write_coco, browsing: ProjectService, pictures: Path
) -> None:
    add_picture("1.png")
    id = imports.commit(ImportSource(write_coco([("1.png", "Line", [0, 0, 5, 5])]), pictures), project_name="P").project
    source = ImportSource(write_coco([("1.png", "line", [9, 9, 5, 5])], name="lower.json"), pictures)
    preview = imports.preview(source, into=id)
    assert kinds(preview) == ["category-similar-name"]
    assert '"line" differs only' in preview.problems[0].text
    assert preview.can_import
    assert kinds(imports.preview(source)) == []
    imports.commit(source, project_name="", into=id)
    assert [category.name for category in browsing.list_categories(id)] == ["Line", "line"]


def test_a_class_without_an_example_is_kept(imports: ImportService, add_picture, write_coco, pictures: Path) -> None:
    add_picture("1.png")
    file = write_coco([("1.png", "a", [0, 0, 5, 5])], categories=["rare", "a"])
    report = imports.commit(ImportSource(file, pictures), project_name="P")
    assert report.categories == (("rare", 0), ("a", 1))


def test_a_class_name_that_is_no_text_is_written_out(
    imports: ImportService, add_picture, write_coco, browsing: ProjectService, pictures: Path
) -> None:
    add_picture("1.png")
    file = write_coco([("1.png", "half \ud800", [0, 0, 5, 5])])
    id = imports.commit(ImportSource(file, pictures), project_name="P").project
    assert [category.name for category in browsing.list_categories(id)] == ["half \\ud800"]


def test_progress_is_told_and_a_stop_changes_nothing(
    imports: ImportService, browsing: ProjectService, add_picture, pictures: Path
) -> None:
    for number in range(60):
        add_picture(f"{number:02}.png")
    source = ImportSource(pictures)
    told: list[tuple[int, int, str]] = []
    imports.preview(source, progress=lambda *step: told.append(step))
    checked = [done for done, total, text in told if text == "Checking images" and total == 60]
    assert checked == sorted(set(checked))
    assert checked[-1] == 60
    for allowed in (0, 1, 30, 62, 125):
        asked = iter(range(allowed))
        with pytest.raises(ImportCancelledError):
            ImportService(browsing._registry).commit(
                source, project_name="P", is_cancelled=lambda asked=asked: next(asked, None) is None
            )
        assert browsing.list_projects() == ()


def test_a_commit_after_a_preview_does_not_decode_again(
    imports: ImportService, parish: ImportSource, pictures: Path
) -> None:
    imports.preview(parish)
    changed = pictures / "2.png"
    untouched = pictures / "b/1.png"
    for path in (changed, untouched):
        stat = path.stat()
        path.write_bytes(b"x" * stat.st_size)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    changed.write_bytes(b"no picture")
    report = imports.commit(parish, project_name="P")
    assert report.n_images == 2, "a file that looks changed is looked at again, one that looks the same is not"
    assert kinds(report) == ["images-empty", "image-unusable", "image-not-an-image"]


def test_a_file_that_changes_goes_or_comes_back_is_told(
    imports: ImportService, browsing: ProjectService, parish: ImportSource, add_picture, pictures: Path
) -> None:
    id = imports.commit(parish, project_name="P").project
    add_picture("a/1.png", colour="red")
    away = pictures.parent / "away.png"
    (pictures / "b/1.png").rename(away)
    add_picture("c/new.png", colour="white")
    report = imports.commit(parish, project_name="", into=id)
    assert {"image-changed", "image-gone"} <= set(kinds(report))
    assert report.n_new_images == 1
    told = browsing.get_images(tuple(report.changes.images))
    assert ({image.path for image in told}, report.changes.image_lists) == ({"a/1.png", "b/1.png"}, {id})

    def states() -> dict[str, ImageState]:
        return {image.path: image.state for image in browsing.get_images(browsing.list_image_ids(ImageFilter(id)))}

    assert states() == {
        "2.png": ImageState.OK,
        "a/1.png": ImageState.OK,
        "b/1.png": ImageState.MISSING,
        "c/new.png": ImageState.OK,
    }
    assert browsing.get_project(id).n_annotations == 3, "nothing that was said of it is lost"
    assert "image-gone" not in kinds(imports.commit(parish, project_name="", into=id))
    away.rename(pictures / "b/1.png")
    imports.commit(parish, project_name="", into=id)
    assert states()["b/1.png"] is ImageState.OK


def test_the_formats_are_listed_for_the_dialog(imports: ImportService) -> None:
    assert {slug for slug, _ in imports.list_formats()} >= {"coco", "yolo", "alto", "images"}


def test_a_file_that_is_being_read_can_be_stopped(
    imports: ImportService, add_picture, write_coco, pictures: Path
) -> None:
    add_picture("a.png")
    file = write_coco([("a.png", "line", [5, 5, 20, 20])])
    file.write_text(file.read_text().removesuffix("}"))  # which is only seen when it is read to its end
    told: list[str] = []
    with pytest.raises(ImportCancelledError):
        imports.preview(
            ImportSource(file, pictures, format="coco"),
            progress=lambda done, total, what: told.append(what),
            is_cancelled=lambda: "Reading annotations" in told,
        )
