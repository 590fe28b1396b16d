"""How validation images are held back when no validation folder is chosen."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.domain.training import Issue
from ui.forms.number_field import NumberField, number_text
from ui.forms.problem_label import ProblemLabel
from ui.training.folder_sums import carved
from ui.widgets import formatting
from ui.widgets.labels import label


class Carving(QWidget):
    """Both parts, each of which the other one follows (MA-20), and what they mean in images.

    `control` is the part that is held back, which the draft holds; `kept` is what remains of 1.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._n_images = 0
        self.kept = NumberField(is_whole=False, minimum=0.05, maximum=0.95, step=0.05)
        self.control = NumberField(is_whole=False, minimum=0.05, maximum=0.95, step=0.05)
        self._counts = label("", "muted", wrap=True)
        self._problem = ProblemLabel()
        row = QHBoxLayout()
        row.setSpacing(10)
        for title, field in (
            (self.tr("Part to trai&n on"), self.kept),
            (self.tr("Par&t held back for validation"), self.control),
        ):
            words = label(title)
            words.setBuddy(field)
            field.setAccessibleName(title.replace("&", ""))
            row.addWidget(words)
            row.addWidget(field)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self._problem)
        column.addWidget(self._counts)
        self.kept.number_edited.connect(self._kept_edited)
        self.control.number_edited.connect(self._edited)

    def ratio(self) -> float | None:
        """None when what is written is no number."""
        number = self.control.number()
        return None if isinstance(number, str) else float(number)

    def set_ratio(self, ratio: float) -> None:
        """Nothing is announced."""
        if ratio != self.ratio():
            self.control.set_number(ratio)
            self.kept.set_number(_rest(ratio))
        self._refresh()

    def set_images(self, n_images: int) -> None:
        """Annotated images in the training folders, for the count."""
        self._n_images = n_images
        self._refresh()

    def own_issues(self) -> tuple[Issue, ...]:
        if self.ratio() is not None:
            return ()
        text = self.tr("The parts must be numbers such as 0.8 and 0.2.")
        return (Issue("E-442", text, "data", True, "val_ratio"),)

    def show_problems(self, problems: Iterable[tuple[str, bool]]) -> None:
        self._problem.show_problems(problems)
        for field in (self.kept, self.control):
            field.setProperty("problem", self._problem.is_error)
            field.style().unpolish(field)
            field.style().polish(field)

    def _kept_edited(self) -> None:
        self.control.set_number(_rest(self.kept.number()))
        self._refresh()
        self.changed.emit()

    def _edited(self) -> None:
        self.kept.set_number(_rest(self.control.number()))
        self._refresh()
        self.changed.emit()

    def _refresh(self) -> None:
        ratio = self.ratio()
        if not self._n_images or ratio is None or not 0 < ratio < 1:
            self._counts.setText(self.tr("Taken evenly from every class, never from the test images."))
            return
        kept, held_back = carved(self._n_images, ratio)
        text = self.tr("About {held} of {all} annotated images are held back; {kept} ({share}) remain to train on.")
        self._counts.setText(
            text.format(
                held=formatting.count(held_back),
                all=formatting.count(self._n_images),
                kept=formatting.count(kept),
                share=formatting.percent(1 - ratio),
            )
        )


def _rest(part: float | str) -> str:
    """What is left of 1, exactly: beside 0.12345 stands 0.87655. "" beside what is no number."""
    return "" if isinstance(part, str) else number_text(float(1 - Decimal(repr(part))))
