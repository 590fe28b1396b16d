"""Looks at what a project has, and proposes a training for it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from core.domain.geometry import Box
from core.domain.ids import CategoryId, DatasetId, ProjectId, RunId, VersionId
from core.domain.models import Model, ModelVersion, VersionStatus
from core.domain.projects import Category
from core.domain.runs import RunFilter, RunStatus
from core.domain.snapshots import Split
from core.domain.starts import MeasuredStart, StartOffers
from core.domain.tasks import TaskOffer
from core.domain.training import Proposal, StartFrom, StartKind, TrainingDraft
from core.domain.workers import WorkerInfo
from core.errors import CalqueError, NotFoundError, WeightsError
from core.models.measured_starts import read_measured
from core.models.service import ModelService
from core.models.starters import StarterCatalog
from core.projects.service import ProjectService
from core.registry.database import Registry
from core.registry.stores import annotations as annotation_store
from core.registry.stores import images as image_store
from core.runs.service import RunService
from core.shelf.listing import of_files
from core.tasks.catalog import TaskCatalog
from core.training.draft.offered_data import OfferedData
from core.training.draft.offers import offer_tasks
from core.training.draft.pages_or_things import pages_by_names, pages_by_shapes
from core.training.draft.plain_lines import are_plain_lines
from core.training.draft.plans import Plans
from core.training.draft.proposals import CPU, Circumstances, propose, with_configuration
from core.training.draft.proposed_start import Starts, choose_start, with_network_of_start
from core.training.draft.turned import n_turned
from core.workers.catalog import WorkerCatalog
from core.workers.configuration import make


class Proposer:
    """`kind` is that of trainings; `same_again` makes a draft of an earlier one, and raises CalqueError when its folder
    is gone."""

    def __init__(
        self,
        *,
        registry: Registry,
        projects: ProjectService,
        models: ModelService,
        runs: RunService,
        catalog: WorkerCatalog,
        plans: Plans,
        kind: str,
        same_again: Callable[[RunId], TrainingDraft],
        starters: StarterCatalog | None = None,
        measured: Callable[[], Sequence[MeasuredStart]] = read_measured,
        weights_folder: Path | None = None,
    ) -> None:
        self._weights_folder = weights_folder
        self._starters = starters or StarterCatalog()
        self._measured = measured
        self._registry = registry
        self._offered = OfferedData(registry)
        self._projects = projects
        self._models = models
        self._runs = runs
        self._catalog = catalog
        self._tasks = TaskCatalog()
        self._plans = plans
        self._kind = kind
        self._same_again = same_again

    def propose(
        self,
        project: ProjectId,
        *,
        folders: tuple[str, ...] = (),
        dataset: DatasetId | None = None,
        device: str = CPU,
        worker: str = "",
    ) -> Proposal:
        """A draft with an answer to everything. Raises NotFoundError when the project is gone.

        `folders`, or the `dataset`, are what the person wants to train on, `worker` the one for a first training.
        """
        library = self._models.list_models()
        models = [model for model in library if model.project == project]
        of_project = {model.id for model in models}
        available = [v for v in self._models.list_versions() if v.status is VersionStatus.AVAILABLE]
        versions = frozenset(version.id for version in available if version.model in of_project)
        workers = self._catalog.list_workers(include_hidden=True)
        with self._registry.read() as session:
            shapes = annotation_store.count_kinds(session, project)
            labelled = annotation_store.count_labelled(session, project)
            stated = image_store.count_stated_sets(session, project, only_annotated=True)
            boxes = annotation_store.sample_boxes(session, project)
            outlines = annotation_store.sample_polygons(session, project)
        categories = self._projects.list_categories(project)
        found = Circumstances(
            project=self._projects.get_project(project),
            folders=self._projects.list_folders(project),
            categories=categories,
            models=models,
            versions=versions,
            workers=workers,
            needs={
                info.slug: frozenset().union(*(task.needs for t in info.tasks if (task := self._tasks.find(t.id))))
                for info in workers
            },
            shapes=shapes,
            labelled=labelled,
            oriented=frozenset(
                info.slug
                for info in workers
                if any((task := self._tasks.find(t.id)) is not None and task.is_oriented for t in info.tasks)
            ),
            are_lines=are_plain_lines(boxes),
            n_turned=n_turned(shapes, outlines),
            stated={split: stated[split.value] for split in Split if split.value in stated},
            data=self._offered.data_offers(project),
            device=device,
            last=self._last(project),
            chosen=folders,
            dataset=dataset,
            worker=worker,
            starts=Starts(
                versions=available,
                classes=_classes_of(available, library),
                starters=self._starters.list_starters(),
                bundled=bundled_words(workers, self._catalog),
                measured=self._figures(),
                pages=_pages(shapes, categories, boxes),
            ),
        )
        proposal = propose(found)
        named = replace(proposal.draft, name=self._plans.default_name(proposal.draft))
        return replace(proposal, draft=named)

    def offers(self) -> StartOffers:
        """Everything that a training can start from, of all methods and projects."""
        available = [v for v in self._models.list_versions() if v.status is VersionStatus.AVAILABLE]
        workers = [self._catalog.get(info.slug) for info in self._catalog.list_workers() if info.is_available]
        return StartOffers(
            starters=self._starters.list_starters(),
            versions=tuple(available),
            classes=_classes_of(available, self._models.list_models()),
            files=tuple(of_files(self._weights_folder, workers)) if self._weights_folder else (),
            measured=tuple(self._figures()),
        )

    def offer_tasks(self, project: ProjectId) -> tuple[TaskOffer, ...]:
        """What there is to train on a project, and why some of it cannot be."""
        with self._registry.read() as session:
            shapes = annotation_store.count_kinds(session, project)
            labelled = annotation_store.count_labelled(session, project)
        infos = self._tasks.list_tasks()
        needs: dict[str, frozenset[str]] = {
            info.id: task.needs for info in infos if (task := self._tasks.find(info.id)) is not None
        }
        return offer_tasks(infos, self._catalog.list_workers(), shapes, labelled, needs)

    def propose_configuration(self, draft: TrainingDraft, *, is_new_method: bool = False) -> Proposal:
        """The draft with the configuration that fits its data and its device, whatever was trained before.

        With `is_new_method` also with the start that is best for it, and where it labels in a project without labels
        of whole images, with the classes whose shapes it can cut out.
        """
        reasons: dict[str, str] = {}
        with self._registry.read() as session:
            stated = image_store.count_stated_sets(session, draft.project, only_annotated=True)
        found = Circumstances(
            project=self._projects.get_project(draft.project),
            folders=self._projects.list_folders(draft.project, with_categories=False),
            stated={split: stated[split.value] for split in Split if split.value in stated},
            workers=self._catalog.list_workers(include_hidden=True),
            data=self._offered.data_offers(draft.project),
            filtered=self._offered.count_filtered(draft),
        )
        worker = next((info for info in found.workers if info.slug == draft.worker), None)
        begun = self._begun_anew(draft, worker, reasons) if worker is not None and is_new_method else draft
        made = with_configuration(found, begun, reasons)
        if worker is not None:
            made = with_network_of_start(made, worker, self._network_of(made.start), reasons)
        return Proposal(made, reasons)

    def _begun_anew(self, draft: TrainingDraft, worker: WorkerInfo, reasons: dict[str, str]) -> TrainingDraft:
        with self._registry.read() as session:
            shapes = annotation_store.count_kinds(session, draft.project)
            labelled = annotation_store.count_labelled(session, draft.project)
            boxes = annotation_store.sample_boxes(session, draft.project)
        categories = self._projects.list_categories(draft.project)
        starts = Starts(
            starters=self._starters.list_starters(),
            bundled=bundled_words((worker,), self._catalog),
            measured=self._figures(),
            pages=_pages(shapes, categories, boxes),
        )
        task = next((info for info in worker.tasks if draft.task in (None, info.id)), None)
        if task is not None and task.labels and not draft.crop_of and not any(labelled.values()):
            cut = tuple(category.name for category in categories if shapes.get(category.id))
            draft = replace(draft, crop_of=cut)
        start, _, reason = choose_start(worker, (), starts)
        if reason:
            reasons["start"] = reason
        return replace(draft, start=start)

    def _network_of(self, start: StartFrom) -> str:
        """That a start is for; "" = any."""
        if start.kind is StartKind.STARTER:
            starter = self._starters.find(start.starter)
            return starter.architecture if starter is not None else ""
        if start.kind is StartKind.VERSION and start.version is not None:
            with contextlib.suppress(NotFoundError):  # the review says so
                return self._models.get_version(start.version).architecture
        return ""

    def _figures(self) -> Sequence[MeasuredStart]:
        try:
            return self._measured()
        except WeightsError:  # the weights shelf says so; a proposal is possible without
            return ()

    def _last(self, project: ProjectId) -> TrainingDraft | None:
        """The newest training of the project that did not fail and can still be read."""
        for run in self._runs.list_runs(RunFilter(projects=(project,))):
            if run.kind == self._kind and run.status not in (RunStatus.FAILED, RunStatus.ABORTED):
                try:
                    return self._same_again(run.id)
                except CalqueError:  # its folder was removed
                    continue
        return None


def bundled_words(workers: Iterable[WorkerInfo], catalog: WorkerCatalog) -> dict[str, str]:
    """By worker: what the network of its proposed configuration comes with, where that lies in a package of ours."""
    found = {}
    for info in workers:
        if not info.is_available:
            continue
        description = catalog.get(info.slug)
        source = description.pretrained
        values = dict(info.presets).get(info.small_data_preset or info.usual_preset, {})
        name = make(description.configuration, values).pretrained()
        if source is not None and name and source.bundled(name) is not None:
            found[info.slug] = f"weights learned from {source.learned_from or 'photographs'}"
    return found


def _classes_of(versions: Iterable[ModelVersion], models: Iterable[Model]) -> dict[VersionId, tuple[str, ...]]:
    by_model = {model.id: model.categories for model in models}
    return {version.id: by_model.get(version.model, ()) for version in versions}


def _pages(
    shapes: Mapping[CategoryId, Mapping[str, int]], categories: Iterable[Category], boxes: Sequence[Sequence[Box]]
) -> str:
    """Why the images of the project show pages; "" when they do not."""
    names = {category.id: category.name for category in categories}
    counts = {names[id]: sum(kinds.values()) for id, kinds in shapes.items() if id in names}
    return pages_by_names(counts) or pages_by_shapes(boxes)
