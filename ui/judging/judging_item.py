"""One thing to be judged, with all that is shown of it."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.geometry import Box, Polygon
from core.domain.judgements import ModelAnnotation
from core.domain.projects import AnnotatedImage


@dataclass(frozen=True, slots=True)
class JudgingItem:
    """`shape` is what is marked: the prediction, or the annotation that is doubted. `other` lies beside it: what was
    predicted on a doubted annotation."""

    title: str  # "line, confidence 0.43"
    text: str  # a sentence
    category: str
    shape: Box | Polygon
    is_prediction: bool  # whether `shape` was predicted; else it is annotated
    annotated: AnnotatedImage
    author: str
    confidence: float | None = None
    accepted: tuple[ModelAnnotation, ...] = ()  # annotations made by models on the image
    other: Box | Polygon | None = None
    other_category: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verb:
    """A button with its key. `icon` names a picture."""

    id: str
    text: str
    key: str
    icon: str
    tip: str
    is_primary: bool = False
