"""The guide: its pages at the left, the one that is read at the right. It can stand beside the window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, QStringListModel, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListView, QSplitter, QToolButton, QVBoxLayout, QWidget

from ui.help.guide_text import GuideText
from ui.icons import icon
from ui.widgets.labels import label


class GuideWindow(QWidget):
    """`pages` are (file, title), in their order. Without a parent: a dialog of the window does not lock it."""

    link_requested = Signal(object)  # QUrl of another place than the guide

    def __init__(self, folder: Path, pages: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        self.setWindowTitle(self.tr("Guide"))
        self.resize(900, 680)
        self._files = [file for file, _title in pages]
        self._history: list[str] = []
        self._list = QListView()
        self._list.setModel(QStringListModel([title for _file, title in pages], self))
        self._list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self._list.setSpacing(3)
        self._list.setAccessibleName(self.tr("Pages of the guide"))
        self._text = GuideText(folder)
        self._title = label("", "heading")
        self._back = QToolButton()
        self._back.setIcon(icon("arrow-left"))
        self._back.setToolTip(self.tr("Back (Alt+Left)"))
        self._back.setAccessibleName(self.tr("Back"))
        self._back.setShortcut("Alt+Left")
        self._lay_out()
        self._list.clicked.connect(self._choose)
        self._list.activated.connect(self._choose)
        self._back.clicked.connect(self.go_back)
        self._text.page_shown.connect(self._note_page)
        self._text.link_requested.connect(self.link_requested)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 8)
        bar.addWidget(self._back)
        bar.addWidget(self._title)
        bar.addStretch(1)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(self._list)
        splitter.addWidget(self._text)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([200, 700])
        splitter.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(splitter, 1)

    @property
    def page(self) -> str:
        return self._text.page

    def open_page(self, file: str) -> None:
        """Show a page, and remember the way back."""
        self._text.open_page(file)

    def go_back(self) -> None:
        if len(self._history) > 1:
            self._history.pop()
            self._text.open_page(self._history[-1])

    def _choose(self, index: QModelIndex) -> None:
        self.open_page(self._files[index.row()])

    def _note_page(self, file: str) -> None:
        if not self._history or self._history[-1] != file:
            self._history.append(file)
        self._back.setEnabled(len(self._history) > 1)
        if file in self._files:
            index = self._list.model().index(self._files.index(file), 0)
            self._list.setCurrentIndex(index)
            self._title.setText(index.data())
        else:  # a page that others lead to
            self._list.clearSelection()
            self._title.setText(self._text.heading)
