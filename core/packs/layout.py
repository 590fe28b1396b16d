"""How a pack lies on disk: format 1, and 2 where boxes are turned, which an older Calque would take for upright.

    magic (8 bytes)
    header: length (uint32), JSON
    records, each compressed by itself (zlib)
    index: compressed JSON, a list an image: key, sha256, width, height, split, predictions, truths, offset, length
    trailer: offset and length of the index (uint64), CRC-32 of the index (uint32), magic

All numbers are little-endian. A file without its trailer was not finished, and is refused.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.domain.names import shown
from core.domain.snapshots import Split
from core.errors import FormatError

MAGIC = b"CALQPACK"
FORMAT = 2
SUFFIX = ".pack"
WORKED_OUT = ".intervals.json"
"""Ending of files beside packs, whose names begin as the pack's does: what took long to work out of it."""

LENGTH = struct.Struct("<I")
TRAILER = struct.Struct("<QQI8s")


@dataclass(frozen=True, slots=True)
class PackHeader:
    """What holds for the whole file. `source` and `settings` say who predicted, and how; both are free."""

    categories: tuple[str, ...]
    task: str
    has_masks: bool = False
    has_truth: bool = False
    split: Split | None = None
    source: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    is_oriented: bool = False  # boxes overlap as they are turned
    labels: bool = False  # predictions are labels of regions: of images as a whole, or of shapes that were given
    is_exclusive: bool = False  # of labels: one class a region, the surest one

    @property
    def has_outlines(self) -> bool:
        """Whether outlines decide what overlaps, and not upright boxes."""
        return self.has_masks or self.is_oriented

    def to_json(self) -> dict[str, Any]:
        flags = ("is_oriented", "labels", "is_exclusive")
        special = {name: True for name in flags if getattr(self, name)}
        return {
            "format": FORMAT if special else 1,
            "categories": list(self.categories),
            "task": self.task,
            "has_masks": self.has_masks,
            "has_truth": self.has_truth,
            "split": None if self.split is None else self.split.value,
            "source": dict(self.source),
            "settings": dict(self.settings),
            **special,
        }


def header_from_json(value: Any, file: Path) -> PackHeader:
    """Raises FormatError for what is no header, and for a format that only a newer Calque knows."""
    try:
        number = value["format"]
        if number > FORMAT:
            raise FormatError(
                f'The predictions in "{shown(file)}" are of format {number}, which a newer Calque wrote; '
                f"this one reads up to format {FORMAT}.",
                file=file,
                hint="Install the newest Calque.",
            )
        return PackHeader(
            categories=tuple(str(name) for name in value["categories"]),
            task=str(value["task"]),
            has_masks=bool(value["has_masks"]),
            has_truth=bool(value["has_truth"]),
            split=None if value["split"] is None else Split(value["split"]),
            source=dict(value["source"]),
            settings=dict(value["settings"]),
            is_oriented=bool(value.get("is_oriented", False)),
            labels=bool(value.get("labels", False)),
            is_exclusive=bool(value.get("is_exclusive", False)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise damaged(file, f"its header says {error!r}") from error


def damaged(file: Path, why: str) -> FormatError:
    return FormatError(
        f'The predictions in "{shown(file)}" cannot be read: {why}.',
        file=file,
        hint="Predict again, or restore the file from a backup.",
    )


def predictions_file(split: Split) -> str:
    """The name of a version's predictions of a set, in its folder."""
    return f"predictions-{split.value}{SUFFIX}"
