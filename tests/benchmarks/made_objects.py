"""Predictions and ground truth of any number, as a model of middling skill would give them."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.domain.predictions import ObjectTable, PredictedImage

SIDE = 640


def made_table(n_images: int, n_truths: int, n_predictions: int, n_classes: int, seed: int = 0) -> ObjectTable:
    """Six predictions in ten lie near an object; objects from 8 to 300 pixels, one in a hundred a crowd region."""
    rng = np.random.default_rng(seed)
    truth_images = np.sort(rng.integers(0, n_images, n_truths))
    truth_classes = rng.integers(0, n_classes, n_truths)
    truth_boxes, sizes = _boxes(rng, n_truths)
    source = rng.integers(0, n_truths, n_predictions)
    is_near = rng.random(n_predictions) < 0.6
    images = np.where(is_near, truth_images[source], rng.integers(0, n_images, n_predictions))
    is_named = is_near & (rng.random(n_predictions) < 0.9)
    classes = np.where(is_named, truth_classes[source], rng.integers(0, n_classes, n_predictions))
    moved = truth_boxes[source] + rng.normal(0, 0.08, (n_predictions, 4)) * np.tile(sizes[source], 2)
    elsewhere, _ = _boxes(rng, n_predictions)
    boxes = np.where(is_near[:, None], moved, elsewhere)
    boxes[:, 2:] = np.maximum(boxes[:, 2:], boxes[:, :2] + 1)
    confidences = np.where(is_near, rng.beta(2, 2, n_predictions), rng.beta(1, 6, n_predictions))
    order = np.lexsort((-confidences, images))
    return ObjectTable(
        categories=tuple(f"class {k}" for k in range(n_classes)),
        images=tuple(PredictedImage(f"{i}.png", "", SIDE, SIDE) for i in range(n_images)),
        prediction_images=images[order],
        prediction_categories=classes[order],
        confidences=confidences[order],
        prediction_boxes=boxes[order],
        prediction_areas=_areas(boxes[order]),
        truth_images=truth_images,
        truth_categories=truth_classes,
        truth_boxes=truth_boxes,
        truth_areas=_areas(truth_boxes),
        is_crowd=rng.random(n_truths) < 0.01,
    )


def as_coco(table: ObjectTable) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Ground truth and results in COCO's form, numbered from 1."""
    truth = {
        "images": [{"id": i + 1, "width": SIDE, "height": SIDE} for i in range(table.n_images)],
        "categories": [{"id": k + 1, "name": name} for k, name in enumerate(table.categories)],
        "annotations": [
            {"id": n, "image_id": i + 1, "category_id": k + 1, "bbox": box, "area": area, "iscrowd": int(crowd)}
            for n, (i, k, box, area, crowd) in enumerate(
                zip(
                    table.truth_images.tolist(),
                    table.truth_categories.tolist(),
                    _xywh(table.truth_boxes),
                    table.truth_areas.tolist(),
                    table.is_crowd.tolist(),
                    strict=True,
                ),
                start=1,
            )
        ],
    }
    found = [
        {"image_id": i + 1, "category_id": k + 1, "bbox": box, "score": confidence}
        for i, k, box, confidence in zip(
            table.prediction_images.tolist(),
            table.prediction_categories.tolist(),
            _xywh(table.prediction_boxes),
            table.confidences.tolist(),
            strict=True,
        )
    ]
    return truth, found


def _boxes(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    sizes = np.exp(rng.uniform(np.log(8), np.log(300), (n, 2)))
    corners = rng.uniform(0, SIDE - 300, (n, 2))
    return np.concatenate([corners, corners + sizes], axis=1), sizes


def _areas(boxes: np.ndarray) -> np.ndarray:
    areas: np.ndarray = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return areas


def _xywh(boxes: np.ndarray) -> list[list[float]]:
    both: list[list[float]] = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1).tolist()
    return both
