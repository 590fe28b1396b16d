"""Trying a version on a picture: which device it may take, and one warm process between pictures."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.domain.devices import DeviceReport
from core.domain.geometry import Box, Polygon
from core.domain.ids import TaskId, VersionId
from core.domain.models import ModelVersion, VersionStatus
from core.domain.names import shown
from core.domain.predictions import PredictedObject
from core.domain.trying import TriedImage
from core.domain.workers import GpuUse
from core.errors import RefusedError, WeightsError
from core.files.faults import told_as_storage_error
from core.files.leftovers import remove, sweep
from core.home import Home
from core.images.reading import ImageHeader, read_header
from core.models.service import ModelService
from core.models.weights_store import WEIGHTS_FILE, load_model_json, verify
from core.runs.processes.devices import probe_devices
from core.runs.processes.launch import DeviceHolder, device_holder
from core.tasks.catalog import TaskCatalog
from core.trying.warm import WarmProcess, new_folder
from core.workers.catalog import WorkerCatalog
from core.workers.environment import prepare_environment

LEAST_CONFIDENCE = 0.05
IDLE_S = 180.0
_LEFT = re.compile(r"(?:try|pasted)-(\d+)-.+")  # of processes that are gone
CPU = "cpu"


@dataclass(frozen=True, slots=True)
class _Place:
    device: str
    note: str = ""


class TryingService:
    """Every method may be called on any thread; pictures are tried one after the other."""

    def __init__(
        self,
        home: Home,
        models: ModelService,
        catalog: WorkerCatalog,
        *,
        devices: Callable[[], DeviceReport] = probe_devices,
        may_use_gpu: Callable[[], bool] = lambda: True,
    ) -> None:
        self._home = home
        self._models = models
        self._catalog = catalog
        self._devices = devices
        self._may_use_gpu = may_use_gpu
        self._folder = home.root / "trying"
        self._tasks = TaskCatalog()
        self._lock = threading.Lock()  # of the process: held while a picture is tried
        self._warm: WarmProcess | None = None
        self._key: tuple[VersionId, str] | None = None
        self._used_at = 0.0

    @property
    def folder(self) -> Path:
        """Where pasted pictures may be put while they are tried; emptied when nothing is tried any more."""
        return self._folder

    def list_versions(self) -> tuple[ModelVersion, ...]:
        """Those that can be tried, the newest first."""
        known = [one for one in self._models.list_versions() if one.status is VersionStatus.AVAILABLE]
        return tuple(sorted(known, key=lambda one: one.created_at, reverse=True))

    def threshold_of(self, version: VersionId) -> float:
        """From which confidence on its predictions count."""
        return float(self._models.threshold_of(version).confidence)

    def try_image(
        self,
        version: VersionId,
        path: Path,
        *,
        name: str = "",
        least: float = LEAST_CONFIDENCE,
        check: Callable[[], None] = lambda: None,
    ) -> TriedImage:
        """`name` is the picture's in words, "" = its file's. `least` is the confidence from which on objects are asked
        for, where the version's threshold is not lower. `check` may raise to give up, which ends the process.

        Raises ImageFileError for what is no picture, RefusedError for a version that cannot predict, WeightsError
        (E-260) when its weights are missing or not as they were published, StorageError, WorkerError and RunError when
        the method cannot.
        """
        header = read_header(path)
        found = self._models.get_version(version)
        if found.folder is None or found.status is not VersionStatus.AVAILABLE:
            raise RefusedError(f"{found.model_name} {found.label} has no weights: it cannot be tried.")
        model = load_model_json(found.folder)
        task = self._tasks.find(TaskId(str(model.get("task", ""))))
        labels = task is not None and task.labels
        least = 0.0 if labels else min(least, self.threshold_of(version))
        categories = tuple(str(one) for one in model["categories"])
        with self._lock:
            place = self._place(found)
            warm = self._ready(found, found.folder, model, place)
            self._used_at = time.monotonic()
            answer = warm.ask({"image": str(path), "name": name or path.name, "confidence": least}, check)
            self._used_at = time.monotonic()
        return TriedImage(
            name=name or shown(path.name),
            width=int(answer["width"]),
            height=int(answer["height"]),
            categories=categories,
            objects=tuple(_object(row, labels=labels) for row in answer["objects"]),
            version=f"{found.model_name} {found.label}",
            device=place.device,
            seconds=float(answer["seconds"]),
            least_confidence=least,
            device_note=place.note,
            notes=_notes(header),
            n_bytes=int(answer["n_bytes"]),
            labels=labels,
            is_exclusive=task is not None and task.is_exclusive,
            limits=self._limits(version, categories) if labels else (),
        )

    def _limits(self, version: VersionId, categories: tuple[str, ...]) -> tuple[float, ...]:
        threshold = self._models.threshold_of(version)
        own = threshold.limits(categories)
        return tuple(own.get(place, threshold.confidence) for place in range(len(categories)))

    def tend(self) -> None:
        """To be called now and then: ends a process that nobody has used for minutes, or that holds a graphics card
        which a run has taken meanwhile. Never waits."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            if self._warm is None or self._key is None:
                return
            device = self._key[1]
            is_idle = time.monotonic() - self._used_at > IDLE_S
            is_in_the_way = device != CPU and device_holder(self._home.devices, device) is not None
            if is_idle or is_in_the_way or not self._warm.is_alive:
                self._end()
        finally:
            self._lock.release()

    def close(self) -> None:
        """End the process, also in the midst of a picture."""
        warm = self._warm
        if warm is not None:
            warm.close()
        with self._lock:
            self._end()

    @property
    def is_warm(self) -> bool:
        return self._warm is not None and self._warm.is_alive

    def _place(self, version: ModelVersion) -> _Place:
        """A graphics card that is free, else the processor."""
        on_cpu = _Place(CPU, _shared_text(device_holder(self._home.devices, CPU)))
        if not self._may_use_gpu() or self._catalog.get(version.worker).gpu_use is GpuUse.UNSUPPORTED:
            return on_cpu
        gpus = [one.id for one in self._devices().devices if one.id != CPU]
        holders = {gpu: device_holder(self._home.devices, gpu) for gpu in gpus}
        free = next((gpu for gpu, holder in holders.items() if holder is None), None)
        if free is not None:
            return _Place(free)
        busy = next((holder for holder in holders.values() if holder is not None), None)
        return _Place(CPU, _busy_text(busy)) if busy is not None else on_cpu

    def _ready(self, version: ModelVersion, folder: Path, model: dict[str, Any], place: _Place) -> WarmProcess:
        key = (version.id, place.device)
        if self._warm is not None and self._key == key and self._warm.is_alive:
            return self._warm
        self._end()
        for problem in verify(folder, only=(WEIGHTS_FILE,)):
            text = f"The files of {version.model_name} {version.label} are not as they were published: {problem.text}"
            raise WeightsError(text, hint="Restore them from a backup of Calque's folder.", code="E-260")
        description = self._catalog.get(version.worker)
        sweep(self._folder, _LEFT)
        setup = {
            "worker": version.worker,
            "weights": str(folder / WEIGHTS_FILE),
            "model": model,
            "device": place.device,
        }
        with told_as_storage_error("The files of the trial", self._folder):
            own = new_folder(self._folder)
            try:
                self._warm, self._key = WarmProcess(setup, prepare_environment(description, own), own), key
            except BaseException:
                remove(own)
                raise
        return self._warm

    def _end(self) -> None:
        if self._warm is not None:
            self._warm.close()
        self._warm = self._key = None


def _busy_text(holder: DeviceHolder) -> str:
    name = f'"{holder.name}"' if holder.name else "a run"
    return f"On the processor: the graphics card works on {name}, which is not to be disturbed."


def _shared_text(holder: DeviceHolder | None) -> str:
    """Of the processor, which is shared: the run goes first."""
    if holder is None:
        return ""
    name = f'"{holder.name}"' if holder.name else "a run"
    return f"The processor works on {name} too, which goes first: a picture takes longer."


def _notes(header: ImageHeader) -> tuple[str, ...]:
    notes = []
    if header.n_frames > 1:
        notes.append(f"The file has {header.n_frames} pages or frames; the first was tried.")
    if header.orientation > 1:
        notes.append("The picture was turned upright, as its EXIF data say.")
    if header.mode.startswith("I;16") or header.is_deep_colour:
        notes.append("Of its 16 bits the upper 8 were used.")
    return tuple(notes)


def _object(row: list[Any], *, labels: bool = False) -> PredictedObject:
    category, confidence, x0, y0, x1, y1, rings = row
    polygon = Polygon(tuple(tuple(ring) for ring in rings)) if rings else None
    return PredictedObject(int(category), float(confidence), Box(x0, y0, x1, y1), polygon, is_whole=labels)
