"""From which confidence on a version's predictions count, and who says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.domain.changes import Changes
from core.domain.evaluation_json import table_to_json
from core.domain.ids import ProjectId
from core.domain.snapshots import Split
from core.domain.thresholds import USUAL_CONFIDENCE, ChosenThreshold, ThresholdOrigin
from core.errors import RefusedError, WeightsError
from core.models.card import make_card
from core.models.description import require_described
from core.models.origin import read_origin
from core.models.service import ModelService
from core.models.thresholds import threshold_of
from tests.core.evaluation.coco_tables import coco_row, coco_table
from tests.core.models.conftest import AddVersion

ABOUT = {
    "format": 1, "set": "val", "iou": 0.5, "f1": 0.8125, "n_images": 20, "n_objects": 37, "by_class": {"line": 0.31},
    "matcher": "coco-greedy 1",
}  # fmt: skip
PUBLISHED = {"threshold": 0.4375, "threshold_about": ABOUT}


def test_the_training_chooses_and_says_how() -> None:
    found = threshold_of(PUBLISHED)
    assert (found.confidence, found.origin, found.best, found.f1) == (0.4375, ThresholdOrigin.TRAINING, 0.4375, 0.8125)
    assert (
        found.about
        == "F1 is highest there on the validation images: 0.812 at IoU 0.50, over 37 objects of all classes."
    )
    assert found.best_by_category == {"line": 0.31}
    assert not found.by_category, "what is best of a class is shown, not used"


def test_what_a_stranger_says_of_classes_is_taken_where_it_is_a_confidence() -> None:
    said = {"line": 0.31, "initial": "high", "seal": 7, "note": None, "mark": float("nan"), "stamp": True}
    found = threshold_of({**PUBLISHED, "threshold_about": {**ABOUT, "by_class": said}})
    assert found.best_by_category == {"line": 0.31}


def test_older_versions_say_it_in_their_table() -> None:
    rows = (coco_row(None, 4, 9, 0.9, 0.8, 0.85, 0.61, 0.37), coco_row("line", 4, 9, 0.9, 0.8, 0.85, 0.61, 0.29))
    tables = {split.value: table_to_json(coco_table(split, rows, False, 300)) for split in (Split.VAL, Split.TEST)}
    found = threshold_of({"metrics": tables})
    assert (found.confidence, found.origin) == (0.37, ThresholdOrigin.TABLE)
    assert found.best_by_category == {"line": 0.29}
    assert "as its table says" in found.about
    unmeasured = threshold_of({"metrics": {"test": tables["test"]}})
    assert (unmeasured.confidence, unmeasured.origin) == (USUAL_CONFIDENCE, ThresholdOrigin.USUAL)
    assert "Not chosen" in unmeasured.about and not unmeasured.is_chosen, "a test set chooses nothing"


def test_a_persons_own_stands_above_and_can_be_taken_back(service: ModelService, add_version: AddVersion) -> None:
    version = add_version(**PUBLISHED)
    assert service.threshold_of(version.id).confidence == 0.4375
    changes = service.set_threshold(version.id, ChosenThreshold(0.6, {"initial": 0.2}))
    assert changes == Changes.of(versions=[version.id])
    found = service.threshold_of(version.id)
    assert found == service.get_details(version.id).threshold
    assert (found.confidence, found.origin, found.best) == (0.6, ThresholdOrigin.PERSON, 0.4375)
    assert found.at(("line", "initial")).by_category == {1: 0.2}
    assert found.about == 'Set as the default of this version. Single classes have one of their own: "initial" 0.20.'
    service.set_threshold(version.id, ChosenThreshold(None, {"initial": 0.2}))
    found = service.threshold_of(version.id)
    assert (found.confidence, found.origin) == (0.4375, ThresholdOrigin.TRAINING)
    service.set_threshold(version.id, ChosenThreshold())
    assert service.threshold_of(version.id) == threshold_of(PUBLISHED)


def test_a_persons_own_travels_with_the_version(
    service: ModelService, add_version: AddVersion, project: ProjectId, tmp_path: Path
) -> None:
    version = add_version(**PUBLISHED)
    service.export_version(version.id, tmp_path / "plain")
    assert "threshold" not in json.loads((tmp_path / "plain" / "version.json").read_bytes())
    service.set_threshold(version.id, ChosenThreshold(0.6, {"initial": 0.2}))
    service.export_version(version.id, tmp_path / "own")
    taken = service.import_version(tmp_path / "own", project, new_model_name="Taken in").value
    assert service.threshold_of(taken.id) == service.threshold_of(version.id)
    plain = service.import_version(tmp_path / "plain", project, new_model_name="Plain").value
    assert (plain.chosen_threshold, service.threshold_of(plain.id).confidence) == (None, 0.4375)


@pytest.mark.parametrize(
    "value", [[], {"confidence": 2, "by_category": {}}, {"confidence": None, "by_category": {"line": "x"}}, {}]
)
def test_an_own_threshold_from_elsewhere_that_is_none_is_refused(tmp_path: Path, value: object) -> None:
    told = {"model": "Lines", "number": 1, "name": "", "description": "", "duration_s": None, "format": 1}
    told |= {"trained_at": "2026-01-01T00:00:00+00:00", "threshold": value}
    (tmp_path / "version.json").write_text(json.dumps(told))
    with pytest.raises(WeightsError, match=r"version\.json cannot be understood"):
        read_origin(tmp_path)


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        (ChosenThreshold(1.5), "E-132"),
        (ChosenThreshold(float("nan")), "E-132"),
        (ChosenThreshold(0.5, {"line": -0.1}), "E-132"),
        (ChosenThreshold(0.5, {"lines": 0.1}), "E-133"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    service: ModelService, add_version: AddVersion, chosen: ChosenThreshold, code: str
) -> None:
    version = add_version(**PUBLISHED)
    with pytest.raises(RefusedError) as caught:
        service.set_threshold(version.id, chosen)
    assert caught.value.code == code
    assert service.get_version(version.id).chosen_threshold is None


def test_the_card_states_it() -> None:
    card = make_card({"name": "Lines V001", "categories": ["line"], **PUBLISHED})
    assert "## Threshold\n\nObjects count from confidence **0.438** on. F1 is highest there" in card
    assert "| line | 0.310 |" in card
    assert "## Threshold" not in make_card({"name": "Lines V001", "categories": ["line"]})


@pytest.mark.parametrize("value", [2, -0.1, "0.5", True])
def test_a_threshold_from_elsewhere_that_is_none_is_refused(value: object) -> None:
    model = {"architecture": "a", "worker": "w", "worker_version": "1", "task": "detection", "categories": ["line"]}
    require_described({**model, **PUBLISHED})
    with pytest.raises(WeightsError, match='"threshold"'):
        require_described({**model, "threshold": value})
