"""Datasets that were trained from, after the registry was lost."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from app.services import open_services, registry_of
from core.datasets.freezing import DatasetFreezing
from core.datasets.frozen_about import list_about_files, read_about
from core.datasets.frozen_file import frozen_file
from core.domain.datasets import DatasetState
from core.domain.ids import RunId
from core.domain.imports import Severity
from core.domain.snapshots import Split
from core.domain.training import TrainingDraft
from core.home import Home
from core.rebuilding.findings import Rebuilt
from core.rebuilding.service import reindex_home
from core.runs.kinds import RunKindCatalog
from tests.core.training.service_workshop import Shop


@pytest.fixture
def lost(tmp_path: Path) -> tuple[Home, RunId]:
    """A home whose registry is gone; one run was trained from a frozen dataset."""
    shop = Shop(tmp_path)
    with open_services(shop.home) as services:
        editing, project = services.dataset_editing, shop.project
        proposed = services.dataset_proposing.propose_sets(project)
        id = services.dataset_proposing.create(project, "Pages", proposed).value.dataset
        before = DatasetFreezing(shop.registry, shop.home.snapshots).freeze(id).value
        assert editing.get_dataset(id).label == before.label == "Pages (V001)"
    draft = replace(shop.draft(train_folders=(), val_folders=(), test_folders=()), dataset=id)
    run = shop.training.submit(draft).value.id
    shop.close()
    shutil.rmtree(shop.home.backups, ignore_errors=True)
    for file in shop.home.registry_file.parent.glob(f"{shop.home.registry_file.name}*"):
        file.unlink()
    return shop.home, run


@pytest.fixture
def untrained(tmp_path: Path) -> Home:
    """A home whose registry is gone; of three frozen datasets, from which nothing was trained, one was deleted."""
    shop = Shop(tmp_path)
    with open_services(shop.home) as services:
        editing, project = services.dataset_editing, shop.project
        proposed = services.dataset_proposing.propose_sets(project)
        ids = [services.dataset_proposing.create(project, name, proposed).value.dataset for name in ("A", "B", "C")]
        editing.describe(ids[0], "The first")
        for id, version in zip(ids, ("", "spring", "gone"), strict=True):
            services.dataset_freezing.freeze(id, version)
        editing.delete(ids[2])
        services.sweep()
    shop.close()
    shutil.rmtree(shop.home.backups, ignore_errors=True)
    for file in shop.home.registry_file.parent.glob(f"{shop.home.registry_file.name}*"):
        file.unlink()
    return shop.home


def test_datasets_that_nothing_was_trained_from_are_listed_again(untrained: Home) -> None:
    rebuilt = _rebuild(untrained)
    assert (len(rebuilt.projects), rebuilt.n_datasets) == (1, 2)
    (unnamed,) = rebuilt.problems
    assert (unnamed.kind, unnamed.severity) == ("dataset-unnamed", Severity.INFO)  # the deleted one
    with open_services(untrained) as services:
        (project,) = services.projects.list_projects()
        found = {one.name: one for one in services.dataset_editing.list_datasets(project.id, with_annotated=True)}
        assert {name: (one.version, one.state, one.description) for name, one in found.items()} == {
            "A": ("V001", DatasetState.COMPLETE, "The first"),
            "B": ("spring", DatasetState.COMPLETE, ""),
        }
        assert [(item.n_images, item.n_annotated) for item in found["A"].sets] == [(25, 24), (4, 4), (3, 3)]
        assert services.dataset_freezing.verify(found["B"].id).problems == ()
    again = _rebuild(untrained)
    assert (again.projects, again.n_datasets) == ((), 0)


def test_a_damaged_one_is_named_and_leaves_the_others(untrained: Home) -> None:
    abouts = [(read_about(file), snapshot) for file, snapshot, _ in list_about_files(untrained.snapshots)]
    of_b = next(snapshot for about, snapshot in abouts if about is not None and about.name == "B")
    frozen_file(untrained.snapshots, of_b).chmod(0o600)
    frozen_file(untrained.snapshots, of_b).write_text("{}\n")
    rebuilt = _rebuild(untrained)
    assert rebuilt.n_datasets == 1
    (lost,) = [problem for problem in rebuilt.problems if problem.kind == "dataset-lost"]
    assert '"B (spring)"' in lost.text and "was changed after it was frozen" in lost.text


def test_notes_that_are_missing_come_and_those_of_nobody_go(untrained: Home) -> None:
    _rebuild(untrained)
    files = sorted(file for file, _, _ in list_about_files(untrained.snapshots))
    files[0].unlink()
    with open_services(untrained) as services:
        services.sweep()
        assert sorted(file for file, _, _ in list_about_files(untrained.snapshots)) == files
        (project,) = services.projects.list_projects()
        for dataset in services.dataset_editing.list_datasets(project.id):
            services.dataset_editing.delete(dataset.id)
        services.sweep()
        assert list(list_about_files(untrained.snapshots)) == []


def _rebuild(home: Home) -> Rebuilt:
    registry = registry_of(home)
    try:
        return reindex_home(home, registry, RunKindCatalog())
    finally:
        registry.close()


def test_a_dataset_is_listed_and_trained_from_again(lost: tuple[Home, RunId]) -> None:
    home, run = lost
    rebuilt = _rebuild(home)
    assert (rebuilt.n_datasets, rebuilt.problems) == (2, ())  # the run's own, and the person's
    assert _rebuild(home).n_datasets == 0
    with open_services(home) as services:
        (project,) = services.projects.list_projects()
        (dataset,) = services.dataset_editing.list_datasets(project.id, with_annotated=True)
        assert (dataset.label, dataset.state) == ("Pages (V001)", DatasetState.COMPLETE)
        assert [(item.name, item.n_images, item.n_annotated) for item in dataset.sets] == [
            ("train", 25, 24),
            ("val", 4, 4),
            ("test", 3, 3),
        ]
        assert services.dataset_freezing.verify(dataset.id).problems == ()
        assert services.dataset_freezing.propose_version(project.id) == "V002"
        (learned,) = services.datasets.list_snapshots(project.id)
        assert (learned.label, learned.dataset) == ("V001", "Pages (V001)")
        draft: TrainingDraft = services.training.draft_from_run(run)
        review = services.training.review(draft)
        assert {item.split: item.n_images for item in review.splits} == {Split.TRAIN: 24, Split.VAL: 4, Split.TEST: 3}
        edit = services.dataset_editing.clone(dataset.id).value
        assert edit.notes == ("32 images have left the project since it was frozen: the clone is without.",)


def test_a_dataset_whose_file_is_gone_is_named(lost: tuple[Home, RunId]) -> None:
    home, _ = lost
    (file,) = home.snapshots.glob("*.dataset.jsonl")
    file.unlink()
    rebuilt = _rebuild(home)
    (problem,) = rebuilt.problems
    assert (problem.kind, "Pages (V001)" in problem.text) == ("dataset-lost", True)
    assert rebuilt.n_runs == 1
