"""Which classes are lines of text, and text that XML can hold."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.domain.names import shown
from core.domain.predictions import ImageRecord, PredictedObject

_LINE = re.compile(r"(?:^|[\W_])lines?(?:$|[\W_\d])", re.IGNORECASE)


def is_line(category: str) -> bool:
    """By its name: "text_line", "Line", "DefaultLine", "heading line"."""
    return bool(_LINE.search(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", category)))


def lines_of(record: ImageRecord, categories: Sequence[str]) -> list[PredictedObject]:
    """Those of an image, from the top to the bottom."""
    lines = [item for item in record.predictions if is_line(categories[item.category])]
    return sorted(lines, key=lambda item: (item.box.y0 + item.box.y1, item.box.x0))


def xml_name(text: str) -> str:
    """Without what no XML document may contain."""
    return shown(text)
