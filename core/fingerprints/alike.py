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

from core.fingerprints.kept import Fingerprints

LEAST_CORRELATION = 0.98
"""Of two pictures that look the same. Copies measured 0.991 or more, pages of one book at most 0.94: docs/adr/0053."""

LEAST_CONTRAST = 1.5
"""Shades of 256. With less, a picture is blank as far as can be told, and nothing is said of it."""

SAME_SHAPE = 0.03
"""By so much, as a share, the ratios of width to height of a picture and its copy may differ."""

FARTHEST = (2 * (1 - LEAST_CORRELATION)) ** 0.5
_FEW = 3000
_SAMPLED = 4096
_DIRECTIONS = 64
_FIRST_DIRECTIONS = 16
_ROWS = 1024  # compared at once, with so many times as many others
_MOST_OTHERS = 8192
_PER_LOOK = 200_000  # pairs compared in full at once

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
    placed, members = np.ascontiguousarray(placed[order]), usable[order]
    line = placed[:, 0]
    ends = np.searchsorted(line, line + FARTHEST, side="right")
    few = np.ascontiguousarray(placed[:, :_FIRST_DIRECTIONS])
    squares = np.einsum("ij,ij->i", few, few)
    for start in range(0, len(members), _ROWS):
        stop = min(start + _ROWS, len(members))
        check(start / len(members))
        for left in range(start, int(ends[stop - 1]), _MOST_OTHERS):
            right = min(left + _MOST_OTHERS, int(ends[stop - 1]))
            apart = few[start:stop] @ few[left:right].T
            apart *= -2
            apart += squares[start:stop, None]
            apart += squares[None, left:right]
            rows, others = np.nonzero(apart <= FARTHEST**2)
            rows, others = rows + start, others + left
            later = others > rows
            yield from _confirmed(found.shades, members, placed, shapes, rows[later], others[later])


def _confirmed(
    shades: Array, members: Array, placed: Array, shapes: Array, rows: Array, others: Array
) -> Iterator[tuple[Array, Array]]:
    for start in range(0, len(rows), _PER_LOOK):
        one, other = rows[start : start + _PER_LOOK], others[start : start + _PER_LOOK]
        apart = placed[one] - placed[other]
        near = np.einsum("ij,ij->i", apart, apart) <= FARTHEST**2
        near &= np.abs(shapes[members[one]] - shapes[members[other]]) <= SAME_SHAPE
        first, second = members[one[near]], members[other[near]]
        for begin in range(0, len(first), _ROWS):
            a, b = first[begin : begin + _ROWS], second[begin : begin + _ROWS]
            alike = np.einsum("ij,ij->i", _units(shades[a]), _units(shades[b])) >= LEAST_CORRELATION
            if alike.any():
                yield a[alike], b[alike]


def _placed(shades: Array, usable: Array) -> Array:
    """Where each picture lies along the directions in which they differ most, the first one first; (usable, few)."""
    step = max(1, len(usable) // _SAMPLED)
    sample = _units(shades[usable[::step][:_SAMPLED]])
    middle = sample.mean(axis=0)
    spread = (sample - middle).T @ (sample - middle)
    _, directions = np.linalg.eigh(spread.astype(np.float64))
    chosen = np.ascontiguousarray(directions[:, ::-1][:, :_DIRECTIONS], dtype=np.float32)
    placed = np.empty((len(usable), chosen.shape[1]), dtype=np.float32)
    for start in range(0, len(usable), _MOST_OTHERS):
        rows = usable[start : start + _MOST_OTHERS]
        placed[start : start + len(rows)] = (_units(shades[rows]) - middle) @ chosen
    return placed


def _units(shades: Array) -> Array:
    values = shades.astype(np.float32)
    return np.asarray(values / np.sqrt(np.einsum("ij,ij->i", values, values))[:, None])
