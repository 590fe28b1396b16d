"""A small rounded label for a state. The word carries the meaning; the colour only repeats it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from core.domain.models import VersionStatus
from core.domain.runs import RunRecord, RunStatus
from ui.theme import current_theme

RUN_TONES = {
    RunStatus.CREATED: "neutral",
    RunStatus.PENDING: "warning",
    RunStatus.IN_PROGRESS: "info",
    RunStatus.STOPPING: "warning",
    RunStatus.SUCCESS: "success",
    RunStatus.FAILED: "error",
    RunStatus.ABORTED: "error",
    RunStatus.TERMINATED: "warning",
    RunStatus.RERUN: "info",
}
VERSION_TONES = {
    VersionStatus.CREATED: "neutral",
    VersionStatus.AVAILABLE: "success",
    VersionStatus.ERROR: "error",
}
STATUS_HELP = {
    RunStatus.CREATED: "Made, not started.",
    RunStatus.PENDING: "Started; waits for its device to be free.",
    RunStatus.IN_PROGRESS: "Its process is at work.",
    RunStatus.STOPPING: "You asked it to stop; it finishes what it must to keep the best result.",
    RunStatus.SUCCESS: "Came to its end: all epochs, early stopping, or the time limit.",
    RunStatus.FAILED: "The training program ended with an error.",
    RunStatus.ABORTED: "Its process vanished or was killed.",
    RunStatus.TERMINATED: "You stopped it; the best result so far was kept.",
    RunStatus.RERUN: "A new attempt is about to start.",
}


def run_tone(record: RunRecord) -> str:
    """An end that the person ordered is no alarm."""
    return "warning" if record.is_killed_by_person else RUN_TONES[record.status]


def tone_colours(tone: str) -> tuple[QColor, QColor]:
    """Background and text of a tone (neutral, info, success, warning, error) in the theme in force."""
    theme = current_theme()
    if tone == "neutral":
        return QColor(theme.neutral_soft), QColor(theme.text_muted)
    return QColor(getattr(theme, f"{tone}_soft")), QColor(getattr(theme, tone))


class Badge(QLabel):
    """A state in a word, on a soft background of the given tone."""

    def __init__(self, text: str = "", tone: str = "neutral", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._tone = tone
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setContentsMargins(9, 2, 9, 2)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def set_state(self, text: str, tone: str, tool_tip: str = "") -> None:
        self._tone = tone
        self.setText(text)
        self.setToolTip(tool_tip)
        self.update()

    def set_run(self, record: RunRecord) -> None:
        self.set_state(str(record.status), run_tone(record), f"{STATUS_HELP[record.status]}\n{record.reason}".strip())

    # Qt overrides

    def paintEvent(self, event: QPaintEvent) -> None:
        background, text = tone_colours(self._tone)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(background)
        radius = self.height() / 2
        painter.drawRoundedRect(self.rect(), radius, radius)
        painter.setPen(text)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()
