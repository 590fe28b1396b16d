"""What is dragged: files that can be imported, and images within the program."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QByteArray, QMimeData
from PySide6.QtGui import QDropEvent

from core.domain.ids import ProjectId
from core.domain.image_ids import ImageIds

SUFFIXES = frozenset(
    {
        *(".json", ".xml", ".yaml", ".yml", ".data", ".txt", ".csv", ".zip"),
        *(".manifest", ".jsonl", ".sqlite", ".sqlite3", ".db", ".tsv"),
    }
)
"""Lower-case endings of files; the content has the last word."""


def dropped_path(event: QDropEvent) -> Path | None:
    """The one folder, annotation file or archive that is dragged; None for anything else."""
    urls = event.mimeData().urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    return path if path.suffix.lower() in SUFFIXES or path.is_dir() else None


IMAGES_MIME = "application/x-calque-images"
"""Images of a project, or folders of them, dragged within the program: a line of JSON, then the images' numbers."""


@dataclass(frozen=True, slots=True)
class DraggedImages:
    """Single images, or all that is in and below some folders."""

    project: ProjectId
    images: ImageIds
    folders: tuple[str, ...] = ()  # relative to the project's root, "" = all of it


def images_to_drag(dragged: DraggedImages) -> QMimeData:
    """Eight bytes an image."""
    head = json.dumps({"project": dragged.project, "folders": dragged.folders})
    data = QMimeData()
    data.setData(IMAGES_MIME, QByteArray(head.encode() + b"\n" + dragged.images.keys.tobytes()))
    return data


def dragged_images(event: QDropEvent) -> DraggedImages | None:
    """The images of this program that are dragged; None for anything else."""
    return read_images(event.mimeData())


def has_images(event: QDropEvent) -> bool:
    """The same without reading which: what moves over a page asks at every pixel."""
    return event.mimeData().hasFormat(IMAGES_MIME)


def read_images(data: QMimeData) -> DraggedImages | None:
    import numpy as np  # with the first images that are dragged, not with the window

    if not data.hasFormat(IMAGES_MIME):
        return None
    head, _, keys = bytes(data.data(IMAGES_MIME).data()).partition(b"\n")
    try:
        said = json.loads(head)
        project, folders = ProjectId(str(said["project"])), tuple(map(str, said["folders"]))
        images = ImageIds(np.frombuffer(keys, dtype=np.int64))
    except (ValueError, KeyError, TypeError):  # of another program, or another Calque
        return None
    return DraggedImages(project, images, folders)
