"""The middle of a project's page: search, filter, the grid, and how many images that makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.domain.ids import CategoryId, ImageId
from core.domain.image_ids import ImageIds
from core.domain.image_order import SortOrder
from core.domain.judgements import USUAL_TAGS
from core.domain.projects import Category
from ui.icons import icon
from ui.images.details_panel import DetailsPanel
from ui.images.image_grid import ImageGrid, ViewMode
from ui.images.notice_bar import NoticeBar
from ui.images.quick_filters import QuickFilters
from ui.images.selection_bar import SelectionBar
from ui.images.view_controls import ViewControls
from ui.widgets.empty_state import EmptyState
from ui.widgets.formatting import count, counted
from ui.widgets.labels import ElidedLabel
from ui.widgets.menu_heading import add_heading

NARROW_LETTERS = 140
"""In less room than so many letters take, the bar has no words for the order: the search needs it."""

MenuSection = Callable[[QMenu, ImageIds], None]
"""Adds what can be done with the images that are chosen; called whenever the menu opens."""


class ImageBrowser(QWidget):
    """`grid` is the grid itself; its wishes are announced there.

    Other features bring their own: a bar of filters above the grid, sections of the context menu, widgets at its foot
    that act on what is chosen.
    """

    selection_changed = Signal()  # other images are chosen
    sort_requested = Signal(object)  # SortOrder
    view_changed = Signal()  # grid or list
    details_shown_changed = Signal(bool)

    search_changed = Signal(str)
    annotated_changed = Signal(object)  # True, False, WITHOUT_CONCEPT, or None = all images
    clear_filters_requested = Signal()
    tags_counted = Signal(object)  # dict: how many images have which tag
    tag_filter_changed = Signal(str)  # "" = any
    tag_requested = Signal(object, str, bool)  # tuple[ImageId, ...], tag, on or off
    own_tag_requested = Signal(object)  # tuple[ImageId, ...]: the person is to be asked for a name
    tag_list_requested = Signal()  # the list of tagged images as a file
    paths_requested = Signal(object)  # ImageIds: put their paths on the clipboard
    reveal_requested = Signal(object)  # ImageId: show the folder that it lies in
    import_requested = Signal()  # from the empty project

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grid = ImageGrid()
        self.filters = QuickFilters(self)
        self._tag_counts: dict[str, int] = {}
        self.controls = ViewControls()
        self.details = DetailsPanel()
        self._status = ElidedLabel()
        self._clear = QPushButton(icon("x"), self.tr("Clear filters"))
        self.selection_bar = SelectionBar()
        self.notice = NoticeBar()
        self._filter_place = QVBoxLayout()
        self._sections: list[tuple[str, MenuSection]] = []
        self._tag_entries: list[MenuSection] = []
        self._empty = EmptyState("images", "", "")
        self._stack = QStackedWidget()
        self._is_filtered = False
        self._build()
        self.filters.search_changed.connect(self.search_changed)
        self.filters.annotated_changed.connect(self.annotated_changed)
        self.filters.tag_changed.connect(self.tag_filter_changed)
        self.grid.menu_requested.connect(self._open_menu)
        self.grid.selection_changed.connect(self._show_chosen)
        self.selection_bar.none_requested.connect(self.grid.choose_none)
        for key, slot in (("T", self.open_tag_menu), ("Ctrl+C", self._copy_paths)):
            shortcut = QShortcut(QKeySequence(key), self.grid)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(slot)
        self.controls.ground_truth_toggled.connect(self.grid.set_ground_truth_shown)
        self.controls.side_changed.connect(self.grid.set_side)
        self.controls.mode_requested.connect(self.set_mode)
        self.controls.details_toggled.connect(self.show_details)
        self.details.close_requested.connect(lambda: self.show_details(False))
        self.controls.sort_requested.connect(self.sort_requested)
        self.grid.sort_requested.connect(self.sort_requested)
        self._clear.clicked.connect(self.clear_filters_requested)
        self._empty.action_requested.connect(self._act_on_empty)
        self.setFocusProxy(self.grid)
        self.show_loading()

    def _build(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 10, 12, 8)
        bar.setSpacing(8)
        self.filters.add_to(bar)
        bar.addStretch(1)
        bar.addWidget(self.controls)
        self._status.setProperty("role", "muted")
        self._status.setAccessibleName(self.tr("Number of images"))
        self._clear.hide()
        foot = QHBoxLayout()
        foot.setContentsMargins(14, 5, 12, 6)
        foot.addStrut(self._clear.sizeHint().height())  # so that nothing moves when something is chosen
        foot.setSpacing(12)
        foot.addWidget(self._status, 1)
        foot.addWidget(self.selection_bar)
        foot.addWidget(self._clear)
        self.grid.setFrameShape(ImageGrid.Shape.NoFrame)
        self._stack.addWidget(self.grid)
        self._stack.addWidget(self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addLayout(self._filter_place)
        column.addWidget(self.notice)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._stack, 1)
        middle.addWidget(self.details)
        self.details.hide()
        column.addLayout(middle, 1)
        column.addLayout(foot)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_bar()

    def _fit_bar(self) -> None:
        is_narrow = self.width() < NARROW_LETTERS * self.fontMetrics().averageCharWidth()
        self.controls.set_narrow(is_narrow, is_tight=is_narrow and self.filters.tag.isVisibleTo(self))

    # How they are shown

    def set_mode(self, mode: ViewMode) -> None:
        self.controls.set_mode(mode)
        self.grid.set_mode(mode)
        self.view_changed.emit()

    def set_side(self, side: int) -> None:
        """Of the thumbnails, in pixels."""
        self.controls.set_side(side)
        self.grid.set_side(side)

    @property
    def are_details_shown(self) -> bool:
        return self.details.isVisibleTo(self)

    def show_details(self, is_shown: bool) -> None:
        """The panel at the right, or not."""
        if is_shown != self.are_details_shown:
            self.controls.set_details_shown(is_shown)
            self.details.setVisible(is_shown)
            self.details_shown_changed.emit(is_shown)

    def set_order(self, order: SortOrder) -> None:
        """The images are listed in this order."""
        self.controls.set_order(order)
        self.grid.header.set_order(order)

    # What others bring

    def set_filter_bar(self, widget: QWidget) -> None:
        """Between the tool bar and the images, as wide as these."""
        self._filter_place.addWidget(widget)

    def add_selection_widget(self, widget: QWidget) -> None:
        """Something that acts on the chosen images: at the foot, seen while any is chosen."""
        self.selection_bar.add_widget(widget)

    def add_tag_entries(self, build: MenuSection) -> None:
        """`build(menu, chosen)` adds to what can be done with tags."""
        self._tag_entries.append(build)

    def add_menu_section(self, title: str, build: MenuSection) -> None:
        """`build(menu, chosen)` adds entries to the context menu, under this title; none = no title either."""
        self._sections.append((title, build))

    # What is chosen

    @property
    def n_chosen(self) -> int:
        return self.grid.n_chosen

    def chosen_ids(self) -> ImageIds:
        """Those that are chosen, in the order of the list: eight bytes each, made in milliseconds for a million."""
        return self.grid.chosen_ids()

    def _show_chosen(self) -> None:
        self.selection_bar.set_numbers(self.grid.n_chosen, len(self.grid.ids))
        self.selection_changed.emit()

    def show_loading(self) -> None:
        """The images are being looked up; what was shown goes."""
        self.grid.set_ids(())
        self._status.setText(self.tr("Loading…"))
        self._clear.hide()
        self._empty.set_content("loader", self.tr("Loading the images…"), "")
        self._stack.setCurrentWidget(self._empty)

    @property
    def is_filtered(self) -> bool:
        """Not all of the project's images pass."""
        return self._is_filtered

    def set_images(self, ids: Sequence[ImageId], total: int, *, filter_text: str = "", is_part: bool = False) -> None:
        """The images that pass, of `total` in the project; `filter_text` says in words what restricts them.
        `is_part`: these are the first, and more follow."""
        self._is_filtered = bool(filter_text)
        self.grid.set_ids(ids)
        text = self.tr("{n} of {images}").format(n=count(len(ids)), images=counted(total, "image"))
        if is_part:
            text = self.tr("The first {n}").format(n=count(len(ids)))
        if not filter_text:
            text = counted(total, "image")
        self._status.setText(f"{text}  ·  {filter_text}" if filter_text else text)
        self._clear.setVisible(self._is_filtered)
        if len(ids):
            was_empty = self._stack.currentWidget() is not self.grid
            self._stack.setCurrentWidget(self.grid)
            if was_empty:
                self._take_keyboard()
            return
        if self._is_filtered:
            heading, hint = self.tr("No image passes the filters"), filter_text
            self._empty.set_content("funnel", heading, hint, self.tr("Clear filters"))
        else:
            heading = self.tr("This project has no images")
            hint = self.tr("Import a folder with images, with or without annotations.")
            self._empty.set_content("images", heading, hint, self.tr("Import…"))
        self._stack.setCurrentWidget(self._empty)

    def _take_keyboard(self) -> None:
        """Of an opened project the images have it, unless the person types elsewhere. Behind a dialog they get it when
        that is closed."""
        if not isinstance(self.window().focusWidget(), QLineEdit):
            self.grid.setFocus()

    def show_gone(self) -> None:
        """Files of images that are on the screen are not where they were."""
        self.notice.show_notice(
            self.tr(
                "Some of these files are not where they were. Where they were moved or renamed, they can be found."
            ),
            self.tr("Find moved images…"),
        )

    def set_problem(self, text: str, hint: str = "") -> None:
        """The images cannot be listed, and why."""
        self.grid.set_ids(())
        self._status.setText("")
        self._empty.set_content("triangle-alert", text, hint)
        self._stack.setCurrentWidget(self._empty)

    def set_tags(self, counts: Mapping[str, int]) -> None:
        """How many images of the project have which tag. The choice stays, also of one that no image has any more."""
        self._tag_counts = dict(counts)
        self.filters.set_tags(counts)
        self._fit_bar()
        self.tags_counted.emit(self._tag_counts)

    @property
    def known_tags(self) -> tuple[str, ...]:
        """The usual ones, and those that images of the project have."""
        return tuple(dict.fromkeys((*USUAL_TAGS, *self._tag_counts)))

    def tag_menu(self) -> QMenu:
        """What can be done with the tags of the images that are chosen, and of all that are listed."""
        menu = QMenu(self)
        self._fill_tag_menu(menu, self.grid.chosen_ids())
        return menu

    def _fill_tag_menu(self, menu: QMenu, chosen: ImageIds) -> None:
        image = self.grid.current_image()
        tags = self.grid.tags_of(image) if image is not None else ()
        for tag in dict.fromkeys((*USUAL_TAGS, *self._tag_counts, *tags)):
            action = menu.addAction(tag.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(tag in tags)
            action.setEnabled(bool(len(chosen)))
            action.triggered.connect(lambda is_on, tag=tag: self.tag_requested.emit(chosen, tag, is_on))
        own = menu.addAction(self.tr("Another tag…"), lambda: self.own_tag_requested.emit(chosen))
        own.setEnabled(bool(len(chosen)))
        for build in self._tag_entries:
            build(menu, chosen)
        menu.addSeparator()
        listed = menu.addMenu(self.tr("All {images} of this list").format(images=counted(len(self.grid.ids), "image")))
        listed.setEnabled(bool(len(self.grid.ids)))
        for tag in USUAL_TAGS:
            for is_on, words in ((True, self.tr("Tag: {tag}")), (False, self.tr("Take off: {tag}"))):
                listed.addAction(
                    words.format(tag=tag),
                    lambda tag=tag, is_on=is_on: self.tag_requested.emit(self.grid.ids, tag, is_on),
                )
        menu.addAction(
            icon("save"), self.tr("Save the list of tagged images…"), self.tag_list_requested.emit
        ).setEnabled(any(self._tag_counts.values()))

    def open_tag_menu(self) -> None:
        """At the image that is current."""
        at = self.grid.visualRect(self.grid.currentIndex()).center()
        _pop_up(self.tag_menu(), self.grid.viewport().mapToGlobal(at))

    def context_menu(self) -> QMenu:
        """What can be done with the images that are chosen."""
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        chosen = self.grid.chosen_ids()
        current = self.grid.current_image()
        for picture, text, needs, slot in (
            ("image", self.tr("&Open") + "\t" + self.tr("Enter"), current, lambda: self._open(current)),
            ("copy", self.tr("&Copy the path") + "\tCtrl+C", chosen, self._copy_paths),
            ("folder-open", self.tr("Show in its &folder"), current, lambda: self.reveal_requested.emit(current)),
        ):
            action = menu.addAction(icon(picture), text)
            action.setEnabled(bool(needs))
            action.triggered.connect(lambda _=False, slot=slot: slot())
        self._fill_tag_menu(menu.addMenu(icon("tag"), self.tr("&Tags")), chosen)
        for title, build in self._sections:
            heading = add_heading(menu, title)
            n_before = len(menu.actions())
            build(menu, chosen)
            for part in heading:
                part.setVisible(len(menu.actions()) > n_before)
        add_heading(menu, self.tr("Choose"))
        for text, slot in (
            (self.tr("&All") + "\tCtrl+A", self.grid.choose_all),
            (self.tr("&None") + "\tEsc", self.grid.choose_none),
            (self.tr("&The others") + "\tCtrl+Shift+I", self.grid.invert_choice),
        ):
            menu.addAction(text).triggered.connect(slot)
        if self.grid.mode is ViewMode.LIST:
            menu.addSeparator()
            menu.addMenu(self.grid.header.columns_menu(menu))
        return menu

    def _open(self, image: ImageId | None) -> None:
        if image is not None:
            self.grid.open_requested.emit(image)

    def _copy_paths(self) -> None:
        if self.n_chosen:
            self.paths_requested.emit(self.chosen_ids())

    def _open_menu(self, at: QPoint) -> None:
        _pop_up(self.context_menu(), at)

    def set_categories(self, categories: Sequence[Category]) -> None:
        self.grid.set_categories(categories)
        self.details.set_categories(categories)

    def set_hidden_categories(self, hidden: frozenset[CategoryId]) -> None:
        self.grid.set_hidden_categories(hidden)

    @property
    def status_text(self) -> str:
        return self._status.text()

    def _act_on_empty(self) -> None:
        if self._is_filtered:
            self.clear_filters_requested.emit()
        else:
            self.import_requested.emit()


def _pop_up(menu: QMenu, at: QPoint) -> None:
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.popup(at)
