from __future__ import annotations

from dataclasses import replace

from core.domain.ids import ModelId, ProjectId
from core.domain.models import Headline, Model, ModelVersion
from core.domain.workers import WorkerInfo
from ui.training.model_texts import (
    best_of,
    classes_text,
    difference_words,
    model_choice,
    model_choices,
    usable_versions,
)


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


def test_models_of_all_projects_are_offered_those_with_the_same_classes_first(
    models: tuple[Model, ...], workers: tuple[WorkerInfo, ...]
) -> None:
    own = replace(models[0], categories=("text_line", "stamp"))
    same = replace(models[0], id=ModelId("m8"), project=ProjectId("q"), project_name="Letters")
    none = replace(models[0], id=ModelId("m7"), project=None, project_name="")
    other = replace(models[1], id=ModelId("m9"), project=ProjectId("q"), project_name="Letters")
    choices = model_choices((own, *models[1:], other, none, same), workers[0], ("text_line",), models[0].project)
    # Of another project's models only what can be trained; the project's own stands there with the reason.
    assert [choice.key for choice in choices] == ["m7", "m8", "m1", "m2"]
    assert [choice.is_enabled for choice in choices] == [True, True, True, False]
    assert choices[1].subtitle == "Detection · of Letters · 1 class: text_line · the same classes"
    assert choices[0].subtitle.startswith("Detection · of no project · ")
    assert choices[2].subtitle.endswith("2 classes: text_line, stamp · has stamp besides")


def test_how_classes_differ_is_said_in_words() -> None:
    assert difference_words(("a", "b"), ("b", "a")) == "the same classes"
    assert difference_words(("a",), ("a", "b", "c")) == "lacks b, c"
    assert difference_words(("a", "x"), ("a", "b")) == "lacks b and has x besides"
    assert difference_words((), ("a",)) == ""
