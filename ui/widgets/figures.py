"""A row of numbers with a word below each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from core.domain.imports import Problem, Severity
from ui.widgets.formatting import count
from ui.widgets.labels import label, set_role


@dataclass(frozen=True, slots=True)
class Figure:
    """`tone` is "" or a label role (success, warning, error) that colours the number."""

    number: str
    word: str
    tone: str = ""


def counted_figure(n: int, one: str, many: str = "", *, tone: str = "") -> Figure:
    """A number over its noun: "1" over "image", "3" over "images"."""
    return Figure(count(n), one if n == 1 else many or one + "s", tone)


def problem_figure(problems: Sequence[Problem]) -> Figure:
    """How many problems there are; remarks alone are no reason to worry."""
    n_all = len(problems)
    if n_all and all(problem.severity is Severity.INFO for problem in problems):
        return counted_figure(n_all, "remark")
    return counted_figure(n_all, "problem", tone="warning" if n_all else "success")


class FigureCard(QFrame):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._number = label()
        font = self._number.font()
        font.setPointSizeF(font.pointSizeF() * 1.5)
        font.setBold(True)
        self._number.setFont(font)
        self._word = label("", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 14, 9)
        column.setSpacing(0)
        column.addWidget(self._number)
        column.addWidget(self._word)

    def set_figure(self, figure: Figure) -> None:
        self._number.setText(figure.number)
        self._word.setText(figure.word)
        set_role(self._number, figure.tone)
        self.setAccessibleName(f"{figure.number} {figure.word}")


class FigureRow(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(10)
        self._cards: list[FigureCard] = []

    def set_figures(self, figures: Sequence[Figure]) -> None:
        while len(self._cards) < len(figures):
            card = FigureCard(self)
            self._cards.append(card)
            self._row.addWidget(card, 1)
        for number, card in enumerate(self._cards):
            card.setVisible(number < len(figures))
            if number < len(figures):
                card.set_figure(figures[number])
