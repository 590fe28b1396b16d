"""Datasets that a person froze as exports: what was said then, each image in its set, whatever became of it since."""

from __future__ import annotations

import json
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from core.datasets.editing import DatasetEditing
from core.datasets.freezing import DatasetFreezing
from core.domain.datasets import Dataset, SetRole
from core.domain.exports import ExportRequest, ExportScope
from core.domain.projects import ImageFilter, Project
from core.domain.snapshots import Split
from core.errors import RefusedError
from core.exports.service import ExportService
from core.formats.catalog import GROUP, FormatCatalog
from core.projects.service import ProjectService
from core.registry.database import Registry
from core.registry.stores import annotations


@pytest.fixture
def dataset(registry: Registry, browsing: ProjectService, parish: Project, tmp_path: Path) -> Dataset:
    """The first image is for the test, all others are for training; frozen."""
    editing = DatasetEditing(registry)
    id = editing.create(parish.id, "Pages").value.dataset
    ids = browsing.list_image_ids(ImageFilter(parish.id))
    of_role = {item.role: item.id for item in editing.get_dataset(id).sets}
    editing.add_images(id, of_role[SetRole.TEST], ids[:1])
    editing.add_images(id, of_role[SetRole.TRAIN], ids[1:])
    return DatasetFreezing(registry, tmp_path / "home" / "snapshots").freeze(id).value


@pytest.fixture
def service(registry: Registry, tmp_path: Path) -> ExportService:
    freezing = DatasetFreezing(registry, tmp_path / "home" / "snapshots")
    catalog = FormatCatalog([EntryPoint("listing", "tests.core.exports.listing_format:FORMAT", GROUP)])
    return ExportService(registry, catalog, open_frozen=freezing.open_frozen)


def listed(folder: Path) -> list[dict]:
    return [json.loads(line) for file in folder.rglob("*.jsonl") for line in file.read_text().splitlines()]


def test_what_was_frozen_is_written_each_image_in_its_set(
    service: ExportService,
    registry: Registry,
    browsing: ProjectService,
    parish: Project,
    dataset: Dataset,
    tmp_path: Path,
) -> None:
    before = service.export(ExportRequest(parish.id, "listing", tmp_path / "today"))
    keys = [int(id) for id in browsing.list_image_ids(ImageFilter(parish.id))]
    with registry.write() as session:
        annotations.delete_imported(session, keys)
    report = service.export(ExportRequest(parish.id, "listing", tmp_path / "then", frozen=dataset.id))
    assert report.what == 'frozen dataset "Pages (V001)"'
    assert (report.n_images, report.n_annotations) == (before.n_images, before.n_annotations)
    then = {row["path"]: row for row in listed(tmp_path / "then")}
    today = {row["path"]: row for row in listed(tmp_path / "today")}
    assert {path: row["objects"] for path, row in then.items()} == {path: row["objects"] for path, row in today.items()}
    assert {path: row["negative"] for path, row in then.items()} == {
        path: row["negative"] for path, row in today.items()
    }
    assert [row["set"] for _, row in sorted(then.items())] == ["test"] + ["train"] * (len(then) - 1)


def test_one_set_alone_and_one_without_images(
    service: ExportService, parish: Project, dataset: Dataset, tmp_path: Path
) -> None:
    survey = service.survey_scope(ExportScope(parish.id, frozen=dataset.id, split=Split.TEST))
    assert survey.n_images == 1
    report = service.export(ExportRequest(parish.id, "listing", tmp_path / "out", frozen=dataset.id, split=Split.TEST))
    assert (report.n_images, report.what) == (1, 'frozen dataset "Pages (V001)", test set')
    with pytest.raises(RefusedError, match="has no image in a val set"):
        service.survey_scope(ExportScope(parish.id, frozen=dataset.id, split=Split.VAL))
    with pytest.raises(RefusedError, match="its own images"):
        service.export(ExportRequest(parish.id, "listing", tmp_path / "x", folders=("a",), frozen=dataset.id))
