"""What a training keeps of its images in memory, where it is told to decode each once."""

from __future__ import annotations

from collections.abc import Mapping

from core.domain.workers import ConfigValue

CHANNELS = 3  # a byte each


def kept_bytes(configuration: Mapping[str, ConfigValue], n_images: int) -> int:
    """At most: an image's longer side has the size of the configuration, and its shorter one is shorter."""
    side = configuration.get("imgsz")
    if not configuration.get("cache") or not isinstance(side, int):
        return 0
    return n_images * side * side * CHANNELS
