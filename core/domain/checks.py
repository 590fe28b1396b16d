"""What checks of a project's or a dataset's data found, and what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from core.domain.ids import DatasetId, ProjectId
from core.domain.image_ids import ImageIds
from core.domain.imports import Severity

if TYPE_CHECKING:  # the window's first paint does not wait for it
    import numpy as np
    import numpy.typing as npt


class CheckId(StrEnum):
    """In the order in which the findings are read, within one severity."""

    MISSING_FILES = "missing-files"
    UNREADABLE_FILES = "unreadable-files"
    CHANGED_FILES = "changed-files"
    COPIES_ACROSS_SETS = "copies-across-sets"
    ALIKE_ACROSS_SETS = "alike-across-sets"
    GROUPS_ACROSS_SETS = "groups-across-sets"
    COPIES = "copies"
    ALIKE = "alike"
    FEW_EXAMPLES = "few-examples"
    ABSENT_CLASSES = "absent-classes"
    CLASS_NAMES = "class-names"
    NO_AREA = "shapes-without-area"
    OUTSIDE = "shapes-outside"
    TINY = "tiny-shapes"
    DOUBLE = "double-shapes"
    TURNED = "turned-images"
    UNANNOTATED = "unannotated"


TITLES = {
    CheckId.MISSING_FILES: "Missing files",
    CheckId.UNREADABLE_FILES: "Files that cannot be read",
    CheckId.CHANGED_FILES: "Changed files",
    CheckId.COPIES_ACROSS_SETS: "Copies in more than one set",
    CheckId.ALIKE_ACROSS_SETS: "Pictures that look the same in more than one set",
    CheckId.GROUPS_ACROSS_SETS: "Pages or shots of one source in more than one set",
    CheckId.COPIES: "Copies",
    CheckId.ALIKE: "Pictures that look the same",
    CheckId.FEW_EXAMPLES: "Classes with few examples",
    CheckId.ABSENT_CLASSES: "Classes that a set lacks",
    CheckId.CLASS_NAMES: "Classes with nearly the same name",
    CheckId.NO_AREA: "Shapes without an area",
    CheckId.OUTSIDE: "Shapes beyond their image",
    CheckId.TINY: "Tiny shapes",
    CheckId.DOUBLE: "Shapes drawn twice",
    CheckId.TURNED: "Images stored turned",
    CheckId.UNANNOTATED: "Images without annotations",
}


MOST_TOLD = 20
"""Lines of a finding's details: of more than these, only the first are told."""


@dataclass(frozen=True, slots=True)
class RepairOffer:
    """What a button would do: its own text, and what it does in a sentence with counts."""

    button: str
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """One check that found something. `n` counts what `text` speaks of.

    `images` are those behind it; where they belong together in groups (copies of one picture, pages of one book) they
    lie group by group, and `starts` has the place at which each group begins.
    """

    check: CheckId
    severity: Severity
    text: str
    n: int
    images: ImageIds
    starts: npt.NDArray[np.int64] | Sequence[int] = ()
    details: tuple[str, ...] = ()  # a line each, the first ones
    repair: RepairOffer | None = None
    code: str = ""

    @property
    def title(self) -> str:
        return TITLES[self.check]

    def group(self, number: int) -> ImageIds:
        """The images of one of the groups."""
        end = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.images)
        return self.images[int(self.starts[number]) : int(end)]


@dataclass(frozen=True, slots=True, eq=False)
class CheckReport:
    """Of a project, or of one of its datasets. `revision` is that of the project when it was made, and grows with
    every change of it; `dataset_revision` likewise."""

    project: ProjectId
    made_at: datetime
    revision: int
    n_images: int
    findings: tuple[Finding, ...]  # the worst first
    fine: tuple[str, ...] = ()  # what was looked at without a finding, in words
    notes: tuple[str, ...] = ()  # what was not looked at, and why
    sets: tuple[tuple[str, int], ...] = ()  # with their images
    dataset: DatasetId | None = None
    dataset_revision: int = 0

    @property
    def n_problems(self) -> int:
        """Findings that are more than a remark."""
        return sum(one.severity is not Severity.INFO for one in self.findings)

    def find(self, check: CheckId) -> Finding | None:
        return next((one for one in self.findings if one.check is check), None)


@dataclass(frozen=True, slots=True)
class CheckWish:
    """What is to be looked at besides what the registry knows."""

    compares_pictures: bool = True  # reads every picture that was not compared before
    looks_at_files: bool = True
