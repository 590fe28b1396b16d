"""The library's controller on the real service, with a really published version."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot
from safetensors.numpy import save_file

from app.controllers.models import ModelsController
from app.jobs import JobRunner
from core.domain.changes import Changes
from core.domain.ids import ProjectId, RunId, VersionId
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.models import ModelVersion
from core.domain.snapshots import Split
from core.models.headline import headline_of
from core.models.publish import publish
from core.models.service import ModelService
from core.registry.database import Registry
from core.registry.stores import evaluations, models, projects
from core.tasks.detection import DETECTION
from core.workers.catalog import WorkerCatalog
from tests.core.evaluation.coco_tables import coco_row, coco_table, evaluation_of
from ui.models.models_page import ModelsPage
from ui.models.version_page import VersionPage
from ui.widgets.title_dialog import TitleDialog

TABLE = coco_table(Split.TEST, (coco_row(None, 4, 9, 0.9, 0.8, 0.85, 0.61),), False, 300)


@pytest.fixture
def library_store(tmp_path: Path) -> Path:
    return tmp_path / "home" / "models"


@pytest.fixture
def library_project(browse_registry: Registry, tmp_path: Path) -> ProjectId:
    with browse_registry.write() as session:
        return projects.insert_project(session, name="Parish", root=tmp_path)


@pytest.fixture
def library(browse_registry: Registry, library_store: Path) -> ModelService:
    return ModelService(browse_registry, library_store)


@pytest.fixture
def publish_version(
    browse_registry: Registry, library: ModelService, library_project: ProjectId, library_store: Path, tmp_path: Path
) -> Callable[..., ModelVersion]:
    model = library.create_model(library_project, "Lines", DETECTION.slug, ["line"]).value

    def make(parent: VersionId | None = None) -> ModelVersion:
        weights = tmp_path / "weights.safetensors"
        save_file({"layer": np.ones((20, 10), np.float32)}, weights)
        content = {
            "name": "Lines", "architecture": "yolo11n", "task": "detection", "categories": ["line"],
            "worker": "yolo-detect", "worker_version": "0.1.0", "configuration": {"epochs": 5}, "seed": 7,
            "device": "cpu", "snippet": "print(1)\n",
        }  # fmt: skip
        done = publish(weights=weights, model=content, store=library_store, card="# Lines\n")
        with browse_registry.write() as session:
            version = models.insert_version(
                session, model=model.id, name="first", worker="yolo-detect", worker_version="0.1.0", parent=parent
            )
            evaluations.put_evaluation(session, evaluation_of(version, TABLE))
            models.publish_version(
                session,
                version.id,
                folder=done.folder,
                content_sha256=done.content_sha256,
                weights_sha256=done.weights_sha256,
                architecture="yolo11n",
                headline=headline_of((TABLE,)),
                duration_s=12.0,
                is_partial=False,
            )
            return models.get_version(session, version.id)

    return make


class Shelf:
    """The pages, their controller, and what it said."""

    def __init__(self, library: ModelService, jobs: JobRunner, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.list, self.page = ModelsPage(), VersionPage()
        for widget in (self.list, self.page):
            qtbot.addWidget(widget)
            widget.resize(1100, 650)
        self.controller = ModelsController(
            models=library,
            jobs=jobs,
            models_page=self.list,
            version_page=self.page,
            fields_of=WorkerCatalog().fields_of,
        )
        self.messages: list[UserMessage] = []
        self.controller.message_raised.connect(self.messages.append)
        self.controller.version_opened.connect(self.page.show)

    def open(self, version: ModelVersion) -> None:
        with self.qtbot.waitSignal(self.controller.version_opened, timeout=10_000) as opened:
            self.controller.open(version.id)
        assert opened.args == [version.id]

    def save_as(self, parent: QWidget, path: Path) -> None:
        dialog = parent.findChild(QFileDialog)
        assert dialog is not None
        dialog.fileSelected.emit(str(path))
        dialog.reject()
        self.qtbot.waitUntil(lambda: parent.findChild(QFileDialog) is None and bool(self.messages), timeout=20_000)


@pytest.fixture
def shelf(library: ModelService, browse_jobs: JobRunner, qtbot: QtBot) -> Iterator[Shelf]:
    shelf = Shelf(library, browse_jobs, qtbot)
    yield shelf
    shelf.page.close()
    shelf.list.close()


def test_the_library_is_listed_and_a_version_opened(shelf: Shelf, publish_version: Callable[..., ModelVersion]) -> None:
    first = publish_version()
    second = publish_version(first.id)
    shelf.controller.show_list()
    shelf.qtbot.waitUntil(lambda: shelf.list.shown_names() == ["Lines", "V002 (first)", "V001 (first)"])
    shelf.list.choose(second.id)
    with shelf.qtbot.waitSignal(shelf.controller.version_opened):
        shelf.list._open.click()
    assert shelf.controller.current == second.id
    assert (shelf.page.cards.headline.value(), shelf.page.cards.headline.note()[-14:]) == ("0.850", "mAP50-95 0.610")
    assert "print(1)" in shelf.page.snippet.text()
    assert shelf.page.cards.origin.value() == "V001 (first)"
    assert shelf.page._settings.shown_rows() == [("Epochs", "5")], "in the words of the worker's form"
    details = shelf.page.details
    assert details is not None
    assert {"weights.safetensors", "model.json", "README.md"} <= {name for name, _size in details.files}
    assert shelf.messages == []


def test_one_project_alone(
    shelf: Shelf, publish_version: Callable[..., ModelVersion], library_project: ProjectId
) -> None:
    publish_version()
    shelf.controller.show_list(project=library_project)
    shelf.qtbot.waitUntil(lambda: shelf.list._projects.currentData() == library_project)


@pytest.mark.parametrize("as_zip", [True, False])
def test_a_version_is_exported(
    shelf: Shelf, publish_version: Callable[..., ModelVersion], tmp_path: Path, as_zip: bool
) -> None:
    version = publish_version()
    shelf.open(version)
    shelf.page._export.menu().actions()[0 if as_zip else 1].trigger()
    target = tmp_path / ("out.zip" if as_zip else "out")
    shelf.save_as(shelf.page, target)
    assert (shelf.messages[0].severity, str(target) in shelf.messages[0].text) == (Severity.INFO, True)
    names = zipfile.ZipFile(target).namelist() if as_zip else [path.name for path in target.iterdir()]
    assert any(name.endswith("weights.safetensors") for name in names)
    assert not shelf.page._progress.isVisible()


def test_an_export_that_fails_says_why_and_frees_the_button(
    shelf: Shelf, publish_version: Callable[..., ModelVersion], tmp_path: Path
) -> None:
    version = publish_version()
    shelf.open(version)
    assert version.folder is not None
    (version.folder / "weights.safetensors").unlink()
    shelf.controller.ask_export(version, True)
    shelf.save_as(shelf.page, tmp_path / "out.zip")
    assert shelf.messages[0].code == "E-260"
    assert shelf.page._export.isEnabled()
    assert not (tmp_path / "out.zip").exists()


def test_the_evaluation_is_saved(shelf: Shelf, publish_version: Callable[..., ModelVersion], tmp_path: Path) -> None:
    shelf.open(publish_version())
    shelf.page.evaluation_csv_requested.emit()
    shelf.save_as(shelf.page, tmp_path / "evaluation.csv")
    with (tmp_path / "evaluation.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [(row["Set"], row["Class"], float(row["Box mAP50-95"])) for row in rows] == [("test", "all", 0.61)]


def test_something_new_is_shown_with_its_parent(
    shelf: Shelf, publish_version: Callable[..., ModelVersion], library: ModelService
) -> None:
    first = publish_version()
    shelf.open(first)
    second = publish_version(first.id)
    shelf.controller.refresh(Changes.of(models=[first.model], versions=[first.id, second.id]))
    shelf.qtbot.waitUntil(lambda: len(shelf.list.shown_names()) == 3)
    shelf.qtbot.waitUntil(lambda: shelf.page.details is not None and len(shelf.page.details.children) == 1)


def test_wishes_that_lead_elsewhere(shelf: Shelf, publish_version: Callable[..., ModelVersion]) -> None:
    version = publish_version()
    shelf.open(version)
    with shelf.qtbot.waitSignal(shelf.controller.train_again_requested) as asked:
        shelf.page._train.click()
    assert asked.args == [version.id]
    with shelf.qtbot.waitSignal(shelf.controller.list_requested):
        shelf.page._header.back_requested.emit()
    with shelf.qtbot.waitSignal(shelf.controller.train_requested):
        shelf.list.train_requested.emit()


def test_links_and_folders_are_handed_to_the_system(
    shelf: Shelf, publish_version: Callable[..., ModelVersion], tmp_path: Path
) -> None:
    class Catcher(QObject):
        @Slot(QUrl)
        def take(self, url: QUrl) -> None:
            taken.append(url.toString())

    taken: list[str] = []
    catcher = Catcher()
    for scheme in ("https", "file"):
        QDesktopServices.setUrlHandler(scheme, catcher, "take")
    version = publish_version()
    shelf.open(version)
    shelf.page.link_requested.emit("https://example.org/guide")
    shelf.page.files._folder.click()
    for scheme in ("https", "file"):
        QDesktopServices.unsetUrlHandler(scheme)
    assert version.folder is not None
    assert taken == ["https://example.org/guide", QUrl.fromLocalFile(str(version.folder)).toString()]
    shelf.page.folder_requested.emit(tmp_path / "gone")
    assert "is not there any more" in shelf.messages[-1].text


def test_only_what_has_changed_is_read_anew(
    shelf: Shelf,
    publish_version: Callable[..., ModelVersion],
    library: ModelService,
    library_project: ProjectId,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = publish_version(), publish_version()
    shelf.open(first)
    read: list[str] = []
    for name in ("list_models", "list_versions", "get_details"):
        verb = getattr(library, name)
        monkeypatch.setattr(library, name, lambda *given, name=name, verb=verb: (read.append(name), verb(*given))[1])
    of_library = ["list_models", "list_versions"]
    for changes, expected in (
        (Changes.of(versions=[second.id]), of_library),
        (Changes.of(versions=[first.id]), [*of_library, "get_details"]),
        (Changes.of(models=[first.model]), of_library),
        (Changes.of(projects=[library_project], renamed=[library_project]), of_library),
        (Changes.whole_project(library_project), []),
        (Changes.of(runs=[RunId("r")]), []),
    ):
        shelf.controller.refresh(changes)
        shelf.qtbot.waitUntil(lambda: shelf.controller._jobs.n_busy == 0)
        assert read == expected, changes
        read.clear()


def test_a_refresh_does_not_take_a_chosen_project_back(
    shelf: Shelf, publish_version: Callable[..., ModelVersion], library_project: ProjectId
) -> None:
    version = publish_version()
    shelf.controller.show_list(project=library_project)
    shelf.controller.refresh(Changes.of(versions=[version.id]))
    shelf.qtbot.waitUntil(lambda: shelf.controller._jobs.n_busy == 0)
    assert shelf.list._projects.currentData() == library_project


def test_a_version_that_is_not_there_is_said(shelf: Shelf) -> None:
    shelf.controller.open(VersionId("0" * 32))
    shelf.qtbot.waitUntil(lambda: bool(shelf.messages))
    assert shelf.messages[0].severity is Severity.ERROR
    assert shelf.controller.current is None


def dialog_of(shelf: Shelf, parent: QWidget) -> TitleDialog:
    shelf.qtbot.waitUntil(lambda: parent.findChild(TitleDialog) is not None, timeout=10_000)
    return parent.findChild(TitleDialog)  # type: ignore[return-value]


def gone(parent: QWidget, kind: type[QWidget]) -> bool:
    return parent.findChild(kind) is None


def test_a_version_is_renamed_and_described(
    shelf: Shelf, library: ModelService, publish_version: Callable[..., ModelVersion]
) -> None:
    version = publish_version()
    shelf.open(version)
    shelf.page.rename_requested.emit(version)
    dialog = dialog_of(shelf, shelf.page)
    assert (dialog._name.text(), dialog._description.toPlainText()) == ("first", "")
    dialog._name.setText("wide")
    dialog._description.setPlainText("Good for margins.")
    dialog._save.click()
    shelf.qtbot.waitUntil(lambda: gone(shelf.page, TitleDialog), timeout=10_000)
    stored = library.get_version(version.id)
    assert (stored.label, stored.description) == ("V001 (wide)", "Good for margins.")


def test_a_version_is_marked_as_the_current_one_and_loses_the_mark(
    shelf: Shelf, library: ModelService, publish_version: Callable[..., ModelVersion]
) -> None:
    version = publish_version()
    shelf.open(version)
    mark = next(action for action in shelf.page._more.menu().actions() if action.text() == "Mark as current")
    assert not shelf.page._current.isVisible() and mark.isEnabled()
    mark.trigger()
    shelf.qtbot.waitUntil(lambda: library.get_version(version.id).is_current, timeout=10_000)
    shelf.controller.refresh(Changes.of(versions=[version.id]))
    shelf.qtbot.waitUntil(shelf.page._current.isVisible, timeout=10_000)
    assert (mark.text(), mark.isEnabled()) == ("No longer mark as current", True)
    mark.trigger()
    shelf.qtbot.waitUntil(lambda: not library.get_version(version.id).is_current, timeout=10_000)
    shelf.controller.refresh(Changes.of(versions=[version.id]))
    shelf.qtbot.waitUntil(lambda: not shelf.page._current.isVisible(), timeout=10_000)
    assert mark.text() == "Mark as current"


def test_a_name_that_is_taken_is_said_in_the_dialog(
    shelf: Shelf, library: ModelService, library_project: ProjectId, publish_version: Callable[..., ModelVersion]
) -> None:
    model = library.get_model(publish_version().model)
    library.create_model(library_project, "Atlas", DETECTION.slug, ["line"])
    shelf.list.show()
    shelf.list.rename_requested.emit(model)
    dialog = dialog_of(shelf, shelf.list)
    dialog._name.setText("Atlas")
    dialog._save.click()
    shelf.qtbot.waitUntil(dialog._problem.isVisible, timeout=10_000)
    assert 'A model named "Atlas" already exists' in dialog._problem.text()
    assert dialog._save.isEnabled()
    dialog._name.setText("Lines again")
    dialog._save.click()
    shelf.qtbot.waitUntil(lambda: gone(shelf.list, TitleDialog), timeout=10_000)
    assert library.get_model(model.id).name == "Lines again"


def answer(shelf: Shelf, parent: QWidget, verb: str) -> str:
    shelf.qtbot.waitUntil(lambda: parent.findChild(QMessageBox) is not None, timeout=10_000)
    box = parent.findChild(QMessageBox)
    assert box is not None
    said = f"{box.text()} {box.informativeText()}"
    next(button for button in box.buttons() if button.text() == verb).click()
    shelf.qtbot.waitUntil(lambda: gone(parent, QMessageBox))
    return said


def test_deleting_asks_and_leaves_the_page(
    shelf: Shelf, library: ModelService, publish_version: Callable[..., ModelVersion]
) -> None:
    version = publish_version()
    shelf.open(version)
    shelf.page.delete_requested.emit(version)
    assert "30 days" in answer(shelf, shelf.page, "Keep it")
    assert library.list_versions() != ()
    shelf.page.delete_requested.emit(version)
    with shelf.qtbot.waitSignal(shelf.controller.list_requested, timeout=20_000):
        answer(shelf, shelf.page, "Delete")
    assert library.list_versions() == ()


def test_a_model_is_deleted_with_its_versions(
    shelf: Shelf, library: ModelService, publish_version: Callable[..., ModelVersion]
) -> None:
    model = library.get_model(publish_version().model)
    shelf.list.show()
    shelf.list.delete_requested.emit(model)
    assert 'the model "Lines" with its 1 version?' in answer(shelf, shelf.list, "Delete")
    shelf.qtbot.waitUntil(lambda: library.list_models() == (), timeout=20_000)
