"""Shapes as the rows of one kind that a training takes: boxes, outlines, or the corners of oriented boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.domain.counting import counted
from core.domain.geometry import Box, Polygon
from core.domain.imports import Problem, RawAnnotation, Severity
from core.domain.rotated import corners_of, rotated_rectangle, smallest_rectangle
from core.formats.yolo.tally import AUTO, BOXES, ORIENTED, POLYGONS


@dataclass(slots=True)
class ShapeKinds:
    """Turns shapes into those of a kind, and counts what is changed by that."""

    task: str = AUTO
    n_boxed: int = 0
    n_outlined: int = 0
    n_made_rectangles: int = 0
    n_boxes_oriented: int = 0
    n_beyond: int = 0
    n_keypoints: int = 0

    def taken(self, annotation: RawAnnotation, shape: Box | Polygon, width: int, height: int) -> Box | Polygon:
        """The shape to write of an annotation in an image of that size."""
        if annotation.details is not None and annotation.details.get("yolo:keypoints") is not None:
            self.n_keypoints += 1
        if self.task == BOXES and isinstance(shape, Polygon):
            self.n_boxed += 1
            return shape.bounds()
        if self.task == POLYGONS and isinstance(shape, Box):
            self.n_outlined += 1
            return Polygon(shape.outline())
        return self._oriented(shape, width, height) if self.task == ORIENTED else shape

    def _oriented(self, shape: Box | Polygon, width: int, height: int) -> Polygon:
        if isinstance(shape, Box):
            self.n_boxes_oriented += 1
            return Polygon(shape.outline())
        if len(shape.rings) == 1 and len(shape.rings[0]) == 8 and rotated_rectangle(shape) is not None:
            return shape
        self.n_made_rectangles += 1
        corners = corners_of(smallest_rectangle(shape))
        inside = corners.clipped(width, height)
        if all(abs(a - b) <= _ROUNDING for a, b in zip(corners.rings[0], inside.rings[0], strict=True)):
            return inside
        self.n_beyond += 1  # programs refuse images whose labels reach further than rounding explains
        return inside if inside.area > 0 else Polygon(shape.bounds().outline())

    def problems(self) -> list[Problem]:
        """What became of the shapes, and what is not written with them."""
        found = (
            ("polygons-as-boxes", self.n_boxed, "polygon", "polygons", "the box around it is written"),
            ("boxes-as-polygons", self.n_outlined, "box", "boxes", "written as an outline of four corners"),
            ("polygons-as-oriented", self.n_made_rectangles, "polygon", "polygons", _SMALLEST),
            (
                "boxes-as-oriented",
                self.n_boxes_oriented,
                "box",
                "boxes",
                "written as an oriented box that is not turned",
            ),
            ("oriented-beyond", self.n_beyond, "oriented box", "oriented boxes", _BEYOND),
            ("keypoints-dropped", self.n_keypoints, "object with keypoints", "objects with keypoints", _NO_KEYPOINTS),
        )
        return [
            Problem(kind, f"{counted(n, one, many)}: {text}.", severity=_severity(kind))
            for kind, n, one, many, text in found
            if n
        ]


_SMALLEST = "the smallest oriented box around it is written"
_BEYOND = "corners beyond the image are moved to its border"
_ROUNDING = 0.01  # pixels
_NO_KEYPOINTS = "the box is written without them"
_KEEPS_ALL: Sequence[str] = ("boxes-as-polygons", "boxes-as-oriented")


def _severity(kind: str) -> Severity:
    return Severity.INFO if kind in _KEEPS_ALL else Severity.WARNING
