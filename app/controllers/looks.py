"""What a training sees of its pinned images: read when the run's page asks for an epoch, with their pictures."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.controllers.pictures import picture_of
from app.jobs import JobRunner
from core.domain.imports import Severity
from core.domain.looks import PinCandidate, SeenEpoch
from core.domain.messages import UserMessage
from core.domain.outcomes import Thresholds
from core.domain.run import Run
from core.domain.runs import Look
from ui.runs.pins_dialog import PinsDialog
from ui.runs.run_page import RunPage
from ui.viewer.picture import Picture

if TYPE_CHECKING:
    from ui.runs.look_window import LookWindow

N_KEPT = 24  # pictures: those of three sets of pins


class LooksController(QObject):
    message_raised = Signal(object)  # UserMessage

    def __init__(self, *, jobs: JobRunner, page: RunPage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._page = page
        self._panel = page.looks
        self._pictures: OrderedDict[Path, Picture] = OrderedDict()
        self._window: LookWindow | None = None
        self._panel.look_requested.connect(self._read)
        self._panel.picture_clicked.connect(self._open)
        self._panel.pins_requested.connect(self._ask_pins)
        page.run_shown.connect(self._forget)

    @property
    def window(self) -> LookWindow | None:
        """Of the picture that was opened last, while it is open."""
        return self._window

    def _forget(self, _run: Run) -> None:
        """Another run is on the page."""
        self._pictures.clear()
        if self._window is not None:
            self._window.close()

    def _read(self, look: Look) -> None:
        """Of the requests of a slider that is drawn the last one counts."""
        run, confidence, known = self._page.run_id, self._panel.confidence, dict(self._pictures)

        def show(found: tuple[SeenEpoch, dict[Path, Picture]]) -> None:
            if self._page.run_id != run:
                return
            seen, made = found
            for path, picture in made.items():
                self._pictures[path] = picture
            while len(self._pictures) > N_KEPT:
                self._pictures.popitem(last=False)
            by_key = {
                image.record.image.key: known.get(image.picture) or made[image.picture]
                for image in seen.images
                if image.picture in known or image.picture in made
            }
            self._panel.show_epoch(seen, by_key)
            if self._window is not None:
                self._window.show_epoch(seen, by_key)

        self._jobs.run(lambda: _load(look, confidence, known), then=show, on_error=self._panel.show_problem, key="look")

    def _open(self, place: int) -> None:
        from ui.runs.look_window import LookWindow  # the canvas: loaded when it is needed

        if self._window is None:
            self._window = LookWindow(self._panel.slider, self._page)
            self._window.finished.connect(self._drop_window)
        seen = self._panel.shown
        if seen is not None:
            pictures = {
                image.record.image.key: self._pictures[image.picture]
                for image in seen.images
                if image.picture in self._pictures
            }
            self._window.show_epoch(seen, pictures)
            self._window.show_image(place)
            self._window.show()

    def _drop_window(self) -> None:
        if self._window is not None:
            self._window.deleteLater()
            self._window = None

    # Pinning

    def _ask_pins(self) -> None:
        from core.training.pinning import list_candidates

        run, seen = self._page.run, self._panel.shown
        if run is None:
            return
        folder = run.record.folder
        pinned = tuple(image.record.image.key for image in seen.images) if seen is not None else ()

        def ask(candidates: tuple[PinCandidate, ...]) -> None:
            dialog = PinsDialog(candidates, self._page)
            dialog.pins_chosen.connect(lambda keys: self.pin(folder, keys))
            dialog.open()

        self._jobs.run(
            lambda: list_candidates(folder, pinned), then=ask, on_error=self.message_raised.emit, key="pin-candidates"
        )

    def pin(self, folder: Path, keys: tuple[str, ...]) -> None:
        from core.training.pinning import pin

        def tell(_done: object) -> None:
            text = self.tr("The next evaluation of the training looks at the images that you pinned.")
            if not keys:
                text = self.tr("The next evaluation of the training looks at the images that Calque chooses.")
            self.message_raised.emit(UserMessage(text, severity=Severity.INFO))

        self._jobs.run(lambda: pin(folder, keys), then=tell, on_error=self.message_raised.emit)


def _load(look: Look, confidence: float, known: dict[Path, Picture]) -> tuple[SeenEpoch, dict[Path, Picture]]:
    """The epoch, and the pictures of it that are not known yet and can be read. For a pool thread."""
    from core.errors import CalqueError
    from core.images.reading import decode
    from core.training.looks import read_look

    seen = read_look(look, Thresholds(confidence))
    made = {}
    for image in seen.images:
        if image.picture in known:
            continue
        facts = image.record.image
        try:
            made[image.picture] = picture_of(decode(image.picture), facts.width, facts.height)
        except (CalqueError, OSError):  # it is drawn without its picture, and says so
            continue
    return seen, made
