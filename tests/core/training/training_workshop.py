"""Makes run folders by hand and runs real children in them: the pipeline needs no registry."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import plain_manifest
from PIL import Image

from core import clock
from core.domain.evaluation_json import table_from_json
from core.domain.geometry import Box, Polygon
from core.domain.ids import ModelId, ProjectId, RunId, TaskId, VersionId
from core.domain.runs import RunStatus, StageState
from core.domain.snapshots import SnapshotImage, SnapshotObject, Split
from core.domain.training import StartKind, TrainingDraft
from core.runs.folder.attempts import Attempt, add_attempt
from core.runs.folder.layout import RunLayout
from core.runs.folder.request import RunRequest, read_request, write_request
from core.runs.story import events as says
from core.runs.story.event_log import EventReader
from core.tasks.detection import DETECTION
from core.training.child.payload import TrainingPayload
from core.training.kind import EVALUATION, PUBLISHED, TRAINING, StageName
from core.training.results import Publication, publication_of
from core.workers.builtin.fake.configuration import FakeConfiguration
from core.workers.catalog import find_worker
from core.workers.configuration import resolve
from core.workers.environment import prepare_environment

CATEGORIES = ("disc", "bar")
HERE = Path(__file__).parent


@dataclass
class Told:
    """What a child told, event by event."""

    returncode: int
    events: list[says.Event] = field(default_factory=list)

    def all(self, kind: type) -> list[Any]:
        return [event.body for event in self.events if isinstance(event.body, kind)]

    @property
    def end(self) -> says.Finished | says.Failed:
        return self.events[-1].body

    def stage(self, name: StageName) -> tuple[StageState, str]:
        """Its last state, and the words that came with it."""
        last = [body for body in self.all(says.StageChanged) if body.stage == name][-1]
        return last.state, last.text

    @property
    def tables(self) -> dict[Split, Any]:
        found = [table_from_json(body.content) for body in self.all(says.Result) if body.topic == EVALUATION]
        return {table.split: table for table in found}

    @property
    def published(self) -> list[Publication]:
        return [publication_of(body.content) for body in self.all(says.Result) if body.topic == PUBLISHED]


class Bench:
    def __init__(self, folder: Path) -> None:
        self.images_root = folder / "images of a person"
        self.home = folder / "home"
        self.layout = RunLayout(self.home / "runs" / "r1")
        self.store = self.home / "models"
        self.layout.ensure()
        self.images = [
            self.draw(f"{split}/page {i}.{'jpg' if i % 2 else 'png'}", split, seed=10 * list(Split).index(split) + i)
            for split, n in ((Split.TRAIN, 10), (Split.VAL, 4), (Split.TEST, 3))
            for i in range(n)
        ]

    def draw(self, path: str, split: Split, *, seed: int) -> SnapshotImage:
        """A picture with a disc and a bar."""
        rng = np.random.default_rng(seed)
        file = self.images_root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 255, (48, 64, 3), np.uint8)).save(file)
        objects = []
        for category in range(2):
            x, y = (float(v) for v in rng.integers(2, 28, 2))
            ring = (x, y, x + 16, y, x + 16, y + 12, x, y + 12)
            objects.append(SnapshotObject(category, Polygon((ring,))))
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        return SnapshotImage(path, digest, 64, 48, 1, split, tuple(objects))

    def ask(
        self,
        *,
        task: TaskId = DETECTION.slug,
        splits: tuple[Split, ...] = tuple(Split),
        worker: str = "fake",
        max_duration_s: float | None = None,
        values: dict[str, Any] | None = None,
        **changes: Any,
    ) -> plain_manifest.Manifest:
        """Write the request of a training; `changes` are of its payload."""
        images = [image for image in self.images if image.split in splits]
        if task == DETECTION.slug:
            images = [as_boxes(image) for image in images]
        manifest = plain_manifest.make_manifest(CATEGORIES, images)
        snapshot, file = plain_manifest.write(self.home / "snapshots", manifest)
        payload = TrainingPayload(
            task=task,
            categories=CATEGORIES,
            configuration=resolve(FakeConfiguration, {"n_steps": 3, **(values or {})}) if worker == "fake" else values,
            configuration_name="",
            snapshot=snapshot,
            snapshot_label="V001",
            manifest=file,
            images_root=self.images_root,
            start=StartKind.SCRATCH,
            start_text="scratch",
            weights=None,
            pretrained="",
            may_download=False,
            weights_folder=self.home / "weights",
            store=self.store,
            parent=None,
            parent_label="",
            model_name="Shapes",
            model_description="Discs and bars.",
            version_label="V001 (first)",
            max_detections=300,
            draft=TrainingDraft(ProjectId("p1")),
        )
        request = RunRequest(
            run=RunId("r1"),
            kind=TRAINING.slug,
            noun=TRAINING.noun,
            name="a run",
            project=ProjectId("p1"),
            project_name="Person's pages",
            worker=worker,
            worker_version="0.1.0",
            model=ModelId("m1"),
            version=VersionId("v1"),
            device="cpu",
            stages=TRAINING.stages,
            seed=7,
            max_duration_s=max_duration_s,
            created_at=clock.now(),
            payload=replace(payload, **changes).to_json(self.home),
        )
        write_request(self.layout, request)
        return manifest

    def start(self, script: Path | None = None) -> subprocess.Popen[bytes]:
        """The child as the warden starts it; `script` is run in its place, with the folder as argument."""
        entry = [str(script)] if script else ["-m", "core.runs.processes.entry"]
        flags = [] if script else ["--child"]
        with self.layout.log_file.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *entry, str(self.layout.folder), *flags],
                env={**self._environment(), "PYTHONPATH": str(HERE.parents[2])},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _environment(self) -> dict[str, str]:
        return prepare_environment(find_worker(read_request(self.layout).worker), self.layout.folder)

    def run(self, script: Path | None = None) -> Told:
        with self.start(script) as process:
            process.wait(timeout=120)
        return self.told(process.returncode)

    def told(self, returncode: int = 0) -> Told:
        reader = EventReader(self.layout)
        events = reader.read_new()
        while reader.has_more:
            events += reader.read_new()
        return Told(returncode, events)

    def next_attempt(self, resume_from: Path | None = None, epoch: int = 0) -> None:
        path = resume_from.relative_to(self.layout.folder).as_posix() if resume_from else ""
        add_attempt(self.layout, Attempt(2, path, epoch, "Attempt 2."))

    def read_json(self, path: str) -> Any:
        return json.loads((self.layout.artifacts / path).read_text())

    def published(self) -> list[Path]:
        return sorted(self.store.iterdir()) if self.store.is_dir() else []


def as_boxes(image: SnapshotImage) -> SnapshotImage:
    objects = tuple(replace(item, geometry=item.geometry.bounds()) for item in image.objects)
    return replace(image, objects=objects)


def is_success(told: Told) -> bool:
    return isinstance(told.end, says.Finished) and told.end.status is RunStatus.SUCCESS


def box_of(values: list[float]) -> Box:
    return Box(values[0], values[1], values[0] + values[2], values[1] + values[3])
