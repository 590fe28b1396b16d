"""Projects that were removed: restored with all they had, or forgotten for good."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.domain.names import shown
from core.domain.trash import TrashedProject
from ui.icons import icon
from ui.widgets.formatting import count, moment
from ui.widgets.labels import label, set_role


class RemovedProjectsDialog(QDialog):
    restore_requested = Signal(object)  # TrashedProject
    empty_requested = Signal(object)  # TrashedProject

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Removed projects"))
        self.resize(680, 360)
        self._projects: tuple[TrashedProject, ...] = ()
        self._hint = label("", "muted", wrap=True)
        self._problem = label("", "error", wrap=True)
        self._model = QStandardItemModel(0, 4, self)
        self._table = QTableView()
        self._table.setModel(self._model)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._table.setShowGrid(False)
        self._table.setTabKeyNavigation(False)
        self._table.setAccessibleName(self.tr("Removed projects"))
        self._table.verticalHeader().hide()
        self._table.horizontalHeader().setHighlightSections(False)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self._restore = QPushButton(self.tr("&Restore"))
        self._forget = QPushButton(icon("trash-2"), self.tr("&Forget for good…"))
        set_role(self._restore, "primary")
        buttons.addButton(self._restore, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self._forget, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        self._restore.clicked.connect(lambda: self._wish(self.restore_requested))
        self._forget.clicked.connect(lambda: self._wish(self.empty_requested))
        self._table.doubleClicked.connect(lambda _index: self._wish(self.restore_requested))
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(10)
        column.addWidget(self._hint)
        column.addWidget(self._table, 1)
        column.addWidget(self._problem)
        column.addWidget(buttons)
        self.set_projects(())

    def set_projects(self, projects: Sequence[TrashedProject]) -> None:
        self._projects = tuple(projects)
        self._model.clear()
        titles = (self.tr("Project"), self.tr("Images"), self.tr("Annotations"), self.tr("Removed"))
        self._model.setHorizontalHeaderLabels(list(titles))
        sides = (Qt.AlignmentFlag.AlignLeft, *(Qt.AlignmentFlag.AlignRight,) * 2, Qt.AlignmentFlag.AlignLeft)
        for column, side in enumerate(sides):
            self._model.horizontalHeaderItem(column).setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        for one in self._projects:
            texts = (shown(one.name), count(one.n_images), count(one.n_annotations), moment(one.removed_at))
            items = [QStandardItem(text) for text in texts]
            items[0].setIcon(icon("folder"))
            for item in items[1:3]:
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._model.appendRow(items)
        header = self._table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        text = self.tr("Nothing of these is deleted yet. Restored, a project has its images, annotations and classes.")
        self._hint.setText(text if projects else self.tr("No project is in the trash."))
        self._problem.setText("")
        for button in (self._restore, self._forget):
            button.setEnabled(bool(projects))
        if projects:
            self._table.selectRow(0)

    def show_problem(self, text: str) -> None:
        self._problem.setText(text)

    def _wish(self, wish: object) -> None:
        row = self._table.currentIndex().row()
        if 0 <= row < len(self._projects):
            wish.emit(self._projects[row])  # type: ignore[attr-defined]
