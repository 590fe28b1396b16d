"""What the images of a draft are counted in and frozen from: the registry as it is, or a dataset as it was frozen."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from core.datasets.freezing import DatasetFreezing
from core.datasets.frozen_registry import FrozenRegistries
from core.domain.datasets import Dataset
from core.domain.ids import DatasetId
from core.domain.projects import Project
from core.domain.snapshots import Split
from core.domain.training import TrainingDraft
from core.errors import NotFoundError, RefusedError
from core.registry.database import Registry
from core.registry.stores import datasets as dataset_store
from core.registry.stores import filters as filter_store
from core.registry.stores.selections import State
from core.training.review.alike_pictures import LastChecks
from core.training.review.counting import DataCounter, DataQuestion, FilesFound, Progress
from core.training.review.data import Check
from core.training.review.dataset_checks import FilterRefusal, is_frozen

_KEPT = 4


class Source:
    """The registry as it is: counts follow every change, and files are as they were imported."""

    def __init__(self, registry: Registry, checks: LastChecks) -> None:
        self.registry = registry
        self.counter = DataCounter(registry, checks)

    def find_files(self, question: DataQuestion, state: State | None) -> FilesFound | None:
        """What the last look at the files found; None when nobody looked since something changed."""
        return self.counter.find_files(question, state)

    def look_at_files(self, question: DataQuestion, project: Project, check: Check, progress: Progress) -> FilesFound:
        return self.counter.look_at_files(question, project.root, check=check, progress=progress)


class FrozenSource(Source):
    """A frozen dataset: its files are to be what was frozen, byte for byte."""

    def __init__(self, registry: Registry, checks: LastChecks, freezing: DatasetFreezing, dataset: DatasetId) -> None:
        super().__init__(registry, checks)
        self._freezing = freezing
        self._dataset = dataset
        self._found: FilesFound | None = None

    def find_files(self, question: DataQuestion, state: State | None) -> FilesFound | None:
        return self._found

    def look_at_files(self, question: DataQuestion, project: Project, check: Check, progress: Progress) -> FilesFound:
        def told(done: int, total: int) -> None:
            check()
            progress(done, total)

        checked = self._freezing.verify(self._dataset, progress=told)
        files = tuple(sorted(problem.file for problem in checked.problems))
        self._found = FilesFound((), files, checked.n_images)
        return self._found


@dataclass(frozen=True, slots=True)
class Chosen:
    """`dataset` is the draft's, its sets as they are known to the source; None without one, or where it is gone."""

    source: Source
    dataset: Dataset | None = None
    refused: Mapping[Split, FilterRefusal] = field(default_factory=dict)


class Sources:
    """May be used on any thread."""

    def __init__(
        self, registry: Registry, freezing: DatasetFreezing, frozen: FrozenRegistries, checks: LastChecks
    ) -> None:
        self._registry = registry
        self._checks = checks
        self._freezing = freezing
        self._frozen = frozen
        self._now = Source(registry, checks)
        self._lock = threading.Lock()
        self._opened: dict[DatasetId, FrozenSource] = {}

    def choose(self, draft: TrainingDraft, project: Project, check: Check, progress: Progress) -> Chosen:
        """What the draft's data come from. A frozen dataset is made ready the first time that it is asked for."""
        if draft.dataset is None:
            return Chosen(self._now, refused=self._refused(draft))
        with self._registry.read() as session:
            try:
                dataset = dataset_store.get_dataset(session, draft.dataset, with_annotated=False)
            except NotFoundError:
                return Chosen(self._now)
        if dataset.is_deleted or dataset.project != draft.project:
            return Chosen(self._now)
        if not is_frozen(dataset):
            return Chosen(self._now, dataset)
        frozen = self._frozen.open(project, dataset, check=check, progress=progress)
        source = self._source_of(frozen.registry, dataset.id)
        return Chosen(source, replace(dataset, sets=frozen.sets))

    def _source_of(self, registry: Registry, dataset: DatasetId) -> FrozenSource:
        with self._lock:
            known = self._opened.pop(dataset, None)
            if known is None or known.registry is not registry:
                known = FrozenSource(registry, self._checks, self._freezing, dataset)
            self._opened[dataset] = known
            while len(self._opened) > _KEPT:
                del self._opened[next(iter(self._opened))]
            return known

    def _refused(self, draft: TrainingDraft) -> dict[Split, FilterRefusal]:
        """By split, why its filter cannot be asked."""
        found = {}
        for item in draft.filters:
            try:
                with self._registry.read() as session:
                    filter_store.where(session, draft.project, item.filter)
            except RefusedError as error:
                found[item.split] = FilterRefusal(error.code or "E-530", error.text)
        return found
