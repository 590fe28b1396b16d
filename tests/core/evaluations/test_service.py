"""Evaluations with real children: what is measured, what is refused, and what stays."""

from __future__ import annotations

from dataclasses import replace

import pytest
from evaluation_site import EvaluationSite

from app.services import registry_of
from core import clock
from core.domain.evaluating import EvaluationDraft
from core.domain.geometry import Box
from core.domain.ids import PredictionSetId
from core.domain.predicting import PredictionDraft
from core.domain.predictions import PredictionSet, SetKind
from core.domain.projects import ImageFilter
from core.domain.runs import RunStatus
from core.domain.snapshots import Split
from core.domain.studies import NoteKind, StudyKind, StudySource
from core.errors import NotFoundError, RefusedError, WeightsError
from core.evaluations.sureness import SurenessService
from core.packs.layout import PackHeader
from core.packs.reading import read_pack
from core.packs.writing import write_pack
from core.predictions.service import PredictionService
from core.rebuilding.service import reindex_home
from core.registry.stores import images as image_store
from core.registry.stores import predictions as set_store
from core.registry.stores.annotations import NewAnnotation, delete_imported, insert_annotations
from core.registry.stores.evaluations import list_evaluations
from core.registry.stores.projects import list_categories
from core.runs.kinds import RunKindCatalog
from core.runs.testing import run_to_its_end


def test_the_same_images_give_the_numbers_of_the_training(site):
    state = site.evaluate(site.quick)
    assert state.status is RunStatus.SUCCESS
    assert state.reason.startswith("Quick V001 on test: Box mAP50-95 ")
    trained, measured = (
        site.evaluations.list_evaluations(site.quick)[2],
        site.evaluations.list_evaluations(site.quick)[-1],
    )
    assert trained.run != measured.run
    assert measured.table.rows == trained.table.rows, "measured the same way, of the same images"
    assert (measured.split, measured.name) == (Split.TEST, "")
    (study,) = [s for s in site.studies.list_studies(version=site.quick) if s.kind is StudyKind.EVALUATION]
    assert (study.title, study.has_truth, study.n_images) == ("Quick V001 on test", True, 3)
    with site.studies.open(study.source) as opened, read_pack(opened.pack.path) as pack:
        assert pack.header.source["weights_sha256"] == site.shop.models.get_version(site.quick).weights_sha256
        assert opened.coco().overall.ap == pytest.approx(measured.table.overall.value("map50_95"), abs=1e-6)
        assert not opened.notes


def test_a_version_keeps_any_number_of_them_each_with_its_name(site):
    before = len(site.evaluations.list_evaluations(site.quick))
    site.evaluate(site.quick, name="First look", note="On a *rainy* day")
    site.evaluate(site.quick, folders=("val",))
    found = site.evaluations.list_evaluations(site.quick)
    assert len(found) == before + 2
    named, other = found[-2:]
    assert (named.name, named.note, other.name) == ("First look", "On a *rainy* day", "")
    assert named.set != other.set and named.id != other.id
    site.evaluations.rename(other.id, " Second ")
    site.evaluations.describe(other.id, "Nothing.")
    renamed = site.evaluations.list_evaluations(site.quick)[-1]
    assert (renamed.name, renamed.note, renamed.table) == ("Second", "Nothing.", other.table)
    site.evaluations.delete(other.id)
    assert site.evaluations.list_evaluations(site.quick)[-1].id == named.id
    with pytest.raises(NotFoundError):
        site.studies.open(StudySource.of_set(other.set))
    assert not (site.shop.home.predictions / f"{other.set}.pack").exists()
    assert (site.shop.home.predictions / f"{named.set}.pack").exists()


def test_what_the_training_measured_is_not_deleted(site):
    with pytest.raises(RefusedError, match="belongs to the version"):
        site.evaluations.delete(site.evaluations.list_evaluations(site.quick)[0].id)


def test_a_frozen_dataset_is_measured_by_its_sets(site):
    version = site.shop.models.get_version(site.quick)
    draft = EvaluationDraft(site.quick, site.shop.project, snapshot=version.snapshot, split=Split.TRAIN)
    survey = site.evaluations.survey(draft)
    assert (survey.where, survey.n_images, survey.n_objects) == ("V001 train set", 24, 48)
    assert "was trained on these images" in survey.warnings[0]
    state = site.evaluate(site.quick, folders=(), snapshot=version.snapshot, split=Split.TRAIN)
    assert state.status is RunStatus.SUCCESS
    measured = site.evaluations.list_evaluations(site.quick)[-1]
    assert measured.split is Split.TRAIN and measured.snapshot == version.snapshot
    with site.studies.open(StudySource.of_set(measured.set)) as study:
        (note,) = study.notes
        assert note.kind is NoteKind.SEEN and len(note.images) == 24


