"""One finding: how bad it is, what it says, the images behind it, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from core.domain.checks import MOST_TOLD, CheckId, Finding
from core.domain.image_ids import ImageIds
from core.domain.imports import Severity
from ui.checks.group_button import GroupButton
from ui.icons import icon
from ui.widgets.badge import Badge
from ui.widgets.formatting import count, counted
from ui.widgets.labels import label

MOST_GROUPS = 8
MOST_LINES = 6
_ALONE = (CheckId.TURNED, CheckId.UNREADABLE_FILES)
"""Of these, the first images are shown one by one."""

_WORDS = {
    Severity.ERROR: ("Problem", "error"),
    Severity.WARNING: ("Doubt", "warning"),
    Severity.INFO: ("Remark", "info"),
}


class FindingCard(QFrame):
    images_requested = Signal(object)  # ImageIds
    repair_requested = Signal()

    def __init__(self, finding: Finding, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.finding = finding
        self.groups = self._make_groups()
        self.setProperty("role", "card")
        self.setAccessibleName(finding.title)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addLayout(self._head())
        column.addWidget(label(finding.text, wrap=True))
        if finding.details:
            column.addWidget(self._lines())
        if self.groups:
            column.addWidget(self._strip())
        if finding.repair is not None:
            column.addWidget(label(finding.repair.text, "muted", wrap=True))
        if len(finding.images) or finding.repair is not None:
            column.addLayout(self._buttons())

    def _make_groups(self) -> tuple[GroupButton, ...]:
        finding = self.finding
        has_shapes = finding.check is CheckId.TURNED
        if len(finding.starts):
            groups = [finding.group(number) for number in range(min(len(finding.starts), MOST_GROUPS))]
        elif finding.check in _ALONE:
            groups = [finding.images[number : number + 1] for number in range(min(len(finding.images), MOST_GROUPS))]
        else:
            groups = []
        made = tuple(GroupButton(images, has_shapes=has_shapes) for images in groups)
        for button in made:
            button.clicked.connect(lambda _=False, images=button.images: self.images_requested.emit(images))
        return made

    def _head(self) -> QHBoxLayout:
        word, tone = _WORDS[self.finding.severity]
        badge = Badge(word, tone)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(badge)
        row.addWidget(label(self.finding.title, "heading"))
        row.addStretch(1)
        if self.finding.code:
            row.addWidget(label(self.finding.code, "muted"))
        return row

    def _lines(self) -> QWidget:
        lines = list(self.finding.details[:MOST_LINES])
        told = len(self.finding.details)
        more = (self.finding.n if told == MOST_TOLD else told) - len(lines)
        if more > 0:
            lines.append(self.tr("and {n} more").format(n=count(more)))
        return label("\n".join(lines), "muted", wrap=True)

    def _strip(self) -> QWidget:
        """As wide as its groups, behind a scroll bar of its own where there is no room."""
        inside = QWidget()
        row = QHBoxLayout(inside)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for button in self.groups:
            row.addWidget(button)
        n_more = len(self.finding.starts) - len(self.groups) if len(self.finding.starts) else 0
        if n_more > 0:
            row.addWidget(label(self.tr("and {n} more").format(n=count(n_more)), "muted"))
        row.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for widget in (scroll.viewport(), inside):  # the card shows through
            widget.setAutoFillBackground(False)
        room = scroll.horizontalScrollBar().sizeHint().height()
        scroll.setFixedHeight(self.groups[0].sizeHint().height() + room + 2)
        return scroll

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        images: ImageIds = self.finding.images
        if len(images):
            words = self.tr("Show {images}").format(images=counted(len(images), "image"))
            show = QPushButton(icon("images"), words)
            show.setAccessibleName(f"{words}: {self.finding.title}")
            show.clicked.connect(lambda: self.images_requested.emit(images))
            row.addWidget(show)
        if self.finding.repair is not None:
            repair = QPushButton(icon("wand-sparkles"), self.finding.repair.button)
            repair.setAccessibleName(f"{self.finding.repair.button}: {self.finding.title}")
            repair.setToolTip(self.finding.repair.text)
            repair.clicked.connect(self.repair_requested)
            repair.setObjectName("repair")
            row.addWidget(repair)
        row.addStretch(1)
        return row
