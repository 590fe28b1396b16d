"""What an import found and what it did. Problems are values: nothing is dropped in silence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from core.domain.changes import NO_CHANGES, Changes
from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.geometry import Geometry
from core.domain.ids import ProjectId


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"  # something was left out or changed; the rest goes on
    ERROR = "error"  # nothing can be imported


@dataclass(frozen=True, slots=True)
class Problem:
    """`kind` is a stable slug such as "box-out-of-bounds"; `line` counts from 1, None when it has no line. `choices`
    are files of which only one can be right: the person says which by leaving the others out of the source."""

    kind: str
    text: str
    file: str = ""
    line: int | None = None
    severity: Severity = Severity.WARNING
    offers: tuple[tuple[str, str], ...] = ()  # encodings that names may be in, with what they would read
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RawAnnotation:
    """An annotation as a format file states it, its category still a name, coordinates in pixels.

    `made_by` names the model or program that made it where the file says so: then it is no ground truth, and is left
    out unless asked for. `confidence` is such a one's, 0 to 1.
    """

    category: str | None
    geometry: Geometry
    is_crowd: bool = False
    line: int | None = None
    details: AnnotationDetails | None = None
    made_by: str = ""
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class RawImage:
    """What a format file says of one image. `path` is relative to the images' folder, "/" between parts."""

    path: str
    annotations: tuple[RawAnnotation, ...]
    width: int | None = None  # as the file claims; the decoder has the last word
    height: int | None = None
    source_file: str = ""  # the annotation file that spoke of it
    is_explicit_negative: bool = False  # the file says: looked at, nothing there
    stated_set: str = ""  # "train", "val" or "test" where the file or its place says so
    is_upright_stated: bool = False  # the size that the file states is that of the upright picture, not of the stored
    is_as_stored: bool = False  # size and shapes are those of the picture before EXIF turns it upright
    is_frame_guessed: bool = False  # `is_as_stored` by the stated size alone, which shapes need not follow
    details: ImageDetails | None = None


@dataclass(frozen=True, slots=True)
class ImportSource:
    """What the person pointed at. `format` None = detect. `left_out` are annotation files of a folder that are not to
    be read. `mapping` gives classes another name, or None to leave their annotations out. `options` are answers to the
    format's `read_options`."""

    path: Path
    images_root: Path | None = None
    format: str | None = None
    is_drawn_as_stored: bool | None = None  # annotations of pictures stored turned (EXIF) were drawn before turning
    names_encoding: str | None = None  # of names of classes in files that are not UTF-8; None = kept as bytes
    left_out: tuple[Path, ...] = ()
    mapping: tuple[tuple[str, str | None], ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    takes_model_made: bool = False  # annotations of which the file says that a model made them

    def option(self, name: str, default: str = "") -> str:
        return dict(self.options).get(name, default)


@dataclass(frozen=True, slots=True)
class SampleImage:
    """An image of a preview with its shapes. `white` as for `ImageRecord`."""

    path: str
    annotations: tuple[RawAnnotation, ...]
    is_turn_doubtful: bool = False
    white: int = 0


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What an import would do; nothing has been written."""

    source: ImportSource
    format: str  # slug of the format in force
    format_title: str
    images_root: Path
    n_images: int  # image files that would be in the project
    n_annotated: int
    n_annotations: int
    categories: tuple[tuple[str, int], ...]  # name, annotations
    folders: tuple[tuple[str, int], ...]  # folder path, images
    problems: tuple[Problem, ...]
    can_import: bool
    n_guessed_as_stored: int = 0  # of the doubtful ones, those taken as drawn before turning
    n_turn_doubtful: int = 0  # annotated images stored turned, of which no file says which way up they were drawn on
    n_rotated: int = 0  # images with an EXIF orientation other than 1, shown upright
    stated_sets: tuple[tuple[str, int], ...] = ()  # "train", "val", "test" as the files state them, with their images
    sample: tuple[SampleImage, ...] = ()  # those first of which it is not known which way up they were annotated


@dataclass(frozen=True, slots=True)
class ImportReport:
    project: ProjectId
    project_name: str
    format: str
    n_images: int
    n_new_images: int
    n_annotations: int
    categories: tuple[tuple[str, int], ...]
    problems: tuple[Problem, ...]
    n_rotated: int = 0
    stated_sets: tuple[tuple[str, int], ...] = ()
    changes: Changes = NO_CHANGES
