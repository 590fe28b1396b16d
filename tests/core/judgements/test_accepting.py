"""Predictions become annotations only as a person decides, once, with their study; and it can be taken back."""

from __future__ import annotations

import dataclasses
import os

import pytest

from core import clock
from core.domain.datasets import DatasetFacts, DatasetId, DatasetState
from core.domain.geometry import Box, Polygon
from core.domain.judgements import Correction
from core.domain.labelling import ShapeEdit
from core.domain.models import VersionStatus
from core.domain.runs import RunStatus
from core.errors import RefusedError
from core.files.locks import try_lock
from core.labelling.service import LabellingService
from core.registry.places import freezing_lock
from core.registry.stores import datasets
from core.registry.stores.annotations import delete_imported
from core.training.draft.draft_json import draft_from_json, draft_to_json

FREE = "train/unlabelled.jpg"  # nobody annotated it
FAR = Box(40, 30, 60, 45)  # where no image has an object


def test_the_queue_asks_the_least_confident_first(shop):
    study = shop.predict({FREE: [("disc", 0.9, Box(1, 1, 9, 9)), ("bar", 0.3, Box(20, 1, 30, 9)), ("disc", 0.1, FAR)]})
    queue = shop.accepting.queue(shop.project, study)
    assert [(one.category, one.confidence) for one in queue.candidates] == [("bar", 0.3), ("disc", 0.9)]
    assert [one.confidence for one in shop.accepting.queue(shop.project, study, 0.05).candidates] == [0.1, 0.3, 0.9]


def test_an_accepted_prediction_is_no_ground_truth_and_knows_whose_it_is(shop):
    study = shop.predict({FREE: [("disc", 0.9, Box(1, 1, 9, 9))]})
    before = shop.projects.get_project(shop.project)
    (candidate,) = shop.accepting.queue(shop.project, study).candidates
    changed = shop.accepting.accept(shop.project, study, [candidate])
    (found,) = shop.accepting.list_accepted([candidate.image])
    assert (found.id,) == changed.value.annotations
    assert (found.geometry, found.confidence, found.source) == (Box(1, 1, 9, 9), 0.9, "Shapes V001")
    assert found.set == study.source.set and found.reviewed_at is not None and not found.is_corrected
    assert candidate.image in changed.changes.images
    (annotated,) = shop.projects.get_annotated([candidate.image])
    assert annotated.annotations == () and annotated.image.n_annotations == 0
    after = shop.projects.get_project(shop.project)
    assert (after.n_annotations, after.n_annotated) == (before.n_annotations, before.n_annotated)
    assert shop.projects.count_model_annotations(shop.project) == 1


def test_accepting_twice_adds_nothing(shop):
    study = shop.predict({FREE: [("disc", 0.9, Box(1, 1, 21, 21))]})
    (candidate,) = shop.accepting.queue(shop.project, study).candidates
    shop.accepting.accept(shop.project, study, [candidate])
    again = shop.accepting.accept(shop.project, study, [candidate, candidate]).value
    assert (again.annotations, again.n_known) == ((), 2)
    assert shop.accepting.queue(shop.project, study).candidates == ()
    # Another version finds the same object nearly there.
    other = shop.predict({FREE: [("disc", 0.8, Box(1, 1, 21, 20.5)), ("bar", 0.8, Box(1, 1, 21, 21))]})
    queue = shop.accepting.queue(shop.project, other)
    assert ([one.category for one in queue.candidates], queue.n_judged) == (["bar"], 1)


def test_an_object_of_the_ground_truth_is_said_and_not_added_again(shop):
    (annotated,) = shop.projects.get_annotated([shop.id_of("train/00.jpg")])
    names = {category.id: category.name for category in shop.projects.list_categories(shop.project)}
    first = annotated.annotations[0]
    box, name = first.geometry.bounds(), names[first.category]
    half = Box(box.x0, box.y0, box.x1, box.y0 + 0.7 * box.height)
    study = shop.predict({"train/00.jpg": [(name, 0.9, box), (name, 0.8, half), (name, 0.7, FAR)]})
    queue = shop.accepting.queue(shop.project, study)
    assert ([one.confidence for one in queue.candidates], queue.n_agreeing) == ([0.7], 2)
    picked = shop.accepting.pick(shop.project, study, [(0, 0)])
    judged = shop.accepting.accept(shop.project, study, picked).value
    assert (judged.annotations, judged.n_in_truth) == ((), 1)


