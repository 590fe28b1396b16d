"""How fast the classifier learns: 1,000 drawn images of 224 px, the stem of EfficientNet-Lite0 frozen.

pytest -m benchmark -s tests/benchmarks/test_classifier_speed.py
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFilter

from core.domain import metrics as names
from core.domain.snapshots import SnapshotObject, Split
from core.domain.training import StartKind
from core.tasks.classification import CLASSIFICATION
from core.workers.api import Start, TreeImage
from core.workers.builtin.backbones.lite0 import find_lite0
from core.workers.builtin.image_classify.configuration import ImageClassifyConfiguration
from core.workers.builtin.vision.presets import FAST, PRESETS
from core.workers.builtin.vision.worker.labelling import ClassifyWorker
from core.workers.configuration import resolve
from core.workers.testing import RecordingReporter, make_train_request

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(1800)]

SIDE = 224
N_TRAIN, N_VAL = 1000, 300
MOST_CPU_S = 60.0
PART_OF_FINAL = 0.9
CLASSES = ("triangle", "square", "pentagon", "star", "cross", "ring", "moon", "arrow", "grid", "wave")


@dataclass
class TimedReporter(RecordingReporter):
    """Knows how many CPU seconds of this process were spent when a point of the validation came."""

    began_at: float = field(default_factory=time.process_time)
    spent: list[tuple[float, float]] = field(default_factory=list)

    def metrics(self, split: str, step: int, epoch: float, values: Mapping[str, float]) -> None:
        super().metrics(split, step, epoch, values)
        if split == "val":
            self.spent.append((time.process_time() - self.began_at, values[names.ACCURACY]))


def draw_images(folder: Path) -> tuple[TreeImage, ...]:
    """Shapes of ten kinds in any colour, size, turn and place, on a ground of blotches, with other strokes about."""
    folder.mkdir(parents=True)
    rng = random.Random(0)
    images = []
    for number in range(N_TRAIN + N_VAL):
        category = number % len(CLASSES)
        path = folder / f"{number:064x}.jpg"
        _draw(category, rng).save(path, quality=90)
        split = Split.TRAIN if number < N_TRAIN else Split.VAL
        images.append(TreeImage(path, f"{number}.jpg", SIDE, SIDE, split, (SnapshotObject(category, None),)))
    return tuple(images)


def _draw(category: int, rng: random.Random) -> Image.Image:
    ground = Image.effect_noise((14, 14), 90).convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    tint = Image.new("RGB", (SIDE, SIDE), tuple(rng.randrange(256) for _ in range(3)))
    picture = Image.blend(ground, tint, 0.55)
    pen = ImageDraw.Draw(picture)
    for _ in range(6):
        line = [rng.randrange(SIDE) for _ in range(4)]
        pen.line(line, fill=tuple(rng.randrange(256) for _ in range(3)), width=rng.randint(1, 4))
    stamp = _shape(CLASSES[category], rng)
    size = rng.randint(70, 150)
    stamp = stamp.rotate(rng.uniform(-25, 25), expand=True).resize((size, size))
    colour = tuple(rng.randrange(256) for _ in range(3))
    place = (rng.randint(0, SIDE - size), rng.randint(0, SIDE - size))
    picture.paste(Image.new("RGB", stamp.size, colour), place, stamp)
    return picture.filter(ImageFilter.GaussianBlur(rng.uniform(0, 1.2)))


def _shape(name: str, rng: random.Random) -> Image.Image:
    mask = Image.new("L", (200, 200), 0)
    pen = ImageDraw.Draw(mask)
    corners = {"triangle": 3, "square": 4, "pentagon": 5}
    if name in corners:
        pen.regular_polygon((100, 100, 90), corners[name], fill=255)
    elif name == "star":
        points = [(100 + r * math.sin(k * math.pi / 5), 100 - r * math.cos(k * math.pi / 5))
                  for k in range(10) for r in ((90 if k % 2 == 0 else 38),)]  # fmt: skip
        pen.polygon(points, fill=255)
    elif name == "cross":
        pen.rectangle((80, 10, 120, 190), fill=255)
        pen.rectangle((10, 80, 190, 120), fill=255)
    elif name == "ring":
        pen.ellipse((10, 10, 190, 190), outline=255, width=rng.randint(20, 35))
    elif name == "moon":
        pen.ellipse((10, 10, 190, 190), fill=255)
        pen.ellipse((60, 0, 230, 170), fill=0)
    elif name == "arrow":
        pen.polygon([(100, 10), (170, 90), (125, 90), (125, 190), (75, 190), (75, 90), (30, 90)], fill=255)
    elif name == "grid":
        for at in range(20, 200, 40):
            pen.rectangle((at, 10, at + 12, 190), fill=255)
            pen.rectangle((10, at, 190, at + 12), fill=255)
    else:
        points = [(x, 100 + 60 * math.sin(x / 16)) for x in range(5, 196, 3)]
        pen.line(points, fill=255, width=26)
    return mask


def test_a_thousand_images_are_learned_within_a_minute(tmp_path: Path) -> None:
    images = draw_images(tmp_path / "tree")
    values = resolve(ImageClassifyConfiguration, PRESETS[FAST])
    weights = find_lite0()
    assert weights is not None
    start = Start(StartKind.PRETRAINED, weights)
    lines = []
    for seed in range(3):
        request = make_train_request(
            tmp_path / str(seed), CLASSIFICATION.slug, values, images=images, categories=CLASSES, start=start, seed=seed
        )
        reporter = TimedReporter()
        ClassifyWorker().train(request, reporter)
        spent_s = time.process_time() - reporter.began_at
        final = max(accuracy for _, accuracy in reporter.spent)
        reached_s = next(at for at, accuracy in reporter.spent if accuracy >= PART_OF_FINAL * final)
        lines.append((final, reached_s, spent_s))
        print(
            f"seed {seed}: accuracy {final:.3f}, {PART_OF_FINAL:.0%} of it after {reached_s:.1f} CPU s of {spent_s:.1f}"
        )
    median = sorted(reached for _, reached, _ in lines)[1]
    print(f"median of three seeds: {median:.1f} CPU s to {PART_OF_FINAL:.0%} of the final accuracy")
    assert median <= MOST_CPU_S
    assert min(final for final, _, _ in lines) > 0.5
