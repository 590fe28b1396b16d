"""Which files of a folder are COCO, and where the pictures are that they name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from core.domain.imports import ImportSource
from core.formats.reading.image_index import ImageIndex, is_unsafe
from core.formats.reading.text_files import head_of, is_plain_file

_SNIFFED_BYTES = 262_144
_SURE = 0.8
_GUESSED_ENTRIES = 50_000  # of a folder that is only guessed to hold the images


def likeness(file: Path) -> float:
    """How much a file looks like COCO from its beginning, 0 to 1."""
    head = head_of(file, _SNIFFED_BYTES).lstrip(b"\xef\xbb\xbf \t\r\n")
    if file.suffix.lower() != ".json":
        return 0.0
    if head.startswith(b"["):  # perhaps detections, which `read` refuses in better words
        return 0.3 if b'"image_id"' in head and b'"category_id"' in head else 0.0
    n_keys = sum(key in head for key in (b'"images"', b'"annotations"', b'"categories"', b'"file_name"', b'"bbox"'))
    return {0: 0.0, 1: 0.3, 2: _SURE}.get(n_keys, 1.0)


def holds_coco(folder: Path) -> bool:
    return any(likeness(file) >= _SURE for file in _json_files(folder))


def chosen_files(folder: Path) -> list[Path]:
    """Those next to each other in the first folder that has any; of COCO's own set the instances only."""
    files = [file for file in _json_files(folder) if likeness(file) >= _SURE]
    together = [file for file in files if file.parent == files[0].parent]
    instances = [file for file in together if file.name.startswith("instances")]
    return instances or together


def find_images(source: ImportSource, beside: Path, names: list[str]) -> ImageIndex:
    """The folder below which most of the named images lie."""
    if source.images_root is not None:
        return ImageIndex(source.images_root)
    guesses = [beside / "images", beside, beside.parent / "images", beside.parent]
    guesses = [folder for folder in guesses if folder.is_dir()]
    some = [name for name in names if not is_unsafe(name)][:200]
    hits = [sum(is_plain_file(folder / name.replace("\\", "/")) for name in some) for folder in guesses]
    if hits and max(hits) > 0:
        return ImageIndex(guesses[hits.index(max(hits))])
    for folder in guesses:
        index = ImageIndex(folder, max_entries=_GUESSED_ENTRIES)
        if any(match.path for match in index.match_names(names[:200]).values()):
            return index
    return ImageIndex(guesses[0] if guesses else beside, max_entries=_GUESSED_ENTRIES)


def _json_files(folder: Path) -> Iterator[Path]:
    """JSON files of the folder and of its folders, where exports put them ("annotations", "coco")."""
    places = [folder]
    try:
        places += sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))[:100]
        for place in places:
            yield from sorted(path for path in place.iterdir() if path.suffix.lower() == ".json")[:100]
    except OSError:
        return
