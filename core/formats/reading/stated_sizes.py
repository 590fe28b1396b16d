"""Which size the shapes of a file are measured against, where it states the picture's size itself, and what is said of
sizes that differ: once a kind, not once an image."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from core.domain.counting import counted
from core.domain.geometry import Box
from core.domain.imports import Problem, Severity
from core.domain.names import shown
from core.formats.base import PictureSize
from core.formats.reading.frames import Drawn, Frame, drawn_on, frame_of

_SENTENCES: dict[str, tuple[str, Severity]] = {
    "size-swapped": (
        "a stated size with width and height the other way round; that of the picture is used",
        Severity.INFO,
    ),
    "image-size-differs": (
        "another size than the file states; the coordinates were taken as they are. Check them",
        Severity.WARNING,
    ),
    "drawn-upright": (
        "the size of the picture as stored in the file, but shapes that fit the upright picture only",
        Severity.INFO,
    ),
    "drawn-unknown": (
        "the size of the picture as stored in the file, and shapes that fit the upright one as well; they are "
        "taken as drawn on the stored one. Look at the pictures",
        Severity.WARNING,
    ),
}


class StatedSizes:
    """Of a whole import. `is_drawn_as_stored` is the person's word on pictures stored turned, None = none."""

    def __init__(self, *, is_drawn_as_stored: bool | None) -> None:
        self._is_drawn_as_stored = is_drawn_as_stored
        self._counts: dict[str, int] = {}
        self._first: dict[str, tuple[str, str]] = {}  # image and file

    def frame(
        self,
        stated: tuple[int, int] | None,
        picture: PictureSize | None,
        extents: Iterable[Box],
        *,
        path: str,
        file: str,
    ) -> Frame:
        """The frame of an image's shapes, whose extents may have to be asked."""
        frame = frame_of(stated, picture)
        if picture is None or stated is None:
            return frame
        if frame.is_as_stored:
            drawn = drawn_on(extents, stated)
            if drawn is Drawn.AS_STORED:
                return frame
            if drawn is Drawn.UPRIGHT or self._is_drawn_as_stored is False:
                self._note("drawn-upright" if drawn is Drawn.UPRIGHT else "", path, file)
                return Frame(picture.size, is_upright_known=True)
            self._note("drawn-unknown", path, file)
            return replace(frame, is_guessed=True)
        if stated != frame.size:
            self._note("size-swapped" if stated == picture.size[::-1] else "image-size-differs", path, file)
        return frame

    def problems(self) -> Iterator[Problem]:
        """What was noted, each kind with the number of its images."""
        for kind, n in self._counts.items():
            words, severity = _SENTENCES[kind]
            path, file = self._first[kind]
            text = f'{counted(n, "image has", "images have")} {words}, e.g. "{shown(path)}".'
            yield Problem(kind, text, file, severity=severity)

    def _note(self, kind: str, path: str, file: str) -> None:
        if kind:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._first.setdefault(kind, (path, file))
