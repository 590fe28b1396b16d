"""Projects, their folders, images, categories and annotations."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.filters import Group
from core.domain.geometry import Geometry
from core.domain.ids import AnnotationId, CategoryId, ImageId, ProjectId
from core.domain.image_ids import ImageIds
from core.domain.set_names import sets_of_image
from core.domain.snapshots import Split

OWN_COLOUR = 1 << 24
"""A class's number of colour from here on is a colour; a project has fewer classes."""


class Source(StrEnum):
    """Who made an annotation. Human and import are ground truth, model is a prediction."""

    HUMAN = "human"
    IMPORT = "import"
    MODEL = "model"


class ImageState(StrEnum):
    OK = "ok"
    DAMAGED = "damaged"  # could not be decoded in full when it was imported
    MISSING = "missing"  # was not where the project says


@dataclass(frozen=True, slots=True)
class Category:
    id: CategoryId
    name: str
    index: int  # order in the project, stable; also picks the colour
    n_annotations: int = 0
    n_images: int = 0
    colour: str = ""  # #rrggbb of a person's choice, "" = that of its index

    @property
    def colour_number(self) -> int:
        """For `ui.theme.category_colour`: its index, or the chosen colour's 24 bits with a bit above them."""
        return OWN_COLOUR | int(self.colour[1:], 16) if self.colour else self.index


@dataclass(frozen=True, slots=True)
class Annotation:
    """`category` None means "without concept": an explicit negative, not an unlabelled image."""

    id: AnnotationId
    image: ImageId
    category: CategoryId | None
    geometry: Geometry
    source: Source = Source.IMPORT
    confidence: float | None = None  # 0 to 1, predictions only
    is_crowd: bool = False
    details: AnnotationDetails | None = None
    author: str = ""  # the person who drew or changed it last, "" = nobody did, or nobody was named
    edited_at: datetime | None = None  # when that was


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """One picture file of a project. Sizes are of the upright image (EXIF orientation applied)."""

    id: ImageId
    project: ProjectId
    path: str  # relative to the project's root, "/" between parts; undecodable bytes as surrogates
    width: int
    height: int
    orientation: int  # EXIF, 1 to 8
    sha256: str  # of the file's bytes
    n_bytes: int
    state: ImageState = ImageState.OK
    damage: str = ""  # sentence, when state is not OK
    n_annotations: int = 0
    revision: int = 0  # grows whenever any of the above or the annotations change
    white: int = 0  # of 16-bit grey, the value that is shown white; 0 = the largest there is
    added_at: datetime | None = None  # when it came into the project, None = before that was noted

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """The folder's path relative to the project's root; "" for the root itself."""
        return self.path.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Folder:
    """A node of a project's image tree. Counts include everything below it."""

    path: str  # relative to the project's root, "" = the root
    n_images: int
    n_annotated: int
    category_counts: tuple[tuple[CategoryId, int], ...] = ()  # annotations per category

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Project:
    id: ProjectId
    name: str
    root: Path
    created_at: datetime
    n_images: int = 0
    n_annotated: int = 0
    n_annotations: int = 0
    is_root_missing: bool = False  # the folder is not on this computer now
    opened_at: datetime | None = None
    revision: int = 0  # grows with every change of the name, the images, the annotations and the categories


@dataclass(frozen=True, slots=True)
class ImageFilter:
    """Which images of a project: all conditions hold together; empty tuples and None do not restrict."""

    project: ProjectId
    folders: tuple[str, ...] = ()  # recursive; "" is the root, i.e. every image
    name_contains: str = ""
    categories: tuple[CategoryId, ...] = ()  # has at least one annotation of any of these
    is_annotated: bool | None = None
    is_without_concept: bool = False  # somebody looked and found nothing
    state: ImageState | None = None
    tag: str = ""  # has this tag
    where: Group | None = None  # and passes this filter
    only: ImageIds | None = None  # and is one of these
    only_words: str = ""  # what these are, as a person reads it: "with a stamp of 16 to 32 pixels"


@dataclass(frozen=True, slots=True)
class AnnotatedImage:
    """An image with its ground truth and its tags, as a viewer or a thumbnail wants it. `stated_set` is the one that an
    import stated for it, "" = none."""

    image: ImageRecord
    annotations: tuple[Annotation, ...] = field(default=())
    tags: tuple[str, ...] = ()
    stated_set: str = ""
    details: ImageDetails | None = None

    @property
    def sets(self) -> tuple[Split, ...]:
        """Of train, validation and test; as statistics and checks have it."""
        return sets_of_image(self.tags, self.stated_set, self.image.folder)
