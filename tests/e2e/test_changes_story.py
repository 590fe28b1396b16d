"""What is written anywhere is seen everywhere: no page is opened anew, or asked to read, for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit
from window_desk import Desk, Window

from core.domain.models import VersionStatus
from core.domain.runs import RunStatus
from ui.imports.import_dialog import ImportDialog, Step
from ui.projects.dialogs import RenameProjectDialog
from ui.projects.project_actions import IMPORT, RENAME
from ui.projects.recent_projects import NAME
from ui.runs.run_actions import RunAction


def recent(window: Window) -> list[str]:
    model = window.application.start_page._recent.model()
    return [model.index(row, NAME).data() for row in range(model.rowCount())]


def wait_for_images(window: Window) -> None:
    """Until all 16 are in the grid with their pictures, and nothing is asked any more."""
    grid = window.features.browser.grid

    def are_there() -> bool:
        cells = [grid.cell(row) for row in range(len(grid.ids))]
        return len(cells) == 16 and all(cell.annotated is not None and cell.thumbnail is not None for cell in cells)

    window.until(lambda: are_there() and window.features.jobs.n_busy == 0)


def rename(window: Window, name: str) -> None:
    """Through the project's Actions."""
    window.features.project_page.action(RENAME).trigger()
    dialog = window.application.window.findChild(RenameProjectDialog)
    assert dialog is not None
    field = dialog.findChild(QLineEdit)
    assert field is not None
    field.setText(name)
    window.click(dialog, "Rename")
    window.until(lambda: window.application.window.findChild(RenameProjectDialog) is None or not dialog.isVisible())


def import_file(window: Window, file: Path) -> None:
    """Through the project's Actions: more annotations for the images that it has."""
    window.features.project_page.action(IMPORT).trigger()
    dialog = next(one for one in window.application.window.findChildren(ImportDialog) if one.isVisible())
    dialog.set_source(file)
    dialog.request_preview()
    window.until(lambda: dialog.step is Step.PREVIEW and not dialog.is_busy)
    dialog._next.click()
    window.until(lambda: dialog.step is Step.REPORT)
    dialog.reject()


def test_a_new_name_is_everywhere_at_once_and_no_image_is_read_again(
    desk: Desk, shapes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = desk.open()
    window.drop(shapes)
    window.import_dropped("Shapes")
    features = window.features
    window.until(lambda: recent(window) == ["Shapes"])
    wait_for_images(window)
    projects = features.services.projects
    for verb in ("list_image_ids", "get_annotated", "list_folders", "list_categories"):
        monkeypatch.setattr(projects, verb, lambda *_, verb=verb, **__: pytest.fail(f"{verb} was asked for a name"))

    rename(window, "Old shapes")

    window.until(lambda: recent(window) == ["Old shapes"] and window.project_name == "Old shapes")
    window.until(lambda: features.project_page._header._title.text() == "Old shapes")
    window.until(lambda: features.jobs.n_busy == 0)
    assert window.messages == []


def test_annotations_imported_again_are_seen_on_their_image_alone(desk: Desk, shapes: Path) -> None:
    window = desk.open()
    window.drop(shapes)
    window.import_dropped("Shapes")
    features = window.features
    wait_for_images(window)
    grid = features.browser.grid
    before = [grid.cell(row).annotated for row in range(16)]
    assert before[0] is not None
    first = before[0].image
    content = {
        "images": [{"id": 1, "file_name": first.path, "width": first.width, "height": first.height}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 9, 9], "area": 81}],
        "categories": [{"id": 1, "name": "stamp"}],
    }
    file = shapes / "more.json"
    file.write_text(json.dumps(content))

    import_file(window, file)

    def n_now() -> int:
        annotated = grid.cell(0).annotated
        return len(annotated.annotations) if annotated is not None else 0

    window.until(lambda: n_now() == 3)
    window.until(lambda: "33 annotations" in features.project_page._header._subtitle.text())
    assert features.project_page._class_count.text() == "3"
    assert all(grid.cell(row).annotated is before[row] for row in range(1, 16)), "nobody asked for the others again"


def test_a_training_is_seen_in_every_list_from_its_start_to_its_end(desk: Desk, shapes: Path) -> None:
    window = desk.open()
    window.drop(shapes)
    window.import_dropped("Shapes")
    features = window.features
    for section in ("runs", "models"):
        window.application.window.section_requested.emit(section)
        window.until(lambda section=section: window.page == section)
    window.until(lambda: features.jobs.n_busy == 0)
    window.application.window.section_requested.emit("project")
    assert features.models_page.shown_names() == []

    window.open_wizard()
    run = window.train(n_steps=4)
    window.until(lambda: len(features.models_page.shown_names()) == 2)
    window.until(lambda: features.runs_page.find_run(run) is not None)
    state = window.wait_for_end()
    assert state.status is RunStatus.SUCCESS

    def version_status() -> object:
        return features.models_page._all[1][0].status

    def run_status() -> object:
        found = features.runs_page.find_run(run)
        return found.status if found is not None else None

    window.until(lambda: version_status() is VersionStatus.AVAILABLE)
    window.until(lambda: run_status() is RunStatus.SUCCESS)
    assert window.page == "run", "nobody has gone there to look"


def test_a_run_that_is_removed_leaves_the_list(desk: Desk, shapes: Path) -> None:
    window = desk.open()
    window.drop(shapes)
    window.import_dropped("Shapes")
    window.open_wizard()
    run = window.train(n_steps=2)
    window.wait_for_end()
    window.until(lambda: window.features.pool.n_live == 0)  # that it has ended is told while its page is open
    window.application.window.section_requested.emit("runs")
    window.until(lambda: window.page == "runs" and window.features.runs_page.find_run(run) is not None)
    window.until(lambda: window.run_record(run).status is RunStatus.SUCCESS)
    window.features.runs_page.choose(run)
    window.features.runs.act(RunAction.REMOVE, [run])
    window.until(QApplication.activeModalWidget)
    question = QApplication.activeModalWidget()
    assert question is not None
    window.click(question, "Remove")
    window.until(lambda: window.features.runs_page.find_run(run) is None)
    assert window.messages == []
