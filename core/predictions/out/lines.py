"""Which classes are lines of text."""

from __future__ import annotations

import re

_LINE = re.compile(r"(?:^|[\W_])lines?(?:$|[\W_\d])", re.IGNORECASE)


def is_line(category: str) -> bool:
    """By its name: "text_line", "Line", "DefaultLine", "heading line"."""
    return bool(_LINE.search(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", category)))
