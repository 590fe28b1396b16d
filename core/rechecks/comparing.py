"""Two lists of predictions, object by object. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

TOLERANCE = 1e-3
"""In pixels of a box and in confidence: other processors, and other numbers of threads, add up in another order."""

Found = Mapping[str, Any]
"""An object as `core.evaluation.files` writes it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`n_objects` counts those that were predicted before. An object without its counterpart differs."""

    n_objects: int
    n_different: int
    largest_difference: float  # of a box's corner or size in pixels, or of a confidence, where both have the object
    first_image: str  # in the order of the images; "" when nothing differs

    @property
    def is_same(self) -> bool:
        return self.n_different == 0


def compare(before: Iterable[Found], now: Iterable[Found], images: Sequence[str]) -> Comparison:
    """`images` are the paths of all images that were looked at, in their order."""
    earlier, later = _by_image(before), _by_image(now)
    n_objects = n_different = 0
    largest, first = 0.0, ""
    for image in dict.fromkeys((*images, *earlier, *later)):
        olds, news = earlier.get(image, []), later.get(image, [])
        gaps = [_difference(old, new) for old, new in zip(olds, news, strict=False)]
        n_here = abs(len(olds) - len(news)) + sum(gap is None or gap > TOLERANCE for gap in gaps)
        n_objects += len(olds)
        n_different += n_here
        largest = max(largest, *(gap for gap in gaps if gap is not None), 0.0)
        if n_here and not first:
            first = image
    return Comparison(n_objects, n_different, largest, first)


def _difference(old: Found, new: Found) -> float | None:
    """None when they are not the same class: then no number tells how far apart they are."""
    if old["category_id"] != new["category_id"]:
        return None
    corners = _corners(old), _corners(new)
    if len(corners[0]) != len(corners[1]):
        return None
    pairs = zip((*old["bbox"], old["score"], *corners[0]), (*new["bbox"], new["score"], *corners[1]), strict=True)
    return max(abs(float(a) - float(b)) for a, b in pairs)


def _corners(found: Found) -> list[float]:
    """Of an oriented box; masks are not compared."""
    outline = found.get("segmentation")
    return [value for ring in outline for value in ring] if isinstance(outline, list) else []


def _by_image(found: Iterable[Found]) -> dict[str, list[Found]]:
    """Each image's in the order of the file: by falling confidence."""
    grouped: dict[str, list[Found]] = {}
    for item in found:
        grouped.setdefault(item["file_name"], []).append(item)
    return grouped
