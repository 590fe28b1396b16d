"""One image of a study: predictions over ground truth, in any of the modes, at the thresholds in force."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from core.domain.geometry import Box
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.domain.predictions import ImageRecord, ObjectTable
from core.domain.studies import PictureState, StudyImage
from core.domain.study_lists import StudyAnswer
from ui.icons import icon
from ui.studies.cells import CellKey, object_box
from ui.studies.study_layers import image_layers, judged, ref_of
from ui.viewer.layered_view import LayeredView
from ui.viewer.overlays import OverlayKind, OverlayLayer, OverlayObject
from ui.viewer.picture import Picture
from ui.widgets.badge import Badge
from ui.widgets.empty_state import EmptyState
from ui.widgets.labels import ElidedLabel

LOADING_DELAY_MS = 200  # a shorter wait is not worth a word


class ImagePane(QWidget):
    """`view` holds the canvas and the modes; its panel is laid out by the page."""

    object_selected = Signal(object, object)  # OverlayObject | None, its partner | None
    step_requested = Signal(int)  # to the next (1) or previous (-1) image with an error
    save_requested = Signal()
    retry_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = LayeredView()
        self._table: ObjectTable | None = None
        self._author, self._second_author = "", ""
        self._second_table: ObjectTable | None = None
        self._answer: StudyAnswer | None = None
        self._image: StudyImage | None = None
        self._layers: tuple[OverlayLayer, ...] = ()
        self._second_layers: tuple[OverlayLayer, ...] = ()
        self._aim: CellKey | None = None  # is selected and brought to the middle when its image is there
        self._name = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self._seen = Badge(self.tr("seen in training"), "warning")
        self._seen.setToolTip(self.tr("The model was trained on this image."))
        self._state = Badge("", "warning")
        self._problem = EmptyState("triangle-alert", "", "", self.tr("Try again"))
        self._nothing = EmptyState("image", self.tr("No image is chosen"), self.tr("Choose one in the grid."))
        self._loading = EmptyState("loader", self.tr("Loading…"), "")
        self._stack = QStackedWidget()
        for widget in (self._nothing, self.view, self._loading, self._problem):
            self._stack.addWidget(widget)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LOADING_DELAY_MS)
        self._timer.timeout.connect(lambda: self._stack.setCurrentWidget(self._loading))
        self._build()
        self.view.canvas.object_selected.connect(self._announce_selection)
        self._problem.action_requested.connect(self.retry_requested)

    def _build(self) -> None:
        buttons = (
            self._button("chevron-left", self.tr("Previous image with an error (,)"), lambda: self._step(-1)),
            self._button("chevron-right", self.tr("Next image with an error (.)"), lambda: self._step(1)),
            self._button("zoom-out", self.tr("Zoom out (-)"), self.view.canvas.zoom_out),
            self._button("zoom-in", self.tr("Zoom in (+)"), self.view.canvas.zoom_in),
            self._button("maximize", self.tr("Fit into the window (F)"), self.view.canvas.fit),
            self._button("save", self.tr("Save this view as a picture…"), self.save_requested.emit),
        )
        head = QHBoxLayout()
        head.setContentsMargins(8, 4, 4, 0)
        head.setSpacing(2)
        head.addWidget(self._name, 1)
        head.addWidget(self._seen)
        head.addWidget(self._state)
        for button in buttons:
            head.addWidget(button)
        self._seen.hide()
        self._state.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self._stack, 1)

    def _button(self, icon_name: str, tip: str, slot: Callable[[], object]) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(icon_name))
        button.setIconSize(QSize(18, 18))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: slot())
        return button

    # Setters

    def set_study(self, table: ObjectTable | None, author: str) -> None:
        """Another study; nothing is shown of it yet."""
        self._table, self._author, self._answer = table, author, None
        self._second_table, self._second_author = None, ""
        self._forget()
        self._timer.stop()
        self._stack.setCurrentWidget(self._nothing)

    def set_second(self, table: ObjectTable | None, author: str) -> None:
        """Predictions B of the same images; None = none any more."""
        self._second_table, self._second_author = table, author
        self._second_layers = ()
        self._show_layers()

    def show_key(self, key: CellKey) -> None:
        """Turn to an image that follows, or to an object of the one that is shown."""
        self._aim = key if key.is_patch else None
        if self._image is not None and self._image.index == key.image:
            self._take_aim()
            return
        if self._table is not None:
            self._forget()
            self._aim = key if key.is_patch else None
            self._name.setText(shown(self._table.images[key.image].key))
        self._timer.start()

    def set_image(self, image: StudyImage, second: ImageRecord | None = None, *, is_seen: bool = False) -> None:
        """The image with its objects; the picture comes by itself."""
        if self._table is None:
            return
        self._image = image
        self._layers = image_layers(image.record, self._table, self._author)
        self._second_layers = ()
        if second is not None and self._second_table is not None:
            kind = OverlayKind.PREDICTIONS_B
            self._second_layers = image_layers(second, self._second_table, self._second_author, kind)
        self._name.setText(shown(image.record.image.key))
        self.view.canvas.setAccessibleName(self.tr("Image {name}").format(name=shown(image.record.image.key)))
        self._seen.setVisible(is_seen)
        self._state.setVisible(image.state is not PictureState.OK)
        self._state.set_state(str(image.state.value), "warning", image.text)
        self._show_layers()

    def set_picture(self, picture: Picture) -> None:
        """A first, smaller picture, or the full one after it; or a blank one, where there is no file."""
        self._timer.stop()
        self.view.canvas.set_picture(picture)
        self._stack.setCurrentWidget(self.view)
        self._take_aim()

    def set_answer(self, answer: StudyAnswer) -> None:
        self._answer = answer
        self._show_layers()

    def show_problem(self, message: UserMessage) -> None:
        """The image cannot be shown; why, and what to do."""
        self._timer.stop()
        self._problem.set_content("triangle-alert", message.text, message.hint, self.tr("Try again"))
        self._stack.setCurrentWidget(self._problem)

    # What is shown

    @property
    def image(self) -> StudyImage | None:
        return self._image

    def select_error(self, step: int) -> None:
        """The next (1) or previous (-1) error of the image, brought into sight."""
        self.view.canvas.select_next(step, only_errors=True)

    def rendered(self) -> QImage:
        """What is shown now, at twice the screen's resolution."""
        return self.view.canvas.render_image(2.0)

    def _forget(self) -> None:
        self._image, self._aim = None, None
        self._layers = self._second_layers = ()
        self.view.set_layers(())
        self.view.canvas.set_picture(None)
        self._name.setText("")
        self._seen.hide()
        self._state.hide()

    def _show_layers(self) -> None:
        image, table, answer = self._image, self._table, self._answer
        if image is None or table is None:
            return
        layers = self._layers
        if answer is not None:
            layers = judged(layers, table, answer.outcomes, image.index)
            if not table.n_truths:  # nothing is right or wrong: what is below the threshold goes, that is all
                layers = layers[-1:]
            if answer.second is not None and self._second_table is not None and self._second_layers:
                layers += judged(self._second_layers, self._second_table, answer.second.outcomes, image.index)
        self.view.set_layers(layers)

    def _take_aim(self) -> None:
        aim, table = self._aim, self._table
        if aim is None or table is None or self._image is None or self._image.index != aim.image:
            return
        if self.view.canvas.image_size() is None:
            return
        self._aim = None
        box = object_box(table, aim)
        self.view.canvas.centre_on(Box(box.x0, box.y0, box.x1, box.y1))
        self.view.canvas.select(ref_of(table, aim))

    def _step(self, step: int) -> None:
        self.step_requested.emit(step)

    def _announce_selection(self, one: OverlayObject | None) -> None:
        partner = None
        if one is not None and one.partner is not None:
            partner = self.view.canvas.object_of(one.partner)
        self.object_selected.emit(one, partner)
