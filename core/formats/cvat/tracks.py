"""Tracks of a video: shapes by the number of a frame, which are images where the frames lie there as pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from core.domain.counting import counted
from core.domain.details import AnnotationDetails
from core.domain.imports import Problem, RawAnnotation
from core.domain.names import shown
from core.formats.cvat.shapes import SHAPES, TRACK, WITHOUT_AREA, ShapesFound, maker_of, to_annotation
from core.formats.reading.image_index import is_below
from core.formats.reading.xml_files import Node

_FRAME = re.compile(r"frame_(\d{1,9})")


def frame_pictures(paths: Iterable[str], place: str) -> dict[int, str]:
    """Pictures called like the frames of a video, by their number: those below `place` before others, and of those the
    first."""
    found: dict[int, str] = {}
    for path in sorted(paths, key=lambda path: (not is_below(path, place), path)):
        match = _FRAME.fullmatch(PurePosixPath(path).stem)
        if match:
            found.setdefault(int(match[1]), path)
    return found


class Tracks:
    """Of one file. Shapes are kept only where frames are there as pictures."""

    def __init__(self, file: Path, frames: dict[int, str]) -> None:
        self.n = 0
        self.by_frame: dict[int, list[tuple[str, RawAnnotation]]] = {}  # with the kind of the shape
        self.lost_on: set[int] = set()  # frames of which a shape was left out
        self.found = ShapesFound(file)
        self._file = file
        self._frames = frames
        self._n_shapes = 0
        self._n_elsewhere = 0  # shapes on frames of which no picture is there
        self._first = 0  # line of the first track

    def add(self, track: Node) -> None:
        self.n += 1
        self._first = self._first or track.line
        number = track.attributes.get("id", "").strip()
        made_of_track = maker_of(track)
        for node in track.children:
            if node.name not in SHAPES | WITHOUT_AREA or node.attributes.get("outside") == "1":
                continue
            self._n_shapes += 1
            frame = node.attributes.get("frame", "").strip()
            if not frame.isdecimal() or len(frame) > 9:
                text = f"A {node.name} of a track has no number of a frame; it is left out."
                self.found.report("coordinates-invalid", text, node.line)
            elif int(frame) not in self._frames:
                self._n_elsewhere += 1
            elif (annotation := to_annotation(node, track.attributes.get("label", ""), self.found)) is not None:
                details = _with_track(annotation.details, number)
                made_by = annotation.made_by or made_of_track
                kept = replace(annotation, line=node.line, details=details, made_by=made_by)
                self.by_frame.setdefault(int(frame), []).append((node.name, kept))
            else:
                self.lost_on.add(int(frame))

    def problem(self) -> Problem | None:
        """What is told of all of them together."""
        if not self.n or not self._n_elsewhere:
            return None
        have = counted(self.n, "track has", "tracks have")
        shapes = counted(self._n_elsewhere, "shape")
        if self._n_elsewhere < self._n_shapes:
            text = f"{have} {shapes} on frames of which there is no picture; they are left out."
        else:
            text = (
                f"{have} {shapes} on frames of a video, which is not read. Put its frames beside the file as pictures "
                "called frame_000000.png and so on: CVAT's export does that with “Save images”."
            )
        return Problem("tracks-not-read", text, str(self._file), self._first)

    def is_frame(self, number: int, size: int | None) -> bool:
        """Whether the video has that frame, as far as its length is known."""
        return size is None or number < size


def _with_track(details: AnnotationDetails | None, number: str) -> AnnotationDetails | None:
    if not number:
        return details
    pairs = details.attributes if details is not None else ()
    return AnnotationDetails(text=details.text if details else None, attributes=(*pairs, (TRACK, shown(number))))
