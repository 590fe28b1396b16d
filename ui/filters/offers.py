"""What there is in the project that a condition could name."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.filter_fields import FieldKind


@dataclass(frozen=True, slots=True)
class FilterOffers:
    """`sets` are datasets by name, and their sets as "dataset/set"."""

    folders: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()

    def of(self, kind: FieldKind) -> tuple[str, ...]:
        return {
            FieldKind.FOLDER: self.folders,
            FieldKind.CLASS: self.classes,
            FieldKind.TAG: self.tags,
            FieldKind.SET: self.sets,
        }.get(kind, ())


NO_OFFERS = FilterOffers()
