"""The reports of a project's imports: what each brought, the answers given, and its problems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.domain.imports import Difference, KeptReport, Problem, Severity
from core.domain.names import shown
from ui.imports.changes_row import in_words
from ui.widgets.empty_state import EmptyState
from ui.widgets.figures import FigureRow, counted_figure
from ui.widgets.formatting import count, counted
from ui.widgets.labels import ElidedLabel, label
from ui.widgets.problem_table import ProblemTable

_MOST_CLASSES = 12


class ReportsDialog(QDialog):
    """`set_reports` fills it; until then it says that it is looking."""

    def __init__(self, project_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Imports into “{name}”").format(name=shown(project_name)))
        self.resize(1040, 620)
        self._reports: tuple[KeptReport, ...] = ()
        self._list = QListWidget()
        self._list.setAccessibleName(self.tr("Imports, the newest first"))
        self._page = _ReportView()
        self._none = EmptyState("file-down", self.tr("Looking…"), "")
        self._stack = QStackedWidget()
        self._stack.addWidget(self._none)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(self._list)
        splitter.addWidget(self._page)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([290, 750])
        splitter.setChildrenCollapsible(False)
        self._stack.addWidget(splitter)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        title = ElidedLabel(self.windowTitle(), mode=Qt.TextElideMode.ElideMiddle)
        title.setProperty("role", "title")
        column.addWidget(title)
        column.addWidget(self._stack, 1)
        column.addWidget(buttons)
        self._list.currentRowChanged.connect(self._choose)

    def set_reports(self, reports: Sequence[KeptReport]) -> None:
        """The newest first."""
        self._reports = tuple(reports)
        self._list.clear()
        for report in self._reports:
            when = report.imported_at.astimezone().strftime("%Y-%m-%d %H:%M")
            item = QListWidgetItem(f"{when}\n{_brought(report)}")
            item.setToolTip(shown(report.source))
            self._list.addItem(item)
        self._list.setCurrentRow(0)
        if self._reports:
            self._stack.setCurrentIndex(1)
            self._list.setFocus()
        else:
            self._show_text(self.tr("No report yet"), self.tr("The next import leaves one here."))

    def show_problem(self, text: str) -> None:
        """The reports could not be read."""
        self._show_text(self.tr("The reports cannot be shown"), text)

    def _show_text(self, title: str, text: str) -> None:
        self._stack.removeWidget(self._none)
        self._none.deleteLater()
        self._none = EmptyState("file-down", title, text)
        self._stack.insertWidget(0, self._none)
        self._stack.setCurrentIndex(0)

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self._reports):
            self._page.set_report(self._reports[row])


class _ReportView(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self._source.setProperty("role", "muted")
        self._figures = FigureRow()
        self._words = label("", wrap=True)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._problems = ProblemTable()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self._source)
        column.addWidget(self._figures)
        column.addWidget(self._words)
        column.addWidget(self._problems, 1)

    def set_report(self, report: KeptReport) -> None:
        content = report.content
        title = content.get("format_title", report.format)
        self._source.setText(f"{title}  ·  {shown(report.source)}")
        self._figures.set_figures(
            [
                counted_figure(report.n_images, "image"),
                counted_figure(report.n_new_images, "new image"),
                counted_figure(report.n_annotations, "annotation"),
                counted_figure(report.n_new_annotations, "new annotation"),
                counted_figure(report.n_problems, "problem or remark", "problems and remarks"),
            ]
        )
        self._words.setText("\n".join(_words(content)))
        self._problems.set_problems([_problem(one) for one in content.get("problems", ())], are_grouped=True)


def _words(content: Mapping[str, Any]) -> list[str]:
    lines = []
    classes = list(content.get("categories", {}).items())
    if classes:
        named = ", ".join(f"{shown(name)} {count(n)}" for name, n in classes[:_MOST_CLASSES])
        more = f" and {count(len(classes) - _MOST_CLASSES)} more" if len(classes) > _MOST_CLASSES else ""
        lines.append(f"Classes: {named}{more}.")
    sets = content.get("sets", {})
    if sets:
        lines.append("Sets: " + ", ".join(f"{name} {count(n)}" for name, n in sets.items()) + ".")
    mapped = content.get("mapping", {})
    if mapped:
        lines.append("As chosen: " + ", ".join(_mapped(old, new) for old, new in mapped.items()) + ".")
    differences = content.get("differences")
    if differences:
        taken = "; the changes were taken over" if content.get("is_replacing") else ""
        lines.append(f"In images that the project had: {in_words(Difference(**differences))}{taken}.")
    if content.get("n_more_problems"):
        lines.append(f"{count(content['n_more_problems'])} more problems are not kept.")
    return lines


def _mapped(old: str, new: str | None) -> str:
    return f"{shown(old)} was left out" if new is None else f"{shown(old)} became {shown(new)}"


def _problem(data: Mapping[str, Any]) -> Problem:
    return Problem(
        str(data.get("kind", "")),
        str(data.get("text", "")),
        str(data.get("file", "")),
        data.get("line"),
        Severity(data.get("severity", "warning")),
    )


def _brought(report: KeptReport) -> str:
    return f"{counted(report.n_new_images, 'new image')}, {counted(report.n_new_annotations, 'new annotation')}"
