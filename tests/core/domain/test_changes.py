"""What a write changed, as a value."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest

from core.domain.changes import NO_CHANGES, Changed, Changes, changes_of
from core.domain.ids import (
    ConfigurationId,
    DatasetId,
    ImageId,
    ModelId,
    PredictionSetId,
    ProjectId,
    RunId,
    SnapshotId,
    VersionId,
)
from core.domain.imports import ImportReport

P, Q = ProjectId("p"), ProjectId("q")


def test_nothing_changed_is_empty_and_any_single_id_is_not() -> None:
    assert NO_CHANGES.is_empty
    for one in fields(Changes):
        only: dict[str, Any] = {one.name: frozenset({"x"})}
        assert not Changes(**only).is_empty, one.name


def test_ids_may_come_from_any_iterable_and_land_in_their_own_set() -> None:
    made = Changes.of(
        projects=[P],
        renamed=[Q],
        images=(ImageId(str(number)) for number in range(2)),
        image_lists={Q},
        folders=(P, P),
        categories=[Q],
        snapshots=[SnapshotId("s")],
        models=[ModelId("m")],
        versions=[VersionId("v")],
        runs=[RunId("r")],
        configurations=[ConfigurationId("c")],
        predictions=[PredictionSetId("f")],
        datasets=[DatasetId("d")],
        filters=[Q],
        trash=[P],
    )
    assert {one.name: set(getattr(made, one.name)) for one in fields(made)} == {
        "projects": {"p"},
        "renamed": {"q"},
        "images": {"0", "1"},
        "image_lists": {"q"},
        "folders": {"p"},
        "categories": {"q"},
        "snapshots": {"s"},
        "models": {"m"},
        "versions": {"v"},
        "runs": {"r"},
        "configurations": {"c"},
        "predictions": {"f"},
        "datasets": {"d"},
        "filters": {"q"},
        "trash": {"p"},
    }
    assert hash(made) == hash(Changes.of().merged(made))


def test_merged_holds_all_of_every_one_and_leaves_its_parts_alone() -> None:
    runs = Changes.of(runs=[RunId("r1")])
    more = Changes.of(runs=[RunId("r2")], versions=[VersionId("v")])
    assert runs.merged(more, Changes.of(projects=[P])) == Changes.of(
        projects=[P], runs=[RunId("r1"), RunId("r2")], versions=[VersionId("v")]
    )
    assert runs == Changes.of(runs=[RunId("r1")])
    assert runs.merged() == runs
    assert NO_CHANGES.merged(NO_CHANGES).is_empty


def test_a_whole_project_names_its_lists_and_no_image() -> None:
    assert Changes.whole_project(P) == Changes.of(projects=[P], image_lists=[P], folders=[P], categories=[P])


def test_annotations_name_their_images_and_whoever_counts_them_but_no_list() -> None:
    assert Changes.annotations(P, [ImageId("1")]) == Changes.of(
        projects=[P], images=[ImageId("1")], folders=[P], categories=[P]
    )


def test_changes_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        NO_CHANGES.projects = frozenset({P})  # type: ignore[misc]


def test_what_was_made_comes_with_what_changed() -> None:
    made = Changed("model", Changes.of(models=[ModelId("m")]))
    assert made.value == "model"
    assert made.changes.models == {ModelId("m")}


def test_an_answer_tells_its_changes_whatever_it_is() -> None:
    runs = Changes.of(runs=[RunId("r")])
    report = ImportReport(P, "P", "coco", 0, 0, 0, (), (), changes=runs)
    for answer in (runs, Changed(None, runs), report):
        assert changes_of(answer) == runs
    assert changes_of(None) == changes_of("text") == changes_of((runs,)) == NO_CHANGES
