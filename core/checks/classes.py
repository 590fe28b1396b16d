"""How many examples the classes have, in all and in each set. Pure."""

from __future__ import annotations

import math
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.checks.data import CheckedData
from core.domain.checks import MOST_TOLD, CheckId, Finding
from core.domain.counting import counted
from core.domain.image_ids import ImageIds
from core.domain.imports import Severity
from core.domain.names import listed_names, shown
from core.domain.snapshots import Split
from core.registry.stores.check_columns import AnnotationColumns

LEAST = 5
ADVISABLE = 20
LARGEST_IMBALANCE = 10
_MOST_NAMED = 3

Array = npt.NDArray[Any]


class ClassTally:
    """Images that show each class, in all and in each set, and which ones: filled block by block.

    Six bytes for each class of each image are kept, 40 MB where seven million are.
    """

    def __init__(self, data: CheckedData) -> None:
        self._data = data
        self._numbers = {int(category.id): place for place, category in enumerate(data.categories)}
        self.in_all = np.zeros(len(data.categories), dtype=np.int64)
        self.in_sets = np.zeros((len(data.sets.names), len(data.categories)), dtype=np.int64)
        self._shown: list[tuple[Array, Array]] = []  # places of images, and numbers of classes

    def add(self, annotations: AnnotationColumns, places: Array) -> None:
        """`places`: of each annotation, its image's. All annotations of an image are in one block."""
        data, n = self._data, max(1, len(self._numbers))
        wanted = data.is_checked[places]
        numbers = np.array([self._numbers[key] for key in annotations.categories[wanted].tolist()], dtype=np.int64)
        shown_on, of_class = np.divmod(np.unique(places[wanted] * n + numbers), n)
        self._shown.append((shown_on.astype(np.int32), of_class.astype(np.min_scalar_type(n))))
        self.in_all += np.bincount(of_class, minlength=len(self.in_all))
        starts = np.searchsorted(data.sets.places, shown_on, side="left")
        lengths = np.searchsorted(data.sets.places, shown_on, side="right") - starts
        repeated = np.repeat(np.arange(len(shown_on)), lengths)
        within = np.arange(len(repeated)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        of_set = data.sets.numbers[starts[repeated] + within]
        np.add.at(self.in_sets, (of_set, of_class[repeated]), 1)

    def images_of(self, classes: Sequence[int], sets: Sequence[int] | None = None) -> ImageIds:
        """Those that show any of these classes and are in any of these sets (None = or in no set), in the order of
        their coming into the project."""
        data = self._data
        found = [places[np.isin(of_class, classes)] for places, of_class in self._shown]
        wanted = np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)
        if sets is not None:
            wanted = np.intersect1d(wanted, data.sets.places[np.isin(data.sets.numbers, sets)])
        return ImageIds(data.images.keys[wanted])


def check_amounts(data: CheckedData, tally: ClassTally) -> list[Finding]:
    """MA-01, of the training images where sets say which these are."""
    if not data.categories or not data.is_checked.any():
        return []
    training = [place for place, role in enumerate(data.sets.roles) if role is Split.TRAIN]
    has_training = bool(training) and bool(np.isin(data.sets.numbers, training).any())
    numbers = tally.in_sets[training].sum(axis=0) if has_training else tally.in_all
    where = " to train on" if has_training else ""
    counts = {place: int(n) for place, n in enumerate(numbers)}
    is_whole = data.dataset is None and not has_training  # a dataset may do without a class
    shown_ones = {place: n for place, n in counts.items() if n or is_whole}
    most = max(shown_ones.values(), default=0)
    advice = max(ADVISABLE, math.ceil(most / LARGEST_IMBALANCE))
    few = {place: n for place, n in shown_ones.items() if n < LEAST}
    thin = {place: n for place, n in shown_ones.items() if LEAST <= n < advice}
    if not (few or thin):
        return []
    images = tally.images_of(list(few or thin), training if has_training else None)
    named = {data.categories[place].name: n for place, n in (few or thin).items()}
    if few:
        text = f"Each class needs at least {LEAST} images{where}; {_counts(named)}."
        return [_finding(CheckId.FEW_EXAMPLES, Severity.ERROR, text, named, images, "E-402")]
    text = f"{_counts(named)}{where}; {advice} is advisable."
    return [_finding(CheckId.FEW_EXAMPLES, Severity.WARNING, text, named, images, "W-403")]


def check_absences(data: CheckedData, tally: ClassTally) -> list[Finding]:
    """Classes that some set shows and another, that has annotated images at all, does not."""
    lines: list[str] = []
    missing: list[int] = []
    is_untaught = False
    for place, (name, role) in enumerate(zip(data.sets.names, data.sets.roles, strict=True)):
        if role is None or not tally.in_sets[place].any():
            continue
        others = tally.in_sets.sum(axis=0) - tally.in_sets[place]
        lacking = np.flatnonzero((tally.in_sets[place] == 0) & (others > 0)).tolist()
        if lacking:
            missing += lacking
            is_untaught |= role is Split.TRAIN
            names = listed_names([data.categories[number].name for number in lacking])
            lines.append(f'"{shown(name)}" has no image of {names}.')
    if not lines:
        return []
    end = " A class that is not in the training images cannot be learned." if is_untaught else ""
    is_one = len(lines) == 1
    text = f"{lines[0] if is_one else f'{len(lines)} sets lack classes that others have.'}{end}"
    code, details = "W-242" if is_untaught else "", () if is_one else tuple(lines)
    images = tally.images_of(missing, range(len(data.sets.names)))
    n = len(missing)
    return [Finding(CheckId.ABSENT_CLASSES, Severity.WARNING, text, n, images, details=details, code=code)]


def check_names(data: CheckedData, tally: ClassTally) -> list[Finding]:
    """Names that a person may take for the same class: only case, spaces or dashes differ."""
    alike: dict[str, list[int]] = defaultdict(list)
    for place, category in enumerate(data.categories):
        folded = unicodedata.normalize("NFKC", category.name).casefold()
        alike["".join(sign for sign in folded if sign not in " _-.")].append(place)
    doubtful = [places for places in alike.values() if len(places) > 1]
    if not doubtful:
        return []
    named = [[shown(data.categories[place].name) for place in places] for places in doubtful]
    lines = tuple(" and ".join(f'"{name}"' for name in names) for names in named)
    rest = f" {len(lines) - 1} more are alike." if len(lines) > 1 else ""
    text = f"Classes differ only in case, spaces or dashes: {lines[0]}.{rest} Merge them if they are one."
    details = lines[:MOST_TOLD] if len(lines) > 1 else ()
    images = tally.images_of([place for places in doubtful for place in places])
    return [Finding(CheckId.CLASS_NAMES, Severity.WARNING, text, len(lines), images, details=details)]


def _finding(
    check: CheckId, severity: Severity, text: str, counts: dict[str, int], images: ImageIds, code: str
) -> Finding:
    lines = tuple(f"{shown(name)}: {counted(n, 'image')}" for name, n in sorted(counts.items(), key=lambda i: i[1]))
    told = lines[:MOST_TOLD] if len(lines) > _MOST_NAMED else ()
    return Finding(check, severity, text, len(counts), images, details=told, code=code)


def _counts(counts: dict[str, int], most: int = _MOST_NAMED) -> str:
    first = sorted(counts.items(), key=lambda item: item[1])
    said = ", ".join(f"{shown(name)} has {n}" for name, n in first[:most])
    more = len(first) - most
    return said + (f", and {more:,} more {'has' if more == 1 else 'have'} few" if more > 0 else "")
