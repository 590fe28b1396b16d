"""What the worker of oriented boxes can be configured with."""

from __future__ import annotations

from typing import ClassVar, Literal

from core.domain.ids import TaskId
from core.tasks.oriented import ORIENTED
from core.workers.builtin.yolo.architectures import FAMILIES, ORIENTED_FAMILIES
from core.workers.builtin.yolo.configuration import LOSS, NETWORK, YoloConfiguration
from core.workers.configuration import setting


class YoloObbConfiguration(YoloConfiguration):
    """The shared fields, the families that have a network for turned boxes, and what concerns their angle."""

    task: ClassVar[TaskId] = ORIENTED.slug

    family: Literal["v8", "11", "26"] = setting(
        "11",
        title="Family",
        help="Generation of the network.",
        choices={name: FAMILIES[name] for name in ORIENTED_FAMILIES},
        group=NETWORK,
    )
    angle: float = setting(
        1.0,
        title="Weight of the angle",
        help="How much it counts, in what training makes smaller, which way the boxes lie (the angle loss).",
        minimum=0.0,
        maximum=100.0,
        step=0.5,
        group=LOSS,
        is_advanced=True,
    )
