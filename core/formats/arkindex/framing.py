"""Which way up and how large picture files are, compared with what an export says of its images."""

from __future__ import annotations

from pathlib import Path

from core.domain.geometry import Move
from core.domain.imports import ImportSource, RawImage
from core.formats.arkindex.notes import Notes
from core.formats.arkindex.objects import Frame, whole
from core.formats.arkindex.polygons import shown_move
from core.formats.arkindex.streams import Element, ImageRows
from core.formats.base import PictureSize, SizeOf
from core.formats.reading.frames import frame_of

_SAME_SHAPE = 0.02  # of a ratio of sides: rounding when a server scales


class Framing:
    """`file` is the export; what is out of the ordinary goes to `notes`."""

    def __init__(self, source: ImportSource, file: Path, root: Path, size_of: SizeOf, notes: Notes) -> None:
        self._source = source
        self._file = file
        self._root = root
        self._size_of = size_of
        self._notes = notes

    def framed(self, rows: ImageRows, path: str, pages: list[Element]) -> tuple[RawImage, Frame]:
        """Which way up and how large the picture is, compared with what the export says of the image."""
        width, height = whole(rows.width), whole(rows.height)
        stated = (width, height) if width and height and min(width, height) > 0 else None
        picture = self._size_of(self._root / path)
        found = frame_of(stated, picture)
        move: Move | None = None
        size = found.size
        if stated and picture is not None and not found.is_as_stored:
            move = self._turned(stated, picture, pages, path) or self._scaled(stated, picture, path)
            size = picture.size
        sides = size or (None, None)
        image = RawImage(
            path,
            (),
            sides[0],
            sides[1],
            str(self._file),
            is_as_stored=found.is_as_stored,
            is_frame_guessed=found.is_guessed,
            is_upright_stated=found.is_upright_known,
        )
        return image, Frame(size, move)

    def _turned(self, stated: tuple[int, int], picture: PictureSize, pages: list[Element], path: str) -> Move | None:
        """Where the pictures are those that Arkindex shows, mirrored and turned as their page says."""
        turns = {(whole(page.rotation_angle) or 0, bool(whole(page.mirrored))) for page in pages}
        if len(turns) != 1:
            return None
        angle, is_mirrored = turns.pop()
        if (not angle and not is_mirrored) or angle % 90:
            return None
        answer = self._source.option("pictures", "by-size")
        is_sideways = bool(angle % 180)
        fits_shown = picture.size == (stated[::-1] if is_sideways else stated)
        is_shown = answer == "shown" or (answer == "by-size" and is_sideways and stated[0] != stated[1])
        if answer == "stored" or not is_shown or not fits_shown:
            self._notes.add("page-shown-turned", path)
            return None
        self._notes.add("picture-turned", path)
        return shown_move(*stated, angle, is_mirrored)

    def _scaled(self, stated: tuple[int, int], picture: PictureSize, path: str) -> Move | None:
        if picture.size == stated:
            return None
        across, down = picture.width / stated[0], picture.height / stated[1]
        if abs(across - down) > _SAME_SHAPE * max(across, down):
            self._notes.add("image-size-differs", path)
            return None
        self._notes.add("picture-scaled", path)
        return lambda x, y: (x * across, y * down)
