"""What the classifier can be configured with."""

from __future__ import annotations

from core.workers.builtin.vision.configuration import OPTIMIZER, VisionConfiguration
from core.workers.configuration import setting


class ImageClassifyConfiguration(VisionConfiguration):
    """The shared fields, and what belongs to choosing one class of several."""

    label_smoothing: float = setting(
        0.05,
        title="Label smoothing",
        help="The part of an answer that is not asked of the right class: keeps the network from being too sure.",
        minimum=0.0,
        maximum=0.5,
        step=0.01,
        group=OPTIMIZER,
        is_advanced=True,
    )
