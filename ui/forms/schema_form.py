"""A form drawn from field specifications: ordinary options first, all others behind "Show all options"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from core.domain.workers import ConfigValue, FieldKind, FieldProblem, FieldSpec
from ui.forms.field_row import FieldRow
from ui.forms.field_text import matches
from ui.forms.problem_label import ProblemLabel
from ui.icons import icon
from ui.widgets.labels import label
from ui.widgets.search_field import SearchField


def normalised(spec: FieldSpec, value: ConfigValue) -> ConfigValue:
    """A whole number given for a field of real numbers is that real number."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return float(value) if is_whole and spec.kind is FieldKind.FLOAT else value  # type: ignore[arg-type]


def differs(spec: FieldSpec, values: Mapping[str, ConfigValue]) -> bool:
    """Whether the field's value is another than its default beside the other values."""
    value = values[spec.name]
    default = normalised(spec, spec.default_in(values))
    return type(value) is not type(default) or value != default


class SchemaForm(QWidget):
    """Holds every value; rows are made when they are first shown, so that sixty options cost nothing unseen."""

    values_changed = Signal(object)  # dict of what differs from the defaults, after an edit by the person

    def __init__(
        self, specs: Sequence[FieldSpec] = (), *, has_reset_all: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._has_reset_all = has_reset_all
        self._specs: dict[str, FieldSpec] = {}
        self._values: dict[str, ConfigValue] = {}
        self._unknown: dict[str, ConfigValue] = {}
        self._problems: dict[str, list[tuple[str, bool]]] = {}
        self._rows: dict[str, FieldRow] = {}
        self._headings: dict[tuple[str, bool], QWidget] = {}
        self._is_read_only = False
        self._search = SearchField(self.tr("Search the options"))
        self._search.setMaximumWidth(320)
        self._count = label("", "muted")
        self._reset_all = QPushButton(self.tr("Rese&t all"))
        self._reset_all.setIcon(icon("rotate-ccw"))
        self._general = ProblemLabel()
        self._show_all = QToolButton()
        self._show_all.setCheckable(True)
        self._nothing = label(self.tr("No option matches."), "muted")
        self._basic = QVBoxLayout()
        self._advanced = QVBoxLayout()
        self._idle = QTimer(self)
        self._idle.setInterval(0)
        self._idle.timeout.connect(self._make_next_row)
        self._lay_out()
        self._search.search_changed.connect(lambda _text: self._refresh())
        self._show_all.toggled.connect(lambda _on: self._refresh())
        self._reset_all.clicked.connect(self.reset_all)
        self.set_specs(specs)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self._search, 1)
        top.addStretch(1)
        top.addWidget(self._count)
        top.addWidget(self._reset_all)
        for part in (self._basic, self._advanced):
            part.setSpacing(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self._general)
        column.addLayout(self._basic)
        column.addWidget(self._show_all)
        column.addLayout(self._advanced)
        column.addWidget(self._nothing)
        column.addStretch(1)

    # What it shows

    def set_specs(self, specs: Sequence[FieldSpec]) -> None:
        """Another worker's fields; all values go back to their defaults."""
        for widget in (*self._rows.values(), *self._headings.values()):
            widget.setParent(None)
            widget.deleteLater()
        self._rows.clear()
        self._headings.clear()
        self._problems.clear()
        self._specs = {spec.name: spec for spec in specs}
        self._show_all.setChecked(False)
        self._search.clear()
        self.set_values({})
        self._idle.start()

    def values(self) -> dict[str, ConfigValue]:
        """Only what differs from the defaults, and keys that the worker does not know."""
        changed = {name: value for name, value in self._values.items() if differs(self._specs[name], self._values)}
        return {**changed, **self._unknown}

    def all_values(self) -> dict[str, ConfigValue]:
        return {**self._values, **self._unknown}

    def set_values(self, values: Mapping[str, ConfigValue]) -> None:
        """Fields that are not named get their default; nothing is announced."""
        given = {**{name: spec.default for name, spec in self._specs.items()}, **values}
        self._values = {
            name: normalised(spec, values[name] if name in values else spec.default_in(given))
            for name, spec in self._specs.items()
        }
        self._unknown = {name: value for name, value in values.items() if name not in self._specs}
        self._refresh()

    def set_problems(self, problems: Iterable[FieldProblem]) -> None:
        """Beside the field that each names; those of no field of this form stand at the top."""
        found: dict[str, list[tuple[str, bool]]] = defaultdict(list)
        for problem in problems:
            found[problem.field if problem.field in self._specs else ""].append((problem.text, problem.is_error))
        self._problems = dict(found)
        self._refresh()

    def set_read_only(self, is_read_only: bool) -> None:
        self._is_read_only = is_read_only
        for row in self._rows.values():
            row.set_read_only(is_read_only)
        self._refresh()

    def reset_all(self) -> None:
        """Every field back to its default; unknown keys go too."""
        self.set_values({})
        self.values_changed.emit(self.values())

    def row(self, name: str) -> FieldRow:
        """The row of a field, made if it has not been shown yet. Raises KeyError for an unknown field."""
        self._make_rows([self._specs[name]])
        return self._rows[name]

    def focus_field(self, name: str) -> None:
        """Bring a field into view and give it the keyboard."""
        if name in self._specs:
            if self._specs[name].is_advanced:
                self._show_all.setChecked(True)
            self.row(name).editor.focus_target().setFocus()

    # How it shows it

    def _applies(self, spec: FieldSpec) -> bool:
        if spec.depends_on is None or spec.depends_on[0] not in self._values:
            return True
        field, wanted = spec.depends_on
        return any(value == self._values[field] and type(value) is type(self._values[field]) for value in wanted)

    def _is_shown(self, spec: FieldSpec) -> bool:
        """Problems and changes are never hidden behind the disclosure."""
        search = self._search.text().strip()
        if search:
            return matches(spec, search) and self._applies(spec)
        if spec.name in self._problems:
            return True
        is_open = not spec.is_advanced or self._show_all.isChecked() or differs(spec, self._values)
        return is_open and self._applies(spec)

    def _refresh(self) -> None:
        shown = [spec for spec in self._specs.values() if self._is_shown(spec)]
        names = {spec.name for spec in shown}
        self._make_rows(shown)
        for spec in shown:
            row = self._rows[spec.name]
            row.set_default(normalised(spec, spec.default_in(self._values)))
            row.set_value(self._values[spec.name], is_changed=differs(spec, self._values))
            row.show_problems(self._problems.get(spec.name, ()))
        for name, row in self._rows.items():
            row.setVisible(name in names)
        groups = {(spec.group, spec.is_advanced) for spec in shown}
        for key, heading in self._headings.items():
            heading.setVisible(key in groups)
        self._general.show_problems(self._problems.get("", ()))
        self._nothing.setVisible(bool(self._specs) and not shown)
        self._refresh_disclosure()
        n_changed = len(self.values())
        self._count.setText(self.tr("{n} changed").format(n=n_changed) if n_changed and self._has_reset_all else "")
        self._reset_all.setVisible(self._has_reset_all and not self._is_read_only)
        self._reset_all.setEnabled(n_changed > 0)

    def _refresh_disclosure(self) -> None:
        n_advanced = sum(spec.is_advanced for spec in self._specs.values())
        is_open = self._show_all.isChecked()
        texts = (self.tr("Show all options ({n} more)"), self.tr("Show fewer options"))
        self._show_all.setText(texts[is_open].format(n=n_advanced))
        self._show_all.setIcon(icon("chevron-down" if is_open else "chevron-right"))
        self._show_all.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._show_all.setVisible(n_advanced > 0 and not self._search.text().strip())
        self._search.setVisible(len(self._specs) > 5)

    def _make_rows(self, specs: Sequence[FieldSpec]) -> None:
        """Rows stand in the order of declaration inside their group, groups in the order of their first field."""
        missing = [spec for spec in specs if spec.name not in self._rows]
        for spec in missing:
            row = FieldRow(spec, self)
            row.hide()
            row.set_read_only(self._is_read_only)
            row.value_changed.connect(self._take)
            self._rows[spec.name] = row
            key = (spec.group, spec.is_advanced)
            if spec.group and key not in self._headings:
                self._headings[key] = label(spec.group, "heading", parent=self)
                self._headings[key].hide()
                self._headings[key].setContentsMargins(0, 10, 0, 2)
        for is_advanced in {spec.is_advanced for spec in missing}:
            part = self._advanced if is_advanced else self._basic
            for place, widget in enumerate(self._order(is_advanced)):
                if part.indexOf(widget) < 0:
                    part.insertWidget(place, widget)

    def _make_next_row(self) -> None:
        """While nothing else is to be done, so that all options appear at once when they are asked for."""
        spec = next((spec for spec in self._specs.values() if spec.name not in self._rows), None)
        if spec is None:
            self._idle.stop()
        else:
            self._make_rows([spec])

    def _order(self, is_advanced: bool) -> list[QWidget]:
        specs = [spec for spec in self._specs.values() if spec.is_advanced == is_advanced and spec.name in self._rows]
        widgets: list[QWidget] = []
        for group in dict.fromkeys(spec.group for spec in specs):
            if (group, is_advanced) in self._headings:
                widgets.append(self._headings[(group, is_advanced)])
            widgets.extend(self._rows[spec.name] for spec in specs if spec.group == group)
        return widgets

    def _take(self, name: str) -> None:
        self._values[name] = normalised(self._specs[name], self._rows[name].editor.value())
        for spec in self._specs.values():
            if spec.default_by is not None and spec.default_by[0] == name:
                self._values[spec.name] = normalised(spec, spec.default_in(self._values))
        self._refresh()
        self.values_changed.emit(self.values())
