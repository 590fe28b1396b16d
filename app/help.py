"""What the Help menu offers: the guide, the shortcuts, a look at this machine, and what Calque is made of."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget

from app.jobs import JobRunner
from core.home import Home
from ui.main_window import MainWindow

if TYPE_CHECKING:
    from app.guide import Guide


class Help(QObject):
    message_raised = Signal(object)  # UserMessage

    def __init__(self, home: Home, jobs: JobRunner, window: MainWindow, parent: QObject) -> None:
        super().__init__(parent)
        self._home = home
        self._jobs = jobs
        self._window = window
        self._actions: Mapping[str, QAction] = {}

    def begin(self, actions: Mapping[str, QAction]) -> None:
        """The commands are there, by their ids: the guide's key works in every window from now on."""
        self._actions = actions
        menu = actions["guide-pages"].menu()
        assert isinstance(menu, QMenu)
        menu.aboutToShow.connect(self._list_pages)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self.share_key)

    def close(self) -> None:
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.disconnect(self.share_key)
        if "guide" in self.__dict__:
            self.guide.close()

    @cached_property
    def guide(self) -> Guide:
        from app.guide import Guide

        guide = Guide(self)
        guide.message_raised.connect(self.message_raised)
        return guide

    def open_page(self) -> None:
        from app.guide import page_for

        self.guide.open(page_for(QApplication.focusWidget(), self._window.current_page()))

    def _list_pages(self) -> None:
        from app.guide import GUIDE_PAGES

        menu = self._actions["guide-pages"].menu()
        assert isinstance(menu, QMenu)
        if menu.isEmpty():
            for file, title in GUIDE_PAGES:
                menu.addAction(title, lambda file=file: self.guide.open(file))

    def share_key(self, _old: QWidget | None, new: QWidget | None) -> None:
        """A dialog is a window of its own, and the key belongs to the main one: F1 is to work in both."""
        window = new.window() if new is not None else None
        if isinstance(window, QDialog) and self._actions["guide"] not in window.actions():
            window.addAction(self._actions["guide"])

    def show_shortcuts(self) -> None:
        from app.shell_dialogs import shortcuts_text

        self._show_text("Keyboard shortcuts", shortcuts_text())

    def show_about(self) -> None:
        from app.shell_dialogs import about_text

        self._show_text("About Calque", about_text())

    def _show_text(self, title: str, markdown: str) -> None:
        from app.shell_dialogs import show_text

        show_text(title, self._window, markdown=markdown)

    def diagnose(self) -> None:
        from app.shell_dialogs import show_text
        from app.verbs import doctor

        dialog = show_text("Diagnostics", self._window, plain=self.tr("Looking at this machine…"))
        is_open = [True]
        dialog.finished.connect(lambda _result: is_open.clear())
        self._jobs.run(
            lambda: "\n".join(doctor.run(self._home).lines),
            then=lambda text: dialog.set_plain(text) if is_open else None,
            pool="io",
            key="diagnostics",
        )
