"""Two studies of the same images: which is better, by how much, how sure that is, and on which images it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from core.domain.analysis import PairedDifference
from core.domain.counting import counted
from core.domain.definitions import find_definition
from core.domain.outcomes import ImageScores, Thresholds
from core.domain.predictions import ObjectTable, PredictedImage
from core.domain.studies import StudyDifference
from core.errors import RefusedError
from core.evaluations.study import Study
from core.metrics.bootstrap import paired_differences
from core.metrics.label_bootstrap import resampled
from core.metrics.outcomes import Matcher, image_scores
from core.metrics.subsets import of_images

MANY = 30  # images, below which an interval says little


def compare_studies(
    a: Study, b: Study, of_a: Thresholds, of_b: Thresholds, *, check: Callable[[], None] = lambda: None
) -> StudyDifference:
    """B against A on the images that both have; precision, recall and F1 at each one's own thresholds.

    `check` is called between resamples and may raise to give up. Raises RefusedError when they share no image, or
    nothing on those can be measured, and for other classes.
    """
    if set(a.categories) != set(b.categories):
        text = f"{a.info.title} and {b.info.title} have other classes; their numbers cannot be compared."
        raise RefusedError(text, hint="Compare versions of the same classes.")
    rows_a, rows_b = _common(a.images, b.images)
    if not rows_a:
        text = f"{a.info.title} and {b.info.title} share no image; nothing can be compared."
        raise RefusedError(text, hint="Evaluate both on the same images.")
    tables = of_images(a.table, rows_a), _with_classes_of(a.categories, of_images(b.table, rows_b))
    if not tables[0].n_truths:
        raise RefusedError("These images have no ground truth; nothing can be compared.", code="E-570")
    of_b = _renumbered(of_b, b.categories, a.categories)
    scores = tuple(_scores(table, at) for table, at in zip(tables, (of_a, of_b), strict=True))
    check()
    weighted = (resampled(table, each, at) for table, each, at in zip(tables, scores, (of_a, of_b), strict=True))
    differences = paired_differences(*weighted, check=check)
    keys = np.array([image.key for image in tables[0].images], dtype=object)
    is_right = [each.f1 == 1.0 for each in scores]
    return StudyDifference(
        n_images=len(rows_a),
        n_left_out=a.table.n_images + b.table.n_images - 2 * len(rows_a),
        differences=tuple(differences.values()),
        fixed=tuple(keys[~is_right[0] & is_right[1]]),
        broken=tuple(keys[is_right[0] & ~is_right[1]]),
        both_wrong=tuple(keys[~is_right[0] & ~is_right[1]]),
    )


def sentences(found: StudyDifference, title_a: str, title_b: str, names: Sequence[str]) -> tuple[str, ...]:
    """Of these measures, in this order; then what became of the images, and what to bear in mind."""
    by_name: Mapping[str, PairedDifference] = {one.measure: one for one in found.differences}
    told = [sentence(by_name[name], title_a, title_b) for name in names if name in by_name]
    images = counted(found.n_images, "image")
    told.append(
        f"Of {images}: {len(found.fixed)} fixed, {len(found.broken)} broken, {len(found.both_wrong)} wrong in both."
    )
    if found.n_left_out:
        left_out = counted(found.n_left_out, "image")
        told.append(f"Compared on the {images} that both predicted; {left_out} of only one of them left out.")
    if found.n_images < MANY:
        told.append(f"With only {images} the interval is wide: it takes more images to be sure.")
    return tuple(told)


def sentence(found: PairedDifference, title_a: str, title_b: str) -> str:
    """ "mAP50: V002 is better than V001 by 0.031, 95 % interval 0.012 to 0.050." """
    definition = find_definition(found.measure)
    title = definition.title if definition is not None else found.measure
    value, interval = found.difference.value, found.difference.interval
    if value is None:
        return f"{title}: not measured for both."
    if interval is None:
        return f"{title}: {title_b} differs from {title_a} by {value:+.3f}; how sure that is could not be told."
    low, high, level = interval.low, interval.high, f"{interval.level * 100:.0f} % interval"
    if low <= 0.0 <= high:
        return (
            f"{title}: no clear difference between {title_a} and {title_b} "
            f"({value:+.3f}, {level} {low:+.3f} to {high:+.3f})."
        )
    better, worse = (title_b, title_a) if value > 0 else (title_a, title_b)
    ends = sorted((abs(low), abs(high)))
    return f"{title}: {better} is better than {worse} by {abs(value):.3f}, {level} {ends[0]:.3f} to {ends[1]:.3f}."


def _scores(table: ObjectTable, thresholds: Thresholds) -> ImageScores:
    return image_scores(table, Matcher(table).at(thresholds))


def _common(a: Sequence[PredictedImage], b: Sequence[PredictedImage]) -> tuple[list[int], list[int]]:
    """Rows of the images that are the same file; by content where both know it, else by path."""
    by_content = {image.sha256: row for row, image in enumerate(b) if image.sha256}
    by_key = {image.key: row for row, image in enumerate(b)}
    pairs = []
    for row, image in enumerate(a):
        other = by_key.get(image.key)
        if other is not None and image.sha256 and b[other].sha256 not in ("", image.sha256):
            other = None  # another picture under the same name
        if other is None and image.sha256:
            other = by_content.get(image.sha256)
        if other is not None:
            pairs.append((row, other))
    each_once = {other: row for row, other in reversed(pairs)}
    kept = sorted((row, other) for other, row in each_once.items())
    return [row for row, _ in kept], [other for _, other in kept]


def _with_classes_of(categories: Sequence[str], table: ObjectTable) -> ObjectTable:
    """With classes numbered as `categories` are."""
    if tuple(categories) == table.categories:
        return table
    numbers = np.array([categories.index(name) for name in table.categories], dtype=np.int64)
    return replace(
        table,
        categories=tuple(categories),
        prediction_categories=numbers[table.prediction_categories],
        truth_categories=numbers[table.truth_categories],
    )


def _renumbered(thresholds: Thresholds, own: Sequence[str], categories: Sequence[str]) -> Thresholds:
    by_category = {categories.index(own[number]): value for number, value in thresholds.by_category.items()}
    return replace(thresholds, by_category=by_category)
