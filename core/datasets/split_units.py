"""What is shared out: pictures that must not be parted, in an order that the seed and their content alone decide."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Check = Callable[[], None]
"""Called now and then; what it raises ends the work."""

# Labels are the categories' indexes plus one.
NO_OBJECT = 0
_PER_CHECK = 20_000  # hashes


@dataclass(frozen=True, slots=True)
class Shown:
    """Which categories each image shows: `images` and `categories` are the pairs, `hashes` the images' SHA-256."""

    hashes: Array  # (images, 32)
    images: Array
    categories: Array


@dataclass(frozen=True, slots=True)
class Units:
    """Pictures, each with all images of its content: they must not be parted. Of groups, all images of a group.

    In an order that the seed and the content alone decide: no generator whose sequence could change. The labels of
    unit i are labels[starts[i]:starts[i + 1]], ascending; the units of label k are by_label[firsts[k]:firsts[k + 1]].
    """

    of_image: Array
    sizes: Array
    starts: Array
    labels: Array
    by_label: Array
    firsts: Array

    @property
    def n_labels(self) -> int:
        return len(self.firsts) - 1

    def with_label(self, label: int) -> Array:
        return self.by_label[self.firsts[label] : self.firsts[label + 1]]

    def pairs_of(self, units: Array) -> tuple[Array, Array]:
        """Index into `units` and label, for each label of each of them."""
        owners, positions = expand(self.starts, units)
        return owners, self.labels[positions]


def make_units(shown: Shown, seed: int, n_labels: int, check: Check, groups: Array | None = None) -> Units:
    """`n_labels` counts that of images without any object too; `groups` has a number for each image."""
    of_image, hashes = _distinct(shown.hashes)
    if groups is not None:
        of_image, hashes = _joined(of_image, hashes, groups)
    order = _order(hashes, seed, check)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    of_image = place[of_image]
    check()
    pairs = np.sort(of_image[shown.images] * n_labels + shown.categories + 1)
    pairs = pairs[are_new(pairs)]
    is_empty = np.ones(len(order), dtype=bool)
    is_empty[pairs // n_labels] = False
    pairs = np.sort(np.concatenate([pairs, np.flatnonzero(is_empty) * n_labels + NO_OBJECT]))
    units, labels = (pairs // n_labels).astype(np.int32), (pairs % n_labels).astype(np.int32)
    return Units(
        of_image=of_image,
        sizes=np.bincount(of_image, minlength=len(order)),
        starts=np.concatenate([[0], np.cumsum(np.bincount(units, minlength=len(order)))]),
        labels=labels,
        by_label=units[np.argsort(labels, kind="stable")],
        firsts=np.concatenate([[0], np.cumsum(np.bincount(labels, minlength=n_labels))]),
    )


def _distinct(hashes: Array) -> tuple[Array, Array]:
    """For each row its content's index, and the contents."""
    heads = np.ascontiguousarray(hashes[:, :8]).view(np.uint64).ravel()
    if are_new(np.sort(heads)).all():
        return np.arange(len(heads)), hashes
    whole = np.ascontiguousarray(hashes).view(np.dtype((np.void, hashes.shape[1]))).ravel()
    _, first, inverse = np.unique(whole, return_index=True, return_inverse=True)
    return inverse.ravel(), hashes[first]


def _joined(of_image: Array, hashes: Array, groups: Array) -> tuple[Array, Array]:
    """As `_distinct`, of contents that groups hold together, and groups that contents do; the first hash is theirs."""
    _, groups = np.unique(groups, return_inverse=True)
    roots = np.arange(len(hashes))
    while True:
        of_group = np.full(groups.max(initial=-1) + 1, len(hashes))
        np.minimum.at(of_group, groups, roots[of_image])
        smallest = roots.copy()
        np.minimum.at(smallest, of_image, of_group[groups])
        smallest = smallest[smallest]
        if (smallest == roots).all():
            break
        roots = smallest
    firsts, of_content = np.unique(roots, return_inverse=True)
    words = np.ascontiguousarray(hashes).view(">u8").reshape(len(hashes), -1)
    order = np.lexsort((*words.T[::-1], of_content))
    return of_content[of_image], hashes[order[np.searchsorted(of_content[order], np.arange(len(firsts)))]]


def _order(hashes: Array, seed: int, check: Check) -> Array:
    """Indexes, sorted by the SHA-256 of seed and content."""
    start = f"{seed}:".encode()
    words = np.empty((len(hashes), 4), dtype=np.uint64)
    for first in range(0, len(hashes), _PER_CHECK):
        check()
        text = hashes[first : first + _PER_CHECK].tobytes().hex().encode()
        digests = [hashlib.sha256(start + text[i : i + 64]).digest() for i in range(0, len(text), 64)]
        words[first : first + _PER_CHECK] = np.frombuffer(b"".join(digests), dtype=">u8").reshape(-1, 4)
    order = np.argsort(words[:, 0], kind="stable")
    heads = words[order, 0]
    return np.lexsort(words.T[::-1]) if (heads[1:] == heads[:-1]).any() else order


def expand(starts: Array, chosen: Array) -> tuple[Array, Array]:
    """For the ranges starts[i]:starts[i + 1] of each i that is chosen: whose they are, and every position in them."""
    lengths = starts[chosen + 1] - starts[chosen]
    owners = np.repeat(np.arange(len(chosen)), lengths)
    within = np.arange(len(owners)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return owners, starts[chosen][owners] + within


def are_new(values: Array) -> NDArray[np.bool_]:
    """Of values in order: is each another one than the one before?"""
    return np.append(True, values[1:] != values[:-1]) if len(values) else np.zeros(0, dtype=bool)
