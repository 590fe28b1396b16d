"""What the tagger can be configured with."""

from __future__ import annotations

from core.workers.builtin.vision.configuration import VisionConfiguration


class ImageTagConfiguration(VisionConfiguration):
    """The fields that classifying and tagging share: tagging has no other."""
