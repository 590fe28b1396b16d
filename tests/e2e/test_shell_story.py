"""What the window itself does: the last project, recent ones, preferences. The real program on a real home."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMenu, QMessageBox
from pytestqt.qtbot import QtBot
from window_desk import Desk, Window

from app.guide import GUIDE_PAGES, PAGE_OF_WINDOW_PAGE
from app.settings import PREFERENCES
from core.domain.ids import ProjectId
from ui.imports.import_dialog import ImportDialog
from ui.projects.project_actions import LOCATE, TRAIN
from ui.settings.preferences_window import APPEARANCE, PAGES, PRIVACY, TRAININGS, PreferencesWindow
from ui.theme import ThemeMode, apply_theme, current_theme
from ui.widgets.command_palette import CommandPalette


def import_shapes(desk: Desk, shapes: Path) -> Window:
    window = desk.open()
    window.drop(shapes)
    window.import_dropped("Shapes")
    return window


def reopen(desk: Desk, window: Window) -> Window:
    window.application.leave()
    desk.leave(window)
    return desk.open()


def banner(window: Window) -> str:
    shown = window.application.start_page.banner
    return shown.plain_text() if shown.isVisible() else ""


def recent(window: Window) -> QMenu:
    menu = window.application.actions["open-recent"].menu()
    assert isinstance(menu, QMenu)
    return menu


def test_the_last_project_comes_back_until_it_is_closed(desk: Desk, shapes: Path) -> None:
    second = reopen(desk, import_shapes(desk, shapes))
    second.until(lambda: second.project_name == "Shapes" and second.page == "project")
    assert [action.text() for action in recent(second).actions()] == ["Shapes"]
    second.application.actions["close-project"].trigger()
    assert (second.page, second.project_name) == ("start", "")
    assert not second.application.actions["close-project"].isEnabled()

    third = reopen(desk, second)
    third.until(lambda: recent(third).actions())
    assert third.page == "start"
    recent(third).actions()[0].trigger()
    third.until(lambda: third.page == "project")
    third.application.change_settings(opens_last_project=False)

    fourth = reopen(desk, third)
    fourth.until(lambda: recent(fourth).actions())
    assert (fourth.page, fourth.project_name) == ("start", "")


def test_a_last_project_that_is_gone_is_said_quietly(desk: Desk, shapes: Path) -> None:
    first = import_shapes(desk, shapes)
    moved = shapes.with_name("moved")
    shutil.move(shapes, moved)
    second = reopen(desk, first)
    second.until(lambda: banner(second))
    assert "“" not in banner(second) and "was not opened" in banner(second) and str(shapes) in banner(second)
    assert second.page == "start"

    shutil.move(moved, shapes)
    second.application.change_settings(last_project="01J00000000000000000000000")
    third = reopen(desk, second)
    third.until(lambda: banner(third))
    assert "not in Calque's list any more" in banner(third)
    assert third.messages == []


def test_who_has_gone_elsewhere_meanwhile_stays_there(desk: Desk, shapes: Path) -> None:
    first = import_shapes(desk, shapes)
    project = first.features.projects.current
    assert project is not None
    second = reopen(desk, first)
    second.until(lambda: second.page == "project")
    second.application.actions["close-project"].trigger()
    second.features.projects.open_last(ProjectId(project.id))
    second.application.window.section_requested.emit("runs")
    second.until(lambda: second.application.jobs.n_busy == 0)
    assert (second.page, second.project_name) == ("runs", "")


@pytest.fixture
def theme_kept(qapp: QApplication) -> object:
    yield
    apply_theme(qapp, ThemeMode.LIGHT)
    qapp.setStyleSheet("")


@pytest.mark.usefixtures("theme_kept")
def test_a_preference_takes_force_at_once_and_is_kept(desk: Desk, shapes: Path) -> None:
    window = import_shapes(desk, shapes)
    window.application.actions["preferences"].trigger()
    preferences = window.application.window.findChild(PreferencesWindow)
    assert preferences is not None
    shown = {
        name for title, _icon in PAGES if title in preferences._forms for name in preferences.form(title).all_values()
    }
    assert shown == {spec.name for spec in PREFERENCES}

    choose(preferences, APPEARANCE, "theme", "dark")
    assert current_theme().is_dark
    assert window.application.actions["theme-dark"].isChecked()
    window.application.actions["theme-light"].trigger()
    assert preferences.form(APPEARANCE).all_values()["theme"] == "light"

    choose(preferences, TRAININGS, "max_minutes", 90)
    choose(preferences, TRAININGS, "seed", 7)
    choose(preferences, TRAININGS, "val_percent", 25)
    choose(preferences, PRIVACY, "network", "never")
    preferences.accept()
    window.open_wizard()
    draft = window.features.wizard.draft()
    assert (draft.max_minutes, draft.seed, draft.val_ratio) == (90, 7, 0.25)
    window.until(lambda: (desk.home / "settings.json").exists() and window.application.jobs.n_busy == 0)
    stored = json.loads((desk.home / "settings.json").read_text())
    assert stored.pop("last_project")
    assert stored == {"theme": "light", "max_minutes": 90, "seed": 7, "val_percent": 25, "network": "never"}


def choose(preferences: PreferencesWindow, title: str, name: str, value: object) -> None:
    """As the person's edit does it."""
    preferences.form(title).row(name).editor._edited(value)  # type: ignore[arg-type]


