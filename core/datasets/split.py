"""Carving a validation set out of the training images: seeded, stratified, the same on every computer.

Everything is an array over pictures or over (picture, class) pairs, so that the time grows with their number only.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from core.datasets.split_units import NO_OBJECT, Array, Check, Shown, Units, are_new, make_units
from core.domain.names import listed_names, shown
from core.domain.snapshots import Split
from core.domain.training import Issue

MAX_DECIMALS = 5
_SET_WORDS = {Split.TRAIN: "training", Split.VAL: "validation", Split.TEST: "test"}

_UNDECIDED = -1
_SINGLE = 1.2e-7  # twice the rounding of single precision
_LOOKED_AT = 256  # pictures at once, where the first of some is looked for


@dataclass(frozen=True, slots=True)
class Carved:
    """For each image, is it to validate. With an issue that is an error, the answer is not to be used."""

    is_val: NDArray[np.bool_]
    issues: tuple[Issue, ...] = ()


def check_ratio(ratio: float) -> Issue | None:
    """E-441: a ratio is written with 1 to 5 decimals. E-440: neither side may be empty."""
    exponent = Decimal(repr(ratio)).as_tuple().exponent if math.isfinite(ratio) else "n"
    if not isinstance(exponent, int) or -exponent > MAX_DECIMALS:
        return Issue("E-441", f"Use 1 to {MAX_DECIMALS} decimals.", "data", True, "val_ratio")
    if not 0.0 < ratio < 1.0:
        empty = _SET_WORDS[Split.VAL if ratio <= 0.0 else Split.TRAIN]
        text = f"With ratio {ratio:g}, there would be no {empty} image. Choose one from 0.00001 to 0.99999."
        return Issue("E-440", text, "data", True, "val_ratio")
    return None


def carve_validation(
    shown: Shown, ratio: float, seed: int, categories: Sequence[str], check: Check = lambda: None
) -> Carved:
    """Give `ratio` of the images to validation, so that each category keeps its share on both sides.

    Copies of one picture stay together. A category on two pictures or more has at least one on each side wherever
    that can be; where it cannot, the answer holds E-440.
    """
    nothing = np.zeros(len(shown.hashes), dtype=bool)
    wrong = check_ratio(ratio)
    if wrong is not None:
        return Carved(nothing, (wrong,))
    units = make_units(shown, seed, len(categories) + 1, check)
    is_val = _part(units, ratio, check)
    missing = [
        (categories[label - 1], Split.VAL if side else Split.TRAIN)
        for label in np.unique(units.labels[units.labels != NO_OBJECT]).tolist()
        for side in (True, False)
        if not (is_val[units.with_label(label)] == side).any()
    ]
    if len(units.sizes) < 2 and not missing:
        missing = [(name, Split.VAL) for name in categories[:1]]
    return Carved(is_val[units.of_image], _missing(ratio, missing))


def check_several_classes(shown: Shown) -> tuple[Issue, ...]:
    """E-440 where a single picture shows several classes at once: one of the two sides would have none of its kind.
    Copies count as one."""
    pairs = np.unique(np.stack([shown.images, shown.categories], axis=1)[shown.categories >= 0], axis=0)
    images, n_classes = np.unique(pairs[:, 0], return_counts=True)
    if len(np.unique(shown.hashes[images[n_classes > 1]], axis=0)) != 1:
        return ()
    text = "Only one image shows several classes: it would train or validate, and the other side would have none. "
    advice = "Label another one with several classes, or choose validation data."
    return (Issue("E-440", text + advice, "data", True, "val_ratio"),)


def carve(
    shown: Shown,
    ratio: float,
    seed: int,
    n_categories: int,
    groups: Array | None = None,
    check: Check = lambda: None,
) -> NDArray[np.bool_]:
    """For each image, is it of the part that gets `ratio` of them: as `carve_validation`, without its refusals.

    Images of one number in `groups` stay together. Of two groups or more, neither side is left without any.
    """
    units = make_units(shown, seed, n_categories + 1, check, groups)
    if len(units.sizes) < 2:
        return np.zeros(len(shown.hashes), dtype=bool)
    is_part = _part(units, ratio, check)
    if is_part.all() or not is_part.any():  # classes of a single group each can hold all of them on one side
        wanted = ratio * units.sizes.sum() if not is_part.any() else (1 - ratio) * units.sizes.sum()
        is_part[np.argmin(np.abs(units.sizes - wanted))] = not is_part.any()
    return np.asarray(is_part[units.of_image])


def _part(units: Units, ratio: float, check: Check) -> NDArray[np.bool_]:
    is_val = _distribute(units, ratio, check)
    _repair(units, is_val)
    _balance(units, is_val, ratio, check)
    return is_val


def _distribute(units: Units, ratio: float, check: Check) -> NDArray[np.bool_]:
    """Iterative stratification (Sechidis, Tsoumakas, Vlahavas 2011) for two sides: the rarest category first, each
    of its pictures to the side that still wants most of it."""
    side = np.full(len(units.sizes), _UNDECIDED, dtype=np.int8)
    total = int(units.sizes.sum())
    wanted = _wanted(units, ratio)
    any_train, any_val = total * (1 - ratio), total * ratio
    waiting = np.diff(units.firsts)
    while waiting.any():
        check()
        rarest = int(np.argmin(np.where(waiting > 0, waiting, np.iinfo(np.int64).max)))
        chosen = units.with_label(rarest)
        chosen = chosen[side[chosen] == _UNDECIDED]
        sizes = units.sizes[chosen]
        train, val = wanted[:, rarest].tolist()
        sides, any_train, any_val = _share(sizes.tolist(), train, val, any_train, any_val)
        side[chosen] = sides
        owners, labels = units.pairs_of(chosen)
        _subtract(wanted, labels, side[chosen][owners], sizes[owners])
        waiting = waiting - np.bincount(labels, minlength=units.n_labels)
    return np.asarray(side == 1)


def _wanted(units: Units, ratio: float) -> Array:
    """Images that training (first row) and validation want of each label."""
    n_units = np.diff(units.firsts)
    owners = np.repeat(np.arange(len(units.sizes)), np.diff(units.starts))
    n_images = np.bincount(units.labels, weights=units.sizes[owners], minlength=units.n_labels)
    of_val = n_images * ratio
    of_val = np.where(n_units < 2, of_val, np.minimum(np.maximum(of_val, 1.0), n_images - 1.0))
    return np.array([n_images - of_val, of_val])


def _share(
    sizes: list[int], train: float, val: float, any_train: float, any_val: float
) -> tuple[list[int], float, float]:
    """Each to the side that wants more of the label, or of anything when both want as much of it; 1 = validation.

    Also what both sides want of anything afterwards.
    """
    sides = []
    for size in sizes:
        is_val = val > train or (val == train and any_val > any_train)
        sides.append(int(is_val))
        if is_val:
            val -= size
            any_val -= size
        else:
            train -= size
            any_train -= size
    return sides, any_train, any_val


def _subtract(wanted: Array, labels: Array, sides: Array, sizes: Array) -> None:
    """Take each size from its side and label, with the roundings of doing it one after the other."""
    cells = sides.astype(np.int64) * wanted.shape[1] + labels
    flat = wanted.reshape(-1)
    amounts = np.bincount(cells, weights=sizes, minlength=len(flat))
    # Whole numbers leave no rounding behind as long as the result is not the larger of the two.
    is_exact = amounts <= 2 * flat
    for cell in np.flatnonzero((amounts > 0) & ~is_exact).tolist():
        steps = np.concatenate([[flat[cell]], sizes[cells == cell]])
        flat[cell] = np.subtract.accumulate(steps)[-1]
    flat[is_exact] -= amounts[is_exact]


def _repair(units: Units, is_val: NDArray[np.bool_]) -> None:
    """Move single pictures until each category is on both sides, taking a side's last example from nobody."""
    lengths = np.diff(units.starts)
    owners = np.repeat(is_val, lengths)
    sides = {side: np.bincount(units.labels[owners == side], minlength=units.n_labels) for side in (True, False)}
    for label in sorted(range(1, units.n_labels), key=lambda k: sides[True][k] + sides[False][k]):
        for side in (True, False):
            if sides[side][label] or sides[not side][label] < 2:
                continue
            chosen = units.with_label(label)
            index, labels = units.pairs_of(chosen)
            is_last = np.zeros(len(chosen), dtype=bool)
            is_last[index[sides[not side][labels] <= 1]] = True
            movable = chosen[(is_val[chosen] != side) & ~is_last]
            if not len(movable):
                continue
            unit = movable[np.lexsort((movable, units.sizes[movable], lengths[movable]))[0]]
            is_val[unit] = side
            of_unit = units.labels[units.starts[unit] : units.starts[unit + 1]]
            sides[side][of_unit] += 1
            sides[not side][of_unit] -= 1


