"""The log of a run: live, searchable, copyable. Only the lines on the screen are painted."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QListView,
    QPushButton,
    QStyle,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.domain.runs import LogLine
from ui.icons import icon
from ui.runs.log_delegate import LogDelegate
from ui.runs.log_model import LEAST_COLUMNS, LogModel, shown_line
from ui.theme import theme_notifier
from ui.widgets.formatting import count, counted
from ui.widgets.labels import label
from ui.widgets.search_field import SearchField

FILTERS = (("All levels", "debug"), ("Info and above", "info"), ("Warnings and errors", "warning"), ("Errors", "error"))


class LogView(QWidget):
    save_requested = Signal()
    wrap_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = LogModel(self)
        self._list = QListView()
        self._delegate = LogDelegate(self._list)
        self._hits: list[int] = []
        self._search = SearchField(self.tr("Search the log"))
        self._hit_text = label("", "muted")
        self._previous = self._arrow("chevron-up", self.tr("Previous hit"))
        self._next = self._arrow("chevron-down", self.tr("Next hit"))
        self._levels = QComboBox()
        self._levels.setAccessibleName(self.tr("Level"))
        for text, level in FILTERS:
            self._levels.addItem(text, level)
        self._follow = QPushButton(icon("chevron-down"), self.tr("Follow"))
        self._follow.setCheckable(True)
        self._follow.setChecked(True)
        self._follow.setToolTip(self.tr("Keep the newest line in view"))
        self._wrap = QPushButton(icon("list"), self.tr("Wrap"))
        self._wrap.setCheckable(True)
        self._wrap.setChecked(True)
        self._wrap.setToolTip(self.tr("Break long lines instead of scrolling sideways"))
        self._copy = QPushButton(icon("copy"), self.tr("Copy"))
        self._copy.setToolTip(self.tr("Copy the selected lines, or all that are shown"))
        self._save = QPushButton(icon("save"), self.tr("Save…"))
        self._note = label("", "muted")
        self._set_up_list()
        self._make_layout()
        self._connect()

    @property
    def model(self) -> LogModel:
        return self._model

    def add_lines(self, lines: Sequence[LogLine]) -> None:
        """New lines at the end."""
        if not lines:
            return
        self._model.append(lines)
        self._widen(lines)
        if self._search.text():
            self._find(self._search.text().strip(), is_moving=False)
        self._refresh()

    def set_wrapped(self, is_wrapped: bool) -> None:
        self._wrap.setChecked(is_wrapped)

    def clear(self) -> None:
        self._model.clear()
        self._delegate.n_characters = LEAST_COLUMNS if self._wrap.isChecked() else 80
        self._follow.setChecked(True)
        self._refresh()

    def text(self) -> str:
        """All lines that are shown."""
        return self._model.as_text()

    def selected_text(self) -> str:
        """The selected lines; all that are shown when none is."""
        rows = sorted(index.row() for index in self._list.selectionModel().selectedRows())
        return self._model.as_text(rows or None)

    @property
    def hits(self) -> Sequence[int]:
        """Rows that the search found."""
        return self._hits

    def _widen(self, lines: Sequence[LogLine]) -> None:
        """Without wrapping the rows are as wide as the longest line."""
        longest = 0 if self._wrap.isChecked() else max((len(shown_line(line)) for line in lines), default=0)
        if longest > self._delegate.n_characters:
            self._delegate.n_characters = min(longest, 2000)
            self._list.scheduleDelayedItemsLayout()

    def _lay_out(self) -> None:
        """Break the lines for the width there is, or not; what was looked at stays in view."""
        first, current = self._line_of(self._list.indexAt(QPoint(4, 4))), self._line_of(self._list.currentIndex())
        is_wrapped = self._wrap.isChecked()
        self._delegate.n_characters = LEAST_COLUMNS if is_wrapped else 80
        # The room of a scroll bar is left free, so that its coming does not break the lines anew.
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        width = self._list.maximumViewportSize().width() - bar
        self._model.set_columns(self._delegate.n_columns(width) if is_wrapped else None)
        self._widen(self._model.shown)
        row = self._model.row_of(current) if current is not None else None
        if row is not None:
            self._list.setCurrentIndex(self._model.index(row, 0))
        self._find(self._search.text().strip(), is_moving=False)
        row = self._model.row_of(first) if first is not None and not self._follow.isChecked() else None
        if row is not None:
            self._list.scrollTo(self._model.index(row, 0), QAbstractItemView.ScrollHint.PositionAtTop)

    def _line_of(self, index: QModelIndex) -> LogLine | None:
        return self._model.line_at(index.row()) if index.isValid() else None

    def _find(self, text: str, *, is_moving: bool = True) -> None:
        self._delegate.search = text
        self._hits = self._model.find_rows(text) if text else []
        self._list.viewport().update()
        if self._hits and is_moving:
            self._go_to(self._hits[-1])
        self._refresh()

    def _step(self, direction: int) -> None:
        if not self._hits:
            return
        row = self._list.currentIndex().row()
        if direction > 0:
            target = next((hit for hit in self._hits if hit > row), self._hits[0])
        else:
            target = next((hit for hit in reversed(self._hits) if hit < row), self._hits[-1])
        self._go_to(target)
        self._refresh()

    def _go_to(self, row: int) -> None:
        self._follow.setChecked(False)
        index = self._model.index(row, 0)
        self._list.setCurrentIndex(index)
        self._list.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    def _filter(self) -> None:
        self._model.set_minimum_level(self._levels.currentData())
        self._find(self._search.text().strip(), is_moving=False)
        self._refresh()

    def _refresh(self) -> None:
        if self._follow.isChecked():
            self._list.scrollToBottom()
        is_searching = bool(self._delegate.search)
        for widget in (self._hit_text, self._previous, self._next):
            widget.setVisible(is_searching)
        if is_searching:
            row = self._list.currentIndex().row()
            place = f"{self._hits.index(row) + 1} / " if row in self._hits else ""
            self._hit_text.setText(place + count(len(self._hits)) if self._hits else self.tr("nothing found"))
        n = len(self._model.shown)
        note = counted(n, "line")
        if self._model.n_dropped:
            note += self.tr(" · {0} in the file log.txt only").format(
                counted(self._model.n_dropped, "older one is", "older ones are")
            )
        self._note.setText(note if n else self.tr("No line yet."))

    def _stop_following(self) -> None:
        bar = self._list.verticalScrollBar()
        if bar.sliderPosition() < bar.maximum():  # the value itself follows after this signal
            self._follow.setChecked(False)

    def _repaint(self) -> None:
        self._list.viewport().update()

    def _copy_lines(self) -> None:
        QGuiApplication.clipboard().setText(self.selected_text())

    def _arrow(self, name: str, text: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(name))
        button.setToolTip(text)
        button.setAccessibleName(text)
        return button

    def _set_up_list(self) -> None:
        view = self._list
        view.setModel(self._model)
        view.setItemDelegate(self._delegate)
        view.setUniformItemSizes(True)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setAccessibleName(self.tr("Log"))

    def _make_layout(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        self._search.setMinimumWidth(120)
        row.addWidget(self._search, 1)
        row.addWidget(self._hit_text)
        row.addWidget(self._previous)
        row.addWidget(self._next)
        row.addWidget(self._levels)
        row.addWidget(self._wrap)
        row.addWidget(self._follow)
        row.addWidget(self._copy)
        row.addWidget(self._save)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self._list, 1)
        column.addWidget(self._note)

    def _connect(self) -> None:
        self._search.search_changed.connect(self._find)
        self._search.returnPressed.connect(lambda: self._step(1))
        self._previous.clicked.connect(lambda: self._step(-1))
        self._next.clicked.connect(lambda: self._step(1))
        self._levels.currentIndexChanged.connect(self._filter)
        self._follow.toggled.connect(self._refresh)
        self._wrap.toggled.connect(self._lay_out)
        self._wrap.toggled.connect(self.wrap_changed)
        self._copy.clicked.connect(self._copy_lines)
        self._save.clicked.connect(self.save_requested)
        self._list.verticalScrollBar().actionTriggered.connect(self._stop_following)
        theme_notifier().theme_changed.connect(self._repaint)
        self._refresh()

    # Qt overrides

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._wrap.isChecked():
            self._lay_out()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._lay_out()  # the list's width is not known before

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy_lines()
        elif event.matches(QKeySequence.StandardKey.Find):
            self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            super().keyPressEvent(event)
