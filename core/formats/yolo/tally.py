"""Counts what rows were taken as, over a whole data set, and says it once."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.domain.counting import counted
from core.domain.geometry import Polygon
from core.domain.imports import Problem, Severity
from core.domain.rotated import corners_of, rotated_rectangle, smallest_rectangle

AUTO, BOXES, POLYGONS, ORIENTED = "auto", "boxes", "polygons", "oriented"
TOLERANCE = 1.0
"""Pixels that a corner of a drawn rectangle may be off: files round to whole pixels or to few digits."""


@dataclass(slots=True)
class Tally:
    """`task` is what rows are to be taken as. `classes` are those that rows name themselves, in order."""

    task: str = AUTO
    classes: dict[str, None] = field(default_factory=dict)
    n_poses: int = 0
    n_predictions: int = 0
    n_tracks: int = 0
    n_as_boxes: int = 0
    n_rectangles: int = 0
    n_made_rectangles: int = 0
    n_others: int = 0  # rows that are no four corners
    is_all_rectangles: bool = True

    def taken(self, polygon: Polygon) -> Polygon:
        """A polygon of a row as the task has it, counted."""
        if self.task == POLYGONS or (self.task == AUTO and not self.is_all_rectangles):
            return polygon
        if len(polygon.rings[0]) != 8:
            self.note_other()
            return polygon
        found = rotated_rectangle(polygon, TOLERANCE)
        if found is not None:
            self.n_rectangles += 1
            return polygon
        self.is_all_rectangles = False
        if self.task != ORIENTED or polygon.area <= 0 or not polygon.is_finite():
            return polygon
        self.n_made_rectangles += 1
        return corners_of(smallest_rectangle(polygon))

    def note_other(self) -> None:
        self.n_others += 1
        self.is_all_rectangles = False

    def problems(self, file: str) -> list[Problem]:
        """What is to say when all has been read."""
        return [*self._of_shapes(file), *self._of_columns(file)]

    def _of_shapes(self, file: str) -> list[Problem]:
        told: list[Problem] = []
        n = self.n_rectangles
        if n and self.task == AUTO and self.is_all_rectangles:
            text = "All rows have four corners at right angles, so they are taken as oriented boxes: "
            text += f"{counted(n, 'polygon')} of four corners."
            told.append(_info("oriented-boxes", text, file))
        if self.task == ORIENTED and n + self.n_made_rectangles:
            rows = counted(n + self.n_made_rectangles, "row of four corners is", "rows of four corners are")
            told.append(_info("oriented-boxes", f"{rows} taken as oriented boxes: polygons of four corners.", file))
        if self.n_made_rectangles:
            rows = counted(self.n_made_rectangles, "row is", "rows are")
            text = f"The corners of {rows} at no right angles; the smallest rectangle around them is taken."
            told.append(Problem("oriented-not-rectangular", text, file))
        if self.task == ORIENTED and self.n_others:
            text = (
                f"{counted(self.n_others, 'row has', 'rows have')} not four corners, and {_as_stated(self.n_others)}."
            )
            told.append(Problem("oriented-other-rows", text, file))
        if self.n_as_boxes:
            text = f"{counted(self.n_as_boxes, 'polygon is', 'polygons are')} taken as the box around it."
            told.append(_info("polygons-as-boxes", text, file))
        return told

    def _of_columns(self, file: str) -> list[Problem]:
        told: list[Problem] = []
        if self.n_poses:
            text = (
                f"{counted(self.n_poses, 'row has', 'rows have')} keypoints: the box is taken, and the keypoints are "
            )
            told.append(_info("keypoints-aside", f"{text}kept aside as they stand.", file))
        if self.n_predictions:
            what = counted(self.n_predictions, "row has", "rows have")
            text = f"{what} a confidence in the last column, so that they are predictions and no ground truth."
            told.append(_info("predictions", text, file))
        if self.n_tracks:
            what = counted(self.n_tracks, "row has", "rows have")
            told.append(_info("tracks-aside", f"{what} the number of a track in the last column, kept aside.", file))
        return told


def _as_stated(n: int) -> str:
    return "is taken as it stands" if n == 1 else "are taken as they stand"


def _info(kind: str, text: str, file: str) -> Problem:
    return Problem(kind, text, file, severity=Severity.INFO)
