"""Pictures that are only inside the annotation files: where they are to be unpacked."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QWidget

from core.domain.imports import ImportPreview
from ui.icons import icon
from ui.widgets.labels import label
from ui.widgets.last_folders import IMPORTS, start_where_last

KIND = "picture-embedded"


class PicturesRow(QWidget):
    """Hidden when there are none, or when they were unpacked."""

    folder_chosen = Signal(object)  # Path

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        mark = QLabel()
        mark.setPixmap(icon("triangle-alert", role="warning").pixmap(16, 16))
        text = label(self.tr("Pictures are only inside the annotation files. They have to be unpacked into a folder."))
        self._choose = QPushButton(self.tr("&Unpack them into…"))
        self._choose.setAutoDefault(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(text)
        row.addWidget(self._choose)
        row.addStretch(1)
        self._choose.clicked.connect(self._ask)
        self.hide()

    def set_preview(self, preview: ImportPreview) -> None:
        self.setVisible(any(problem.kind == KIND for problem in preview.problems))

    def _ask(self) -> None:
        dialog = QFileDialog(self, self.tr("A new or empty folder for the pictures"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly, True)
        start_where_last(dialog, IMPORTS)
        dialog.fileSelected.connect(lambda chosen: self.folder_chosen.emit(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