@dataclass(frozen=True, slots=True)
class _Sets:
    """The distinct sets of labels: those of set i are labels[starts[i]:...], its units units[firsts[i]:...]."""

    of_unit: Array
    starts: Array
    labels: Array
    units: Array
    firsts: Array


def _make_sets(units: Units) -> _Sets:
    words = b"".join(hashlib.sha256(str(label).encode()).digest()[:8] for label in range(units.n_labels))
    fingerprints = np.add.reduceat(np.frombuffer(words, dtype=np.uint64)[units.labels], units.starts[:-1])
    order = np.argsort(fingerprints, kind="stable")
    is_new = are_new(fingerprints[order])
    of_unit = np.empty(len(order), dtype=np.int64)
    of_unit[order] = np.cumsum(is_new) - 1
    firsts = np.append(np.flatnonzero(is_new), len(order))
    owners, labels = units.pairs_of(order[firsts[:-1]])
    starts = np.flatnonzero(are_new(owners))
    return _Sets(of_unit, starts, labels, order, firsts)


def _balance(units: Units, is_val: NDArray[np.bool_], ratio: float, check: Check) -> None:
    """Bring the number of validation images to its share by the moves that disturb the categories least.

    Without it the sides' sizes drift, since pictures follow their rarest category.
    """
    sizes = units.sizes
    sets = _make_sets(units)
    owners = np.repeat(np.arange(len(sizes)), np.diff(units.starts))
    on_side = {
        side: np.bincount(units.labels[is_val[owners] == side], minlength=units.n_labels).astype(np.float32)
        for side in (True, False)
    }
    weights = 1.0 / np.maximum(on_side[True] + on_side[False], 1.0)
    target = min(max(round(sizes.sum() * ratio), 1), int(sizes.sum()) - 1)
    excess, largest = int(sizes[is_val].sum()) - target, int(sizes.max())
    n_members = {side: np.bincount(sets.of_unit[is_val == side], minlength=len(sets.starts)) for side in (True, False)}
    while excess:
        check()
        side = excess > 0  # pictures leave this side
        is_free = n_members[side] > 0
        if largest >= 2 * abs(excess):
            small = (is_val == side) & (sizes < 2 * abs(excess))
            is_free = np.bincount(sets.of_unit[small], minlength=len(sets.starts)) > 0
        is_needed = (on_side[side] < 2) & (on_side[True] + on_side[False] > 0)
        if is_needed.any():
            is_free &= ~np.logical_or.reduceat(is_needed[sets.labels], sets.starts)
        if not is_free.any():
            break
        deviation = on_side[True] - ratio * (on_side[True] + on_side[False])
        sign = -1.0 if side else 1.0

        def may_move(of: Array, side: bool = side, limit: int = 2 * abs(excess)) -> Array:
            return np.asarray((is_val[of] == side) & (sizes[of] < limit))

        best = _cheapest(units, sets, is_free, weights * (2 * sign * deviation + 1.0), may_move)
        is_val[best] = not side
        excess -= int(sizes[best]) if side else -int(sizes[best])
        n_members[side][sets.of_unit[best]] -= 1
        n_members[not side][sets.of_unit[best]] += 1
        of_unit = units.labels[units.starts[best] : units.starts[best + 1]]
        on_side[side][of_unit] -= 1
        on_side[not side][of_unit] += 1


