"""The parameters of the YOLO workers. Names and defaults are the engine's where it has the parameter.

A field is shown only when it does something: what depends on another field says so.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from core.domain.ids import TaskId
from core.domain.workers import ConfigValue, FieldProblem
from core.tasks.detection import DETECTION
from core.workers.builtin.yolo.architectures import FAMILIES, SIZES, architecture_name, exists
from core.workers.configuration import OUT_OF_RANGE, WorkerConfiguration, setting

STRIDE = 32

Size = Literal["n", "s", "m", "l", "x"]
Optimizer = Literal["auto", "SGD", "MuSGD", "Adam", "Adamax", "AdamW", "NAdam", "RAdam", "RMSProp"]
Speed = Literal["reproducible", "fastest"]
Precision = Literal["fp16", "bf16", "fp32"]

NETWORK, LENGTH, IMAGES = "Network", "Length", "Images"
SPEED, OPTIMIZER, AUGMENTATION = "Speed", "Optimizer", "Augmentation"
LOSS, MEASURING = "Loss weights", "Measuring"

_CHOSEN_OPTIMIZERS: tuple[ConfigValue, ...] = (
    "SGD",
    "MuSGD",
    "Adam",
    "Adamax",
    "AdamW",
    "NAdam",
    "RAdam",
    "RMSProp",
)
_CHOSEN = ("optimizer", _CHOSEN_OPTIMIZERS)
_MOMENTUM_WARMS_UP: tuple[str, tuple[ConfigValue, ...]] = ("optimizer", ("SGD", "MuSGD", "RMSProp"))
_SQUARE_ONLY: tuple[str, tuple[ConfigValue, ...]] = ("rect", (False,))


class YoloConfiguration(WorkerConfiguration):
    """What detection and segmentation have in common; subclasses add `family` in front."""

    task: ClassVar[TaskId] = DETECTION.slug

    family: Literal["v8", "v9", "v10", "11", "26"] = setting(
        "11", title="Family", help="Generation of the network.", choices=FAMILIES, group=NETWORK
    )
    size: Size = setting(
        "n", title="Size", help="Larger is more accurate, slower, and needs more memory.", choices=SIZES, group=NETWORK
    )
    freeze: int = setting(
        0,
        title="Frozen layers",
        help="Layers from the input on that are not trained. 10 is the backbone; of use when starting from weights.",
        minimum=0,
        maximum=22,
        group=NETWORK,
        is_advanced=True,
    )

    epochs: int = setting(
        100, title="Epochs", help="Passes over the training images.", minimum=1, maximum=10_000, group=LENGTH
    )
    patience: int = setting(
        100,
        title="Patience",
        help="Stop early after this many epochs without improvement on the validation set; 0 = never.",
        minimum=0,
        maximum=10_000,
        unit="epochs",
        group=LENGTH,
    )

    imgsz: int = setting(
        640,
        title="Image size",
        help="Images are scaled so that their longer side has this size. A multiple of 32.",
        minimum=32,
        maximum=4096,
        step=STRIDE,
        unit="px",
        group=IMAGES,
    )
    batch: int | None = setting(
        16,
        title="Batch size",
        help="Images a step. Larger is faster and needs more memory. Auto: 4 on the CPU, what fits on a GPU.",
        minimum=1,
        maximum=1024,
        group=IMAGES,
    )
    rect: bool = setting(
        False,
        title="Rectangular batches",
        help="Group images of like shape and pad less: faster, without mosaic and mixing of images.",
        group=IMAGES,
    )
    cache: bool = setting(
        False,
        title="Keep images in memory",
        help="Decode each image once. Needs about 3 bytes a pixel at the image size.",
        group=IMAGES,
        is_advanced=True,
    )
    multi_scale: float = setting(
        0.0,
        title="Vary the image size",
        help="Each batch gets a random size up to this fraction smaller or larger.",
        minimum=0.0,
        maximum=0.9,
        step=0.05,
        group=IMAGES,
        is_advanced=True,
    )

    speed: Speed = setting(
        "reproducible",
        title="Speed",
        help="Reproducible: the same seed gives the same weights, bit for bit. Fastest: all free cores and, where the "
        "processor has it, bfloat16; two runs then differ slightly.",
        choices={"reproducible": "Reproducible", "fastest": "Fastest"},
        group=SPEED,
    )
    precision: Precision = setting(
        "fp16",
        title="Precision on a GPU",
        help="Mixed precision halves memory and time. On the CPU this is always 32 bits, but see Speed.",
        choices={"fp16": "Mixed, 16 bits", "bf16": "Mixed, bfloat16", "fp32": "32 bits"},
        group=SPEED,
        is_advanced=True,
    )

    optimizer: Optimizer = setting(
        "auto",
        title="Optimizer",
        help="Auto picks optimizer, learning rate and momentum by the length of the training.",
        choices={"auto": "Auto", **{str(name): str(name) for name in _CHOSEN_OPTIMIZERS}},
        group=OPTIMIZER,
    )
    lr0: float = setting(
        0.01,
        title="Initial learning rate",
        help="How far each step changes the weights. Commonly 0.01 for SGD, 0.001 for Adam and its kin.",
        minimum=0.0,
        maximum=1.0,
        step=0.001,
        group=OPTIMIZER,
        depends_on=_CHOSEN,
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
    )
    cos_lr: bool = setting(
        False,
        title="Cosine schedule",
        help="The learning rate falls along a cosine instead of a straight line.",
        group=OPTIMIZER,
        is_advanced=True,
    )
    momentum: float = setting(
        0.937,
        title="Momentum",
        help="How much of the steps before each step keeps. Of SGD; the first beta of Adam.",
        minimum=0.0,
        maximum=0.999,
        step=0.001,
        group=OPTIMIZER,
        is_advanced=True,
        depends_on=_CHOSEN,
    )
    weight_decay: float = setting(
        0.0005,
        title="Weight decay",
        help="Pull of the weights towards zero: keeps the network from learning the images by heart.",
        minimum=0.0,
        maximum=0.1,
        step=0.0001,
        group=OPTIMIZER,
        is_advanced=True,
    )
    nbs: int = setting(
        64,
        title="Images between two steps",
        help="Small batches are added up to about this many images before the weights are changed. "
        "On few images a small value trains much faster.",
        minimum=1,
        maximum=1024,
        group=OPTIMIZER,
        is_advanced=True,
    )
    warmup_epochs: float = setting(
        3.0,
        title="Warm-up",
        help="The learning rate rises over this many epochs.",
        minimum=0.0,
        maximum=100.0,
        step=0.5,
        unit="epochs",
        group=OPTIMIZER,
        is_advanced=True,
    )
    warmup_momentum: float = setting(
        0.8,
        title="Momentum at the start of the warm-up",
        help="It rises to its own value until the warm-up is over.",
        minimum=0.0,
        maximum=0.999,
        step=0.01,
        group=OPTIMIZER,
        is_advanced=True,
        depends_on=_MOMENTUM_WARMS_UP,
    )
    warmup_bias_lr: float = setting(
        0.1,
        title="Learning rate of biases at the start of the warm-up",
        help="Biases, the constant terms of the network, begin with this one.",
        minimum=0.0,
        maximum=1.0,
        step=0.01,
        group=OPTIMIZER,
        is_advanced=True,
        depends_on=_CHOSEN,
    )

    fliplr: float = setting(
        0.5,
        title="Flip left to right",
        help="How often, 1 = always. Choose 0 where left and right matter, as in text.",
        minimum=0.0,
        maximum=1.0,
        step=0.1,
        group=AUGMENTATION,
    )
    flipud: float = setting(
        0.0,
        title="Flip top to bottom",
        help="How often, 1 = always.",
        minimum=0.0,
        maximum=1.0,
        step=0.1,
        group=AUGMENTATION,
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
    translate: float = setting(
        0.1,
        title="Shift",
        help="By a random fraction of the image up to this.",
        minimum=0.0,
        maximum=1.0,
        step=0.05,
        group=AUGMENTATION,
    )
    scale: float = setting(
        0.5,
        title="Zoom",
        help="In or out by a random fraction up to this.",
        minimum=0.0,
        maximum=0.95,
        step=0.05,
        group=AUGMENTATION,
    )
    shear: float = setting(
        0.0,
        title="Shear",
        help="Slant by a random angle up to this.",
        minimum=0.0,
        maximum=45.0,
        step=1.0,
        unit="°",
        group=AUGMENTATION,
        is_advanced=True,
    )
    perspective: float = setting(
        0.0,
        title="Perspective",
        help="Tilt, as if seen from the side, by a random amount up to this.",
        minimum=0.0,
        maximum=0.001,
        step=0.0001,
        group=AUGMENTATION,
        is_advanced=True,
    )
    hsv_h: float = setting(
        0.015,
        title="Vary the hue",
        help="By a random part of the circle of colours up to this.",
        minimum=0.0,
        maximum=1.0,
        step=0.005,
        group=AUGMENTATION,
        is_advanced=True,
    )
    hsv_s: float = setting(
        0.7,
        title="Vary the saturation",
        help="By a random fraction up to this: from greyish to bright colours.",
        minimum=0.0,
        maximum=1.0,
        step=0.05,
        group=AUGMENTATION,
        is_advanced=True,
    )
    hsv_v: float = setting(
        0.4,
        title="Vary the brightness",
        help="By a random fraction up to this.",
        minimum=0.0,
        maximum=1.0,
        step=0.05,
        group=AUGMENTATION,
        is_advanced=True,
    )
    mosaic: float = setting(
        1.0,
        title="Mosaic",
        help="How often four images are joined into one, 1 = always.",
        minimum=0.0,
        maximum=1.0,
        step=0.1,
        group=AUGMENTATION,
        depends_on=_SQUARE_ONLY,
    )
    close_mosaic: int = setting(
        10,
        title="Epochs without mosaic at the end",
        help="Also without mixing of images.",
        minimum=0,
        maximum=10_000,
        unit="epochs",
        group=AUGMENTATION,
        is_advanced=True,
        depends_on=_SQUARE_ONLY,
    )
    mixup: float = setting(
        0.0,
        title="Blend two images",
        help="How often two images are laid over each other, 1 = always.",
        minimum=0.0,
        maximum=1.0,
        step=0.1,
        group=AUGMENTATION,
        is_advanced=True,
        depends_on=_SQUARE_ONLY,
    )
    cutmix: float = setting(
        0.0,
        title="Paste a part of another image",
        help="How often, 1 = always.",
        minimum=0.0,
        maximum=1.0,
        step=0.1,
        group=AUGMENTATION,
        is_advanced=True,
        depends_on=_SQUARE_ONLY,
    )

    box: float = setting(
        7.5,
        title="Weight of the boxes' position",
        help="How much it counts, in what training makes smaller, where the boxes are (the box loss).",
        minimum=0.0,
        maximum=100.0,
        step=0.5,
        group=LOSS,
        is_advanced=True,
    )
    cls: float = setting(
        0.5,
        title="Weight of the class",
        help="How much it counts whether the class is right (the class loss).",
        minimum=0.0,
        maximum=100.0,
        step=0.1,
        group=LOSS,
        is_advanced=True,
    )
    dfl: float = setting(
        1.5,
        title="Weight of the boxes' edges",
        help="How much it counts how sure the edges' places are: distribution focal loss; an L1 distance in YOLO26.",
        minimum=0.0,
        maximum=100.0,
        step=0.1,
        group=LOSS,
        is_advanced=True,
    )
    cls_pw: float = setting(
        0.0,
        title="Balance of rare classes",
        help="0 treats all objects alike; 1 weights each class by the inverse of its number of objects.",
        minimum=0.0,
        maximum=1.0,
        step=0.1,
        group=LOSS,
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
    train_images_measured: int | None = setting(
        None,
        title="Training images measured",
        help="For the curves of loss and accuracy on the training set, about ten times a run. "
        "Auto: as many as cost 3 % of the training, all of them in a long one. 0 = no such curves.",
        minimum=0,
        maximum=1_000_000,
        step=100,
        group=MEASURING,
    )
    conf: float = setting(
        0.001,
        title="Least confidence in validation",
        help="Predictions that are less sure than this are left out when the validation set is measured.",
        minimum=0.0,
        maximum=1.0,
        step=0.001,
        group=MEASURING,
        is_advanced=True,
    )
    iou: float = setting(
        0.7,
        title="IoU of overlapping predictions",
        help="Of two predictions that overlap more than this, validation keeps the surer one.",
        minimum=0.0,
        maximum=1.0,
        step=0.05,
        group=MEASURING,
        is_advanced=True,
    )
    max_det: int = setting(
        300,
        title="Detections an image",
        help="At most so many in validation; raised when an image has more objects.",
        minimum=1,
        maximum=10_000,
        group=MEASURING,
        is_advanced=True,
    )

    def problems(self) -> tuple[FieldProblem, ...]:
        found = []
        if not exists(self.task, self.family, self.size):
            found.append(
                FieldProblem(
                    "size",
                    f"{FAMILIES[self.family]} has segmenters of the sizes large and extra large only.",
                    code=OUT_OF_RANGE,
                )
            )
        if self.imgsz % STRIDE:
            rounded = -(-self.imgsz // STRIDE) * STRIDE
            found.append(
                FieldProblem("imgsz", f'"Image size" is rounded up to {rounded} px, a multiple of {STRIDE}.', False)
            )
        return tuple(found)

    def architecture(self) -> str:
        return architecture_name(self.task, self.family, self.size)

    def pretrained(self) -> str:
        return f"{self.architecture()}.pt"
