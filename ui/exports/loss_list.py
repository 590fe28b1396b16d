"""What a format holds of a project, and what is lost or changed on the way into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from core.domain.exports import ExportSurvey
from core.domain.formats import FormatInfo, ShapeKind
from core.domain.imports import Severity
from ui.icons import icon
from ui.widgets.labels import label

_ICONS = {Severity.INFO: "info", Severity.WARNING: "triangle-alert", Severity.ERROR: "circle-alert"}


class LossList(QWidget):
    def __init__(self, questions: QWidget | None = None, parent: QWidget | None = None) -> None:
        """`questions` are what the format asks: they stand below what it holds."""
        super().__init__(parent)
        self._heading = label("", "heading", wrap=True)
        self._holds = label("", "muted", wrap=True)
        self._rows = QWidget()
        self._grid = QGridLayout(self._rows)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self._sentences: list[str] = []
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(10)
        column.addWidget(self._heading)
        column.addWidget(self._holds)
        if questions is not None:
            column.addWidget(questions)
        column.addWidget(self._rows)
        column.addStretch(1)
        scroll = self._scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setAccessibleName(self.tr("What the format holds, and what is lost"))
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        for part in (inside, scroll.viewport()):  # the card's colour shows through
            part.setAutoFillBackground(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)

    @property
    def sentences(self) -> list[str]:
        """As they are shown."""
        return self._sentences

    def take_into_tab_order(self, editors: Sequence[QWidget]) -> None:
        """The questions' fields: those made later would come after all others of the window."""
        before: QWidget = self._scroll
        for editor in editors:
            self.setTabOrder(before, editor)
            before = editor

    def show_losses(
        self, info: FormatInfo | None, survey: ExportSurvey | None, answers: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """None = not known yet. `answers` are those to the format's questions that differ from what holds anyway; what
        they change is said when it is written."""
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()  # it goes when control is back in the event loop
                widget.deleteLater()
        self._sentences = []
        self._heading.setText("" if info is None else self.tr("As {title}").format(title=info.title))
        self._holds.setText("" if info is None else self._words_of(info))
        if info is None or survey is None:
            return
        problems = info.loss_problems(survey.contents, answers)
        for problem in problems:
            self._add(_ICONS[problem.severity], str(problem.severity), problem.text)
        if not answers and not any(problem.severity is not Severity.INFO for problem in problems):
            self._add("circle-check", "success", self.tr("Every annotation is kept as it is."))

    def _words_of(self, info: FormatInfo) -> str:
        names = {
            ShapeKind.BOX: self.tr("boxes"),
            ShapeKind.POLYGON: self.tr("polygons"),
            ShapeKind.IMAGE: self.tr("classes of whole images"),
        }
        held = [text for kind, text in names.items() if kind in info.shapes_written]
        if info.holds_negatives:
            held.append(self.tr("images seen to be empty"))
        if info.holds_splits:
            held.append(self.tr("sets"))
        if info.holds_predictions:
            held.append(self.tr("confidences of predictions"))
        return self.tr("Holds {what}.").format(what=_listed(held))

    def _add(self, icon_name: str, role: str, text: str) -> None:
        row = len(self._sentences)
        picture = QLabel()
        picture.setPixmap(icon(icon_name, role=role).pixmap(18, 18))
        self._grid.addWidget(picture, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(label(text, wrap=True), row, 1)
        self._sentences.append(text)


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
