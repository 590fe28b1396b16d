"""One project: its folders and classes at the left, its images in the middle, what can be done with it at the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.domain.datasets import Dataset
from core.domain.ids import CategoryId
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.domain.projects import Category, Folder, Project
from ui.icons import icon
from ui.messages import MessageBanner
from ui.projects.drop_targets import DropTargets
from ui.projects.folder_tree import FolderSection, FolderTree
from ui.projects.pane_keys import PaneKeys
from ui.projects.project_actions import (
    EVALUATE,
    EXPORT,
    IMPORT,
    IMPORT_PREDICTIONS,
    IMPORTS,
    LOCATE,
    MODELS,
    MOVED,
    PREDICT,
    PREDICTIONS,
    REMOVE,
    RENAME,
    REVIEW,
    RUNS,
    SUSPICIONS,
    TRAIN,
    ProjectActions,
)
from ui.viewer.category_list import CategoryList
from ui.viewer.class_menu import ClassVerb
from ui.widgets.dropping import dropped_path
from ui.widgets.formatting import count, counted
from ui.widgets.labels import label
from ui.widgets.page_header import PageHeader

IMAGES = "images"
"""The view that is there from the start; the others are added by those that make them."""


class ProjectPage(QWidget):
    """`browser` is the widget with the images (`ui.images.image_browser`); the page only gives it its place."""

    train_requested = Signal(object, object)  # ProjectId, tuple[str, ...] of folders to prefill
    predict_requested = Signal(object, str)  # Project, the folder that is chosen
    evaluate_requested = Signal(object, str)  # Project, the folder that is chosen
    predictions_requested = Signal(object)  # ProjectId
    prediction_import_requested = Signal(object)  # ProjectId
    import_requested = Signal(object)  # Project
    export_requested = Signal(object, object)  # Project, tuple[str, ...] of folders to offer
    review_requested = Signal(object)  # Project: accept, correct or reject predictions on its images
    suspicions_requested = Signal(object)  # Project: labels that are likely wrong
    runs_requested = Signal(object)  # ProjectId
    models_requested = Signal(object)  # ProjectId
    imports_requested = Signal(object)  # Project: what was imported into it
    path_dropped = Signal(object, object)  # Project, Path: import that into it
    moved_images_requested = Signal(object)  # Project: find images that were moved within its folder
    locate_requested = Signal(object)  # Project
    rename_requested = Signal(object)  # Project
    remove_requested = Signal(object)  # Project
    folder_selected = Signal(str)
    category_filter_changed = Signal(object)  # tuple[CategoryId, ...]
    hidden_categories_changed = Signal(object)  # frozenset[CategoryId]
    folder_open_requested = Signal(str)  # show it on the disk
    class_wished = Signal(object, object)  # ClassVerb, the CategoryId that it is about, None = of all
    images_dropped = Signal(object, object)  # SetTarget or TagTarget (drop_targets.py), DraggedImages
    target_activated = Signal(object)  # SetTarget: what is in it is to be seen
    view_changed = Signal()  # another tab is in front
    view_requested = Signal(str)  # the key of a view: make it if need be, and fill it

    def __init__(self, browser: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._project: Project | None = None
        self.setAcceptDrops(True)
        self._header = PageHeader()
        self.banner = MessageBanner()
        self._actions = ProjectActions()
        self._folders = FolderTree()
        self._categories = CategoryList(is_filter=True)
        self._categories.set_empty_text(
            self.tr("No class yet. Add one with the pencil above; or open an image, press E, and draw.")
        )
        self._class_count = label("", "muted")
        self._class_buttons: list[QToolButton] = []  # of no use while there is no class
        self._browser = browser
        self.drop_targets = DropTargets()
        self._tabs = QTabBar()
        self._views = QStackedWidget()
        self._view_widgets: dict[str, QWidget] = {}
        self._build()
        PaneKeys(self, self._panes)
        self._connect()

    def _build(self) -> None:
        self._header.add_widget(self._actions)
        side = QWidget()
        side.setMinimumWidth(200)
        column = QVBoxLayout(side)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(6)
        column.addWidget(label(self.tr("Folders"), "heading"))
        column.addWidget(self._folders, 3)
        column.addSpacing(8)
        column.addLayout(self._class_heading())
        hint = self.tr("The box shows or hides; the name filters.")
        column.addWidget(self._categories, 4)
        column.addWidget(label(hint, "muted", wrap=True))
        column.addWidget(self.drop_targets)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(side)
        splitter.addWidget(self._browser)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([272, 1000])
        splitter.setChildrenCollapsible(False)
        notices = QVBoxLayout()
        notices.setContentsMargins(12, 0, 12, 0)
        notices.addWidget(self.banner)
        self._tabs.setDrawBase(False)
        self._tabs.setExpanding(False)
        self._tabs.setAcceptDrops(True)
        self._tabs.setChangeCurrentOnDrag(True)  # images that are dragged find the sets on another tab
        self._tabs.setAccessibleName(self.tr("Views of the project"))
        self.offer_view(IMAGES, self.tr("Images"))
        self.add_view(IMAGES, splitter)
        self._tabs.hide()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._header)
        outer.addWidget(self._tabs)
        outer.addLayout(notices)
        outer.addWidget(self._views, 1)

    def _class_heading(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(label(self.tr("Classes"), "heading"))
        row.addWidget(self._class_count)
        row.addStretch(1)
        for text, tip, slot in (
            (self.tr("All"), self.tr("Draw all classes"), self._categories.show_all),
            (self.tr("None"), self.tr("Draw no class"), self._categories.hide_all),
        ):
            button = QToolButton()
            button.setText(text)
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.clicked.connect(slot)
            self._class_buttons.append(button)
            row.addWidget(button)
        edit = QToolButton()
        edit.setIcon(icon("pencil"))
        edit.setToolTip(self.tr("Edit classes…"))
        edit.setAccessibleName(self.tr("Edit classes"))
        edit.clicked.connect(lambda: self.class_wished.emit(ClassVerb.EDIT, None))
        row.addWidget(edit)
        return row

    def offer_view(self, key: str, title: str) -> None:
        """A tab for a view whose widget is made when it is first asked for (`view_requested`)."""
        index = self._tabs.addTab(title)
        self._tabs.setTabData(index, key)
        self._tabs.setVisible(self._tabs.count() > 1)

    def add_view(self, key: str, widget: QWidget) -> None:
        """The widget of an offered view."""
        self._view_widgets[key] = widget
        self._views.addWidget(widget)

    def has_view(self, key: str) -> bool:
        return key in self._view_widgets

    def offers_view(self, key: str) -> bool:
        return key in [self._tabs.tabData(index) for index in range(self._tabs.count())]

    def show_view(self, key: str) -> None:
        """As if its tab was clicked. KeyError for one that is not offered."""
        keys = [self._tabs.tabData(index) for index in range(self._tabs.count())]
        if key not in keys:
            raise KeyError(key)
        self._tabs.setCurrentIndex(keys.index(key))

    @property
    def current_view(self) -> str:
        return str(self._tabs.tabData(self._tabs.currentIndex()))

    def _on_tab_changed(self, index: int) -> None:
        key = str(self._tabs.tabData(index))
        if key != IMAGES:
            self.view_requested.emit(key)
        if key in self._view_widgets:
            hidden, focus = self._views.currentWidget(), QApplication.focusWidget()
            if focus is not None and hidden.isAncestorOf(focus) and self._view_widgets[key] is not hidden:
                self._tabs.setFocus()  # Qt would give the keyboard to the next widget of the window
            self._views.setCurrentWidget(self._view_widgets[key])
        self.view_changed.emit()

    def _connect(self) -> None:
        self._tabs.currentChanged.connect(self._on_tab_changed)
        self._folders.folder_selected.connect(self.folder_selected)
        self._folders.train_requested.connect(lambda path: self._request_training((path,)))
        self._folders.open_requested.connect(self.folder_open_requested)
        self._folders.drag_began.connect(lambda: self.drop_targets.set_dragging(True))  # to tags as well
        self._folders.drag_ended.connect(lambda: self.drop_targets.set_dragging(False))
        self.banner.action_requested.connect(self._actions.action(LOCATE).trigger)
        self._actions.chosen.connect(self._wish)
        self.drop_targets.dropped.connect(self.images_dropped)
        self.drop_targets.target_activated.connect(self.target_activated)
        self._categories.filter_changed.connect(self.category_filter_changed)
        self._categories.hidden_changed.connect(self.hidden_categories_changed)
        self._categories.class_wished.connect(self.class_wished)

    @property
    def project(self) -> Project | None:
        return self._project

    def show_project(self, project: Project, n_by_models: int = 0) -> None:
        """The header of a project, or its newest counts; accepted predictions are counted apart."""
        is_other = self._project is None or self._project.id != project.id
        self._project = project
        counts = self.tr("{images}, {m} annotated, {annotations}").format(
            images=counted(project.n_images, "image"),
            m=count(project.n_annotated),
            annotations=counted(project.n_annotations, "annotation"),
        )
        if n_by_models:
            counts += ", " + counted(n_by_models, self.tr("accepted prediction"))
        self._folders.set_project(project.id)
        self._header.set_title(project.name, f"{shown(project.root)}  ·  {counts}")
        if is_other:
            self._tabs.setCurrentIndex(0)
            self.banner.hide()
            self.set_folders(())
            self.set_categories(())
            self._categories.set_hidden(frozenset())
            self.drop_targets.set_datasets(())

    def clear(self) -> None:
        """No project: the one shown has been removed."""
        self._project = None
        self._header.set_title("")
        self.banner.hide()
        self.set_folders(())
        self.set_categories(())

    def set_folders(self, folders: Sequence[Folder]) -> None:
        self._folders.set_folders(folders)

    def set_categories(self, categories: Sequence[Category]) -> None:
        self._categories.set_categories(categories)
        self._class_count.setText(count(len(categories)) if categories else "")
        for button in self._class_buttons:
            button.setEnabled(bool(categories))

    def add_folder_section(self, title: str, build: FolderSection) -> None:
        """Entries of the menu of a folder: `build(menu, folder)` adds them, under this title."""
        self._folders.add_menu_section(title, build)

    def set_datasets(self, datasets: Sequence[Dataset]) -> None:
        """Of the project: images can be dragged to the sets of those that can be edited."""
        self.drop_targets.set_datasets(datasets)

    def set_action_refusals(self, reasons: Mapping[str, str]) -> None:
        """Why an action (TRAIN, IMPORT, ...) cannot be done now; the others can. Shown as tool tips, never hidden."""
        self._actions.set_refusals(reasons)
        self._folders.set_train_refusal(reasons.get(TRAIN, ""))

    def show_message(self, message: UserMessage) -> None:
        self.banner.show_message(message)

    def show_missing_root(self, message: UserMessage) -> None:
        """The project's folder is not there; the person may say where it is."""
        self.banner.show_message(message, action=self.tr("Locate folder…"))

    def clear_filters(self) -> None:
        """All images and all classes; announces what changes."""
        self.clear_classes()
        self.clear_folder()

    def clear_folder(self) -> None:
        """Images of all folders."""
        self._folders.select_folder("")

    def clear_classes(self) -> None:
        """Images of all classes, and of none."""
        self._categories.set_chosen(())

    def select_folder(self, path: str) -> None:
        """Nothing happens when it is not there."""
        self._folders.select_folder(path)

    def choose_categories(self, categories: Sequence[CategoryId]) -> None:
        """Filter by these classes, as far as there are any."""
        self._categories.set_chosen(categories)

    def request_moved_images(self) -> None:
        """As by the Actions menu."""
        if self._project is not None:
            self.moved_images_requested.emit(self._project)

    def _panes(self) -> list[QWidget]:
        """What F6 leads through, in the order in which it is seen."""
        if self.current_view == IMAGES:
            return [self._tabs, self._folders, self._categories, self.drop_targets.list, self._browser]
        return [self._tabs, self._views.currentWidget()]

    def action(self, key: str) -> QAction:
        """The entry of the Actions menu, for a menu bar or a command palette."""
        return self._actions.action(key)

    @property
    def selected_folder(self) -> str:
        return self._folders.selected_folder()

    @property
    def chosen_categories(self) -> tuple[CategoryId, ...]:
        return self._categories.chosen()

    def _chosen_folders(self) -> tuple[str, ...]:
        folder = self._folders.selected_folder()
        return (folder,) if folder else ()

    def _request_training(self, folders: tuple[str, ...]) -> None:
        if self._project is not None:
            self.train_requested.emit(self._project.id, folders)

    def _wish(self, key: str) -> None:
        """An entry of the Actions menu was chosen."""
        project, folder = self._project, self._folders.selected_folder()
        if project is None:
            return
        about_project = {
            IMPORT: self.import_requested,
            REVIEW: self.review_requested,
            SUSPICIONS: self.suspicions_requested,
            IMPORTS: self.imports_requested,
            MOVED: self.moved_images_requested,
            LOCATE: self.locate_requested,
            RENAME: self.rename_requested,
            REMOVE: self.remove_requested,
        }
        about_id = {
            RUNS: self.runs_requested,
            MODELS: self.models_requested,
            PREDICTIONS: self.predictions_requested,
            IMPORT_PREDICTIONS: self.prediction_import_requested,
        }
        if key == TRAIN:
            self.train_requested.emit(project.id, self._chosen_folders())
        elif key == EXPORT:
            self.export_requested.emit(project, self._chosen_folders())
        elif key in (PREDICT, EVALUATE):
            (self.predict_requested if key == PREDICT else self.evaluate_requested).emit(project, folder)
        elif key in about_project:
            about_project[key].emit(project)
        else:
            about_id[key].emit(project.id)

    # Qt overrides

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._project is not None and self._actions.action(IMPORT).isEnabled() and dropped_path(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped_path(event)
        if self._project is not None and path is not None:
            event.acceptProposedAction()
            self.path_dropped.emit(self._project, path)