def test_some_images_and_whole_projects(site):
    ids = [image for image, _ in zip(site.shop.projects.list_image_ids(every(site)), range(3), strict=False)]
    survey = site.evaluations.survey(EvaluationDraft(site.quick, site.shop.project, images=tuple(ids)))
    assert (survey.where, survey.n_images) == ("3 chosen images", 3)
    survey = site.evaluations.survey(EvaluationDraft(site.quick, site.shop.project))
    assert (survey.where, survey.n_images, survey.n_unannotated) == ("Drawings", 31, 1)
    assert survey.warnings == (
        "1 image without annotations, or damaged, is left out.",
        "24 images were seen in training: the model does better on them.",
    )
    assert (survey.matched, survey.missing) == (("disc", "bar"), ())


def test_classes_are_matched_by_name_and_differences_said(fresh):
    with fresh.shop.registry.write() as session:
        names = {item.name: int(item.id) for item in list_categories(session, fresh.shop.project)}
        (key,) = [
            k for path, (k, _) in image_store.list_facts(session, fresh.shop.project).items() if path == "test/00.jpg"
        ]
        insert_annotations(session, [NewAnnotation(key, names["never seen"], Box(1, 1, 9, 9))])
    draft = EvaluationDraft(fresh.quick, fresh.shop.project, folders=("test",))
    survey = fresh.evaluations.survey(draft)
    assert survey.unknown == (("never seen", 1),)
    assert survey.warnings == ('The model does not know "never seen" (1): these objects are left out.',)
    assert fresh.evaluate(fresh.quick).status is RunStatus.SUCCESS
    assert fresh.evaluations.list_evaluations(fresh.quick)[-1].table.overall.n_instances == 6
    with fresh.shop.registry.write() as session:
        keys = [k for path, (k, _) in image_store.list_facts(session, fresh.shop.project).items() if "test" in path]
        delete_imported(session, keys)
        insert_annotations(session, [NewAnnotation(keys[0], names["never seen"], Box(1, 1, 9, 9))])
    with pytest.raises(RefusedError, match='None of its classes is one of the model\'s: "never seen"') as caught:
        fresh.evaluations.submit(draft)
    assert caught.value.code == "E-570"


def test_what_cannot_be_measured_is_refused_and_no_run_is_made(fresh):
    project = fresh.shop.project
    n_runs = len(fresh.service.list_runs())

    def refused(draft: EvaluationDraft, error: type[Exception]) -> str:
        with pytest.raises(error) as caught:
            fresh.evaluations.submit(draft)
        return caught.value.code

    draft = EvaluationDraft(fresh.quick, project, folders=("test",))
    assert refused(replace(draft, folders=("nowhere",)), NotFoundError) == "E-525"
    version = fresh.shop.models.get_version(fresh.quick)
    untested = fresh.train_draft(
        fresh.shop.draft(new_model_name="B", test_folders=(), device="cpu", values={"n_steps": 1})
    )
    snapshot = fresh.shop.models.get_version(untested).snapshot
    assert refused(replace(draft, folders=(), snapshot=snapshot, split=Split.TEST), RefusedError) == "E-523"
    (unlabelled,) = [
        record.id
        for record in fresh.shop.projects.get_images(fresh.shop.projects.list_image_ids(every(fresh)))
        if not record.n_annotations
    ]
    assert refused(replace(draft, folders=(), images=(unlabelled,)), RefusedError) == "E-570"
    weights = version.folder / "weights.safetensors"
    weights.rename(weights.with_name("elsewhere"))
    assert refused(draft, WeightsError) == "E-260"
    assert len(fresh.service.list_runs()) == n_runs + 1, "that of the training"


def test_altered_weights_are_refused_by_the_child(fresh):
    weights = fresh.shop.models.get_version(fresh.quick).folder / "weights.safetensors"
    weights.chmod(0o600)
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    state = fresh.evaluate(fresh.quick)
    assert state.status is RunStatus.FAILED
    assert "not as they were published" in state.reason
    assert len(fresh.evaluations.list_evaluations(fresh.quick)) == 3
    assert list(fresh.shop.home.predictions.iterdir()) == []


