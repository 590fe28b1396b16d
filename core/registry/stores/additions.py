"""What follows from annotations that are added, reckoned from the rows themselves: a query for each
image before and after, as other writes of annotations need it, takes longer than a million of them to write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from core.registry.stores.chunks import KEYS_PER_QUERY, chunked
from core.registry.stores.driver import cursor_of
from core.registry.stores.upkeep import FolderChange, Touched, add_to_folders, images_changed

Column = NDArray[np.int64]
Mask = NDArray[np.bool_]

_IMAGES = "SELECT id, project_id, folder_id, is_annotated FROM image WHERE id IN ({marks})"
_CELLS = "SELECT DISTINCT image_id, category_id FROM annotation WHERE image_id IN ({marks}) AND source != 'model'"
_ADD = """
UPDATE image SET n_annotations = n_annotations + ?, is_annotated = max(is_annotated, ?), revision = revision + 1
WHERE id = ?
"""


@dataclass(frozen=True, slots=True)
class _Before:
    """Of the images that are written to, ascending by key: where they belong, and which had annotations."""

    projects: list[str]
    folders: Column
    is_annotated: Mask


class Addition:
    """Annotations that are about to be written. Make it before they are, and call `written` after."""

    def __init__(self, session: Session, images: Column, categories: Column, is_truth: Mask) -> None:
        """Keys, one of each an annotation; a category of 0 = none. What is no ground truth counts nowhere."""
        self._session = session
        self._keys, places = np.unique(images, return_inverse=True)
        self._places, self._categories = places[is_truth], categories[is_truth]
        self._before = self._look(session)
        self._had = self._cells_before(session)

    def written(self, touched: Touched) -> None:
        """Brings all that is kept of the images, of their folders and of their project up to date."""
        before = self._before
        has_class = self._categories > 0
        n_objects = np.bincount(self._places[has_class], minlength=len(self._keys))
        cursor = cursor_of(self._session)
        has_truth = np.bincount(self._places, minlength=len(self._keys)) > 0
        rows = zip(n_objects.tolist(), has_truth.tolist(), self._keys.tolist(), strict=True)
        cursor.executemany(_ADD, rows)
        add_to_folders(self._session, self._folder_changes(n_objects, has_truth, has_class))
        by_project: dict[str, list[int]] = defaultdict(list)
        for key, project in zip(self._keys.tolist(), before.projects, strict=True):
            by_project[project].append(key)
        for project, keys in by_project.items():
            images_changed(self._session, project, keys)
            touched.add(project, keys)

    def _look(self, session: Session) -> _Before:
        rows = sorted(_in_chunks(session, _IMAGES, self._keys))
        return _Before(
            [row[1] for row in rows],
            np.array([row[2] for row in rows], dtype=np.int64),
            np.array([row[3] for row in rows], dtype=bool),
        )

    def _cells_before(self, session: Session) -> Column:
        """Which classes the images had, as place and category in one number."""
        annotated = self._keys[self._before.is_annotated]
        rows = [(key, category or 0) for key, category in _in_chunks(session, _CELLS, annotated)]
        keys, categories = np.array(rows, dtype=np.int64).reshape(-1, 2).T
        return np.searchsorted(self._keys, keys) << 32 | categories

    def _folder_changes(self, n_objects: Column, has_truth: Mask, has_class: Mask) -> dict[int, FolderChange]:
        folders, of_image = np.unique(self._before.folders, return_inverse=True)
        changes = {folder: FolderChange() for folder in folders.tolist()}
        n_annotated = np.bincount(of_image[has_truth & ~self._before.is_annotated], minlength=len(folders))
        totals = np.bincount(of_image, weights=n_objects, minlength=len(folders)).astype(np.int64)
        for folder, annotated, n in zip(folders.tolist(), n_annotated.tolist(), totals.tolist(), strict=True):
            changes[folder].n_annotated = annotated
            changes[folder].n_annotations = n
        places, categories = self._places[has_class], self._categories[has_class]
        cells, n_in_cell = np.unique(of_image[places] << 32 | categories, return_counts=True)
        in_images = np.setdiff1d(places << 32 | categories, self._had)
        of_new, n_new = np.unique(of_image[in_images >> 32] << 32 | (in_images & 0xFFFFFFFF), return_counts=True)
        new = dict(zip(of_new.tolist(), n_new.tolist(), strict=True))
        for cell, n in zip(cells.tolist(), n_in_cell.tolist(), strict=True):
            change = changes[int(folders[cell >> 32])]
            change.categories[str(cell & 0xFFFFFFFF)] = (n, new.get(cell, 0))
        return changes


def _in_chunks(session: Session, query: str, keys: Column) -> Iterable[tuple[Any, ...]]:
    cursor = cursor_of(session)
    for chunk in chunked(keys.tolist(), KEYS_PER_QUERY):
        yield from cursor.execute(query.format(marks=",".join("?" * len(chunk))), chunk).fetchall()
