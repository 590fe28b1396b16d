"""The library: every model with its versions, and what to do with one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QStackedLayout,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from core.domain.ids import ProjectId, VersionId
from core.domain.models import Model, ModelVersion
from ui.icons import icon
from ui.models.library_actions import (
    OF_A_MODEL,
    LibraryAction,
    look_of,
    reason_against,
    reason_against_comparing,
)
from ui.models.model_tree import ENTRY_ROLE, VERSION_ROLE, ModelFilterModel, ModelTreeModel, VersionColumn
from ui.models.name_delegate import NameDelegate
from ui.widgets.badge_delegate import BadgeDelegate
from ui.widgets.column_room import ColumnRoom
from ui.widgets.empty_state import EmptyState
from ui.widgets.formatting import counted
from ui.widgets.link_delegate import LinkDelegate
from ui.widgets.menu_place import menu_place
from ui.widgets.page_header import PageHeader
from ui.widgets.search_field import SearchField

NO_PROJECT = ""
WEIGHTS = {VersionColumn.NAME: 5, VersionColumn.PARENT: 2}
"""Of the columns that share the room which the others leave."""
KEYS = {
    Qt.Key.Key_Return: LibraryAction.OPEN,
    Qt.Key.Key_Enter: LibraryAction.OPEN,
    Qt.Key.Key_F2: LibraryAction.RENAME,
    Qt.Key.Key_Delete: LibraryAction.DELETE,
}


class ModelsPage(QWidget):
    version_requested = Signal(object)  # VersionId
    run_requested = Signal(object)  # RunId
    train_again_requested = Signal(object)  # VersionId
    export_requested = Signal(object, bool)  # ModelVersion, as one .zip file (else as a folder)
    conversion_requested = Signal(object)  # ModelVersion: as what is to be asked
    train_requested = Signal()
    import_requested = Signal()
    rename_requested = Signal(object)  # Model or ModelVersion
    delete_requested = Signal(object)  # Model or ModelVersion
    current_requested = Signal(object)  # ModelVersion
    compare_requested = Signal(object)  # tuple of VersionId

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[tuple[Model, ...], tuple[ModelVersion, ...]] = ((), ())
        self._model = ModelTreeModel(self)
        self._proxy = ModelFilterModel(self)
        self._proxy.setSourceModel(self._model)
        self._header = PageHeader(self.tr("Models"))
        self._import = self._button("package", self.tr("Import…"), self.import_requested.emit)
        self._import.setToolTip(self.tr("Take in a version that Calque exported"))
        self._run = self._button("activity", self.tr("Open run"), lambda: self._do(LibraryAction.OPEN_RUN))
        self._export = self._button("download", self.tr("Export…"))
        menu = QMenu(self._export)
        menu.addAction(icon("file-archive"), self.tr("As one .zip file…"), lambda: self._do(LibraryAction.EXPORT_ZIP))
        menu.addAction(icon("folder"), self.tr("As a folder…"), lambda: self._do(LibraryAction.EXPORT_FOLDER))
        menu.addSeparator()
        others = self.tr("For other programs: ONNX, OpenVINO, .pt…")
        menu.addAction(icon("package"), others, lambda: self._do(LibraryAction.CONVERT))
        self._export.setMenu(menu)
        self._compare = self._button("chart-spline", self.tr("Compare…"), lambda: self._do(LibraryAction.COMPARE))
        self._train = self._button("play", self.tr("Train again…"), lambda: self._do(LibraryAction.TRAIN_AGAIN))
        self._open = self._button("box", self.tr("Open"), lambda: self._do(LibraryAction.OPEN))
        self._search = SearchField(self.tr("Search models, versions, IDs"))
        self._projects = QComboBox()
        self._projects.setAccessibleName(self.tr("Project"))
        self._projects.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._projects.setMinimumContentsLength(24)  # a project's name can be long
        self._tree = QTreeView()
        self._empty = EmptyState("boxes", "", "", "")
        self._set_up_tree()
        self._make_layout()
        self._search.search_changed.connect(self._filter)
        self._projects.currentIndexChanged.connect(self._show)
        self._empty.action_requested.connect(self._act_on_empty)
        self._show()

    # What it shows

    def set_models(self, models: Sequence[Model], versions: Sequence[ModelVersion]) -> None:
        """All models of all projects."""
        self._all = (tuple(models), tuple(versions))
        chosen = self._projects.currentData()
        names = {model.project: model.project_name for model in models if model.project is not None}
        self._projects.blockSignals(True)
        self._projects.clear()
        self._projects.addItem(self.tr("All projects"), None)
        for id, name in sorted(names.items(), key=lambda item: item[1].casefold()):
            self._projects.addItem(name, id)
        if any(model.project is None for model in models):
            self._projects.addItem(self.tr("No project"), NO_PROJECT)
        self.choose_project(chosen)
        self._projects.blockSignals(False)
        self._show()

    def choose_project(self, project: ProjectId | None) -> None:
        """Only this project's models, also when it has none; None = all."""
        if project is not None and self._projects.findData(project) < 0:
            self._projects.addItem(self.tr("this project"), project)
        self._projects.setCurrentIndex(max(0, self._projects.findData(project)))

    def chosen(self) -> ModelVersion | None:
        index = self._tree.currentIndex()
        return index.data(VERSION_ROLE) if index.isValid() else None

    def chosen_entry(self) -> Model | ModelVersion | None:
        """The model or version that is selected."""
        index = self._tree.currentIndex()
        return index.data(ENTRY_ROLE) if index.isValid() else None

    def chosen_versions(self) -> tuple[ModelVersion, ...]:
        """All that are selected, oldest first."""
        rows = self._tree.selectionModel().selectedRows()
        found = [version for row in rows if (version := row.data(VERSION_ROLE)) is not None]
        return tuple(sorted(found, key=lambda version: version.created_at))

    def choose(self, id: VersionId) -> None:
        """Select a version's row, if it is shown."""
        index = self._proxy.mapFromSource(self._model.index_of(id))
        if index.isValid():
            self._tree.setCurrentIndex(index)

    def shown_names(self) -> list[str]:
        """Names of the models and versions that are shown, in their order."""
        names: list[str] = []
        for group in range(self._proxy.rowCount()):
            top = self._proxy.index(group, 0)
            names.append(top.data())
            names += [self._proxy.index(row, 0, top).data() for row in range(self._proxy.rowCount(top))]
        return names

    # Inside

    def _show(self) -> None:
        models, versions = self._all
        chosen = self.chosen()
        project = self._projects.currentData()
        shown = [model for model in models if project is None or (model.project or NO_PROJECT) == project]
        ids = {model.id for model in shown}
        self._model.set_models(shown, [version for version in versions if version.model in ids])
        if chosen is not None:
            self.choose(chosen.id)
        self._refresh()

    def _filter(self, text: str) -> None:
        self._proxy.setFilterFixedString(text)
        self._refresh()

    def _refresh(self) -> None:
        for row in range(self._proxy.rowCount()):
            self._tree.setFirstColumnSpanned(row, QModelIndex(), True)
        self._tree.expandAll()
        n_all, n_shown = len(self._all[0]), self._proxy.rowCount()
        if n_all == 0:
            self._empty.set_content(
                "boxes",
                self.tr("No models yet"),
                self.tr("A model collects the versions that trainings make for one task. Train one to begin."),
                self.tr("Train a model…"),
            )
        else:
            self._empty.set_content(
                "search", self.tr("No model matches"), self.tr("Nothing here fits."), self.tr("Show all")
            )
        was_empty = self._stack.currentIndex() == 1
        self._stack.setCurrentIndex(0 if n_shown else 1)
        if was_empty and n_shown and self.isVisible() and not self._search.hasFocus():
            self._tree.setFocus()  # the rows came after the page was shown
        self._room.share()
        on_entries = (self._search, self._projects, self._run, self._export, self._compare, self._train, self._open)
        for widget in on_entries:
            widget.setVisible(n_all > 0)
        n_versions = len(self._all[1])
        subtitle = f"{counted(n_all, 'model')}, {counted(n_versions, 'version')}"
        self._header.set_title(self.tr("Models"), subtitle if n_all else "")
        self._refresh_buttons()

    def _refresh_buttons(self) -> None:
        actions = {
            self._open: LibraryAction.OPEN,
            self._run: LibraryAction.OPEN_RUN,
            self._compare: LibraryAction.COMPARE,
            self._train: LibraryAction.TRAIN_AGAIN,
            self._export: LibraryAction.EXPORT_ZIP,
        }
        for button, action in actions.items():
            reason = self._reason_against(action)
            button.setEnabled(not reason)
            button.setToolTip(reason)

    def _reason_against(self, action: LibraryAction) -> str:
        versions = self.chosen_versions()
        if action is LibraryAction.COMPARE:
            return reason_against_comparing(versions)
        if len(self._tree.selectionModel().selectedRows()) > 1:
            return self.tr("Select one entry only.")
        entry = self.chosen_entry()
        problem = ""
        if entry is not None and not isinstance(entry, Model):
            problem = next((model.task_problem for model in self._all[0] if model.id == entry.model), "")
        return reason_against(action, entry, task_problem=problem)

    def _act_on_empty(self) -> None:
        if self._all[0]:
            self._search.clear()
            self._projects.setCurrentIndex(0)
        else:
            self.train_requested.emit()

    def _do(self, action: LibraryAction) -> None:
        """With what is selected, if it can be done."""
        entry = self.chosen_entry()
        if entry is None or self._reason_against(action):
            return
        if action is LibraryAction.COMPARE:
            self.compare_requested.emit(tuple(version.id for version in self.chosen_versions()))
        elif action is LibraryAction.RENAME:
            self.rename_requested.emit(entry)
        elif action is LibraryAction.DELETE:
            self.delete_requested.emit(entry)
        elif not isinstance(entry, Model):
            self._do_with_version(action, entry)

    def _do_with_version(self, action: LibraryAction, version: ModelVersion) -> None:
        match action:
            case LibraryAction.OPEN:
                self.version_requested.emit(version.id)
            case LibraryAction.OPEN_RUN:
                self.run_requested.emit(version.run)
            case LibraryAction.TRAIN_AGAIN:
                self.train_again_requested.emit(version.id)
            case LibraryAction.EXPORT_ZIP | LibraryAction.EXPORT_FOLDER:
                self.export_requested.emit(version, action is LibraryAction.EXPORT_ZIP)
            case LibraryAction.CONVERT:
                self.conversion_requested.emit(version)
            case LibraryAction.CURRENT:
                self.current_requested.emit(version)

    def _open_menu(self, place: QPoint) -> None:
        where = menu_place(self._tree, place)
        if where is not None:
            menu = self.make_menu()
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(where)

    def make_menu(self) -> QMenu:
        """The context menu for what is selected."""
        entry = self.chosen_entry()
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for action in OF_A_MODEL if isinstance(entry, Model) else LibraryAction:
            look = look_of(action, entry)
            item = menu.addAction(icon(look.icon), self.tr(look.text))
            reason = self._reason_against(action)
            item.setEnabled(not reason)
            item.setToolTip(reason)
            item.triggered.connect(partial(self._do, action))
        menu.addSeparator()
        for text, value in _copies(entry):
            item = menu.addAction(icon("copy"), text)
            item.triggered.connect(partial(QGuiApplication.clipboard().setText, value))
        return menu

    # Making

    def _button(self, icon_name: str, text: str, slot: Callable[[], None] | None = None) -> QPushButton:
        button = QPushButton(icon(icon_name), text)
        if slot is not None:
            button.clicked.connect(slot)
        self._header.add_widget(button)
        return button

    def _set_up_tree(self) -> None:
        tree = self._tree
        tree.setModel(self._proxy)
        tree.installEventFilter(self)
        tree.setAccessibleName(self.tr("Models and versions"))
        tree.setUniformRowHeights(True)
        tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        tree.setItemDelegateForColumn(VersionColumn.NAME, NameDelegate(tree))
        tree.setItemDelegateForColumn(VersionColumn.STATUS, BadgeDelegate(tree))
        tree.setSortingEnabled(True)
        tree.sortByColumn(VersionColumn.NAME, Qt.SortOrder.DescendingOrder)
        header = tree.header()
        header.setToolTip(self.tr("Click to sort, drag an edge to widen"))
        self._room = ColumnRoom(tree, header, weights=WEIGHTS)
        link = LinkDelegate(tree, _has_run)
        link.opened.connect(lambda index: self.run_requested.emit(index.data(VERSION_ROLE).run))
        tree.setItemDelegateForColumn(VersionColumn.RUN, link)
        tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tree.customContextMenuRequested.connect(self._open_menu)
        tree.doubleClicked.connect(lambda: self._do(LibraryAction.OPEN))
        tree.selectionModel().selectionChanged.connect(self._refresh_buttons)

    def _make_layout(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._search, 1)
        row.addWidget(self._projects)
        content = QWidget()
        self._stack = QStackedLayout(content)
        self._stack.addWidget(self._tree)
        self._stack.addWidget(self._empty)
        body = QVBoxLayout()
        body.setContentsMargins(16, 12, 16, 16)
        body.setSpacing(12)
        body.addLayout(row)
        body.addWidget(content, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addLayout(body, 1)

    # Qt overrides

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tree.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Of the tree: it would keep the key to itself."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            action = KEYS.get(Qt.Key(event.key()))
            if action is not None and not self._reason_against(action):
                self._do(action)
                return True
        return super().eventFilter(watched, event)


def _has_run(index: QModelIndex | QPersistentModelIndex) -> bool:
    version: ModelVersion | None = index.data(VERSION_ROLE)
    return version is not None and version.run is not None


def _copies(entry: Model | ModelVersion | None) -> tuple[tuple[str, str], ...]:
    """What can be copied."""
    if entry is None:
        return ()
    if isinstance(entry, Model):
        return (("Copy model ID", entry.id),)
    return (("Copy version ID", entry.id), ("Copy model ID", entry.model))
