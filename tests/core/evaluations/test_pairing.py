"""Two studies beside each other: only the same images count, and what is not sure is not said to be better."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from evaluation_site import EvaluationSite

from core.domain.analysis import Interval, MeasuredValue, PairedDifference
from core.domain.metrics import MAP50, MAP50_95
from core.domain.outcomes import Thresholds
from core.domain.snapshots import Split
from core.domain.studies import StudySource
from core.errors import RefusedError
from core.evaluations.pairing import compare_studies, sentence, sentences
from core.evaluations.study import Study
from core.metrics.subsets import of_images

AT = Thresholds(0.3)


def opened(site: EvaluationSite, split: Split = Split.TRAIN) -> Study:
    return site.studies.open(StudySource.of_version(site.quick, split))


def changed(study: Study, **values: object) -> Study:
    """As another version would have predicted."""
    return Study(study.info, study.pack, replace(study.table, **values))  # type: ignore[arg-type]


def test_a_study_against_itself_shows_no_difference(site: EvaluationSite) -> None:
    with opened(site) as study:
        found = compare_studies(study, study, AT, AT)
    assert (found.n_images, found.n_left_out, found.fixed, found.broken) == (24, 0, (), ())
    for difference in found.differences:
        assert difference.difference.value == 0.0
        assert difference.difference.interval is not None
        assert (difference.difference.interval.low, difference.difference.interval.high) == (0.0, 0.0)
    said = sentences(found, "V001", "V002", (MAP50,))
    assert said[0].startswith("mAP50: no clear difference between V001 and V002")
    assert said[-1] == "With only 24 images the interval is wide: it takes more images to be sure."


def test_predictions_that_are_all_lost_are_worse_and_the_broken_images_named(site: EvaluationSite) -> None:
    with opened(site) as study:
        table = study.table
        worse = changed(study, prediction_categories=(table.prediction_categories + 1) % 2)
        at = Thresholds(float(study.curves().best[0]))
        found = compare_studies(study, worse, at, at)
        back = compare_studies(worse, study, at, at)
        scores = study.scores(at)
    is_right = scores.f1 == 1.0
    assert set(found.broken) == {image.key for image, right in zip(table.images, is_right, strict=True) if right}
    assert (found.fixed, back.fixed, back.broken) == ((), found.broken, ())
    told = sentences(found, "V001", "V002", (MAP50, MAP50_95))
    assert told[0].startswith("mAP50: V001 is better than V002 by ")
    assert sentences(back, "V002", "V001", (MAP50,))[0] == told[0]
    assert f"{len(found.broken)} broken" in told[2]


def test_classes_in_another_order_are_the_same_classes(site: EvaluationSite) -> None:
    with opened(site) as study:
        table = study.table
        turned = changed(
            study,
            categories=table.categories[::-1],
            prediction_categories=1 - table.prediction_categories,
            truth_categories=1 - table.truth_categories,
        )
        by_category = Thresholds(0.3, by_category={0: 0.9})
        of_turned = Thresholds(0.3, by_category={1: 0.9})
        found = compare_studies(study, turned, by_category, of_turned)
    assert {one.difference.value for one in found.differences} == {0.0}
    assert found.broken == found.fixed == ()


def test_only_common_images_count_whatever_they_are_called(site: EvaluationSite) -> None:
    with opened(site) as study:
        part = of_images(study.table, range(20))
        renamed = tuple(replace(image, key=f"elsewhere/{image.key}") for image in part.images[:10])
        other = replace(part.images[10], sha256="0" * 64)  # another picture under the same name
        shuffled = of_images(replace(part, images=(*renamed, other, *part.images[11:])), range(19, -1, -1))
        found = compare_studies(study, Study(study.info, study.pack, shuffled), AT, AT)
    assert (found.n_images, found.n_left_out) == (19, 24 + 20 - 2 * 19)
    assert {one.difference.value for one in found.differences} == {0.0}
    assert "6 images of only one of them left out" in " ".join(sentences(found, "A", "B", ()))


def test_what_cannot_be_compared_is_refused(site: EvaluationSite) -> None:
    with opened(site) as study, opened(site, Split.TEST) as test:
        with pytest.raises(RefusedError, match="share no image"):
            compare_studies(study, test, AT, AT)
        with pytest.raises(RefusedError, match="other classes"):
            compare_studies(study, changed(study, categories=("disc", "line")), AT, AT)
        none = np.zeros(0, dtype=np.int64)
        empty = {"truth_images": none, "truth_categories": none, "truth_boxes": np.zeros((0, 4))}
        bare = changed(study, **empty, truth_areas=np.zeros(0), is_crowd=np.zeros(0, dtype=np.bool_))
        with pytest.raises(RefusedError, match="no ground truth"):
            compare_studies(bare, bare, AT, AT)


def test_it_gives_up_when_it_is_told_to(site: EvaluationSite) -> None:
    def give_up() -> None:
        raise InterruptedError

    with opened(site) as study, pytest.raises(InterruptedError):
        compare_studies(study, study, AT, AT, check=give_up)


def difference(value: float | None, low: float, high: float) -> PairedDifference:
    interval = None if value is None else Interval(low, high, 0.95, 100, 1000)
    return PairedDifference(MAP50, 0.5, 0.5, MeasuredValue(value, interval), 1, 2, 3, 4)


def test_sentences_say_who_is_better_and_never_more_than_is_sure() -> None:
    assert sentence(difference(0.031, 0.012, 0.050), "V001", "V002") == (
        "mAP50: V002 is better than V001 by 0.031, 95 % interval 0.012 to 0.050."
    )
    assert sentence(difference(-0.031, -0.050, -0.012), "V001", "V002") == (
        "mAP50: V001 is better than V002 by 0.031, 95 % interval 0.012 to 0.050."
    )
    assert sentence(difference(0.031, -0.001, 0.050), "V001", "V002") == (
        "mAP50: no clear difference between V001 and V002 (+0.031, 95 % interval -0.001 to +0.050)."
    )
    assert sentence(difference(None, 0, 0), "V001", "V002") == "mAP50: not measured for both."
