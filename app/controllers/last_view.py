"""The project's page as it was left: noted while a person looks, brought back at the next start.

How images are shown (grid or list, how large, which columns, details) is the same for all projects, and comes back
whenever a window opens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app.view_memory import LastView, read_view, to_text
from app.window_state import WindowMemory
from core.domain.ids import CategoryId, ImageId
from core.domain.projects import Project
from ui.images.image_browser import ImageBrowser
from ui.images.image_grid import ViewMode
from ui.projects.project_page import IMAGES, ProjectPage

if TYPE_CHECKING:
    from app.controllers.images import ImagesController

PAUSE_MS = 400  # after the last change, before it is noted
VIEW, MODE, SIDE, COLUMNS, DETAILS = (
    "images/last-view",
    "images/mode",
    "images/side",
    "images/columns",
    "images/details",
)


class LastViewController(QObject):
    def __init__(
        self,
        *,
        memory: WindowMemory,
        page: ProjectPage,
        browser: ImageBrowser,
        images: ImagesController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._memory = memory
        self._page = page
        self._browser = browser
        self._images = images
        self._is_wished = False  # the next project that is shown is to come as it was left
        self._waiting: LastView | None = None  # for its images to be listed
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self.note)
        self._restore_looks()
        for signal in (
            images.restricted,
            browser.sort_requested,
            browser.selection_changed,
            browser.grid.verticalScrollBar().valueChanged,
            page.view_changed,
        ):
            signal.connect(lambda *_: self._timer.start())
        for signal in (
            browser.view_changed,
            browser.grid.columns_changed,
            browser.details_shown_changed,
            browser.controls.side_changed,
        ):
            signal.connect(lambda *_: self._note_looks())
        images.listed.connect(self._go_to_place)

    def wish(self) -> None:
        """The project that is opened next is the one of the last session."""
        self._is_wished = True

    def show_project(self, project: Project) -> None:
        is_wished, self._is_wished = self._is_wished, False
        self._waiting = None
        view = read_view(self._memory.text(VIEW)) if is_wished else None
        if view is not None and view.project == project.id:
            self._restore(view)

    def _restore(self, view: LastView) -> None:
        """What is not there any more is left out: the folder, the class, the tab."""
        self._waiting = view
        self._page.select_folder(view.folder)
        self._page.choose_categories([CategoryId(one) for one in view.categories])
        is_without_concept = view.is_without_concept
        self._browser.filters.set_values(
            view.name_contains, view.is_annotated, view.tag, is_without_concept=is_without_concept
        )
        self._images.restore(
            view.name_contains, view.is_annotated, view.tag, view.where, is_without_concept=is_without_concept
        )
        self._images.sort(view.order)
        if view.tab and view.tab != IMAGES and self._page.offers_view(view.tab):
            self._page.show_view(view.tab)

    def _go_to_place(self, is_whole: bool) -> None:
        view = self._waiting
        if view is None or not is_whole:
            return
        self._waiting = None
        if view.current:
            self._browser.grid.select_image(ImageId(view.current))
        if view.top:
            self._browser.grid.show_at_top(ImageId(view.top))

    def note(self) -> None:
        """What is looked at now. Not while it is still being brought back."""
        project, filter = self._page.project, self._images.filter
        if project is None or filter is None or filter.project != project.id or self._waiting is not None:
            return
        grid, order = self._browser.grid, self._images.order
        visible = grid.visible_rows()
        view = LastView(
            project=project.id,
            tab=self._page.current_view,
            folder=self._page.selected_folder,
            categories=tuple(filter.categories),
            name_contains=filter.name_contains,
            is_annotated=filter.is_annotated,
            is_without_concept=filter.is_without_concept,
            tag=filter.tag,
            where=self._images.filter_text,
            sort=order.key.value,
            is_descending=order.is_descending,
            top=grid.ids[visible.start] if visible else "",
            current=grid.current_image() or "",
        )
        self._memory.remember(VIEW, to_text(view))

    def _note_looks(self) -> None:
        self._memory.remember(MODE, self._browser.grid.mode.value)
        self._memory.remember(SIDE, self._browser.grid.side)
        self._memory.remember(COLUMNS, self._browser.grid.header.remembered())
        self._memory.remember(DETAILS, self._browser.are_details_shown)

    def _restore_looks(self) -> None:
        mode = self._memory.text(MODE)
        self._browser.set_side(round(self._memory.number(SIDE, self._browser.grid.side)))
        self._browser.grid.header.restore(self._memory.text(COLUMNS))
        self._browser.set_mode(ViewMode.LIST if mode == ViewMode.LIST else ViewMode.GRID)
        self._browser.show_details(self._memory.switch(DETAILS, default=False))
