"""What an export of annotations would write, and what it wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.domain.formats import Content
from core.domain.ids import DatasetId, ProjectId, SnapshotId
from core.domain.imports import Problem
from core.domain.snapshots import Split
from core.domain.studies import StudySource


@dataclass(frozen=True, slots=True)
class ExportScope:
    """Of what an export is made: the ground truth of today, of the whole project or of some folders and below them;
    a dataset that a person froze (`frozen`) or that a run learned from (`dataset`), as it was frozen, or one set of it;
    or predictions in place of ground truth.

    Predictions count from `confidence` on; None = from the threshold of the version that made them.
    """

    project: ProjectId
    folders: tuple[str, ...] = ()
    dataset: SnapshotId | None = None
    split: Split | None = None  # of the dataset
    source: StudySource | None = None
    confidence: float | None = None
    frozen: DatasetId | None = None


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """`target` is the folder to be made; the rest is what `ExportScope` says. Pictures are copied, linked or left where
    they are; who asks for both gets copies."""

    project: ProjectId
    format: str  # slug
    target: Path
    folders: tuple[str, ...] = ()
    copies_images: bool = False
    links_images: bool = False
    options: tuple[tuple[str, str], ...] = ()  # answers to the format's write_options
    dataset: SnapshotId | None = None
    split: Split | None = None
    source: StudySource | None = None
    confidence: float | None = None
    safe_names: bool = False  # names of pictures and files such that Windows takes them
    frozen: DatasetId | None = None

    @property
    def scope(self) -> ExportScope:
        return ExportScope(
            self.project, self.folders, self.dataset, self.split, self.source, self.confidence, self.frozen
        )


@dataclass(frozen=True, slots=True)
class ExportSurvey:
    """What there is to export. What a format loses of it follows from `contents`."""

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
    n_linked: int = 0  # pictures
    what: str = ""  # of the project: "frozen dataset V001", "predictions of lines V002"; "" = its ground truth
