"""What is seen of a path that no format knows, in words, for a refusal that helps."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path, PurePath

from core.domain.names import is_image_name, shown
from core.formats.reading.text_files import head_of

_MOST_LOOKED_AT = 20_000
# What a person may bring that is not read (yet), by a sign in the file's first bytes.
_KNOWN_BY_SIGHT = (
    (b"<annotation", "Pascal VOC"),
    (b"PcGts", "PAGE"),
    (b'"shapes"', "LabelMe"),
    (b"SQLite format 3", "a database"),
)
_SUFFIXES_OF_ANNOTATIONS = frozenset({".json", ".xml", ".yaml", ".yml", ".data"})


def seen_in(path: Path) -> str:
    """What is there, in words, e.g. "12 .xml files (Pascal VOC), 3 .txt files"."""
    if path.is_file():
        if path.stat().st_size == 0:
            return "the file is empty"
        sight = _by_sight(path)
        if not sight and path.suffix.lower() in _SUFFIXES_OF_ANNOTATIONS:
            return f"its content is of no {path.suffix} kind that is read"
        return f"it is {sight}" if sight else f"a file of the kind {path.suffix or '(no ending)'} that is not read"
    counts: Counter[str] = Counter()
    sights: dict[str, str] = {}
    n_looked_at = 0
    for folder, _, names in os.walk(path):
        for name in names:
            if is_image_name(name):
                continue
            suffix = PurePath(name).suffix.lower() or "nameless"
            counts[suffix] += 1
            if counts[suffix] <= 3 and not sights.get(suffix):
                sights[suffix] = _by_sight(Path(folder, name))
        n_looked_at += len(names)
        if n_looked_at > _MOST_LOOKED_AT:
            break
    if not counts:
        return "it is empty"
    parts = []
    for suffix, count in counts.most_common(4):
        kind = f" ({sights[suffix]})" if sights.get(suffix) else ""
        parts.append(f"{count} {shown(suffix)} {'file' if count == 1 else 'files'}{kind}")
    return "it has " + ", ".join(parts)


def _by_sight(file: Path) -> str:
    head = head_of(file)
    return next((words for sign, words in _KNOWN_BY_SIGHT if sign in head), "")
