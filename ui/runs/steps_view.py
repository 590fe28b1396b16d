"""The steps of a run side by side: what each is doing, how far it is, and how long it took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QProgressBar, QWidget

from core.domain.run import Run
from core.domain.runs import Stage, StageState
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

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._stage = Stage(name, title)
        self._icon = QLabel()
        self._icon.setFixedWidth(ICON_SIZE)
        self._title = ElidedLabel(title)
        font = self._title.font()
        font.setBold(True)
        self._title.setFont(font)
        self._time = QLabel()
        self._time.setTextFormat(Qt.TextFormat.PlainText)
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(title)
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
        grid.addWidget(self._bar, 1, 0, 1, 2)
        grid.addWidget(self._time, 1, 2)
        grid.addWidget(self._text, 2, 0, 1, 3)
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
        # What it did last would read as what it does; and a card has no room for the speed, which the line above says.
        said = {StageState.DONE: "", StageState.RUNNING: stage.text.partition(" · ")[0]}.get(stage.state, stage.text)
        self._text.setText(said or STATE_WORDS[stage.state])
        if is_new_state:
            self.repaint_icon()
            set_role(self._text, "error" if stage.state is StageState.FAILED else "muted")
        self.setAccessibleName(f"{stage.title}: {STATE_WORDS[stage.state]}")
        self.tick(now)

    def tick(self, now: datetime) -> None:
        seconds = stage_seconds(self._stage, now)
        self._time.setText("" if seconds is None else clock(seconds))

    def repaint_icon(self) -> None:
        name, role = STATE_ICONS[self._stage.state]
        self._icon.setPixmap(icon(name, role=role).pixmap(ICON_SIZE, ICON_SIZE))


class StepsView(QWidget):
    """A card for each step of the run's kind, and for those that it did not announce."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: dict[str, StepCard] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        theme_notifier().theme_changed.connect(self._repaint)

    def card(self, name: str) -> StepCard:
        return self._cards[name]

    @property
    def titles(self) -> tuple[str, ...]:
        """Of the cards, from left to right."""
        return tuple(card.stage.title for card in self._cards.values())

    def set_run(self, run: Run, now: datetime) -> None:
        """A step that the run does not have is shown as such; one that never began in a run that ended too."""
        given = {stage.name: stage for stage in run.state.stages} if run.state is not None else {}
        planned = {plan.name: Stage(plan.name, plan.title) for plan in run.kind.stages}
        shown = {**planned, **given}
        self._make_cards(shown)
        for name, stage in shown.items():
            if given and name not in given:
                stage = replace(stage, state=StageState.SKIPPED, text="not part of this run")
            elif given and run.status.is_terminal and stage.state is StageState.WAITING:
                stage = replace(stage, state=StageState.SKIPPED, text="not reached")
            self._cards[name].set_stage(stage, now)

    def tick(self, now: datetime) -> None:
        for card in self._cards.values():
            card.tick(now)

    def _make_cards(self, stages: Mapping[str, Stage]) -> None:
        """Cards stay while the steps do: most changes are of what they show."""
        if [(card.stage.name, card.stage.title) for card in self._cards.values()] == [
            (stage.name, stage.title) for stage in stages.values()
        ]:
            return
        for card in self._cards.values():
            self._row.removeWidget(card)
            card.deleteLater()
        self._cards = {name: StepCard(name, stage.title) for name, stage in stages.items()}
        for card in self._cards.values():
            self._row.addWidget(card, 1)

    def _repaint(self) -> None:
        for card in self._cards.values():
            card.repaint_icon()
