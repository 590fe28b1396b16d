"""What the palette (Ctrl+K) finds: commands, what the page that is shown can do, projects, runs and models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QPushButton, QToolButton, QWidget

from core.domain.models import Model, ModelVersion
from core.domain.names import shown
from core.domain.projects import Project
from core.domain.runs import RunRecord
from ui.icons import icon
from ui.main_window import MainWindow
from ui.widgets.command_palette import CommandPalette, PaletteEntry
from ui.widgets.page_header import PageHeader

if TYPE_CHECKING:
    from app.making import Features

SHORTCUT_AFTER = "\t"  # Qt's way of writing a key behind the text of an entry


@dataclass(frozen=True, slots=True)
class _Things:
    projects: tuple[Project, ...]
    runs: tuple[RunRecord, ...]
    models: tuple[Model, ...]
    versions: tuple[ModelVersion, ...]


def open_palette(actions: Mapping[str, QAction], window: MainWindow, features: Features | None) -> CommandPalette:
    """Commands at once; what the registry knows follows when it has been read."""
    commands = [action for action in actions.values() if action.menu() is None]
    texts = {_plain(action.text()) for action in commands}
    of_page = [entry for entry in page_entries(window.page_widget()) if entry.text not in texts]
    palette = CommandPalette([*of_page, *(_of_action(action) for action in commands)], window)
    # After it has closed, so that a dialog of the command does not open under it.
    palette.chosen.connect(lambda entry: QTimer.singleShot(0, entry.do))
    palette.open()
    if features is not None:
        _add_things(palette, features)
    return palette


def page_entries(page: QWidget | None) -> list[PaletteEntry]:
    """The buttons of the page's header, and what stands in its menus. What cannot be seen cannot be done."""
    if page is None:
        return []
    entries: list[PaletteEntry] = []
    for header in page.findChildren(PageHeader):
        for button in header.findChildren(QAbstractButton):
            if not button.isVisibleTo(page):
                continue
            menu = button.menu() if isinstance(button, QPushButton | QToolButton) else None
            if menu is not None:
                entries += [_of_action(a, "On this page") for a in menu.actions() if a.text() and a.isVisible()]
            elif isinstance(button, QPushButton) and (name := button.text() or button.accessibleName()):
                entries.append(_of_button(button, name))
    return entries


def _of_action(action: QAction, note: str = "") -> PaletteEntry:
    text, _tab, key = action.text().partition(SHORTCUT_AFTER)
    refusal = "" if action.isEnabled() else action.toolTip()
    return PaletteEntry(
        _plain(text), action.shortcut().toString() or key or note, action.trigger, action.icon(), refusal
    )


def _of_button(button: QPushButton, name: str) -> PaletteEntry:
    refusal = "" if button.isEnabled() else button.toolTip() or "Not now."
    return PaletteEntry(_plain(name), "On this page", button.click, button.icon(), refusal)


def _plain(text: str) -> str:
    return text.replace("&", "").partition(SHORTCUT_AFTER)[0]


def _add_things(palette: CommandPalette, features: Features) -> None:
    services = features.services

    def read() -> _Things:
        return _Things(
            services.projects.list_projects(),
            services.runs.list_runs(),
            services.models.list_models(),
            services.models.list_versions(),
        )

    is_open = [True]
    palette.finished.connect(lambda _result: is_open.clear())
    features.jobs.run(
        read,
        then=lambda things: palette.add_entries(list(_entries(things, features))) if is_open else None,
        on_error=features.message_raised.emit,
        pool="registry",
        key="palette",
    )


def _entries(things: _Things, features: Features) -> Iterable[PaletteEntry]:
    routes = features.routes
    for project in things.projects:
        yield PaletteEntry(
            shown(project.name),
            "Project",
            lambda id=project.id: features.projects.open_project(id),  # type: ignore[misc]
            icon("images"),
        )
    names = {model.id: model for model in things.models}
    for version in things.versions:
        model = names.get(version.model)
        where = f" · {shown(model.project_name)}" if model is not None and model.project_name else ""
        yield PaletteEntry(
            shown(f"{version.model_name} · {version.label}"),
            f"Model version{where}",
            lambda id=version.id: routes.open_version(id),  # type: ignore[misc]
            icon("boxes"),
        )
    for run in things.runs:
        yield PaletteEntry(
            shown(run.name),
            f"Run · {run.status}",
            lambda id=run.id: features.runs.open(id),  # type: ignore[misc]
            icon("activity"),
        )
