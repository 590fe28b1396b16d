"""Which images of an import are shown as examples."""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.imports import SampleImage
from core.domain.projects import ImageState
from core.imports.planned import PlannedImage

_SAMPLES = 6


def choose_samples(images: Sequence[PlannedImage]) -> tuple[SampleImage, ...]:
    """A few images from all over the project, annotated ones if there are any; in front those that need to be seen:
    whose annotations may lie turned, and some of which the range of the pixels is stretched."""
    sound = [image for image in images if image.facts.state is ImageState.OK]
    choice = [image for image in sound if image.annotations] or sound
    doubtful = _spread([image for image in choice if image.is_turn_doubtful], _SAMPLES)
    certain = [image for image in choice if not image.is_turn_doubtful]
    stretched = _spread([image for image in certain if image.facts.white], min(2, _SAMPLES - len(doubtful)))
    shown_already = {image.facts.path for image in stretched}
    plain = [image for image in certain if image.facts.path not in shown_already]
    others = (*stretched, *_spread(plain, _SAMPLES - len(doubtful) - len(stretched)))
    return tuple(
        SampleImage(image.facts.path, tuple(image.annotations), image.is_turn_doubtful, image.facts.white)
        for image in (*doubtful, *others)
    )


def _spread(images: Sequence[PlannedImage], n: int) -> Sequence[PlannedImage]:
    step = max(1, len(images) // max(1, n))
    return images[::step][:n]
