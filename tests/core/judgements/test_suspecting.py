"""Doubted labels: ranked, reviewed once for all versions, wrong ones tagged, all of it undone, nothing changed."""

from __future__ import annotations

import pytest

from core.domain.geometry import Box
from core.domain.judgements import LABEL_SUSPICIOUS, Verdict
from core.domain.suspicions import SuspicionKind
from core.errors import RefusedError
from core.evaluations.studies import StudyService
from core.judgements.suspecting import SuspectingService

FAR = Box(40, 30, 60, 45)  # where no image has an object


@pytest.fixture
def suspecting(shop) -> SuspectingService:
    return SuspectingService(shop.registry, StudyService(shop.registry, shop.projects, shop.models))


def predicted(shop, *, name: str = "Shapes V001", missing: Box = FAR):
    """What a good model finds: every object, but one of another class, and one that nobody annotated."""
    names = {category.id: category.name for category in shop.projects.list_categories(shop.project)}
    found = {}
    for path, image in shop.images().items():
        (annotated,) = shop.projects.get_annotated([image.id])
        found[path] = [(names[one.category], 0.9, one.geometry.bounds()) for one in annotated.annotations]
    kind, confidence, box = found["train/03.jpg"][0]
    found["train/03.jpg"][0] = ("bar" if kind == "disc" else "disc", confidence, box)
    found["train/05.jpg"].append(("disc", 0.95, missing))
    return shop.predict(found, name=name, has_truth=True)


def test_what_is_doubted_is_ranked_and_said(shop, suspecting):
    found = suspecting.find(shop.project, predicted(shop)).found
    assert {(one.path, one.kind) for one in found[:2]} == {
        ("train/05.jpg", SuspicionKind.MISSING),
        ("train/03.jpg", SuspicionKind.MISLABELLED),
    }
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    missing = next(one for one in found if one.kind is SuspicionKind.MISSING)
    assert missing.box == FAR and "nothing is annotated" in missing.text
    assert missing.candidate.category == "disc"


def test_what_was_reviewed_is_not_shown_again_not_even_for_another_version(shop, suspecting):
    study = predicted(shop)
    first, second = suspecting.find(shop.project, study).found[:2]
    reviewed = suspecting.review(shop.project, study, first, Verdict.RIGHT).value
    suspecting.review(shop.project, study, second, Verdict.UNSURE)
    later = predicted(shop, name="Shapes V002", missing=Box(40, 30, 60, 45.5))
    found = suspecting.find(shop.project, later)
    assert found.n_reviewed == 2
    assert not {(first.path, first.kind), (second.path, second.kind)} & {(one.path, one.kind) for one in found.found}
    shop.accepting.take_back(reviewed)
    assert (first.path, first.kind) in {(one.path, one.kind) for one in suspecting.find(shop.project, later).found}


def test_a_wrong_label_has_its_image_tagged_and_stays_as_it_is(shop, suspecting):
    study = predicted(shop)
    wrong = next(one for one in suspecting.find(shop.project, study).found if one.kind is SuspicionKind.MISLABELLED)
    before = shop.projects.get_annotated([wrong.image])[0].annotations
    done = suspecting.review(shop.project, study, wrong, Verdict.WRONG)
    assert wrong.image in done.changes.images
    after = shop.projects.get_annotated([wrong.image])[0]
    assert (after.annotations, after.tags) == (before, (LABEL_SUSPICIOUS,))
    shop.accepting.take_back(done.value)
    assert shop.projects.get_annotated([wrong.image])[0].tags == ()


def test_a_tag_without_a_note_gets_one_and_loses_it_again(shop, suspecting):
    study = predicted(shop)
    first = suspecting.find(shop.project, study).found[0]
    shop.tags.add([first.image], LABEL_SUSPICIOUS)
    before = shop.tags.list_tagged(shop.project, LABEL_SUSPICIOUS)
    done = suspecting.review(shop.project, study, first, Verdict.WRONG).value
    (tagged,) = shop.tags.list_tagged(shop.project, LABEL_SUSPICIOUS)
    assert first.category in tagged.tag.note
    shop.accepting.take_back(done)
    assert shop.tags.list_tagged(shop.project, LABEL_SUSPICIOUS) == before


def test_a_tag_that_was_there_before_survives_the_undoing(shop, suspecting):
    study = predicted(shop)
    first = suspecting.find(shop.project, study).found[0]
    shop.tags.add([first.image], LABEL_SUSPICIOUS, note="ask Mrs Weiss")
    shop.accepting.take_back(suspecting.review(shop.project, study, first, Verdict.WRONG).value)
    (tagged,) = shop.tags.list_tagged(shop.project, LABEL_SUSPICIOUS)
    assert tagged.tag.note == "ask Mrs Weiss"


def test_the_list_holds_verdicts_and_what_waits(shop, suspecting):
    study = predicted(shop)
    first, *others = suspecting.find(shop.project, study).found
    suspecting.review(shop.project, study, first, Verdict.RIGHT)
    head, *lines = suspecting.as_csv(shop.project, others).splitlines()
    assert head.startswith("image,suspicion,class,x0")
    assert len(lines) == 1 + len(others)
    assert f"{first.path},{first.kind.value}" in lines[-1] and "label is right,Shapes V001" in lines[-1]


def test_a_spreadsheet_takes_no_class_for_a_formula(shop, suspecting):
    found = {"train/00.jpg": [("=1+1", 0.9, FAR)]}
    study = shop.predict(found, name="-A1", classes=("disc", "bar", "=1+1"), has_truth=True)
    first, *others = [one for one in suspecting.find(shop.project, study).found if one.category == "=1+1"]
    suspecting.review(shop.project, study, first, Verdict.RIGHT)
    assert not others
    (line,) = suspecting.as_csv(shop.project).splitlines()[1:]
    assert ",'=1+1," in line and ",'-A1 " not in line and ",-A1" not in line


def test_predictions_without_labels_suspect_nothing(shop, suspecting):
    study = shop.predict({"train/00.jpg": [("disc", 0.9, FAR)]})
    with pytest.raises(RefusedError, match="not compared"):
        suspecting.find(shop.project, study)
