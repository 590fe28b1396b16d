"""Pictures that the checks found alike are said where a training has them in several sets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.ids import DatasetId
from core.domain.projects import ImageFilter
from core.domain.training import Issue, TrainingDraft
from tests.core.checks.leaky_project import LeakyProject

FOLDERS = {"train_folders": ("train",), "val_folders": ("val",), "test_folders": ("test",)}


@pytest.fixture
def leaky(tmp_path: Path) -> Iterator[LeakyProject]:
    made = LeakyProject(tmp_path)
    made.draw_beyond("test/saved anew.jpg")  # what nobody annotated is not used
    yield made
    made.close()


def issues(leaky: LeakyProject, **changes: object) -> list[Issue]:
    draft = TrainingDraft(leaky.project, "first", worker="fake", new_model_name="Seals", **changes)
    return [issue for issue in leaky.services.training.review(draft).issues if issue.code == "W-154"]


def test_the_last_checks_are_heard_whatever_sets_a_training_takes(leaky: LeakyProject) -> None:
    assert issues(leaky, **FOLDERS) == []  # nobody has compared them yet
    leaky.services.checks.run(leaky.project)
    (issue,) = issues(leaky, **FOLDERS)
    assert issue.text.startswith(
        "1 group of pictures that look the same is in train and test at once (2 images), as the last checks found."
    )
    assert (issue.is_error, issue.remedy and issue.remedy.view) == (False, "checks")
    assert issues(leaky, train_folders=("val",), val_folders=("test",)) == []


def test_a_frozen_dataset_hears_of_them_too(leaky: LeakyProject) -> None:
    editing = leaky.services.dataset_editing
    made: DatasetId = editing.create(leaky.project, "Seals").value.dataset
    for item, folder in zip(editing.get_dataset(made).sets, ("train", "val", "test"), strict=True):
        editing.fill(made, item.id, ImageFilter(leaky.project, folders=(folder,)))
    leaky.services.checks.run(leaky.project, made)
    (before,) = issues(leaky, dataset=made)
    leaky.services.dataset_freezing.freeze(made)
    (after,) = issues(leaky, dataset=made)
    assert after == before


def test_what_is_only_told_of_keeps_no_training_from_starting(leaky: LeakyProject) -> None:
    leaky.services.checks.run(leaky.project)
    draft = TrainingDraft(leaky.project, "first", worker="fake", new_model_name="Seals", **FOLDERS)
    told = {issue.code for issue in leaky.services.training.review(draft).issues}
    assert {"W-153", "W-154"} & told
    assert leaky.services.training.submit(draft).value.snapshot
