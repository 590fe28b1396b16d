"""What the child of a prediction does: prepare, look at image after image, keep what was found."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.domain.geometry import Box
from core.domain.names import shown
from core.domain.predictions import PredictedObject
from core.domain.runs import RunStatus
from core.errors import CalqueError, WeightsError, WorkerError
from core.files.faults import told_as_storage_error
from core.models.weights_store import WEIGHTS_FILE, load_model_json, verify
from core.packs.layout import PackHeader
from core.packs.reading import read_pack
from core.packs.writing import PackWriter, write_pack
from core.predictions.crop_classes import crop_of
from core.predictions.feeding import ImageStream, LeftOut, LookedAt
from core.predictions.kind import KEEP, PREDICT, PREPARE, TOPIC
from core.predictions.listing import read_list
from core.predictions.merging import merge
from core.predictions.payload import IMAGES_FILE, PredictionPayload, payload_from_json
from core.predictions.results import content_of
from core.runs.processes.child import ChildContext
from core.tasks.catalog import TaskCatalog
from core.workers.api import ImagePredictions, PredictRequest, TreeImage, Worker
from core.workers.catalog import WorkerCatalog

MOST_NAMED = 200
"""Images that were left out and are named with the result; every one is in the log."""


def run(context: ChildContext) -> None:
    """What the child of a prediction calls."""
    payload = payload_from_json(context.request.payload, context.layout.home)
    tree = context.layout.work / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    prediction = _Prediction(context, payload, tree)
    try:
        prediction.run()
    except _NothingToKeep:
        prediction.leave_without()
    finally:
        shutil.rmtree(tree, ignore_errors=True)


class _NothingToKeep(Exception):  # noqa: N818 - the run says why
    """Nothing was seen, or a stop came before there was as much as an earlier attempt has kept."""


@dataclass
class _Prediction:
    context: ChildContext
    payload: PredictionPayload
    tree: Path
    left_out: list[LeftOut] = field(default_factory=list)
    n_left_out: int = 0
    n_seen: int = 0
    n_objects: int = 0  # at or above the threshold
    labels: bool = False
    is_exclusive: bool = False
    limits: tuple[float, ...] = ()  # the threshold of each class

    def run(self) -> None:
        context, payload = self.context, self.payload
        with context.stage(PREPARE):
            context.progress(0, 1, "checking the version's files")
            model = sound_model(payload.published, payload.label)
            least = payload.by_category
            task = TaskCatalog().get(model["task"])
            self.labels, self.is_exclusive = task.labels, task.is_exclusive
            if payload.images_root is None and (cut := crop_of(model)):
                names = ", ".join(map(shown, cut))
                context.warning(f"{payload.label} labels crops ({names}): each of these files is taken as one crop.")
            self.limits = tuple(least.get(name, payload.confidence) for name in model["categories"])
            worker = WorkerCatalog().load(WorkerCatalog().get(context.request.worker))
            with told_as_storage_error("The images of the run", self.tree):
                self.tree.mkdir(mode=0o700, parents=True, exist_ok=True)
                payload.pack.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with told_as_storage_error("The predictions", payload.pack), ExitStack() as whole:
            with context.stage(PREDICT):
                header = self._header(model)
                packer = whole.enter_context(write_pack(payload.pack, header))
                self._predict(worker, model, packer)
                if not self.n_seen or (context.is_stop_requested and self.n_seen < self._n_kept_before()):
                    raise _NothingToKeep
            with context.stage(KEEP):
                whole.close()  # the file appears under its name
                content = content_of(
                    payload,
                    header,
                    n_images=packer.n_images,
                    n_predictions=packer.n_predictions,
                    n_objects=self.n_objects,
                    n_bytes=payload.pack.stat().st_size,
                    n_left_out=self.n_left_out,
                    left_out=[(item.path, item.reason) for item in self.left_out],
                )
                is_whole = self.n_seen + self.n_left_out == payload.n_images
                status = RunStatus.SUCCESS if is_whole else RunStatus.TERMINATED
                context.conclude(TOPIC, content, status, self._sentence(is_whole=is_whole))

    def _header(self, model: Mapping[str, Any]) -> PackHeader:
        payload, task = self.payload, TaskCatalog().get(model["task"])
        tiling = payload.tiling
        return PackHeader(
            categories=tuple(model["categories"]),
            task=str(model["task"]),
            has_masks=task.has_masks,
            is_oriented=task.is_oriented,
            labels=task.labels,
            is_exclusive=task.is_exclusive,
            has_truth=payload.has_truth,
            source={
                "version": payload.version,
                "label": payload.label,
                "worker": self.context.request.worker,
                "worker_version": self.context.request.worker_version,
                "weights_sha256": str(model.get("weights_sha256", "")),
                "run": self.context.request.run,
            },
            settings={
                "confidence": payload.kept_from,
                "threshold": payload.confidence,
                "thresholds": dict(payload.by_category),
                "suppression_iou": payload.iou,
                "max_detections": payload.max_detections,
                "tile": tiling and tiling.size,
                "overlap": tiling and tiling.overlap,
                "with_whole": bool(tiling and tiling.with_whole),
            },
        )

    def _predict(self, worker: Worker, model: Mapping[str, Any], packer: PackWriter) -> None:
        context, payload = self.context, self.payload
        task = TaskCatalog().get(model["task"])
        stream = ImageStream(
            read_list(context.layout.folder / IMAGES_FILE),
            payload.n_images,
            root=payload.images_root,
            folder=self.tree,
            tiling=None if task.labels else payload.tiling,
            should_stop=context.should_stop,
            on_left_out=self._note_left_out,
        )
        request = PredictRequest(
            weights=payload.published / WEIGHTS_FILE,
            model=model,
            images=stream,
            device=context.request.device,
            work_dir=context.layout.work,
            confidence=payload.kept_from,
            iou=payload.iou,
            max_detections=payload.max_detections,
            is_multi_label=False,
        )
        for answer in worker.predict(request, _Quiet(context)):
            looked_at = stream.collect(answer)
            if looked_at is not None:
                self._keep(looked_at, packer, is_oriented=task.is_oriented)
        if not context.is_stop_requested and self.n_seen + self.n_left_out != payload.n_images:
            raise WorkerError(f"The method looked at {self.n_seen} of {payload.n_images} images.")

    def _keep(self, looked_at: LookedAt, packer: PackWriter, *, is_oriented: bool) -> None:
        image, payload = looked_at.image, self.payload
        objects = merge(
            looked_at.tiles, looked_at.found, image.width, image.height, iou=payload.iou, is_oriented=is_oriented
        )
        packer.add(image, objects, looked_at.objects)
        self.n_seen += 1
        self.n_objects += sum(item.confidence >= self.limits[item.category] for item in self._said(objects))
        self._tell()

    def _said(self, objects: Sequence[PredictedObject]) -> Iterable[PredictedObject]:
        """Of labels that exclude each other the surest of each region."""
        if not self.is_exclusive:
            return objects
        surest: dict[Box, PredictedObject] = {}
        for item in objects:
            if item.box not in surest or item.confidence > surest[item.box].confidence:
                surest[item.box] = item
        return surest.values()

    def _note_left_out(self, item: LeftOut) -> None:
        self.n_left_out += 1
        if len(self.left_out) < MOST_NAMED:
            self.left_out.append(item)
        self.context.log(f"Left out: {shown(item.path)}: {item.reason}", "warning")
        self._tell()

    def _tell(self) -> None:
        done, total = self.n_seen + self.n_left_out, self.payload.n_images
        self.context.progress(done, total, f"{done:,} of {counted_large(total, 'image')}")

    def _n_kept_before(self) -> int:
        """Images of an earlier attempt that was stopped."""
        if not self.payload.pack.is_file():
            return 0
        try:
            with read_pack(self.payload.pack) as pack:
                return len(pack.images)
        except CalqueError:  # damaged: whatever there is now is better
            return 0

    def leave_without(self) -> None:
        n_before = self._n_kept_before()
        if self.context.is_stop_requested and n_before:
            text = (
                f"Stopped by you: {self.n_seen:,} of {counted_large(self.payload.n_images, 'image')}; what an earlier "
                f"attempt kept of {counted_large(n_before, 'image')} stays as it is."
            )
            self.context.finish(RunStatus.TERMINATED, text)
            return
        if self.context.is_stop_requested:
            self.context.finish(RunStatus.TERMINATED, "Stopped by you before any image was looked at; nothing is kept.")
            return
        first = f" {self.left_out[0].reason}" if self.left_out else ""
        text = f"None of {counted_large(self.payload.n_images, 'image')} could be looked at.{first}"
        self.context.finish(RunStatus.FAILED, text)

    def _sentence(self, *, is_whole: bool) -> str:
        thing = "label" if self.labels else "object"
        found = f"{counted_large(self.n_objects, thing)} on {counted_large(self.n_seen, 'image')}"
        own = ", of some classes their own" if self.payload.by_category else ""
        at = f" (confidence {self.payload.confidence:.2g} or more{own})"
        if is_whole:
            text = f"{found}{at}."
        else:
            seen, total = self.n_seen + self.n_left_out, self.payload.n_images
            text = f"Stopped by you: {seen:,} of {total:,} images; the rest was not looked at. {found} are kept{at}."
        if self.n_left_out:
            were = "was" if self.n_left_out == 1 else "were"
            text += f" {counted_large(self.n_left_out, 'image')} {were} left out; the first: {self.left_out[0].reason}"
        return text


def sound_model(folder: Path, label: str) -> dict[str, Any]:
    """What model.json of a published version says. Raises WeightsError (E-260) when one of its files is missing or
    not as it was published."""
    for problem in verify(folder):
        raise WeightsError(
            f"The files of {label} are not as they were published: {problem.text}",
            hint="Restore them from a backup of Calque's folder.",
            code="E-260",
        )
    return load_model_json(folder)


def counted_large(n: int, noun: str) -> str:
    """ "3,412 objects"."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


@dataclass(frozen=True, slots=True)
class _Quiet:
    """The reporter of a worker that predicts: how far it is, the images tell."""

    context: ChildContext

    def progress(self, done: float, total: float, text: str = "") -> None:
        """Told with each image."""

    def metrics(self, split: str, step: int, epoch: float, values: Mapping[str, float]) -> None:
        """Predictions have no curves."""

    def log(self, text: str, level: str = "info") -> None:
        self.context.log(text, level)

    def warning(self, text: str) -> None:
        self.context.warning(text)

    def effective(self, settings: Mapping[str, object]) -> None:
        """Those of the training stand."""

    def checkpoint(self, path: Path, epoch: int, *, is_best: bool, metrics: Mapping[str, float]) -> None:
        """Predictions have none."""

    def should_stop(self) -> bool:
        return False

    def pinned(self) -> tuple[TreeImage, ...]:
        return ()

    def seen(self, epoch: int, found: Sequence[ImagePredictions]) -> None:
        """Predictions have no epochs."""
