"""The filter of the open project's images: its chips, its editors, and the filters that are kept by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog

from app.controllers.filter_editing import FilterEditing, FilterSource
from app.controllers.images import ImagesController
from app.jobs import JobRunner
from app.undo import Turn, UndoHistory
from core.domain.changes import Changed, Changes
from core.domain.filters import Condition, Group, SavedFilter
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.domain.projects import Project
from ui.filters.filter_bar import FilterBar
from ui.filters.search_suggestions import SearchSuggestions
from ui.images.image_browser import ImageBrowser
from ui.widgets.confirmation import Question, ask

if TYPE_CHECKING:
    from core.filters.service import FilterStep


class FiltersController(QObject):
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        services: FilterSource,
        jobs: JobRunner,
        undo: UndoHistory,
        browser: ImageBrowser,
        images: ImagesController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._jobs = jobs
        self._undo = undo
        self._browser = browser
        self._images = images
        self._project: Project | None = None
        self._saved: tuple[SavedFilter, ...] = ()
        self.bar = FilterBar()
        self.dialog: QDialog | None = None
        self.editing = FilterEditing(services=services, jobs=jobs, browser=browser, parent=self)
        self.editing.message_raised.connect(self.message_raised)
        self.editing.save_requested.connect(self._ask_name)
        browser.set_filter_bar(self.bar)
        self.suggestions = SearchSuggestions(browser.filters.search)
        self.suggestions.chosen.connect(self.bar.add_item)
        browser.tags_counted.connect(lambda counts: self.suggestions.set_tags([tag for tag, n in counts.items() if n]))
        self._connect()

    def _connect(self) -> None:
        bar, images = self.bar, self._images
        bar.filter_changed.connect(images.restrict_where)
        bar.fixed_removed.connect(images.lift)
        bar.condition_requested.connect(self.edit_condition)
        bar.builder_requested.connect(lambda: self.edit_all())
        bar.text_requested.connect(lambda: self.edit_all(as_text=True))
        bar.saved_chosen.connect(self.show_saved)
        bar.save_requested.connect(lambda: self._ask_name(bar.group))
        bar.overwrite_requested.connect(lambda saved: self.save(saved.name, bar.group, replaces=True))
        bar.rename_requested.connect(self._ask_new_name)
        bar.delete_requested.connect(self._ask_to_delete)
        images.restricted.connect(self._follow)
        images.listed.connect(lambda _: self._follow())
        shortcut = QShortcut(QKeySequence("Ctrl+Shift+F"), self._browser)
        shortcut.activated.connect(lambda: self.edit_condition(None))

    @property
    def saved(self) -> tuple[SavedFilter, ...]:
        return self._saved

    def show_project(self, project: Project) -> None:
        self._project = project
        self.bar.set_group(Group())
        self.bar.set_saved(())
        self.editing.show_project(project)
        self._read()
        self._read_classes()

    def refresh(self, changes: Changes) -> None:
        project = self._project
        if project is None:
            return
        if project.id in changes.filters:
            self._read()
        if project.id in changes.categories:
            self._read_classes()

    # --- what is asked -----------------------------------------------------------------------------------------

    def edit_condition(self, at: int | None) -> None:
        """Change the condition at this place of the filter, or add one."""
        items = self.bar.group.items
        item = items[at] if at is not None and at < len(items) else None

        def chosen(condition: Condition) -> None:
            if at is None or item is None:
                self.bar.add_item(condition)
            else:
                self.bar.replace_item(at, condition)

        self.editing.ask_condition(item if isinstance(item, Condition) else None, chosen)

    def edit_all(self, *, as_text: bool = False) -> None:
        self.editing.ask_filter(self.bar.group, self.apply, as_text=as_text)

    def apply(self, group: Group) -> None:
        """Ask this of the images. Of a filter that is kept, its name is shown."""
        name = next((one.name for one in self._saved if one.filter == group and not one.problem), None)
        self.bar.set_group(group, name)
        self._images.restrict_where(group)

    def show_saved(self, saved: SavedFilter) -> None:
        self.bar.set_group(saved.filter, saved.name)
        self._images.restrict_where(saved.filter)

    def _follow(self) -> None:
        """What restricts the images has been changed, perhaps by somebody else."""
        self.bar.set_fixed(self._images.other_restrictions())
        filter = self._images.filter
        group = filter.where if filter is not None and filter.where is not None else Group()
        if group != self.bar.group:
            self.bar.set_group(group)

    # --- filters that are kept ---------------------------------------------------------------------------------

    def save(self, name: str, group: Group, *, replaces: bool = False) -> None:
        project = self._project
        if project is None:
            return

        def kept(step: FilterStep) -> None:
            assert step.after is not None
            self._remember("replacing" if step.before is not None else "saving", step)
            if self.bar.group == group:
                self.bar.set_group(group, step.after.name)
            self._say(f'The filter "{shown(step.after.name)}" is saved.')

        self._write(lambda: self._services.filters.save(project.id, name, group, replaces=replaces), kept)

    def rename(self, saved: SavedFilter, name: str) -> None:
        self._write(
            lambda: self._services.filters.rename(saved.project, saved.id, name),
            lambda step: self._remember("renaming", step),
        )

    def delete(self, saved: SavedFilter) -> None:
        self._write(
            lambda: self._services.filters.delete(saved.project, saved.id),
            lambda step: self._remember("deleting", step),
        )

    def _ask_name(self, group: Group) -> None:
        from ui.filters.name_dialog import NameDialog

        taken = {one.name for one in self._saved}
        dialog = NameDialog(taken, parent=self._browser.window())
        dialog.named.connect(lambda name: self.save(name, group, replaces=name in taken))
        self._open(dialog)

    def _ask_new_name(self, saved: SavedFilter) -> None:
        from ui.filters.name_dialog import NameDialog

        taken = {one.name for one in self._saved if one.id != saved.id}
        dialog = NameDialog(taken, saved.name, can_replace=False, parent=self._browser.window())
        dialog.named.connect(lambda name: self.rename(saved, name))
        self._open(dialog)

    def _ask_to_delete(self, saved: SavedFilter) -> None:
        name = shown(saved.name)
        question = Question(
            "Delete filter", f'Delete the filter "{name}"?', "What was made with it stays.", f'Delete "{name}"', True
        )
        self.dialog = ask(self._browser.window(), question, lambda _: self.delete(saved))

    def _open(self, dialog: QDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        self.dialog = dialog

    def _write(self, work: Callable[[], Changed[FilterStep]], then: Callable[[FilterStep], None]) -> None:
        self._jobs.run(work, then=then, on_error=self.message_raised.emit, pool="registry")

    def _remember(self, verb: str, step: FilterStep) -> None:
        stored = step.after or step.before
        assert stored is not None
        turn = Turn(step, self._services.filters.undo)
        self._undo.did(step.project, f'{verb} the filter "{shown(stored.name)}"', undo=turn, redo=turn)

    def _read(self) -> None:
        project = self._project
        assert project is not None
        self._jobs.run(
            lambda: self._services.filters.list_filters(project.id),
            then=self._show_saved,
            on_error=self.message_raised.emit,
            pool="registry",
            key="saved-filters",
        )

    def _read_classes(self) -> None:
        project = self._project
        assert project is not None
        self._jobs.run(
            lambda: [category.name for category in self._services.projects.list_categories(project.id)],
            then=self.suggestions.set_classes,
            on_error=self.message_raised.emit,
            pool="registry",
            key="searched-classes",
            gives_way=True,
        )

    def _show_saved(self, saved: tuple[SavedFilter, ...]) -> None:
        self._saved = saved
        self.bar.set_saved(saved)

    def _say(self, text: str) -> None:
        self.message_raised.emit(UserMessage(text, severity=Severity.INFO))
