"""All sets of predictions that are kept: find one, see it, take it elsewhere, delete it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.domain.ids import ProjectId, VersionId
from core.domain.predictions import PredictionSet
from ui.icons import icon
from ui.predictions.set_table_model import SET_ROLE, SetColumn, SetFilterModel, SetTableModel
from ui.widgets.column_room import ColumnRoom
from ui.widgets.empty_state import EmptyState
from ui.widgets.formatting import count, counted
from ui.widgets.labels import set_role
from ui.widgets.menu_place import menu_place
from ui.widgets.page_header import PageHeader
from ui.widgets.search_field import SearchField

WEIGHTS = {SetColumn.NAME: 6, SetColumn.PROJECT: 3, SetColumn.HOW: 3}
"""Of the columns that share the room which the others leave."""


class PredictionsPage(QWidget):
    see_requested = Signal(object)  # PredictionSet
    export_requested = Signal(object)  # PredictionSet
    delete_requested = Signal(object)  # tuple[PredictionSet, ...]
    run_requested = Signal(object)  # RunId
    predict_requested = Signal()
    import_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = SetTableModel(self)
        self._proxy = SetFilterModel(self)
        self._proxy.setSourceModel(self._model)
        self._header = PageHeader(self.tr("Predictions"))
        self._search = SearchField(self.tr("Search predictions"))
        self._projects = QComboBox()
        self._versions = QComboBox()
        self._table = QTableView()
        self._empty = EmptyState("wand-sparkles", "", "", "")
        self._actions: tuple[tuple[QPushButton, Callable[[], None], bool], ...] = (
            (self._button("trash-2", self.tr("Delete…"), self._delete, is_danger=True), self._delete, True),
            (self._button("activity", self.tr("Open run"), self._open_run), self._open_run, False),
            (self._button("download", self.tr("Export…"), self._export), self._export, False),
            (self._button("scan", self.tr("See the predictions"), self._see), self._see, False),
        )
        self._import = self._button("file-down", self.tr("Import…"), self.import_requested.emit)
        self._import.setToolTip(self.tr("Lay another program's predictions beside a project's images"))
        self._predict = self._button("play", self.tr("Predict on…"), self.predict_requested.emit)
        set_role(self._predict, "primary")
        self._set_up_table()
        self._make_layout()
        self._search.search_changed.connect(lambda _text: self._filter())
        self._projects.currentIndexChanged.connect(lambda _row: self._filter())
        self._versions.currentIndexChanged.connect(lambda _row: self._filter())
        self._empty.action_requested.connect(self._act_on_empty)
        self._refresh()

    # What it shows

    def set_sets(self, sets: Sequence[PredictionSet], projects: Mapping[ProjectId, str]) -> None:
        """All of them, newest first; `projects` are the names of those that there are."""
        chosen = [item.id for item in self.chosen()]
        self._model.set_sets(sets, projects)
        versions = {str(item.version): item.version_label for item in sets if item.version is not None}
        self._fill(self._projects, self.tr("All projects"), [(str(id), name) for id, name in projects.items()])
        self._fill(self._versions, self.tr("All versions"), list(versions.items()))
        for id in chosen:
            row = self._model.row_of(id)
            place = self._proxy.mapFromSource(self._model.index(row, 0)) if row is not None else None
            if place is not None and place.isValid():
                self._table.selectRow(place.row())
        self._filter()

    def show_only(self, *, project: ProjectId | None = None, version: VersionId | None = None) -> None:
        """The predictions of a project or a version, also when there are none."""
        self._search.clear()
        for box, wanted, text in (
            (self._projects, project, self.tr("this project")),
            (self._versions, version, self.tr("this version")),
        ):
            if wanted is not None and box.findData(wanted) < 0:
                box.addItem(text, wanted)
            box.setCurrentIndex(max(0, box.findData(wanted)))

    def chosen(self) -> tuple[PredictionSet, ...]:
        return tuple(index.data(SET_ROLE) for index in self._table.selectionModel().selectedRows())

    @property
    def n_shown(self) -> int:
        return self._proxy.rowCount()

    @property
    def table(self) -> QTableView:
        return self._table

    # Inside

    def _fill(self, box: QComboBox, first: str, names: Sequence[tuple[str, str]]) -> None:
        chosen, text = box.currentData(), box.currentText()
        box.blockSignals(True)
        box.clear()
        box.addItem(first, None)
        for id, name in sorted(names, key=lambda item: item[1].casefold()):
            box.addItem(name, id)
        if chosen is not None and box.findData(chosen) < 0:
            box.addItem(text, chosen)
        box.setCurrentIndex(max(0, box.findData(chosen)))
        box.blockSignals(False)

    def _filter(self) -> None:
        self._proxy.set_filter(
            text=self._search.text(), project=self._projects.currentData(), version=self._versions.currentData()
        )
        self._refresh()
        self._room.share()

    def _refresh(self) -> None:
        n_all, n_shown = self._model.rowCount(), self._proxy.rowCount()
        if n_all == 0:
            self._empty.set_content(
                "wand-sparkles",
                self.tr("No predictions yet"),
                self.tr("A version looks at images, and what it finds is kept here, apart from the ground truth."),
                self.tr("Predict on…"),
            )
        elif n_shown == 0:
            self._empty.set_content(
                "search",
                self.tr("No predictions match"),
                self.tr("None of {n} fits the search and the filters.").format(n=counted(n_all, "set")),
                self.tr("Clear filters"),
            )
        was_empty = self._stack.currentIndex() == 1
        self._stack.setCurrentIndex(0 if n_shown else 1)
        if was_empty and n_shown and self.isVisible() and not self._search.hasFocus():
            self._table.setFocus()  # the rows came after the page was shown
        shown = counted(n_all, "set") if n_shown == n_all else f"{count(n_shown)} of {counted(n_all, 'set')}"
        self._header.set_title(self.tr("Predictions"), shown if n_all else "")
        self._refresh_buttons()

    def _refresh_buttons(self) -> None:
        chosen = self.chosen()
        for button, _act, takes_many in self._actions:
            reason = "" if chosen else self.tr("Select a set first.")
            if len(chosen) > 1 and not takes_many:
                reason = self.tr("Select one set only.")
            if not reason and button.text() == self.tr("Open run") and chosen[0].run is None:
                reason = self.tr("No run made it.")
            button.setEnabled(not reason)
            button.setToolTip(reason)

    def _see(self) -> None:
        if len(self.chosen()) == 1:
            self.see_requested.emit(self.chosen()[0])

    def _export(self) -> None:
        if len(self.chosen()) == 1:
            self.export_requested.emit(self.chosen()[0])

    def _open_run(self) -> None:
        if len(self.chosen()) == 1 and self.chosen()[0].run is not None:
            self.run_requested.emit(self.chosen()[0].run)

    def _delete(self) -> None:
        if self.chosen():
            self.delete_requested.emit(self.chosen())

    def _act_on_empty(self) -> None:
        if self._model.rowCount():
            self.show_only()
        else:
            self.predict_requested.emit()

    def _open_menu(self, place: QPoint) -> None:
        where = menu_place(self._table, place)
        if where is not None and self.chosen():
            menu = self.make_menu()
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(where)

    def make_menu(self) -> QMenu:
        """The context menu for the rows that are selected."""
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for button, act, _many in reversed(self._actions):
            entry = menu.addAction(button.icon(), button.text())
            entry.setEnabled(button.isEnabled())
            entry.setToolTip(button.toolTip())
            entry.triggered.connect(act)
        return menu

    # Making

    def _button(self, icon_name: str, text: str, act: Callable[[], None], *, is_danger: bool = False) -> QPushButton:
        role = "error" if is_danger else "on_accent" if icon_name == "play" else "icon"
        button = QPushButton(icon(icon_name, role=role), text)
        if is_danger:
            set_role(button, "danger")
        button.clicked.connect(lambda: act())
        return button

    def _set_up_table(self) -> None:
        table = self._table
        table.setModel(self._proxy)
        table.installEventFilter(self)
        table.setAccessibleName(self.tr("Predictions"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.setSortingEnabled(True)
        table.sortByColumn(SetColumn.CREATED, Qt.SortOrder.DescendingOrder)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(36)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        self._room = ColumnRoom(table, header, weights=WEIGHTS)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._open_menu)
        table.doubleClicked.connect(lambda: self._see())
        table.selectionModel().selectionChanged.connect(self._refresh_buttons)

    def _make_layout(self) -> None:
        for widget in (*(button for button, _act, _many in self._actions), self._import, self._predict):
            self._header.add_widget(widget)
        for box, name in ((self._projects, self.tr("Project")), (self._versions, self.tr("Version"))):
            box.setAccessibleName(name)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(20)
        bar = QHBoxLayout()
        bar.setSpacing(8)
        bar.addWidget(self._search, 1)
        bar.addWidget(self._projects)
        bar.addWidget(self._versions)
        content = QWidget()
        self._stack = QStackedLayout(content)
        self._stack.addWidget(self._table)
        self._stack.addWidget(self._empty)
        body = QVBoxLayout()
        body.setContentsMargins(16, 12, 16, 16)
        body.setSpacing(12)
        body.addLayout(bar)
        body.addWidget(content, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addLayout(body, 1)

    # Qt overrides

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._table.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Of the table: it would keep these keys to itself."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            act = {
                Qt.Key.Key_Return: self._see,
                Qt.Key.Key_Enter: self._see,
                Qt.Key.Key_Delete: self._delete,
            }.get(Qt.Key(event.key()))
            if act is not None:
                at = self._table.currentIndex()
                if act == self._see and at.isValid() and not self.chosen():
                    self._table.selectRow(at.row())
                act()
                return True
        return super().eventFilter(watched, event)
