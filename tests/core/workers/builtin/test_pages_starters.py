"""The starters for pages: whole, small, with their cards, and better than chance on pages that they never saw."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core.domain.geometry import Box, bounds_of
from core.domain.snapshots import SnapshotObject, Split
from core.models.starters import STARTERS_FOLDER, StarterCatalog, require_unaltered
from core.models.weights_store import CARD_FILE, load_model_json, verify
from core.samples.pages.drawing import CATEGORIES, draw_varied_page
from core.workers.api import PredictRequest, TreeImage
from core.workers.testing import RecordingReporter

NAMES = {"pages-detect": "yolo-detect", "pages-segment": "yolo-segment"}
STARTS = {
    "pages-detect": "an earlier round: 1500 drawn pages, 13 epochs from random weights",
    "pages-segment": "the starter Pages: boxes, with a new head for outlines",
}
MOST_BYTES = 6_000_000
SEEDS = range(2_000_005, 2_000_013)
"""Of pages that no training draws."""

PREDICT = """
from core.workers.catalog import WorkerCatalog
catalog = WorkerCatalog()
result = []
for slug, request in zip(slugs, requests):
    result.append([item.objects for item in catalog.load(catalog.get(slug)).predict(request, reporter)])
"""


@pytest.mark.parametrize("name", NAMES)
def test_a_starter_is_whole_small_and_explained(name: str) -> None:
    folder = STARTERS_FOLDER / name
    starter = StarterCatalog().get(name)
    assert verify(folder) == ()
    require_unaltered(folder)
    assert starter.problem == ""
    assert sum(path.stat().st_size for path in folder.iterdir()) < MOST_BYTES
    assert starter.worker == NAMES[name]
    assert starter.architecture.startswith("yolo11n")
    assert starter.categories == CATEGORIES
    assert starter.weights_licence == "AGPL-3.0-or-later"
    card = (folder / CARD_FILE).read_text(encoding="utf-8")
    assert "## Evaluation on val" in card
    assert "## Licences" in card
    model = load_model_json(folder)
    assert model["start"] == STARTS[name]
    assert f"| Started from | {STARTS[name]} |" in card


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[TreeImage, ...]:
    folder = tmp_path_factory.mktemp("drawn")
    images = []
    for seed in SEEDS:
        picture, objects = draw_varied_page(seed, longer=640)
        path = folder / f"{seed}.png"
        picture.save(path)
        lines = tuple(
            SnapshotObject(0, _box(item.outline, picture)) for item in objects if item.category == "text_line"
        )
        images.append(TreeImage(path, path.name, picture.width, picture.height, Split.TEST, lines))
    return tuple(images)


def test_starters_find_lines_on_pages_that_they_never_saw(
    drawn: tuple[TreeImage, ...], in_child: Callable[..., Any], tmp_path: Path
) -> None:
    """At most a tenth of the lines would be met by boxes of the right size put anywhere."""
    requests = [
        PredictRequest(
            STARTERS_FOLDER / name / "weights.safetensors",
            load_model_json(STARTERS_FOLDER / name),
            drawn,
            "cpu",
            tmp_path,
            confidence=0.2,
        )
        for name in NAMES
    ]
    answers = in_child(
        tmp_path,
        PREDICT,
        slug="yolo-detect",
        slugs=tuple(NAMES.values()),
        requests=requests,
        reporter=RecordingReporter(),
    )
    for found in answers:
        lines = [[item.box for item in objects if item.category == 0] for objects in found]
        n_true = sum(len(image.objects) for image in drawn)
        n_met = sum(
            any(_iou(bounds_of(item.geometry, image.width, image.height), box) > 0.5 for box in boxes)
            for image, boxes in zip(drawn, lines, strict=True)
            for item in image.objects
        )
        assert n_met > 0.5 * n_true, f"{n_met} of {n_true}"
        assert sum(map(len, lines)) < 2 * n_true


def _box(outline: tuple[tuple[float, float], ...], picture: Image.Image) -> Box:
    xs, ys = zip(*outline, strict=True)
    return Box(min(xs), min(ys), max(xs), max(ys)).clipped(picture.width, picture.height)


def _iou(a: Box, b: Box) -> float:
    width = min(a.x1, b.x1) - max(a.x0, b.x0)
    height = min(a.y1, b.y1) - max(a.y0, b.y0)
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    return both / (a.width * a.height + b.width * b.height - both)
