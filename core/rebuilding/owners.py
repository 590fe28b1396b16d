"""The rows that a run's row refers to, made from what its request says of them where they are not there."""

from __future__ import annotations

import re
from pathlib import Path

from core.datasets.frozen_file import frozen_file
from core.datasets.manifest_file import manifest_file, open_manifest
from core.domain.dataset_uses import DatasetUse, use_from_json
from core.domain.ids import ModelId, SnapshotId, VersionId
from core.domain.names import shown
from core.domain.snapshots import SnapshotInfo
from core.errors import CalqueError, NotFoundError, RunError
from core.home import Home, found_in_home
from core.rebuilding.dataset_rows import make_used_dataset
from core.rebuilding.findings import Tally
from core.rebuilding.project_rows import make_project
from core.registry.session import Session
from core.registry.stores import models, snapshots
from core.runs.folder.request import RunRequest
from core.training.child.payload import TrainingPayload, payload_from_json

_LABEL = re.compile(r"V(?P<number>\d{3,6})(?: \((?P<name>.*)\))?")


class Owners:
    """Within one transaction."""

    def __init__(self, session: Session, home: Home, tally: Tally) -> None:
        self._session = session
        self._home = home
        self._tally = tally

    def of(self, request: RunRequest) -> tuple[ModelId | None, VersionId | None, SnapshotId | None]:
        """Model, version and frozen dataset of a run, as far as they can be; its project always is."""
        training = _training_of(request, self._home.root)
        told = found_in_home(str(request.payload.get("images_root") or ""), self._home.root)
        root = training.images_root if training else told
        make_project(self._session, request.project, request.project_name, root, self._tally)
        snapshot = self._snapshot(request)
        if training is not None:
            self._model(request, training)
            self._version(request, training, snapshot)
            self._dataset(request, training)
        model = request.model if request.model and models.has_model(self._session, request.model) else None
        version = request.version if request.version and models.has_version(self._session, request.version) else None
        return model, version, snapshot

    def _model(self, request: RunRequest, payload: TrainingPayload) -> None:
        if request.model is None or models.has_model(self._session, request.model):
            return
        name, number = payload.model_name, 2
        while models.find_model(self._session, request.project, name) is not None:
            name, number = f"{payload.model_name} {number}", number + 1
        models.insert_model(
            self._session,
            project=request.project,
            name=name,
            task=payload.task,
            categories=payload.categories,
            description=payload.model_description,
            id=request.model,
            created_at=request.created_at,
        )

    def _version(self, request: RunRequest, payload: TrainingPayload, snapshot: SnapshotId | None) -> None:
        if request.model is None or request.version is None or models.has_version(self._session, request.version):
            return
        label = _LABEL.fullmatch(payload.version_label)
        parent = payload.parent
        models.insert_version(
            self._session,
            model=request.model,
            worker=request.worker,
            worker_version=request.worker_version,
            name=(label["name"] or "") if label else "",
            parent=parent if parent is not None and models.has_version(self._session, parent) else None,
            run=request.run,
            project=request.project,
            snapshot=snapshot,
            created_at=request.created_at,
            id=request.version,
            number=int(label["number"]) if label else None,
        )

    def _dataset(self, request: RunRequest, payload: TrainingPayload) -> None:
        """That a person froze, and the run was trained from."""
        if payload.dataset is None:
            return
        try:
            root = payload.images_root
            made = make_used_dataset(self._session, self._home, payload.dataset, request, root)
            self._tally.n_datasets += made
        except CalqueError as error:
            text = f'The dataset "{shown(payload.dataset.label)}" of the run "{request.name}": {error}'
            self._tally.add("dataset-lost", text, frozen_file(self._home.snapshots, payload.dataset.snapshot))

    def _snapshot(self, request: RunRequest) -> SnapshotId | None:
        """Its row too, where its manifest is still there."""
        id = SnapshotId(str(request.payload.get("snapshot") or ""))
        if not id:
            return None
        try:
            snapshots.get_snapshot(self._session, id, request.project)
        except NotFoundError:
            self._make_snapshot(id, request)
        return id

    def _make_snapshot(self, id: SnapshotId, request: RunRequest) -> None:
        file = manifest_file(self._home.snapshots, id)
        try:
            manifest = open_manifest(file, id)
            counts = manifest.counts
        except CalqueError as error:
            self._tally.add("dataset-lost", f'The frozen dataset of the run "{request.name}": {error}', file)
            return
        made = SnapshotInfo(
            id=id,
            project=request.project,
            label=str(request.payload.get("snapshot_label") or ""),
            created_at=request.created_at,
            categories=manifest.categories,
            n_images=tuple((one.split, one.n_images) for one in counts),
            n_objects=tuple((one.split, one.n_objects) for one in counts),
            category_counts=tuple((one.split, one.category_counts) for one in counts),
        )
        use = _use_of(request)
        of_dataset = use if use is not None and use.version == made.label else None  # an older Calque's has a number
        snapshots.insert_snapshot(self._session, made, of_dataset)
        self._tally.n_datasets += 1


def _use_of(request: RunRequest) -> DatasetUse | None:
    """The dataset that a training or an evaluation took its images from; None where nothing readable says so."""
    try:
        return use_from_json(request.payload.get("dataset"))
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _training_of(request: RunRequest, home: Path) -> TrainingPayload | None:
    """None for a run of another kind."""
    try:
        return payload_from_json(request.payload, home)
    except RunError:
        return None
