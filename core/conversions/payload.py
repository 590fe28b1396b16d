"""What a conversion's request carries beside what every run's does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from core.domain.conversions import ModelChoice
from core.domain.ids import SnapshotId
from core.errors import RunError
from core.home import found_in_home, told_in_home


@dataclass(frozen=True, slots=True)
class Source:
    """Where the version's own images come from."""

    snapshot: SnapshotId
    manifest: Path
    images_root: Path


@dataclass(frozen=True, slots=True)
class Threshold:
    """From which confidence on an object is taken; `by_class` of single classes, by name. `about` says where from."""

    value: float
    about: str
    by_class: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConversionPayload:
    """`published` is the version's folder, `target` what is made: a .zip by its ending, else a folder."""

    label: str  # of the version, with its model's name
    published: Path
    choice: ModelChoice
    target: Path
    source: Source | None  # None = the version's images are not on this computer
    threshold: Threshold

    def to_json(self, home: Path) -> dict[str, Any]:
        """Paths in the home are told relative to it."""
        source = self.source
        return {
            "label": self.label,
            "published": told_in_home(self.published, home),
            "choice": asdict(self.choice),
            "target": str(self.target),
            "threshold": asdict(self.threshold),
            "source": None
            if source is None
            else {
                "snapshot": source.snapshot,
                "manifest": told_in_home(source.manifest, home),
                "images_root": told_in_home(source.images_root, home),
            },
        }


def payload_from_json(value: Mapping[str, Any], home: Path) -> ConversionPayload:
    """`home` is where the run's folder lies. Raises RunError when something is missing or of another kind."""
    try:
        source = value["source"]
        return ConversionPayload(
            label=value["label"],
            published=found_in_home(value["published"], home),
            choice=ModelChoice(**value["choice"]),
            target=Path(value["target"]),
            threshold=Threshold(**value["threshold"]),
            source=None
            if source is None
            else Source(
                SnapshotId(source["snapshot"]),
                found_in_home(source["manifest"], home),
                found_in_home(source["images_root"], home),
            ),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"The export's request is damaged ({error!r}).") from error
