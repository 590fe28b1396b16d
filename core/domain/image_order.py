"""The orders in which images can be listed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SortKey(StrEnum):
    PATH = "path"
    NAME = "name"  # the file's name as searches compare it: without regard to case
    SIZE = "size"  # of the file, in bytes
    PIXELS = "pixels"  # width x height
    ANNOTATIONS = "annotations"  # their number, of ground truth with a class
    ADDED = "added"  # when the image came into the project; what came before that was noted is the oldest


@dataclass(frozen=True, slots=True)
class SortOrder:
    """Images that are alike in the key stand in the order of their paths, ascending in either direction."""

    key: SortKey = SortKey.PATH
    is_descending: bool = False


BY_PATH = SortOrder()