def test_a_corrected_prediction_says_so(shop):
    ring = Polygon(((1.0, 1.0, 9.0, 1.0, 9.0, 9.0),))
    study = shop.predict({FREE: [("disc", 0.9, ring), ("bar", 0.8, FAR), ("disc", 0.7, Box(20, 1, 30, 9))]})
    third, second, first = shop.accepting.queue(shop.project, study).candidates
    moved = Polygon(((1.0, 1.0, 12.0, 1.0, 9.0, 9.0),))
    shop.accepting.correct(shop.project, study, first, Correction(geometry=moved))
    shop.accepting.correct(shop.project, study, second, Correction(category="disc"))
    shop.accepting.correct(shop.project, study, third, Correction(geometry=Box(20, 1, 30, 9)))
    found = shop.accepting.list_accepted([first.image])
    assert [one.is_corrected for one in found] == [True, True, False]
    assert found[0].geometry == moved
    with pytest.raises(RefusedError, match="no area"):
        shop.accepting.correct(shop.project, study, first, Correction(geometry=Box(70, 1, 80, 9)))


def test_what_was_rejected_is_not_asked_again(shop):
    study = shop.predict({FREE: [("disc", 0.9, Box(1, 1, 9, 9)), ("bar", 0.8, FAR)]})
    bar, disc = shop.accepting.queue(shop.project, study).candidates
    rejected = shop.accepting.reject(shop.project, study, [disc]).value
    assert shop.accepting.queue(shop.project, study).candidates == (bar,)
    later = shop.predict({FREE: [("disc", 0.99, Box(1, 1, 9, 9))]}, name="Shapes V002")
    assert shop.accepting.queue(shop.project, later).candidates == ()
    back = shop.accepting.take_back(rejected.step).value
    assert shop.accepting.queue(shop.project, study).candidates == (bar, disc)
    shop.accepting.take_back(back)
    assert shop.accepting.queue(shop.project, study).candidates == (bar,)


def test_undo_takes_back_what_was_accepted_and_nothing_else(shop):
    study = shop.predict({FREE: [("disc", 0.9, Box(1, 1, 9, 9)), ("bar", 0.8, FAR)]})
    bar, disc = shop.accepting.queue(shop.project, study).candidates
    shop.accepting.accept(shop.project, study, [bar])
    judged = shop.accepting.accept(shop.project, study, [disc]).value
    taken = shop.accepting.take_back(judged.step)
    assert disc.image in taken.changes.images
    assert [one.confidence for one in shop.accepting.list_accepted([bar.image])] == [0.8]


def test_what_was_accepted_is_taken_back_and_done_again_to_the_last_row_with_the_class_that_came(shop):
    study = shop.predict({FREE: [("disc", 0.9, Box(1, 1, 9, 9)), ("star", 0.8, FAR)]}, classes=("disc", "bar", "star"))
    (star,) = [one for one in shop.accepting.queue(shop.project, study).candidates if one.category == "star"]
    before = shop.projects.list_categories(shop.project)
    judged = shop.accepting.accept(shop.project, study, [star]).value
    after = shop.projects.list_categories(shop.project), shop.accepting.list_accepted([star.image])
    back = shop.accepting.take_back(judged.step).value
    assert (shop.projects.list_categories(shop.project), shop.accepting.list_accepted([star.image])) == (before, ())
    shop.accepting.take_back(back)
    assert (shop.projects.list_categories(shop.project), shop.accepting.list_accepted([star.image])) == after


def test_nothing_is_accepted_and_nothing_accepted_taken_back_while_the_project_is_imported_into(shop):
    study = shop.predict({FREE: [("disc", 0.9, Box(1, 1, 9, 9)), ("bar", 0.8, FAR)]})
    bar, disc = shop.accepting.queue(shop.project, study).candidates
    judged = shop.accepting.accept(shop.project, study, [bar]).value
    rejected = shop.accepting.reject(shop.project, study, [disc]).value
    with shop.registry.occupied.importing(shop.project):
        for write in (
            lambda: shop.accepting.accept(shop.project, study, [disc]),
            lambda: shop.accepting.correct(shop.project, study, disc, Correction(category="bar")),
            lambda: shop.accepting.take_back(judged.step),
        ):
            with pytest.raises(RefusedError) as refused:
                write()
            assert refused.value.code == "E-432"
        shop.accepting.take_back(rejected.step)  # a verdict is no annotation
    assert [one.confidence for one in shop.accepting.list_accepted([bar.image])] == [0.8]
    assert shop.accepting.queue(shop.project, study).candidates == (disc,)


