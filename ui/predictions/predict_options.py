"""How a version looks at images: threshold, device, tiles, and what few people change."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from core.domain.devices import DeviceReport
from core.domain.predicting import (
    DEFAULT_IOU,
    DEFAULT_OVERLAP,
    DEFAULT_TILE,
    LEAST_TILE,
    MOST_TILE,
    PredictionDraft,
    Tiling,
)
from core.domain.thresholds import VersionThreshold
from ui.forms.field_editors import QuietComboBox
from ui.forms.number_field import NumberField
from ui.forms.switch import Switch
from ui.icons import icon
from ui.widgets.labels import label

DEFAULT_MOST = 300


class PredictOptions(QFrame):
    changed = Signal()
    reshaped = Signal()  # more or less is shown

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._confidence = NumberField(is_whole=False, minimum=0.01, maximum=1, step=0.05)
        self._confidence_note = label("", "muted", wrap=True)
        self._device = QuietComboBox()
        self._device_note = label("", "muted", wrap=True)
        self._tiles = Switch(self.tr("Look at large images in &tiles"))
        self._size = NumberField(is_whole=True, minimum=LEAST_TILE, maximum=MOST_TILE, step=128)
        self._overlap = NumberField(is_whole=True, minimum=0, maximum=MOST_TILE // 2, step=32)
        self._whole = Switch(self.tr("the &whole image too"))
        self._more = QPushButton(icon("chevron-down"), self.tr("&More"))
        self._iou = NumberField(is_whole=False, minimum=0.05, maximum=1, step=0.05)
        self._most = NumberField(is_whole=True, minimum=1, maximum=100_000, step=50)
        self._size.set_number(DEFAULT_TILE)
        self._overlap.set_number(DEFAULT_OVERLAP)
        self._iou.set_number(DEFAULT_IOU)
        self._most.set_number(DEFAULT_MOST)
        self._device.addItem(self.tr("As in its training"), "")
        self._device.addItem(self.tr("CPU"), "cpu")
        self._build()
        self._show_tiles(is_on=False)
        for field in (self._confidence, self._size, self._overlap, self._iou, self._most):
            field.number_edited.connect(self.changed)
        self._device.activated.connect(lambda _row: self.changed.emit())
        self._tiles.toggled.connect(lambda is_on: self._show_tiles(is_on=is_on))
        self._tiles.clicked.connect(lambda: self.changed.emit())
        self._whole.clicked.connect(lambda: self.changed.emit())
        self._more.clicked.connect(lambda: self._show_more(is_on=self._few.isHidden()))

    def set_devices(self, report: DeviceReport | None) -> None:
        """None = they are being looked for."""
        if report is None:
            self._device_note.setText(self.tr("Looking for GPUs…"))
            return
        for device in report.gpus:
            if self._device.findData(device.id) < 0:
                self._device.addItem(f"GPU {device.id.rpartition(':')[2]} · {device.name}", device.id)
        self._device_note.setText("")

    def set_threshold(self, threshold: VersionThreshold) -> None:
        """The version's own, which holds unless another is typed."""
        self._confidence.setPlaceholderText(f"{threshold.confidence:.2f}")
        self._confidence_note.setText(
            threshold.about if not self._confidence.text().strip() else self.tr("Empty = that of the version.")
        )

    def apply(self, draft: PredictionDraft) -> PredictionDraft:
        """Only without a `problem`."""
        tiling = None
        if self._tiles.isChecked():
            tiling = Tiling(_whole(self._size), _whole(self._overlap), with_whole=self._whole.isChecked())
        typed = self._confidence.number() if self._confidence.text().strip() else None
        return replace(
            draft,
            confidence=None if typed is None else float(typed),
            device=self._device.currentData() or "",
            tiling=tiling,
            iou=float(self._iou.number()),
            max_detections=_whole(self._most),
        )

    def problem(self) -> str:
        """What is not filled in as it should be, as a sentence; "" = nothing."""
        typed = self._confidence.number() if self._confidence.text().strip() else 0.5
        if isinstance(typed, str) or not 0 < typed <= 1:
            return self.tr("The confidence is a number above 0 and up to 1.")
        iou, most = self._iou.number(), self._most.number()
        if isinstance(iou, str) or not 0 < iou <= 1:
            return self.tr("The IoU is a number above 0 and up to 1.")
        if isinstance(most, str) or most < 1:
            return self.tr("The most objects of an image are a whole number.")
        size, overlap = self._size.number(), self._overlap.number()
        if self._tiles.isChecked():
            if isinstance(size, str) or not LEAST_TILE <= size <= MOST_TILE:
                return self.tr("Tiles have {least} to {most} pixels.").format(least=LEAST_TILE, most=MOST_TILE)
            if isinstance(overlap, str) or not 0 <= overlap <= size // 2:
                return self.tr("Tiles overlap by 0 to {most} pixels.").format(most=int(size) // 2)
        return ""

    @property
    def tiles(self) -> Switch:
        return self._tiles

    @property
    def confidence(self) -> NumberField:
        return self._confidence

    def _show_tiles(self, *, is_on: bool) -> None:
        self._tile_row.setVisible(is_on)
        self._tile_note.setText(
            self.tr("Tiles are looked at in full size; what two of them show of one object is joined.")
            if is_on
            else self.tr("Without tiles an image is shrunk to what the version was trained on: small things get lost.")
        )
        self.reshaped.emit()

    def _show_more(self, *, is_on: bool) -> None:
        self._few.setVisible(is_on)
        self._more.setIcon(icon("chevron-up" if is_on else "chevron-down"))
        self.reshaped.emit()

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(2, 1)
        for row, (title, control, note) in enumerate(
            (
                (self.tr("&Confidence from"), self._confidence, self._confidence_note),
                (self.tr("&Device"), self._device, self._device_note),
            )
        ):
            name = label(title)
            name.setBuddy(control)
            control.setAccessibleName(title.replace("&", ""))
            grid.addWidget(name, row, 0)
            grid.addWidget(control, row, 1)
            grid.addWidget(note, row, 2)
        self._tile_row = QWidget()
        tiles = QHBoxLayout(self._tile_row)
        tiles.setContentsMargins(0, 0, 0, 0)
        for title, field in ((self.tr("&Size"), self._size), (self.tr("&Overlap"), self._overlap)):
            name = label(title)
            name.setBuddy(field)
            field.setAccessibleName(title.replace("&", ""))
            tiles.addWidget(name)
            tiles.addWidget(field)
        tiles.addStretch(1)
        tiles.addWidget(self._whole)
        self._tile_note = label("", "muted", wrap=True)
        self._few = QWidget()
        few = QHBoxLayout(self._few)
        few.setContentsMargins(0, 0, 0, 0)
        for title, field in (
            (self.tr("Same from an &IoU of"), self._iou),
            (self.tr("Most o&bjects"), self._most),
        ):
            name = label(title)
            name.setBuddy(field)
            field.setAccessibleName(title.replace("&", ""))
            few.addWidget(name)
            few.addWidget(field)
        few.addStretch(1)
        self._iou.setToolTip(self.tr("Two objects of a class that overlap by more are taken for one"))
        self._most.setToolTip(self.tr("Of an image; with tiles of each tile"))
        self._few.hide()
        self._more.setAutoDefault(False)
        more = QHBoxLayout()
        more.addWidget(self._more)
        more.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 12)
        column.setSpacing(10)
        column.addLayout(grid)
        column.addWidget(self._tiles)
        column.addWidget(self._tile_row)
        column.addWidget(self._tile_note)
        column.addLayout(more)
        column.addWidget(self._few)


def _whole(field: NumberField) -> int:
    return int(field.number())
