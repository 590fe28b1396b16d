"""The numbers of classifiers and taggers are scikit-learn's, with ties, absent classes, one class and no numbers."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import metrics as reference
from sklearn.exceptions import UndefinedMetricWarning

from core.domain.evaluation import EvaluationTable
from core.domain.geometry import Box, Polygon
from core.domain.predictions import Booleans, Floats, PredictedObject
from core.domain.snapshots import NO_CATEGORY, SnapshotObject, Split
from core.evaluation.table import evaluate
from core.metrics.coco import EvalImage
from core.tasks.classification import CLASSIFICATION
from core.tasks.tagging import TAGGING

SIZE = 40
WHOLE = Box(0, 0, SIZE, SIZE)
NAMES = "abcdefgh"
CLOSE = {"rel_tol": 1e-9, "abs_tol": 1e-9}

# Few different confidences: ties are the rule.
coarse = st.sampled_from([0.0, 0.05, 0.2, 0.2, 0.5, 0.75, 1.0])


def images_of(truths: Booleans, confidences: Floats) -> list[EvalImage]:
    return [
        EvalImage(
            SIZE,
            SIZE,
            tuple(SnapshotObject(int(k), None) for k in np.flatnonzero(row)),
            tuple(PredictedObject(k, float(value), WHOLE) for k, value in enumerate(said)),
        )
        for row, said in zip(truths, confidences, strict=True)
    ]


def close(found: float | None, wanted: float) -> bool:
    return found is not None and math.isclose(found, wanted, **CLOSE)


@st.composite
def classified(draw: st.DrawFn) -> tuple[Booleans, Floats]:
    n, k = draw(st.integers(1, 30)), draw(st.integers(1, 8))
    classes = np.array(draw(st.lists(st.integers(0, k - 1), min_size=n, max_size=n)))
    raw = draw(arrays(np.float64, (n, k), elements=coarse)) + 0.01
    return np.eye(k, dtype=bool)[classes], raw / raw.sum(axis=1, keepdims=True)


@st.composite
def tagged(draw: st.DrawFn) -> tuple[Booleans, Floats]:
    n, k = draw(st.integers(1, 25)), draw(st.integers(1, 5))
    truths = draw(arrays(np.bool_, (n, k)))
    return truths, draw(arrays(np.float64, (n, k), elements=coarse))


@settings(max_examples=60, deadline=None)
@given(classified())
def test_a_classifiers_numbers_are_scikit_learns(case: tuple[Booleans, Floats]) -> None:
    truths, confidences = case
    k = truths.shape[1]
    table = evaluate(Split.TEST, NAMES[:k], CLASSIFICATION, images_of(truths, confidences))
    true, said = truths.argmax(axis=1), confidences.argmax(axis=1)
    present = np.flatnonzero(truths.any(axis=0))
    value = table.overall.value

    assert close(value("accuracy"), reference.accuracy_score(true, said))
    assert value("correct") == (true == said).sum()
    for prefix, average in (("", "macro"), ("weighted_", "weighted")):
        p, r, f1, _ = reference.precision_recall_fscore_support(
            true, said, labels=present, average=average, zero_division=0
        )
        assert close(value(f"{prefix}label_precision"), p)
        assert close(value(f"{prefix}label_recall"), r)
        assert close(value(f"{prefix}label_f1"), f1)
    if k > 1:
        assert close(value("log_loss"), reference.log_loss(true, confidences, labels=np.arange(k)))
    if k > 5:
        # Of equal confidences scikit-learn takes the last class first: with the classes the other way round it is ours.
        top = reference.top_k_accuracy_score(k - 1 - true, confidences[:, ::-1], k=5, labels=np.arange(k))
        assert close(value("top5_accuracy"), top)
    else:
        assert table.find_measure("top5_accuracy") is None
    assert_per_class(table, "label", true, said, k)
    assert_calibrated(value("calibration_error"), true == said, confidences.max(axis=1))


def assert_per_class(table: EvaluationTable, prefix: str, true: Sequence[int], said: Sequence[int], k: int) -> None:
    p, r, f1, support = reference.precision_recall_fscore_support(
        true, said, labels=np.arange(k), average=None, zero_division=0
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a single class
        matrix = reference.confusion_matrix(true, said, labels=np.arange(k))
    for index, row in enumerate(table.rows[1:]):
        assert row.n_instances == support[index]
        if not support[index]:
            assert all(value is None for value in row.values.values())
            continue
        assert close(row.value(f"{prefix}_recall"), r[index])
        assert close(row.value(f"{prefix}_f1"), f1[index])
        if matrix[:, index].sum():
            assert close(row.value(f"{prefix}_precision"), p[index])
        else:
            assert row.value(f"{prefix}_precision") is None, "never predicted: a dash, not a zero"
        others = {NAMES[j]: int(n) for j, n in enumerate(matrix[index]) if n and j != index}
        assert dict(row.confusions) == others


def assert_calibrated(found: float | None, is_right: Booleans, sure: Floats) -> None:
    """Against the definition, written as plainly as it reads."""
    total = 0.0
    for low in range(10):
        is_in = (sure >= low / 10) & ((sure < (low + 1) / 10) | (low == 9))
        if is_in.any():
            total += is_in.sum() * abs(sure[is_in].mean() - is_right[is_in].mean())
    assert close(found, total / len(sure))


@settings(max_examples=60, deadline=None)
@given(tagged())
def test_a_taggers_numbers_are_scikit_learns(case: tuple[Booleans, Floats]) -> None:
    truths, confidences = case
    k = truths.shape[1]
    table = evaluate(Split.VAL, NAMES[:k], TAGGING, images_of(truths, confidences))
    present = np.flatnonzero(truths.any(axis=0))
    if not len(present):
        assert table.overall.value("mean_ap") is None
        return
    decided = np.zeros_like(truths)
    aps = []
    for index, row in enumerate(table.rows[1:]):
        threshold = row.value("tag_threshold")
        assert threshold is not None
        decided[:, index] = confidences[:, index] >= threshold
        if index not in present:
            assert threshold == 0.5, "no image has the class: the default"
            continue
        aps.append(reference.average_precision_score(truths[:, index], confidences[:, index]))
        assert close(row.value("mean_ap"), aps[-1])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UndefinedMetricWarning)
            p, r, at = reference.precision_recall_curve(truths[:, index], confidences[:, index])
        f1 = np.divide(2 * p * r, p + r, out=np.zeros_like(p), where=p + r > 0)
        assert close(row.value("tag_f1"), f1.max())
        assert math.isclose(threshold, at[np.isclose(f1[:-1], f1.max(), rtol=0, atol=1e-12)].max())
    value = table.overall.value
    assert close(value("mean_ap"), float(np.mean(aps)))
    # One column alone would be taken for two classes: another one that is empty changes no number.
    none = np.zeros((len(truths), 1), dtype=bool)
    true, said = np.hstack([truths, none]), np.hstack([decided, none])
    f1 = reference.f1_score(true, said, labels=present, average="macro", zero_division=0)
    assert close(value("tag_f1"), f1)
    assert close(value("micro_f1"), reference.f1_score(true, said, average="micro", zero_division=0))
    assert close(value("exact_match"), reference.accuracy_score(true, said))
    weighted = reference.precision_score(true, said, labels=present, average="weighted", zero_division=0)
    assert close(value("weighted_tag_precision"), weighted)


@settings(max_examples=40, deadline=None)
@given(tagged(), st.data())
def test_confidences_that_are_no_numbers_are_counted_and_never_found(
    case: tuple[Booleans, Floats], data: st.DataObject
) -> None:
    truths, confidences = case
    is_lost = data.draw(arrays(np.bool_, truths.shape))
    images = images_of(truths, np.where(is_lost, np.nan, confidences))
    table = evaluate(Split.VAL, NAMES[: truths.shape[1]], TAGGING, images)
    for index, row in enumerate(table.rows[1:]):
        is_true, kept = truths[:, index], ~is_lost[:, index]
        if not is_true.any():
            continue
        wanted = 0.0
        if (is_true & kept).any():
            of_kept = reference.average_precision_score(is_true[kept], confidences[kept, index])
            wanted = of_kept * (is_true & kept).sum() / is_true.sum()
        assert close(row.value("mean_ap"), wanted), "what was not said is not found, whatever else is"
    said = [note for note in table.notes if "not a number" in note]
    assert bool(said) is bool(is_lost.any())
    assert not said or said[0].startswith(f"{is_lost.sum()} prediction")


def test_a_class_that_is_never_predicted_has_no_precision_and_counts_as_zero_in_the_mean() -> None:
    truths = np.array([[1, 0, 0], [0, 1, 0], [0, 1, 0]], dtype=bool)
    confidences = np.array([[0.8, 0.1, 0.1], [0.9, 0.05, 0.05], [0.6, 0.3, 0.1]])
    table = evaluate(Split.TEST, ["map", "seal", "initial"], CLASSIFICATION, images_of(truths, confidences))
    of_map, seal, initial = table.rows[1:]
    assert of_map.value("label_precision") == pytest.approx(1 / 3)
    assert seal.value("label_precision") is None
    assert table.overall.value("label_precision") == pytest.approx(1 / 6), "the mean of 1/3 and 0; initial is absent"
    assert seal.confusions == (("map", 2),)
    assert initial.value("label_recall") is None
    assert table.notes == (
        "Without an image in the test set, so not measured and left out of the mean: initial.",
        "Never predicted, so without a precision, which counts as 0 in the mean: seal.",
    )
    assert table.headline == "accuracy"
    assert "max_detections" not in table.settings


def test_log_loss_is_of_every_image_or_of_none() -> None:
    truths = np.array([[1, 0], [0, 1]], dtype=bool)
    confidences = np.array([[0.8, 0.2], [0.9, np.nan]])
    table = evaluate(Split.TEST, ["map", "seal"], CLASSIFICATION, images_of(truths, confidences))
    assert table.overall.value("log_loss") is None


def test_regions_of_one_image_are_told_apart_by_their_bounds() -> None:
    left, right = Box(0, 0, 10, 10), Polygon(((20.0, 0.0, 30.0, 0.0, 30.0, 12.0),))
    near = Box(0.3, 0.0, 9.8, 10.4)  # the same to within a pixel
    truths = (SnapshotObject(0, left), SnapshotObject(1, right))
    found = (
        PredictedObject(0, 0.9, near),
        PredictedObject(1, 0.1, near),
        PredictedObject(0, 0.7, right.bounds(), right),
        PredictedObject(1, 0.3, right.bounds(), right),
    )
    table = evaluate(Split.TEST, ["a", "b"], CLASSIFICATION, [EvalImage(SIZE, SIZE, truths, found)])
    assert (table.overall.n_images, table.overall.n_instances) == (1, 2)
    assert table.overall.value("accuracy") == 0.5
    assert [row.value("label_recall") for row in table.rows[1:]] == [1.0, 0.0]


def test_images_that_cannot_be_counted_are_left_out_and_told() -> None:
    said = (PredictedObject(0, 0.9, WHOLE), PredictedObject(1, 0.1, WHOLE))
    images = [
        EvalImage(SIZE, SIZE, (SnapshotObject(0, None),), said),
        EvalImage(SIZE, SIZE, (), said),
        EvalImage(SIZE, SIZE, (SnapshotObject(0, None), SnapshotObject(1, None)), said),
        EvalImage(SIZE, SIZE, (SnapshotObject(0, None),), ()),
    ]
    table = evaluate(Split.TEST, ["a", "b"], CLASSIFICATION, images)
    assert table.overall.value("accuracy") == 0.5, "what is silent is wrong"
    assert "1 region without a class; left out." in table.notes
    assert "1 region with several classes; left out." in table.notes
    assert "Of 1 region nothing was predicted; counted as wrong." in table.notes


def test_without_concept_is_a_negative_of_every_tag() -> None:
    images = [
        EvalImage(SIZE, SIZE, (SnapshotObject(0, None),), (PredictedObject(0, 0.8, WHOLE),)),
        EvalImage(SIZE, SIZE, (SnapshotObject(NO_CATEGORY, None),), (PredictedObject(0, 0.9, WHOLE),)),
        EvalImage(SIZE, SIZE, (), (PredictedObject(0, 0.1, WHOLE),)),
    ]
    table = evaluate(Split.VAL, ["a"], TAGGING, images)
    assert table.overall.value("mean_ap") == 0.5
    assert table.rows[1].value("tag_threshold") == 0.8
    assert [row.n_instances for row in table.rows] == [1, 1]


def test_nothing_measured_is_a_dash_everywhere() -> None:
    for task in (CLASSIFICATION, TAGGING):
        table = evaluate(Split.TEST, ["a", "b"], task, [])
        stated = {name for name, value in table.overall.values.items() if value is not None}
        assert stated <= {"correct"}
        assert "nothing could be measured" in table.notes[0]