def test_no_class_comes_with_what_is_accepted_while_a_dataset_is_being_frozen(shop):
    study = shop.predict({FREE: [("disc", 0.9, Box(1, 1, 9, 9)), ("star", 0.8, FAR)]}, classes=("disc", "bar", "star"))
    star, disc = shop.accepting.queue(shop.project, study).candidates
    snapshots = shop.registry.file.parent / "snapshots"
    snapshots.mkdir(exist_ok=True)
    lock = try_lock(freezing_lock(snapshots, "d"))
    with shop.registry.write() as session:
        datasets.insert_dataset(session, DatasetId("d"), DatasetFacts(shop.project, "Pages", "", True, ()), clock.now())
        datasets.set_state(session, DatasetId("d"), DatasetState.BUILDING, clock.now())
    with pytest.raises(RefusedError, match='"Pages" is being frozen'):
        shop.accepting.accept(shop.project, study, [star])
    assert len(shop.accepting.accept(shop.project, study, [disc]).value.annotations) == 1
    os.close(lock)


def test_a_verdict_that_got_the_key_of_one_that_went_stays(shop):
    study = shop.predict({FREE: [("disc", 0.9, Box(1, 1, 9, 9)), ("bar", 0.8, FAR)]})
    bar, disc = shop.accepting.queue(shop.project, study).candidates
    rejected = shop.accepting.reject(shop.project, study, [disc]).value
    shop.accepting.take_back(rejected.step)  # in another window, say
    other = shop.accepting.reject(shop.project, study, [bar]).value
    assert set(other.step.reviews) == set(rejected.step.reviews)
    with pytest.raises(RefusedError, match="1 verdict of it went since"):
        shop.accepting.take_back(rejected.step)
    assert shop.accepting.queue(shop.project, study).candidates == (disc,)


def test_what_was_corrected_since_is_not_taken_back(shop):
    study = shop.predict({FREE: [("disc", 0.9, Box(1, 1, 9, 9))]})
    (candidate,) = shop.accepting.queue(shop.project, study).candidates
    judged = shop.accepting.accept(shop.project, study, [candidate]).value
    seen = {one.id: one.revision for one in shop.projects.get_images([candidate.image])}
    edit = ShapeEdit(judged.annotations[0], Box(2, 2, 9, 9))
    LabellingService(shop.registry).change([edit], seen=seen, author="Ada")
    with pytest.raises(RefusedError, match="changed since"):
        shop.accepting.take_back(judged.step)
    assert [one.geometry for one in shop.accepting.list_accepted([candidate.image])] == [Box(2, 2, 9, 9)]


def test_what_was_taken_away_can_be_brought_back(shop):
    study = shop.predict({FREE: [("disc", 0.9, Box(1, 1, 9, 9))]})
    (candidate,) = shop.accepting.queue(shop.project, study).candidates
    shop.accepting.correct(shop.project, study, candidate, Correction(geometry=Box(2, 2, 9, 9)))
    (before,) = shop.accepting.list_accepted([candidate.image])
    labelling = LabellingService(shop.registry)
    seen = {one.id: one.revision for one in shop.projects.get_images([candidate.image])}
    removed = labelling.delete([before.id], seen=seen)
    assert candidate.image in removed.changes.images
    assert shop.accepting.list_accepted([candidate.image]) == ()
    labelling.take_back(removed.value.step)
    assert shop.accepting.list_accepted([candidate.image]) == (before,)


def test_images_that_changed_or_are_elsewhere_are_left_out_and_counted(shop):
    study = shop.predict({FREE: [("disc", 0.9, FAR)]}, sha256="ab" * 32, elsewhere=["/tmp/other.jpg"])
    queue = shop.accepting.queue(shop.project, study)
    assert (queue.candidates, queue.n_elsewhere) == ((), 2)
    judged = shop.accepting.accept(shop.project, study, shop.accepting.pick(shop.project, study, [(0, 0), (1, 0)]))
    assert (judged.value.annotations, judged.value.n_changed) == ((), 1)


