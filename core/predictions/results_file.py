"""Predictions in a file of COCO results, of whatever program, taken apart: images and classes by their names.

Two forms are read: a list of detections (COCO's own), whose ids are those of a file of ground truth; and a document
with its own lists of images and categories, whose annotations have scores.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.domain.names import listed_names, shown
from core.errors import FormatError
from core.formats.coco.files import likeness
from core.formats.coco.values import Key, key, look_up, side
from core.formats.reading.json_files import read_json
from core.formats.reading.text_files import head_of

_LIKELY = 0.8
_SNIFFED_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class StatedImage:
    """`width` and `height` are None where the file does not say."""

    name: str
    width: int | None = None
    height: int | None = None

    @property
    def size(self) -> tuple[int, int] | None:
        return (self.width, self.height) if self.width and self.height else None


@dataclass(slots=True)
class ResultsFile:
    """`records` are the detections as they stand. An id that means two things means nothing: it is in `disputed`."""

    path: Path
    records: list[Any]
    images: dict[Key, StatedImage] = field(default_factory=dict)
    categories: dict[Key, str] = field(default_factory=dict)
    names_from: Path | None = None  # another file that says what the ids mean
    disputed: set[str] = field(default_factory=set)  # "image 3", "category 1"
    disputed_images: list[StatedImage] = field(default_factory=list)  # all that such an id is said to be

    def image_of(self, record: Mapping[str, Any]) -> StatedImage | None:
        """By its id, else by the name that the record itself states."""
        found = look_up(key(record.get("image_id")), self.images)
        name = record.get("file_name")
        if found is None and isinstance(name, str) and name.strip():
            return StatedImage(name)
        return found

    def category_of(self, record: Mapping[str, Any]) -> str | None:
        return look_up(key(record.get("category_id")), self.categories)


def looks_like_results(path: Path, *, is_scored: bool = False) -> bool:
    """Whether a file begins like a list of detections, or like a COCO document; with `is_scored`, like one of which the
    beginning has scores."""
    head = head_of(path, _SNIFFED_BYTES).lstrip(b"\xef\xbb\xbf \t\r\n")
    if is_scored and b'"score"' not in head:
        return False
    if head.startswith(b"["):
        return b'"image_id"' in head and b'"category_id"' in head
    return likeness(path) >= _LIKELY


def read_results(path: Path, ground_truth: Path | None = None) -> ResultsFile:
    """`ground_truth` says what ids mean that the file itself does not explain; for a list of detections it is looked
    for beside the file when it is not given.

    Raises FormatError when the file is none of both forms, or nobody says what its ids mean.
    """
    _, content = read_json(path)
    if isinstance(content, dict) and isinstance(content.get("annotations"), list):
        results = ResultsFile(path, content["annotations"])
        _read_lists(results, content, path)
        if not results.categories and ground_truth is not None:
            _read_other(results, ground_truth)
        return results
    if not isinstance(content, list):
        text = f'"{shown(path.name)}" is neither a list of detections nor a COCO document with annotations.'
        raise FormatError(text, file=path, hint="Export the predictions as COCO results.")
    results = ResultsFile(path, content)
    _read_other(results, ground_truth or _beside(path))
    return results


def _read_other(results: ResultsFile, file: Path) -> None:
    _, content = read_json(file)
    if not isinstance(content, dict):
        text = f'"{shown(file.name)}" does not say which images and classes there are.'
        raise FormatError(text, file=file, hint="Name a COCO file with images and categories.")
    results.names_from = file
    _read_lists(results, content, file)


def _read_lists(results: ResultsFile, content: Mapping[str, Any], file: Path) -> None:
    for array in ("images", "categories"):
        if not isinstance(content.get(array, []), list):
            raise FormatError(f'"{array}" in "{shown(file.name)}" is not a list.', file=file)
    for record in content.get("images", []):
        found = key(record.get("id")) if isinstance(record, dict) else None
        name = record.get("file_name") if isinstance(record, dict) else None
        if found is None or not isinstance(name, str) or not name.strip():
            continue
        image = StatedImage(name, side(record.get("width")), side(record.get("height")))
        first = results.images.setdefault(found, image)
        if first != image:
            results.disputed.add(f"image {found}")
            results.disputed_images += [first, image]
    for record in content.get("categories", []):
        found = key(record.get("id")) if isinstance(record, dict) else None
        title = record.get("name") if isinstance(record, dict) else None
        if found is None or not isinstance(title, str) or not title.strip():
            continue
        if results.categories.setdefault(found, title.strip()) != title.strip():
            results.disputed.add(f"category {found}")
    for what in results.disputed:
        kind, _, wanted = what.partition(" ")
        ids: dict[Any, Any] = results.images if kind == "image" else results.categories
        for found in [one for one in ids if str(one) == wanted]:
            del ids[found]
    if not results.categories:
        text = f'"{shown(file.name)}" has no list of categories: nobody can tell what the class ids mean.'
        raise FormatError(text, file=file, hint="Name the file with --ground-truth that has them.")


def _beside(path: Path) -> Path:
    """The only COCO file of the same folder."""
    others = sorted(one for one in path.parent.glob("*.json") if one != path and likeness(one) >= _LIKELY)
    if len(others) == 1:
        return others[0]
    what = "there is none beside it" if not others else f"beside it are {listed_names([one.name for one in others])}"
    text = (
        f'"{shown(path.name)}" is a list of detections: what its image and class ids mean stands in the file of the '
        f"ground truth, and {what}."
    )
    raise FormatError(text, file=path, hint="Name that file with --ground-truth.")
