"""The parameters of the workers that label images. A field is shown only when it does something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from core.domain.workers import ConfigValue, FieldProblem
from core.workers.builtin.vision.networks import LITE0, NETWORKS, STRIDE
from core.workers.configuration import OUT_OF_RANGE, WorkerConfiguration, setting

NETWORK, LENGTH, IMAGES, DATA = "Network", "Length", "Images", "Classes"
OPTIMIZER, AUGMENTATION, MEASURING, SPEED = "Optimizer", "Augmentation", "Measuring", "Speed"

Network = Literal[
    "efficientnet-lite0",
    "efficientnet-b0",
    "efficientnet-b1",
    "efficientnet-b2",
    "efficientnet-b3",
    "efficientnet-b4",
    "mobilenet-v2",
    "mobilenet-v3-small",
    "mobilenet-v3-large",
    "resnet-18",
    "resnet-50",
    "resnet-101",
    "vgg-16",
    "inception-v3",
    "googlenet",
]
Optimizer = Literal["AdamW", "Adam", "NAdam", "RAdam", "SGD", "RMSProp"]

LEARNING_RATES: Mapping[str, float] = {
    "AdamW": 0.0003,
    "Adam": 0.0003,
    "NAdam": 0.0003,
    "RAdam": 0.0005,
    "SGD": 0.01,
    "RMSProp": 0.0001,
}
"""That an optimizer begins with unless it is told otherwise."""

_OPTIMIZER_TITLES = {"SGD": "SGD with momentum", "RMSProp": "RMSprop"}

_BY_EPOCHS: tuple[str, tuple[ConfigValue, ...]] = ("length_unit", ("epochs",))
_BY_ITERATIONS: tuple[str, tuple[ConfigValue, ...]] = ("length_unit", ("iterations",))
_CROPS: tuple[str, tuple[ConfigValue, ...]] = ("random_crops", (True,))


class VisionConfiguration(WorkerConfiguration):
    """What classifying and tagging have in common."""

    network: Network = setting(
        LITE0,
        title="Network",
        help="EfficientNet-Lite0's published weights come with Calque; those of the others are fetched once.",
        choices={name: facts.title for name, facts in NETWORKS.items()},
        group=NETWORK,
    )
    frozen: Literal["part", "whole", "never"] = setting(
        "part",
        title="Frozen stem",
        help="Only the head learns while the rest of the network is frozen: fast, and enough where few images are "
        "there. From random weights all of it always learns.",
        choices={"part": "At first", "whole": "The whole training", "never": "Never"},
        group=NETWORK,
    )
    frozen_share: float = setting(
        0.3,
        title="Frozen for",
        help="The fraction of the training after which all of the network learns.",
        minimum=0.0,
        maximum=1.0,
        step=0.05,
        group=NETWORK,
        depends_on=("frozen", ("part",)),
    )
    dropout: float = setting(
        0.2,
        title="Dropout",
        help="Fraction of the features that the head does not see at each step: keeps it from learning by heart.",
        minimum=0.0,
        maximum=0.9,
        step=0.05,
        group=NETWORK,
        is_advanced=True,
    )

    length_unit: Literal["epochs", "iterations"] = setting(
        "epochs",
        title="Length in",
        help="An epoch is a pass over the training images, an iteration a batch of them.",
        choices={"epochs": "Epochs", "iterations": "Iterations"},
        group=LENGTH,
    )
    epochs: float = setting(
        20.0,
        title="Epochs",
        help="Passes over the training images. A part of one is possible.",
        minimum=0.1,
        maximum=200.0,
        step=1.0,
        group=LENGTH,
        depends_on=_BY_EPOCHS,
    )
    iterations: int = setting(
        5000,
        title="Iterations",
        help="Batches in all. The model is measured every thousand of them, of more than 10,000 ten times.",
        minimum=10,
        maximum=10_000_000,
        step=1000,
        group=LENGTH,
        depends_on=_BY_ITERATIONS,
    )
    patience: int = setting(
        0,
        title="Patience",
        help="Stop early after so many evaluations without improvement on the validation set; 0 = never.",
        minimum=0,
        maximum=10_000,
        unit="evaluations",
        group=LENGTH,
    )

    imgsz: int = setting(
        224,
        title="Image size",
        help="Images and crops are scaled to squares of this side. A multiple of 32.",
        minimum=32,
        maximum=2048,
        step=STRIDE,
        unit="px",
        group=IMAGES,
    )
    resizer: Literal["fixed", "keep"] = setting(
        "fixed",
        title="Shape",
        help="Fixed: stretched to the square. Keep aspect ratio: scaled to fit, with grey at the sides.",
        choices={"fixed": "Fixed", "keep": "Keep aspect ratio"},
        group=IMAGES,
    )
    crop_margin: float = setting(
        0.0,
        title="Extra margin before cropping",
        help="Acts on crops only: what is added round each shape, as a fraction of its smaller side. Whole images stay "
        "as they are.",
        minimum=0.0,
        maximum=1.0,
        step=0.01,
        group=IMAGES,
    )
    batch: int = setting(
        16,
        title="Batch size",
        help="Images a step. Larger is faster and needs more memory.",
        minimum=1,
        maximum=1024,
        group=IMAGES,
    )

    balancing: bool = setting(
        False,
        title="Balance the classes",
        help="Images of rare classes are shown several times in an epoch. The log says what the counts become.",
        group=DATA,
    )
    max_dataset_expansion: float = setting(
        2.0,
        title="Longest epoch",
        help="At most so many times the images, however rare a class is.",
        minimum=1.1,
        maximum=10.0,
        step=0.1,
        group=DATA,
        depends_on=("balancing", (True,)),
    )

    optimizer: Optimizer = setting(
        "AdamW",
        title="Optimizer",
        help="How the weights follow the gradient. Each has a learning rate of its own.",
        choices={name: _OPTIMIZER_TITLES.get(name, name) for name in LEARNING_RATES},
        group=OPTIMIZER,
    )
    lr0: float = setting(
        LEARNING_RATES["AdamW"],
        title="Initial learning rate",
        help="How far each step changes the weights. Another optimizer sets it to its own.",
        minimum=0.0,
        maximum=10.0,
        step=0.00001,
        group=OPTIMIZER,
        default_by=("optimizer", LEARNING_RATES),
    )
    head_factor: float = setting(
        10.0,
        title="Faster head",
        help="The new head's learning rate, as a multiple, where the rest starts from learned weights.",
        minimum=1.0,
        maximum=100.0,
        step=1.0,
        group=OPTIMIZER,
        is_advanced=True,
    )
    schedule: Literal["constant", "cosine", "one-cycle", "exponential", "step"] = setting(
        "one-cycle",
        title="Schedule",
        help="How the learning rate goes on. One cycle: up in the first quarter, then down. Steps: a tenth after a "
        "third of the training, a hundredth after two thirds.",
        choices={
            "constant": "Constant",
            "cosine": "Cosine",
            "one-cycle": "One cycle",
            "exponential": "Exponential",
            "step": "Steps",
        },
        group=OPTIMIZER,
    )
    lrf: float = setting(
        0.01,
        title="Final learning rate",
        help="What is left of the learning rate at the end, as a fraction of the initial one.",
        minimum=0.0,
        maximum=1.0,
        step=0.01,
        group=OPTIMIZER,
        is_advanced=True,
        depends_on=("schedule", ("cosine", "one-cycle", "exponential")),
    )
    momentum: float = setting(
        0.9,
        title="Momentum",
        help="How much of the steps before each step keeps.",
        minimum=0.0,
        maximum=0.999,
        step=0.01,
        group=OPTIMIZER,
        is_advanced=True,
        depends_on=("optimizer", ("SGD", "RMSProp")),
    )
    weight_decay: float = setting(
        0.0001,
        title="Weight decay",
        help="Pull of the weights towards zero: keeps the network from learning the images by heart.",
        minimum=0.0,
        maximum=0.1,
        step=0.0001,
        group=OPTIMIZER,
        is_advanced=True,
    )
    gradient_clipping: float = setting(
        10.0,
        title="Gradient clipping",
        help="Longest gradient that is followed as it is; a longer one is shortened to it. 0 = never.",
        minimum=0.0,
        maximum=1000.0,
        step=1.0,
        group=OPTIMIZER,
        is_advanced=True,
    )
    ema: float = setting(
        0.999,
        title="Moving average",
        help="The published weights are an average over the last steps; nearer to 1 is over more. 0 = the last ones.",
        minimum=0.0,
        maximum=0.99999,
        step=0.001,
        group=OPTIMIZER,
        is_advanced=True,
    )

    fliplr: bool = setting(
        False,
        title="Flip left to right",
        help="Half of the images. Not where left and right matter, as in text.",
        group=AUGMENTATION,
    )
    flipud: bool = setting(False, title="Flip top to bottom", help="Half of the images.", group=AUGMENTATION)
    rotate90: bool = setting(
        False, title="Turn by 90 degrees", help="Half of the images, to either side.", group=AUGMENTATION
    )
    random_crops: bool = setting(
        False, title="Random crops", help="A part of each image, another one in each epoch.", group=AUGMENTATION
    )
    crop_least_area: float = setting(
        0.5,
        title="Smallest crop",
        help="As a fraction of the image's area.",
        minimum=0.1,
        maximum=1.0,
        step=0.1,
        group=AUGMENTATION,
        depends_on=_CROPS,
    )
    crop_most_area: float = setting(
        1.0,
        title="Largest crop",
        help="As a fraction of the image's area.",
        minimum=0.1,
        maximum=1.0,
        step=0.1,
        group=AUGMENTATION,
        depends_on=_CROPS,
    )
    crop_least_aspect: float = setting(
        0.75,
        title="Narrowest crop",
        help="Its width by its height.",
        minimum=0.1,
        maximum=10.0,
        step=0.1,
        group=AUGMENTATION,
        is_advanced=True,
        depends_on=_CROPS,
    )
    crop_most_aspect: float = setting(
        1.33,
        title="Widest crop",
        help="Its width by its height.",
        minimum=0.1,
        maximum=10.0,
        step=0.1,
        group=AUGMENTATION,
        is_advanced=True,
        depends_on=_CROPS,
    )
    brightness: float = setting(
        0.0,
        title="Vary the brightness",
        help="By up to this fraction of the range from black to white, both ways.",
        minimum=0.0,
        maximum=1.0,
        step=0.05,
        group=AUGMENTATION,
    )
    vary_contrast: bool = setting(
        False, title="Vary the contrast", help="By a random factor in each epoch.", group=AUGMENTATION
    )
    contrast_least: float = setting(
        0.8,
        title="Least contrast",
        help="As a factor.",
        minimum=0.5,
        maximum=1.0,
        step=0.05,
        group=AUGMENTATION,
        depends_on=("vary_contrast", (True,)),
    )
    contrast_most: float = setting(
        1.25,
        title="Most contrast",
        help="As a factor.",
        minimum=1.0,
        maximum=2.0,
        step=0.05,
        group=AUGMENTATION,
        depends_on=("vary_contrast", (True,)),
    )
    noise: float = setting(
        0.0,
        title="Gaussian noise",
        help="Standard deviation, as a fraction of the range from black to white.",
        minimum=0.0,
        maximum=2.0,
        step=0.01,
        group=AUGMENTATION,
    )

    validate_every: int = setting(
        1,
        title="Validate every",
        help="Measure on the validation set after so many epochs, and after the last.",
        minimum=1,
        maximum=200,
        unit="epochs",
        group=MEASURING,
        is_advanced=True,
        depends_on=_BY_EPOCHS,
    )
    train_images_measured: int | None = setting(
        None,
        title="Training images measured",
        help="For the curves of loss and accuracy on the training set. Auto: all, or as many as cost a fifth of the "
        "training. 0 = no such curves.",
        minimum=0,
        maximum=10_000_000,
        step=100,
        group=MEASURING,
        is_advanced=True,
    )

    cached_views: int = setting(
        4,
        title="Views of each image",
        help="While the stem is frozen, what it sees is computed once for so many changed views of each image.",
        minimum=1,
        maximum=64,
        group=SPEED,
        is_advanced=True,
        depends_on=("frozen", ("part", "whole")),
    )
    precision: Literal["fp16", "bf16", "fp32"] = setting(
        "fp16",
        title="Precision on a GPU",
        help="Mixed precision halves memory and time. On the CPU this is always 32 bits.",
        choices={"fp16": "Mixed, 16 bits", "bf16": "Mixed, bfloat16", "fp32": "32 bits"},
        group=SPEED,
        is_advanced=True,
    )

    @property
    def moves_pixels(self) -> bool:
        """Whether a training image looks different from epoch to epoch."""
        changes = (self.fliplr, self.flipud, self.rotate90, self.random_crops, self.vary_contrast)
        return any(changes) or self.brightness > 0 or self.noise > 0

    def problems(self) -> tuple[FieldProblem, ...]:
        return (*self._size_problems(), *self._range_problems())

    def architecture(self) -> str:
        return self.network

    def pretrained(self) -> str:
        return NETWORKS[self.network].pretrained

    def _size_problems(self) -> tuple[FieldProblem, ...]:
        facts = NETWORKS[self.network]
        if self.imgsz < facts.smallest:
            text = f'{facts.title} needs images of at least {facts.smallest} px: raise "Image size".'
            return (FieldProblem("imgsz", text, code=OUT_OF_RANGE),)
        if self.imgsz % STRIDE:
            text = f'"Image size" is rounded up to {rounded_size(self.imgsz)} px, a multiple of {STRIDE}.'
            return (FieldProblem("imgsz", text, is_error=False),)
        return ()

    def _range_problems(self) -> tuple[FieldProblem, ...]:
        pairs = (("crop_least_area", "crop_most_area"), ("crop_least_aspect", "crop_most_aspect"))
        titles = type(self).model_fields
        return tuple(
            FieldProblem(most, f'"{titles[most].title}" is below "{titles[least].title}".', code=OUT_OF_RANGE)
            for least, most in pairs
            if self.random_crops and getattr(self, most) < getattr(self, least)
        )


def rounded_size(imgsz: int) -> int:
    """The next multiple of the networks' stride."""
    return -(-imgsz // STRIDE) * STRIDE
