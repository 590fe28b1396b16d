"""What a person named on the command line."""

from __future__ import annotations

from app.services import Services
from core.domain.datasets import Dataset, DatasetState
from core.domain.ids import ProjectId, SnapshotId
from core.domain.names import shown
from core.domain.projects import Project
from core.domain.snapshots import Split
from core.domain.studies import StudyInfo
from core.errors import NotFoundError, RefusedError

_BEGINNING = 6  # signs of an id that are enough


def find_project(services: Services, name: str) -> Project:
    """By id or name. Raises NotFoundError."""
    project = services.projects.find_project(name)
    if project is None:
        raise NotFoundError(f'There is no project "{shown(name)}".', hint="calque projects lists all.")
    return project


def find_frozen(services: Services, project: ProjectId, wanted: str) -> Dataset | SnapshotId:
    """A complete dataset by name, version or id, else what a run learned from. Raises NotFoundError, RefusedError."""
    dataset = services.dataset_editing.find_dataset(wanted, project)
    if dataset is None:
        return find_snapshot(services, project, wanted)
    if dataset.state is not DatasetState.COMPLETE:
        text = f'"{shown(dataset.name)}" is not frozen ({dataset.state.value}).'
        raise RefusedError(text, hint="Freeze it first: calque dataset freeze.")
    return dataset


def find_snapshot(services: Services, project: ProjectId, label: str) -> SnapshotId:
    """By label, id, or the beginning of an id. Raises NotFoundError, and RefusedError where several have the label."""
    known = services.datasets.list_snapshots(project)
    labelled = [snapshot for snapshot in known if snapshot.label == label]
    if len(labelled) > 1:
        ids = ", ".join(f"{snapshot.id[: 2 * _BEGINNING]} ({snapshot.created_at:%Y-%m-%d})" for snapshot in labelled)
        text = f'Runs used different parts of "{shown(label)}".'
        raise RefusedError(text, hint=f"Name one by the beginning of its id: {ids}. Or name the dataset: --dataset.")
    for snapshot in labelled or known:
        if label in (snapshot.label, snapshot.id) or (len(label) >= _BEGINNING and snapshot.id.startswith(label)):
            return snapshot.id
    labels = ", ".join(dict.fromkeys(snapshot.label for snapshot in known))
    hint = f"It has: {labels}." if labels else "Every training freezes the data it learns from."
    if (dataset := services.dataset_editing.find_dataset(label, project)) is not None:
        hint = f'"{shown(dataset.label)}" is a dataset: name it with --dataset.'
    raise NotFoundError(f'The project has no frozen dataset "{shown(label)}".', hint=hint)


def find_study(services: Services, project: Project, wanted: str, split: Split | None) -> StudyInfo:
    """By the id of a version or a set, or a beginning of it, or the title. Of a version the test images before val."""
    for study in services.studies.list_studies(project=project.id):
        id = study.source.set or study.source.version or ""
        is_meant = wanted == study.title or (len(wanted) >= _BEGINNING and id.startswith(wanted))
        if is_meant and (split is None or study.split is split):
            return study
    where = f" of {split.value}" if split else ""
    raise NotFoundError(
        f'There are no stored predictions "{shown(wanted)}"{where} on the images of "{shown(project.name)}".',
        hint="A version that was trained here has some, and so has every set of predictions.",
    )
