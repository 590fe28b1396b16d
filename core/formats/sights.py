"""What a file looks like from its first bytes: the forms that people bring, read or not, for refusals and warnings."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePath

from core.domain.counting import counted
from core.domain.names import is_image_name, shown
from core.formats.reading.text_files import head_of

_MOST_LOOKED_AT = 20_000
_MOST_OPENED = 2_000
_AS_COCO = "That form is not read: export it as COCO or YOLO where it was made."


@dataclass(frozen=True, slots=True)
class Sight:
    """A form of annotations. `slug` is that of the format that reads it, "" = none: then `advice` says what to do."""

    words: str
    slug: str = ""
    advice: str = _AS_COCO


@dataclass(frozen=True, slots=True)
class Seen:
    """How many files with an ending look like something; None = like nothing that is known."""

    suffix: str
    sight: Sight | None
    n: int


_BY_SIGN: dict[str, tuple[tuple[bytes, Sight], ...]] = {
    ".xml": (
        (b"PcGts", Sight("PAGE", advice="That form is not read: export it as ALTO where it was made.")),
        (b"<alto", Sight("ALTO", "alto")),
        (b":alto", Sight("ALTO", "alto")),
        (b"<annotations", Sight("CVAT for images", advice="That form is not read: export it from CVAT as COCO 1.0.")),
        (b"<annotation", Sight("Pascal VOC")),
    ),
    ".json": (
        (
            b'"segments_info"',
            Sight(
                "panoptic segments", advice="That form is not read: export instances (objects with boxes or outlines)."
            ),
        ),
        (b'"shapes"', Sight("LabelMe")),
        (b'"shape_attributes"', Sight("VIA")),
        (
            b'"from_name"',
            Sight("Label Studio", advice="That form is not read: export it from Label Studio as COCO or YOLO."),
        ),
        (b'"classTitle"', Sight("Supervisely")),
        (b'"coordinates"', Sight("CreateML or GeoJSON")),
    ),
    ".csv": ((b"xmin", Sight("a table of boxes")),),
}
_RESULTS = Sight("predictions of a model (COCO results)", advice="Predictions are no ground truth.")
_COCO = Sight("COCO", "coco")
_YOLO = Sight("YOLO labels", "yolo")
_DOTA = Sight("oriented boxes (DOTA)")
_DATABASE = Sight("a database")

_YOLO_ROW = re.compile(rb"\d+(\s+-?\d*\.?\d+([eE]-?\d+)?){4,}\s*")
_DOTA_ROW = re.compile(rb"(-?\d+(\.\d+)?\s+){8}[A-Za-z]\S*\s+[012]\s*")
_SUFFIXES_OF_ANNOTATIONS = frozenset({".json", ".xml", ".yaml", ".yml", ".data"})
_TABLES = frozenset({*_BY_SIGN, ".txt", ".jsonl", ".geojson"})


def sight_of(file: Path) -> Sight | None:
    """None when it looks like nothing that is known."""
    suffix, head = file.suffix.lower(), head_of(file)
    if head.startswith(b"SQLite format 3"):
        return _DATABASE
    if suffix == ".txt":
        return _sight_of_rows(head)
    if suffix == ".json":
        if head.lstrip().startswith(b"[") and b'"image_id"' in head and b'"category_id"' in head:
            return _RESULTS
        if b'"images"' in head and (b'"file_name"' in head or b'"annotations"' in head):
            return _COCO
    return next((sight for sign, sight in _BY_SIGN.get(suffix, ()) if sign in head), None)


def look_into(folder: Path, passing_over: frozenset[str] = frozenset()) -> tuple[list[Seen], bool]:
    """The files of a folder that may be annotations, by ending and look; and whether that is all there are. Files of
    some endings may be passed over unopened."""
    counts: Counter[tuple[str, Sight | None]] = Counter()
    n_opened = 0
    for place, subfolders, names in os.walk(folder):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            suffix = PurePath(name).suffix.lower()
            if suffix not in _TABLES or suffix in passing_over or name.startswith("."):
                continue
            n_opened += 1
            if n_opened > _MOST_OPENED:
                return _listed(counts), False
            counts[suffix, sight_of(Path(place, name))] += 1
    return _listed(counts), True


def seen_in(path: Path) -> str:
    """What is there, in words, e.g. "12 .xml files (Pascal VOC), 3 .txt files"."""
    if path.is_file():
        if path.stat().st_size == 0:
            return "the file is empty"
        sight = sight_of(path)
        if sight is None and path.suffix.lower() in _SUFFIXES_OF_ANNOTATIONS:
            return f"its content is of no {path.suffix} kind that is read"
        return (
            f"it is {sight.words}" if sight else f"a file of the kind {path.suffix or '(no ending)'} that is not read"
        )
    counts: Counter[str] = Counter()
    sights: dict[str, Sight | None] = {}
    n_looked_at = 0
    for folder, _, names in os.walk(path):
        for name in names:
            if is_image_name(name):
                continue
            suffix = PurePath(name).suffix.lower() or "nameless"
            counts[suffix] += 1
            if counts[suffix] <= 3 and not sights.get(suffix):
                sights[suffix] = sight_of(Path(folder, name))
        n_looked_at += len(names)
        if n_looked_at > _MOST_LOOKED_AT:
            break
    if not counts:
        return "it is empty"
    parts = []
    for suffix, n in counts.most_common(4):
        sight = sights.get(suffix)
        parts.append(counted(n, f"{shown(suffix)} file") + (f" ({sight.words})" if sight else ""))
    return "it has " + ", ".join(parts)


def _listed(counts: Counter[tuple[str, Sight | None]]) -> list[Seen]:
    return [Seen(suffix, sight, n) for (suffix, sight), n in counts.items()]


def _sight_of_rows(head: bytes) -> Sight | None:
    lines = [line for line in head.splitlines() if line.strip()]
    if len(head) >= 4096:
        lines = lines[:-1]  # cut off
    while lines and lines[0].startswith((b"imagesource:", b"gsd:")):
        lines = lines[1:]
    if not lines:
        return None
    if all(_DOTA_ROW.fullmatch(line) for line in lines[:3]):
        return _DOTA
    return _YOLO if all(_YOLO_ROW.fullmatch(line) for line in lines[:3]) else None
