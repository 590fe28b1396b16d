from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from app.controllers.grid_thumbnails import MAX_AT_ONCE
from app.controllers.images import ImagesController
from app.jobs import JobRunner
from app.late_thumbnails import LateThumbnails
from app.services import open_services
from core.domain.changes import Changes
from core.domain.geometry import Box
from core.domain.ids import ImageId, ProjectId
from core.domain.image_order import SortKey, SortOrder
from core.domain.imports import ImportSource
from core.domain.labelling import NewShape
from core.domain.projects import AnnotatedImage, ImageFilter, Project
from core.home import Home
from core.images.thumbnails import ThumbnailCache
from core.imports.service import ImportService
from core.labelling.service import LabellingService
from core.projects.service import ProjectService
from core.registry.database import Registry
from ui.images.image_browser import ImageBrowser
from ui.projects.project_page import ProjectPage

BrowseFolder = Callable[..., Path]


class WatchedThumbnails(ThumbnailCache):
    """Notes on which threads, how many at once, and for which files thumbnails are made."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.threads: set[int] = set()
        self.paths: list[Path] = []
        self.most_at_once = 0
        self._n_now = 0
        self._lock = threading.Lock()

    def get(self, path: Path, sha256: str, side: int, white: int = 0):  # type: ignore[no-untyped-def]
        with self._lock:
            self._n_now += 1
            self.most_at_once = max(self.most_at_once, self._n_now)
            self.threads.add(threading.get_ident())
            self.paths.append(path)
        try:
            return super().get(path, sha256, side, white)
        finally:
            with self._lock:
                self._n_now -= 1


@pytest.fixture
def thumbnails(tmp_path: Path) -> WatchedThumbnails:
    return WatchedThumbnails(tmp_path / "home" / "thumbnails")


@pytest.fixture
def browser() -> ImageBrowser:
    return ImageBrowser()


@pytest.fixture
def page(qtbot: QtBot, browser: ImageBrowser) -> ProjectPage:
    page = ProjectPage(browser)
    qtbot.addWidget(page)
    page.resize(1100, 700)
    page.show()
    qtbot.waitExposed(page)
    return page


@pytest.fixture
def controller(
    browse_projects: ProjectService,
    thumbnails: WatchedThumbnails,
    browse_jobs: JobRunner,
    page: ProjectPage,
    browser: ImageBrowser,
) -> ImagesController:
    return ImagesController(
        projects=browse_projects, thumbnails=thumbnails, jobs=browse_jobs, page=page, browser=browser
    )


def _open(
    qtbot: QtBot, controller: ImagesController, page: ProjectPage, service: ProjectService, project: Project
) -> None:
    page.show_project(project)
    page.set_folders(service.list_folders(project.id))
    page.set_categories(service.list_categories(project.id))
    controller.show_project(project)
    browser = controller._browser
    qtbot.waitUntil(lambda: len(browser.grid.ids) == project.n_images)


def _thumbnail(browser: ImageBrowser, row: int) -> QImage | None:
    return browser.grid.cell(row).thumbnail


def _names(browser: ImageBrowser) -> list[str]:
    model = browser.grid.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_thumbnails_are_made_away_from_the_windows_thread(
    qtbot: QtBot,
    controller: ImagesController,
    page: ProjectPage,
    browser: ImageBrowser,
    browse_projects: ProjectService,
    browse_project: Project,
    thumbnails: WatchedThumbnails,
) -> None:
    _open(qtbot, controller, page, browse_projects, browse_project)
    qtbot.waitUntil(lambda: all(_thumbnail(browser, row) is not None for row in range(8)))
    assert threading.get_ident() not in thumbnails.threads
    assert len(thumbnails.paths) == 8
    first = _thumbnail(browser, 0)
    assert first is not None
    assert first.width() * 150 == first.height() * 200


def test_filters_restrict_and_are_said_in_words(
    qtbot: QtBot,
    controller: ImagesController,
    page: ProjectPage,
    browser: ImageBrowser,
    browse_projects: ProjectService,
    browse_project: Project,
) -> None:
    _open(qtbot, controller, page, browse_projects, browse_project)
    page._folders.select_folder("train")
    qtbot.waitUntil(lambda: browser.status_text == '4 of 8 images  ·  in "train"')
    page._categories.set_chosen([page._categories._categories_model.categories[1].id])
    qtbot.waitUntil(lambda: browser.status_text == '0 of 8 images  ·  in "train", with zone')
    page._folders.select_folder("val")
    qtbot.waitUntil(lambda: browser.status_text == '3 of 8 images  ·  in "val", with zone')
    browser.filters.annotated.setCurrentIndex(2)
    qtbot.waitUntil(lambda: browser.status_text.startswith("0 of 8"))
    controller.clear_filters()
    qtbot.waitUntil(lambda: browser.status_text == "8 images")
    assert page.selected_folder == ""
    assert page.chosen_categories == ()
    browser.filters.annotated.setCurrentIndex(3)
    qtbot.waitUntil(lambda: browser.status_text.endswith("of 8 images  ·  without concept"))
    assert controller.other_restrictions() == (("is_without_concept", "without concept"),)
    controller.lift("is_without_concept")
    qtbot.waitUntil(lambda: browser.status_text == "8 images")
    browser.filters.search.setText("page 7")
    qtbot.waitUntil(lambda: _names(browser) == ["page 7.png"])


def test_many_images_fetch_only_what_is_seen(
    qtbot: QtBot,
    controller: ImagesController,
    page: ProjectPage,
    browser: ImageBrowser,
    browse_projects: ProjectService,
    browse_imports: ImportService,
    make_browse_folder: BrowseFolder,
    thumbnails: WatchedThumbnails,
) -> None:
    root = make_browse_folder("many", n_images=300, size=(24, 18))
    report = browse_imports.commit(ImportSource(root / "coco.json", root), project_name="Many")
    _open(qtbot, controller, page, browse_projects, browse_projects.get_project(report.project))
    n_visible = len(browser.grid.visible_rows())
    qtbot.waitUntil(lambda: _thumbnail(browser, n_visible - 1) is not None and not controller._pictures._under_way)
    assert len(thumbnails.paths) <= 2 * n_visible + 1
    assert thumbnails.most_at_once <= MAX_AT_ONCE
    bar = browser.grid.verticalScrollBar()
    for value in range(0, bar.maximum(), 40):
        bar.setValue(value)
    bar.setValue(bar.maximum())
    qtbot.waitUntil(lambda: _thumbnail(browser, 299) is not None and not controller._pictures._under_way)
    assert len(thumbnails.paths) <= 4 * n_visible + 2


def test_a_file_that_went_is_marked_and_the_others_are_shown(
    qtbot: QtBot,
    controller: ImagesController,
    page: ProjectPage,
    browser: ImageBrowser,
    browse_projects: ProjectService,
    browse_project: Project,
) -> None:
    (browse_project.root / "train" / "page 0.png").unlink()
    _open(qtbot, controller, page, browse_projects, browse_project)
    qtbot.waitUntil(lambda: all(_thumbnail(browser, row) is not None for row in range(1, 8)))
    assert browser.grid.cell(0).failure == "The file is not where it was."


def test_opening_an_image_carries_the_list_it_was_chosen_from(
    qtbot: QtBot,
    controller: ImagesController,
    page: ProjectPage,
    browser: ImageBrowser,
    browse_projects: ProjectService,
    browse_project: Project,
) -> None:
    _open(qtbot, controller, page, browse_projects, browse_project)
    browser.grid.select_image(browser.grid.ids[2])
    with qtbot.waitSignal(controller.image_open_requested) as wish:
        qtbot.keyClick(browser.grid, Qt.Key.Key_Return)
    assert wish.args == [browser.grid.ids[2], browser.grid.ids]
    controller.select_image(browser.grid.ids[5])
    assert browser.grid.current_image() == browser.grid.ids[5]


def test_hiding_a_class_hides_it_on_the_thumbnails(
    qtbot: QtBot,
    controller: ImagesController,
    page: ProjectPage,
    browser: ImageBrowser,
    browse_projects: ProjectService,
    browse_project: Project,
) -> None:
    _open(qtbot, controller, page, browse_projects, browse_project)
    qtbot.waitUntil(lambda: _thumbnail(browser, 0) is not None)
    before = browser.grid.viewport().grab().toImage()
    page._categories.hide_all()
    assert browser.grid.viewport().grab().toImage() != before


def test_new_content_is_listed_under_the_same_filters(
    qtbot: QtBot,
    controller: ImagesController,
    page: ProjectPage,
    browser: ImageBrowser,
    browse_projects: ProjectService,
    browse_imports: ImportService,
    browse_project: Project,
) -> None:
    _open(qtbot, controller, page, browse_projects, browse_project)
    page._folders.select_folder("train")
    qtbot.waitUntil(lambda: len(browser.grid.ids) == 4)
    extra = browse_project.root / "train" / "page 99.png"
    extra.write_bytes((browse_project.root / "train" / "page 0.png").read_bytes())
    report = browse_imports.commit(
        ImportSource(browse_project.root / "coco.json", browse_project.root),
        project_name="Pages",
        into=browse_project.id,
    )
    controller.refresh(report.changes)
    qtbot.waitUntil(lambda: browser.status_text == '5 of 9 images  ·  in "train"')


def _wait_for_all(qtbot: QtBot, controller: ImagesController, browser: ImageBrowser) -> None:
    """Until every image is in the grid with its thumbnail, and nothing is asked any more."""
    qtbot.waitUntil(lambda: all(_thumbnail(browser, row) is not None for row in range(8)))
    qtbot.waitUntil(lambda: controller._jobs.n_busy == 0)


def test_only_the_images_that_changed_are_read_anew(
    qtbot: QtBot,
    controller: ImagesController,
    page: ProjectPage,
    browser: ImageBrowser,
    browse_projects: ProjectService,
    browse_imports: ImportService,
    browse_project: Project,
    thumbnails: WatchedThumbnails,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _open(qtbot, controller, page, browse_projects, browse_project)
    _wait_for_all(qtbot, controller, browser)
    thumbnails.paths.clear()
    fetched: list[ImageId] = []
    get_annotated = browse_projects.get_annotated
    monkeypatch.setattr(browse_projects, "get_annotated", lambda ids: (fetched.extend(ids), get_annotated(ids))[1])
    row = _names(browser).index("page 7.png")
    image = browser.grid.ids[row]
    box = {"id": 99, "image_id": 7, "category_id": 1, "bbox": [5, 5, 20, 20], "area": 400}
    stated = {
        "images": [{"id": 7, "file_name": "val/page 7.png", "width": 200, "height": 150}],
        "annotations": [box],
        "categories": [{"id": 1, "name": "text"}],
    }
    file = browse_project.root / "more.json"
    file.write_text(json.dumps(stated))
    report = browse_imports.commit(
        ImportSource(file, browse_project.root), project_name="Pages", into=browse_project.id
    )
    assert report.changes.images == {image}

    controller.refresh(report.changes)

    def has_box() -> bool:
        annotated = browser.grid.cell(row).annotated
        return annotated is not None and any(one.category is not None for one in annotated.annotations)

    qtbot.waitUntil(has_box)
    qtbot.waitUntil(lambda: controller._jobs.n_busy == 0)
    assert set(fetched) == {image}
    assert thumbnails.paths == [], "the picture is the same"


def test_what_leaves_the_images_alone_reads_none_of_them(
    qtbot: QtBot,
    controller: ImagesController,
    page: ProjectPage,
    browser: ImageBrowser,
    browse_projects: ProjectService,
    browse_project: Project,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _open(qtbot, controller, page, browse_projects, browse_project)
    _wait_for_all(qtbot, controller, browser)
    for verb in ("list_image_ids", "get_annotated", "count_images", "list_categories"):
        monkeypatch.setattr(browse_projects, verb, lambda *_: pytest.fail("the images were read again"))
    here, other = browse_project.id, ProjectId("other")
    controller.refresh(browse_projects.rename_project(here, "Prints"))
    controller.refresh(Changes.whole_project(other).merged(Changes.of(images=[ImageId("999")], folders=[here])))
    qtbot.wait(100)
    assert all(_thumbnail(browser, row) is not None for row in range(8))


def test_a_search_does_not_read_the_classes_again(
    qtbot: QtBot,
    controller: ImagesController,
    page: ProjectPage,
    browser: ImageBrowser,
    browse_projects: ProjectService,
    browse_project: Project,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _open(qtbot, controller, page, browse_projects, browse_project)
    n_asked = 0

    def list_categories(*args: object) -> object:
        nonlocal n_asked
        n_asked += 1
        return ProjectService.list_categories(browse_projects, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(browse_projects, "list_categories", list_categories)
    for text in ("page 7", "page", "page 3"):
        browser.filters.search.setText(text)
        qtbot.waitUntil(lambda text=text: browser.status_text.endswith(f'named "{text}"'))  # type: ignore[misc]
    assert n_asked == 0
    browse_projects.rename_project(browse_project.id, "Other pages")
    browser.filters.search.setText("page 1")
    qtbot.waitUntil(lambda: browser.status_text.endswith('named "page 1"'))
    assert n_asked == 1, "the project has changed"


def test_of_a_project_just_opened_the_first_images_are_listed_before_all(
    qtbot: QtBot,
    controller: ImagesController,
    page: ProjectPage,
    browser: ImageBrowser,
    browse_projects: ProjectService,
    browse_project: Project,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.controllers.images.FIRST_LISTED", 3)
    listed: list[tuple[str, ...]] = []
    set_images = browser.set_images
    monkeypatch.setattr(
        browser, "set_images", lambda ids, *args, **kw: (listed.append(tuple(ids)), set_images(ids, *args, **kw))
    )
    _open(qtbot, controller, page, browse_projects, browse_project)
    assert len(listed) == 2
    assert listed[0] == listed[1][:3]
    assert browser.status_text == "8 images"
    qtbot.waitUntil(lambda: browse_projects.has_prepared_lists(browse_project.id))
    listed.clear()
    controller.show_project(browse_project)
    qtbot.waitUntil(lambda: bool(listed))
    assert len(listed[0]) == 8, "all are at hand"


def test_grey_of_few_bits_is_bright_in_the_grid_too(
    qtbot: QtBot,
    controller: ImagesController,
    page: ProjectPage,
    browser: ImageBrowser,
    browse_projects: ProjectService,
    browse_imports: ImportService,
    tmp_path: Path,
) -> None:
    root = grey_folder(tmp_path / "grey")
    report = browse_imports.commit(ImportSource(root), project_name="Grey")
    _open(qtbot, controller, page, browse_projects, browse_projects.get_project(report.project))
    qtbot.waitUntil(lambda: _thumbnail(browser, 0) is not None)
    thumbnail = _thumbnail(browser, 0)
    assert thumbnail is not None and thumbnail.pixelColor(thumbnail.width() // 2, thumbnail.height() // 2).red() > 200


def test_the_late_cache_hands_on_all_that_it_is_asked(tmp_path: Path) -> None:
    root = grey_folder(tmp_path / "grey")
    with open_services(Home(tmp_path / "home")) as services:
        cache = LateThumbnails(services)
        assert cache.get(root / "a.png", "0" * 64, 64, 4095).max() > 200
        assert cache.get(root / "a.png", "0" * 64, 64).max() < 30


def grey_folder(root: Path) -> Path:
    """An image of 12-bit grey in 16 bits, all of the value 3900."""
    root.mkdir()
    Image.fromarray(np.full((48, 64), 3900, np.uint16)).save(root / "a.png")
    return root


def test_paths_of_chosen_images_are_copied(
    qtbot: QtBot,
    controller: ImagesController,
    browser: ImageBrowser,
    page: ProjectPage,
    browse_projects: ProjectService,
    browse_project: Project,
) -> None:
    _open(qtbot, controller, page, browse_projects, browse_project)
    said: list[str] = []
    controller.message_raised.connect(lambda message: said.append(message.text))
    browser.grid.choose_all()
    browser._copy_paths()
    qtbot.waitUntil(lambda: bool(said))
    assert said == ["8 paths copied."]
    lines = QGuiApplication.clipboard().text().split("\n")
    assert lines[0] == str(browse_project.root / "train/page 0.png")
    assert len(lines) == 8


def test_an_images_folder_is_shown_in_the_systems_own_program(
    qtbot: QtBot,
    controller: ImagesController,
    browser: ImageBrowser,
    page: ProjectPage,
    browse_projects: ProjectService,
    browse_project: Project,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _open(qtbot, controller, page, browse_projects, browse_project)
    opened: list[Path] = []
    monkeypatch.setattr("app.controllers.image_files.open_path", lambda folder: opened.append(folder))
    browser.reveal_requested.emit(browser.grid.ids[0])
    qtbot.waitUntil(lambda: opened == [browse_project.root / "train"])
    page.folder_open_requested.emit("val")
    assert opened[1:] == [browse_project.root / "val"]


def test_files_that_are_gone_are_said_with_what_to_do(
    qtbot: QtBot,
    controller: ImagesController,
    browser: ImageBrowser,
    page: ProjectPage,
    browse_projects: ProjectService,
    browse_project: Project,
) -> None:
    (browse_project.root / "train/page 0.png").rename(browse_project.root / "elsewhere.png")
    _open(qtbot, controller, page, browse_projects, browse_project)
    qtbot.waitUntil(browser.notice.isVisible)
    assert "not where they were" in browser.notice.text
    assert browser.grid.cell(0).failure == "The file is not where it was."
    with qtbot.waitSignal(page.moved_images_requested) as wish:
        browser.notice.action_requested.emit()
    assert wish.args == [browse_project]
    controller.refresh(Changes.of(image_lists=[browse_project.id]))
    assert not browser.notice.isVisible()


def test_a_known_thumbnail_of_a_file_that_went_is_marked(
    qtbot: QtBot,
    controller: ImagesController,
    browser: ImageBrowser,
    page: ProjectPage,
    browse_projects: ProjectService,
    browse_project: Project,
) -> None:
    _open(qtbot, controller, page, browse_projects, browse_project)
    qtbot.waitUntil(lambda: all(_thumbnail(browser, row) is not None for row in range(8)))
    (browse_project.root / "train/page 0.png").unlink()
    browser.grid.forget_all()
    browser.grid.ask_anew()
    qtbot.waitUntil(lambda: browser.grid.cell(0).is_gone)
    assert _thumbnail(browser, 0) is not None
    assert browser.notice.isVisible()
    assert "missing" in str(browser.grid.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole))


def _open_many(
    qtbot: QtBot,
    controller: ImagesController,
    page: ProjectPage,
    services: tuple[ProjectService, ImportService],
    root: Path,
) -> Project:
    projects, imports = services
    report = imports.commit(ImportSource(root / "coco.json", root), project_name="Many")
    project = projects.get_project(report.project)
    _open(qtbot, controller, page, projects, project)
    browser = controller._browser
    qtbot.waitUntil(lambda: all(browser.grid.cell(row).annotated for row in browser.grid.visible_rows()))
    return project


def test_what_comes_is_shown_while_one_scrolls_on_without_a_pause(
    qtbot: QtBot,
    controller: ImagesController,
    page: ProjectPage,
    browser: ImageBrowser,
    browse_projects: ProjectService,
    browse_imports: ImportService,
    make_browse_folder: BrowseFolder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = make_browse_folder("many", n_images=300, size=(24, 18))
    _open_many(qtbot, controller, page, (browse_projects, browse_imports), root)
    read, n_now, most_at_once = browse_projects.get_annotated, 0, 0

    def slowly(ids):  # type: ignore[no-untyped-def]
        nonlocal n_now, most_at_once
        n_now += 1
        most_at_once = max(most_at_once, n_now)
        time.sleep(0.06)  # longer than from one wish to the next
        n_now -= 1
        return read(ids)

    monkeypatch.setattr(browse_projects, "get_annotated", slowly)
    bar, seen = browser.grid.verticalScrollBar(), set()
    while bar.value() < bar.maximum():
        bar.setValue(bar.value() + 25)
        qtbot.wait(8)
        seen |= {row for row in browser.grid.visible_rows() if browser.grid.cell(row).annotated}
    assert len(seen) > 150, "of 300, the others having come and gone too fast"
    assert most_at_once == 1


def test_images_are_listed_while_the_registry_is_written_to(
    qtbot: QtBot,
    controller: ImagesController,
    page: ProjectPage,
    browser: ImageBrowser,
    browse_projects: ProjectService,
    browse_imports: ImportService,
    browse_registry: Registry,
    browse_jobs: JobRunner,
    make_browse_folder: BrowseFolder,
) -> None:
    root = make_browse_folder("many", n_images=300, size=(24, 18))
    project = _open_many(qtbot, controller, page, (browse_projects, browse_imports), root)
    is_over = threading.Event()

    def write() -> None:
        with browse_registry.write() as session:
            session.execute(sqlalchemy.text("UPDATE project SET name = 'Other'"))
            is_over.wait(20)

    job = browse_jobs.run(write, pool="registry")
    browser.filters.search.setText("page 29")
    qtbot.waitUntil(lambda: browser.status_text.startswith("11 of 300"))
    controller.clear_filters()
    qtbot.waitUntil(lambda: len(browser.grid.ids) == project.n_images)
    browser.grid.verticalScrollBar().setValue(browser.grid.verticalScrollBar().maximum())
    qtbot.waitUntil(lambda: browser.grid.cell(299).annotated is not None)
    assert not job.is_done
    is_over.set()
    qtbot.waitUntil(lambda: job.is_done)


def test_what_was_read_before_a_change_is_read_again(
    qtbot: QtBot,
    controller: ImagesController,
    page: ProjectPage,
    browser: ImageBrowser,
    browse_projects: ProjectService,
    browse_project: Project,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _open(qtbot, controller, page, browse_projects, browse_project)
    qtbot.waitUntil(lambda: all(browser.grid.cell(row).annotated for row in range(8)))
    read, has_read, goes_on = browse_projects.get_annotated, threading.Event(), threading.Event()

    def late(ids):  # type: ignore[no-untyped-def]
        found = read(ids)
        has_read.set()
        goes_on.wait(10)
        return found

    monkeypatch.setattr(browse_projects, "get_annotated", late)
    image = browser.grid.ids[0]
    browser.grid.expire([image])
    qtbot.waitUntil(has_read.is_set)
    category = browse_projects.list_categories(browse_project.id)[0].id
    (before,) = read([image])
    shape = NewShape(image, category, Box(1, 2, 30, 40))
    labelling = LabellingService(browse_projects._registry)
    done = labelling.add([shape], seen={image: before.image.revision}, author="")
    controller.refresh(done.changes)
    browser.grid._timer.stop()  # the answer comes before the new wish
    goes_on.set()
    qtbot.waitUntil(lambda: len(_annotated(browser, 0).annotations) == len(before.annotations) + 1)


def _annotated(browser: ImageBrowser, row: int) -> AnnotatedImage:
    found = browser.grid.cell(row).annotated
    assert found is not None
    return found


def test_in_an_order_that_is_not_in_memory_the_first_images_come_before_all(
    qtbot: QtBot,
    controller: ImagesController,
    page: ProjectPage,
    browser: ImageBrowser,
    browse_projects: ProjectService,
    browse_project: Project,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.controllers.images.FIRST_LISTED", 3)
    monkeypatch.setattr(browse_projects, "prepare_lists", lambda project, sort: None)
    _open(qtbot, controller, page, browse_projects, browse_project)
    controller._restrict(folders=("val",))
    qtbot.waitUntil(lambda: len(browser.grid.ids) == 4)
    listed: list[tuple[tuple[ImageId, ...], str]] = []
    set_images = browser.set_images

    def note(ids, *args, **kw):  # type: ignore[no-untyped-def]
        set_images(ids, *args, **kw)
        listed.append((tuple(ids), browser.status_text))

    monkeypatch.setattr(browser, "set_images", note)
    order = SortOrder(SortKey.NAME, is_descending=True)
    controller.sort(order)
    qtbot.waitUntil(lambda: len(listed) == 2)
    expected = tuple(browse_projects.list_image_ids(ImageFilter(browse_project.id, folders=("val",)), sort=order))
    assert listed == [(expected[:3], 'The first 3  ·  in "val"'), (expected, '4 of 8 images  ·  in "val"')]
    controller._reload()
    qtbot.waitUntil(lambda: len(listed) == 3)
    assert listed[2][0] == expected, "what is in sight stays when it is read anew"
