"""With which values of its options the worker trains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QToolButton, QVBoxLayout, QWidget

from core.domain.ids import ConfigurationId
from core.domain.proposed_names import free_name
from core.domain.training import Issue, TrainingDraft
from core.domain.workers import Configuration, ConfigValue, FieldProblem, WorkerInfo
from ui.forms.choice_list import ChoiceList
from ui.forms.json_text import NOT_JSON
from ui.forms.labelled_field import LabelledField
from ui.forms.schema_editor import SchemaEditor
from ui.icons import icon
from ui.training.configuration_entries import (
    CUSTOM,
    Entry,
    choice_of,
    custom_entry,
    entries_of,
    explanation,
    key_of,
)
from ui.training.configuration_menu import ConfigurationMenu
from ui.training.wizard_page import WizardPage
from ui.training.worker_dialog import WorkerDialog, open_worker_dialog
from ui.widgets.labels import ElidedLabel, label, set_role
from ui.widgets.last_folders import CONFIGURATIONS, start_where_last

LIST_WIDTH = 240


@dataclass(frozen=True, slots=True)
class Selection:
    """This page's part of a draft."""

    configuration: ConfigurationId | None
    name: str
    values: Mapping[str, ConfigValue]


NOTHING_CHOSEN = Selection(None, "", {})


