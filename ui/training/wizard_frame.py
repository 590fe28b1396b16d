"""Header, steps at the left, one page at a time, Back, Next and Start below. Knows nothing of drafts."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from ui.forms.scroll_column import ScrollColumn
from ui.icons import icon
from ui.messages import MessageBanner
from ui.training import steps
from ui.training.step_list import StepList
from ui.training.wizard_footer import WizardFooter
from ui.training.wizard_page import WizardPage
from ui.widgets.page_header import PageHeader

PAGE_WIDTH = 1000
WIDE_PAGE_WIDTHS = {steps.CONFIGURATION: 1130, steps.REVIEW: 1500}
SELF_SCROLLING_STEPS = (steps.CONFIGURATION,)  # its form scrolls beside the list


class WizardFrame(QWidget):
    """Every step can be opened at any time; moving on by a button gives the keyboard to the page's first control."""

    step_opened = Signal(str, str)  # the step before, the step now
    restart_clicked = Signal()

    def __init__(self, pages: Mapping[str, WizardPage], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pages = dict(pages)
        self._step = steps.STEPS[0]
        self._is_busy = False
        self.header = PageHeader(self.tr("Train a model"), back=self.tr("Leave the wizard"))
        self.restart_button = QPushButton(icon("rotate-ccw"), self.tr("Start over…"))
        self.header.add_widget(self.restart_button)
        self.banner = MessageBanner()
        self.step_list = StepList()
        self.footer = WizardFooter()
        self._stack = QStackedWidget()
        self._lay_out()
        self.step_list.step_requested.connect(self.open_step)
        self.footer.back_requested.connect(self.go_back)
        self.footer.next_requested.connect(self.go_next)
        self.restart_button.clicked.connect(self.restart_clicked)
        QShortcut(QKeySequence("Ctrl+PgDown"), self, self.go_next)
        QShortcut(QKeySequence("Ctrl+PgUp"), self, self.go_back)
        self._show_step()

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.setContentsMargins(28, 20, 18, 0)
        right.setSpacing(12)
        right.addWidget(self.banner)
        right.addWidget(self._stack, 1)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.step_list)
        middle.addLayout(right, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.header)
        whole.addLayout(middle, 1)
        whole.addWidget(self.footer)
        for step in steps.STEPS:
            self._add(step)

    def _add(self, step: str) -> None:
        """The area first, then the page: see `ScrollColumn`."""
        page = self._pages[step]
        width = WIDE_PAGE_WIDTHS.get(step, PAGE_WIDTH)
        if step not in SELF_SCROLLING_STEPS:
            area = ScrollColumn()
            self._stack.addWidget(area)
            area.set_content(page, max_width=width)
            return
        holder = QWidget()
        self._stack.addWidget(holder)
        page.setMaximumWidth(width)
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(page, 1000)
        row.addStretch(1)

    @property
    def step(self) -> str:
        return self._step

    def open_step(self, step: str) -> None:
        before, self._step = self._step, step
        self._show_step()
        self.step_opened.emit(before, step)

    def go_next(self) -> None:
        self._move(1)

    def go_back(self) -> None:
        self._move(-1)

    def go_to(self, step: str, field: str) -> None:
        """Open a step at one of its fields."""
        self.open_step(step)
        self._pages[step].focus_field(field)

    def set_busy(self, is_busy: bool) -> None:
        """While a start is under way nothing can be changed."""
        self._is_busy = is_busy
        for part in (self._stack, self.step_list, self.header):
            part.setEnabled(not is_busy)
        self._show_step()

    def _move(self, by: int) -> None:
        index = steps.STEPS.index(self._step) + by
        if 0 <= index < len(steps.STEPS) and not self._is_busy:
            self.open_step(steps.STEPS[index])
            self._pages[self._step].focus_first()

    def _show_step(self) -> None:
        index = steps.STEPS.index(self._step)
        self._stack.setCurrentIndex(index)
        self.step_list.set_current(self._step)
        self.footer.show_place(can_go_back=index > 0 and not self._is_busy, is_last=self._step == steps.STEPS[-1])
