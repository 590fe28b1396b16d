"""The images of the open project: which pass the filters, and thumbnails of those on the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.controllers.grid_thumbnails import GridThumbnails, Thumbnails
from app.controllers.image_files import ImageFiles
from app.jobs import Job, JobRunner, PoolName
from core.domain.changes import Changes
from core.domain.filter_words import in_words
from core.domain.filters import Group
from core.domain.ids import ImageId, ProjectId
from core.domain.image_ids import ImageIds
from core.domain.image_order import BY_PATH, SortKey, SortOrder
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.domain.projects import Category, ImageFilter, Project
from core.errors import CalqueError
from ui.images.image_browser import ImageBrowser
from ui.images.quick_filters import WITHOUT_CONCEPT
from ui.projects.drop_targets import TagTarget
from ui.projects.project_page import ProjectPage
from ui.widgets.dropping import DraggedImages

if TYPE_CHECKING:  # SQLAlchemy and Pillow come with them, which the window's first paint must not wait for
    from core.projects.service import ProjectService

_NO_FILTERS: Mapping[str, Any] = {
    "folders": (),
    "categories": (),
    "name_contains": "",
    "is_annotated": None,
    "is_without_concept": False,
    "tag": "",
    "where": None,
    "only": None,
    "only_words": "",
}

FIRST_LISTED = 500
"""Images that are listed before all of a project are: more than a screen shows."""


@dataclass(frozen=True, slots=True)
class _Listing:
    ids: ImageIds
    total: int
    revision: int  # of the project
    order: SortOrder
    categories: tuple[Category, ...] | None  # None = they are as they were
    is_part: bool  # more images follow


class ImagesController(QObject):
    image_open_requested = Signal(object, object)  # ImageId, tuple[ImageId, ...] of the grid, in its order
    import_requested = Signal(object)  # Project
    message_raised = Signal(object)  # UserMessage
    restricted = Signal()  # by another filter
    listed = Signal(bool)  # the images are in the grid: all, or at first some

    def __init__(
        self,
        *,
        projects: ProjectService,
        thumbnails: Thumbnails,
        jobs: JobRunner,
        page: ProjectPage,
        browser: ImageBrowser,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._projects = projects
        self._jobs = jobs
        self._page = page
        self._browser = browser
        self._project: Project | None = None
        self._filter: ImageFilter | None = None
        self._order = BY_PATH
        self._listed_order = BY_PATH
        self._categories: tuple[Category, ...] = ()
        self._revision: int | None = None  # of the project when its categories were read
        self._pictures = GridThumbnails(
            projects=projects, thumbnails=thumbnails, jobs=jobs, browser=browser, parent=self
        )
        self._files = ImageFiles(projects=projects, jobs=jobs, page=page, browser=browser, parent=self)
        for part in (self._pictures, self._files):
            part.message_raised.connect(self.message_raised)
        self._preparing: tuple[ProjectId, Job] | None = None  # lists of which project are being read into memory
        # Several filters may change in one go; one look into the registry answers them all.
        self._reload_timer = QTimer(self)
        self._reload_timer.setSingleShot(True)
        self._reload_timer.setInterval(0)
        self._reload_timer.timeout.connect(lambda: self._reload())
        page.folder_selected.connect(lambda path: self._restrict(folders=(path,) if path else ()))
        page.category_filter_changed.connect(lambda ids: self._restrict(categories=tuple(ids)))
        page.hidden_categories_changed.connect(browser.set_hidden_categories)
        browser.search_changed.connect(lambda text: self._restrict(name_contains=text))
        browser.annotated_changed.connect(self._restrict_annotated)
        browser.tag_filter_changed.connect(lambda tag: self._restrict(tag=tag))
        browser.clear_filters_requested.connect(self.clear_filters)
        browser.sort_requested.connect(self.sort)
        browser.import_requested.connect(self._request_import)
        browser.notice.action_requested.connect(page.request_moved_images)
        page.images_dropped.connect(self._drop)
        browser.grid.drag_began.connect(self._offer_tags)
        browser.grid.drag_began.connect(lambda: page.drop_targets.set_dragging(True))
        browser.grid.drag_ended.connect(lambda: page.drop_targets.set_dragging(False))
        browser.grid.open_requested.connect(lambda image: self.image_open_requested.emit(image, self._browser.grid.ids))

    def show_project(self, project: Project) -> None:
        """List a project's images, unfiltered."""
        self._project = project
        self._filter = ImageFilter(project.id)
        self._revision = None
        self._pictures.show_project(project)
        self._files.show_project(project)
        self._browser.filters.reset()
        self._browser.grid.forget_all()
        self._browser.grid.set_project(project.id)
        self._browser.show_loading()
        self._reload_timer.start()

    def refresh(self, changes: Changes) -> None:
        """Read anew what has changed of the shown project: single images, or the list of them, the filters kept."""
        if self._project is None:
            return
        project = self._project.id
        if project in changes.image_lists:
            self._pictures.look_anew()
            self._browser.grid.expire_all()
            self._reload_timer.start()
            return
        self._browser.grid.expire(changes.images)
        is_asked = self._filter is not None and (self._filter.tag or self._filter.where is not None)
        if is_asked and (changes.images or changes.datasets):
            self._reload_timer.start()  # other images may pass now
        if self._order.key is SortKey.ANNOTATIONS and changes.images:
            self._reload_timer.start()  # their places may be others
        if project in changes.categories:
            self._reload_timer.start()  # other images may pass the filters now

    def sort(self, order: SortOrder) -> None:
        if order != self._order:
            self._order = order
            self._browser.set_order(order)
            self._reload_timer.start()

    @property
    def filter(self) -> ImageFilter | None:
        """What restricts the images that are listed; None = no project is shown."""
        return self._filter

    @property
    def order(self) -> SortOrder:
        return self._order

    @property
    def filter_text(self) -> str:
        """Its conditions in their stored form, "" when there are none."""
        from core.filters.writing import write_filter

        where = self._filter.where if self._filter is not None else None
        return "" if where is None else write_filter(where)

    def restore(
        self, name_contains: str, is_annotated: bool | None, tag: str, where: str, *, is_without_concept: bool = False
    ) -> None:
        """The filters of the last session; conditions that cannot be read any more are left out."""
        from core.filters.reading import read_filter

        try:
            group = read_filter(where) if where else None
        except CalqueError:
            group = None
        self._restrict(
            name_contains=name_contains,
            is_annotated=is_annotated,
            is_without_concept=is_without_concept,
            tag=tag,
            where=group,
        )

    def restrict_where(self, group: Group) -> None:
        """Images that pass this filter, beside what else restricts them."""
        self._restrict(where=group if group.items else None)

    def other_restrictions(self) -> tuple[tuple[str, str], ...]:
        """What restricts the images beside `filter.where`: keys for `lift`, and words."""
        if self._filter is None:
            return ()
        only = {field: getattr(self._filter, field) for field in _NO_FILTERS if field not in ("where", "only_words")}
        return tuple(
            (field, words)
            for field, value in only.items()
            if value != _NO_FILTERS[field] and (words := filter_words(_alone(self._filter, field), self._categories))
        )

    def lift(self, field: str) -> None:
        """Let go of one of `other_restrictions`."""
        if field == "folders":
            self._page.clear_folder()
        elif field == "categories":
            self._page.clear_classes()
        else:
            self._browser.filters.reset_one(field)
            self._restrict(**{field: _NO_FILTERS[field]})

    def clear_filters(self) -> None:
        self._browser.filters.reset()
        self._page.clear_filters()
        self._restrict(**_NO_FILTERS)

    def show_only(self, images: ImageIds, words: str) -> None:
        """These images and no others, until the filters are cleared. `words` complete "images ...": "with a stamp"."""
        self._browser.filters.reset()
        self._page.clear_filters()
        self._restrict(**{**_NO_FILTERS, "only": images, "only_words": words})

    def select_image(self, image: ImageId) -> None:
        """Show where in the grid an image is, e.g. the one the viewer was left at."""
        self._browser.grid.select_image(image)
        self._browser.grid.setFocus()

    def _restrict_annotated(self, chosen: bool | str | None) -> None:
        is_without_concept = chosen == WITHOUT_CONCEPT
        is_annotated = None if is_without_concept else chosen
        self._restrict(is_annotated=is_annotated, is_without_concept=is_without_concept)

    def _restrict(self, **changes: Any) -> None:
        """Put other conditions in force: fields of `ImageFilter` by name."""
        if self._filter is None:
            return
        fresh = replace(self._filter, **changes)
        if fresh != self._filter:
            self._filter = fresh
            self._reload_timer.start()
            self.restricted.emit()

    def _reload(self, pool: PoolName = "looks", *, is_rest: bool = False) -> None:
        """Of a project that is just opened, or in an order that is not in memory yet, the first images come before
        all."""
        asked, known, order = self._filter, self._revision, self._order
        if asked is None:
            return
        is_other = known is None or order != self._listed_order
        is_first = not is_rest and is_other and not self._projects.has_prepared_lists(asked.project, sort=order)

        def look() -> _Listing:
            revision = self._projects.get_revision(asked.project)
            if is_first:
                ids = self._projects.list_first_image_ids(asked, sort=order, most=FIRST_LISTED)
            else:
                ids = self._projects.list_image_ids(asked, sort=order)
            return _Listing(
                ids,
                self._projects.count_images(ImageFilter(asked.project)),
                revision,
                order,
                self._projects.list_categories(asked.project) if revision != known else None,
                is_part=is_first and len(ids) == FIRST_LISTED,
            )

        self._jobs.run(
            look,
            then=self._show_listing,
            on_error=self._show_problem,
            pool=pool,
            key="image-ids",
            gives_way=True,
            is_urgent=True,
        )

    def _show_listing(self, listing: _Listing) -> None:
        if self._filter is None:
            return
        if listing.categories is not None:
            self._categories = listing.categories
            self._browser.set_categories(listing.categories)
        self._revision = listing.revision
        self._listed_order = listing.order
        text = filter_words(self._filter, self._categories)
        self._browser.set_images(listing.ids, listing.total, filter_text=text, is_part=listing.is_part)
        self.listed.emit(not listing.is_part)
        if listing.is_part:
            self._reload(pool="io", is_rest=True)  # others look at what is seen meanwhile
        elif listing.categories is not None or not self._projects.has_prepared_lists(self._filter.project):
            self._prepare_lists(self._filter.project)

    def _prepare_lists(self, project: ProjectId) -> None:
        """While the person looks at what is on the screen; not on the registry's thread, which fetches that."""
        if self._preparing is not None and self._preparing[0] == project and not self._preparing[1].is_done:
            return  # it reads what has changed meanwhile as well
        order = self._order
        job = self._jobs.run(
            lambda: self._projects.prepare_lists(project, sort=order),
            on_error=self.message_raised.emit,
            key="image-lists",
            gives_way=True,
        )
        self._preparing = project, job

    def _show_problem(self, message: UserMessage) -> None:
        self._browser.set_problem(message.text, message.hint)

    def _offer_tags(self) -> None:
        self._page.drop_targets.set_tags(self._browser.known_tags)

    def _drop(self, target: object, dragged: DraggedImages) -> None:
        """On a tag; who owns sets listens too."""
        if not isinstance(target, TagTarget) or self._project is None or dragged.project != self._project.id:
            return
        if not dragged.folders:
            self._browser.tag_requested.emit(dragged.images, target.tag, True)
            return
        self._jobs.run(
            lambda: self._projects.list_image_ids(ImageFilter(dragged.project, folders=dragged.folders)),
            then=lambda images: self._browser.tag_requested.emit(images, target.tag, True),
            on_error=self.message_raised.emit,
            pool="registry",
        )

    def _request_import(self) -> None:
        if self._project is not None:
            self.import_requested.emit(self._project)


def _alone(filter: ImageFilter, field: str) -> ImageFilter:
    fields = (field, "only_words") if field == "only" else (field,)
    return replace(ImageFilter(filter.project), **{name: getattr(filter, name) for name in fields})


def filter_words(wanted: ImageFilter, categories: Sequence[Category]) -> str:
    """What restricts the images, in words; "" when nothing does."""
    words = [wanted.only_words] if wanted.only is not None else []
    if wanted.folders:
        words.append("in " + ", ".join(f'"{shown(folder)}"' for folder in wanted.folders))
    if wanted.categories:
        names = [category.name for category in categories if category.id in wanted.categories]
        words.append("with " + " or ".join(names))
    if wanted.name_contains:
        words.append(f'named "{wanted.name_contains}"')
    if wanted.is_annotated is not None:
        words.append("annotated" if wanted.is_annotated else "not annotated")
    if wanted.is_without_concept:
        words.append("without concept")
    if wanted.tag:
        words.append(f'tagged "{shown(wanted.tag)}"')
    if wanted.where is not None and wanted.where.items:
        words.append(in_words(wanted.where))
    return ", ".join(words)
