"""The files that a run made, by step: open one, open the folder, or take them all as a .zip."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QPushButton, QTreeView, QVBoxLayout, QWidget

from core.domain.runs import Artifact
from ui.icons import icon
from ui.widgets.empty_state import EmptyState
from ui.widgets.formatting import counted, size
from ui.widgets.labels import label
from ui.widgets.two_level_model import TwoLevelModel

Groups = Sequence[tuple[str, str]]
"""Folders of a kind's files in their order, and what is in each."""


class ArtifactModel(TwoLevelModel):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(("Name", "Size"), parent)
        self._groups: list[tuple[str, list[Artifact]]] = []
        self._help: dict[str, str] = {}

    def set_artifacts(self, artifacts: Sequence[Artifact], groups: Groups) -> None:
        """The kind's folders come first and are there even when empty."""
        self._help = dict(groups)
        by_group: dict[str, list[Artifact]] = {group: [] for group in self._help}
        for artifact in artifacts:
            by_group.setdefault(artifact.group, []).append(artifact)
        self.beginResetModel()
        self._groups = [(name, sorted(files, key=lambda a: a.name)) for name, files in by_group.items()]
        self._set_sizes([len(files) for _name, files in self._groups])
        self.endResetModel()

    def artifact_at(self, index: QModelIndex) -> Artifact | None:
        group, row = self.place_of(index)
        return None if row is None else self._groups[group][1][row]

    def group_data(self, group: int, column: int, role: int) -> Any:
        name, files = self._groups[group]
        if role == Qt.ItemDataRole.DisplayRole:
            if column == 0:
                return f"{name}/" if name else "other files"
            return f"{counted(len(files), 'file')} · {size(sum(f.n_bytes for f in files))}" if files else "empty"
        if role == Qt.ItemDataRole.DecorationRole and column == 0:
            return icon("folder")
        return self._help.get(name) if role == Qt.ItemDataRole.ToolTipRole else None

    def row_data(self, group: int, row: int, column: int, role: int) -> Any:
        artifact = self._groups[group][1][row]
        if role == Qt.ItemDataRole.DisplayRole:
            return artifact.name if column == 0 else size(artifact.n_bytes)
        if role == Qt.ItemDataRole.DecorationRole and column == 0:
            is_picture = artifact.path.suffix.lower() in (".png", ".jpg", ".jpeg", ".webp")
            return icon("image" if is_picture else "file-text")
        return str(artifact.path) if role == Qt.ItemDataRole.ToolTipRole else None


class ArtifactsView(QWidget):
    file_requested = Signal(object)  # Path
    folder_requested = Signal(object)  # Path, or None for the run's own artifacts folder
    export_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._artifacts: tuple[Artifact, ...] = ()
        self._model = ArtifactModel(self)
        self._tree = QTreeView()
        self._tree.setModel(self._model)
        self._tree.setAccessibleName(self.tr("Artifacts"))
        self._tree.setUniformRowHeights(True)
        self._tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = self._tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(1, 180)
        self._open = QPushButton(icon("external-link"), self.tr("Open file"))
        self._folder = QPushButton(icon("folder-open"), self.tr("Open folder"))
        self._export = QPushButton(icon("file-archive"), self.tr("Export as .zip…"))
        self._summary = label("", "muted")
        self._empty = EmptyState(
            "package", self.tr("No files yet"), self.tr("Each step leaves its files here as soon as it has made them.")
        )
        row = QHBoxLayout()
        row.addWidget(self._summary, 1)
        for button in (self._open, self._folder, self._export):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self._tree, 1)
        column.addWidget(self._empty, 1)
        self._open.clicked.connect(self._request_file)
        self._tree.doubleClicked.connect(self._request_file)
        self._folder.clicked.connect(lambda: self.folder_requested.emit(self._chosen_folder()))
        self._export.clicked.connect(self.export_requested)
        self._tree.selectionModel().currentChanged.connect(self._refresh)
        self._model.modelReset.connect(self._refresh)
        self.set_artifacts((), ())

    @property
    def model(self) -> ArtifactModel:
        return self._model

    def set_artifacts(self, artifacts: Sequence[Artifact], groups: Groups) -> None:
        if artifacts and tuple(artifacts) == self._artifacts:
            return
        self._artifacts = tuple(artifacts)
        self._model.set_artifacts(artifacts, groups)
        self._tree.expandAll()
        total = sum(artifact.n_bytes for artifact in artifacts)
        self._summary.setText(f"{counted(len(artifacts), 'file')}, {size(total)}" if total else "")
        self._tree.setVisible(bool(artifacts))
        self._empty.setVisible(not artifacts)
        self._export.setEnabled(bool(artifacts))
        self._refresh()

    def choose(self, artifact: Artifact) -> None:
        """Select a file's row."""
        for group in range(self._model.rowCount()):
            top = self._model.index(group, 0)
            for row in range(self._model.rowCount(top)):
                index = self._model.index(row, 0, top)
                if self._model.artifact_at(index) == artifact:
                    self._tree.setCurrentIndex(index)

    def _chosen(self) -> Artifact | None:
        index = self._tree.currentIndex()
        return self._model.artifact_at(index) if index.isValid() else None

    def _chosen_folder(self) -> Path | None:
        artifact = self._chosen()
        return artifact.path.parent if artifact is not None else None

    def _request_file(self) -> None:
        artifact = self._chosen()
        if artifact is not None:
            self.file_requested.emit(artifact.path)

    def _refresh(self) -> None:
        self._open.setEnabled(self._chosen() is not None)
