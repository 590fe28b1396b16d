"""Last page of an export: what was written, and where."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.domain.exports import ExportReport
from core.domain.names import shown
from ui.icons import icon
from ui.widgets.figures import FigureRow, counted_figure, problem_figure
from ui.widgets.labels import ElidedLabel, label
from ui.widgets.problem_table import ProblemTable


class ExportReportPage(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = QLabel()
        self._picture.setFixedSize(28, 28)
        self._heading = label("", "heading", wrap=True)
        self._place = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self._figures = FigureRow()
        self._problems = ProblemTable(self.tr("Everything was written as it is."))
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._heading)
        texts.addWidget(self._place)
        top.addLayout(texts, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(top)
        column.addWidget(self._figures)
        column.addWidget(self._problems, 1)

    def set_report(self, report: ExportReport) -> None:
        self._picture.setPixmap(icon("circle-check", role="success").pixmap(26, 26))
        what = f" ({report.what})" if report.what else ""
        self._heading.setText(
            self.tr("“{name}”{what} was exported as {title}.").format(
                name=report.project_name, what=what, title=report.format_title
            )
        )
        self._place.setText(shown(report.target))
        self._figures.set_figures(
            [
                counted_figure(report.n_images, "annotated image"),
                counted_figure(report.n_annotations, "annotation"),
                counted_figure(report.n_linked, "image linked", "images linked")
                if report.n_linked
                else counted_figure(report.n_pictures, "image copied", "images copied"),
                problem_figure(report.problems),
            ]
        )
        self._problems.set_problems(report.problems)
