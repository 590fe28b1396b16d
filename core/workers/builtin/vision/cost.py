"""How long a training takes beside passes in which all of the network learns."""

from __future__ import annotations

from collections.abc import Mapping

from core.domain.workers import ConfigValue
from core.workers.builtin.vision.cadence import length_of
from core.workers.builtin.vision.configuration import VisionConfiguration
from core.workers.configuration import make

LOOKING = 0.3  # at an image once, beside learning from it
KNOWN = 0.003  # learning from what the frozen stem saw


def passes(values: Mapping[str, ConfigValue], n_images: int, is_learned: bool) -> float:
    """See `WorkerDescription.passes`: of a frozen stem each view is looked at once, and then costs next to nothing."""
    wanted = make(VisionConfiguration, values)
    by_iterations = wanted.length_unit == "iterations"
    length = length_of(
        n_images,
        wanted.batch,
        epochs=None if by_iterations else wanted.epochs,
        iterations=wanted.iterations if by_iterations else None,
    )
    share = {"part": wanted.frozen_share, "whole": 1.0, "never": 0.0}[wanted.frozen] if is_learned else 0.0
    n_views = wanted.cached_views if wanted.moves_pixels else 1
    return length.epochs * (1 - share + KNOWN * share) + LOOKING * (n_views if share else 0)
