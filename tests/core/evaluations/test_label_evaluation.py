"""A classifier of crops, measured on images of a project that it was not trained on."""

from __future__ import annotations

from pathlib import Path

from label_workshop import LabelShop

from core.domain.evaluating import EvaluationDraft
from core.domain.geometry import Box
from core.domain.ids import TaskId
from core.domain.runs import RunStatus
from core.domain.studies import NoteKind, StudySource
from core.evaluations.service import EvaluationService
from core.evaluations.studies import StudyService
from core.packs.reading import read_pack
from core.runs.testing import run_to_its_end

BOX, OTHER = Box(2, 3, 20, 21), Box(30, 5, 50, 40)
NEAR = Box(2, 4, 20, 21)


def test_crops_of_other_images_are_frozen_counted_and_measured(tmp_path: Path) -> None:
    pages = {
        f"{folder}/page{i}.jpg": [("initial", BOX), ("initial", NEAR), ("picture", OTHER)]
        for folder in "ab"
        for i in range(6)
    }
    shop = LabelShop(tmp_path, {**pages, "b/bare.jpg": [], "b/line.jpg": [("line", BOX)]})
    record = shop.training.submit(
        shop.draft(task=TaskId("classification"), crop_of=("initial", "picture"), train_folders=("a",))
    ).value
    assert run_to_its_end(shop.runs, record).state.status is RunStatus.SUCCESS
    studies = StudyService(shop.registry, shop.projects, shop.models, runs=shop.runs, packs=shop.home.predictions)
    service = EvaluationService(
        shop.registry, shop.projects, shop.datasets, shop.models, shop.runs, studies, shop.home.predictions
    )
    draft = EvaluationDraft(version=record.version, project=shop.project, folders=("b",))

    run = service.submit(draft).value
    state = run_to_its_end(shop.runs, run).state
    assert state.status is RunStatus.SUCCESS, state.reason
    manifest = shop.datasets.open(run.snapshot)
    assert [len(image.objects) for image in manifest.images()] == [2] * 6
    (pack,) = shop.home.predictions.glob("*.pack")
    with read_pack(pack) as opened:
        assert len(opened.read(0).predictions) == 4
        assert {item.geometry for item in opened.read(0).predictions} == {BOX, OTHER}

    (made,) = (item for item in service.list_evaluations(record.version) if item.set is not None)
    again = service.measure_set(made.set).value
    assert again.table.overall.values == made.table.overall.values, "every class counts, not the surest alone"
    assert made.table.overall.value("log_loss") is not None
    with studies.open(StudySource.of_set(made.set)) as study:
        assert not study.has_note(NoteKind.LABELS_CHANGED), "nobody changed any"
    shop.close()
