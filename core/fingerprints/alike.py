"""Which of many pictures look the same: pairs of fingerprints that hardly differ, without comparing all with all.

A fingerprint becomes a vector of length 1; two pictures look the same when their vectors are less than `FARTHEST`
apart. Along a few directions in which the pictures differ most they are at most as far apart as in all: what is too
far there needs no further look, so that nothing is missed and little is compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from core.fingerprints.kept import Fingerprints, Shades

LEAST_CORRELATION = 0.98
"""Of two pictures that look the same. Copies measured 0.991 or more, pages of one book at most 0.94: docs/adr/0053."""

LEAST_CONTRAST = 1.5
"""Shades of 256. With less, a picture is blank as far as can be told, and nothing is said of it."""

SAME_SHAPE = 0.03
"""By so much, as a share, the ratios of width to height of a picture and its copy may differ."""

FARTHEST = (2 * (1 - LEAST_CORRELATION)) ** 0.5
_FEW = 3000
_SAMPLED = 4096
_DIRECTIONS = 28
_PLACED_AT_ONCE = 8192
_SLACK = 1e-4  # more than what single precision loses
_FAR = 1e9  # a square of a distance

# Pictures are compared in blocks, and blocks in tiles: products this small are not shared out among threads, which
# would spend most of their time waiting for each other.
_TILE_ROWS, _TILE_OTHERS = 128, 64
_TILES_DOWN, _TILES_ACROSS = 4, 32
_ROWS = _TILE_ROWS * _TILES_DOWN
_OTHERS = _TILE_OTHERS * _TILES_ACROSS

Array = npt.NDArray[Any]
Check = Callable[[float], None]
"""Called now and then with the share that is done; what it raises ends the work."""


def find_alike(found: Fingerprints, ratios: Array, check: Check = lambda share: None, *, few: int = _FEW) -> Array:
    """Groups of pictures that look the same, directly or by way of others: for each picture the number of its group,
    which is that of its first picture; its own = nothing looks like it. `ratios`: width by height, of each.
    Of up to `few` pictures, all are compared with all."""
    groups = np.arange(len(found))
    usable, shapes = np.flatnonzero(found.contrast >= LEAST_CONTRAST), np.log(ratios)
    look = _all_pairs if len(usable) <= few else _pairs
    for first, second in look(found, usable, shapes, check):
        join(groups, first, second)
    return groups


def join(groups: Array, first: Array, second: Array) -> None:
    """In place: put the groups of each pair together, named by their smallest member."""
    while True:
        a, b = _root(groups, first), _root(groups, second)
        apart = a != b
        if not apart.any():
            return
        first, second = a[apart], b[apart]
        np.minimum.at(groups, np.maximum(first, second), np.minimum(first, second))
        while not np.array_equal(groups, groups[groups]):
            groups[:] = groups[groups]


def _root(groups: Array, members: Array) -> Array:
    return np.asarray(groups[members])


def _all_pairs(found: Fingerprints, usable: Array, shapes: Array, check: Check) -> Iterator[tuple[Array, Array]]:
    units = _units(found.shades[usable])
    for start in range(0, len(usable), _ROWS):
        check(start / len(usable))
        rows, others = np.nonzero(units[start : start + _ROWS] @ units.T >= LEAST_CORRELATION)
        rows += start
        first, second = usable[rows[others > rows]], usable[others[others > rows]]
        same = np.abs(shapes[first] - shapes[second]) <= SAME_SHAPE
        yield first[same], second[same]


def _pairs(found: Fingerprints, usable: Array, shapes: Array, check: Check) -> Iterator[tuple[Array, Array]]:
    placed = _placed(found.shades, usable)
    order = np.argsort(placed[:, 0], kind="stable")
    line, members = placed[order, 0], usable[order]
    ends = np.searchsorted(line, line + FARTHEST + _SLACK, side="right")
    factors = _factors(placed, order)
    del placed, order, line
    apart = np.empty((_TILES_DOWN, _TILES_ACROSS, _TILE_ROWS, _TILE_OTHERS), dtype=np.float32)
    for start in range(0, len(members), _ROWS):
        check(start / len(members))
        firsts = _mirrored(factors[start : start + _ROWS]).reshape(_TILES_DOWN, 1, _TILE_ROWS, -1)
        for left in range(start, int(ends[min(start + _ROWS, len(members)) - 1]), _OTHERS):
            seconds = factors[left : left + _OTHERS].reshape(1, _TILES_ACROSS, _TILE_OTHERS, -1)
            np.matmul(firsts, seconds.swapaxes(2, 3), out=apart)
            near = np.flatnonzero(apart.ravel() <= FARTHEST**2 + _SLACK)
            if not len(near):
                continue
            rows, others = _places(near)
            rows, others = rows + start, others + left
            later = others > rows
            yield from _confirmed(found.shades, shapes, members[rows[later]], members[others[later]])


def _factors(placed: Array, order: Array) -> Array:
    """For each picture the numbers of which products with `_mirrored` ones are squares of distances; (at least a
    block more than there are pictures, directions + 2). What is behind the last picture is far from everything."""
    n, n_directions = placed.shape
    factors = np.zeros((-(-n // _ROWS) * _ROWS + _OTHERS, n_directions + 2), dtype=np.float32)
    for start in range(0, n, _PLACED_AT_ONCE):  # of a million, a copy of all would be a hundred megabytes more
        rows = order[start : start + _PLACED_AT_ONCE]
        factors[start : start + len(rows), :-2] = placed[rows]
    factors[:, -2] = 1
    factors[:n, -1] = np.einsum("ij,ij->i", factors[:n, :-2], factors[:n, :-2])
    factors[n:, -1] = _FAR
    return factors


def _mirrored(factors: Array) -> Array:
    mirrored = factors * np.float32(-2)
    mirrored[:, -2], mirrored[:, -1] = factors[:, -1], factors[:, -2]
    return mirrored


def _places(found: Array) -> tuple[Array, Array]:
    """Of numbers in a block of tiles: rows and columns of the block."""
    tiles, inside = np.divmod(found, _TILE_ROWS * _TILE_OTHERS)
    down, across = np.divmod(tiles, _TILES_ACROSS)
    rows, others = np.divmod(inside, _TILE_OTHERS)
    return down * _TILE_ROWS + rows, across * _TILE_OTHERS + others


def _confirmed(shades: Shades, shapes: Array, first: Array, second: Array) -> Iterator[tuple[Array, Array]]:
    same = np.abs(shapes[first] - shapes[second]) <= SAME_SHAPE
    first, second = first[same], second[same]
    for start in range(0, len(first), _ROWS):
        one, other = first[start : start + _ROWS], second[start : start + _ROWS]
        alike = np.einsum("ij,ij->i", _units(shades[one]), _units(shades[other])) >= LEAST_CORRELATION
        if alike.any():
            yield one[alike], other[alike]


def _placed(shades: Shades, usable: Array) -> Array:
    """Where each picture lies along the directions in which they differ most, the first one first; (usable, few)."""
    step = max(1, len(usable) // _SAMPLED)
    sample = _units(shades[usable[::step][:_SAMPLED]])
    middle = sample.mean(axis=0)
    spread = (sample - middle).T @ (sample - middle)
    _, directions = np.linalg.eigh(spread.astype(np.float64))
    chosen = np.ascontiguousarray(directions[:, ::-1][:, :_DIRECTIONS], dtype=np.float32)
    placed = np.empty((len(usable), chosen.shape[1]), dtype=np.float32)
    for start in range(0, len(usable), _PLACED_AT_ONCE):
        rows = usable[start : start + _PLACED_AT_ONCE]
        placed[start : start + len(rows)] = (_units(shades[rows]) - middle) @ chosen
    return placed


def _units(shades: Array) -> Array:
    values = shades.astype(np.float32)
    return np.asarray(values / np.sqrt(np.einsum("ij,ij->i", values, values))[:, None])
