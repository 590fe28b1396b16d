"""A row: what a person expects of one of the shared cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Case:
    """`name` is the beginning of the folder's name up to the first hyphen. Numbers are those of the preview."""

    name: str
    n_images: int
    objects: Mapping[str, int]  # by class, classes without an example too
    n_negatives: int = 0  # images taken for looked at and empty
    sets: Mapping[str, int] = field(default_factory=dict)  # images that the files put into a set, by set
    kinds: Mapping[str, int] = field(default_factory=dict)  # every problem there is, by kind
    says: tuple[str, ...] = ()  # words that occur in what is said
    boxes: Mapping[str, tuple[float, float, float, float]] = field(default_factory=dict)  # bounds of a path's first
    path: str = ""  # of what is pointed at, below the case's folder
    images_root: str | None = None
    format: str | None = None
    can_import: bool = True

    @property
    def id(self) -> str:
        return f"{self.name}/{self.path}" if self.path else self.name
