"""What the network sees of the pinned images, epoch by epoch: beside the curves, while it trains and after.

At the end of its slider it follows the training; elsewhere it stays where it was put.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSlider, QToolButton, QVBoxLayout, QWidget

from core.domain.looks import SeenEpoch
from core.domain.messages import UserMessage
from core.domain.runs import Look
from ui.icons import icon
from ui.runs.look_grid import LookGrid
from ui.viewer.colouring import outcome_legend
from ui.viewer.legend import Legend
from ui.viewer.picture import Picture
from ui.widgets.labels import ElidedLabel, label

CONFIDENCE = 0.25
NOTE_WIDTH = 240  # a sentence needs less room than pictures
QWIDGETSIZE_MAX = 16_777_215  # Qt's own, which PySide does not export
_STEPS = 100  # of the confidence's slider


class LooksPanel(QWidget):
    look_requested = Signal(object)  # Look: read and show it
    epoch_chosen = Signal(object)  # int, or None: the newest, whichever it is
    pins_requested = Signal()
    picture_clicked = Signal(int)  # place of the image

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._looks: tuple[Look, ...] = ()
        self._wanted: Look | None = None  # asked for, shown or not
        self._follows = True
        self._is_live = False
        self._shown: SeenEpoch | None = None
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._confidence = QSlider(Qt.Orientation.Horizontal)
        self._legend = Legend()
        self._make_layout()
        self._tell_meanings(labels=False)
        self.clear()

    # What it shows

    @property
    def grid(self) -> LookGrid:
        return self._grid

    @property
    def legend(self) -> Legend:
        return self._legend

    @property
    def slider(self) -> QSlider:
        return self._slider

    @property
    def shown(self) -> SeenEpoch | None:
        return self._shown

    @property
    def text(self) -> str:
        """What is said in place of pictures; "" while there are some."""
        return self._note.text() if self._note.isVisibleTo(self) else ""

    @property
    def failure(self) -> str:
        """Why an epoch cannot be shown; "" when it can."""
        return self._failure.text() if self._failure.isVisibleTo(self._body) else ""

    @property
    def confidence(self) -> float:
        return self._confidence.value() / _STEPS

    @property
    def is_following(self) -> bool:
        return self._follows

    def clear(self) -> None:
        """Another run."""
        self._looks, self._wanted, self._shown, self._follows = (), None, None, True
        self.set_looks((), is_live=False, empty_text="")

    def set_looks(self, looks: Sequence[Look], *, is_live: bool, empty_text: str) -> None:
        """What there is by now. `empty_text` says why there is nothing, where there is nothing."""
        self._is_live = is_live
        known = tuple(sorted(looks, key=lambda look: look.epoch))
        is_same = known == self._looks
        self._looks = known
        self._note.setText(empty_text)
        self._refresh_visibility()
        if is_same:
            self._tell_place()
            return
        self._slider.blockSignals(True)
        self._slider.setRange(0, max(len(known) - 1, 0))
        place = len(known) - 1 if self._follows else self._place_of(self._wanted)
        self._slider.setValue(max(place, 0))
        self._slider.blockSignals(False)
        self._want(self._slider.value())

    def show_epoch(self, seen: SeenEpoch, pictures: dict[str, Picture]) -> None:
        """The answer to `look_requested`."""
        self._shown = seen
        self._failure.hide()
        self._confidence.setMinimum(max(1, round(seen.least_confidence * _STEPS)))
        self._tell_meanings(labels=seen.labels)
        self._grid.show_epoch(seen, pictures)
        self._refresh_visibility()
        self._tell_place()

    def set_pinning(self, refusal: str) -> None:
        """Why no other images can be pinned; "" when they can."""
        self._pins.setEnabled(not refusal)
        self._pins.setToolTip(refusal or self._pins.accessibleName())

    def show_problem(self, message: UserMessage) -> None:
        self._failure.setText(" ".join(part for part in (message.text, message.hint) if part))
        self._failure.show()

    def point_at(self, epoch: float | None) -> None:
        """The cursor in a curve: the evaluation nearest to it; None = where the slider was left."""
        if epoch is None or not self._looks:
            return
        nearest = min(range(len(self._looks)), key=lambda place: abs(self._looks[place].epoch - epoch))
        self._slider.setValue(nearest)

    @property
    def chosen_epoch(self) -> int | None:
        """Where the slider was put; None while it follows."""
        return None if self._follows or self._wanted is None else self._wanted.epoch

    # Inside

    def _place_of(self, look: Look | None) -> int:
        """The newest one that is no later: a retry does epochs anew."""
        if look is None:
            return len(self._looks) - 1
        return max((place for place, one in enumerate(self._looks) if one.epoch <= look.epoch), default=0)

    def _move(self, place: int) -> None:
        self._follows = place == len(self._looks) - 1
        self._want(place)
        self.epoch_chosen.emit(self.chosen_epoch)

    def _want(self, place: int) -> None:
        look = self._looks[place] if 0 <= place < len(self._looks) else None
        if look != self._wanted:
            self._wanted = look
            if look is not None:
                self.look_requested.emit(look)
        self._tell_place()

    def _ask_again(self) -> None:
        self._confidence_text.setText(f"{self.confidence:.2f}")
        if self._wanted is not None:
            self.look_requested.emit(self._wanted)

    def _tell_place(self) -> None:
        if self._wanted is None:
            self._place.setText("")
            return
        place = self._slider.value() + 1
        text = self.tr("epoch {0}").format(self._wanted.epoch)
        if self._is_live and self._follows:
            text = self.tr("epoch {0} · newest").format(self._wanted.epoch)
        self._place.setText(text)
        self._slider.setAccessibleDescription(
            self.tr("Epoch {0}, evaluation {1} of {2}").format(self._wanted.epoch, place, len(self._looks))
        )
        self._newest.setVisible(self._is_live and not self._follows)

    def _tell_meanings(self, *, labels: bool) -> None:
        self._legend.set_entries(outcome_legend(labels=labels))
        self._place.setToolTip(
            self.tr("Below each picture: how many labels are right, too many or wrong, missing")
            if labels
            else self.tr("Below each picture: found, false positives, missed (TP · FP · FN)")
        )

    def _refresh_visibility(self) -> None:
        has_looks = bool(self._looks)
        for widget in (self._body, self._place):
            widget.setVisible(has_looks)
        self._note.setVisible(not has_looks)
        self.setMaximumWidth(QWIDGETSIZE_MAX if has_looks else NOTE_WIDTH)

    def _make_layout(self) -> None:
        self._title = ElidedLabel(self.tr("Pinned images"))
        font = self._title.font()
        font.setBold(True)
        self._title.setFont(font)
        self._place = label("", "muted")
        self._newest = QPushButton(self.tr("Newest"))
        self._newest.setToolTip(self.tr("Go to the newest epoch, and follow the training from there"))
        self._newest.clicked.connect(lambda: self._slider.setValue(self._slider.maximum()))
        self._pins = QToolButton()
        self._pins.setIcon(icon("images"))
        self._pins.setAutoRaise(True)
        self._pins.setToolTip(self.tr("Pin other images of the validation set…"))
        self._pins.setAccessibleName(self._pins.toolTip())
        self._pins.clicked.connect(self.pins_requested)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title, 1)
        head.addWidget(self._place)
        head.addWidget(self._newest)
        head.addWidget(self._pins)
        self._slider.setAccessibleName(self.tr("Epoch"))
        self._slider.setPageStep(5)
        self._slider.setToolTip(self.tr("The epoch whose predictions are shown; at the right end the newest"))
        self._slider.valueChanged.connect(self._move)
        self._confidence.setRange(1, _STEPS - 1)
        self._confidence.setValue(round(CONFIDENCE * _STEPS))
        self._confidence.setAccessibleName(self.tr("Confidence from"))
        self._confidence.setToolTip(self.tr("Predictions that are less sure are left out"))
        self._confidence.valueChanged.connect(self._ask_again)
        self._confidence_text = label(f"{CONFIDENCE:.2f}", "muted")
        sure = QHBoxLayout()
        sure.setSpacing(8)
        sure.addWidget(label(self.tr("Confidence from"), "muted"))
        sure.addWidget(self._confidence, 1)
        sure.addWidget(self._confidence_text)
        self._failure = label("", "error", wrap=True)
        self._failure.hide()
        self._grid = LookGrid()
        self._grid.picture_clicked.connect(self.picture_clicked)
        self._body = QWidget()
        body = QVBoxLayout(self._body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(6)
        body.addWidget(self._slider)
        body.addWidget(self._grid, 1)
        body.addWidget(self._failure)
        body.addLayout(sure)
        body.addWidget(self._legend)
        self._note = label("", "muted", wrap=True)
        self._note.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self._body, 100)
        column.addWidget(self._note)
        column.addStretch(1)
