"""The composition root of the window: the shell at once, services and pages when they are ready."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMetaObject, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu

from app.commands import fill_recent, make_actions, set_available
from app.help import Help
from app.jobs import JobRunner
from app.settings import SettingsStore
from app.window_state import WindowMemory
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.projects import Project
from core.domain.registry_loss import RegistryLoss
from core.home import Home
from ui.main_window import MainWindow
from ui.projects.start_page import StartPage
from ui.theme import ThemeMode, apply_theme
from ui.widgets import last_folders

if TYPE_CHECKING:
    from app.controllers.preferences import PreferencesController
    from app.making import Features
    from app.registry_loss import RegistryRescue
    from app.services import Services
    from app.shell_dialogs import ClosingChoice


_OF_THE_HISTORY = ("project", "viewer")
"""Pages that show what is undone. Others have an undo of their own, on the same keys, or nothing to do with it."""


class Application(QObject):
    """The window and all behind it. `painted`, `ready` and `settled` tell how far the start has come."""

    painted = Signal()
    ready = Signal()
    settled = Signal()  # whatever the start loads in the background is loaded, or cannot be

    def __init__(self, home: Home, settings: SettingsStore, *, trains_sample: bool = False) -> None:
        super().__init__()
        self.home = home
        self.settings = settings
        self.memory = WindowMemory(home.root / "window.ini")
        self.jobs = JobRunner(parent=self)
        self.window = MainWindow()
        folders = {kind: self.memory.text(f"folders/{kind}") for kind in last_folders.KINDS}
        last_folders.begin_with(folders, lambda kind, path: self.memory.remember(f"folders/{kind}", path))
        self.start_page = StartPage()
        self.features: Features | None = None
        self.rescue: RegistryRescue | None = None  # once the registry could not be opened
        self._trains_sample = trains_sample
        self._early_wishes: list[Callable[[Features], object]] = []
        self._early_connections: list[QMetaObject.Connection] = []
        self.help = Help(home, self.jobs, self.window, self)
        self.help.message_raised.connect(self.show_message)
        self.actions = make_actions(self.window, self._handlers())
        self.help.begin(self.actions)
        self.mark_theme(ThemeMode(settings.settings.theme))
        self._connect_shell()
        self._update_availability()

    # --- start and end -----------------------------------------------------------------------------------------

    def show(self) -> None:
        """Show the window with the start page, then open the services behind it."""
        self.memory.restore_geometry(self.window)
        self.window.add_page("start", self.start_page)
        self.window.show_page("start", "start")
        self.window.show()
        QTimer.singleShot(0, self._on_painted)

    def shutdown(self) -> None:
        """Let go of everything; runs in their own processes go on."""
        self.memory.save_geometry(self.window)
        self.help.close()
        if self.features is not None:
            if self.features.is_made("trying"):
                self.features.trying.close()
            self.features.last_view.note()
            self.features.pool.shutdown()
            if self.features.is_made("studies"):
                self.features.studies.close()
        self.jobs.shutdown()
        with contextlib.suppress(OSError):  # said when they were changed
            self.settings.save()
        if self.features is not None:
            self.features.services.close()

    def leave(self) -> None:
        """Close without questions; trainings go on in the background."""
        self.window.close_for_good()

    def raise_window(self) -> None:
        self.window.setWindowState(self.window.windowState() & ~self.window.windowState().WindowMinimized)
        self.window.raise_()
        self.window.activateWindow()

    def _on_painted(self) -> None:
        self.painted.emit()
        self._start_services()

    def _start_services(self) -> None:
        self.jobs.run(self._open_services, then=self._on_opened, on_error=self._on_no_services, pool="registry")

    def _open_services(self) -> Services | RegistryLoss:
        from app.services import build_services
        from core.errors import RegistryCorruptError, RegistryLostError

        try:
            services = build_services(self.home, self.settings)
        except (RegistryLostError, RegistryCorruptError) as error:
            from app.registry_loss import describe_loss

            return describe_loss(self.home, error)
        # The pages' modules are loaded here too, so that the window's thread finds them ready.
        import app.making  # noqa: F401

        return services

    def _on_opened(self, answer: Services | RegistryLoss) -> None:
        if not isinstance(answer, RegistryLoss):
            self._on_services(answer)
            return
        from app.registry_loss import RegistryRescue

        self.rescue = RegistryRescue(self.home, self.jobs, answer, self.window)
        self.rescue.rescued.connect(self._on_rescued)
        self.rescue.left.connect(lambda: self._on_no_services(UserMessage(answer.text)))

    def _on_rescued(self, lines: tuple[str, ...]) -> None:
        self.show_message(UserMessage(lines[0], "\n".join(lines[1:]), severity=Severity.INFO))
        self._start_services()

    def _on_services(self, services: Services) -> None:
        from app.making import Features

        self.features = Features(
            services, self.jobs, self.window, self.start_page, settings=self.settings, memory=self.memory, parent=self
        )
        self.features.imports_made.connect(self._drop_early_connections)
        self.features.preloading.ended.connect(self.settled)
        self.features.message_raised.connect(self.show_message)
        self.features.routes.project_changed.connect(self._on_project_changed)
        self.features.undo.changed.connect(self._update_availability)
        self.window.page_changed.connect(self._update_availability)
        self.features.projects.recent_changed.connect(self._show_recent)
        self._update_availability()
        self.features.start()
        self.jobs.run(services.sweep, pool="io")
        if not self._trains_sample and not self._early_wishes:
            self.features.open_last_project()
        for wish in self._early_wishes:
            wish(self.features)
        self._early_wishes.clear()
        if self._trains_sample:
            self.features.routes.train_sample()
        self.ready.emit()

    def _drop_early_connections(self) -> None:
        for connection in self._early_connections:
            QObject.disconnect(connection)
        self._early_connections.clear()

    def _on_no_services(self, message: UserMessage) -> None:
        """The registry cannot be opened: the window says why and offers nothing that would need it."""
        self.show_message(message)
        self.settled.emit()

    # --- wishes ------------------------------------------------------------------------------------------------

    def show_message(self, message: UserMessage) -> None:
        self.window.show_message(message)

    def _with_features(self, wish: Callable[[Features], object]) -> Callable[[], None]:
        """Carry out a wish, or remember it while the services are still being opened."""

        def handle() -> None:
            if self.features is not None:
                wish(self.features)
            else:
                self._early_wishes.append(wish)

        return handle

    def _handlers(self) -> dict[str, Callable[[], None]]:
        with_features = self._with_features
        return {
            "new-project": with_features(lambda features: features.imports.new_project()),
            "open-folder": with_features(lambda features: features.imports.open_folder()),
            "open-sample": with_features(lambda features: features.routes.open_sample()),
            "import-predictions": with_features(lambda features: features.routes.import_predictions()),
            "import-version": with_features(lambda features: features.routes.import_version()),
            "close-project": with_features(lambda features: features.routes.close_project()),
            "preferences": self._open_preferences,
            "quit": self._quit,
            "undo": with_features(self._undo),
            "redo": with_features(lambda features: features.undo.redo()),
            "show-start": lambda: self._show_section("start"),
            "show-project": lambda: self._show_section("project"),
            "show-runs": lambda: self._show_section("runs"),
            "show-models": lambda: self._show_section("models"),
            "show-try": lambda: self._show_section("try"),
            "show-weights": lambda: self._show_section("weights"),
            "theme-system": lambda: self.change_settings(theme=str(ThemeMode.SYSTEM)),
            "theme-light": lambda: self.change_settings(theme=str(ThemeMode.LIGHT)),
            "theme-dark": lambda: self.change_settings(theme=str(ThemeMode.DARK)),
            "full-screen": self._toggle_full_screen,
            "show-predictions": with_features(lambda features: features.routes.show_predictions()),
            "predict": with_features(lambda features: features.routes.predict_on_current()),
            "train": with_features(lambda features: features.routes.train_current_project()),
            "command-palette": self._open_palette,
            "guide": self.help.open_page,
            "shortcuts": self.help.show_shortcuts,
            "diagnostics": self.help.diagnose,
            "about": self.help.show_about,
        }

    def _connect_shell(self) -> None:
        with_features = self._with_features
        self.window.section_requested.connect(self._show_section)
        self.window.folder_requested.connect(self._open_folder)
        # Queued: a window cannot be closed from within its own close event.
        self.window.close_requested.connect(self._on_close_requested, Qt.ConnectionType.QueuedConnection)
        self.window.run_summary_clicked.connect(with_features(lambda features: features.notices.open_run()))
        # Until the controller of imports is there, which then listens itself.
        start = self.start_page
        self._early_connections = [
            start.sample_requested.connect(with_features(lambda features: features.routes.open_sample())),
            start.new_project_requested.connect(with_features(lambda features: features.imports.new_project())),
            start.open_folder_requested.connect(with_features(lambda features: features.imports.open_folder())),
            start.path_dropped.connect(self._on_path_dropped),
        ]
        self.jobs.error_raised.connect(self.show_message)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_system_colours)

    def _on_path_dropped(self, path: Path) -> None:
        self._with_features(lambda features: features.imports.new_project(path))()

    def _show_section(self, section: str) -> None:
        if section == "start":
            self.window.show_page("start", "start")
            return
        self._with_features(lambda features: features.routes.show_section(section))()

    def _on_project_changed(self) -> None:
        assert self.features is not None
        project = self.features.projects.current
        last = str(project.id) if project is not None else ""
        if last != self.settings.settings.last_project:
            self.change_settings(last_project=last)
        self._update_availability()

    def _show_recent(self, projects: tuple[Project, ...]) -> None:
        fill_recent(self._menu("open-recent"), projects, self._with_project)

    def _with_project(self, project: Project) -> None:
        self._with_features(lambda features: features.projects.open_project(project.id))()

    def _update_availability(self) -> None:
        states = set()
        project_name = ""
        if self.features is not None:
            states.add("services")
            project = self.features.projects.current
            if project is not None:
                states.add("project")
                project_name = project.name
            states |= self._name_steps(self.features)
        set_available(self.actions, frozenset(states))
        self.window.set_section_enabled(
            "project",
            is_enabled="project" in states,
            tool_tip=project_name or self.tr("Open a project first."),
            text=project_name or self.tr("Project"),
        )
        for section in ("runs", "models", "weights", "try"):
            self.window.set_section_enabled(section, is_enabled="services" in states)

    def _undo(self, features: Features) -> None:
        """What is under the person's hands in the viewer first: it is no step yet."""
        if self.window.current_page() != "viewer" or not features.viewer_page.editing.give_up():
            features.undo.undo()

    def _name_steps(self, features: Features) -> set[str]:
        """What can be undone or done again, said in the Edit menu."""
        states = set()
        for id, verb, step in (("undo", "Undo", features.undo.undo_text), ("redo", "Redo", features.undo.redo_text)):
            self.actions[id].setText(f"{verb} {step}".replace("&", "&&").strip())
            if step and self.window.current_page() in _OF_THE_HISTORY:
                states.add(id)
        return states

    def mark_theme(self, mode: ThemeMode) -> None:
        """The theme in force: the View menu marks it, and "system" follows the system."""
        self._theme = mode
        self.actions[f"theme-{mode}"].setChecked(True)

    def _show_theme(self, mode: ThemeMode) -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        apply_theme(application, mode)
        self.mark_theme(mode)

    def change_settings(self, **values: Any) -> None:
        """Put settings in force, and write them in the background."""
        self.settings.set(**values)
        if "theme" in values:
            self._show_theme(ThemeMode(values["theme"]))
        if "thumbnails_mb" in values and self.features is not None:
            self.features.preloading.tidy_thumbnails()
        if "preferences" in self.__dict__:
            self.preferences.refresh()
        self.jobs.run(self.settings.save, on_error=self._on_unsaved_settings)

    def _on_system_colours(self) -> None:
        if self._theme is ThemeMode.SYSTEM:
            self._show_theme(ThemeMode.SYSTEM)

    @cached_property
    def preferences(self) -> PreferencesController:
        from app.controllers.preferences import PreferencesController

        controller = PreferencesController(
            settings=self.settings,
            change=self.change_settings,
            home=self.home.root,
            jobs=self.jobs,
            window=self.window,
            parent=self,
        )
        controller.message_raised.connect(self.show_message)
        return controller

    def _on_unsaved_settings(self, message: UserMessage) -> None:
        text = self.tr("The settings could not be saved; they hold until Calque closes.")
        self.show_message(UserMessage(text, message.text, Severity.WARNING, message.details))

    def _open_folder(self, folder: Path) -> None:
        from app.controllers.opening import open_path

        problem = open_path(folder)
        if problem is not None:
            self.show_message(problem)

    def _open_preferences(self) -> None:
        self.preferences.open()

    def _quit(self) -> None:
        self.window.close()

    def _toggle_full_screen(self) -> None:
        if self.window.isFullScreen():
            self.window.showNormal()
        else:
            self.window.showFullScreen()

    def _open_palette(self) -> None:
        from app.palette import open_palette

        open_palette(self.actions, self.window, self.features)

    def _menu(self, command: str) -> QMenu:
        menu = self.actions[command].menu()
        assert isinstance(menu, QMenu)
        return menu

    # --- closing -----------------------------------------------------------------------------------------------

    def _on_close_requested(self) -> None:
        pool = self.features.pool if self.features is not None else None
        if pool is None or pool.n_live == 0:
            self.leave()
            return
        from app.shell_dialogs import ClosingDialog

        dialog = ClosingDialog(pool.n_live, pool.n_waiting, self.window)
        dialog.finished.connect(lambda _result: self._on_closing_choice(dialog.choice()))
        dialog.open()

    def _on_closing_choice(self, choice: ClosingChoice) -> None:
        from app.shell_dialogs import ClosingChoice

        if choice is ClosingChoice.STOP_AND_KEEP and self.features is not None:
            self.features.routes.stop_all_runs(then=self.leave)
        elif choice is ClosingChoice.KEEP_TRAINING:
            self.leave()
