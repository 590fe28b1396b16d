"""The button "Actions" of a project's page: its entries, and why one cannot be chosen now."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from ui.icons import icon

TRAIN, PREDICT, IMPORT, EXPORT, RUNS, MODELS = "train", "predict", "import", "export", "runs", "models"
EVALUATE = "evaluate"
REVIEW, SUSPICIONS, PREDICTIONS = "review", "suspicions", "predictions"
IMPORT_PREDICTIONS = "import-predictions"
IMPORTS, MOVED = "imports", "moved-images"
LOCATE, RENAME, REMOVE = "locate", "rename", "remove"


class ProjectActions(QPushButton):
    chosen = Signal(str)  # TRAIN, IMPORT, ...

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(self.tr("&Actions"))
        self.setProperty("role", "primary")
        self.setToolTip(self.tr("What can be done with this project"))
        self._actions: dict[str, QAction] = {}
        self._build_menu()
        self.set_refusals({})

    def action(self, key: str) -> QAction:
        """An entry, for a menu bar or a command palette."""
        return self._actions[key]

    def set_refusals(self, reasons: Mapping[str, str]) -> None:
        """Why an entry cannot be chosen now; the others can. Shown as tool tips, never hidden."""
        for key, action in self._actions.items():
            reason = reasons.get(key, "")
            action.setEnabled(not reason)
            action.setToolTip(reason or action.text().partition("\t")[0].replace("&", ""))
            action.setStatusTip(reason)

    def _build_menu(self) -> None:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        table = (
            # The shortcut itself belongs to the window's command; two owners would make it ambiguous.
            (TRAIN, "graduation-cap", self.tr("&Train a model…") + "\tCtrl+T"),
            # As above.
            (PREDICT, "wand-sparkles", self.tr("&Predict on its images…") + "\tCtrl+P"),
            (EVALUATE, "target", self.tr("E&valuate a version on its images…")),
            (IMPORT, "file-down", self.tr("&Import annotations…")),
            (IMPORT_PREDICTIONS, "file-down", self.tr("Import predicti&ons…")),
            (EXPORT, "upload", self.tr("E&xport annotations…")),
            ("", "", ""),
            (REVIEW, "list-checks", self.tr("Review &predictions…")),
            (SUSPICIONS, "scan", self.tr("&Find label errors…")),
            ("", "", ""),
            (RUNS, "activity", self.tr("Show r&uns of this project")),
            (MODELS, "boxes", self.tr("Show &models")),
            (PREDICTIONS, "layers", self.tr("Show pre&dictions")),
            ("", "", ""),
            (IMPORTS, "history", self.tr("Import&s…")),
            (MOVED, "search", self.tr("Find moved ima&ges…")),
            (LOCATE, "folder-open", self.tr("&Locate folder…")),
            (RENAME, "pencil", self.tr("Re&name…")),
            (REMOVE, "x", self.tr("R&emove from Calque…")),
        )
        for key, icon_name, text in table:
            if not key:
                menu.addSeparator()
                continue
            action = QAction(icon(icon_name), text, self)
            action.setObjectName(f"projectAction_{key}")
            action.triggered.connect(lambda _=False, key=key: self.chosen.emit(key))
            menu.addAction(action)
            self._actions[key] = action
        self.setMenu(menu)
