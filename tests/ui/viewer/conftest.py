"""Hand-made images and classes for the viewer's tests."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from core.domain.geometry import Box, Geometry, Polygon
from core.domain.ids import AnnotationId, CategoryId, ImageId, ProjectId
from core.domain.outcomes import PredictionState, TruthState
from core.domain.predictions import PredictedObject
from core.domain.projects import AnnotatedImage, Annotation, Category, ImageRecord
from core.domain.snapshots import SnapshotObject
from ui.viewer.layers import prediction_layer, truth_layer
from ui.viewer.overlays import Judgement, OverlayKind, OverlayLayer
from ui.viewer.picture import Picture

TEXT, PICTURE = CategoryId("text"), CategoryId("picture")


@pytest.fixture
def categories() -> tuple[Category, ...]:
    return (Category(TEXT, "text_line", 0, 3), Category(PICTURE, "illustration", 1, 1))


@pytest.fixture
def annotated() -> AnnotatedImage:
    """400 x 300 pixels: a large box with a polygon inside, another box, and a label on the whole image."""
    image = ImageRecord(ImageId("image"), ProjectId("project"), "train/page.png", 400, 300, 1, "0" * 64, 1234)
    shapes: list[tuple[CategoryId | None, Geometry]] = [
        (PICTURE, Box(50, 50, 250, 250)),
        (TEXT, Polygon(((100.0, 100.0, 150.0, 100.0, 150.0, 150.0, 100.0, 150.0),))),
        (TEXT, Box(300, 20, 380, 40)),
        (TEXT, None),
    ]
    annotations = tuple(
        Annotation(AnnotationId(f"a{number}"), image.id, category, geometry)
        for number, (category, geometry) in enumerate(shapes)
    )
    return AnnotatedImage(image, annotations)


@pytest.fixture
def make_picture() -> Callable[..., Picture]:
    def make(width: int = 400, height: int = 300, *, scale: float = 1.0, colour: str = "#336699") -> Picture:
        image = QImage(round(width * scale), round(height * scale), QImage.Format.Format_RGB32)
        image.fill(QColor(colour))
        return Picture(width, height, (image,))

    return make


PAPER = "#ffffff"
NAMES = ("text_line", "illustration")


@pytest.fixture
def judged_layers() -> tuple[OverlayLayer, OverlayLayer]:
    """On 400 x 300 pixels: one found, one missed, a wrong class with its missed partner, one below, one crowd."""
    truths = (
        SnapshotObject(0, Box(20, 20, 120, 80)),
        SnapshotObject(0, Box(20, 200, 120, 260)),
        SnapshotObject(1, Box(200, 20, 300, 80)),
        SnapshotObject(1, Box(330, 200, 390, 260), is_crowd=True),
    )
    predictions = (
        PredictedObject(0, 0.9, Box(22, 24, 124, 82)),
        PredictedObject(0, 0.8, Box(204, 26, 304, 86)),
        PredictedObject(0, 0.7, Box(200, 200, 300, 260)),
        PredictedObject(0, 0.01, Box(140, 120, 240, 160)),
    )
    truth = truth_layer(truths, NAMES, 400, 300).judged(
        Judgement(
            np.array([TruthState.MATCHED, TruthState.MISSED, TruthState.MISSED_CLASS, TruthState.CROWD], np.uint8),
            np.array([0.85, 0.0, 0.75, 0.0]),
            np.array([0, -1, 1, -1]),
            OverlayKind.PREDICTIONS_A,
        )
    )
    states = [PredictionState.TP, PredictionState.FP_CLASS, PredictionState.FP_BKG, PredictionState.BELOW]
    predicted = prediction_layer(OverlayKind.PREDICTIONS_A, predictions, NAMES, "pages V001").judged(
        Judgement(
            np.array(states, np.uint8),
            np.array([0.85, 0.75, 0.0, 0.0]),
            np.array([0, 2, -1, -1]),
            OverlayKind.GROUND_TRUTH,
        )
    )
    return truth, predicted
