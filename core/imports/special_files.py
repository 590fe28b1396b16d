"""Files beside the data that can be no annotations: pipes, devices, broken links, empty files; in any format."""

from __future__ import annotations

import contextlib
from collections.abc import Container
from pathlib import Path

from core.domain.imports import Problem
from core.domain.names import shown
from core.formats.reading.found_files import find_files

_ENDINGS = frozenset({".json", ".xml", ".txt", ".yaml", ".yml", ".data", ".names", ".csv", ".jsonl", ".geojson"})
_NEVER_EMPTY = frozenset({".json", ".xml", ".yaml", ".yml", ".data", ".names"})  # an empty .txt says "nothing here"


def find_special(folder: Path, told: Container[str]) -> list[Problem]:
    """A problem for each that is named like annotations; `told` are the files of which something was said already."""
    problems: list[Problem] = []
    for found in find_files(folder, _ENDINGS):
        if isinstance(found, Problem):
            # Links to folders are for the search for images to tell.
            if found.kind != "link-to-folder" and found.file not in told:
                problems.append(found)
        elif found.suffix.lower() in _NEVER_EMPTY and str(found) not in told:
            with contextlib.suppress(OSError):
                if found.stat().st_size == 0:
                    text = f'"{shown(found.name)}" is empty (0 bytes) and tells nothing.'
                    problems.append(Problem("annotation-file-empty", text, str(found)))
    return problems
