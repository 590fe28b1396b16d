"""Drawn images and small trainings for the tests of the workers that label."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from core.domain.ids import TaskId
from core.domain.snapshots import SnapshotObject, Split
from core.tasks.classification import CLASSIFICATION
from core.tasks.tagging import TAGGING
from core.workers.api import TrainRequest, TreeImage
from core.workers.builtin.image_classify.configuration import ImageClassifyConfiguration
from core.workers.builtin.image_tag.configuration import ImageTagConfiguration
from core.workers.configuration import resolve
from core.workers.testing import make_train_request

CATEGORIES = ("disc", "bar")
TINY = {"epochs": 2.0, "imgsz": 32, "batch": 4, "frozen": "never"}
_CONFIGURATIONS = {CLASSIFICATION.slug: ImageClassifyConfiguration, TAGGING.slug: ImageTagConfiguration}


def draw_labelled(
    folder: Path, labels: Sequence[Sequence[int]], n_val: int = 4, side: int = 48
) -> tuple[TreeImage, ...]:
    """Whole images that show a disc (0), a bar (1), both or nothing; the last `n_val` are for validation."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(0)
    images = []
    for number, shown in enumerate(labels):
        path = folder / f"{number:064x}.png"
        picture = Image.new("RGB", (side, side), (230, 225, 210 - rng.randrange(30)))
        pen = ImageDraw.Draw(picture)
        if 0 in shown:
            x = rng.randint(2, 8)
            pen.ellipse((x, 4, x + 18, 22), fill=(150, 30, 30))
        if 1 in shown:
            y = rng.randint(26, 36)
            pen.rectangle((4, y, side - 4, y + 7), fill=(30, 40, 140))
        picture.save(path)
        split = Split.TRAIN if number < len(labels) - n_val else Split.VAL
        objects = tuple(SnapshotObject(category, None) for category in shown)
        images.append(TreeImage(path, f"{number}.png", side, side, split, objects))
    return tuple(images)


def alternating(n: int) -> list[tuple[int, ...]]:
    return [(number % 2,) for number in range(n)]


def labelling_request(
    folder: Path, *, task: TaskId = CLASSIFICATION.slug, images: tuple[TreeImage, ...] | None = None,
    values: dict[str, Any] | None = None, **changes: Any,
) -> TrainRequest:  # fmt: skip
    configuration = resolve(_CONFIGURATIONS[task], {**TINY, **(values or {})})
    tree = draw_labelled(folder / "tree", alternating(14)) if images is None else images
    changes.setdefault("categories", CATEGORIES)
    return make_train_request(folder, task, configuration, images=tree, **changes)
