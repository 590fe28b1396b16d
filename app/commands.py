"""The table of what a person can command: menus, shortcuts and the palette are made from it.

A command never disappears: when it does not apply it is disabled, with the reason as its tool tip.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from core.domain.names import shown
from core.domain.projects import Project
from ui.icons import icon

MAX_RECENT = 10


@dataclass(frozen=True, slots=True)
class Command:
    """`needs` names the state without which the command is disabled; "" = always enabled.

    Of the commands of a `group`, one is in force and marked so. A command with `is_menu` opens a menu of its own,
    which is filled elsewhere, and has no handler.
    """

    id: str
    text: str
    menu: str
    icon: str = ""
    shortcut: str = ""
    needs: str = ""
    separator_before: bool = False
    group: str = ""
    is_menu: bool = False


COMMANDS = (
    Command("new-project", "New project…", "File", "folder-plus", "Ctrl+N", "services"),
    Command("open-folder", "Open a folder…", "File", "folder-open", "Ctrl+O", "services"),
    Command("open-sample", "Open the sample project", "File", "sparkles", "", "services"),
    Command("open-recent", "Open recent", "File", "clock", "", "services", is_menu=True),
    Command("close-project", "Close the project", "File", "folder", "Ctrl+W", "project"),
    Command("import-predictions", "Import predictions…", "File", "file-down", "", "services", separator_before=True),
    Command("import-version", "Import a model version…", "File", "package", "", "services"),
    Command("preferences", "Preferences…", "File", "settings", "Ctrl+,", separator_before=True),
    Command("quit", "Quit", "File", "x", "Ctrl+Q", separator_before=True),
    Command("undo", "Undo", "Edit", "undo-2", "Ctrl+Z", "undo"),
    Command("redo", "Redo", "Edit", "redo-2", "Ctrl+Shift+Z", "redo"),
    Command("show-start", "Start page", "View", "house", "Ctrl+1"),
    Command("show-project", "Project", "View", "images", "Ctrl+2", "project"),
    Command("show-runs", "Runs", "View", "activity", "Ctrl+3", "services"),
    Command("show-models", "Models", "View", "boxes", "Ctrl+4", "services"),
    Command("show-predictions", "Predictions", "View", "layers", "Ctrl+5", "services"),
    Command("show-try", "Try it", "View", "wand-sparkles", "Ctrl+6", "services"),
    Command("show-weights", "Weights", "View", "package", "Ctrl+7", "services"),
    Command("theme-system", "Follow the system's colours", "View", "monitor", separator_before=True, group="theme"),
    Command("theme-light", "Light", "View", "sun", group="theme"),
    Command("theme-dark", "Dark", "View", "moon", group="theme"),
    Command("full-screen", "Full screen", "View", "maximize", "F11", separator_before=True),
    Command("train", "Train a model…", "Run", "play", "Ctrl+T", "project"),
    Command("predict", "Predict on images…", "Run", "wand-sparkles", "Ctrl+P", "services"),
    Command("command-palette", "Find…", "Help", "search", "Ctrl+K"),
    Command("guide", "Guide to what is shown", "Help", "book-open", "F1"),
    Command("guide-pages", "Pages of the guide", "Help", is_menu=True),
    Command("shortcuts", "Keyboard shortcuts", "Help", "keyboard", "Ctrl+?"),
    Command("diagnostics", "Diagnostics…", "Help", "shield", "", "services", separator_before=True),
    Command("about", "About Calque", "Help", "info"),
)

REASONS = {
    "services": "Calque is still opening its registry.",
    "project": "Open a project first.",
    "undo": "There is nothing to undo. What was done before Calque was closed cannot be undone any more.",
    "redo": "There is nothing to do again.",
}


def make_actions(window: QMainWindow, handlers: Mapping[str, Callable[[], None]]) -> dict[str, QAction]:
    """One QAction a command, put into the window's menus and wired to its handler. KeyError for one without."""
    actions: dict[str, QAction] = {}
    menus = {name: window.menuBar().addMenu(f"&{name}") for name in dict.fromkeys(c.menu for c in COMMANDS)}
    groups = {name: QActionGroup(window) for name in {c.group for c in COMMANDS if c.group}}
    for menu in menus.values():
        menu.setToolTipsVisible(True)
    for command in COMMANDS:
        action = QAction(command.text, window)
        if command.icon:
            action.setIcon(icon(command.icon))
        if command.shortcut:
            action.setShortcut(QKeySequence(command.shortcut))
        if command.group:
            action.setCheckable(True)
            groups[command.group].addAction(action)
        if command.is_menu:
            action.setMenu(QMenu(window))
        else:
            handler = handlers[command.id]
            action.triggered.connect(lambda _checked=False, handler=handler: handler())
        if command.separator_before:
            menus[command.menu].addSeparator()
        menus[command.menu].addAction(action)
        actions[command.id] = action
    return actions


def fill_recent(menu: QMenu, projects: Sequence[Project], open_project: Callable[[Project], None]) -> None:
    """The projects opened last, the newest first."""
    menu.clear()
    menu.setToolTipsVisible(True)
    for project in projects[:MAX_RECENT]:
        sign = icon("triangle-alert", role="warning") if project.is_root_missing else icon("folder")
        action = menu.addAction(sign, project.name.replace("&", "&&"))
        action.setToolTip(shown(project.root))
        action.triggered.connect(lambda _checked=False, project=project: open_project(project))
    if not projects:
        menu.addAction("No project yet").setEnabled(False)


def set_available(actions: Mapping[str, QAction], states: frozenset[str]) -> None:
    """Enable the commands whose need is among `states`, and give the others their reason."""
    for command in COMMANDS:
        is_enabled = not command.needs or command.needs in states
        actions[command.id].setEnabled(is_enabled)
        actions[command.id].setToolTip(command.text if is_enabled else REASONS[command.needs])
