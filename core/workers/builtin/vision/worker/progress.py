"""How far a training is: steps of unlike cost as one fraction."""

from __future__ import annotations

from dataclasses import dataclass

from core import clock
from core.workers.api import Reporter
from core.workers.builtin.vision.cadence import Length

EVERY_S = 0.25
_READ, _SEEN, _FROZEN, _WHOLE = 0.2, 1.0, 0.01, 3.0  # of an image, beside looking at it once


@dataclass(frozen=True, slots=True)
class Costs:
    """`n_read` images are cut out, `n_kept` looked at by the frozen stem, `frozen_until` iterations cost little."""

    n_read: int
    n_kept: int
    frozen_until: int
    length: Length
    batch: int

    def of_steps(self, step: int) -> float:
        """Of the first so many."""
        frozen = min(step, self.frozen_until)
        return self.batch * (_FROZEN * frozen + _WHOLE * (step - frozen))

    @property
    def before(self) -> float:
        return _READ * self.n_read + _SEEN * self.n_kept

    @property
    def total(self) -> float:
        return self.before + self.of_steps(self.length.n_iterations)


class ProgressTeller:
    """Tells a few times a second. The fraction never falls."""

    def __init__(self, costs: Costs, reporter: Reporter) -> None:
        self._costs = costs
        self._reporter = reporter
        self._told_at = 0.0
        self._most = 0.0
        self._rate = 0.0
        self._stepped_at = clock.monotonic()
        self._tell(0.0, "building the network")

    def read(self, done: int) -> None:
        self._tell(_READ * done, f"reading images: {done} of {self._costs.n_read}")

    def kept(self, done: int) -> None:
        text = f"looking at images: {done} of {self._costs.n_kept}"
        self._tell(_READ * self._costs.n_read + _SEEN * done, text)
        self._stepped_at = clock.monotonic()

    def stepped(self, step: int, n_images: int) -> None:
        present = clock.monotonic()
        took, self._stepped_at = present - self._stepped_at, present
        rate = n_images / took if took > 0 else self._rate
        self._rate = rate if not self._rate else 0.9 * self._rate + 0.1 * rate
        length = self._costs.length
        if length.is_by_iterations:
            text = f"iteration {step:,} of {length.n_iterations:,}"
        else:
            text = f"epoch {-(-step // length.per_epoch)} of {length.epochs:.3g}"
        self._tell(self._costs.before + self._costs.of_steps(step), f"{text} · {self._rate:.3g} images/s")

    def resumed(self, step: int) -> None:
        self._tell(self._costs.before + self._costs.of_steps(step), "resuming")

    def done(self) -> None:
        self._reporter.progress(self._costs.total, self._costs.total, "trained")

    def _tell(self, done: float, text: str) -> None:
        present = clock.monotonic()
        if present - self._told_at < EVERY_S:
            return
        self._told_at = present
        self._most = max(self._most, done)
        self._reporter.progress(self._most, self._costs.total, text)
