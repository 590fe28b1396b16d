from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.controllers import pictures as pictures_module
from app.controllers import viewer as viewer_module
from app.controllers.pictures import picture_of, thumbnail_of, to_qimage
from app.controllers.viewer import PREVIEW_SIDE, ViewerController
from app.jobs import JobRunner
from core.domain.changes import Changes
from core.domain.geometry import Box
from core.domain.ids import AnnotationId, ImageId
from core.domain.imports import ImportSource
from core.domain.judgements import ModelAnnotation
from core.domain.projects import ImageFilter, Project
from core.images.thumbnails import ThumbnailCache
from core.imports.service import ImportService
from core.projects.service import ProjectService
from ui.viewer.overlays import OverlayKind
from ui.viewer.picture import Picture
from ui.viewer.viewer_page import ViewerPage

BrowseFolder = Callable[..., Path]


@pytest.fixture
def page(qtbot: QtBot) -> ViewerPage:
    page = ViewerPage()
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    qtbot.waitExposed(page)
    return page


@pytest.fixture
def controller(browse_projects: ProjectService, browse_jobs: JobRunner, page: ViewerPage) -> ViewerController:
    return ViewerController(projects=browse_projects, jobs=browse_jobs, page=page)


def _ids(service: ProjectService, project: Project) -> tuple[ImageId, ...]:
    return service.list_image_ids(ImageFilter(project.id))


def _title(page: ViewerPage) -> str:
    return page._header._title.text()


def _has_picture(page: ViewerPage) -> bool:
    return page.canvas._picture is not None


def test_an_image_is_shown_with_its_ground_truth(
    qtbot: QtBot,
    controller: ViewerController,
    page: ViewerPage,
    browse_projects: ProjectService,
    browse_project: Project,
) -> None:
    ids = _ids(browse_projects, browse_project)
    controller.open_image(browse_project, ids[1], ids)
    qtbot.waitUntil(lambda: _has_picture(page))
    assert _title(page) == "page 2.png"
    assert page._position.text() == "2 of 8"
    qtbot.keyClick(page.canvas, Qt.Key.Key_N)
    facts = dict(page.side_panel.selection_facts())
    assert (facts["Class"], facts["Shape"], facts["Size"]) == ("text", "Box", "60 × 30 px")


def test_keys_leaf_through_and_stop_at_the_ends(
    qtbot: QtBot,
    controller: ViewerController,
    page: ViewerPage,
    browse_projects: ProjectService,
    browse_project: Project,
) -> None:
    ids = _ids(browse_projects, browse_project)
    controller.open_image(browse_project, ids[0], ids)
    for position in range(1, 8):
        qtbot.keyClick(page.canvas, Qt.Key.Key_Right)
        assert controller.current_image == ids[position]
    qtbot.keyClick(page.canvas, Qt.Key.Key_Right)
    assert controller.current_image == ids[7]
    qtbot.waitUntil(lambda: _title(page) == "page 7.png" and _has_picture(page))
    qtbot.keyClick(page.canvas, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: _title(page) == "page 0.png" and _has_picture(page))
    qtbot.keyClick(page.canvas, Qt.Key.Key_End)
    assert controller.current_image == ids[7]


