"""An object in one sentence, for those who hear what is selected."""

from __future__ import annotations

from core.domain.outcomes import OUTCOME_WORDS, TRUTH_WORDS, PredictionState
from ui.viewer.overlays import OverlayObject


def spoken(one: OverlayObject) -> str:
    """ "text_line, prediction, false positive: wrong class, confidence 0.71, IoU 0.75 with its partner"."""
    parts = [one.title, "ground truth" if one.kind.is_truth else "prediction"]
    if isinstance(one.state, PredictionState):
        parts.append(OUTCOME_WORDS[one.state])
    elif one.state is not None:
        parts.append(TRUTH_WORDS[one.state])
    if one.confidence is not None:
        parts.append(f"confidence {one.confidence:.2f}")
    if one.iou is not None:
        parts.append(f"IoU {one.iou:.2f} with its partner")
    return ", ".join(parts)
