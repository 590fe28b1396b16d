"""Tags of the open project's images: given and taken off in the grid, undone, counted, saved as a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QInputDialog, QMenu

from app.controllers.saving import SPREADSHEET, save_text
from app.jobs import JobRunner
from app.long_work import run_with_progress
from app.undo import Pace, Turn, UndoHistory
from core.domain.changes import Changes
from core.domain.ids import ImageId
from core.domain.image_ids import ImageIds
from core.domain.imports import Severity
from core.domain.judgements import SPLIT_TAGS
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.domain.projects import Project
from core.domain.random_parts import Parts
from ui.icons import icon
from ui.images.image_browser import ImageBrowser
from ui.widgets.formatting import counted
from ui.widgets.save_dialog import ask_save_path, safe_file_name

if TYPE_CHECKING:  # SQLAlchemy comes with them, which the window's first paint must not wait for
    from core.judgements.bulk_tags import BulkTagService, Shared, TagStep
    from core.judgements.tags import TagService


AT_ONCE = 1_000
"""So many images are tagged before anybody could stop it."""


class TagSource(Protocol):
    """Makes the service when it is first asked for, on a pool thread."""

    @property
    def tags(self) -> TagService: ...

    @property
    def bulk_tags(self) -> BulkTagService: ...


class TagsController(QObject):
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        services: TagSource,
        jobs: JobRunner,
        undo: UndoHistory,
        browser: ImageBrowser,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._jobs = jobs
        self._undo = undo
        self._browser = browser
        self._project: Project | None = None
        self.dialog: QObject | None = None
        browser.tag_requested.connect(self.tag)
        browser.own_tag_requested.connect(self._ask_name)
        browser.tag_list_requested.connect(self._ask_file)
        browser.add_tag_entries(self._add_entries)

    @property
    def _tags(self) -> TagService:
        return self._services.tags

    def show_project(self, project: Project) -> None:
        self._project = project
        self._count()

    def refresh(self, changes: Changes) -> None:
        """Count anew when images have changed."""
        if self._project is not None and (changes.images or self._project.id in changes.image_lists):
            self._count()

    def tag(self, images: Sequence[ImageId], tag: str, is_on: bool) -> None:
        """Give images a tag, or take it off."""
        self.edit(images, (tag,) if is_on else (), () if is_on else (tag,))

    def edit(self, images: Sequence[ImageId], give: Sequence[str], take: Sequence[str]) -> None:
        """Give images tags, and take tags off."""
        project = self._project
        if project is None:
            return

        def done(step: TagStep) -> None:
            self._remember(step, _undo_words(give, take))
            if len(images) > 1 or step.is_cut_short:
                self._tell(step, _words(give, take))

        if len(images) <= AT_ONCE:  # in the order in which they are wished
            self._jobs.run(
                lambda: self._services.bulk_tags.edit(project.id, images, give=give, take=take),
                then=done,
                on_error=self.message_raised.emit,
                pool="registry",
            )
            return
        self._run(
            lambda progress, is_cancelled: self._services.bulk_tags.edit(
                project.id, images, give=give, take=take, progress=progress, is_cancelled=is_cancelled
            ),
            done,
        )

    def share_out(self, images: Sequence[ImageId], parts: Parts, seed: int, keeps: bool) -> None:
        """Tag images train, validation or test by chance."""
        project = self._project
        if project is None:
            return

        def done(shared: Shared) -> None:
            self._remember(shared.step, "sharing out {n}")
            numbers = ", ".join(f"{n:,} {tag}" for n, tag in zip(shared.numbers, SPLIT_TAGS, strict=True))
            self._tell(shared.step, f"tagged by chance: {numbers}")

        self._run(
            lambda progress, is_cancelled: self._services.bulk_tags.share_out(
                project.id, images, parts, seed, keeps=keeps, progress=progress, is_cancelled=is_cancelled
            ),
            done,
        )

    def ask_tags(self, images: ImageIds) -> None:
        """Which tags these images are to have."""
        project = self._project
        if project is None or not len(images):
            return

        def opened(counts: dict[str, int]) -> None:
            from ui.tagging.tag_dialog import TagDialog

            dialog = TagDialog(len(images), counts, self._browser.window())
            dialog.edited.connect(lambda give, take: self.edit(images, give, take))
            self._open(dialog)

        self._look(lambda: self._services.bulk_tags.count_tags_of(project.id, images), opened)

    def ask_to_share_out(self, images: ImageIds) -> None:
        """How many of a hundred are for what."""
        project = self._project
        if project is None or not len(images):
            return

        def opened(n_without: int) -> None:
            from ui.tagging.share_dialog import ShareDialog

            dialog = ShareDialog(len(images), n_without, self._browser.window())
            dialog.shared.connect(lambda parts, seed, keeps: self.share_out(images, parts, seed, keeps))
            self._open(dialog)

        self._look(lambda: self._services.bulk_tags.count_without_part(project.id, images), opened)

    def _add_entries(self, menu: QMenu, chosen: ImageIds) -> None:
        images = chosen if len(chosen) else ImageIds.of(self._browser.grid.ids)
        n = counted(len(images), "image")
        for text, name, ask in (
            (f"&Edit tags of {n}…", "tags", self.ask_tags),
            (f"&Share out {n} by chance…", "shuffle", self.ask_to_share_out),
        ):
            action = menu.addAction(icon(name), text)
            action.setEnabled(bool(len(images)))
            action.triggered.connect(lambda _on, ask=ask: ask(images))

    def _run(self, work: Callable[..., Any], then: Callable[[Any], None]) -> None:
        words = ("Tag images", "Tagging images…")
        run_with_progress(self._jobs, self._browser.window(), words, work, then, self.message_raised.emit)

    def _look(self, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        self._jobs.run(work, then=then, on_error=self.message_raised.emit, pool="registry", key="tags-looked-at")

    def _open(self, dialog: QDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        self.dialog = dialog

    def _remember(self, step: TagStep, words: str) -> None:
        if not step.changes:
            return
        turn = Turn(step, self._services.bulk_tags.undo)
        text = words.replace("{n}", counted(step.n_images, "image"))
        self._undo.did(step.project, text, undo=turn, redo=turn, pace=Pace.STOPPABLE)

    def _tell(self, step: TagStep, words: str) -> None:
        n = counted(step.n_images, "image")
        cut = " Stopped: the rest stayed as it was." if step.is_cut_short else ""
        self.message_raised.emit(
            UserMessage(f"{n} {words}.{cut}", "Ctrl+Z takes it back." if step.changes else "", severity=Severity.INFO)
        )

    def _count(self) -> None:
        project = self._project
        assert project is not None
        self._jobs.run(
            lambda: self._tags.count(project.id),
            then=self._browser.set_tags,
            on_error=self.message_raised.emit,
            pool="registry",
            key="tag-counts",
        )

    def _ask_name(self, images: Sequence[ImageId]) -> None:
        dialog = QInputDialog(self._browser)
        dialog.setWindowTitle("Another tag")
        dialog.setLabelText("Tag, at most 40 characters")
        dialog.textValueSelected.connect(lambda text: self.tag(images, text, True))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        self.dialog = dialog

    def _ask_file(self) -> None:
        project = self._project
        assert project is not None  # its grid offers it

        def save(path: Path) -> None:
            self._jobs.run(
                lambda: save_text(path, (self._tags.as_csv(project.id),), SPREADSHEET),
                then=lambda path: self.message_raised.emit(UserMessage(f"Saved as {path}.", severity=Severity.INFO)),
                on_error=self.message_raised.emit,
            )

        name = f"{safe_file_name(project.name)} tags.csv"
        self.dialog = ask_save_path(
            self._browser, "Save the list of tagged images", name, "Spreadsheet (*.csv)", "csv", save
        )


def _words(give: Sequence[str], take: Sequence[str]) -> str:
    """What an edit of tags was, in words."""
    given = ", ".join(f'"{shown(tag)}"' for tag in give)
    taken = ", ".join(f'"{shown(tag)}"' for tag in take)
    words = [f"tagged {given}"] if give else []
    return ", ".join([*words, f"no longer tagged {taken}"] if take else words)


def _undo_words(give: Sequence[str], take: Sequence[str]) -> str:
    """What completes "Undo ..."; {n} stands for the images."""
    if len(give) == 1 and not take:
        return f'the tag "{shown(give[0])}" of {{n}}'
    if len(take) == 1 and not give:
        return f'taking the tag "{shown(take[0])}" off {{n}}'
    return "the tags of {n}"
