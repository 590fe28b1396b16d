"""Which images belong together because their names or folders say so: pages of a book, frames of a film. Pure."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.domain.names import IMAGE_SUFFIXES
from core.domain.set_names import set_named

LEAST_SHARE = 0.5
"""Of the images, so many are in groups of two or more, or else the names mean something else..."""

LARGE = 8
"""... unless two groups or more have so many images each: some books among other pictures."""

_SIDES = r"(?:[\s_.\-]*(?:r|v|recto|verso|a|b|left|right))?"
_NUMBERED = re.compile(
    r"^(?P<source>.*?)[\s_.\-]*[(\[]?(?:p|pp|pg|page|pages|f|ff|fol|folio|s|seite|frame|img|image|view|vue|shot)?"
    rf"[\s_.\-]*\d+{_SIDES}[)\]]?$"
)
_NUMBER_FIRST = re.compile(rf"^(?:pp?|pg|pages?|ff?|fol|folio|seite)[\s_.\-]*\d+{_SIDES}[\s_.\-]+(?P<source>.*)$")
_SAYS_NOTHING = frozenset(
    (
        *(
            "img",
            "image",
            "images",
            "imgs",
            "dsc",
            "dscf",
            "dscn",
            "pict",
            "pic",
            "photo",
            "photos",
            "picture",
            "pictures",
        ),
        *("scan", "scans", "page", "pages", "frame", "frames", "file", "screenshot", "untitled", "p", "f", "s", "data"),
        *("jpg", "jpeg", "png", "tif", "tiff", "jpegimages", "labels", "annotations", "new", "copy", "sample", "pxl"),
    )
)

NO_GROUP = -1


@dataclass(frozen=True, slots=True)
class Grouping:
    """`numbers`: for each path the number of its group in `names`, NO_GROUP = in none. `example` is a path as it
    tells of its group; `is_by_folder`: by the folder, else by the file's name."""

    names: tuple[str, ...]
    numbers: npt.NDArray[Any]
    example: str
    is_by_folder: bool

    @property
    def words(self) -> str:
        how = "Folders" if self.is_by_folder else "File names"
        return f'{how} such as "{self.example}"'


def find_grouping(paths: Sequence[bytes], classes: Collection[str] = ()) -> Grouping | None:
    """By names or by folders, whichever tells more groups; None where neither tells any. Names of classes tell of
    what is shown, and not of where it comes from."""
    nothing = _SAYS_NOTHING | {name.casefold() for name in classes}
    found = [
        one
        for by_folder, tell in ((False, source_of_name), (True, source_of_folder))
        if (one := _grouped(paths, tell, nothing, by_folder=by_folder)) is not None
    ]
    return max(found, key=lambda one: len(one.names), default=None)


def number_sources(paths: Sequence[str], classes: Collection[str] = ()) -> npt.NDArray[Any] | None:
    """For each path the number of its group, NO_GROUP = in none; None where neither names nor folders tell any."""
    found = find_grouping([os.fsencode(path) for path in paths], classes)
    return None if found is None else found.numbers


def source_of_name(path: str) -> str:
    """What a file's name says beside the number of its page: "train/Book 12_p003.tif.jpeg", "Book 12 (3).jpg" and
    "fol. 3r - Book 12.png" -> "book 12"; "" = nothing."""
    stem = path.rpartition("/")[2].casefold()
    while (dot := stem.rfind(".")) > 0 and stem[dot:] in IMAGE_SUFFIXES:
        stem = stem[:dot]
    match = _NUMBER_FIRST.match(stem) or _NUMBERED.match(stem)
    source = match["source"].strip(" _.-") if match else ""
    return source if any(sign.isalpha() for sign in source) else ""


def source_of_folder(path: str) -> str:
    """The folders without those that are called like a set or mean nothing: "train/book 12/images/3.jpg" gives
    "book 12"."""
    parts = [part.casefold() for part in path.split("/")[:-1]]
    return "/".join(part for part in parts if set_named(part) is None and part not in _SAYS_NOTHING)


def _grouped(
    paths: Sequence[bytes], tell: Callable[[str], str], nothing: Collection[str], *, by_folder: bool
) -> Grouping | None:
    known: dict[str, int] = {}
    numbers = np.full(len(paths), NO_GROUP, dtype=np.int64)
    for place, path in enumerate(paths):
        source = tell(os.fsdecode(path))
        if source and source not in nothing and source.rpartition("/")[2] not in nothing:
            numbers[place] = known.setdefault(source, len(known))
    counts = np.bincount(numbers[numbers >= 0], minlength=len(known))
    n_together = int(counts[counts > 1].sum())
    is_told = n_together >= LEAST_SHARE * len(paths) or (counts >= LARGE).sum() >= 2
    if (counts > 1).sum() < 2 or not is_told:
        return None
    largest = int(np.argmax(counts))
    example = os.fsdecode(paths[int(np.flatnonzero(numbers == largest)[0])])
    shown = example.rpartition("/")[0] if by_folder else example.rpartition("/")[2]
    return Grouping(tuple(known), numbers, shown, by_folder)
