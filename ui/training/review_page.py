"""Step 7: everything that will be used, before anything is started."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QCheckBox, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from core.domain.projects import Category
from core.domain.training import Issue, TrainingDraft, TrainingReview
from ui.forms.problem_label import IconView
from ui.icons import icon
from ui.training.counts_view import CountsView
from ui.training.issue_list import IssueList
from ui.training.review_tables import count_rows, value_rows
from ui.training.wizard_page import WizardPage, card
from ui.widgets import formatting
from ui.widgets.labels import label

TWO_COLUMNS_FROM = 980  # pixels of width


class ReviewPage(WizardPage):
    step_requested = Signal(str, str)  # step, field of an issue
    review_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Review"), self.tr("Nothing has been started or written yet."), parent)
        self._review: TrainingReview | None = None
        self._colours: dict[str, int] = {}
        self._issues = IssueList()
        self._again = QPushButton(icon("refresh-cw"), self.tr("Check &again"))
        self._values = CountsView(self.tr("Every value of the training"))
        self._only_changed = QCheckBox(self.tr("Only what differs from the defaults"))
        self._counts = CountsView(self.tr("Images and annotations per set and class"))
        self._carved = label("", "muted", wrap=True)
        self._ignored = label("", "", wrap=True)
        self._disk_sign = IconView("hard-drive", side=20)
        self._disk = label("", wrap=True)
        self._command = QPlainTextEdit()
        self._copy = QPushButton(icon("copy"), self.tr("Copy as &command"))
        self._copied = label("", "success")
        self._blocks = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._lay_out()
        self._issues.step_requested.connect(self.step_requested)
        self._again.clicked.connect(self.review_requested)
        self._only_changed.toggled.connect(lambda _on: self._show_values())
        self._copy.clicked.connect(self._copy_command)

    def _lay_out(self) -> None:
        frame, column = card()
        self._issues.head.addWidget(self._again)
        column.addWidget(self._issues)
        self.column.addWidget(frame)
        left, right = QVBoxLayout(), QVBoxLayout()
        for part in (left, right):
            part.setSpacing(14)
        right.addWidget(self._make_data_card())
        right.addWidget(self._make_disk_card())
        right.addWidget(self._make_command_card())
        right.addStretch(1)
        left.addWidget(self._make_values_card())
        left.addStretch(1)
        self._blocks.setSpacing(14)
        self._blocks.addLayout(right, 1)
        self._blocks.addLayout(left, 1)
        self.column.addLayout(self._blocks)
        self.column.addStretch(1)

    def _make_values_card(self) -> QWidget:
        frame, column = card()
        head = QHBoxLayout()
        head.addWidget(label(self.tr("Settings"), "heading"))
        head.addStretch(1)
        head.addWidget(self._only_changed)
        column.addLayout(head)
        column.addWidget(self._values)
        return frame

    def _make_data_card(self) -> QWidget:
        frame, column = card()
        column.addWidget(label(self.tr("Data"), "heading"))
        column.addWidget(self._counts)
        column.addWidget(self._carved)
        column.addWidget(self._ignored)
        return frame

    def _make_disk_card(self) -> QWidget:
        frame, column = card()
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self._disk_sign)
        row.addWidget(self._disk, 1)
        column.addLayout(row)
        return frame

    def _make_command_card(self) -> QWidget:
        self._command.setReadOnly(True)
        self._command.setAccessibleName(self.tr("The same training as a command line"))
        self._command.setFixedHeight(96)
        font = self._command.font()
        font.setFamilies(["DejaVu Sans Mono", "monospace"])
        self._command.setFont(font)
        frame, column = card()
        head = QHBoxLayout()
        head.addWidget(label(self.tr("The same without a window"), "heading"))
        head.addStretch(1)
        head.addWidget(self._copied)
        head.addWidget(self._copy)
        column.addLayout(head)
        column.addWidget(self._command)
        return frame

    # From outside

    def set_categories(self, categories: Sequence[Category]) -> None:
        """For the colours of the classes."""
        self._colours = {category.name: category.index for category in categories}
        self._show_review()

    def set_review(self, review: TrainingReview | None) -> None:
        """None = being made: what is known of the last one stays on the page, in grey."""
        if review is not None:
            self._review = review
        for block in (self._values, self._counts):
            block.setEnabled(review is not None)
        self._copy.setEnabled(review is not None and bool(review.command))
        if review is not None:
            self._show_review()

    def show_state(self, issues: Iterable[Issue], *, is_checking: bool) -> None:
        """Every issue of every page, with a way to it."""
        self._issues.show_issues(issues, is_checking=is_checking)
        self._again.setEnabled(not is_checking)

    def show_draft(self, draft: TrainingDraft) -> None:
        """Shown through the review."""

    def apply(self, draft: TrainingDraft) -> TrainingDraft:
        return draft

    def show_issues(self, issues: Iterable[Issue]) -> None:
        """Shown with those of all pages by `show_state`."""

    def focus_first(self) -> None:
        self._issues.setFocus()

    # How it is shown

    def _show_review(self) -> None:
        review = self._review
        if review is None:
            return
        self._show_values()
        headings, rows = count_rows(review, self._colours)
        self._counts.set_rows(headings, rows)
        carved = self.tr(
            "No validation folder: the validation images are a part of the training images, taken by the seed {seed}."
        ).format(seed=review.draft.seed)
        self._carved.setText(carved)
        self._carved.setVisible(review.is_val_carved)
        ignored = "\n".join(f"• {reason}: {formatting.count(n)}" for reason, n in review.ignored if n)
        self._ignored.setText(self.tr("Not used:") + "\n" + ignored)
        self._ignored.setVisible(bool(ignored))
        is_short = review.disk_bytes > review.free_bytes
        self._disk_sign.set_icon("hard-drive", "error" if is_short else "icon")
        text = self.tr("About {need} of disk space are needed; {free} are free.")
        self._disk.setText(
            text.format(need=formatting.size(review.disk_bytes), free=formatting.size(review.free_bytes))
        )
        self._command.setPlainText(review.command)
        self._copied.setText("")

    def _show_values(self) -> None:
        if self._review is not None:
            headings, rows = value_rows(self._review, only_changed=self._only_changed.isChecked())
            self._values.set_rows(headings, rows, stretch=1)

    def _copy_command(self) -> None:
        if self._review is not None:
            QGuiApplication.clipboard().setText(self._review.command)
            self._copied.setText(self.tr("Copied"))

    # Qt overrides

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = event.size().width() >= TWO_COLUMNS_FROM
        direction = QBoxLayout.Direction.RightToLeft if is_wide else QBoxLayout.Direction.TopToBottom
        if self._blocks.direction() != direction:
            self._blocks.setDirection(direction)

    def minimumSizeHint(self) -> QSize:
        return QSize(420, super().minimumSizeHint().height())
