"""What Doc-UFCN can be configured with. Names are those of the published library where it has the parameter."""

from __future__ import annotations

from typing import Literal

from core.domain.workers import FieldProblem
from core.workers.configuration import OUT_OF_RANGE, REQUIRED, WorkerConfiguration, setting

ARCHITECTURE = "doc-ufcn"
MULTIPLE = 8  # three times halved and doubled again

START, LENGTH, IMAGES, SPEED = "Start", "Length", "Images", "Speed"
OPTIMIZER, AUGMENTATION, OBJECTS, MEASURING = "Optimizer", "Augmentation", "Objects", "Measuring"

Loss = Literal["dice", "dice-ce"]
Schedule = Literal["constant", "one-cycle"]
Speed = Literal["reproducible", "fastest"]


class DocUfcnConfiguration(WorkerConfiguration):
    """The published parameters with their published defaults, and a few of ours that do nothing at theirs."""

    same_classes: bool = setting(
        False,
        title="Same classes as the weights file",
        help="A foreign .pth names no classes. On: it has this run's classes, in this order, and its last layer is "
        "kept. Off: the last layer starts fresh. Versions made here know their classes; this is not asked for them.",
        group=START,
        is_advanced=True,
    )

    epochs: int = setting(
        100, title="Epochs", help="Passes over the training images.", minimum=1, maximum=10_000, group=LENGTH
    )
    patience: int = setting(
        0,
        title="Patience",
        help="Stop early after this many epochs without a lower loss on the validation set; 0 = never.",
        minimum=0,
        maximum=10_000,
        unit="epochs",
        group=LENGTH,
    )

    img_size: int = setting(
        768,
        title="Image size",
        help="Images are scaled so that their longer side has this size. Time and memory grow with its square.",
        minimum=64,
        maximum=4096,
        step=MULTIPLE,
        unit="px",
        group=IMAGES,
    )
    batch_size: int | None = setting(
        2,
        title="Batch size",
        help="Images a step. Auto: as many as the pixels of a batch allow.",
        minimum=1,
        maximum=256,
        group=IMAGES,
    )
    no_of_params: int | None = setting(
        None,
        title="Pixels of a batch",
        help="A step takes as many images as have together at most so many pixels at the image size; one at least.",
        minimum=4_096,
        maximum=1_000_000_000,
        step=100_000,
        group=IMAGES,
        depends_on=("batch_size", (None,)),
    )
    bin_size: int | None = setting(
        20,
        title="Sizes that go together",
        help="Images whose sides differ by less than this share a batch, so that less is padded. Auto: any do.",
        minimum=1,
        maximum=4096,
        unit="px",
        group=IMAGES,
        is_advanced=True,
    )

    speed: Speed = setting(
        "reproducible",
        title="Speed",
        help="Reproducible: one thread, the same seed gives the same weights, bit for bit. Fastest: all free cores; "
        "two runs then differ slightly.",
        choices={"reproducible": "Reproducible", "fastest": "Fastest"},
        group=SPEED,
    )
    use_amp: bool = setting(
        False,
        title="Mixed precision",
        help="16 bits where they suffice: half the memory and time on a GPU. On a CPU bfloat16, where the processor "
        "has it; otherwise this does nothing there.",
        group=SPEED,
    )

    learning_rate: float = setting(
        0.005,
        title="Learning rate",
        help="How far each step of Adam changes the weights.",
        minimum=0.0,
        maximum=1.0,
        step=0.001,
        group=OPTIMIZER,
    )
    schedule: Schedule = setting(
        "constant",
        title="Learning rate over time",
        help="Constant, as published. One cycle: it rises for the first tenth of the steps and then falls to nothing, "
        "which suits short trainings.",
        choices={"constant": "Constant", "one-cycle": "One cycle"},
        group=OPTIMIZER,
    )
    loss: Loss = setting(
        "dice",
        title="Loss",
        help="Dice compares areas class by class, as published. With cross-entropy, each pixel counts by itself as "
        "well, and training begins faster.",
        choices={"dice": "Dice", "dice-ce": "Dice and cross-entropy"},
        group=OPTIMIZER,
    )
    dropout: float = setting(
        0.4,
        title="Dropout",
        help="Share of the network's inner values that are left out at random in each step. Less suits short "
        "trainings on few images.",
        minimum=0.0,
        maximum=0.9,
        step=0.1,
        group=OPTIMIZER,
        is_advanced=True,
    )

    fliplr: float = setting(
        0.0,
        title="Flip left to right",
        help="How often, 1 = always. Leave 0 where left and right matter, as in text.",
        minimum=0.0,
        maximum=1.0,
        step=0.1,
        group=AUGMENTATION,
        is_advanced=True,
    )
    degrees: float = setting(
        0.0,
        title="Rotate",
        help="By a random angle up to this, both ways.",
        minimum=0.0,
        maximum=180.0,
        step=1.0,
        unit="°",
        group=AUGMENTATION,
    )
    scale: float = setting(
        0.0,
        title="Zoom",
        help="In or out by a random fraction up to this.",
        minimum=0.0,
        maximum=0.9,
        step=0.05,
        group=AUGMENTATION,
    )
    brightness: float = setting(
        0.0,
        title="Vary the brightness",
        help="By a random fraction up to this.",
        minimum=0.0,
        maximum=1.0,
        step=0.05,
        group=AUGMENTATION,
    )

    min_cc: int = setting(
        0,
        title="Smallest object",
        help="Objects of fewer pixels, at the image size, are left out of what is predicted.",
        minimum=0,
        maximum=1_000_000,
        step=10,
        unit="px",
        group=OBJECTS,
    )
    keep_apart: bool = setting(
        True,
        title="Keep touching objects apart",
        help="A gap is left between touching objects of a class when training, and closed again when predicting. Off: "
        "they melt into one.",
        group=OBJECTS,
        is_advanced=True,
    )

    validate_every: int = setting(
        1,
        title="Validate every",
        help="Measure on the validation set after so many epochs, and after the last.",
        minimum=1,
        maximum=1000,
        unit="epochs",
        group=MEASURING,
    )

    def problems(self) -> tuple[FieldProblem, ...]:
        found = []
        if self.batch_size is None and self.no_of_params is None:
            text = 'Either "Batch size" or "Pixels of a batch" is required.'
            found.append(FieldProblem("batch_size", text, code=REQUIRED))
        if self.learning_rate == 0:
            text = '"Learning rate" must be more than 0, or nothing is learned.'
            found.append(FieldProblem("learning_rate", text, code=OUT_OF_RANGE))
        if self.img_size % MULTIPLE:
            rounded = -(-self.img_size // MULTIPLE) * MULTIPLE
            text = f'"Image size" is rounded up to {rounded} px, a multiple of {MULTIPLE}.'
            found.append(FieldProblem("img_size", text, False))
        return tuple(found)

    def architecture(self) -> str:
        return ARCHITECTURE
