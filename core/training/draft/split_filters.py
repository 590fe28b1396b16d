"""The filter of a split, in the one form in which it says "Tagged images". Pure."""

from __future__ import annotations

from core.domain.filters import Group
from core.domain.snapshots import Split
from core.domain.tagging import tag_filter
from core.domain.training import SplitFilter
from core.filters.meaning import same_filter


def split_filter(split: Split, filter: Group, name: str = "") -> SplitFilter:
    """However the filter says it: one that asks for the tag of the split is "Tagged images" (DL-08)."""
    tagged = tag_filter(split)
    return SplitFilter(split, tagged) if same_filter(filter, tagged) else SplitFilter(split, filter, name)


def is_tagged(chosen: SplitFilter | None) -> bool:
    """The images with the tag of the split are meant."""
    return chosen is not None and chosen.filter == tag_filter(chosen.split)
