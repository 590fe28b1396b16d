"""From the registry's rows to the images of a manifest, for tasks that label: regions with what is said of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from core.datasets.manifest import FrozenImage, object_text
from core.domain.geometry import Geometry
from core.domain.ids import ProjectId
from core.domain.snapshots import NO_CATEGORY, SnapshotObject, Split
from core.registry.session import Session
from core.registry.stores import selected_images
from core.registry.stores.annotation_arrays import arrays_of
from core.registry.stores.labels import columns_of_labels
from core.registry.stores.selected_images import FrozenRow
from core.registry.stores.shapes import Shape, decode
from core.training.freezing import splits_by_path
from core.training.review.data import Check, ChosenImages
from core.training.review.label_tally import Labelling, choose
from core.training.review.regions import crops, whole_images

_AT_ONCE = 500  # images


@dataclass(frozen=True, slots=True)
class Labels:
    """`places` are the categories of the run by their keys."""

    places: Mapping[int, int]
    labelling: Labelling


def frozen_labels(
    session: Session,
    project: ProjectId,
    images: ChosenImages,
    labels: Labels,
    check: Check = lambda: None,
    *,
    includes_models: bool = False,
) -> Iterator[FrozenImage]:
    """Sorted by path; without images of which nothing can be used. Raises RefusedError (E-152) when an image is in two
    sets."""
    keys, splits = splits_by_path(session, project, images, check)
    rows = selected_images.iter_frozen(session, keys, check, includes_models=includes_models, with_whole=True)
    for (row, objects), split in zip(labelled(rows, labels), splits, strict=True):
        if objects is not None:
            yield _frozen(row, objects, split)


def labelled(
    rows: Iterable[FrozenRow], labels: Labels
) -> Iterator[tuple[FrozenRow, tuple[SnapshotObject, ...] | None]]:
    """Each image with its labels; None where nothing of it can be used, () where it as a whole shows no class."""
    waiting = iter(rows)
    while batch := list(islice(waiting, _AT_ONCE)):
        yield from zip(batch, _label(batch, labels), strict=True)


def _label(rows: Sequence[FrozenRow], labels: Labels) -> Iterator[tuple[SnapshotObject, ...] | None]:
    places = np.arange(len(rows))
    annotations = [(place, *shape[1:]) for place, row in enumerate(rows) for shape in row.shapes]
    sizes = np.array([(row.width, row.height) for row in rows], dtype=np.int64).T
    columns = columns_of_labels(places, sizes, arrays_of(annotations))
    crop_of = labels.labelling.crop_of
    regions = whole_images(columns) if crop_of is None else crops(columns, crop_of)
    is_chosen = np.isin(regions.categories, list(labels.places))
    is_used = choose(regions, is_chosen, labels.labelling).is_used
    classes: dict[int, list[int]] = {}
    for region, category in zip(
        regions.regions[is_chosen].tolist(), regions.categories[is_chosen].tolist(), strict=True
    ):
        classes.setdefault(region, []).append(labels.places[category])
    objects: list[list[SnapshotObject] | None] = [None] * len(rows)
    for region in np.flatnonzero(is_used).tolist():
        image, shape = int(regions.images[region]), int(regions.shapes[region])
        row, found = rows[image], objects[image] or []
        geometry = None if shape < 0 else _decoded(annotations[shape], row)
        shown = classes.get(region, [] if geometry is None else [NO_CATEGORY])
        objects[image] = found + [SnapshotObject(category, geometry) for category in shown]
    for one in objects:
        yield None if one is None else tuple(one)


def _decoded(annotation: Sequence[object], row: FrozenRow) -> Geometry:
    """The part in the image."""
    _, _, kind, x0, y0, x1, y1, points, _ = annotation
    geometry = decode(Shape(kind, x0, y0, x1, y1, points))  # type: ignore[arg-type]
    return None if geometry is None else geometry.inside(row.width, row.height)


def _frozen(row: FrozenRow, objects: Sequence[SnapshotObject], split: Split) -> FrozenImage:
    return FrozenImage(
        row.path,
        row.sha256,
        row.width,
        row.height,
        row.orientation,
        split,
        [object_text(item.category, item.geometry, is_crowd=False) for item in objects],
        [item.category for item in objects if item.category != NO_CATEGORY],
        row.white,
    )
