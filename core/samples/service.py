"""Makes the sample project's files: images in train, val and test, and one COCO file for all of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType
from typing import Any

from core.domain.geometry import Polygon
from core.domain.ids import ProjectId
from core.domain.imports import RawAnnotation, RawImage
from core.domain.names import shown
from core.domain.snapshots import Split
from core.domain.training import TrainingDraft
from core.errors import RefusedError, StorageError
from core.formats.coco.writing import FILE_NAME, write_coco
from core.samples.drawing import CATEGORIES, draw_page

SAMPLE_NAME = "Sample: old pages"

SAMPLE_RUN: Mapping[str, Any] = MappingProxyType(
    {
        "name": "First training",
        "worker": "yolo-detect",
        "configuration_name": "Fast on small data",
        "new_model_name": "Page elements",
        "new_model_description": "Finds text lines, illustrations, initials and stamps on old pages.",
        "train_folders": ("train",),
        "val_folders": ("val",),
        "test_folders": ("test",),
    }
)
"""Fields of the `TrainingDraft` that the sample is trained with."""

N_IMAGES: Mapping[Split, int] = MappingProxyType({Split.TRAIN: 48, Split.VAL: 12, Split.TEST: 16})

_MARKER = ".calque-sample"
_QUALITY = 86


def sample_draft(project: ProjectId) -> TrainingDraft:
    """The training that the sample is made for."""
    return TrainingDraft(project=project, **SAMPLE_RUN)


def make_sample(folder: Path, *, progress: Callable[[int, int, str], None] = lambda done, total, text: None) -> Path:
    """Draws the sample's images into `folder` and returns its COCO file, whose folder is the images' root.

    A finished sample is left as it is, an unfinished one completed. Raises RefusedError when the folder holds anything
    else, StorageError when it cannot be written.
    """
    target = folder / FILE_NAME
    try:
        if (folder / _MARKER).is_file() and target.is_file():
            return target
        _claim(folder)
        images: list[RawImage] = []
        total = sum(N_IMAGES.values())
        with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
            for image in pool.map(lambda page: _make_page(folder, *page), _pages()):
                images.append(image)
                progress(len(images), total, "Drawing pages")
    except OSError as error:
        text = f'The sample cannot be written to "{shown(folder)}": {error.strerror or error}.'
        raise StorageError(text, hint="Free some space or choose another folder.") from error
    # Written last: it says that the sample is complete.
    write_coco(images, CATEGORIES, folder)
    return target


def _claim(folder: Path) -> None:
    """Makes the folder and marks it as ours; nobody's files are ever mixed with or replaced by the sample's."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()) and not (folder / _MARKER).is_file():
        text = f'The folder "{shown(folder)}" is not empty.'
        raise RefusedError(text, hint="Choose an empty folder for the sample.")
    (folder / _MARKER).touch()
    for split in N_IMAGES:
        (folder / split).mkdir(exist_ok=True)


def _pages() -> Iterator[tuple[str, int]]:
    """Path and seed of every page. No two sets share a page."""
    seed = 0
    for split, n_images in N_IMAGES.items():
        for number in range(1, n_images + 1):
            yield f"{split}/page_{number:03d}.jpg", seed
            seed += 1


def _make_page(folder: Path, path: str, seed: int) -> RawImage:
    image, objects = draw_page(seed)
    image.save(folder / path, "JPEG", quality=_QUALITY)
    annotations = tuple(
        RawAnnotation(item.category, Polygon((tuple(value for point in item.outline for value in point),)))
        for item in objects
    )
    return RawImage(path, annotations, image.width, image.height)
