"""What is labelled: images as a whole, or shapes in them. No torch in here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.domain.geometry import Box, Geometry, Polygon
from core.domain.snapshots import NO_CATEGORY
from core.errors import WorkerError
from core.workers.api import TreeImage

SHAPES, IMAGES = "shapes", "images"
"""Values of `regions` in model.json."""
DATA = "data"

_FEW = 5


@dataclass(frozen=True, slots=True)
class Datapoint:
    """`region` None = the whole image. `labels` are the classes it shows; the empty set = "without concept"."""

    image: TreeImage
    region: Geometry
    labels: frozenset[int]

    @property
    def words(self) -> str:
        """For people: which image, and where in it."""
        if self.region is None:
            return self.image.key
        box = self.region.bounds()
        return f"{self.image.key}, shape at ({box.x0:.0f}, {box.y0:.0f})"


def regions_of(image: TreeImage, *, are_shapes: bool = True) -> tuple[Geometry, ...]:
    """What is to be labelled in an image. Where nobody said so and `are_shapes`: the shapes of its labels."""
    if image.regions:
        return image.regions
    shapes = tuple(dict.fromkeys(item.geometry for item in image.objects if item.geometry is not None))
    return shapes if are_shapes and shapes else (None,)


def datapoints_of(images: Iterable[TreeImage]) -> tuple[Datapoint, ...]:
    """In the order of the images and their regions. Raises WorkerError for a label of no region."""
    found: list[Datapoint] = []
    for image in images:
        regions = regions_of(image)
        shown: dict[Geometry, set[int]] = {region: set() for region in regions}
        for item in image.objects:
            if item.geometry not in shown:
                raise WorkerError(
                    f"{image.key} has a label of a shape that is not to be labelled.",
                    hint="Freeze the dataset again.",
                    code=DATA,
                )
            if item.category != NO_CATEGORY:
                shown[item.geometry].add(item.category)
        found.extend(Datapoint(image, region, frozenset(labels)) for region, labels in shown.items())
    return tuple(found)


def crop_box(region: Box | Polygon, margin: float, width: int, height: int) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom in whole pixels of what is cut out of an image of `width` x `height` pixels: the
    region's bounds with `margin` times their smaller side added all round. None when nothing of the region, which must
    have an area, lies in the image."""
    inside = region.bounds().inside(width, height)
    if inside is None:
        return None
    added = margin * min(inside.width, inside.height)
    left, top = max(0, int(inside.x0 - added)), max(0, int(inside.y0 - added))
    right, bottom = min(width, _up(inside.x1 + added)), min(height, _up(inside.y1 + added))
    return left, top, right, bottom


def require_learnable(train: Sequence[Datapoint], categories: Sequence[str], *, is_exclusive: bool) -> None:
    """Raises WorkerError when these cannot be learned from. The review refuses most of it before."""
    if not train:
        raise WorkerError("There is no training image.", hint="Choose training data.", code="E-150")
    if is_exclusive:
        _require_one_class_each(train, categories)
    elif not any(item.labels for item in train):
        raise WorkerError(
            'Every training image is "without concept": there is nothing to learn.',
            hint="Say of some images which classes they show.",
            code="E-321",
        )
    shown = frozenset().union(*(item.labels for item in train))
    missing = [name for index, name in enumerate(categories) if index not in shown]
    if missing:
        raise WorkerError(
            f"{_quoted(missing)} {'has' if len(missing) == 1 else 'have'} no example in the training data.",
            hint="Leave the class out, or add images of it.",
            code="E-241",
        )
    if len({item.labels for item in train}) < 2:
        raise WorkerError(
            f"All training images show the same, {_quoted(categories)}: nothing can be told apart.",
            hint="Add a second class, or images without this one." if not is_exclusive else "Add a second class.",
            code="E-401",
        )


def require_exclusive(datapoints: Sequence[Datapoint], categories: Sequence[str]) -> None:
    """Raises WorkerError unless each has exactly one class."""
    _require_one_class_each(datapoints, categories)


def are_shapes(datapoints: Sequence[Datapoint]) -> bool:
    """Whether crops are labelled, not whole images."""
    return any(item.region is not None for item in datapoints)


def labels_shapes(model: Mapping[str, Any]) -> bool:
    """The same of a published version."""
    return model.get("regions") == SHAPES


def _require_one_class_each(datapoints: Sequence[Datapoint], categories: Sequence[str]) -> None:
    without = [item for item in datapoints if not item.labels]
    if len(without) == len(datapoints) and datapoints:
        raise WorkerError("No image has exactly one class.", hint="Annotate the images.", code="E-321")
    if without:
        raise WorkerError(
            f"{without[0].words} has no class, and a classifier needs exactly one.",
            hint="Annotate it, or leave it out.",
            code=DATA,
        )
    for item in datapoints:
        if len(item.labels) > 1:
            names = _quoted([categories[index] for index in sorted(item.labels)])
            raise WorkerError(
                f"{item.words} has {len(item.labels)} classes ({names}), and a classifier needs exactly one.",
                hint="Remove all but one, or train a tagger.",
                code=DATA,
            )


def _quoted(names: Sequence[str]) -> str:
    listed = ", ".join(f'"{name}"' for name in names[:_FEW])
    return f"{listed} and {len(names) - _FEW} more" if len(names) > _FEW else listed


def _up(value: float) -> int:
    return -int(-value // 1)
