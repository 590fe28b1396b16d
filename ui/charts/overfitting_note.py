"""The sentence above the charts when the model begins to learn its training images by heart."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from ui.charts.overfitting import best_epoch, overfitting_since
from ui.charts.point_series import PointSeries


class OverfittingNote(QLabel):
    """Hidden while there is nothing to say. Once said, it is taken back at a new best only: it must not flicker."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "warning")
        self.setWordWrap(True)
        self._since: float | None = None  # an epoch
        self.hide()

    def judge(self, train: PointSeries | None, val: PointSeries | None, batches: PointSeries | None = None) -> None:
        """Look at the total losses on the sets again; None: not measured. `batches` stands in for the training set."""
        if val is None or (train is None and batches is None):
            self._since = None
            self.hide()
            return
        epoch = overfitting_since(train, val, batches)
        if epoch is not None and epoch != self._since:
            self.setText(
                self.tr(
                    "Best so far at epoch {0}. Since then the loss on the validation set rises while that on the train "
                    "set falls: the model begins to learn the training images by heart. More epochs will hardly help."
                ).format(f"{epoch:g}")
            )
        if epoch is not None or self._since != best_epoch(val):
            self._since = epoch
        self.setVisible(self._since is not None)