def test_one_without_an_area_does_not_hold_up_the_others(shop):
    study = shop.predict({FREE: [("disc", 0.9, FAR), ("bar", 0.8, Box(64, 5, 70, 9)), ("disc", 0.7, Box(5, 5, 5, 9))]})
    picked = shop.accepting.pick(shop.project, study, [(0, 0), (0, 1), (0, 2)])
    judged = shop.accepting.accept(shop.project, study, picked).value
    assert (len(judged.annotations), judged.n_outside) == (1, 2)


def test_a_class_that_the_project_lacks_comes_with_the_prediction(shop):
    study = shop.predict({FREE: [("seal", 0.9, FAR)]}, classes=("seal",))
    judged = shop.accepting.accept(shop.project, study, shop.accepting.queue(shop.project, study).candidates)
    assert judged.value.new_categories == ("seal",)
    assert "seal" in {category.name for category in shop.projects.list_categories(shop.project)}
    assert shop.project in judged.changes.categories


# --- G-05 ------------------------------------------------------------------------------------------------------


def test_a_project_with_only_annotations_made_by_models_has_none(shop):
    study = shop.predict({FREE: [("disc", 0.9, FAR)]})
    shop.accepting.accept(shop.project, study, shop.accepting.queue(shop.project, study).candidates)
    with shop.registry.write() as session:
        delete_imported(session, [int(image.id) for image in shop.images().values()])
    issues = {issue.code: issue.text for issue in shop.training.review(shop.draft()).issues if issue.is_error}
    assert "1 annotation made by a model is left out unless you include them" in issues["E-102"]


def test_training_learns_from_accepted_predictions_only_when_asked(shop):
    objects = [("disc", 0.5 + n / 100, Box(5 * n, 30, 5 * n + 4, 34 + n)) for n in range(12)]
    study = shop.predict({FREE: objects})
    first, second, *others = shop.accepting.queue(shop.project, study).candidates
    shop.accepting.accept(shop.project, study, others)
    shop.accepting.correct(shop.project, study, first, Correction(geometry=Box(1, 1, 8, 8)))
    shop.accepting.correct(shop.project, study, second, Correction(category="bar"))

    without = shop.training.review(shop.draft())
    assert dict(without.ignored)["annotations made by models"] == 12
    assert ("Annotations made by models", "12 left out", True) in without.values
    chosen = shop.draft(include_model_annotations=True)
    review = shop.training.review(chosen)
    assert ("Annotations made by models", "12 included", False) in review.values
    assert "annotations made by models" not in dict(review.ignored)
    assert "--include-model-annotations" in review.command
    assert review.splits[0].n_images == without.splits[0].n_images + 1
    assert review.splits[0].n_objects == without.splits[0].n_objects + 12

    plain = shop.datasets.open(shop.training.submit(shop.draft()).value.snapshot)
    assert FREE not in {image.path for image in plain.images()}
    record = shop.training.submit(dataclasses.replace(chosen, new_model_name="Other")).value
    manifest = shop.datasets.open(record.snapshot)
    (frozen,) = [image for image in manifest.images() if image.path == FREE]
    assert len(frozen.objects) == 12
    assert Box(1, 1, 8, 8) in [item.geometry for item in frozen.objects]
    assert shop.training.draft_from_run(record.id).include_model_annotations


def test_a_draft_of_an_older_calque_includes_none(shop):
    written = draft_to_json(shop.draft(include_model_annotations=True))
    assert draft_from_json(written).include_model_annotations
    del written["include_model_annotations"]
    assert not draft_from_json(written).include_model_annotations


def test_a_training_carried_out_with_them_published_what_it_was_told(shop):
    study = shop.predict({FREE: [("disc", 0.9, Box(1, 1, 9, 9)), ("bar", 0.8, FAR)]})
    shop.accepting.accept(shop.project, study, shop.accepting.queue(shop.project, study).candidates)
    record = shop.training.submit(shop.draft(include_model_annotations=True)).value
    shop.runs.carry_out(record.id, lambda batch: None, lambda: False)
    ended = shop.runs.get_run(record.id)
    assert ended.status is RunStatus.SUCCESS, ended.reason
    version = shop.models.get_version(ended.version)
    assert version.status is VersionStatus.AVAILABLE and version.snapshot == record.snapshot
    (frozen,) = [image for image in shop.datasets.open(version.snapshot).images() if image.path == FREE]
    assert sorted(item.geometry.x0 for item in frozen.objects) == [1, 40]
