"""Files of which only one can be right: the person says which."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from core.domain.imports import ImportPreview
from core.domain.names import shown
from ui.icons import icon
from ui.widgets.labels import ElidedLabel, label


class FilesRow(QWidget):
    """Hidden while there is nothing to choose and nothing was left out."""

    left_out_chosen = Signal(object)  # tuple[Path, ...]: the files not to be read

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._left_out: tuple[Path, ...] = ()
        self._choices: tuple[Path, ...] = ()
        self._mark = QLabel()
        self._caption = label(self.tr("Files that describe the same images differently. Read &only"))
        self._box = QComboBox()
        self._box.setAccessibleName(self.tr("The file to read"))
        self._box.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._box.setMinimumContentsLength(30)
        self._box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._caption.setBuddy(self._box)
        self._told = ElidedLabel()
        self._again = QPushButton(self.tr("C&hoose again"))
        self._again.setAutoDefault(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._caption)
        row.addWidget(self._box)
        row.addWidget(self._told, 1)
        row.addWidget(self._again)
        self._box.activated.connect(self._choose)
        self._again.clicked.connect(lambda: self.left_out_chosen.emit(()))
        self.hide()

    def set_preview(self, preview: ImportPreview) -> None:
        """Of several groups of files, the first; the next one comes when that is decided."""
        groups = [problem.choices for problem in preview.problems if problem.choices]
        self._choices = tuple(map(Path, groups[0])) if groups else ()
        self._left_out = preview.source.left_out
        has_choice = bool(self._choices)
        picture = icon("circle-alert", role="error") if has_choice else icon("info", role="info")
        self._mark.setPixmap(picture.pixmap(16, 16))
        self._caption.setVisible(has_choice)
        self._box.setVisible(has_choice)
        self._again.setVisible(bool(self._left_out))
        names = [_below(path, preview.source.path) for path in self._left_out]
        self._told.setText(self.tr("Left out: {names}").format(names=", ".join(names)) if names else "")
        self._box.clear()
        self._box.setPlaceholderText(self.tr("choose a file"))
        self._box.addItems([_below(path, preview.source.path) for path in self._choices])
        self._box.setCurrentIndex(-1)
        self.setVisible(has_choice or bool(self._left_out))

    def _choose(self, index: int) -> None:
        others = (path for place, path in enumerate(self._choices) if place != index)
        self.left_out_chosen.emit((*self._left_out, *others))


def _below(path: Path, folder: Path) -> str:
    return shown(path.relative_to(folder) if path.is_relative_to(folder) else path)
