"""What an import would change: by class, and image by image with both drawn."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.domain.imports import Difference, Differences, ImageDifference
from core.domain.names import shown
from ui.imports.changes_row import in_words
from ui.imports.difference_picture import DifferencePicture
from ui.widgets.formatting import count, counted
from ui.widgets.labels import label


class DifferencesDialog(QDialog):
    """Pictures are wished for with `picture_requested` and come through `set_picture`."""

    picture_requested = Signal(object)  # ImageDifference

    def __init__(self, differences: Differences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("What would change"))
        self.resize(1000, 620)
        self._differences = differences
        self._picture = DifferencePicture([name for name, _ in differences.classes])
        self._classes = _class_table(differences.classes)
        self._images = QListWidget()
        self._images.setAccessibleName(self.tr("Images that would change"))
        self._build()
        for image in differences.images:
            item = QListWidgetItem(f"{shown(image.path)}\n{_short(image.difference)}")
            item.setToolTip(in_words(image.difference))
            self._images.addItem(item)
        self._images.currentRowChanged.connect(self._choose)
        self._images.setCurrentRow(0)

    def _build(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(8)
        n, n_listed = self._differences.n_images, len(self._differences.images)
        title = self.tr("{images} differ").format(images=counted(n, "image"))
        if n > n_listed:
            title += self.tr("; the first {n} are listed").format(n=count(n_listed))
        column.addWidget(label(self.tr("By class"), "heading"))
        column.addWidget(self._classes, 1)
        column.addWidget(label(title, "heading"))
        column.addWidget(self._images, 2)
        right = QWidget()
        inside = QVBoxLayout(right)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(6)
        inside.addWidget(self._picture, 1)
        inside.addWidget(
            label(self.tr("Dashed: as the project has it. Solid: as the files have it."), "muted", wrap=True)
        )
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(left)
        splitter.addWidget(right)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([400, 600])
        splitter.setChildrenCollapsible(False)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        page = QVBoxLayout(self)
        page.setContentsMargins(20, 18, 20, 16)
        page.setSpacing(12)
        page.addWidget(label(in_words(self._differences.total) + ".", wrap=True))
        page.addWidget(splitter, 1)
        page.addWidget(buttons)

    def set_picture(self, path: str, image: QImage, width: int, height: int) -> None:
        """A copy of the image `path`, which has `width` x `height` pixels itself; dropped when another is shown."""
        self._picture.set_picture(path, image, width, height)

    def set_failure(self, path: str, text: str) -> None:
        self._picture.set_failure(path, text)

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self._differences.images):
            image: ImageDifference = self._differences.images[row]
            self._picture.set_difference(image)
            self.picture_requested.emit(image)

    def request_picture(self) -> None:
        """Wish for the picture of the image that is chosen."""
        self._choose(self._images.currentRow())


def _class_table(classes: Sequence[tuple[str, Difference]]) -> QTableWidget:
    titles = ["Class", "Same", "New", "Changed", "Gone"]
    table = QTableWidget(len(classes), len(titles))
    table.setAccessibleName("Changes by class")
    table.setHorizontalHeaderLabels(titles)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    table.setShowGrid(False)
    table.setTabKeyNavigation(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(26)
    for row, (name, found) in enumerate(classes):
        table.setItem(row, 0, QTableWidgetItem(shown(name) or "Without class"))
        for column, number in enumerate((found.same, found.new, found.changed, found.gone), start=1):
            item = QTableWidgetItem(count(number))
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            table.setItem(row, column, item)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    first = table.horizontalHeaderItem(0)
    if first is not None:
        first.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    for column in range(1, len(titles)):
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
    return table


def _short(found: Difference) -> str:
    parts = [(found.new, "new"), (found.changed, "changed"), (found.gone, "gone")]
    return ", ".join(f"{count(n)} {word}" for n, word in parts if n)
