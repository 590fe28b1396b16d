"""Giving models, versions and runs other names and descriptions: a dialog that stays open until they are stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from app.controllers.answered_dialog import AnsweredDialog
from app.jobs import JobRunner
from ui.widgets.title_dialog import TitleDialog


@dataclass(frozen=True, slots=True)
class Title:
    """What is to be renamed: `window` is the dialog's title, `label` the name's, "" for the usual one."""

    window: str
    name: str
    description: str
    label: str = ""


def ask_title(
    parent: QWidget,
    jobs: JobRunner,
    title: Title,
    *,
    rename: Callable[[str], object],
    describe: Callable[[str], object],
    then: Callable[[], object] = lambda: None,
) -> TitleDialog:
    """`rename` and `describe` are called in the background, each for what the person has changed; then `then`."""
    dialog = TitleDialog(title.window, title.name, title.description, name_label=title.label, parent=parent)

    answered = AnsweredDialog(dialog)

    def store(name: str, description: str) -> None:
        changes: list[Callable[[], object]] = []
        if name.strip() != title.name:
            changes.append(lambda: rename(name))
        if description.strip() != title.description:
            changes.append(lambda: describe(description))
        go_on(changes)

    def go_on(changes: list[Callable[[], object]]) -> None:
        """One job each, so that what each says of its changes is told."""
        if not changes:
            answered.accept()
            then()
            return
        refused = answered.refused_by(jobs.error_raised.emit)
        jobs.run(changes[0], then=lambda _done: go_on(changes[1:]), on_error=refused, pool="registry")

    dialog.submitted.connect(store)
    dialog.open()
    return dialog
