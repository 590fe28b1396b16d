"""The steps of a run side by side: what each is doing, how far it is, and how long it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QProgressBar, QWidget

from core.domain.runs import STAGE_TITLES, RunStatus, Stage, StageName, StageState
from ui.icons import icon
from ui.theme import theme_notifier
from ui.widgets.labels import ElidedLabel, set_role

ICON_SIZE = 18
STATE_ICONS: Mapping[StageState, tuple[str, str]] = {
    StageState.WAITING: ("circle-dashed", "text_disabled"),
    StageState.RUNNING: ("loader", "accent"),
    StageState.DONE: ("circle-check", "success"),
    StageState.SKIPPED: ("circle", "text_disabled"),
    StageState.FAILED: ("circle-x", "error"),
}
STATE_WORDS: Mapping[StageState, str] = {
    StageState.WAITING: "waiting",
    StageState.RUNNING: "running",
    StageState.DONE: "done",
    StageState.SKIPPED: "skipped",
    StageState.FAILED: "failed",
}


def stage_seconds(stage: Stage, now: datetime) -> float | None:
    """How long it took, or has been taking; None when it did not start."""
    if stage.state is StageState.RUNNING and stage.started_at is not None:
        return max(stage.duration_s, (now - stage.started_at).total_seconds())
    return stage.duration_s if stage.state in (StageState.DONE, StageState.FAILED) else None


def clock(seconds: float) -> str:
    """ "0:14", "18:50", "3:00:12": a card has little room."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


class StepCard(QFrame):
    """One step. The words say what the icon and the bar show."""

    def __init__(self, name: StageName, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.name = name
        self._stage = Stage(name)
        self._icon = QLabel()
        self._icon.setFixedWidth(ICON_SIZE)
        self._title = ElidedLabel(STAGE_TITLES[name])
        font = self._title.font()
        font.setBold(True)
        self._title.setFont(font)
        self._time = QLabel()
        self._time.setTextFormat(Qt.TextFormat.PlainText)
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(STAGE_TITLES[name])
        self._text = ElidedLabel()
        self._text.setProperty("role", "muted")
        grid = QGridLayout(self)
        small = self._text.font()
        small.setPointSizeF(small.pointSizeF() * 0.93)
        self._text.setFont(small)
        self._time.setFont(small)
        grid.setContentsMargins(9, 8, 9, 8)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(4)
        grid.addWidget(self._icon, 0, 0)
        grid.addWidget(self._title, 0, 1, 1, 2)
        grid.addWidget(self._bar, 1, 0, 1, 3)
        grid.addWidget(self._text, 2, 0, 1, 2)
        grid.addWidget(self._time, 2, 2)
        grid.setColumnStretch(1, 1)
        self.repaint_icon()

    @property
    def stage(self) -> Stage:
        return self._stage

    def text(self) -> str:
        return self._text.text()

    def set_stage(self, stage: Stage, now: datetime) -> None:
        is_new_state = stage.state is not self._stage.state
        self._stage = stage
        self._bar.setValue(round(stage.fraction * 1000) if stage.state is not StageState.DONE else 1000)
        self._text.setText(stage.text or STATE_WORDS[stage.state])
        if is_new_state:
            self.repaint_icon()
            set_role(self._text, "error" if stage.state is StageState.FAILED else "muted")
        self.setAccessibleName(f"{STAGE_TITLES[self.name]}: {STATE_WORDS[stage.state]}")
        self.tick(now)

    def tick(self, now: datetime) -> None:
        seconds = stage_seconds(self._stage, now)
        self._time.setText("" if seconds is None else clock(seconds))

    def repaint_icon(self) -> None:
        name, role = STATE_ICONS[self._stage.state]
        self._icon.setPixmap(icon(name, role=role).pixmap(ICON_SIZE, ICON_SIZE))


class StepsView(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards = {name: StepCard(name) for name in StageName}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for card in self._cards.values():
            row.addWidget(card, 1)
        theme_notifier().theme_changed.connect(self._repaint)

    def card(self, name: StageName) -> StepCard:
        return self._cards[name]

    def set_stages(self, stages: Sequence[Stage], status: RunStatus, now: datetime) -> None:
        """A step that the run does not have is shown as such; one that never began in a run that ended too."""
        given = {stage.name: stage for stage in stages}
        for name, card in self._cards.items():
            stage = given.get(name)
            if stage is None:
                stage = Stage(name, StageState.SKIPPED, text="not part of this run") if given else Stage(name)
            elif status.is_terminal and stage.state is StageState.WAITING:
                stage = Stage(name, StageState.SKIPPED, text="not reached")
            card.set_stage(stage, now)

    def tick(self, now: datetime) -> None:
        for card in self._cards.values():
            card.tick(now)

    def _repaint(self) -> None:
        for card in self._cards.values():
            card.repaint_icon()