class ConfigurationPage(WizardPage):
    """Left: what can be picked. Right: its values, free to edit once they are copied into a new configuration."""

    save_requested = Signal(object)  # Configuration without an id
    import_requested = Signal(object)  # Path of a JSON file
    edit_requested = Signal(object, object)  # ConfigurationId, its new values
    rename_requested = Signal(object, str)  # ConfigurationId, name
    export_requested = Signal(object, object)  # Configuration, Path
    delete_requested = Signal(object)  # ConfigurationId

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Configuration"), "", parent)
        self._worker: WorkerInfo | None = None
        self._stored: tuple[Configuration, ...] = ()
        self._selection = NOTHING_CHOSEN
        self._custom: dict[str, Mapping[str, ConfigValue]] = {}  # by worker
        self._shown: tuple[str, str, dict[str, ConfigValue]] = ("", "", {})  # worker, entry, values in the editor
        self._list = ChoiceList()
        self._list.setAccessibleName(self.tr("Configurations"))
        self._new = QPushButton(icon("plus"), self.tr("Ne&w"))
        self._new.setToolTip(self.tr("Start from the method's defaults"))
        self._import = QPushButton(icon("upload"), self.tr("&Import…"))
        self._import.setToolTip(self.tr("Take the values of a JSON file"))
        self._title = ElidedLabel()
        self._note = label("", "muted", wrap=True)
        self._copy = QPushButton(icon("copy"), self.tr("&Copy and edit"))
        self.menu = ConfigurationMenu()
        self._edited: Configuration | None = None  # a stored one that gets the values being edited
        self._name_line = QLineEdit()
        self._name_line.setPlaceholderText(self.tr("Name, to keep it for later"))
        self._name = LabelledField(self.tr("Na&me"), self._name_line)
        self._save = QPushButton(icon("save"), self.tr("&Save configuration"))
        self._editor = SchemaEditor()
        self._explain = QToolButton()
        self._explain.setText(self.tr("Options e&xplained…"))
        self._explain.setIcon(icon("book-open"))
        self._explain.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._editor.bar.addWidget(self._explain)
        self._lay_out()
        self._connect()
        self._refresh()

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.addWidget(self._list, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self._new, 1)
        buttons.addWidget(self._import, 1)
        left.addLayout(buttons)
        holder = QWidget()
        holder.setFixedWidth(LIST_WIDTH)
        left.setContentsMargins(0, 0, 0, 0)
        holder.setLayout(left)
        set_role(self._title, "heading")
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._copy)
        head.addWidget(self.menu)
        keep = QHBoxLayout()
        keep.addWidget(self._name_line, 1)
        keep.addWidget(self._save)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addLayout(head)
        right.addWidget(self._note)
        right.addLayout(keep)
        right.addWidget(self._name.problem)
        right.addWidget(self._editor, 1)
        row = QHBoxLayout()
        row.setSpacing(18)
        row.addWidget(holder)
        row.addLayout(right, 1)
        self.column.setContentsMargins(0, 0, 0, 8)
        self.column.addLayout(row, 1)

    def _connect(self) -> None:
        self._list.chosen.connect(self._pick)
        self._new.clicked.connect(lambda: self._begin({}, self.tr("New configuration")))
        self._import.clicked.connect(self.open_import)
        self._explain.clicked.connect(lambda: self.open_worker_dialog())
        self._copy.clicked.connect(self._copy_current)
        self.menu.edit_requested.connect(self._edit)
        self.menu.rename_requested.connect(self.rename_requested)
        self.menu.export_requested.connect(self.export_requested)
        self.menu.delete_requested.connect(self.delete_requested)
        self._save.clicked.connect(self._ask_to_save)
        self._name_line.returnPressed.connect(self._ask_to_save)
        self._name_line.textEdited.connect(lambda _text: self._name.show_problems([]))
        self._editor.values_changed.connect(self._take_values)
        self._editor.validity_changed.connect(lambda _text: self.changed.emit())

    # From outside

    def set_worker(self, worker: WorkerInfo | None) -> None:
        if worker != self._worker:
            self._worker = worker
            self._shown = ("", "", {})
            self._editor.set_specs(worker.fields if worker else ())
            self._refresh()

    def forget(self) -> None:
        """Another draft begins: what was tried out for the last one goes. Nothing is announced."""
        self._custom.clear()
        self._edited = None
        self._selection = NOTHING_CHOSEN
        self._name_line.clear()
        self._refresh()

    def set_configurations(self, configurations: Sequence[Configuration]) -> None:
        self._stored = tuple(configurations)
        self._refresh()

    def select_configuration(self, configuration: Configuration) -> None:
        """Of a configuration that was just stored: it takes the place of the values that were edited."""
        if self._worker is not None and configuration.worker == self._worker.slug:
            self._custom.pop(configuration.worker, None)
            self._edited = None
            self._choose(Selection(configuration.id, configuration.name, configuration.values))

    def drop_configuration(self, id: ConfigurationId) -> None:
        """Of one that was deleted: where it was the choice, its values stay, as those of this run."""
        if self._selection.configuration == id:
            self._choose(Selection(None, "", dict(self._selection.values)))

    def begin_with(self, values: Mapping[str, ConfigValue], name: str) -> None:
        """Edit imported values as a new configuration."""
        self._begin(values, name)

    def show_name_problem(self, text: str) -> None:
        """Of the name under which a configuration was to be stored."""
        self._name.show_problems([(text, True)] if text else [])

    def show_draft(self, draft: TrainingDraft) -> None:
        selection = Selection(draft.configuration, draft.configuration_name, draft.values)
        if selection != self._selection:
            self._selection = selection
            self._refresh()

    def apply(self, draft: TrainingDraft) -> TrainingDraft:
        part = self._selection
        return replace(draft, configuration=part.configuration, configuration_name=part.name, values=dict(part.values))

    def own_issues(self) -> tuple[Issue, ...]:
        problem = self._editor.json_problem()
        return (Issue(NOT_JSON, problem, "configuration", True, "json"),) if problem else ()

    def show_issues(self, issues: Iterable[Issue]) -> None:
        shown = [issue for issue in issues if issue.code != NOT_JSON]
        self._editor.set_problems(FieldProblem(issue.field, issue.text, issue.is_error, issue.code) for issue in shown)

    def focus_field(self, field: str) -> None:
        self._editor.focus_field(field)

    def focus_first(self) -> None:
        self._list.setFocus()

    def editor(self) -> SchemaEditor:
        return self._editor

    def open_worker_dialog(self) -> WorkerDialog | None:
        """Every option of the method explained, and its networks."""
        return open_worker_dialog(self._worker, self) if self._worker is not None else None

    def open_import(self) -> QFileDialog:
        dialog = QFileDialog(self, self.tr("Import a configuration"), "", self.tr("JSON files (*.json);;All files (*)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        start_where_last(dialog, CONFIGURATIONS)
        dialog.fileSelected.connect(lambda file: self.import_requested.emit(Path(file)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    # What the person does

    def _entries(self) -> list[Entry]:
        if self._worker is None:
            return []
        entries = list(entries_of(self._worker, self._stored))
        if self._worker.slug in self._custom:
            entries.append(custom_entry(self._custom[self._worker.slug]))
        return entries

    def _key(self) -> str:
        part = self._selection
        entries = [entry for entry in self._entries() if entry.key != CUSTOM]
        return self._forced_key() or key_of(part.configuration, part.name, part.values, entries)

    def _forced_key(self) -> str:
        """A new configuration that still equals the defaults is nevertheless being edited."""
        is_unnamed = self._selection.configuration is None and not self._selection.name
        slug = self._worker.slug if self._worker else ""
        return CUSTOM if is_unnamed and self._custom.get(slug) is self._selection.values else ""

    def _pick(self, key: str) -> None:
        entry = next((entry for entry in self._entries() if entry.key == key), None)
        if entry is None:
            return
        kept = entry.configuration
        self._choose(Selection(kept.id if kept else None, kept.name if kept else "", entry.values))

    def _begin(self, values: Mapping[str, ConfigValue], name: str) -> None:
        if self._worker is None:
            return
        own = dict(values)
        self._edited = None
        self._custom[self._worker.slug] = own
        taken = [configuration.name for configuration in self._stored] + [name for name, _ in self._worker.presets]
        self._name_line.setText(free_name(name, taken))
        self._choose(Selection(None, "", own))
        self._name_line.setFocus()
        self._name_line.selectAll()

    def _copy_current(self) -> None:
        title = self._selection.name or self.tr("New configuration")
        name = self.tr("Copy of {name}").format(name=title) if self._selection.name else title
        self._begin(self._selection.values, name)

    def _edit(self, configuration: Configuration) -> None:
        """A stored one's own values, to be saved under its name."""
        self._begin(configuration.values, "")
        self._edited = configuration
        self._name_line.setText(configuration.name)
        self._refresh()

    def _choose(self, selection: Selection) -> None:
        self._selection = selection
        self._name.show_problems([])
        self._refresh()
        self.changed.emit()

    def _take_values(self, values: Mapping[str, ConfigValue]) -> None:
        if self._worker is None:
            return
        self._custom[self._worker.slug] = values
        self._selection = Selection(None, "", values)
        self._shown = (self._worker.slug, CUSTOM, dict(values))
        self._show_entries()
        self.changed.emit()

    def _ask_to_save(self) -> None:
        name = self._name_line.text().strip()
        if self._worker is None or self._editor.json_problem():
            return
        if not name:
            self._name.show_problems([(self.tr("Give the configuration a name."), True)])
            return
        if self._edited is not None and name == self._edited.name:
            self.edit_requested.emit(self._edited.id, dict(self._selection.values))
            return
        self.save_requested.emit(
            Configuration(None, name, self._worker.slug, self._worker.version, dict(self._selection.values))
        )

    # How it is shown

    def _refresh(self) -> None:
        key = self._key()
        if key == CUSTOM and self._worker is not None:
            self._custom[self._worker.slug] = self._selection.values
        self._show_entries()
        is_custom = key == CUSTOM
        entry = next((entry for entry in self._entries() if entry.key == key), None)
        self._title.setText(entry.title if entry else "")
        self._note.setText(explanation(entry, self._edited.name if self._edited else "") if entry else "")
        self._note.setVisible(bool(entry))
        self._copy.setVisible(bool(entry) and not is_custom)
        self.menu.show_configuration(entry.configuration if entry else None)
        self._name_line.setVisible(is_custom)
        self._save.setVisible(is_custom)
        self._editor.setVisible(bool(entry))
        shown = (self._worker.slug if self._worker else "", key, dict(self._selection.values))
        if shown != self._shown:  # otherwise a text that is no valid JSON yet would be overwritten
            self._shown = shown
            self._editor.set_values(self._selection.values)
        self._editor.set_read_only(not is_custom)
        for button in (self._new, self._import):
            button.setEnabled(self._worker is not None)

    def _show_entries(self) -> None:
        self._list.set_choices([choice_of(entry) for entry in self._entries()])
        self._list.set_current_key(self._key())
