"""Whoever cannot see the window: every control that takes the keyboard says what it is, on every page."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QDialog,
    QMainWindow,
    QMenu,
    QTabWidget,
    QWidget,
)
from window_desk import Desk

from core.domain.ids import RunId
from ui.evaluation.definitions_window import explain


def nameless(page: QWidget) -> list[str]:
    """The visible controls that Tab comes to and that have no name; each with what it stands in."""
    found = []
    for widget in page.findChildren(QWidget):
        is_reached = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible() and widget.isEnabled()
        parent = widget.parentWidget()
        if not is_reached or widget.focusProxy() is not None or isinstance(parent, QAbstractSpinBox):
            continue  # a spin box speaks for its line
        if type(widget) is QTabWidget or (isinstance(parent, QAbstractScrollArea) and widget is parent.viewport()):
            continue  # their parts are reached, not they
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is None or not interface.text(QAccessible.Text.Name).strip():
            chain = [type(widget).__name__]
            while parent is not None and parent is not page:
                chain.append(type(parent).__name__)
                parent = parent.parentWidget()
            found.append(" in ".join(chain[:4]))
    return found


class OtherWindows(QObject):
    """Notes what is a window of its own: a part of a page that is visible before it has a place."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_window = isinstance(watched, QWidget) and watched.isWindow()
        if event.type() == QEvent.Type.Show and is_window and not isinstance(watched, (QMainWindow, QDialog, QMenu)):
            self.shown.append(type(watched).__name__)
        return False


def test_every_control_of_every_page_has_a_name(desk: Desk, shapes: Path) -> None:
    others = OtherWindows()
    application = QApplication.instance()
    assert application is not None
    application.installEventFilter(others)
    window = desk.open()
    features, main = window.features, window.application.window
    unnamed: dict[str, list[str]] = {}

    def look(page: str) -> None:
        window.until(lambda: window.page == page)
        widget = main.page_widget()
        assert widget is not None
        tabs = widget.findChildren(QTabWidget)
        for tab in tabs:
            for number in range(tab.count()):
                tab.setCurrentIndex(number)
                unnamed.setdefault(page, []).extend(nameless(widget))
        if not tabs:
            unnamed.setdefault(page, []).extend(nameless(widget))

    look("start")
    window.drop(shapes)
    window.import_dropped("Shapes")
    window.until(lambda: len(features.browser.grid.ids) == 16)
    look("project")
    opened = features.projects.current
    assert opened is not None
    export = features.exports.open(opened)
    window.until(lambda: export.refusal != "Counting…")
    unnamed["export"] = nameless(export)
    export.reject()
    ids = features.browser.grid.ids
    features.images.image_open_requested.emit(ids[0], ids)
    look("viewer")
    window.open_wizard()
    look("wizard")
    run: RunId = window.train(n_steps=2)
    window.wait_for_end()
    look("run")
    window.click(features.run_page, "See the predictions")
    window.until(lambda: features.is_made("studies") and features.study_page.answer is not None)
    look("study")
    features.study_page.back_requested.emit()
    window.until(lambda: window.page == "run")
    version = window.run_record(run).version
    assert version is not None
    for section in ("runs", "models"):
        features.routes.show_section(section)
        look(section)
    features.routes.open_version(version)
    look("version")
    window.click(features.version_page, "See the predictions")
    window.until(lambda: features.study_page.answer is not None)
    project = features.projects.current
    assert project is not None
    features.reviewing.open(project)
    look("review")
    features.suspecting.open(project)
    look("suspicions")
    features._make_compare_page()
    main.show_page("compare", "models")
    look("compare")
    explained = explain(features.compare_page)
    unnamed["definitions"] = nameless(explained)
    explained.close()
    features.routes.show_predictions()
    look("predictions")
    features.routes.show_section("try")
    look("try")
    assert others.shown == [], "no part of a page is a window of its own, not for a moment"
    assert {page: set(names) for page, names in unnamed.items() if names} == {}
