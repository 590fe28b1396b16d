"""The wizard's first page: every answer with a way to change it, and everything that will be used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QCheckBox, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from core.domain.durations import about
from core.domain.projects import Category
from core.domain.training import Issue, TrainingDraft, TrainingReview
from ui.forms.problem_label import IconView
from ui.icons import icon
from ui.training import steps
from ui.training.answer_row import AnswerRow
from ui.training.answers import Answer
from ui.training.counts_view import CountsView
from ui.training.issue_list import IssueList
from ui.training.overview_tables import count_rows, left_out_text, value_rows
from ui.training.wizard_page import WizardPage, card
from ui.widgets import formatting
from ui.widgets.labels import label

TWO_COLUMNS_FROM = 900  # pixels of width

_TOO_MUCH_MEMORY = "E-163"


class OverviewPage(WizardPage):
    change_requested = Signal(str, str)  # step, field of its first issue or ""
    review_requested = Signal()
    remedy_requested = Signal(object)  # Remedy

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            self.tr("Overview"), self.tr("Proposed from what the project holds. Nothing has been started yet."), parent
        )
        self._review: TrainingReview | None = None
        self._colours: dict[str, int] = {}
        self._fields: dict[str, str] = {}  # by step, of its first issue
        self.issues = IssueList()
        self._again = QPushButton(icon("refresh-cw"), self.tr("Check &again"))
        titles = (
            (steps.NAME, self.tr("Na&me")),
            (steps.WORKER, self.tr("Me&thod")),
            (steps.CONFIGURATION, self.tr("Confi&guration")),
            (steps.MODEL, self.tr("M&odel")),
            (steps.DATA, self.tr("&Data")),
            (steps.DEVICE, self.tr("Device, &limits")),
        )
        self.rows = {step: AnswerRow(step, title) for step, title in titles}
        self.values = CountsView(self.tr("Every value of the training"))
        self._only_changed = QCheckBox(self.tr("Only what differs from the defaults"))
        self.counts = CountsView(self.tr("Images and annotations per set and class"))
        self._carved = label("", "muted", wrap=True)
        self._ignored = label("", "", wrap=True)
        self._disk_sign = IconView("hard-drive", side=20)
        self._disk = label("", wrap=True)
        self._effort_sign = IconView("cpu", side=20)
        self._effort = label("", wrap=True)
        self._command = QPlainTextEdit()
        self._copy = QPushButton(icon("copy"), self.tr("&Copy as command"))
        self._copied = label("", "success")
        self._blocks = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._lay_out()
        for step, row in self.rows.items():
            row.change_requested.connect(lambda step=step: self.change_requested.emit(step, self._fields.get(step, "")))
            row.remedy_requested.connect(self.remedy_requested)
        self._again.clicked.connect(self.review_requested)
        self.issues.remedy_requested.connect(self.remedy_requested)
        self._only_changed.toggled.connect(lambda _on: self._show_values())
        self._copy.clicked.connect(self._copy_command)

    def _lay_out(self) -> None:
        left, right = QVBoxLayout(), QVBoxLayout()
        for part in (left, right):
            part.setSpacing(14)
        left.addWidget(self._make_answers_card())
        left.addStretch(1)
        right.addWidget(self._make_data_card())
        right.addWidget(self._make_disk_card())
        right.addStretch(1)
        self._blocks.setSpacing(14)
        self._blocks.addLayout(left, 3)
        self._blocks.addLayout(right, 2)
        self.column.addLayout(self._blocks)
        self.column.addWidget(self._make_values_card())
        self.column.addWidget(self._make_command_card())
        self.column.addStretch(1)

    def _make_answers_card(self) -> QWidget:
        frame, column = card()
        self.issues.head.addWidget(self._again)
        column.addWidget(self.issues)
        column.addSpacing(2)
        rows = QVBoxLayout()
        rows.setSpacing(0)
        for row in self.rows.values():
            rows.addWidget(row)
        column.addLayout(rows)
        return frame

    def _make_values_card(self) -> QWidget:
        frame, column = card()
        head = QHBoxLayout()
        head.addWidget(label(self.tr("Every setting"), "heading"))
        head.addStretch(1)
        head.addWidget(self._only_changed)
        column.addLayout(head)
        column.addWidget(self.values)
        return frame

    def _make_data_card(self) -> QWidget:
        frame, column = card()
        column.addWidget(label(self.tr("What it learns from"), "heading"))
        column.addWidget(self.counts)
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
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self._effort_sign)
        row.addWidget(self._effort, 1)
        column.addLayout(row)
        return frame

    def _make_command_card(self) -> QWidget:
        self._command.setReadOnly(True)
        self._command.setTabChangesFocus(True)
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
        self._colours = {category.name: category.colour_number for category in categories}
        self._show_review()

    def show_answers(self, answers: Iterable[Answer], reasons: Mapping[str, str]) -> None:
        for answer in answers:
            keys = (steps.MODEL, steps.START) if answer.step == steps.MODEL else (answer.step,)
            reason = " ".join(reasons[key] for key in keys if reasons.get(key))
            self.rows[answer.step].show_answer(answer.text, answer.details, reason)

    def set_review(self, review: TrainingReview | None) -> None:
        """None = being made: what is known of the last one stays on the page, in grey."""
        if review is not None:
            self._review = review
        for block in (self.values, self.counts):
            block.setEnabled(review is not None)
        self._copy.setEnabled(review is not None and bool(review.command))
        if review is not None:
            self._show_review()

    def show_state(self, issues: Sequence[Issue], *, is_checking: bool) -> None:
        """Every issue of every page, beside its answer; what has none above them."""
        self.issues.show_issues(issues, is_checking=is_checking)
        self._again.setEnabled(not is_checking)
        for step, row in self.rows.items():
            own = steps.issues_of(step, issues)
            self._fields[step] = own[0].field if own else ""
            row.show_problems(own)

    def show_draft(self, draft: TrainingDraft) -> None:
        """Shown by `show_answers`."""

    def apply(self, draft: TrainingDraft) -> TrainingDraft:
        return draft

    def show_issues(self, issues: Iterable[Issue]) -> None:
        """Shown by `show_state`."""

    def focus_first(self) -> None:
        """The first answer that bars the start; whoever holds the button of the start asks before."""
        barring = (row for row in self.rows.values() if row.problem.is_error)
        next(barring, self.rows[steps.NAME]).button.setFocus()

    # How it is shown

    def _show_review(self) -> None:
        review = self._review
        if review is None:
            return
        self._show_values()
        headings, rows = count_rows(review, self._colours)
        self.counts.set_rows(headings, rows)
        carved = self.tr(
            "No validation folder: the validation images are a part of the training images, taken by the seed {seed}."
        ).format(seed=review.draft.seed)
        self._carved.setText(carved)
        self._carved.setVisible(review.is_val_carved)
        ignored = left_out_text(review.ignored)
        self._ignored.setText(ignored)
        self._ignored.setVisible(bool(ignored))
        is_short = review.disk_bytes > review.free_bytes
        self._disk_sign.set_icon("hard-drive", "error" if is_short else "icon")
        text = self.tr("About {need} of disk space are needed; {free} are free.")
        self._disk.setText(
            text.format(need=formatting.size(review.disk_bytes), free=formatting.size(review.free_bytes))
        )
        self._show_effort(review)
        self._command.setPlainText(review.command)
        self._copied.setText("")

    def _show_effort(self, review: TrainingReview) -> None:
        """As far as a batch was tried."""
        duration = "" if review.estimated_s is None else about(review.estimated_s)
        known = [text for text in (duration, review.memory) if text]
        is_too_much = any(issue.code == _TOO_MUCH_MEMORY for issue in review.issues)
        self._effort_sign.set_icon("cpu", "error" if is_too_much else "icon")
        self._effort.setText(self.tr("The training takes {effort}.").format(effort=", ".join(known)))
        for part in (self._effort_sign, self._effort):
            part.setVisible(bool(known))

    def _show_values(self) -> None:
        if self._review is not None:
            headings, rows = value_rows(self._review, only_changed=self._only_changed.isChecked())
            self.values.set_rows(headings, rows, stretch=1)

    def _copy_command(self) -> None:
        if self._review is not None:
            QGuiApplication.clipboard().setText(self._review.command)
            self._copied.setText(self.tr("Copied"))

    # Qt overrides

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = event.size().width() >= TWO_COLUMNS_FROM
        direction = QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom
        if self._blocks.direction() != direction:
            self._blocks.setDirection(direction)

    def minimumSizeHint(self) -> QSize:
        return QSize(420, super().minimumSizeHint().height())
