"""A line for a path with buttons to choose it; a file or folder can also be dropped on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from core.domain.names import typed_path
from ui.icons import icon
from ui.widgets.last_folders import IMPORTS, start_where_last


class PathField(QWidget):
    path_changed = Signal()

    def __init__(
        self,
        name: str,
        *,
        placeholder: str = "",
        may_be_file: bool = False,
        kind: str = IMPORTS,
        on_chosen: Callable[[Path], Path] = lambda path: path,
        parent: QWidget | None = None,
    ) -> None:
        """`kind` says in which folder its dialogs start (ui.widgets.last_folders).

        `on_chosen` makes of a path that was chosen or dropped the one that is filled in.
        """
        super().__init__(parent)
        self._kind = kind
        self._on_chosen = on_chosen
        self.setAcceptDrops(True)
        self._line = QLineEdit()
        self._line.setAccessibleName(name)
        self._line.setPlaceholderText(placeholder)
        self._line.setClearButtonEnabled(True)
        # The line would take a dropped path as a "file://" text.
        self._line.setAcceptDrops(False)
        self._folder = QPushButton(icon("folder-open"), self.tr("Folder…"))
        self._folder.setAccessibleName(self.tr("Choose a folder for: {name}").format(name=name))
        self._file = QPushButton(icon("file-text"), self.tr("File…"))
        self._file.setAccessibleName(self.tr("Choose a file for: {name}").format(name=name))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._line, 1)
        row.addWidget(self._folder)
        row.addWidget(self._file)
        self._file.setVisible(may_be_file)  # not before it has its place, which is that for the Tab key too
        self.setFocusProxy(self._line)
        self._line.textChanged.connect(lambda: self.path_changed.emit())
        self._folder.clicked.connect(lambda: self._choose(QFileDialog.FileMode.Directory))
        self._file.clicked.connect(lambda: self._choose(QFileDialog.FileMode.ExistingFile))

    @property
    def line(self) -> QLineEdit:
        return self._line

    def path(self) -> Path | None:
        text = self._line.text().strip()
        return typed_path(text) if text else None

    def set_path(self, path: Path | None) -> None:
        self._line.setText("" if path is None else str(path))

    def _choose(self, mode: QFileDialog.FileMode) -> None:
        dialog = QFileDialog(self)
        dialog.setFileMode(mode)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly, mode == QFileDialog.FileMode.Directory)
        start_where_last(dialog, self._kind)
        path = self.path()
        if path is not None:
            is_folder = mode == QFileDialog.FileMode.Directory and path.is_dir()
            dialog.setDirectory(str(path if is_folder else path.parent))
        dialog.fileSelected.connect(lambda chosen: self.set_path(self._on_chosen(Path(chosen))))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    # Qt overrides

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_path(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = local_path(event)
        if path is not None:
            self.set_path(self._on_chosen(path))
            event.acceptProposedAction()


def local_path(event: QDropEvent) -> Path | None:
    """The one file or folder that is dragged."""
    urls = event.mimeData().urls()
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
