"""What a training uses of the chosen images, and what it leaves out and why, as far as it is counted."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.domain.projects import Category
from core.domain.training import TrainingReview
from ui.training.counts_view import CountsView
from ui.training.overview_tables import count_rows, left_out_text
from ui.widgets.labels import label


class UsedSection(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colours: dict[str, int] = {}
        self._review: TrainingReview | None = None
        self.counts = CountsView(self.tr("What is used per set and class"))
        self.left_out = label("", "muted", wrap=True)
        self.state = label(self.tr("Counting…"), "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (self.state, self.counts, self.left_out):
            column.addWidget(part)
        self._show()

    def set_categories(self, categories: Sequence[Category]) -> None:
        """For the colours of the classes."""
        self._colours = {category.name: category.colour_number for category in categories}
        self._show()

    def set_review(self, review: TrainingReview | None) -> None:
        """None = it is being counted; what was counted last stays in sight."""
        self.state.setVisible(review is None or not review.splits)
        if review is not None:
            self._review = review
            self._show()
        self.state.setText(self.tr("Counting…") if review is None else self.tr("Nothing can be counted yet."))

    def _show(self) -> None:
        review = self._review
        has_counts = review is not None and bool(review.splits)
        self.counts.setVisible(has_counts)
        text = left_out_text(review.ignored) if review is not None else ""
        self.left_out.setText(text)
        self.left_out.setVisible(bool(text))
        if review is not None and has_counts:
            headings, rows = count_rows(review, self._colours)
            self.counts.set_rows(headings, rows)
