"""The five ways of laying predictions over ground truth, as panes: parts of the window with the layers they show."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QPoint, QRect, QSize

from ui.viewer.overlays import ObjectRef, OverlayKind
from ui.viewer.view_transform import ViewTransform

GAP = 3  # pixels between two panes


class ViewMode(StrEnum):
    OVERLAY = "overlay"
    SIDE_BY_SIDE = "side-by-side"
    SPLIT = "split"
    BLINK = "blink"
    DIFFERENCE = "difference"


MODE_TITLES: Mapping[ViewMode, str] = {
    ViewMode.OVERLAY: "Overlay",
    ViewMode.SIDE_BY_SIDE: "Side by side",
    ViewMode.SPLIT: "Split",
    ViewMode.BLINK: "Blink",
    ViewMode.DIFFERENCE: "Only errors",
}


@dataclass(frozen=True, slots=True)
class Pane:
    """`origin` is where in the window its picture is laid out from; two panes of a split have the same."""

    rect: QRect
    kinds: tuple[OverlayKind, ...]
    origin: QPoint

    def view(self, view: ViewTransform) -> ViewTransform:
        """The canvas's view as the window sees it in this pane."""
        return view.panned(self.origin.x(), self.origin.y())

    def own(self, ref: ObjectRef) -> ObjectRef | None:
        """The object as this pane shows it: the ground truth has a layer for each of two sets of predictions."""
        if ref.kind in self.kinds:
            return ref
        truth = next((kind for kind in self.kinds if kind.is_truth), None)
        return ObjectRef(truth, ref.row) if ref.kind.is_truth and truth is not None else None


def panes(
    mode: ViewMode, kinds: Collection[OverlayKind], size: QSize, *, split: float = 0.5, is_second: bool = False
) -> tuple[Pane, ...]:
    """What a window of `size` shows; `split` is where the split stands, `is_second` which side a blink is at."""
    whole, start = QRect(QPoint(0, 0), size), QPoint(0, 0)
    first, second = sides(kinds)
    if mode is ViewMode.SIDE_BY_SIDE:
        width = max((size.width() - GAP) // 2, 1)
        left = QRect(0, 0, width, size.height())
        right = QRect(size.width() - width, 0, width, size.height())
        return Pane(left, first, start), Pane(right, second, right.topLeft())
    if mode is ViewMode.SPLIT:
        at = split_x(size.width(), split)
        left, right = QRect(0, 0, at, size.height()), QRect(at, 0, size.width() - at, size.height())
        return Pane(left, first, start), Pane(right, second, start)
    if mode is ViewMode.BLINK:
        return (Pane(whole, second if is_second else first, start),)
    return (Pane(whole, _together(kinds), start),)


def sides(kinds: Collection[OverlayKind]) -> tuple[tuple[OverlayKind, ...], tuple[OverlayKind, ...]]:
    """What stands on the left and on the right: A and B, each over the ground truth; else ground truth and A."""
    truth = OverlayKind.GROUND_TRUTH
    truth_b = OverlayKind.GROUND_TRUTH_B if OverlayKind.GROUND_TRUTH_B in kinds else truth
    if OverlayKind.PREDICTIONS_B in kinds:
        left, right = (truth, OverlayKind.PREDICTIONS_A), (truth_b, OverlayKind.PREDICTIONS_B)
    elif OverlayKind.PREDICTIONS_A in kinds:
        left, right = (truth,), (OverlayKind.PREDICTIONS_A,)  # type: ignore[assignment]
    else:
        left, right = (), (truth,)  # type: ignore[assignment]
    return tuple(one for one in left if one in kinds), tuple(one for one in right if one in kinds)


def split_x(width: int, split: float) -> int:
    """Where the split stands in a window of `width`."""
    return min(max(round(width * split), 0), width)


def _together(kinds: Collection[OverlayKind]) -> tuple[OverlayKind, ...]:
    """All in drawing order; of two layers of the ground truth the first."""
    drawn = [kind for kind in OverlayKind if kind in kinds]
    if OverlayKind.GROUND_TRUTH in drawn and OverlayKind.GROUND_TRUTH_B in drawn:
        drawn.remove(OverlayKind.GROUND_TRUTH_B)
    return tuple(drawn)
