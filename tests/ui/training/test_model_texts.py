from __future__ import annotations

from dataclasses import replace

from core.domain.models import Headline, Model, ModelVersion
from core.domain.workers import WorkerInfo
from ui.training.model_texts import best_of, classes_text, model_choice, usable_versions


def test_only_available_versions_of_the_worker_can_be_continued(versions: tuple[ModelVersion, ...]) -> None:
    assert [version.id for version in usable_versions(versions, "boxes")] == ["v2", "v1"]


def test_the_best_is_marked_where_all_were_measured_alike(versions: tuple[ModelVersion, ...]) -> None:
    two = versions[:2]
    best = best_of(two)
    assert best is not None
    assert best.id == "v1"
    assert best_of(versions[:1]) is None
    assert best_of((two[0], replace(two[1], headline=Headline("mAP50-95", 0.9, "val")))) is None


def test_many_classes_are_counted_not_listed() -> None:
    assert classes_text(["a", "b"]) == "2 classes: a, b"
    assert classes_text(["a"] * 6) == "6 classes: a, a, a, a and 2 more"
    assert classes_text([]) == "no class yet"


def test_a_model_of_another_task_says_why(models: tuple[Model, ...], workers: tuple[WorkerInfo, ...]) -> None:
    other = model_choice(models[1], workers[0])
    assert not other.is_enabled
    assert other.subtitle == "YOLO detection does not train segmentation models."
    assert model_choice(models[0], workers[0]).subtitle == "Detection · 1 class: text_line"


def test_a_model_whose_task_is_not_installed_says_so(models: tuple[Model, ...]) -> None:
    gone = model_choice(replace(models[0], task_problem='The task "detection" is not installed.'), None)
    assert not gone.is_enabled
    assert gone.subtitle == 'The task "detection" is not installed.'
