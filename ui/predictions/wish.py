"""What was chosen where a prediction was wished for."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.ids import ImageId, ProjectId, VersionId


@dataclass(frozen=True, slots=True)
class PredictWish:
    """What the dialog opens with. `shown` are the images that pass the project's filters, none where all do."""

    version: VersionId | None = None
    project: ProjectId | None = None
    folder: str = ""
    shown: tuple[ImageId, ...] = ()
