"""The trash of a project: the images that were removed from it, with ways back and a way out."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.domain.ids import ImageId
from core.domain.messages import UserMessage
from core.domain.trash import TrashedImage
from ui.icons import icon
from ui.messages import MessageBanner
from ui.trash.trash_model import ANNOTATIONS, PATH, REMOVED, TrashModel
from ui.widgets.empty_state import EmptyState
from ui.widgets.formatting import counted
from ui.widgets.labels import label

ROW_HEIGHT = 30


class TrashPage(QWidget):
    restore_requested = Signal(object)  # tuple[ImageId, ...]; None = all
    empty_requested = Signal(object)  # the same: forget them for good
    more_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.banner = MessageBanner()
        self._counts = label("", "heading")
        self._hint = label(self.tr("Files stay where they are. Restore brings images back as they were."), "muted")
        self._restore = QPushButton(icon("undo-2"), self.tr("Re&store"))
        self._restore_all = QPushButton(self.tr("Restore a&ll"))
        self._empty_all = QPushButton(icon("trash-2"), self.tr("Em&pty the trash…"))
        self._model = TrashModel(self)
        self._model.more_wanted.connect(self.more_wanted)
        self._table = self._make_table()
        self._empty = EmptyState("trash-2", "", "")
        self._stack = QStackedWidget()
        self._build()
        self._restore.clicked.connect(lambda: self.restore_requested.emit(self.chosen()))
        self._restore_all.clicked.connect(lambda: self.restore_requested.emit(None))
        self._empty_all.clicked.connect(lambda: self.empty_requested.emit(None))
        self.show_loading()

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self._model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.setFrameShape(QTableView.Shape.NoFrame)
        table.setAccessibleName(self.tr("Removed images"))
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(max(ROW_HEIGHT, table.fontMetrics().height() + 12))
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(PATH, QHeaderView.ResizeMode.Stretch)
        for column, width in ((ANNOTATIONS, 120), (REMOVED, 190)):
            table.setColumnWidth(column, width)
        table.selectionModel().selectionChanged.connect(self._show_chosen)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._show_menu)
        for keys, slot in (
            (Qt.Key.Key_Return, lambda: self.restore_requested.emit(self.chosen())),
            (Qt.Key.Key_Delete, lambda: self.empty_requested.emit(self.chosen())),
        ):
            shortcut = QShortcut(QKeySequence(keys), table)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(slot)
        return table

    def _build(self) -> None:
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._counts)
        texts.addWidget(self._hint)
        head = QHBoxLayout()
        head.setContentsMargins(16, 12, 16, 10)
        head.setSpacing(8)
        head.addLayout(texts, 1)
        for button in (self._restore, self._restore_all, self._empty_all):
            head.addWidget(button)
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._table, 1)
        self._stack.addWidget(full)
        self._stack.addWidget(self._empty)
        notices = QVBoxLayout()
        notices.setContentsMargins(12, 0, 12, 0)
        notices.addWidget(self.banner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(notices)
        outer.addWidget(self._stack, 1)

    def show_loading(self) -> None:
        self._empty.set_content("loader", self.tr("Loading the trash…"), "")
        self._stack.setCurrentIndex(1)

    def show_problem(self, text: str, hint: str) -> None:
        """The trash cannot be read, and why."""
        self._empty.set_content("triangle-alert", text, hint)
        self._stack.setCurrentIndex(1)

    def set_images(self, images: Sequence[TrashedImage], n_images: int, n_annotations: int) -> None:
        """The first of them; the others as they are scrolled to (`more_wanted`, `add_images`)."""
        self._model.set_images(images, n_images)
        self._counts.setText(
            self.tr("{images} with {annotations}").format(
                images=counted(n_images, "image"), annotations=counted(n_annotations, "annotation")
            )
        )
        if not n_images:
            text = self.tr("Images that are removed from the project (Delete, in the grid) wait here. Files stay.")
            self._empty.set_content("trash-2", self.tr("The trash is empty"), text)
        self._stack.setCurrentIndex(0 if n_images else 1)
        self._show_chosen()

    def add_images(self, images: Sequence[TrashedImage]) -> None:
        self._model.add_images(images)

    def chosen(self) -> tuple[ImageId, ...]:
        return tuple(self._model.image_at(index.row()) for index in self._table.selectionModel().selectedRows())

    def show_message(self, message: UserMessage) -> None:
        self.banner.show_message(message)

    def menu(self) -> QMenu:
        """What can be done with the images that are chosen."""
        menu = QMenu(self)
        chosen = self.chosen()
        back = menu.addAction(icon("undo-2"), self.tr("&Restore") + "\t" + self.tr("Enter"))
        back.triggered.connect(lambda: self.restore_requested.emit(chosen))
        menu.addSeparator()
        out = menu.addAction(icon("trash-2"), self.tr("&Forget for good…") + "\t" + self.tr("Del"))
        out.triggered.connect(lambda: self.empty_requested.emit(chosen))
        for action in (back, out):
            action.setEnabled(bool(chosen))
        return menu

    def _show_menu(self, at: QPoint) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._table.viewport().mapToGlobal(at))

    def _show_chosen(self) -> None:
        n = len(self._table.selectionModel().selectedRows())
        self._restore.setEnabled(n > 0)
        self._restore.setText(self.tr("Re&store {n}").format(n=n) if n else self.tr("Re&store"))
