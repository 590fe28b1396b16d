"""Pictures that the checks found alike are said where a training has them in several sets."""

from __future__ import annotations

import json
import shutil
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


def test_a_dataset_that_was_checked_for_a_part_of_a_group_hides_no_other_part_of_it(leaky: LeakyProject) -> None:
    """The project's checks find the picture in train, test and, saved as is, in train again; the dataset's only the
    two of train."""
    again = leaky.root / "train" / "once more.jpg"
    shutil.copyfile(leaky.root / "test" / "saved anew.jpg", again)
    content = json.loads(leaky.source.path.read_text())
    number = max(image["id"] for image in content["images"]) + 1
    content["images"].append({"id": number, "file_name": "train/once more.jpg", "width": 240, "height": 180})
    content["annotations"].append(
        {"id": 999, "image_id": number, "category_id": 1, "bbox": [1, 1, 30, 30], "area": 900, "iscrowd": 0}
    )
    leaky.source.path.write_text(json.dumps(content))
    leaky.services.imports.commit(leaky.source, project_name="", into=leaky.project)
    leaky.services.checks.run(leaky.project)
    (before,) = issues(leaky, **FOLDERS)
    editing = leaky.services.dataset_editing
    made: DatasetId = editing.create(leaky.project, "Seals").value.dataset
    editing.fill(made, editing.get_dataset(made).sets[0].id, ImageFilter(leaky.project, folders=("train",)))
    leaky.services.checks.run(leaky.project, made)
    assert issues(leaky, **FOLDERS) == [before]


def test_what_is_only_told_of_keeps_no_training_from_starting(leaky: LeakyProject) -> None:
    leaky.services.checks.run(leaky.project)
    draft = TrainingDraft(leaky.project, "first", worker="fake", new_model_name="Seals", **FOLDERS)
    told = {issue.code for issue in leaky.services.training.review(draft).issues}
    assert {"W-153", "W-154"} & told
    assert leaky.services.training.submit(draft).value.snapshot