def test_f1_opens_the_page_of_what_is_shown_beside_the_window(desk: Desk, shapes: Path, qtbot: QtBot) -> None:
    window = desk.open()
    assert set(window.application.window._pages) <= set(PAGE_OF_WINDOW_PAGE)
    guide = window.application.actions["guide"]
    guide.trigger()
    shown = window.application.help.guide._window
    assert shown is not None and shown.isVisible()
    assert (shown.page, shown.isModal(), shown.parent()) == ("start.md", False, None)
    window.drop(shapes)
    dialog = window.application.window.findChild(ImportDialog)
    assert dialog is not None
    window.application.help.share_key(None, dialog.findChild(QLineEdit))
    assert guide in dialog.actions()
    window.import_dropped("Shapes")
    guide.trigger()
    assert shown.page == "project.md"
    features = window.features
    for _made in (features.viewer, features.training, features.runs, features.models):
        pass
    assert set(window.application.window._pages) <= set(PAGE_OF_WINDOW_PAGE)
    menu = window.application._menu("guide-pages")
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == [title for _file, title in GUIDE_PAGES]


def test_train_again_brings_its_project_along_and_says_so(desk: Desk, shapes: Path) -> None:
    window = import_shapes(desk, shapes)
    window.open_wizard()
    run = window.train(n_steps=4)
    window.wait_for_end()
    other = shapes.with_name("other")
    shutil.copytree(shapes, other)
    window.application.window.show_page("start", "start")
    window.drop(other)
    window.import_dropped("Others")
    window.open_run(run)
    window.features.runs.train_again_requested.emit(run)
    window.until(lambda: window.page == "wizard")
    assert window.project_name == "Shapes"
    assert window.application.window._buttons["project"].accessibleName() == "Shapes"
    assert '"Shapes" is open now' in window.application.window.notice.plain_text()


def test_the_palette_finds_projects_runs_models_and_what_the_page_can_do(desk: Desk, shapes: Path) -> None:
    window = import_shapes(desk, shapes)
    window.open_wizard()
    run = window.train(n_steps=4)
    window.wait_for_end()
    version = window.run_record(run).version

    def choose_in_palette(words: str) -> None:
        window.application.actions["command-palette"].trigger()
        palette = window.application.window.findChild(CommandPalette)
        assert palette is not None
        palette._field.setText(words)
        window.until(lambda: palette._filtered.rowCount() == 1)
        palette._choose_current()

    choose_in_palette("shapes model version")
    window.until(lambda: window.page == "version" and window.features.version_page.version_id == version)
    choose_in_palette("open run page")
    window.until(lambda: window.page == "run")
    choose_in_palette("shapes project")
    window.until(lambda: window.page == "project")
    choose_in_palette("run success")
    window.until(lambda: window.page == "run" and window.features.run_page.run_id == run)


def test_a_folder_that_was_moved_is_located(desk: Desk, shapes: Path) -> None:
    first = import_shapes(desk, shapes)
    new = shapes.with_name("archive") / "shapes"
    new.parent.mkdir()
    shutil.move(shapes, new)
    window = reopen(desk, first)
    window.until(lambda: recent(window).actions())
    recent(window).actions()[0].trigger()
    window.until(lambda: window.features.project_page.banner.isVisible())
    assert "Locate folder" in window.features.project_page.banner.plain_text()
    project = window.features.projects.current
    assert project is not None
    window.features.project_page.action(LOCATE).trigger()
    chooser = window.application.window.findChild(QFileDialog)
    assert chooser is not None
    chooser.close()

    window.features.locating.look(project, shapes.parent / "nowhere")
    window.until(lambda: "is not a folder" in window.application.window.notice.plain_text())
    (new / "val" / "0.jpg").unlink()
    window.features.locating.look(project, new.parent)
    window.until(lambda: window.application.window.findChild(QMessageBox))
    question = window.application.window.findChild(QMessageBox)
    assert question is not None
    assert "15 of 16 images are there. 1 is missing: val/0.jpg." in question.informativeText()
    window.click(question, "Use this folder")
    window.until(lambda: not window.features.project_page.banner.isVisible())
    assert window.features.services.projects.get_project(project.id).root == new
    window.until(lambda: window.features.project_page.action(TRAIN).isEnabled())
