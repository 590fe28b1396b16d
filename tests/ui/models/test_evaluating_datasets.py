"""A dataset's sets among what a version can be measured on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pytestqt.qtbot import QtBot

from core.domain.datasets import Dataset, DatasetSet, DatasetState, SetId, SetRole
from core.domain.evaluating import EvaluationChoices, EvaluationDraft, EvaluationWish
from core.domain.ids import DatasetId, ProjectId
from core.domain.models import ModelVersion
from core.domain.projects import Project
from ui.models.evaluate_dialog import EvaluateDialog

NOW = datetime(2026, 11, 28, tzinfo=UTC)


def test_a_set_of_a_dataset_is_chosen(qtbot: QtBot, make_version: Callable[..., ModelVersion]) -> None:
    sets = (
        DatasetSet(SetId(1), "learn", SetRole.TRAIN, 80),
        DatasetSet(SetId(2), "exam", SetRole.TEST, 20),
    )
    version, project = make_version(1), Project(ProjectId("p"), "Charters", Path("/data"), NOW, 100, 90, 300)
    dataset = Dataset(DatasetId("d"), project.id, "Pages", DatasetState.COMPLETE, sets, NOW, NOW, version="V002")
    dialog = EvaluateDialog(EvaluationWish(version=version.id, project=project.id))
    qtbot.addWidget(dialog)
    dialog.set_offer([version], [project])
    dialog.set_choices(ProjectId(project.id), EvaluationChoices(("",), (), (dataset,)))
    texts = [dialog._what.itemText(row) for row in range(dialog._what.count())]
    assert texts[-1] == "Dataset Pages (V002) (100 images)"
    asked: list[EvaluationDraft] = []
    dialog.draft_changed.connect(asked.append)
    dialog._what.setCurrentIndex(len(texts) - 1)
    assert [dialog._part.itemText(row) for row in range(3)] == ["learn (80 images)", "exam (20 images)", "all sets"]
    assert asked[-1] == EvaluationDraft(version.id, project.id, dataset=dataset.id, set_name="exam")
    dialog._part.setCurrentIndex(2)
    assert dialog.draft == EvaluationDraft(version.id, project.id, dataset=dataset.id)
