"""The images of an export on their way into the format: counted, checked for names, told as progress."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from core.domain.counting import counted
from core.domain.exports import ExportRequest
from core.domain.imports import Problem, RawImage, Severity
from core.domain.names import shown
from core.domain.projects import ImageRecord
from core.exports.streams import Stream
from core.exports.windows_names import WindowsPaths, is_windows_path
from core.progress import Progress


class Walk:
    """The images on their way into the format. `current` is the picture of the one that was told last."""

    current: ImageRecord

    def __init__(self, stream: Stream, request: ExportRequest, progress: Progress, check: Callable[[], None]) -> None:
        """`check` is called before each image, and may raise to stop."""
        self._stream = stream
        self._progress = progress
        self._check = check
        self._text = "Writing annotations and copying images" if request.copies_images else "Writing annotations"
        self._names = WindowsPaths() if request.safe_names else None
        self._n_turned = 0
        self._n_unsafe = 0
        self._unsafe = ""

    def images(self) -> Iterator[RawImage]:
        """Raises what `check` raises."""
        total = self._stream.n_images
        for number, (record, image) in enumerate(self._stream.images(), start=1):
            self._check()
            self.current = record
            self._n_turned += record.orientation != 1
            if self._names is not None:
                image = replace(image, path=self._names.take(image.path))
            elif not is_windows_path(image.path):
                self._n_unsafe += 1
                self._unsafe = self._unsafe or image.path
            yield image
            self._progress(number, max(total, number), self._text)

    def remarks(self) -> Iterator[Problem]:
        if self._n_unsafe:
            names = counted(self._n_unsafe, "name is", "names are")
            text = f'{names} not possible on Windows, the first "{shown(self._unsafe)}".'
            yield Problem("names-not-for-windows", text, severity=Severity.INFO)
        if self._names is not None and self._names.n_changed:
            text = f"{counted(self._names.n_changed, 'name was', 'names were')} changed to one that Windows takes."
            yield Problem("names-changed", text, severity=Severity.INFO)
        yield from _turned_remark(self._n_turned)


def _turned_remark(n_turned: int) -> Iterator[Problem]:
    if n_turned:
        images = counted(n_turned, "image is stored turned", "images are stored turned")
        text = f"{images} (EXIF); their sizes and shapes are those of the upright picture."
        yield Problem("images-stored-turned", text, severity=Severity.INFO)
