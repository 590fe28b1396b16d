"""Which files are manifests, and the Pascal VOC files that they name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from core.domain.imports import Problem
from core.domain.names import shown
from core.formats.reading.found_files import find_files
from core.formats.reading.image_index import ImageIndex, Match, parts_of
from core.formats.reading.spellings import spellings
from core.formats.reading.text_files import head_of

ENDINGS = (".manifest", ".jsonl")
_HEAD = 2**16
_SNIFFED_FILES = 50
_SNIFFED_LINES = 5
_MOST_PARTS = 50
_SIGNS = ("annotation", "usage", "hard", "id", "sample-type", "inference-loc")


def is_manifest(file: Path) -> bool:
    """Whether one of the first lines is a record with a source. Never raises."""
    if file.suffix.lower() not in ENDINGS:
        return False
    lines = head_of(file, _HEAD).removeprefix(b"\xef\xbb\xbf").split(b"\n")
    for line in islice((line for line in lines if line.strip()), _SNIFFED_LINES):
        try:
            value = json.loads(line.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            if len(line) > 1000 and line.lstrip().startswith(b"{") and b'"source"' in line:
                return True  # cut
            continue
        if isinstance(value, dict) and isinstance(value.get("source"), str) and any(key in value for key in _SIGNS):
            return True
    return False


def manifests_in(folder: Path, problems: list[Problem]) -> Iterator[Path]:
    for found in find_files(folder, ENDINGS):
        if isinstance(found, Problem):
            problems.append(found)
        elif is_manifest(found):
            yield found


def holds_manifests(folder: Path) -> bool:
    files = (found for found in find_files(folder, ENDINGS) if isinstance(found, Path))
    return any(is_manifest(file) for file in islice(files, _SNIFFED_FILES))


@dataclass(frozen=True, slots=True)
class VocFiles:
    """The .xml files below a folder by their paths and by every end of these: files are called the same in thousands
    of folders."""

    by_path: dict[str, Path]
    by_end: dict[str, list[Path]]

    @classmethod
    def below(cls, folder: Path) -> VocFiles:
        by_path = {
            found.relative_to(folder).as_posix(): found
            for found in find_files(folder, (".xml",))
            if isinstance(found, Path)
        }
        by_end: dict[str, list[Path]] = {}
        for path, file in by_path.items():
            for end in _ends(path.split("/")):
                by_end.setdefault(end, []).append(file)
        return cls(by_path, by_end)

    def find(self, location: str) -> list[Path]:
        """Those that a location of another computer may mean, by the longest end of its path; one = that is it."""
        for name in spellings(location):
            for end in _ends(parts_of(name)):
                if end in self.by_path:
                    return [self.by_path[end]]
                if end in self.by_end:
                    return self.by_end[end]
        return []


def _ends(parts: list[str]) -> Iterator[str]:
    """The longest first; of a path with more folders than anybody makes, the shorter ones."""
    return ("/".join(parts[start:]) for start in range(max(0, len(parts) - _MOST_PARTS), len(parts)))


def match_sources(sources: Iterable[str], index: ImageIndex, folder: Path) -> dict[str, Match]:
    """By the longest end of an address that is a path below `folder`, where the manifest is, or below the images';
    else by a similar end."""
    before = f"{index.root.relative_to(folder).as_posix()}/" if index.root.is_relative_to(folder) else ""
    known = {path: path for path in index.paths}
    if index.root != folder and before:
        known |= {f"{before}{path}": path for path in index.paths}
    exact = {source: path for source in sources if (path := _tail_in(source, known)) is not None}
    # The exact ones take part, so that a name which is only similar cannot take another's picture.
    others = index.match_names([*exact.values(), *(source for source in sources if source not in exact)])
    return {source: Match(exact[source], True) if source in exact else others[source] for source in sources}


def _tail_in(source: str, known: Mapping[str, str]) -> str | None:
    for name in spellings(source):
        found = next((known[end] for end in _ends(parts_of(name)) if end in known), None)
        if found is not None:
            return found
    return None


def missing_voc(location: str, found: list[Path], *, file: Path, line: int) -> Problem:
    """Why the file that a manifest names could not be read."""
    name = shown(location[:200])
    if found:
        text = f'"{name}" could be any of {len(found)} files; its objects are left out.'
        return Problem("annotation-file-ambiguous", text, str(file), line)
    text = f'The annotation file "{name}" was not found; its objects are left out.'
    return Problem("annotation-file-missing", text, str(file), line)