def _cheapest(units: Units, sets: _Sets, is_free: Array, costs: Array, may_move: Callable[[Array], Array]) -> int:
    """The first of the units of free sets that may move whose labels cost least.

    Sums in double precision tell which can be the cheapest; among those that differ by less than single precision
    does, the product decides that earlier versions took, so that a seed keeps its split.
    """
    of_labels = costs.astype(np.float64)[sets.labels]
    sums = np.where(is_free, np.add.reduceat(of_labels, sets.starts), np.inf)
    doubt = _SINGLE * np.diff(sets.starts, append=len(sets.labels)) * np.add.reduceat(np.abs(of_labels), sets.starts)
    close = np.flatnonzero(sums - doubt <= (sums + doubt).min())
    distinct = np.sort([_first_of(sets.units[sets.firsts[i] : sets.firsts[i + 1]], may_move) for i in close.tolist()])
    if len(distinct) == 1:
        return int(distinct[0])
    rows = np.zeros((len(distinct), units.n_labels), dtype=np.float32)
    owners, labels = units.pairs_of(distinct)
    rows[owners, labels - 1] = 1.0  # no object last
    return int(distinct[np.argmin(rows @ np.roll(costs, -1))])


def _first_of(units: Array, may_move: Callable[[Array], Array]) -> int:
    """The first that may; there is one."""
    start = 0
    while not len(found := np.flatnonzero(may_move(units[start : start + _LOOKED_AT]))):
        start += _LOOKED_AT
    return int(units[start + found[0]])


def _missing(ratio: float, missing: Sequence[tuple[str, Split]]) -> tuple[Issue, ...]:
    """One for each set, whatever the number of classes."""
    issues = []
    for split in dict.fromkeys(split for _, split in missing):
        names = [name for name, found in missing if found is split]
        what = f'class "{shown(names[0])}"' if len(names) == 1 else f"{len(names)} classes ({listed_names(names)})"
        it = "it" if len(names) == 1 else "them"
        advice = f"Leave {it} out, choose a validation folder, or add images with {it}."
        text = f"With ratio {ratio:g}, {what} would have no {_SET_WORDS[split]} image. {advice}"
        issues.append(Issue("E-440", text, "data", True, "val_ratio"))
    return tuple(issues)
