"""The images of a dataset's sets, to be measured: of a frozen one as they were frozen, else as they are now."""

from __future__ import annotations

from dataclasses import dataclass

from core.datasets.freezing import DatasetFreezing
from core.datasets.frozen_registry import FrozenRegistries
from core.domain.datasets import Dataset, DatasetSet, DatasetState
from core.domain.evaluating import EvaluationDraft
from core.domain.ids import DatasetId
from core.domain.names import listed_names, shown
from core.domain.projects import Project
from core.domain.selections import Selection
from core.errors import NotFoundError, RefusedError
from core.evaluations.selecting import Selected
from core.registry.database import Registry
from core.registry.stores import datasets as dataset_store
from core.registry.stores import selections


@dataclass(frozen=True, slots=True)
class ChosenSets:
    """`registry` is what the keys of the images belong to; `where` says in words which images they are."""

    registry: Registry
    dataset: Dataset
    selected: Selected
    where: str


class DatasetSets:
    def __init__(self, registry: Registry, freezing: DatasetFreezing, frozen: FrozenRegistries) -> None:
        self._registry = registry
        self._freezing = freezing
        self._frozen = frozen

    def choose(self, draft: EvaluationDraft, project: Project) -> ChosenSets:
        """Raises NotFoundError (E-527) for a dataset or set that is not there, RefusedError (E-523) without images."""
        assert draft.dataset is not None
        with self._registry.read() as session:
            dataset = dataset_store.get_dataset(session, draft.dataset, with_annotated=False)
        if dataset.is_deleted:
            raise NotFoundError(f'The dataset "{shown(dataset.name)}" was deleted.', code="E-527")
        if dataset.project != project.id:
            text = f'"{shown(dataset.name)}" is no dataset of "{shown(project.name)}".'
            raise NotFoundError(text, hint="Choose one of its project.", code="E-527")
        registry, sets = self._registry, dataset.sets
        if dataset.state is DatasetState.COMPLETE:
            frozen = self._frozen.open(project, dataset)
            registry, sets = frozen.registry, frozen.sets
        chosen = [item for item in sets if draft.set_name in ("", item.name)]
        if not chosen:
            raise _no_such_set(dataset, draft.set_name, sets)
        selection = Selection(project.id, ("",), sets=tuple(item.id for item in chosen))
        with registry.read() as session:
            every, usable = selections.find_keys(session, selection), selections.find_annotated(session, selection)
        where = f"{shown(dataset.label)} {shown(draft.set_name)}".strip()
        if every is None or not len(every):
            raise RefusedError(f"There is no image in {where}.", hint="Choose other images.", code="E-523")
        return ChosenSets(registry, dataset, Selected(usable, len(every) - len(usable)), where)

    def require_unchanged(self, dataset: Dataset) -> None:
        """Of a frozen one. Raises RefusedError (E-223) naming files that changed since."""
        if dataset.state is DatasetState.COMPLETE:
            self._freezing.require_unchanged(dataset.id)

    def list_datasets(self, project: Project) -> tuple[Dataset, ...]:
        with self._registry.read() as session:
            return dataset_store.list_datasets(session, project.id, with_annotated=False)

    def find(self, text: str, project: Project) -> DatasetId:
        """By its name, version or id. Raises NotFoundError (E-527)."""
        with self._registry.read() as session:
            found = dataset_store.find_dataset(session, text, project.id)
        if found is None:
            words = f'The project "{shown(project.name)}" has no dataset "{shown(text)}".'
            raise NotFoundError(words, hint="`calque dataset list` lists them.", code="E-527")
        return found.id


def _no_such_set(dataset: Dataset, name: str, sets: tuple[DatasetSet, ...]) -> NotFoundError:
    text = f'The dataset "{shown(dataset.name)}" has no set "{shown(name)}".'
    return NotFoundError(text, hint=f"There are: {listed_names([item.name for item in sets])}.", code="E-527")
