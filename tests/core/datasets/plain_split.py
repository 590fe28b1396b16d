"""How validation sets were carved in version 0.1, picture by picture: the measure of what carves them now."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from core.datasets.split import check_ratio
from core.domain.snapshots import SnapshotImage, Split
from core.domain.training import Issue

# Stand among the categories' indexes where labels are counted.
_NO_OBJECT = -1
_ANY = -2


@dataclass(frozen=True, slots=True)
class Carved:
    """Every image that came in, with its split. With an issue that is an error, the split is not to be used."""

    images: tuple[SnapshotImage, ...]
    issues: tuple[Issue, ...] = ()


def carve_validation(images: Sequence[SnapshotImage], ratio: float, seed: int, categories: Sequence[str]) -> Carved:
    """Give `ratio` of the images to validation, so that each category keeps its share on both sides.

    Copies of one picture stay together. A category on two pictures or more has at least one on each side wherever
    that can be; where it cannot, the answer holds E-440.
    """
    wrong = check_ratio(ratio)
    if wrong is not None:
        return Carved(tuple(images), (wrong,))
    units = _units(images, seed)
    _distribute(units, ratio)
    _repair(units, range(len(categories)))
    _balance(units, ratio, len(categories))
    in_val = {unit.sha256 for unit in units if unit.is_val}
    split = tuple(replace(i, split=Split.VAL if i.sha256 in in_val else Split.TRAIN) for i in images)
    used = {k for unit in units for k in unit.labels}
    missing = [
        (categories[k], Split.VAL if side else Split.TRAIN)
        for k in sorted(used - {_NO_OBJECT})
        for side in (True, False)
        if not any(unit.is_val is side and k in unit.labels for unit in units)
    ]
    if len(units) < 2 and not missing:
        missing = [(name, Split.VAL) for name in categories[:1]]
    return Carved(split, _missing(ratio, missing))


@dataclass(slots=True)
class _Unit:
    """All images of one content: they must not be parted."""

    sha256: str
    order: str
    n_images: int = 0
    labels: set[int] = field(default_factory=set)
    is_val: bool | None = None


def _units(images: Sequence[SnapshotImage], seed: int) -> list[_Unit]:
    """In an order that the seed and the content alone decide: no generator whose sequence could change."""
    units: dict[str, _Unit] = {}
    for image in images:
        if image.sha256 not in units:
            order = hashlib.sha256(f"{seed}:{image.sha256}".encode()).hexdigest()
            units[image.sha256] = _Unit(image.sha256, order)
        unit = units[image.sha256]
        unit.n_images += 1
        unit.labels |= {item.category for item in image.objects} or {_NO_OBJECT}
    for unit in units.values():
        if len(unit.labels) > 1:
            unit.labels.discard(_NO_OBJECT)
    return sorted(units.values(), key=lambda unit: unit.order)


def _distribute(units: list[_Unit], ratio: float) -> None:
    """Iterative stratification (Sechidis, Tsoumakas, Vlahavas 2011) for two sides: the rarest category first, each
    of its pictures to the side that still wants most of it."""
    total = sum(unit.n_images for unit in units)
    wanted = {side: {_ANY: total * share} for side, share in ((True, ratio), (False, 1 - ratio))}
    n_images, n_units = Counter[int](), Counter[int]()
    for unit in units:
        n_units.update(unit.labels)
        n_images.update(dict.fromkeys(unit.labels, unit.n_images))
    for label, n in n_images.items():
        of_val = n * ratio if n_units[label] < 2 else min(max(n * ratio, 1.0), n - 1.0)
        wanted[True][label], wanted[False][label] = of_val, n - of_val
    waiting = list(units)
    while waiting:
        counts = Counter(label for unit in waiting for label in unit.labels)
        rarest = min(counts, key=lambda label: (counts[label], label))
        for unit in (unit for unit in waiting if rarest in unit.labels):
            unit.is_val = (wanted[True][rarest], wanted[True][_ANY]) > (wanted[False][rarest], wanted[False][_ANY])
            for label in (_ANY, *unit.labels):
                wanted[unit.is_val][label] -= unit.n_images
        waiting = [unit for unit in waiting if unit.is_val is None]


def _repair(units: list[_Unit], categories: range) -> None:
    """Move single pictures until each category is on both sides, taking a side's last example from nobody."""
    sides = {
        side: {k: sum(1 for u in units if u.is_val is side and k in u.labels) for k in categories}
        for side in (True, False)
    }
    for label in sorted(categories, key=lambda k: sides[True][k] + sides[False][k]):
        for side in (True, False):
            if sides[side][label] or sides[not side][label] < 2:
                continue
            movable = [
                unit
                for unit in units
                if unit.is_val is not side and label in unit.labels and all(sides[not side][k] > 1 for k in unit.labels)
            ]
            if not movable:
                continue
            unit = min(movable, key=lambda u: (len(u.labels), u.n_images, u.order))
            unit.is_val = side
            for k in unit.labels:
                sides[side][k] += 1
                sides[not side][k] -= 1


def _balance(units: list[_Unit], ratio: float, n_categories: int) -> None:
    """Bring the number of validation images to its share by the moves that disturb the categories least.

    Without it the sides' sizes drift, since pictures follow their rarest category.
    """
    labels = np.zeros((len(units), n_categories + 1), dtype=np.float32)  # the last column: no object
    for row, unit in enumerate(units):
        labels[row, list(unit.labels)] = 1.0
    sizes = np.array([unit.n_images for unit in units])
    is_val = np.array([bool(unit.is_val) for unit in units])
    weights = 1.0 / np.maximum(labels.sum(axis=0), 1.0)
    on_side = {side: labels[is_val == side].sum(axis=0) for side in (True, False)}
    target = min(max(round(sizes.sum() * ratio), 1), int(sizes.sum()) - 1)
    while (excess := int(sizes[is_val].sum()) - target) != 0:
        side = excess > 0  # pictures leave this side
        is_needed = labels[:, on_side[side] < 2].any(axis=1)
        movable = np.flatnonzero((is_val == side) & ~is_needed & (sizes < 2 * abs(excess)))
        if not len(movable):
            break
        deviation = on_side[True] - ratio * (on_side[True] + on_side[False])
        sign = -1.0 if side else 1.0
        cost = labels[movable] @ (weights * (2 * sign * deviation + 1.0))
        best = movable[int(np.argmin(cost))]
        is_val[best] = not side
        on_side[side] -= labels[best]
        on_side[not side] += labels[best]
    for unit, value in zip(units, is_val.tolist(), strict=True):
        unit.is_val = value


def _missing(ratio: float, missing: Sequence[tuple[str, Split]]) -> tuple[Issue, ...]:
    advice = "Leave the class out, choose a validation folder, or add images with it."
    return tuple(
        Issue(
            "E-440",
            f'With ratio {ratio:g}, class "{name}" would have no {split.value} image. {advice}',
            "data",
            True,
            "val_ratio",
        )
        for name, split in missing
    )
