"""What the detector on a pretrained backbone can be configured with."""

from __future__ import annotations

from typing import Literal

from core.workers.builtin.backbones.lite0 import LITE0
from core.workers.configuration import WorkerConfiguration, setting

ARCHITECTURE = "fcos-lite0"
MULTIPLE = 32

LENGTH, IMAGES, NETWORK, OPTIMIZER, AUGMENTATION = "Length", "Images", "Network", "Optimizer", "Augmentation"
SPEED = "Speed"


class Lite0DetectConfiguration(WorkerConfiguration):
    """Defaults suit some hundred photographs."""

    epochs: int = setting(
        60, title="Epochs", help="Passes over the training images.", minimum=1, maximum=10_000, group=LENGTH
    )
    patience: int = setting(
        0,
        title="Patience",
        help="Stop early after this many epochs without improvement on the validation set; 0 = never.",
        minimum=0,
        maximum=10_000,
        unit="epochs",
        group=LENGTH,
    )
    validate_every: int = setting(
        4,
        title="Validate every",
        help="Epochs between two evaluations on the validation set.",
        minimum=1,
        maximum=1000,
        unit="epochs",
        group=LENGTH,
        is_advanced=True,
    )

    imgsz: int = setting(
        320,
        title="Image size",
        help="Images are scaled so that their longer side has this size. A multiple of 32.",
        minimum=64,
        maximum=2048,
        step=32,
        unit="pixels",
        group=IMAGES,
    )
    batch: int = setting(
        4, title="Batch size", help="Images a step.", minimum=1, maximum=256, unit="images", group=IMAGES
    )
    max_det: int = setting(
        300,
        title="Most objects",
        help="Most objects that are kept of a validation image while training.",
        minimum=1,
        maximum=3000,
        group=IMAGES,
        is_advanced=True,
    )

    frozen_share: float = setting(
        0.8,
        title="Frozen share",
        help="Part of the training in which the backbone keeps what it knows and only the rest learns; after it the "
        "backbone's deeper half learns too. From random weights all of it learns from the start.",
        minimum=0.0,
        maximum=1.0,
        step=0.05,
        group=NETWORK,
    )

    lr0: float = setting(
        0.001,
        title="Learning rate",
        help="Of the new part of the network; the backbone learns with a fifth of it.",
        minimum=1e-6,
        maximum=1.0,
        group=OPTIMIZER,
    )
    weight_decay: float = setting(
        0.02, title="Weight decay", help="Of AdamW.", minimum=0.0, maximum=1.0, group=OPTIMIZER, is_advanced=True
    )

    fliplr: float = setting(
        0.5,
        title="Flip left-right",
        help="Chance that an image is mirrored.",
        minimum=0.0,
        maximum=1.0,
        step=0.05,
        group=AUGMENTATION,
    )
    scale: float = setting(
        0.4,
        title="Scale",
        help="Images are made up to this part smaller or larger, and moved.",
        minimum=0.0,
        maximum=0.9,
        step=0.05,
        group=AUGMENTATION,
    )
    brightness: float = setting(
        0.3,
        title="Brightness",
        help="Images are made up to this part darker or brighter.",
        minimum=0.0,
        maximum=0.9,
        step=0.05,
        group=AUGMENTATION,
    )

    speed: Literal["reproducible", "fastest"] = setting(
        "fastest",
        title="Speed",
        help="Fastest uses the cores that others leave free, and 16 bits where the processor or graphics card has "
        "them. Reproducible gives the same numbers each time on the same computer.",
        choices={"reproducible": "Reproducible", "fastest": "Fastest"},
        group=SPEED,
    )

    @property
    def frozen_epochs(self) -> int:
        """In which the backbone keeps what it knows, unless it knows nothing."""
        return round(self.frozen_share * self.epochs)

    def architecture(self) -> str:
        return ARCHITECTURE

    def pretrained(self) -> str:
        return LITE0.file