def test_images_that_changed_since_they_were_imported_are_refused(fresh):
    (fresh.shop.images_root / "test/01.jpg").write_bytes((fresh.shop.images_root / "test/02.jpg").read_bytes())
    state = fresh.evaluate(fresh.quick)
    assert state.status is RunStatus.FAILED
    assert "test/01.jpg" in state.reason


def test_numbers_whose_predictions_were_deleted_stay_and_say_so(fresh):
    fresh.evaluate(fresh.quick, name="Bare")
    evaluation = fresh.evaluations.list_evaluations(fresh.quick)[-1]
    with fresh.shop.registry.write() as session:
        set_store.delete_set(session, evaluation.set)
    entry = fresh.evaluations.list_entries(fresh.quick)[-1]
    assert (entry.evaluation, entry.has_predictions) == (evaluation, False)
    assert SurenessService(fresh.studies, fresh.shop.models).of_entry(entry) is None
    fresh.evaluations.delete(evaluation.id)
    assert len(fresh.evaluations.list_entries(fresh.quick)) == 3


def test_evaluations_come_back_when_the_registry_is_made_again(tmp_path):
    site = EvaluationSite(tmp_path)
    home = site.shop.home
    site.evaluate(site.quick, name="Kept", note="For ever.")
    (before,) = [item for item in site.evaluations.list_evaluations(site.quick) if item.set is not None]
    predictions = PredictionService(
        site.shop.registry, site.shop.projects, site.shop.models, site.service, home.predictions
    )
    state = run_to_its_end(site.service, predictions.submit(PredictionDraft(site.quick, site.shop.project))).state
    assert state is not None and state.status is RunStatus.SUCCESS
    (deleted,) = [one for one in predictions.list_sets() if one.kind is SetKind.PREDICTION]
    predictions.delete([deleted.id])
    site.close()
    for file in home.root.glob(f"{home.registry_file.name}*"):
        file.unlink()
    assert reindex_home(home, registry_of(home), RunKindCatalog()).problems == ()
    with registry_of(home) as registry, registry.read() as session:
        found = [item for item in list_evaluations(session, version=site.quick) if item.set is not None]
        assert found == [before]
        assert [one.id for one in set_store.list_sets(session)] == [before.set], "what was deleted stays away"
        assert set_store.path_of(session, before.set).is_file()


def test_removing_the_run_leaves_the_evaluation(site):
    record = site.submit(site.quick)
    run_to_its_end(site.service, record)
    found = site.evaluations.list_evaluations(site.quick)[-1]
    assert found.run == record.id
    site.service.remove(record.id, with_files=True)
    assert site.evaluations.list_evaluations(site.quick)[-1] == found
    site.studies.open(StudySource.of_set(found.set)).close()


def test_predictions_of_another_program_are_measured_like_a_versions(site, tmp_path):
    """Those of the version itself, as if another program had written them."""
    version = site.shop.models.get_version(site.quick)
    pack = site.shop.home.predictions / "imported.pack"
    with read_pack(version.folder / "predictions-test.pack") as own:
        header = PackHeader(own.header.categories, own.header.task)
        with write_pack(pack, header) as writer:
            for record in own.walk():
                writer.add(record.image, record.predictions)
    with site.studies.open(StudySource.of_version(site.quick, Split.TEST)) as study:
        own_table = study.table
    item = PredictionSet(
        PredictionSetId("ab" * 16), SetKind.IMPORT, "Other program", clock.now(), own_table.categories, 3,
        own_table.n_predictions, 1, project=site.shop.project,
    )  # fmt: skip
    with site.shop.registry.write() as session:
        set_store.put_set(session, item, pack)
    with site.studies.open(StudySource.of_set(item.id)) as study:
        assert [note.kind for note in study.notes] == [NoteKind.NO_TRUTH]
    measured = site.evaluations.measure_set(item.id).value
    trained = site.evaluations.list_evaluations(site.quick)[2]
    assert (measured.version, measured.set, measured.name) == (None, item.id, "Other program")
    assert measured.table.rows == trained.table.rows
    site.evaluations.delete(measured.id)
    assert pack.is_file(), "the import stays"


