"""Images with what is there and what was predicted, drawn on and packed into the page."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from core.domain.geometry import Box, Geometry, bounds_of
from core.domain.outcomes import FALSE_NEGATIVES, Outcomes, PredictionState
from core.domain.predictions import ImageRecord, ObjectTable
from core.images.reading import decode

MAX_SIDE = 720
QUALITY = 78
DASH, GAP = 7, 5
MISSED, RIGHT, WRONG, OTHER_CLASS = "#0072B2", "#009E73", "#D55E00", "#CC79A7"
FOUND = "#7A8699"


def drawn_image(path: Path, record: ImageRecord, table: ObjectTable, outcomes: Outcomes, index: int, white: int) -> str:
    """An <img> with its bytes. Ground truth is dashed, predictions are solid. Raises ImageFileError."""
    picture = decode(path, max_side=MAX_SIDE, white=white)
    draw_outcomes(picture, record, table, outcomes, index)
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=QUALITY)
    encoded = base64.b64encode(content.getvalue()).decode("ascii")
    return f'<img alt="" width="{picture.width}" height="{picture.height}" src="data:image/jpeg;base64,{encoded}">'


def draw_outcomes(
    picture: Image.Image,
    record: ImageRecord,
    table: ObjectTable,
    outcomes: Outcomes,
    index: int,
    *,
    width: int = 2,
    area: Box | None = None,
) -> None:
    """Onto a picture of the image, of whatever size: ground truth dashed, predictions solid, coloured by outcome.

    `area` is the part of the image that the picture shows; None = all of it.
    """
    shown = area or bounds_of(None, max(1, record.image.width), record.image.height)
    pen = _Pen(ImageDraw.Draw(picture), record, shown, picture.width / shown.width, width)
    truth_states = outcomes.truth_states[table.truths_of(index)]
    for truth, state in zip(record.truths, truth_states, strict=True):
        is_missed = int(state) in [int(item) for item in FALSE_NEGATIVES]
        pen.outline(truth.geometry, MISSED if is_missed else FOUND, is_dashed=True)
    states = outcomes.prediction_states[table.predictions_of(index)]
    for prediction, state in zip(record.predictions, states, strict=True):
        if state in (PredictionState.BELOW, PredictionState.IGNORED):
            continue
        colour = RIGHT if state == PredictionState.TP else WRONG
        if state in (PredictionState.FP_CLASS, PredictionState.FP_BOTH):
            colour = OTHER_CLASS
        pen.outline(prediction.geometry, colour, is_dashed=False)


@dataclass(frozen=True, slots=True)
class _Pen:
    """Draws in pixels of the image; `area` is what the picture shows of it, at `scale`."""

    draw: ImageDraw.ImageDraw
    record: ImageRecord
    area: Box
    scale: float
    width: int

    def outline(self, geometry: Geometry, colour: str, *, is_dashed: bool) -> None:
        shape = geometry or bounds_of(geometry, self.record.image.width, self.record.image.height)
        for ring in shape.outline():
            points = [self._at(x, y) for x, y in zip(ring[0::2], ring[1::2], strict=True)]
            if len(points) < 2:
                continue
            for start, end in zip(points, [*points[1:], points[0]], strict=True):
                for piece in _dashes(start, end, self.width / 2) if is_dashed else ((start, end),):
                    self.draw.line(piece, fill=colour, width=self.width)

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return (x - self.area.x0) * self.scale, (y - self.area.y0) * self.scale


def _dashes(
    start: tuple[float, float], end: tuple[float, float], factor: float
) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    length = math.dist(start, end)
    if not length:
        return
    dx, dy = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    at = 0.0
    while at < length:
        until = min(length, at + DASH * factor)
        yield (start[0] + dx * at, start[1] + dy * at), (start[0] + dx * until, start[1] + dy * until)
        at += (DASH + GAP) * factor
