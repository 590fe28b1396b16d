"""What a person asks the split assistant for, and what it would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.domain.datasets import SetId, SetImages, SetRole, SplitRule
from core.domain.projects import ImageFilter
from core.domain.training import Issue

SPLIT_SEED = 0
USUAL_SHARES = (("train", "70"), ("val", "15"), ("test", "15"))


class Grouping(StrEnum):
    """Which images stay together, besides those of one content."""

    NONE = "none"
    SOURCES = "sources"  # books, films and the like, as names and folders tell; where they tell none, as NONE
    FOLDER = "folder"
    PATTERN = "pattern"  # what the first group of a pattern of the file's name says
    DUPLICATES = "duplicates"  # pictures that look the same


@dataclass(frozen=True, slots=True)
class SplitDraft:
    """`shares` are texts as a person writes them, by set: percentages that add up to 100, or `is_ratio`, numbers that
    add up to 1. Sets that are not named get nothing. `chosen` None = the images that are in the dataset now."""

    shares: tuple[tuple[SetId, str], ...]
    is_ratio: bool = False
    seed: int = SPLIT_SEED
    is_stratified: bool = True
    grouping: Grouping = Grouping.NONE
    pattern: str = ""
    chosen: ImageFilter | None = None
    allows_missing: bool = False  # E-440 is only a warning


@dataclass(frozen=True, slots=True)
class SplitClass:
    """`n_images` by set: those that show it."""

    name: str
    n_images: Mapping[SetId, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """What a split would do. With an error among the issues there are no sets, and it cannot be applied."""

    sets: tuple[SetImages, ...] = ()
    classes: tuple[SplitClass, ...] = ()
    issues: tuple[Issue, ...] = ()
    rule: SplitRule | None = None
    n_groups: int | None = None  # None = images are not grouped
    revision: int = 0  # of the dataset as it was looked at

    @property
    def can_apply(self) -> bool:
        return not any(issue.is_error for issue in self.issues)


@dataclass(frozen=True, slots=True)
class ProposedSet:
    """It has the images with `tag`, or those that `folders` hold; else those that an import stated to be of it."""

    name: str
    role: SetRole
    n_images: int
    folders: tuple[str, ...] = ()
    tag: str = ""
