"""Intervals of a version's headlines: those of its studies, said in words, kept, and honest about few images."""

from __future__ import annotations

import pytest
from evaluation_site import EvaluationSite

from core.domain.analysis import Interval, MeasuredValue
from core.domain.snapshots import Split
from core.domain.studies import StudySource
from core.domain.sureness import Sureness
from core.domain.thresholds import ChosenThreshold
from core.evaluations.sureness import SurenessService
from core.runs.testing import run_to_its_end


def test_each_set_has_the_intervals_of_its_study(site: EvaluationSite) -> None:
    service = SurenessService(site.studies, site.shop.models)
    found = service.of_version(site.quick)
    assert [(one.split, one.n_images) for one in found] == [(Split.TEST, 3), (Split.VAL, 4), (Split.TRAIN, 24)]
    threshold = site.shop.models.threshold_of(site.quick)
    with site.studies.open(StudySource.of_version(site.quick, Split.TEST)) as study:
        table = next(t for t in site.shop.models.get_details(site.quick).tables if t.split is Split.TEST)
        at = table.overall.value("threshold")
        measured = study.intervals(threshold.at(study.categories), table_confidence=at)
    assert found[0].values == {
        "Box mAP50-95": measured["map50_95"],
        "Box mAP50": measured["map50"],
        "Box P": measured["class_precision"],
        "Box R": measured["class_recall"],
        "F1": measured["f1"],
    }
    assert found[0].confidence == threshold.confidence
    for title, name in (("mAP50-95", "map50_95"), ("mAP50", "map50"), ("P", "precision"), ("R", "recall")):
        assert found[0].values[f"Box {title}"].value == pytest.approx(table.overall.value(name), abs=1e-9)
    assert service.of_version(site.quick) is found


def test_another_threshold_is_another_f1(tmp_path) -> None:
    site = EvaluationSite(tmp_path)
    try:
        service = SurenessService(site.studies, site.shop.models)
        before = service.of_version(site.quick)
        site.shop.models.set_threshold(site.quick, ChosenThreshold(0.999))
        after = service.of_version(site.quick)
        assert after[2].confidence == 0.999
        assert after[2].values["F1"] != before[2].values["F1"]
        assert after[2].values["Box mAP50"] == before[2].values["Box mAP50"]
    finally:
        site.close()


def test_an_evaluation_has_the_intervals_of_its_own_images(site: EvaluationSite) -> None:
    service = SurenessService(site.studies, site.shop.models)
    maker = site.shop.models.get_version(site.quick).run
    assert maker is not None
    assert service.of_run(maker, site.quick) == service.of_version(site.quick)
    state = site.evaluate(site.quick, folders=("val", "train"))
    (own,) = service.of_run(state.run, site.quick)
    assert (own.split, own.n_images) == (Split.TEST, 28), "not those of the training's test set"


def test_it_gives_up_when_it_is_told_to(site: EvaluationSite) -> None:
    def give_up() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        SurenessService(site.studies, site.shop.models).of_version(site.quick, give_up)


def made(n_images: int) -> Sureness:
    interval = Interval(0.89, 0.97, 0.95, n_images, 1000)
    values = {
        "Box mAP50": MeasuredValue(0.943, interval),
        "Box mAP50-95": MeasuredValue(None),
        "F1": MeasuredValue(0.9, interval),
    }
    return Sureness(Split.TEST, values, 0.4, n_images)


def test_it_is_said_in_words_and_what_was_not_measured_is_left_out() -> None:
    many, few = made(30).sentence(), made(29).sentence()
    assert many == (
        "95 % intervals over 30 images: Box mAP50 0.943 (0.890 to 0.970), F1 0.900 at confidence 0.40 (0.890 to 0.970)."
    )
    assert few.endswith("With so few images they are wide: it takes more images to be sure.")
    assert Sureness(Split.TEST, {"F1": MeasuredValue(None)}, 0.4, 3).sentence() == ""
    tags = Sureness(
        Split.TEST, {"macro F1": MeasuredValue(0.5, Interval(0.4, 0.6, 0.95, 30, 9))}, 0.5, 30, of_tags=True
    )
    assert tags.sentence() == (
        "95 % intervals over 30 images, tags said from the version's own thresholds on: "
        "macro F1 0.500 (0.400 to 0.600)."
    )


def test_a_version_that_is_asked_about_before_it_is_published_has_intervals_afterwards(tmp_path) -> None:
    site = EvaluationSite(tmp_path)
    try:
        service = SurenessService(site.studies, site.shop.models)
        record = site.shop.training.submit(
            site.shop.draft(new_model_name="Late", values={"n_steps": 1}, device="cpu")
        ).value
        assert record.version is not None
        site.shop.models.set_threshold(record.version, ChosenThreshold(0.3))  # the same before and after
        assert service.of_version(record.version) == ()
        run_to_its_end(site.service, record)
        assert len(service.of_version(record.version)) == 3
    finally:
        site.close()
