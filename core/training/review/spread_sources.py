"""Whether pages of one book, or frames of one film, are in several sets of a training, as their names tell. Pure."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.checks.grouping import find_grouping
from core.domain.counting import counted
from core.domain.names import listed_names
from core.domain.snapshots import Split
from core.domain.training import Issue, Remedy
from core.training.review.tally import Array

MOST_LOOKED_AT = 50_000
"""Images: the names of more are not read while a person fills in the wizard; the checks of the project do that."""

_NAMED = 3


@dataclass(frozen=True, slots=True)
class SpreadSources:
    """`names` are the first of the `n` sources that are in several sets; `n_images` those of them all."""

    n: int
    n_images: int
    names: tuple[str, ...]
    words: str  # how they are told: 'File names such as "book12_p003.jpg"'
    splits: tuple[Split, ...]


def find_spread(keys: Array, splits: Array, paths: Mapping[int, str], classes: Sequence[str]) -> SpreadSources | None:
    """`splits`: of each image in use, the index of its set in `Split`."""
    grouping = find_grouping([os.fsencode(paths.get(key, "")) for key in keys.tolist()], classes)
    if grouping is None:
        return None
    grouped = grouping.numbers >= 0
    pairs = np.unique(np.stack([grouping.numbers[grouped], splits[grouped]], axis=1), axis=0)
    sources, n_sets = np.unique(pairs[:, 0], return_counts=True)
    spread = sources[n_sets > 1]
    if not len(spread):
        return None
    involved = np.unique(pairs[np.isin(pairs[:, 0], spread), 1]).tolist()
    return SpreadSources(
        len(spread),
        int(np.isin(grouping.numbers, spread).sum()),
        tuple(grouping.names[number] for number in spread[:_NAMED].tolist()),
        grouping.words,
        tuple(tuple(Split)[number] for number in involved),
    )


def check_spread(found: SpreadSources | None, *, is_carved: bool) -> list[Issue]:
    if found is None:
        return []
    names = listed_names(found.names, _NAMED) + (f" and {found.n - _NAMED} more" if found.n > _NAMED else "")
    what = counted(found.n, "book, film or other source is", "books, films or other sources are")
    where = " and ".join(split.value for split in found.splits)
    mend = "Choose folders for validation." if is_carved else "Keep each in one set."
    text = (
        f"{what} in {where} at once: {names} ({found.words[0].lower()}{found.words[1:]} tell). Such images look alike, "
        f"so that what is measured comes out too good. {mend}"
    )
    return [Issue("W-153", text, "data", False, remedy=Remedy("Show the checks", view="checks"))]
