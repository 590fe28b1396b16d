"""The table of projects on the start page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QColor, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from core.domain.names import shown
from core.domain.projects import Project
from ui.icons import icon
from ui.theme import current_theme
from ui.widgets.formatting import count, moment

Index = QModelIndex | QPersistentModelIndex

NAME, FOLDER, IMAGES, ANNOTATED, OPENED = range(5)
ROW_HEIGHT = 34


class RecentProjectsModel(QAbstractTableModel):
    """Projects in the order given."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._projects: tuple[Project, ...] = ()

    def set_projects(self, projects: Sequence[Project]) -> None:
        self.beginResetModel()
        self._projects = tuple(projects)
        self.endResetModel()

    def project_at(self, row: int) -> Project | None:
        return self._projects[row] if 0 <= row < len(self._projects) else None

    def _text(self, project: Project, column: int) -> str:
        if column == NAME:
            return project.name
        if column == FOLDER:
            folder = shown(project.root)
            return self.tr("Not found: {folder}").format(folder=folder) if project.is_root_missing else folder
        if column == IMAGES:
            return count(project.n_images)
        if column == ANNOTATED:
            return count(project.n_annotated)
        return moment(project.opened_at or project.created_at)

    def _tool_tip(self, project: Project) -> str:
        if project.is_root_missing:
            return self.tr(
                "The folder {folder} is not on this computer now. The annotations can be looked at, the images cannot."
            ).format(folder=shown(project.root))
        return shown(project.root)

    # Qt overrides

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._projects)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else OPENED + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        if role == Qt.ItemDataRole.DisplayRole:
            titles = (
                self.tr("Project"),
                self.tr("Folder"),
                self.tr("Images"),
                self.tr("Annotated"),
                self.tr("Last opened"),
            )
            return titles[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        project = self.project_at(index.row()) if index.isValid() else None
        if project is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(project, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tool_tip(project)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if role == Qt.ItemDataRole.ForegroundRole:
            if project.is_root_missing:
                return QColor(current_theme().text_disabled)
            return None if index.column() == NAME else QColor(current_theme().text_muted)
        if role == Qt.ItemDataRole.DecorationRole and index.column() == NAME:
            return icon("triangle-alert", role="warning") if project.is_root_missing else icon("folder")
        return None


class RecentProjects(QTableView):
    """Double click or Enter opens; the rest is in the context menu."""

    open_requested = Signal(object)  # ProjectId
    locate_requested = Signal(object)  # Project
    rename_requested = Signal(object)  # Project
    remove_requested = Signal(object)  # Project

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._projects = RecentProjectsModel(self)
        self.setModel(self._projects)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setAccessibleName(self.tr("Recent projects"))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(max(ROW_HEIGHT, self.fontMetrics().height() + 16))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(FOLDER, QHeaderView.ResizeMode.Stretch)
        self.customContextMenuRequested.connect(self._show_menu)
        self.doubleClicked.connect(lambda index: self._open(index.row()))

    def set_projects(self, projects: Sequence[Project]) -> None:
        self._projects.set_projects(projects)
        # As tall as its rows: an empty white field below them would look like something is missing.
        rows = len(projects) * self.verticalHeader().defaultSectionSize()
        self.setMaximumHeight(rows + self.horizontalHeader().sizeHint().height() + 2 * self.frameWidth() + 2)

    def menu_for(self, row: int) -> QMenu:
        """What can be done with the project of a row."""
        menu = QMenu(self)
        project = self._projects.project_at(row)
        if project is None:
            return menu
        open_action = QAction(icon("folder-open"), self.tr("&Open"), menu)
        open_action.triggered.connect(lambda: self.open_requested.emit(project.id))
        locate = QAction(icon("folder-open"), self.tr("&Locate folder…"), menu)
        locate.triggered.connect(lambda: self.locate_requested.emit(project))
        rename = QAction(icon("pencil"), self.tr("&Rename…"), menu)
        rename.triggered.connect(lambda: self.rename_requested.emit(project))
        remove = QAction(icon("x"), self.tr("Re&move from this list…"), menu)
        remove.triggered.connect(lambda: self.remove_requested.emit(project))
        menu.addActions([open_action, locate, rename])
        menu.addSeparator()
        menu.addAction(remove)
        menu.setDefaultAction(open_action)
        return menu

    def _open(self, row: int) -> None:
        project = self._projects.project_at(row)
        if project is not None:
            self.open_requested.emit(project.id)

    def _show_menu(self, at: QPoint) -> None:
        row = self.indexAt(at).row()
        if row < 0:
            return
        menu = self.menu_for(row)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.viewport().mapToGlobal(at))

    # Qt overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex().row())
        else:
            super().keyPressEvent(event)


def _alignment(column: int) -> Qt.AlignmentFlag:
    is_number = column in (IMAGES, ANNOTATED)
    return Qt.AlignmentFlag.AlignVCenter | (Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft)
