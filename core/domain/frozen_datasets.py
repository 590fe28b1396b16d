"""What a frozen dataset says: every image in its sets, and everything that was said of it when it was frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.domain.datasets import SetId, SetRole
from core.domain.geometry import Geometry
from core.domain.projects import Source

USAGE: Mapping[SetRole, str] = {SetRole.TRAIN: "TRAIN", SetRole.VAL: "EVAL", SetRole.TEST: "TEST", SetRole.EXTRA: ""}
"""What an image of a set was for, as manifests name it."""


@dataclass(frozen=True, slots=True)
class FrozenClass:
    """`key` is that of the project's category."""

    key: int
    name: str


@dataclass(frozen=True, slots=True)
class FrozenSet:
    id: SetId
    name: str
    role: SetRole


@dataclass(frozen=True, slots=True)
class FrozenAnnotation:
    """`category` is an index into the dataset's classes; None = without concept. Times are ISO 8601, in UTC.

    The fields from `version` on are those of an accepted prediction, whose source is MODEL: it is no ground truth.
    """

    id: int
    category: int | None
    geometry: Geometry  # None = the whole image
    source: Source
    is_crowd: bool = False
    author: str = ""
    edited_at: str = ""
    details: str = ""  # AnnotationDetails as text
    confidence: float | None = None
    version: str = ""
    prediction_set: str = ""
    reviewed_at: str = ""
    is_corrected: bool = False


@dataclass(frozen=True, slots=True)
class FrozenPicture:
    """An image as it was frozen. `sets` are indexes into the dataset's sets, `usage` has USAGE of each of them."""

    key: int  # of the project's image, while the project has it
    path: str  # relative to the project's root
    sha256: str
    n_bytes: int
    mtime_ns: int
    width: int  # upright
    height: int
    orientation: int
    white: int
    sets: tuple[int, ...]
    usage: tuple[str, ...]
    tags: tuple[str, ...]
    stated_set: str
    details: str  # ImageDetails as text
    annotations: tuple[FrozenAnnotation, ...]
