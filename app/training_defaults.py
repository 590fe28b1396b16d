"""The person's own defaults of a new training."""

from __future__ import annotations

from dataclasses import replace

from app.settings import Settings
from core.domain.training import TrainingDraft


def preferred(draft: TrainingDraft, settings: Settings) -> TrainingDraft:
    """The draft with what the Preferences say; the device is proposed when it is known what there is."""
    return replace(
        draft, max_minutes=float(settings.max_minutes), val_ratio=settings.val_percent / 100, seed=settings.seed
    )
