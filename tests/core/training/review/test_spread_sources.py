"""Pages of one book in two sets of a training are said, and so is what a validation share carves apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.training import TrainingDraft
from tests.core.checks.leaky_project import LeakyProject


@pytest.fixture
def leaky(tmp_path: Path) -> Iterator[LeakyProject]:
    made = LeakyProject(tmp_path)
    yield made
    made.close()


def texts(leaky: LeakyProject, **changes: object) -> list[str]:
    draft = TrainingDraft(leaky.project, "first", worker="fake", new_model_name="Seals", **changes)
    return [issue.text for issue in leaky.services.training.review(draft).issues if issue.code == "W-153"]


def test_a_book_in_two_folders_is_a_remark(leaky: LeakyProject) -> None:
    (text,) = texts(leaky, train_folders=("train",), val_folders=("val",))
    assert "1 book, film or other source is in train and val at once: book0 (file names such as" in text
    assert "Keep each in one set" in text


def test_a_book_that_is_whole_in_its_set_is_none(leaky: LeakyProject) -> None:
    assert texts(leaky, train_folders=("train",), test_folders=("test",), val_folders=("test",)) == []


def test_what_the_share_for_validation_carves_apart_is_said(leaky: LeakyProject) -> None:
    (text,) = texts(leaky, train_folders=("train",), val_ratio=0.3)
    assert "Choose folders for validation" in text


def test_the_remark_leads_to_the_checks(leaky: LeakyProject) -> None:
    draft = TrainingDraft(leaky.project, "first", worker="fake", train_folders=("train",), val_folders=("val",))
    (issue,) = (issue for issue in leaky.services.training.review(draft).issues if issue.code == "W-153")
    assert issue.remedy is not None
    assert issue.remedy.view == "checks"
    assert not issue.is_error