def test_what_was_predicted_before_it_was_measured_outlives_its_measurements(fresh):
    """A prediction's set is a person's own: two measurements of it are two entries, and take nothing with them."""
    with fresh.studies.open(StudySource.of_version(fresh.quick, Split.TEST)) as study:
        table = study.table
    pack = fresh.shop.home.predictions / "predicted.pack"
    folder = fresh.shop.models.get_version(fresh.quick).folder
    pack.parent.mkdir(exist_ok=True)
    pack.write_bytes((folder / "predictions-test.pack").read_bytes())
    item = PredictionSet(
        PredictionSetId("cd" * 16), SetKind.PREDICTION, "Quick V001 on test", clock.now(), table.categories, 3,
        table.n_predictions, 1, version=fresh.quick, project=fresh.shop.project,
    )  # fmt: skip
    with fresh.shop.registry.write() as session:
        set_store.put_set(session, item, pack)
    measured = [fresh.evaluations.measure_set(item.id, name=name) for name in ("First", "Second")]
    assert all(item.id in one.changes.predictions for one in measured)
    entries = [one for one in fresh.evaluations.list_entries(fresh.quick) if one.info.source.set == item.id]
    assert [one.evaluation.name for one in entries] == ["First", "Second"]
    fresh.evaluations.delete(measured[0].value.id)
    assert pack.is_file() and fresh.evaluations.list_evaluations(fresh.quick)[-1] == measured[1].value
    fresh.evaluations.delete(measured[1].value.id)
    with fresh.shop.registry.read() as session:
        assert set_store.get_set(session, item.id) == item
    fresh.studies.open(StudySource.of_set(item.id)).close()


def test_an_imported_version_keeps_the_numbers_that_it_came_with(fresh, tmp_path):
    """It has no run, and neither has what is measured of it later without one."""
    models, project = fresh.shop.models, fresh.shop.project
    target = models.export_version(fresh.quick, tmp_path / "out.zip")
    version = models.import_version(target, project, new_model_name="Taken in").value
    before = models.get_details(version.id).tables, models.get_version(version.id)
    pack = fresh.shop.home.predictions / "worse.pack"
    pack.parent.mkdir(exist_ok=True)
    with read_pack(version.folder / "predictions-test.pack") as own, write_pack(pack, own.header) as writer:
        for record in own.walk():
            writer.add(record.image, record.predictions[:1], record.truths)
    item = PredictionSet(
        PredictionSetId("ef" * 16), SetKind.PREDICTION, "Taken in V001 on test", clock.now(), ("disc", "bar"), 3, 3, 1,
        version=version.id, project=project,
    )  # fmt: skip
    with fresh.shop.registry.write() as session:
        set_store.put_set(session, item, pack)
    measured = fresh.evaluations.measure_set(item.id).value
    assert measured.table.rows != before[0][-1].rows
    assert (models.get_details(version.id).tables, models.get_version(version.id)) == before


def test_images_that_the_project_has_no_more_are_not_measured_and_said(fresh):
    """They have no labels today: what was found there would be wrong without anybody having said so."""
    folder, pack = fresh.shop.models.get_version(fresh.quick).folder, fresh.shop.home.predictions / "some.pack"
    pack.parent.mkdir(exist_ok=True)
    with read_pack(folder / "predictions-test.pack") as own, write_pack(pack, own.header) as writer:
        for number, record in enumerate(own.walk()):
            image = replace(record.image, key="gone.jpg") if number == 1 else record.image
            writer.add(image, record.predictions, record.truths)
    item = PredictionSet(
        PredictionSetId("ab" * 16), SetKind.PREDICTION, "Quick V001 on test", clock.now(), ("disc", "bar"), 3, 6, 1,
        version=fresh.quick, project=fresh.shop.project, has_truth=True,
    )  # fmt: skip
    with fresh.shop.registry.write() as session:
        set_store.put_set(session, item, pack)
    with (
        fresh.studies.open(StudySource.of_set(item.id)) as study,
        fresh.studies.with_present_labels(study) as present,
    ):
        (note,) = [note for note in present.notes if note.kind is NoteKind.PARTLY_ANNOTATED]
        assert note.images == (1,) and "1 image is not in the project any more, of 3" in note.text
    table = fresh.evaluations.measure_set(item.id).value.table
    assert (table.overall.n_images, table.overall.n_instances) == (2, 4)
    assert table.overall.value("precision") == 1.0


def every(site: EvaluationSite) -> ImageFilter:
    return ImageFilter(site.shop.project)
