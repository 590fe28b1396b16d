"""The finished pictures of a canvas: which is shown, what is made of it while the view moves, when a finer follows."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QRect, QTimer, Signal

from ui.viewer.rendering import Backing, Scene
from ui.viewer.view_transform import ViewTransform

FRAME_S = 0.012  # a rendering that takes longer is not made while the view moves
FEW = 100  # shapes that are always drawn at once
SLICE_S = 0.008  # of the window's thread at once, for a rendering that takes longer
SETTLE_MS = 90


class Backings(QObject):
    """`scene` makes what is to be drawn, `view` says where it lies; `refined` asks for another look at the picture."""

    refined = Signal()

    def __init__(
        self, scene: Callable[[], Scene], view: Callable[[], ViewTransform], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._scene = scene
        self._view = view
        self._content = 0  # grows with everything but the view
        self._shown: Backing | None = None
        self._resting: Backing | None = None  # the other side of a blink
        self._job: Backing | None = None  # under way
        self._cost_s = 0.0  # of the last whole rendering
        self._settle_timer = self._timer(SETTLE_MS, self.begin_fine)
        self._slice_timer = self._timer(0, self.go_on)

    def _timer(self, interval: int, slot: Callable[[], object]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval)
        timer.timeout.connect(slot)
        return timer

    @property
    def shown(self) -> Backing | None:
        """The last finished picture, of whatever view."""
        return self._shown

    @property
    def is_working(self) -> bool:
        return self._job is not None

    @property
    def is_settled(self) -> bool:
        """Whether the last finished picture is the fine one of the present view and content."""
        shown = self._shown
        return shown is not None and self._is_current(shown) and not shown.is_coarse and self._job is None

    def begin_anew(self) -> None:
        """Another image: nothing of what was shown is of use."""
        self._shown = self._resting = self._job = None
        self._content += 1

    def restyle(self) -> None:
        """The same image, to be drawn in another way; what there is stays until that is done."""
        self._content += 1

    def forget_resting(self) -> None:
        """What a blink turns to is something else now."""
        self._resting = None

    def turn(self) -> None:
        """The other side of a blink; each keeps its picture."""
        self._shown, self._resting = self._resting, self._shown
        self._job = None  # of the side that went

    def mend(self, region: QRect) -> None:
        """Within `region` alone the scene is another one."""
        shown = self._shown
        if shown is None or not self._is_current(shown):
            self._content += 1
            return
        self._job = None  # of the scene before
        shown.change(self._scene(), region)
        if shown.is_coarse:
            self._settle_timer.start()

    def fitting(self) -> Backing | None:
        """The picture to show now; None = show the last one, moved to the present view."""
        view, shown = self._view(), self._shown
        if shown is not None and self._is_current(shown):
            return shown
        scene = self._scene()
        is_quick = self._cost_s <= FRAME_S or sum(len(one.layer.objects) for one, _ in scene.layers.values()) <= FEW
        if shown is None or is_quick or shown.scene.size != scene.size:
            made = Backing(scene, view, self._content)
            made.render()
            self._take(made)
            return made
        if shown.content == self._content and shown.shift(view):
            if shown.is_coarse:
                self._settle_timer.start()
            return shown
        if shown.view == view:
            self.begin_fine()
        else:
            self._settle_timer.start()
        return None

    def begin_fine(self) -> None:
        """Make the picture of the present view between other events; one under way for this view is finished first."""
        if self._job is None or self._job.view != self._view():
            self._job = Backing(self._scene(), self._view(), self._content)
        self._slice_timer.start()

    def go_on(self) -> None:
        """A little of the picture under way."""
        job = self._job
        if job is None or job.view != self._view():
            return
        if not job.render(SLICE_S):
            self._slice_timer.start()
            return
        self._take(job)
        self.refined.emit()

    def _is_current(self, backing: Backing) -> bool:
        return backing.view == self._view() and backing.content == self._content

    def _take(self, backing: Backing) -> None:
        self._shown, self._job = backing, None
        self._cost_s = backing.cost_s
