"""Keeps what the network predicts on the pinned images after every evaluation: a small pack each, and their pictures.

The pictures are copies of their own, upright and reduced: the run's images go with its end, and the project's files
may be moved or changed while people still look at the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.domain.ids import TaskId
from core.domain.predictions import PredictedImage
from core.domain.snapshots import Split
from core.errors import CalqueError
from core.images.reading import decode
from core.packs.layout import SUFFIX, PackHeader
from core.packs.writing import write_pack
from core.runs.processes.child import ChildContext
from core.tasks.catalog import TaskCatalog
from core.training.pins import choose_pins, read_pins
from core.workers.api import MOST_SEEN, SEEN_CONFIDENCE, ImagePredictions, TreeImage

PICTURE_SIDE = 1600
_QUALITY = 88


class PinnedImages:
    """Of one attempt. Nothing here ends a training: what cannot be kept is counted and said in the log."""

    def __init__(
        self, context: ChildContext, task: str, categories: tuple[str, ...], images: Sequence[TreeImage]
    ) -> None:
        self._context = context
        self._task = task
        self._categories = categories
        self._candidates = {image.key: image for image in images if image.split is Split.VAL}
        self._usual: tuple[TreeImage, ...] | None = None

    def wanted(self) -> tuple[TreeImage, ...]:
        """As the person chose since the last evaluation; those that are not in the validation set are passed over."""
        chosen = read_pins(self._context.layout)
        known = tuple(self._candidates[key] for key in chosen if key in self._candidates)
        if known:
            return known
        if self._usual is None:
            self._usual = choose_pins(tuple(self._candidates.values()))
        return self._usual

    def keep(self, epoch: int, found: Sequence[ImagePredictions]) -> None:
        if not found:
            return
        try:
            self._keep(epoch, found)
        except (OSError, CalqueError, ValueError, TypeError, KeyError) as error:
            self._context.note_fault("looks", error)

    def _keep(self, epoch: int, found: Sequence[ImagePredictions]) -> None:
        folder = self._context.layout.looks
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        pictures = {item.image.key: _picture_of(item.image, folder) for item in found}
        task = TaskCatalog().find(TaskId(self._task))
        header = PackHeader(
            categories=self._categories,
            task=self._task,
            has_truth=True,
            split=Split.VAL,
            source={"run": self._context.request.run, "epoch": epoch, "pictures": pictures},
            settings={"confidence": SEEN_CONFIDENCE, "max_detections": MOST_SEEN},
            labels=task is not None and task.labels,
            is_exclusive=task is not None and task.is_exclusive,
        )
        path = folder / f"epoch-{epoch:04d}{SUFFIX}"
        with write_pack(path, header) as pack:
            for item in found:
                image = item.image
                sure = [one for one in item.objects if one.confidence >= SEEN_CONFIDENCE]
                best = sorted(sure, key=lambda one: -one.confidence)[:MOST_SEEN]
                facts = PredictedImage(image.key, image.sha256, image.width, image.height, image.split)
                pack.add(facts, best, image.objects)
        self._context.looked(path, epoch)


def _picture_of(image: TreeImage, folder: Path) -> str:
    """The file's name; it is made once."""
    path = folder / f"{image.path.stem[:32]}.jpg"
    if not path.exists():
        partial = path.with_suffix(".part")
        decode(image.path, max_side=PICTURE_SIDE).save(partial, "JPEG", quality=_QUALITY)
        partial.replace(path)
    return path.name
