"""The window's own small dialogs: what to do with runs on closing, about, shortcuts, diagnostics."""

from __future__ import annotations

import platform
from enum import Enum, auto
from importlib.metadata import version

from PySide6.QtCore import QLibraryInfo, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMessageBox, QWidget

from app.commands import COMMANDS
from ui.studies.study_keys import STUDY_KEYS
from ui.viewer.viewer_keys import VIEWER_KEYS
from ui.widgets.text_dialog import TextDialog


class ClosingChoice(Enum):
    KEEP_TRAINING = auto()
    STOP_AND_KEEP = auto()
    CANCEL = auto()


class ClosingDialog(QMessageBox):
    """Asked when the window closes while runs are at work. Keeping them at work is the default."""

    def __init__(self, n_live: int, n_waiting: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setIcon(QMessageBox.Icon.Question)
        self.setWindowTitle(self.tr("Close Calque?"))
        self.setText(self.tr("A training is at work.") if n_live == 1 else self.tr("Trainings are at work."))
        text = self.tr(
            "It can go on in the background: the next start of Calque takes it over with its whole history. "
            "Or it can stop now; its best result so far is measured and kept as a model version."
        )
        if n_waiting:
            text += " " + self.tr("Runs that wait for the device start when Calque is open again.")
        self.setInformativeText(text)
        self._keep = self.addButton(self.tr("Keep training in the background"), QMessageBox.ButtonRole.AcceptRole)
        self._stop = self.addButton(self.tr("Stop and keep the best"), QMessageBox.ButtonRole.DestructiveRole)
        self._cancel = self.addButton(QMessageBox.StandardButton.Cancel)
        self.setDefaultButton(self._keep)
        self.setEscapeButton(self._cancel)

    def choice(self) -> ClosingChoice:
        """What was clicked; CANCEL before anything was."""
        clicked = self.clickedButton()
        if clicked is self._keep:
            return ClosingChoice.KEEP_TRAINING
        return ClosingChoice.STOP_AND_KEEP if clicked is self._stop else ClosingChoice.CANCEL


def about_text() -> str:
    """Markdown: version, libraries, licence."""
    libraries = "\n".join(
        f"* {name} {version(name)}"
        for name in ("PySide6-Essentials", "torch", "ultralytics", "pyqtgraph", "SQLAlchemy")
    )
    return (
        f"# Calque {version('calque')}\n\n"
        "Train models that find things in your images: on your own computer, without code, without a cloud.\n\n"
        f"Python {platform.python_version()}, Qt {QLibraryInfo.version().toString()}\n\n{libraries}\n\n"
        "**Licence.** AGPL-3.0-or-later, as the training engine is. Icons: Lucide, ISC licence.\n\n"
        "**Network.** Calque reaches the network only when you allow a download of pretrained weights."
    )


def shortcuts_text() -> str:
    """Markdown: every command that has a shortcut, by menu, then those of the viewer and of predictions."""
    lines = ["# Keyboard shortcuts", ""]
    for menu in dict.fromkeys(command.menu for command in COMMANDS):
        rows = [command for command in COMMANDS if command.menu == menu and command.shortcut]
        if rows:
            lines += [f"**{menu}**", ""]
            lines += [f"* {QKeySequence(row.shortcut).toString()}  {row.text.rstrip('…')}" for row in rows]
            lines.append("")
    lines += ["**Viewer**", ""]
    lines += [f"* {key.shown}  {key.does}" for key in VIEWER_KEYS]
    lines += ["", "**Predictions over ground truth**", ""]
    lines += [f"* {key.shown}  {key.does}" for key in STUDY_KEYS]
    return "\n".join(lines)


def show_text(title: str, parent: QWidget, *, markdown: str = "", plain: str = "") -> TextDialog:
    """Open the text in a dialog that does not block the window, and is gone when it is closed."""
    dialog = TextDialog(title, parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if markdown:
        dialog.set_markdown(markdown)
    else:
        dialog.set_plain(plain)
    dialog.open()
    return dialog
