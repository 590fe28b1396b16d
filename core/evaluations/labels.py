"""The labels that a project has today for images that were predicted, as a study wants them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.domain.geometry import Box, Polygon, bounds_of
from core.domain.predictions import Floats, Integers, MaskPairs, ObjectTable, PredictedImage, PredictedObject
from core.domain.snapshots import SnapshotObject
from core.metrics.label_table import is_same_region
from core.packs import records
from core.packs.choices import ChosenPack
from core.packs.reading import Pack
from core.registry.session import Session
from core.registry.stores import selected_images
from core.registry.stores.shapes import Shape, decode

Check = Callable[[], None]
UsableShape = Callable[[Box | Polygon, int, int], Box | Polygon | None]


@dataclass(frozen=True, slots=True)
class PresentLabels:
    """`truths` by the image's key in the registry. `unknown` counts objects of classes that the model does not know."""

    truths: Mapping[int, tuple[SnapshotObject, ...]]
    unknown: Mapping[str, int]


def read_present(
    session: Session,
    keys: Iterable[int],
    *,
    names: Mapping[int, str],
    categories: Sequence[str],
    usable: UsableShape,
    check: Check = lambda: None,
    includes_models: bool = False,
    labels: bool = False,
) -> PresentLabels:
    """The ground truth of today of these images. `names` are the project's classes by their keys; classes are matched
    by name, and shapes are those that a training would use. `includes_models`: accepted predictions too.

    `labels`: those of whole images too, and a shape may be of a class that the model does not know: it was cut out.
    """
    places = {name: place for place, name in enumerate(categories)}
    truths: dict[int, tuple[SnapshotObject, ...]] = {}
    unknown: Counter[str] = Counter()
    wanted = np.array(list(keys), dtype=np.int64)
    for row in selected_images.iter_frozen(session, wanted, check, includes_models=includes_models, with_whole=labels):
        objects = []
        for _, category, kind, x0, y0, x1, y1, points, is_crowd in row.shapes:
            name = names.get(category, "")
            geometry = decode(Shape(kind, x0, y0, x1, y1, points))
            part = None if geometry is None else usable(geometry, row.width, row.height)
            if part is None and not (labels and geometry is None):
                continue
            if name not in places:
                if not labels:
                    unknown[name] += 1
                continue
            if labels and is_crowd and part is not None:  # it is not cut out
                continue
            objects.append(SnapshotObject(places[name], part, bool(is_crowd)))
        truths[row.key] = tuple(objects)
    return PresentLabels(truths, unknown)


def in_regions(
    truths: Sequence[SnapshotObject], predicted: Sequence[PredictedObject], width: int, height: int
) -> tuple[SnapshotObject, ...]:
    """The labels of the regions of an image that something was predicted of, each once and as a label of that region:
    a shape whose bounds are the region's to within a pixel speaks of it."""
    regions = {one.box: one.polygon or one.box for one in predicted}
    found: dict[SnapshotObject, None] = {}
    for item in truths:
        box = bounds_of(item.geometry, width, height)
        region = box if box in regions else next((one for one in regions if is_same_region(box, one)), None)
        if region is not None:
            found[SnapshotObject(item.category, None if item.geometry is None else regions[region])] = None
    return tuple(found)


def is_same(one: Sequence[SnapshotObject], other: Sequence[SnapshotObject]) -> bool:
    """The same objects in whatever order."""
    return Counter(one) == Counter(other)


def relabelled(
    table: ObjectTable, pack: Pack, truths: Sequence[tuple[SnapshotObject, ...]], check: Check
) -> tuple[ObjectTable, list[MaskPairs] | None]:
    """The table with this ground truth, an entry an image; and how outlines overlap with it, where those decide."""
    images = tuple(replace(image, n_truths=len(found)) for image, found in zip(table.images, truths, strict=True))
    boxes = [
        bounds_of(item.geometry, image.width, image.height)
        for image, found in zip(images, truths, strict=True)
        for item in found
    ]
    corners = np.array([(box.x0, box.y0, box.x1, box.y1) for box in boxes], dtype=np.float64).reshape(-1, 4)
    areas = np.array([box.area for box in boxes], dtype=np.float64)
    every = [item for found in truths for item in found]
    pairs: list[MaskPairs] | None = None
    joined: MaskPairs | None = None
    if table.mask_pairs is not None and not isinstance(pack, ChosenPack):
        areas, pairs = _outlines_of(images, pack, truths, check)
        joined = _joined(table, pairs, np.cumsum([0, *(len(found) for found in truths)]))
    made = replace(
        table,
        images=images,
        truth_images=np.repeat(np.arange(len(images)), [len(found) for found in truths]),
        truth_categories=np.array([item.category for item in every], dtype=np.int64),
        truth_boxes=corners,
        truth_areas=areas,
        is_crowd=np.array([item.is_crowd for item in every], dtype=np.bool_),
        mask_pairs=joined,
    )
    return pack.paired(made) if isinstance(pack, ChosenPack) else made, pairs


def _outlines_of(
    images: Sequence[PredictedImage], pack: Pack, truths: Sequence[tuple[SnapshotObject, ...]], check: Check
) -> tuple[Floats, list[MaskPairs]]:
    areas: list[float] = []
    pairs = []
    none = np.zeros(0, dtype=np.int64)
    for index, (image, found) in enumerate(zip(images, truths, strict=True)):
        check()
        predicted = pack.read(index).predictions if found else ()
        overlap, both = records.overlaps(
            predicted,
            found,
            (image.width, image.height),
            has_masks=pack.header.has_masks,
            is_oriented=pack.header.is_oriented,
        )
        areas += both[len(predicted) :]
        pairs.append(overlap or MaskPairs(none, none, np.zeros(0)))
    return np.array(areas, dtype=np.float64), pairs


def _joined(table: ObjectTable, pairs: Sequence[MaskPairs], first_truths: Integers) -> MaskPairs:
    none = np.zeros(0, dtype=np.int64)
    rows, columns, ious = [none], [none], [np.zeros(0)]
    for index, part in enumerate(pairs):
        rows.append(part.prediction + table.predictions_of(index).start)
        columns.append(part.truth + first_truths[index])
        ious.append(part.iou)
    return MaskPairs(np.concatenate(rows), np.concatenate(columns), np.concatenate(ious))
