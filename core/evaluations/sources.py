"""Which studies there are, and where the packs of each lie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.domain.ids import PredictionSetId, ProjectId, RunId, TaskId, VersionId
from core.domain.models import ModelVersion, VersionStatus
from core.domain.predictions import PredictionSet, SetKind
from core.domain.snapshots import Split
from core.domain.studies import StudyInfo, StudyKind, StudySource
from core.errors import CalqueError, NotFoundError
from core.models.service import ModelService
from core.packs.layout import predictions_file
from core.packs.reading import Pack, read_pack
from core.registry.database import Registry
from core.registry.stores import predictions as store
from core.runs.service import RunService

_KINDS = {
    SetKind.TRAINING: StudyKind.TRAINING,
    SetKind.PREDICTION: StudyKind.PREDICTION,
    SetKind.EVALUATION: StudyKind.EVALUATION,
    SetKind.IMPORT: StudyKind.IMPORT,
}
_SETS = {Split.TRAIN: "training set", Split.VAL: "validation set", Split.TEST: "test set"}


@dataclass(frozen=True, slots=True)
class Located:
    """`owner` names the predictions in file names; "" for what may be written again."""

    info: StudyInfo
    path: Path
    owner: str = ""


class Sources:
    """May be used on any thread."""

    def __init__(self, registry: Registry, models: ModelService, runs: RunService | None = None) -> None:
        """Without `runs` there is nothing of single epochs."""
        self._registry = registry
        self._models = models
        self._runs = runs

    def locate(self, source: StudySource) -> Located:
        """Raises NotFoundError where there is none, FormatError for a damaged pack, StorageError."""
        if source.set is not None:
            with self._registry.read() as session:
                return _of_set(store.get_set(session, source.set), store.path_of(session, source.set))
        if source.version is not None and source.split is not None:
            return _of_version(self._models.get_version(source.version), source.split)
        if source.run is not None and source.epoch is not None:
            return self._of_epoch(source.run, source.epoch)
        raise NotFoundError("No predictions were named.")

    def list_of_version(self, id: VersionId) -> tuple[StudyInfo, ...]:
        """What its training predicted, test first; then every later set, newest first."""
        return (*self._own(self._models.get_version(id)), *self._sets(version=id))

    def list_of_project(self, id: ProjectId) -> tuple[StudyInfo, ...]:
        """Of every version that its images made, newest first, and every set of its images."""
        versions = [version for version in self._models.list_versions() if version.project == id]
        return (*(info for version in versions for info in self._own(version)), *self._sets(project=id))

    def list_of_run(self, id: RunId) -> tuple[StudyInfo, ...]:
        """Of the version that the run made, the sets that it made, and its epochs, the newest first."""
        versions = [version for version in self._models.list_versions() if version.run == id]
        own = (info for version in versions for info in self._own(version))
        return (*own, *self._sets(run=id), *self._epochs(id))

    def _epochs(self, id: RunId) -> Iterator[StudyInfo]:
        """What cannot be read is left out."""
        try:
            looks = self._runs.read_state(id).looks if self._runs is not None else ()
        except CalqueError:
            return
        for look in sorted(looks, key=lambda look: -look.epoch):
            try:
                yield self._of_epoch(id, look.epoch).info
            except CalqueError:
                continue

    def _of_epoch(self, id: RunId, epoch: int) -> Located:
        if self._runs is None:
            raise NotFoundError("Runs are not known here.")
        record = self._runs.get_run(id)
        look = next((look for look in self._runs.read_state(id).looks if look.epoch == epoch), None)
        if look is None or not look.path.is_file():
            raise NotFoundError(
                f'What "{record.name}" predicted after epoch {epoch} was not kept.', hint="Choose another epoch."
            )
        with read_pack(look.path) as pack:
            info = StudyInfo(
                source=StudySource.of_epoch(id, epoch),
                kind=StudyKind.EPOCH,
                title=f"{record.name}, epoch {epoch}",
                subtitle="pinned images",
                created_at=None,
                n_images=len(pack.images),
                n_predictions=pack.n_predictions,
                has_truth=pack.header.has_truth,
                split=pack.header.split,
                run=id,
                project=record.project,
                snapshot=record.snapshot,
                task=TaskId(pack.header.task),
                categories=pack.header.categories,
                has_masks=pack.header.has_masks,
            )
            return Located(info, look.path)

    def _own(self, version: ModelVersion) -> Iterator[StudyInfo]:
        """What cannot be read is left out: opening it says why."""
        if version.status is not VersionStatus.AVAILABLE or version.folder is None:
            return
        for split in reversed(Split):
            if (version.folder / predictions_file(split)).is_file():
                try:
                    yield _of_version(version, split).info
                except CalqueError:
                    continue

    def _sets(
        self, *, project: ProjectId | None = None, version: VersionId | None = None, run: RunId | None = None
    ) -> tuple[StudyInfo, ...]:
        with self._registry.read() as session:
            found = store.list_sets(session, project=project, version=version, run=run)
            return tuple(_of_set(item, store.path_of(session, item.id)).info for item in found)


def _of_version(version: ModelVersion, split: Split) -> Located:
    path = None if version.folder is None else version.folder / predictions_file(split)
    if path is None or not path.is_file():
        raise NotFoundError(
            f"What {version.model_name} {version.label} predicted on its {_SETS[split]} was not kept.",
            hint="Evaluate it on these images to see its predictions.",
        )
    with read_pack(path) as pack:
        return Located(_info_of(version, split, pack), path, f"{version.content_sha256}-{split.value}")


def _info_of(version: ModelVersion, split: Split, pack: Pack) -> StudyInfo:
    header = pack.header
    return StudyInfo(
        source=StudySource.of_version(version.id, split),
        kind=StudyKind.TRAINING,
        title=f"{version.model_name} {version.label}",
        subtitle=_SETS[split],
        created_at=version.created_at,
        n_images=len(pack.images),
        n_predictions=pack.n_predictions,
        has_truth=header.has_truth,
        split=split,
        version=version.id,
        run=version.run,
        project=version.project,
        snapshot=version.snapshot,
        task=TaskId(header.task),
        categories=header.categories,
        has_masks=header.has_masks,
        weights_sha256=version.weights_sha256,
    )


def _of_set(item: PredictionSet, path: Path) -> Located:
    info = StudyInfo(
        source=StudySource.of_set(PredictionSetId(item.id)),
        kind=_KINDS[item.kind],
        title=item.name,
        subtitle=_subtitle_of(item) or (_SETS[item.split] if item.split is not None else ""),
        created_at=item.created_at,
        n_images=item.n_images,
        n_predictions=item.n_predictions,
        has_truth=item.has_truth,
        split=item.split,
        version=item.version,
        run=item.run,
        project=item.project,
        snapshot=item.snapshot,
        categories=item.categories,
        has_masks=item.has_masks,
    )
    # Another attempt of its run writes the set anew: what was worked out of the former is not of this one.
    return Located(info, path, f"{item.id}-{item.created_at:%Y%m%d%H%M%S%f}")


def _subtitle_of(item: PredictionSet) -> str:
    """What "Evaluate on..." and "Predict on..." wrote down of the images that were chosen."""
    return str(item.settings.get("images", ""))
