"""What an export of annotations would write, and what it wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.domain.formats import Content
from core.domain.ids import ProjectId
from core.domain.imports import Problem


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """`target` is the folder to be made. No folder named = the whole project."""

    project: ProjectId
    format: str  # slug
    target: Path
    folders: tuple[str, ...] = ()
    copies_images: bool = False
    options: tuple[tuple[str, str], ...] = ()  # answers to the format's write_options


@dataclass(frozen=True, slots=True)
class ExportSurvey:
    """What there is to export: ground truth only. What a format loses of it follows from `contents`."""

    n_images: int
    n_annotations: int
    contents: Mapping[Content, int] = field(default_factory=dict)
    n_picture_bytes: int = 0  # of the image files together
    n_shape_bytes: int = 0  # of the polygons' points as they are stored
    n_turned: int = 0  # images that are stored turned (EXIF)

    @property
    def n_spoken_of(self) -> int:
        """Images that somebody annotated, if only as empty."""
        return self.n_images - self.contents.get(Content.UNSEEN_IMAGES, 0)


@dataclass(frozen=True, slots=True)
class ExportReport:
    project_name: str
    format: str  # slug
    format_title: str
    target: Path
    n_images: int  # that the annotation files speak of
    n_annotations: int
    n_pictures: int  # copied
    problems: tuple[Problem, ...] = ()
