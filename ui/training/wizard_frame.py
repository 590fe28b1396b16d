"""Header, the overview or one page beside the list of steps, and the strip below. Knows nothing of drafts."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from ui.forms.scroll_column import ScrollColumn
from ui.icons import icon
from ui.messages import MessageBanner
from ui.training import steps
from ui.training.step_list import StepList
from ui.training.wizard_footer import WizardFooter
from ui.training.wizard_page import WizardPage
from ui.widgets.page_header import PageHeader

PAGE_WIDTH = 1000
WIDE_PAGE_WIDTHS = {steps.CONFIGURATION: 1130, steps.OVERVIEW: 1500}
SELF_SCROLLING_STEPS = (steps.CONFIGURATION,)  # its form scrolls beside the list


class WizardFrame(QWidget):
    """Every step can be opened at any time. Enter presses the button that has the keyboard, Escape leads back."""

    step_opened = Signal(str, str)  # the step before, the step now
    restart_clicked = Signal()

    def __init__(self, page_of: Callable[[str], WizardPage], parent: QWidget | None = None) -> None:
        """`page_of` is asked for a step's page when it is first shown."""
        super().__init__(parent)
        self._page_of = page_of
        self._areas: dict[str, QWidget] = {}
        self._step = steps.OVERVIEW
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
        self.step_list.step_passed.connect(lambda step: self.open_step(step, takes_focus=False))
        self.footer.overview_requested.connect(self.open_overview)
        self.restart_button.clicked.connect(self.restart_clicked)
        QShortcut(QKeySequence("Ctrl+PgDown"), self, lambda: self._move(1))
        QShortcut(QKeySequence("Ctrl+PgUp"), self, lambda: self._move(-1))
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

    def _area(self, step: str) -> QWidget:
        if step not in self._areas:
            self._areas[step] = self._add(step)
        return self._areas[step]

    def _add(self, step: str) -> QWidget:
        """The area first, then the page: see `ScrollColumn`."""
        page = self._page_of(step)
        width = WIDE_PAGE_WIDTHS.get(step, PAGE_WIDTH)
        if step not in SELF_SCROLLING_STEPS:
            area = ScrollColumn()
            self._stack.addWidget(area)
            area.set_content(page, max_width=width)
            return area
        holder = QWidget()
        self._stack.addWidget(holder)
        page.setMaximumWidth(width)
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(page, 1000)
        row.addStretch(1)
        return holder

    @property
    def step(self) -> str:
        return self._step

    def open_step(self, step: str, *, takes_focus: bool = True) -> None:
        """With the keyboard in the page's first control, unless somebody walks along the list of steps."""
        before, self._step = self._step, step
        self._show_step()
        if step == steps.OVERVIEW or takes_focus:
            self._page_of(step).focus_first()
        self.step_opened.emit(before, step)

    def open_overview(self) -> None:
        self.open_step(steps.OVERVIEW)

    def go_to(self, step: str, field: str) -> None:
        """Open a step at one of its fields."""
        self.open_step(step)
        if field:
            self._page_of(step).focus_field(field)

    def set_busy(self, is_busy: bool) -> None:
        """While a start is under way nothing can be changed."""
        self._is_busy = is_busy
        for part in (self._stack, self.step_list, self.header):
            part.setEnabled(not is_busy)

    def _move(self, by: int) -> None:
        if not self._is_busy:
            self.open_step(steps.STEPS[(steps.STEPS.index(self._step) + by) % len(steps.STEPS)])

    def _show_step(self) -> None:
        self._stack.setCurrentWidget(self._area(self._step))
        self.step_list.set_current(self._step)
        is_overview = self._step == steps.OVERVIEW
        self.step_list.setVisible(not is_overview)
        self.footer.show_place(is_overview=is_overview)

    # Qt overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = self.focusWidget()
        if event.key() == Qt.Key.Key_Escape and not self._is_busy:
            if self._step == steps.OVERVIEW:
                self.header.back_requested.emit()
            else:
                self.open_overview()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(focused, QAbstractButton):
            focused.click()
        else:
            super().keyPressEvent(event)
