"""Why a training ended, and how that is told."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.counting import all_done, counted
from core.domain.runs import RunStatus

_EARLY = "early stop"


@dataclass(frozen=True, slots=True)
class Ending:
    """Why the training ends before its epochs are done; "" = nothing cuts it short."""

    reason: str = ""
    status: RunStatus = RunStatus.SUCCESS

    @property
    def is_early_stop(self) -> bool:
        return self.reason.startswith(_EARLY)

    def cuts_short(self, done: int, planned: int) -> bool:
        """Whether epochs are missing that would have changed the result: an early stop says that none would."""
        return bool(self.reason) and not self.is_early_stop and done < planned

    def in_words(self, done: int, planned: int, best_epoch: int) -> str:
        """Of a training of `planned` epochs that passed `done` and keeps the weights of `best_epoch`."""
        if self.is_early_stop:
            return self.reason
        if self.status is RunStatus.FAILED:
            return f"{self.reason}; the weights of epoch {best_epoch} are kept"
        if self.reason and (done < planned or self.status is RunStatus.TERMINATED):
            return f"{self.reason} after {done} of {counted(planned, 'epoch')}, best epoch {best_epoch}"
        return f"{all_done(planned)}, best epoch {best_epoch}"


def early_stop(patience: int, best_epoch: int) -> Ending:
    """After `patience` epochs that were no better than `best_epoch`."""
    return Ending(f"{_EARLY}, patience {patience}, best epoch {best_epoch}")
