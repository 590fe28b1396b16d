"""Studies of real versions: their numbers are the training's, and what is not as it was is said."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest
from evaluation_site import EvaluationSite
from PIL import Image

from core import clock
from core.domain.geometry import Box
from core.domain.ids import CategoryId, PredictionSetId
from core.domain.outcomes import Thresholds
from core.domain.predictions import PredictedImage, PredictionSet, SetKind
from core.domain.snapshots import Split
from core.domain.studies import NoteKind, PictureState, StudyKind, StudySource
from core.domain.thresholds import ThresholdOrigin
from core.errors import FormatError, NotFoundError, RefusedError
from core.evaluations.studies import _are_files
from core.evaluations.study import Study
from core.packs.reading import read_pack
from core.packs.writing import write_pack
from core.registry.stores import images as image_store
from core.registry.stores import predictions as set_store
from core.registry.stores.annotations import NewAnnotation, delete_imported, insert_annotations
from core.registry.stores.projects import list_categories

LOW = Thresholds(0.001)


def study_of(site: EvaluationSite, split: Split = Split.TEST) -> Study:
    return site.studies.open(StudySource.of_version(site.quick, split))


def test_what_a_training_predicted_is_listed_and_opened(site):
    found = site.studies.list_studies(version=site.quick)
    assert [(info.split, info.n_images) for info in found] == [(Split.TEST, 3), (Split.VAL, 4), (Split.TRAIN, 24)]
    of_project = site.studies.list_studies(project=site.shop.project)
    assert found == tuple(info for info in of_project if info.version == site.quick) and len(of_project) == 6
    of_run = site.studies.list_studies(run=site.shop.models.get_version(site.quick).run)
    assert found == of_run[:3] and of_run[3].kind is StudyKind.EPOCH
    assert (found[0].title, found[0].subtitle, found[0].has_truth) == ("Quick V001", "test set", True)
    with study_of(site) as study:
        assert study.info == found[0]
        assert study.categories == ("disc", "bar")
        counts = study.outcomes(LOW).counts
        assert counts.tp + counts.fn == 6
        assert study.outcomes(LOW) is study.outcomes(Thresholds(0.001)), "computed once"
        assert study.scores(LOW).tp.sum() == counts.tp
        assert study.matrix(LOW).counts.sum() == counts.tp + counts.fp + counts.fn
        table = site.shop.models.get_details(site.quick).tables[-1]
        assert study.precision_recall().ap[0] == pytest.approx(table.overall.value("map50"), abs=1e-6)
        assert study.curves().f1.shape == (3, 101)
        assert sum(part.sum() for part in study.score_histogram(LOW).parts.values()) == counts.tp + counts.fp
        assert study.iou_histogram(LOW).parts["TP"].sum() == counts.tp
        assert study.calibration().n.sum() == study.table.n_predictions
        assert not study.notes


def test_the_training_published_the_threshold_where_f1_of_val_is_highest(site):
    found = site.shop.models.threshold_of(site.quick)
    assert found.origin is ThresholdOrigin.TRAINING
    with study_of(site, Split.VAL) as study:
        assert found.confidence == study.curves().best[0]
        assert study.outcomes(found.at(study.categories)).counts.f1 == found.f1
    assert "## Threshold" in site.shop.models.get_details(site.quick).card


def test_the_epochs_of_a_run_are_studies_too(site):
    run = site.shop.models.get_version(site.quick).run
    (info,) = [info for info in site.studies.list_studies(run=run) if info.kind is StudyKind.EPOCH]
    assert info.title == "first run, epoch 1" and info.source == StudySource.of_epoch(run, 1)
    with site.studies.open(info.source) as study:
        assert study.table.n_images == 4 and study.info.project == site.shop.project
        assert site.studies.image(study, 0).state is PictureState.OK
    with pytest.raises(NotFoundError, match="after epoch 7 was not kept"):
        site.studies.open(StudySource.of_epoch(run, 7))


def test_images_that_nobody_annotated_are_said_among_others(fresh):
    """A prediction looks at whatever it is told to; found objects count as wrong where nothing is drawn."""
    folder, pack = fresh.shop.models.get_version(fresh.quick).folder, fresh.shop.home.predictions / "mixed.pack"
    pack.parent.mkdir(exist_ok=True)
    for n_bare in (0, 1, 3):
        with read_pack(folder / "predictions-test.pack") as own, write_pack(pack, own.header) as writer:
            for number, record in enumerate(own.walk()):
                writer.add(record.image, record.predictions, record.truths if number >= n_bare else ())
        item = PredictionSet(
            PredictionSetId("ab" * 16), SetKind.PREDICTION, "Quick V001 on test", clock.now(), ("disc", "bar"), 3, 6, 1,
            version=fresh.quick, project=fresh.shop.project, has_truth=True,
        )  # fmt: skip
        with fresh.shop.registry.write() as session:
            set_store.put_set(session, item, pack)
        with fresh.studies.open(StudySource.of_set(item.id)) as study:
            said = [note for note in study.notes if note.kind is NoteKind.PARTLY_ANNOTATED]
            assert [note.images for note in said] == ([(0,)] if n_bare == 1 else [])
            with fresh.studies.with_present_labels(study) as present:
                assert not present.has_note(NoteKind.PARTLY_ANNOTATED)


def test_intervals_are_those_of_the_present_attempt(fresh):
    """A stopped prediction can be tried again: its set keeps its id, and holds other predictions."""
    folder, pack = fresh.shop.models.get_version(fresh.quick).folder, fresh.shop.home.predictions / "again.pack"
    pack.parent.mkdir(exist_ok=True)
    found = []
    for n_images in (1, 3):
        with read_pack(folder / "predictions-test.pack") as own, write_pack(pack, own.header) as writer:
            for record in list(own.walk())[:n_images]:
                writer.add(record.image, record.predictions[: n_images // 3], record.truths)
        item = PredictionSet(
            PredictionSetId("ab" * 16), SetKind.PREDICTION, "Quick V001 on test", clock.now(), ("disc", "bar"),
            n_images, writer.n_predictions, 1, version=fresh.quick, project=fresh.shop.project, has_truth=True,
        )  # fmt: skip
        with fresh.shop.registry.write() as session:
            set_store.put_set(session, item, pack)
        with fresh.studies.open(StudySource.of_set(item.id)) as study:
            found.append(study.intervals(LOW, n_resamples=20)["f1"].value)
    assert found[0] == 0.0 and found[1] > 0.0


def test_intervals_are_worked_out_once_and_forgotten_with_their_predictions(fresh):
    source = StudySource.of_version(fresh.quick, Split.TEST)
    with fresh.studies.open(source) as study:
        found = study.intervals(LOW, n_resamples=20)
    (file,) = fresh.shop.home.predictions.glob("*.intervals.json")
    assert found["f1"].interval is not None and found["f1"].interval.is_wide
    written = file.read_text()
    with fresh.studies.open(source) as study:
        assert study.intervals(LOW, n_resamples=20) == found
        file.write_text(written.replace("0.95", "0.5"))
    with fresh.studies.open(source) as study:
        assert study.intervals(LOW, n_resamples=20)["f1"].interval.level == 0.5, "as it was kept"
        study.intervals(Thresholds(0.5), n_resamples=20)
        assert len(list(fresh.shop.home.predictions.glob("*.intervals.json"))) == 2
    for damaged in ("[]", "{}", written.replace('"format": 1', '"format": 2'), written[:40]):
        file.write_text(damaged)
        with fresh.studies.open(source) as study:
            assert study.intervals(LOW, n_resamples=20) == found
    fresh.evaluate(fresh.quick)
    evaluation = fresh.evaluations.list_evaluations(fresh.quick)[-1]
    with fresh.studies.open(StudySource.of_set(evaluation.set)) as study:
        study.intervals(LOW, n_resamples=20)
        with fresh.studies.with_present_labels(study) as present:
            present.intervals(LOW, n_resamples=20)
    assert len(list(fresh.shop.home.predictions.glob(f"{evaluation.set}*.json"))) == 1, "other labels, other numbers"
    fresh.evaluations.delete(evaluation.id)
    assert not list(fresh.shop.home.predictions.glob(f"{evaluation.set}*"))


def test_an_image_comes_with_its_objects_and_its_file(site):
    with study_of(site) as study:
        image = site.studies.image(study, 1)
        assert image.record.image.key == "test/01.jpg"
        assert image.path == site.shop.images_root / "test/01.jpg"
        assert (image.state, image.text) == (PictureState.OK, "")
        assert [item.category for item in image.record.truths] == [0, 1]
        (record,) = site.shop.projects.get_images([image.id])
        assert record.path == "test/01.jpg"


def test_training_images_and_a_missing_test_set_are_said(fresh):
    with study_of(fresh, Split.TRAIN) as study:
        assert [note.kind for note in study.notes] == [NoteKind.SEEN]
    with study_of(fresh, Split.VAL) as study:
        assert not study.notes, "there is a test set"
    draft = fresh.shop.draft(new_model_name="Untested", test_folders=(), device="cpu", values={"n_steps": 1})
    version = fresh.train_draft(draft)
    with fresh.studies.open(StudySource.of_version(version, Split.VAL)) as study:
        assert [note.kind for note in study.notes] == [NoteKind.NO_TEST]
    with pytest.raises(NotFoundError, match="test set was not kept"):
        fresh.studies.open(StudySource.of_version(version, Split.TEST))


def test_labels_that_changed_are_said_and_can_be_measured_against(fresh):
    with study_of(fresh) as study:
        before = study.outcomes(LOW).counts
        key = int(study.found[2].id)
        with fresh.shop.registry.write() as session:
            names = {item.name: item.id for item in list_categories(session, fresh.shop.project)}
            insert_annotations(session, [new(key, names["disc"]), new(key, names["never seen"])])
        unchanged = fresh.studies.with_present_labels(study)
    with study_of(fresh) as study, unchanged as present:
        (note,) = study.notes
        assert (note.kind, note.images) == (NoteKind.LABELS_CHANGED, (2,))
        assert study.outcomes(LOW).counts == before, "what was measured stays"
        assert present.has_present_labels
        assert [note.kind for note in present.notes] == [NoteKind.PRESENT_LABELS, NoteKind.CLASSES_ADAPTED]
        assert '"never seen" (1)' in present.notes[1].text
        counts = present.outcomes(LOW).counts
        assert counts.tp + counts.fn == 7
        assert len(present.record(2).truths) == 3
        assert present.images[2].n_truths == 3


def test_images_that_changed_moved_or_went_are_said(fresh):
    root = fresh.shop.images_root
    Image.fromarray(np.zeros((48, 64, 3), np.uint8)).save(root / "test/00.jpg")
    (root / "test/01.jpg").rename(root / "elsewhere.jpg")
    with study_of(fresh) as study:
        changed, gone, same = (fresh.studies.image(study, index) for index in range(3))
    assert changed.state is PictureState.CHANGED and "may not fit" in changed.text
    assert changed.path is not None
    assert gone.state is PictureState.MISSING and gone.path is None and "does not exist" in gone.text
    assert same.state is PictureState.OK


def test_a_picture_that_lies_elsewhere_in_the_project_is_found(fresh):
    root = fresh.shop.images_root
    shutil.copy(root / "test/01.jpg", root / "train/00.jpg")
    with study_of(fresh) as study:
        sha256 = study.found[1].sha256
        with fresh.shop.registry.write() as session:
            facts = image_store.list_facts(session, fresh.shop.project)
            key, fact = facts["train/00.jpg"]
            image_store.update_images(session, {key: replace(fact, sha256=sha256)})
        (root / "test/01.jpg").unlink()
        image = fresh.studies.image(study, 1)
    assert (image.state, image.path) == (PictureState.MOVED, root / "train/00.jpg")
    assert "train/00.jpg" in image.text


def test_images_of_another_content_or_size_in_the_project_are_counted(fresh):
    with fresh.shop.registry.write() as session:
        facts = image_store.list_facts(session, fresh.shop.project)
        (first, one), (second, two) = facts["test/00.jpg"], facts["test/02.jpg"]
        changed = {first: replace(one, sha256="0" * 64), second: replace(two, width=32)}
        image_store.update_images(session, changed)
    with study_of(fresh) as study:
        notes = {note.kind: note for note in study.notes}
    assert notes[NoteKind.IMAGES_CHANGED].images == (0,)
    assert notes[NoteKind.OTHER_SIZE].images == (2,)
    assert '"test/02.jpg" was 64 x 48 pixels, and is 32 x 48' in notes[NoteKind.OTHER_SIZE].text


def test_without_the_project_the_numbers_stay(fresh):
    fresh.shop.projects.remove_project(fresh.shop.project)
    with study_of(fresh) as study:
        assert [note.kind for note in study.notes] == [NoteKind.NO_PROJECT]
        assert study.outcomes(LOW).counts.tp
        image = fresh.studies.image(study, 0)
        assert (image.state, image.path) == (PictureState.UNKNOWN, None)
        with pytest.raises(RefusedError, match="not on this computer"):
            fresh.studies.with_present_labels(study)


def test_labels_of_no_class_of_the_model_are_no_ground_truth(fresh):
    with study_of(fresh) as study, fresh.shop.registry.write() as session:
        delete_imported(session, [int(item.id) for item in study.found])
        names = {item.name: item.id for item in list_categories(session, fresh.shop.project)}
        insert_annotations(session, [new(int(study.found[0].id), names["never seen"])])
    with study_of(fresh) as study, pytest.raises(RefusedError) as caught:
        fresh.studies.with_present_labels(study)
    assert caught.value.code == "E-570"
    assert '"never seen"' in caught.value.text


def test_a_damaged_pack_is_refused_and_left_out_of_lists(fresh):
    folder = fresh.shop.models.get_version(fresh.quick).folder
    pack = folder / "predictions-test.pack"
    pack.chmod(0o600)
    pack.write_bytes(pack.read_bytes()[:-5])
    assert [info.split for info in fresh.studies.list_studies(version=fresh.quick)] == [Split.VAL, Split.TRAIN]
    with pytest.raises(FormatError, match="cut off"):
        study_of(fresh)


def new(image: int, category: CategoryId) -> NewAnnotation:
    return NewAnnotation(image, int(category), Box(1, 1, 9, 9))


def test_files_of_no_project_are_named_by_their_whole_paths(tmp_path):
    """Nobody is told then that a project is missing."""
    file = PredictedImage(str(tmp_path / "a.png"), "", 10, 10)
    assert _are_files([file])
    assert not _are_files([file, PredictedImage("train/a.png", "", 10, 10)])
    assert not _are_files([])
