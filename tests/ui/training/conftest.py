from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from core.domain.devices import Device, DeviceReport
from core.domain.ids import CategoryId, ConfigurationId, ModelId, ProjectId, VersionId
from core.domain.models import Headline, Model, ModelVersion, VersionStatus
from core.domain.projects import Category, Folder, Project
from core.domain.snapshots import Split
from core.domain.training import Issue, SplitCount, TrainingDraft, TrainingReview
from core.domain.workers import Configuration, FieldKind, FieldSpec, GpuUse, WorkerInfo
from core.tasks.detection import DETECTION
from core.tasks.segmentation import SEGMENTATION
from ui.training.wizard import TrainingWizard

NOW = datetime(2025, 5, 3, 14, 12, tzinfo=UTC)
PROJECT = ProjectId("p1")
ReviewMaker = Callable[..., TrainingReview]


@pytest.fixture
def workers() -> tuple[WorkerInfo, ...]:
    fields = (
        FieldSpec("epochs", FieldKind.INTEGER, "Epochs", "Passes over the images.", 100, 1, 300),
        FieldSpec("flip", FieldKind.BOOLEAN, "Flip", default=True, is_advanced=True),
    )
    return (
        WorkerInfo(
            "boxes",
            "YOLO detection",
            "2.0",
            "Finds objects.",
            (DETECTION.info,),
            fields=fields,
            presets=(("Fast", {"epochs": 5}),),
        ),
        WorkerInfo("masks", "Mask worker", "1.0", "Outlines objects.", (SEGMENTATION.info,), GpuUse.REQUIRED, fields),
        WorkerInfo("slow", "CPU worker", "0.9", "", (DETECTION.info,), GpuUse.UNSUPPORTED, fields),
        WorkerInfo("broken", "Broken worker", "", unavailable_reason="ImportError: no such library"),
        WorkerInfo("secret", "Hidden worker", "9.0", tasks=(DETECTION.info,), is_hidden=True),
    )


@pytest.fixture
def categories() -> tuple[Category, ...]:
    names = ("text_line", "initial", "stamp")
    return tuple(Category(CategoryId(f"c{index}"), name, index) for index, name in enumerate(names))


@pytest.fixture
def folders() -> tuple[Folder, ...]:
    def folder(path: str, n: int, annotated: int, *counts: int) -> Folder:
        return Folder(path, n, annotated, tuple((CategoryId(f"c{i}"), count) for i, count in enumerate(counts)))

    return (
        folder("", 170, 150, 400, 40, 5),
        folder("test", 20, 20, 60, 10, 5),
        folder("train", 150, 130, 340, 30, 0),
        folder("train/a", 100, 100, 300, 30, 0),
        folder("train/b", 50, 30, 40, 0, 0),
    )


@pytest.fixture
def models() -> tuple[Model, ...]:
    return (
        Model(ModelId("m1"), PROJECT, "Charters", "Old boxes", DETECTION.slug, ("text_line",), NOW, n_versions=2),
        Model(ModelId("m2"), PROJECT, "Charters", "Lines", SEGMENTATION.slug, ("text_line",), NOW, n_versions=1),
    )


@pytest.fixture
def versions() -> tuple[ModelVersion, ...]:
    def version(key: str, number: int, worker: str, status: VersionStatus, score: float | None) -> ModelVersion:
        headline = None if score is None else Headline("mAP50-95", score, "test")
        made = NOW + timedelta(days=number)
        identifier, model = VersionId(key), ModelId("m1")
        return ModelVersion(
            identifier, model, "Old boxes", number, "", status, made, worker, "1", "n", headline=headline
        )

    return (
        version("v1", 1, "boxes", VersionStatus.AVAILABLE, 0.6),
        version("v2", 2, "boxes", VersionStatus.AVAILABLE, 0.4),
        version("v3", 3, "boxes", VersionStatus.CREATED, None),
        version("v4", 4, "masks", VersionStatus.AVAILABLE, 0.9),
    )


@pytest.fixture
def stored() -> tuple[Configuration, ...]:
    return (
        Configuration(ConfigurationId("k1"), "Long night", "boxes", "2.0", {"epochs": 300}, is_locked=True),
        Configuration(ConfigurationId("k2"), "No flips", "boxes", "1.0", {"flip": False}),
        Configuration(ConfigurationId("k3"), "Of another worker", "masks", "1.0", {}),
    )


@pytest.fixture
def gpu_report() -> DeviceReport:
    return DeviceReport((Device("cpu", "A processor"), Device("cuda:0", "NVIDIA H100", 80 << 30, 76 << 30)), "")


@pytest.fixture
def no_gpu_report() -> DeviceReport:
    return DeviceReport((Device("cpu", "A processor"),), "No NVIDIA driver was found.")


@pytest.fixture
def make_review(categories: tuple[Category, ...]) -> ReviewMaker:
    def make(draft: TrainingDraft, *issues: Issue) -> TrainingReview:
        return TrainingReview(
            draft=draft,
            issues=issues,
            values=(("Epochs", "100", True), ("Device", draft.device, False)),
            categories=tuple(category.name for category in categories),
            splits=(
                SplitCount(Split.TRAIN, 96, 300, (280, 20, 0), 2),
                SplitCount(Split.VAL, 24, 70, (66, 4, 0)),
                SplitCount(Split.TEST, 0, 0, (0, 0, 0)),
            ),
            ignored=(("images that nobody annotated", 20),),
            disk_bytes=10**9,
            free_bytes=10**10,
            is_val_carved=True,
            command="calque train --project Charters --train train",
        )

    return make


@pytest.fixture
def wizard(
    qtbot: QtBot,
    workers: tuple[WorkerInfo, ...],
    categories: tuple[Category, ...],
    folders: tuple[Folder, ...],
    models: tuple[Model, ...],
    versions: tuple[ModelVersion, ...],
    stored: tuple[Configuration, ...],
) -> Iterator[TrainingWizard]:
    """Filled as a controller fills it, with a new draft."""
    made = TrainingWizard()
    made.resize(1100, 700)
    made.set_project(Project(PROJECT, "Charters", Path("/data"), NOW, 170, 150, 445))
    made.set_workers(workers)
    made.set_folders(folders)
    made.set_categories(categories)
    made.set_models(models)
    made.set_versions(versions)
    made.set_configurations(stored)
    made.set_draft(TrainingDraft(PROJECT, worker="boxes"))
    made.show()
    yield made
    made.close()
    made.deleteLater()
    # Without a running event loop nothing is deleted later, and each wizard has five hundred widgets.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
