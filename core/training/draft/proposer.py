"""Looks at what a project has, and proposes a training for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from core.domain.ids import ProjectId, RunId
from core.domain.models import VersionStatus
from core.domain.runs import RunFilter, RunStatus
from core.domain.snapshots import Split
from core.domain.training import Proposal, TrainingDraft
from core.errors import CalqueError
from core.models.service import ModelService
from core.projects.service import ProjectService
from core.registry.database import Registry
from core.registry.stores import annotations as annotation_store
from core.registry.stores import images as image_store
from core.runs.service import RunService
from core.tasks.catalog import TaskCatalog
from core.training.draft.plans import Plans
from core.training.draft.proposals import CPU, Circumstances, propose, with_configuration
from core.workers.catalog import WorkerCatalog


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
    ) -> None:
        self._registry = registry
        self._projects = projects
        self._models = models
        self._runs = runs
        self._catalog = catalog
        self._tasks = TaskCatalog()
        self._plans = plans
        self._kind = kind
        self._same_again = same_again

    def propose(
        self, project: ProjectId, *, folders: tuple[str, ...] = (), device: str = CPU, worker: str = ""
    ) -> Proposal:
        """A draft with an answer to everything. Raises NotFoundError when the project is gone.

        `folders` are those that the person wants to train on, `worker` the one for a first training.
        """
        models = self._models.list_models(project)
        of_project = {model.id for model in models}
        versions = frozenset(
            version.id
            for version in self._models.list_versions()
            if version.model in of_project and version.status is VersionStatus.AVAILABLE
        )
        workers = self._catalog.list_workers(include_hidden=True)
        with self._registry.read() as session:
            shapes = annotation_store.count_kinds(session, project)
            stated = image_store.count_stated_sets(session, project, only_annotated=True)
        found = Circumstances(
            project=self._projects.get_project(project),
            folders=self._projects.list_folders(project),
            categories=self._projects.list_categories(project),
            models=models,
            versions=versions,
            workers=workers,
            needs={
                info.slug: frozenset().union(*(task.needs for t in info.tasks if (task := self._tasks.find(t.id))))
                for info in workers
            },
            shapes=shapes,
            stated={split: stated[split.value] for split in Split if split.value in stated},
            device=device,
            last=self._last(project),
            chosen=folders,
            worker=worker,
        )
        proposal = propose(found)
        named = replace(proposal.draft, name=self._plans.default_name(proposal.draft))
        return replace(proposal, draft=named)

    def propose_configuration(self, draft: TrainingDraft) -> Proposal:
        """The draft with the configuration that fits its data and its device, whatever was trained before."""
        reasons: dict[str, str] = {}
        with self._registry.read() as session:
            stated = image_store.count_stated_sets(session, draft.project, only_annotated=True)
        found = Circumstances(
            project=self._projects.get_project(draft.project),
            folders=self._projects.list_folders(draft.project, with_categories=False),
            stated={split: stated[split.value] for split in Split if split.value in stated},
            workers=self._catalog.list_workers(include_hidden=True),
        )
        return Proposal(with_configuration(found, draft, reasons), reasons)

    def _last(self, project: ProjectId) -> TrainingDraft | None:
        """The newest training of the project that did not fail and can still be read."""
        for run in self._runs.list_runs(RunFilter(projects=(project,))):
            if run.kind == self._kind and run.status not in (RunStatus.FAILED, RunStatus.ABORTED):
                try:
                    return self._same_again(run.id)
                except CalqueError:  # its folder was removed
                    continue
        return None
