"""The classes of the open project: edited where they are listed, and given to the images chosen in the grid."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu

from app.jobs import JobRunner
from app.long_work import run_with_progress
from app.undo import Pace, Turn, UndoHistory
from core.domain.categories import CategoryUse, Labelling
from core.domain.changes import Changed, Changes
from core.domain.ids import CategoryId, ProjectId
from core.domain.image_ids import ImageIds
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.domain.projects import Category, Project
from ui.classes.class_dialogs import (
    ClassColourDialog,
    ClassNameDialog,
    ClassQuestion,
    DeleteClassDialog,
    MergeClassDialog,
)
from ui.classes.classes_dialog import ClassesDialog
from ui.classes.label_bar import LabelBar
from ui.icons import icon
from ui.images.image_browser import ImageBrowser
from ui.projects.project_page import ProjectPage
from ui.viewer.class_menu import ClassVerb
from ui.widgets.formatting import counted

if TYPE_CHECKING:
    from core.categories.service import CategoryService, Done, Gone, LabelledImages, NewCategory
    from core.projects.service import ProjectService


class CategorySource(Protocol):
    @property
    def categories(self) -> CategoryService: ...


class ClassesController(QObject):
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        services: CategorySource,
        projects: ProjectService,
        jobs: JobRunner,
        undo: UndoHistory,
        page: ProjectPage,
        browser: ImageBrowser,
        author: Callable[[], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._projects = projects
        self._jobs = jobs
        self._undo = undo
        self._page = page
        self._browser = browser
        self._author = author
        self._project: Project | None = None
        self._categories: tuple[Category, ...] = ()
        self.dialog: ClassesDialog | None = None
        self.question: ClassQuestion | None = None
        self.bar = LabelBar()
        page.class_wished.connect(self.wish)
        browser.add_selection_widget(self.bar)
        browser.add_menu_section("", self._add_to_menu)
        self.bar.label_requested.connect(self.label)
        self.bar.left.connect(browser.grid.setFocus)
        for number in range(1, 10):
            self._key(str(number), partial(self._label_by_digit, number))
        self._key("0", lambda: self.label(Labelling.WITHOUT_CONCEPT, ""))
        self._key("L", self._begin_label)

    def _key(self, key: str, slot: Callable[[], None]) -> None:
        shortcut = QShortcut(QKeySequence(key), self._browser.grid)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        shortcut.activated.connect(slot)

    def show_project(self, project: Project) -> None:
        if self._project is not None and self._project.id != project.id:
            self._set_categories(())  # a digit never gives a class of the project before
        self._project = project
        self._read()

    def refresh(self, changes: Changes) -> None:
        if self._project is not None and self._project.id in changes.categories:
            self._read()

    def _read(self) -> None:
        project = self._project
        assert project is not None

        self._jobs.run(
            lambda: self._projects.list_categories(project.id),
            then=self._set_categories,
            on_error=self.message_raised.emit,
            pool="registry",
            key="classes",
        )

    def _set_categories(self, categories: tuple[Category, ...]) -> None:
        self._categories = categories
        self.bar.set_categories(categories)
        if self.dialog is not None:
            self.dialog.set_categories(categories)

    # --- classes -----------------------------------------------------------------------------------------------

    def wish(self, verb: ClassVerb, category: CategoryId | None) -> None:
        """What is wished of a class, wherever classes are listed."""
        if self._project is None:
            return
        known = next((one for one in self._categories if one.id == category), None)
        if verb is ClassVerb.EDIT:
            self._open_dialog(category)
        elif verb is ClassVerb.ADD:
            self._ask_new()
        elif known is not None and verb is ClassVerb.RECOLOUR:
            self._ask_colour(known)
        elif known is not None:
            self._with_use(
                known,
                {
                    ClassVerb.RENAME: self._ask_name,
                    ClassVerb.MERGE: self._ask_target,
                    ClassVerb.DELETE: self._ask_deletion,
                }[verb],
            )

    def _open_dialog(self, category: CategoryId | None) -> None:
        if self.dialog is None:
            dialog = self.dialog = ClassesDialog(self._page.window())
            dialog.class_wished.connect(self.wish)
            dialog.finished.connect(self._dialog_closed)
            dialog.open()
        self.dialog.set_categories(self._categories, category)

    def _dialog_closed(self) -> None:
        self.dialog = None

    def _with_use(self, category: Category, ask: Callable[[Category, CategoryUse], None]) -> None:
        """What it would touch is counted before the question."""
        project = self._project
        assert project is not None

        def got(use: CategoryUse) -> None:
            if self._project is not None and self._project.id == project.id:
                ask(category, use)

        self._jobs.run(
            lambda: self._services.categories.use_of(project.id, category.id),
            then=got,
            on_error=self.message_raised.emit,
            key="class-use",
        )

    def _show(self, question: ClassQuestion) -> None:
        self.question = question
        question.finished.connect(lambda: self._question_closed(question))
        question.open()

    def _question_closed(self, question: ClassQuestion) -> None:
        if self.question is question:
            self.question = None

    @property
    def _over(self) -> Any:
        return self.dialog or self._page.window()

    def _ask_new(self) -> None:
        dialog = ClassNameDialog(None, [one.name for one in self._categories], parent=self._over)

        def add(name: str) -> None:
            def done(new: NewCategory) -> None:
                self._remember(f'adding the class "{shown(name)}"', new.done)

            self._write(lambda project: self._services.categories.add(project, name), done, dialog)

        dialog.name_chosen.connect(add)
        self._show(dialog)

    def _ask_name(self, category: Category, use: CategoryUse) -> None:
        names = [one.name for one in self._categories]
        dialog = ClassNameDialog(category.name, names, use.models_text, self._over)

        def rename(name: str) -> None:
            self._write(
                lambda project: self._services.categories.rename(project, category.id, name),
                lambda done: self._remember(f'renaming "{shown(category.name)}"', done),
                dialog,
            )

        def merge(name: str) -> None:
            dialog.reject()
            into = next((one.id for one in self._categories if one.name == name), None)
            self._ask_target(category, use, into)

        dialog.name_chosen.connect(rename)
        dialog.merge_requested.connect(merge)
        self._show(dialog)

    def _ask_colour(self, category: Category) -> None:
        dialog = ClassColourDialog(category, self._over)
        dialog.colour_chosen.connect(
            lambda colour: self._write(
                lambda project: self._services.categories.recolour(project, category.id, colour),
                lambda done: self._remember(f'the colour of "{shown(category.name)}"', done),
                dialog,
            )
        )
        self._show(dialog)

    def _ask_target(self, category: Category, use: CategoryUse, into: CategoryId | None = None) -> None:
        others = [one for one in self._categories if one.id != category.id]
        dialog = MergeClassDialog(use, others, into, self._over)

        def merge(target: CategoryId) -> None:
            def done(gone: Gone) -> None:
                self._remember(f'merging "{shown(category.name)}"', gone.done)
                self._say(f"{counted(gone.n_annotations, 'annotation')} merged.")

            self._write(lambda p: self._services.categories.merge(p, [category.id], target), done, dialog)

        dialog.merge_chosen.connect(merge)
        self._show(dialog)

    def _ask_deletion(self, category: Category, use: CategoryUse) -> None:
        dialog = DeleteClassDialog(use, self._over)

        def delete(removes_images: bool) -> None:
            def done(gone: Gone) -> None:
                self._remember(f'deleting the class "{shown(category.name)}"', gone.done)
                text = f'The class "{shown(category.name)}" and {counted(gone.n_annotations, "annotation")} deleted.'
                if gone.n_images:
                    text += f" {counted(gone.n_images, 'image')} in the trash."
                self._say(text)

            self._write(
                lambda project: self._services.categories.delete(project, category.id, removes_images=removes_images),
                done,
                dialog,
            )

        dialog.delete_chosen.connect(delete)
        self._show(dialog)

    def _write(
        self,
        work: Callable[[ProjectId], Changed[Any]],
        then: Callable[[Any], None],
        dialog: ClassQuestion,
    ) -> None:
        """The dialog stays, and says why, where it was refused; it may be closed before there is an answer."""
        project = self._project
        assert project is not None
        dialog.set_busy(True)

        def done(value: Any) -> None:
            if self.question is dialog:
                dialog.accept()
            then(value)

        def refused(message: UserMessage) -> None:
            if self.question is dialog:
                dialog.set_busy(False)
                dialog.show_problem(message.in_words)
            else:
                self.message_raised.emit(message)

        # Not in the registry's own thread: what is shown meanwhile is read there.
        self._jobs.run(lambda: work(project.id), then=done, on_error=refused)

    # --- classes of whole images -------------------------------------------------------------------------------

    def label(self, labelling: Labelling, name: str) -> None:
        """Of the images that are chosen in the grid."""
        chosen, project = self._browser.chosen_ids(), self._project
        if project is None or not len(chosen):
            return
        author = self._author()

        def work(progress: Any, is_cancelled: Any) -> Changed[LabelledImages]:
            service = self._services.categories
            if not labelling.takes_class:
                return service.label_images(
                    project.id, chosen, labelling, author=author, progress=progress, is_cancelled=is_cancelled
                )
            return service.label_images_as(
                project.id, chosen, labelling, name, author=author, progress=progress, is_cancelled=is_cancelled
            )

        def done(labelled: LabelledImages) -> None:
            if labelled.labelled.n_changed:
                n = counted(labelled.labelled.n_changed, "image")
                what = f'"{shown(name)}"' if labelling.takes_class else f'"{labelling.value}"'
                self._remember(f"the label {what} of {n}", labelled.done)
            if len(chosen) > 1 or not labelled.labelled.n_changed:
                self._say(labelled.labelled.text)
            self._browser.grid.setFocus()

        words = ("Label images", "Labelling images…")
        run_with_progress(self._jobs, self._browser.window(), words, work, done, self.message_raised.emit)

    def _label_by_digit(self, number: int) -> None:
        name = self.bar.class_at(number)
        if name is not None:
            self.label(Labelling.ADD, name)

    def _begin_label(self) -> None:
        if self._browser.n_chosen:
            self.bar.begin()

    def _add_to_menu(self, menu: QMenu, chosen: ImageIds) -> None:
        if len(chosen):
            self.bar.fill_menu(menu.addMenu(icon("tags"), "&Class"))

    # --- both --------------------------------------------------------------------------------------------------

    def _remember(self, text: str, done: Done) -> None:
        """For Undo. What takes a step back returns what does it again."""
        turn = Turn(done, self._services.categories.undo)
        self._undo.did(done.project, text, undo=turn, redo=turn, pace=Pace.STOPPABLE)

    def _say(self, text: str) -> None:
        self.message_raised.emit(UserMessage(text, severity=Severity.INFO))
