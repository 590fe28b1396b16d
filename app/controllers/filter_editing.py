"""The editors of a filter: opened with what the project has, read and counted in the background."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog

from app.jobs import JobRunner
from core.domain.filters import Condition, Group
from core.domain.messages import UserMessage
from core.domain.projects import ImageFilter, Project
from core.errors import FormatError
from ui.filters.offers import FilterOffers
from ui.images.image_browser import ImageBrowser

if TYPE_CHECKING:  # SQLAlchemy comes with them, which the window's first paint must not wait for
    from core.datasets.editing import DatasetEditing
    from core.filters.service import FilterService
    from core.judgements.tags import TagService
    from core.projects.service import ProjectService
    from ui.filters.filter_dialog import FilterDialog


class FilterSource(Protocol):
    """Makes each service when it is first asked for, on a pool thread."""

    @property
    def projects(self) -> ProjectService: ...

    @property
    def filters(self) -> FilterService: ...

    @property
    def tags(self) -> TagService: ...

    @property
    def dataset_editing(self) -> DatasetEditing: ...


class FilterEditing(QObject):
    message_raised = Signal(object)  # UserMessage
    save_requested = Signal(object)  # Group, from the dialog

    def __init__(
        self, *, services: FilterSource, jobs: JobRunner, browser: ImageBrowser, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._jobs = jobs
        self._browser = browser
        self._project: Project | None = None
        self.dialog: QDialog | None = None

    def show_project(self, project: Project) -> None:
        self._project = project

    def ask_condition(self, condition: Condition | None, then: Callable[[Condition], None]) -> None:
        def opened(offers: FilterOffers) -> None:
            from ui.filters.condition_dialog import ConditionDialog

            dialog = ConditionDialog(offers, condition, self._browser.window())
            dialog.chosen.connect(then)
            self._open(dialog)

        self._with_offers(opened)

    def ask_filter(self, group: Group, then: Callable[[Group], None], *, as_text: bool = False) -> None:
        def opened(offers: FilterOffers) -> None:
            from ui.filters.filter_dialog import FilterDialog

            dialog = FilterDialog(offers, self._browser.window())
            dialog.applied.connect(then)
            dialog.save_requested.connect(self.save_requested)
            dialog.text_wanted.connect(lambda group: self._write(dialog, group))
            dialog.text_edited.connect(lambda text: self._read(dialog, text))
            dialog.count_wanted.connect(lambda group: self._count(dialog, group))
            dialog.set_group(group)
            if as_text:
                dialog.show_text()
            self._open(dialog)

        self._with_offers(opened)

    def _open(self, dialog: QDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.finished.connect(self._forget)
        dialog.open()
        self.dialog = dialog

    def _forget(self) -> None:
        self.dialog = None

    def _with_offers(self, then: Callable[[FilterOffers], None]) -> None:
        project = self._project
        if project is None:
            return

        def read() -> FilterOffers:
            services = self._services
            datasets = services.dataset_editing.list_datasets(project.id)
            sets = [name for one in datasets for name in (one.name, *(f"{one.name}/{part.name}" for part in one.sets))]
            return FilterOffers(
                tuple(folder.path for folder in services.projects.list_folders(project.id, with_categories=False)),
                tuple(category.name for category in services.projects.list_categories(project.id)),
                tuple(services.tags.count(project.id)),
                tuple(sets),
            )

        self._jobs.run(read, then=then, on_error=self.message_raised.emit, pool="registry", key="filter-offers")

    def _write(self, dialog: FilterDialog, group: Group) -> None:
        def write() -> str:
            from core.filters.writing import write_for_people

            return write_for_people(group)

        def written(text: str) -> None:
            if dialog is self.dialog:
                dialog.text.set_text(text)

        self._jobs.run(write, then=written, on_error=self.message_raised.emit, key="filter-text")

    def _read(self, dialog: FilterDialog, text: str) -> None:
        """What cannot be read is shown where it stands, not beside the window."""

        def read() -> Group | FormatError:
            from core.filters.reading import read_filter

            try:
                return read_filter(text)
            except FormatError as error:
                return error

        def known(found: Any) -> None:
            if dialog is not self.dialog:
                return
            if isinstance(found, FormatError):
                code = f"{found.code}: " if found.code else ""
                dialog.set_text_problem(f"{code}{found}", found.line, getattr(found, "column", None))
            else:
                dialog.set_read_group(found)

        self._jobs.run(read, then=known, on_error=self.message_raised.emit, key="filter-text")

    def _count(self, dialog: FilterDialog, group: Group) -> None:
        project = self._project
        if project is None:
            return

        def count() -> tuple[int, int]:
            asked = ImageFilter(project.id, where=group)
            return self._services.projects.count_images(asked), self._services.projects.count_images(
                ImageFilter(project.id)
            )

        def counted(numbers: tuple[int, int]) -> None:
            if dialog is self.dialog:
                dialog.set_count(*numbers)

        def failed(message: UserMessage) -> None:
            if dialog is self.dialog:
                dialog.set_count_problem(message.in_words)

        self._jobs.run(count, then=counted, on_error=failed, pool="registry", key="filter-count", gives_way=True)
