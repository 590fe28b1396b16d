"""The Preferences: a page for each group of the settings' table, and pages that say where things are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.domain.devices import DeviceReport
from core.domain.names import shown
from core.domain.workers import ConfigValue, FieldSpec
from ui.forms.schema_form import SchemaForm
from ui.forms.scroll_column import ScrollColumn
from ui.icons import icon
from ui.settings.places import DevicesFound, HomePlace, LanguagePlace, StoredThings
from ui.widgets.labels import label

APPEARANCE, LANGUAGE, LABELLING, HOME, DEVICES, TRAININGS, PRIVACY = (
    "Appearance",
    "Language",
    "Labelling",
    "Home",
    "Devices",
    "New trainings",
    "Privacy",
)
PAGES = (
    (APPEARANCE, "sun"),
    (LANGUAGE, "book-open"),
    (LABELLING, "pencil"),
    (HOME, "house"),
    (DEVICES, "cpu"),
    (TRAININGS, "graduation-cap"),
    (PRIVACY, "shield"),
)


class PreferencesWindow(QDialog):
    """Stands beside the window; every change takes force at once, so there is nothing to confirm.

    A field of `specs` stands on the page that its group names. KeyError for a group without a page.
    """

    value_changed = Signal(str, object)  # name, value
    home_open_requested = Signal()
    probe_requested = Signal()

    def __init__(self, specs: Sequence[FieldSpec], home: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Preferences"))
        self.resize(780, 480)
        self._home = HomePlace(shown(home))
        self._devices = DevicesFound()
        self._forms: dict[str, SchemaForm] = {}
        self._values: dict[str, ConfigValue] = {}
        self._stack = QStackedWidget()
        self._group = QButtonGroup(self)
        extras = {
            LANGUAGE: LanguagePlace(),
            HOME: self._home,
            DEVICES: self._devices,
            PRIVACY: StoredThings(),
        }
        self._buttons = self._navigation()
        for number, (title, icon_name) in enumerate(PAGES):
            self._add_page(number, title, icon_name, [spec for spec in specs if spec.group == title], extras.get(title))
        self._buttons.addStretch(1)
        unplaced = [spec.name for spec in specs if spec.name not in self._values]
        if unplaced:
            raise KeyError(unplaced[0])
        self.show_page(APPEARANCE)
        self._home.open_requested.connect(self.home_open_requested)
        self._devices.probe_requested.connect(self.probe_requested)

    def _navigation(self) -> QVBoxLayout:
        frame = QFrame()
        frame.setObjectName("navigation")
        frame.setFixedWidth(180)
        column = QVBoxLayout(frame)
        column.setContentsMargins(10, 14, 10, 10)
        column.setSpacing(4)
        close = QPushButton(self.tr("Close"))
        close.clicked.connect(self.accept)
        close.setAutoDefault(False)
        foot = QHBoxLayout()
        foot.setContentsMargins(20, 0, 20, 16)
        foot.addStretch(1)
        foot.addWidget(close)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.addWidget(self._stack, 1)
        right.addLayout(foot)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(frame)
        row.addLayout(right, 1)
        return column

    def _add_page(
        self, number: int, title: str, icon_name: str, specs: Sequence[FieldSpec], extra: QWidget | None
    ) -> None:
        button = QToolButton()
        button.setProperty("role", "navigation")
        button.setText(f" {title}")
        button.setAccessibleName(title)
        button.setIcon(icon(icon_name))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setCheckable(True)
        button.clicked.connect(lambda: self._stack.setCurrentIndex(number))
        self._group.addButton(button, number)
        self._buttons.addWidget(button)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(24, 20, 14, 16)
        column.setSpacing(12)
        column.addWidget(label(title, "heading"))
        if specs:
            form = SchemaForm(
                [replace(spec, group="") for spec in specs], has_reset_all=False
            )  # the page has that heading
            form.values_changed.connect(lambda _values: self._announce(form))
            self._forms[title] = form
            self._values.update(form.all_values())
            column.addWidget(form)
        if extra is not None:
            column.addWidget(extra)
        column.addStretch(1)
        self._stack.addWidget(ScrollColumn(content))

    def show_page(self, title: str) -> None:
        number = [name for name, _icon in PAGES].index(title)
        self._group.button(number).setChecked(True)
        self._stack.setCurrentIndex(number)

    def set_values(self, values: Mapping[str, ConfigValue]) -> None:
        """What is in force; announces nothing. Names that no page has are passed over."""
        self._values = {name: values.get(name, value) for name, value in self._values.items()}
        for form in self._forms.values():
            form.set_values({name: self._values[name] for name in form.all_values()})

    def set_devices(self, report: DeviceReport | None) -> None:
        """None = they are being looked for."""
        self._devices.set_report(report)

    def form(self, title: str) -> SchemaForm:
        """The fields of a page. KeyError for a page without fields."""
        return self._forms[title]

    def _announce(self, form: SchemaForm) -> None:
        for name, value in form.all_values().items():
            if value != self._values[name]:
                self._values[name] = value
                self.value_changed.emit(name, value)
