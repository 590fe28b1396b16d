"""The engine's view of the images: links to the run-private tree, labels beside them, one yaml; and its count of both.

The engine drops a whole image for one odd label row and says so in its log only. So what it scanned is compared with
what was written here, image by image, and any difference stops the run.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.domain.geometry import Polygon, Ring, bounds_of, signed_area
from core.domain.ids import TaskId
from core.domain.snapshots import SnapshotObject, Split
from core.errors import WorkerError
from core.tasks.oriented import ORIENTED
from core.tasks.segmentation import SEGMENTATION
from core.workers.api import TreeImage
from core.workers.builtin.yolo.turned_labels import corner_shares

FloatArray = npt.NDArray[np.float32]

LEAST_SIDE = 10
"""Pixels: the engine takes an image with a shorter side for a damaged one."""


@dataclass(frozen=True, slots=True)
class WrittenDataset:
    """What was handed to the engine. `labels` counts the objects of each image file's name, per split."""

    yaml: Path
    labels: Mapping[Split, Mapping[str, int]]
    n_skipped: int = 0  # objects the engine cannot use: crowds, doubles, shapes without area
    n_small: int = 0  # images with a side shorter than `LEAST_SIDE`, left out
    folder: Path = field(default=Path())

    def n_images(self, split: Split) -> int:
        return len(self.labels[split])

    def n_objects(self, split: Split) -> int:
        return sum(self.labels[split].values())

    def list_images(self, split: Split) -> list[Path]:
        """The image files as the engine sees them, in its order."""
        return [self.folder / "images" / split.value / name for name in sorted(self.labels[split])]


def write_dataset(images: Iterable[TreeImage], categories: Sequence[str], task: TaskId, folder: Path) -> WrittenDataset:
    """Lay out `folder` for the engine. Labels are normalised to the image's size and clipped to it. Raises WorkerError
    when all images of a set are too small."""
    labels: dict[Split, dict[str, int]] = {Split.TRAIN: {}, Split.VAL: {}}
    n_skipped = 0
    small: list[Split] = []
    for split in labels:
        (folder / "images" / split.value).mkdir(parents=True, exist_ok=True)
        (folder / "labels" / split.value).mkdir(parents=True, exist_ok=True)
    for image in images:
        if min(image.width, image.height) < LEAST_SIDE:
            small.append(image.split)
            continue
        _link(image.path, folder / "images" / image.split.value / image.path.name)
        rows = label_rows(image, task)
        label = folder / "labels" / image.split.value / f"{image.path.stem}.txt"
        label.write_text("".join(f"{row}\n" for row in rows), encoding="ascii")
        labels[image.split][image.path.name] = len(rows)
        n_skipped += len(image.objects) - len(rows)
    for split in small:
        if not labels[split]:
            raise WorkerError(
                f"Every {split.value} image has a side shorter than {LEAST_SIDE} pixels, too few for the engine.",
                hint="Choose other images.",
                code="data",
            )
    yaml = folder / "data.yaml"
    yaml.write_text(_yaml_text(categories), encoding="ascii")
    return WrittenDataset(yaml, labels, n_skipped, len(small), folder)


def label_rows(image: TreeImage, task: TaskId) -> list[str]:
    """One row an object, doubles left out: the engine would drop them, and then its count would differ."""
    rows: dict[tuple[int, bytes], str] = {}
    for item in image.objects:
        values = None if item.is_crowd else _normalised(item, image, task)
        if values is not None:
            rows.setdefault((item.category, values.tobytes()), _row(item.category, values))
    return list(rows.values())


def compare_with_scan(written: WrittenDataset, split: Split, scanned: Sequence[Mapping[str, Any]]) -> None:
    """`scanned` is the engine's list of labels. Raises WorkerError when it is not what was written."""
    found = {Path(str(label["im_file"])).name: len(label["cls"]) for label in scanned}
    expected = written.labels[split]
    if found == expected:
        return
    lost = [name for name in expected if name not in found]
    differing = [name for name in expected if name in found and found[name] != expected[name]]
    raise WorkerError(
        f"The engine read {len(found)} {split.value} images with {sum(found.values())} objects, "
        f"but {len(expected)} with {sum(expected.values())} were handed to it.",
        hint=f"Look at the run's log for these files: {', '.join((lost + differing)[:5])}.",
        code="data",
    )


def _normalised(item: SnapshotObject, image: TreeImage, task: TaskId) -> FloatArray | None:
    """The numbers of a row without the category; None for a shape without area."""
    if task == SEGMENTATION.slug:
        return _outline(item, image)
    if task == ORIENTED.slug:
        return corner_shares(item.geometry, image.width, image.height)
    box = bounds_of(item.geometry, image.width, image.height).clipped(image.width, image.height)
    if box.width <= 0 or box.height <= 0 or not box.is_finite():
        return None
    values = [
        (box.x0 + box.x1) / 2 / image.width,
        (box.y0 + box.y1) / 2 / image.height,
        box.width / image.width,
        box.height / image.height,
    ]
    made = np.array(values, dtype=np.float32)
    return made if made.min() > 0 else None


def _outline(item: SnapshotObject, image: TreeImage) -> FloatArray | None:
    polygon = Polygon((item.geometry or bounds_of(None, image.width, image.height)).outline())
    rings = [ring for ring in polygon.clipped(image.width, image.height).rings if abs(signed_area(ring)) > 0]
    if not rings or not polygon.is_finite():
        return None
    scale = np.array([image.width, image.height], dtype=np.float64)
    return (joined_rings(rings) / scale).astype(np.float32).reshape(-1)


def joined_rings(rings: Sequence[Ring]) -> npt.NDArray[np.float64]:
    """One closed outline (n, 2) of all rings: the engine knows one polygon an object.

    Each further ring hangs on the outline by a bridge of no width between the two nearest points.
    """
    parts = sorted((np.array(ring, dtype=np.float64).reshape(-1, 2) for ring in rings), key=len, reverse=True)
    outline = parts[0]
    for part in parts[1:]:
        distances = ((outline[:, None, :] - part[None, :, :]) ** 2).sum(axis=2)
        at, start = divmod(int(distances.argmin()), len(part))
        loop = np.concatenate([part[start:], part[: start + 1]])
        outline = np.concatenate([outline[: at + 1], loop, outline[at:]])
    return outline


def _row(category: int, values: FloatArray) -> str:
    """Nine digits: a 32-bit number is read back as the same number."""
    return " ".join([str(category), *(f"{value:.9g}" for value in values.tolist())])


def _yaml_text(categories: Sequence[str]) -> str:
    """Paths relative to the file itself. Names are for a reader: the trainer gets the real ones directly."""
    names = {
        index: name if name.isascii() and name.isprintable() else f"class {index}"
        for index, name in enumerate(categories)
    }
    lines = [f"  {index}: {json.dumps(name)}" for index, name in names.items()]
    return "\n".join(["train: images/train", "val: images/val", "names:", *lines, ""])


def _link(source: Path, target: Path) -> None:
    """Another name for the tree's file; a copy where the file system has no links."""
    target.unlink(missing_ok=True)
    try:
        target.hardlink_to(source)
    except OSError:
        try:
            target.symlink_to(source)
        except OSError:
            shutil.copyfile(source, target)
