"""Tags that say for which set of a training an image is meant, and the filters that find them."""

from __future__ import annotations

from core.domain.filters import Condition, Group, Operator
from core.domain.snapshots import Split

TAG_OF = {Split.TRAIN: "train", Split.VAL: "validation", Split.TEST: "test"}

_FIELD = "tag"


def tag_filter(split: Split) -> Group:
    """The images with the tag of a split. A stored filter that equals it means "Tagged images"."""
    return Group(items=(Condition(_FIELD, Operator.EQ, TAG_OF[split]),))
