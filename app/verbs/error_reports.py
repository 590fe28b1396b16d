"""`calque error-report`: pictures of what a version got wrong, as a folder."""

from __future__ import annotations

import argparse

from app.services import Services
from app.verbs.output import Console, VerbResult
from core.domain.counting import counted
from core.domain.error_reports import ErrorReportRequest
from core.domain.names import shown, typed_path
from core.domain.outcomes import Thresholds
from core.domain.snapshots import Split
from core.domain.studies import StudySource
from core.domain.thresholds import USUAL_CONFIDENCE
from core.errors import NotFoundError, RefusedError
from core.reports.error_folder import write_error_report


def run(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    """At the version's own threshold, unless another is named."""
    source = _source(services, arguments)
    for name in ("confidence", "iou"):
        value = getattr(arguments, name)
        if value is not None and not 0 <= value <= 1:
            raise RefusedError(f"--{name} must be between 0 and 1, not {value:g}.")
    with services.studies.open(source) as study:
        version = study.info.version
        own = services.models.get_details(version).threshold if version is not None else None
        iou = 0.5 if arguments.iou is None else arguments.iou
        thresholds = own.at(study.categories, iou) if own is not None else Thresholds(USUAL_CONFIDENCE, iou)
        if arguments.confidence is not None:
            thresholds = Thresholds(arguments.confidence, iou)
        request = ErrorReportRequest(
            typed_path(arguments.out), thresholds, with_right=arguments.with_right, with_images=not arguments.crops_only
        )
        report = write_error_report(services.studies, study, request, progress=console.progress)
        labels, is_exclusive = study.table.labels, study.table.is_exclusive
    data = {
        "path": report.target,
        "fp": report.n_wrong,
        "fn": report.n_missed,
        "tp": report.n_right,
        "images": report.n_images,
        "without_picture": report.n_without_picture,
        "confidence": thresholds.confidence,
        "iou": thresholds.iou,
    }
    title = ", ".join(shown(part) for part in (study.info.title, study.info.subtitle) if part)
    if labels:
        what = f"{counted(report.n_wrong, 'wrong label')} and {counted(report.n_missed, 'label')} not said"
        at = _from_thresholds(thresholds, is_exclusive=is_exclusive)
    else:
        what = f"{counted(report.n_wrong, 'wrong prediction')} and {counted(report.n_missed, 'missed object')}"
        at = f", from confidence {thresholds.confidence:.2f} and IoU {thresholds.iou:.2f} up"
    lines = [f"{what} of {title}{at}, in {shown(report.target)}."]
    if report.n_without_picture:
        lines.append(f"{counted(report.n_without_picture, 'image')} could not be drawn; manifest.csv says why.")
    return VerbResult(data, tuple(lines))


def _from_thresholds(thresholds: Thresholds, *, is_exclusive: bool) -> str:
    """Of labels, which have no place: from where on they count. Without a threshold the surest class does."""
    if is_exclusive and not thresholds.confidence:
        return ""
    own = ", of some classes from their own" if thresholds.by_category else ""
    return f", from confidence {thresholds.confidence:.2f} up{own}"


def _source(services: Services, arguments: argparse.Namespace) -> StudySource:
    version = services.models.find_version(arguments.source)
    if version is not None:
        return StudySource.of_version(version.id, Split(arguments.set))
    for item in services.predictions.list_sets():
        if item.id == arguments.source or (len(arguments.source) >= 6 and item.id.startswith(arguments.source)):
            return StudySource.of_set(item.id)
    raise NotFoundError(
        f'There is neither a model version nor a set of predictions "{shown(arguments.source)}".',
        hint="calque models lists versions.",
    )
