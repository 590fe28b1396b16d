"""The smaller tabs of a version's page: dataset and classes, lineage, files, and code to copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.domain.models import DATASET, ModelVersion, VersionDetails, VersionStatus
from ui.icons import icon
from ui.models.version_words import dataset_rows, fact_rows, headline_text, lineage_steps, of_labels
from ui.widgets.badge import VERSION_TONES, Badge
from ui.widgets.formatting import moment, size
from ui.widgets.labels import ElidedLabel, label

Index = QModelIndex | QPersistentModelIndex


class GridModel(QAbstractTableModel):
    """Rows of texts, the first of them the headings. Numbers stand at the right."""

    def __init__(self, parent: QWidget | None = None, *, has_numbers: bool = True) -> None:
        super().__init__(parent)
        self._side = Qt.AlignmentFlag.AlignRight if has_numbers else Qt.AlignmentFlag.AlignLeft
        self._rows: Sequence[Sequence[str]] = ((),)

    def set_rows(self, rows: Sequence[Sequence[str]]) -> None:
        self.beginResetModel()
        self._rows = rows or ((),)
        self.endResetModel()

    # Qt overrides

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows) - 1

    def columnCount(self, parent: Index | None = None) -> int:
        return len(self._rows[0])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._rows[index.row() + 1][index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() > 0:
            return self._side | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = self._side if section else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return self._rows[0][section] if role == Qt.ItemDataRole.DisplayRole else None


class DatasetTab(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._note = label("", "muted", wrap=True)
        self._note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._model = GridModel(self)
        self._table = QTableView()
        self._table.setModel(self._model)
        self._table.setShowGrid(False)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setAccessibleName(self.tr("Images and objects of the frozen dataset"))
        self._table.verticalHeader().hide()
        self._table.horizontalHeader().setDefaultSectionSize(130)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._note)
        column.addWidget(self._table, 1)

    @property
    def model(self) -> GridModel:
        return self._model

    def set_details(self, details: VersionDetails) -> None:
        snapshot = details.snapshot
        self._table.setVisible(snapshot is not None)
        if snapshot is None:
            names = ", ".join(details.model.categories)
            self._note.setText(
                self.tr("The frozen dataset is not in this registry. Classes, in the order of the weights: {0}").format(
                    names
                )
            )
            return
        text = self.tr("Frozen dataset {0}, made {1}. Its ID is the SHA-256 of its manifest: {2}")
        trained_on = next((value for title, value in details.facts if title == DATASET), "")
        first = self.tr("Trained on {0}.").format(trained_on) + "\n" if trained_on else ""
        self._note.setText(first + text.format(snapshot.label, moment(snapshot.created_at), snapshot.id))
        self._model.set_rows(dataset_rows(snapshot, labels=of_labels(details)))
        self._table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)


class LineageTab(QScrollArea):
    version_requested = Signal(object)  # VersionId

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Lineage"))
        self.setWidgetResizable(True)

    def set_details(self, details: VersionDetails) -> None:
        content = QWidget()
        grid = QGridLayout(content)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        steps = lineage_steps(details)
        for row, (relation, version) in enumerate(steps):
            self._add_step(grid, row, relation, version, is_this=version.id == details.version.id)
        if len(steps) == 1:
            text = self.tr("It was not started from another version, and none was started from it.")
            grid.addWidget(label(text, "muted", wrap=True), 1, 0, 1, 5)
        grid.setColumnStretch(2, 1)
        grid.setRowStretch(len(steps) + 1, 1)
        self.setWidget(content)

    def _add_step(self, grid: QGridLayout, row: int, relation: str, version: ModelVersion, *, is_this: bool) -> None:
        title = f"{version.model_name} · {version.label}"
        name: QWidget
        if is_this:
            name = label(title, "heading")
        else:
            name = button = QPushButton(icon("box"), title)
            button.clicked.connect(lambda: self.version_requested.emit(version.id))
        badge = Badge(str(version.status), VERSION_TONES[version.status])
        text = headline_text(version) if version.status is VersionStatus.AVAILABLE else ""
        grid.addWidget(label(relation, "muted"), row, 0)
        grid.addWidget(name, row, 1)
        grid.addWidget(ElidedLabel(text), row, 2)
        grid.addWidget(badge, row, 3)
        grid.addWidget(label(moment(version.created_at), "muted"), row, 4)


class FilesTab(QWidget):
    """Hashes, facts and files, each to select and copy."""

    folder_requested = Signal(object)  # Path

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._details: VersionDetails | None = None
        self._copy_hash = QPushButton(icon("copy"), self.tr("Copy the weights' SHA-256"))
        self._folder = QPushButton(icon("folder-open"), self.tr("Open folder"))
        self._copy_hash.clicked.connect(self._copy)
        self._folder.clicked.connect(self._open_folder)
        self._model = GridModel(self, has_numbers=False)
        self._table = QTableView()
        self._table.setModel(self._model)
        self._table.setShowGrid(False)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setAccessibleName(self.tr("Facts and files"))
        self._table.verticalHeader().hide()
        self._table.horizontalHeader().hide()
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self._copy_hash)
        row.addWidget(self._folder)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self._table, 1)

    @property
    def model(self) -> GridModel:
        return self._model

    def set_details(self, details: VersionDetails) -> None:
        self._details = details
        files = [(f"File {name}", size(n_bytes)) for name, n_bytes in details.files]
        self._model.set_rows([("", ""), *fact_rows(details), *files])
        header = self._table.horizontalHeader()
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self._table.setColumnWidth(0, 220)
        self._copy_hash.setEnabled(bool(details.version.weights_sha256))
        self._folder.setEnabled(details.version.folder is not None)

    def _copy(self) -> None:
        if self._details is not None:
            QGuiApplication.clipboard().setText(self._details.version.weights_sha256)

    def _open_folder(self) -> None:
        if self._details is not None and self._details.version.folder is not None:
            self.folder_requested.emit(self._details.version.folder)


class SnippetTab(QWidget):
    """Code that uses the model without Calque."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._note = label(self.tr("Python that uses this version outside Calque."), "muted", wrap=True)
        self._code = QPlainTextEdit()
        self._copy = QPushButton(icon("copy"), self.tr("Copy"))
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text()))
        self._code.setReadOnly(True)
        self._code.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._code.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._code.setAccessibleName(self.tr("Code"))
        row = QHBoxLayout()
        row.addWidget(self._note, 1)
        row.addWidget(self._copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self._code, 1)
        column.addStretch()

    def set_details(self, details: VersionDetails) -> None:
        self._note.setText(
            self.tr("Python that uses this version outside Calque.")
            if details.snippet
            else self.tr("Its method writes no Python for use outside Calque. “Export…” offers files that others read.")
        )
        self._code.setVisible(bool(details.snippet))
        self._code.setPlainText(details.snippet)
        self._copy.setEnabled(bool(details.snippet))

    def text(self) -> str:
        return self._code.toPlainText()
