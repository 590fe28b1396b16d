"""What a format of annotation files can hold, as data: for lists, dialogs and refusals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from core.domain.counting import counted
from core.domain.imports import Problem, Severity

CONTRACT = 2
"""The version of the contract (core/formats/base.py) that this Calque speaks."""


class ShapeKind(StrEnum):
    BOX = "box"
    POLYGON = "polygon"
    IMAGE = "image"  # the annotation speaks of the whole image


class Content(StrEnum):
    """What ground truth is made of, as far as formats differ in it."""

    BOXES = "boxes"
    POLYGONS = "polygons"
    POLYGON_PARTS = "polygon-parts"  # polygons of more than one ring
    WHOLE_IMAGES = "whole-images"  # annotations that speak of the whole image
    MIXED_IMAGES = "mixed-images"  # images with both boxes and polygons
    CROWDS = "crowds"
    WITHOUT_CLASS = "without-class"  # regions that are marked as being of no class
    NEGATIVES = "negatives"  # images that somebody saw to be empty
    UNSEEN_IMAGES = "unseen-images"  # images that nobody has annotated


_WORDS: Mapping[Content, tuple[str, str]] = {
    Content.BOXES: ("box", "boxes"),
    Content.POLYGONS: ("polygon", "polygons"),
    Content.POLYGON_PARTS: ("polygon of several parts", "polygons of several parts"),
    Content.WHOLE_IMAGES: ("annotation of a whole image", "annotations of whole images"),
    Content.MIXED_IMAGES: ("image with both boxes and polygons", "images with both boxes and polygons"),
    Content.CROWDS: ("crowd region", "crowd regions"),
    Content.WITHOUT_CLASS: ("annotation without a class", "annotations without a class"),
    Content.NEGATIVES: ("image without objects", "images without objects"),
    Content.UNSEEN_IMAGES: ("image that nobody has annotated", "images that nobody has annotated"),
}


_SAID = (Content.BOXES, Content.POLYGONS, Content.WHOLE_IMAGES, Content.WITHOUT_CLASS, Content.NEGATIVES)
"""What an export is made of: everything that is said of an image is one of these."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What becomes of a content that the format cannot hold. `text` follows a colon: "each part becomes an object".
    `unless` are answers to the format's `write_options` with which it does not come to that."""

    content: Content
    text: str
    severity: Severity = Severity.WARNING
    unless: tuple[tuple[str, str], ...] = ()

    @property
    def what(self) -> str:
        """Of what it speaks: "crowd regions"."""
        return _WORDS[self.content][1]

    @property
    def leaves_all_out(self) -> bool:
        """Whether nothing of the content is written, which `text` then begins with."""
        return self.text.startswith("left out")

    def problem(self, n: int) -> Problem:
        """The sentence for `n` of them."""
        one, many = _WORDS[self.content]
        return Problem(str(self.content), f"{counted(n, one, many)}: {self.text}.", severity=self.severity)


@dataclass(frozen=True, slots=True)
class FormatOption:
    """A question that a format asks before it reads or writes. `choices` are values with their titles; without any it
    is free text. `default` is what holds when nobody answers."""

    name: str  # stable, for command lines: --option name=value
    title: str
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    default: str = ""


@dataclass(frozen=True, slots=True)
class FormatInfo:
    """A format as lists and dialogs show it. A format that cannot be loaded has `unavailable_reason`.

    Among formats equally sure of a folder, and in lists, lower `precedence` comes first.
    """

    slug: str  # stable name for command lines and stored imports, e.g. "coco"
    title: str  # name for people, e.g. "COCO"
    reads: str = ""  # what a person can point at, for the sentence that lists all formats
    writes: str = ""  # what an export is made of, e.g. "one file, annotations.json"
    shapes_read: frozenset[ShapeKind] = frozenset()
    shapes_written: frozenset[ShapeKind] = frozenset()
    holds_predictions: bool = False  # with their scores
    holds_splits: bool = False
    holds_negatives: bool = False  # tells an image without objects from one that nobody looked at
    losses: tuple[Loss, ...] = ()  # what writing loses or changes, in the order in which it is told
    no_writing: str = ""  # why it cannot be written, a sentence; "" = it can
    endings: tuple[str, ...] = ()  # of its files, lower case
    images_folder: str = ""  # where pictures belong beside the files it writes; "" = right among them
    read_options: tuple[FormatOption, ...] = ()
    write_options: tuple[FormatOption, ...] = ()
    precedence: int = 100
    contract: int = CONTRACT
    unavailable_reason: str = ""

    @property
    def is_available(self) -> bool:
        return not self.unavailable_reason

    @property
    def can_write(self) -> bool:
        return self.is_available and not self.no_writing

    def loss_problems(
        self, counts: Mapping[Content, int], answers: Mapping[str, str] = MappingProxyType({})
    ) -> tuple[Problem, ...]:
        """What writing so much of each content loses or changes. `answers` are to `write_options`."""
        lost = (loss for loss in self.losses if not any(answers.get(name) == value for name, value in loss.unless))
        return tuple(loss.problem(n) for loss in lost if (n := counts.get(loss.content, 0)))

    def can_hold_some(self, counts: Mapping[Content, int]) -> bool:
        """Whether anything of so much of each content can be written."""
        lost = {loss.content for loss in self.losses if loss.leaves_all_out}
        return any(counts.get(content, 0) for content in _SAID if content not in lost)
