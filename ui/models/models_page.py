"""The library: every model with its versions, and what to do with one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
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
from ui.models.model_tree import VERSION_ROLE, ModelFilterModel, ModelTreeModel, VersionColumn
from ui.models.name_delegate import NameDelegate
from ui.models.version_words import refusal
from ui.widgets.badge_delegate import BadgeDelegate
from ui.widgets.empty_state import EmptyState
from ui.widgets.formatting import count
from ui.widgets.page_header import PageHeader
from ui.widgets.search_field import SearchField

WIDTHS = {
    VersionColumn.STATUS: 100,
    VersionColumn.METRIC: 84,
    VersionColumn.MEASURED_ON: 150,
    VersionColumn.CREATED: 128,
    VersionColumn.DURATION: 100,
    VersionColumn.PARENT: 110,
    VersionColumn.DATASET: 70,
    VersionColumn.RUN: 74,
}


class ModelsPage(QWidget):
    version_requested = Signal(object)  # VersionId
    run_requested = Signal(object)  # RunId
    train_again_requested = Signal(object)  # VersionId
    export_requested = Signal(object, bool)  # ModelVersion, as one .zip file (else as a folder)
    train_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[tuple[Model, ...], tuple[ModelVersion, ...]] = ((), ())
        self._model = ModelTreeModel(self)
        self._proxy = ModelFilterModel(self)
        self._proxy.setSourceModel(self._model)
        self._header = PageHeader(self.tr("Models"))
        self._run = self._button("activity", self.tr("Open run"), self._open_run)
        self._export = self._button("download", self.tr("Export…"))
        menu = QMenu(self._export)
        menu.addAction(icon("file-archive"), self.tr("As one .zip file…"), lambda: self._request_export(True))
        menu.addAction(icon("folder"), self.tr("As a folder…"), lambda: self._request_export(False))
        self._export.setMenu(menu)
        self._train = self._button("play", self.tr("Train again…"), self._train_again)
        self._open = self._button("box", self.tr("Open"), self._open_version)
        self._search = SearchField(self.tr("Search models, versions, IDs"))
        self._projects = QComboBox()
        self._projects.setAccessibleName(self.tr("Project"))
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
        shown = [model for model in models if project is None or model.project == project]
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
        self._stack.setCurrentIndex(0 if n_shown else 1)
        for widget in (self._search, self._projects, self._run, self._export, self._train, self._open):
            widget.setVisible(n_all > 0)
        n_versions = len(self._all[1])
        models = self.tr("1 model") if n_all == 1 else self.tr("{0} models").format(count(n_all))
        versions = self.tr("1 version") if n_versions == 1 else self.tr("{0} versions").format(count(n_versions))
        subtitle = f"{models}, {versions}"
        self._header.set_title(self.tr("Models"), subtitle if n_all else "")
        self._refresh_buttons()

    def _refresh_buttons(self) -> None:
        version = self.chosen()
        nothing = self.tr("Select a version first.")
        reasons = {
            self._open: nothing if version is None else "",
            self._run: nothing if version is None else "" if version.run else self.tr("It was imported, not trained."),
            self._train: nothing if version is None else self._why_no_training(version),
            self._export: nothing if version is None else refusal(version, deed="exported"),
        }
        for button, reason in reasons.items():
            button.setEnabled(not reason)
            button.setToolTip(reason)

    def _why_no_training(self, version: ModelVersion) -> str:
        problems = (model.task_problem for model in self._all[0] if model.id == version.model)
        return next(problems, "") or refusal(version, deed="a starting point")

    def _act_on_empty(self) -> None:
        if self._all[0]:
            self._search.clear()
            self._projects.setCurrentIndex(0)
        else:
            self.train_requested.emit()

    def _open_version(self) -> None:
        version = self.chosen()
        if version is not None:
            self.version_requested.emit(version.id)

    def _open_run(self) -> None:
        version = self.chosen()
        if version is not None and version.run is not None:
            self.run_requested.emit(version.run)

    def _train_again(self) -> None:
        version = self.chosen()
        if version is not None:
            self.train_again_requested.emit(version.id)

    def _request_export(self, as_zip: bool) -> None:
        version = self.chosen()
        if version is not None:
            self.export_requested.emit(version, as_zip)

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
        tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        tree.setItemDelegateForColumn(VersionColumn.NAME, NameDelegate(tree))
        tree.setItemDelegateForColumn(VersionColumn.STATUS, BadgeDelegate(tree))
        tree.setSortingEnabled(True)
        tree.sortByColumn(VersionColumn.NAME, Qt.SortOrder.DescendingOrder)
        header = tree.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(50)
        header.setSectionResizeMode(VersionColumn.NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in WIDTHS.items():
            header.resizeSection(column, width)
        tree.doubleClicked.connect(self._open_version)
        tree.selectionModel().currentChanged.connect(self._refresh_buttons)

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
        is_return = isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_return and event.type() == QEvent.Type.KeyPress and self.chosen() is not None:
            self._open_version()
            return True
        return super().eventFilter(watched, event)
