"""The twelve numbers that COCO's own evaluation prints, to compare with what others report."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from core.domain.analysis import CocoNumbers, CocoSummary
from ui.icons import icon
from ui.widgets.formatting import measure
from ui.widgets.labels import ElidedLabel, label

DIGITS = 3
LIMITS = (1, 10, 100)
ROWS = (
    ("AP", "ap", "ap"),
    ("AP50", "ap50", "map50"),
    ("AP75", "ap75", "ap75"),
    ("AP small", "ap_small", "ap_small"),
    ("AP medium", "ap_medium", "ap_medium"),
    ("AP large", "ap_large", "ap_large"),
    ("AR, {0} a class", "ar1", "ar1"),
    ("AR, {1} a class", "ar10", "ar10"),
    ("AR, {2} a class", "ar100", "ar100"),
    ("AR small", "ar_small", "ar_small"),
    ("AR medium", "ar_medium", "ar_medium"),
    ("AR large", "ar_large", "ar_large"),
)
"""What it is called here, the field of CocoNumbers, the name of its definition."""


class CocoCard(QFrame):
    help_requested = Signal(str)  # the name of a measure

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._summary: CocoSummary | None = None
        self._categories: tuple[str, ...] = ()
        self._category: int | None = None
        self._names = [label("", "muted") for _ in ROWS]
        self._values = [label("–") for _ in ROWS]
        for value in self._values:
            value.setAlignment(Qt.AlignmentFlag.AlignRight)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._about = label("", "muted", wrap=True)
        self._copy = _button("copy", self.tr("Copy the numbers of all classes"))
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.as_text()))
        self._help = _button("circle-help", self.tr("What these numbers mean"))
        self._help.clicked.connect(lambda: self.help_requested.emit("ap"))
        self._make_layout()

    def set_summary(self, summary: CocoSummary | None, categories: Sequence[str]) -> None:
        """None where there is nothing to compare with."""
        self._summary, self._categories = summary, tuple(categories)
        self._show()

    def choose(self, category: int | None) -> None:
        """Those of one class, by its index, or of all."""
        self._category = category
        self._show()

    def as_text(self) -> str:
        """A line a class, with six digits, for the clipboard."""
        if self._summary is None:
            return ""
        titles = ["class", *(field for _, field, _ in ROWS)]
        rows = [("all", self._summary.overall), *zip(self._categories, self._summary.by_category, strict=True)]
        lines = ([name, *(measure(getattr(numbers, field), 6) for _, field, _ in ROWS)] for name, numbers in rows)
        return "\n".join("\t".join(line) for line in (titles, *lines))

    def _show(self) -> None:
        summary = self._summary
        limits = summary.limits if summary is not None else LIMITS
        numbers: CocoNumbers | None = None
        if summary is not None:
            is_one = self._category is not None and self._category < len(summary.by_category)
            numbers = summary.by_category[self._category or 0] if is_one else summary.overall
        for (title, field, _), name, value in zip(ROWS, self._names, self._values, strict=True):
            name.setText(title.format(*limits))
            found: float | None = getattr(numbers, field) if numbers is not None else None
            value.setText(measure(found, DIGITS))
            value.setToolTip(measure(found, 6))
        self._about.setText(
            self.tr("There is no ground truth to compare with.")
            if summary is None
            else self.tr("At most {n} detections an image and class, as COCO counts.").format(n=limits[-1])
        )
        self._copy.setEnabled(summary is not None)

    def _make_layout(self) -> None:
        title = ElidedLabel(self.tr("COCO's numbers"))
        title.setProperty("role", "strong")
        header = QHBoxLayout()
        header.addWidget(title, 1)
        header.addWidget(self._copy)
        header.addWidget(self._help)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        for index, (name, value) in enumerate(zip(self._names, self._values, strict=True)):
            grid.addWidget(name, index, 0)  # below each other: beside an image there is no room for more
            grid.addWidget(value, index, 1)
        grid.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 10, 10)
        column.addLayout(header)
        column.addLayout(grid)
        column.addStretch()
        column.addWidget(self._about)


def _button(name: str, text: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(name))
    button.setAutoRaise(True)
    button.setToolTip(text)
    button.setAccessibleName(text)
    return button
