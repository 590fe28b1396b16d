"""The model library: models, their versions, and the way of a version out of it and into it."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from core.domain.changes import Changed, Changes
from core.domain.ids import ModelId, ProjectId, TaskId, VersionId
from core.domain.imports import Problem
from core.domain.models import TRASH_DAYS, Model, ModelVersion, VersionDetails, VersionStatus
from core.domain.names import shown
from core.domain.thresholds import ChosenThreshold, VersionThreshold
from core.errors import NotFoundError, RefusedError, WeightsError
from core.models.arrivals import Arrival
from core.models.details import facts_of, imported_at, snippet_of
from core.models.exporting import Progress, free_target, write_bundle
from core.models.importing import opened_bundle
from core.models.licences import notice
from core.models.origin import origin_of
from core.models.publish import publish
from core.models.sweeping import TRASH_PREFIX, sweep_store, throw_away
from core.models.taking_in import insert_imported, make_model, require_fitting
from core.models.thresholds import checked, threshold_of
from core.models.uses import require_idle
from core.models.verifying import find_problems
from core.models.weights_store import (
    CARD_FILE,
    WEIGHTS_FILE,
    load_model_json,
    n_bytes,
    verify,
)
from core.registry.changes import noted
from core.registry.database import Registry
from core.registry.session import Session
from core.registry.stores import evaluations, model_titles, snapshots
from core.registry.stores import models as store
from core.registry.titles import checked_description, checked_title
from core.tasks.catalog import TaskCatalog


def _no_progress(done: float, total: float, text: str = "") -> None:
    """For callers that do not watch."""


class ModelService:
    """`models` is the folder of the published versions. Every method may be called on any thread."""

    def __init__(self, registry: Registry, models: Path, tasks: TaskCatalog | None = None) -> None:
        self._registry = registry
        self._store = models
        self._tasks = tasks or TaskCatalog()

    # Reading

    def list_models(self, project: ProjectId | None = None) -> tuple[Model, ...]:
        """Newest first; of all projects when none is named."""
        with self._registry.read() as session:
            return tuple(self._judged(model) for model in store.list_models(session, project))

    def get_model(self, id: ModelId) -> Model:
        with self._registry.read() as session:
            return self._judged(store.get_model(session, id))

    def list_versions(self, model: ModelId | None = None) -> tuple[ModelVersion, ...]:
        """Newest first; of all models when none is named."""
        with self._registry.read() as session:
            return self._located(store.list_versions(session, model))

    def get_version(self, id: VersionId) -> ModelVersion:
        with self._registry.read() as session:
            return self._locate(store.get_version(session, id))

    def find_version(self, id_or_prefix: str) -> ModelVersion | None:
        """By the whole id or a beginning of it (6 letters at least) that no other version shares."""
        with self._registry.read() as session:
            found = store.find_version(session, id_or_prefix)
            return None if found is None else self._locate(found)

    def get_details(self, id: VersionId) -> VersionDetails:
        """Everything of a version's page. What is missing on the disk is empty: `verify` and the export name it."""
        with self._registry.read() as session:
            version = self._locate(store.get_version(session, id))
            model = self._judged(store.get_model(session, version.model))
            measured = evaluations.list_evaluations(session, version=id)
            tables = evaluations.list_tables(session, id)
            lineage = self._located(tuple(_ancestors(session, version)))
            children = self._located(store.list_children(session, id))
            snapshot = (
                snapshots.get_snapshot(session, version.snapshot, version.project)
                if version.snapshot is not None and version.project is not None
                else None
            )
        folder = version.folder if version.folder and version.folder.is_dir() else None
        try:
            content = load_model_json(folder) if folder else {}
        except (NotFoundError, WeightsError):
            content = {}
        card = folder / CARD_FILE if folder else None
        configuration = content.get("configuration")
        return VersionDetails(
            version=version,
            model=model,
            tables=tables,
            configuration=configuration if isinstance(configuration, dict) else {},
            card=card.read_text(encoding="utf-8", errors="replace") if card and card.is_file() else "",
            snippet=snippet_of(content, id),
            lineage=lineage,
            children=children,
            facts=(*facts_of(content), *imported_at(version)),
            n_bytes=n_bytes(folder) if folder else 0,
            snapshot=snapshot,
            files=_files_of(folder) if folder else (),
            evaluations=measured,
            threshold=threshold_of(content, version.chosen_threshold),
        )

    def verify(self) -> tuple[Problem, ...]:
        """Every published file that is missing or changed, and published folders that no version knows."""
        return find_problems(self._registry, self._store)

    # Changing

    def create_model(
        self, project: ProjectId | None, name: str, task: TaskId, categories: Sequence[str], description: str = ""
    ) -> Changed[Model]:
        """Raises RefusedError for a name that is empty, too long, or taken in the project (E-230)."""
        with self._registry.write() as session:
            model = store.insert_model(
                session,
                project=project,
                name=checked_title(name, "model"),
                task=task,
                categories=tuple(categories),
                description=checked_description(description, "model"),
            )
            return Changed(model, noted(session))

    def rename_model(self, id: ModelId, name: str) -> Changes:
        """Raises RefusedError when the name is empty (E-110), too long (E-111) or another model's (E-230)."""
        with self._registry.write() as session:
            model_titles.rename_model(session, id, name)
            return noted(session)

    def describe_model(self, id: ModelId, description: str) -> Changes:
        with self._registry.write() as session:
            model_titles.describe_model(session, id, description)
            return noted(session)

    def rename_version(self, id: VersionId, name: str) -> Changes:
        """The name in brackets behind its number, which may be none. Raises RefusedError (E-111)."""
        with self._registry.write() as session:
            model_titles.rename_version(session, id, name)
            return noted(session)

    def describe_version(self, id: VersionId, description: str) -> Changes:
        with self._registry.write() as session:
            model_titles.describe_version(session, id, description)
            return noted(session)

    def mark_current(self, id: VersionId, *, is_current: bool = True) -> Changes:
        """The version of its model that is meant where none is named; before, another one may have been.

        Raises NotFoundError, RefusedError (E-140) for one that is not available.
        """
        with self._registry.write() as session:
            store.mark_current(session, id, is_current=is_current)
            return noted(session)

    def threshold_of(self, id: VersionId) -> VersionThreshold:
        """From which confidence on its predictions count, wherever they are shown, predicted, exported or served.

        Raises NotFoundError, and WeightsError when the published files cannot be read.
        """
        version = self.get_version(id)
        content = load_model_json(version.folder) if version.folder is not None else {}
        return threshold_of(content, version.chosen_threshold)

    def set_threshold(self, id: VersionId, chosen: ChosenThreshold) -> Changes:
        """A person's own default, and of single classes by name; an empty one gives the training's back.

        Raises RefusedError for what is no confidence (E-132) and for a class that the model does not have (E-133).
        """
        with self._registry.write() as session:
            version = store.get_version(session, id)
            categories = store.get_model(session, version.model).categories
            store.set_threshold(session, id, checked(chosen, categories))
            return noted(session)

    def delete_model(self, id: ModelId) -> Changes:
        """With all its versions, each as `delete_version` does it. Refused (E-550) while a run needs one of them."""
        with self._registry.write(durable=True) as session:
            model = store.get_model(session, id)
            versions = self._located(store.list_versions(session, id))
            require_idle(session, {version.id for version in versions}, model=model)
            for version in versions:
                store.delete_version(session, version.id)
            store.delete_model(session, id)
            unused = [
                version for version in versions if not store.count_users_of_content(session, version.content_sha256)
            ]
            changes = noted(session)
        self._throw_away(unused)
        return changes

    def delete_version(self, id: VersionId) -> Changes:
        """Its number is not given again and its descendants still name it. Refused (E-550) while a run needs it.

        The files go to the store's trash for 30 days, unless another version has the same content.
        """
        with self._registry.write(durable=True) as session:
            version = self._locate(store.get_version(session, id))
            require_idle(session, {id})
            store.delete_version(session, id)
            is_last = not store.count_users_of_content(session, version.content_sha256)
            changes = noted(session)
        self._throw_away([version] if is_last else [])
        return changes

    def sweep(self) -> None:
        """Clear away what killed processes left in the store; nothing that anybody works on."""
        sweep_store(self._registry, self._store)

    # Out and in

    def export_version(self, id: VersionId, target: Path, progress: Progress = _no_progress) -> Path:
        """Weights, model.json, card and SHA256SUMS as a .zip (by the ending) or a folder; returns what was made.

        In an existing folder that is not empty, a new folder named after the version is made. Raises RefusedError
        (E-140, E-250), StorageError (E-250), WeightsError (E-260); nothing half-written stays.
        """
        version = self.get_version(id)
        if version.status is not VersionStatus.AVAILABLE:
            text = f"Version {version.label} is not available ({version.status.value}); it cannot be exported."
            raise RefusedError(text, code="E-140")
        folder = version.folder or self._store / version.content_sha256
        weights = folder / WEIGHTS_FILE
        if not weights.is_file():
            text = f"The weights file of version {version.label} is missing at {shown(weights)}."
            raise WeightsError(text, hint="Restore it from a backup of Calque's folder.", code="E-260")
        damage = verify(folder)
        if damage:
            text = f"Version {version.label} is not as it was published: {damage[0].text}"
            raise WeightsError(text, hint="Restore it from a backup of Calque's folder.")
        target = free_target(version, target.absolute())
        told = notice(load_model_json(folder)).encode()
        write_bundle(folder, target, origin=origin_of(version), notice=told, progress=progress)
        return target

    def import_version(
        self, path: Path, project: ProjectId | None, model: ModelId | None = None, *, new_model_name: str = ""
    ) -> Changed[ModelVersion]:
        """Take in a folder or .zip that Calque exported; nothing of it is executed or unpickled.

        Without `model` one is made, in the project or in none, named as the file says unless told otherwise. Raises
        WeightsError when it is damaged or no model, RefusedError when it does not fit (E-123, E-301) or is dangerous,
        StorageError.
        """
        with opened_bundle(path.absolute(), self._store) as bundle:
            if model is not None:
                with self._registry.read() as session:
                    require_fitting(session, bundle, model)
            arrival = Arrival()
            try:
                published = publish(
                    weights=bundle.weights,
                    model=bundle.model,
                    store=self._store,
                    card=bundle.card,
                    beside=bundle.predictions,
                    announce=arrival.announce,
                )
                with self._registry.write(durable=True) as session:
                    owner = model or make_model(session, bundle, project, new_model_name)
                    version = insert_imported(session, bundle, published, owner)
                    return Changed(self._locate(version), noted(session))
            finally:
                arrival.settle(self._registry)

    # The store

    def _judged(self, model: Model) -> Model:
        """With the reason why nothing can be done with it, when its task is not installed (any more)."""
        return replace(model, task_problem=self._tasks.info(model.task).unavailable_reason)

    def _locate(self, version: ModelVersion) -> ModelVersion:
        """With the folder where it is now: Calque's home may have been moved since it was published."""
        here = self._store / version.content_sha256 if version.content_sha256 else None
        return replace(version, folder=here) if here is not None and here.is_dir() else version

    def _located(self, versions: Sequence[ModelVersion]) -> tuple[ModelVersion, ...]:
        return tuple(self._locate(version) for version in versions)

    def _throw_away(self, versions: Sequence[ModelVersion]) -> None:
        """Their folders go to the trash, which is emptied of what has lain there long enough."""
        folders = {self._store / version.content_sha256 for version in versions if version.content_sha256}
        for folder in folders:
            if folder.is_dir():
                throw_away(folder)
        for trash in self._store.glob(f"{TRASH_PREFIX}*"):
            with contextlib.suppress(OSError):  # another Calque empties it too
                if time.time() - trash.stat().st_mtime > TRASH_DAYS * 86_400:
                    shutil.rmtree(trash, ignore_errors=True)


def _files_of(folder: Path) -> tuple[tuple[str, int], ...]:
    """Names and sizes, by name."""
    return tuple(sorted((path.name, path.stat().st_size) for path in folder.iterdir() if path.is_file()))


def _ancestors(session: Session, version: ModelVersion) -> Iterator[ModelVersion]:
    """The parent first, deleted ones included."""
    seen = {version.id}
    while version.parent is not None and version.parent not in seen:
        seen.add(version.parent)
        version = store.get_version(session, version.parent)
        yield version
