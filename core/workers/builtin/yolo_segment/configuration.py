"""What the segmentation worker can be configured with."""

from __future__ import annotations

from typing import ClassVar, Literal

from core.domain.ids import TaskId
from core.tasks.segmentation import SEGMENTATION
from core.workers.builtin.yolo.architectures import FAMILIES, SEGMENT_FAMILIES
from core.workers.builtin.yolo.configuration import AUGMENTATION, IMAGES, NETWORK, YoloConfiguration
from core.workers.configuration import setting


class YoloSegmentConfiguration(YoloConfiguration):
    """The shared fields, the families that have a segmenter, and what concerns masks."""

    task: ClassVar[TaskId] = SEGMENTATION.slug

    family: Literal["v8", "v9", "11", "26"] = setting(
        "11",
        title="Family",
        help="Generation of the network.",
        choices={name: FAMILIES[name] for name in SEGMENT_FAMILIES},
        group=NETWORK,
    )
    mask_ratio: int = setting(
        4,
        title="Mask reduction",
        help="Masks are compared at an image size divided by this while training. Predicted masks are not coarser.",
        minimum=1,
        maximum=8,
        group=IMAGES,
        is_advanced=True,
    )
    overlap_mask: bool = setting(
        True,
        title="One mask image for all objects",
        help="Where objects overlap, the smaller one is in front. Off: a mask an object, which needs more memory.",
        group=IMAGES,
        is_advanced=True,
    )
    copy_paste: float = setting(
        0.0,
        title="Copy objects about",
        help="Fraction of the objects that are copied to another place.",
        minimum=0.0,
        maximum=1.0,
        step=0.1,
        group=AUGMENTATION,
        is_advanced=True,
    )
