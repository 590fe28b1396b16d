"""How far a piece of work is: what is being done, the time left, and a bar."""

from __future__ import annotations

import time

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from ui.widgets.formatting import time_left
from ui.widgets.labels import ElidedLabel, label

MIN_SHARE = 0.03  # of the work done before the time left is worth stating


class ProgressLine(QWidget):
    """Hidden until `start`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._started_at = 0.0
        self.text = ElidedLabel()
        self.left = label("", "muted")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress"))
        line = QHBoxLayout()
        line.addWidget(self.text, 1)
        line.addWidget(self.left)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(line)
        column.addWidget(self.bar)
        self.hide()

    def start(self, text: str) -> None:
        self._started_at = time.monotonic()
        self.text.setText(text)
        self.left.clear()
        self.bar.setRange(0, 0)
        self.show()

    def set_progress(self, done: float, total: float, text: str) -> None:
        """`total` 0 = not known."""
        self.bar.setRange(0, 1000 if total > 0 else 0)
        share = done / total if total > 0 else 0.0
        self.bar.setValue(round(share * 1000))
        if text:
            self.text.setText(text)
        elapsed = time.monotonic() - self._started_at
        is_known = share > MIN_SHARE and elapsed > 1.0
        self.left.setText(time_left(elapsed * (1 - share) / share) if is_known else "")
