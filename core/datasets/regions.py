"""What a task that labels is asked about an image: as a whole, or regions of it (see `TreeImage.regions`)."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.geometry import Box, Polygon
from core.domain.snapshots import SnapshotObject

Regions = tuple[Box | Polygon, ...]


def regions_of(objects: Iterable[SnapshotObject]) -> Regions:
    """The distinct shapes of an image's labels, in their order; () = they speak of the image as a whole."""
    return tuple(dict.fromkeys(item.geometry for item in objects if item.geometry is not None))