def test_decoding_happens_away_from_the_windows_thread_and_ahead(
    qtbot: QtBot,
    controller: ViewerController,
    page: ViewerPage,
    browse_projects: ProjectService,
    browse_project: Project,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads: dict[str, int] = {}
    load = viewer_module.load_picture

    def watched(path: Path, *rest: Any) -> Picture:
        threads[path.name] = threading.get_ident()
        return load(path, *rest)

    monkeypatch.setattr(viewer_module, "load_picture", watched)
    ids = _ids(browse_projects, browse_project)
    controller.open_image(browse_project, ids[2], ids)
    qtbot.waitUntil(lambda: len(controller._pictures) == 3)
    assert set(threads) == {"page 2.png", "page 4.png", "page 6.png"}
    assert threading.get_ident() not in threads.values()
    qtbot.keyClick(page.canvas, Qt.Key.Key_Right)
    assert _has_picture(page), "the neighbour was not ready"


def test_a_large_image_comes_small_first_and_whole_after(
    qtbot: QtBot,
    controller: ViewerController,
    page: ViewerPage,
    browse_projects: ProjectService,
    browse_imports: ImportService,
    tmp_path: Path,
) -> None:
    root = tmp_path / "large"
    root.mkdir()
    Image.new("RGB", (3000, 2600), "navy").save(root / "scan.jpg")
    report = browse_imports.commit(ImportSource(root), project_name="Large")
    project = browse_projects.get_project(report.project)
    shown: list[Picture] = []
    set_picture = page.set_picture
    page.set_picture = lambda picture: (shown.append(picture), set_picture(picture))[1]  # type: ignore[method-assign]
    controller.open_image(project, _ids(browse_projects, project)[0], _ids(browse_projects, project))
    qtbot.waitUntil(lambda: len(shown) == 2)
    assert max(shown[0].levels[0].width(), shown[0].levels[0].height()) == PREVIEW_SIDE
    assert shown[1].is_full
    assert (shown[0].width, shown[0].height) == (3000, 2600)


def test_a_damaged_image_says_why_and_the_next_one_is_shown(
    qtbot: QtBot,
    controller: ViewerController,
    page: ViewerPage,
    browse_projects: ProjectService,
    browse_project: Project,
) -> None:
    ids = _ids(browse_projects, browse_project)
    (browse_project.root / "train" / "page 0.png").write_bytes(b"not a picture")
    controller.open_image(browse_project, ids[0], ids)
    qtbot.waitUntil(lambda: page.is_showing_problem)
    assert "page 0.png" in page._problem._heading.text()
    focused = page.window().focusWidget()
    assert focused is not None
    qtbot.keyClick(focused, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: not page.is_showing_problem and _has_picture(page))


def test_a_file_that_comes_back_is_shown_on_trying_again(
    qtbot: QtBot,
    controller: ViewerController,
    page: ViewerPage,
    browse_projects: ProjectService,
    browse_project: Project,
) -> None:
    file = browse_project.root / "train" / "page 0.png"
    content = file.read_bytes()
    file.unlink()
    ids = _ids(browse_projects, browse_project)
    controller.open_image(browse_project, ids[0], ids)
    qtbot.waitUntil(lambda: page.is_showing_problem)
    file.write_bytes(content)
    page.retry_requested.emit()
    qtbot.waitUntil(lambda: _has_picture(page))


def test_leaving_lets_go_of_the_pictures(
    qtbot: QtBot,
    controller: ViewerController,
    page: ViewerPage,
    browse_projects: ProjectService,
    browse_project: Project,
) -> None:
    ids = _ids(browse_projects, browse_project)
    controller.open_image(browse_project, ids[3], ids)
    qtbot.waitUntil(lambda: _has_picture(page))
    with qtbot.waitSignal(controller.back_requested):
        qtbot.keyClick(page.canvas, Qt.Key.Key_Escape)
    assert not _has_picture(page)
    assert controller.current_image == ids[3]


def test_pixels_arrive_unchanged(qtbot: QtBot) -> None:
    image = Image.new("RGB", (700, 900))
    for x, y, colour in ((0, 0, (255, 0, 0)), (699, 899, (0, 255, 0)), (350, 450, (1, 2, 3))):
        image.putpixel((x, y), colour)
    made = to_qimage(image)
    assert made.pixelColor(0, 0).getRgb()[:3] == (255, 0, 0)
    assert made.pixelColor(699, 899).getRgb()[:3] == (0, 255, 0)
    assert made.pixelColor(350, 450).getRgb()[:3] == (1, 2, 3)


def test_a_picture_has_smaller_levels() -> None:
    picture = picture_of(Image.new("RGB", (5000, 3000)), 5000, 3000)
    assert [level.width() for level in picture.levels] == [5000, 2500, 1250, 625]
    assert picture.is_full


def test_thumbnails_keep_their_colours(qtbot: QtBot) -> None:
    pixels = np.zeros((10, 7, 3), dtype=np.uint8)
    pixels[3, 5] = (200, 100, 50)
    assert thumbnail_of(pixels).pixelColor(5, 3).getRgb()[:3] == (200, 100, 50)


def _slope(width: int, height: int) -> Image.Image:
    """Every pixel tells where it is."""
    xs, ys = np.meshgrid(np.arange(width), np.arange(height))
    return Image.fromarray(np.stack([xs % 256, ys % 256, (xs // 256) * 16 + ys // 256], axis=2).astype(np.uint8))


@pytest.mark.parametrize("suffix", ["png", "tif", "jpg"])
def test_an_enormous_image_is_reduced_and_its_parts_come_when_looked_at(
    qtbot: QtBot,
    controller: ViewerController,
    page: ViewerPage,
    browse_projects: ProjectService,
    browse_imports: ImportService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    suffix: str,
) -> None:
    monkeypatch.setattr(pictures_module, "ENORMOUS", 1_000_000)
    monkeypatch.setattr(viewer_module, "ENORMOUS", 1_000_000)
    monkeypatch.setattr(pictures_module, "REDUCED_PIXELS", 300_000)
    root = tmp_path / "huge"
    root.mkdir()
    _slope(2600, 1500).save(root / f"scan.{suffix}", **({"quality": 100, "subsampling": 0} if suffix == "jpg" else {}))
    report = browse_imports.commit(ImportSource(root), project_name="Huge")
    project = browse_projects.get_project(report.project)
    ids = _ids(browse_projects, project)
    controller.open_image(project, ids[0], ids)
    qtbot.waitUntil(lambda: page.canvas.picture is not None and page.canvas.picture.is_reduced)
    picture = page.canvas.picture
    assert picture is not None
    assert (picture.width, picture.height) == (2600, 1500)
    assert picture.levels[0].width() * picture.levels[0].height() <= 300_000
    page.canvas.centre_on(Box(1800, 900, 1900, 960))
    view = page.canvas.view
    qtbot.waitUntil(lambda: page.canvas.picture is not None and page.canvas.picture.detail is not None)
    assert page.canvas.view == view
    detailed = page.canvas.picture
    assert detailed is not None
    assert detailed.detail is not None
    region, pixels = detailed.detail
    assert region.x0 <= 1800
    assert region.y1 >= 960
    found = pixels.pixelColor(round(1850 - region.x0), round(930 - region.y0))
    assert abs(found.red() - 1850 % 256) <= 3
    assert abs(found.green() - 930 % 256) <= 3


def test_a_thumbnail_that_is_there_is_what_a_large_image_shows_first(
    qtbot: QtBot,
    browse_jobs: JobRunner,
    page: ViewerPage,
    browse_projects: ProjectService,
    browse_imports: ImportService,
    tmp_path: Path,
) -> None:
    root = tmp_path / "large"
    root.mkdir()
    Image.new("RGB", (3000, 2600), "navy").save(root / "scan.png")
    report = browse_imports.commit(ImportSource(root), project_name="Large")
    project = browse_projects.get_project(report.project)
    ids = _ids(browse_projects, project)
    record = browse_projects.get_annotated(ids)[0].image
    thumbnails = ThumbnailCache(tmp_path / "thumbnails")
    thumbnails.get(root / "scan.png", record.sha256, 100)
    thumbnails.get(root / "scan.png", record.sha256, 250)
    controller = ViewerController(projects=browse_projects, jobs=browse_jobs, page=page, thumbnails=thumbnails)
    shown: list[Picture] = []
    set_picture = page.set_picture
    page.set_picture = lambda picture: (shown.append(picture), set_picture(picture))[1]  # type: ignore[method-assign]
    controller.open_image(project, ids[0], ids)
    qtbot.waitUntil(lambda: bool(shown) and shown[-1].is_full)
    assert [picture.levels[0].width() for picture in shown] == [250, PREVIEW_SIDE, 3000]


def test_an_image_that_changed_is_read_anew_and_no_other(
    qtbot: QtBot,
    controller: ViewerController,
    page: ViewerPage,
    browse_projects: ProjectService,
    browse_project: Project,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ids = _ids(browse_projects, browse_project)
    controller.open_image(browse_project, ids[1], ids)
    qtbot.waitUntil(lambda: _has_picture(page) and controller._jobs.n_busy == 0)
    fetched: list[ImageId] = []
    get_annotated = browse_projects.get_annotated
    monkeypatch.setattr(browse_projects, "get_annotated", lambda ids: (fetched.extend(ids), get_annotated(ids))[1])

    controller.refresh(Changes.of(projects=[browse_project.id], images=[ids[5]]))
    qtbot.wait(50)
    assert fetched == []
    controller.refresh(Changes.annotations(browse_project.id, [ids[1]]))
    qtbot.waitUntil(lambda: controller._jobs.n_busy == 0)
    assert fetched == [ids[1]]
    controller.refresh(Changes.whole_project(browse_project.id))
    qtbot.waitUntil(lambda: controller._jobs.n_busy == 0)
    assert set(fetched[1:]) == {ids[0], ids[1], ids[2]}
    assert _has_picture(page)


def test_the_view_is_saved_with_twice_the_pixels(
    qtbot: QtBot,
    controller: ViewerController,
    page: ViewerPage,
    browse_projects: ProjectService,
    browse_project: Project,
    tmp_path: Path,
) -> None:
    ids = _ids(browse_projects, browse_project)
    controller.open_image(browse_project, ids[1], ids)
    qtbot.waitUntil(lambda: _has_picture(page))
    page.save_requested.emit()
    dialog = page.findChild(QFileDialog)
    assert dialog is not None
    assert Path(dialog.selectedFiles()[0]).name == "page 2 view.png"
    with qtbot.waitSignal(controller.message_raised) as said:
        dialog.fileSelected.emit(str(tmp_path / "seen.png"))
    dialog.close()
    assert said.args is not None
    assert "seen.png" in said.args[0].text
    with Image.open(tmp_path / "seen.png") as saved:
        assert saved.size == (2 * page.canvas.width(), 2 * page.canvas.height())


def test_what_models_made_is_shown_on_its_image(
    qtbot: QtBot, browse_jobs: JobRunner, page: ViewerPage, browse_projects: ProjectService, browse_project: Project
) -> None:
    ids = _ids(browse_projects, browse_project)
    category = browse_projects.list_categories(browse_project.id)[0].id
    asked: list[tuple[ImageId, ...]] = []

    def accepted(images: tuple[ImageId, ...]) -> tuple[ModelAnnotation, ...]:
        asked.append(images)
        made = ModelAnnotation(AnnotationId("7"), images[0], category, Box(1, 2, 30, 40), 0.7, "V001", None, False)
        return (made,) if images[0] == ids[1] else ()

    controller = ViewerController(projects=browse_projects, jobs=browse_jobs, page=page, accepted=accepted)
    controller.open_image(browse_project, ids[1], ids)
    qtbot.waitUntil(lambda: OverlayKind.PREDICTIONS_A in page.canvas.layers)
    assert page.canvas.layers[OverlayKind.PREDICTIONS_A].objects[0].author == "V001, accepted by a person"
    qtbot.keyClick(page.canvas, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: asked[-1] == (ids[2],) and browse_jobs.n_busy == 0)
    assert OverlayKind.PREDICTIONS_A not in page.canvas.layers
