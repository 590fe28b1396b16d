"""The list of all runs: find one, see how far it is, and do something with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QMenu,
    QPushButton,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.domain.comparing import FEWEST, MOST
from core.domain.ids import ProjectId, RunId
from core.domain.run import Run
from core.domain.runs import RunFilter
from ui.icons import icon
from ui.runs.progress_delegate import ProgressDelegate
from ui.runs.run_actions import LOOKS, RunAction, look_of, refusal
from ui.runs.run_matching import choices_of
from ui.runs.run_table_model import RUN_ROLE, RunColumn, RunFilterModel, RunTableModel, device_name
from ui.runs.runs_filter_bar import RunsFilterBar
from ui.widgets.badge_delegate import BadgeDelegate
from ui.widgets.column_room import ColumnRoom
from ui.widgets.empty_state import EmptyState
from ui.widgets.formatting import count, counted
from ui.widgets.labels import set_role
from ui.widgets.link_delegate import LinkDelegate
from ui.widgets.menu_place import menu_place
from ui.widgets.page_header import PageHeader
from ui.widgets.sentence_delegate import SentenceDelegate

TICK_MS = 1000
BUTTONS = (RunAction.STOP, RunAction.KILL, RunAction.RETRY, RunAction.REMOVE, RunAction.OPEN)
KEYS = {
    Qt.Key.Key_Return: RunAction.OPEN,
    Qt.Key.Key_Enter: RunAction.OPEN,
    Qt.Key.Key_Delete: RunAction.REMOVE,
    Qt.Key.Key_F2: RunAction.RENAME,
}
WEIGHTS = {RunColumn.NAME: 5, RunColumn.PROJECT: 3, RunColumn.MODEL: 4, RunColumn.RESULT: 5}
"""Of the columns that share the room which the others leave."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class RunsPage(QWidget):
    action_requested = Signal(object, object)  # RunAction, tuple[RunId, ...]
    train_requested = Signal()

    def __init__(self, *, now: Callable[[], datetime] = _utc_now, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = RunTableModel(now, self)
        self._proxy = RunFilterModel(self)
        self._proxy.setSourceModel(self._model)
        self._header = PageHeader(self.tr("Runs"))
        self._buttons = {action: self._make_button(action) for action in BUTTONS}
        self._bar = RunsFilterBar(now)
        self._same: dict[RunColumn, str] = {}
        self._table = QTableView()
        self._empty = EmptyState("activity", "", "", "")
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._model.tick)
        self._set_up_table()
        self._make_layout()
        self._bar.filter_changed.connect(self._apply_filter)
        self._empty.action_requested.connect(self._act_on_empty)
        self._refresh()

    # What it shows

    def set_runs(self, runs: Sequence[Run]) -> None:
        """All runs, newest first."""
        chosen = self.chosen_ids()
        self._model.set_runs(runs)
        self._take_other_rows()
        for id in chosen:
            self.choose(id)
        self._refresh()
        self._room.share()

    def update_run(self, run: Run) -> None:
        """One run changed or is new. Most changes are of a progress, many a second, and need no other widths."""
        before = self._model.find(run.id)
        if self._model.update_run(run):
            self._take_other_rows()
        self._refresh()
        if before is None or (before.status, before.record.name) != (run.status, run.record.name):
            self._room.share()

    def remove_run(self, id: RunId) -> None:
        self._model.remove(id)
        self._take_other_rows()
        self._refresh()

    def find_run(self, id: RunId) -> Run | None:
        return self._model.find(id)

    def show_project(self, project: ProjectId) -> None:
        """Only this project's runs, also when it has none."""
        self._bar.clear()
        self._bar.projects.choose(project, self.tr("this project"))

    @property
    def filter_bar(self) -> RunsFilterBar:
        return self._bar

    @property
    def n_shown(self) -> int:
        return self._proxy.rowCount()

    def chosen_ids(self) -> tuple[RunId, ...]:
        return tuple(run.id for run in self._chosen())

    def choose(self, id: RunId) -> None:
        """Select a run's row, if it is shown."""
        row = self._model.row_of(id)
        place = self._proxy.mapFromSource(self._model.index(row, 0)) if row is not None else None
        if place is not None and place.isValid():
            self._table.selectRow(place.row())

    # Inside

    def _take_other_rows(self) -> None:
        """Runs came or went."""
        self._leave_out_what_is_the_same()
        self._bar.set_choices(choices_of(run.record for run in self._model.runs))

    def _chosen(self) -> list[Run]:
        return [index.data(RUN_ROLE) for index in self._table.selectionModel().selectedRows()]

    def _refresh(self) -> None:
        n_all, n_shown = self._model.rowCount(), self._proxy.rowCount()
        if n_all == 0:
            self._empty.set_content(
                "activity",
                self.tr("No runs yet"),
                self.tr("A run is one training. Each is kept here with its curves, log and results."),
                self.tr("Train a model…"),
            )
        elif n_shown == 0:
            self._empty.set_content(
                "search",
                self.tr("No run matches"),
                self.tr("None of {runs} fits the search and the filters.").format(runs=counted(n_all, "run")),
                self.tr("Clear filters"),
            )
        was_empty = self._stack.currentIndex() == 1
        self._stack.setCurrentIndex(0 if n_shown else 1)
        if was_empty and n_shown and self.isVisible() and not self._bar.search.hasFocus():
            self._table.setFocus()  # the rows came after the page was shown
        self._bar.setVisible(n_all > 0)
        for button in self._buttons.values():
            button.setVisible(n_all > 0)
        runs = f"{count(n_all)} {self.tr('run') if n_all == 1 else self.tr('runs')}"
        shown = runs if n_shown == n_all else self.tr("{0} of {1}").format(count(n_shown), runs)
        same = " · ".join(text for text in self._same.values() if text)
        self._header.set_title(self.tr("Runs"), " · ".join(part for part in (shown, same) if part) if n_all else "")
        self._refresh_buttons()
        self._refresh_timer()

    def _refresh_buttons(self) -> None:
        chosen = self._chosen()
        for action, button in self._buttons.items():
            reason = _reason(action, chosen)
            button.setEnabled(not reason)
            look = look_of(action, chosen[0] if len(chosen) == 1 else None)
            button.setText(look.text)
            button.setToolTip(reason or look.help)

    def _refresh_timer(self) -> None:
        if self.isVisible() and self._model.has_live():
            if not self._timer.isActive():
                self._timer.start()
        else:
            self._timer.stop()

    def _apply_filter(self, filter: RunFilter) -> None:
        self._proxy.set_filter(filter)
        self._refresh()
        self._room.share()

    def _leave_out_what_is_the_same(self) -> None:
        """A project or device that all runs share is said once, above them."""
        records = [run.record for run in self._model.runs]
        found = {
            RunColumn.PROJECT: {record.project_name for record in records},
            RunColumn.DEVICE: {device_name(record.device) for record in records},
        }
        self._same = {column: min(texts) if len(texts) == 1 else "" for column, texts in found.items()}
        for column, text in self._same.items():
            self._table.setColumnHidden(column, bool(text))

    def _take_row_of_keyboard(self) -> None:
        """Where no row is selected, such as just after the page was shown."""
        at = self._table.currentIndex()
        if at.isValid() and not self._chosen():
            self._table.selectRow(at.row())

    def _follow(self, action: RunAction, index: QModelIndex | QPersistentModelIndex) -> None:
        run: Run = index.data(RUN_ROLE)
        self.action_requested.emit(action, (run.id,))

    def _act_on_empty(self) -> None:
        if self._model.rowCount():
            self._bar.clear()
        else:
            self.train_requested.emit()

    def _request(self, action: RunAction) -> None:
        chosen = self._chosen()
        if chosen and not _reason(action, chosen):
            self.action_requested.emit(action, tuple(run.id for run in chosen))

    def _open_menu(self, place: QPoint) -> None:
        where = menu_place(self._table, place)
        if where is not None and self._chosen():
            menu = self.make_menu()
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(where)

    def make_menu(self) -> QMenu:
        """The context menu for the rows that are selected."""
        chosen = self._chosen()
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for action in RunAction:
            look = look_of(action, chosen[0] if len(chosen) == 1 else None)
            entry = menu.addAction(icon(look.icon), look.text)
            reason = _reason(action, chosen)
            entry.setEnabled(not reason)
            entry.setToolTip(reason or look.help)
            entry.triggered.connect(lambda _checked=False, action=action: self._request(action))
        menu.addSeparator()
        for text, value in _copies(chosen):
            entry = menu.addAction(icon("copy"), text)
            entry.setEnabled(bool(value))
            entry.triggered.connect(lambda _checked=False, value=value: QGuiApplication.clipboard().setText(value))
        return menu

    # Making

    def _make_button(self, action: RunAction) -> QPushButton:
        look = LOOKS[action]
        button = QPushButton(icon(look.icon, role="error" if look.is_danger else "icon"), look.text)
        set_role(button, "danger" if look.is_danger else "")
        button.clicked.connect(lambda: self._request(action))
        self._header.add_widget(button)
        return button

    def _set_up_table(self) -> None:
        table = self._table
        table.setModel(self._proxy)
        table.installEventFilter(self)
        table.setAccessibleName(self.tr("Runs"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # names often differ at their ends
        table.setSortingEnabled(True)
        table.sortByColumn(RunColumn.CREATED, Qt.SortOrder.DescendingOrder)
        for column, action in ((RunColumn.NAME, RunAction.OPEN), (RunColumn.MODEL, RunAction.OPEN_VERSION)):
            link = LinkDelegate(table, partial(_leads, action))
            link.opened.connect(partial(self._follow, action))
            table.setItemDelegateForColumn(column, link)
        table.setItemDelegateForColumn(RunColumn.STATUS, BadgeDelegate(table))
        table.setItemDelegateForColumn(RunColumn.PROGRESS, ProgressDelegate(table))
        table.setItemDelegateForColumn(RunColumn.RESULT, SentenceDelegate(table))
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(36)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setToolTip(self.tr("Click to sort, drag an edge to widen"))
        self._room = ColumnRoom(table, header, weights=WEIGHTS)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._open_menu)
        table.doubleClicked.connect(lambda: self._request(RunAction.OPEN))
        table.selectionModel().selectionChanged.connect(self._refresh_buttons)
        self._proxy.dataChanged.connect(self._refresh_buttons)

    def _make_layout(self) -> None:
        content = QWidget()
        self._stack = QStackedLayout(content)
        self._stack.addWidget(self._table)
        self._stack.addWidget(self._empty)
        body = QVBoxLayout()
        body.setContentsMargins(16, 12, 16, 16)
        body.setSpacing(12)
        body.addWidget(self._bar)
        body.addWidget(content, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addLayout(body, 1)

    # Qt overrides

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh_timer()
        self._table.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        super().hideEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Of the table: it would keep these keys to itself."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            action = KEYS.get(Qt.Key(event.key()))
            if action is not None:
                if action is RunAction.OPEN:
                    self._take_row_of_keyboard()
                self._request(action)
                return True
        return super().eventFilter(watched, event)


def _reason(action: RunAction, chosen: Sequence[Run]) -> str:
    """Why an action cannot be done with what is selected; "" when it can."""
    if action is RunAction.COMPARE:
        return "" if FEWEST <= len(chosen) <= MOST else f"Select {FEWEST} to {MOST} runs, with Ctrl, to compare them."
    if not chosen:
        return "Select a run first."
    if len(chosen) > 1 and action is not RunAction.REMOVE:
        return "Select one run only."
    return next((reason for run in chosen if (reason := refusal(action, run))), "")


def _leads(action: RunAction, index: QModelIndex | QPersistentModelIndex) -> bool:
    """Whether a row's link of this action leads anywhere."""
    return not refusal(action, index.data(RUN_ROLE))


def _copies(chosen: Sequence[Run]) -> tuple[tuple[str, str], ...]:
    """What can be copied. An execution is one attempt of a run."""
    record = chosen[0].record if len(chosen) == 1 else None
    return (
        ("Copy run ID", record.id if record else ""),
        ("Copy execution ID", f"{record.id}/{record.attempt}" if record else ""),
        ("Copy model ID", (record.model or "") if record else ""),
        ("Copy version ID", (record.version or "") if record else ""),
    )
