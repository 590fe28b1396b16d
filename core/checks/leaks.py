"""What is in more than one set and should not be: copies, pictures that look the same, pages of one book. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.checks.data import Sets

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Together:
    """Images (their places) group by group; `starts` has the place in `places` at which each group begins."""

    places: Array
    starts: Array

    @property
    def n(self) -> int:
        """Of groups."""
        return len(self.starts)

    def numbers(self) -> Array:
        """Of each of the places, its group's."""
        lengths = np.diff(np.append(self.starts, len(self.places)))
        return np.repeat(np.arange(self.n), lengths)


def across_sets(groups: Array, sets: Sets) -> Together:
    """The groups of which images are in several sets. `groups`: of each image its group's number, below 0 = none."""
    of_pair = groups[sets.places]
    grouped = of_pair >= 0
    pairs = np.unique(np.stack([of_pair[grouped], sets.numbers[grouped]], axis=1), axis=0)
    spread, n_sets = np.unique(pairs[:, 0], return_counts=True)
    members, first = np.unique(sets.places, return_index=True)
    wanted = np.isin(groups[members], spread[n_sets > 1])
    return _in_turn(members[wanted], sets.numbers[first[wanted]], groups)


def together(groups: Array, places: Array) -> Together:
    """The groups that have two or more of these images."""
    of_place = groups[places]
    found, n = np.unique(of_place[of_place >= 0], return_counts=True)
    return _members(groups, places, found[n > 1])


def without(one: Together, other: Together, groups: Array) -> Together:
    """The groups of `one` that are none of `other`."""
    known = np.unique(groups[other.places])
    kept = ~np.isin(groups[one.places], known)
    return _cut(one.places[kept], groups)


def with_different(found: Together, groups: Array, contents: Array) -> Together:
    """Those whose images are not all copies of one content."""
    pairs = np.unique(np.stack([groups[found.places], contents[found.places]], axis=1), axis=0)
    numbers, n = np.unique(pairs[:, 0], return_counts=True)
    return _cut(found.places[np.isin(groups[found.places], numbers[n > 1])], groups)


@dataclass(frozen=True, slots=True)
class Homes:
    """Where the images of groups would all be: pairs of place and set that are now elsewhere, and where they go."""

    places: Array
    sources: Array
    targets: Array

    def after(self, sets: Sets, *, moved: bool) -> tuple[tuple[str, int], ...]:
        """The sets' images afterwards, moved to where they go or taken out."""
        counts = np.bincount(sets.numbers, minlength=len(sets.names))
        counts = counts - np.bincount(self.sources, minlength=len(sets.names))
        if moved:
            counts = counts + np.bincount(self.targets, minlength=len(sets.names))
        return tuple(zip(sets.names, counts.tolist(), strict=True))

    def are_at_home(self, sets: Sets) -> npt.NDArray[np.bool_]:
        """Of which pairs the image itself is in its target too."""
        n = len(sets.names)
        return np.isin(self.places * n + self.targets, sets.places * n + sets.numbers)


def homes_of(found: Together, sets: Sets) -> Homes:
    """Each group's home is the set that has most of its images; of several, the first."""
    number_of = np.full(int(max(found.places.max(initial=-1), sets.places.max(initial=-1))) + 1, -1, dtype=np.int64)
    number_of[found.places] = found.numbers()
    of_pair = number_of[sets.places]
    wanted = of_pair >= 0
    places, numbers, of_group = sets.places[wanted], sets.numbers[wanted], of_pair[wanted]
    counts = np.zeros((found.n, len(sets.names)), dtype=np.int64)
    np.add.at(counts, (of_group, numbers), 1)
    home = counts.argmax(axis=1)[of_group] if found.n else numbers
    elsewhere = numbers != home
    return Homes(places[elsewhere], numbers[elsewhere], home[elsewhere])


def _in_turn(places: Array, numbers: Array, groups: Array) -> Together:
    """In each group an image of each set, then another of each: who sees the first ones sees what is the matter."""
    order = np.lexsort((places, numbers, groups[places]))
    places, numbers = places[order], numbers[order]
    of_group = groups[places]
    is_first = np.append(True, (of_group[1:] != of_group[:-1]) | (numbers[1:] != numbers[:-1]))[: len(places)]
    ranks = np.arange(len(places)) - np.maximum.accumulate(np.where(is_first, np.arange(len(places)), 0))
    return _cut(places[np.lexsort((numbers, ranks, of_group))], groups)


def _members(groups: Array, places: Array, wanted: Array) -> Together:
    return _cut(places[np.isin(groups[places], wanted)], groups)


def _cut(places: Array, groups: Array) -> Together:
    ordered = places[np.argsort(groups[places], kind="stable")]
    numbers = groups[ordered]
    starts = np.flatnonzero(np.append(True, numbers[1:] != numbers[:-1])) if len(ordered) else np.zeros(0, np.int64)
    return Together(ordered, starts)
