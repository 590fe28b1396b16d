"""What an import found and what it did. Problems are values: nothing is dropped in silence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from core.domain.changes import NO_CHANGES, Changes
from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.geometry import Geometry
from core.domain.ids import ProjectId

MOST_SIGNS = 1500
"""Of what is said in one sentence."""


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"  # something was left out or changed; the rest goes on
    ERROR = "error"  # nothing can be imported


@dataclass(frozen=True, slots=True)
class Problem:
    """`kind` is a stable slug such as "box-out-of-bounds"; `line` counts from 1, None when it has no line. `choices`
    are files of which only one can be right: the person says which by leaving the others out of the source. `code`
    names an entry of the catalogue of codes, where there is one.

    A text of more than MOST_SIGNS (a damaged file has names of a million) is kept without its middle."""

    kind: str
    text: str
    file: str = ""
    line: int | None = None
    severity: Severity = Severity.WARNING
    offers: tuple[tuple[str, str], ...] = ()  # encodings that names may be in, with what they would read
    choices: tuple[str, ...] = ()
    code: str = ""

    def __post_init__(self) -> None:
        if len(self.text) > MOST_SIGNS:
            object.__setattr__(self, "text", f"{self.text[: MOST_SIGNS - 300]} … {self.text[-200:]}")


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
    annotations: Sequence[RawAnnotation]
    width: int | None = None  # as the file claims; the decoder has the last word
    height: int | None = None
    source_file: str = ""  # the annotation file that spoke of it
    is_explicit_negative: bool = False  # the file says: looked at, nothing there
    stated_set: str = ""  # "train", "val" or "test" where the file or its place says so
    is_upright_stated: bool = False  # the size that the file states is that of the upright picture, not of the stored
    is_as_stored: bool = False  # size and shapes are those of the picture before EXIF turns it upright
    is_frame_guessed: bool = False  # `is_as_stored` by the stated size alone, which shapes need not follow
    details: ImageDetails | None = None
    is_hard: bool = False  # a case that is hard even for people


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
    is_mapping_chosen: bool = False  # by the person, also where it is empty: none is taken from an import before
    options: tuple[tuple[str, str], ...] = ()
    takes_model_made: bool = False  # annotations of which the file says that a model made them
    unpack_to: Path | None = None  # of an archive with pictures: the folder that its content is to stay in

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
class Recognised:
    """A format that may read a source, and why one may think so, in words. `sureness` is 0 to 1."""

    format: str  # slug
    title: str
    reason: str
    sureness: float


@dataclass(frozen=True, slots=True)
class SourceClass:
    """A class as the files name it. `becomes` is its name in the project, None = its annotations are left out."""

    name: str
    n_annotations: int
    becomes: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Annotations of images that the project has, against what the files say of these images now. `gone` ones came
    with an earlier import, and the files state them no more; what a person drew is never among them."""

    same: int = 0
    new: int = 0
    changed: int = 0
    gone: int = 0
    only_details: int = 0  # of the changed ones, those whose class and shape stay: other text, other attributes

    def __add__(self, other: Difference) -> Difference:
        return Difference(
            self.same + other.same,
            self.new + other.new,
            self.changed + other.changed,
            self.gone + other.gone,
            self.only_details + other.only_details,
        )

    @property
    def is_none(self) -> bool:
        return not (self.new or self.changed or self.gone)


@dataclass(frozen=True, slots=True)
class ImageDifference:
    """An image whose annotations differ. `before` are those of the project, `after` those of the files."""

    path: str
    difference: Difference
    before: tuple[RawAnnotation, ...] = ()
    after: tuple[RawAnnotation, ...] = ()
    white: int = 0  # as for `ImageRecord`


@dataclass(frozen=True, slots=True)
class Differences:
    """What an import into a project would change of the images that it has. `images` are the first ones."""

    total: Difference = Difference()
    classes: tuple[tuple[str, Difference], ...] = ()
    n_images: int = 0  # that differ
    images: tuple[ImageDifference, ...] = ()


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
    recognised: tuple[Recognised, ...] = ()  # formats that may read the source, the surest first
    classes: tuple[SourceClass, ...] = ()  # as the files name them, with what becomes of them
    makers: tuple[tuple[str, int], ...] = ()  # models that made annotations, as the files say, with their number
    differences: Differences | None = None  # None = a new project
    project_classes: tuple[str, ...] = ()  # those that the project has already


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
    n_new_annotations: int = 0
    differences: Difference | None = None  # None = a new project
    is_replacing: bool = False  # changes were taken over
    id: int = 0  # under which the report is kept with the project


@dataclass(frozen=True, slots=True)
class KeptReport:
    """A report of an import as it is kept with its project. `content` is plain data: counts, answers, problems."""

    id: int
    imported_at: datetime
    source: Path
    format: str
    n_images: int
    n_new_images: int
    n_annotations: int
    n_new_annotations: int
    n_problems: int
    content: Mapping[str, Any] = field(default_factory=dict)
