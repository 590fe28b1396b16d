"""What was measured on a model: measures by name, so that a new one needs no new field anywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.domain.ids import EvaluationId, PredictionSetId, RunId, SnapshotId, VersionId
from core.domain.snapshots import Split

# Kinds of numbers. Open: one that is not known here is shown as a plain number.
RATIO = "ratio"  # 0 to 1
COUNT = "count"  # a whole number
THRESHOLD = "threshold"  # where a row's other measures were taken
SECONDS = "seconds"

# Groups of measures. Open as well; "" stands before all groups.
BOXES = "boxes"
MASKS = "masks"
PIXELS = "pixels"

Setting = None | bool | int | float | str | tuple[float, ...]
"""A threshold or limit that a measurement was made with."""

MAX_DETECTIONS = "max_detections"
"""Setting: predictions of an image and class that were looked at."""


@dataclass(frozen=True, slots=True)
class Measure:
    """How a number is called, explained and written. Stored with what was measured, so that it reads without its maker.

    `title` is short, as a column's heading beside others of its group: "mAP50". `at` names the measure of the same
    row that holds the threshold at which this one was taken. `beside` names the measure whose explanation tells this
    one: it is no column of its own, as a weighted mean beside the plain one.
    """

    name: str
    title: str = ""
    help: str = ""
    group: str = ""
    kind: str = RATIO
    higher_is_better: bool = True
    digits: int = 3  # after the point, as it is shown
    at: str = ""
    beside: str = ""

    @property
    def short_title(self) -> str:
        return self.title or self.name

    @property
    def full_title(self) -> str:
        """With its group in front: "Box mAP50"."""
        return f"{group_word(self.group)} {self.short_title}" if self.group else self.short_title


@dataclass(frozen=True, slots=True)
class EvaluationRow:
    """One row: all classes (`category` None) or one class.

    A measure that cannot be stated (no instance of the class in this set) is None, shown as a dash. `confusions` says
    what the class was taken for instead, and how often, the most frequent first; where regions have one class each.
    """

    category: str | None
    n_images: int
    n_instances: int
    values: Mapping[str, float | None] = field(default_factory=dict)  # by the measures' names
    confusions: tuple[tuple[str, int], ...] = ()

    def value(self, name: str) -> float | None:
        """None as well for a measure that this row does not know."""
        return self.values.get(name)


@dataclass(frozen=True, slots=True)
class EvaluationTable:
    """One split: the first row is "all", then each class in the model's order.

    `headline` names the measure that tells most. `about` says in a sentence how it was measured.
    """

    split: Split
    rows: tuple[EvaluationRow, ...]
    measures: tuple[Measure, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=dict)
    headline: str = ""
    about: str = ""
    notes: tuple[str, ...] = ()  # e.g. classes without an instance that the mean leaves out

    @property
    def overall(self) -> EvaluationRow:
        return self.rows[0]

    @property
    def columns(self) -> tuple[Measure, ...]:
        """The measures that are shown as a column: a threshold stands with the numbers that were taken at it."""
        thresholds = {measure.at for measure in self.measures}
        return tuple(m for m in self.measures if m.name not in thresholds and not m.beside)

    def beside(self, measure: Measure) -> tuple[Measure, ...]:
        """What is told in the explanation of a column."""
        return tuple(other for other in self.measures if other.beside == measure.name)

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of its columns, the headline's first."""
        first = next((measure.group for measure in self.measures if measure.name == self.headline), "")
        groups = dict.fromkeys(measure.group for measure in self.columns if measure.group)
        return tuple(sorted(groups, key=lambda group: group != first))

    def find_measure(self, name: str) -> Measure | None:
        return next((measure for measure in self.measures if measure.name == name), None)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A measurement of one version on one split of a snapshot, made by a run or taken in with the version.

    `set` names the predictions where they lie apart from the version; `version` is None for those of no version here.
    """

    id: EvaluationId
    run: RunId | None
    version: VersionId | None
    snapshot: SnapshotId | None
    created_at: datetime
    table: EvaluationTable
    set: PredictionSetId | None = None
    name: str = ""
    note: str = ""

    @property
    def split(self) -> Split:
        return self.table.split

    @property
    def thresholds(self) -> Mapping[str, Setting]:
        return self.table.settings


def evaluation_id(owner: RunId | VersionId | PredictionSetId, split: Split) -> EvaluationId:
    """Of what a run measured on a split; `owner` is the version where no run did, as for one that was taken in.

    The same for every attempt and every reading of the run's events: what a later attempt measures takes the place of
    what an earlier one did, and nothing is there twice.
    """
    return EvaluationId(hashlib.sha256(f"evaluation/{owner}/{split.value}".encode()).hexdigest()[:32])


def group_word(group: str) -> str:
    """Before a measure's title: "Box"."""
    return _GROUP_WORDS.get(group, (group.capitalize(), ""))[0]


def group_title(group: str) -> str:
    """As the name of a set of columns: "Boxes"."""
    return _GROUP_WORDS.get(group, ("", group.capitalize()))[1]


_GROUP_WORDS: Mapping[str, tuple[str, str]] = {
    BOXES: ("Box", "Boxes"),
    MASKS: ("Mask", "Masks"),
    PIXELS: ("Pixel", "Pixels"),
}
