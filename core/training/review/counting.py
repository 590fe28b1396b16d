"""Counts the data of a draft once for each state of the project, and remembers what was found on the disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

from core.domain.ids import ProjectId
from core.domain.selections import Selection
from core.domain.snapshots import Split
from core.images.hashing import sha256_of
from core.images.opening import ImageFileError
from core.registry.blocks import make_blocks
from core.registry.database import Registry
from core.registry.session import Session
from core.registry.stores import selected_images, selections
from core.registry.stores.labels import read_labels
from core.registry.stores.selected_images import FileRow
from core.registry.stores.selections import Edition, State
from core.training.review.alike_pictures import KnownGroups, LastChecks, find_alike
from core.training.review.data import Check, DataChoice, Resolved, TrainingData, resolve_data
from core.training.review.spread_sources import MOST_LOOKED_AT, find_spread

Progress = Callable[[int, int], None]
"""Done, in all. It may raise to give up."""

T = TypeVar("T")

_KEPT = 16
_FILES_PER_STEP = 2_000


@dataclass(frozen=True, slots=True)
class DataQuestion:
    """What is asked of a project's images. `slots` are the images that were chosen for each split, if any were."""

    project: ProjectId
    slots: tuple[tuple[Split, Selection], ...]
    choice: DataChoice
    are_folders_apart: bool = True  # else pictures in two sets are not looked for: it is plain why there are some


@dataclass(frozen=True, slots=True)
class CountedData:
    """`state` is None where nothing can be remembered: in a registry that cannot be written to."""

    data: TrainingData
    state: State | None


@dataclass(frozen=True, slots=True)
class FilesFound:
    """Of the files in use: those that are gone, and those that are not what they were when they were imported.

    A file of the same size and time passes; one of another time is hashed. The child hashes them all.
    """

    gone: tuple[str, ...]
    changed: tuple[str, ...]
    n_files: int


class DataCounter:
    """May be used on any thread."""

    def __init__(self, registry: Registry, checks: LastChecks) -> None:
        self._registry = registry
        self._checks = checks
        self._counted = _Memory[TrainingData]()
        self._files = _Memory[FilesFound]()

    def count(
        self,
        question: DataQuestion,
        *,
        check: Check = lambda: None,
        progress: Progress = lambda done, total: None,
    ) -> CountedData:
        """At once when it was counted before and nothing changed. `progress` is of what has to be prepared first."""
        make_blocks(self._registry, question.project, progress)
        alike = self._checks.find_groups(question.project)
        with self._registry.read() as session:
            state = selections.find_state(session, question.project)
            classes = selections.list_classes(session, question.project)
            key = (_key(question), _edition(session, question), state, classes, alike.stamp)
            known = self._counted.find(key) if state is not None else None
            if known is not None:
                return CountedData(known, state)
            resolved = resolve(session, question, check)
            data = _with_related(session, resolved, [item.name for item in classes], alike)
        if state is not None:
            self._counted.keep(key, data)
        return CountedData(data, state)

    def find_files(self, question: DataQuestion, state: State | None) -> FilesFound | None:
        """What the last look at the files found; None when nobody looked since something changed."""
        question = _of_files(question)
        with self._registry.read() as session:
            return self._files.find((_key(question), _edition(session, question), state))

    def look_at_files(
        self,
        question: DataQuestion,
        root: Path,
        *,
        check: Check = lambda: None,
        progress: Progress = lambda done, total: None,
    ) -> FilesFound:
        """Whether each file in use is there and as large as it was."""
        question = _of_files(question)
        make_blocks(self._registry, question.project)
        with self._registry.read() as session:
            state = selections.find_state(session, question.project)
            key = (_key(question), _edition(session, question), state)
            keys = resolve(session, question, check).images.keys
            found = _look(root, selected_images.iter_files(session, keys, check), len(keys), progress)
        self._files.keep(key, found)
        return found


class _Memory(Generic[T]):
    """The last few answers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[object, T] = {}

    def find(self, key: object) -> T | None:
        with self._lock:
            return self._kept.get(key)

    def keep(self, key: object, value: T) -> None:
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = value
            while len(self._kept) > _KEPT:
                del self._kept[next(iter(self._kept))]


def _edition(session: Session, question: DataQuestion) -> Edition | None:
    """What filters and sets find may change while the state of the project stays."""
    is_asked = any(selection.where is not None or selection.sets for _, selection in question.slots)
    return selections.find_edition(session, question.project) if is_asked else None


def resolve(session: Session, question: DataQuestion, check: Check = lambda: None) -> Resolved:
    chosen = dict(question.slots)
    blocks = {split: selections.iter_blocks(session, selection, check) for split, selection in chosen.items()}
    return resolve_data(
        question.choice,
        selections.list_classes(session, question.project),
        blocks,
        (lambda keys: selected_images.paths_of(session, keys)) if question.are_folders_apart else None,
        check,
        sum(selections.count_made_by_models(session, selection) for selection in chosen.values()),
        lambda keys, only_whole: read_labels(
            session, keys, includes_models=question.choice.include_model_annotations, only_whole=only_whole
        ),
    )


def _with_related(session: Session, resolved: Resolved, classes: Sequence[str], alike: KnownGroups) -> TrainingData:
    """With what belongs together and is in several sets: pages of a book, and pictures that look the same."""
    images = resolved.images
    if len(images.keys) > MOST_LOOKED_AT:
        return resolved.data
    paths = selected_images.paths_of(session, images.keys)
    spread = find_spread(images.keys, images.splits, paths, classes)
    return replace(resolved.data, spread=spread, alike=find_alike(images.keys, images.splits, paths, alike))


def _key(question: DataQuestion) -> object:
    choice = question.choice
    return (
        question.project,
        question.slots,
        question.are_folders_apart,
        choice.task.slug,
        choice.classes,
        choice.model_classes,
        choice.use_images_without_objects,
        choice.include_model_annotations,
        choice.val_ratio,
        choice.seed,
        choice.crop_of,
        choice.conditions,
    )


def _of_files(question: DataQuestion) -> DataQuestion:
    """The same images in use, whichever of them are to validate."""
    slots = dict(question.slots)
    if Split.VAL not in slots:
        slots[Split.VAL] = Selection(question.project)
    choice = replace(question.choice, val_ratio=0.0, seed=0)
    return replace(question, slots=tuple(slots.items()), choice=choice, are_folders_apart=False)


def _look(root: Path, files: Iterable[FileRow], total: int, progress: Progress) -> FilesFound:
    gone, changed = [], []
    for done, file in enumerate(files):
        if done % _FILES_PER_STEP == 0:
            progress(done, total)
        try:
            if not _is_as_imported(root / file.path, file):
                changed.append(file.path)
        except (OSError, ImageFileError):
            gone.append(file.path)
    return FilesFound(tuple(sorted(gone)), tuple(sorted(changed)), total)


def _is_as_imported(path: Path, file: FileRow) -> bool:
    """Raises OSError, ImageFileError when it is gone or cannot be read."""
    now = path.stat()
    if now.st_size != file.n_bytes:
        return False
    return now.st_mtime_ns == file.mtime_ns or not file.sha256 or sha256_of(path) == file.sha256
