"""In which forms predictions leave Calque, and what is said of an export of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.domain.ids import PredictionSetId


@dataclass(frozen=True, slots=True)
class PredictionForm:
    """`holds` says in a sentence what becomes of the objects, `loses` what does not; "" = nothing is lost."""

    slug: str
    title: str
    holds: str
    loses: str = ""


FORMS = (
    PredictionForm(
        "coco",
        "COCO results",
        "One file with every object, its box, its outline and its confidence, and one with the images and classes.",
    ),
    PredictionForm(
        "yolo",
        "YOLO text",
        "A text file for each image: class, box or outline, confidence.",
        "Of an outline in several parts the largest is written.",
    ),
    PredictionForm(
        "page",
        "PAGE XML",
        "An XML file for each image: text lines as lines, all else as regions, with their confidence.",
        "Points are whole pixels. Of an outline in several parts the largest is written.",
    ),
    PredictionForm(
        "alto",
        "ALTO XML",
        "An XML file for each image: text lines with their confidence, all else as blocks.",
        "Points are whole pixels, blocks have no confidence. Of an outline in several parts the largest is written.",
    ),
    PredictionForm(
        "csv",
        "Table (CSV)",
        "One table with a row for each object: image, class, confidence, box.",
        "Outlines are left out.",
    ),
)
HOLD_LABELS = frozenset({"csv"})
"""Forms that can say something of an image as a whole."""


@dataclass(frozen=True, slots=True)
class PredictionExport:
    """What to write where. Objects count from `confidence` on, those of a class in `by_category` from theirs."""

    set: PredictionSetId
    form: str
    target: Path
    confidence: float
    by_category: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PredictionExportReport:
    form_title: str
    target: Path
    n_images: int
    n_objects: int
    n_below: int  # objects that are kept below the confidence, and were not written
