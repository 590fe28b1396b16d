"""The whole of a filter: its conditions and groups, the same as text, and how many images pass it."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from core.domain.filter_words import NOTHING_PASSES, in_words
from core.domain.filters import Group
from ui.filters.filter_text import FilterText
from ui.filters.group_box import GroupBox
from ui.filters.offers import NO_OFFERS, FilterOffers
from ui.icons import icon
from ui.widgets.formatting import count, counted
from ui.widgets.labels import ElidedLabel, label, set_role

SIZE = (760, 520)
PAUSE_MS = 200
BUILDER, TEXT = 0, 1


class FilterDialog(QDialog):
    """The text is read and the images are counted by who listens; the answers come back through the setters."""

    applied = Signal(object)  # Group
    save_requested = Signal(object)  # Group
    text_wanted = Signal(object)  # Group: its text is to be shown
    text_edited = Signal(str)  # it is to be read
    count_wanted = Signal(object)  # Group

    def __init__(self, offers: FilterOffers = NO_OFFERS, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Filter"))
        self.resize(*SIZE)
        self._group: Group | None = Group()
        self._n_widgets = 0
        self._is_typed = False  # something that was not read yet
        self.box = GroupBox(offers)
        self.text = FilterText()
        self.tabs = QTabWidget()
        self._words = ElidedLabel()
        self._count = label("", "strong")
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._apply = QPushButton(self.tr("&Apply"))
        self._save = QPushButton(icon("save"), self.tr("&Save as…"))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._build()
        self._timer.timeout.connect(self._want_count)
        self.box.changed.connect(self._take_built)
        self.text.typed.connect(self._wait_for_text)
        self.text.text_edited.connect(self.text_edited)
        self.tabs.currentChanged.connect(self._turn)
        self._apply.clicked.connect(self._accept)
        self._save.clicked.connect(self._ask_name)
        self._buttons.rejected.connect(self.reject)

    def _build(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(12, 12, 12, 12)
        column.addWidget(self.box)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        written = QWidget()
        text_column = QVBoxLayout(written)
        text_column.setContentsMargins(12, 12, 12, 12)
        text_column.addWidget(self.text)
        self.tabs.addTab(scroll, self.tr("&Conditions"))
        self.tabs.addTab(written, self.tr("As &text"))
        self._words.setProperty("role", "muted")
        self._apply.setProperty("role", "primary")
        self._apply.setDefault(True)
        self._buttons.addButton(self._apply, QDialogButtonBox.ButtonRole.ActionRole)
        foot = QHBoxLayout()
        foot.addWidget(self._save)
        foot.addStretch(1)
        foot.addWidget(self._buttons)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 12, 16, 14)
        whole.setSpacing(10)
        whole.addWidget(self.tabs, 1)
        whole.addWidget(self._words)
        whole.addWidget(self._count)
        whole.addLayout(foot)

    def set_group(self, group: Group) -> None:
        """Show this filter."""
        self._is_typed = False
        self.box.set_group(group)
        self._order_tabs()
        self._take(group)
        self.text_wanted.emit(group)

    def show_text(self) -> None:
        self.tabs.setCurrentIndex(TEXT)
        self.text.setFocus()

    @property
    def group(self) -> Group | None:
        """None while it cannot be read, or a condition says nothing."""
        return self._group

    def set_read_group(self, group: Group) -> None:
        """What the text says; said of a text that has been changed since, it says nothing."""
        if self.text.is_waiting:
            return
        self._is_typed = False
        self.text.set_problem("")
        self.box.set_group(group)
        self._order_tabs()
        self._take(group)

    def set_text_problem(self, text: str, line: int | None, column: int | None) -> None:
        """The text cannot be read, and where. Who has turned to the conditions meanwhile goes on with these."""
        if self.text.is_waiting:
            return
        self._is_typed = False
        if self.tabs.currentIndex() == BUILDER:
            self._take_built()
            return
        self.text.set_problem(text, line, column)
        self._take(None)

    def set_count(self, n_images: int, total: int) -> None:
        """W-532 where nothing passes."""
        text = self.tr("{n} of {images}").format(n=count(n_images), images=counted(total, "image"))
        nothing = f"{text}  ·  {NOTHING_PASSES.code}: {self.tr('The filter matches nothing.')}"
        self._show_count(text if n_images else nothing, "strong")
        if not n_images:
            set_role(self._count, "warning")

    def set_count_problem(self, text: str) -> None:
        """The filter names what is not there, or the images cannot be counted."""
        self._show_count(text, "error")

    @property
    def count_text(self) -> str:
        return self._count.text()

    def _show_count(self, text: str, role: str) -> None:
        self._count.setText(text)
        set_role(self._count, role)

    def _order_tabs(self) -> None:
        """What is added comes last to Qt, wherever it stands."""
        for one, after in pairwise(self.box.tab_widgets()):
            QWidget.setTabOrder(one, after)

    def _wait_for_text(self) -> None:
        """Until it is read, nothing is known that could be applied."""
        self._is_typed = True
        self._take(None)

    def _take_built(self) -> None:
        self._is_typed = False
        n_widgets = len(self.box.tab_widgets())
        if n_widgets != self._n_widgets:
            self._n_widgets = n_widgets
            self._order_tabs()
        self._take(self.box.group())

    def _take(self, group: Group | None) -> None:
        self._group = group
        self._words.setText("" if group is None else in_words(group))
        self._apply.setEnabled(group is not None or self.tabs.currentIndex() == BUILDER)
        self._save.setEnabled(group is not None)
        if group is None:
            self._timer.stop()
            self._show_count("", "strong")
        else:
            self._timer.start()

    def _turn(self, at: int) -> None:
        if at == TEXT and self._group is not None:
            self.text_wanted.emit(self._group)
        elif at == BUILDER and self._is_typed:
            self.text.end_pause()
        elif at == BUILDER:
            self._take_built()
            self.text.set_problem("")

    def _want_count(self) -> None:
        if self._group is not None:
            self.count_wanted.emit(self._group)

    def _accept(self) -> None:
        if self._group is None:
            self.box.show_problems()
            self.text.go_to_problem()
            return
        self.applied.emit(self._group)
        self.accept()

    def _ask_name(self) -> None:
        if self._group is not None:
            self.save_requested.emit(self._group)
