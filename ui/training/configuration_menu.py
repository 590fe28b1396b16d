"""What can be done with a configuration beside choosing it: edit, rename, export, delete."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QInputDialog, QMenu, QMessageBox, QToolButton, QWidget

from core.domain.workers import Configuration
from ui.icons import icon
from ui.widgets.confirmation import Question, ask
from ui.widgets.save_dialog import ask_save_path, safe_file_name


class ConfigurationMenu(QToolButton):
    """For one configuration, which may be a preset: that can be exported only."""

    edit_requested = Signal(object)  # Configuration
    rename_requested = Signal(object, str)  # ConfigurationId, name
    export_requested = Signal(object, object)  # Configuration, Path
    delete_requested = Signal(object)  # ConfigurationId

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._configuration: Configuration | None = None
        self.setIcon(icon("ellipsis-vertical"))
        self.setToolTip(self.tr("Edit, rename, export or delete this configuration"))
        self.setAccessibleName(self.toolTip())
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        self.edit = menu.addAction(icon("pencil"), self.tr("&Edit its values"))
        self.rename = menu.addAction(icon("tag"), self.tr("&Rename…"))
        self.export = menu.addAction(icon("download"), self.tr("E&xport as a file…"))
        menu.addSeparator()
        self.delete = menu.addAction(icon("trash-2"), self.tr("&Delete…"))
        self.setMenu(menu)
        self.edit.triggered.connect(lambda: self.edit_requested.emit(self._configuration))
        self.rename.triggered.connect(lambda: self.ask_name())
        self.export.triggered.connect(lambda: self.ask_file())
        self.delete.triggered.connect(lambda: self.ask_to_delete())
        self.show_configuration(None)

    def show_configuration(self, configuration: Configuration | None) -> None:
        """None = the defaults, or values that have no name yet."""
        self._configuration = configuration
        self.setVisible(configuration is not None)
        is_stored = configuration is not None and configuration.id is not None
        for action in (self.rename, self.delete):
            action.setVisible(is_stored)
        self.edit.setVisible(is_stored and configuration is not None and not configuration.is_locked)

    def ask_name(self) -> QInputDialog | None:
        configuration = self._configuration
        if configuration is None:
            return None
        dialog = QInputDialog(self)
        dialog.setWindowTitle(self.tr("Rename the configuration"))
        dialog.setLabelText(self.tr("New name. Runs that used it keep the name that it had."))
        dialog.setTextValue(configuration.name)
        dialog.setOkButtonText(self.tr("Rename"))
        dialog.textValueSelected.connect(lambda name: self.rename_requested.emit(configuration.id, name))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def ask_file(self) -> None:
        configuration = self._configuration
        if configuration is not None:
            ask_save_path(
                self,
                self.tr("Export the configuration"),
                f"{safe_file_name(configuration.name)}.json",
                self.tr("JSON files (*.json)"),
                "json",
                lambda path: self._export(configuration, path),
            )

    def ask_to_delete(self) -> QMessageBox | None:
        configuration = self._configuration
        if configuration is None:
            return None
        question = Question(
            self.tr("Delete the configuration"),
            self.tr("Delete “{name}”?").format(name=configuration.name),
            self.tr("Runs that used it keep a copy of its values."),
            self.tr("&Delete"),
            is_danger=True,
        )
        return ask(self, question, lambda _option: self.delete_requested.emit(configuration.id))

    def _export(self, configuration: Configuration, path: Path) -> None:
        self.export_requested.emit(configuration, path)
