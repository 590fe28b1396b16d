"""The reference, pycocotools, asked about the same data."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from core.domain.geometry import Box, Geometry, Polygon, bounds_of
from core.domain.predictions import PredictedObject
from core.domain.snapshots import SnapshotObject
from core.metrics.coco import EvalImage


@dataclass(frozen=True)
class Reference:
    """pycocotools' answers over all object sizes; NaN where it says -1."""

    ap: np.ndarray  # (classes, thresholds)
    recall: np.ndarray  # (classes, thresholds)


Ask = Callable[..., Reference]


@pytest.fixture
def ask_pycocotools() -> Ask:
    return _ask


@dataclass(frozen=True)
class AreaReference:
    """pycocotools' answers by area and largest number of detections; NaN where it says -1."""

    ap: np.ndarray  # (classes, thresholds, areas, limits)
    recall: np.ndarray  # (classes, thresholds, areas, limits)
    stats: np.ndarray  # the twelve numbers that it prints


AskAreas = Callable[..., AreaReference]


@pytest.fixture
def ask_areas_of_pycocotools() -> AskAreas:
    return _ask_areas


def _ask(n_categories: int, images: Sequence[EvalImage], *, kind: str, max_detections: int) -> Reference:
    evaluation = _evaluated(n_categories, images, kind, [max_detections], {"all": (0, 1e5**2)})
    precision = evaluation.eval["precision"][:, :, :, 0, 0]  # (thresholds, recall levels, classes)
    recall = evaluation.eval["recall"][:, :, 0, 0]
    return Reference(np.where(precision < 0, np.nan, precision).mean(axis=1).T, np.where(recall < 0, np.nan, recall).T)


def _ask_areas(
    n_categories: int,
    images: Sequence[EvalImage],
    *,
    kind: str,
    limits: Sequence[int],
    areas: Mapping[str, tuple[float, float]],
) -> AreaReference:
    evaluation = _evaluated(n_categories, images, kind, list(limits), areas)
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation.summarize()
    precision = evaluation.eval["precision"]  # (thresholds, recall levels, classes, areas, limits)
    recall = evaluation.eval["recall"]
    return AreaReference(
        np.where(precision < 0, np.nan, precision).mean(axis=1).swapaxes(0, 1),
        np.where(recall < 0, np.nan, recall).swapaxes(0, 1),
        np.where(evaluation.stats < 0, np.nan, evaluation.stats),
    )


def _evaluated(
    n_categories: int,
    images: Sequence[EvalImage],
    kind: str,
    limits: list[int],
    areas: Mapping[str, tuple[float, float]],
) -> COCOeval:
    truth = COCO()
    truth.dataset = {
        "images": [{"id": i + 1, "width": im.width, "height": im.height} for i, im in enumerate(images)],
        "categories": [{"id": k + 1, "name": str(k)} for k in range(n_categories)],
        "annotations": [],
    }
    results = []
    for number, image in enumerate(images, start=1):
        for t in image.truths:
            box = bounds_of(t.geometry, image.width, image.height)
            shape = reference_rle(t.geometry, image.width, image.height)
            truth.dataset["annotations"].append(
                {
                    "id": len(truth.dataset["annotations"]) + 1,
                    "image_id": number,
                    "category_id": t.category + 1,
                    "bbox": [box.x0, box.y0, box.width, box.height],
                    "area": float(coco_mask.area(shape)) if kind == "segm" else box.area,
                    "iscrowd": int(t.is_crowd),
                    "segmentation": shape,
                }
            )
        for p in image.predictions:
            shape = p.polygon or p.box
            result = {"image_id": number, "category_id": p.category + 1, "score": p.confidence}
            if kind == "segm":
                result["segmentation"] = p.mask or reference_rle(shape, image.width, image.height)
            else:
                result["bbox"] = [p.box.x0, p.box.y0, p.box.width, p.box.height]
            results.append(result)
    with contextlib.redirect_stdout(io.StringIO()):
        truth.createIndex()
        found = truth.loadRes(results) if results else COCO()
        if not results:
            found.dataset = {**truth.dataset, "annotations": []}
            found.createIndex()
        evaluation = COCOeval(truth, found, kind)
        evaluation.params.maxDets = limits
        evaluation.params.areaRng = [list(area) for area in areas.values()]
        evaluation.params.areaRngLbl = list(areas)
        evaluation.evaluate()
        evaluation.accumulate()
    return evaluation


def reference_rle(geometry: Geometry, width: int, height: int) -> dict:
    """Rasterised as pycocotools' own `annToRLE` does."""
    if geometry is None:
        geometry = Box(0, 0, width, height)
    if isinstance(geometry, Box):
        g = geometry
        geometry = Polygon(((g.x0, g.y0, g.x0, g.y1, g.x1, g.y1, g.x1, g.y0),))
    return coco_mask.merge(coco_mask.frPyObjects([list(r) for r in geometry.rings], height, width))


RandomImages = Callable[..., list[EvalImage]]


@pytest.fixture
def random_images() -> RandomImages:
    return _random_images


def _random_images(seed: int, *, n_images: int, n_categories: int, polygons: bool, crowds: bool) -> list[EvalImage]:
    """Predictions near the truths and elsewhere; whole pixels and one-digit confidences make plenty of ties."""
    rng = np.random.default_rng(seed)
    absent = int(rng.integers(n_categories))
    images = []
    for _ in range(n_images):
        width, height = (int(v) for v in rng.integers(40, 120, 2))
        truths = [
            SnapshotObject(category, shape, is_crowd=crowds and bool(rng.random() < 0.25))
            for category in rng.integers(0, n_categories, int(rng.integers(0, 9))).tolist()
            if category != absent
            for shape in [_shape(rng, width, height, polygons)]
        ]
        predictions = []
        for _ in range(int(rng.integers(0, 25))):
            near = rng.random() < 0.8 and truths
            source = truths[int(rng.integers(len(truths)))] if near else None
            base = source.geometry if source else _shape(rng, width, height, polygons)
            shape = _moved(rng, base)
            predictions.append(
                PredictedObject(
                    category=source.category if source and rng.random() < 0.9 else int(rng.integers(n_categories)),
                    confidence=float(rng.integers(0, 11)) / 10,
                    box=bounds_of(shape, width, height),
                    polygon=shape if isinstance(shape, Polygon) else None,
                )
            )
        images.append(EvalImage(width, height, tuple(truths), tuple(predictions)))
    return images


def _shape(rng: np.random.Generator, width: int, height: int, polygon: bool) -> Box | Polygon:
    x, y = rng.integers(0, width - 20), rng.integers(0, height - 20)
    w, h = rng.integers(5, 20, 2)
    if not polygon:
        return Box(float(x), float(y), float(x + w), float(y + h))
    angles = np.sort(rng.random(6)) * 2 * np.pi
    ring = np.stack([x + w / 2 + np.cos(angles) * w / 2, y + h / 2 + np.sin(angles) * h / 2], axis=1)
    return Polygon((tuple(float(v) for v in ring.ravel()),))


def _moved(rng: np.random.Generator, shape: Box | Polygon) -> Box | Polygon:
    dx, dy = (float(v) for v in rng.integers(-2, 3, 2))
    if isinstance(shape, Box):
        grow = float(rng.integers(0, 3))
        return Box(shape.x0 + dx, shape.y0 + dy, shape.x1 + dx + grow, shape.y1 + dy + grow)
    return Polygon(tuple(tuple(v + (dx, dy)[i % 2] for i, v in enumerate(ring)) for ring in shape.rings))
