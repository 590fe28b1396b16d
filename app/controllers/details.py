"""All pixels of the part of an enormous image that is looked at closely, when the view has come to rest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QImage

from app.controllers.pictures import detail_of
from app.jobs import JobRunner
from core.domain.geometry import Box
from core.domain.messages import UserMessage
from ui.viewer.canvas import LayeredCanvas

REST_MS = 250
AROUND = 0.25  # of what is shown, read beside it for the next small step
MOST_PIXELS = 32_000_000


@dataclass(frozen=True, slots=True)
class DetailFile:
    path: Path
    white: int = 0  # of 16-bit grey, as for decoding


class Details(QObject):
    """Watches a canvas; the controller says which file it shows."""

    def __init__(self, canvas: LayeredCanvas, jobs: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._jobs = jobs
        self._file: DetailFile | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self._load)
        canvas.view_changed.connect(self._wait)

    def set_file(self, file: DetailFile | None) -> None:
        """The one whose picture the canvas shows; None = none."""
        self._file = file
        self._wait()

    def _wait(self) -> None:
        picture = self._canvas.picture
        if self._file is not None and picture is not None and picture.is_reduced:
            self._timer.start()
        else:
            self._timer.stop()

    def _load(self) -> None:
        canvas, file, picture, shown = self._canvas, self._file, self._canvas.picture, self._canvas.shown_box()
        if file is None or picture is None or shown is None:
            return
        if shown.area > MOST_PIXELS or not picture.lacks_detail(
            canvas.view, shown, pixel_ratio=canvas.devicePixelRatioF()
        ):
            return
        dx, dy = AROUND * shown.width, AROUND * shown.height
        around = Box(shown.x0 - dx, shown.y0 - dy, shown.x1 + dx, shown.y1 + dy).clipped(picture.width, picture.height)
        region = around if around.area <= MOST_PIXELS else shown

        def got(found: tuple[Box, QImage] | None) -> None:
            now = canvas.picture
            if found is not None and file is self._file and now is not None and now.levels == picture.levels:
                canvas.set_picture(now.with_detail(*found))

        def failed(message: UserMessage) -> None:
            # What can be seen is there; the page has said what is wrong with the file, or will when it is read again.
            if file is self._file:
                self._file = None

        self._jobs.run(
            lambda: detail_of(file.path, region, white=file.white),
            then=got,
            on_error=failed,
            key=f"detail-{id(self)}",
            gives_way=True,
        )
