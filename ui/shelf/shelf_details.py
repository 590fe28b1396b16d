"""Everything that is known of the weights that are chosen, and what can be done with them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from core.domain.names import shown
from core.domain.starts import MeasuredStart, ShelfItem, ShelfOrigin
from ui.forms.scroll_column import ScrollColumn
from ui.icons import icon
from ui.shelf.shelf_words import facts_of
from ui.widgets.labels import label, set_role
from ui.widgets.start_figures import UNKNOWN_FIGURES, figures_of

WIDTH = 360

LONGEST_WORD = 24  # signs that are not broken


class ShelfDetails(QFrame):
    verify_requested = Signal(object)  # ShelfItem
    describe_requested = Signal(object)  # ShelfItem
    remove_requested = Signal(object)  # ShelfItem
    version_requested = Signal(object)  # VersionId

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setFixedWidth(WIDTH)
        self._item: ShelfItem | None = None
        self._measured: tuple[MeasuredStart, ...] = ()
        self._title = label("", "heading", wrap=True)
        self._problem = label("", "warning", wrap=True)
        self._facts = QFormLayout()
        self._facts.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        self._facts.setVerticalSpacing(2)
        self._figures_title = label(self.tr("Measured"), "muted")
        self._figures = label("", wrap=True)
        self._verify = QPushButton(icon("shield"), self.tr("Verify"))
        self._describe = QPushButton(icon("pencil"), self.tr("Licence and note…"))
        self._open = QPushButton(icon("box"), self.tr("Open version"))
        self._remove = QPushButton(icon("trash-2", role="error"), self.tr("Remove…"))
        set_role(self._remove, "danger")
        self._lay_out()
        self._verify.clicked.connect(lambda: self._tell(self.verify_requested))
        self._describe.clicked.connect(lambda: self._tell(self.describe_requested))
        self._remove.clicked.connect(lambda: self._tell(self.remove_requested))
        self._open.clicked.connect(self._open_version)
        self.show_item(None)

    def _lay_out(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        for widget in (self._title, self._problem):
            column.addWidget(widget)
        column.addLayout(self._facts)
        column.addWidget(self._figures_title)
        column.addWidget(self._figures)
        column.addStretch(1)
        buttons = QVBoxLayout()
        buttons.setContentsMargins(16, 8, 16, 14)
        buttons.setSpacing(8)
        for pair in ((self._verify, self._open, self._describe), (self._remove,)):
            row = QHBoxLayout()
            for button in pair:
                row.addWidget(button)
            row.addStretch(1)
            buttons.addLayout(row)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(ScrollColumn(content), 1)
        whole.addLayout(buttons)

    def set_measured(self, measured: Sequence[MeasuredStart]) -> None:
        self._measured = tuple(measured)
        self.show_item(self._item)

    def show_item(self, item: ShelfItem | None) -> None:
        """None = nothing is chosen: then there is nothing to show."""
        self._item = item
        self.setVisible(item is not None)
        if item is None:
            return
        self._title.setText(shown(item.title))
        self._problem.setText(item.problem)
        self._problem.setVisible(bool(item.problem))
        while self._facts.rowCount():
            self._facts.removeRow(0)
        for title, text in facts_of(item):
            self._facts.addRow(label(title, "muted"), _value(text))
        start = {ShelfOrigin.STARTER: item.key, ShelfOrigin.PACKAGE: "pretrained"}.get(item.origin, "")
        lines = figures_of(start, self._measured, item.tasks) if start else ()
        is_version = item.origin is ShelfOrigin.VERSION
        self._figures.setText("\n".join(lines) or UNKNOWN_FIGURES)
        for widget in (self._figures_title, self._figures):
            widget.setVisible(not is_version)
        self._open.setVisible(is_version)
        self._describe.setVisible(not item.kept_reason)
        self._remove.setEnabled(not item.kept_reason)
        self._remove.setToolTip(item.kept_reason)

    def texts(self) -> tuple[str, ...]:
        """As they are shown, from top to bottom."""
        facts = []
        for row in range(self._facts.rowCount()):
            field = self._facts.itemAt(row, QFormLayout.ItemRole.FieldRole)
            widget = field.widget() if field is not None else None
            facts.append(widget.text() if isinstance(widget, QLabel) else "")
        return (self._title.text(), self._problem.text(), *facts, self._figures.text())

    @property
    def remove_button(self) -> QPushButton:
        return self._remove

    def _tell(self, signal: object) -> None:
        if self._item is not None:
            signal.emit(self._item)  # type: ignore[attr-defined]

    def _open_version(self) -> None:
        if self._item is not None and self._item.version is not None:
            self.version_requested.emit(self._item.version)


def _value(text: str) -> QLabel:
    """Text that can be copied; long words such as hashes and paths may be broken anywhere."""
    made = label("", wrap=True)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setText(_breakable(_in_groups(text)))
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    made.setContentsMargins(0, 0, 0, 6)
    return made


def _breakable(text: str) -> str:
    """With places to break at that take no room: after signs that part words, and within words that are too long."""
    parts = []
    n_whole = 0  # signs since the last place to break at
    for sign in text:
        n_whole += 1
        parts.append(sign)
        if sign == " ":
            n_whole = 0
        elif sign in "/\\_-" or n_whole == LONGEST_WORD:
            parts.append("\u200b")
            n_whole = 0
    return "".join(parts)


def _in_groups(text: str) -> str:
    """A hash in groups of eight, so that it can be compared and wrapped."""
    is_hash = len(text) == 64 and all(sign in "0123456789abcdef" for sign in text)
    return " ".join(text[at : at + 8] for at in range(0, 64, 8)) if is_hash else text
